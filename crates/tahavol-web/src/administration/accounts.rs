//! Accounts: who may sign in here. What somebody may do is said by offices, which are the ledger's.

use maud::{Markup, html};
use tahavol_identity::Account;

use super::{Once, Parts, framed, posting, said};
use crate::address;
use crate::question::{Question, Wrong};
use crate::sheet::Sheet;

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Accounts<'a> {
    pub accounts: &'a [Account],
    /// Whose page it is: nobody bars themselves.
    pub me: &'a str,
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
        (list(sheet, shown))
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
            p { strong { (sheet.telling("page-account-link", once.of)) } }
            p { code dir="ltr" { (once.secret) } }
            p.hint { (sheet.word("page-account-link-once")) }
        }
    }
}

fn list(sheet: &Sheet<'_>, shown: &Accounts<'_>) -> Markup {
    html! {
        @if shown.accounts.is_empty() { p.empty { (sheet.word("page-accounts-none")) } } @else {
            div.table-scroll tabindex="0" role="group" aria-label=(sheet.word("page-accounts")) {
                table {
                    thead { tr {
                        @for key in ["page-person", "page-user-name", "page-account-state", "page-second-factor", "page-account-last", "page-offices", "page-account-acts"] {
                            th scope="col" { (sheet.word(key)) }
                        }
                    } }
                    tbody { @for account in shown.accounts { (row(sheet, account, shown.me)) } }
                }
            }
        }
    }
}

fn row(sheet: &Sheet<'_>, account: &Account, me: &str) -> Markup {
    let actor = account.person.id.0.as_str();
    let held = sheet.snapshot.offices(&account.person.id, sheet.day);
    html! {
        tr {
            th scope="row" { a href=(sheet.at(&address::person(actor))) { bdi { (account.person.name) } } }
            td { bdi.code { (actor) } }
            td {
                @match account.disabled {
                    Some(since) => strong { (sheet.word("page-account-disabled")) " · " (sheet.hand.day_short(since.date_in(sheet.hand.zone))) },
                    None => @if account.has_password { (sheet.word("page-account-good")) } @else { (sheet.word("page-account-waiting")) },
                }
            }
            td {
                @match account.second_factor {
                    Some(since) => (sheet.hand.day_short(since.date_in(sheet.hand.zone))),
                    None => span.unknown { (sheet.word("page-account-no-second-factor")) },
                }
            }
            td {
                @match account.last_sign_in {
                    Some(at) => (sheet.hand.moment(at)),
                    None => span.unknown { (sheet.word("page-account-never")) },
                }
            }
            td { @for (at, office) in held.iter().enumerate() { @if at > 0 { br; } (sheet.office(office)) } }
            td { details { summary { (sheet.word("page-account-do")) } (acts(sheet, account, actor == me)) } }
        }
    }
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
