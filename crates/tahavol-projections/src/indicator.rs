//! Views of the indicators: the national value on a day, the trajectory to the targets, and what was achieved of them.

use std::collections::BTreeSet;

use serde::Serialize;
use tahavol_domain::calendar::{Date, Period};
use tahavol_domain::indicator::event::{Aggregation, Derived, Direction, MeasuredValue, MeasurementScope};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::values::{Horizon, IndicatorCode, Province};

use crate::Snapshot;
use crate::progress::MOST_POINTS;
use crate::ratio::Ratio;
use crate::rows::{IndicatorRow, MeasurementRow, MeasurementStanding, StationRow};

/// The value of an indicator for the whole country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NationalValue {
    /// Exact, in the indicator's unit; a ratio's in percent.
    pub value: Ratio,
    /// Positions of the facts it comes from, ascending.
    pub from: Vec<u64>,
    /// The end of the period; of a derived value, which is counted at the position, the day that was asked for.
    pub day: Date,
    /// None of a derived value.
    pub period: Option<Period>,
    pub origin: ValueOrigin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ValueOrigin {
    /// A national measurement.
    Explicit,
    /// Put together from all provinces of one period.
    Aggregated,
    /// Counted from the programme itself.
    Derived,
}

/// Whether an answer lists the facts it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    WithFacts,
    FiguresOnly,
}

impl Detail {
    /// Positions, ascending; none where nobody asks for them.
    fn facts(self, positions: impl Iterator<Item = u64>) -> Vec<u64> {
        match self {
            Detail::FiguresOnly => Vec::new(),
            Detail::WithFacts => {
                let mut positions: Vec<u64> = positions.collect();
                positions.sort_unstable();
                positions
            }
        }
    }
}

/// Where the value is to be on a day; values lie straight between the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TrajectoryPoint {
    pub on: Date,
    pub value: Quantity,
    /// The horizon whose target it is; none for the baseline.
    pub horizon: Option<Horizon>,
}

/// How much of the way from the baseline to a target was gone: 1 is all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Achievement {
    pub horizon: Horizon,
    pub target: Quantity,
    /// Below 0 when it went the wrong way, above 1 when it went further than asked.
    pub uncapped: Ratio,
    /// Within 0–1.
    pub capped: Ratio,
}

impl Snapshot {
    /// The national value on the day: the latest-ending explicit national measurement, else the aggregate over all provinces of the
    /// charter for the latest-ending period that is complete, else none. Of two periods that end together the later-starting one counts.
    #[must_use]
    pub fn value_of(&self, indicator: &IndicatorCode, on: Date) -> Option<NationalValue> {
        self.national_value(indicator, on, Detail::WithFacts)
    }

    /// Every national value up to the day, in the order of days: one for each day on which a period ends that has one. Of a derived
    /// indicator the value on the day alone, since it is counted at the position.
    #[must_use]
    pub fn values_until(&self, indicator: &IndicatorCode, until: Date) -> Vec<(Date, Ratio)> {
        let Some(row) = self.indicators.get(indicator) else { return Vec::new() };
        let ends = row.measurements.values().filter(|row| row.standing.counts()).map(|row| row.period.end);
        let mut days: BTreeSet<Date> = ends.filter(|end| *end <= until).collect();
        if row.definition.derived.is_some() {
            days.insert(until);
        }
        let value = |day: Date| self.national_value(indicator, day, Detail::FiguresOnly).filter(|national| national.day == day);
        days.into_iter().filter_map(|day| Some((day, value(day)?.value))).collect()
    }

    /// Since when the stations have the network that have it at the position: how many of them at the end of each Solar Hijri month
    /// before the day. Of a network that was taken away again nothing is in it.
    #[must_use]
    pub fn networked_by_month(&self, until: Date) -> Vec<(Date, Ratio)> {
        let zone = self.time_zone();
        let since = |station: &StationRow| {
            let registered = || station.registered.effective_on.unwrap_or_else(|| station.registered.at.date_in(&zone));
            station.network_changed.map_or_else(registered, |(day, _)| day)
        };
        let online = self.stations.values().filter(|station| station.networked && station.closed.is_none());
        let mut days: Vec<Date> = online.map(|station| since(station)).collect();
        days.sort_unstable();
        let mut values = Vec::new();
        let Some(mut on) = days.first().map(|first| first.last_of_persian_month()) else { return values };
        while on < until && values.len() < MOST_POINTS {
            values.push((on, Ratio::from_int(i128::try_from(days.partition_point(|day| *day <= on)).unwrap_or(i128::MAX))));
            on = on.plus_days(1).last_of_persian_month();
        }
        values
    }

