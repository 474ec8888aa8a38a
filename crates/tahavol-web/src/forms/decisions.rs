//! Decisions: what waits for one, with its effect before it is taken, and those taken, with what they looked at and what came out since.

use maud::{Markup, html};
use tahavol_domain::Kind;
use tahavol_domain::calendar::Instant;
use tahavol_domain::text::Text;
use tahavol_domain::values::{CommissionSlug, Horizon};
use tahavol_projections::effect::Moved;

use super::case::{Terms, terms};
use super::consequence::effect;
use crate::address;
use crate::mark::Voices;
use crate::overview::{HORIZON, horizon_name};
use crate::sheet::{Section, Sheet};

/// Something that waits for a decision.
pub struct Waiting {
    /// Its place in the page.
    pub id: String,
    /// What kind of decision: the end of a key of the catalogue.
    pub what: &'static str,
    pub title: String,
    pub href: String,
    /// Who asked, and when.
    pub asked: Option<(String, Instant)>,
    pub reason: Option<String>,
    pub terms: Option<Terms>,
    /// Old and new figures; none where the page does not show them.
    pub effect: Option<(Vec<Moved>, Vec<Moved>)>,
    /// How it can be decided, and on what the forms are.
    pub acts: Vec<(Kind, String)>,
}

/// A decision that was taken.
pub struct Taken {
    pub position: u64,
    pub sentence: String,
    pub about: String,
    pub by: String,
    pub office: String,
    pub at: Instant,
    pub resolution: Option<String>,
    pub reason: Option<String>,
    pub basis: Option<u64>,
}

/// One of them looked at again.
pub struct Again {
    pub position: u64,
    pub offices: Vec<String>,
    /// What the programme, or the initiative, stood at then.
    pub voices: Voices,
    /// Positions and words of what came out since.
    pub since: Vec<(u64, String)>,
}

/// What the page shows.
pub struct Decisions {
    pub waiting: Vec<Waiting>,
    /// How many wait, from the how-manieth on they are shown, and from where the next ones are.
    pub all: usize,
    pub from: usize,
    pub next: Option<usize>,
    pub taken: Vec<Taken>,
    pub again: Option<Again>,
    /// Where earlier ones go on.
    pub before: Option<u64>,
    pub commissions: Vec<(CommissionSlug, Text)>,
    pub chosen: Option<CommissionSlug>,
    /// Of what waits.
    pub horizon: Option<Horizon>,
}

/// The names under which the page is asked for a commission, for what waits from a place on, for earlier decisions, and for one looked
/// at again.
pub const FROM: &str = "from";
pub const COMMISSION: &str = "commission";
pub const BEFORE: &str = "before";
pub const AGAIN: &str = "decision";

/// The page.
#[must_use]
pub fn decisions(sheet: &Sheet<'_>, shown: &Decisions) -> Markup {
    let content = html! {
        (filter(sheet, shown))
        section #waiting data-live[!sheet.is_past()] aria-labelledby="waiting-title" {
            h2 #waiting-title { (sheet.word("page-waiting")) " " span.figure { (count(sheet, shown.all)) } }
            @if shown.waiting.is_empty() { p.empty { (sheet.word("page-waiting-none")) } }
            @for one in &shown.waiting { (waiting(sheet, one)) }
            @if shown.from > 0 || shown.next.is_some() {
                p {
                    @if shown.from > 0 { a href=(sheet.with(&[(FROM, "")])) { (sheet.word("page-waiting-first")) } " " }
                    @if let Some(next) = shown.next {
                        a href=(sheet.with(&[(FROM, &next.to_string())])) { (sheet.telling("page-waiting-next", count(sheet, shown.all - next))) }
                    }
                }
            }
        }
        section aria-labelledby="taken" {
            h2 #taken { (sheet.word("page-taken")) }
            @if shown.taken.is_empty() { p.empty { (sheet.word("decision-list-empty")) } }
            ol.taken { @for one in &shown.taken { (taken(sheet, one, shown.again.as_ref().filter(|again| again.position == one.position))) } }
            @if let Some(before) = shown.before {
                p { a href=(sheet.with(&[(BEFORE, &before.to_string()), (AGAIN, "")])) { (sheet.word("page-taken-earlier")) } }
            }
        }
    };
    sheet.page(Some(Section::Decisions), &sheet.word("page-section-decisions"), &content)
}

