//! Commands on indicators: define, set targets, measure, and speak on measurements.

use async_graphql::{Context, Error, InputObject, Object, OneofObject};
use tahavol_domain::calendar::Period;
use tahavol_domain::indicator::Command as C;
use tahavol_domain::indicator::event;
use tahavol_domain::values::{CommissionSlug, EventId, IndicatorCode, ProvinceCode, StationCode};
use tahavol_domain::{Command, Stream};

use super::{CommandInput, Desk, IndicatorPayload, run};
use crate::act::{EvidenceInput, read_evidence};
use crate::enums::{Aggregation, Derived, Direction, Horizon, Provenance};
use crate::errors::UserError;
use crate::node;
use crate::scalars::{Bad, Date, PeriodText, Quantity, Uuid};
use crate::text::TextInput;

#[derive(InputObject)]
pub(crate) struct IndicatorDefineInput {
    #[graphql(flatten)]
    command: CommandInput,
    code: String,
    /// By slug or node id.
    commission: String,
    derived: Option<Derived>,
    aggregation: Aggregation,
    meaning: MeaningInput,
    provenance: Option<Provenance>,
}

#[derive(InputObject)]
pub(crate) struct IndicatorRedefineInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By code or node id.
    indicator: String,
    meaning: MeaningInput,
}

/// The part of a definition that can be redefined.
#[derive(InputObject)]
pub(crate) struct MeaningInput {
    title: TextInput,
    unit: String,
    direction: Direction,
    baseline: Option<IndicatorBaselineInput>,
    /// How far off its trajectory a value may lie, in its unit.
    tolerance: Option<Quantity>,
    quality: Option<QualityInput>,
}

#[derive(InputObject)]
pub(crate) struct IndicatorBaselineInput {
    value: Quantity,
    on: Date,
    provenance: Option<Provenance>,
}

/// What a reader must know of a figure; what is left out is shown as missing.
#[derive(InputObject)]
pub(crate) struct QualityInput {
    source: Option<TextInput>,
    method: Option<TextInput>,
    accuracy: Option<TextInput>,
    limits: Option<TextInput>,
    remedies: Option<TextInput>,
}

#[derive(InputObject)]
pub(crate) struct IndicatorSetTargetInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By code or node id.
    indicator: String,
    horizon: Horizon,
    value: Quantity,
}

#[derive(InputObject)]
pub(crate) struct IndicatorRecordMeasurementInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By code or node id.
    indicator: String,
    scope: MeasurementScopeInput,
    period: PeriodInput,
    value: MeasuredValueInput,
    method: Option<TextInput>,
    evidence: Option<Vec<EvidenceInput>>,
    provenance: Option<Provenance>,
}

/// Exactly one: the country (`national: true`), a province by its code, or a station by its code.
#[derive(OneofObject)]
pub(crate) enum MeasurementScopeInput {
    National(bool),
    Province(String),
    Station(String),
}

/// Exactly one: a text such as `1397` or `1397/06`, or two days.
#[derive(OneofObject)]
pub(crate) enum PeriodInput {
    Text(PeriodText),
    Days(PeriodDaysInput),
}

/// Both ends included.
#[derive(InputObject)]
pub(crate) struct PeriodDaysInput {
    start: Date,
    end: Date,
}

/// Exactly one: a value, or the parts of a ratio.
#[derive(OneofObject)]
pub(crate) enum MeasuredValueInput {
    Plain(Quantity),
    Ratio(RatioInput),
}

#[derive(InputObject)]
pub(crate) struct RatioInput {
    numerator: Quantity,
    denominator: Quantity,
}

#[derive(InputObject)]
pub(crate) struct IndicatorMeasurementDecisionInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By code or node id.
    indicator: String,
    /// The measurement's event.
    measurement: Uuid,
}