    pub(crate) fn national_value(&self, indicator: &IndicatorCode, on: Date, detail: Detail) -> Option<NationalValue> {
        let row = self.indicators.get(indicator)?;
        match row.definition.derived {
            Some(Derived::NetworkedStations) => self.networked_stations_on(on, detail),
            None => row.explicit(on, detail).or_else(|| row.aggregated(&self.programme.as_ref()?.charter.provinces, on, detail)),
        }
    }

    /// The points between which the indicator is to move: its baseline, then the target of each horizon at that horizon's end.
    #[must_use]
    pub fn trajectory(&self, indicator: &IndicatorCode) -> Vec<TrajectoryPoint> {
        let Some(row) = self.indicators.get(indicator) else { return Vec::new() };
        let Some(baseline) = &row.definition.meaning.baseline else { return Vec::new() };
        let mut points = vec![TrajectoryPoint { on: baseline.on, value: baseline.value, horizon: None }];
        let mut targets: Vec<_> = row
            .targets
            .iter()
            .filter_map(|(horizon, (value, _))| {
                let on = self.horizons.get(horizon)?.ends;
                (on > baseline.on).then_some(TrajectoryPoint { on, value: *value, horizon: Some(*horizon) })
            })
            .collect();
        targets.sort_by_key(|point| point.on);
        points.extend(targets);
        points
    }

    /// What was achieved of each horizon's target on the day; empty without a value or a baseline.
    #[must_use]
    pub fn achievements(&self, indicator: &IndicatorCode, on: Date) -> Vec<Achievement> {
        let Some(row) = self.indicators.get(indicator) else { return Vec::new() };
        let Some(baseline) = row.definition.meaning.baseline.as_ref().map(|baseline| Ratio::from(baseline.value)) else {
            return Vec::new();
        };
        let Some(national) = self.national_value(indicator, on, Detail::FiguresOnly) else { return Vec::new() };
        let of = |(horizon, (target, _)): (&Horizon, &(Quantity, _))| {
            let way = Ratio::from(*target).checked_sub(baseline)?;
            let uncapped = national.value.checked_sub(baseline)?.checked_div(way)?;
            Some(Achievement { horizon: *horizon, target: *target, uncapped, capped: uncapped.clamp(Ratio::ZERO, Ratio::ONE) })
        };
        row.targets.iter().filter_map(of).collect()
    }

    /// Whether the value on the day lies no worse than the trajectory less the tolerance. None where nothing is expected or known.
    #[must_use]
    pub fn is_on_trajectory(&self, indicator: &IndicatorCode, on: Date) -> Option<bool> {
        let meaning = &self.indicators.get(indicator)?.definition.meaning;
        let expected = expected_on(&self.trajectory(indicator), on)?;
        let value = self.national_value(indicator, on, Detail::FiguresOnly)?.value;
        let tolerance = Ratio::from(meaning.tolerance.unwrap_or(Quantity::ZERO));
        match meaning.direction {
            Direction::Increase => Some(value >= expected.checked_sub(tolerance)?),
            Direction::Decrease => Some(value <= expected.checked_add(tolerance)?),
            Direction::Observe => None,
        }
    }

    /// The network is a matter of position, not of the status date: it is counted as it stands.
    fn networked_stations_on(&self, on: Date, detail: Detail) -> Option<NationalValue> {
        if self.stations.is_empty() {
            return None;
        }
        let online = self.stations.values().filter(|station| station.networked && station.closed.is_none());
        let from =
            detail.facts(online.map(|station| station.network_changed.map_or(station.registered.position, |(_, position)| position)));
        let value = Ratio::from_int(self.networked_stations.into());
        Some(NationalValue { value, from, day: on, period: None, origin: ValueOrigin::Derived })
    }
}

/// Where the trajectory lies on the day: none before it begins; after its last point the last target goes on holding.
#[must_use]
pub fn expected_on(points: &[TrajectoryPoint], on: Date) -> Option<Ratio> {
    let after = points.iter().position(|point| point.on > on).unwrap_or(points.len());
    let before = points[..after].last()?;
    let start = Ratio::from(before.value);
    let Some(next) = points.get(after) else { return Some(start) };
    let gone = Ratio::try_new(before.on.days_until(on).into(), before.on.days_until(next.on).into())?;
    start.checked_add(Ratio::from(next.value).checked_sub(start)?.checked_mul(gone)?)
}

