//! A ledger file that somebody has changed with a program of his own, behind every trigger.

use std::fs::{self, OpenOptions as Files};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use tahavol_ledger::LEDGER_FILE;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::leaf_hash;
use tahavol_ledger::merkle::note::{KeyKind, Note, SigningKey};
use tahavol_tests::binary;
use tempfile::TempDir;

use crate::real::{PLACE, SIZE, real};
use crate::{Verdict, expect, verify};

/// A copy of the ledger file, after what somebody did to it.
pub(crate) fn changed(change: impl FnOnce(&Connection)) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(LEDGER_FILE);
    fs::copy(real().ledger(), &path).unwrap();
    let (connection, triggers) = unguarded(&path);
    change(&connection);
    // Whoever is careful puts them back.
    connection.execute_batch(&triggers.join(";\n")).unwrap();
    connection.close().unwrap();
    (folder, path)
}

/// Without the triggers and checks that stand in the way.
fn unguarded(path: &Path) -> (Connection, Vec<String>) {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA journal_mode = DELETE").unwrap();
    let triggers: Vec<(String, String)> = {
        let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap()
    };
    for (trigger, _) in &triggers {
        connection.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    (connection, triggers.into_iter().map(|(_, sql)| sql).collect())
}

fn checked(path: &Path) -> Verdict {
    verify(path, &["--key", &real().vkey().to_string()])
}

fn verdict(change: impl FnOnce(&Connection)) -> Verdict {
    let (_folder, path) = changed(change);
    checked(&path)
}

pub(crate) fn line(connection: &Connection, position: u64) -> Vec<u8> {
    connection.query_row("SELECT line FROM event WHERE position = ?1", [position], |row| row.get(0)).unwrap()
}

/// The line and its leaf, as if it had been so from the beginning.
pub(crate) fn rewrite(connection: &Connection, position: u64, line: &[u8]) {
    let changed = connection
        .execute("UPDATE event SET line = ?2, leaf = ?3 WHERE position = ?1", params![position, line, leaf_hash(line).as_slice()])
        .unwrap();
    assert_eq!(changed, 1);
}

/// The subtrees over what is there now.
pub(crate) fn grow_anew(connection: &Connection) {
    let leaves: Vec<[u8; 32]> = {
        let mut statement = connection.prepare("SELECT leaf FROM event ORDER BY position").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
    };
    connection.execute("DELETE FROM subtree", []).unwrap();
    let mut below = leaves;
    for level in 1.. {
        let above: Vec<[u8; 32]> = below.chunks_exact(256).map(|hashes| tahavol_ledger::merkle::root(hashes.iter().copied())).collect();
        for (number, hash) in above.iter().enumerate() {
            connection.execute("INSERT INTO subtree VALUES (?1, ?2, ?3)", params![level, number as u64, &hash[..]]).unwrap();
        }
        if above.is_empty() {
            return;
        }
        below = above;
    }
}

pub(crate) fn put_head(connection: &Connection, note: &str) {
    let checkpoint = Checkpoint::parse(&note.parse::<Note>().unwrap().text).unwrap();
    connection
        .execute("UPDATE signed_head SET size = ?1, root = ?2, note = ?3", params![checkpoint.size, &checkpoint.root[..], note])
        .unwrap();
}

/// Another time of recording, as many digits as before.
pub(crate) fn another_time(line: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(line.to_vec()).unwrap();
    let at = text.find("\"time\":\"").unwrap() + 8;
    format!("{}2026-01-02T03:04:05.000006Z{}", &text[..at], &text[at + 27..]).into_bytes()
}

#[test]
fn an_untouched_ledger_passes_beside_its_configuration_and_by_a_key_that_is_given() {
    let own = verify(&real().data, &[]);
    expect(&own, 0, None, "with the configured key");
    assert!(own.said["notes"].to_string().contains("WARNING"), "its own key is no proof, and that is said");
    let given = verify(&real().data, &["--key", &real().vkey().to_string()]);
    expect(&given, 0, None, "with a key that is given");
    assert!(!given.said["notes"].to_string().contains("WARNING"));
    assert_eq!(given.said["size"], SIZE);
    let quick = verify(&real().ledger(), &["--quick", "--key", &real().vkey().to_string()]);
    expect(&quick, 0, None, "quick");
}

#[test]
fn a_flipped_byte_in_any_stored_column_of_an_event_is_noticed_at_its_position() {
    let flip = |column: &'static str| {
        move |connection: &Connection| {
            let mut bytes: Vec<u8> = connection
                .query_row(&format!("SELECT CAST({column} AS BLOB) FROM event WHERE position = ?1"), [PLACE], |row| row.get(0))
                .unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            let cast = if column == "type" { "CAST(?2 AS TEXT)" } else { "?2" };
            connection.execute(&format!("UPDATE event SET {column} = {cast} WHERE position = ?1"), params![PLACE, bytes]).unwrap();
        }
    };
    let number = |change: &'static str| {
        move |connection: &Connection| {
            connection.execute(&format!("UPDATE event SET {change} WHERE position = ?1"), [PLACE]).map(drop).unwrap();
        }
    };
    expect(&verdict(number("position = position | (1 << 24)")), 29, Some(PLACE), "position");
    expect(&verdict(number("stream = stream | (1 << 24)")), 21, Some(PLACE), "stream");
    expect(&verdict(number("revision = revision | (1 << 24)")), 21, Some(PLACE), "revision");
    expect(&verdict(flip("id")), 21, Some(PLACE), "id");
    expect(&verdict(flip("type")), 21, Some(PLACE), "type");
    expect(&verdict(flip("leaf")), 23, Some(PLACE), "leaf");
}

