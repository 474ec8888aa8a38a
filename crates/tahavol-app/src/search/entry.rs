//! What an event can be found by: one entry, made from the fact and from what the programme knows of its subject.

use tahavol_domain::fact::{Event, Fact};
use tahavol_domain::text::{Text, fold};
use tahavol_domain::values::{ActorId, CommissionSlug, InitiativeId, MilestoneId};
use tahavol_domain::{Stream, commission, initiative, milestone, programme, station};
use tahavol_projections::Snapshot;
use uuid::Uuid;

/// What an event can be found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) position: u64,
    pub(crate) stream: String,
    pub(crate) event_type: &'static str,
    pub(crate) actor: String,
    pub(crate) office: String,
    /// Of the subject.
    pub(crate) commission: Option<String>,
    /// Microseconds since 1970.
    pub(crate) recorded: i64,
    /// Days since 1970.
    pub(crate) effective: Option<i32>,
    pub(crate) command: Uuid,
    pub(crate) correlation: Option<Uuid>,
    /// Digest of the imported file, in hexadecimal.
    pub(crate) source: Option<String>,
    /// Reason and notes as people search them.
    pub(crate) words: Option<String>,
    /// Whom and what it is about besides its own stream, by [`person()`], [`milestone()`] and [`initiative()`].
    pub(crate) about: Vec<String>,
}

impl Entry {
    /// `picture` must contain the event. What is read from it never changes: which initiative a milestone belongs to, whose
    /// an initiative is. So a later picture gives the same entry.
    pub(crate) fn of(position: u64, fact: &Fact, picture: &Snapshot) -> Self {
        let said = &fact.envelope;
        let subject = Subject::of(fact, picture);
        Entry {
            position,
            stream: said.stream.clone(),
            event_type: fact.event.event_type(),
            actor: said.actor.0.clone(),
            office: said.office.to_string(),
            commission: subject.commission.map(|slug| slug.0),
            recorded: said.time.micros(),
            effective: said.effective_on.map(|day| day.days()),
            command: said.command_id,
            correlation: said.correlation_id,
            source: source(&said.origin).map(str::to_owned),
            words: words(fact),
            about: subject.about,
        }
    }
}

pub(crate) fn person(actor: &ActorId) -> String {
    format!("person:{}", actor.0)
}

pub(crate) fn milestone(id: MilestoneId) -> String {
    format!("milestone:{}", id.0)
}

pub(crate) fn initiative(id: InitiativeId) -> String {
    format!("initiative:{}", id.0)
}

/// The imported file's digest: an origin is `import:<sha256 of the file>#<row>`.
fn source(origin: &str) -> Option<&str> {
    let import = origin.strip_prefix("import:")?;
    Some(import.split_once('#').map_or(import, |(digest, _)| digest))
}

#[derive(Default)]
struct Subject {
    commission: Option<CommissionSlug>,
    about: Vec<String>,
}

impl Subject {
    fn of(fact: &Fact, picture: &Snapshot) -> Self {
        let stream = fact.envelope.stream.parse::<Stream>().ok();
        match (&fact.event, stream) {
            (Event::Programme(event), _) => Subject::of_programme(event, picture),
            (Event::Commission(event), Some(Stream::Commission(slug))) => Subject { commission: Some(slug), about: of_commission(event) },
            (Event::Initiative(_), Some(Stream::Initiative(id))) => Subject { commission: whose(id, picture), about: Vec::new() },
            (Event::Milestone(_), Some(Stream::Milestone(id))) => {
                let planned = picture.milestones.get(&id).map(|row| row.plan.initiative);
                let about = planned.into_iter().map(initiative).collect();
                Subject { commission: planned.and_then(|id| whose(id, picture)), about }
            }
            (Event::Station(event), _) => Subject::of_station(event, picture),
            (Event::Indicator(_), Some(Stream::Indicator(code))) => {
                let commission = picture.indicators.get(&code).map(|row| row.definition.commission.clone());
                Subject { commission, about: Vec::new() }
            }
            // The follower stops at an event that lies in another kind of stream.
            (Event::Commission(_) | Event::Initiative(_) | Event::Milestone(_) | Event::Indicator(_), _) => Subject::default(),
        }
    }

    fn of_programme(event: &programme::Event, picture: &Snapshot) -> Self {
        let lent = |delegation: &programme::event::Delegation| Subject {
            commission: delegation.office.commission().cloned(),
            about: vec![person(&delegation.from), person(&delegation.to.id)],
        };
        match event {
            programme::Event::Chartered(charter) => {
                Subject { commission: None, about: vec![person(&charter.administrator.id), person(&charter.first_official.id)] }
            }
            programme::Event::OfficialAppointed(appointment) => {
                Subject { commission: appointment.office.commission().cloned(), about: vec![person(&appointment.person.id)] }
            }
            programme::Event::OfficialReleaseProposed(release) | programme::Event::OfficialReleased(release) => {
                Subject { commission: release.office.commission().cloned(), about: vec![person(&release.actor)] }
            }
            programme::Event::OfficeDelegated(delegation) => lent(delegation),
            programme::Event::DelegationEnded(end) => {
                picture.delegations.get(&end.delegation).map(|row| lent(&row.delegation)).unwrap_or_default()
            }
            programme::Event::ReviewHeld(review) => {
                Subject { commission: None, about: review.actions.iter().map(|action| person(&action.owner)).collect() }
            }
            programme::Event::ReviewActionClosed(closure) => {
                let actions = picture.reviews.get(&closure.review).map(|row| &row.review.actions);
                let action = actions.and_then(|actions| actions.iter().find(|action| action.action == closure.action));
                Subject { commission: None, about: action.map(|action| person(&action.owner)).into_iter().collect() }
            }
            programme::Event::HorizonRescheduled(_)
            | programme::Event::DirectiveIssued(_)
            | programme::Event::DocumentApproved(_)
            | programme::Event::TargetStationsDesignated(_)
            | programme::Event::EvidenceDestroyed(_) => Subject::default(),
        }
    }

