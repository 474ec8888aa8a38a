//! The whole read model as one value: cloning is cheap, keys are ordered, and the same facts give the same bytes.

use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256 as Hasher};
use std::sync::Arc;
use tahavol_domain::calendar::Instant;
use tahavol_domain::programme::event::{Charter, DocumentVersion, HorizonWindow, TargetSet};
use tahavol_domain::values::{
    ActorId, CommissionSlug, DirectiveCode, Horizon, IndicatorCode, InitiativeId, MilestoneId, ProgrammeId, Sha256, StationCode,
};
use uuid::Uuid;

use crate::rows::{
    CommissionRow, DelegationRow, DirectiveRow, EvidenceRow, IndicatorRow, InitiativeRow, MilestoneRow, Official, ReviewRow, Stamp,
    StationRow,
};
use crate::sight::Undecided;

/// The programme as the ledger knew it just after one position. No floats, no hash maps.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// The last event it contains; none on an empty ledger.
    pub position: Option<u64>,
    /// Recorded time of that event.
    pub recorded_at: Option<Instant>,
    /// The latest recorded time up to here; recorded times are not monotone.
    pub recorded_max: Option<Instant>,
    pub programme: Option<Arc<ProgrammeRow>>,
    pub horizons: OrdMap<Horizon, HorizonWindow>,
    pub officials: OrdMap<ActorId, Arc<Official>>,
    pub delegations: OrdMap<Uuid, Arc<DelegationRow>>,
    pub directives: OrdMap<DirectiveCode, Arc<DirectiveRow>>,
    /// Versions of the transformation document, oldest first.
    pub documents: Vector<Arc<(DocumentVersion, Stamp)>>,
    pub target: Option<Arc<(TargetSet, Stamp)>>,
    pub reviews: OrdMap<Uuid, Arc<ReviewRow>>,
    pub evidence: OrdMap<Sha256, Arc<EvidenceRow>>,
    pub commissions: OrdMap<CommissionSlug, Arc<CommissionRow>>,
    pub initiatives: OrdMap<InitiativeId, Arc<InitiativeRow>>,
    pub milestones: OrdMap<MilestoneId, Arc<MilestoneRow>>,
    pub stations: OrdMap<StationCode, Arc<StationRow>>,
    /// Station codes by the dense number each station got when it was registered.
    pub station_numbers: Vector<StationCode>,
    /// Open stations with a network.
    pub networked_stations: u32,
    pub indicators: OrdMap<IndicatorCode, Arc<IndicatorRow>>,
    /// Follows from the rows: what is not everybody's to read yet.
    #[serde(skip)]
    pub undecided: Undecided,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProgrammeRow {
    pub id: ProgrammeId,
    pub charter: Charter,
    pub chartered: Stamp,
}

/// Every view with its version, in the order in which they are hashed. A change of what a view holds raises its version: pictures
/// kept on disk are then folded anew.
pub const VIEWS: [(&str, u32); 15] = [
    ("position", 1),
    ("programme", 1),
    ("horizons", 1),
    ("officials", 1),
    ("delegations", 1),
    ("directives", 1),
    ("documents", 1),
    ("target", 1),
    ("reviews", 1),
    ("evidence", 1),
    ("commissions", 1),
    ("initiatives", 1),
    ("milestones", 1),
    ("stations", 1),
    ("indicators", 1),
];

/// Why bytes are no snapshot. It is thrown away and folded anew; never trusted.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("the snapshot was written with other views")]
    Versions,
    #[error("the bytes are no snapshot")]
    Malformed(#[from] postcard::Error),
    #[error("there are {0} bytes behind the snapshot")]
    Rest(usize),
}

impl Snapshot {
    /// SHA-256 over each view with its name and version: two snapshots of the same facts have the same digest, however they came about.
    #[must_use]
    pub fn digest(&self) -> Sha256 {
        let [position, programme, horizons, officials, delegations, directives, documents, target, reviews, rest @ ..] = &VIEWS;
        let [evidence, commissions, initiatives, milestones, stations, indicators] = rest;
        let mut hash = Hash(Hasher::new());
        hash.view(position, &(&self.position, &self.recorded_at, &self.recorded_max));
        hash.view(programme, &self.programme);
        hash.view(horizons, &self.horizons);
        hash.view(officials, &self.officials);
        hash.view(delegations, &self.delegations);
        hash.view(directives, &self.directives);
        hash.view(documents, &self.documents);
        hash.view(target, &self.target);
        hash.view(reviews, &self.reviews);
        hash.view(evidence, &self.evidence);
        hash.view(commissions, &self.commissions);
        hash.view(initiatives, &self.initiatives);
        hash.view(milestones, &self.milestones);
        hash.view(stations, &(&self.stations, &self.station_numbers, &self.networked_stations));
        hash.view(indicators, &self.indicators);
        Sha256(hash.0.finalize().into())
    }

    /// The whole of it in a binary form, behind the versions of its views.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let bytes = postcard::to_stdvec(&versions()).and_then(|versions| postcard::to_extend(self, versions));
        bytes.expect("plain data with known lengths always serialises into memory")
    }

    /// # Errors
    /// When the bytes are not exactly a snapshot of these versions of the views.
    pub fn decode(bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
        let (written, bytes): (Vec<(String, u32)>, _) = postcard::take_from_bytes(bytes)?;
        if written != versions() {
            return Err(SnapshotError::Versions);
        }
        let (mut snapshot, rest): (Snapshot, _) = postcard::take_from_bytes(bytes)?;
        snapshot.undecided = Undecided::of(&snapshot);
        if rest.is_empty() { Ok(snapshot) } else { Err(SnapshotError::Rest(rest.len())) }
    }
}

fn versions() -> Vec<(String, u32)> {
    VIEWS.iter().map(|(name, version)| ((*name).to_owned(), *version)).collect()
}

struct Hash(Hasher);

impl Hash {
    fn view(&mut self, (name, version): &(&str, u32), view: &impl Serialize) {
        let written = postcard::to_io(&(name, version, view), &mut *self);
        written.expect("plain data with known lengths always serialises, and hashing takes every byte");
    }
}

impl std::io::Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
