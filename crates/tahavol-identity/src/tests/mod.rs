//! The identity store on real files.

mod accounts;
mod file;
mod guessing;
mod second_factor;
mod sessions;
mod signing_in;
mod tokens;

use std::net::IpAddr;
use std::time::Duration;

use tahavol_domain::calendar::Instant;
use tahavol_domain::values::{ActorId, Person};
use tempfile::TempDir;

use crate::{IDENTITY_FILE, IdentityError, IdentityStore, Options, Refused, Secret, SignIn, SignedIn};

const GOOD: &str = "پنجره‌ای رو به باغ";
const WRONG: &str = "not the one she chose";

/// A store in a directory of its own.
struct Trial {
    directory: TempDir,
    store: IdentityStore,
}

impl Trial {
    fn new() -> Trial {
        Trial::with(Options::default())
    }

    fn with(options: Options) -> Trial {
        let directory = tempfile::tempdir().expect("a directory");
        let store = IdentityStore::open_with(&directory.path().join(IDENTITY_FILE), options).expect("a new store");
        Trial { directory, store }
    }

    /// The same file as another program, or the same one after a restart, has it.
    fn again(&self) -> IdentityStore {
        IdentityStore::open(&self.directory.path().join(IDENTITY_FILE)).expect("the store is there")
    }

    fn restart(&mut self) {
        let again = self.again();
        self.store = again;
    }

    fn file(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.store.path()).expect("the store is there")
    }

    /// Everything that lies on the disk.
    fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.directory.path()).expect("a directory");
        files.flat_map(|file| std::fs::read(file.expect("a file").path()).expect("readable")).collect()
    }

    /// An account whose password is [`GOOD`].
    async fn account(&self, id: &str) -> Person {
        let person = person(id);
        let link = self.store.add_account(&person, at(0)).await.expect("a new account");
        self.store.set_password_by_link(&link, &Secret::new(GOOD), at(0)).await.expect("a good link")
    }

    async fn sign_in(&self, name: &str, password: &str, now: Instant) -> Result<SignedIn, Refused> {
        self.sign_in_from("192.0.2.1", name, password, None, now).await
    }

    async fn sign_in_with(&self, name: &str, code: &str, now: Instant) -> Result<SignedIn, Refused> {
        self.sign_in_from("192.0.2.1", name, GOOD, Some(code), now).await
    }

    async fn sign_in_from(&self, from: &str, name: &str, password: &str, code: Option<&str>, now: Instant) -> Result<SignedIn, Refused> {
        let (password, address) = (Secret::new(password), address(from));
        self.store.sign_in(SignIn { name, password: &password, code, address }, now).await
    }

    /// So many wrong passwords, each after whatever wait the one before has cost.
    async fn fail(&self, name: &str, from: &str, times: usize, mut now: Instant) -> Instant {
        for _ in 0..times {
            loop {
                match self.sign_in_from(from, name, WRONG, None, now).await {
                    Err(Refused::Wait { seconds }) => now = later(now, seconds),
                    refused => break assert_eq!(refused, Err(Refused::Wrong)),
                }
            }
        }
        now
    }
}

fn person(id: &str) -> Person {
    Person { id: ActorId(id.to_owned()), name: format!("Name of {id}") }
}

fn actor(id: &str) -> ActorId {
    ActorId(id.to_owned())
}

fn address(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

/// Seconds after some day.
fn at(seconds: u64) -> Instant {
    later(Instant::from_micros(1_795_000_000_000_000), seconds)
}

fn later(instant: Instant, seconds: u64) -> Instant {
    instant.plus_micros(i64::try_from(Duration::from_secs(seconds).as_micros()).expect("short"))
}

fn contains(bytes: &[u8], what: &str) -> bool {
    bytes.windows(what.len()).any(|window| window == what.as_bytes())
}

fn unknown(id: &str) -> IdentityError {
    IdentityError::UnknownAccount { actor: actor(id) }
}
