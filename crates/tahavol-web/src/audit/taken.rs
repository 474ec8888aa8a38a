//! Events as a table that is taken away: a row for each, with its place in the ledger and in the log.

use tahavol_app::{RecordedFact, messages};
use tahavol_domain::values::Sha256;

use crate::sheet::Sheet;
use crate::table::{Cell, Column, Row, SORT, Table};

/// So many events go into one file.
pub const MOST_TAKEN: usize = 10_000;

#[must_use]
pub fn table(sheet: &Sheet<'_>, events: &[RecordedFact]) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let table = Table {
        id: "ledger",
        caption: sheet.word("page-section-ledger"),
        columns: vec![
            column("position", "page-event-position"),
            column("recorded", "page-event-recorded"),
            column("effective", "page-event-effective"),
            column("type", "page-event-type"),
            column("subject", "page-event-about"),
            column("stream", "page-event-stream"),
            column("actor", "page-user-name"),
            column("name", "page-event-by"),
            column("office", "page-event-office"),
            column("what", "page-ledger-sentence"),
            column("reason", "page-event-reason"),
            column("command", "page-event-command"),
            column("leaf", "page-event-leaf"),
        ],
        rows: events.iter().map(|event| Row { cells: cells(sheet, event) }).collect(),
        empty: sheet.word("page-events-none"),
    };
    table.sorted(sheet.asked(SORT))
}

fn cells(sheet: &Sheet<'_>, event: &RecordedFact) -> Vec<Cell> {
    let (fact, lang) = (&event.fact, sheet.lang());
    let said = &fact.envelope;
    vec![
        Cell::Number(i64::try_from(event.position).unwrap_or(i64::MAX)),
        Cell::Moment(said.time),
        Cell::day(said.effective_on),
        Cell::Code(fact.event.event_type().to_owned()),
        Cell::Text(messages::subject_text(fact, sheet.snapshot, lang)),
        Cell::Code(said.stream.clone()),
        Cell::Code(said.actor.0.clone()),
        Cell::Text(said.actor_name.clone()),
        Cell::Code(said.office.to_string()),
        Cell::Text(messages::sentence_in(fact, sheet.snapshot, lang)),
        said.reason.clone().map_or(Cell::Nothing, Cell::Text),
        Cell::Code(said.command_id.to_string()),
        Cell::Code(Sha256(event.leaf_hash).to_string()),
    ]
}
