//! Opening what a command that only looks needs: the ledger for reading, beside a server, leaving nothing behind.

use std::sync::Arc;

use tahavol_app::search::{INDEX_FILE, SearchIndex};
use tahavol_app::{AppError, Follower, Options, Tahavol};
use tahavol_ledger::{Ledger, SqliteLedger};

use crate::config::Settings;
use crate::failure::Failure;

/// The application on the ledger that is there.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(crate) async fn look(settings: &Settings) -> Result<Tahavol, Failure> {
    let ledger = SqliteLedger::open_read_only(settings.ledger_path()?).await?;
    look_at(Arc::new(ledger), settings).await
}

/// The application on a ledger, without snapshots: nothing is written.
///
/// # Errors
/// When the ledger cannot be read.
pub(crate) async fn look_at(ledger: Arc<dyn Ledger>, settings: &Settings) -> Result<Tahavol, Failure> {
    let named_administrator = settings.administrator.as_ref().map(|person| person.person().id);
    // A server's index of searches is read as far as it goes.
    let search = SearchIndex::LookedAt(settings.snapshots_dir().join(INDEX_FILE));
    let options = Options { named_administrator, known_actors: settings.known_actors(), search, ..Options::default() };
    Ok(Tahavol::open(ledger, options).await?)
}

/// Refuses to go on where the picture ends before an event that cannot be read, and names its position.
///
/// # Errors
/// When it does.
pub(crate) fn whole(app: &Tahavol) -> Result<(), Failure> {
    match app.health().follower {
        Follower::Stopped { position, what } => Err(AppError::Stopped { position, what }.into()),
        Follower::Replaying | Follower::Following | Follower::Reconnecting { .. } | Follower::Closed => Ok(()),
    }
}
