//! Names in a query's arguments: what they mean in a picture, or an error that says that there is nothing of that name.

use async_graphql::{Context, Error};
use tahavol_app::Tahavol;
use tahavol_domain::text::fold;
use tahavol_domain::values::{CommissionSlug, InitiativeId, MilestoneId, ProvinceCode};
use tahavol_domain::{Rule, Stream};
use tahavol_projections::Snapshot;

use crate::errors::refuse;
use crate::initiative::Initiative;
use crate::milestone::Milestone;
use crate::node;
use crate::request::View;

/// Characters of what somebody looks for.
const LONGEST_SEARCH: usize = 200;

/// By slug or node id; those that the charter names are known before they are established.
pub(crate) fn commission(ctx: &Context<'_>, view: &View, text: Option<String>) -> Result<Option<CommissionSlug>, Error> {
    let Some(text) = text else { return Ok(None) };
    let slug = CommissionSlug(node::key("commission", &text));
    let chartered = |snapshot: &Snapshot| snapshot.programme.as_ref().is_some_and(|row| row.charter.commissions.contains(&slug));
    let named = |snapshot: &Snapshot| (snapshot.commissions.contains_key(&slug) || chartered(snapshot)).then_some(());
    match find(ctx, view, named) {
        Found::Known(()) | Found::BeforeAll => Ok(Some(slug)),
        Found::Nothing => Err(unknown(ctx, Rule::UnknownCommission, "commission", text)),
    }
}

/// By node id, UUID or code.
pub(crate) fn initiative(ctx: &Context<'_>, view: &View, text: Option<String>) -> Result<Option<InitiativeId>, Error> {
    let Some(text) = text else { return Ok(None) };
    match find(ctx, view, |snapshot| Initiative::named(snapshot, &text)) {
        Found::Known(id) => Ok(Some(id)),
        // An initiative that does not exist has no milestones.
        Found::BeforeAll => Ok(Some(InitiativeId::default())),
        Found::Nothing => Err(unknown(ctx, Rule::UnknownInitiative, "initiative", text)),
    }
}

/// By node id, UUID or code; nothing before the charter.
pub(crate) fn milestone(ctx: &Context<'_>, view: &View, text: String) -> Result<Option<MilestoneId>, Error> {
    match find(ctx, view, |snapshot| Milestone::named(snapshot, &text)) {
        Found::Known(id) => Ok(Some(id)),
        Found::BeforeAll => Ok(None),
        Found::Nothing => Err(unknown(ctx, Rule::UnknownMilestone, "milestone", text)),
    }
}

/// By code or node id.
pub(crate) fn province(ctx: &Context<'_>, view: &View, text: Option<String>) -> Result<Option<ProvinceCode>, Error> {
    let Some(text) = text else { return Ok(None) };
    let code = ProvinceCode(node::key("province", &text));
    let named = |snapshot: &Snapshot| {
        let provinces = &snapshot.programme.as_ref()?.charter.provinces;
        provinces.iter().any(|province| province.code == code).then_some(())
    };
    match find(ctx, view, named) {
        Found::Known(()) | Found::BeforeAll => Ok(Some(code)),
        Found::Nothing => Err(unknown(ctx, Rule::UnknownProvince, "province", text)),
    }
}

/// The stream of a station or an indicator that is there.
pub(crate) fn stream(ctx: &Context<'_>, view: &View, stream: Stream) -> Result<Stream, Error> {
    let (rule, field, text) = match &stream {
        Stream::Station(code) => (Rule::UnknownStation, "station", code.0.clone()),
        Stream::Indicator(code) => (Rule::UnknownIndicator, "indicator", code.0.clone()),
        Stream::Programme(_) | Stream::Commission(_) | Stream::Initiative(_) | Stream::Milestone(_) => return Ok(stream),
    };
    let named = |snapshot: &Snapshot| {
        let there = match &stream {
            Stream::Station(code) => snapshot.stations.contains_key(code),
            Stream::Indicator(code) => snapshot.indicators.contains_key(code),
            Stream::Programme(_) | Stream::Commission(_) | Stream::Initiative(_) | Stream::Milestone(_) => true,
        };
        there.then_some(())
    };
    match find(ctx, view, named) {
        Found::Known(()) | Found::BeforeAll => Ok(stream),
        Found::Nothing => Err(unknown(ctx, rule, field, text)),
    }
}

/// What somebody looks for, as [`tahavol_projections::find::finds`] takes it.
pub(crate) fn search(ctx: &Context<'_>, text: Option<String>) -> Result<Option<String>, Error> {
    let Some(text) = text else { return Ok(None) };
    let characters = text.chars().count();
    if characters > LONGEST_SEARCH {
        let args = [("characters", characters.to_string()), ("longest", LONGEST_SEARCH.to_string())];
        return Err(refuse(ctx, Rule::TextTooLong.code(), "search", &args));
    }
    Ok(Some(fold(&text)))
}

enum Found<T> {
    Known(T),
    Nothing,
    /// There is no charter yet, so that no name means anything.
    BeforeAll,
}

/// In this picture, or in the live one: what came later was not yet there, and is no wrong name for that.
fn find<T>(ctx: &Context<'_>, view: &View, named: impl Fn(&Snapshot) -> Option<T>) -> Found<T> {
    if let Some(found) = named(&view.snapshot) {
        return Found::Known(found);
    }
    if view.snapshot.programme.is_none() {
        return Found::BeforeAll;
    }
    let later = ctx.data_opt::<Tahavol>().and_then(|app| named(&View::now(ctx, app).snapshot));
    later.map_or(Found::Nothing, Found::Known)
}

fn unknown(ctx: &Context<'_>, rule: Rule, field: &str, text: String) -> Error {
    refuse(ctx, rule.code(), field, &[("value", text)])
}
