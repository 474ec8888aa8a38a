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
use uuid::Uuid;

use super::super::reading::Reading;

/// Characters of what somebody looks for.
const LONGEST: usize = 200;

/// Answers that are being read, and what is wrong with them.
pub(super) struct Answers<'a> {
    reading: &'a Reading,
    pub(super) wrong: Vec<(&'static str, String)>,
}

impl<'a> Answers<'a> {
    pub(super) fn of(reading: &'a Reading) -> Self {
        Answers { reading, wrong: Vec::new() }
    }

    fn lang(&self) -> Lang {
        self.reading.visit.lang
    }

    pub(super) fn typed(&self, name: &str) -> Option<&'a str> {
        self.reading.asked(name).map(str::trim).filter(|text| !text.is_empty())
    }

    pub(super) fn refuse(&mut self, name: &'static str, key: &str, value: &str) {
        let text = message(key, &[("value", value.to_owned())], self.lang());
        self.wrong.push((name, text));
    }

    /// The filter of the ledger's own page.
    pub(super) async fn filter(&mut self) -> Filter {
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
    pub(super) fn thing(&mut self) -> Option<Stream> {
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
    pub(super) async fn actor(&mut self) -> Option<ActorId> {
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

    pub(super) fn office(&mut self) -> Option<Office> {
        let typed = self.typed("office")?;
        let office = typed.parse().ok();
        if office.is_none() {
            self.refuse("office", "OFFICE_INVALID", typed);
        }
        office
    }

    pub(super) fn commission(&mut self) -> Option<CommissionSlug> {
        let typed = self.typed("commission")?;
        let slug = CommissionSlug(typed.to_owned());
        let known = |snapshot: &Snapshot| snapshot.commissions.contains_key(&slug);
        if known(&self.reading.snapshot) || known(&self.reading.live) {
            return Some(slug);
        }
        self.refuse("commission", Rule::UnknownCommission.code(), typed);
        None
    }

    pub(super) fn day(&mut self, name: &'static str) -> Option<Date> {
        let typed = self.typed(name)?;
        let day = Date::parse(typed).ok();
        if day.is_none() {
            self.refuse(name, "page-ask-day-form", typed);
        }
        day
    }

    /// A moment of the ledger: a day, a position or an instant.
    pub(super) fn moment(&mut self, name: &'static str) -> Option<AsOf> {
        let typed = self.typed(name)?;
        match parse_as_of(typed, &self.reading.snapshot.time_zone()) {
            Ok(at) => Some(at),
            Err(key) => {
                self.refuse(name, key, typed);
                None
            }
        }
    }

    pub(super) fn position(&mut self, name: &'static str) -> Option<u64> {
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

    fn in_order<T: PartialOrd>(&mut self, name: &'static str, from: Option<T>, to: Option<T>) {
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
            Some(_) | None => None,
        }
    }

    fn types(&mut self) -> Vec<String> {
        let asked = self.reading.query.iter().filter(|(name, value)| name == "type" && !value.is_empty());
        let known = |wanted: &str| TYPES.iter().any(|(name, _)| *name == wanted || name.split('.').next() == Some(wanted));
        asked.map(|(_, value)| value.clone()).filter(|wanted| known(wanted)).collect()
    }

    fn text(&mut self) -> Option<String> {
        let typed = self.typed("text")?;
        let short = typed.chars().count() <= LONGEST && !fold(typed).is_empty();
        if !short {
            self.refuse("text", "page-ask-text-form", &LONGEST.to_string());
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
pub(super) fn instant_of(at: Option<AsOf>) -> Option<Instant> {
    match at {
        None => Some(Clock::System.now()),
        Some(AsOf::Instant(instant)) => Some(instant),
        Some(AsOf::Position(_)) => None,
    }
}
