//! Accounts: who may sign in here. What somebody may do is said by offices, which are the ledger's.

use maud::{Markup, html};
use tahavol_identity::Account;

use super::{Once, Parts, framed, posting, said};
use crate::address;
use crate::audit::gap;
use crate::question::{Question, Wrong};
use crate::sheet::Sheet;
use crate::table::{Cell, Column, Row, SORT, Table};
use crate::words::isolated;

/// What the page shows.
#[derive(Clone, Copy)]
pub struct Accounts<'a> {
    pub table: &'a Table,
    pub done: Option<&'a str>,
    /// A link that was just made.
    pub link: Option<Once<'a>>,
    pub typed: (&'a str, &'a str),
    pub wrong: &'a Wrong,
}

#[must_use]
pub fn page(sheet: &Sheet<'_>, parts: Parts, shown: &Accounts<'_>) -> Markup {
    let content = html! {
        (said(sheet, shown.done))
        @if let Some(once) = &shown.link { (link(sheet, once)) }
        (sheet.misasked("account", shown.wrong))
        (sheet.still(shown.table))
        section aria-labelledby="add" {
            h2 #add { (sheet.word("page-account-add")) }
            p.hint { (sheet.word("page-account-add-what")) }
            (posting(sheet, address::ACCOUNTS, "add", &html! {
                (sheet.asking("account", &Question { name: "actor", label: "page-user-name", hint: Some("page-user-name-hint"), typed: shown.typed.0, code: true }, shown.wrong))
                (sheet.asking("account", &Question { name: "name", label: "page-person", hint: None, typed: shown.typed.1, code: false }, shown.wrong))
                button type="submit" { (sheet.word("page-account-add")) }
            }))
        }
    };
    framed(sheet, parts, address::ACCOUNTS, "page-accounts", &content)
}

fn link(sheet: &Sheet<'_>, once: &Once<'_>) -> Markup {
    html! {
        div.once role="status" {
            p { strong { (sheet.telling("page-account-link", isolated(once.of))) } }
            p { code dir="ltr" { (once.secret) } }
            p.hint { (sheet.word("page-account-link-once")) }
        }
    }
}

/// Everybody who has an account.
#[must_use]
pub fn listed(sheet: &Sheet<'_>, accounts: &[Account], me: &str) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let table = Table {
        id: "accounts",
        caption: sheet.word("page-accounts"),
        columns: vec![
            column("name", "page-person"),
            column("actor", "page-user-name"),
            column("state", "page-account-state"),
            column("second_factor", "page-second-factor"),
            column("last_sign_in", "page-account-last"),
            column("offices", "page-offices"),
            column("", "page-account-acts"),
        ],
        rows: accounts.iter().map(|account| Row { cells: cells(sheet, account, me) }).collect(),
        empty: sheet.word("page-accounts-none"),
    };
    table.sorted(sheet.asked(SORT))
}

fn cells(sheet: &Sheet<'_>, account: &Account, me: &str) -> Vec<Cell> {
    let actor = account.person.id.0.as_str();
    let held = sheet.snapshot.offices(&account.person.id, sheet.day);
    let offices = || held.iter().map(|office| sheet.office(office));
    let unknown = |key: &str| Cell::shown(html! { span.unknown { (sheet.word(key)) } }, "");
    let state = match account.disabled {
        Some(since) => {
            let day = since.date_in(sheet.hand.zone);
            let word = sheet.word("page-account-disabled");
            Cell::shown(html! { strong { (word) } " · " (sheet.hand.day_short(day)) }, format!("{word} {day}"))
        }
        None => Cell::Text(sheet.word(if account.has_password { "page-account-good" } else { "page-account-waiting" })),
    };
    vec![
        Cell::Link { text: account.person.name.clone(), href: sheet.at(&address::person(actor)) },
        Cell::Code(actor.to_owned()),
        state,
        account.second_factor.map_or_else(|| unknown("page-account-no-second-factor"), |since| Cell::Date(since.date_in(sheet.hand.zone))),
        account.last_sign_in.map_or_else(|| unknown("page-account-never"), Cell::Moment),
        Cell::shown(
            html! { @for (at, office) in offices().enumerate() { @if at > 0 { br; } (office) } },
            offices().collect::<Vec<_>>().join(gap(sheet.lang())),
        ),
        Cell::shown(html! { details { summary { (sheet.word("page-account-do")) } (acts(sheet, account, actor == me)) } }, ""),
    ]
}

fn acts(sheet: &Sheet<'_>, account: &Account, own: bool) -> Markup {
    let actor = account.person.id.0.as_str();
    let form = |what: &str, more: Markup, key: &str| {
        posting(
            sheet,
            address::ACCOUNTS,
            what,
            &html! { input type="hidden" name="actor" value=(actor); (more) button.plain type="submit" { (sheet.word(key)) } },
        )
    };
    html! {
        div.acts {
            @match account.disabled {
                Some(_) => (form("enable", html! {}, "page-account-enable")),
                None => @if !own { (form("disable", html! {}, "page-account-disable")) },
            }
            (form("end-sessions", html! {}, "page-account-end-sessions"))
            (form("reset", html! {
                label.tick { input type="checkbox" name="second-factor" value="yes"; " " (sheet.word("page-account-reset-second-factor")) }
                " "
            }, "page-account-reset"))
        }
    }
}
