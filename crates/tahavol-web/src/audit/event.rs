//! One event: who, when, as what and on which basis; what it says and what it changed; what it belongs to; how it is proved.

use maud::{Markup, html};
use tahavol_app::proof::WitnessReport;
use tahavol_app::references::References;
use tahavol_app::{AsOf, RecordedFact, Step, StepField, Told, messages};
use tahavol_domain::Stream;
use tahavol_domain::values::{CommissionSlug, ProvinceCode};

use super::entry::{gap, lateness_days};
use crate::address::{self, Moment};
use crate::sheet::{Section, Sheet};

/// How far an event is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covered {
    /// The log has no key.
    Unsigned,
    /// The newest signed head covers so many events, and not this one yet.
    NotYet { size: u64 },
    /// The log's own word alone, on so many events.
    Signed { size: u64 },
    /// Witnesses have seen it, too.
    Cosigned { size: u64 },
}

/// What the page of an event shows.
#[derive(Debug, Clone, Copy)]
pub struct EventPage<'a> {
    pub step: &'a Step,
    /// The neighbours in its stream.
    pub in_stream: (Option<u64>, Option<u64>),
    pub references: &'a References,
    pub covered: Covered,
    pub witnesses: &'a [WitnessReport],
}

#[must_use]
pub fn page(sheet: &Sheet<'_>, shown: &EventPage<'_>) -> Markup {
    let event = &shown.step.event;
    let title = sheet.telling("page-event-title", sheet.hand.position(event.position));
    let trail = html! { p.trail { a href=(sheet.at(address::LEDGER)) { (sheet.word("page-section-ledger")) } } };
    let content = html! {
        p.lead { (sheet.event_type(event.fact.event.event_type())) }
        p { (sheet.actor(&event.fact.envelope.actor, &event.fact.envelope.actor_name, &event.fact.envelope.office)) " " (sheet.sentence(&event.fact)) }
        (neighbours(sheet, shown))
        section aria-labelledby="changed" { h2 #changed { (sheet.word("page-event-changed")) } (sheet.changed(&shown.step.fields)) }
        section aria-labelledby="envelope" { h2 #envelope { (sheet.word("page-event-envelope")) } (envelope(sheet, event)) }
        section aria-labelledby="payload" {
            h2 #payload { (sheet.word("page-event-payload")) }
            (sheet.payload(&event.fact.event.data()))
            details {
                summary { (sheet.word("page-event-line")) }
                pre.line dir="ltr" tabindex="0" { (String::from_utf8_lossy(&event.line)) }
                p { a href=(address::event_line(event.position)) download { (sheet.word("page-event-line-take")) } }
            }
        }
        (references(sheet, shown.references))
        (proof(sheet, shown))
    };
    sheet.page_under(Some(Section::Ledger), &trail, &title, &content)
}

fn neighbours(sheet: &Sheet<'_>, shown: &EventPage<'_>) -> Markup {
    let position = shown.step.event.position;
    let to = |position: Option<u64>, key: &str, rel: &str| {
        html! {
            @if let Some(position) = position {
                a rel=(rel) href=(sheet.at(&address::event(position))) { (sheet.telling(key, sheet.hand.position(position))) }
            }
        }
    };
    let stream = &shown.step.event.fact.envelope.stream;
    let after = Moment { as_of: Some(AsOf::Position(position)), ..sheet.moment };
    html! {
        nav.ways aria-label=(sheet.word("page-event-neighbours")) {
            (to(shown.step.previous, "page-event-previous", "prev"))
            (to(shown.step.next, "page-event-next", "next"))
            (to(shown.in_stream.0, "page-event-previous-in-stream", "prev"))
            (to(shown.in_stream.1, "page-event-next-in-stream", "next"))
            a href=(sheet.at(&format!("{}?position={position}", address::REPLAY))) { (sheet.word("page-event-replay")) }
            @if let Some(timeline) = timeline_of(sheet, stream) { a href=(sheet.at(&timeline)) { (sheet.word("page-event-timeline")) } }
            a href=(after.at(&subject_address(sheet, stream))) { (sheet.word("page-event-picture-after")) }
        }
    }
}

/// The page of what an event is about.
fn subject_address(sheet: &Sheet<'_>, stream: &str) -> String {
    let code = match stream.parse::<Stream>() {
        Ok(Stream::Commission(slug)) => Some(address::commission(&slug.0)),
        Ok(Stream::Station(code)) => Some(address::station(&code.0)),
        Ok(Stream::Indicator(code)) => Some(address::indicator(&code.0)),
        Ok(Stream::Initiative(id)) => sheet.snapshot.initiatives.get(&id).map(|row| address::initiative(&row.proposal.code)),
        Ok(Stream::Milestone(id)) => sheet.snapshot.milestones.get(&id).map(|row| address::milestone(&row.plan.code)),
        Ok(Stream::Programme(_)) | Err(_) => None,
    };
    code.unwrap_or_else(|| address::OVERVIEW.to_owned())
}

fn timeline_of(sheet: &Sheet<'_>, stream: &str) -> Option<String> {
    let (kind, code) = match stream.parse::<Stream>().ok()? {
        Stream::Programme(_) => return None,
        Stream::Commission(slug) => ("commission", slug.0),
        Stream::Station(code) => ("station", code.0),
        Stream::Indicator(code) => ("indicator", code.0),
        Stream::Initiative(id) => ("initiative", sheet.snapshot.initiatives.get(&id)?.proposal.code.clone()),
        Stream::Milestone(id) => ("milestone", sheet.snapshot.milestones.get(&id)?.plan.code.clone()),
    };
    Some(address::timeline(kind, &code))
}

/// Every member of the envelope, in words.
fn envelope(sheet: &Sheet<'_>, event: &RecordedFact) -> Markup {
    let said = &event.fact.envelope;
    let looked_up = |field: &str, value: &str| {
        html! { a href=(sheet.at(&format!("{}?{field}={}", address::LEDGER, address::segment(value)))) { bdi.code { (value) } } }
    };
    let (command, stream) = (said.command_id.to_string(), said.stream.as_str());
    html! {
        dl.envelope {
            (member(sheet, "page-event-position", &html! { span.figure { (sheet.hand.position(event.position)) } }))
            (member(sheet, "page-event-about", &sheet.about(&event.fact)))
            (member(sheet, "page-event-stream", &html! { (looked_up("thing", stream)) " · " (sheet.telling("page-event-revision", sheet.hand.position(said.revision))) }))
            (member(sheet, "page-event-recorded", &html! { (sheet.hand.moment(said.time)) " · " bdi.code { (said.time) } }))
            @if let Some(day) = said.effective_on {
                (member(sheet, "page-event-effective", &html! {
                    (sheet.hand.day(day))
                    @if let Some(days) = lateness_days(sheet, said).filter(|days| *days != 0) { " · " (sheet.telling("page-event-late", days)) }
                }))
            }
            (member(sheet, "page-event-by", &html! {
                a href=(sheet.at(&address::person(&said.actor.0))) { bdi { (said.actor_name) } } " · " bdi.code { (said.actor.0) }
            }))
            (member(sheet, "page-event-office", &html! { (sheet.office(&said.office)) " · " bdi.code { (said.office) } }))
            @if let Some(reason) = &said.reason { (member(sheet, "page-event-reason", &html! { span dir="auto" { (reason) } })) }
            @if let Some(basis) = said.basis {
                (member(sheet, "page-event-basis", &html! {
                    a href=(Moment { as_of: Some(AsOf::Position(basis)), ..sheet.moment }.at(&subject_address(sheet, stream))) {
                        (sheet.telling("page-event-basis-picture", sheet.hand.position(basis)))
                    }
                }))
            }
            (member(sheet, "page-event-origin", &origin(sheet, &said.origin)))
            (member(sheet, "page-event-command", &looked_up("command", &command)))
            @if let Some(id) = said.correlation_id { (member(sheet, "page-event-correlation", &looked_up("correlation", &id.to_string()))) }
            @if let Some(id) = said.causation_id { (member(sheet, "page-event-causation", &looked_up("command", &id.to_string()))) }
            (member(sheet, "page-event-id", &html! { bdi.code { (said.id.0) } }))
            (member(sheet, "page-event-programme", &html! { bdi.code { (said.programme.0) } }))
            (member(sheet, "page-event-type", &looked_up("type", event.fact.event.event_type())))
            (member(sheet, "page-event-digest", &html! { bdi.code.long { (said.command_digest) } }))
            (member(sheet, "page-event-leaf", &html! { bdi.code.long { (tahavol_domain::values::Sha256(event.leaf_hash)) } }))
        }
    }
}

fn member(sheet: &Sheet<'_>, key: &str, value: &Markup) -> Markup {
    html! { dt { (sheet.word(key)) } dd { (value) } }
}

/// `import:<digest>#<row>` leads to everything that came from the file.
fn origin(sheet: &Sheet<'_>, origin: &str) -> Markup {
    let file = origin.strip_prefix("import:").and_then(|rest| rest.split_once('#'));
    html! {
        @match file {
            Some((digest, row)) => {
                a href=(sheet.at(&format!("{}?file={}", address::LEDGER, address::segment(digest)))) {
                    (sheet.telling("page-event-import", row))
                }
                " · " bdi.code.long { (digest) }
            }
            None => bdi.code { (origin) },
        }
    }
}

fn references(sheet: &Sheet<'_>, found: &References) -> Markup {
    let list = |key: &str, events: &[RecordedFact]| {
        html! { @if !events.is_empty() { h3 { (sheet.word(key)) } ol.events { @for event in events { li { (sheet.entry(event)) } } } } }
    };
    html! {
        @if !found.is_empty() {
            section aria-labelledby="references" {
                h2 #references { (sheet.word("page-event-references")) }
                (list("page-event-refers-to", &found.refers_to))
                (list("page-event-referred-by", &found.referred_by))
                (list("page-event-same-command", &found.same_command))
            }
        }
    }
}

fn proof(sheet: &Sheet<'_>, shown: &EventPage<'_>) -> Markup {
    let position = shown.step.event.position;
    let size = |size: u64| sheet.hand.position(size);
    html! {
        section #proof aria-labelledby="proved" data-live[!sheet.is_past()] {
            h2 #proved { (sheet.word("page-event-proof")) }
            p {
                @match shown.covered {
                    Covered::Unsigned => (sheet.word("page-covered-unsigned")),
                    Covered::NotYet { size: of } => (sheet.telling("page-covered-not-yet", size(of))),
                    Covered::Signed { size: of } => (sheet.telling("page-covered-signed", size(of))),
                    Covered::Cosigned { size: of } => (sheet.telling("page-covered-cosigned", size(of))),
                }
            }
            (sheet.witnesses(shown.witnesses))
            @match shown.covered {
                Covered::Signed { .. } | Covered::Cosigned { .. } => p.buttons {
                    a.button.second href={ "/log/proof/" (position) } download { (sheet.word("page-event-receipt")) }
                    a.button.second href=(address::event_line(position)) download { (sheet.word("page-event-line-take")) }
                    a href=(sheet.at(address::PROOF)) { (sheet.word("page-proof-how")) }
                },
                Covered::Unsigned | Covered::NotYet { .. } => {}
            }
        }
    }
}

impl Sheet<'_> {
    /// What an event changed, before and after; what it left as it was on demand.
    pub(crate) fn changed(&self, fields: &[StepField]) -> Markup {
        let (changed, same): (Vec<&StepField>, Vec<&StepField>) = fields.iter().partition(|field| field.changed());
        html! {
            @if changed.is_empty() { p.empty { (self.word("page-event-changed-nothing")) } } @else { (self.fields(&changed, true)) }
            @if !same.is_empty() {
                details { summary { (self.telling("page-event-same", same.len())) } (self.fields(&same, false)) }
            }
        }
    }

    /// What a field holds; offices, commissions and provinces by what they are called.
    fn named(&self, key: &str, told: &Told) -> String {
        let Told::Plain(code) = told else { return told.told(self.lang()) };
        let office = |code: &str| code.parse().map_or_else(|_| code.to_owned(), |office| self.office(&office));
        match key {
            "offices" | "member" | "release-proposed" => code.split(", ").map(office).collect::<Vec<_>>().join(gap(self.lang())),
            "lent" => code.split_once(' ').map_or_else(|| code.clone(), |(lent, days)| format!("{} {days}", office(lent))),
            "commission" => self.commission(&CommissionSlug(code.clone())),
            "province" => messages::province_text(&ProvinceCode(code.clone()), self.snapshot, self.lang()),
            _ => code.clone(),
        }
    }

    fn fields(&self, fields: &[&StepField], both: bool) -> Markup {
        let lang = self.lang();
        let value = |field: &StepField, told: Option<&Told>| match told {
            Some(told) => html! { span dir="auto" { (self.named(field.key, told)) } },
            None => html! { span.unknown { "—" } },
        };
        html! {
            div.table-scroll tabindex="0" role="group" aria-label=(self.word("page-event-changed")) {
                table.fields {
                    thead {
                        tr {
                            th scope="col" { (self.word("page-event-field")) }
                            @if both { th scope="col" { (self.word("step-before")) } th scope="col" { (self.word("step-after")) } }
                            @else { th scope="col" { (self.word("step-state")) } }
                        }
                    }
                    tbody {
                        @for field in fields {
                            tr {
                                th scope="row" dir="auto" { (field.label(lang)) }
                                @if both { td { (value(field, field.before.as_ref())) } }
                                td { (value(field, field.after.as_ref())) }
                            }
                        }
                    }
                }
            }
        }
    }
}
