//! A programme made row by row, with only what progress looks at.

use std::sync::Arc;

use tahavol_domain::calendar::Instant;
use tahavol_domain::commission::event::Establishment;
use tahavol_domain::initiative::event::Proposal;
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::milestone::measure::{Measure, Rollout, Scope, Step};
use tahavol_domain::text::Text;
use tahavol_domain::values::{CommissionSlug, EventId, Horizon, InitiativeId, MilestoneId, Office, Person, StationCode};
use tahavol_domain::{initiative, milestone};
use uuid::Uuid;

use super::*;
use crate::Snapshot;
use crate::progress::{BaselineKind, Query};
use crate::reports::{Report, ReportValue, Reports};
use crate::rows::{
    ClaimRow, CommissionRow, Delivered, DeliveryRow, InitiativeRow, MilestoneLife, MilestonePlan, MilestoneRow, Stamp, Verdict,
};

/// Everything on the n-th day, against the current plan.
pub(super) fn all_on(n: i32) -> Query {
    Query { status_date: day(n), baseline: BaselineKind::Current, horizon: None, commission: None, initiative: None }
}

pub(super) fn slug(name: &str) -> CommissionSlug {
    CommissionSlug(name.to_owned())
}

/// Milestones of the commissions `technology` and `training`.
pub(super) fn programme(milestones: impl IntoIterator<Item = Milestone>) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for name in ["technology", "training"] {
        let establishment =
            Establishment { slug: slug(name), title: Text::fa("کمیسیون"), remit: Text::fa("حوزه"), provenance: None };
        let row = CommissionRow { establishment, established: stamp(0), ratings: Default::default() };
        snapshot.commissions.insert(slug(name), Arc::new(row));
    }
    for milestone in milestones {
        let row = milestone.0;
        snapshot.milestones.insert(row.plan.id, Arc::new(row));
    }
    snapshot
}

/// As many steps as weights.
pub(super) fn steps(weights: &[u32]) -> Measure {
    Measure::Steps(weights.iter().map(|weight| Step { title: Text::fa("گام"), weight: *weight }).collect())
}

/// Stations `0`, `1`… that are counted, not weighed.
pub(super) fn rollout(stations: u32) -> Measure {
    let stations = (0..stations).map(|number| StationCode(number.to_string())).collect();
    Measure::Rollout(Rollout { scope: Scope::All, stations, visits: None })
}

/// Counts since position 0; of the commission `technology`, for the short horizon, unless said otherwise.
#[derive(Clone)]
pub(super) struct Milestone(pub(super) MilestoneRow);

impl Milestone {
    pub(super) fn new(code: &str, weight: u32, starts: i32, due: i32, measure: Measure) -> Milestone {
        let scope = match &measure {
            Measure::Rollout(rollout) => (0..rollout.stations.len() as u32).map(|number| (number, 1_u64)).collect(),
            Measure::Binary | Measure::Reported | Measure::Steps(_) | Measure::Indicator(_) => imbl::OrdMap::new(),
        };
        let baseline = Arc::new(Baseline { weight, starts: day(starts), due: day(due), horizon: Horizon::Short, measure });
        let plan = MilestonePlan {
            id: MilestoneId(id_of(code)),
            initiative: InitiativeId(id_of("initiative")),
            commission: slug("technology"),
            code: code.to_owned(),
            title: Text::fa("نقطه عطف"),
            provenance: None,
            planned: stamp(0),
            current: baseline.clone(),
            scope_weight: scope.values().sum(),
            scope,
            original: Some(baseline),
            rebaselines: imbl::Vector::new(),
        };
        let life = MilestoneLife {
            phase: milestone::Phase::Planned,
            counts_since: Some(0),
            blocked: None,
            rebaseline_pending: None,
            cancellation_pending: None,
            cancelled: None,
            claims: imbl::Vector::new(),
            corrections: imbl::Vector::new(),
        };
        Milestone(MilestoneRow {
            plan: Arc::new(plan),
            life: Arc::new(life),
            reports: Reports::default(),
            deliveries: Default::default(),
            delivered: Arc::new(Delivered::default()),
        })
    }

    pub(super) fn of(self, commission: &str) -> Milestone {
        self.plan(|plan| plan.commission = slug(commission))
    }

    pub(super) fn under(self, initiative: InitiativeId) -> Milestone {
        self.plan(|plan| plan.initiative = initiative)
    }

