//! What a decision could not look at: later corrections of what it saw, later decisions on it, and late facts about the time before it.

use std::collections::BTreeSet;
use std::sync::Arc;

use tahavol_domain::calendar::Date;
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::values::{EventId, IndicatorCode, MilestoneId, StationCode};
use tahavol_domain::{Event, Stream, indicator, initiative, programme, station};
use tahavol_projections::Snapshot;
use tahavol_projections::diff::came_late;
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
    /// A fact of the time before the decision, recorded after its basis.
    Late,
}

/// What a decision looked at. It lies behind its basis, perhaps far behind: what is recorded between the two is news to it as well.
pub(super) struct LookedAt<'a> {
    pub(super) position: u64,
    pub(super) subject: &'a DecisionSubject,
    pub(super) basis: &'a Snapshot,
    pub(super) day: Date,
}

impl Tahavol {
    /// In the order of positions, after the basis and up to the picture `seen`; without the decision itself.
    pub(super) async fn since(&self, looked_at: &LookedAt<'_>, fact: &RecordedFact, seen: &Arc<Snapshot>) -> Result<Vec<Since>, AppError> {
        let mut found = Found { looked_at, since: Vec::new() };
        match looked_at.subject {
            DecisionSubject::Milestone(id) => self.of_milestone(&mut found, *id, seen).await?,
            DecisionSubject::Initiative(id) => {
                let later = self.later_in_stream(fact, looked_at.basis, seen).await?;
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
                for later in self.later_in_stream(fact, looked_at.basis, seen).await? {
                    if matches!(&later.fact.event, Event::Programme(programme::Event::HorizonRescheduled(window)) if window.horizon == *horizon)
                    {
                        found.superseded(later.position);
                    }
                }
                found.plans(seen, |then| then.plan.current.horizon == *horizon);
            }
            DecisionSubject::TargetStations => {
                for later in self.later_in_stream(fact, looked_at.basis, seen).await? {
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
                let later = self.later_in_stream(fact, looked_at.basis, seen).await?;
                found.of_indicator_stream(&fact.fact.event, code, &later, seen);
            }
        }
        let mut since = found.since;
        since.sort_by_key(|since| (since.position, since.kind));
        since.dedup_by_key(|since| since.position);
        self.of_later_lines(since, looked_at.day, seen).await
    }

    /// Without the facts of the decision's own day that were recorded on that day: only their lines tell.
    async fn of_later_lines(&self, since: Vec<Since>, day: Date, seen: &Snapshot) -> Result<Vec<Since>, AppError> {
        let of_its_day: Vec<u64> = since.iter().filter(|since| since.is_of_its_day()).map(|since| since.position).collect();
        let (lines, zone) = (self.facts_of(&of_its_day).await?, seen.time_zone());
        let in_time = lines.iter().filter(|line| !came_late(day, line.fact.envelope.time.date_in(&zone), day));
        let in_time: BTreeSet<u64> = in_time.map(|line| line.position).collect();
        Ok(since.into_iter().filter(|since| !in_time.contains(&since.position)).collect())
    }

    async fn of_milestone(&self, found: &mut Found<'_>, id: MilestoneId, seen: &Snapshot) -> Result<(), AppError> {
        let Some(now) = seen.milestones.get(&id) else { return Ok(()) };
        let then = found.looked_at.basis.milestones.get(&id).map(Arc::as_ref);
        found.of_reports(then, now);
        found.of_life(then, now);
        found.of_measure(then, now, seen);
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

    async fn later_in_stream(&self, fact: &RecordedFact, basis: &Snapshot, seen: &Snapshot) -> Result<Vec<RecordedFact>, AppError> {
        // What was decoded and applied has a stream's name.
        let Ok(stream) = fact.fact.envelope.stream.parse::<Stream>() else { return Ok(Vec::new()) };
        let first = match basis.position {
            Some(position) => self.revision_at_or_after(&stream, position + 1).await?,
            None => 0,
        };
        self.rest_of_stream(&stream, first, seen).await
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
    /// Only what the decision could not look at.
    fn push(&mut self, position: u64, kind: SinceKind, milestone: Option<MilestoneId>, days_before: Option<i32>) {
        if self.is_news(position) {
            self.since.push(Since { position, kind, milestone, days_before });
        }
    }

    fn is_news(&self, position: u64) -> bool {
        Some(position) > self.looked_at.basis.position && position != self.looked_at.position
    }

    fn superseded(&mut self, position: u64) {
        self.push(position, SinceKind::Superseded, None, None);
    }

    /// A fact that was true by the day of the decision; of one of that very day, its line tells whether it came late.
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
        for report in now.reports.iter() {
            if self.is_news(report.position) && !known.contains(&report.event) {
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

    /// What gives the figure of a milestone without being said of it. What it was measured by at the basis is what was looked at,
    /// whatever it is measured by since.
    fn of_measure(&mut self, then: Option<&MilestoneRow>, now: &MilestoneRow, seen: &Snapshot) {
        let id = now.plan.id;
        match &then.unwrap_or(now).plan.current.measure {
            Measure::Indicator(measure) => {
                let Some(row) = seen.indicators.get(&measure.indicator) else { return };
                for measurement in row.measurements.values() {
                    self.late(measurement.recorded.position, measurement.period.end, id);
                    if self.is_news(measurement.recorded.position) || measurement.period.end > self.looked_at.day {
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

impl Since {
    /// A fact that was true on the very day of the decision.
    fn is_of_its_day(&self) -> bool {
        self.kind == SinceKind::Late && self.days_before == Some(0)
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
