//! One province: its stations, how much of them is covered, and how roll-outs went there.

use maud::{Markup, html};
use tahavol_app::Can;
use tahavol_domain::Kind;
use tahavol_domain::indicator::event::MeasurementScope;
use tahavol_domain::values::Province;
use tahavol_projections::coverage::Coverage;
use tahavol_projections::provinces::{BurnUpPoint, ProvinceRollout};
use tahavol_projections::rows::{MilestoneRow, StationRow};

use super::{station, stations};
use crate::address;
use crate::chart::{BurnUp, BurnUps, Cumulative, Growing, Title};
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Row, Table};

/// A roll-out that reaches the province.
pub struct Reaching<'a> {
    pub row: &'a MilestoneRow,
    pub rollout: ProvinceRollout,
    pub burn_up: Vec<BurnUpPoint>,
}

/// All that its page shows.
pub struct Shown<'a> {
    pub province: &'a Province,
    pub all: Coverage,
    pub target: Coverage,
    pub rollouts: &'a [Reaching<'a>],
    pub offered: &'a [(Kind, Can)],
}

/// Its tables.
#[must_use]
pub fn tables(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Vec<Table> {
    let tables = [rollouts(sheet, shown), burn_up(sheet, shown), stations_of(sheet, shown), measured(sheet, shown)];
    tables.into_iter().map(|table| sheet.sorted(table)).collect()
}

/// The page.
#[must_use]
pub fn page(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Markup {
    let measured = measured(sheet, shown);
    let content = html! {
        p.under-title { bdi.code { (shown.province.code.0) } }
        (crate::forms::offered(sheet, shown.offered, &shown.province.code.0))
        div #coverage.side-by-side data-live[!sheet.is_past()] {
            div { h2 { (sheet.word("page-thing-coverage-province")) } (sheet.coverage(&shown.all)) }
            div { h2 { (sheet.word("page-thing-coverage-target")) } (sheet.coverage(&shown.target)) }
        }
        section aria-labelledby="rollouts-title" {
            h2 #rollouts-title { (sheet.word("page-thing-rollouts")) }
            (sheet.one_of(&sheet.sorted(rollouts(sheet, shown))))
            @if !shown.rollouts.is_empty() {
                (drawn(sheet, shown))
                details {
                    summary { (sheet.word("page-thing-burn-up")) }
                    (sheet.one_of(&sheet.sorted(burn_up(sheet, shown))))
                }
            }
        }
        @if !measured.rows.is_empty() {
            section aria-labelledby="measured-title" {
                h2 #measured-title { (sheet.word("page-thing-measurements")) }
                (sheet.one_of(&sheet.sorted(measured)))
            }
        }
        section aria-labelledby="stations-title" {
            h2 #stations-title { (sheet.word("page-section-stations")) }
            (sheet.one_of(&sheet.sorted(stations_of(sheet, shown))))
        }
    };
    let trail = sheet.trail(&[
        (sheet.at(address::STATIONS), sheet.word("page-section-stations")),
        (sheet.at(address::PROVINCES), sheet.word("page-thing-provinces")),
    ]);
    sheet.page_under(Some(Section::Stations), &trail, shown.province.name.get(sheet.lang()), &content)
}

fn stations_of(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Table {
    let rows = sheet.snapshot.stations.values().map(AsRef::as_ref);
    let rows: Vec<&StationRow> = rows.filter(|row| row.province == shown.province.code).collect();
    stations::table(sheet, &rows)
}

fn measured(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Table {
    station::measured(sheet, &MeasurementScope::Province(shown.province.code.clone()))
}

fn rollouts(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let share = |part: u64, whole: u64| {
        let points = (u128::from(part) * 10_000).checked_div(u128::from(whole));
        Cell::Share(points.and_then(|points| u16::try_from(points).ok()))
    };
    let rows = shown.rollouts.iter().map(|Reaching { row, rollout, .. }| {
        let href = sheet.at(&address::milestone(&row.plan.code));
        Row {
            cells: vec![
                Cell::CodeLink { code: row.plan.code.clone(), href: href.clone() },
                Cell::Link { text: row.plan.title.get(sheet.lang()).to_owned(), href },
                Cell::Date(row.plan.current.due),
                Cell::Number(rollout.stations.into()),
                Cell::Number(rollout.delivered.into()),
                share(rollout.delivered.into(), rollout.stations.into()),
                share(rollout.delivered_weight, rollout.weight),
            ],
        }
    });
    Table {
        id: "rollouts",
        caption: sheet.word("page-thing-rollouts"),
        columns: vec![
            column("code", "page-code-of"),
            column("title", "page-title"),
            column("due", "page-due"),
            column("stations", "page-thing-in-scope"),
            column("delivered", "page-thing-delivered"),
            column("share", "page-thing-delivered-share"),
            column("weight-share", "page-thing-weight-share"),
        ],
        rows: rows.collect(),
        empty: sheet.word("page-thing-deliveries-none"),
    }
}

/// One alone in full; several side by side, because their scopes are not of one size.
fn drawn(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Markup {
    let text = sheet.word("page-thing-rollouts-burn-up");
    let title = Title { id: "drawn", text: &text };
    let points = |reaching: &Reaching<'_>| reaching.burn_up.iter().map(|point| (point.on, point.delivered.into())).collect();
    let promised = |row: &MilestoneRow| (row.plan.current.starts, row.plan.current.due);
    if let [only] = shown.rollouts {
        let line = Cumulative { label: only.row.plan.title.get(sheet.lang()).to_owned(), points: points(only) };
        let whole = Some(only.rollout.stations.into());
        return sheet.burn_up(&BurnUp { title, lines: &[line], whole, promised: Some(promised(only.row)), day: sheet.day });
    }
    let panel = |reaching: &Reaching<'_>| Growing {
        label: reaching.row.plan.title.get(sheet.lang()).to_owned(),
        href: sheet.at(&address::milestone(&reaching.row.plan.code)),
        points: points(reaching),
        whole: reaching.rollout.stations.into(),
        promised: promised(reaching.row),
    };
    let panels: Vec<Growing> = shown.rollouts.iter().map(panel).collect();
    sheet.burn_ups(&BurnUps { title, panels: &panels, day: sheet.day })
}

/// Month by month, one roll-out after the other.
fn burn_up(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let points = shown.rollouts.iter().flat_map(|reaching| reaching.burn_up.iter().map(move |point| (reaching.row, point)));
    let rows = points.map(|(row, point)| Row {
        cells: vec![
            Cell::CodeLink { code: row.plan.code.clone(), href: sheet.at(&address::milestone(&row.plan.code)) },
            Cell::Date(point.on),
            Cell::Number(point.delivered.into()),
            Cell::Number(point.stations.into()),
        ],
    });
    Table {
        id: "burn-up",
        caption: sheet.word("page-thing-burn-up"),
        columns: vec![
            column("code", "page-code-of"),
            column("day", "page-thing-day"),
            column("delivered", "page-thing-delivered"),
            column("stations", "page-thing-in-scope"),
        ],
        rows: rows.collect(),
        empty: sheet.word("page-thing-deliveries-none"),
    }
}
