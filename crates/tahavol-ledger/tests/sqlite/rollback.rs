//! A ledger that is not what was last signed is not written to: each way in which it can differ, on a real file.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use tahavol_ledger::merkle::leaf_hash;
use tahavol_ledger::{LEDGER_FILE, Ledger, LedgerError, OpenOptions, SqliteLedger, Unproven};
use tempfile::TempDir;

use super::signing::append_from_outside;
use super::support::{ORIGIN, events, head_copy, key, open_signed, signed, start, with_signing};

/// A signed ledger of some events, closed.
struct Log {
    _directory: TempDir,
    data: PathBuf,
}

impl Log {
    async fn of(count: usize) -> Log {
        let directory = tempfile::tempdir().expect("a directory");
        let data = directory.path().join("data");
        let log = Log { _directory: directory, data };
        log.grow(count).await;
        log
    }

    /// New events on a stream of their own.
    async fn grow(&self, count: usize) {
        let ledger = open_signed(&self.data).await;
        let stream = tahavol_ledger::contract::new_stream("grown");
        start(&ledger, &stream, events(count)).await.expect("events");
        ledger.close().await.expect("it closes");
    }

    fn file(&self) -> PathBuf {
        self.data.join(LEDGER_FILE)
    }

    fn copy(&self) -> PathBuf {
        head_copy(&self.data)
    }

    /// As someone would who first removes the triggers.
    fn tamper(&self, statement: &str) {
        let file = Connection::open(self.file()).expect("the file opens");
        let triggers: Vec<String> = {
            let mut names = file.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").expect("a statement");
            let rows = names.query_map([], |row| row.get(0)).expect("rows");
            rows.collect::<Result<_, _>>().expect("names")
        };
        for trigger in triggers {
            file.execute_batch(&format!("DROP TRIGGER {trigger}")).expect("it is dropped");
        }
        file.execute_batch(statement).expect(statement);
    }

    async fn refusal(&self, options: OpenOptions) -> (Unproven, String) {
        match SqliteLedger::open(&self.data, options).await.err() {
            Some(LedgerError::Unproven { kind, what }) => {
                // Whatever is wrong, it can be read.
                let reader = SqliteLedger::open_read_only(&self.data).await.expect("it opens for reading");
                reader.head().await.expect("it can be read");
                (kind, what)
            }
            other => panic!("not refused: {other:?}"),
        }
    }

    async fn assert_refused(&self, expected: Unproven) -> String {
        let (kind, what) = self.refusal(signed(&self.data)).await;
        assert_eq!(kind, expected, "{what}");
        what
    }

    async fn accept(&self) -> SqliteLedger {
        SqliteLedger::open(&self.data, self.accepting("the disk was replaced")).await.expect("it goes on")
    }

    fn accepting(&self, reason: &str) -> OpenOptions {
        with_signing(&self.data, |signing| signing.accept_rollback = Some(reason.to_owned()))
    }
}

#[tokio::test]
async fn a_row_behind_the_signed_head_is_an_unsigned_tail() {
    let log = Log::of(5).await;
    append_from_outside(&Connection::open(log.file()).expect("the file opens"));
    let what = log.assert_refused(Unproven::UnsignedTail).await;
    assert!(what.contains("position 5"), "{what}");
}

#[tokio::test]
async fn a_ledger_behind_the_copy_of_its_head_was_put_back() {
    let log = Log::of(5).await;
    let yesterday = log.data.with_extension("yesterday");
    fs::copy(log.file(), &yesterday).expect("a backup");
    log.grow(5).await;
    fs::copy(&yesterday, log.file()).expect("it is put back");
    log.assert_refused(Unproven::RolledBack).await;
}

#[tokio::test]
async fn a_ledger_without_its_last_events_was_put_back() {
    let log = Log::of(5).await;
    fs::remove_file(log.copy()).expect("the ledger's own head alone notices");
    log.tamper("DELETE FROM event WHERE position = 4");
    log.assert_refused(Unproven::RolledBack).await;
}

