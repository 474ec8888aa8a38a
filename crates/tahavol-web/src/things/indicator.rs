//! One indicator: what it means and what is missing of that, its value, trajectory and targets, and every measurement.

use maud::{Markup, html};
use tahavol_app::Can;
use tahavol_domain::Kind;
use tahavol_domain::indicator::event::{Aggregation, Derived, Direction, MeasuredValue, MeasurementScope, Quality};
use tahavol_domain::text::{Lang, Text};
use tahavol_projections::indicator::{TrajectoryPoint, ValueOrigin, expected_on};
use tahavol_projections::ratio::Ratio;
use tahavol_projections::rows::{IndicatorRow, MeasurementRow, MeasurementStanding};

use super::Timeline;
use super::indicators::{provinces_measured, value};
use crate::address;
use crate::chart::{Measured, Promise, Side, Title, Trajectory};
use crate::figure::{quantity, ratio_in};
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Row, Table};

/// All that its page shows.
pub struct Shown<'a> {
    pub row: &'a IndicatorRow,
    pub timeline: Option<&'a Timeline>,
    pub offered: &'a [(Kind, Can)],
}

/// Its tables.
#[must_use]
pub fn tables(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Vec<Table> {
    let tables = [targets(sheet, shown.row), trajectory(sheet, shown.row), measurements(sheet, &all(shown.row))];
    tables.into_iter().map(|table| sheet.sorted(table)).collect()
}

/// The page.
#[must_use]
pub fn page(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Markup {
    let (row, definition) = (shown.row, &shown.row.definition);
    let content = html! {
        p.under-title {
            bdi.code { (definition.code.0) } " · " span dir="auto" { (sheet.unit(&definition.meaning.unit)) }
            @if definition.provenance.is_some() { " · " (sheet.provenance(definition.provenance)) }
        }
        (crate::forms::offered(sheet, shown.offered, &definition.code.0))
        section #now data-live[!sheet.is_past()] aria-labelledby="now-title" {
            h2 #now-title { (sheet.word("page-thing-now")) }
            (stands(sheet, row))
            (sheet.one_of(&sheet.sorted(targets(sheet, row))))
        }
        section aria-labelledby="trajectory-title" {
            h2 #trajectory-title { (sheet.word("page-thing-trajectory")) }
            (drawn(sheet, row))
            (sheet.downloads(&trajectory(sheet, row)))
        }
        section aria-labelledby="meaning-title" {
            h2 #meaning-title { (sheet.word("page-thing-meaning")) }
            (meaning(sheet, row))
        }
        section aria-labelledby="measurements-title" {
            h2 #measurements-title { (sheet.word("page-thing-measurements")) }
            @if definition.derived.is_some() { p { (sheet.word("page-thing-derived-what")) } }
            (sheet.one_of(&sheet.sorted(measurements(sheet, &all(row)))))
        }
        (sheet.timeline(shown.timeline))
    };
    let trail = sheet.trail(&[
        (sheet.at(address::INDICATORS), sheet.word("page-section-indicators")),
        (sheet.at(&address::commission(&definition.commission.0)), sheet.commission(&definition.commission)),
    ]);
    sheet.page_under(Some(Section::Indicators), &trail, definition.meaning.title.get(sheet.lang()), &content)
}

fn stands(sheet: &Sheet<'_>, row: &IndicatorRow) -> Markup {
    let code = &row.definition.code;
    let national = sheet.snapshot.value_of(code, sheet.day);
    let typed = &row.definition.meaning.unit;
    let unit = html! { " " span dir="auto" { (sheet.unit(typed)) } };
    let expected = expected_on(&sheet.snapshot.trajectory(code), sheet.day);
    html! {
        (sheet.said(vec![
            ("page-thing-value", Some(match &national {
                Some(national) => html! {
                    strong.figure { (ratio_in(national.value, typed, sheet.lang())) } (unit) " – " (sheet.word("page-thing-value-day")) " "
                    (sheet.hand.day(national.day)) " – " (sheet.word(origin(national.origin)))
                },
                None => html! { span.unknown { (provinces_measured(sheet, row).unwrap_or_else(|| sheet.word("page-no-evidence"))) } },
            })),
            ("page-thing-rests-on", national.as_ref().map(|national| sheet.rests_on(&national.from))),
            ("page-thing-expected", expected.map(|value| html! { span.figure { (ratio_in(value, typed, sheet.lang())) } (unit) })),
            ("page-thing-trajectory", sheet.on_trajectory(row).map(|told| html! { strong { (told) } })),
        ]))
    }
}

fn origin(origin: ValueOrigin) -> &'static str {
    match origin {
        ValueOrigin::Explicit => "page-thing-origin-explicit",
        ValueOrigin::Aggregated => "page-thing-origin-aggregated",
        ValueOrigin::Derived => "page-thing-origin-derived",
    }
}

