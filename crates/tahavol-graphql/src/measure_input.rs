//! What a milestone is to promise, as callers write it.

use async_graphql::{InputObject, OneofObject};
use tahavol_domain::Rule;
use tahavol_domain::milestone::command::BaselineChoice;
use tahavol_domain::milestone::measure::{MeasureChoice, Scope, Step};
use tahavol_domain::values::{IndicatorCode, ProvinceCode};

use crate::enums::{Horizon, ScopeKind};
use crate::errors::UserError;
use crate::mutations::Desk;
use crate::node;
use crate::scalars::Date;
use crate::text::TextInput;

/// What is promised.
#[derive(InputObject)]
pub(crate) struct BaselineInput {
    /// 1 to 10,000.
    weight: i32,
    starts: Date,
    due: Date,
    /// By default the initiative's.
    horizon: Option<Horizon>,
    measure: MeasureInput,
}

/// How progress is measured: exactly one of these.
#[derive(OneofObject)]
pub(crate) enum MeasureInput {
    /// All or nothing: `binary: true`.
    Binary(bool),
    /// By reports: `reported: true`.
    Reported(bool),
    Steps(Vec<StepInput>),
    Rollout(RolloutInput),
    /// By an indicator, from its baseline to its target for the milestone's horizon: its code or node id.
    Indicator(String),
}

#[derive(InputObject)]
pub(crate) struct StepInput {
    title: TextInput,
    /// At least 1.
    weight: i32,
}

/// The stations of a roll-out; resolved when the milestone is planned.
#[derive(InputObject)]
pub(crate) struct RolloutInput {
    scope: ScopeKind,
    /// Of the scope `PROVINCE`: its code or node id.
    province: Option<String>,
    /// Whether stations weigh by their annual visits instead of counting one each.
    #[graphql(default)]
    weigh_by_visits: bool,
}

impl BaselineInput {
    pub(crate) fn read(self, desk: &Desk) -> Result<BaselineChoice, UserError> {
        Ok(BaselineChoice {
            weight: desk.number("weight", Rule::WeightRange, self.weight.into())?,
            starts: desk.scalar("starts", self.starts)?,
            due: desk.scalar("due", self.due)?,
            horizon: self.horizon.map(Into::into),
            measure: self.measure.read(desk)?,
        })
    }
}

impl MeasureInput {
    fn read(self, desk: &Desk) -> Result<MeasureChoice, UserError> {
        Ok(match self {
            MeasureInput::Binary(true) => MeasureChoice::Binary,
            MeasureInput::Reported(true) => MeasureChoice::Reported,
            MeasureInput::Binary(false) | MeasureInput::Reported(false) => {
                return Err(UserError::new(
                    desk.lang,
                    crate::errors::ONE_REQUIRED,
                    Some("measure"),
                    &[("fields", "binary, reported, steps, rollout, indicator".to_owned())],
                ));
            }
            MeasureInput::Steps(steps) => {
                let step = |step: StepInput| {
                    Ok(Step { title: step.title.into(), weight: desk.number("measure", Rule::StepWeight, step.weight.into())? })
                };
                MeasureChoice::Steps(steps.into_iter().map(step).collect::<Result<_, UserError>>()?)
            }
            MeasureInput::Rollout(rollout) => {
                MeasureChoice::Rollout { weigh_by_visits: rollout.weigh_by_visits, scope: rollout.scope(desk)? }
            }
            MeasureInput::Indicator(code) => MeasureChoice::Indicator(IndicatorCode(node::key("indicator", &code))),
        })
    }
}

impl RolloutInput {
    fn scope(self, desk: &Desk) -> Result<Scope, UserError> {
        Ok(match (self.scope, self.province) {
            (ScopeKind::All, None) => Scope::All,
            (ScopeKind::Target, None) => Scope::Target,
            (ScopeKind::Unnetworked, None) => Scope::Unnetworked,
            (ScopeKind::TargetUnnetworked, None) => Scope::TargetUnnetworked,
            (ScopeKind::Province, Some(code)) => Scope::Province(ProvinceCode(node::key("province", &code))),
            (ScopeKind::Province, None) => return Err(desk.refused(Rule::UnknownProvince, "province", "")),
            (ScopeKind::All | ScopeKind::Target | ScopeKind::Unnetworked | ScopeKind::TargetUnnetworked, Some(code)) => {
                return Err(desk.refused(Rule::CodeInvalid, "province", code));
            }
        })
    }
}
