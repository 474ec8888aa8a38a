//! A replica: what another engine has recorded is copied in its order, read like any ledger, and never appended to.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use futures_util::StreamExt;
use rusqlite::Connection;
use tahavol_ledger::contract::new_event;
use tahavol_ledger::{
    Alarm, Expected, LEDGER_FILE, Ledger, LedgerError, LedgerFile, Look, Looked, MAX_LINE, NewEvent, OpenOptions, Place, Recorded,
    Replicated, Retention, SqliteLedger,
};
use tempfile::tempdir;
use uuid::Uuid;

use super::support::{LOG, child, child_argument, engine, events, open, replica, signed, start};

const KILLED: &str = "replica::what_was_answered_is_there_after_kill_9_while_copying";

#[tokio::test]
async fn a_replica_holds_what_the_engine_has_in_its_order_and_goes_on_after_a_restart() {
    let directory = tempdir().expect("a directory");
    let ledger = open_replica(directory.path()).await;
    assert_eq!(ledger.replica_of(), Some(LOG));
    assert_eq!(ledger.last_place().await, Ok(None));
    let mut subscription = ledger.subscribe(None);
    let all = engine(2_500);
    assert_eq!(ledger.replicate(all[..1_000].to_vec(), Vec::new()).await, Ok(1_000));
    assert_eq!(ledger.replicate(all[1_000..2_000].to_vec(), Vec::new()).await, Ok(2_000));
    for position in 0..2_000 {
        assert_eq!(subscription.next().await.expect("no end").expect("no error").position, position);
    }
    ledger.close().await.expect("it closes");
    drop(ledger);

    let ledger = open_replica(directory.path()).await;
    assert_eq!(ledger.last_place().await, Ok(Some(place(&all, 1_999))));
    assert_eq!(ledger.replicate(all[2_000..].to_vec(), Vec::new()).await, Ok(2_500));
    assert_holds(&ledger, &all).await;
    for position in [0, 7, 2_499] {
        assert_eq!(ledger.place(position as u64).await, Ok(Some(place(&all, position))));
    }
    assert_eq!(ledger.place(2_500).await, Ok(None));
    assert_eq!(ledger.check().expect("every leaf is right").events, 2_500);
    assert_eq!(LedgerFile::open(directory.path()).expect("it can be examined").first_odd(), Ok(None));
}

#[tokio::test]
async fn what_arrives_again_is_passed_over() {
    let directory = tempdir().expect("a directory");
    let ledger = open_replica(directory.path()).await;
    let all = engine(300);
    ledger.replicate(all[..200].to_vec(), Vec::new()).await.expect("the first events");
    assert_eq!(ledger.replicate(all[50..250].to_vec(), Vec::new()).await, Ok(250));
    assert_eq!(ledger.replicate(all[249..].to_vec(), Vec::new()).await, Ok(300));
    assert_eq!(ledger.replicate(all.clone(), Vec::new()).await, Ok(300));
    assert_eq!(ledger.replicate(Vec::new(), Vec::new()).await, Ok(300));
    assert_holds(&ledger, &all).await;
}

#[tokio::test]
async fn what_does_not_follow_on_is_damage_at_its_position_and_what_comes_before_it_stays() {
    let all = engine(300);
    let mut gap = all.clone();
    gap.remove(222);
    let mut other_line = all.clone();
    other_line[20].event.line = new_event("another").line;
    let mut other_id = all.clone();
    other_id[20].event.id = Uuid::new_v4();
    let mut other_place = all.clone();
    other_place[20].prepare += 1;
    let mut back = all.clone();
    (back[222].commit, back[222].prepare) = (all[221].commit, all[221].prepare);
    let mut long = all.clone();
    long[222].event.line = vec![b' '; MAX_LINE + 1].into();
    let mut nameless = all.clone();
    (nameless[222].stream, nameless[222].revision) = (Arc::from(""), 0);
    // The event behind a gap is the next one of its own stream; so the gap shows when its stream goes on.
    for (what, wrong, position) in [
        ("gap", gap, 231),
        ("another line", other_line, 200),
        ("another id", other_id, 200),
        ("another place", other_place, 200),
        ("before the last one", back, 222),
        ("too long", long, 222),
        ("no stream", nameless, 222),
    ] {
        let directory = tempdir().expect("a directory");
        let ledger = open_replica(directory.path()).await;
        ledger.replicate(all[..200].to_vec(), Vec::new()).await.expect("the first events");
        let refused = ledger.replicate(wrong.clone(), Vec::new()).await;
        assert!(matches!(refused, Err(LedgerError::Corrupt { position: Some(at), .. }) if at == position), "{what}: {refused:?}");
        assert_eq!(ledger.head().await, Ok(Some(position - 1)), "{what}");
        if what != "gap" {
            // Nothing of the wrong one is there: the right ones go on.
            assert_eq!(ledger.replicate(all.clone(), Vec::new()).await, Ok(300), "{what}");
            assert_holds(&ledger, &all).await;
        }
    }
}

