//! Pages for those who look after the system: who comes in, who holds which office, programs, the security journal, imports, health.

mod accounts;
mod home;
mod imports;
mod journal;
mod offices;
#[cfg(test)]
mod tests;
mod tokens;

use maud::{Markup, html};

use crate::address;
use crate::sheet::{Section, Sheet};

pub use accounts::{Accounts, listed as listed_accounts, page as accounts};
pub use home::{Certificate, Health, page as home};
pub use imports::{Came, Imports, Sent, page as imports};
pub use journal::{Chain, JournalPage, listed as listed_journal, page as journal};
pub use offices::{listed as listed_offices, page as offices};
pub use tokens::{Tokens, listed as listed_tokens, page as tokens};

/// Which parts are the reader's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each part is there or not, by a right of its own")]
pub struct Parts {
    pub accounts: bool,
    pub offices: bool,
    pub journal: bool,
    pub imports: bool,
    pub health: bool,
}

/// What was made and is told once: a link for a person, or what a program shows.
#[derive(Debug, Clone, Copy)]
pub struct Once<'a> {
    /// For whom or for what.
    pub of: &'a str,
    pub secret: &'a str,
}

/// A page of this part of the site, with the way to the other parts.
fn framed(sheet: &Sheet<'_>, parts: Parts, here: &str, title: &str, content: &Markup) -> Markup {
    let link = |there: bool, path: &str, key: &str| {
        html! { @if there { a href=(path) aria-current=[(path == here).then_some("page")] { (sheet.word(key)) } } }
    };
    let content = html! {
        nav.ways aria-label=(sheet.word("page-administration-parts")) {
            (link(parts.health, address::ADMINISTRATION, "page-health"))
            (link(parts.accounts, address::ACCOUNTS, "page-accounts"))
            (link(parts.offices, address::OFFICES, "page-administration-offices"))
            (link(true, address::TOKENS, "page-tokens"))
            (link(parts.journal, address::JOURNAL, "page-journal"))
            (link(parts.imports, address::IMPORTS, "page-imports"))
        }
        (content)
        // Who makes accounts and finds no journal here wonders why.
        @if parts.accounts && !parts.journal { p.hint { (sheet.word("page-journal-whose")) } }
    };
    sheet.page(Some(Section::Administration), &sheet.word(title), &content)
}

/// A form that sends its fields to where its page is, and shows where it comes from.
fn posting(sheet: &Sheet<'_>, to: &str, what: &str, content: &Markup) -> Markup {
    html! {
        form method="post" action=(to) {
            input type="hidden" name="csrf" value=(csrf(sheet));
            input type="hidden" name="what" value=(what);
            (content)
        }
    }
}

fn csrf<'a>(sheet: &Sheet<'a>) -> &'a str {
    sheet.frame.reader.map(|reader| reader.csrf).unwrap_or_default()
}

/// What has just been done, by a key of the catalogue.
fn said(sheet: &Sheet<'_>, done: Option<&str>) -> Markup {
    html! { @if let Some(key) = done { p.said role="status" { (sheet.word(key)) } } }
}
