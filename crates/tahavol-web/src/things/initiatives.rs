//! The list of initiatives: what was proposed, where its decision stands, and how far its milestones are.

use std::collections::BTreeMap;

use maud::Markup;
use tahavol_domain::initiative::Phase;
use tahavol_domain::text::fold;
use tahavol_domain::values::InitiativeId;
use tahavol_projections::find::finds;
use tahavol_projections::progress::Progress;
use tahavol_projections::rows::InitiativeRow;

use super::milestones::HORIZONS;
use crate::address;
use crate::mark::Voices;
use crate::sheet::{Section, Sheet};
use crate::table::{Answers, Cell, Column, Filter, Row, SORT, Table};

const PHASES: [(&str, Phase); 8] = [
    ("proposed", Phase::Proposed),
    ("submitted", Phase::Submitted),
    ("returned", Phase::Returned),
    ("approved", Phase::Approved),
    ("rejected", Phase::Rejected),
    ("suspended", Phase::Suspended),
    ("completed", Phase::Completed),
    ("cancelled", Phase::Cancelled),
];

/// The progress of each initiative that has figures.
pub type ByInitiative = BTreeMap<InitiativeId, Progress>;

/// Whether the address asks for this one.
#[must_use]
pub fn wanted(sheet: &Sheet<'_>, row: &InitiativeRow) -> bool {
    let proposal = &row.proposal;
    sheet.chosen("horizon", &HORIZONS).is_none_or(|horizon| proposal.horizon == horizon)
        && sheet.asked("commission").is_none_or(|slug| proposal.commission.0 == slug)
        && sheet.chosen("phase", &PHASES).is_none_or(|phase| row.phase == phase)
        && sheet.asked("directive").is_none_or(|code| proposal.directives.iter().any(|directive| directive.0 == code))
        && sheet.asked("q").map(fold).is_none_or(|words| finds(&words, &proposal.code, &proposal.title))
}

/// These initiatives by code, as the address sorts them.
#[must_use]
pub fn listed(sheet: &Sheet<'_>, rows: &[&InitiativeRow], progress: &ByInitiative) -> Table {
    table(sheet, rows, progress).sorted(sheet.asked(SORT))
}

pub(super) fn table(sheet: &Sheet<'_>, rows: &[&InitiativeRow], progress: &ByInitiative) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let mut rows: Vec<&InitiativeRow> = rows.to_vec();
    rows.sort_by(|a, b| a.proposal.code.cmp(&b.proposal.code));
    Table {
        id: "initiatives",
        caption: sheet.word("page-section-initiatives"),
        columns: vec![
            column("code", "page-code-of"),
            column("title", "page-title"),
            column("commission", "page-commission"),
            column("horizon", "page-horizon"),
            column("phase", "page-phase"),
            column("since", "page-thing-since"),
            column("milestones", "page-section-milestones"),
            column("progress", "page-progress"),
            column("planned", "page-voice-planned"),
            column("reported", "page-voice-reported"),
            column("verified", "page-voice-verified"),
        ],
        rows: rows.into_iter().map(|row| Row { cells: cells(sheet, row, progress.get(&row.id)) }).collect(),
        empty: sheet.word("page-thing-initiatives-none"),
    }
}

fn cells(sheet: &Sheet<'_>, row: &InitiativeRow, progress: Option<&Progress>) -> Vec<Cell> {
    let proposal = &row.proposal;
    let href = sheet.at(&address::initiative(&proposal.code));
    let voices = progress.map(Voices::from);
    let known = |points: Option<u16>| points.map_or(Cell::Nothing, |points| Cell::Share(Some(points)));
    vec![
        Cell::CodeLink { code: proposal.code.clone(), href: href.clone() },
        Cell::Link { text: proposal.title.get(sheet.lang()).to_owned(), href },
        Cell::Link { text: sheet.commission(&proposal.commission), href: sheet.at(&address::commission(&proposal.commission.0)) },
        Cell::Text(sheet.horizon(proposal.horizon)),
        Cell::Text(sheet.initiative_phase(row.phase)),
        Cell::Date(row.phase_since.at.date_in(sheet.hand.zone)),
        Cell::Number(i64::try_from(row.milestones.len()).unwrap_or(i64::MAX)),
        voices.map_or(Cell::Nothing, Cell::Voices),
        known(voices.and_then(|voices| voices.planned)),
        voices.map_or(Cell::Nothing, |voices| Cell::Share(voices.reported)),
        known(voices.and_then(|voices| voices.verified)),
    ]
}

/// The page.
#[must_use]
pub fn list(sheet: &Sheet<'_>, table: &Table) -> Markup {
    let filter = |name: &'static str, word: &str, answers| Filter { name, label: sheet.word(word), answers };
    let directives = sheet.snapshot.directives.iter();
    let directives = directives.map(|(code, row)| (code.0.clone(), format!("{} {}", code.0, row.directive.title.get(sheet.lang()))));
    let filters = [
        sheet.words_filter(),
        filter("commission", "page-commission", sheet.commission_answers()),
        filter("horizon", "page-horizon", Sheet::answers(&HORIZONS, |horizon| sheet.horizon(horizon))),
        filter("phase", "page-phase", Sheet::answers(&PHASES, |phase| sheet.initiative_phase(phase))),
        filter("directive", "page-thing-directive", Answers::OneOf(directives.collect())),
    ];
    let content = sheet.listing(table, &filters);
    sheet.page(Some(Section::Initiatives), &sheet.word("page-section-initiatives"), &content)
}
