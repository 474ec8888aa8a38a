//! What was said of a milestone: its reports with their corrections, and its claims with their verdicts.

use std::collections::BTreeMap;

use maud::{Markup, html};
use tahavol_app::RecordedFact;
use tahavol_domain::milestone::event::{Event, ProgressReport};
use tahavol_domain::{Event as Happened, milestone::measure::Measure};
use tahavol_projections::reports::{Report, ReportValue};
use tahavol_projections::rows::{ClaimRow, MilestoneRow, Verdict};

use super::REPORTS;
use crate::sheet::Sheet;
use crate::table::{Cell, Column, Row, Table};

/// The newest reports, newest first; a corrected one with what it was before.
pub(super) fn reports(sheet: &Sheet<'_>, row: &MilestoneRow, facts: &BTreeMap<u64, RecordedFact>) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let all: Vec<Report> = row.reports.iter().collect();
    let newest = all.iter().rev().take(REPORTS);
    let mut columns = vec![column("day", "page-thing-effective-day"), column("said", "page-voice-reported")];
    if sheet.recognised() {
        columns.extend([column("by", "page-thing-by"), column("note", "page-thing-note"), column("event", "page-thing-event-of")]);
    }
    Table {
        id: "reports",
        caption: sheet.word("page-thing-reports-that-stand"),
        columns,
        rows: newest.map(|report| Row { cells: report_cells(sheet, row, report, facts) }).collect(),
        empty: sheet.word("page-thing-reports-none"),
    }
}

fn report_cells(sheet: &Sheet<'_>, row: &MilestoneRow, report: &Report, facts: &BTreeMap<u64, RecordedFact>) -> Vec<Cell> {
    let said_at = row.said_at(report);
    let steps = match &row.plan.current.measure {
        Measure::Steps(steps) => steps.len(),
        Measure::Binary | Measure::Reported | Measure::Rollout(_) | Measure::Indicator(_) => 0,
    };
    let told = value(sheet, report.value, steps);
    let before: Vec<String> = said_at
        .iter()
        .rev()
        .skip(1)
        .filter_map(|position| facts.get(position))
        .filter_map(of_fact)
        .map(|report| value_of(sheet, report, steps))
        .collect();
    let shown = html! {
        @for before in &before { s { (before) } " " }
        (told)
        @if said_at.len() > 1 { " " strong { (sheet.word("page-thing-corrected")) } }
    };
    let mut cells = vec![Cell::Date(report.effective_on), Cell::drawn(shown, in_file(report.value, steps).unwrap_or(Cell::Text(told)))];
    if sheet.recognised() {
        let standing = said_at.last().and_then(|position| facts.get(position));
        cells.push(standing.map_or(Cell::Nothing, |recorded| {
            let said = &recorded.fact.envelope;
            let who = tahavol_domain::values::Person { id: said.actor.clone(), name: said.actor_name.clone() };
            Cell::shown(html! { (sheet.person(&who)) br; span.hint dir="auto" { (sheet.office(&said.office)) } }, who.name.clone())
        }));
        cells.push(standing.and_then(of_fact).map_or(Cell::Nothing, |report| note(sheet, report)));
        let events = html! { @for position in &said_at { (sheet.event(*position)) " " } };
        cells.push(Cell::drawn(events, positions(&said_at)));
    }
    cells
}

fn note(sheet: &Sheet<'_>, report: &ProgressReport) -> Cell {
    let shown: Markup = html! {
        @if let Some(note) = &report.note { (sheet.text(note)) }
        (sheet.files(&report.evidence))
        @if report.provenance.is_some() { " " (sheet.provenance(report.provenance)) }
    };
    Cell::shown(shown, sheet.noted(report.note.as_ref(), &report.evidence))
}

