//! One station: what it handles, its network, what was delivered there, what was measured, and what happened.

use maud::{Markup, html};
use tahavol_app::Can;
use tahavol_domain::Kind;
use tahavol_domain::calendar::Date;
use tahavol_domain::indicator::event::MeasurementScope;
use tahavol_projections::rows::{IndicatorRow, MeasurementRow, StationRow};

use super::{Timeline, indicator};
use crate::address;
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Row, Table};

/// All that its page shows.
pub struct Shown<'a> {
    pub row: &'a StationRow,
    pub timeline: Option<&'a Timeline>,
    pub offered: &'a [(Kind, Can)],
}

/// Its tables.
#[must_use]
pub fn tables(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Vec<Table> {
    let tables = [deliveries(sheet, shown.row), measured(sheet, &MeasurementScope::Station(shown.row.code.clone()))];
    tables.into_iter().map(|table| sheet.sorted(table)).collect()
}

/// The page.
#[must_use]
pub fn page(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Markup {
    let row = shown.row;
    let number = |value: u64| html! { (sheet.hand.number(i64::try_from(value).unwrap_or(i64::MAX))) };
    let measured = measured(sheet, &MeasurementScope::Station(row.code.clone()));
    let content = html! {
        p.under-title {
            bdi.code { (row.code.0) } " · " (sheet.station_kind(row.kind))
            @if row.provenance.is_some() { " · " (sheet.provenance(row.provenance)) }
        }
        (crate::forms::offered(sheet, shown.offered, &row.code.0))
        section #now data-live[!sheet.is_past()] aria-labelledby="now-title" {
            h2 #now-title { (sheet.word("page-thing-now")) }
            (sheet.said(vec![
                ("page-thing-network", Some(html! {
                    strong { (sheet.network(row)) }
                    @if let Some((day, position)) = row.network_changed {
                        " – " (sheet.word("page-thing-since")) " " (sheet.hand.day(day)) " · " (sheet.event(position))
                    }
                })),
                ("page-thing-target-set", sheet.snapshot.target.is_some().then(|| html! {
                    (sheet.word(if sheet.snapshot.is_target(&row.code) { "page-thing-yes" } else { "page-thing-no" }))
                })),
                ("page-thing-visits", Some(number(row.volume.annual_visits))),
                ("page-thing-cases", Some(number(row.volume.annual_cases))),
                ("page-thing-registered", Some(sheet.by_whom(&row.registered))),
                ("page-thing-closed", row.closed.as_ref().map(|stamp| sheet.by_whom(stamp))),
            ]))
        }
        section aria-labelledby="deliveries-title" {
            h2 #deliveries-title { (sheet.word("page-thing-deliveries")) }
            (sheet.one_of(&sheet.sorted(deliveries(sheet, row))))
        }
        @if !measured.rows.is_empty() {
            section aria-labelledby="measured-title" {
                h2 #measured-title { (sheet.word("page-thing-measurements")) }
                (sheet.one_of(&sheet.sorted(measured)))
            }
        }
        (sheet.timeline(shown.timeline))
    };
    let trail = sheet.trail(&[
        (sheet.at(address::STATIONS), sheet.word("page-section-stations")),
        (sheet.at(&address::province(&row.province.0)), sheet.province(&row.province)),
    ]);
    sheet.page_under(Some(Section::Stations), &trail, row.name.get(sheet.lang()), &content)
}

/// Roll-outs whose current scope it is in, and whether they were delivered here by the day.
fn deliveries(sheet: &Sheet<'_>, row: &StationRow) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let reaching = sheet.snapshot.milestones.values().filter(|milestone| milestone.plan.scope.contains_key(&row.number));
    let rows = reaching.map(|milestone| {
        let href = sheet.at(&address::milestone(&milestone.plan.code));
        let delivery = milestone.deliveries.get(&row.number).filter(|delivery| delivery.effective_on <= sheet.day);
        Row {
            cells: vec![
                Cell::CodeLink { code: milestone.plan.code.clone(), href: href.clone() },
                Cell::Link { text: milestone.plan.title.get(sheet.lang()).to_owned(), href },
                Cell::Date(milestone.plan.current.due),
                delivery.map_or_else(|| Cell::Text(sheet.word("page-thing-not-delivered")), |delivery| Cell::Date(delivery.effective_on)),
                delivery.map_or(Cell::Nothing, |delivery| Cell::shown(sheet.event(delivery.position), delivery.position.to_string())),
            ],
        }
    });
    Table {
        id: "deliveries",
        caption: sheet.word("page-thing-deliveries"),
        columns: vec![
            column("code", "page-code-of"),
            column("title", "page-title"),
            column("due", "page-due"),
            column("delivered", "page-thing-delivered-on"),
            column("event", "page-thing-event-of"),
        ],
        rows: rows.collect(),
        empty: sheet.word("page-thing-deliveries-none"),
    }
}

/// What every indicator says of a station or a province.
pub(super) fn measured(sheet: &Sheet<'_>, scope: &MeasurementScope) -> Table {
    let range = (scope.clone(), Date::MIN, Date::MIN)..=(scope.clone(), Date::MAX, Date::MAX);
    let mut rows: Vec<(&IndicatorRow, &MeasurementRow)> = Vec::new();
    for row in sheet.snapshot.indicators.values() {
        rows.extend(row.measurements.range(range.clone()).map(|(_, measurement)| (row.as_ref(), measurement.as_ref())));
    }
    indicator::measurements(sheet, &rows)
}
