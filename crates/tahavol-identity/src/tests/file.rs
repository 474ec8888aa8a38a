//! The file itself: who may read it, what is not in it, which files are not touched.

use tahavol_domain::policy::Within;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};

use super::*;
use crate::NewToken;

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_the_file_and_what_lies_beside_it() {
    use std::os::unix::fs::PermissionsExt;

    let trial = Trial::new();
    trial.store.add_account(&person("sara"), at(0)).await.unwrap();
    let files = std::fs::read_dir(trial.directory.path()).unwrap();
    let modes: Vec<_> =
        files.map(|file| file.unwrap()).map(|file| (file.file_name(), file.metadata().unwrap().permissions().mode() & 0o777)).collect();
    assert_eq!(modes.len(), 3, "the file, its log and its shared memory: {modes:?}");
    assert!(modes.iter().all(|(_, mode)| *mode == 0o600), "{modes:?}");
}

#[tokio::test]
async fn no_password_link_token_code_or_session_is_in_the_file() {
    let trial = Trial::new();
    let sara = person("sara");
    let link = trial.store.add_account(&sara, at(0)).await.unwrap();
    trial.store.set_password_by_link(&link, &Secret::new(GOOD), at(0)).await.unwrap();
    let unused = trial.store.add_account(&person("reza"), at(0)).await.unwrap();
    let enrolment = trial.store.begin_second_factor(&sara.id, "Tahavol", at(0)).await.unwrap();
    let new = NewToken {
        person: sara.clone(),
        label: "reports".to_owned(),
        within: Within::default(),
        expires: None,
        made_with: None,
        second_factor: false,
    };
    let (token, shown) = trial.store.make_token(new, at(0)).await.unwrap();
    let mut session =
        Record { id: Id::default(), data: [("actor".to_owned(), "sara".into())].into(), expiry_date: sessions::in_minutes(30) };
    trial.store.sessions().create(&mut session).await.unwrap();
    // A password that was typed where the name belongs.
    trial.sign_in("typed-into-the-wrong-field", WRONG, at(1)).await.unwrap_err();

    let bytes = trial.bytes();
    assert!(contains(&bytes, "sara") && contains(&bytes, "reports"), "the bytes are those of the store");
    let secrets = [GOOD, WRONG, link.expose(), unused.expose(), shown.expose(), enrolment.secret.expose(), "typed-into-the-wrong-field"];
    for secret in secrets.into_iter().chain([session.id.to_string().as_str()]) {
        assert!(!contains(&bytes, secret), "{secret} is in the file");
    }
    let told = format!("{:?}", (&trial.store, &link, &enrolment, &shown, &token, trial.store.sessions()));
    for secret in secrets {
        assert!(!told.contains(secret), "{secret} is told: {told}");
    }
}

#[test]
fn a_file_of_a_later_version_is_refused_and_left_as_it_is() {
    let trial = Trial::new();
    let path = trial.store.path().to_owned();
    trial.file().execute_batch("PRAGMA user_version = 7; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(trial.store);
    let before = std::fs::read(&path).unwrap();
    assert_eq!(IdentityStore::open(&path).unwrap_err(), IdentityError::NewerVersion { found: 7, known: 1 });
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn another_program_s_file_is_refused_and_left_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(IDENTITY_FILE);
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE account (number INTEGER)").unwrap();
    drop(other);
    let text = directory.path().join("letter.txt");
    std::fs::write(&text, "not a database, and longer than the header of one: ".repeat(20)).unwrap();
    for path in [path, text] {
        let before = std::fs::read(&path).unwrap();
        assert_eq!(IdentityStore::open(&path).unwrap_err(), IdentityError::NotOurs { path: path.display().to_string() });
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_open_a_new_file_at_once_and_it_is_made_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(IDENTITY_FILE);
    let opened = (0..8).map(|_| {
        let path = path.clone();
        tokio::task::spawn_blocking(move || IdentityStore::open(&path))
    });
    for opened in opened.collect::<Vec<_>>() {
        assert!(opened.await.unwrap().unwrap().needs_first_account().await.unwrap());
    }
}
