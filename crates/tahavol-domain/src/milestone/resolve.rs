//! From what is asked for to what is promised: the baseline with its scope or its indicator resolved, to be frozen in an event.

use super::command::BaselineChoice;
use super::event::Baseline;
use super::measure::{IndicatorMeasure, Measure, MeasureChoice, Rollout, Scope, Step};
use crate::aggregate::Context;
use crate::input;
use crate::refusal::{Refusal, Rule};
use crate::values::{Horizon, IndicatorCode};

/// The heaviest that a milestone may weigh.
pub const HEAVIEST: u32 = 10_000;
/// The most steps that a measure may have: readers keep the done ones as the bits of a 64-bit number.
pub const MOST_STEPS: usize = 64;

/// The baseline as an event may freeze it.
///
/// # Errors
/// The first rule that the promise breaks: its weight, its dates, its horizon, its measure.
pub(super) fn baseline(choice: &BaselineChoice, of_initiative: Horizon, ctx: &Context<'_>) -> Result<Baseline, Refusal> {
    let horizon = choice.horizon.unwrap_or(of_initiative);
    let measure = || measure(&choice.measure, horizon, ctx);
    promise(choice, horizon, ctx, measure)
}

/// The baseline that is to follow another. Whoever asks for the measure that stands keeps it as it was frozen: a new date does not
/// change which stations were promised. Only another choice, or an indicator's other horizon, is resolved afresh.
pub(super) fn baseline_after(
    standing: &Baseline,
    choice: &BaselineChoice,
    of_initiative: Horizon,
    ctx: &Context<'_>,
) -> Result<Baseline, Refusal> {
    let horizon = choice.horizon.unwrap_or(of_initiative);
    let measure = || {
        let same_targets = horizon == standing.horizon || !matches!(standing.measure, Measure::Indicator(_));
        if is_choice(&choice.measure, &standing.measure) && same_targets {
            return Ok(standing.measure.clone());
        }
        measure(&choice.measure, horizon, ctx)
    };
    promise(choice, horizon, ctx, measure)
}

/// A promise ends within its horizon, also when the horizon was moved since it was asked for.
pub(super) fn within_horizon(baseline: &Baseline, ctx: &Context<'_>) -> Result<(), Refusal> {
    let name = baseline.horizon.as_str();
    let Some((_, ends)) = ctx.basis.horizon(baseline.horizon) else {
        return Err(Refusal::at(Rule::UnknownHorizon, "horizon").with("horizon", name));
    };
    if baseline.due > ends {
        return Err(Refusal::at(Rule::DueAfterHorizon, "due").with("due", baseline.due).with("horizon", name).with("ends", ends));
    }
    Ok(())
}

/// Whether the baseline is what this choice asks for, as far as the choice tells.
pub(super) fn is_baseline_choice(choice: &BaselineChoice, baseline: &Baseline) -> bool {
    choice.weight == baseline.weight
        && choice.starts == baseline.starts
        && choice.due == baseline.due
        && choice.horizon.is_none_or(|horizon| horizon == baseline.horizon)
        && is_choice(&choice.measure, &baseline.measure)
}

fn promise(
    choice: &BaselineChoice,
    horizon: Horizon,
    ctx: &Context<'_>,
    measure: impl FnOnce() -> Result<Measure, Refusal>,
) -> Result<Baseline, Refusal> {
    if !(1..=HEAVIEST).contains(&choice.weight) {
        return Err(Refusal::at(Rule::WeightRange, "weight").with("value", choice.weight));
    }
    if choice.starts > choice.due {
        return Err(Refusal::at(Rule::StartsAfterDue, "starts").with("starts", choice.starts).with("due", choice.due));
    }
    // The horizon is looked at before the measure, which may read the indicator's target for it.
    let dates = Baseline { weight: choice.weight, starts: choice.starts, due: choice.due, horizon, measure: Measure::Binary };
    within_horizon(&dates, ctx)?;
    Ok(Baseline { measure: measure()?, ..dates })
}

fn measure(choice: &MeasureChoice, horizon: Horizon, ctx: &Context<'_>) -> Result<Measure, Refusal> {
    match choice {
        MeasureChoice::Binary => Ok(Measure::Binary),
        MeasureChoice::Reported => Ok(Measure::Reported),
        MeasureChoice::Steps(steps) => self::steps(steps),
        MeasureChoice::Rollout { scope, weigh_by_visits } => rollout(scope, *weigh_by_visits, ctx),
        MeasureChoice::Indicator(code) => indicator(code, horizon, ctx),
    }
}

fn steps(steps: &[Step]) -> Result<Measure, Refusal> {
    if steps.is_empty() {
        return Err(Refusal::at(Rule::StepsEmpty, "steps"));
    }
    if steps.len() > MOST_STEPS {
        return Err(Refusal::at(Rule::StepsTooMany, "steps").with("steps", steps.len()).with("most", MOST_STEPS));
    }
    for (index, step) in steps.iter().enumerate() {
        input::text(&step.title, "steps")?;
        if step.weight == 0 {
            return Err(Refusal::at(Rule::StepWeight, "steps").with("step", index));
        }
    }
    Ok(Measure::Steps(steps.to_vec()))
}

/// A scope whose stations all weigh nothing is as empty as one without stations.
fn rollout(scope: &Scope, weigh_by_visits: bool, ctx: &Context<'_>) -> Result<Measure, Refusal> {
    if let Scope::Province(code) = scope
        && !ctx.basis.has_province(code)
    {
        return Err(Refusal::at(Rule::UnknownProvince, "scope").with("province", &code.0));
    }
    let (stations, visits): (Vec<_>, Vec<_>) = ctx.basis.stations_in(scope).into_iter().unzip();
    let weighs_nothing = weigh_by_visits && visits.iter().all(|visits| *visits == 0);
    if stations.is_empty() || weighs_nothing {
        return Err(Refusal::at(Rule::ScopeEmpty, "scope"));
    }
    Ok(Measure::Rollout(Rollout { scope: scope.clone(), stations, visits: weigh_by_visits.then_some(visits) }))
}

fn indicator(code: &IndicatorCode, horizon: Horizon, ctx: &Context<'_>) -> Result<Measure, Refusal> {
    let refused = |rule| Refusal::at(rule, "indicator").with("indicator", &code.0).with("horizon", horizon.as_str());
    let known = ctx.basis.indicator(code).ok_or_else(|| refused(Rule::UnknownIndicator))?;
    let baseline = known.baseline.ok_or_else(|| refused(Rule::IndicatorWithoutBaseline))?;
    let target = known.targets.iter().find(|(of, _)| *of == horizon).map(|(_, target)| *target);
    let target = target.ok_or_else(|| refused(Rule::IndicatorWithoutTarget))?;
    if target == baseline {
        return Err(refused(Rule::IndicatorTargetIsBaseline));
    }
    Ok(Measure::Indicator(IndicatorMeasure { indicator: code.clone(), baseline, target }))
}

fn is_choice(choice: &MeasureChoice, measure: &Measure) -> bool {
    match choice {
        MeasureChoice::Binary => *measure == Measure::Binary,
        MeasureChoice::Reported => *measure == Measure::Reported,
        MeasureChoice::Steps(steps) => matches!(measure, Measure::Steps(standing) if standing == steps),
        MeasureChoice::Rollout { scope, weigh_by_visits } => {
            matches!(measure, Measure::Rollout(standing) if standing.scope == *scope && standing.visits.is_some() == *weigh_by_visits)
        }
        MeasureChoice::Indicator(code) => matches!(measure, Measure::Indicator(standing) if standing.indicator == *code),
    }
}
