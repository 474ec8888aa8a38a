//! Decisions, steps and effects on the command line, in either language.

use tahavol_domain::calendar::persian_digits;
use tahavol_tests::data;

use crate::{on, printed, said};

/// Columns of a line; what marks a direction or joins letters takes none.
fn width(line: &str) -> usize {
    let takes_none = |letter: char| matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2066}'..='\u{2069}' | '\u{64b}'..='\u{65f}' | '\u{670}');
    line.chars().filter(|letter| !takes_none(*letter)).count()
}

#[test]
fn decisions_are_listed_and_each_is_shown_on_its_basis() {
    let directory = data::with_history();
    let list = printed(&on(directory.path(), &["decision", "--list", "--limit", "۰", "--lang", "en"]));
    let positions: Vec<u64> = list.lines().map(|line| line.trim_start().split("  ").next().unwrap().parse().unwrap()).collect();
    assert!(positions.len() > 50 && positions.windows(2).all(|pair| pair[0] > pair[1]));
    let rebaselined = list.lines().position(|line| line.contains("Approved another baseline")).expect("the history has one");
    let position = positions[rebaselined].to_string();
    let english = printed(&on(directory.path(), &["decision", &position, "--lang", "en"]));
    for part in ["Decision at position", "In answer to", "Basis: position", "Offices held then: council", "Progress at the basis"] {
        assert!(english.contains(part), "{part} is missing in\n{english}");
    }
    let persian = printed(&on(directory.path(), &["decision", &persian_digits(&position), "--lang", "fa"]));
    assert!(persian.contains("تصمیم در جایگاه") && persian.contains("مبنا") && !persian.contains("decision-"), "{persian}");
    let nothing = on(directory.path(), &["decision", "1", "--lang", "en"]);
    assert_eq!(nothing.status.code(), Some(3));
    assert!(said(&nothing).contains("decides nothing"), "{}", said(&nothing));
}

#[test]
fn steps_go_on_and_back_within_the_width_of_the_terminal() {
    let directory = data::with_history();
    let steps = |more: &[&str]| printed(&on(directory.path(), &[&["step"], more].concat()));
    for lang in ["fa", "en"] {
        let forward = steps(&["--count", "3", "--lang", lang]);
        assert_eq!(forward.lines().filter(|line| line.contains('┼')).count(), 3, "{forward}");
        assert!(forward.lines().all(|line| width(line) <= 100), "{forward}");
        assert!(!forward.contains("step-"), "{forward}");
    }
    assert!(steps(&["--at", "2", "--backward", "--lang", "en"]).contains("Event 0"));
    assert!(steps(&["--at", "۲", "--count", "۱", "--lang", "en"]).contains("Event 2"));
    let of_nobody = on(directory.path(), &["step", "--actor", "nobody", "--lang", "en"]);
    assert_eq!(of_nobody.status.code(), Some(3));
    assert!(said(&of_nobody).contains("Nobody called “nobody”"), "{}", said(&of_nobody));
    let beyond = on(directory.path(), &["step", "--at", "9999999"]);
    assert_eq!(beyond.status.code(), Some(3));
    assert_eq!(said(&beyond), said(&on(directory.path(), &["diff", "--from", "9999999"])));
    let wrong = on(directory.path(), &["step", "--stream", "nowhere"]);
    assert_eq!(wrong.status.code(), Some(2));
}

#[test]
fn the_effect_of_what_waits_is_shown_against_both_plans() {
    let directory = data::with_history();
    let shown = printed(&on(directory.path(), &["effect", "document", "--lang", "en"]));
    assert!(shown.contains("Against the current plan") && shown.contains("Against the first promises"), "{shown}");
    // A group that is told has something to show for it: the weight, if nothing else.
    let told: Vec<&str> = shown.lines().filter(|line| line.contains(" / ")).collect();
    assert!(!told.is_empty() && told.iter().all(|line| line.starts_with("Horizon / ") || line.contains(" → ")), "{shown}");
    assert!(shown.contains("Cancelled weight"), "{shown}");
    let persian = printed(&on(directory.path(), &["effect", "document", "--lang", "fa"]));
    assert!(persian.contains("در برابر نخستین تعهدها") && !persian.contains("effect-"), "{persian}");
    let nothing = on(directory.path(), &["effect", "NO-SUCH-CODE", "--lang", "en"]);
    assert_eq!(nothing.status.code(), Some(3));
}
