//! The journal as a whole: tables and files, crashes, floods, full disks, and hands that change what was written.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tahavol_domain::calendar::Instant;
use tahavol_domain::values::ActorId;

use super::records::Fault;
use super::{Broken, Entry, Journal, JournalError, Note, NoteKind, Records, Wanted};

const AT: Instant = Instant::from_micros(1_790_000_000_000_000);

fn later(seconds: i64) -> Instant {
    AT.plus_micros(seconds * 1_000_000)
}

fn made(token: usize) -> Note {
    Note::new(NoteKind::TokenMade).by(&ActorId("sara".into())).with("token", token)
}

fn table(directory: &Path) -> PathBuf {
    directory.join("journal.sqlite")
}

/// Both keepers, each with a small file size so that there are several files.
fn both(directory: &Path) -> [Journal; 2] {
    let table = Journal::in_table(&table(directory)).expect("a new file");
    let files = Journal::in_files_of(&directory.join("security"), 1_000).expect("a new directory");
    [table, files]
}

fn broken(records: &Records) -> Broken {
    match records.verify() {
        Err(JournalError::Broken(broken)) => broken,
        other => panic!("expected a broken journal: {other:?}"),
    }
}

fn numbers(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.number).collect()
}

async fn with_notes(journal: &Journal, notes: usize) {
    for token in 1..=notes {
        journal.note(made(token), later(token as i64));
    }
    journal.flush().await;
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(directory).expect("it is there").map(|file| file.expect("a file").path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    files.sort();
    files
}

#[tokio::test]
async fn what_is_noted_is_read_back_in_either_order_and_goes_on_after_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    for journal in both(directory.path()) {
        with_notes(&journal, 25).await;
        let records = journal.records().clone();
        drop(journal);
        let again = match &records {
            Records::Table(path) => Journal::in_table(path),
            Records::Files(path) => Journal::in_files_of(path, 1_000),
        };
        let again = again.expect("it is there");
        again.note(Note::new(NoteKind::SignedIn).by(&ActorId("reza".into())).from(Some(IpAddr::from([192, 0, 2, 1]))), later(100));
        again.flush().await;

        assert_eq!(records.verify().expect("whole").entries, 26);
        assert_eq!(numbers(&records.entries(Some(23), 10).expect("readable")), [24, 25, 26]);
        assert_eq!(numbers(&records.search_back(None, 2, &Wanted::default()).expect("readable")), [26, 25]);
        assert_eq!(numbers(&records.search_back(Some(3), 9, &Wanted::default()).expect("readable")), [2, 1]);
        assert_eq!(records.search_back(Some(1), 9, &Wanted::default()).expect("readable"), []);
        let reza = Wanted { actor: Some(ActorId("reza".into())), ..Wanted::default() };
        assert_eq!(numbers(&records.search_back(None, 9, &reza).expect("readable")), [26]);
        let early = Wanted { kind: Some(NoteKind::TokenMade), from: Some(later(2)), until: Some(later(4)), ..Wanted::default() };
        assert_eq!(numbers(&records.search(0, 9, &early).expect("readable")), [2, 3]);
    }
}

#[tokio::test]
async fn two_writers_take_turns_and_make_one_chain() {
    let directory = tempfile::tempdir().expect("a directory");
    let (first, second) = (both(directory.path()), both(directory.path()));
    for (one, other) in first.iter().zip(&second) {
        for token in 0..50 {
            one.note(made(token), later(0));
            other.note(made(token), later(0));
            if token % 10 == 0 {
                tokio::join!(one.flush(), other.flush());
            }
        }
        tokio::join!(one.flush(), other.flush());
        assert_eq!(one.verify().expect("whole").entries, 100);
        assert_eq!((one.health().failures, other.health().failures), (0, 0));
    }
}

