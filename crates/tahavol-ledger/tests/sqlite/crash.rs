//! Sudden death: what was acknowledged is there afterwards, and is signed.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::sync::Arc;

use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::Note;
use tahavol_ledger::{Expected, Ledger, LedgerError, NewEvent, Recorded, SqliteLedger};
use uuid::Uuid;

use super::support::{child, child_argument, event, events, head_copy, open_signed};

const WRITERS: usize = 16;
const THIS_TEST: &str = "crash::every_acknowledged_event_is_there_after_kill_9_under_load";

#[test]
fn every_acknowledged_event_is_there_after_kill_9_under_load() {
    if let Some(directory) = child_argument() {
        return append_until_killed(&directory);
    }
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let program = std::env::current_exe().expect("this program");
    let mut acknowledged = Vec::new();
    // Killed again and again, each time at another moment of the work.
    for round in 0..6 {
        let mut running = child(&program, THIS_TEST, &data).stdout(Stdio::piped()).spawn().expect("the child starts");
        let mut lines = BufReader::new(running.stdout.take().expect("its output")).lines();
        let until = acknowledged.len() + 150 + 173 * round;
        while acknowledged.len() < until {
            let line = lines.next().expect("the child goes on").expect("a line");
            acknowledged.extend(acknowledgement(&line));
        }
        running.kill().expect("SIGKILL");
        running.wait().expect("it is dead");
        // What it had told before it died counts as well; a line that is cut off does not.
        acknowledged.extend(lines.map_while(Result::ok).filter_map(|line| acknowledgement(&line)));
        assert_signed_as_far_as_it_goes(&data);
        assert_all_there(&data, &acknowledged);
    }
}

/// One line per acknowledged append, with the event's place: `ack <stream> <revision> <position> <id>.`
fn acknowledgement(line: &str) -> Option<(String, u64, u64, Uuid)> {
    let words: Vec<&str> = line.strip_prefix("ack ")?.strip_suffix('.')?.split(' ').collect();
    let [stream, revision, position, id] = words[..] else { return None };
    Some((stream.to_owned(), revision.parse().ok()?, position.parse().ok()?, id.parse().ok()?))
}

/// As the dead process has left it: no event without a head, no head without its events, no copy that is ahead.
fn assert_signed_as_far_as_it_goes(directory: &std::path::Path) {
    let reader = SqliteLedger::open_read_only_blocking(directory).expect("it can be read");
    let checked = reader.check().expect("every leaf is right");
    let head = reader.stored_head().expect("it can be read").expect("a head");
    assert_eq!((head.size, head.root), (checked.events, checked.root));
    let copy: Note = std::fs::read_to_string(head_copy(directory)).expect("a copy").parse().expect("a signed note");
    let copy = Checkpoint::parse(&copy.text).expect("a checkpoint");
    assert!(copy.size <= head.size, "{} is ahead of {}", copy.size, head.size);
}

fn assert_all_there(directory: &std::path::Path, acknowledged: &[(String, u64, u64, Uuid)]) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let log: Vec<Recorded> = runtime.block_on(async {
        let ledger = open_signed(directory).await;
        ledger.check().expect("every leaf is right");
        // What the writer only had in memory is known again: no id of before is accepted at another place.
        for (_, _, _, id) in acknowledged.iter().rev().step_by(7).take(50) {
            let reused = NewEvent { id: *id, ..event() };
            let refused = ledger.append("elsewhere", Expected::NoStream, vec![reused]).await;
            assert!(matches!(refused, Err(LedgerError::IdReused { .. })), "{refused:?}");
        }
        ledger.read_all(None, usize::MAX).await.expect("the log")
    });
    assert!(log.iter().enumerate().all(|(index, event)| event.position == index as u64), "positions are dense");
    for (stream, revision, position, id) in acknowledged {
        let event = log.get(*position as usize).expect("an acknowledged event is there");
        assert_eq!((&*event.stream, event.revision, event.id), (stream.as_str(), *revision, *id));
    }
    // All or nothing: the batches are of three events.
    let in_batches = log.iter().filter(|event| event.stream.starts_with("batch-")).count();
    assert_eq!(in_batches % 3, 0);
}

fn append_until_killed(directory: &std::path::Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let ledger = open_signed(directory).await;
        let writers: Vec<_> = (0..WRITERS).map(|writer| tokio::spawn(write(Arc::clone(&ledger), writer))).collect();
        for writer in writers {
            writer.await.expect("a writer does not end");
        }
    });
}

async fn write(ledger: Arc<SqliteLedger>, writer: usize) {
    let stream = tahavol_ledger::contract::new_stream("single");
    let mut expected = Expected::NoStream;
    loop {
        let event = event();
        let id = event.id;
        let appended = ledger.append(&stream, expected, vec![event]).await.expect("it is recorded");
        let position = ledger.await_position(appended.token).await.expect("its position");
        expected = Expected::Exact(appended.revision);
        let line = format!("\nack {stream} {} {position} {id}.\n", appended.revision);
        // In one write, so that no line of another writer comes between.
        std::io::stdout().lock().write_all(line.as_bytes()).expect("the parent listens");
        if writer == 0 {
            let batch = tahavol_ledger::contract::new_stream("batch");
            ledger.append(&batch, Expected::NoStream, events(3)).await.expect("a batch is recorded");
        }
    }
}