/// Replaces the value of the measurement that it names; scope and period stay.
#[derive(InputObject)]
pub(crate) struct IndicatorCorrectMeasurementInput {
    #[graphql(flatten)]
    command: CommandInput,
    /// By code or node id.
    indicator: String,
    /// The measurement's event, or an earlier correction's.
    corrects: Uuid,
    value: MeasuredValueInput,
    method: Option<TextInput>,
    evidence: Option<Vec<EvidenceInput>>,
}

#[derive(Default)]
pub(crate) struct IndicatorMutation;

#[Object]
impl IndicatorMutation {
    async fn indicator_define(&self, ctx: &Context<'_>, input: IndicatorDefineInput) -> Result<IndicatorPayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let code = IndicatorCode(input.code);
            let definition = event::Definition {
                code: code.clone(),
                commission: CommissionSlug(node::key("commission", &input.commission)),
                derived: input.derived.map(Into::into),
                aggregation: input.aggregation.into(),
                meaning: input.meaning.read(desk)?,
                provenance: input.provenance.map(Into::into),
            };
            Ok((Stream::Indicator(code), Command::Indicator(C::Define(Box::new(definition)))))
        });
        Ok(handled.await?.into())
    }

    /// Its meaning changes; earlier ones stay in the ledger. Needs a reason.
    async fn indicator_redefine(&self, ctx: &Context<'_>, input: IndicatorRedefineInput) -> Result<IndicatorPayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let redefinition = event::Redefinition { meaning: input.meaning.read(desk)? };
            Ok((stream(&input.indicator), Command::Indicator(C::Redefine(Box::new(redefinition)))))
        });
        Ok(handled.await?.into())
    }

    /// The council says where it is to be at a horizon's end.
    async fn indicator_set_target(&self, ctx: &Context<'_>, input: IndicatorSetTargetInput) -> Result<IndicatorPayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let target = event::Target { horizon: input.horizon.into(), value: desk.scalar("value", input.value)? };
            Ok((stream(&input.indicator), Command::Indicator(C::SetTarget(target))))
        });
        Ok(handled.await?.into())
    }

    async fn indicator_record_measurement(
        &self,
        ctx: &Context<'_>,
        input: IndicatorRecordMeasurementInput,
    ) -> Result<IndicatorPayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let measurement = event::Measurement {
                scope: input.scope.read(desk)?,
                period: input.period.read(desk)?,
                value: input.value.read(desk)?,
                method: input.method.map(Into::into),
                evidence: read_evidence(desk.lang, input.evidence)?,
                provenance: input.provenance.map(Into::into),
            };
            Ok((stream(&input.indicator), Command::Indicator(C::RecordMeasurement(measurement))))
        });
        Ok(handled.await?.into())
    }

    /// An inspector, not the recorder, says that it is right.
    async fn indicator_verify_measurement(
        &self,
        ctx: &Context<'_>,
        input: IndicatorMeasurementDecisionInput,
    ) -> Result<IndicatorPayload, Error> {
        decide(ctx, input, C::VerifyMeasurement).await
    }

    /// An inspector says that it is wrong; needs a reason. It no longer counts.
    async fn indicator_contest_measurement(
        &self,
        ctx: &Context<'_>,
        input: IndicatorMeasurementDecisionInput,
    ) -> Result<IndicatorPayload, Error> {
        decide(ctx, input, C::ContestMeasurement).await
    }

    /// The commission takes it back; needs a reason. It no longer counts.
    async fn indicator_withdraw_measurement(
        &self,
        ctx: &Context<'_>,
        input: IndicatorMeasurementDecisionInput,
    ) -> Result<IndicatorPayload, Error> {
        decide(ctx, input, C::WithdrawMeasurement).await
    }

    /// A wrong value gets a correcting one; needs a reason.
    async fn indicator_correct_measurement(
        &self,
        ctx: &Context<'_>,
        input: IndicatorCorrectMeasurementInput,
    ) -> Result<IndicatorPayload, Error> {
        let handled = run(ctx, input.command, |desk| {
            let correction = event::MeasurementCorrection {
                corrects: EventId(desk.scalar("corrects", input.corrects)?),
                value: input.value.read(desk)?,
                method: input.method.map(Into::into),
                evidence: read_evidence(desk.lang, input.evidence)?,
            };
            Ok((stream(&input.indicator), Command::Indicator(C::CorrectMeasurement(correction))))
        });
        Ok(handled.await?.into())
    }
}

