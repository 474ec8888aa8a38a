//! What an indicator allows: a list of refusals, one function a command.

use super::event::{
    Aggregation, Definition, Meaning, MeasuredValue, Measurement, MeasurementCorrection, MeasurementDecision, MeasurementScope,
    Redefinition, Target,
};
use super::evolve::{Measured, Phase, Record};
use super::{Command, Event, Indicator};
use crate::aggregate::{Aggregate, Context, Stream};
use crate::calendar::Date;
use crate::fact::Envelope;
use crate::input;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Rule};
use crate::values::{EventId, Office};

impl Aggregate for Indicator {
    type Command = Command;
    type Event = Event;

    fn decide(&self, command: &Command, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        input::not_in_future(ctx)?;
        match command {
            Command::Define(definition) => define(self, definition, ctx),
            Command::Redefine(redefinition) => redefine(self.defined(ctx)?, redefinition, ctx),
            Command::SetTarget(target) => set_target(self.defined(ctx)?, target, ctx),
            Command::RecordMeasurement(measurement) => record_measurement(self.defined(ctx)?, measurement, ctx),
            Command::VerifyMeasurement(decision) => verify_measurement(self.defined(ctx)?, decision, ctx),
            Command::ContestMeasurement(decision) => contest_measurement(self.defined(ctx)?, decision, ctx),
            Command::CorrectMeasurement(correction) => correct_measurement(self.defined(ctx)?, correction, ctx),
            Command::WithdrawMeasurement(decision) => withdraw_measurement(self.defined(ctx)?, decision, ctx),
        }
    }

    /// A measurement was true on the last day of its period, and so is its correction, whatever day the caller names.
    fn effective_on(&self, event: &Event, ctx: &Context<'_>) -> Option<Date> {
        match event {
            Event::MeasurementRecorded(measurement) => Some(measurement.period.end),
            Event::MeasurementCorrected(correction) => {
                self.measurement(correction.corrects).map(|(_, measured)| measured.current.period.end)
            }
            Event::Defined(_)
            | Event::Redefined(_)
            | Event::TargetSet(_)
            | Event::MeasurementVerified(_)
            | Event::MeasurementContested(_)
            | Event::MeasurementWithdrawn(_) => ctx.effective_on,
        }
    }

    fn evolve(self, event: &Event, said: &Envelope) -> Self {
        self.fold(event, said)
    }
}

impl Indicator {
    fn defined(&self, ctx: &Context<'_>) -> Result<&Record, Refusal> {
        match self {
            Indicator::Defined(record) => Ok(record),
            Indicator::Undefined => Err(Refusal::at(Rule::UnknownIndicator, "indicator").with("value", ctx.stream)),
        }
    }

    fn measurement(&self, named: EventId) -> Option<(EventId, &Measured)> {
        match self {
            Indicator::Defined(record) => record.find(named),
            Indicator::Undefined => None,
        }
    }
}

fn define(indicator: &Indicator, definition: &Definition, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    match indicator {
        Indicator::Undefined => {}
        Indicator::Defined(record) if record.already_says(definition) => return Ok(Vec::new()),
        Indicator::Defined(_) => return Err(Refusal::at(Rule::AlreadyExists, "code").with("value", &definition.code.0)),
    }
    input::code(&definition.code.0, "code")?;
    if *ctx.stream != Stream::Indicator(definition.code.clone()) {
        return Err(Refusal::at(Rule::CodeInvalid, "code").with("value", &definition.code.0));
    }
    if !ctx.basis.has_commission(&definition.commission) {
        return Err(Refusal::at(Rule::UnknownCommission, "commission").with("value", &definition.commission.0));
    }
    check_meaning(&definition.meaning, ctx)?;
    Ok(vec![Event::Defined(Box::new(definition.clone()))])
}

impl Record {
    /// Whether the same file again tells nothing new: as it was defined, or as it stands.
    fn already_says(&self, given: &Definition) -> bool {
        let standing = Definition { meaning: self.meaning.clone(), ..self.definition.clone() };
        *given == self.definition || *given == standing
    }
}

