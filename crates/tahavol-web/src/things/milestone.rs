//! One milestone: the promise and its history, where it stands in three voices, and what everybody said of it.

mod said;

use std::collections::BTreeMap;

use maud::{Markup, html};
use tahavol_app::{Can, RecordedFact};
use tahavol_domain::Kind;
use tahavol_domain::calendar::Date;
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::milestone::measure::Measure;
use tahavol_projections::progress::{MilestonePoint, Progress};
use tahavol_projections::provinces::ProvinceRollout;
use tahavol_projections::reports::{ReportKind, ReportValue};
use tahavol_projections::rows::{MilestoneRow, Stamp};
use tahavol_projections::standing::Standing;

use super::Timeline;
use super::milestones::notices;
use crate::address;
use crate::chart::{SCurve, Title, VoicesOn};
use crate::mark::Voices;
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Row, Table};

/// All that its page shows.
pub struct Shown<'a> {
    pub row: &'a MilestoneRow,
    pub progress: &'a Progress,
    pub standing: &'a Standing,
    pub series: &'a [MilestonePoint],
    /// Of a roll-out.
    pub provinces: &'a [ProvinceRollout],
    /// The events of its newest reports and their corrections, by position; none where the reader is shown no events.
    pub facts: &'a BTreeMap<u64, RecordedFact>,
    pub timeline: Option<&'a Timeline>,
    /// What the reader can do on it.
    pub offered: &'a [(Kind, Can)],
}

/// Reports that its page lists, newest first. Older ones are in the ledger.
pub const REPORTS: usize = 500;

/// Where its deliveries stand in the page.
const DELIVERIES: &str = "provinces-title";

/// Its tables.
#[must_use]
pub fn tables(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Vec<Table> {
    let tables = [
        promises(sheet, shown.row),
        trajectory(sheet, shown.series),
        said::reports(sheet, shown.row, shown.facts),
        said::claims(sheet, shown.row),
        provinces(sheet, shown.provinces),
    ];
    tables.into_iter().map(|table| sheet.sorted(table)).collect()
}

/// The page.
#[must_use]
pub fn page(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Markup {
    let (row, plan) = (shown.row, &shown.row.plan);
    let content = html! {
        (head(sheet, row))
        (crate::forms::offered(sheet, shown.offered, &plan.code))
        section #now data-live[!sheet.is_past()] aria-labelledby="now-title" {
            h2 #now-title { (sheet.word("page-thing-now")) }
            (stands(sheet, shown))
        }
        section #promise data-live[!sheet.is_past()] aria-labelledby="promise-title" {
            h2 #promise-title { (sheet.word("page-thing-promise")) }
            (sheet.measure(&plan.current.measure, done(sheet, shown)))
            (sheet.one_of(&sheet.sorted(promises(sheet, row))))
            (pending(sheet, row))
        }
        @if !shown.provinces.is_empty() {
            section aria-labelledby=(DELIVERIES) {
                h2 #(DELIVERIES) { (sheet.word("page-thing-deliveries-by-province")) }
                (sheet.one_of(&sheet.sorted(provinces(sheet, shown.provinces))))
            }
        }
        @if !shown.series.is_empty() {
            section aria-labelledby="trajectory-title" {
                h2 #trajectory-title { (sheet.word("page-thing-over-time")) }
                (curve(sheet, shown))
                (sheet.downloads(&trajectory(sheet, shown.series)))
            }
        }
        section aria-labelledby="reports-title" {
            h2 #reports-title { (sheet.word("page-thing-reports")) }
            @let rollout = matches!(plan.current.measure, Measure::Rollout(_));
            @if rollout { (by_deliveries(sheet, shown)) }
            @if !rollout || !row.reports.is_empty() { (sheet.one_of(&sheet.sorted(said::reports(sheet, row, shown.facts)))) }
            @if row.reports.len() > REPORTS { p.hint { (sheet.telling("page-thing-reports-newest", sheet.hand.number(REPORTS as i64))) } }
        }
        section aria-labelledby="claims-title" {
            h2 #claims-title { (sheet.word("page-thing-claims")) }
            (sheet.one_of(&sheet.sorted(said::claims(sheet, row))))
        }
        (sheet.timeline(shown.timeline))
    };
    sheet.page_under(Some(Section::Milestones), &trail(sheet, row), plan.title.get(sheet.lang()), &content)
}