#[tokio::test]
async fn an_emptied_data_directory_behind_a_copy_of_a_head_was_put_back() {
    let log = Log::of(5).await;
    fs::remove_dir_all(&log.data).expect("it is removed");
    let refused = SqliteLedger::open(&log.data, signed(&log.data)).await.err();
    assert!(matches!(refused, Some(LedgerError::Unproven { kind: Unproven::RolledBack, .. })), "{refused:?}");
    assert!(!log.data.exists(), "a refused ledger is not begun");
}

#[tokio::test]
async fn an_edited_event_with_a_right_leaf_is_another_history() {
    let log = Log::of(5).await;
    fs::remove_file(log.copy()).expect("the ledger's own head alone notices");
    let leaf: String = leaf_hash(b"{}").iter().map(|byte| format!("{byte:02x}")).collect();
    log.tamper(&format!("UPDATE event SET line = x'7b7d', leaf = x'{leaf}' WHERE position = 2"));
    log.assert_refused(Unproven::Forked).await;
}

#[tokio::test]
async fn a_fork_that_was_signed_elsewhere_is_another_history() {
    for (here, elsewhere) in [(3, 3), (3, 6)] {
        let log = Log::of(5).await;
        let fork = Log { _directory: tempfile::tempdir().expect("a directory"), data: log.data.with_file_name("fork") };
        fs::create_dir(&fork.data).expect("a directory");
        fs::copy(log.file(), fork.file()).expect("a copy");
        fs::copy(log.copy(), fork.copy()).expect("with what belongs beside it");
        log.grow(here).await;
        fork.grow(elsewhere).await;
        // Consistent with itself and properly signed, and at least as long: only the copy outside knows better.
        fs::copy(fork.file(), log.file()).expect("it is put in place");
        log.assert_refused(Unproven::Forked).await;
    }
}

#[tokio::test]
async fn a_signed_ledger_without_a_key_is_not_written_to() {
    let log = Log::of(5).await;
    let no_key = with_signing(&log.data, |signing| signing.keys.clear());
    for options in [OpenOptions::default(), no_key.clone()] {
        assert_eq!(log.refusal(options).await.0, Unproven::KeyMissing);
    }
    // A copy of a head alone says as much.
    let ledger = SqliteLedger::open(log.data.with_file_name("other"), no_key).await.err();
    assert!(matches!(ledger, Some(LedgerError::Unproven { kind: Unproven::KeyMissing, .. })), "{ledger:?}");
}

#[tokio::test]
async fn another_key_and_another_origin_are_refused() {
    let log = Log::of(5).await;
    let (kind, what) = log.refusal(with_signing(&log.data, |signing| signing.keys = vec![key(9)])).await;
    assert_eq!(kind, Unproven::KeyUnknown);
    let id = u32::from_be_bytes(key(1).verifying_key().id());
    assert!(what.contains(&format!("{ORIGIN}+{id:08x}")), "the refusal names the key that is looked for: {what}");
    let (kind, what) = log.refusal(with_signing(&log.data, |signing| signing.origin = "log.example/other".to_owned())).await;
    assert_eq!(kind, Unproven::OtherOrigin);
    assert!(what.contains(ORIGIN) && what.contains("log.example/other"), "{what}");
}

#[tokio::test]
async fn a_damaged_head_is_told() {
    let moved = "UPDATE signed_head SET note = replace(note, char(10) || '5' || char(10), char(10) || '4' || char(10))";
    for damage in [
        moved,
        "UPDATE signed_head SET note = 'nothing'",
        "UPDATE signed_head SET size = 4",
        "UPDATE signed_head SET root = randomblob(32)",
        "UPDATE log_origin SET origin = 'log.example/other'",
        "INSERT INTO log_origin VALUES (2, 'log.example/tahavol/2', 5, 'none')",
        "DELETE FROM signed_head",
    ] {
        let log = Log::of(5).await;
        log.tamper(damage);
        let (kind, what) = log.refusal(signed(&log.data)).await;
        assert_eq!(kind, Unproven::HeadDamaged, "{damage}: {what}");
    }
    let log = Log::of(5).await;
    fs::write(log.copy(), b"\xffnothing").expect("the copy is damaged");
    log.assert_refused(Unproven::HeadDamaged).await;
    // What it was of cannot be told, so neither can an origin that is new.
    assert_eq!(log.refusal(log.accepting("a reason")).await.0, Unproven::HeadDamaged);
}