fn meaning(sheet: &Sheet<'_>, row: &IndicatorRow) -> Markup {
    let (definition, meaning) = (&row.definition, &row.definition.meaning);
    let aggregation = match definition.aggregation {
        Aggregation::Sum => "page-thing-aggregation-sum",
        Aggregation::Mean => "page-thing-aggregation-mean",
        Aggregation::Ratio => "page-thing-aggregation-ratio",
        Aggregation::Latest => "page-thing-aggregation-latest",
    };
    let derived = definition.derived.map(|derived| match derived {
        Derived::NetworkedStations => "page-thing-derived-networked",
    });
    html! {
        (sheet.said(vec![
            ("page-thing-direction", Some(html! { (sheet.direction(meaning.direction)) })),
            ("page-thing-aggregation", Some(html! { (sheet.word(derived.unwrap_or(aggregation))) })),
            ("page-thing-baseline-value", meaning.baseline.as_ref().map(|baseline| html! {
                (quantity(baseline.value, sheet.lang())) " – " (sheet.hand.day(baseline.on)) " " (sheet.provenance(baseline.provenance))
            })),
            ("page-thing-tolerance", meaning.tolerance.map(|tolerance| html! { "± " (quantity(tolerance, sheet.lang())) })),
            ("page-thing-defined", Some(sheet.by_whom(&row.defined))),
            ("page-thing-redefined", (row.redefinitions > 0).then(|| html! { (sheet.hand.number(row.redefinitions)) })),
        ]))
        h3 { (sheet.word("page-thing-quality")) }
        (quality(sheet, &meaning.quality))
    }
}

/// The five things a reader must know of a figure; what nobody has stated is told as missing.
fn quality(sheet: &Sheet<'_>, quality: &Quality) -> Markup {
    let told = |text: &Option<Text>| {
        Some(match text {
            Some(text) => sheet.text(text),
            None => html! { strong.missing { (sheet.word("page-thing-not-stated")) } },
        })
    };
    sheet.said(vec![
        ("page-thing-quality-source", told(&quality.source)),
        ("page-thing-quality-method", told(&quality.method)),
        ("page-thing-quality-accuracy", told(&quality.accuracy)),
        ("page-thing-quality-limits", told(&quality.limits)),
        ("page-thing-quality-remedies", told(&quality.remedies)),
    ])
}

/// How much of the way was gone, in whole per cent; backwards it is below nothing, and it may be more than all of it.
fn gone(sheet: &Sheet<'_>, achieved: Option<Ratio>) -> Cell {
    let points = achieved.and_then(|achieved| achieved.checked_mul(Ratio::from_int(10_000)));
    let Some(points) = points.map(Ratio::floor) else { return Cell::Nothing };
    match u16::try_from(points) {
        Ok(points) => Cell::Share(Some(points)),
        Err(_) => {
            let percent = i64::try_from(points.div_euclid(100)).unwrap_or(i64::MAX);
            let sign = match sheet.lang() {
                Lang::Fa => '٪',
                Lang::En => '%',
            };
            let told = format!("\u{2066}{}{sign}\u{2069}", sheet.hand.number(percent));
            Cell::drawn(html! { (told) }, value(achieved))
        }
    }
}

