//! The ledger: everything that was recorded, newest first, and the questions that narrow it.

use maud::{Markup, html};
use tahavol_app::proof::ProofState;
use tahavol_app::{Compared, Equality};
use tahavol_domain::fact::TYPES;
use tahavol_domain::values::{CommissionSlug, Office, ProvinceCode};

use super::entry::Events;
use super::proof::proof_line;
use super::taken::{self, MOST_TAKEN};
use crate::address;
use crate::question::{Question, Wrong};
use crate::sheet::{Section, Sheet};

/// What the page of the ledger shows.
#[derive(Debug, Clone, Copy)]
pub struct Listed<'a> {
    /// None where the questions could not be understood.
    pub events: Option<Events<'a>>,
    pub wrong: &'a Wrong,
    /// How far the log is proved, and whether the live picture was found to be what the ledger says.
    pub proof: ProofState,
    pub equality: Option<&'a Equality>,
}

/// The form's name: its questions' ids begin with it.
const FORM: &str = "ask";

/// The questions that are answered in words, in their order: those that most ask, and those that are unfolded. Days come in pairs.
const FIRST: [(&str, &str, Option<&str>, bool); 2] =
    [("text", "page-ask-text", Some("page-ask-text-hint"), false), ("thing", "page-ask-thing", Some("page-ask-thing-hint"), true)];
const MORE: [(&str, &str, Option<&str>, bool); 5] = [
    ("actor", "page-ask-actor", Some("page-ask-actor-hint"), true),
    ("recorded-from", "page-ask-recorded-from", Some("page-date-hint"), true),
    ("recorded-to", "page-ask-recorded-to", None, true),
    ("effective-from", "page-ask-effective-from", None, true),
    ("effective-to", "page-ask-effective-to", None, true),
];

/// Questions that links ask and few people type.
const SELDOM: [(&str, &str); 3] = [("command", "page-event-command"), ("correlation", "page-event-correlation"), ("file", "page-ask-file")];

/// Questions with a list of answers.
const CHOSEN: [&str; 4] = ["commission", "office", "source", "type"];

#[must_use]
pub fn page(sheet: &Sheet<'_>, listed: &Listed<'_>) -> Markup {
    let content = html! {
        (ways(sheet))
        (known(sheet, listed))
        (sheet.misasked(FORM, listed.wrong))
        (questions(sheet, listed.wrong))
        @if let Some(events) = &listed.events {
            (sheet.events(events, "page-events-none"))
            @if !events.events.is_empty() {
                (sheet.downloads(&taken::table(sheet, events.events)))
                p.hint.no-print { (sheet.telling("page-ledger-export-limit", MOST_TAKEN)) }
            }
        }
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

/// How one knows, in a line.
fn known(sheet: &Sheet<'_>, listed: &Listed<'_>) -> Markup {
    let (proof, alarming) = proof_line(listed.proof);
    let equal = listed.equality.map(|last| &last.outcome);
    html! {
        p.known #known data-live[!sheet.moment.is_past()] {
            span.alarm[alarming] { (sheet.word(proof)) } " "
            @match equal {
                None => (sheet.word("page-equality-never")),
                Some(Compared::Equal { .. }) => (sheet.word("page-equality-equal")),
                Some(Compared::Different { .. }) => strong.alarm { (sheet.word("page-equality-different")) },
                Some(Compared::Damaged { .. }) => strong.alarm { (sheet.word("page-equality-damaged")) },
            }
            " " a href=(sheet.at(address::PROOF)) { (sheet.word("page-proof-show")) }
        }
    }
}

fn questions(sheet: &Sheet<'_>, wrong: &Wrong) -> Markup {
    let typed = |name: &str| sheet.asked(name).unwrap_or_default();
    let folded = MORE.iter().map(|(name, ..)| *name).chain(SELDOM.iter().map(|(name, _)| *name)).chain(CHOSEN);
    let unfolded = folded.into_iter().any(|name| sheet.asked(name).is_some());
    let ask = |(name, label, hint, code): (&'static str, &'static str, Option<&'static str>, bool)| {
        sheet.asking(FORM, &Question { name, label, hint, typed: typed(name), code }, wrong)
    };
    html! {
        form.inline.asking method="get" action=(address::LEDGER) role="search" aria-label=(sheet.word("page-ask")) {
            (sheet.moment_fields())
            @for question in FIRST { (ask(question)) }
            details.more open[unfolded] {
                summary { (sheet.word("page-ask-more")) }
                div.folded {
                    @for question in MORE { (ask(question)) }
                    (sheet.choice(FORM, "commission", "page-commission", &commissions(sheet), typed("commission"), wrong))
                    (sheet.choice(FORM, "office", "page-ask-office", &offices(sheet), typed("office"), wrong))
                    (sheet.choice(FORM, "source", "page-ask-source", &sources(sheet), typed("source"), wrong))
                    @for (name, label) in SELDOM { (ask((name, label, None, true))) }
                    (types(sheet, wrong))
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
fn types(sheet: &Sheet<'_>, wrong: &Wrong) -> Markup {
    let chosen: Vec<&str> = sheet.query.iter().filter(|(name, _)| name == "type").map(|(_, value)| value.as_str()).collect();
    let kind = |name: &'static str| name.split('.').next().unwrap_or(name);
    let mut kinds: Vec<&str> = TYPES.iter().map(|(name, _)| kind(name)).collect();
    kinds.dedup();
    html! {
        details.types #{ (FORM) "-type" } open[!chosen.is_empty()] {
            summary { (sheet.word("page-ask-types")) @if !chosen.is_empty() { " (" (sheet.hand.number(chosen.len() as i64)) ")" } }
            @for (_, text) in wrong.iter().filter(|(name, _)| *name == "type") { p.error { (text) } }
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
