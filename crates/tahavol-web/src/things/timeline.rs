//! What happened to a thing: its events in words, newest first.

use maud::{Markup, html};
use tahavol_app::{RecordedFact, messages};
use tahavol_domain::values::Person;

use crate::address;
use crate::sheet::Sheet;

/// The name in an address that turns a timeline over: only events before this position.
pub const BEFORE: &str = "before";

/// Some of the events of a thing, newest first.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// The thing's own.
    pub stream: String,
    /// As the ledger is asked for all of it.
    pub asked: (&'static str, String),
    pub facts: Vec<RecordedFact>,
    /// Whether there are older ones.
    pub more: bool,
}

impl Sheet<'_> {
    /// A section of its own; nothing where the reader is shown no events.
    pub(super) fn timeline(&self, timeline: Option<&Timeline>) -> Markup {
        let Some(timeline) = timeline else { return html! {} };
        let oldest = timeline.facts.last().map(|recorded| recorded.position).filter(|_| timeline.more);
        let (name, value) = &timeline.asked;
        let whole = self.at(&format!("{}?{name}={}", address::LEDGER, address::segment(value)));
        html! {
            section #events data-live[!self.is_past()] aria-labelledby="events-title" {
                h2 #events-title { (self.word("page-thing-events")) }
                @if timeline.facts.is_empty() {
                    p.empty { (self.word("page-thing-events-none")) }
                } @else {
                    ol.timeline reversed { @for recorded in &timeline.facts { (self.happened(recorded, &timeline.stream)) } }
                }
                p.no-print {
                    @if let Some(oldest) = oldest {
                        a rel="next" href={ (self.with(&[(BEFORE, &oldest.to_string())])) "#events" } { (self.word("page-thing-events-older")) } " · "
                    }
                    @if self.asked(BEFORE).is_some() {
                        a href={ (self.with(&[(BEFORE, "")])) "#events" } { (self.word("page-thing-events-newest")) } " · "
                    }
                    a href=(whole) { (self.word("page-thing-events-ledger")) }
                }
            }
        }
    }

    fn happened(&self, recorded: &RecordedFact, of: &str) -> Markup {
        let said = &recorded.fact.envelope;
        let who = Person { id: said.actor.clone(), name: said.actor_name.clone() };
        html! {
            li value=(recorded.position) {
                p {
                    (self.event(recorded.position)) " · " (self.hand.moment(said.time)) " · " (self.person(&who))
                    " (" span dir="auto" { (self.office(&said.office)) } ")"
                }
                p dir="auto" { (messages::sentence_in(&recorded.fact, self.snapshot, self.lang())) }
                @if said.stream != of {
                    p.hint dir="auto" { (messages::subject_text(&recorded.fact, self.snapshot, self.lang())) }
                }
                @if let Some(day) = said.effective_on { p.hint { (self.word("page-thing-effective")) " " (self.hand.day(day)) } }
                @if let Some(reason) = &said.reason { p { q dir="auto" { (reason) } } }
            }
        }
    }
}
