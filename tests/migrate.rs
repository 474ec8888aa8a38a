//! Moving a ledger between the engines: there and back, interrupted and taken up again, and what is refused.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tahavol_domain::values::ProgrammeId;
use tahavol_ledger::{Expected, Ledger, NewEvent, OpenOptions, SqliteLedger};
use tahavol_tests::binary;
use tahavol_tests::data::TODAY;
use tahavol_tests::kurrent::{Cluster, Shape};
use tempfile::TempDir;
use tokio::task::block_in_place;
use uuid::Uuid;

const PROGRAMME: ProgrammeId = ProgrammeId(Uuid::from_u128(0x0189_0000_0000_7000_8000_0000_0000_0001));
const REFUSED: i32 = 3;
const BUSY: i32 = 4;

/// A demonstration in a file, a cluster, and room for directories beside it.
struct Site {
    folder: TempDir,
    cluster: Cluster,
}

impl Site {
    async fn new() -> Site {
        let site = Site { folder: tempfile::tempdir().expect("a directory"), cluster: Cluster::start(Shape::default()).await };
        site.demo("from");
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn demo(&self, name: &str) {
        let data = text(&self.path(name));
        let mut command = binary::command(&["demo", "--data", &data, "--today", TODAY, "--no-serve", "--no-history"]);
        run(command.env("TAHAVOL_PROGRAMME", PROGRAMME.0.to_string()));
    }

    /// The key of the first directory signs what another one gets.
    fn key_for(&self, name: &str) {
        let key = |name: &str| format!("{}-log.key", text(&self.path(name)));
        std::fs::copy(key("from"), key(name)).expect("the key");
    }

    fn file(&self, name: &str) -> String {
        format!("sqlite:{}", text(&self.path(name).join("ledger.sqlite")))
    }

    fn migrate(&self, from: &str, to: &str, node: &str) -> Command {
        binary::command(&["migrate", "--from", from, "--to", to, "--data", &text(&self.path(node)), "--lang", "en"])
    }

    /// Ids of what is in the cluster, its own streams aside.
    fn recorded(&self) -> Vec<Uuid> {
        self.cluster.all().iter().filter(|record| !record.stream.starts_with('$')).map(|record| record.id).collect()
    }

    /// Root and digest, computed from every line.
    fn replayed(&self, node: &str, environment: &[(&str, String)]) -> Vec<String> {
        let mut command = binary::command(&["replay", "--data", &text(&self.path(node)), "--lang", "en"]);
        let output = run(command.envs(environment.iter().map(|(key, value)| (*key, value.clone()))));
        let lines = output.lines().filter(|line| line.starts_with("root") || line.starts_with("digest"));
        lines.map(str::to_owned).collect()
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// What is printed by a command that succeeds.
fn run(command: &mut Command) -> String {
    let output = block_in_place(|| command.output().expect("the program starts"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// What is said by a command that is refused.
fn refused(command: &mut Command, code: i32) -> String {
    let output: Output = block_in_place(|| command.output().expect("the program starts"));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_that_was_moved_there_and_back_has_the_same_root_and_the_same_picture() {
    let site = Site::new().await;
    site.key_for("node");
    let address = site.cluster.address();
    let there = run(&mut site.migrate(&site.file("from"), &address, "node"));
    let events = site.recorded().len();
    assert!(there.contains(&format!("{events} events are in")) && there.contains("the same in both"), "{there}");
    assert!(there.contains("Not moved: evidence files"), "{there}");
    let environment = [("TAHAVOL_LEDGER", address.clone()), ("TAHAVOL_PROGRAMME", PROGRAMME.0.to_string())];
    let before = site.replayed("from", &[]);
    assert_eq!((before.len(), site.replayed("node", &environment)), (2, before.clone()));
    // Once more moves nothing.
    assert!(run(&mut site.migrate(&site.file("from"), &address, "node")).contains("; 0 of them were not there yet"));
    // And back, into the same directory, signed under the same name.
    let back = run(site.migrate(&address, &site.file("node"), "node").args(["--programme", &PROGRAMME.0.to_string()]));
    assert!(back.contains(&format!("; {events} of them")) && back.contains("A cluster cannot be locked"), "{back}");
    assert!(!there.contains("cannot be locked") && !there.contains("more events"), "{there}");
    assert_eq!(site.replayed("node", &[]), before);
    let head = |node: &str| run(&mut binary::command(&["log", "checkpoint", "--data", &text(&site.path(node))]));
    assert_eq!(head("node").lines().take(3).collect::<Vec<_>>(), head("from").lines().take(3).collect::<Vec<_>>());
    run(binary::command(&["verify", &text(&site.path("node")), "--lang", "en"]).env("TAHAVOL_PROGRAMME", PROGRAMME.0.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_interrupted_goes_on_where_it_ended() {
    let site = Site::new().await;
    let address = site.cluster.address();
    for kill in [false, true] {
        let already = site.recorded().len();
        let mut moving = site.migrate(&site.file("from"), &address, "node").spawn().expect("it starts");
        let began = Instant::now();
        while site.recorded().len() < already + 600 && began.elapsed() < Duration::from_secs(60) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if kill {
            moving.kill().expect("it is there");
        } else {
            let told = Command::new("kill").args(["-INT", &moving.id().to_string()]).status().expect("kill is there");
            assert!(told.success());
        }
        let status = block_in_place(|| moving.wait().expect("it ends"));
        assert!(!status.success(), "it was interrupted before its end");
    }
    let before = site.recorded().len();
    let done = run(&mut site.migrate(&site.file("from"), &address, "node"));
    assert!(before > 0 && done.contains("the same in both"), "{done}");
    let ids = site.recorded();
    let unique: std::collections::HashSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "nothing is there twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_history_is_refused_and_nothing_is_written() {
    let site = Site::new().await;
    let address = site.cluster.address();
    run(&mut site.migrate(&site.file("from"), &address, "node"));
    let before = site.recorded().len();
    // The same programme founded on another day is another history.
    let data = text(&site.path("other"));
    let mut other = binary::command(&["demo", "--data", &data, "--today", "2026-10-20", "--no-serve", "--no-history"]);
    run(other.env("TAHAVOL_PROGRAMME", PROGRAMME.0.to_string()));
    let said = refused(&mut site.migrate(&site.file("other"), &address, "node"), REFUSED);
    assert!(said.contains("another event at position 0"), "{said}");
    // A file is no exception.
    let said = refused(&mut site.migrate(&site.file("other"), &site.file("from"), "from"), REFUSED);
    assert!(said.contains("nothing was written"), "{said}");
    // Nor is one whose head and key are those of the source, which the target is not signed by.
    let said = refused(&mut site.migrate(&site.file("other"), &address, "other"), REFUSED);
    assert!(said.contains("another event at position 0") && !said.contains("damaged"), "{said}");
    assert!(!site.path("other").join("compared").exists());
    let said = refused(&mut site.migrate(&site.file("other"), &site.file("from"), "other"), REFUSED);
    assert!(said.contains("another event at position 0"), "{said}");
    let named = Uuid::from_u128(7).to_string();
    let said = refused(site.migrate(&site.file("from"), &address, "third").args(["--programme", &named]), REFUSED);
    assert!(said.contains(&named), "{said}");
    assert_eq!(site.recorded().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_moved_while_somebody_can_still_write_to_it() {
    let site = Site::new().await;
    let address = site.cluster.address();
    let lock = std::fs::File::options().write(true).open(site.path("from").join("ledger.sqlite.lock")).expect("it was written to");
    lock.lock().expect("nobody writes to it");
    let said = refused(&mut site.migrate(&site.file("from"), &address, "node"), BUSY);
    assert!(said.contains("stop the server first"), "{said}");
    assert!(site.recorded().is_empty());
    drop(lock);
    // Somebody begins while it is moved.
    let mut moving = site.migrate(&site.file("from"), &address, "node").spawn().expect("it starts");
    let began = Instant::now();
    while site.recorded().is_empty() && began.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let data = text(&site.path("from"));
    refused(&mut binary::command(&["serve", "--data", &data, "--listen", "127.0.0.1:0"]), BUSY);
    assert!(block_in_place(|| moving.wait().expect("it ends")).success());
    // A copy that nobody ever wrote to needs no lock, and gets no file.
    let copy = site.path("copy");
    std::fs::create_dir(&copy).expect("a directory");
    std::fs::copy(site.path("from").join("ledger.sqlite"), copy.join("ledger.sqlite")).expect("a copy");
    run(&mut site.migrate(&site.file("copy"), &address, "node"));
    assert!(!copy.join("ledger.sqlite.lock").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_was_written_to_since_is_told_to_have_more() {
    let site = Site::new().await;
    run(&mut site.migrate(&site.file("from"), &site.file("to"), "to"));
    let path = site.path("to").join("ledger.sqlite");
    let ledger = SqliteLedger::open(&path, OpenOptions::default()).await.expect("it opens");
    let event = NewEvent { id: Uuid::from_u128(9), event_type: "later".to_owned(), line: br#"{"later":true}"#.to_vec().into() };
    ledger.append("later-1", Expected::NoStream, vec![event]).await.expect("it is recorded");
    let events = ledger.head().await.expect("a head").expect("events");
    ledger.close().await.expect("it closes");
    let said = run(&mut site.migrate(&site.file("from"), &site.file("to"), "to"));
    assert!(said.contains(&format!("{events} events are in")) && said.contains("has 1 more events"), "{said}");
    assert!(said.contains(&format!("after {events} events, the same in both")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_no_move() {
    let site = Site::new().await;
    let address = site.cluster.address();
    let file = site.file("from");
    assert!(refused(&mut site.migrate(&file, &file, "x"), 2).contains("the same ledger"));
    assert!(refused(&mut site.migrate(&address, &address, "x"), 2).contains("has to be a file"));
    assert!(refused(&mut site.migrate(&address, &file, "x"), 2).contains("programme = "));
    let programme = PROGRAMME.0.to_string();
    assert!(refused(site.migrate(&address, &site.file("x"), "x").args(["--programme", &programme]), REFUSED).contains("no event to move"));
    let own = format!("sqlite:{}", text(&site.path("x").join("replica.sqlite")));
    assert!(refused(&mut site.migrate(&own, &address, "x"), 2).contains("the copy of the cluster that this data directory keeps"));
    // What is wrong with a certificate is told once, before anybody is dialled.
    for (name, content, what) in [("no.crt", None, "cannot be read"), ("empty.crt", Some(""), "no certificate")] {
        let authority = site.path(name);
        content.into_iter().for_each(|content| std::fs::write(&authority, content).expect("written"));
        let said = refused(&mut site.migrate(&file, &format!("kurrentdb://127.0.0.1:1?tlsCAFile={}", text(&authority)), "x"), 2);
        assert!(said.contains(what) && said.matches(&text(&authority)).count() == 2, "{said}");
        assert!(said.contains("پیکربندی"), "{said}");
    }
    // A damaged ledger is found before anything is written.
    let ledger = rusqlite::Connection::open(site.path("from").join("ledger.sqlite")).expect("it is there");
    let triggers: Vec<String> = {
        let mut found = ledger.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").expect("a question");
        found.query_map([], |row| row.get(0)).expect("rows").map(|name| name.expect("a name")).collect()
    };
    triggers.iter().for_each(|name| ledger.execute_batch(&format!("DROP TRIGGER \"{name}\"")).expect("it goes"));
    ledger.execute("UPDATE event SET line = CAST(line || ' ' AS BLOB) WHERE position = 40", []).expect("a line is changed");
    drop(ledger);
    refused(&mut site.migrate(&file, &address, "x"), 5);
    assert!(site.recorded().is_empty(), "nothing was written");
}
