//! What a programme allows: its charter first, then one function a command; offices and reviews stand in files of their own.

use super::command::Command;
use super::event::{Destruction, Directive, DocumentVersion, HorizonWindow, TargetSet};
use super::evolve::Chartered;
use super::{Event, Programme, charter, offices, reviews};
use crate::aggregate::{Aggregate, Context};
use crate::calendar::Date;
use crate::fact::Envelope;
use crate::input;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Rule};
use crate::values::{Provenance, StationCode};

impl Aggregate for Programme {
    type Command = Command;
    type Event = Event;

    fn decide(&self, command: &Command, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        input::not_in_future(ctx)?;
        match (self, command) {
            (programme, Command::Charter(charter)) => charter::charter(programme, charter, ctx),
            (Programme::Unchartered, _) => Err(Refusal::new(Rule::NotChartered)),
            (Programme::Chartered(programme), command) => programme.decide(command, ctx),
        }
    }

    /// A review and the closing of an action happen on a day; the rest is an act of office, dated only where somebody dates it.
    fn effective_on(&self, event: &Event, ctx: &Context<'_>) -> Option<Date> {
        match event {
            Event::ReviewHeld(_) | Event::ReviewActionClosed(_) => Some(ctx.day()),
            Event::Chartered(_)
            | Event::OfficialAppointed(_)
            | Event::OfficialReleaseProposed(_)
            | Event::OfficialReleased(_)
            | Event::OfficeDelegated(_)
            | Event::DelegationEnded(_)
            | Event::HorizonRescheduled(_)
            | Event::DirectiveIssued(_)
            | Event::DocumentApproved(_)
            | Event::TargetStationsDesignated(_)
            | Event::EvidenceDestroyed(_) => ctx.effective_on,
        }
    }

    fn evolve(self, event: &Event, said: &Envelope) -> Self {
        self.fold(event, said)
    }
}

impl Chartered {
    fn decide(&self, command: &Command, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Charter(charter) => charter::again(self, charter),
            Command::AppointOfficial(appointment) => offices::appoint(self, appointment, ctx),
            Command::ProposeOfficialRelease(release) => offices::propose_release(self, release, ctx),
            Command::ReleaseOfficial(release) => offices::release(self, release, ctx),
            Command::DelegateOffice(delegation) => offices::delegate(self, delegation, ctx),
            Command::EndDelegation(end) => offices::end_delegation(self, end, ctx),
            Command::RescheduleHorizon(window) => reschedule_horizon(self, window, ctx),
            Command::IssueDirective(directive) => issue_directive(self, directive, ctx),
            Command::ApproveDocument { resolution } => approve_document(self, resolution, ctx),
            Command::DesignateTargetStations { visit_share_above, case_share_above, provenance } => {
                designate_targets(self, *visit_share_above, *case_share_above, *provenance, ctx)
            }
            Command::HoldReview(review) => reviews::hold(self, review, ctx),
            Command::CloseReviewAction(closure) => reviews::close_action(self, closure),
            Command::DestroyEvidence(destruction) => destroy_evidence(self, destruction, ctx),
        }
    }
}

fn reschedule_horizon(programme: &Chartered, window: &HorizonWindow, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let HorizonWindow { horizon, starts, ends } = *window;
    let Some(current) = programme.horizons.get(&horizon) else {
        return Err(Refusal::at(Rule::UnknownHorizon, "horizon").with("horizon", horizon.as_str()));
    };
    if starts > ends {
        return Err(Refusal::at(Rule::HorizonInvalid, "ends").with("horizon", horizon.as_str()).with("starts", starts).with("ends", ends));
    }
    if *current == (starts, ends) {
        return Ok(Vec::new());
    }
    input::reason(ctx)?;
    if let Some((due, milestone)) = ctx.basis.latest_due(horizon)
        && due > ends
    {
        return Err(Refusal::at(Rule::HorizonBeforeDue, "ends").with("milestone", milestone).with("due", due).with("ends", ends));
    }
    Ok(vec![Event::HorizonRescheduled(window.clone())])
}

