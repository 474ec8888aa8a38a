//! What changed in indicators: what they mean, what is aimed at, what was measured, and the national value that follows.

use std::collections::BTreeSet;

use tahavol_domain::Stream;
use tahavol_domain::indicator::event::{Direction, Meaning, Quality};
use tahavol_domain::values::IndicatorCode;

use super::council::subject;
use super::{Compared, Field, Kind, Scope, Subject, SubjectKind, Value, pairs};
use crate::indicator::Detail;
use crate::ratio::Ratio;
use crate::rows::{IndicatorRow, MeasurementRow, MeasurementStanding};

const REDEFINED: &[&str] = &["indicator.redefined"];

impl Compared<'_> {
    pub(super) fn indicators(&mut self) {
        let (from, to) = (self.from, self.to);
        let mut looked_at = BTreeSet::new();
        for (code, old, row) in pairs(&from.indicators, &to.indicators) {
            looked_at.insert(code);
            if self.holds_indicator(row) {
                self.indicator(code, old, row);
            }
        }
        // What is counted from the programme itself changes without an event of its own.
        for (code, row) in &to.indicators {
            if row.definition.derived.is_some() && !looked_at.contains(code) && self.holds_indicator(row) {
                self.national(&named(code, row), code);
            }
        }
    }

    pub(super) fn holds_indicator(&self, row: &IndicatorRow) -> bool {
        match self.scope {
            Scope::Programme => true,
            Scope::Commission(slug) => row.definition.commission == *slug,
            Scope::Initiative(_) | Scope::Milestone(_) => false,
        }
    }

    /// Positions of the events that can move its value.
    pub(super) fn indicator_causes(&self, code: &IndicatorCode) -> Vec<u64> {
        let mut causes = self.window.all(Stream::Indicator(code.clone()));
        if self.to.indicators.get(code).is_some_and(|row| row.definition.derived.is_some()) {
            causes.extend(self.window.network());
        }
        causes
    }

    fn indicator(&mut self, code: &IndicatorCode, old: Option<&IndicatorRow>, new: &IndicatorRow) {
        let subject = named(code, new);
        match old {
            None => {
                let positions = self.window.all(Stream::Indicator(code.clone()));
                self.about(&subject).appeared(Some(Value::text(&new.definition.meaning.title)), positions);
            }
            Some(old) => self.meaning(&subject, code, old, new),
        }
        for (horizon, (target, stamp)) in &new.targets {
            let known = old.and_then(|old| old.targets.get(horizon));
            if known.is_none_or(|(_, known)| known.position != stamp.position) {
                let values = (known.map(|(value, _)| Value::quantity(*value)), Some(Value::quantity(*target)));
                self.about(&subject).item(Value::horizon(*horizon)).changed(Field::Target, values, vec![stamp.position]);
            }
        }
        let none = imbl::OrdMap::new();
        let before = old.map_or(&none, |old| &old.measurements);
        for (_, old, row) in pairs(before, &new.measurements) {
            self.measurement(&subject, old, row);
        }
        self.national(&subject, code);
    }

    fn meaning(&mut self, subject: &Subject, code: &IndicatorCode, old: &IndicatorRow, new: &IndicatorRow) {
        if old.redefinitions == new.redefinitions {
            return;
        }
        let (before, after) = (&old.definition.meaning, &new.definition.meaning);
        let positions = self.window.of(Stream::Indicator(code.clone()), REDEFINED);
        let mut about = self.about(subject);
        if before == after {
            let values = (Some(Value::number(old.redefinitions)), Some(Value::number(new.redefinitions)));
            about.changed(Field::Redefinitions, values, positions);
            return;
        }
        for (field, told) in MEANINGS {
            let values = (told(before), told(after));
            if values.0 != values.1 || (*field == Field::Quality && before.quality != after.quality) {
                about.changed(*field, values, positions.clone());
            }
        }
    }

    fn measurement(&mut self, subject: &Subject, old: Option<&MeasurementRow>, new: &MeasurementRow) {
        let item = Value::All(vec![
            Value::measurement_scope(&new.scope),
            Value::Day(new.period.start),
            Value::Code("–".to_owned()),
            Value::Day(new.period.end),
        ]);
        // A measurement that was withdrawn leaves its place to another one.
        let known = old.filter(|old| old.recorded.event == new.recorded.event);
        let after = Some(Value::measured(new.value));
        let mut about = self.about(subject).item(item);
        if known.is_none() {
            about.tell(Kind::New, Some(Field::Measurement), (None, after.clone()), vec![new.recorded.position]);
        }
        let earlier = known.map_or(0, |known| known.corrected.len());
        let corrections: Vec<u64> = new.corrected.iter().skip(earlier).map(|(_, stamp)| stamp.position).collect();
        if let Some((before, _)) = new.corrected.get(earlier) {
            let corrected = earlier.checked_sub(1).and_then(|last| new.corrected.get(last)).map(|(_, stamp)| stamp.position);
            let positions = [corrected.unwrap_or(new.recorded.position)].into_iter().chain(corrections).collect();
            about.tell(Kind::Corrected, Some(Field::Measurement), (Some(Value::measured(*before)), after.clone()), positions);
        }
        let stood = known.map_or(MeasurementStanding::Recorded, |known| known.standing);
        let since: Vec<u64> = new.standing_since.iter().map(|stamp| stamp.position).collect();
        let told_by_correction = new.corrected.len() > earlier && new.standing == MeasurementStanding::Recorded;
        if stood != new.standing && !told_by_correction {
            let kind = match new.standing {
                MeasurementStanding::Withdrawn => Kind::Gone,
                MeasurementStanding::Recorded | MeasurementStanding::Verified | MeasurementStanding::Contested => Kind::Changed,
            };
            about.tell(kind, Some(Field::Standing), (Some(standing(stood)), Some(standing(new.standing))), since);
        }
    }

    /// On one and the same day, so that only events make a difference.
    fn national(&mut self, subject: &Subject, code: &IndicatorCode) {
        let told = |value: Ratio| value.to_quantity().map_or_else(|| Value::number(value), Value::quantity);
        let before = self.from.national_value(code, self.on, Detail::FiguresOnly).map(|national| told(national.value));
        let after = self.to.national_value(code, self.on, Detail::FiguresOnly).map(|national| told(national.value));
        if before != after {
            let causes = self.indicator_causes(code);
            self.about(subject).changed(Field::NationalValue, (before, after), causes);
        }
    }
}

