//! The replay player: an event on one side, what it changed on the other; forwards and backwards through the ledger, a thing or a person.

use maud::{Markup, html};
use tahavol_app::Step;

use crate::address;
use crate::question::{Question, Wrong};
use crate::sheet::{Section, Sheet};

/// What the player shows.
#[derive(Debug, Clone, Copy)]
pub struct Replay<'a> {
    /// None where no event passes.
    pub step: Option<&'a Step>,
    pub wrong: &'a Wrong,
}

pub const POSITION: &str = "position";
/// Steps back from a position that does not pass, in place of forward.
pub const BACKWARD: &str = "backward";

#[must_use]
pub fn page(sheet: &Sheet<'_>, shown: &Replay<'_>) -> Markup {
    let trail = html! { p.trail { a href=(sheet.at(address::LEDGER)) { (sheet.word("page-section-ledger")) } } };
    let content = html! {
        p.hint { (sheet.word("page-replay-what")) }
        (sheet.misasked("replay", shown.wrong))
        (whose(sheet, shown.wrong))
        div #replay data-replay {
            @match shown.step {
                Some(step) => { (ways(sheet, step)) (both_sides(sheet, step)) }
                None => p.empty { (sheet.word("page-replay-none")) },
            }
        }
    };
    sheet.page_under(Some(Section::Ledger), &trail, &sheet.word("page-replay"), &content)
}

/// Through what one steps, and where one is.
fn whose(sheet: &Sheet<'_>, wrong: &Wrong) -> Markup {
    let typed = |name: &str| sheet.asked(name).unwrap_or_default();
    html! {
        form.inline method="get" action=(address::REPLAY) {
            (sheet.moment_fields())
            (sheet.asking("replay", &Question { name: "thing", label: "page-ask-thing", hint: Some("page-ask-thing-hint"), typed: typed("thing"), code: true }, wrong))
            (sheet.asking("replay", &Question { name: "actor", label: "page-ask-actor", hint: Some("page-ask-actor-hint"), typed: typed("actor"), code: true }, wrong))
            (sheet.asking("replay", &Question { name: POSITION, label: "page-replay-from", hint: None, typed: typed(POSITION), code: true }, wrong))
            button type="submit" { (sheet.word("page-replay-show")) }
        }
    }
}

fn ways(sheet: &Sheet<'_>, step: &Step) -> Markup {
    let position = step.event.position;
    let to = |position: &str, backward: bool| sheet.with(&[(POSITION, position), (BACKWARD, if backward { "yes" } else { "" })]);
    let last = sheet.snapshot.position;
    html! {
        nav.player aria-label=(sheet.word("page-replay-ways")) {
            @match step.previous {
                Some(previous) => {
                    a data-way="first" href=(to("0", false)) { (sheet.word("page-replay-first")) }
                    a data-way="previous" rel="prev" href=(to(&previous.to_string(), true)) { (sheet.word("page-replay-previous")) }
                }
                None => { span.unknown { (sheet.word("page-replay-is-first")) } }
            }
            strong #replay-at aria-live="polite" { (sheet.telling("page-event-number", sheet.hand.position(position))) }
            @match step.next {
                Some(next) => {
                    a data-way="next" rel="next" href=(to(&next.to_string(), false)) { (sheet.word("page-replay-next")) }
                    a data-way="last" href=(to(&last.unwrap_or(position).to_string(), true)) { (sheet.word("page-replay-last")) }
                }
                None => { span.unknown { (sheet.word("page-replay-is-last")) } }
            }
            button.second type="button" data-play hidden data-pause=(sheet.word("page-replay-pause")) { (sheet.word("page-replay-play")) }
        }
        p.slider hidden {
            label for="replay-slider" { (sheet.word("page-replay-slider")) }
            input #replay-slider type="range" dir="ltr" min="0" max=[last] value=(position) data-to=(to("POSITION", false));
        }
        p.hint.keys hidden { (sheet.word("page-replay-keys")) }
    }
}

fn both_sides(sheet: &Sheet<'_>, step: &Step) -> Markup {
    html! {
        div.sides {
            section aria-labelledby="happened" {
                h2 #happened { (sheet.word("page-replay-happened")) }
                p.lead { (sheet.event_type(step.event.fact.event.event_type())) }
                div.event { (sheet.entry(&step.event)) }
                details { summary { (sheet.word("page-event-payload")) } (sheet.payload(&step.event.fact.event.data())) }
            }
            section aria-labelledby="changed" {
                h2 #changed { (sheet.word("page-event-changed")) }
                (sheet.changed(&step.fields))
            }
        }
    }
}
