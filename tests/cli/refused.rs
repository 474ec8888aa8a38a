//! What is refused at the start, with which exit code.

use tahavol_tests::binary;
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::{on, said};

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let directory = data::founded();
    let server = Server::on(directory.path(), &[]);
    let second = on(directory.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(4), "{}", said(&second));
    assert!(said(&second).contains("already open for writing by process"), "{}", said(&second));
    let import = on(directory.path(), &["demo", "--no-serve"]);
    assert_eq!(import.status.code(), Some(4));
    drop(server);
}

#[test]
fn a_ledger_of_a_newer_version_is_refused_and_left_as_it_is() {
    let directory = data::founded();
    let path = directory.path().join("ledger.sqlite");
    let mut bytes = std::fs::read(&path).unwrap();
    // The schema version of a SQLite file lies at byte 60.
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    std::fs::write(&path, &bytes).unwrap();
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["progress"], &["export", "events"]] {
        let refused = on(directory.path(), command);
        assert_eq!(refused.status.code(), Some(3), "{command:?}: {}", said(&refused));
        assert!(said(&refused).contains("version 99"), "{}", said(&refused));
    }
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_port_that_is_taken_and_a_directory_that_cannot_be_made_are_failures() {
    let directory = data::founded();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = on(directory.path(), &["serve", "--listen", &address]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    let nowhere = binary::run(&["serve", "--data", "/proc/nowhere", "--listen", "127.0.0.1:0"]);
    assert_eq!(nowhere.status.code(), Some(1), "{}", said(&nowhere));
    let absent = binary::run(&["progress", "--data", "/nowhere"]);
    assert_eq!(absent.status.code(), Some(3), "{}", said(&absent));
}

#[test]
fn what_makes_no_sense_is_a_matter_of_usage() {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("tahavol.toml");
    std::fs::write(&config, "lisden = \"127.0.0.1:1\"\n").unwrap();
    let config = config.to_str().unwrap();
    for arguments in [
        &["dance"][..],
        &["progress", "--as-of", "yesterday"],
        &["progress", "--status-date", "1399/12/31"],
        &["serve", "--config", config],
        &["serve", "--config", "/nowhere/tahavol.toml"],
        &["serve", "--log", "][", "--listen", "127.0.0.1:0"],
        &["import", "x.csv"],
    ] {
        let output = binary::run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
    }
    let output = binary::command(&["doctor"]).env("TAHAVOL_LISDEN", "x").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}
