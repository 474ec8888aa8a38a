//! People: who holds and held which office, what somebody did, and whether she was entitled on a day.

use maud::{Markup, html};
use tahavol_domain::calendar::Date;
use tahavol_domain::values::{ActorId, Office};
use tahavol_projections::entitlement::Ground;
use tahavol_projections::rows::{DelegationRow, Official, Stamp};

use super::entry::{Events, gap};
use super::ledger::offices;
use crate::address;
use crate::question::{Question, Wrong};
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Row, SORT, Table};
use crate::words::isolated;

/// The names under which it is asked whether somebody was entitled.
pub const OFFICE: &str = "office";
pub const ON: &str = "on";

/// What the page of a person shows.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    pub actor: &'a ActorId,
    pub name: &'a str,
    /// None for somebody who was never appointed.
    pub official: Option<&'a Official>,
    /// Lent to the person or by her.
    pub delegations: &'a [&'a DelegationRow],
    pub asked: Option<Asked<'a>>,
    pub wrong: &'a Wrong,
    /// None where the place in the list could not be understood.
    pub acts: Option<Events<'a>>,
}

/// "Was she entitled on that day?", and the answer.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// None: any office.
    pub office: Option<&'a Office>,
    pub on: Date,
    pub grounds: &'a [Ground],
}

/// Everybody who is or was in office.
#[must_use]
pub fn listed(sheet: &Sheet<'_>) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let rows = sheet.snapshot.officials.values().map(|row| Row { cells: cells(sheet, row) });
    let table = Table {
        id: "people",
        caption: sheet.word("page-people"),
        columns: vec![
            column("name", "page-person"),
            column("actor", "page-actor"),
            column("offices", "page-people-offices"),
            column("before", "page-people-before"),
            column("since", "page-people-since"),
        ],
        rows: rows.collect(),
        empty: sheet.word("page-people-none"),
    };
    table.sorted(sheet.asked(SORT))
}

fn cells(sheet: &Sheet<'_>, row: &Official) -> Vec<Cell> {
    let actor = &row.person.id;
    let href = sheet.at(&address::person(&actor.0));
    let held = sheet.snapshot.offices(actor, sheet.day);
    let mut before: Vec<&Office> = row.tenures.iter().filter(|tenure| tenure.released.is_some()).map(|tenure| &tenure.office).collect();
    before.dedup();
    let told = |offices: &[&Office]| offices.iter().map(|office| sheet.office(office)).collect::<Vec<_>>().join(gap(sheet.lang()));
    let first = row.tenures.iter().map(|tenure| tenure.appointed.at).min();
    vec![
        Cell::Link { text: row.person.name.clone(), href: href.clone() },
        Cell::CodeLink { code: actor.0.clone(), href },
        Cell::Text(told(&held.iter().collect::<Vec<_>>())),
        Cell::Text(told(&before)),
        Cell::day(first.map(|at| at.date_in(sheet.hand.zone))),
    ]
}

#[must_use]
pub fn list(sheet: &Sheet<'_>, table: &Table) -> Markup {
    let delegations: Vec<&DelegationRow> = sheet.snapshot.delegations.values().map(|row| &**row).collect();
    let content = html! {
        (sheet.listing(table, &[]))
        section aria-labelledby="delegations" {
            h2 #delegations { (sheet.word("page-delegations")) }
            (sheet.delegations(&delegations))
        }
    };
    sheet.page(Some(Section::People), &sheet.word("page-section-people"), &content)
}

#[must_use]
pub fn page(sheet: &Sheet<'_>, person: &Person<'_>) -> Markup {
    let trail = html! { p.trail { a href=(sheet.at(address::PEOPLE)) { (sheet.word("page-section-people")) } } };
    let held = sheet.snapshot.offices(person.actor, sheet.day);
    let content = html! {
        (sheet.misasked("entitled", person.wrong))
        p { bdi.code { (person.actor.0) } }
        p.lead {
            @if held.is_empty() { (sheet.word("page-person-no-office")) }
            @for (at, office) in held.iter().enumerate() { @if at > 0 { (gap(sheet.lang())) } (sheet.office(office)) }
        }
        section aria-labelledby="entitled" {
            h2 #entitled { (sheet.word("page-entitled")) }
            (entitlement(sheet, person))
        }
        section aria-labelledby="tenures" {
            h2 #tenures { (sheet.word("page-tenures")) }
            @match person.official {
                Some(official) if !official.tenures.is_empty() => (tenures(sheet, official)),
                Some(_) | None => p.empty { (sheet.word("page-tenures-none")) },
            }
        }
        section aria-labelledby="delegations" {
            h2 #delegations { (sheet.word("page-delegations")) }
            (sheet.delegations(person.delegations))
        }
        section aria-labelledby="acts" {
            h2 #acts { (sheet.word("page-acts")) }
            p { a href=(sheet.at(&format!("{}?actor={}", address::REPLAY, address::segment(&person.actor.0)))) { (sheet.word("page-acts-replay")) } }
            @if let Some(acts) = &person.acts { (sheet.events(acts, "page-acts-none")) }
        }
    };
    sheet.page_under(Some(Section::People), &trail, person.name, &content)
}

