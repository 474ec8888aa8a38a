//! `tahavol office`: the same rules and the same answers at the console, in either language and calendar.

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tahavol_tests::binary;
use tahavol_tests::data;
use tahavol_tests::server::Server;

/// `tahavol office …` on a data directory.
fn office(data: &Path, arguments: &[&str]) -> Output {
    let data = data.display().to_string();
    binary::run(&[&["office"], arguments, &["--data", &data]].concat())
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn offices_are_given_lent_and_ended_with_a_reason_by_whom_the_rules_let() {
    let directory = data::with_history();
    let run = |arguments: &[&str]| office(directory.path(), arguments);
    let refused = |arguments: &[&str], code: i32, text: &str| {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(text), "{arguments:?}: {}", said(&output));
    };
    let appoint = ["appoint", "newcomer", "inspector", "--as", "council"];
    let named = [&appoint[..], &["--name", "تازه‌وارد"]].concat();
    refused(&named, 2, "--reason");
    refused(&[&appoint[..], &["--reason", "حکم"]].concat(), 2, "--name");
    refused(&[&named[..], &["--reason", " ", "--lang", "en"]].concat(), 3, "reason");
    refused(&["appoint", "newcomer", "inspector", "--name", "x", "--as", "chair.training", "--reason", "x"], 3, "سمت");
    refused(&["appoint", "council", "inspector", "--as", "council", "--reason", "x", "--lang", "en"], 3, "Nobody appoints oneself");
    refused(&["appoint", "newcomer", "king", "--name", "x", "--as", "council", "--reason", "x"], 2, "king");
    assert!(printed(&run(&[&named[..], &["--reason", "حکم"]].concat())).contains("ثبت شد"));
    assert!(printed(&run(&[&named[..], &["--reason", "حکم"]].concat())).contains("هم‌اکنون چنین است"));
    printed(&run(&["appoint", "newcomer", "member:training", "--as", "council", "--reason", "حکم"]));
    let lend =
        ["delegate", "--from", "newcomer", "--to", "inspector.second", "--office", "inspector", "--as", "newcomer", "--reason", "سفر"];
    refused(&[&lend[..], &["--starts", "1405/09/01", "--ends", "1409/01/01"]].concat(), 3, "۳۶۶");
    refused(&[&lend[..], &["--starts", "1405/13/01", "--ends", "1405/09/30"]].concat(), 2, "1405/13/01");
    let all = printed(&run(&["list", "--office", "member:training", "--lang", "en"]));
    assert!(all.contains("newcomer") && all.contains("تازه‌وارد"), "{all}");
    printed(&run(&["release", "newcomer", "member:training", "--as", "council", "--reason", "پایان"]));
    refused(&["release", "auditor", "auditor", "--as", "council", "--reason", "x", "--lang", "en"], 3, "takes two");
    printed(&run(&["propose-release", "auditor", "auditor", "--as", "council", "--reason", "x"]));
    assert!(printed(&run(&["list", "--office", "auditor"])).contains("برکناری پیشنهاد شده است"));
    refused(&["release", "auditor", "auditor", "--as", "council", "--reason", "x", "--lang", "en"], 3, "another person");
    printed(&run(&["release", "auditor", "auditor", "--as", "council.deputy", "--reason", "x"]));
    let data = directory.path().display().to_string();
    assert!(binary::run(&["verify", &data]).status.success(), "every decision is right when it is taken again");
}

#[test]
fn a_lent_office_is_listed_taken_back_and_answered_for_in_either_calendar() {
    let directory = data::with_history();
    let run = |arguments: &[&str]| office(directory.path(), arguments);
    let day = today(directory.path());
    let lend = ["delegate", "--from", "inspector", "--to", "newcomer", "--name", "تازه‌وارد", "--office", "inspector", "--as", "inspector"];
    printed(&run(&[&lend[..], &["--starts", &day, "--ends", &day, "--reason", "سفر"]].concat()));
    let listed: Value = serde_json::from_str(&printed(&run(&["list", "--office", "inspector", "--json"]))).unwrap();
    let lent = listed.as_array().unwrap().iter().find(|row| row["actor"] == "newcomer").expect("it is listed");
    assert_eq!((&lent["lent"]["from"], &lent["name"], &lent["given"]["reason"]), (&"inspector".into(), &"تازه‌وارد".into(), &"سفر".into()));
    let held = |more: &[&str]| printed(&run(&[&["held", "--actor", "newcomer", "--office", "inspector"], more].concat()));
    assert!(held(&["--lang", "en"]).contains("newcomer held inspector on"), "now");
    assert!(held(&["--on", &day]).contains("سمت بازرس را داشت"), "that day");
    assert!(held(&["--on", "1405/01/01", "--lang", "en"]).contains("did not hold inspector on 2026-03-21"));
    assert!(held(&["--as-of", "100"]).contains("نداشت"));
    let told: Value = serde_json::from_str(&held(&["--on", &day, "--json"])).unwrap();
    assert_eq!((&told["held"], &told["because"][0]["lent"]["ends"]), (&Value::Bool(true), &day.as_str().into()));
    let id = lent["lent"]["delegation"].as_str().unwrap();
    let back = |actor: &str| run(&["end-delegation", id, "--as", actor, "--reason", "بازگشت"]);
    assert_eq!(back("newcomer").status.code(), Some(3));
    printed(&back("inspector"));
    assert!(held(&["--lang", "en"]).contains("did not hold inspector"), "taken back");
    assert!(held(&["--on", &day, "--lang", "en"]).contains("ended on"), "and still held on its day");
    let unknown = run(&["held", "--actor", "nobody-at-all"]);
    assert_eq!(unknown.status.code(), Some(3), "{}", said(&unknown));
    assert_eq!(run(&["held", "--actor", "council", "--on", "1405/13/01"]).status.code(), Some(2));
}

/// The day that it is where the programme is, as the program tells it.
fn today(data: &Path) -> String {
    let told: Value = serde_json::from_str(&printed(&office(data, &["held", "--actor", "council", "--json"]))).unwrap();
    told["on"].as_str().unwrap().to_owned()
}

#[test]
fn acts_of_an_office_are_listed_whoever_held_it() {
    let directory = data::with_history();
    let acts = |arguments: &[&str]| printed(&office(directory.path(), &[&["acts"], arguments].concat()));
    let all: Value = serde_json::from_str(&acts(&["--office", "secretary:training", "--json"])).unwrap();
    let council = acts(&["--office", "council", "--actor", "council.deputy", "--lang", "en"]);
    assert!(council.lines().all(|line| line.contains("(council)")) && !council.is_empty(), "{council}");
    assert!(all["events"].as_array().unwrap().iter().all(|event| event["office"] == "secretary:training"));
    assert_eq!(office(directory.path(), &["acts"]).status.code(), Some(2));
}

#[test]
fn beside_a_running_server_one_looks_and_is_told_where_to_change() {
    let server = Server::of(data::with_history());
    assert!(printed(&office(&server.data, &["list", "--office", "council"])).contains("council.deputy"));
    for (lang, text) in [("fa", "GraphQL"), ("en", "A running server takes the same commands by GraphQL")] {
        let busy = office(&server.data, &["appoint", "x", "inspector", "--name", "x", "--as", "council", "--reason", "x", "--lang", lang]);
        assert_eq!(busy.status.code(), Some(4), "{}", said(&busy));
        assert!(said(&busy).contains(text) && said(&busy).contains("officialAppoint"), "{}", said(&busy));
    }
}
