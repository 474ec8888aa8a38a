//! The security journal: what was refused, failed or sensitive on this server.

use maud::{Markup, html};
use tahavol_app::messages::message;
use tahavol_domain::values::ActorId;
use tahavol_identity::journal::{Broken, Entry, Fault, Head};
use tahavol_identity::{JournalHealth, NoteKind};

use super::{Parts, framed};
use crate::address;
use crate::audit::MOST_TAKEN;
use crate::question::{Question, Wrong};
use crate::sheet::Sheet;
use crate::table::{Cell, Column, FORMAT, Format, Row, SORT, Table};

/// What the page shows.
#[derive(Clone, Copy)]
pub struct JournalPage<'a> {
    /// None where the questions could not be understood.
    pub table: Option<&'a Table>,
    /// The oldest entry that is shown, where there are older ones.
    pub older: Option<u64>,
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
            (sheet.choice("journal", "kind", "page-journal-kind", &kinds, typed("kind"), wrong))
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
    let Some(table) = shown.table else { return html! {} };
    html! {
        (sheet.table(table))
        @if let Some(last) = shown.older {
            nav.pager aria-label=(sheet.word("page-journal-pages")) {
                @if sheet.asked("before").is_some() { a href=(sheet.with(&[("before", ""), ("verify", "")])) { (sheet.word("page-events-newest")) } }
                a rel="next" href=(sheet.with(&[("before", &last.to_string()), ("verify", "")])) { (sheet.word("page-events-older")) }
            }
        }
        @if !table.rows.is_empty() {
            p.no-print { (sheet.word("page-table-download")) " " @for format in Format::ALL {
                a href=(sheet.with(&[(FORMAT, format.as_str()), ("verify", "")])) rel="nofollow" download { (format.name()) } " "
            } }
            p.hint.no-print { (sheet.telling("page-journal-export-limit", MOST_TAKEN)) }
        }
    }
}

/// Entries, newest first unless the address asks for another order.
#[must_use]
pub fn listed(sheet: &Sheet<'_>, entries: &[Entry]) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let table = Table {
        id: "journal",
        caption: sheet.word("page-journal"),
        columns: vec![
            column("number", "journal-number"),
            column("at", "page-journal-at"),
            column("kind", "page-journal-kind"),
            column("actor", "journal-actor"),
            column("address", "journal-address"),
            column("details", "journal-details"),
        ],
        rows: entries.iter().map(|entry| Row { cells: cells(sheet, entry) }).collect(),
        empty: sheet.word("journal-empty"),
    };
    table.sorted(sheet.asked(SORT))
}

fn cells(sheet: &Sheet<'_>, entry: &Entry) -> Vec<Cell> {
    let mut kind = kind_text(sheet, entry.kind);
    if entry.times > 1 {
        kind = format!("{kind} · {}", message("journal-times", &[("times", entry.times.to_string())], sheet.lang()));
    }
    let actor = |actor: &ActorId| Cell::CodeLink { code: actor.0.clone(), href: sheet.at(&address::person(&actor.0)) };
    let details = || entry.details.iter().map(|(name, value)| format!("{name}={value}"));
    vec![
        Cell::Number(i64::try_from(entry.number).unwrap_or(i64::MAX)),
        Cell::Moment(entry.at),
        Cell::Text(kind),
        entry.actor.as_ref().map_or(Cell::Nothing, actor),
        entry.address.map_or(Cell::Nothing, |from| Cell::Code(from.to_string())),
        Cell::shown(
            html! { @for (at, detail) in details().enumerate() { @if at > 0 { " · " } bdi.code.long { (detail) } } },
            details().collect::<Vec<_>>().join(" · "),
        ),
    ]
}