/// The target of each horizon, with how much of the way there was gone.
fn targets(sheet: &Sheet<'_>, row: &IndicatorRow) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let achievements = sheet.snapshot.achievements(&row.definition.code, sheet.day);
    let rows = row.targets.iter().map(|(horizon, (target, stamp))| {
        let achieved = achievements.iter().find(|achievement| achievement.horizon == *horizon);
        Row {
            cells: vec![
                Cell::Text(sheet.horizon(*horizon)),
                Cell::Quantity(*target),
                Cell::day(sheet.snapshot.horizons.get(horizon).map(|window| window.ends)),
                gone(sheet, achieved.map(|achieved| achieved.uncapped)),
                sheet.stamp_cell(stamp),
            ],
        }
    });
    Table {
        id: "targets",
        caption: sheet.word("page-thing-targets"),
        columns: vec![
            column("horizon", "page-horizon"),
            column("target", "page-thing-target"),
            column("by", "page-thing-target-by"),
            column("achieved", "page-thing-achieved"),
            column("set", "page-thing-decided"),
        ],
        rows: rows.collect(),
        empty: sheet.word("page-thing-targets-none"),
    }
}

/// The points between which it is to move.
fn trajectory(sheet: &Sheet<'_>, row: &IndicatorRow) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let points = sheet.snapshot.trajectory(&row.definition.code);
    let rows = points
        .iter()
        .map(|point| Row { cells: vec![Cell::Date(point.on), Cell::Quantity(point.value), Cell::Text(point_name(sheet, point))] });
    Table {
        id: "trajectory",
        caption: sheet.word("page-thing-trajectory-points"),
        columns: vec![column("day", "page-thing-day"), column("value", "page-thing-value"), column("horizon", "page-horizon")],
        rows: rows.collect(),
        empty: sheet.word("page-thing-trajectory-none"),
    }
}

fn drawn(sheet: &Sheet<'_>, row: &IndicatorRow) -> Markup {
    let (code, meaning) = (&row.definition.code, &row.definition.meaning);
    let promises: Vec<Promise> = sheet
        .snapshot
        .trajectory(code)
        .into_iter()
        .map(|point| Promise { on: point.on, value: point.value.into(), label: point_name(sheet, &point) })
        .collect();
    let counted = match row.definition.derived {
        Some(Derived::NetworkedStations) => sheet.snapshot.networked_by_month(sheet.day),
        None => Vec::new(),
    };
    let values = counted.into_iter().chain(sheet.snapshot.values_until(code, sheet.day));
    let measured: Vec<Measured> = values.map(|(on, value)| Measured { on, value }).collect();
    let chart = sheet.trajectory(&Trajectory {
        title: Title { id: "drawn", text: meaning.title.get(sheet.lang()) },
        unit: &sheet.unit(&meaning.unit),
        promises: &promises,
        tolerance: meaning.tolerance.map(Into::into),
        side: match meaning.direction {
            Direction::Increase => Side::AtLeast,
            Direction::Decrease => Side::AtMost,
            Direction::Observe => Side::Anywhere,
        },
        measured: &measured,
        day: sheet.day,
    });
    html! {
        (chart)
        @if row.definition.derived.is_some() { p.hint { (sheet.word("page-thing-derived-since")) } }
    }
}

fn point_name(sheet: &Sheet<'_>, point: &TrajectoryPoint) -> String {
    point.horizon.map_or_else(|| sheet.word("page-thing-baseline-value"), |horizon| sheet.horizon(horizon))
}

fn all(row: &IndicatorRow) -> Vec<(&IndicatorRow, &MeasurementRow)> {
    let mut all: Vec<_> = row.measurements.values().map(|measurement| (row, measurement.as_ref())).collect();
    all.sort_by_key(|(_, measurement)| std::cmp::Reverse((measurement.period.end, measurement.period.start)));
    all
}

