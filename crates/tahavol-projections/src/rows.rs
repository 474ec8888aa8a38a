//! The rows of the read model, one per thing that has a life of its own.

use std::sync::Arc;

use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};
use tahavol_domain::calendar::{Date, Instant, Period};
use tahavol_domain::commission::event::{Establishment, Rating, RatingVoice};
use tahavol_domain::indicator::event::{Definition, MeasuredValue, MeasurementScope};
use tahavol_domain::initiative::event::{Allocation, Proposal, Risk};
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::programme::event::{ActionClosure, Delegation, Directive, Review};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::station::event::{StationKind, Volume};
use tahavol_domain::text::Text;
use tahavol_domain::values::{
    ActorId, CommissionSlug, EventId, Evidence, Horizon, InitiativeId, MilestoneId, Office, Person, Provenance, ProvinceCode, StationCode,
};
use tahavol_domain::{initiative, milestone};
use uuid::Uuid;

use crate::reports::Reports;

/// Who recorded a fact, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub position: u64,
    pub event: EventId,
    pub at: Instant,
    pub by: Person,
    pub office: Office,
    pub effective_on: Option<Date>,
    pub reason: Option<String>,
}

/// A person who is or was in office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Official {
    pub person: Person,
    /// In the order of appointment.
    pub tenures: Vector<Tenure>,
    /// Releases proposed and not yet carried out.
    pub release_proposed: OrdMap<Office, Stamp>,
}