/// What stands for the reports of a roll-out.
fn by_deliveries(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Markup {
    let word = sheet.word("page-thing-reports-rollout");
    html! {
        p { @if shown.provinces.is_empty() { (word) } @else { a href={ "#" (DELIVERIES) } { (word) } } }
    }
}

fn trail(sheet: &Sheet<'_>, row: &MilestoneRow) -> Markup {
    let plan = &row.plan;
    let mut steps = vec![
        (sheet.at(address::OVERVIEW), sheet.word("page-section-overview")),
        (sheet.at(&address::commission(&plan.commission.0)), sheet.commission(&plan.commission)),
    ];
    if let Some(initiative) = sheet.snapshot.initiatives.get(&plan.initiative) {
        let proposal = &initiative.proposal;
        steps.push((sheet.at(&address::initiative(&proposal.code)), proposal.title.get(sheet.lang()).to_owned()));
    }
    sheet.trail(&steps)
}

fn head(sheet: &Sheet<'_>, row: &MilestoneRow) -> Markup {
    html! {
        p.under-title #phase data-live[!sheet.is_past()] {
            bdi.code { (row.plan.code) } " · " strong { (sheet.milestone_phase(row.life.phase)) }
            @for notice in notices(sheet, row) { " · " strong.notice { (notice) } }
            @if row.plan.provenance.is_some() { " · " (sheet.provenance(row.plan.provenance)) }
        }
    }
}