fn redefine(indicator: &Record, redefinition: &Redefinition, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if indicator.meaning == redefinition.meaning {
        return Ok(Vec::new());
    }
    check_meaning(&redefinition.meaning, ctx)?;
    Ok(vec![Event::Redefined(Box::new(redefinition.clone()))])
}

fn check_meaning(meaning: &Meaning, ctx: &Context<'_>) -> Result<(), Refusal> {
    input::text(&meaning.title, "title")?;
    input::plain(&meaning.unit, "unit")?;
    if let Some(baseline) = &meaning.baseline
        && baseline.on > ctx.today
    {
        return Err(Refusal::at(Rule::EffectiveInFuture, "baseline").with("value", baseline.on).with("today", ctx.today));
    }
    if let Some(tolerance) = meaning.tolerance
        && tolerance.is_negative()
    {
        return Err(Refusal::at(Rule::ToleranceInvalid, "tolerance").with("value", tolerance));
    }
    let quality = &meaning.quality;
    input::note(quality.source.as_ref(), "source")?;
    input::note(quality.method.as_ref(), "method")?;
    input::note(quality.accuracy.as_ref(), "accuracy")?;
    input::note(quality.limits.as_ref(), "limits")?;
    input::note(quality.remedies.as_ref(), "remedies")
}

fn set_target(indicator: &Record, target: &Target, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if ctx.basis.horizon(target.horizon).is_none() {
        return Err(Refusal::at(Rule::UnknownHorizon, "horizon").with("value", target.horizon.as_str()));
    }
    if indicator.targets.get(&target.horizon) == Some(&target.value) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::TargetSet(target.clone())])
}

fn record_measurement(indicator: &Record, measurement: &Measurement, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if indicator.definition.derived.is_some() {
        return Err(Refusal::new(Rule::IndicatorDerived).with("indicator", &indicator.definition.code.0));
    }
    if let Some(standing) = indicator.standing.get(&(measurement.scope.clone(), measurement.period)) {
        if indicator
            .measurements
            .get(standing)
            .is_some_and(|measured| measured.recorded == *measurement || measured.current == *measurement)
        {
            return Ok(Vec::new());
        }
        return Err(Refusal::at(Rule::MeasurementConflict, "period").with("measurement", standing.0).with("period", measurement.period));
    }
    check_scope(&measurement.scope, ctx)?;
    // A running period may be measured before it ends, as yearly figures often are; the figure counts from the period's end on.
    if measurement.period.start > ctx.today {
        return Err(Refusal::at(Rule::EffectiveInFuture, "period").with("value", measurement.period.start).with("today", ctx.today));
    }
    check_value(measurement.value, indicator.definition.aggregation)?;
    input::note(measurement.method.as_ref(), "method")?;
    input::evidence(&measurement.evidence)?;
    Ok(vec![Event::MeasurementRecorded(measurement.clone())])
}

fn check_scope(scope: &MeasurementScope, ctx: &Context<'_>) -> Result<(), Refusal> {
    match scope {
        MeasurementScope::National => Ok(()),
        MeasurementScope::Province(code) if ctx.basis.has_province(code) => Ok(()),
        MeasurementScope::Province(code) => Err(Refusal::at(Rule::UnknownProvince, "scope").with("value", &code.0)),
        MeasurementScope::Station(code) if ctx.basis.station(code).is_some() => Ok(()),
        MeasurementScope::Station(code) => Err(Refusal::at(Rule::UnknownStation, "scope").with("value", &code.0)),
    }
}

/// A ratio may be told without its parts and may exceed the whole; what no ratio has is a negative part or nothing to divide by.
fn check_value(value: MeasuredValue, aggregation: Aggregation) -> Result<(), Refusal> {
    let MeasuredValue::Ratio { numerator, denominator } = value else { return Ok(()) };
    match aggregation {
        Aggregation::Ratio => {}
        Aggregation::Sum | Aggregation::Mean | Aggregation::Latest => return Err(Refusal::at(Rule::PartsNotAccepted, "value")),
    }
    if denominator <= Quantity::ZERO {
        return Err(Refusal::at(Rule::DenominatorInvalid, "denominator").with("value", denominator));
    }
    if numerator.is_negative() {
        return Err(Refusal::at(Rule::NumeratorInvalid, "numerator").with("value", numerator));
    }
    Ok(())
}

