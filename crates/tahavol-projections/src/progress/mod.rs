//! How far the programme is: planned, reported and verified progress, earned schedule, forecast and confidence, on any day.
//!
//! The position of the snapshot decides lifecycle, scope and baseline; the status date filters dated facts only.

mod attention;
mod completion;
mod confidence;
mod earned_schedule;
mod figures;
mod forecast;
mod matrix;
mod planned;
mod selection;
mod series;
mod single;
mod subject;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use tahavol_domain::calendar::Date;
use tahavol_domain::values::{CommissionSlug, Confidence, Horizon, InitiativeId, MilestoneId};

use crate::Snapshot;
use crate::ratio::Ratio;

pub use attention::{Attention, Overdue, Stale, attention};
pub use forecast::ForecastReason;
pub use matrix::{Cell, matrix};
pub use planned::promised;
pub use series::{MOST_POINTS, SeriesPoint, SeriesStep, series_by_commission, time_series};
pub use single::{MilestonePoint, milestone_progress, milestone_series};

use selection::{Entry, Selection};
use subject::Subject;

/// What is asked: for which day, against which plan, of which part of the programme. Nothing given is all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub status_date: Date,
    pub baseline: BaselineKind,
    /// The horizon of the chosen baseline.
    pub horizon: Option<Horizon>,
    pub commission: Option<CommissionSlug>,
    pub initiative: Option<InitiativeId>,
}

/// The plan that progress is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BaselineKind {
    /// As last rebaselined, without what was cancelled.
    #[default]
    Current,
    /// The first starts, due, weight and horizon that counted, cancelled milestones included; the measure is the current one.
    Original,
}

/// The progress of a group of milestones on one day. Values are sums of weight × basis points.
///
/// A group without milestones has no figures at all: what is a plain number here is 0 then, and is to be told as nothing
/// (see [`Progress::has_figures`]).
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Basis points: PV/BAC.
    pub planned: Option<u16>,
    /// Basis points: EV/BAC; nothing only where no milestone has a dated fact.
    pub reported: Option<u16>,
    /// Basis points: VV/BAC.
    pub verified: Option<u16>,
    /// Basis points of the started weight that is verified or has a recent fact; nothing where nothing has started.
    pub coverage: Option<u16>,
    pub bac: u64,
    pub pv: u64,
    pub ev: u64,
    pub vv: u64,
    /// EV/PV; nothing where PV is 0.
    pub spi: Option<Ratio>,
    /// Earned schedule, in days.
    pub es: Option<Ratio>,
    /// ES/AT; nothing where AT is 0.
    pub spi_t: Option<Ratio>,
    /// ES − AT, in days.
    pub sv_t: Option<Ratio>,
    /// Actual time, in days from the earliest start.
    pub at: i32,
    /// Planned duration, in days.
    pub pd: i32,
    /// The earliest start and the latest due under the baseline.
    pub starts: Option<Date>,
    pub due: Option<Date>,
    pub forecast_finish: Option<Date>,
    /// Why there is no forecast; given exactly where there is none.
    pub forecast_reason: Option<ForecastReason>,
    /// The first day of the unbroken run of EV = BAC up to the status date.
    pub completed_on: Option<Date>,
    /// Forecast finish − latest due, in days.
    pub slippage_days: Option<i32>,
    /// Nothing for a complete group and for one without milestones.
    pub confidence: Option<Confidence>,
    /// Under the chosen baseline. Left out of the current one; part of the original one.
    pub cancelled_weight: u64,
    /// How many count.
    pub milestones: u32,
    /// By code.
    pub contributions: Vec<Contribution>,
}

impl Progress {
    /// Whether any milestone counts; otherwise every figure is nothing.
    #[must_use]
    pub fn has_figures(&self) -> bool {
        self.milestones > 0
    }
}

/// What one milestone adds to a group's figures, and the facts that give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    pub milestone: MilestoneId,
    pub code: String,
    pub weight: u32,
    /// Basis points, as all three voices.
    pub planned: u16,
    pub reported: Option<u16>,
    pub verified: u16,
    /// weight × (planned − reported); above zero it is behind its plan.
    pub gap: i64,
    /// Positions of the facts that give the figure.
    pub facts: Vec<u64>,
}

/// The figures of the milestones that the query asks for.
#[must_use]
pub fn progress(snapshot: &Snapshot, query: &Query) -> Progress {
    let selection = Selection::of(snapshot, query);
    let subjects: Vec<Subject> = selection.counting.iter().map(|entry| entry.subject).collect();
    let scale = confidence::Scale::of(snapshot);
    let mut progress = figures::figures(&subjects, query.status_date, &scale, || {
        selection.counting.iter().map(|entry| entry.complete_since(snapshot, query.status_date)).max().unwrap_or(query.status_date)
    });
    progress.cancelled_weight = selection.cancelled.iter().map(|dropped| dropped.weight).sum();
    progress.contributions = contributions(snapshot, selection.counting, query.status_date);
    progress
}

/// By code.
fn contributions(snapshot: &Snapshot, entries: Vec<Entry<'_>>, on: Date) -> Vec<Contribution> {
    let mut contributions: Vec<Contribution> = entries.iter().map(|entry| contribution(snapshot, entry, on)).collect();
    contributions.sort_by(|a, b| a.code.cmp(&b.code));
    contributions
}

fn contribution(snapshot: &Snapshot, entry: &Entry<'_>, on: Date) -> Contribution {
    let subject = entry.subject;
    Contribution {
        milestone: entry.row.plan.id,
        code: entry.row.plan.code.clone(),
        weight: entry.weight,
        planned: subject.planned(on),
        reported: subject.reported,
        verified: subject.verified,
        gap: subject.gap(on),
        facts: entry.row.standing(snapshot, on).facts,
    }
}
