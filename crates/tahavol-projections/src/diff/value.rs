//! What stood before or stands after a change: of a kind that a program can read and each language can tell.

use std::fmt;

use serde::{Serialize, Serializer};
use tahavol_domain::calendar::Date;
use tahavol_domain::indicator::event::{MeasuredValue, MeasurementScope};
use tahavol_domain::milestone::event::ProgressReport;
use tahavol_domain::milestone::measure::{Measure, Scope as RolloutScope};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::text::{Lang, Text};
use tahavol_domain::values::Horizon;

use crate::reports::{Report, ReportValue};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// In the words of whoever wrote it.
    Text(Text),
    /// A code or identifier: it is told as it stands in every language.
    Code(String),
    /// A decimal number.
    Number(String),
    /// Basis points.
    Points(u16),
    Day(Date),
    /// Of a closed list, such as `APPROVED`.
    Word(&'static str),
    /// Told one after the other.
    All(Vec<Value>),
    /// What it was one after the other in time, the last of them in the end.
    Then(Vec<Value>),
    /// From the one to the other.
    Span(Box<(Value, Value)>),
}

/// [`Value::plain`] in Persian.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.plain(Lang::Fa))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Value {
    /// For programs: dates are ISO 8601, progress is in basis points; only texts are in a language.
    #[must_use]
    pub fn plain(&self, lang: Lang) -> String {
        match self {
            Value::Text(text) => text.get(lang).to_owned(),
            Value::Code(text) | Value::Number(text) => text.clone(),
            Value::Points(points) => points.to_string(),
            Value::Day(day) => day.to_string(),
            Value::Word(word) => (*word).to_owned(),
            Value::All(values) | Value::Then(values) => values.iter().map(|value| value.plain(lang)).collect::<Vec<_>>().join(" "),
            Value::Span(ends) => format!("{} {}", ends.0.plain(lang), ends.1.plain(lang)),
        }
    }

    pub(super) fn number(number: impl fmt::Display) -> Value {
        Value::Number(number.to_string())
    }

    pub(super) fn text(text: &Text) -> Value {
        Value::Text(text.clone())
    }

    pub(super) fn code(code: impl fmt::Display) -> Value {
        Value::Code(code.to_string())
    }

    pub(super) const fn yes(yes: bool) -> Value {
        Value::Word(if yes { "YES" } else { "NO" })
    }

    pub(super) fn horizon(horizon: Horizon) -> Value {
        Value::Word(horizon.as_str())
    }

    pub(super) fn quantity(quantity: Quantity) -> Value {
        Value::number(quantity)
    }

    pub(super) fn measure(measure: &Measure) -> Value {
        match measure {
            Measure::Binary => Value::Word("BINARY"),
            Measure::Reported => Value::Word("REPORTED"),
            Measure::Steps(steps) => Value::All(vec![Value::Word("STEPS"), Value::number(steps.len())]),
            Measure::Rollout(rollout) => {
                let mut told = vec![Value::Word("ROLLOUT")];
                match &rollout.scope {
                    RolloutScope::All => told.push(Value::Word("ALL")),
                    RolloutScope::Target => told.push(Value::Word("TARGET")),
                    RolloutScope::Unnetworked => told.push(Value::Word("UNNETWORKED")),
                    RolloutScope::TargetUnnetworked => told.push(Value::Word("TARGET_UNNETWORKED")),
                    RolloutScope::Province(province) => told.push(Value::code(&province.0)),
                }
                told.push(Value::number(rollout.stations.len()));
                Value::All(told)
            }
            Measure::Indicator(measure) => Value::All(vec![
                Value::Word("INDICATOR"),
                Value::code(&measure.indicator.0),
                Value::Span(Box::new((Value::quantity(measure.baseline), Value::quantity(measure.target)))),
            ]),
        }
    }

    pub(super) fn measured(value: MeasuredValue) -> Value {
        match value {
            MeasuredValue::Plain(value) => Value::quantity(value),
            MeasuredValue::Ratio { numerator, denominator } => {
                Value::All(vec![Value::quantity(numerator), Value::Code("/".to_owned()), Value::quantity(denominator)])
            }
        }
    }

    pub(super) fn measurement_scope(scope: &MeasurementScope) -> Value {
        match scope {
            MeasurementScope::National => Value::Word("NATIONAL"),
            MeasurementScope::Province(code) => Value::code(&code.0),
            MeasurementScope::Station(code) => Value::code(&code.0),
        }
    }

    pub(super) fn report(report: Report) -> Value {
        match report.value {
            ReportValue::Note => said(None, None, report.effective_on),
            ReportValue::Progress(points) => said(Some(points), None, report.effective_on),
            ReportValue::Steps(done) => said(None, Some((0..64).filter(|step| done >> step & 1 == 1).collect()), report.effective_on),
        }
    }

    /// What a report says, and of which day; as an event has it.
    #[must_use]
    pub fn of_report(report: &ProgressReport, on: Date) -> Value {
        said(report.progress, report.steps.clone(), on)
    }
}

fn said(progress: Option<u16>, steps: Option<Vec<u16>>, on: Date) -> Value {
    let mut told = match (progress, steps) {
        (Some(points), _) => vec![Value::Points(points)],
        (None, Some(steps)) => [Value::Word("STEPS")].into_iter().chain(steps.into_iter().map(Value::number)).collect(),
        (None, None) => vec![Value::Word("NOTE")],
    };
    told.push(Value::Day(on));
    Value::All(told)
}
