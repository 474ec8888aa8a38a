//! The journal of a cluster's node: files in its data directory, not in the cluster.

use std::fs;
use std::process::Output;

use serde_json::Value;
use tahavol_app::demo::Demo;
use tahavol_domain::calendar::Date;
use tahavol_tests::binary;
use tahavol_tests::data::TODAY;
use tahavol_tests::kurrent::{Cluster, Shape};
use tahavol_tests::server::{DIRECTIVE, Server, directive};
use tokio::task::block_in_place;

#[tokio::test(flavor = "multi_thread")]
async fn a_node_keeps_its_journal_in_files_that_the_console_reads_and_checks() {
    let cluster = Cluster::start(Shape::nodes(1)).await;
    let today = Date::parse(TODAY).unwrap();
    let programme = Demo { seed: 1398, today, history: false }.programme().0.to_string();
    let (address, folder) = (cluster.address(), tempfile::tempdir().unwrap());
    let data = folder.path().join("node");
    let path = data.display().to_string();
    let environment = [("TAHAVOL_LEDGER", address.as_str()), ("TAHAVOL_PROGRAMME", programme.as_str())];
    let run = |arguments: &[&str]| -> Output {
        let mut command = binary::command(&[arguments, &["--data", &path]].concat());
        block_in_place(|| command.envs(environment).output().unwrap())
    };
    let made = run(&["demo", "--today", TODAY, "--no-serve", "--no-history"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let mut server = block_in_place(|| Server::on(&data, &environment));
    for actor in ["administrator", "inspector"] {
        let refused = server.ask(actor, DIRECTIVE, directive("D-930")).await;
        assert!(!refused["data"]["directiveIssue"]["errors"][0]["code"].is_null(), "{refused}");
    }
    block_in_place(|| server.terminate());
    assert!(!data.join("journal.sqlite").exists());
    let file = data.join("security/journal-0001.jsonl");
    let kept = fs::read_to_string(&file).unwrap();
    let lines = run(&["journal", "--kind", "command_refused", "--json"]);
    let told: Value = serde_json::from_str(String::from_utf8_lossy(&lines.stdout).lines().next().unwrap()).unwrap();
    assert_eq!((&told["actor"], &told["details"]["command"]), (&Value::from("administrator"), &Value::from("directiveIssue")));
    assert!(kept.lines().any(|line| serde_json::from_str::<Value>(line).unwrap() == told));
    assert_eq!(run(&["journal", "verify"]).status.code(), Some(0));

    fs::write(&file, kept.replacen("\"actor\":\"administrator\"", "\"actor\":\"somebody\"", 1)).unwrap();
    let found = run(&["journal", "verify", "--lang", "en"]);
    assert_eq!(found.status.code(), Some(5));
    let error = String::from_utf8_lossy(&found.stderr);
    let next = told["number"].as_u64().unwrap() + 1;
    assert!(error.contains(&format!("at entry {next}")), "the next one no longer goes on from it: {error}");
    let cut = kept.lines().skip(1).map(|line| format!("{line}\n")).collect::<String>();
    fs::write(&file, cut).unwrap();
    assert_eq!(run(&["journal", "verify", "--lang", "en"]).status.code(), Some(5));
    cluster.stop().await;
}
