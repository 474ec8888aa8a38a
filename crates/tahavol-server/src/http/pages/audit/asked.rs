//! The questions of auditors as they were typed, and what they mean: a filter of events, or what is wrong with which answer.

use std::sync::Arc;

use tahavol_app::messages::message;
use tahavol_app::search::{Filter, Source};
use tahavol_app::{AsOf, Clock};
use tahavol_domain::calendar::{Date, Instant};
use tahavol_domain::fact::TYPES;
use tahavol_domain::text::{Lang, digits_to_latin, fold};
use tahavol_domain::values::{ActorId, CommissionSlug, IndicatorCode, Office, Sha256, StationCode};
use tahavol_domain::{Rule, Stream};
use tahavol_projections::Snapshot;
use tahavol_web::address::parse_as_of;
use tahavol_web::audit::{AFTER, BEFORE};
use tahavol_web::isolated;
use uuid::Uuid;

use super::super::reading::Reading;

/// Characters of what somebody looks for.
const LONGEST: usize = 200;

/// A place in a list of events: the newest ones, or those on one side of a position.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::http::pages) struct Place {
    pub(in crate::http::pages) before: Option<u64>,
    pub(in crate::http::pages) after: Option<u64>,
}

/// Answers that are being read, and what is wrong with them.
pub(in crate::http::pages) struct Answers<'a> {
    reading: &'a Reading,
    pub(in crate::http::pages) wrong: Vec<(&'static str, String)>,
}

impl<'a> Answers<'a> {
    pub(in crate::http::pages) fn of(reading: &'a Reading) -> Self {
        Answers { reading, wrong: Vec::new() }
    }

    fn lang(&self) -> Lang {
        self.reading.visit.lang
    }