#[tokio::test]
async fn the_table_refuses_to_be_changed() {
    let directory = tempfile::tempdir().expect("a directory");
    let journal = Journal::in_table(&table(directory.path())).expect("a new file");
    with_notes(&journal, 3).await;
    let connection = Connection::open(table(directory.path())).expect("a file");
    connection.execute_batch("PRAGMA recursive_triggers = ON").expect("a setting");
    for change in [
        "UPDATE entry SET line = '{}' WHERE number = 2",
        "DELETE FROM entry WHERE number = 3",
        "INSERT INTO entry VALUES (9, '{}', zeroblob(32))",
        "INSERT OR REPLACE INTO entry VALUES (3, '{}', zeroblob(32))",
    ] {
        let refused = connection.execute(change, ()).expect_err(change).to_string();
        assert!(refused.contains("append-only"), "{change}: {refused}");
    }
    assert_eq!(journal.verify().expect("whole").entries, 3);
}

#[tokio::test]
async fn whoever_takes_the_triggers_away_and_changes_the_table_is_found_out() {
    let kept = "(SELECT hash FROM entry WHERE number = 4)";
    let line = "(SELECT line FROM entry WHERE number = 4)";
    for (change, number, what) in [
        ("UPDATE entry SET line = replace(line, 'sara', 'reza') WHERE number = 4", 4, Fault::Hash),
        ("UPDATE entry SET line = '{}' WHERE number = 4", 4, Fault::Hash),
        ("UPDATE entry SET hash = zeroblob(32) WHERE number = 4", 4, Fault::Hash),
        ("UPDATE entry SET hash = x'00' WHERE number = 4", 4, Fault::Hash),
        ("DELETE FROM entry WHERE number = 4", 4, Fault::Number),
        ("DELETE FROM entry WHERE number < 3", 1, Fault::Number),
        (&format!("UPDATE entry SET line = {line}, hash = {kept} WHERE number = 5"), 5, Fault::Form),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = Journal::in_table(&table(directory.path())).expect("a new file");
        with_notes(&journal, 8).await;
        let connection = Connection::open(table(directory.path())).expect("a file");
        connection
            .execute_batch("DROP TRIGGER entry_is_never_updated; DROP TRIGGER entry_is_never_deleted; PRAGMA ignore_check_constraints = ON")
            .expect("triggers");
        connection.execute(change, ()).expect(change);
        assert_eq!(broken(journal.records()), Broken { number, what }, "{change}");
    }
}

#[tokio::test]
async fn a_line_changed_together_with_its_hash_no_longer_holds_the_next() {
    let directory = tempfile::tempdir().expect("a directory");
    let journal = Journal::in_table(&table(directory.path())).expect("a new file");
    with_notes(&journal, 8).await;
    let connection = Connection::open(table(directory.path())).expect("a file");
    connection.execute_batch("DROP TRIGGER entry_is_never_updated").expect("triggers");
    let line: String = connection.query_row("SELECT line FROM entry WHERE number = 4", (), |row| row.get(0)).expect("a line");
    let forged = line.replace("sara", "reza");
    let hash = super::entry::hash(forged.as_bytes());
    connection.execute("UPDATE entry SET line = ?1, hash = ?2 WHERE number = 4", (&forged, hash.0.as_slice())).expect("a change");
    assert_eq!(broken(journal.records()), Broken { number: 5, what: Fault::Previous });
}

#[tokio::test]
async fn whoever_edits_cuts_or_removes_files_is_found_out() {
    type Change = fn(&[PathBuf]);
    let edit: Change = |files| {
        let text = fs::read_to_string(&files[1]).expect("a file");
        fs::write(&files[1], text.replacen("sara", "reza", 1)).expect("a change");
    };
    let cut: Change = |files| {
        let text = fs::read(&files[0]).expect("a file");
        fs::write(&files[0], &text[..text.len() - 20]).expect("a change");
    };
    let shorten: Change = |files| {
        let text = fs::read_to_string(&files[0]).expect("a file");
        let without_last = text.trim_end().rsplit_once('\n').expect("several lines").0;
        fs::write(&files[0], format!("{without_last}\n")).expect("a change");
    };
    let remove: Change = |files| fs::remove_file(&files[1]).expect("a removal");
    let remove_first: Change = |files| fs::remove_file(&files[0]).expect("a removal");
    for (name, change) in [("edit", edit), ("cut", cut), ("shorten", shorten), ("remove", remove), ("remove first", remove_first)] {
        let directory = tempfile::tempdir().expect("a directory");
        let journal = Journal::in_files_of(directory.path(), 1_000).expect("a new directory");
        for some in 0..6 {
            with_notes(&journal, 4).await;
            assert!(some < 2 || files(directory.path()).len() > 1, "several files");
        }
        let files = files(directory.path());
        let lines_of_first = fs::read_to_string(&files[0]).expect("a file").lines().count() as u64;
        change(&files);
        let found = broken(journal.records());
        let (number, what) = match name {
            "edit" => (lines_of_first + 2, Fault::Previous),
            // The next file goes on without telling of a crash.
            "cut" => (lines_of_first, Fault::Torn),
            "shorten" => (lines_of_first, Fault::Number),
            "remove" => (lines_of_first + 1, Fault::Number),
            _ => (1, Fault::Number),
        };
        assert_eq!(found, Broken { number, what }, "{name}");
    }
}