fn verify_measurement(indicator: &Record, decision: &MeasurementDecision, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let (measurement, measured) = standing(indicator, decision.measurement, "measurement")?;
    if measured.recorders.iter().any(|recorder| ctx.is_one_will_with(recorder)) {
        return Err(Refusal::at(Rule::RecorderVerifies, "measurement").with("actor", &ctx.actor.id.0));
    }
    match measured.phase {
        Phase::Verified => Ok(Vec::new()),
        Phase::Recorded | Phase::Contested | Phase::Withdrawn => Ok(vec![Event::MeasurementVerified(MeasurementDecision { measurement })]),
    }
}

fn contest_measurement(indicator: &Record, decision: &MeasurementDecision, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let (measurement, measured) = standing(indicator, decision.measurement, "measurement")?;
    if measured.phase == Phase::Contested {
        return Ok(Vec::new());
    }
    input::reason(ctx)?;
    Ok(vec![Event::MeasurementContested(MeasurementDecision { measurement })])
}

fn correct_measurement(indicator: &Record, correction: &MeasurementCorrection, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let (_, measured) = standing(indicator, correction.corrects, "corrects")?;
    within_reach(measured, ctx)?;
    let standing = &measured.current;
    if (standing.value, &standing.method, &standing.evidence) == (correction.value, &correction.method, &correction.evidence) {
        return Ok(Vec::new());
    }
    check_value(correction.value, indicator.definition.aggregation)?;
    // Otherwise a province would fall out of the national sum without anybody saying so.
    if matches!((standing.value, correction.value), (MeasuredValue::Ratio { .. }, MeasuredValue::Plain(_))) {
        return Err(Refusal::at(Rule::RatioNeedsParts, "value"));
    }
    input::note(correction.method.as_ref(), "method")?;
    input::evidence(&correction.evidence)?;
    input::reason(ctx)?;
    Ok(vec![Event::MeasurementCorrected(correction.clone())])
}

fn withdraw_measurement(indicator: &Record, decision: &MeasurementDecision, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if indicator.find(decision.measurement).is_some_and(|(_, measured)| measured.phase == Phase::Withdrawn) {
        return Ok(Vec::new());
    }
    let (measurement, measured) = standing(indicator, decision.measurement, "measurement")?;
    within_reach(measured, ctx)?;
    input::reason(ctx)?;
    Ok(vec![Event::MeasurementWithdrawn(MeasurementDecision { measurement })])
}

/// The measurement that is named, by itself or by its latest correction; an overtaken correction is no longer there to be named.
fn standing<'a>(indicator: &'a Record, named: EventId, field: &'static str) -> Result<(EventId, &'a Measured), Refusal> {
    let (id, measured) = indicator.find(named).ok_or_else(|| Refusal::at(Rule::UnknownMeasurement, field).with("value", named.0))?;
    match measured.phase {
        Phase::Recorded | Phase::Verified | Phase::Contested => Ok((id, measured)),
        Phase::Withdrawn => Err(Refusal::at(Rule::MeasurementWithdrawn, field).with("value", named.0)),
    }
}

/// A reporter corrects and withdraws what was measured in the own province; where that was, only this stream knows.
fn within_reach(measured: &Measured, ctx: &Context<'_>) -> Result<(), Refusal> {
    let Office::Reporter(own) = ctx.office else {
        return Ok(());
    };
    let province = match &measured.recorded.scope {
        MeasurementScope::National => None,
        MeasurementScope::Province(province) => Some(province.clone()),
        MeasurementScope::Station(code) => ctx.basis.station(code).map(|station| station.province),
    };
    if province.as_ref() == Some(own) { Ok(()) } else { Err(Refusal::new(Rule::NotPermitted)) }
}