#[tokio::test]
async fn an_older_copy_of_the_head_is_no_reason_to_refuse() {
    let log = Log::of(5).await;
    let older = fs::read(log.copy()).expect("the copy");
    log.grow(5).await;
    fs::write(log.copy(), older).expect("as after a crash");
    log.grow(5).await;
}

#[tokio::test]
async fn without_a_copy_of_its_head_a_ledger_may_be_an_older_state() {
    let log = Log::of(5).await;
    fs::remove_file(log.copy()).expect("as after a restore elsewhere");
    log.assert_refused(Unproven::HeadCopyMissing).await;
    assert!(!log.copy().exists(), "nothing is signed and nothing copied");
    // Who keeps no copy is not asked for one.
    let without = with_signing(&log.data, |signing| signing.head_copy = None);
    SqliteLedger::open(&log.data, without).await.expect("it opens").close().await.expect("it closes");
    // For a reason it goes on under a name of its own.
    let ledger = log.accept().await;
    assert_eq!(ledger.log_keys()[0].name(), format!("{ORIGIN}/2"));
}

#[tokio::test]
async fn the_head_of_a_moved_ledger_is_adopted_only_where_nothing_else_is_wrong() {
    let log = Log::of(5).await;
    let signing = signed(&log.data).signing.expect("it is there");
    let adopt = async || SqliteLedger::open_read_only(&log.data).await.expect("it opens").adopt_head(&signing);
    assert_eq!(adopt().await.expect("nothing to do"), None);
    let promised = fs::read(log.copy()).expect("the copy");
    fs::remove_file(log.copy()).expect("it stayed behind");
    assert_eq!(adopt().await.expect("it is adopted").map(|head| head.size), Some(5));
    assert_eq!(fs::read(log.copy()).expect("the copy"), promised);
    log.grow(1).await;
    fs::remove_file(log.copy()).expect("it stayed behind again");
    append_from_outside(&Connection::open(log.file()).expect("the file opens"));
    let refused = adopt().await.err();
    assert!(matches!(refused, Some(LedgerError::Unproven { kind: Unproven::UnsignedTail, .. })), "{refused:?}");
    assert!(!log.copy().exists());
}

#[tokio::test]
async fn a_reason_that_was_left_in_place_accepts_nothing_more() {
    let log = Log::of(5).await;
    let yesterday = log.data.with_extension("yesterday");
    append_from_outside(&Connection::open(log.file()).expect("the file opens"));
    drop(log.accept().await);
    fs::copy(log.file(), &yesterday).expect("a backup");
    drop(log.accept().await);
    let ledger = log.accept().await;
    assert_eq!(ledger.log_keys()[0].name(), format!("{ORIGIN}/2"), "no other origin is begun");
    start(&ledger, "after", events(2)).await.expect("events");
    drop(ledger);
    fs::copy(&yesterday, log.file()).expect("it is put back");
    assert_eq!(log.refusal(log.accepting("the disk was replaced")).await.0, Unproven::RolledBack);
}

#[tokio::test]
async fn a_forged_cosigned_head_is_not_shown() {
    let log = Log::of(5).await;
    let forged = |root: &str| format!("{ORIGIN}\n4\n{root}\n\n— somebody AAAAAAAA\n");
    let zeros = format!("{}=", "A".repeat(43));
    for note in [forged(&zeros), "nothing".to_owned(), fs::read_to_string(log.copy()).expect("a note over five")] {
        let file = Connection::open(log.file()).expect("the file opens");
        file.execute("INSERT INTO cosigned_head (origin, size, note) VALUES (1, 4, ?1) ON CONFLICT DO UPDATE SET note = ?1", [&note])
            .expect("a row");
        drop(file);
        let reading = SqliteLedger::open_read_only(&log.data).await.expect("it opens");
        assert_eq!(reading.cosigned_head(), None, "{note}");
        let ledger = open_signed(&log.data).await;
        assert_eq!(ledger.cosigned_head(), None, "{note}");
        assert_eq!(ledger.signed_head().expect("a head").checkpoint.size, 5);
        ledger.close().await.expect("it closes");
    }
}

