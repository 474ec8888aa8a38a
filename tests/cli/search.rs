//! Searching the ledger and telling timelines on the command line.

use serde_json::Value;
use tahavol_tests::data;

use crate::{on, printed, said};

#[test]
fn events_are_found_counted_and_told_in_either_language() {
    let directory = data::with_history();
    let search = |arguments: &[&str]| printed(&on(directory.path(), &[&["search"], arguments].concat()));
    let count = search(&["--type", "milestone.completion_verified", "--count", "--lang", "en"]);
    let number: usize = count.split_whitespace().next().unwrap().parse().unwrap();
    assert!(number > 0, "{count}");
    let english = search(&["--type", "milestone.completion_verified", "--lang", "en"]);
    assert_eq!(english.lines().count(), number);
    assert!(english.lines().all(|line| line.contains("Verified the claim of completion.") && line.contains("inspector")), "{english}");
    let persian = search(&["--type", "milestone.completion_verified", "--lang", "fa", "--newest-first", "--limit", "1"]);
    assert_eq!(persian.lines().count(), 1);
    assert!(persian.contains("اعلام تکمیل را راستی‌آزمایی و تأیید کرد") && persian.contains("بازرس") && persian.contains("۱۴۰"), "{persian}");
}

#[test]
fn json_and_lines_tell_the_same_events() {
    let directory = data::with_history();
    let search = |arguments: &[&str]| printed(&on(directory.path(), &[&["search", "--office", "council"], arguments].concat()));
    let told: Value = serde_json::from_str(&search(&["--json"])).unwrap();
    let events = told["events"].as_array().unwrap();
    assert_eq!((told["total"].as_u64(), &told["totalIsExact"]), (Some(events.len() as u64), &Value::Bool(true)));
    let lines = search(&["--lines"]);
    assert_eq!(lines.lines().count(), events.len());
    for (line, event) in lines.lines().zip(events) {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&line["type"], &line["actorid"], &line["commandid"]), (&event["type"], &event["actor"], &event["commandId"]));
        assert!(event["sentence"]["fa"] != event["sentence"]["en"] && event["office"] == "council");
    }
    let past: Value = serde_json::from_str(&search(&["--json", "--as-of", "100"])).unwrap();
    assert!(past["events"].as_array().unwrap().iter().all(|event| event["position"].as_u64().unwrap() <= 100));
}

#[test]
fn a_timeline_is_told_of_a_person_and_of_a_milestone() {
    let directory = data::with_history();
    let exported = printed(&on(directory.path(), &["search", "--type", "milestone.planned", "--lines", "--limit", "1"]));
    let planned: Value = serde_json::from_str(exported.lines().next().unwrap()).unwrap();
    let code = planned["data"]["code"].as_str().unwrap();
    let milestone = printed(&on(directory.path(), &["timeline", "--milestone", code, "--json"]));
    let told: Value = serde_json::from_str(&milestone).unwrap();
    let types: Vec<&str> = told["events"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert!(types.contains(&"milestone.planned") && types.contains(&"initiative.approved"), "{types:?}");
    let actor = planned["actorid"].as_str().unwrap();
    assert!(printed(&on(directory.path(), &["timeline", "--person", actor, "--lang", "en", "--limit", "0"])).contains(code));
}

#[test]
fn a_name_that_nobody_has_is_told_in_either_language() {
    let directory = data::founded();
    let refused = |arguments: &[&str]| {
        let output = on(directory.path(), arguments);
        (output.status.code(), said(&output))
    };
    let (code, text) = refused(&["search", "--actor", "nobody", "--lang", "en"]);
    assert!(code == Some(3) && text.contains("Nobody called “nobody”"), "{code:?} {text}");
    let (code, text) = refused(&["search", "--actor", "nobody", "--lang", "fa"]);
    assert!(code == Some(3) && text.contains("کسی به نام «\u{2068}nobody\u{2069}»"), "{code:?} {text}");
    assert_eq!(refused(&["search", "--type", "nonsense"]).0, Some(2));
    assert_eq!(refused(&["search", "--effective-from", "1399/12/31"]).0, Some(2));
    assert_eq!(refused(&["timeline"]).0, Some(2));
    assert_eq!(refused(&["timeline", "--milestone", "none"]).0, Some(3));
    let nothing = on(directory.path(), &["search", "--text", "ناموجود", "--lang", "en"]);
    assert_eq!((printed(&nothing).as_str(), said(&nothing).trim()), ("", "no events"));
}
