//! Removing the files of evidence that was destroyed by order, whenever the picture says so of another one.

use std::collections::BTreeSet;
use std::sync::Arc;

use tahavol_domain::values::Sha256;

use super::Site;

/// Runs beside the server. A file that cannot be removed now is tried again with the next event.
pub async fn shred(site: Arc<Site>) {
    let mut changes = site.app.watch();
    let mut gone: BTreeSet<Sha256> = BTreeSet::new();
    loop {
        let snapshot = Arc::clone(&changes.borrow_and_update());
        let destroyed = snapshot.evidence.iter().filter(|(_, row)| row.destroyed.is_some());
        let left: Vec<Sha256> = destroyed.map(|(digest, _)| *digest).filter(|digest| !gone.contains(digest)).collect();
        for digest in left {
            match site.evidence.destroy(digest).await {
                Ok(()) => {
                    tracing::info!(%digest, "removed an evidence file that was destroyed by order");
                    gone.insert(digest);
                }
                Err(error) => tracing::error!(%digest, %error, "an evidence file that was destroyed by order is still there"),
            }
        }
        drop(snapshot);
        if changes.changed().await.is_err() {
            return;
        }
    }
}
