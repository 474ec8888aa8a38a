//! When the live picture is compared with a fold of the whole ledger: some time after the start, then now and then.

use std::time::Duration;

use tahavol_app::Tahavol;
use tokio::time::sleep;

use crate::config::HealthSettings;

/// Runs beside the server until it is aborted. One comparison at a time; a ledger that cannot be read just now is looked at again
/// with the next one.
pub(crate) async fn watch(app: Tahavol, settings: HealthSettings) {
    if settings.replay_every_seconds == 0 {
        return;
    }
    sleep(Duration::from_secs(settings.replay_after_seconds)).await;
    loop {
        if let Err(error) = app.check_equality().await {
            tracing::warn!(%error, "the live picture could not be compared with the ledger");
        }
        sleep(Duration::from_secs(settings.replay_every_seconds)).await;
    }
}
