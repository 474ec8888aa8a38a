//! The ledger: everything that was recorded, newest first, and the questions that narrow it.

use maud::{Markup, html};
use tahavol_domain::fact::TYPES;
use tahavol_domain::values::{CommissionSlug, Office, ProvinceCode};

use super::entry::Events;
use crate::address;
use crate::question::{Question, Wrong};
use crate::sheet::{Section, Sheet};

/// What the page of the ledger shows.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// None where the questions could not be understood.
    pub events: Option<Events<'a>>,
    pub wrong: &'a Wrong,
}

/// The form's name: its questions' ids begin with it.
const FORM: &str = "ask";

/// The questions that are answered in words, in their order; the day's own come in pairs.
const TYPED: [(&str, &str, Option<&str>, bool); 7] = [
    ("text", "page-ask-text", Some("page-ask-text-hint"), false),
    ("thing", "page-ask-thing", Some("page-ask-thing-hint"), true),
    ("actor", "page-ask-actor", Some("page-ask-actor-hint"), true),
    ("recorded-from", "page-ask-recorded-from", Some("page-date-hint"), true),
    ("recorded-to", "page-ask-recorded-to", None, true),
    ("effective-from", "page-ask-effective-from", None, true),
    ("effective-to", "page-ask-effective-to", None, true),
];

/// Questions that links ask and few people type.
const SELDOM: [(&str, &str); 3] = [("command", "page-event-command"), ("correlation", "page-event-correlation"), ("file", "page-ask-file")];

#[must_use]
pub fn page(sheet: &Sheet<'_>, listed: &Listed<'_>) -> Markup {
    let content = html! {
        (ways(sheet))
        (sheet.misasked(FORM, listed.wrong))
        (questions(sheet, listed.wrong))
        @if let Some(events) = &listed.events { (sheet.events(events, "page-events-none")) }
    };
    sheet.page(Some(Section::Ledger), &sheet.word("page-section-ledger"), &content)
}

/// The other ways of looking at what happened.
pub(super) fn ways(sheet: &Sheet<'_>) -> Markup {
    html! {
        nav.ways aria-label=(sheet.word("page-audit")) {
            a href=(sheet.at(address::DIFF)) { (sheet.word("page-diff")) }
            a href=(sheet.at(address::REPLAY)) { (sheet.word("page-replay")) }
            a href=(sheet.at(address::PROOF)) { (sheet.word("page-proof")) }
            a href=(sheet.at(address::PEOPLE)) { (sheet.word("page-section-people")) }
        }
    }
}

fn questions(sheet: &Sheet<'_>, wrong: &Wrong) -> Markup {
    let typed = |name: &str| sheet.asked(name).unwrap_or_default();
    html! {
        form.inline.asking method="get" action=(address::LEDGER) role="search" aria-label=(sheet.word("page-ask")) {
            (sheet.moment_fields())
            @for (name, label, hint, code) in TYPED {
                (sheet.asking(FORM, &Question { name, label, hint, typed: typed(name), code }, wrong))
            }
            (sheet.choice(FORM, "commission", "page-commission", &commissions(sheet), typed("commission")))
            (sheet.choice(FORM, "office", "page-ask-office", &offices(sheet), typed("office")))
            (sheet.choice(FORM, "source", "page-ask-source", &sources(sheet), typed("source")))
            (types(sheet))
            details open[SELDOM.iter().any(|(name, _)| sheet.asked(name).is_some())] {
                summary { (sheet.word("page-ask-more")) }
                div.inline {
                    @for (name, label) in SELDOM {
                        (sheet.asking(FORM, &Question { name, label, hint: None, typed: typed(name), code: true }, wrong))
                    }
                }
            }
            p.buttons {
                button type="submit" { (sheet.word("page-ask-find")) }
                a href=(sheet.at(address::LEDGER)) { (sheet.word("page-ask-all")) }
            }
        }
    }
}

/// Every type that was ever released, by what it is about.
fn types(sheet: &Sheet<'_>) -> Markup {
    let chosen: Vec<&str> = sheet.query.iter().filter(|(name, _)| name == "type").map(|(_, value)| value.as_str()).collect();
    let kind = |name: &'static str| name.split('.').next().unwrap_or(name);
    let mut kinds: Vec<&str> = TYPES.iter().map(|(name, _)| kind(name)).collect();
    kinds.dedup();
    html! {
        details.types open[!chosen.is_empty()] {
            summary { (sheet.word("page-ask-types")) @if !chosen.is_empty() { " (" (sheet.hand.number(chosen.len() as i64)) ")" } }
            @for of in kinds {
                fieldset {
                    legend { (sheet.word(&format!("page-kind-{of}"))) }
                    (tick(of, &sheet.word("page-ask-types-all"), &chosen))
                    @for (name, _) in TYPES.iter().filter(|(name, _)| kind(name) == of) {
                        (tick(name, &sheet.event_type(name), &chosen))
                    }
                }
            }
        }
    }
}

fn tick(name: &str, label: &str, chosen: &[&str]) -> Markup {
    html! {
        label.tick { input type="checkbox" name="type" value=(name) checked[chosen.contains(&name)]; " " (label) }
    }
}

fn open(sheet: &Sheet<'_>) -> (String, String) {
    (String::new(), sheet.word("page-ask-any"))
}

pub(super) fn commissions(sheet: &Sheet<'_>) -> Vec<(String, String)> {
    let all = sheet.snapshot.commissions.keys().map(|slug| (slug.0.clone(), sheet.commission(slug)));
    std::iter::once(open(sheet)).chain(all).collect()
}

/// Every office that there can be in this picture.
pub(super) fn offices(sheet: &Sheet<'_>) -> Vec<(String, String)> {
    let of_commissions = |of: fn(CommissionSlug) -> Office| sheet.snapshot.commissions.keys().cloned().map(of);
    let provinces = sheet.snapshot.programme.iter().flat_map(|row| row.charter.provinces.iter());
    let reporters = provinces.map(|province| Office::Reporter(ProvinceCode(province.code.0.clone())));
    let all = [Office::Council, Office::Inspector, Office::Auditor, Office::Administrator, Office::Founding]
        .into_iter()
        .chain(of_commissions(Office::Chair))
        .chain(of_commissions(Office::Secretary))
        .chain(of_commissions(Office::Member))
        .chain(reporters);
    std::iter::once(open(sheet)).chain(all.map(|office| (office.to_string(), sheet.office(&office)))).collect()
}

fn sources(sheet: &Sheet<'_>) -> Vec<(String, String)> {
    let source = |value: &str, key: &str| (value.to_owned(), sheet.word(key));
    vec![open(sheet), source("imported", "page-ask-imported"), source("typed", "page-ask-typed")]
}