impl IndicatorRow {
    fn explicit(&self, on: Date, detail: Detail) -> Option<NationalValue> {
        self.until(MeasurementScope::National, on).find_map(|row| {
            let value = alone(row.value, self.definition.aggregation)?;
            let from = detail.facts([row].into_iter().map(newest));
            Some(NationalValue { value, from, day: row.period.end, period: Some(row.period), origin: ValueOrigin::Explicit })
        })
    }

    /// Over the latest-ending period for which every province has a measurement that counts.
    fn aggregated(&self, provinces: &[Province], on: Date, detail: Detail) -> Option<NationalValue> {
        let first = provinces.first()?;
        self.until(MeasurementScope::Province(first.code.clone()), on).find_map(|row| {
            // One key for all of them, in whose place each code is written.
            let mut key = (MeasurementScope::Province(first.code.clone()), row.period.end, row.period.start);
            let of = |province: &Province| {
                if let MeasurementScope::Province(code) = &mut key.0 {
                    code.0.clone_from(&province.code.0);
                }
                self.measurements.get(&key).map(AsRef::as_ref).filter(|row| row.standing.counts())
            };
            let mut all: Vec<&MeasurementRow> = Vec::with_capacity(provinces.len());
            for row in provinces.iter().map(of) {
                all.push(row?);
            }
            let value = together(&all, self.definition.aggregation)?;
            let from = detail.facts(all.into_iter().map(newest));
            Some(NationalValue { value, from, day: row.period.end, period: Some(row.period), origin: ValueOrigin::Aggregated })
        })
    }

    /// The measurements of one scope that count and end by the day, latest-ending first.
    fn until(&self, scope: MeasurementScope, on: Date) -> impl Iterator<Item = &MeasurementRow> {
        let range = (scope.clone(), Date::MIN, Date::MIN)..=(scope, on, Date::MAX);
        self.measurements.range(range).rev().map(|(_, row)| row.as_ref()).filter(|row| row.standing.counts())
    }
}

impl MeasurementStanding {
    /// Contested and withdrawn measurements do not count.
    #[must_use]
    pub const fn counts(self) -> bool {
        match self {
            MeasurementStanding::Recorded | MeasurementStanding::Verified => true,
            MeasurementStanding::Contested | MeasurementStanding::Withdrawn => false,
        }
    }
}

/// The value of one measurement; parts belong to a ratio alone.
fn alone(value: MeasuredValue, aggregation: Aggregation) -> Option<Ratio> {
    match (value, aggregation) {
        (MeasuredValue::Plain(value), _) => Some(value.into()),
        (MeasuredValue::Ratio { numerator, denominator }, Aggregation::Ratio) => percent(numerator.micros(), denominator.micros()),
        (MeasuredValue::Ratio { .. }, Aggregation::Sum | Aggregation::Mean | Aggregation::Latest) => None,
    }
}

/// The value of one period's provinces. A ratio without its parts is not aggregated, and of `LATEST` provinces make no whole.
fn together(rows: &[&MeasurementRow], aggregation: Aggregation) -> Option<Ratio> {
    let plain = |row: &&MeasurementRow| match row.value {
        MeasuredValue::Plain(value) => Some(value.micros()),
        MeasuredValue::Ratio { .. } => None,
    };
    let parts = |row: &&MeasurementRow| match row.value {
        MeasuredValue::Plain(_) => None,
        MeasuredValue::Ratio { numerator, denominator } => Some((numerator.micros(), denominator.micros())),
    };
    let sum = || rows.iter().map(plain).sum::<Option<i128>>();
    match aggregation {
        Aggregation::Sum => Ratio::try_new(sum()?, Quantity::ONE.micros()),
        Aggregation::Mean => Ratio::try_new(sum()?, Quantity::ONE.micros() * i128::try_from(rows.len()).ok()?),
        Aggregation::Ratio => {
            let parts = rows.iter().map(parts).collect::<Option<Vec<_>>>()?;
            percent(parts.iter().map(|(numerator, _)| numerator).sum(), parts.iter().map(|(_, denominator)| denominator).sum())
        }
        Aggregation::Latest => None,
    }
}

fn percent(numerator: i128, denominator: i128) -> Option<Ratio> {
    Ratio::try_new(numerator * 100, denominator)
}

/// The newest event that said the value.
fn newest(row: &MeasurementRow) -> u64 {
    row.corrected.last().map_or(row.recorded.position, |(_, correction)| correction.position)
}