    /// In both baselines.
    pub(super) fn horizon(self, horizon: Horizon) -> Milestone {
        self.plan(|plan| {
            plan.current = Arc::new(Baseline { horizon, ..(*plan.current).clone() });
            plan.original = Some(plan.current.clone());
        })
    }

    /// The original stays as it is.
    pub(super) fn rebaselined(self, change: impl FnOnce(&mut Baseline)) -> Milestone {
        self.plan(|plan| {
            let mut baseline = (*plan.current).clone();
            change(&mut baseline);
            plan.current = Arc::new(baseline);
        })
    }

    pub(super) fn not_counting(self) -> Milestone {
        self.plan(|plan| plan.original = None).life(|life| life.counts_since = None)
    }

    pub(super) fn cancelled(self) -> Milestone {
        self.life(|life| {
            life.phase = milestone::Phase::Cancelled;
            life.cancelled = Some(stamp(9));
        })
    }

    /// Basis points, said on the n-th day.
    pub(super) fn reported(mut self, basis_points: u16, on: i32) -> Milestone {
        self.report(ReportValue::Progress(basis_points), on);
        self
    }

    /// Bit i for step i.
    pub(super) fn steps_done(mut self, bits: u64, on: i32) -> Milestone {
        self.report(ReportValue::Steps(bits), on);
        self
    }

    pub(super) fn delivered(mut self, station: u32, on: i32) -> Milestone {
        let position = 500 + u64::from(station);
        self.0.deliveries.insert(station, DeliveryRow { event: event(position), position, effective_on: day(on) });
        let (stations, weight) = self.0.delivered.by_day.get(&day(on)).copied().unwrap_or_default();
        let delivered = Arc::make_mut(&mut self.0.delivered);
        delivered.by_day.insert(day(on), (stations + 1, weight + 1));
        delivered.weight += 1;
        self
    }

    pub(super) fn claimed(self, on: i32) -> Milestone {
        self.claim(on, None).life(|life| life.phase = milestone::Phase::Claimed)
    }

    pub(super) fn refused(self, on: i32) -> Milestone {
        self.claim(on, Some(Verdict::Refused))
    }

    pub(super) fn verified(self, on: i32) -> Milestone {
        self.claim(on, Some(Verdict::Verified)).life(|life| life.phase = milestone::Phase::Verified)
    }

    fn report(&mut self, value: ReportValue, on: i32) {
        let position = 100 + self.0.reports.iter().count() as u64;
        self.0.reports.push(Report { event: event(position), position, effective_on: day(on), value });
    }

    fn claim(self, on: i32, verdict: Option<Verdict>) -> Milestone {
        self.life(|life| {
            let position = 900 + life.claims.len() as u64;
            let verdict = verdict.map(|verdict| (verdict, stamp(position + 50)));
            let claim = ClaimRow { claimed: stamp(position), effective_on: day(on), note: None, evidence: Vec::new(), verdict };
            life.claims.push_back(Arc::new(claim));
        })
    }

    fn plan(mut self, change: impl FnOnce(&mut MilestonePlan)) -> Milestone {
        change(Arc::make_mut(&mut self.0.plan));
        self
    }

    fn life(mut self, change: impl FnOnce(&mut MilestoneLife)) -> Milestone {
        change(Arc::make_mut(&mut self.0.life));
        self
    }
}

/// An initiative with nothing but its phase.
pub(super) fn initiative(code: &str, phase: initiative::Phase) -> InitiativeRow {
    let proposal = Proposal {
        code: code.to_owned(),
        commission: slug("technology"),
        horizon: Horizon::Short,
        title: Text::fa("اقدام"),
        directives: Vec::new(),
        note: None,
        provenance: None,
    };
    InitiativeRow {
        id: InitiativeId(id_of(code)),
        proposal,
        proposed: stamp(0),
        phase,
        phase_since: stamp(0),
        decisions: imbl::Vector::new(),
        approved_at: Some(0),
        allocations: Default::default(),
        risks: Default::default(),
        milestones: imbl::Vector::new(),
    }
}

pub(super) fn stamp(position: u64) -> Stamp {
    Stamp {
        position,
        event: event(position),
        at: Instant::from_micros(0),
        by: Person::default(),
        office: Office::Council,
        effective_on: None,
        reason: None,
    }
}

fn event(position: u64) -> EventId {
    EventId(Uuid::from_u128(position.into()))
}

fn id_of(code: &str) -> Uuid {
    Uuid::from_u128(code.bytes().fold(0, |sum, byte| sum << 8 | u128::from(byte)))
}
