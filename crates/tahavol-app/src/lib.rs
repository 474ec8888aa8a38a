//! Commands in, events out; events in, snapshots out: the only way into the ledger and the pictures made from it.
//!
//! ```text
//! Order ─► handle / phase ─► policy ─► decide ─► ledger.append
//!                                                    │
//! Snapshot ◄─ as_of ◄─ waypoints ◄─ follow ◄─────────┘
//! ```

mod app;
mod as_of;
mod can;
mod clock;
mod decision;
mod decisions;
mod disk;
mod effect;
mod equality;
mod error;
mod evidence;
mod facts;
mod fold;
mod follow;
mod handle;
mod head;
mod notice;
mod order;
mod phase;
mod rehearsal;
mod sight;
mod step;
mod streams;
mod waiting;
mod waypoints;

pub mod bundle;
pub mod demo;
pub mod diff;
pub mod import;
pub mod messages;
pub mod proof;
pub mod references;
pub mod replay;
pub mod search;
pub mod verify;

pub use app::{Follower, Health, Options, Tahavol};
pub use as_of::AsOf;
pub use can::{Can, Subject};
pub use clock::Clock;
pub use decisions::{Decision, DecisionFilter, DecisionSubject, Since, SinceKind, decided_in, deciding_types};
pub use effect::{Effect, EffectError, Proposed, proposed_for};
pub use equality::{Compared, Equality};
pub use error::{AppError, HandleError};
pub use evidence::{EvidenceStore, EvidenceUnavailable, MemoryEvidence, StoredEvidence};
pub use facts::{FactFilter, RecordedFact};
pub use head::Lag;
pub use notice::{Denied, Notice, Noticed};
pub use order::{Order, Outcome};
pub use phase::{Finished, Phase, Submitted, When};
pub use rehearsal::Rehearsal;
pub use tahavol_ledger::{Alarm, Condition, Link};
pub use waiting::{Waiting, waiting};

pub use step::{Step, StepDirection, StepField, StepFilter, Told};