async fn decide(
    ctx: &Context<'_>,
    input: IndicatorMeasurementDecisionInput,
    command: impl FnOnce(event::MeasurementDecision) -> C + Send,
) -> Result<IndicatorPayload, Error> {
    let handled = run(ctx, input.command, |desk| {
        let decision = event::MeasurementDecision { measurement: EventId(desk.scalar("measurement", input.measurement)?) };
        Ok((stream(&input.indicator), Command::Indicator(command(decision))))
    });
    Ok(handled.await?.into())
}

impl MeaningInput {
    fn read(self, desk: &Desk) -> Result<event::Meaning, UserError> {
        let baseline = match self.baseline {
            Some(baseline) => Some(event::BaselineValue {
                value: desk.scalar("baseline.value", baseline.value)?,
                on: desk.scalar("baseline.on", baseline.on)?,
                provenance: baseline.provenance.map(Into::into),
            }),
            None => None,
        };
        Ok(event::Meaning {
            title: self.title.into(),
            unit: self.unit,
            direction: self.direction.into(),
            baseline,
            tolerance: desk.scalar_opt("tolerance", self.tolerance)?,
            quality: self.quality.map(Into::into).unwrap_or_default(),
        })
    }
}

impl From<QualityInput> for event::Quality {
    fn from(input: QualityInput) -> Self {
        event::Quality {
            source: input.source.map(Into::into),
            method: input.method.map(Into::into),
            accuracy: input.accuracy.map(Into::into),
            limits: input.limits.map(Into::into),
            remedies: input.remedies.map(Into::into),
        }
    }
}

impl MeasurementScopeInput {
    fn read(self, desk: &Desk) -> Result<event::MeasurementScope, UserError> {
        Ok(match self {
            MeasurementScopeInput::National(true) => event::MeasurementScope::National,
            MeasurementScopeInput::National(false) => {
                let fields = [("fields", "national, province, station".to_owned())];
                return Err(UserError::new(desk.lang, crate::errors::ONE_REQUIRED, Some("scope"), &fields));
            }
            MeasurementScopeInput::Province(code) => event::MeasurementScope::Province(ProvinceCode(node::key("province", &code))),
            MeasurementScopeInput::Station(code) => event::MeasurementScope::Station(StationCode(node::key("station", &code))),
        })
    }
}

impl PeriodInput {
    fn read(self, desk: &Desk) -> Result<Period, UserError> {
        match self {
            PeriodInput::Text(text) => desk.scalar("period", text),
            PeriodInput::Days(days) => {
                let (start, end) = (desk.scalar("period.start", days.start)?, desk.scalar("period.end", days.end)?);
                Period::try_new(start, end).map_err(|error| {
                    let bad = Bad { code: error.code(), text: error.text().to_owned() };
                    UserError::bad(desk.lang, "period", &bad)
                })
            }
        }
    }
}

impl MeasuredValueInput {
    fn read(self, desk: &Desk) -> Result<event::MeasuredValue, UserError> {
        Ok(match self {
            MeasuredValueInput::Plain(value) => event::MeasuredValue::Plain(desk.scalar("value.plain", value)?),
            MeasuredValueInput::Ratio(ratio) => event::MeasuredValue::Ratio {
                numerator: desk.scalar("value.ratio.numerator", ratio.numerator)?,
                denominator: desk.scalar("value.ratio.denominator", ratio.denominator)?,
            },
        })
    }
}

fn stream(text: &str) -> Stream {
    Stream::Indicator(IndicatorCode(node::key("indicator", text)))
}
