//! Tries on what is done: milestones, stations, indicators and their measurements.

use std::sync::Arc;

use tahavol_domain::calendar::Period;
use tahavol_domain::indicator::event::{
    Aggregation, Definition, Direction, Meaning, MeasuredValue, Measurement, MeasurementCorrection, MeasurementDecision, MeasurementScope,
    Quality, Redefinition, Target,
};
use tahavol_domain::milestone::command::{BaselineChoice, PlanMilestone, ProposeRebaseline, ReviseMilestone};
use tahavol_domain::milestone::event::{CancellationProposal, ClaimDecision, ProgressCorrection, ProgressReport, ProposalDecision};
use tahavol_domain::milestone::measure::{Measure, MeasureChoice};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::station::event::{Delivery, DeliveryRevocation, Registration, StationKind, Volume};
use tahavol_domain::values::{EventId, Horizon, IndicatorCode, InitiativeId, MilestoneId, Office, StationCode};
use tahavol_domain::{Command, Stream, indicator, milestone, station};
use tahavol_projections::rows::{IndicatorRow, MeasurementRow, MilestoneRow, StationRow};
use uuid::Uuid;

use super::tries::{Tries, new_code, something};
use super::{Desk, SOMETHING, Subject, Try};

use indicator::Command as I;
use milestone::Command as M;
use station::Command as S;

/// So many of the latest measurements are looked at for one that takes the command.
const MEASUREMENTS: usize = 40;