/// As a program reads it; none where there are only words.
fn in_file(value: ReportValue, steps: usize) -> Option<Cell> {
    match value {
        ReportValue::Note => None,
        ReportValue::Progress(points) => Some(Cell::Share(Some(points))),
        ReportValue::Steps(done) => {
            let done = done.count_ones() as usize;
            Some(Cell::Text(format!("{done}/{}", steps.max(done))))
        }
    }
}

/// The number of an event, or those of several.
fn positions(events: &[u64]) -> Cell {
    match events {
        [event] => i64::try_from(*event).map_or(Cell::Nothing, Cell::Number),
        several => Cell::Text(several.iter().map(u64::to_string).collect::<Vec<_>>().join(" ")),
    }
}

/// What a report or a correction of one says.
fn of_fact(recorded: &RecordedFact) -> Option<&ProgressReport> {
    let Happened::Milestone(event) = &recorded.fact.event else { return None };
    match event {
        Event::ProgressReported(report) => Some(report),
        Event::ProgressCorrected(correction) => Some(&correction.report),
        Event::Planned(_)
        | Event::Revised(_)
        | Event::Admitted(_)
        | Event::RebaselineProposed(_)
        | Event::Rebaselined(_)
        | Event::RebaselineRefused(_)
        | Event::CancellationProposed(_)
        | Event::Cancelled(_)
        | Event::CancellationRefused(_)
        | Event::Blocked(_)
        | Event::Unblocked(_)
        | Event::CompletionClaimed(_)
        | Event::CompletionVerified(_)
        | Event::CompletionRefused(_) => None,
    }
}

fn value(sheet: &Sheet<'_>, value: ReportValue, steps: usize) -> String {
    match value {
        ReportValue::Note => sheet.word("page-thing-words-only"),
        ReportValue::Progress(points) => sheet.hand.share(points),
        ReportValue::Steps(done) => steps_done(sheet, done.count_ones() as usize, steps),
    }
}

fn value_of(sheet: &Sheet<'_>, report: &ProgressReport, steps: usize) -> String {
    match (report.progress, &report.steps) {
        (Some(points), _) => sheet.hand.share(points),
        (None, Some(done)) => steps_done(sheet, done.len(), steps),
        (None, None) => sheet.word("page-thing-words-only"),
    }
}

fn steps_done(sheet: &Sheet<'_>, done: usize, steps: usize) -> String {
    let number = |count: usize| sheet.hand.number(i64::try_from(count).unwrap_or(i64::MAX));
    sheet.saying("page-thing-steps-done", &[("part", number(done)), ("all", number(steps.max(done)))])
}

/// Oldest first; at most the last one stands.
pub(super) fn claims(sheet: &Sheet<'_>, row: &MilestoneRow) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    Table {
        id: "claims",
        caption: sheet.word("page-thing-claims"),
        columns: vec![
            column("day", "page-thing-effective-day"),
            column("claimed", "page-thing-claimed-by"),
            column("note", "page-thing-note"),
            column("verdict", "page-thing-verdict"),
            column("decided", "page-thing-decided"),
        ],
        rows: row.life.claims.iter().map(|claim| Row { cells: claim_cells(sheet, claim) }).collect(),
        empty: sheet.word("page-thing-claims-none"),
    }
}

fn claim_cells(sheet: &Sheet<'_>, claim: &ClaimRow) -> Vec<Cell> {
    let note = html! { @if let Some(note) = &claim.note { (sheet.text(note)) } (sheet.files(&claim.evidence)) };
    let verdict = match &claim.verdict {
        Some((Verdict::Verified, _)) => "WORD_VERIFIED",
        Some((Verdict::Refused, _)) => "page-thing-refused",
        None => "page-thing-undecided",
    };
    vec![
        Cell::Date(claim.effective_on),
        sheet.stamp_cell(&claim.claimed),
        Cell::shown(note, sheet.noted(claim.note.as_ref(), &claim.evidence)),
        Cell::Text(sheet.word(verdict)),
        claim.verdict.as_ref().map_or(Cell::Nothing, |(_, stamp)| sheet.stamp_cell(stamp)),
    ]
}