#[tokio::test]
async fn a_rollback_that_is_accepted_begins_a_new_origin() {
    let log = Log::of(5).await;
    let yesterday = log.data.with_extension("yesterday");
    fs::copy(log.file(), &yesterday).expect("a backup");
    log.grow(3).await;
    let promised = fs::read_to_string(log.copy()).expect("the copy");
    for number in [2, 3] {
        fs::copy(&yesterday, log.file()).expect("it is put back");
        log.assert_refused(Unproven::RolledBack).await;
        let ledger = log.accept().await;
        let name = format!("{ORIGIN}/{number}");
        let head = ledger.signed_head().expect("signed at once");
        assert_eq!((head.checkpoint.origin.as_str(), head.checkpoint.size), (name.as_str(), 5));
        assert_eq!(ledger.log_keys()[0].name(), name);
        // It goes on under the new name, also after a restart, and no longer wants a reason.
        start(&ledger, "after", events(2)).await.expect("events");
        ledger.close().await.expect("it closes");
        drop(ledger);
        let ledger = open_signed(&log.data).await;
        let head = ledger.signed_head().expect("a head");
        assert_eq!((head.checkpoint.origin.as_str(), head.checkpoint.size), (name.as_str(), 7));
        let origins = ledger.origins().expect("the origins");
        let last = origins.last().expect("one at least");
        assert_eq!((last.number, last.since_size, last.reason.as_str()), (number, 5, "the disk was replaced"));
        drop(ledger);
        let by_mistake = SqliteLedger::open(&log.data, log.accepting("by mistake")).await.err();
        assert!(matches!(by_mistake, Some(LedgerError::Refused { .. })), "{by_mistake:?}");
    }
    // What was promised under the first name lies beside.
    let kept = PathBuf::from(format!("{}.8.old", log.copy().display()));
    assert_eq!(fs::read_to_string(kept).expect("it is kept"), promised);
    let kept = PathBuf::from(format!("{}.7.old", log.copy().display()));
    assert!(fs::read_to_string(kept).expect("it is kept").starts_with(&format!("{ORIGIN}/2\n7\n")));
}

#[tokio::test]
async fn a_copy_of_an_origin_that_was_given_up_is_kept_beside_and_replaced() {
    let log = Log::of(5).await;
    let promised = fs::read(log.copy()).expect("the copy");
    append_from_outside(&Connection::open(log.file()).expect("the file opens"));
    drop(log.accept().await);
    // As after a crash between beginning the new origin and replacing the copy.
    let kept = PathBuf::from(format!("{}.5.old", log.copy().display()));
    fs::remove_file(&kept).expect("it was kept");
    fs::write(log.copy(), &promised).expect("the old copy");
    log.grow(2).await;
    assert_eq!(fs::read(&kept).expect("it is kept"), promised);
    let replaced = fs::read_to_string(log.copy()).expect("the new copy");
    assert!(replaced.starts_with(&format!("{ORIGIN}/2\n8\n")), "{replaced}");
}

#[tokio::test]
async fn an_unsigned_tail_can_be_accepted_too() {
    let log = Log::of(5).await;
    append_from_outside(&Connection::open(log.file()).expect("the file opens"));
    log.assert_refused(Unproven::UnsignedTail).await;
    let ledger = log.accept().await;
    let head = ledger.signed_head().expect("a head");
    assert_eq!((head.checkpoint.origin.clone(), head.checkpoint.size), (format!("{ORIGIN}/2"), 6));
}

#[tokio::test]
async fn accepting_a_rollback_without_a_reason_is_refused() {
    let log = Log::of(5).await;
    fs::remove_dir_all(&log.data).expect("it is removed");
    let refused = SqliteLedger::open(&log.data, log.accepting("  ")).await.err();
    assert!(matches!(refused, Some(LedgerError::Refused { .. })), "{refused:?}");
}
