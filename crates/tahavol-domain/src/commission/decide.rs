//! What a commission allows: a list of refusals, one function a command.

use super::event::{Establishment, MemberAppointment, MemberRelease, Rating, RatingVoice, Role};
use super::evolve::Established;
use super::{Command, Commission, Event};
use crate::aggregate::{Aggregate, Context, Stream};
use crate::calendar::Date;
use crate::fact::Envelope;
use crate::refusal::{Refusal, Rule};
use crate::values::{Confidence, Office};
use crate::{deciding, input};

impl Aggregate for Commission {
    type Command = Command;
    type Event = Event;

    fn decide(&self, command: &Command, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        input::not_in_future(ctx)?;
        match (self, command) {
            (commission, Command::Establish(establishment)) => establish(commission, establishment, ctx),
            (Commission::Established(commission), Command::AppointMember(appointment)) => appoint(commission, appointment, ctx),
            (Commission::Established(commission), Command::ReleaseMember(release)) => self::release(commission, release, ctx),
            (Commission::Established(commission), Command::Rate(rating)) => rate(commission, rating, ctx),
            (Commission::Unestablished, Command::AppointMember(_) | Command::ReleaseMember(_) | Command::Rate(_)) => {
                Err(Refusal::at(Rule::UnknownCommission, "commission").with("commission", ctx.stream))
            }
        }
    }

    /// A rating is of a day; the rest is an act of office, dated only where somebody dates it.
    fn effective_on(&self, event: &Event, ctx: &Context<'_>) -> Option<Date> {
        match event {
            Event::Rated(_) => Some(ctx.day()),
            Event::Established(_) | Event::MemberAppointed(_) | Event::MemberReleased(_) => ctx.effective_on,
        }
    }

    fn evolve(self, event: &Event, said: &Envelope) -> Self {
        self.fold(event, said)
    }
}

fn establish(commission: &Commission, establishment: &Establishment, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let slug = &establishment.slug;
    if *ctx.stream != Stream::Commission(slug.clone()) {
        return Err(Refusal::at(Rule::CodeInvalid, "commission").with("value", &slug.0));
    }
    if let Commission::Established(established) = commission {
        let same = established.establishment == *establishment;
        return if same { Ok(Vec::new()) } else { Err(Refusal::at(Rule::AlreadyExists, "commission").with("code", &slug.0)) };
    }
    if !ctx.basis.charter_commissions().contains(slug) {
        return Err(Refusal::at(Rule::CommissionNotInCharter, "commission").with("commission", &slug.0));
    }
    input::text(&establishment.title, "title")?;
    input::note(Some(&establishment.remit), "remit")?;
    Ok(vec![Event::Established(establishment.clone())])
}

/// Nobody gives a role to oneself, and there is one chair at a time.
fn appoint(commission: &Established, appointment: &MemberAppointment, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let MemberAppointment { person, role } = appointment;
    input::code(&person.id.0, "person")?;
    input::plain(&person.name, "person")?;
    if ctx.is_act_of(&person.id) {
        return Err(Refusal::at(Rule::SelfAppointment, "person").with("actor", &person.id.0));
    }
    match commission.people.get(&(*role, person.id.clone())) {
        Some(name) if *name == person.name => return Ok(Vec::new()),
        Some(name) => return Err(Refusal::at(Rule::RoleAlreadyHeld, "person").with("name", name)),
        None => {}
    }
    let chair = commission.people.iter().find(|((held, _), _)| *held == Role::Chair);
    if let (Role::Chair, Some((_, name))) = (role, chair) {
        return Err(Refusal::at(Rule::ChairTaken, "role").with("name", name));
    }
    deciding::reason_since(ctx)?;
    Ok(vec![Event::MemberAppointed(appointment.clone())])
}

fn release(commission: &Established, release: &MemberRelease, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if !commission.people.contains_key(&(release.role, release.actor.clone())) {
        return Err(Refusal::at(Rule::RoleNotHeld, "role").with("actor", &release.actor.0));
    }
    input::reason(ctx)?;
    Ok(vec![Event::MemberReleased(release.clone())])
}

fn rate(commission: &Established, rating: &Rating, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if ctx.basis.horizon(rating.horizon).is_none() {
        return Err(Refusal::at(Rule::UnknownHorizon, "horizon").with("horizon", rating.horizon.as_str()));
    }
    if rating.confidence == Confidence::Grey {
        return Err(Refusal::at(Rule::RatingGrey, "confidence"));
    }
    if !speaks_with(commission, rating.voice, ctx) {
        return Err(Refusal::at(Rule::RatingVoice, "voice").with("office", ctx.office));
    }
    input::note(rating.note.as_ref(), "note")?;
    let stands = commission.ratings.get(&(rating.horizon, rating.voice));
    if stands.is_some_and(|(day, stated)| *day == Some(ctx.day()) && stated == rating) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Rated(rating.clone())])
}

/// The commission speaks for itself; independent is an inspector who has no role in it.
fn speaks_with(commission: &Established, voice: RatingVoice, ctx: &Context<'_>) -> bool {
    match voice {
        RatingVoice::Own => ctx.office.commission() == Some(&commission.establishment.slug),
        RatingVoice::Independent => *ctx.office == Office::Inspector && commission.people.keys().all(|(_, held)| *held != ctx.actor.id),
    }
}
