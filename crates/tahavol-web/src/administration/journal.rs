//! The security journal: what was refused, failed or sensitive on this server.

use maud::{Markup, html};
use tahavol_app::messages::message;
use tahavol_identity::journal::{Broken, Entry, Fault, Head};
use tahavol_identity::{JournalHealth, NoteKind};

use super::{Parts, framed};
use crate::address;
use crate::question::{Question, Wrong};
use crate::sheet::Sheet;

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct JournalPage<'a> {
    /// Newest first.
    pub entries: &'a [Entry],
    pub older: bool,
    pub head: Head,
    pub health: &'a JournalHealth,
    /// Where it was gone along the whole chain.
    pub chain: Option<Chain<'a>>,
    pub wrong: &'a Wrong,
}

/// What came of going along the chain.
#[derive(Debug, Clone, Copy)]
pub enum Chain<'a> {
    Whole(Head),
    Broken(&'a Broken),
}

#[must_use]
pub fn page(sheet: &Sheet<'_>, parts: Parts, shown: &JournalPage<'_>) -> Markup {
    let content = html! {
        (state(sheet, shown))
        (sheet.misasked("journal", shown.wrong))
        (questions(sheet, shown.wrong))
        (entries(sheet, shown))
    };
    framed(sheet, parts, address::JOURNAL, "page-journal", &content)
}

fn state(sheet: &Sheet<'_>, shown: &JournalPage<'_>) -> Markup {
    let lang = sheet.lang();
    html! {
        dl {
            dt { (sheet.word("page-journal-entries")) } dd { (sheet.hand.position(shown.head.entries)) }
            dt { (sheet.word("page-journal-head")) } dd { bdi.code.long { (shown.head.hash) } }
            dt { (sheet.word("page-journal-writing")) }
            dd.alarm[shown.health.failing] { (sheet.word(if shown.health.failing { "page-journal-failing" } else { "page-journal-written" })) }
            dt { (sheet.word("page-journal-lost")) } dd.alarm[shown.health.lost > 0] { (sheet.hand.position(shown.health.lost)) }
        }
        @match shown.chain {
            None => p { a href=(sheet.with(&[("verify", "yes")])) rel="nofollow" { (sheet.word("page-journal-verify")) } },
            Some(Chain::Whole(head)) => p.said role="status" {
                (message("journal-whole", &[("entries", head.entries.to_string()), ("hash", head.hash.to_string())], lang))
            },
            Some(Chain::Broken(broken)) => p.summary role="alert" {
                (message("journal-broken", &[
                    ("number", broken.number.to_string()),
                    ("what", message(fault(&broken.what), &[], lang)),
                    ("before", broken.number.saturating_sub(1).to_string()),
                ], lang))
            },
        }
    }
}

fn fault(fault: &Fault) -> &'static str {
    match fault {
        Fault::Form => "journal-fault-form",
        Fault::Number => "journal-fault-number",
        Fault::Previous => "journal-fault-previous",
        Fault::Hash => "journal-fault-hash",
        Fault::Torn => "journal-fault-torn",
    }
}

fn questions(sheet: &Sheet<'_>, wrong: &Wrong) -> Markup {
    let typed = |name: &str| sheet.asked(name).unwrap_or_default();
    let any = std::iter::once((String::new(), sheet.word("page-ask-any")));
    let kinds: Vec<(String, String)> =
        any.chain(NoteKind::ALL.iter().map(|kind| (kind.code().to_owned(), kind_text(sheet, *kind)))).collect();
    let ask = |name: &'static str, label: &'static str, hint: Option<&'static str>| {
        sheet.asking("journal", &Question { name, label, hint, typed: typed(name), code: true }, wrong)
    };
    html! {
        form.inline method="get" action=(address::JOURNAL) {
            (sheet.choice("journal", "kind", "page-journal-kind", &kinds, typed("kind")))
            (ask("actor", "page-user-name", None))
            (ask("from", "page-ask-recorded-from", Some("page-date-hint")))
            (ask("to", "page-ask-recorded-to", None))
            button type="submit" { (sheet.word("page-ask-find")) }
        }
    }
}

fn kind_text(sheet: &Sheet<'_>, kind: NoteKind) -> String {
    sheet.word(&format!("journal-{}", kind.code()))
}

fn entries(sheet: &Sheet<'_>, shown: &JournalPage<'_>) -> Markup {
    html! {
        @if shown.entries.is_empty() { p.empty { (sheet.word("journal-empty")) } } @else {
            div.table-scroll tabindex="0" role="group" aria-label=(sheet.word("page-journal")) {
                table {
                    thead { tr {
                        @for key in ["journal-number", "page-journal-at", "page-journal-kind", "journal-actor", "journal-address", "journal-details"] {
                            th scope="col" { (sheet.word(key)) }
                        }
                    } }
                    tbody { @for entry in shown.entries { (row(sheet, entry)) } }
                }
            }
        }
        @if let Some(last) = shown.entries.last().filter(|_| shown.older) {
            nav.pager aria-label=(sheet.word("page-journal-pages")) {
                @if sheet.asked("before").is_some() { a href=(sheet.with(&[("before", ""), ("verify", "")])) { (sheet.word("page-events-newest")) } }
                a rel="next" href=(sheet.with(&[("before", &last.number.to_string()), ("verify", "")])) { (sheet.word("page-events-older")) }
            }
        }
    }
}

fn row(sheet: &Sheet<'_>, entry: &Entry) -> Markup {
    html! {
        tr {
            th scope="row" { (sheet.hand.position(entry.number)) }
            td { (sheet.hand.moment(entry.at)) }
            td {
                (kind_text(sheet, entry.kind))
                @if entry.times > 1 { " · " (message("journal-times", &[("times", entry.times.to_string())], sheet.lang())) }
            }
            td { @if let Some(actor) = &entry.actor { a href=(sheet.at(&address::person(&actor.0))) { bdi.code { (actor.0) } } } }
            td { @if let Some(from) = entry.address { bdi.code { (from) } } }
            td {
                @for (at, (name, value)) in entry.details.iter().enumerate() {
                    @if at > 0 { " · " }
                    bdi.code.long { (name) "=" (value) }
                }
            }
        }
    }
}
