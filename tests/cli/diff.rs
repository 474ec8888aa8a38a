//! Two moments compared on the command line: text in either language, JSON, and what is refused.

use serde_json::Value;
use tahavol_tests::data;

use crate::{on, printed, said};

#[test]
fn two_moments_are_compared_in_either_language() {
    let directory = data::with_history();
    let told = |more: &[&str]| printed(&on(directory.path(), &[&["diff", "--from", "4000"], more].concat()));
    let english = told(&["--lang", "en"]);
    assert!(english.contains("From position 4000") && english.contains("Milestone ") && english.contains("changed: "), "{english}");
    assert!(english.contains("Figures that changed") && english.contains("days late: "), "{english}");
    let persian = told(&["--lang", "fa"]);
    assert!(persian.contains("نقطهٔ عطف") && persian.contains('←') && !persian.contains('→'), "{persian}");
    assert_eq!(english.lines().count(), persian.lines().count());
    assert!(told(&["--to", "4000", "--lang", "en"]).contains("Nothing changed."));
}

#[test]
fn json_names_the_events_of_every_change() {
    let directory = data::with_history();
    let printed = printed(&on(directory.path(), &["diff", "--from", "4000", "--to", "4100", "--json"]));
    let diff: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!((&diff["from"]["position"], &diff["to"]["position"], &diff["events"]), (&4_000.into(), &4_100.into(), &100.into()));
    let changes = diff["changes"].as_array().unwrap();
    assert!(!changes.is_empty());
    for change in changes {
        let positions = change["positions"].as_array().unwrap();
        assert!(positions.iter().any(|position| (4_001..=4_100).contains(&position.as_u64().unwrap())), "{change}");
    }
}

#[test]
fn the_wrong_way_round_and_unknown_names_are_refused() {
    let directory = data::with_history();
    let refused = |more: &[&str]| {
        let output = on(directory.path(), &[&["diff", "--lang", "en"], more].concat());
        (output.status.code(), said(&output))
    };
    let (code, text) = refused(&["--from", "20", "--to", "10"]);
    assert_eq!(code, Some(2));
    assert!(text.contains("position 20"), "{text}");
    assert_eq!(refused(&["--from", "yesterday"]).0, Some(2));
    assert_eq!(refused(&["--from", "10", "--milestone", "NO-SUCH"]).0, Some(3));
    assert_eq!(refused(&["--from", "10", "--milestone", "A", "--initiative", "B"]).0, Some(2));
}