#[tokio::test]
async fn a_replica_is_not_appended_to_and_a_ledger_is_not_copied_into() {
    let directory = tempdir().expect("a directory");
    let (own, copy) = (directory.path().join("own"), directory.path().join("copy"));
    let ledger = open(&own).await;
    start(&ledger, "s", events(2)).await.expect("events");
    assert_refused(&ledger.replicate(engine(1), Vec::new()).await.err(), "of its own");
    drop(ledger);
    let ledger = open_replica(&copy).await;
    ledger.replicate(engine(2), Vec::new()).await.expect("events");
    assert_refused(&start(&ledger, "s", events(1)).await.err(), LOG);
    drop(ledger);

    let opened = |path: &Path, replica_of: Option<&str>| {
        let options = OpenOptions { replica_of: replica_of.map(str::to_owned), ..OpenOptions::default() };
        SqliteLedger::open_blocking(path, &options).err()
    };
    let before = std::fs::read(own.join(LEDGER_FILE)).expect("the file");
    assert_refused(&opened(&own, Some(LOG)), "a ledger of its own");
    assert_eq!(std::fs::read(own.join(LEDGER_FILE)).expect("the file"), before, "it is left as it is");
    assert_refused(&opened(&copy, None), "a replica of the log");
    assert_refused(&opened(&copy, Some("another")), "and not of another");
    for path in [&own, &copy] {
        let reader = SqliteLedger::open_read_only(path).await.expect("reading opens either kind");
        assert_eq!(reader.replica_of(), (path == &copy).then_some(LOG));
        assert_eq!(reader.read_all(None, 10).await.expect("events").len(), 2);
    }
}

#[tokio::test]
async fn a_ledger_of_version_0_2_0_is_brought_up_to_date_and_stays_one_of_its_own() {
    let directory = tempdir().expect("a directory");
    let released = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/releases/0.2.0").join(LEDGER_FILE);
    let file = directory.path().join(LEDGER_FILE);
    std::fs::copy(released, &file).expect("a copy of it");
    let as_replica = OpenOptions { replica_of: Some(LOG.to_owned()), ..OpenOptions::default() };
    assert_refused(&SqliteLedger::open(directory.path(), as_replica).await.err(), "a ledger of its own");
    let version = || -> i64 {
        Connection::open(&file).and_then(|file| file.query_row("PRAGMA user_version", [], |row| row.get(0))).expect("its version")
    };
    assert_eq!(version(), 2, "what is refused is left as it is");
    drop(SqliteLedger::open(directory.path(), OpenOptions::default()).await);
    assert_eq!(version(), 3);
    let file = LedgerFile::open(directory.path()).expect("it can be examined");
    assert_eq!((file.events() > 0, file.first_odd()), (true, Ok(None)));
}

#[tokio::test]
async fn an_id_that_the_engine_has_in_two_streams_is_found_in_the_first() {
    let directory = tempdir().expect("a directory");
    let ledger = open_replica(directory.path()).await;
    let mut all = engine(2_000);
    all[1_500].event.id = all[3].event.id;
    all[1_501].event.id = all[1_400].event.id;
    ledger.replicate(all.clone(), Vec::new()).await.expect("both are accepted");
    for (first, again) in [(3, 1_500), (1_400, 1_501)] {
        let look = Look { stream: Arc::from("new"), expected: Expected::NoStream, ids: vec![all[again].event.id] };
        let Looked::Refused(LedgerError::IdReused { stream, revision, .. }) = look_at(&ledger, look).await else { panic!("it is used") };
        assert_eq!((stream.as_str(), revision), (&*all[first].stream, all[first].revision));
    }
    // Also when the index has all of them.
    ledger.close().await.expect("it closes");
    drop(ledger);
    assert_eq!(LedgerFile::open(directory.path()).expect("it can be examined").first_odd(), Ok(None));
    assert_eq!(LedgerFile::open(directory.path()).expect("it can be examined").first_wrong_id(), Ok(None));
}

