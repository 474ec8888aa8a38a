//! One initiative: what was proposed and decided, its milestones, resources, risks, and the directives it answers to.

use maud::{Markup, html};
use tahavol_app::Can;
use tahavol_domain::Kind;
use tahavol_projections::progress::Progress;
use tahavol_projections::rows::{InitiativeRow, MilestoneRow, RiskRow};

use super::{Timeline, milestones};
use crate::address;
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Row, Table};

/// All that its page shows.
pub struct Shown<'a> {
    pub row: &'a InitiativeRow,
    /// With contributions.
    pub progress: &'a Progress,
    pub timeline: Option<&'a Timeline>,
    pub offered: &'a [(Kind, Can)],
}

/// Its tables.
#[must_use]
pub fn tables(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Vec<Table> {
    let tables = [
        decisions(sheet, shown.row),
        milestones_of(sheet, shown),
        sheet.contributions(shown.progress),
        allocations(sheet, shown.row),
        risks(sheet, &[shown.row]),
    ];
    tables.into_iter().map(|table| sheet.sorted(table)).collect()
}

/// The page.
#[must_use]
pub fn page(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Markup {
    let (row, proposal) = (shown.row, &shown.row.proposal);
    let content = html! {
        p.under-title #phase data-live[!sheet.is_past()] {
            bdi.code { (proposal.code) } " · " strong { (sheet.initiative_phase(row.phase)) } " · " (sheet.horizon(proposal.horizon))
            @if proposal.provenance.is_some() { " · " (sheet.provenance(proposal.provenance)) }
        }
        (crate::forms::offered(sheet, shown.offered, &proposal.code))
        @if let Some(note) = &proposal.note { p.lead { (sheet.text(note)) } }
        (directives(sheet, row))
        section #figures data-live[!sheet.is_past()] aria-labelledby="figures-title" {
            h2 #figures-title { (sheet.word("page-thing-now")) }
            (sheet.figures(shown.progress))
        }
        section aria-labelledby="milestones-title" {
            h2 #milestones-title { (sheet.word("page-section-milestones")) }
            (sheet.one_of(&sheet.sorted(milestones_of(sheet, shown))))
            @if shown.progress.has_figures() {
                details {
                    summary { (sheet.word("page-thing-contributions")) }
                    (sheet.one_of(&sheet.sorted(sheet.contributions(shown.progress))))
                }
            }
        }
        section aria-labelledby="decisions-title" {
            h2 #decisions-title { (sheet.word("page-thing-decisions")) }
            (sheet.said(vec![
                ("page-thing-proposed", Some(sheet.by_whom(&row.proposed))),
                ("page-thing-phase-since", Some(sheet.by_whom(&row.phase_since))),
            ]))
            (sheet.one_of(&sheet.sorted(decisions(sheet, row))))
        }
        @if sheet.recognised() {
            section aria-labelledby="allocations-title" {
                h2 #allocations-title { (sheet.word("page-thing-allocations")) }
                (sheet.one_of(&sheet.sorted(allocations(sheet, row))))
            }
            section aria-labelledby="risks-title" {
                h2 #risks-title { (sheet.word("page-thing-risks")) }
                (sheet.one_of(&sheet.sorted(risks(sheet, &[row]))))
            }
        }
        (sheet.timeline(shown.timeline))
    };
    let trail = sheet.trail(&[
        (sheet.at(address::OVERVIEW), sheet.word("page-section-overview")),
        (sheet.at(&address::commission(&proposal.commission.0)), sheet.commission(&proposal.commission)),
    ]);
    sheet.page_under(Some(Section::Initiatives), &trail, proposal.title.get(sheet.lang()), &content)
}

