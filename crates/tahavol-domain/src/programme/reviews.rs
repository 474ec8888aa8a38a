//! Stock-takes and conferences: they freeze a position, and their actions stay open until closed with evidence.

use std::collections::BTreeSet;

use super::Event;
use super::command::HoldReview;
use super::event::{ActionClosure, Review};
use super::evolve::Chartered;
use crate::aggregate::Context;
use crate::input;
use crate::refusal::{Refusal, Rule};

pub(super) fn hold(programme: &Chartered, command: &HoldReview, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if let Some(held) = programme.reviews.get(&command.review) {
        let same = review(command, command.position.unwrap_or(held.review.frozen_position)) == held.review;
        return if same { Ok(Vec::new()) } else { Err(Refusal::at(Rule::AlreadyExists, "review").with("code", command.review)) };
    }
    input::text(&command.title, "title")?;
    for (texts, field) in
        [(&command.strengths, "strengths"), (&command.weaknesses, "weaknesses"), (&command.commendations, "commendations")]
    {
        texts.iter().try_for_each(|text| input::text(text, field))?;
    }
    actions(command, ctx)?;
    let frozen_position = frozen(command, ctx)?;
    Ok(vec![Event::ReviewHeld(review(command, frozen_position))])
}

fn actions(command: &HoldReview, ctx: &Context<'_>) -> Result<(), Refusal> {
    let mut seen = BTreeSet::new();
    for action in &command.actions {
        input::text(&action.title, "actions")?;
        if !seen.insert(action.action) {
            return Err(Refusal::at(Rule::AlreadyExists, "actions").with("code", action.action));
        }
        if !ctx.basis.knows_person(&action.owner) {
            return Err(Refusal::at(Rule::UnknownOwner, "actions").with("owner", &action.owner.0));
        }
    }
    Ok(())
}

/// The position named, or the newest that the decision can see.
fn frozen(command: &HoldReview, ctx: &Context<'_>) -> Result<u64, Refusal> {
    let reached = ctx.basis.position();
    match (command.position, reached) {
        (Some(named), Some(reached)) if named <= reached => Ok(named),
        (None, Some(reached)) => Ok(reached),
        (named, reached) => {
            let shown = |position: Option<u64>| position.map_or_else(|| "-".to_owned(), |position| position.to_string());
            Err(Refusal::at(Rule::PositionNotReached, "position").with("position", shown(named)).with("reached", shown(reached)))
        }
    }
}

fn review(command: &HoldReview, frozen_position: u64) -> Review {
    Review {
        review: command.review,
        kind: command.kind,
        title: command.title.clone(),
        frozen_position,
        strengths: command.strengths.clone(),
        weaknesses: command.weaknesses.clone(),
        commendations: command.commendations.clone(),
        actions: command.actions.clone(),
    }
}

pub(super) fn close_action(programme: &Chartered, closure: &ActionClosure) -> Result<Vec<Event>, Refusal> {
    let Some(held) = programme.reviews.get(&closure.review) else {
        return Err(Refusal::at(Rule::UnknownReview, "review").with("review", closure.review));
    };
    if !held.review.actions.iter().any(|action| action.action == closure.action) {
        return Err(Refusal::at(Rule::UnknownAction, "action").with("action", closure.action));
    }
    match held.closed.get(&closure.action) {
        Some(closed) if closed == closure => return Ok(Vec::new()),
        Some(_) => return Err(Refusal::at(Rule::ActionClosed, "action").with("action", closure.action)),
        None => {}
    }
    input::text(&closure.outcome, "outcome")?;
    if closure.evidence.is_empty() {
        return Err(Refusal::at(Rule::EvidenceRequired, "evidence"));
    }
    input::evidence(&closure.evidence)?;
    if let Some(file) = closure.evidence.iter().find(|file| programme.destroyed.contains(&file.digest)) {
        return Err(Refusal::at(Rule::EvidenceDestroyed, "evidence").with("digest", file.digest));
    }
    Ok(vec![Event::ReviewActionClosed(closure.clone())])
}
