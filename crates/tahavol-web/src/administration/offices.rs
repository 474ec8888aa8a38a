//! Offices and who holds them today, with the forms that appoint, release and lend: each is a command of the ledger.

use maud::{Markup, html};
use tahavol_domain::Kind;
use tahavol_domain::values::Office;
use tahavol_projections::rows::{DelegationRow, Official};

use super::{Parts, framed};
use crate::address;
use crate::sheet::Sheet;

/// With what the reader can do now on offices.
#[must_use]
pub fn page(sheet: &Sheet<'_>, parts: Parts, acts: &[Kind]) -> Markup {
    let lent: Vec<&DelegationRow> = sheet.snapshot.delegations.values().map(|row| &**row).collect();
    let content = html! {
        p.hint { (sheet.word("page-administration-offices-what")) }
        @if !acts.is_empty() { p.buttons { @for kind in acts { a href=(address::act(kind.name(), "programme")) { (sheet.act(*kind)) } } } }
        (held(sheet))
        section aria-labelledby="delegations" {
            h2 #delegations { (sheet.word("page-delegations")) }
            (sheet.delegations(&lent))
        }
    };
    framed(sheet, parts, address::OFFICES, "page-administration-offices", &content)
}

/// Every office that is held, in the order of offices.
fn held(sheet: &Sheet<'_>) -> Markup {
    let holders = |official: &'_ Official| official.tenures.iter().filter(|tenure| tenure.released.is_none()).cloned().collect::<Vec<_>>();
    let mut all: Vec<(Office, &Official, _)> = Vec::new();
    for official in sheet.snapshot.officials.values() {
        all.extend(holders(official).into_iter().map(|tenure| (tenure.office.clone(), &**official, tenure)));
    }
    all.sort_by(|one, other| (&one.0, &one.1.person.id).cmp(&(&other.0, &other.1.person.id)));
    html! {
        @if all.is_empty() { p.empty { (sheet.word("page-people-none")) } } @else {
            div.table-scroll tabindex="0" role="group" aria-label=(sheet.word("page-administration-offices")) {
                table {
                    thead { tr {
                        th scope="col" { (sheet.word("page-ask-office")) }
                        th scope="col" { (sheet.word("page-person")) }
                        th scope="col" { (sheet.word("page-user-name")) }
                        th scope="col" { (sheet.word("page-tenure-appointed")) }
                        th scope="col" { (sheet.word("page-tenure-released")) }
                    } }
                    tbody {
                        @for (office, official, tenure) in &all {
                            tr {
                                th scope="row" { (sheet.office(office)) }
                                td { a href=(sheet.at(&address::person(&official.person.id.0))) { bdi { (official.person.name) } } }
                                td { bdi.code { (official.person.id.0) } }
                                td { (sheet.stamp(&tenure.appointed)) }
                                td {
                                    @match official.release_proposed.get(office) {
                                        Some(proposed) => { (sheet.word("page-tenure-release-proposed")) " " (sheet.stamp(proposed)) }
                                        None => (sheet.word("page-tenure-held")),
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
