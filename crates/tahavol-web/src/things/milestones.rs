//! The list of milestones: how far each one is, and when it is due.

use maud::{Markup, html};
use tahavol_projections::progress::{Contribution, Progress};
use tahavol_projections::rows::MilestoneRow;

use crate::address;
use crate::mark::Voices;
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Row, SORT, Table};

/// The milestones that count, from the contributions of `progress`.
#[must_use]
pub fn listed(sheet: &Sheet<'_>, progress: &Progress) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let rows = progress.contributions.iter().filter_map(|contribution| {
        let row = sheet.snapshot.milestones.get(&contribution.milestone)?;
        Some(Row { cells: cells(sheet, row, contribution) })
    });
    let table = Table {
        id: "milestones",
        caption: sheet.word("page-milestones"),
        columns: vec![
            column("code", "page-code-of"),
            column("title", "page-title"),
            column("commission", "page-commission"),
            column("horizon", "page-horizon"),
            column("due", "page-due"),
            column("phase", "page-phase"),
            column("progress", "page-progress"),
            column("planned", "page-voice-planned"),
            column("reported", "page-voice-reported"),
            column("verified", "page-voice-verified"),
        ],
        rows: rows.collect(),
        empty: sheet.word("page-milestones-none"),
    };
    table.sorted(sheet.asked(SORT))
}

fn cells(sheet: &Sheet<'_>, row: &MilestoneRow, contribution: &Contribution) -> Vec<Cell> {
    let plan = &row.plan;
    let href = sheet.at(&address::milestone(&plan.code));
    let voices = Voices { planned: Some(contribution.planned), reported: contribution.reported, verified: Some(contribution.verified) };
    vec![
        Cell::CodeLink { code: plan.code.clone(), href: href.clone() },
        Cell::Link { text: plan.title.get(sheet.lang()).to_owned(), href },
        Cell::Link { text: sheet.commission(&plan.commission), href: sheet.at(&address::commission(&plan.commission.0)) },
        Cell::Text(sheet.horizon(plan.current.horizon)),
        Cell::Date(plan.current.due),
        Cell::Text(sheet.milestone_phase(row.life.phase)),
        Cell::Voices(voices),
        Cell::Share(voices.planned),
        Cell::Share(voices.reported),
        Cell::Share(voices.verified),
    ]
}

/// The page.
#[must_use]
pub fn list(sheet: &Sheet<'_>, table: &Table) -> Markup {
    let content = html! { (sheet.table(table)) };
    sheet.page(Some(Section::Milestones), &sheet.word("page-section-milestones"), &content)
}