    pub(in crate::http::pages) fn typed(&self, name: &str) -> Option<&'a str> {
        self.reading.asked(name).map(str::trim).filter(|text| !text.is_empty())
    }

    pub(in crate::http::pages) fn refuse(&mut self, name: &'static str, key: &str, value: &str) {
        // What was typed ends with its quotation marks, whatever it says of directions.
        let text = message(key, &[("value", isolated(value))], self.lang());
        self.wrong.push((name, text));
    }

    /// The filter of the ledger's own page.
    pub(in crate::http::pages) async fn filter(&mut self) -> Filter {
        let (recorded_from, recorded_to) = (self.recorded("recorded-from", false), self.recorded("recorded-to", true));
        let (effective_from, effective_to) = (self.day("effective-from"), self.day("effective-to"));
        self.in_order("recorded-to", recorded_from, recorded_to);
        self.in_order("effective-to", effective_from, effective_to);
        Filter {
            stream: self.thing(),
            types: self.types(),
            actor: self.actor().await,
            office: self.office(),
            commission: self.commission(),
            recorded_from,
            recorded_to,
            effective_from,
            effective_to,
            command: self.uuid("command"),
            correlation: self.uuid("correlation"),
            source: self.source(),
            text: self.text(),
            timeline: None,
            until: self.reading.snapshot.position,
            sight: Arc::clone(&self.reading.sight),
        }
    }

    /// A code, a slug, or the name of a stream.
    pub(in crate::http::pages) fn thing(&mut self) -> Option<Stream> {
        let typed = self.typed("thing")?;
        let plain = digits_to_latin(typed);
        let found = plain.parse::<Stream>().ok().filter(|stream| stream.to_string() == plain);
        let found = found.or_else(|| named(&self.reading.snapshot, &plain)).or_else(|| named(&self.reading.live, &plain));
        if found.is_none() {
            self.refuse("thing", "page-ask-thing-unknown", typed);
        }
        found
    }

    /// Somebody whom the ledger or the configuration knows.
    pub(in crate::http::pages) async fn actor(&mut self) -> Option<ActorId> {
        let typed = self.typed("actor")?;
        let actor = named_person(&self.reading.snapshot, typed).unwrap_or_else(|| ActorId(typed.to_owned()));
        match self.reading.site().app.knows_actor(&actor).await {
            Ok(true) => Some(actor),
            Ok(false) => {
                self.refuse("actor", "page-ask-actor-unknown", typed);
                None
            }
            Err(error) => {
                tracing::error!(%error, "it cannot be told whether an actor is known");
                Some(actor)
            }
        }
    }

    pub(in crate::http::pages) fn office(&mut self) -> Option<Office> {
        let typed = self.typed("office")?;
        let office = typed.parse().ok();
        if office.is_none() {
            self.refuse("office", "OFFICE_INVALID", typed);
        }
        office
    }

    pub(in crate::http::pages) fn commission(&mut self) -> Option<CommissionSlug> {
        let typed = self.typed("commission")?;
        let slug = CommissionSlug(typed.to_owned());
        let known = |snapshot: &Snapshot| snapshot.commissions.contains_key(&slug);
        if known(&self.reading.snapshot) || known(&self.reading.live) {
            return Some(slug);
        }
        self.refuse("commission", Rule::UnknownCommission.code(), typed);
        None
    }

    pub(in crate::http::pages) fn day(&mut self, name: &'static str) -> Option<Date> {
        let typed = self.typed(name)?;
        let day = Date::parse(typed).ok();
        if day.is_none() {
            self.refuse(name, "page-ask-day-form", typed);
        }
        day
    }

    /// A moment of the ledger: a day, a position or an instant.
    pub(in crate::http::pages) fn moment(&mut self, name: &'static str) -> Option<AsOf> {
        let typed = self.typed(name)?;
        match parse_as_of(typed, &self.reading.snapshot.time_zone()) {
            Ok(at) => Some(at),
            Err(key) => {
                self.refuse(name, key, typed);
                None
            }
        }
    }

    pub(in crate::http::pages) fn position(&mut self, name: &'static str) -> Option<u64> {
        let typed = self.typed(name)?;
        let position = digits_to_latin(typed).parse().ok();
        if position.is_none() {
            self.refuse(name, "page-ask-position-form", typed);
        }
        position
    }

    /// A day stands for its first moment or its last one.
    fn recorded(&mut self, name: &'static str, end: bool) -> Option<Instant> {
        let typed = self.typed(name)?;
        if let Ok(instant) = Instant::parse(&digits_to_latin(typed)) {
            return Some(instant);
        }
        let day = self.day(name)?;
        let zone = self.reading.snapshot.time_zone();
        Some(if end { Instant::start_of(day.plus_days(1), &zone).plus_micros(-1) } else { Instant::start_of(day, &zone) })
    }

    pub(in crate::http::pages) fn in_order<T: PartialOrd>(&mut self, name: &'static str, from: Option<T>, to: Option<T>) {
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            self.refuse(name, "page-ask-reversed", "");
        }
    }

    fn uuid(&mut self, name: &'static str) -> Option<Uuid> {
        let typed = self.typed(name)?;
        let id = Uuid::parse_str(typed).ok();
        if id.is_none() {
            self.refuse(name, "page-ask-id-form", typed);
        }
        id
    }

    fn source(&mut self) -> Option<Source> {
        if let Some(typed) = self.typed("file") {
            let digest = typed.parse::<Sha256>().ok();
            if digest.is_none() {
                self.refuse("file", "page-ask-file-form", typed);
            }
            return digest.map(Source::File);
        }
        match self.typed("source") {
            Some("imported") => Some(Source::Imported),
            Some("typed") => Some(Source::NotImported),
            Some(other) => {
                self.refuse("source", "page-ask-choice-unknown", other);
                None
            }
            None => None,
        }
    }

    fn types(&mut self) -> Vec<String> {
        let reading = self.reading;
        let asked = reading.query.iter().filter(|(name, value)| name == "type" && !value.is_empty());
        let is_known = |wanted: &str| TYPES.iter().any(|(name, _)| *name == wanted || name.split('.').next() == Some(wanted));
        let (known, unknown): (Vec<&String>, Vec<&String>) = asked.map(|(_, value)| value).partition(|wanted| is_known(wanted));
        for wanted in unknown {
            self.refuse("type", "page-ask-type-unknown", wanted);
        }
        known.into_iter().cloned().collect()
    }

    /// Where in a list one is.
    pub(in crate::http::pages) fn place(&mut self) -> Place {
        Place { before: self.position(BEFORE), after: self.position(AFTER) }
    }

    fn text(&mut self) -> Option<String> {
        let typed = self.typed("text")?;
        let short = typed.chars().count() <= LONGEST && !fold(typed).is_empty();
        if !short {
            self.wrong.push(("text", message("page-ask-text-form", &[("value", LONGEST.to_string())], self.lang())));
        }
        short.then(|| typed.to_owned())
    }
}

/// A thing by the code that people know.
fn named(snapshot: &Snapshot, code: &str) -> Option<Stream> {
    if let Some(row) = snapshot.milestone_by_code(code) {
        return Some(Stream::Milestone(row.plan.id));
    }
    if let Some(row) = snapshot.initiative_by_code(code) {
        return Some(Stream::Initiative(row.id));
    }
    let (station, indicator, slug) = (StationCode(code.to_owned()), IndicatorCode(code.to_owned()), CommissionSlug(code.to_owned()));
    if snapshot.stations.contains_key(&station) {
        return Some(Stream::Station(station));
    }
    if snapshot.indicators.contains_key(&indicator) {
        return Some(Stream::Indicator(indicator));
    }
    snapshot.commissions.contains_key(&slug).then_some(Stream::Commission(slug))
}

/// An official by her whole name, where only one has it.
fn named_person(snapshot: &Snapshot, name: &str) -> Option<ActorId> {
    let mut named = snapshot.officials.values().filter(|row| fold(&row.person.name) == fold(name));
    let first = named.next()?;
    named.next().is_none().then(|| first.person.id.clone())
}

/// The day of a moment that is given as an instant or is now.
pub(in crate::http::pages) fn instant_of(at: Option<AsOf>) -> Option<Instant> {
    match at {
        None => Some(Clock::System.now()),
        Some(AsOf::Instant(instant)) => Some(instant),
        Some(AsOf::Position(_)) => None,
    }
}
