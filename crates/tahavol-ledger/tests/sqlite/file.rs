//! The ledger's file: nothing can be edited, one writer, readers beside it, versions, damage found.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt;
use rusqlite::Connection;
use tahavol_ledger::{Expected, LEDGER_FILE, Ledger, LedgerError, NewEvent, OpenOptions, SqliteLedger, merkle};

use super::support::{event, events, open, start};

#[tokio::test]
async fn no_statement_edits_or_deletes_an_event_or_a_stream() {
    let directory = tempfile::tempdir().expect("a directory");
    start(&*open(directory.path()).await, "s", events(3)).await.expect("three events");
    // Another program, with none of our settings.
    let other = Connection::open(directory.path().join(LEDGER_FILE)).expect("the file opens");
    other.execute_batch("PRAGMA recursive_triggers = OFF; PRAGMA foreign_keys = OFF").expect("its own settings");
    let before = content(&other);
    let columns = "(position, stream, revision, id, type, line, leaf)";
    for statement in [
        "UPDATE event SET line = x'00' WHERE position = 1".to_owned(),
        "UPDATE event SET position = 7 WHERE position = 2".to_owned(),
        "UPDATE OR REPLACE event SET id = (SELECT id FROM event WHERE position = 0) WHERE position = 1".to_owned(),
        "DELETE FROM event WHERE position = 2".to_owned(),
        "DELETE FROM event".to_owned(),
        "UPDATE stream SET name = 'other'".to_owned(),
        "DELETE FROM stream".to_owned(),
        format!("INSERT OR REPLACE INTO event {columns} SELECT position, 1, revision, id, 't', x'00', leaf FROM event"),
        // By the revision alone, by the position alone, and past the end.
        format!("REPLACE INTO event {columns} SELECT 2, 1, 3, randomblob(16), 't', x'00', leaf FROM event LIMIT 1"),
        format!("REPLACE INTO event {columns} SELECT 3, 1, 1, randomblob(16), 't', x'00', leaf FROM event LIMIT 1"),
        format!("INSERT INTO event {columns} SELECT 9, 1, 3, randomblob(16), 't', x'00', leaf FROM event LIMIT 1"),
        "INSERT OR REPLACE INTO stream (id, name) VALUES (1, 'other')".to_owned(),
        "INSERT OR REPLACE INTO stream (name) VALUES ('s')".to_owned(),
    ] {
        let refused = other.execute_batch(&statement).expect_err(&statement).to_string();
        assert!(refused.contains("append-only"), "{statement}: {refused}");
        assert_eq!(content(&other), before, "{statement}");
    }
}

#[tokio::test]
async fn a_second_writer_is_refused_and_told_who_writes() {
    let directory = tempfile::tempdir().expect("a directory");
    let first = open(directory.path()).await;
    let second = SqliteLedger::open(directory.path(), OpenOptions::default()).await;
    let message = second.err().expect("refused").to_string();
    assert!(message.contains(&format!("process {}", std::process::id())), "{message}");
    assert!(message.contains(LEDGER_FILE), "{message}");
    start(&first, "s", events(1)).await.expect("the first one is not disturbed");
    first.close().await.expect("it closes");
    let next = SqliteLedger::open(directory.path(), OpenOptions::default()).await;
    assert!(next.is_ok(), "a closed ledger can be opened");
}

#[tokio::test]
async fn a_reader_works_beside_the_writer_and_cannot_write() {
    let directory = tempfile::tempdir().expect("a directory");
    let writer = open(directory.path()).await;
    start(&writer, "s", events(2)).await.expect("history");
    let reader = SqliteLedger::open_read_only(directory.path()).await.expect("it opens beside the writer");
    assert_eq!(reader.head().await, Ok(Some(1)));
    let refused = start(&reader, "r", events(1)).await;
    assert!(matches!(refused, Err(LedgerError::Unavailable { retry: false, .. })), "{refused:?}");

    let mut subscription = reader.subscribe(None);
    writer.append("s", Expected::Exact(1), events(3)).await.expect("live");
    for position in 0..5 {
        let event = tokio::time::timeout(Duration::from_secs(30), subscription.next()).await.expect("it comes");
        assert_eq!(event.expect("no end").expect("no error").position, position);
    }
    assert_eq!(reader.read_all(None, 100).await, writer.read_all(None, 100).await);
    reader.close().await.expect("it closes");
    assert_eq!(subscription.next().await, None);
}