#[tokio::test]
async fn a_look_tells_what_an_append_would_meet() {
    let directory = tempdir().expect("a directory");
    let ledger = open_replica(directory.path()).await;
    let all = engine(100);
    ledger.replicate(all.clone(), Vec::new()).await.expect("events");
    let of_s3: Vec<Uuid> = all.iter().filter(|event| &*event.stream == "s3").map(|event| event.event.id).collect();
    assert_eq!(of_s3.len(), 10);
    let look = |stream: &str, expected, ids: &[Uuid]| Look { stream: Arc::from(stream), expected, ids: ids.to_vec() };
    let new = [Uuid::new_v4(), Uuid::new_v4()];
    let looked = ledger
        .look(vec![
            look("s3", Expected::Exact(9), &new),
            look("unknown", Expected::NoStream, &new),
            // Ahead of the copy: only the engine knows.
            look("s3", Expected::Exact(10), &of_s3[..1]),
            look("s3", Expected::Exact(u64::MAX), &new),
            look("unknown", Expected::Exact(4), &new),
            // There already, whole and in part.
            look("s3", Expected::NoStream, &of_s3),
            look("s3", Expected::Exact(3), &of_s3[4..6]),
            look("s3", Expected::Exact(7), &[of_s3[8], of_s3[9], new[0]]),
            // Others lie there.
            look("s3", Expected::Exact(7), &[of_s3[8], new[0]]),
            look("s3", Expected::NoStream, &new),
            look("s3", Expected::Exact(8), &of_s3[8..9]),
            // Used elsewhere.
            look("s3", Expected::Exact(9), &[new[0], of_s3[2]]),
            look("unknown", Expected::NoStream, &of_s3[..1]),
            look("s3", Expected::Exact(9), &[]),
        ])
        .await
        .expect("they are looked at");
    let conflict = |expected| Looked::Refused(LedgerError::Conflict { stream: "s3".to_owned(), expected, actual: Some(9) });
    assert_eq!(looked[..5], [Looked::New, Looked::New, Looked::New, Looked::New, Looked::New]);
    for (recorded, revision, position) in [(&looked[5], 9, 93), (&looked[6], 5, 53)] {
        let Looked::Recorded(appended) = recorded else { panic!("it is recorded: {recorded:?}") };
        assert_eq!((appended.revision, ledger.await_position(appended.token).await), (revision, Ok(position)));
    }
    assert_eq!(looked[7], Looked::New, "the engine may have the rest of it");
    assert_eq!(looked[8..11], [conflict(Expected::Exact(7)), conflict(Expected::NoStream), conflict(Expected::Exact(8))]);
    let reused = |id, revision| Looked::Refused(LedgerError::IdReused { id, stream: "s3".to_owned(), revision });
    assert_eq!(looked[11..13], [reused(of_s3[2], 2), reused(of_s3[0], 0)]);
    assert!(matches!(&looked[13], Looked::Refused(LedgerError::Refused { .. })));
    assert_eq!(ledger.head().await, Ok(Some(99)), "nothing was written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_look_sees_every_event_whose_copying_was_answered_or_asked_for_before() {
    let directory = tempdir().expect("a directory");
    let ledger = open_replica(directory.path()).await;
    let all = engine(6_000);
    let lookers: Vec<_> = (0..4)
        .map(|looker| {
            let (ledger, all) = (Arc::clone(&ledger), all.clone());
            tokio::spawn(async move {
                let mut there = 0;
                while there < all.len() {
                    there = ledger.head().await.expect("the head").map_or(0, |head| head as usize + 1);
                    let Some(event) = there.checked_sub(1 + looker).and_then(|index| all.get(index)) else { continue };
                    let looked = look_at(&ledger, look_for(event)).await;
                    assert!(matches!(looked, Looked::Recorded(_)), "{looked:?}");
                }
            })
        })
        .collect();
    for batch in all.chunks(150) {
        let last = batch.last().expect("it is not empty");
        // Asked for in this order, answered in any.
        let (copied, looked) = tokio::join!(biased; ledger.replicate(batch.to_vec(), Vec::new()), look_at(&ledger, look_for(last)));
        copied.expect("it is copied");
        assert!(matches!(looked, Looked::Recorded(_)), "{looked:?}");
    }
    for looker in lookers {
        looker.await.expect("it has seen all");
    }
}

#[tokio::test]
async fn what_somebody_set_stands_until_it_is_taken_back() {
    let directory = tempdir().expect("a directory");
    let ledger = open_replica(directory.path()).await;
    let note = |stream: &str, what: Option<&str>, commit| Retention {
        stream: stream.to_owned(),
        what: what.map(str::to_owned),
        commit,
        prepare: commit,
    };
    let alarm = |stream: &str, what: &str, commit| Alarm { stream: stream.to_owned(), what: what.to_owned(), commit, prepare: commit };
    ledger.replicate(engine(3), vec![note("s1", Some("$maxAge"), 100), note("s2", Some("$tb"), 90)]).await.expect("events and notes");
    assert_eq!(ledger.retention().await, Ok(vec![alarm("s2", "$tb", 90), alarm("s1", "$maxAge", 100)]));
    // Told again, and an older word: nothing changes.
    ledger.replicate(Vec::new(), vec![note("s1", Some("$maxAge"), 100), note("s1", None, 99)]).await.expect("notes");
    assert_eq!(ledger.retention().await.expect("alarms").len(), 2);
    ledger.replicate(Vec::new(), vec![note("s1", None, 200)]).await.expect("a note");
    // A warning is kept even when it comes with a faulty event.
    let mut gap = engine(30);
    gap.drain(3..14);
    assert!(ledger.replicate(gap, vec![note("s2", Some("$maxCount"), 300)]).await.is_err());
    drop(ledger);
    let ledger = open_replica(directory.path()).await;
    assert_eq!(ledger.retention().await, Ok(vec![alarm("s2", "$maxCount", 300)]));
}

#[tokio::test]
async fn a_backup_of_a_replica_is_a_replica() {
    let directory = tempdir().expect("a directory");
    let (data, copy) = (directory.path().join("data"), directory.path().join("copy"));
    let ledger = open_replica(&data).await;
    let all = engine(1_000);
    ledger.replicate(all[..900].to_vec(), Vec::new()).await.expect("events");
    let checked = ledger.backup(&copy, &mut |_| {}).expect("it is copied");
    assert_eq!(checked, ledger.check().expect("every leaf is right"));
    drop(ledger);
    let ledger = open_replica(&copy).await;
    assert_eq!(ledger.replicate(all[850..].to_vec(), Vec::new()).await, Ok(1_000));
    assert_holds(&ledger, &all).await;
}

#[tokio::test]
async fn what_was_changed_beside_the_events_of_a_replica_is_noticed() {
    for (damage, part, position) in [
        ("DELETE FROM place WHERE position = 7", "place", Some(7)),
        ("UPDATE place SET commit_position = 1 WHERE position = 7", "place", Some(7)),
        ("DROP TRIGGER replica_of_is_never_deleted; DELETE FROM replica_of", "place", None),
        ("DROP TRIGGER replica_of_comes_first", "trigger", None),
    ] {
        let directory = tempdir().expect("a directory");
        let ledger = open_replica(directory.path()).await;
        ledger.replicate(engine(20), Vec::new()).await.expect("events");
        drop(ledger);
        let triggers = "DROP TRIGGER place_is_never_updated; DROP TRIGGER place_is_never_deleted";
        let file = Connection::open(directory.path().join(LEDGER_FILE)).expect("it opens");
        file.execute_batch(&format!("{triggers}; {damage}")).expect(damage);
        drop(file);
        let odd = LedgerFile::open(directory.path()).expect("it can be examined").first_odd().expect("it can be read").expect(damage);
        assert!(odd.part.starts_with(part), "{damage}: {odd:?}");
        assert_eq!(odd.position, position, "{damage}");
    }
    // A replica without its last places is not opened.
    let directory = tempdir().expect("a directory");
    let ledger = open_replica(directory.path()).await;
    ledger.replicate(engine(20), Vec::new()).await.expect("events");
    drop(ledger);
    let file = Connection::open(directory.path().join(LEDGER_FILE)).expect("it opens");
    file.execute_batch("DROP TRIGGER place_is_never_deleted; DELETE FROM place WHERE position > 14").expect("it is changed");
    drop(file);
    let refused = SqliteLedger::open(directory.path(), replica()).await.err();
    assert!(matches!(refused, Some(LedgerError::Corrupt { position: Some(15), .. })), "{refused:?}");
}

#[test]
fn what_was_answered_is_there_after_kill_9_while_copying() {
    if let Some(directory) = child_argument() {
        return copy_until_killed(&directory);
    }
    let directory = tempdir().expect("a directory");
    let data = directory.path().join("data");
    let program = std::env::current_exe().expect("this program");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let mut answered = 0;
    for round in 0..5 {
        let mut running = child(&program, KILLED, &data).stdout(Stdio::piped()).spawn().expect("the child starts");
        let mut lines = BufReader::new(running.stdout.take().expect("its output")).lines();
        let until = answered + 700 + 431 * round;
        while answered < until {
            let line = lines.next().expect("the child goes on").expect("a line");
            answered = answer(&line).unwrap_or(answered);
        }
        running.kill().expect("SIGKILL");
        running.wait().expect("it is dead");
        answered = lines.map_while(Result::ok).filter_map(|line| answer(&line)).last().unwrap_or(answered);
        let reader = SqliteLedger::open_read_only_blocking(&data).expect("it can be read");
        let checked = reader.check().expect("every leaf is right");
        let (there, head) = (checked.events, reader.stored_head().expect("it can be read").expect("a head"));
        assert_eq!((head.size, head.root), (there, checked.root), "no event without a head");
        assert!(there >= answered, "{there} are there, and {answered} were answered");
        let ledger = runtime.block_on(open_signed_replica(&data));
        let all = engine(there as usize);
        runtime.block_on(assert_holds(&ledger, &all));
        assert_eq!(runtime.block_on(ledger.last_place()), Ok(Some(place(&all, all.len() - 1))));
    }
}

/// One line per batch: `copied <next position>.`
fn answer(line: &str) -> Option<u64> {
    line.strip_prefix("copied ")?.strip_suffix('.')?.parse().ok()
}

fn copy_until_killed(directory: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let ledger = open_signed_replica(directory).await;
        let all = engine(200_000);
        let mut next = ledger.last_place().await.expect("the last place").map_or(0, |last| last.position as usize + 1);
        loop {
            next = ledger.replicate(all[next..next + 97].to_vec(), Vec::new()).await.expect("it is copied") as usize;
            std::io::stdout().lock().write_all(format!("\ncopied {next}.\n").as_bytes()).expect("the parent listens");
        }
    });
}

