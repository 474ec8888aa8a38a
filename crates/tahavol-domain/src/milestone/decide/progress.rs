//! What is said about a milestone on its way: reports, corrections, obstacles.

use super::super::event::{Blockage, ProgressCorrection, ProgressReport};
use super::super::evolve::{Life, Obstacle, Standing};
use super::super::measure::{Measure, Step};
use super::super::{Event, Phase};
use super::{Answer, in_phase, must_count, open_initiative, pending};
use crate::aggregate::Context;
use crate::calendar::Date;
use crate::input;
use crate::refusal::{Refusal, Rule};
use crate::values::FULL;

/// Reports are about the plan: a milestone that waits for its admission takes none.
pub(super) fn report(life: &Life, report: &ProgressReport, ctx: &Context<'_>) -> Answer {
    in_phase(life, Phase::Planned)?;
    open_initiative(life, ctx)?;
    must_count(life, ctx)?;
    content(life, report)?;
    if latest_of(life, ctx.day()).is_some_and(|standing| standing.report == *report) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::ProgressReported(report.clone())])
}

/// A wrong statement can be put right in every phase: a verified milestone's figures are no less a record than a planned one's.
pub(super) fn correct(life: &Life, correction: &ProgressCorrection, ctx: &Context<'_>) -> Answer {
    let Some(standing) = life.reports.get(&correction.corrects) else {
        return Err(Refusal::at(Rule::UnknownReport, "corrects").with("report", correction.corrects.0));
    };
    content(life, &correction.report)?;
    input::reason(ctx)?;
    let same_day = ctx.effective_on.is_none_or(|day| standing.effective_on == Some(day));
    if same_day && standing.report == correction.report {
        return Ok(Vec::new());
    }
    Ok(vec![Event::ProgressCorrected(correction.clone())])
}

/// The day a correction is about: as given, else that of what it corrects.
pub(super) fn corrected_day(life: Option<&Life>, correction: &ProgressCorrection, ctx: &Context<'_>) -> Option<Date> {
    let corrected = || life?.reports.get(&correction.corrects)?.effective_on;
    ctx.effective_on.or_else(corrected).or(Some(ctx.today))
}

pub(super) fn block(life: &Life, ctx: &Context<'_>) -> Answer {
    pending(life)?;
    match life.obstacle {
        Obstacle::Blocked => Ok(Vec::new()),
        Obstacle::None => {
            input::reason(ctx)?;
            Ok(vec![Event::Blocked(Blockage {})])
        }
    }
}

pub(super) fn unblock(life: &Life) -> Answer {
    pending(life)?;
    match life.obstacle {
        Obstacle::None => Ok(Vec::new()),
        Obstacle::Blocked => Ok(vec![Event::Unblocked(Blockage {})]),
    }
}

/// Progress in basis points by the steps that the latest report up to the day lists; none without such a report.
pub(super) fn done_steps(life: &Life, steps: &[Step], on: Date) -> Option<u16> {
    let told = life.reports.values().filter(|standing| standing.effective_on.is_none_or(|day| day <= on));
    let with_steps = told.filter_map(|standing| Some((standing.effective_on, standing.place, standing.report.steps.as_ref()?)));
    let (_, _, done) = with_steps.max_by_key(|(day, place, _)| (*day, *place))?;
    let all: u64 = steps.iter().map(|step| u64::from(step.weight)).sum();
    let reached: u64 = done.iter().filter_map(|index| steps.get(usize::from(*index))).map(|step| u64::from(step.weight)).sum();
    // At least one step weighs at least 1, and a done step is one of all, so the quotient is at most FULL.
    Some((reached * u64::from(FULL)).checked_div(all).map_or(0, |progress| progress as u16))
}

/// What is said last about the day.
fn latest_of(life: &Life, day: Date) -> Option<&Standing> {
    let (_, last) = life.reports_by_day.range((Some(day), 0)..=(Some(day), u64::MAX)).next_back()?;
    life.reports.get(last)
}

/// Each measure takes its own kind of value; words and evidence go with all of them.
fn content(life: &Life, report: &ProgressReport) -> Result<(), Refusal> {
    match &life.content.baseline.measure {
        Measure::Reported => {
            no_steps(report)?;
            match report.progress {
                None => return Err(Refusal::at(Rule::ProgressRequired, "progress")),
                Some(progress) if progress > FULL => return Err(Refusal::at(Rule::ProgressRange, "progress").with("value", progress)),
                Some(_) => {}
            }
        }
        Measure::Steps(steps) => {
            no_progress(report)?;
            known_steps(report.steps.as_deref(), steps)?;
        }
        Measure::Binary | Measure::Rollout(_) | Measure::Indicator(_) => {
            no_progress(report)?;
            no_steps(report)?;
            if report.note.is_none() && report.evidence.is_empty() {
                return Err(Refusal::at(Rule::EvidenceRequired, "evidence"));
            }
        }
    }
    input::note(report.note.as_ref(), "note")?;
    input::evidence(&report.evidence)
}

fn no_progress(report: &ProgressReport) -> Result<(), Refusal> {
    if report.progress.is_some() { Err(Refusal::at(Rule::ProgressNotAccepted, "progress")) } else { Ok(()) }
}

fn no_steps(report: &ProgressReport) -> Result<(), Refusal> {
    if report.steps.is_some() { Err(Refusal::at(Rule::StepsNotAccepted, "steps")) } else { Ok(()) }
}

/// An empty list says that no step is done (any more).
fn known_steps(done: Option<&[u16]>, steps: &[Step]) -> Result<(), Refusal> {
    let done = done.ok_or_else(|| Refusal::at(Rule::StepsRequired, "steps"))?;
    if let Some(unknown) = done.iter().find(|index| usize::from(**index) >= steps.len()) {
        return Err(Refusal::at(Rule::UnknownStep, "steps").with("step", unknown));
    }
    match done.windows(2).find(|pair| pair[0] >= pair[1]) {
        Some(pair) => Err(Refusal::at(Rule::StepsNotAscending, "steps").with("step", pair[1])),
        None => Ok(()),
    }
}
