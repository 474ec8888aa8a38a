//! The timeline of one thing: everything that belongs to its life, wherever it was recorded.

use maud::{Markup, html};
use tahavol_domain::Stream;

use super::entry::Events;
use crate::address;
use crate::question::Wrong;
use crate::sheet::{Section, Sheet};

/// What the page of a timeline shows.
#[derive(Debug, Clone, Copy)]
pub struct Life<'a> {
    /// Whose life it is.
    pub of: &'a Stream,
    /// None where its place in the list could not be understood.
    pub events: Option<Events<'a>>,
    pub wrong: &'a Wrong,
}

#[must_use]
pub fn page(sheet: &Sheet<'_>, life: &Life<'_>) -> Markup {
    let trail = html! { p.trail { a href=(sheet.at(address::LEDGER)) { (sheet.word("page-section-ledger")) } } };
    let content = html! {
        p.lead { (sheet.stream(life.of)) }
        nav.ways aria-label=(sheet.word("page-audit")) {
            a href=(sheet.at(&format!("{}?thing={}", address::REPLAY, address::segment(&life.of.to_string())))) { (sheet.word("page-timeline-replay")) }
            a href=(sheet.at(&format!("{}?thing={}", address::LEDGER, address::segment(&life.of.to_string())))) { (sheet.word("page-timeline-own")) }
        }
        (sheet.misasked("timeline", life.wrong))
        @if let Some(events) = &life.events { (sheet.events(events, "page-timeline-none")) }
    };
    sheet.page_under(Some(Section::Ledger), &trail, &sheet.word("page-timeline"), &content)
}
