//! Removing the files of evidence that was destroyed by order, whenever the picture says so of another one.

use std::collections::BTreeSet;
use std::sync::Arc;

use tahavol_app::{Clock, EvidenceStore};
use tahavol_domain::values::Sha256;
use tahavol_identity::{Note, NoteKind};

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
            // After a restart most of them are gone already, and nothing is to be told of them again.
            let was_there = !matches!(site.evidence.find(digest).await, Ok(None));
            match site.evidence.destroy(digest).await {
                Ok(()) => {
                    if was_there {
                        tracing::info!(%digest, "removed an evidence file that was destroyed by order");
                        let note = Note::new(NoteKind::EvidenceShredded).with("digest", digest).with("by", "server");
                        site.journal.note(note, Clock::System.now());
                    }
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
