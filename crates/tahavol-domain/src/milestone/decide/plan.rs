//! Planning a milestone, revising it while its initiative is a proposal, and admitting one that came later.

use super::super::command::{PlanMilestone, ReviseMilestone};
use super::super::event::{Plan, Resolution, Revision};
use super::super::evolve::{Admission, Life};
use super::super::{Event, Phase, resolve};
use super::{Answer, counts, in_phase, initiative, not_open, open_initiative};
use crate::aggregate::{Context, Stream};
use crate::refusal::{Refusal, Rule};
use crate::values::MilestoneId;
use crate::{deciding, input};

pub(super) fn plan(asked: &PlanMilestone, ctx: &Context<'_>) -> Answer {
    let Some(programme) = ctx.basis.programme() else {
        return Err(Refusal::new(Rule::NotChartered));
    };
    input::code(&asked.code, "code")?;
    if *ctx.stream != Stream::Milestone(MilestoneId(programme.id_of(&asked.code))) {
        return Err(Refusal::at(Rule::CodeInvalid, "code").with("value", &asked.code));
    }
    let Some(initiative) = ctx.basis.initiative(asked.initiative) else {
        return Err(Refusal::at(Rule::UnknownInitiative, "initiative").with("initiative", asked.initiative.0));
    };
    if !initiative.phase.is_proposal() && !initiative.phase.is_open() {
        return Err(not_open(initiative.phase));
    }
    input::text(&asked.title, "title")?;
    Ok(vec![Event::Planned(Box::new(Plan {
        initiative: asked.initiative,
        code: asked.code.clone(),
        title: asked.title.clone(),
        baseline: resolve::baseline(&asked.baseline, initiative.horizon, ctx)?,
        provenance: asked.provenance,
    }))])
}

/// Planning again what was planned, or what stands by now, changes nothing; a scope that would resolve differently today stays.
pub(super) fn plan_again(life: &Life, asked: &PlanMilestone) -> Answer {
    let (planned, content) = (&life.planned, &life.content);
    let same = asked.initiative == planned.initiative && asked.code == planned.code && asked.provenance == planned.provenance;
    let as_planned = asked.title == planned.title && resolve::is_baseline_choice(&asked.baseline, &planned.baseline);
    let as_it_stands = asked.title == content.title && resolve::is_baseline_choice(&asked.baseline, &content.baseline);
    if same && (as_planned || as_it_stands) {
        return Ok(Vec::new());
    }
    Err(Refusal::at(Rule::AlreadyExists, "code").with("value", &asked.code))
}

/// A revision resolves scope and indicator afresh: nothing has been promised yet.
pub(super) fn revise(life: &Life, asked: &ReviseMilestone, ctx: &Context<'_>) -> Answer {
    in_phase(life, Phase::Planned)?;
    let initiative = initiative(life, ctx)?;
    if !initiative.phase.is_proposal() {
        return Err(Refusal::new(Rule::RevisableOnlyInProposal).with("phase", initiative.phase.as_str()));
    }
    input::text(&asked.title, "title")?;
    let revision = Revision { title: asked.title.clone(), baseline: resolve::baseline(&asked.baseline, initiative.horizon, ctx)? };
    if revision == life.content {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Revised(Box::new(revision))])
}

pub(super) fn admit(life: &Life, resolution: &Resolution, ctx: &Context<'_>) -> Answer {
    if life.admission == Admission::Admitted {
        return Ok(Vec::new());
    }
    in_phase(life, Phase::Planned)?;
    open_initiative(life, ctx)?;
    if counts(life, ctx) {
        return Err(Refusal::new(Rule::AlreadyCounts));
    }
    deciding::by_another_person(ctx, std::iter::once(&life.planner))?;
    deciding::resolution_or_reason(ctx, resolution.resolution.as_deref())?;
    resolve::within_horizon(&life.content.baseline, ctx)?;
    Ok(vec![Event::Admitted(resolution.clone())])
}