#[test]
fn a_flipped_byte_anywhere_in_a_line_is_noticed_at_its_position() {
    let (_folder, path) = changed(|_| ());
    let (connection, _) = unguarded(&path);
    let line = line(&connection, PLACE);
    for at in (0..line.len()).step_by(line.len() / 11) {
        let mut changed = line.clone();
        changed[at] ^= 1;
        connection.execute("UPDATE event SET line = ?2 WHERE position = ?1", params![PLACE, changed]).unwrap();
        let found = checked(&path);
        // No JSON any more, another column than beside it, or only another leaf.
        assert!([21, 22, 23].contains(&found.code) && found.position == Some(PLACE), "byte {at}: {found:?}");
        assert_eq!(verify(&path, &["--quick"]).code, 23, "byte {at} in a quick check");
    }
}

#[test]
fn a_flipped_byte_beside_the_events_is_noticed() {
    let of_stream = verdict(|connection| {
        connection
            .execute("UPDATE stream SET name = replace(name, '-', '.') WHERE id = (SELECT stream FROM event WHERE position = ?1)", [PLACE])
            .map(drop)
            .unwrap();
    });
    assert_eq!(of_stream.code, 21, "stream.name");
    let first: u64 = Connection::open(real().ledger())
        .unwrap()
        .query_row("SELECT min(position) FROM event WHERE stream = (SELECT stream FROM event WHERE position = ?1)", [PLACE], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(of_stream.position, Some(first), "the first event of the stream");
    let subtree = verdict(|connection| {
        connection.execute("UPDATE subtree SET hash = randomblob(32) WHERE level = 1 AND number = 9", []).map(drop).unwrap();
    });
    expect(&subtree, 24, Some(9 * 256), "subtree.hash");
    let gone = verdict(|connection| {
        connection.execute("DELETE FROM subtree WHERE level = 1 AND number = 9", []).map(drop).unwrap();
    });
    expect(&gone, 24, Some(9 * 256), "a subtree that is gone");
    let column = verdict(|connection| {
        connection.execute("UPDATE signed_head SET root = randomblob(32)", []).map(drop).unwrap();
    });
    expect(&column, 21, None, "signed_head.root");
    let index = verdict(|connection| {
        connection.execute("UPDATE event_id SET id = randomblob(16) WHERE position = 100", []).map(drop).unwrap();
    });
    expect(&index, 21, Some(100), "event_id.id");
}

/// Size and root are held against the lines before the signature is looked at, so those two are told first.
#[test]
fn a_flipped_byte_in_the_signed_note_is_noticed() {
    let note = &real().note;
    for at in (0..note.len()).step_by(11) {
        let mut bytes = note.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        let (_folder, path) = changed_note(&changed);
        let found = verify(&path, &["--quick", "--key", &real().vkey().to_string()]);
        assert!([25, 26, 33].contains(&found.code), "byte {at} of the note: {found:?}");
    }
}

fn changed_note(note: &str) -> (TempDir, PathBuf) {
    changed(|connection| connection.execute("UPDATE signed_head SET note = ?1", [note]).map(drop).unwrap())
}

#[test]
fn a_deleted_row_is_noticed_at_its_position() {
    let found = verdict(|connection| connection.execute("DELETE FROM event WHERE position = ?1", [PLACE]).map(drop).unwrap());
    expect(&found, 29, Some(PLACE), "deleted");
    let last = verdict(|connection| connection.execute("DELETE FROM event WHERE position = ?1", [SIZE - 1]).map(drop).unwrap());
    expect(&last, 25, Some(SIZE - 1), "the last one deleted");
}

/// Where the rows take their leaves with them, the subtree over 256 of them is the finest record of the order.
#[test]
fn a_swapped_pair_is_noticed() {
    let swap = |columns: &str| {
        let set = |from: u64, to: u64| {
            format!("UPDATE event SET {columns} = (SELECT {columns} FROM was WHERE position = {from}) WHERE position = {to};")
        };
        format!("CREATE TEMP TABLE was AS SELECT * FROM event WHERE position IN ({PLACE}, {});", PLACE + 1)
            + &set(PLACE, PLACE + 1)
            + &set(PLACE + 1, PLACE)
    };
    let lines = verdict(|connection| connection.execute_batch(&swap("line")).unwrap());
    expect(&lines, 21, Some(PLACE), "lines swapped");
    let rows = verdict(|connection| {
        let batch = format!(
            "UPDATE event SET position = -1 WHERE position = {PLACE};
             UPDATE event SET position = {PLACE} WHERE position = {};
             UPDATE event SET position = {} WHERE position = -1;",
            PLACE + 1,
            PLACE + 1
        );
        connection.execute_batch(&batch).unwrap();
        connection.execute_batch("DELETE FROM event_id; UPDATE event_id_swept SET events = 0").unwrap();
    });
    expect(&rows, 23, Some(PLACE / 256 * 256), "rows swapped");
}

#[test]
fn an_appended_row_with_a_right_looking_hash_is_an_unsigned_tail() {
    let found = verdict(|connection| {
        let line = line(connection, SIZE - 1);
        let batch = "INSERT INTO event SELECT ?1, stream, revision + 1000, id, type, ?2, ?3 FROM event WHERE position = ?4";
        let text = String::from_utf8(line).unwrap();
        let revision: u64 = connection.query_row("SELECT revision FROM event WHERE position = ?1", [SIZE - 1], |row| row.get(0)).unwrap();
        let text = text.replace(&format!("\"revision\":{revision}"), &format!("\"revision\":{}", revision + 1000));
        connection.execute(batch, params![SIZE, text.as_bytes(), leaf_hash(text.as_bytes()).as_slice(), SIZE - 1]).unwrap();
    });
    expect(&found, 33, Some(SIZE), "appended");
}

#[test]
fn a_changed_recorded_time_is_noticed_however_well_the_tree_is_grown_anew() {
    let fixed_up = |connection: &Connection| {
        let line = another_time(&line(connection, PLACE));
        rewrite(connection, PLACE, &line);
    };
    expect(&verdict(fixed_up), 23, Some(PLACE / 256 * 256), "line and leaf");
    let with_tree = |connection: &Connection| {
        fixed_up(connection);
        grow_anew(connection);
    };
    expect(&verdict(with_tree), 25, None, "line, leaf and tree");
    let with_root = verdict(|connection| {
        with_tree(connection);
        let root = tahavol_ledger::merkle::root(leaves(connection));
        let origin = real().key.name().to_owned();
        let stranger = SigningKey::generate(&origin, KeyKind::Log, [9; 32]).unwrap();
        let note = Checkpoint { origin, size: SIZE, root }.signed(&[stranger]).unwrap();
        put_head(connection, &note.to_string());
    });
    expect(&with_root, 26, None, "line, leaf, tree and a head signed by somebody else");
}

pub(crate) fn leaves(connection: &Connection) -> Vec<[u8; 32]> {
    let mut statement = connection.prepare("SELECT leaf FROM event ORDER BY position").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_truncated_file_is_noticed() {
    let (_folder, path) = changed(|_| ());
    let length = fs::metadata(&path).unwrap().len();
    Files::new().write(true).open(&path).unwrap().set_len(length / 2 / 4096 * 4096).unwrap();
    assert_eq!(checked(&path).code, 20);
    Files::new().write(true).open(&path).unwrap().set_len(100).unwrap();
    assert_eq!(checked(&path).code, 20);
}

#[test]
fn an_older_head_and_the_head_of_a_fork_are_noticed() {
    let older = verdict(|connection| put_head(connection, &real().note_before));
    expect(&older, 33, Some(real().size_before), "an older head");
    let fork = verdict(|connection| put_head(connection, &real().note_of_fork));
    expect(&fork, 25, None, "the head of a fork");
    let none = verdict(|connection| connection.execute_batch("DELETE FROM signed_head").unwrap());
    expect(&none, 20, None, "no head any more");
    let never = verdict(|connection| connection.execute_batch("DELETE FROM signed_head; DELETE FROM log_origin").unwrap());
    expect(&never, 33, Some(0), "as if it had never been signed");
}

#[test]
fn a_key_that_is_not_the_logs_is_noticed() {
    let stranger = SigningKey::generate(real().key.name(), KeyKind::Log, [7; 32]).unwrap();
    let found = verify(&real().data, &["--key", &stranger.verifying_key().to_string()]);
    expect(&found, 26, None, "another key of the same name");
    let (_folder, path) = changed(|_| ());
    expect(&verify(&path, &[]), 26, None, "no key at all");
}

#[test]
fn yesterdays_backup_behind_a_newer_head_is_noticed_and_not_written_to() {
    let backup = &real().before;
    let folder = tempfile::tempdir().unwrap();
    let known = folder.path().join("known");
    fs::write(&known, &real().note).unwrap();
    let more = ["--key", &real().vkey().to_string(), "--known", known.to_str().unwrap()];
    expect(&verify(backup, &more), 34, None, "older than a head that is known");
    expect(&verify(&real().data, &more), 0, None, "the same head");
    fs::write(&known, &real().note_before).unwrap();
    expect(&verify(&real().data, &more), 0, None, "an older head of the same log");
    fs::write(&known, &real().note_of_fork).unwrap();
    expect(&verify(&real().data, &more), 34, None, "a head of another history");
    // The copy of the newest head lies outside the data directory, so that it is not put back with it.
    let restored = tempfile::tempdir().unwrap();
    let data = restored.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::copy(backup.join(LEDGER_FILE), data.join(LEDGER_FILE)).unwrap();
    for part in ["key", "head"] {
        let beside = |data: &Path| format!("{}-log.{part}", data.display());
        fs::copy(beside(&real().data), beside(&data)).unwrap();
    }
    let refused = binary::run(&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(5), "{said}");
    assert!(said.contains("older state"), "{said}");
}