fn entitlement(sheet: &Sheet<'_>, person: &Person<'_>) -> Markup {
    let form = "entitled";
    html! {
        form.inline method="get" action={ (address::person(&person.actor.0)) "#entitled" } {
            (sheet.moment_fields())
            (sheet.choice(form, OFFICE, "page-ask-office", &offices(sheet), sheet.asked(OFFICE).unwrap_or_default(), person.wrong))
            (sheet.asking(form, &Question {
                name: ON, label: "page-entitled-on", hint: Some("page-date-hint"), typed: sheet.asked(ON).unwrap_or_default(), code: true,
            }, person.wrong))
            button type="submit" { (sheet.word("page-entitled-ask")) }
        }
        @if let Some(asked) = &person.asked { (answer(sheet, person, asked)) }
    }
}

fn answer(sheet: &Sheet<'_>, person: &Person<'_>, asked: &Asked<'_>) -> Markup {
    let office = asked.office.map_or_else(|| sheet.word("page-entitled-any"), |office| sheet.office(office));
    let args = [("person", isolated(person.name)), ("office", office), ("day", sheet.hand.long(asked.on))];
    let key = if asked.grounds.is_empty() { "page-entitled-no" } else { "page-entitled-yes" };
    html! {
        p.answer role="status" { strong { (sheet.saying(key, &args)) } }
        @if !asked.grounds.is_empty() {
            ul.grounds {
                @for ground in asked.grounds {
                    li {
                        (sheet.office(&ground.office)) ": "
                        @match &ground.lent {
                            Some(row) => {
                                (sheet.saying("page-ground-lent", &[
                                    ("person", isolated(&name_of(sheet, &row.delegation.from))),
                                    ("starts", sheet.hand.long(row.delegation.starts)),
                                    ("ends", sheet.hand.long(row.delegation.ends)),
                                ]))
                                " " (sheet.stamp(&row.given))
                                ". " (sheet.word("page-ground-lender")) " " (sheet.stamp(&ground.tenure.appointed))
                            }
                            None => { (sheet.word("page-ground-appointed")) " " (sheet.stamp(&ground.tenure.appointed)) }
                        }
                        @if let Some(ended) = ground.ended() { ". " (sheet.word("page-ground-ended")) " " (sheet.stamp(ended)) }
                    }
                }
            }
        }
    }
}

fn name_of(sheet: &Sheet<'_>, actor: &ActorId) -> String {
    sheet.snapshot.officials.get(actor).map_or_else(|| actor.0.clone(), |row| row.person.name.clone())
}

fn tenures(sheet: &Sheet<'_>, official: &Official) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="group" aria-label=(sheet.word("page-tenures")) {
            table {
                thead { tr {
                    th scope="col" { (sheet.word("page-ask-office")) }
                    th scope="col" { (sheet.word("page-tenure-appointed")) }
                    th scope="col" { (sheet.word("page-tenure-released")) }
                } }
                tbody {
                    @for tenure in &official.tenures {
                        tr {
                            th scope="row" { (sheet.office(&tenure.office)) }
                            td { (sheet.stamp(&tenure.appointed)) }
                            td {
                                @match &tenure.released {
                                    Some(released) => (sheet.stamp(released)),
                                    None => @match official.release_proposed.get(&tenure.office) {
                                        Some(proposed) => { (sheet.word("page-tenure-release-proposed")) " " (sheet.stamp(proposed)) }
                                        None => (sheet.word("page-tenure-held")),
                                    },
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

impl Sheet<'_> {
    /// An act: its event, when it was recorded and by whom.
    pub(crate) fn stamp(&self, stamp: &Stamp) -> Markup {
        html! {
            a href=(self.at(&address::event(stamp.position))) { (self.telling("page-event-number", self.hand.position(stamp.position))) }
            " · " (self.hand.day(stamp.at.date_in(self.hand.zone))) " · "
            a href=(self.at(&address::person(&stamp.by.id.0))) { bdi { (stamp.by.name) } }
        }
    }

    /// Offices that were lent.
    pub(crate) fn delegations(&self, rows: &[&DelegationRow]) -> Markup {
        html! {
            @if rows.is_empty() { p.empty { (self.word("page-delegations-none")) } } @else {
                div.table-scroll tabindex="0" role="group" aria-label=(self.word("page-delegations")) {
                    table {
                        thead { tr {
                            @for key in ["page-ask-office", "page-delegation-from", "page-delegation-to", "page-delegation-period", "page-delegation-given", "page-delegation-ended"] {
                                th scope="col" { (self.word(key)) }
                            }
                        } }
                        tbody { @for row in rows { (self.delegation(row)) } }
                    }
                }
            }
        }
    }

    fn delegation(&self, row: &DelegationRow) -> Markup {
        let lent = &row.delegation;
        html! {
            tr {
                th scope="row" { (self.office(&lent.office)) }
                td { a href=(self.at(&address::person(&lent.from.0))) { bdi { (name_of(self, &lent.from)) } } }
                td { a href=(self.at(&address::person(&lent.to.id.0))) { bdi { (lent.to.name) } } }
                td { (self.hand.day_short(lent.starts)) " – " (self.hand.day_short(lent.ends)) }
                td { (self.stamp(&row.given)) }
                td { @match &row.ended { Some(ended) => (self.stamp(ended)), None => (self.word("page-delegation-not-ended")) } }
            }
        }
    }
}
