//! The list of the commissions: what each of them is for, and how far it is.

use std::collections::BTreeMap;

use maud::Markup;
use tahavol_domain::values::CommissionSlug;
use tahavol_projections::progress::Progress;

use crate::address;
use crate::mark::Voices;
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Row, SORT, Table};

/// The progress of each commission.
pub type ByCommission = BTreeMap<CommissionSlug, Progress>;

/// The commissions that are established.
#[must_use]
pub fn listed(sheet: &Sheet<'_>, progress: &ByCommission) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let table = Table {
        id: "commissions",
        caption: sheet.word("page-thing-commissions"),
        columns: vec![
            column("commission", "page-commission"),
            column("remit", "page-thing-remit"),
            column("initiatives", "page-section-initiatives"),
            column("milestones", "page-section-milestones"),
            column("progress", "page-progress"),
            column("planned", "page-voice-planned"),
            column("reported", "page-voice-reported"),
            column("verified", "page-voice-verified"),
            column("confidence", "page-confidence"),
        ],
        rows: sheet.snapshot.commissions.keys().map(|slug| Row { cells: cells(sheet, slug, progress.get(slug)) }).collect(),
        empty: sheet.word("page-thing-commissions-none"),
    };
    table.sorted(sheet.asked(SORT))
}

fn cells(sheet: &Sheet<'_>, slug: &CommissionSlug, progress: Option<&Progress>) -> Vec<Cell> {
    let remit = sheet.snapshot.commissions.get(slug).map(|row| row.establishment.remit.get(sheet.lang()).to_owned());
    let initiatives = sheet.snapshot.initiatives.values().filter(|row| row.proposal.commission == *slug).count();
    let counting = progress.filter(|progress| progress.has_figures());
    let voices = counting.map(Voices::from);
    let known = |points: Option<u16>| points.map_or(Cell::Nothing, |points| Cell::Share(Some(points)));
    vec![
        Cell::Link { text: sheet.commission(slug), href: sheet.at(&address::commission(&slug.0)) },
        remit.map_or(Cell::Nothing, Cell::Text),
        Cell::Number(i64::try_from(initiatives).unwrap_or(i64::MAX)),
        Cell::Number(counting.map_or(0, |progress| progress.milestones.into())),
        voices.map_or(Cell::Nothing, Cell::Voices),
        known(voices.and_then(|voices| voices.planned)),
        voices.map_or(Cell::Nothing, |voices| Cell::Share(voices.reported)),
        known(voices.and_then(|voices| voices.verified)),
        counting.map_or(Cell::Nothing, |progress| {
            Cell::shown(sheet.confidence(progress.confidence), sheet.confidence_word(progress.confidence))
        }),
    ]
}

/// The page.
#[must_use]
pub fn list(sheet: &Sheet<'_>, table: &Table) -> Markup {
    sheet.page(Some(Section::Initiatives), &sheet.word("page-thing-commissions"), &sheet.listing(table, &[]))
}
