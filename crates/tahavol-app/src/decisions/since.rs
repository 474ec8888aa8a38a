//! What came out after a decision: corrections of what it looked at, later decisions on it, and late facts about the time before it.

use std::collections::BTreeSet;
use std::sync::Arc;

use tahavol_domain::calendar::Date;
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::values::{EventId, IndicatorCode, MilestoneId, StationCode};
use tahavol_domain::{Event, Stream, indicator, initiative, programme, station};
use tahavol_projections::Snapshot;
use tahavol_projections::rows::{MeasurementStanding, MilestoneRow, Verdict};

use super::DecisionSubject;
use crate::app::Tahavol;
use crate::error::AppError;
use crate::facts::RecordedFact;

/// Events per read of a stream.
const CHUNK: usize = 512;

/// A later event that speaks of what a decision looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    pub position: u64,
    pub kind: SinceKind,
    /// The milestone that it is about, where it is about one.
    pub milestone: Option<MilestoneId>,
    /// Of a late fact: days from the day it was true to the day of the decision; it could have been known then.
    pub days_before: Option<i32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SinceKind {
    /// A report or a measurement that the decision could see was corrected.
    Corrected,
    /// A delivery was revoked, or a measurement withdrawn or contested.
    Withdrawn,
    /// A claim that stood then was refused.
    Refused,
    /// The promise was replaced.
    Rebaselined,
    /// It left the plan.
    Cancelled,
    /// The same was decided anew, or what was proposed was revised.
    Superseded,
    /// A fact of the time before the decision, recorded after it.
    Late,
}

/// What a decision looked at.
pub(super) struct LookedAt<'a> {
    pub(super) position: u64,
    pub(super) subject: &'a DecisionSubject,
    pub(super) basis: &'a Snapshot,
    pub(super) day: Date,
}

impl Tahavol {
    /// In the order of positions, up to the picture `seen`.
    pub(super) async fn since(&self, looked_at: &LookedAt<'_>, fact: &RecordedFact, seen: &Arc<Snapshot>) -> Result<Vec<Since>, AppError> {
        let mut found = Found { looked_at, since: Vec::new() };
        match looked_at.subject {
            DecisionSubject::Milestone(id) => self.of_milestone(&mut found, *id, seen).await?,
            DecisionSubject::Initiative(id) => {
                let later = self.later_in_stream(fact, seen).await?;
                later.iter().filter(|later| decides_again(&later.fact.event)).for_each(|later| found.superseded(later.position));
                let milestones = seen.initiatives.get(id).map(|row| row.milestones.clone()).unwrap_or_default();
                for milestone in &milestones {
                    self.of_milestone(&mut found, *milestone, seen).await?;
                }
            }
            DecisionSubject::Document(_) => {
                seen.documents.iter().for_each(|row| found.superseded(row.1.position));
                found.plans(seen, |_| true);
            }
            DecisionSubject::Horizon(horizon) => {
                for later in self.later_in_stream(fact, seen).await? {
                    if matches!(&later.fact.event, Event::Programme(programme::Event::HorizonRescheduled(window)) if window.horizon == *horizon)
                    {
                        found.superseded(later.position);
                    }
                }
                found.plans(seen, |then| then.plan.current.horizon == *horizon);
            }
            DecisionSubject::TargetStations => {
                for later in self.later_in_stream(fact, seen).await? {
                    if matches!(&later.fact.event, Event::Programme(programme::Event::TargetStationsDesignated(_))) {
                        found.superseded(later.position);
                    }
                }
            }
            DecisionSubject::Official(actor, office) => {
                let tenures = seen.officials.get(actor).map(|row| row.tenures.clone()).unwrap_or_default();
                let again = tenures.iter().filter(|tenure| tenure.office == *office);
                again.for_each(|tenure| found.superseded(tenure.appointed.position));
            }
            DecisionSubject::Indicator(code) => {
                let later = self.later_in_stream(fact, seen).await?;
                found.of_indicator_stream(&fact.fact.event, code, &later, seen);
            }
        }
        let mut since = found.since;
        since.sort_by_key(|since| (since.position, since.kind));
        since.dedup_by_key(|since| since.position);
        Ok(since)
    }

    async fn of_milestone(&self, found: &mut Found<'_>, id: MilestoneId, seen: &Snapshot) -> Result<(), AppError> {
        let Some(now) = seen.milestones.get(&id) else { return Ok(()) };
        let then = found.looked_at.basis.milestones.get(&id).map(Arc::as_ref);
        found.of_reports(then, now);
        found.of_life(then, now);
        found.of_measure(now, seen);
        for (number, delivery) in then.into_iter().flat_map(|then| &then.deliveries) {
            let stands = now.deliveries.get(number).is_some_and(|standing| standing.event == delivery.event);
            if let (false, Some(station)) = (stands, seen.station_numbers.get(*number as usize))
                && let Some(position) = self.revocation(station, delivery.event, seen).await?
            {
                found.push(position, SinceKind::Withdrawn, Some(id), None);
            }
        }
        Ok(())
    }

