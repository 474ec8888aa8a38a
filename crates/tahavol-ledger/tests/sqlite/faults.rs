//! Faults of the disk: a clear error, nothing half-written, reading goes on, and the next append may succeed.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};

use tahavol_ledger::{Expected, Ledger, LedgerError, OpenOptions, SqliteLedger};

use super::support::{child, child_argument, event, events, open, start};

#[tokio::test]
async fn a_full_disk_refuses_appends_and_goes_on_reading() {
    let directory = tempfile::tempdir().expect("a directory");
    let options = OpenOptions { max_bytes: Some(400_000), ..OpenOptions::default() };
    let ledger = SqliteLedger::open(directory.path(), options).await.expect("it opens");
    let mut recorded = 0;
    let refusal = loop {
        match start(&ledger, &format!("s-{recorded}"), events(3)).await {
            Ok(_) => recorded += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refusal, LedgerError::Unavailable { retry: false, .. }), "{refusal:?}");
    assert!(refusal.to_string().contains("full"), "{refusal}");
    assert!(recorded > 10);
    // A whole group is refused together.
    let group: Vec<_> = (0..20)
        .map(|n| {
            let ledger = &ledger;
            async move { start(ledger, &format!("group-{n}"), events(20)).await }
        })
        .collect();
    for answer in futures_util::future::join_all(group).await {
        assert!(matches!(answer, Err(LedgerError::Unavailable { .. })), "{answer:?}");
    }
    // Nothing half-written, and reading goes on.
    assert_eq!(ledger.head().await, Ok(Some(recorded * 3 - 1)));
    assert_eq!(ledger.read_stream("group-0", 0, 10).await, Ok(Vec::new()));
    assert_eq!(ledger.check().expect("nothing is damaged").events, recorded * 3);
    ledger.close().await.expect("it closes");
    drop(ledger);

    // With room again, it goes on where it was.
    let ledger = open(directory.path()).await;
    start(&ledger, &format!("s-{recorded}"), events(3)).await.expect("there is room");
    assert_eq!(ledger.head().await, Ok(Some(recorded * 3 + 2)));
}

/// The limit on the size of files is the operating system's, so these are real failures of writing.
#[test]
fn a_disk_that_refuses_to_write_fails_appends_and_nothing_else() {
    let directory = match child_argument() {
        Some(directory) => return writing_fails(&directory),
        None => tempfile::tempdir().expect("a directory"),
    };
    let program = std::env::current_exe().expect("this program");
    let test = "faults::a_disk_that_refuses_to_write_fails_appends_and_nothing_else";
    let played = child(&program, test, directory.path());
    // In blocks of 512 or 1,024 bytes, by shell: half a megabyte or one.
    let mut limited = Command::new("sh");
    limited.args(["-c", r#"trap "" XFSZ; ulimit -f 1000; exec "$0" "$@""#]).arg(played.get_program());
    limited.args(played.get_args()).env(super::support::CHILD, directory.path());
    succeeded(&limited.output().expect("the child runs"));

    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let ledger = open(directory.path()).await;
        let before = ledger.check().expect("nothing is damaged").events;
        assert!(before > 20 && before.is_multiple_of(5), "{before} events");
        start(&ledger, "after", events(5)).await.expect("it goes on without the limit");
        assert_eq!(ledger.head().await, Ok(Some(before + 4)));
    });
}

fn writing_fails(directory: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let ledger = open(directory).await;
        let mut recorded = 0;
        let refusal = loop {
            match start(&ledger, &format!("s-{recorded}"), events(5)).await {
                Ok(_) => recorded += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(refusal, LedgerError::Unavailable { retry: false, .. }), "{refusal:?}");
        for _ in 0..3 {
            let again = start(&ledger, "again", events(5)).await;
            assert!(matches!(again, Err(LedgerError::Unavailable { .. })), "{again:?}");
        }
        assert_eq!(ledger.head().await, Ok(Some(recorded * 5 - 1)));
        assert_eq!(ledger.read_all(None, usize::MAX).await.map(|events| events.len() as u64), Ok(recorded * 5));
        assert_eq!(ledger.read_stream("again", 0, 1).await, Ok(Vec::new()));
    });
}

/// Played by a child without the rights of an administrator, because those would let it write all the same.
#[test]
fn a_read_only_directory_is_refused_for_writing_and_can_be_read() {
    if let Some(directory) = child_argument() {
        return read_only_directory(&directory);
    }
    let directory = tempfile::tempdir().expect("a directory");
    let data = directory.path().join("data");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let ledger = open(&data).await;
        start(&ledger, "s", events(3)).await.expect("events");
        ledger.close().await.expect("it closes");
    });
    // The child's user may neither own nor change any of it, and must be able to run this program.
    let program = directory.path().join("program");
    std::fs::copy(std::env::current_exe().expect("this program"), &program).expect("a copy of this program");
    for (path, mode) in [(&program, 0o755), (&data, 0o555), (&directory.path().to_owned(), 0o755)] {
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("rights are set");
    }
    for file in std::fs::read_dir(&data).expect("the files") {
        let file = file.expect("a file").path();
        std::fs::set_permissions(file, PermissionsExt::from_mode(0o444)).expect("rights are set");
    }
    let test = "faults::a_read_only_directory_is_refused_for_writing_and_can_be_read";
    let mut played = child(&program, test, &data);
    if administrator() {
        played.uid(65_534).gid(65_534);
    }
    let output = played.current_dir("/").output();
    std::fs::set_permissions(&data, PermissionsExt::from_mode(0o755)).expect("rights are set");
    succeeded(&output.expect("the child runs"));
}

fn read_only_directory(data: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        for path in [data.to_owned(), data.join("new")] {
            let refusal = SqliteLedger::open(&path, OpenOptions::default()).await.err().expect("no writing here");
            assert!(matches!(refusal, LedgerError::Unavailable { retry: false, .. }), "{refusal:?}");
            assert!(refusal.to_string().contains("Permission denied"), "{refusal}");
        }
        let reader = SqliteLedger::open_read_only(data).await.expect("it can be read");
        assert_eq!(reader.read_all(None, 10).await.map(|events| events.len()), Ok(3));
        assert_eq!(reader.check().map(|checked| checked.events), Ok(3));
    });
}

#[tokio::test]
async fn an_append_held_up_by_another_program_can_be_retried() {
    let directory = tempfile::tempdir().expect("a directory");
    let ledger = open(directory.path()).await;
    start(&ledger, "s", events(2)).await.expect("events");
    // Another program holds the file's write lock for longer than the writer waits: nothing can be recorded.
    let other = rusqlite::Connection::open(ledger.path()).expect("the file opens");
    other.execute_batch("BEGIN IMMEDIATE").expect("it holds the lock");
    let held_up = ledger.append("s", Expected::Exact(1), vec![event()]).await;
    assert!(matches!(held_up, Err(LedgerError::Unavailable { retry: true, .. })), "{held_up:?}");
    assert_eq!(ledger.head().await, Ok(Some(1)));
    other.execute_batch("ROLLBACK").expect("it lets go");
    ledger.append("s", Expected::Exact(1), vec![event()]).await.expect("a retry is recorded");
}

fn administrator() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout.trim_ascii() == b"0"
}

fn succeeded(output: &Output) {
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}