    /// A delivery is about the milestone that it is for.
    fn of_station(event: &station::Event, picture: &Snapshot) -> Self {
        let delivered = match event {
            station::Event::DeliveryRecorded(delivery) => delivery.milestone,
            station::Event::DeliveryRevoked(revocation) => revocation.milestone,
            station::Event::Registered(_)
            | station::Event::VolumeRecorded(_)
            | station::Event::Networked(_)
            | station::Event::NetworkLost(_)
            | station::Event::Closed(_) => return Subject::default(),
        };
        let row = picture.milestones.get(&delivered);
        let of = row.map(|row| initiative(row.plan.initiative));
        Subject { commission: row.map(|row| row.plan.commission.clone()), about: [milestone(delivered)].into_iter().chain(of).collect() }
    }
}

fn of_commission(event: &commission::Event) -> Vec<String> {
    match event {
        commission::Event::MemberAppointed(appointment) => vec![person(&appointment.person.id)],
        commission::Event::MemberReleased(release) => vec![person(&release.actor)],
        commission::Event::Established(_) | commission::Event::Rated(_) => Vec::new(),
    }
}

fn whose(id: InitiativeId, picture: &Snapshot) -> Option<CommissionSlug> {
    picture.initiatives.get(&id).map(|row| row.proposal.commission.clone())
}

/// Reason and notes in both languages, folded, one to a line.
fn words(fact: &Fact) -> Option<String> {
    let note = note(&fact.event);
    let notes = note.into_iter().flat_map(|text| [Some(text.fa.as_str()), text.en.as_deref()]).flatten();
    let all: Vec<String> = fact.envelope.reason.as_deref().into_iter().chain(notes).map(fold).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}

/// What somebody wrote to explain the act.
fn note(event: &Event) -> Option<&Text> {
    match event {
        Event::Programme(event) => match event {
            programme::Event::ReviewActionClosed(closure) => Some(&closure.outcome),
            programme::Event::Chartered(_)
            | programme::Event::OfficialAppointed(_)
            | programme::Event::OfficialReleaseProposed(_)
            | programme::Event::OfficialReleased(_)
            | programme::Event::OfficeDelegated(_)
            | programme::Event::DelegationEnded(_)
            | programme::Event::HorizonRescheduled(_)
            | programme::Event::DirectiveIssued(_)
            | programme::Event::DocumentApproved(_)
            | programme::Event::TargetStationsDesignated(_)
            | programme::Event::ReviewHeld(_)
            | programme::Event::EvidenceDestroyed(_) => None,
        },
        Event::Commission(event) => match event {
            commission::Event::Rated(rating) => rating.note.as_ref(),
            commission::Event::Established(_) | commission::Event::MemberAppointed(_) | commission::Event::MemberReleased(_) => None,
        },
        Event::Initiative(event) => match event {
            initiative::Event::Proposed(proposal) => proposal.note.as_ref(),
            initiative::Event::Revised(revision) => revision.note.as_ref(),
            initiative::Event::RiskRaised(risk) => risk.mitigation.as_ref(),
            initiative::Event::Submitted(_)
            | initiative::Event::Approved(_)
            | initiative::Event::Returned(_)
            | initiative::Event::Rejected(_)
            | initiative::Event::Suspended(_)
            | initiative::Event::Resumed(_)
            | initiative::Event::Completed(_)
            | initiative::Event::Cancelled(_)
            | initiative::Event::ResourcesAllocated(_)
            | initiative::Event::RiskClosed(_) => None,
        },
        Event::Milestone(event) => match event {
            milestone::Event::ProgressReported(report) => report.note.as_ref(),
            milestone::Event::ProgressCorrected(correction) => correction.report.note.as_ref(),
            milestone::Event::CompletionClaimed(claim) => claim.note.as_ref(),
            milestone::Event::CompletionVerified(decision) | milestone::Event::CompletionRefused(decision) => decision.note.as_ref(),
            milestone::Event::Planned(_)
            | milestone::Event::Revised(_)
            | milestone::Event::Admitted(_)
            | milestone::Event::RebaselineProposed(_)
            | milestone::Event::Rebaselined(_)
            | milestone::Event::RebaselineRefused(_)
            | milestone::Event::CancellationProposed(_)
            | milestone::Event::Cancelled(_)
            | milestone::Event::CancellationRefused(_)
            | milestone::Event::Blocked(_)
            | milestone::Event::Unblocked(_) => None,
        },
        Event::Station(event) => match event {
            station::Event::DeliveryRecorded(delivery) => delivery.note.as_ref(),
            station::Event::Registered(_)
            | station::Event::VolumeRecorded(_)
            | station::Event::Networked(_)
            | station::Event::NetworkLost(_)
            | station::Event::DeliveryRevoked(_)
            | station::Event::Closed(_) => None,
        },
        Event::Indicator(_) => None,
    }
}
