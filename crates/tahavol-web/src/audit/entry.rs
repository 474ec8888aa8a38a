//! An event in a list: what happened, to what, who said so and as what, when it was true and when it was recorded.

use maud::{Markup, html};
use tahavol_app::search::{Reach, Total};
use tahavol_app::{RecordedFact, messages};
use tahavol_domain::Stream;
use tahavol_domain::fact::{Envelope, Fact};
use tahavol_domain::text::Lang;
use tahavol_domain::values::{ActorId, Office};

use crate::address;
use crate::sheet::Sheet;

/// A page of a list of events, newest first.
#[derive(Debug, Clone, Copy)]
pub struct Events<'a> {
    pub events: &'a [RecordedFact],
    /// Whether there are newer ones than these, and older ones.
    pub newer: bool,
    pub older: bool,
    /// How many there are in all, and how much of the ledger was looked at.
    pub total: Total,
    /// How many were recorded since the page was opened.
    pub fresh: usize,
    /// More than so many are not counted.
    pub most_fresh: usize,
}

/// The names under which a place in a list stands in an address.
pub const BEFORE: &str = "before";
pub const AFTER: &str = "after";

impl Sheet<'_> {
    /// A list of events with the way to older and newer ones; what comes meanwhile is told above it and moves nothing.
    pub(crate) fn events(&self, list: &Events<'_>, empty: &str) -> Markup {
        let live = !self.is_past();
        html! {
            div data-seen=[self.snapshot.position.filter(|_| live)] {
                div #fresh.fresh data-live[live] {
                    @if list.fresh > 0 {
                        p.said {
                            a href=(self.with(&[(BEFORE, ""), (AFTER, "")])) {
                                @if list.fresh > list.most_fresh {
                                    (self.telling("page-events-fresh-many", list.most_fresh))
                                } @else {
                                    (self.telling("page-events-fresh", list.fresh))
                                }
                            }
                        }
                    }
                }
            }
            @if list.events.is_empty() {
                p.empty { (self.word(empty)) }
            } @else {
                p.hint {
                    (self.telling("page-events-total", list.total.events))
                    @match list.total.reach {
                        Reach::Whole => {}
                        Reach::Until(_) => { " " (self.word("page-events-behind")) }
                    }
                }
                ol.events reversed { @for event in list.events { li { (self.entry(event)) } } }
            }
            (self.pager(list))
        }
    }

    fn pager(&self, list: &Events<'_>) -> Markup {
        let (first, last) = (list.events.first().map(|event| event.position), list.events.last().map(|event| event.position));
        html! {
            @if list.newer || list.older {
                nav.pager aria-label=(self.word("page-events-pages")) {
                    @if let Some(first) = first.filter(|_| list.newer) {
                        a href=(self.with(&[(BEFORE, ""), (AFTER, "")])) { (self.word("page-events-newest")) }
                        a rel="prev" href=(self.with(&[(BEFORE, ""), (AFTER, &first.to_string())])) { (self.word("page-events-newer")) }
                    }
                    @if let Some(last) = last.filter(|_| list.older) {
                        a rel="next" href=(self.with(&[(AFTER, ""), (BEFORE, &last.to_string())])) { (self.word("page-events-older")) }
                    }
                }
            }
        }
    }

    /// One event: number and moment, what it is about, who, what, and how late.
    pub(crate) fn entry(&self, event: &RecordedFact) -> Markup {
        let said = &event.fact.envelope;
        html! {
            p.event-head {
                a href=(self.at(&address::event(event.position))) { (self.telling("page-event-number", self.hand.position(event.position))) }
                span { (self.hand.moment(said.time)) }
                span { (self.about(&event.fact)) }
            }
            p.event-what { (self.actor(&said.actor, &said.actor_name, &said.office)) " " (self.sentence(&event.fact)) }
            @if let Some(reason) = &said.reason { p.event-reason dir="auto" { (reason) } }
            @if let Some(told) = self.lateness(said) { p.event-late { (told) } }
        }
    }

    pub(crate) fn sentence(&self, fact: &Fact) -> Markup {
        html! { span dir="auto" { (messages::sentence_in(fact, self.snapshot, self.lang())) } }
    }

    /// A person and what they acted as.
    pub(crate) fn actor(&self, actor: &ActorId, name: &str, office: &Office) -> Markup {
        html! {
            a.actor href=(self.at(&address::person(&actor.0))) { bdi { (name) } }
            " " span.as { (self.telling("page-event-as", self.office(office))) }
        }
    }

    /// Where the day on which it was true is not the one on which it was recorded: both, and the days between.
    pub(crate) fn lateness(&self, said: &Envelope) -> Option<Markup> {
        let (day, days) = (said.effective_on?, lateness_days(self, said)?);
        (days != 0).then(|| {
            html! {
                (self.word("page-event-effective")) " " (self.hand.day(day)) ": "
                (self.telling("page-event-late", days))
            }
        })
    }

    /// What an event is about: a link to it by code and title, as the picture knows them.
    pub(crate) fn about(&self, fact: &Fact) -> Markup {
        let Ok(stream) = fact.envelope.stream.parse::<Stream>() else { return html! { bdi.code { (fact.envelope.stream) } } };
        self.stream(&stream)
    }

    pub(crate) fn stream(&self, stream: &Stream) -> Markup {
        let lang = self.lang();
        let named = |path: String, code: &str, title: &str| {
            html! { a href=(self.at(&path)) { bdi.code { (code) } " " bdi dir="auto" { (title) } } }
        };
        let plain = || html! { bdi.code { (stream) } };
        match stream {
            Stream::Programme(_) => match &self.snapshot.programme {
                Some(row) => html! { a href=(self.at(address::OVERVIEW)) dir="auto" { (row.charter.title.get(lang)) } },
                None => plain(),
            },
            Stream::Commission(slug) => {
                html! { a href=(self.at(&address::commission(&slug.0))) dir="auto" { (self.commission(slug)) } }
            }
            Stream::Initiative(id) => {
                self.snapshot.initiatives.get(id).map_or_else(plain, |row| {
                    named(address::initiative(&row.proposal.code), &row.proposal.code, row.proposal.title.get(lang))
                })
            }
            Stream::Milestone(id) => self
                .snapshot
                .milestones
                .get(id)
                .map_or_else(plain, |row| named(address::milestone(&row.plan.code), &row.plan.code, row.plan.title.get(lang))),
            Stream::Station(code) => self
                .snapshot
                .stations
                .get(code)
                .map_or_else(plain, |row| named(address::station(&row.code.0), &row.code.0, row.name.get(lang))),
            Stream::Indicator(code) => self.snapshot.indicators.get(code).map_or_else(plain, |row| {
                let definition = &row.definition;
                named(address::indicator(&definition.code.0), &definition.code.0, definition.meaning.title.get(lang))
            }),
        }
    }

    /// What a type of event is called.
    pub(crate) fn event_type(&self, name: &str) -> String {
        self.word(&format!("page-type-{}", name.replace('.', "-")))
    }
}

/// Days from the day on which it was true to the one on which it was recorded.
pub(crate) fn lateness_days(sheet: &Sheet<'_>, said: &Envelope) -> Option<i32> {
    said.effective_on.map(|day| day.days_until(said.time.date_in(sheet.hand.zone)))
}

/// Between the members of a list within a sentence.
#[must_use]
pub fn gap(lang: Lang) -> &'static str {
    match lang {
        Lang::Fa => "، ",
        Lang::En => ", ",
    }
}