    /// A revoked delivery leaves no row behind; the station's stream, which is short, tells where it was revoked.
    async fn revocation(&self, code: &StationCode, delivery: EventId, seen: &Snapshot) -> Result<Option<u64>, AppError> {
        let facts = self.rest_of_stream(&Stream::Station(code.clone()), 0, seen).await?;
        let revokes = |event: &Event| matches!(event, Event::Station(station::Event::DeliveryRevoked(of)) if of.delivery == delivery);
        Ok(facts.into_iter().find(|fact| revokes(&fact.fact.event)).map(|fact| fact.position))
    }

    async fn later_in_stream(&self, fact: &RecordedFact, seen: &Snapshot) -> Result<Vec<RecordedFact>, AppError> {
        let said = &fact.fact.envelope;
        match said.stream.parse::<Stream>() {
            Ok(stream) => self.rest_of_stream(&stream, said.revision + 1, seen).await,
            // What was decoded and applied has a stream's name.
            Err(_) => Ok(Vec::new()),
        }
    }

    async fn rest_of_stream(&self, stream: &Stream, from: u64, seen: &Snapshot) -> Result<Vec<RecordedFact>, AppError> {
        let (mut rest, mut revision) = (Vec::new(), from);
        loop {
            let facts = self.stream_facts(stream, revision, CHUNK).await?;
            let Some(last) = facts.last() else { return Ok(rest) };
            revision = last.fact.envelope.revision + 1;
            let ends = facts.len() < CHUNK || Some(last.position) >= seen.position;
            rest.extend(facts.into_iter().filter(|fact| Some(fact.position) <= seen.position));
            if ends {
                return Ok(rest);
            }
        }
    }
}

fn decides_again(event: &Event) -> bool {
    use initiative::Event as Initiative;
    match event {
        Event::Initiative(event) => match event {
            Initiative::Revised(_)
            | Initiative::Approved(_)
            | Initiative::Returned(_)
            | Initiative::Rejected(_)
            | Initiative::Suspended(_)
            | Initiative::Resumed(_)
            | Initiative::Completed(_)
            | Initiative::Cancelled(_) => true,
            Initiative::Proposed(_)
            | Initiative::Submitted(_)
            | Initiative::ResourcesAllocated(_)
            | Initiative::RiskRaised(_)
            | Initiative::RiskClosed(_) => false,
        },
        Event::Programme(_) | Event::Commission(_) | Event::Milestone(_) | Event::Station(_) | Event::Indicator(_) => false,
    }
}

struct Found<'a> {
    looked_at: &'a LookedAt<'a>,
    since: Vec<Since>,
}