type Told = (Field, fn(&Meaning) -> Option<Value>);

const MEANINGS: &[Told] = &[
    (Field::Title, |meaning| Some(Value::text(&meaning.title))),
    (Field::Unit, |meaning| Some(Value::code(&meaning.unit))),
    (Field::Direction, |meaning| Some(direction(meaning.direction))),
    (Field::Baseline, |meaning| {
        meaning.baseline.as_ref().map(|baseline| Value::All(vec![Value::quantity(baseline.value), Value::Day(baseline.on)]))
    }),
    (Field::Tolerance, |meaning| meaning.tolerance.map(Value::quantity)),
    (Field::Quality, |meaning| Some(Value::number(stated(&meaning.quality)))),
];

/// How many of the five are stated.
fn stated(quality: &Quality) -> usize {
    let Quality { source, method, accuracy, limits, remedies } = quality;
    [source, method, accuracy, limits, remedies].into_iter().flatten().count()
}

fn named(code: &IndicatorCode, row: &IndicatorRow) -> Subject {
    subject(SubjectKind::Indicator, &code.0, &code.0, Some(row.definition.meaning.title.clone()))
}

fn direction(direction: Direction) -> Value {
    Value::Word(match direction {
        Direction::Increase => "INCREASE",
        Direction::Decrease => "DECREASE",
        Direction::Observe => "OBSERVE",
    })
}

fn standing(standing: MeasurementStanding) -> Value {
    Value::Word(match standing {
        MeasurementStanding::Recorded => "RECORDED",
        MeasurementStanding::Verified => "VERIFIED",
        MeasurementStanding::Contested => "CONTESTED",
        MeasurementStanding::Withdrawn => "WITHDRAWN",
    })
}
