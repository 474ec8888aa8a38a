//! Samples of what happens to an indicator.

use super::{Sample, day, evidence, made, quantity, said, text};
use crate::calendar::Period;
use crate::fact;
use crate::indicator::Event;
use crate::indicator::event::{
    Aggregation, BaselineValue, Definition, Direction, Meaning, MeasuredValue, Measurement, MeasurementCorrection, MeasurementDecision,
    MeasurementScope, Quality, Redefinition, Target,
};
use crate::text::Text;
use crate::values::{CommissionSlug, EventId, Horizon, IndicatorCode, Office, Provenance, ProvinceCode};

pub(super) fn samples() -> Vec<Sample> {
    let member = || Office::Member(CommissionSlug("technology".into()));
    let decision = || MeasurementDecision { measurement: EventId(made(40)) };
    vec![
        said(
            Office::Founding,
            event(Event::Defined(Box::new(Definition {
                code: IndicatorCode("answered-calls".into()),
                commission: CommissionSlug("technology".into()),
                derived: None,
                aggregation: Aggregation::Ratio,
                meaning: meaning(),
                provenance: Some(Provenance::Article),
            }))),
        ),
        said(member(), event(Event::Redefined(Box::new(Redefinition { meaning: meaning() })))).because("روش تازه"),
        said(Office::Council, event(Event::TargetSet(Target { horizon: Horizon::Long, value: quantity("-29.25") }))),
        said(
            member(),
            event(Event::MeasurementRecorded(Measurement {
                scope: MeasurementScope::Province(ProvinceCode("IR-13".into())),
                period: Period { start: day("2018-03-21"), end: day("2019-03-20") },
                value: MeasuredValue::Ratio { numerator: quantity("820"), denominator: quantity("867") },
                method: Some(Text::fa("شمارش تماس‌ها")),
                evidence: evidence(),
                provenance: Some(Provenance::Article),
            })),
        )
        .on("2019-03-20"),
        said(Office::Inspector, event(Event::MeasurementVerified(decision()))),
        said(Office::Inspector, event(Event::MeasurementContested(decision()))).because("با سامانهٔ تماس نمی‌خواند"),
        said(
            member(),
            event(Event::MeasurementCorrected(MeasurementCorrection {
                corrects: EventId(made(40)),
                value: MeasuredValue::Plain(quantity("94.694348")),
                method: None,
                evidence: evidence(),
            })),
        )
        .on("2019-03-20")
        .because("شمارش دوباره"),
        said(member(), event(Event::MeasurementWithdrawn(decision()))).because("مربوط به استان دیگری بود"),
    ]
}

fn event(event: Event) -> fact::Event {
    fact::Event::Indicator(event)
}

fn meaning() -> Meaning {
    Meaning {
        title: text("تماس‌های پاسخ داده شده", "Calls answered"),
        unit: "%".into(),
        direction: Direction::Increase,
        baseline: Some(BaselineValue { value: quantity("62.5"), on: day("2018-03-20"), provenance: Some(Provenance::Article) }),
        tolerance: Some(quantity("2")),
        quality: Quality {
            source: Some(Text::fa("سامانهٔ تماس")),
            method: Some(Text::fa("سرشماری")),
            accuracy: Some(Text::fa("یک درصد")),
            limits: Some(Text::fa("تماس‌های قطع‌شده شمرده نمی‌شود")),
            remedies: Some(Text::fa("نمونه‌گیری ماهانه")),
        },
    }
}