#[tokio::test]
async fn a_file_of_a_later_version_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join(LEDGER_FILE);
    start(&*open(directory.path()).await, "s", events(1)).await.expect("an event");
    Connection::open(&file).expect("it opens").pragma_update(None, "user_version", 99).expect("a later version");
    for result in [
        SqliteLedger::open(directory.path(), OpenOptions::default()).await.err(),
        SqliteLedger::open_read_only(directory.path()).await.err(),
    ] {
        assert_eq!(result, Some(LedgerError::NewerVersion { found: 99, known: 3 }));
    }
    let version: i64 =
        Connection::open(&file).and_then(|file| file.query_row("PRAGMA user_version", [], |row| row.get(0))).expect("the version");
    assert_eq!(version, 99);
}

#[tokio::test]
async fn a_database_of_another_program_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("other.db");
    Connection::open(&file).expect("it opens").execute_batch("CREATE TABLE t (a)").expect("a table");
    let result = SqliteLedger::open(&file, OpenOptions::default()).await.err();
    assert!(matches!(result, Some(LedgerError::Refused { .. })), "{result:?}");
    std::fs::write(&file, vec![b'x'; 8_192]).expect("no database at all");
    let result = SqliteLedger::open(&file, OpenOptions::default()).await.err();
    assert!(matches!(result, Some(LedgerError::Corrupt { .. })), "{result:?}");
}

#[tokio::test]
async fn a_ledger_that_is_not_there_is_not_made_by_a_reader() {
    let directory = tempfile::tempdir().expect("a directory");
    let nowhere = directory.path().join("nowhere");
    let reading = SqliteLedger::open_read_only(&nowhere).await.err();
    let options = OpenOptions { create: false, ..OpenOptions::default() };
    let writing = SqliteLedger::open(&nowhere, options).await.err();
    for result in [reading, writing] {
        assert!(matches!(result, Some(LedgerError::Refused { .. })), "{result:?}");
    }
    assert!(!nowhere.exists());
}

#[tokio::test]
async fn damage_at_the_end_of_the_log_is_found_when_it_is_opened() {
    for damage in ["UPDATE event SET line = x'7b7d' WHERE position = 4", "DELETE FROM event WHERE position = 2"] {
        let directory = tempfile::tempdir().expect("a directory");
        start(&*open(directory.path()).await, "s", events(5)).await.expect("events");
        tamper(&directory.path().join(LEDGER_FILE), damage);
        let result = SqliteLedger::open(directory.path(), OpenOptions::default()).await.err();
        assert!(matches!(result, Some(LedgerError::Corrupt { position: Some(4), .. })), "{result:?}");
    }
}

#[tokio::test]
async fn a_full_check_finds_a_changed_line_and_tells_the_root() {
    let directory = tempfile::tempdir().expect("a directory");
    let ledger = open(directory.path()).await;
    let events = events(50);
    start(&ledger, "s", events.clone()).await.expect("events");
    let checked = ledger.check().expect("nothing is wrong");
    assert_eq!(checked.events, 50);
    assert_eq!(checked.root, merkle::root(events.iter().map(|event| merkle::leaf_hash(&event.line))));
    tamper(ledger.path(), "UPDATE event SET line = x'7b7d' WHERE position = 17");
    assert!(matches!(ledger.check(), Err(LedgerError::Corrupt { position: Some(17), .. })));
}

