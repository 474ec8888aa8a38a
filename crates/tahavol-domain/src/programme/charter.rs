//! The founding of a programme: on an empty ledger, by the administrator that the configuration names, complete.

use std::collections::BTreeSet;

use super::event::{Charter, HorizonCharter, Thresholds};
use super::evolve::Chartered;
use super::{Event, Programme};
use crate::aggregate::{Context, Stream};
use crate::input;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Rule};
use crate::values::{Horizon, Person};

pub(super) fn charter(programme: &Programme, charter: &Charter, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if ctx.named_administrator != Some(&ctx.actor.id) || charter.administrator.id != ctx.actor.id {
        return Err(Refusal::at(Rule::NotTheNamedAdministrator, "administrator").with("administrator", &charter.administrator.id.0));
    }
    if let Programme::Chartered(chartered) = programme {
        return again(chartered, charter);
    }
    if ctx.basis.position().is_some() {
        return Err(Refusal::new(Rule::LedgerNotEmpty));
    }
    if *ctx.stream != Stream::Programme(charter.programme) {
        return Err(Refusal::at(Rule::CodeInvalid, "programme").with("value", charter.programme.0));
    }
    input::code(&charter.slug, "slug")?;
    input::text(&charter.title, "title")?;
    input::text(&charter.council.title, "council")?;
    input::text(&charter.council.chair, "council")?;
    people(charter)?;
    horizons(&charter.horizons)?;
    commissions(charter)?;
    provinces(charter)?;
    thresholds(&charter.confidence)?;
    Ok(vec![Event::Chartered(Box::new(charter.clone()))])
}

/// The same charter again changes nothing; another has no place on this ledger.
pub(super) fn again(programme: &Chartered, charter: &Charter) -> Result<Vec<Event>, Refusal> {
    if programme.charter == *charter { Ok(Vec::new()) } else { Err(Refusal::new(Rule::LedgerNotEmpty)) }
}

/// The administrator names the first official, and nobody names oneself.
fn people(charter: &Charter) -> Result<(), Refusal> {
    person(&charter.administrator, "administrator")?;
    person(&charter.first_official, "firstOfficial")?;
    if charter.first_official.id == charter.administrator.id {
        return Err(Refusal::at(Rule::SelfAppointment, "firstOfficial").with("actor", &charter.first_official.id.0));
    }
    Ok(())
}

pub(super) fn person(person: &Person, field: &'static str) -> Result<(), Refusal> {
    input::code(&person.id.0, field)?;
    input::plain(&person.name, field)
}

fn horizons(windows: &[HorizonCharter]) -> Result<(), Refusal> {
    for window in windows {
        input::text(&window.title, "horizons")?;
        if window.starts > window.ends {
            let refusal = Refusal::at(Rule::HorizonInvalid, "horizons").with("horizon", window.horizon.as_str());
            return Err(refusal.with("starts", window.starts).with("ends", window.ends));
        }
    }
    unique(windows.iter().map(|window| window.horizon.as_str()), "horizons")?;
    match Horizon::ALL.into_iter().find(|horizon| windows.iter().all(|window| window.horizon != *horizon)) {
        Some(missing) => Err(Refusal::at(Rule::CharterIncomplete, "horizons").with("missing", missing.as_str())),
        None => Ok(()),
    }
}

fn commissions(charter: &Charter) -> Result<(), Refusal> {
    if charter.commissions.is_empty() {
        return Err(Refusal::at(Rule::CharterIncomplete, "commissions").with("missing", "commissions"));
    }
    charter.commissions.iter().try_for_each(|slug| input::code(&slug.0, "commissions"))?;
    unique(charter.commissions.iter().map(|slug| slug.0.as_str()), "commissions")
}

fn provinces(charter: &Charter) -> Result<(), Refusal> {
    if charter.provinces.is_empty() {
        return Err(Refusal::at(Rule::CharterIncomplete, "provinces").with("missing", "provinces"));
    }
    for province in &charter.provinces {
        input::code(&province.code.0, "provinces")?;
        input::text(&province.name, "provinces")?;
    }
    unique(charter.provinces.iter().map(|province| province.code.0.as_str()), "provinces")
}

/// From green down to amber-red, each below the one before and all above nothing; otherwise a colour could never be.
fn thresholds(confidence: &Thresholds) -> Result<(), Refusal> {
    let Thresholds { green, amber_green, amber, amber_red } = *confidence;
    let descending = green > amber_green && amber_green > amber && amber > amber_red && amber_red > Quantity::ZERO;
    if descending { Ok(()) } else { Err(Refusal::at(Rule::ThresholdOrder, "confidence")) }
}

fn unique<'a>(codes: impl Iterator<Item = &'a str>, field: &'static str) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for code in codes {
        if !seen.insert(code) {
            return Err(Refusal::at(Rule::AlreadyExists, field).with("code", code));
        }
    }
    Ok(())
}