#[tokio::test]
async fn a_line_that_a_crash_has_torn_is_told_of_in_the_next_file_and_left_as_it_is() {
    let directory = tempfile::tempdir().expect("a directory");
    let journal = Journal::in_files(directory.path()).expect("a new directory");
    with_notes(&journal, 3).await;
    drop(journal);
    let first = &files(directory.path())[0];
    let torn = fs::read_to_string(first).expect("a file") + r#"{"number":4,"at":"2026-"#;
    fs::write(first, &torn).expect("a crash");

    let journal = Journal::in_files(directory.path()).expect("it is there");
    assert_eq!(journal.verify().expect("a torn end alone breaks nothing").entries, 3);
    with_notes(&journal, 2).await;
    assert_eq!(journal.verify().expect("whole").entries, 6);
    let entries = journal.entries(Some(3), 10).expect("readable");
    assert_eq!(entries[0].kind, NoteKind::JournalTorn);
    assert_eq!(entries[0].details.get("files").map(String::as_str), Some("journal-0001.jsonl"));
    assert_eq!(fs::read_to_string(first).expect("a file"), torn, "what was there is as it was");
    assert_eq!(files(directory.path()).len(), 2);
}

#[tokio::test]
async fn what_is_cut_off_the_end_under_a_running_journal_is_told_of() {
    let directory = tempfile::tempdir().expect("a directory");
    let [table, kept] = both(directory.path());
    for _ in 0..3 {
        with_notes(&table, 5).await;
        with_notes(&kept, 5).await;
    }
    let connection = Connection::open(self::table(directory.path())).expect("a file");
    connection.execute_batch("DROP TRIGGER entry_is_never_deleted; DELETE FROM entry WHERE number > 3").expect("a cut");
    for file in files(&directory.path().join("security")).iter().skip(1) {
        fs::remove_file(file).expect("a cut");
    }
    for journal in [table, kept] {
        with_notes(&journal, 1).await;
        let newest = journal.records().search_back(None, 1, &Wanted::default()).expect("readable");
        assert_eq!(newest[0].kind, NoteKind::JournalAltered, "{:?}", journal.records());
        assert_eq!(journal.health().failures, 1);
    }
}

#[tokio::test]
async fn entries_go_on_after_what_somebody_has_broken() {
    let directory = tempfile::tempdir().expect("a directory");
    let journal = Journal::in_files_of(directory.path(), 500).expect("a new directory");
    for _ in 0..3 {
        with_notes(&journal, 3).await;
    }
    let files = files(directory.path());
    let cut = fs::read(&files[2]).expect("a file");
    fs::write(&files[2], &cut[..cut.len() - 10]).expect("a change");
    fs::write(&files[1], b"{\"number\":4,").expect("a change");
    with_notes(&journal, 2).await;
    assert!(!journal.health().failing);
    assert_eq!(broken(journal.records()).number, 4);
    // Which of the two notes it is told beside depends on whether they were written together.
    let newest = journal.records().search_back(None, 3, &Wanted::default()).expect("readable");
    assert!(newest.iter().any(|entry| entry.kind == NoteKind::JournalAltered), "{newest:?}");
}

