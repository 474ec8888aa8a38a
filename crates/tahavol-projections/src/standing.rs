//! Where a milestone stands on a day: reported and verified progress by its measure, and the facts that give the figure.
//!
//! A milestone's *dated facts* are its reports, its claims, the deliveries inside its current scope that were not revoked, and, where an
//! indicator measures it, the national value on its day. A refused claim was still said on its day: it no longer gives 10,000, but
//! it is evidence that somebody looked, so that "0" is told and not "no evidence".

use std::sync::Arc;

use tahavol_domain::calendar::Date;
use tahavol_domain::milestone::measure::{IndicatorMeasure, Measure, Step};
use tahavol_domain::values::FULL;

use crate::Snapshot;
use crate::indicator::{Detail, NationalValue};
use crate::ratio::Ratio;
use crate::reports::{Report, ReportKind, ReportValue};
use crate::rows::{ClaimRow, MilestoneRow, Verdict};

/// The most that reports alone can say; the rest takes a claim.
const MOST_REPORTED: u16 = 9_000;

/// A milestone on a status date. Progress is in basis points.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// None where no dated fact exists: "no evidence", which is not 0.
    pub reported: Option<u16>,
    /// 10,000 or 0.
    pub verified: u16,
    /// Whether a claim up to that day stands, that is, has not been refused.
    pub claimed: bool,
    /// The day of the latest dated fact up to the status date.
    pub last_fact: Option<Date>,
    /// Positions of the facts that give the figure, ascending.
    pub facts: Vec<u64>,
}

impl MilestoneRow {
    /// Reported progress on the day, in basis points.
    #[must_use]
    pub fn reported(&self, snapshot: &Snapshot, on: Date) -> Option<u16> {
        self.figures(snapshot, on).reported
    }

    /// Where it stands on the day, with the facts that say so.
    #[must_use]
    pub fn standing(&self, snapshot: &Snapshot, on: Date) -> Standing {
        let mut standing = self.evaluate(snapshot, on, Detail::WithFacts);
        standing.facts.sort_unstable();
        standing.facts.dedup();
        standing
    }

    /// The same without the facts, which cost most where thousands of deliveries give the figure.
    #[must_use]
    pub fn figures(&self, snapshot: &Snapshot, on: Date) -> Standing {
        self.evaluate(snapshot, on, Detail::FiguresOnly)
    }

    fn evaluate(&self, snapshot: &Snapshot, on: Date, detail: Detail) -> Standing {
        let claim = self.standing_claim(on);
        let report = self.reports.latest_on(on);
        let national = match &self.plan.current.measure {
            Measure::Indicator(measure) => snapshot.national_value(&measure.indicator, on, detail),
            Measure::Binary | Measure::Reported | Measure::Steps(_) | Measure::Rollout(_) => None,
        };
        let last_fact = self
            .claims_until(on)
            .map(|claim| claim.effective_on)
            .chain(report.map(|report| report.effective_on))
            .chain(self.delivered.by_day.get_prev(&on).map(|(day, _)| *day))
            .chain(national.as_ref().map(|national| national.day))
            .max();
        let progress = || match &self.plan.current.measure {
            Measure::Binary => full_if(claim.is_some()),
            Measure::Reported if claim.is_some() => FULL,
            Measure::Reported => match self.reports.latest_of(ReportKind::Progress, on).map(|report| report.value) {
                Some(ReportValue::Progress(progress)) => progress.min(MOST_REPORTED),
                Some(ReportValue::Note | ReportValue::Steps(_)) | None => 0,
            },
            Measure::Steps(steps) => match self.reports.latest_of(ReportKind::Steps, on).map(|report| report.value) {
                Some(ReportValue::Steps(done)) => steps_done(steps, done),
                Some(ReportValue::Note | ReportValue::Progress(_)) | None => 0,
            },
            Measure::Rollout(_) => part(self.delivered_weight(on), self.plan.scope_weight),
            Measure::Indicator(measure) => national.as_ref().and_then(|national| achieved(measure, national.value)).unwrap_or(0),
        };
        let reported = last_fact.map(|_| progress());
        let verified = reported == Some(FULL) && self.verified_claim(on).is_some();
        let facts = match detail {
            Detail::WithFacts => self.facts(on, report, national.as_ref()),
            Detail::FiguresOnly => Vec::new(),
        };
        Standing { reported, verified: full_if(verified), claimed: claim.is_some(), last_fact, facts }
    }

    fn claims_until(&self, on: Date) -> impl DoubleEndedIterator<Item = &Arc<ClaimRow>> {
        self.life.claims.iter().filter(move |claim| claim.effective_on <= on)
    }

