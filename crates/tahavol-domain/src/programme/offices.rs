//! Who is given, lent and relieved of the programme's offices. Nobody gives an office to oneself.

use super::Event;
use super::charter::person;
use super::event::{Appointment, Delegation, DelegationEnd, Release};
use super::evolve::{Chartered, key};
use crate::aggregate::Context;
use crate::refusal::{Refusal, Rule};
use crate::values::{ActorId, Office};
use crate::{deciding, input};

/// The longest that an office is lent at a time: a year, in either calendar.
const LONGEST_DAYS: i32 = 366;

pub(super) fn appoint(programme: &Chartered, appointment: &Appointment, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let Appointment { person: appointee, office } = appointment;
    person(appointee, "person")?;
    appointable(programme, office)?;
    if ctx.is_act_of(&appointee.id) {
        return Err(Refusal::at(Rule::SelfAppointment, "person").with("actor", &appointee.id.0));
    }
    match programme.officials.held.get(&(office.clone(), appointee.id.clone())) {
        Some(name) if *name == appointee.name => Ok(Vec::new()),
        Some(name) => Err(Refusal::at(Rule::OfficeAlreadyHeld, "person").with("office", office).with("name", name)),
        None => {
            deciding::reason_since(ctx)?;
            Ok(vec![Event::OfficialAppointed(appointment.clone())])
        }
    }
}

/// Only what belongs to the whole programme; a commission's roles are given in its own stream.
fn appointable(programme: &Chartered, office: &Office) -> Result<(), Refusal> {
    match office {
        Office::Council | Office::Inspector | Office::Auditor | Office::Administrator => Ok(()),
        Office::Reporter(province) => match programme.charter.provinces.iter().any(|known| known.code == *province) {
            true => Ok(()),
            false => Err(Refusal::at(Rule::UnknownProvince, "office").with("province", &province.0)),
        },
        Office::Founding | Office::Chair(_) | Office::Secretary(_) | Office::Member(_) => {
            Err(Refusal::at(Rule::OfficeNotAppointable, "office").with("office", office))
        }
    }
}

/// A proposal that stands is enough; a second one changes neither who proposed nor when.
pub(super) fn propose_release(programme: &Chartered, release: &Release, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    held(programme, release)?;
    if programme.officials.proposed.contains_key(&key(release)) {
        return Ok(Vec::new());
    }
    input::reason(ctx)?;
    Ok(vec![Event::OfficialReleaseProposed(release.clone())])
}

/// One person may not do away with the eyes of the programme: an auditor, or whoever is left to administer it. Two people are needed,
/// and two offices: who lends the own one does not thereby become two.
pub(super) fn release(programme: &Chartered, release: &Release, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    held(programme, release)?;
    input::reason(ctx)?;
    if needs_two(programme, &release.office) {
        match programme.officials.proposed.get(&key(release)) {
            None => return Err(Refusal::new(Rule::ReleaseNeedsProposal).with("office", &release.office)),
            Some(proposer) if ctx.is_one_will_with(proposer) => {
                return Err(Refusal::new(Rule::ReleaseBySamePerson).with("actor", &proposer.actor.0));
            }
            Some(_) => {}
        }
    }
    if release.office == Office::Council && programme.officials.holders(&Office::Council) == 1 && !ctx.taken_again {
        return Err(Refusal::new(Rule::LastOfCouncil).with("actor", &release.actor.0));
    }
    Ok(vec![Event::OfficialReleased(release.clone())])
}

fn held(programme: &Chartered, release: &Release) -> Result<(), Refusal> {
    if programme.officials.holds(&release.actor, &release.office) {
        return Ok(());
    }
    Err(Refusal::at(Rule::OfficeNotHeld, "office").with("actor", &release.actor.0).with("office", &release.office))
}

fn needs_two(programme: &Chartered, office: &Office) -> bool {
    match office {
        Office::Auditor => true,
        Office::Administrator => programme.officials.holders(office) == 1,
        Office::Founding
        | Office::Council
        | Office::Chair(_)
        | Office::Secretary(_)
        | Office::Member(_)
        | Office::Inspector
        | Office::Reporter(_) => false,
    }
}

/// The holder lends the own office; the council may lend anybody's, but not to the one who decides it.
pub(super) fn delegate(programme: &Chartered, delegation: &Delegation, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let Delegation { delegation: id, from, to, office, starts, ends } = delegation;
    match programme.delegations.get(id) {
        Some(lent) if lent.delegation == *delegation => return Ok(Vec::new()),
        Some(_) => return Err(Refusal::at(Rule::AlreadyExists, "delegation").with("code", id)),
        None => {}
    }
    person(to, "to")?;
    if starts > ends {
        return Err(Refusal::at(Rule::DelegationPeriodInvalid, "ends").with("starts", starts).with("ends", ends));
    }
    if !ctx.taken_again {
        within_reason(delegation, ctx)?;
    }
    if *from == to.id {
        return Err(Refusal::at(Rule::DelegationToSelf, "to").with("actor", &from.0));
    }
    if *from != ctx.actor.id && ctx.is_act_of(&to.id) {
        return Err(Refusal::at(Rule::SelfAppointment, "to").with("actor", &to.id.0));
    }
    let by_right = *from == ctx.actor.id || *ctx.office == Office::Council;
    if !by_right || !has_to_lend(programme, from, office, ctx) {
        return Err(Refusal::at(Rule::DelegationNotOwn, "office").with("actor", &from.0).with("office", office));
    }
    deciding::reason_since(ctx)?;
    Ok(vec![Event::OfficeDelegated(delegation.clone())])
}

/// An office is lent for an absence: it ends by itself, within a year, and it has not ended before it is given.
fn within_reason(delegation: &Delegation, ctx: &Context<'_>) -> Result<(), Refusal> {
    let Delegation { starts, ends, .. } = delegation;
    if *ends < ctx.today {
        return Err(Refusal::at(Rule::DelegationOver, "ends").with("ends", ends).with("today", ctx.today));
    }
    if starts.days_until(*ends) >= LONGEST_DAYS {
        return Err(Refusal::at(Rule::DelegationTooLong, "ends").with("starts", starts).with("ends", ends).with("days", LONGEST_DAYS));
    }
    Ok(())
}

/// Held, not borrowed: what is lent is not lent on.
fn has_to_lend(programme: &Chartered, actor: &ActorId, office: &Office, ctx: &Context<'_>) -> bool {
    if office.commission().is_none() {
        return programme.officials.holds(actor, office);
    }
    let borrowed = programme.delegations.values().any(|lent| {
        let delegation = &lent.delegation;
        let in_force = !lent.ended && delegation.starts <= ctx.today && ctx.today <= delegation.ends;
        in_force && delegation.to.id == *actor && delegation.office == *office
    });
    !borrowed && ctx.basis.offices(actor, ctx.today).contains(office)
}

pub(super) fn end_delegation(programme: &Chartered, end: &DelegationEnd, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let Some(lent) = programme.delegations.get(&end.delegation) else {
        return Err(Refusal::at(Rule::UnknownDelegation, "delegation").with("delegation", end.delegation));
    };
    if lent.delegation.from != ctx.actor.id && *ctx.office != Office::Council {
        return Err(Refusal::at(Rule::DelegationNotOwn, "delegation").with("actor", &lent.delegation.from.0));
    }
    let is_over = !ctx.taken_again && lent.delegation.ends < ctx.today;
    if lent.ended || is_over {
        return Ok(Vec::new());
    }
    deciding::reason_since(ctx)?;
    Ok(vec![Event::DelegationEnded(end.clone())])
}