fn stands(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Markup {
    let (row, standing) = (shown.row, shown.standing);
    let voices = if shown.progress.has_figures() {
        Voices::from(shown.progress)
    } else {
        Voices { planned: None, reported: standing.reported, verified: Some(standing.verified) }.evident()
    };
    let counted = shown.progress.has_figures();
    html! {
        (sheet.voices(voices))
        (sheet.said(vec![
            ("page-confidence", counted.then(|| sheet.confidence(shown.progress.confidence))),
            ("page-thing-forecast", counted.then(|| sheet.forecast(shown.progress))),
            ("page-thing-last-fact", Some(match standing.last_fact {
                Some(day) => sheet.hand.day(day),
                None => html! { span.unknown { (sheet.word("page-no-evidence")) } },
            })),
            ("page-thing-rests-on", (!standing.facts.is_empty()).then(|| sheet.rests_on(&standing.facts))),
            ("page-thing-blocked", row.life.blocked.as_ref().map(|stamp| sheet.by_whom(stamp))),
            ("page-thing-cancelled", row.life.cancelled.as_ref().map(|stamp| sheet.by_whom(stamp))),
            ("page-thing-planned-by", Some(sheet.by_whom(&row.plan.planned))),
        ]))
    }
}

/// The steps that were done on the day.
fn done(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Option<u64> {
    let latest = shown.row.reports.latest_of(ReportKind::Steps, sheet.day);
    match latest?.value {
        ReportValue::Steps(done) => Some(done),
        ReportValue::Note | ReportValue::Progress(_) => None,
    }
}

/// Original, replaced and current promise, oldest first.
fn promises(sheet: &Sheet<'_>, row: &MilestoneRow) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let which = |index: usize| if index == 0 { "page-thing-promise-first" } else { "page-thing-promise-replaced" };
    let replaced = row.plan.rebaselines.iter().enumerate();
    let mut rows: Vec<Row> = replaced.map(|(index, row)| Row { cells: promise(sheet, which(index), &row.0, Some(&row.1)) }).collect();
    rows.push(Row { cells: promise(sheet, "page-thing-promise-current", &row.plan.current, None) });
    if let Some((_, proposed, stamp)) = &row.life.rebaseline_pending {
        rows.push(Row { cells: promise(sheet, "page-thing-promise-proposed", proposed, Some(stamp)) });
    }
    Table {
        id: "promises",
        caption: sheet.word("page-thing-promises"),
        columns: vec![
            column("promise", "page-thing-promise"),
            column("weight", "page-thing-weight"),
            column("starts", "page-thing-starts"),
            column("due", "page-due"),
            column("horizon", "page-horizon"),
            column("measure", "page-thing-measure"),
            column("decided", "page-thing-recorded-by"),
        ],
        rows,
        empty: String::new(),
    }
}

fn promise(sheet: &Sheet<'_>, which: &str, baseline: &Baseline, decided: Option<&Stamp>) -> Vec<Cell> {
    vec![
        Cell::Text(sheet.word(which)),
        Cell::Number(baseline.weight.into()),
        Cell::Date(baseline.starts),
        Cell::Date(baseline.due),
        Cell::Text(sheet.horizon(baseline.horizon)),
        Cell::Text(sheet.measure_text(&baseline.measure)),
        decided.map_or(Cell::Nothing, |stamp| sheet.stamp_cell(stamp)),
    ]
}

/// Proposals that the council has not decided on.
fn pending(sheet: &Sheet<'_>, row: &MilestoneRow) -> Markup {
    html! {
        @if let Some((_, _, stamp)) = &row.life.rebaseline_pending {
            p { strong { (sheet.word("page-thing-rebaseline-pending")) } " – " (sheet.by_whom(stamp)) }
        }
        @if let Some((_, stamp)) = &row.life.cancellation_pending {
            p { strong { (sheet.word("page-thing-cancellation-pending")) } " – " (sheet.by_whom(stamp)) }
        }
    }
}

fn curve(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Markup {
    let on = |on: Date, voices: Voices| VoicesOn { on, voices };
    let points: Vec<VoicesOn> = shown.series.iter().map(|point| on(point.on, voices_of(point))).collect();
    sheet.s_curve(&SCurve {
        title: Title { id: "curve", text: &sheet.word("page-thing-by-month") },
        points: &points,
        now: on(sheet.day, Voices::from(shown.progress)),
        finish: shown.progress.forecast_finish,
        ends: shown.progress.due,
    })
}

fn voices_of(point: &MilestonePoint) -> Voices {
    Voices { planned: point.planned, reported: point.reported, verified: point.verified }.evident()
}

fn trajectory(sheet: &Sheet<'_>, series: &[MilestonePoint]) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let cells = |point: &MilestonePoint| {
        // What is said of a day that has not come is not known.
        let said = |points: Option<u16>| if point.on <= sheet.day { Cell::Share(points) } else { Cell::Nothing };
        let voices = voices_of(point);
        let planned = voices.planned.map_or(Cell::Nothing, |points| Cell::Share(Some(points)));
        vec![Cell::Date(point.on), planned, said(voices.reported), said(voices.verified)]
    };
    Table {
        id: "trajectory",
        caption: sheet.word("page-thing-by-month"),
        columns: vec![
            column("day", "page-thing-day"),
            column("planned", "page-voice-planned"),
            column("reported", "page-voice-reported"),
            column("verified", "page-voice-verified"),
        ],
        rows: series.iter().map(|point| Row { cells: cells(point) }).collect(),
        empty: sheet.word("page-thing-no-figures"),
    }
}

fn provinces(sheet: &Sheet<'_>, provinces: &[ProvinceRollout]) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let number = |value: u64| Cell::Number(i64::try_from(value).unwrap_or(i64::MAX));
    let points = |part: u64, whole: u64| {
        let points = (u128::from(part) * 10_000).checked_div(u128::from(whole));
        points.and_then(|points| u16::try_from(points).ok())
    };
    let share = |part: u64, whole: u64| Cell::Share(points(part, whole));
    let cells = |rollout: &ProvinceRollout| {
        vec![
            Cell::Link { text: sheet.province(&rollout.province), href: sheet.at(&address::province(&rollout.province.0)) },
            Cell::Number(rollout.stations.into()),
            Cell::Number(rollout.delivered.into()),
            share(rollout.delivered.into(), rollout.stations.into()),
            Cell::Voices(Voices { planned: None, reported: None, verified: points(rollout.delivered.into(), rollout.stations.into()) }),
            number(rollout.weight),
            number(rollout.delivered_weight),
            share(rollout.delivered_weight, rollout.weight),
        ]
    };
    Table {
        id: "deliveries",
        caption: sheet.word("page-thing-deliveries-by-province"),
        columns: vec![
            column("province", "page-thing-province"),
            column("stations", "page-thing-in-scope"),
            column("delivered", "page-thing-delivered"),
            column("share", "page-thing-delivered-share"),
            column("bar", "page-thing-delivered-bar"),
            column("weight", "page-thing-scope-weight"),
            column("delivered-weight", "page-thing-delivered-weight"),
            column("weight-share", "page-thing-weight-share"),
        ],
        rows: provinces.iter().map(|rollout| Row { cells: cells(rollout) }).collect(),
        empty: sheet.word("page-thing-deliveries-none"),
    }
}
