//! What lies beside the events: indices, origins, triggers, cosigned heads, the copy of the newest head, the key file.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use tahavol_ledger::LEDGER_FILE;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::{KeyKind, SigningKey};
use tempfile::TempDir;

use crate::ledger::changed;
use crate::real::{SIZE, real};
use crate::{Verdict, expect, verify};

fn whole(path: &Path) -> Verdict {
    verify(path, &["--key", &real().vkey().to_string()])
}

fn after(sql: &str) -> Verdict {
    let (_folder, path) = changed(|connection| connection.execute_batch(sql).unwrap());
    whole(&path)
}

#[test]
fn whatever_is_changed_beside_the_events_is_noticed() {
    for (what, sql, position) in [
        ("an id that is gone", "DELETE FROM event_id WHERE position = 100", Some(100)),
        ("an id of no event", "INSERT INTO event_id VALUES (x'01020304', 20000)", Some(20_000)),
        ("more swept than there is", "UPDATE event_id_swept SET events = 20000", None),
        ("nothing is told of sweeping", "DELETE FROM event_id_swept", None),
        ("a stream without events", "INSERT INTO stream (name) VALUES ('station/of-nobody')", None),
        ("a further origin", "INSERT INTO log_origin VALUES (2, 'log.example/2', 5, 'why')", None),
        ("a further table", "CREATE TABLE note (text TEXT)", None),
        ("a trigger of somebody", "CREATE TRIGGER other AFTER INSERT ON event BEGIN SELECT 1; END", None),
    ] {
        expect(&after(sql), 21, position, what);
    }
    let (_folder, path) = changed(|_| ());
    expect(&whole(&path), 0, None, "nothing");
    Connection::open(&path).unwrap().execute_batch("DROP TRIGGER event_is_never_updated").unwrap();
    let found = whole(&path);
    expect(&found, 21, None, "a trigger that is gone");
    assert!(found.said["message"]["en"].as_str().unwrap().contains("event_is_never_updated"), "{:#}", found.said);
}

#[test]
fn a_cosigned_head_that_is_none_of_the_logs_is_noticed() {
    let put = |size: u64, note: &str| {
        let (_folder, path) = changed(|connection| {
            connection.execute("INSERT INTO cosigned_head VALUES (1, ?1, ?2)", params![size, note]).map(drop).unwrap();
        });
        whole(&path)
    };
    expect(&put(7, "nothing"), 27, None, "no note");
    expect(&put(real().size_before, &real().note_before), 0, None, "an older head of the log");
    expect(&put(7, &real().note_before), 27, None, "another size than its note's");
    expect(&put(SIZE, &real().note_of_fork), 27, None, "the head of a fork");
    let stranger = SigningKey::generate("log.example", KeyKind::Log, [9; 32]).unwrap();
    let other = Checkpoint { origin: "log.example".to_owned(), size: 7, root: [7; 32] }.signed(&[stranger]).unwrap();
    expect(&put(7, &other.to_string()), 27, None, "of another log");
}

/// Yesterday's data directory with today's key and copy of the head beside it.
fn restored() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::copy(real().before.join(LEDGER_FILE), data.join(LEDGER_FILE)).unwrap();
    for part in ["key", "head"] {
        fs::copy(beside(&real().data, part), beside(&data, part)).unwrap();
    }
    (folder, data)
}

fn beside(data: &Path, part: &str) -> String {
    format!("{}-log.{part}", data.display())
}

#[test]
fn yesterdays_backup_is_older_than_the_copy_of_the_head_that_lies_beside_it() {
    let (_folder, data) = restored();
    let found = verify(&data, &[]);
    expect(&found, 34, None, "behind the copy");
    assert!(found.said["message"]["en"].as_str().unwrap().contains("-log.head"), "{:#}", found.said);
    fs::write(beside(&data, "head"), "nothing\n").unwrap();
    expect(&verify(&data, &["--quick"]), 26, None, "a copy that is none");
    fs::write(beside(&data, "head"), [0xff, 0xfe]).unwrap();
    expect(&verify(&data, &["--quick"]), 34, None, "a copy that cannot be read");
    fs::remove_file(beside(&data, "head")).unwrap();
    expect(&verify(&data, &["--quick"]), 0, None, "no copy");
}

#[cfg(unix)]
#[test]
fn a_check_needs_no_private_key() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, data) = restored();
    fs::copy(beside(&real().before, "head"), beside(&data, "head")).unwrap();
    fs::set_permissions(beside(&data, "key"), fs::Permissions::from_mode(0o640)).unwrap();
    expect(&verify(&data, &["--quick", "--key", &real().vkey().to_string()]), 0, None, "a key file that others can read");
    expect(&verify(&data, &["--quick"]), 0, None, "its public half is enough");
    fs::write(beside(&data, "key"), "nothing\n").unwrap();
    expect(&verify(&data, &["--quick", "--key", &real().vkey().to_string()]), 0, None, "a key file that holds none");
}

#[test]
fn a_file_of_lines_is_no_ledger_and_that_is_said() {
    let found = verify(&real().bundle.join("events.jsonl"), &[]);
    expect(&found, 20, None, "events.jsonl");
    assert!(found.said["message"]["en"].as_str().unwrap().contains("directory of the bundle"), "{:#}", found.said);
}

/// Answers everything with the same.
fn says(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = [0; 4_096];
            let _ = stream.read(&mut asked).unwrap();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", answer.len());
            let _ = stream.write_all(format!("{head}{answer}").as_bytes());
        }
    });
    address
}

#[test]
fn what_a_server_says_is_not_believed_before_a_key_has_signed_it() {
    let origin = real().key.name().to_owned();
    let huge = Checkpoint { origin: origin.clone(), size: i64::MAX as u64, root: [7; 32] };
    let stranger = SigningKey::generate(&origin, KeyKind::Log, [9; 32]).unwrap();
    let key = real().vkey().to_string();
    let address = says(huge.signed(&[stranger]).unwrap().to_string());
    let log = format!("{address}/log");
    expect(&verify(Path::new(&log), &["--key", &key]), 26, None, "a size that nobody signed");
    expect(&verify(Path::new(&log), &[]), 26, None, "no key");
    // Signed or not: nothing is made ready for so many.
    let log = format!("{}/log", says(huge.signed(std::slice::from_ref(&real().key)).unwrap().to_string()));
    expect(&verify(Path::new(&log), &["--key", &key]), 20, None, "a size that is signed, and no lines");
    let address = says("welcome".to_owned());
    let found = verify(Path::new(&address), &["--key", &key]);
    expect(&found, 20, None, "not the log");
    assert!(found.said["message"]["en"].as_str().unwrap().contains(&format!("{address}/log")), "{:#}", found.said);
}
