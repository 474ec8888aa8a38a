//! What every request asks and therefore lies in memory: which tokens are good and who is barred. Our own writes show at
//! once, those of another process within a second.

use std::collections::{HashMap, HashSet};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::thread;
use std::time::{Duration, Instant as Moment};

use arc_swap::ArcSwap;
use tahavol_domain::calendar::Instant;
use tahavol_domain::values::ActorId;
use uuid::Uuid;

use crate::error::IdentityError;
use crate::store::{IdentityStore, Inner, locked};
use crate::tokens::{self, ServiceToken};

/// How often the file is asked whether another process has changed it.
const LOOK: Duration = Duration::from_millis(500);

/// How often last uses of tokens are written down.
const NOTE: Duration = Duration::from_mins(1);

#[derive(Default)]
pub(crate) struct Known {
    table: ArcSwap<Table>,
    /// Held from reading the file to replacing the table, so that an older reading never replaces a newer one.
    refreshing: Mutex<()>,
    /// Last uses that the file does not know yet.
    used: Mutex<HashMap<Uuid, Instant>>,
    /// Its end tells the watching thread that the store is gone.
    watched: OnceLock<Sender<()>>,
}

/// The part of the file that is held, as of one generation.
#[derive(Default)]
struct Table {
    generation: Option<i64>,
    /// Tokens that are not revoked, by the digest of what was shown.
    tokens: HashMap<[u8; 32], Arc<ServiceToken>>,
    by_id: HashMap<Uuid, Arc<ServiceToken>>,
    disabled: HashSet<ActorId>,
}

impl IdentityStore {
    /// The token that was shown, if it is good now and its person is not barred. Reads no file.
    #[must_use]
    pub fn token(&self, shown: &str, now: Instant) -> Option<Arc<ServiceToken>> {
        let digest = tokens::digest_of_shown(shown)?;
        let table = self.inner.known.table.load();
        let token = table.tokens.get(&digest).filter(|token| table.good(token, now))?;
        locked(&self.inner.known.used).insert(token.id, now);
        Some(Arc::clone(token))
    }

    /// Whether a token that was good once still is; for connections that stay open. Reads no file.
    #[must_use]
    pub fn token_lives(&self, id: Uuid, now: Instant) -> bool {
        let table = self.inner.known.table.load();
        table.by_id.get(&id).is_some_and(|token| table.good(token, now))
    }

    /// Whether somebody is barred, with an account or, as an identity provider's people, without. Reads no file.
    #[must_use]
    pub fn is_disabled(&self, actor: &ActorId) -> bool {
        self.inner.known.table.load().disabled.contains(actor)
    }
}

impl Table {
    fn good(&self, token: &ServiceToken, now: Instant) -> bool {
        token.expires.is_none_or(|expires| now < expires) && !self.disabled.contains(&token.person.id)
    }
}

impl Inner {
    /// Reads the table again if the file's generation is another one.
    pub(crate) fn refresh(&self) -> Result<(), IdentityError> {
        let _in_order = locked(&self.known.refreshing);
        let held = self.known.table.load().generation;
        let read = self.read(|connection| {
            // One transaction, so that the generation is that of the rows.
            let same = connection.unchecked_transaction()?;
            let generation = Some(same.prepare_cached("SELECT count FROM generation")?.query_row([], |row| row.get(0))?);
            if generation == held {
                return Ok(None);
            }
            let tokens = tokens::not_revoked(&same)?;
            let by_id = tokens.values().map(|token| (token.id, Arc::clone(token))).collect();
            let mut disabled = same.prepare_cached("SELECT actor FROM account WHERE disabled IS NOT NULL")?;
            let disabled = disabled.query_map([], |row| row.get(0).map(ActorId))?.collect::<Result<_, _>>()?;
            Ok(Some(Table { generation, tokens, by_id, disabled }))
        })?;
        if let Some(table) = read {
            self.known.table.store(Arc::new(table));
        }
        Ok(())
    }

    /// The newest use of a token that the file may not know yet.
    pub(crate) fn used(&self, id: Uuid) -> Option<Instant> {
        locked(&self.known.used).get(&id).copied()
    }

    fn note_uses(&self) -> Result<(), IdentityError> {
        let used = std::mem::take(&mut *locked(&self.known.used));
        if used.is_empty() {
            return Ok(());
        }
        let written = self.write(|transaction| {
            let mut note = transaction.prepare_cached("UPDATE token SET last_used = max(coalesce(last_used, ?2), ?2) WHERE id = ?1")?;
            for (id, at) in &used {
                note.execute((id.as_bytes(), at.micros()))?;
            }
            Ok(())
        });
        if written.is_err() {
            // For the next time; what was used since is newer.
            let mut since = locked(&self.known.used);
            used.into_iter().for_each(|(id, at)| _ = since.entry(id).or_insert(at));
        }
        written
    }
}

/// What was not written down yet is written when the store goes.
impl Drop for Inner {
    fn drop(&mut self) {
        if let Err(error) = self.note_uses() {
            tracing::warn!(%error, "the last uses of service tokens were not written down");
        }
    }
}

/// Starts the thread that looks at the file. It ends with the store.
pub(crate) fn watch(inner: &Arc<Inner>) -> Result<(), IdentityError> {
    let (sender, store_is_gone) = mpsc::channel();
    inner.known.watched.get_or_init(|| sender);
    let store = Arc::downgrade(inner);
    let look = move || {
        let (mut noted, mut failing) = (Moment::now(), false);
        while store_is_gone.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
            let note = noted.elapsed() >= NOTE;
            if note {
                noted = Moment::now();
            }
            failing = look_once(&store, note, failing);
        }
    };
    let started = thread::Builder::new().name("identity".to_owned()).spawn(look);
    started.map(|_| ()).map_err(|error| IdentityError::unavailable(format!("no thread: {error}")))
}

/// Whether looking failed; a failure that goes on is logged once.
fn look_once(store: &Weak<Inner>, note: bool, failing: bool) -> bool {
    let Some(inner) = store.upgrade() else { return failing };
    if note && let Err(error) = inner.note_uses() {
        tracing::warn!(%error, "the last uses of service tokens were not written down");
    }
    let looked = inner.refresh();
    match &looked {
        Err(error) if !failing => tracing::error!(%error, "cannot see whether another process has barred somebody or ended a token"),
        Ok(()) if failing => tracing::info!("who is barred and which tokens are good can be seen again"),
        Err(_) | Ok(()) => {}
    }
    looked.is_err()
}
