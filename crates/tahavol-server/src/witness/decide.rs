//! Whether a witness cosigns: only what a trusted key has signed, and only what continues what was cosigned before.

use axum::http::StatusCode;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::VerifyingKey;
use tahavol_ledger::merkle::proof::verify_consistency;
use tahavol_ledger::merkle::{Hash, root};

use super::request::AddCheckpoint;

/// Why it does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refused {
    #[error("malformed: {0}")]
    Malformed(String),
    #[error("the log {0} is not known here")]
    UnknownOrigin(String),
    #[error("no key that is trusted for this log has signed: {0}")]
    Unsigned(String),
    #[error("the old size {old} is larger than the checkpoint's {size}")]
    OldBeyond { old: u64, size: u64 },
    /// The sender has to prove from this size.
    #[error("{latest} entries were cosigned last")]
    Stale { latest: u64 },
    /// Two histories of one log: somebody has to be told.
    #[error("another root was cosigned at {latest} entries")]
    Forked { latest: u64 },
    /// The same, or a proof that is spoilt.
    #[error("the proof does not show that this continues the {latest} entries that were cosigned last")]
    Inconsistent { latest: u64 },
}

impl Refused {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Refused::Malformed(_) | Refused::OldBeyond { .. } => StatusCode::BAD_REQUEST,
            Refused::UnknownOrigin(_) => StatusCode::NOT_FOUND,
            Refused::Unsigned(_) => StatusCode::FORBIDDEN,
            Refused::Stale { .. } | Refused::Forked { .. } => StatusCode::CONFLICT,
            Refused::Inconsistent { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// For a conflict, the size that was cosigned last.
    pub(super) fn latest(&self) -> Option<u64> {
        match self {
            Refused::Stale { latest } | Refused::Forked { latest } => Some(*latest),
            Refused::Malformed(_)
            | Refused::UnknownOrigin(_)
            | Refused::Unsigned(_)
            | Refused::OldBeyond { .. }
            | Refused::Inconsistent { .. } => None,
        }
    }

    /// Whether the log itself has shown two histories. A proof that is wrong says nothing: anybody can send one beside a head that
    /// is public.
    pub(super) fn is_alarming(&self) -> bool {
        matches!(self, Refused::Forked { .. })
    }
}

/// The checkpoint, if it is by a log that is trusted: the first half, which needs no memory.
pub(super) fn recognise(asked: &AddCheckpoint, trusted: &[VerifyingKey]) -> Result<Checkpoint, Refused> {
    let checkpoint = Checkpoint::parse(&asked.checkpoint.text).map_err(|error| Refused::Malformed(error.to_string()))?;
    let keys: Vec<VerifyingKey> = trusted.iter().filter(|key| key.name() == checkpoint.origin).cloned().collect();
    if keys.is_empty() {
        return Err(Refused::UnknownOrigin(checkpoint.origin));
    }
    Checkpoint::open(&asked.checkpoint, &keys).map_err(|error| Refused::Unsigned(error.to_string()))
}

/// Whether it continues what was cosigned last; `None`: nothing of this log was.
pub(super) fn continues(asked: &AddCheckpoint, checkpoint: &Checkpoint, latest: Option<&Checkpoint>) -> Result<(), Refused> {
    let (latest, latest_root) = latest.map_or_else(|| (0, empty()), |latest| (latest.size, latest.root));
    let AddCheckpoint { old, proof, .. } = asked;
    if *old > checkpoint.size {
        return Err(Refused::OldBeyond { old: *old, size: checkpoint.size });
    }
    if *old != latest {
        return Err(Refused::Stale { latest });
    }
    if checkpoint.size == latest && checkpoint.root != latest_root {
        return Err(Refused::Forked { latest });
    }
    if !verify_consistency(latest, &latest_root, checkpoint.size, &checkpoint.root, proof) {
        return Err(Refused::Inconsistent { latest });
    }
    Ok(())
}

fn empty() -> Hash {
    root([])
}
