//! Offices and who holds them today, with the forms that appoint, release and lend: each is a command of the ledger.

use maud::{Markup, html};
use tahavol_domain::Kind;
use tahavol_domain::values::Office;
use tahavol_projections::rows::{DelegationRow, Official, Stamp, Tenure};

use super::{Parts, framed};
use crate::address;
use crate::sheet::Sheet;
use crate::table::{Cell, Column, Row, SORT, Table};

/// With what the reader can do now on offices.
#[must_use]
pub fn page(sheet: &Sheet<'_>, parts: Parts, table: &Table, acts: &[Kind]) -> Markup {
    let lent: Vec<&DelegationRow> = sheet.snapshot.delegations.values().map(|row| &**row).collect();
    let content = html! {
        p.hint { (sheet.word("page-administration-offices-what")) }
        @if !acts.is_empty() { p.buttons { @for kind in acts { a href=(address::act(kind.name(), "programme")) { (sheet.act(*kind)) } } } }
        (sheet.listing(table, &[]))
        section aria-labelledby="delegations" {
            h2 #delegations { (sheet.word("page-delegations")) }
            (sheet.delegations(&lent))
        }
    };
    framed(sheet, parts, address::OFFICES, "page-administration-offices", &content)
}

/// Every office that is held, in the order of offices.
#[must_use]
pub fn listed(sheet: &Sheet<'_>) -> Table {
    let mut all: Vec<(&Office, &Official, &Tenure)> = Vec::new();
    for official in sheet.snapshot.officials.values() {
        let held = official.tenures.iter().filter(|tenure| tenure.released.is_none());
        all.extend(held.map(|tenure| (&tenure.office, &**official, tenure)));
    }
    all.sort_by(|one, other| (one.0, &one.1.person.id).cmp(&(other.0, &other.1.person.id)));
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let table = Table {
        id: "offices",
        caption: sheet.word("page-administration-offices"),
        columns: vec![
            column("office", "page-ask-office"),
            column("person", "page-person"),
            column("actor", "page-user-name"),
            column("appointed", "page-tenure-appointed"),
            column("state", "page-tenure-released"),
        ],
        rows: all.iter().map(|(office, official, tenure)| Row { cells: cells(sheet, office, official, tenure) }).collect(),
        empty: sheet.word("page-people-none"),
    };
    table.sorted(sheet.asked(SORT))
}

fn cells(sheet: &Sheet<'_>, office: &Office, official: &Official, tenure: &Tenure) -> Vec<Cell> {
    let day = |stamp: &Stamp| stamp.at.date_in(sheet.hand.zone).to_string();
    let state = match official.release_proposed.get(office) {
        Some(proposed) => {
            let word = sheet.word("page-tenure-release-proposed");
            Cell::shown(html! { (word) " " (sheet.stamp(proposed)) }, format!("{word} {}", day(proposed)))
        }
        None => Cell::Text(sheet.word("page-tenure-held")),
    };
    vec![
        Cell::Text(sheet.office(office)),
        Cell::Link { text: official.person.name.clone(), href: sheet.at(&address::person(&official.person.id.0)) },
        Cell::Code(official.person.id.0.clone()),
        Cell::shown(sheet.stamp(&tenure.appointed), day(&tenure.appointed)),
        state,
    ]
}