async fn open_replica(directory: &Path) -> Arc<SqliteLedger> {
    Arc::new(SqliteLedger::open(directory, replica()).await.expect("the replica opens"))
}

async fn open_signed_replica(directory: &Path) -> Arc<SqliteLedger> {
    let options = OpenOptions { replica_of: replica().replica_of, ..signed(directory) };
    Arc::new(SqliteLedger::open(directory, options).await.expect("the signed replica opens"))
}

async fn look_at(ledger: &SqliteLedger, look: Look) -> Looked {
    ledger.look(vec![look]).await.expect("it is looked at").remove(0)
}

fn look_for(event: &Replicated) -> Look {
    let expected = event.revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
    Look { stream: Arc::clone(&event.stream), expected, ids: vec![event.event.id] }
}

fn place(all: &[Replicated], position: usize) -> Place {
    Place { position: position as u64, commit: all[position].commit, prepare: all[position].prepare }
}

async fn assert_holds(ledger: &SqliteLedger, all: &[Replicated]) {
    let log: Vec<Recorded> = ledger.read_all(None, usize::MAX).await.expect("the log");
    assert_eq!(log.len(), all.len());
    for (position, (recorded, Replicated { stream, revision, event, .. })) in log.iter().zip(all).enumerate() {
        assert_eq!((recorded.position, &recorded.stream, recorded.revision), (position as u64, stream, *revision));
        let NewEvent { id, event_type, line } = event;
        assert_eq!((&recorded.id, &*recorded.event_type, &recorded.line), (id, event_type.as_str(), line));
    }
}

fn assert_refused(error: &Option<LedgerError>, text: &str) {
    assert!(matches!(error, Some(LedgerError::Refused { what }) if what.contains(text)), "{text}: {error:?}");
}