/// Those it answers to.
fn directives(sheet: &Sheet<'_>, row: &InitiativeRow) -> Markup {
    html! {
        @if !row.proposal.directives.is_empty() {
            section aria-labelledby="directives-title" {
                h2 #directives-title { (sheet.word("page-thing-directives")) }
                ul {
                    @for code in &row.proposal.directives {
                        li {
                            bdi.code { (code.0) }
                            @if let Some(row) = sheet.snapshot.directives.get(code) {
                                @let directive = &row.directive;
                                " " (sheet.text(&directive.title)) " – " (sheet.text(&directive.issuer)) " · " (sheet.hand.day(directive.issued_on))
                                " " (sheet.provenance(directive.provenance))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn milestones_of(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Table {
    let rows = shown.row.milestones.iter().filter_map(|id| sheet.snapshot.milestones.get(id));
    let rows: Vec<&MilestoneRow> = rows.map(AsRef::as_ref).collect();
    milestones::table(sheet, "milestones", &rows, shown.progress)
}

/// Submissions and decisions, oldest first.
fn decisions(sheet: &Sheet<'_>, row: &InitiativeRow) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let rows = row.decisions.iter().map(|(phase, resolution, stamp)| Row {
        cells: vec![
            Cell::Text(sheet.initiative_phase(*phase)),
            resolution.clone().map_or(Cell::Nothing, Cell::Text),
            sheet.stamp_cell(stamp),
        ],
    });
    Table {
        id: "decisions",
        caption: sheet.word("page-thing-decisions"),
        columns: vec![
            column("phase", "page-phase"),
            column("resolution", "page-thing-resolution"),
            column("decided", "page-thing-recorded-by"),
        ],
        rows: rows.collect(),
        empty: sheet.word("page-thing-decisions-none"),
    }
}

fn allocations(sheet: &Sheet<'_>, row: &InitiativeRow) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let rows = row.allocations.values().map(|(allocation, stamp)| Row {
        cells: vec![
            Cell::Text(allocation.resource.get(sheet.lang()).to_owned()),
            Cell::Quantity(allocation.amount),
            Cell::Text(sheet.unit(&allocation.unit)),
            Cell::Text(allocation.resolution.clone()),
            sheet.stamp_cell(stamp),
        ],
    });
    Table {
        id: "allocations",
        caption: sheet.word("page-thing-allocations"),
        columns: vec![
            column("resource", "page-thing-resource"),
            column("amount", "page-thing-amount"),
            column("unit", "page-thing-unit"),
            column("resolution", "page-thing-resolution"),
            column("decided", "page-thing-recorded-by"),
        ],
        rows: rows.collect(),
        empty: sheet.word("page-thing-allocations-none"),
    }
}

/// The risks of some initiatives: open ones first, the gravest first.
pub(super) fn risks(sheet: &Sheet<'_>, initiatives: &[&InitiativeRow]) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let all = initiatives.iter().flat_map(|initiative| initiative.risks.values().map(move |row| (*initiative, row)));
    let mut all: Vec<(&InitiativeRow, &RiskRow)> = all.collect();
    all.sort_by_key(|(_, row)| (row.closed.is_some(), std::cmp::Reverse(severity(row))));
    Table {
        id: "risks",
        caption: sheet.word("page-thing-risks"),
        columns: vec![
            column("risk", "page-thing-risk"),
            column("initiative", "page-thing-initiative"),
            column("severity", "page-thing-severity"),
            column("likelihood", "page-thing-likelihood"),
            column("impact", "page-thing-impact"),
            column("mitigation", "page-thing-mitigation"),
            column("raised", "page-thing-raised"),
            column("closed", "page-thing-risk-closed"),
        ],
        rows: all.into_iter().map(|(initiative, row)| Row { cells: risk_cells(sheet, initiative, row) }).collect(),
        empty: sheet.word("page-thing-risks-none"),
    }
}

fn severity(row: &RiskRow) -> u8 {
    row.risk.likelihood.saturating_mul(row.risk.impact)
}

fn risk_cells(sheet: &Sheet<'_>, initiative: &InitiativeRow, row: &RiskRow) -> Vec<Cell> {
    let risk = &row.risk;
    vec![
        Cell::Text(risk.title.get(sheet.lang()).to_owned()),
        Cell::CodeLink { code: initiative.proposal.code.clone(), href: sheet.at(&address::initiative(&initiative.proposal.code)) },
        Cell::Number(severity(row).into()),
        Cell::Number(risk.likelihood.into()),
        Cell::Number(risk.impact.into()),
        risk.mitigation.as_ref().map_or(Cell::Nothing, |text| Cell::Text(text.get(sheet.lang()).to_owned())),
        sheet.stamp_cell(&row.raised),
        row.closed.as_ref().map_or(Cell::Nothing, |stamp| sheet.stamp_cell(stamp)),
    ]
}