#[tokio::test]
async fn a_scan_visits_every_line_and_stops_when_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let ledger = open(directory.path()).await;
    // More than one chunk.
    let events = events(17_000);
    for (index, part) in events.chunks(1_000).enumerate() {
        start(&ledger, &format!("s-{index}"), part.to_vec()).await.expect("events");
    }
    let mut next = 0;
    let visited = ledger.scan(None, &mut |position, line, leaf| {
        assert_eq!((position, line), (next, &events[next as usize].line[..]));
        assert_eq!(*leaf, merkle::leaf_hash(line));
        next += 1;
        ControlFlow::Continue(())
    });
    assert_eq!(visited, Ok(17_000));
    let visited = ledger.scan(Some(16_989), &mut |_, _, _| ControlFlow::Continue(()));
    assert_eq!(visited, Ok(10));
    let visited = ledger.scan(Some(3), &mut |position, _, _| {
        if position == 7 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(visited, Ok(4));
    assert_eq!(ledger.scan(Some(u64::MAX), &mut |_, _, _| ControlFlow::Continue(())), Ok(0));
}

#[tokio::test]
async fn an_id_is_known_whether_it_waits_for_the_index_or_lies_in_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let ledger = open(directory.path()).await;
    // More than one round of the sweep over all first bytes.
    let events = events(70_000);
    let streams: Vec<String> = (0..140).map(|n| format!("s-{n}")).collect();
    let queued: Vec<_> =
        streams.iter().zip(events.chunks(500)).map(|(stream, part)| ledger.append(stream, Expected::NoStream, part.to_vec())).collect();
    for append in queued {
        append.await.expect("events");
    }
    let swept = |path: &Path| -> (u64, u64) {
        let question = "SELECT (SELECT count(*) FROM event_id), (SELECT events FROM event_id_swept)";
        let file = Connection::open(path).expect("the file opens");
        file.query_row(question, [], |row| Ok((row.get::<_, i64>(0)? as u64, row.get::<_, i64>(1)? as u64))).expect("counts")
    };
    let (in_index, surely) = swept(ledger.path());
    assert!(in_index > 20_000 && in_index < 70_000, "{in_index} ids in the index");
    assert!(surely <= in_index);
    assert_all_known(&ledger, &events).await;

    let path = ledger.path().to_owned();
    ledger.close().await.expect("it closes");
    drop(ledger);
    assert_eq!(swept(&path), (70_000, 70_000), "a proper close leaves none waiting");
    assert_all_known(&*open(directory.path()).await, &events).await;
}

async fn assert_all_known(ledger: &SqliteLedger, events: &[NewEvent]) {
    for (index, event) in events.iter().enumerate().step_by(97) {
        let reused = start(ledger, "elsewhere", vec![event.clone()]).await;
        let (stream, revision) = (format!("s-{}", index / 500), index as u64 % 500);
        assert_eq!(reused, Err(LedgerError::IdReused { id: event.id, stream, revision }));
    }
}

#[tokio::test]
async fn closing_records_what_is_queued_and_refuses_what_comes_later() {
    let directory = tempfile::tempdir().expect("a directory");
    let ledger = open(directory.path()).await;
    let streams: Vec<String> = (0..500).map(|n| format!("s-{n}")).collect();
    let queued: Vec<_> = streams.iter().map(|stream| ledger.append(stream, Expected::NoStream, vec![event()])).collect();
    ledger.close().await.expect("it closes");
    for append in queued {
        append.await.expect("it was queued before the end");
    }
    let late = start(&ledger, "late", events(1)).await;
    assert!(matches!(late, Err(LedgerError::Unavailable { retry: false, .. })), "{late:?}");
    assert_eq!(open(directory.path()).await.head().await, Ok(Some(499)));
}

#[tokio::test]
async fn a_row_of_another_program_does_not_stop_the_writer() {
    let directory = tempfile::tempdir().expect("a directory");
    let ledger = open(directory.path()).await;
    start(&ledger, "s", events(1)).await.expect("an event");
    let other = Connection::open(ledger.path()).expect("the file opens");
    other
        .execute_batch(
            "INSERT INTO event (position, stream, revision, id, type, line, leaf)
             SELECT 1, 1, 1, randomblob(16), 't', line, leaf FROM event",
        )
        .expect("a row past the writer");
    let first = ledger.append("s", Expected::Exact(0), vec![event()]).await;
    assert!(matches!(first, Err(LedgerError::Unavailable { retry: true, .. })), "{first:?}");
    let again = ledger.append("s", Expected::Exact(0), vec![event()]).await;
    assert!(matches!(again, Err(LedgerError::Conflict { actual: Some(1), .. })), "{again:?}");
    ledger.append("s", Expected::Exact(1), vec![event()]).await.expect("it goes on");
}

/// Changes the file as someone would who first removes the triggers.
fn tamper(file: &Path, statement: &str) {
    let connection = Connection::open(file).expect("it opens");
    connection
        .execute_batch("DROP TRIGGER event_is_never_updated; DROP TRIGGER event_is_never_deleted")
        .and_then(|()| connection.execute_batch(statement))
        .expect("the file is changed");
}

fn content(connection: &Connection) -> Vec<(i64, Vec<u8>, String)> {
    let mut statement = connection
        .prepare("SELECT position, line, name FROM event JOIN stream ON stream.id = stream ORDER BY position")
        .expect("a statement");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("rows");
    rows.collect::<Result<_, _>>().expect("every row")
}
