//! A ledger with a line that was changed or cannot be read: which command notices, and what it says.

use std::path::Path;

use tahavol_ledger::merkle::note::SigningKey;
use tahavol_ledger::{Expected, Ledger, NewEvent, OpenOptions, Signing, SqliteLedger};
use tahavol_tests::data;
use uuid::Uuid;

use crate::{on, printed, said};

/// Another letter in the line at a position, behind the back of the program; the JSON stays whole.
fn tamper(data: &Path, position: i64) {
    let file = rusqlite::Connection::open(data.join("ledger.sqlite")).unwrap();
    file.execute_batch("DROP TRIGGER event_is_never_updated").unwrap();
    let change = "UPDATE event SET line = CAST(replace(CAST(line AS TEXT), ?1, ?2) AS BLOB) WHERE position = ?3";
    assert_eq!(file.execute(change, (r#""origin":"import:"#, r#""origin":"imporT:"#, position)).unwrap(), 1);
    let line: Vec<u8> = file.query_row("SELECT line FROM event WHERE position = ?1", [position], |row| row.get(0)).unwrap();
    assert!(String::from_utf8(line).unwrap().contains("imporT:"));
}

/// An event of a type that nobody knows, and a whole one of another stream behind it; the position of the first.
async fn unreadable(data: &Path) -> u64 {
    let key: SigningKey = data::log_key(data).parse().unwrap();
    let signing = Signing { origin: key.name().to_owned(), keys: vec![key], head_copy: None, accept_rollback: None };
    let ledger = SqliteLedger::open(data, OpenOptions { signing: Some(signing), ..OpenOptions::default() }).await.unwrap();
    let mut positions = Vec::new();
    for (number, stream) in [(1, "milestone-x"), (2, "milestone-y")] {
        let line = br#"{"specversion":"1.0"}"#.to_vec().into();
        let event = NewEvent { id: Uuid::from_u128(number), event_type: "milestone.levitated".to_owned(), line };
        let appended = ledger.append(stream, Expected::NoStream, vec![event]).await.unwrap();
        positions.push(ledger.await_position(appended.token).await.unwrap());
    }
    ledger.close().await.unwrap();
    positions[0]
}

#[test]
fn a_replay_names_the_first_line_that_was_changed() {
    let directory = data::founded();
    let files = || std::fs::read_dir(directory.path().join("snapshots")).unwrap().count();
    let before = files();
    tamper(directory.path(), 200);
    for command in [&["replay"][..], &["doctor"], &["export", "events"]] {
        let refused = on(directory.path(), command);
        assert_eq!(refused.status.code(), Some(5), "{command:?}: {}", said(&refused));
        let told = format!("{}{}", said(&refused), String::from_utf8_lossy(&refused.stdout));
        assert!(told.contains("position 200"), "{command:?}: {}", said(&refused));
    }
    assert_eq!(files(), before);
    // What only folds takes the line as it stands.
    printed(&on(directory.path(), &["progress"]));
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_named_and_only_what_lies_before_it_is_shown() {
    let directory = data::founded();
    let bad = unreadable(directory.path()).await;
    let (at, before, beyond) = (bad.to_string(), (bad - 1).to_string(), (bad + 1).to_string());
    for command in [
        &["progress"][..],
        &["progress", "--json"],
        &["progress", "--as-of", &at],
        &["progress", "--as-of", &beyond],
        &["progress", "--as-of", "2100-01-01"],
        &["export", "events"],
        &["replay"],
        &["doctor"],
    ] {
        let refused = on(directory.path(), command);
        assert_eq!(refused.status.code(), Some(5), "{command:?}: {}", said(&refused));
        let told = format!("{}{}", said(&refused), String::from_utf8_lossy(&refused.stdout));
        assert!(told.contains(&format!("position {bad}")), "{command:?}: {}", said(&refused));
    }
    for earlier in [before.as_str(), "1990-01-01", "1369/01/01"] {
        printed(&on(directory.path(), &["progress", "--as-of", earlier]));
    }
    // A backup has every byte all the same.
    let out = directory.path().join("events.jsonl");
    let exported = on(directory.path(), &["export", "events", "--out", out.to_str().unwrap()]);
    assert_eq!(exported.status.code(), Some(5));
    assert_eq!(std::fs::read_to_string(&out).unwrap().lines().count() as u64, bad + 2);
}

#[test]
fn a_position_that_is_not_reached_is_told_with_that_of_the_last_event() {
    let directory = data::founded();
    let events = printed(&on(directory.path(), &["export", "events"])).lines().count();
    let refused = on(directory.path(), &["progress", "--as-of", "999999999"]);
    assert_eq!(refused.status.code(), Some(3), "{}", said(&refused));
    assert!(said(&refused).contains(&format!("the ledger is at position {}", events - 1)), "{}", said(&refused));
}