impl Found<'_> {
    /// Only what came after the decision.
    fn push(&mut self, position: u64, kind: SinceKind, milestone: Option<MilestoneId>, days_before: Option<i32>) {
        if position > self.looked_at.position {
            self.since.push(Since { position, kind, milestone, days_before });
        }
    }

    fn superseded(&mut self, position: u64) {
        self.push(position, SinceKind::Superseded, None, None);
    }

    /// A fact that was true by the day of the decision.
    fn late(&mut self, position: u64, on: Date, milestone: MilestoneId) {
        let days = on.days_until(self.looked_at.day);
        if days >= 0 {
            self.push(position, SinceKind::Late, Some(milestone), Some(days));
        }
    }

    fn of_reports(&mut self, then: Option<&MilestoneRow>, now: &MilestoneRow) {
        let id = now.plan.id;
        // What the decision could see, and the corrections of it, which may be corrected again.
        let mut known: BTreeSet<EventId> = then.map(|then| then.reports.iter().map(|report| report.event).collect()).unwrap_or_default();
        if !now.life.corrections.is_empty() {
            for (corrected, correction) in &now.life.corrections {
                if known.contains(corrected) {
                    known.insert(correction.event);
                    self.push(correction.position, SinceKind::Corrected, Some(id), None);
                }
            }
        }
        for report in now.reports.iter().filter(|report| report.position > self.looked_at.position) {
            if !known.contains(&report.event) {
                self.late(report.position, report.effective_on, id);
            }
        }
        for delivery in now.deliveries.values() {
            self.late(delivery.position, delivery.effective_on, id);
        }
    }

    fn of_life(&mut self, then: Option<&MilestoneRow>, now: &MilestoneRow) {
        let id = now.plan.id;
        for claim in &now.life.claims {
            self.late(claim.claimed.position, claim.effective_on, id);
            let stood = then.is_some_and(|then| then.life.claims.iter().any(|known| known.claimed.event == claim.claimed.event));
            if let (true, Some((Verdict::Refused, stamp))) = (stood, &claim.verdict) {
                self.push(stamp.position, SinceKind::Refused, Some(id), None);
            }
        }
        self.of_plan(now);
    }

    fn of_plan(&mut self, now: &MilestoneRow) {
        let id = now.plan.id;
        now.plan.rebaselines.iter().for_each(|row| self.push(row.1.position, SinceKind::Rebaselined, Some(id), None));
        if let Some(cancelled) = &now.life.cancelled {
            self.push(cancelled.position, SinceKind::Cancelled, Some(id), None);
        }
    }

    /// Of the promises that counted then: whether they were moved or dropped.
    fn plans(&mut self, seen: &Snapshot, of: impl Fn(&MilestoneRow) -> bool) {
        let looked_at = self.looked_at;
        let counted = looked_at.basis.milestones.iter().filter(|(_, then)| then.life.counts_since.is_some() && of(then));
        for now in counted.filter_map(|(id, _)| seen.milestones.get(id)) {
            self.of_plan(now);
        }
    }

    /// What gives the figure of a milestone without being said of it.
    fn of_measure(&mut self, now: &MilestoneRow, seen: &Snapshot) {
        let id = now.plan.id;
        match &now.plan.current.measure {
            Measure::Indicator(measure) => {
                let Some(row) = seen.indicators.get(&measure.indicator) else { return };
                for measurement in row.measurements.values() {
                    self.late(measurement.recorded.position, measurement.period.end, id);
                    if measurement.recorded.position > self.looked_at.position || measurement.period.end > self.looked_at.day {
                        continue;
                    }
                    for (_, correction) in &measurement.corrected {
                        self.push(correction.position, SinceKind::Corrected, Some(id), None);
                    }
                    let gone = match measurement.standing {
                        MeasurementStanding::Contested | MeasurementStanding::Withdrawn => true,
                        MeasurementStanding::Recorded | MeasurementStanding::Verified => false,
                    };
                    if let (true, Some(stamp)) = (gone, &measurement.standing_since) {
                        self.push(stamp.position, SinceKind::Withdrawn, Some(id), None);
                    }
                }
            }
            Measure::Binary | Measure::Reported | Measure::Steps(_) | Measure::Rollout(_) => {}
        }
    }

    /// Later events about the same measurement, or the same target.
    fn of_indicator_stream(&mut self, decided: &Event, code: &IndicatorCode, later: &[RecordedFact], seen: &Snapshot) {
        use indicator::Event as Indicator;
        let Some(row) = seen.indicators.get(code) else { return };
        let place = |event: EventId| row.measurement_events.get(&event);
        let (measurement, horizon) = match decided {
            Event::Indicator(Indicator::MeasurementVerified(of) | Indicator::MeasurementContested(of)) => (place(of.measurement), None),
            Event::Indicator(Indicator::TargetSet(target)) => (None, Some(target.horizon)),
            Event::Indicator(
                Indicator::Defined(_)
                | Indicator::Redefined(_)
                | Indicator::MeasurementRecorded(_)
                | Indicator::MeasurementCorrected(_)
                | Indicator::MeasurementWithdrawn(_),
            )
            | Event::Programme(_)
            | Event::Commission(_)
            | Event::Initiative(_)
            | Event::Milestone(_)
            | Event::Station(_) => return,
        };
        let same = |event: EventId| measurement.is_some() && place(event) == measurement;
        for fact in later {
            let Event::Indicator(event) = &fact.fact.event else { continue };
            let kind = match event {
                Indicator::MeasurementCorrected(of) => same(of.corrects).then_some(SinceKind::Corrected),
                Indicator::MeasurementWithdrawn(of) | Indicator::MeasurementContested(of) => {
                    same(of.measurement).then_some(SinceKind::Withdrawn)
                }
                Indicator::MeasurementVerified(of) => same(of.measurement).then_some(SinceKind::Superseded),
                Indicator::TargetSet(target) => (horizon == Some(target.horizon)).then_some(SinceKind::Superseded),
                Indicator::Defined(_) | Indicator::Redefined(_) | Indicator::MeasurementRecorded(_) => None,
            };
            if let Some(kind) = kind {
                self.push(fact.position, kind, None, None);
            }
        }
    }
}

impl SinceKind {
    /// As the programme's people write it, and the end of the message's key.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            SinceKind::Corrected => "CORRECTED",
            SinceKind::Withdrawn => "WITHDRAWN",
            SinceKind::Refused => "REFUSED",
            SinceKind::Rebaselined => "REBASELINED",
            SinceKind::Cancelled => "CANCELLED",
            SinceKind::Superseded => "SUPERSEDED",
            SinceKind::Late => "LATE",
        }
    }
}