#[tokio::test]
async fn a_brute_force_of_thousands_is_a_few_entries_and_none_of_it_is_forgotten() {
    let directory = tempfile::tempdir().expect("a directory");
    for journal in both(directory.path()) {
        for _ in 0..5 {
            for _ in 0..1_000 {
                let note = Note::new(NoteKind::SignInFailed).from(Some(IpAddr::from([192, 0, 2, 7]))).with("code", "WRONG");
                journal.note(note, AT);
            }
            journal.flush().await;
        }
        let entries = journal.entries(None, 100).expect("readable");
        assert!(entries.len() <= 6, "{}", entries.len());
        assert_eq!(entries.iter().map(|entry| entry.times).sum::<u64>(), 5_000);
        assert_eq!(journal.health().noted.iter().find(|(kind, _)| *kind == NoteKind::SignInFailed), Some(&(NoteKind::SignInFailed, 5_000)));
    }
}

#[tokio::test]
async fn where_nothing_can_be_written_nobody_fails_and_what_waited_is_written_when_there_is_room() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory.path().join("security");
    let journal = Journal::in_files(&place).expect("a new directory");
    with_notes(&journal, 1).await;
    // A directory where the lock file should be lets nobody write, root included.
    fs::remove_file(place.join("journal.lock")).expect("a file");
    fs::create_dir(place.join("journal.lock")).expect("a directory");
    with_notes(&journal, 3).await;
    assert!(journal.health().failing && journal.health().failures > 0);
    assert_eq!(journal.verify().expect("whole").entries, 1);
    fs::remove_dir(place.join("journal.lock")).expect("a directory");
    journal.flush().await;
    assert!(!journal.health().failing);
    assert_eq!(journal.verify().expect("whole").entries, 4);
}

#[tokio::test]
async fn what_there_was_no_room_for_is_counted_and_told() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = directory.path().join("security");
    let journal = Journal::in_files(&place).expect("a new directory");
    fs::create_dir_all(place.join("journal.lock")).expect("a directory");
    for _ in 0..5 {
        with_notes(&journal, 3_000).await;
    }
    assert_eq!(journal.health().lost, 5_000);
    fs::remove_dir(place.join("journal.lock")).expect("a directory");
    journal.flush().await;
    journal.flush().await;
    let newest = journal.records().search_back(None, 1, &Wanted::default()).expect("readable");
    assert_eq!((newest[0].kind, newest[0].times, newest[0].number), (NoteKind::NotesLost, 5_000, 10_001));
    assert_eq!(journal.verify().expect("whole").entries, 10_001);
}

#[tokio::test]
async fn a_full_table_is_written_again_when_there_is_room() {
    let directory = tempfile::tempdir().expect("a directory");
    let journal = Journal::in_table(&table(directory.path())).expect("a new file");
    with_notes(&journal, 1).await;
    let other = Connection::open(table(directory.path())).expect("a file");
    other
        .execute_batch("CREATE TRIGGER no_room BEFORE INSERT ON entry BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END")
        .expect("a trigger");
    with_notes(&journal, 2).await;
    assert!(journal.health().failing);
    other.execute_batch("DROP TRIGGER no_room").expect("a trigger");
    journal.flush().await;
    assert_eq!(journal.verify().expect("whole").entries, 3);
}

#[test]
fn another_programs_file_is_not_taken_for_a_journal() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = table(directory.path());
    Connection::open(&path).and_then(|other| other.execute_batch("CREATE TABLE something (x)")).expect("a file");
    let before = fs::read(&path).expect("a file");
    assert!(matches!(Journal::in_table(&path), Err(JournalError::Unavailable { .. })));
    assert!(Records::Table(path.clone()).verify().is_err());
    assert_eq!(fs::read(&path).expect("a file"), before);
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_are_for_the_one_who_serves_alone() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().expect("a directory");
    for journal in both(directory.path()) {
        with_notes(&journal, 1).await;
        let paths = match journal.records() {
            Records::Table(path) => ["", "-wal", "-shm"].map(|ending| PathBuf::from(format!("{}{ending}", path.display()))).to_vec(),
            Records::Files(path) => files(path),
        };
        for path in paths {
            assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600, "{}", path.display());
        }
    }
}