fn issue_directive(programme: &Chartered, directive: &Directive, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    input::code(&directive.code.0, "code")?;
    input::text(&directive.title, "title")?;
    input::text(&directive.issuer, "issuer")?;
    if directive.issued_on > ctx.today {
        return Err(Refusal::at(Rule::EffectiveInFuture, "issuedOn").with("value", directive.issued_on).with("today", ctx.today));
    }
    match programme.directives.get(&directive.code) {
        Some(issued) if issued == directive => Ok(Vec::new()),
        Some(_) => Err(Refusal::at(Rule::AlreadyExists, "code").with("code", &directive.code.0)),
        None => Ok(vec![Event::DirectiveIssued(directive.clone())]),
    }
}

fn approve_document(programme: &Chartered, resolution: &str, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if resolution.trim().is_empty() {
        return Err(Refusal::at(Rule::ResolutionRequired, "resolution"));
    }
    input::plain(resolution, "resolution")?;
    let Some(computed) = ctx.basis.document() else {
        return Err(Refusal::new(Rule::DocumentEmpty));
    };
    let version = match programme.document {
        Some((_, digest)) if digest == computed.digest => return Ok(Vec::new()),
        Some((version, _)) => version + 1,
        None => 1,
    };
    Ok(vec![Event::DocumentApproved(DocumentVersion { version, resolution: resolution.to_owned(), ..computed })])
}

fn designate_targets(
    programme: &Chartered,
    visit_share_above: Quantity,
    case_share_above: Quantity,
    provenance: Option<Provenance>,
    ctx: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    for (share, field) in [(visit_share_above, "visitShareAbove"), (case_share_above, "caseShareAbove")] {
        if share <= Quantity::ZERO || share >= Quantity::ONE {
            return Err(Refusal::at(Rule::ShareInvalid, field).with("value", share));
        }
    }
    let Some(found) = largest_first(ctx.basis.volumes(), visit_share_above, case_share_above) else {
        return Err(Refusal::new(Rule::TargetSetEmpty));
    };
    let targets = TargetSet { provenance, ..found };
    if programme.targets.as_ref() == Some(&targets) {
        return Ok(Vec::new());
    }
    Ok(vec![Event::TargetStationsDesignated(targets)])
}

/// The smallest prefix, by annual visits descending and then by code, whose shares of visits and of cases both exceed the rule.
fn largest_first(mut stations: Vec<(StationCode, u64, u64)>, visit_share_above: Quantity, case_share_above: Quantity) -> Option<TargetSet> {
    stations.sort_by(|(code, visits, _), (other, other_visits, _)| other_visits.cmp(visits).then_with(|| code.cmp(other)));
    let total = |of: fn(&(StationCode, u64, u64)) -> u64| stations.iter().map(of).map(i128::from).sum::<i128>();
    let (total_visits, total_cases) = (total(|station| station.1), total(|station| station.2));
    let exceeds = |part: i128, whole: i128, share: Quantity| part * Quantity::ONE.micros() > whole * share.micros();
    let (mut visits, mut cases) = (0, 0);
    let last = stations.iter().position(|station| {
        visits += i128::from(station.1);
        cases += i128::from(station.2);
        exceeds(visits, total_visits, visit_share_above) && exceeds(cases, total_cases, case_share_above)
    })?;
    let mut codes: Vec<StationCode> = stations.drain(..=last).map(|(code, _, _)| code).collect();
    codes.sort();
    let count = |sum: i128| u64::try_from(sum).unwrap_or(u64::MAX);
    Some(TargetSet {
        visit_share_above,
        case_share_above,
        stations: codes,
        visits: count(visits),
        cases: count(cases),
        total_visits: count(total_visits),
        total_cases: count(total_cases),
        provenance: None,
    })
}

/// The events that refer to the file are looked up, not believed.
fn destroy_evidence(programme: &Chartered, destruction: &Destruction, ctx: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    if programme.destroyed.contains(&destruction.digest) {
        return Ok(Vec::new());
    }
    input::reason(ctx)?;
    input::plain(&destruction.order, "order")?;
    let referred_by = ctx.basis.evidence(destruction.digest).referred_by;
    if referred_by.is_empty() {
        return Err(Refusal::at(Rule::EvidenceUnknown, "digest").with("digest", destruction.digest));
    }
    Ok(vec![Event::EvidenceDestroyed(Destruction { referred_by, ..destruction.clone() })])
}