impl Desk<'_> {
    pub(super) fn of_milestone(&self, about: &Subject, commands: impl FnOnce(Option<&MilestoneRow>) -> Vec<M>) -> Tries {
        let Subject::Milestone(id) = about else { return None };
        let to = |command| (Stream::Milestone(*id), Command::Milestone(command));
        Some(commands(self.snapshot.milestones.get(id).map(Arc::as_ref)).into_iter().map(to).collect())
    }

    /// Done on the last day of its horizon.
    pub(super) fn plan(&self, about: &Subject) -> Tries {
        let Subject::Initiative(initiative) = about else { return None };
        let code = new_code();
        let id = MilestoneId(self.programme.id_of(&code));
        let baseline = self.last_day_of(*initiative);
        let plan = PlanMilestone { initiative: *initiative, code, title: something(), baseline, provenance: None };
        Some(vec![(Stream::Milestone(id), Command::Milestone(M::Plan(Box::new(plan))))])
    }

    pub(super) fn revise_milestone(&self, about: &Subject) -> Tries {
        self.of_milestone(about, |row| {
            let baseline = self.last_day_of(row.map(|row| row.plan.initiative).unwrap_or_default());
            vec![M::Revise(Box::new(ReviseMilestone { title: something(), baseline }))]
        })
    }

    /// The same promise with another weight.
    pub(super) fn propose_rebaseline(&self, about: &Subject) -> Tries {
        self.of_milestone(about, |row| {
            let standing = row.map(|row| &row.plan.current);
            let baseline = standing.map_or_else(
                || self.last_day_of(InitiativeId::default()),
                |baseline| BaselineChoice {
                    weight: if baseline.weight == 1 { 2 } else { 1 },
                    starts: baseline.starts,
                    due: baseline.due,
                    horizon: Some(baseline.horizon),
                    measure: MeasureChoice::Binary,
                },
            );
            vec![M::ProposeRebaseline(Box::new(ProposeRebaseline { proposal: Uuid::now_v7(), baseline }))]
        })
    }

    pub(super) fn decide_rebaseline(&self, about: &Subject, command: fn(ProposalDecision) -> M) -> Tries {
        self.of_milestone(about, |row| {
            let pending = row.and_then(|row| row.life.rebaseline_pending.as_ref()).map(|(proposal, ..)| *proposal);
            vec![command(on_proposal(pending))]
        })
    }

    pub(super) fn propose_cancellation(&self, about: &Subject) -> Tries {
        self.of_milestone(about, |_| vec![M::ProposeCancellation(CancellationProposal { proposal: Uuid::now_v7() })])
    }

    pub(super) fn decide_cancellation(&self, about: &Subject, command: fn(ProposalDecision) -> M) -> Tries {
        self.of_milestone(about, |row| {
            let pending = row.and_then(|row| row.life.cancellation_pending.as_ref()).map(|(proposal, _)| *proposal);
            vec![command(on_proposal(pending))]
        })
    }

    pub(super) fn report(&self, about: &Subject) -> Tries {
        self.of_milestone(about, |row| vec![M::ReportProgress(report(row))])
    }

    /// The report that was made last.
    pub(super) fn correct(&self, about: &Subject) -> Tries {
        self.of_milestone(about, |row| {
            let last = row.and_then(|row| row.reports.iter().max_by_key(|report| report.position));
            let corrects = last.map(|report| report.event).unwrap_or_default();
            vec![M::CorrectProgress(ProgressCorrection { corrects, report: report(row) })]
        })
    }

    pub(super) fn decide_claim(&self, about: &Subject, command: fn(ClaimDecision) -> M) -> Tries {
        self.of_milestone(about, |row| {
            let claim = row.and_then(|row| row.life.claims.last()).map(|claim| claim.claimed.event).unwrap_or_default();
            vec![command(ClaimDecision { claim, note: None })]
        })
    }

    fn last_day_of(&self, initiative: InitiativeId) -> BaselineChoice {
        let horizon = self.snapshot.initiatives.get(&initiative).map(|row| row.proposal.horizon);
        let window = horizon.and_then(|horizon| self.snapshot.horizons.get(&horizon));
        let day = window.map_or(self.today, |window| window.ends);
        BaselineChoice { weight: 1, starts: day, due: day, horizon, measure: MeasureChoice::Binary }
    }

    pub(super) fn of_station(&self, about: &Subject, commands: impl FnOnce(Option<&StationRow>) -> Vec<S>) -> Tries {
        let Subject::Station(code) = about else { return None };
        let to = |command| (Stream::Station(code.clone()), Command::Station(command));
        Some(commands(self.snapshot.stations.get(code).map(Arc::as_ref)).into_iter().map(to).collect())
    }

    pub(super) fn register(&self, about: &Subject) -> Tries {
        let Subject::Province(province) = about else { return None };
        let code = StationCode(new_code());
        let registration = Registration {
            code: code.clone(),
            kind: StationKind::Station,
            name: something(),
            province: province.clone(),
            networked: false,
            volume: Volume::default(),
            provenance: None,
        };
        Some(vec![(Stream::Station(code), Command::Station(S::Register(registration)))])
    }

    pub(super) fn record_volume(&self, about: &Subject) -> Tries {
        self.of_station(about, |row| {
            let standing = row.map(|row| row.volume).unwrap_or_default();
            let annual_visits = if standing.annual_visits == 0 { 1 } else { standing.annual_visits - 1 };
            vec![S::RecordVolume(Volume { annual_visits, ..standing })]
        })
    }

    /// Whatever is still to be delivered there; else what was delivered, which says so.
    pub(super) fn record_delivery(&self, about: &Subject) -> Tries {
        self.of_station(about, |row| {
            let mut due: Vec<&MilestoneRow> = row.map(|row| self.rollouts_to(row)).unwrap_or_default();
            due.sort_by_key(|milestone| row.is_some_and(|row| milestone.deliveries.contains_key(&row.number)));
            let mut milestones: Vec<MilestoneId> = due.into_iter().map(|milestone| milestone.plan.id).collect();
            if milestones.is_empty() {
                milestones.push(MilestoneId::default());
            }
            let deliver = |milestone| S::RecordDelivery(Delivery { milestone, note: None, evidence: Vec::new() });
            milestones.into_iter().map(deliver).collect()
        })
    }

    pub(super) fn revoke_delivery(&self, about: &Subject) -> Tries {
        self.of_station(about, |row| {
            let made = row.and_then(|row| {
                let delivered = |milestone: &MilestoneRow| Some((milestone.plan.id, milestone.deliveries.get(&row.number)?.event));
                self.snapshot.milestones.values().find_map(|milestone| delivered(milestone))
            });
            let (milestone, delivery) = made.unwrap_or_default();
            vec![S::RevokeDelivery(DeliveryRevocation { milestone, delivery })]
        })
    }

    fn rollouts_to(&self, station: &StationRow) -> Vec<&MilestoneRow> {
        let rows = self.snapshot.milestones.values().map(Arc::as_ref);
        rows.filter(|row| row.life.counts_since.is_some() && row.plan.scope.contains_key(&station.number)).collect()
    }

    pub(super) fn define(&self, about: &Subject) -> Tries {
        let Subject::Commission(commission) = about else { return None };
        let code = IndicatorCode(new_code());
        let meaning = Meaning {
            title: something(),
            unit: SOMETHING.to_owned(),
            direction: Direction::Observe,
            baseline: None,
            tolerance: None,
            quality: Quality::default(),
        };
        let (commission, aggregation) = (commission.clone(), Aggregation::Latest);
        let definition = Definition { code: code.clone(), commission, derived: None, aggregation, meaning, provenance: None };
        Some(vec![(Stream::Indicator(code), Command::Indicator(I::Define(Box::new(definition))))])
    }

    fn of_indicator(&self, about: &Subject, commands: impl FnOnce(&IndicatorRow) -> Vec<I>) -> Tries {
        let Subject::Indicator(code) = about else { return None };
        Some(self.to_indicator(code, commands))
    }

    /// An indicator that is not there is told by the rule that looks for it, whatever is asked.
    fn to_indicator(&self, code: &IndicatorCode, commands: impl FnOnce(&IndicatorRow) -> Vec<I>) -> Vec<Try> {
        let nothing = || vec![I::SetTarget(Target { horizon: Horizon::Long, value: Quantity::ZERO })];
        let found = self.snapshot.indicators.get(code).map_or_else(nothing, |row| commands(row));
        found.into_iter().map(|command| (Stream::Indicator(code.clone()), Command::Indicator(command))).collect()
    }

    pub(super) fn redefine(&self, about: &Subject) -> Tries {
        self.of_indicator(about, |row| {
            let meaning = Meaning { title: something(), ..row.definition.meaning.clone() };
            vec![I::Redefine(Box::new(Redefinition { meaning }))]
        })
    }

    pub(super) fn set_target(&self, about: &Subject) -> Tries {
        self.of_indicator(about, |row| {
            let stands = row.targets.get(&Horizon::Long).is_some_and(|(value, _)| value.is_zero());
            vec![I::SetTarget(Target { horizon: Horizon::Long, value: if stands { Quantity::ONE } else { Quantity::ZERO } })]
        })
    }

    /// Of the country, and of the provinces that the actor reports from; of a period that nobody measures.
    pub(super) fn record_measurement(&self, about: &Subject) -> Tries {
        self.of_indicator(about, |_| {
            let offices = self.snapshot.offices(self.actor, self.today);
            let mut scopes = vec![MeasurementScope::National];
            scopes.extend(offices.into_iter().filter_map(|office| match office {
                Office::Reporter(province) => Some(MeasurementScope::Province(province)),
                Office::Founding
                | Office::Council
                | Office::Chair(_)
                | Office::Secretary(_)
                | Office::Member(_)
                | Office::Inspector
                | Office::Auditor
                | Office::Administrator => None,
            }));
            let Ok(period) = Period::try_new(self.today, self.today.plus_days(2)) else { return Vec::new() };
            let value = MeasuredValue::Plain(Quantity::ZERO);
            let measure = |scope| Measurement { scope, period, value, method: None, evidence: Vec::new(), provenance: None };
            scopes.into_iter().map(|scope| I::RecordMeasurement(measure(scope))).collect()
        })
    }

    pub(super) fn verify_measurement(&self, about: &Subject) -> Tries {
        self.on_measurement(about, |_, measurement| I::VerifyMeasurement(MeasurementDecision { measurement }))
    }

    pub(super) fn contest_measurement(&self, about: &Subject) -> Tries {
        self.on_measurement(about, |_, measurement| I::ContestMeasurement(MeasurementDecision { measurement }))
    }

    pub(super) fn withdraw_measurement(&self, about: &Subject) -> Tries {
        self.on_measurement(about, |_, measurement| I::WithdrawMeasurement(MeasurementDecision { measurement }))
    }

    /// The same value, found in another way.
    pub(super) fn correct_measurement(&self, about: &Subject) -> Tries {
        self.on_measurement(about, |row, corrects| {
            let value = row.map_or(MeasuredValue::Plain(Quantity::ZERO), |row| row.value);
            I::CorrectMeasurement(MeasurementCorrection { corrects, value, method: Some(something()), evidence: Vec::new() })
        })
    }

    /// The one that is named, or any of the latest of the indicator.
    fn on_measurement(&self, about: &Subject, command: impl Fn(Option<&MeasurementRow>, EventId) -> I) -> Tries {
        match about {
            Subject::Measurement(code, event) => Some(self.to_indicator(code, |indicator| {
                let row = indicator.measurement_events.get(event).and_then(|key| indicator.measurements.get(key));
                vec![command(row.map(Arc::as_ref), *event)]
            })),
            Subject::Indicator(code) => Some(self.to_indicator(code, |indicator| {
                let latest = indicator.measurements.values().rev().take(MEASUREMENTS);
                let commands: Vec<I> = latest.map(|row| command(Some(row), row.recorded.event)).collect();
                if commands.is_empty() { vec![command(None, EventId::default())] } else { commands }
            })),
            Subject::Programme
            | Subject::Official(_)
            | Subject::Delegation(_)
            | Subject::Review(_)
            | Subject::Evidence(_)
            | Subject::Commission(_)
            | Subject::Initiative(_)
            | Subject::Risk(..)
            | Subject::Milestone(_)
            | Subject::Province(_)
            | Subject::Station(_) => None,
        }
    }
}

fn on_proposal(pending: Option<Uuid>) -> ProposalDecision {
    ProposalDecision { proposal: pending.unwrap_or_default(), resolution: Some(SOMETHING.to_owned()) }
}

/// What the milestone's measure takes.
fn report(row: Option<&MilestoneRow>) -> ProgressReport {
    let (progress, steps) = match row.map(|row| &row.plan.current.measure) {
        Some(Measure::Reported) => (Some(0), None),
        Some(Measure::Steps(_)) => (None, Some(Vec::new())),
        Some(Measure::Binary | Measure::Rollout(_) | Measure::Indicator(_)) | None => (None, None),
    };
    ProgressReport { progress, steps, note: Some(something()), ..ProgressReport::default() }
}