/// An office held from one position until another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tenure {
    pub office: Office,
    pub appointed: Stamp,
    pub released: Option<Stamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DelegationRow {
    pub delegation: Delegation,
    pub given: Stamp,
    pub ended: Option<Stamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DirectiveRow {
    pub directive: Directive,
    pub issued: Stamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewRow {
    pub review: Review,
    pub held: Stamp,
    /// By action.
    pub closures: OrdMap<Uuid, (ActionClosure, Stamp)>,
}

/// A file that events refer to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidenceRow {
    pub evidence: Evidence,
    pub referred_by: Vector<EventId>,
    /// The order under which it was destroyed, and who carried it out.
    pub destroyed: Option<(String, Stamp)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommissionRow {
    pub establishment: Establishment,
    pub established: Stamp,
    /// Newest last, of each horizon and voice.
    pub ratings: OrdMap<(Horizon, RatingVoice), Vector<(Rating, Stamp)>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InitiativeRow {
    pub id: InitiativeId,
    /// As proposed or last revised.
    pub proposal: Proposal,
    pub proposed: Stamp,
    pub phase: initiative::Phase,
    /// What brought it into its phase.
    pub phase_since: Stamp,
    /// Submissions and decisions in order: the phase each led to, the resolution, who.
    pub decisions: Vector<(initiative::Phase, Option<String>, Stamp)>,
    pub approved_at: Option<u64>,
    pub allocations: OrdMap<Uuid, (Allocation, Stamp)>,
    pub risks: OrdMap<Uuid, RiskRow>,
    /// In the order of planning.
    pub milestones: Vector<MilestoneId>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskRow {
    pub risk: Risk,
    pub raised: Stamp,
    pub closed: Option<Stamp>,
}

/// A milestone. What changes with every report lies apart from what hardly changes, so that a past picture costs little beside the live one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MilestoneRow {
    pub plan: Arc<MilestonePlan>,
    pub life: Arc<MilestoneLife>,
    /// Standing reports: a corrected one is gone, its correction stands in its place.
    pub reports: Reports,
    /// By the station's number.
    pub deliveries: OrdMap<u32, DeliveryRow>,
    /// Of those deliveries, the ones inside the current scope.
    pub delivered: Arc<Delivered>,
}

/// What the deliveries inside the scope add up to, kept so that nobody has to walk over thousands of stations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Delivered {
    pub weight: u64,
    /// Number and weight of the deliveries of each day.
    pub by_day: OrdMap<Date, (u32, u64)>,
}

/// What was promised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MilestonePlan {
    pub id: MilestoneId,
    pub initiative: InitiativeId,
    pub commission: CommissionSlug,
    pub code: String,
    pub title: Text,
    pub provenance: Option<Provenance>,
    pub planned: Stamp,
    pub current: Arc<Baseline>,
    /// The station numbers of a roll-out's current scope with each one's weight; empty for other measures.
    pub scope: OrdMap<u32, u64>,
    /// Σ of those weights.
    pub scope_weight: u64,
    /// The first baseline that counted; none while the milestone does not count.
    pub original: Option<Arc<Baseline>>,
    /// Rebaselines carried out, oldest first, with the baseline each one left behind.
    pub rebaselines: Vector<Arc<(Baseline, Stamp)>>,
}

/// Where it stands, apart from its dated facts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MilestoneLife {
    pub phase: milestone::Phase,
    /// Position from which it counts: its initiative's approval or its admission.
    pub counts_since: Option<u64>,
    pub blocked: Option<Stamp>,
    pub rebaseline_pending: Option<(Uuid, Arc<Baseline>, Stamp)>,
    pub cancellation_pending: Option<(Uuid, Stamp)>,
    pub cancelled: Option<Stamp>,
    /// Every claim, oldest first; at most the last one stands.
    pub claims: Vector<Arc<ClaimRow>>,
    /// Corrected reports, newest last: the report's event, and its correction.
    pub corrections: Vector<(EventId, Stamp)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClaimRow {
    pub claimed: Stamp,
    /// The day it is said to be complete.
    pub effective_on: Date,
    pub note: Option<Text>,
    pub evidence: Vec<Evidence>,
    pub verdict: Option<(Verdict, Stamp)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verdict {
    Verified,
    Refused,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryRow {
    pub event: EventId,
    pub position: u64,
    pub effective_on: Date,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StationRow {
    /// Dense, from 0, in the order of registration.
    pub number: u32,
    pub code: StationCode,
    pub kind: StationKind,
    pub name: Text,
    pub province: ProvinceCode,
    pub networked: bool,
    /// The last change of the network: its day and position.
    pub network_changed: Option<(Date, u64)>,
    pub volume: Volume,
    pub registered: Stamp,
    pub closed: Option<Stamp>,
    pub provenance: Option<Provenance>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndicatorRow {
    pub definition: Definition,
    pub defined: Stamp,
    /// Earlier meanings are in the ledger; how often it was redefined is told.
    pub redefinitions: u32,
    pub targets: OrdMap<Horizon, (Quantity, Stamp)>,
    pub measurements: OrdMap<MeasurementKey, Arc<MeasurementRow>>,
    /// Where the measurement lies that an event recorded or corrected.
    pub measurement_events: OrdMap<EventId, MeasurementKey>,
}

/// Scope, end and start of the period: the latest-ending measurement of a scope is its last one.
pub type MeasurementKey = (MeasurementScope, Date, Date);

/// A measurement of one scope and period (the key holds scope, end and start).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MeasurementRow {
    pub scope: MeasurementScope,
    pub period: Period,
    /// As last corrected.
    pub value: MeasuredValue,
    pub method: Option<Text>,
    pub evidence: Vec<Evidence>,
    pub provenance: Option<Provenance>,
    pub recorded: Stamp,
    /// The values it had before its corrections, oldest first.
    pub corrected: Vector<(MeasuredValue, Stamp)>,
    pub standing: MeasurementStanding,
    /// What brought it there, when somebody has spoken on it.
    pub standing_since: Option<Stamp>,
}

/// Contested and withdrawn measurements do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum MeasurementStanding {
    Recorded,
    Verified,
    Contested,
    Withdrawn,
}

impl Official {
    /// Offices held just after the position, delegated ones not included.
    pub fn offices_at(&self, position: u64) -> impl Iterator<Item = &Office> {
        self.tenures
            .iter()
            .filter(move |tenure| {
                tenure.appointed.position <= position && tenure.released.as_ref().is_none_or(|released| released.position > position)
            })
            .map(|tenure| &tenure.office)
    }

    /// Offices held now.
    pub fn offices(&self) -> impl Iterator<Item = &Office> {
        self.tenures.iter().filter(|tenure| tenure.released.is_none()).map(|tenure| &tenure.office)
    }

    #[must_use]
    pub fn id(&self) -> &ActorId {
        &self.person.id
    }
}
