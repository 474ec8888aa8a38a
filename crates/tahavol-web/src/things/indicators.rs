//! The list of indicators: where each one stands, where it should be, and what it is to reach.

use std::collections::BTreeSet;

use maud::{Markup, html};
use tahavol_domain::indicator::event::{Direction, MeasurementScope};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::text::fold;
use tahavol_domain::values::Horizon;
use tahavol_projections::find::finds;
use tahavol_projections::indicator::expected_on;
use tahavol_projections::ratio::Ratio;
use tahavol_projections::rows::{IndicatorRow, MeasurementStanding};

use super::milestones::HORIZONS;
use crate::address;
use crate::figure::ratio_in;
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Filter, Row, SORT, Table};

impl Sheet<'_> {
    pub(super) fn direction(&self, direction: Direction) -> String {
        self.word(match direction {
            Direction::Increase => "page-thing-direction-increase",
            Direction::Decrease => "page-thing-direction-decrease",
            Direction::Observe => "page-thing-direction-observe",
        })
    }

    /// Whether a value is where its trajectory wants it; nothing where nothing is expected or known.
    pub(super) fn on_trajectory(&self, row: &IndicatorRow) -> Option<String> {
        let on = self.snapshot.is_on_trajectory(&row.definition.code, self.day)?;
        Some(self.word(if on { "page-thing-on-trajectory" } else { "page-thing-off-trajectory" }))
    }
}

/// A value to two places.
pub(super) fn value(ratio: Option<Ratio>) -> Cell {
    ratio.and_then(|ratio| Quantity::parse(&ratio.decimal(2)).ok()).map_or(Cell::Nothing, Cell::Quantity)
}

/// The same of an indicator: drawn as a whole number where its unit counts things.
fn measured(sheet: &Sheet<'_>, told: Option<Ratio>, unit: &str) -> Cell {
    told.map_or(Cell::Nothing, |ratio| Cell::drawn(html! { (ratio_in(ratio, unit, sheet.lang())) }, value(Some(ratio))))
}

/// Provinces of which something stands that was measured until the status date, where there is no national value: of how many.
pub(super) fn provinces_measured(sheet: &Sheet<'_>, row: &IndicatorRow) -> Option<String> {
    let standing = row.measurements.values().filter(|measurement| {
        let stands = matches!(measurement.standing, MeasurementStanding::Recorded | MeasurementStanding::Verified);
        stands && measurement.period.end <= sheet.day
    });
    let provinces = standing.filter_map(|measurement| match &measurement.scope {
        MeasurementScope::Province(code) => Some(code),
        MeasurementScope::National | MeasurementScope::Station(_) => None,
    });
    let measured = provinces.collect::<BTreeSet<_>>().len();
    let all = sheet.snapshot.programme.as_ref()?.charter.provinces.len();
    let number = |count: usize| sheet.hand.number(i64::try_from(count).unwrap_or(i64::MAX));
    (measured > 0).then(|| sheet.saying("page-thing-provinces-measured", &[("part", number(measured)), ("all", number(all))]))
}

/// The indicators that the address asks for.
#[must_use]
pub fn listed(sheet: &Sheet<'_>) -> Table {
    let (words, horizon) = (sheet.asked("q").map(fold), sheet.chosen("horizon", &HORIZONS));
    let rows = sheet.snapshot.indicators.values().map(AsRef::as_ref);
    let rows: Vec<&IndicatorRow> = rows
        .filter(|row| sheet.asked("commission").is_none_or(|slug| row.definition.commission.0 == slug))
        .filter(|row| horizon.is_none_or(|horizon| row.targets.contains_key(&horizon)))
        .filter(|row| words.as_ref().is_none_or(|words| finds(words, &row.definition.code.0, &row.definition.meaning.title)))
        .collect();
    table(sheet, &rows).sorted(sheet.asked(SORT))
}

pub(super) fn table(sheet: &Sheet<'_>, rows: &[&IndicatorRow]) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    Table {
        id: "indicators",
        caption: sheet.word("page-section-indicators"),
        columns: vec![
            column("code", "page-code-of"),
            column("title", "page-title"),
            column("commission", "page-commission"),
            column("unit", "page-thing-unit"),
            column("direction", "page-thing-direction"),
            column("value", "page-thing-value"),
            column("day", "page-thing-value-day"),
            column("expected", "page-thing-expected"),
            column("trajectory", "page-thing-trajectory"),
            column("target-short", "page-thing-target-short"),
            column("target-medium", "page-thing-target-medium"),
            column("target-long", "page-thing-target-long"),
        ],
        rows: rows.iter().map(|row| Row { cells: cells(sheet, row) }).collect(),
        empty: sheet.word("page-thing-indicators-none"),
    }
}

fn cells(sheet: &Sheet<'_>, row: &IndicatorRow) -> Vec<Cell> {
    let definition = &row.definition;
    let (code, meaning) = (&definition.code, &definition.meaning);
    let href = sheet.at(&address::indicator(&code.0));
    let national = sheet.snapshot.value_of(code, sheet.day);
    let target = |horizon: Horizon| row.targets.get(&horizon).map_or(Cell::Nothing, |(value, _)| Cell::Quantity(*value));
    let no_national = || match provinces_measured(sheet, row) {
        Some(told) => Cell::drawn(html! { span.unknown { (told) } }, Cell::Nothing),
        None => Cell::Share(None),
    };
    vec![
        Cell::CodeLink { code: code.0.clone(), href: href.clone() },
        Cell::Link { text: meaning.title.get(sheet.lang()).to_owned(), href },
        Cell::Link { text: sheet.commission(&definition.commission), href: sheet.at(&address::commission(&definition.commission.0)) },
        Cell::Text(sheet.unit(&meaning.unit)),
        Cell::Text(sheet.direction(meaning.direction)),
        national.as_ref().map_or_else(no_national, |national| measured(sheet, Some(national.value), &meaning.unit)),
        Cell::day(national.as_ref().map(|national| national.day)),
        measured(sheet, expected_on(&sheet.snapshot.trajectory(code), sheet.day), &meaning.unit),
        sheet.on_trajectory(row).map_or(Cell::Nothing, Cell::Text),
        target(Horizon::Short),
        target(Horizon::Medium),
        target(Horizon::Long),
    ]
}

/// The page.
#[must_use]
pub fn list(sheet: &Sheet<'_>, table: &Table) -> Markup {
    let horizons = Sheet::answers(&HORIZONS, |horizon| sheet.horizon(horizon));
    let filters = [
        sheet.words_filter(),
        Filter { name: "commission", label: sheet.word("page-commission"), answers: sheet.commission_answers() },
        Filter { name: "horizon", label: sheet.word("page-thing-target-in"), answers: horizons },
    ];
    sheet.page(Some(Section::Indicators), &sheet.word("page-section-indicators"), &sheet.listing(table, &filters))
}