    /// The claim up to that day that has not been refused.
    fn standing_claim(&self, on: Date) -> Option<&ClaimRow> {
        self.claims_until(on).rev().map(Arc::as_ref).find(|claim| match claim.verdict {
            None | Some((Verdict::Verified, _)) => true,
            Some((Verdict::Refused, _)) => false,
        })
    }

    fn verified_claim(&self, on: Date) -> Option<&ClaimRow> {
        self.claims_until(on).rev().map(Arc::as_ref).find(|claim| matches!(claim.verdict, Some((Verdict::Verified, _))))
    }

    /// Weight of the deliveries up to that day inside the scope.
    fn delivered_weight(&self, on: Date) -> u64 {
        match self.delivered.by_day.get_max() {
            Some((last, _)) if *last > on => self.delivered.by_day.range(..=on).map(|(_, (_, weight))| weight).sum(),
            Some(_) | None => self.delivered.weight,
        }
    }

    fn facts(&self, on: Date, latest: Option<Report>, national: Option<&NationalValue>) -> Vec<u64> {
        let claim = self.standing_claim(on);
        let mut facts: Vec<u64> = match &self.plan.current.measure {
            Measure::Binary => Vec::new(),
            // A standing claim says it all; reports before it no longer give the figure.
            Measure::Reported if claim.is_some() => Vec::new(),
            Measure::Reported => self.told_at(self.reports.latest_of(ReportKind::Progress, on)),
            Measure::Steps(_) => self.told_at(self.reports.latest_of(ReportKind::Steps, on)),
            Measure::Rollout(_) => {
                let inside = self.deliveries.iter().filter(|(number, row)| row.effective_on <= on && self.plan.scope.contains_key(*number));
                inside.map(|(_, delivery)| delivery.position).collect()
            }
            Measure::Indicator(_) => national.map(|national| national.from.clone()).unwrap_or_default(),
        };
        if let Some(claim) = claim {
            facts.push(claim.claimed.position);
            facts.extend(claim.verdict.as_ref().map(|(_, stamp)| stamp.position));
        }
        if facts.is_empty() {
            // What makes it 0 instead of "no evidence": words, or a claim that was refused.
            facts = self.told_at(latest);
            if let Some(claim) = self.claims_until(on).next_back() {
                facts.push(claim.claimed.position);
                facts.extend(claim.verdict.as_ref().map(|(_, stamp)| stamp.position));
            }
        }
        facts
    }

    /// Where a report was said: its own position, then those of its corrections, oldest first; the last one stands.
    #[must_use]
    pub fn said_at(&self, report: &Report) -> Vec<u64> {
        let mut said = Vec::new();
        let mut event = report.event;
        for (corrects, correction) in self.life.corrections.iter().rev() {
            if correction.event == event {
                said.push(correction.position);
                event = *corrects;
            }
        }
        said.push(report.position);
        said.reverse();
        said
    }

    /// Where the report lies, or the correction that took its place.
    fn told_at(&self, report: Option<Report>) -> Vec<u64> {
        let Some(report) = report else { return Vec::new() };
        let corrected = self.life.corrections.iter().rev().find(|(_, correction)| correction.event == report.event);
        vec![corrected.map_or(report.position, |(_, correction)| correction.position)]
    }
}

const fn full_if(done: bool) -> u16 {
    if done { FULL } else { 0 }
}

fn steps_done(steps: &[Step], done: u64) -> u16 {
    let is_done = |index: usize| u32::try_from(index).ok().and_then(|bit| done.checked_shr(bit)).is_some_and(|bits| bits & 1 == 1);
    let all = steps.iter().map(|step| u64::from(step.weight)).sum();
    part(steps.iter().enumerate().filter(|(index, _)| is_done(*index)).map(|(_, step)| u64::from(step.weight)).sum(), all)
}

/// Basis points, rounded down; nothing of nothing is 0.
fn part(part: u64, whole: u64) -> u16 {
    let points = (u128::from(part) * u128::from(FULL)).checked_div(u128::from(whole)).unwrap_or(0);
    u16::try_from(points).map_or(FULL, |points| points.min(FULL))
}

/// (value − baseline) / (target − baseline), clamped to 0–1, in basis points rounded down.
fn achieved(measure: &IndicatorMeasure, value: Ratio) -> Option<u16> {
    let baseline = Ratio::from(measure.baseline);
    let share = value.checked_sub(baseline)?.checked_div(Ratio::from(measure.target).checked_sub(baseline)?)?;
    let points = share.clamp(Ratio::ZERO, Ratio::ONE).checked_mul(Ratio::from_int(FULL.into()))?.floor();
    u16::try_from(points).ok()
}