fn count(sheet: &Sheet<'_>, number: usize) -> String {
    sheet.hand.number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn filter(sheet: &Sheet<'_>, shown: &Decisions) -> Markup {
    html! {
        form.inline method="get" action=(address::DECISIONS) {
            @for (name, value) in sheet.moment.fields() { input type="hidden" name=(name) value=(value); }
            p {
                label for="commission" { (sheet.word("page-commission")) }
                select #commission name=(COMMISSION) {
                    option value="" { (sheet.word("page-all-commissions")) }
                    @for (slug, title) in &shown.commissions {
                        option value=(slug.0) selected[shown.chosen.as_ref() == Some(slug)] { (title.get(sheet.lang())) }
                    }
                }
            }
            p {
                label for="horizon" { (sheet.word("page-waiting-horizon")) }
                select #horizon name=(HORIZON) {
                    option value="" { (sheet.word("page-all-horizons")) }
                    @for horizon in Horizon::ALL {
                        option value=(horizon_name(horizon)) selected[shown.horizon == Some(horizon)] { (sheet.horizon(horizon)) }
                    }
                }
            }
            button type="submit" { (sheet.word("page-moment-show")) }
        }
    }
}

fn waiting(sheet: &Sheet<'_>, one: &Waiting) -> Markup {
    html! {
        article.waiting aria-labelledby=(one.id) {
            h3 id=(one.id) dir="auto" { (sheet.word(&format!("page-waiting-{}", one.what))) " · " a href=(sheet.at(&one.href)) { (one.title) } }
            @if let Some((by, at)) = &one.asked { p.hint { bdi { (by) } " · " (sheet.hand.moment(*at)) } }
            @if let Some(reason) = &one.reason { blockquote dir="auto" { (reason) } }
            @if let Some(one) = &one.terms { (terms(sheet, one)) }
            @if let Some((current, original)) = &one.effect {
                (effect(sheet, current, original))
            }
            @if !one.acts.is_empty() && !sheet.is_past() {
                p.acts { @for (kind, on) in &one.acts { a.button.second href=(address::act(kind.name(), on)) { (sheet.act(*kind)) } " " } }
            }
        }
    }
}

fn taken(sheet: &Sheet<'_>, one: &Taken, again: Option<&Again>) -> Markup {
    html! {
        li id={ "decision-" (one.position) } {
            p {
                span dir="auto" { (one.about) } " — " span dir="auto" { (one.sentence) }
                " " a href=(sheet.at(&address::event(one.position))) { (sheet.telling("page-said-position", sheet.hand.position(one.position))) }
            }
            p.hint {
                bdi { (one.by) } " (" bdi { (one.office) } ") · " (sheet.hand.moment(one.at))
                @if let Some(resolution) = &one.resolution { " · " (sheet.word("decision-resolution")) " " bdi { (resolution) } }
                @if let Some(basis) = one.basis { " · " (sheet.telling("page-taken-basis", sheet.hand.position(basis))) }
            }
            @if let Some(reason) = &one.reason { blockquote dir="auto" { (reason) } }
            @match again {
                Some(again) => (looked_at(sheet, again)),
                None => p { a href={ (sheet.with(&[(AGAIN, &one.position.to_string())])) "#decision-" (one.position) } { (sheet.word("page-taken-again")) } },
            }
        }
    }
}

fn looked_at(sheet: &Sheet<'_>, again: &Again) -> Markup {
    html! {
        dl {
            dt { (sheet.word("decision-offices")) }
            @for office in &again.offices { dd dir="auto" { (office) } }
            dt { (sheet.word("decision-progress")) }
            dd { (sheet.voices(again.voices)) }
            dt { (sheet.word("decision-since")) }
            @if again.since.is_empty() { dd { (sheet.word("page-taken-since-nothing")) } }
            @for (position, words) in &again.since {
                dd dir="auto" { a href=(sheet.at(&address::event(*position))) { (sheet.telling("page-said-position", sheet.hand.position(*position))) } " " (words) }
            }
        }
    }
}
