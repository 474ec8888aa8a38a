//! What every decision of the council carries: a resolution or a reason, and somebody who has no part in what is decided.

use crate::aggregate::{Author, Context};
use crate::input;
use crate::refusal::{Refusal, Rule};

/// A resolution number or a reason. A programme file is imported under a resolution, so founding may not do without one.
pub(crate) fn resolution_or_reason(ctx: &Context<'_>, resolution: Option<&str>) -> Result<(), Refusal> {
    match (resolution, ctx.reason) {
        (Some(number), _) => input::plain(number, "resolution"),
        (None, _) if ctx.is_founding() => Err(Refusal::at(Rule::ResolutionRequired, "resolution")),
        (None, Some(_)) => input::reason(ctx),
        (None, None) => Err(Refusal::at(Rule::ResolutionOrReasonRequired, "resolution")),
    }
}

/// Saying no takes a reason; a resolution number may stand beside it.
pub(crate) fn reason(ctx: &Context<'_>, resolution: Option<&str>) -> Result<(), Refusal> {
    input::reason(ctx)?;
    resolution.map_or(Ok(()), |number| input::plain(number, "resolution"))
}

/// A reason that is asked for since offices are lived; lines from before have none.
pub(crate) fn reason_since(ctx: &Context<'_>) -> Result<(), Refusal> {
    if ctx.taken_again { reason_if_given(ctx) } else { input::reason(ctx) }
}

/// A reason may stand beside any command, but not an empty one.
pub(crate) fn reason_if_given(ctx: &Context<'_>) -> Result<(), Refusal> {
    if ctx.reason.is_some() { input::reason(ctx) } else { Ok(()) }
}

/// Who had a part in a proposal does not decide on it; only founding, which is one import, may do both.
pub(crate) fn by_another_person<'a>(ctx: &Context<'_>, mut authors: impl Iterator<Item = &'a Author>) -> Result<(), Refusal> {
    if !ctx.is_founding() && authors.any(|author| ctx.is_one_will_with(author)) {
        return Err(Refusal::new(Rule::ProposerDecides).with("actor", &ctx.actor.id.0));
    }
    Ok(())
}