/// Measurements of any indicators, each with its corrections and where it stands.
pub(super) fn measurements(sheet: &Sheet<'_>, rows: &[(&IndicatorRow, &MeasurementRow)]) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    Table {
        id: "measurements",
        caption: sheet.word("page-thing-measurements"),
        columns: vec![
            column("indicator", "page-thing-indicator"),
            column("scope", "page-thing-scope"),
            column("from", "page-thing-period-from"),
            column("to", "page-thing-period-to"),
            column("value", "page-thing-value"),
            column("standing", "page-thing-standing"),
            column("recorded", "page-thing-recorded"),
            column("method", "page-thing-note"),
        ],
        rows: rows.iter().map(|(indicator, row)| Row { cells: measurement(sheet, indicator, row) }).collect(),
        empty: sheet.word("page-thing-measurements-none"),
    }
}

fn measurement(sheet: &Sheet<'_>, indicator: &IndicatorRow, row: &MeasurementRow) -> Vec<Cell> {
    let code = &indicator.definition.code.0;
    vec![
        Cell::CodeLink { code: code.clone(), href: sheet.at(&address::indicator(code)) },
        scope(sheet, &row.scope),
        Cell::Date(row.period.start),
        Cell::Date(row.period.end),
        measured(sheet, row),
        standing(sheet, row),
        sheet.stamp_cell(&row.recorded),
        method(sheet, row),
    ]
}

fn scope(sheet: &Sheet<'_>, scope: &MeasurementScope) -> Cell {
    match scope {
        MeasurementScope::National => Cell::Text(sheet.word("page-thing-national")),
        MeasurementScope::Province(code) => Cell::Link { text: sheet.province(code), href: sheet.at(&address::province(&code.0)) },
        MeasurementScope::Station(code) => Cell::CodeLink { code: code.0.clone(), href: sheet.at(&address::station(&code.0)) },
    }
}

/// As last corrected, behind what it was before.
fn measured(sheet: &Sheet<'_>, row: &MeasurementRow) -> Cell {
    let now = told(sheet, row.value);
    if row.corrected.is_empty() {
        return match row.value {
            MeasuredValue::Plain(value) => Cell::Quantity(value),
            MeasuredValue::Ratio { .. } => Cell::drawn(html! { (now) }, in_file(row.value)),
        };
    }
    let shown = html! {
        @for (before, _) in &row.corrected { s { (told(sheet, *before)) } " " }
        (now) " " strong { (sheet.word("page-thing-corrected")) }
        @for (_, stamp) in &row.corrected { " " (sheet.event(stamp.position)) }
    };
    Cell::drawn(shown, in_file(row.value))
}

/// As a program reads it.
fn in_file(value: MeasuredValue) -> Cell {
    match value {
        MeasuredValue::Plain(value) => Cell::Quantity(value),
        MeasuredValue::Ratio { numerator, denominator } => Cell::Text(format!("{numerator}/{denominator}")),
    }
}

fn told(sheet: &Sheet<'_>, value: MeasuredValue) -> String {
    match value {
        MeasuredValue::Plain(value) => quantity(value, sheet.lang()),
        MeasuredValue::Ratio { numerator, denominator } => {
            let parts = [("part", quantity(numerator, sheet.lang())), ("all", quantity(denominator, sheet.lang()))];
            sheet.saying("page-thing-of", &parts)
        }
    }
}

fn standing(sheet: &Sheet<'_>, row: &MeasurementRow) -> Cell {
    let word = sheet.word(match row.standing {
        MeasurementStanding::Recorded => "page-thing-standing-recorded",
        MeasurementStanding::Verified => "page-thing-standing-verified",
        MeasurementStanding::Contested => "page-thing-standing-contested",
        MeasurementStanding::Withdrawn => "page-thing-standing-withdrawn",
    });
    let Some(stamp) = &row.standing_since else { return Cell::Text(word) };
    Cell::shown(html! { strong { (word) } br; span.hint { (sheet.by_whom(stamp)) } }, word)
}

fn method(sheet: &Sheet<'_>, row: &MeasurementRow) -> Cell {
    let shown = html! {
        @if let Some(method) = &row.method { (sheet.text(method)) }
        (sheet.files(&row.evidence))
        @if row.provenance.is_some() { " " (sheet.provenance(row.provenance)) }
    };
    Cell::shown(shown, sheet.noted(row.method.as_ref(), &row.evidence))
}
