//! Somebody who has the log's key rewrites history and signs it: then only rules, schemas and heads that others kept can tell.

use std::path::Path;

use rusqlite::{Connection, params};
use tahavol_domain::calendar::Date;
use tahavol_domain::fact::{Fact, decode, encode};
use tahavol_domain::values::Office;
use tahavol_domain::{Event, milestone};
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::root;

use crate::ledger::{changed, grow_anew, leaves, line, put_head, rewrite};
use crate::real::{PLACE, SIZE, real};
use crate::{Verdict, expect, verify};

/// The line at a position changed, and all above it made anew and signed.
fn signed_again(position: u64, change: impl FnOnce(&Connection, Vec<u8>) -> Vec<u8>, more: &[&str]) -> Verdict {
    let (_folder, path) = changed(|connection| {
        let line = change(connection, line(connection, position));
        rewrite(connection, position, &line);
        grow_anew(connection);
        let checkpoint = Checkpoint { origin: real().key.name().to_owned(), size: SIZE, root: root(leaves(connection)) };
        put_head(connection, &checkpoint.signed(std::slice::from_ref(&real().key)).unwrap().to_string());
    });
    verify(&path, &[&["--key", &real().vkey().to_string()], more].concat())
}

fn with_fact(change: impl FnOnce(&mut Fact)) -> impl FnOnce(&Connection, Vec<u8>) -> Vec<u8> {
    |_, line| {
        let mut fact = decode(&line).unwrap();
        change(&mut fact);
        encode(&fact).unwrap()
    }
}

fn with_text(from: &'static str, to: &'static str) -> impl FnOnce(&Connection, Vec<u8>) -> Vec<u8> {
    move |_, line| {
        let text = String::from_utf8(line).unwrap();
        assert!(text.contains(from), "{text}");
        text.replacen(from, to, 1).into_bytes()
    }
}

#[test]
fn what_the_rules_allow_is_told_only_by_a_head_that_somebody_kept() {
    let later = || with_fact(|fact| fact.envelope.time = fact.envelope.time.plus_micros(7));
    expect(&signed_again(PLACE, later(), &[]), 0, None, "seven microseconds");
    let folder = tempfile::tempdir().unwrap();
    let known = folder.path().join("known");
    std::fs::write(&known, &real().note).unwrap();
    expect(&signed_again(PLACE, later(), &["--known", known.to_str().unwrap()]), 34, None, "with the head that was kept");
}

#[test]
fn what_a_rule_would_have_refused_is_noticed_at_its_position() {
    let office = with_fact(|fact| fact.envelope.office = Office::Council);
    expect(&signed_again(PLACE, office, &[]), 30, Some(PLACE), "an office that the act did not need");
    let stranger = with_fact(|fact| fact.envelope.actor.0 = "nobody".to_owned());
    expect(&signed_again(PLACE, stranger, &[]), 30, Some(PLACE), "somebody without an office");
    let tomorrow = with_fact(|fact| fact.envelope.effective_on = Some(Date::parse("2030-01-01").unwrap()));
    expect(&signed_again(PLACE, tomorrow, &[]), 30, Some(PLACE), "a day that has not come");
    let too_much = with_fact(|fact| match &mut fact.event {
        Event::Milestone(milestone::Event::ProgressReported(report)) => report.progress = Some(10_001),
        other => panic!("{other:?}"),
    });
    expect(&signed_again(PLACE, too_much, &[]), 30, Some(PLACE), "more than all of it");
}

#[test]
fn a_verification_by_the_claimant_is_noticed() {
    let connection = Connection::open(real().ledger()).unwrap();
    let verified: u64 =
        connection.query_row("SELECT min(position) FROM event WHERE type = 'milestone.completion_verified'", [], |row| row.get(0)).unwrap();
    let fact = decode(&line(&connection, verified)).unwrap();
    let Event::Milestone(milestone::Event::CompletionVerified(decision)) = &fact.event else { panic!("{fact:?}") };
    let claim: Vec<u8> =
        connection.query_row("SELECT line FROM event WHERE id = ?1", params![decision.claim.0.as_bytes()], |row| row.get(0)).unwrap();
    let claimant = decode(&claim).unwrap().envelope;
    let by_claimant = with_fact(|fact| {
        fact.envelope.actor = claimant.actor;
        fact.envelope.actor_name = claimant.actor_name;
    });
    expect(&signed_again(verified, by_claimant, &[]), 30, Some(verified), "a claimant verifies");
}

#[test]
fn events_that_are_none_of_this_program_are_noticed_at_their_position() {
    let kind = signed_again(
        PLACE,
        |connection, line| {
            connection.execute("UPDATE event SET type = 'milestone.progress_repeated' WHERE position = ?1", [PLACE]).unwrap();
            let text = String::from_utf8(line).unwrap();
            text.replace("milestone.progress_reported", "milestone.progress_repeated").into_bytes()
        },
        &[],
    );
    expect(&kind, 28, Some(PLACE), "an unknown type");
    let member = with_text("\"evidence\":[]", "\"evidence\":[],\"extra\":1");
    expect(&signed_again(PLACE, member, &[]), 28, Some(PLACE), "an unknown member");
    for origin in ["elsewhere", "", "import:abc#1", "cli "] {
        let door = with_fact(|fact| fact.envelope.origin = origin.to_owned());
        expect(&signed_again(PLACE, door, &[]), 28, Some(PLACE), origin);
    }
    for name in ["", " ", "\u{202e}abc", "a\nb"] {
        let called = with_fact(|fact| fact.envelope.actor_name = name.to_owned());
        expect(&signed_again(PLACE, called, &[]), 28, Some(PLACE), "a name");
    }
}

#[test]
fn what_does_not_follow_from_line_to_line_is_noticed_at_its_position() {
    let revision = signed_again(
        PLACE,
        |connection, line| {
            connection.execute("UPDATE event SET revision = revision + 5000 WHERE position = ?1", [PLACE]).unwrap();
            with_fact(|fact| fact.envelope.revision += 5_000)(connection, line)
        },
        &[],
    );
    expect(&revision, 29, Some(PLACE), "a gap in revisions");
    let command = with_fact(|fact| fact.envelope.command_id = uuid::Uuid::from_u128(7));
    expect(&signed_again(PLACE, command, &[]), 29, Some(PLACE), "an id that does not follow from its command");
    let programme = with_fact(|fact| fact.envelope.programme.0 = uuid::Uuid::from_u128(7));
    expect(&signed_again(PLACE, programme, &[]), 29, Some(PLACE), "another programme");
    let basis = with_fact(|fact| fact.envelope.basis = Some(PLACE));
    expect(&signed_again(PLACE, basis, &[]), 29, Some(PLACE), "a basis that does not lie before it");
}

/// Only what was not changed may be taken for granted: the helper itself leaves a ledger that passes.
#[test]
fn signing_the_same_again_changes_nothing() {
    expect(&signed_again(PLACE, |_, line| line, &[]), 0, None, "the same");
    assert!(Path::new(&real().ledger()).exists());
}
