//! What an initiative's decisions remember, and how it follows from the events.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::Event;
use super::event::{Allocation, Proposal, Revision, Risk};
use crate::aggregate::Author;
use crate::fact::Envelope;

/// An initiative, or the place where one may be proposed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Initiative {
    pub(super) life: Option<Box<Life>>,
}

/// An initiative from its proposal on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Life {
    pub(super) phase: Phase,
    /// As it was first proposed.
    pub(super) proposed: Proposal,
    /// As it stands.
    pub(super) content: Revision,
    /// Who proposed, revised or submitted it: they do not decide on it.
    pub(super) authors: BTreeSet<Author>,
    pub(super) allocations: BTreeMap<Uuid, Allocation>,
    pub(super) risks: BTreeMap<Uuid, RaisedRisk>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RaisedRisk {
    pub(super) risk: Risk,
    pub(super) phase: RiskPhase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RiskPhase {
    Open,
    Closed,
}

/// Where an initiative stands: `PROPOSED → SUBMITTED → APPROVED | RETURNED | REJECTED`; `RETURNED → PROPOSED`; `APPROVED ⇄ SUSPENDED`;
/// `APPROVED → COMPLETED | CANCELLED`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum Phase {
    Proposed,
    Submitted,
    Returned,
    Approved,
    Rejected,
    Suspended,
    Completed,
    Cancelled,
}

impl Phase {
    /// Whether its milestones may be planned and revised freely.
    #[must_use]
    pub fn is_proposal(self) -> bool {
        match self {
            Phase::Proposed | Phase::Returned => true,
            Phase::Submitted | Phase::Approved | Phase::Rejected | Phase::Suspended | Phase::Completed | Phase::Cancelled => false,
        }
    }

    /// Whether work on it is reported, moved, admitted and paid for.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Phase::Approved | Phase::Suspended => true,
            Phase::Proposed | Phase::Submitted | Phase::Returned | Phase::Rejected | Phase::Completed | Phase::Cancelled => false,
        }
    }

    /// Whether nothing more is decided on it.
    #[must_use]
    pub fn is_over(self) -> bool {
        match self {
            Phase::Rejected | Phase::Completed | Phase::Cancelled => true,
            Phase::Proposed | Phase::Submitted | Phase::Returned | Phase::Approved | Phase::Suspended => false,
        }
    }

    /// As the programme's people write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Proposed => "PROPOSED",
            Phase::Submitted => "SUBMITTED",
            Phase::Returned => "RETURNED",
            Phase::Approved => "APPROVED",
            Phase::Rejected => "REJECTED",
            Phase::Suspended => "SUSPENDED",
            Phase::Completed => "COMPLETED",
            Phase::Cancelled => "CANCELLED",
        }
    }
}

impl Initiative {
    pub(super) fn fold(self, event: &Event, said: &Envelope) -> Self {
        let life = match event {
            Event::Proposed(proposal) => Some(Box::new(Life::begun(proposal, said))),
            Event::Revised(_)
            | Event::Submitted(_)
            | Event::Approved(_)
            | Event::Returned(_)
            | Event::Rejected(_)
            | Event::Suspended(_)
            | Event::Resumed(_)
            | Event::Completed(_)
            | Event::Cancelled(_)
            | Event::ResourcesAllocated(_)
            | Event::RiskRaised(_)
            | Event::RiskClosed(_) => self.life.map(|mut life| {
                life.follow(event, said);
                life
            }),
        };
        Initiative { life }
    }
}

impl Life {
    fn begun(proposal: &Proposal, said: &Envelope) -> Self {
        Life {
            phase: Phase::Proposed,
            proposed: proposal.clone(),
            content: proposal.content(),
            authors: BTreeSet::from([Author::of(said)]),
            allocations: BTreeMap::new(),
            risks: BTreeMap::new(),
        }
    }

    fn follow(&mut self, event: &Event, said: &Envelope) {
        match event {
            Event::Proposed(proposal) => *self = Life::begun(proposal, said),
            Event::Revised(revision) => {
                self.phase = Phase::Proposed;
                self.content = revision.clone();
                self.authors.insert(Author::of(said));
            }
            Event::Submitted(_) => {
                self.phase = Phase::Submitted;
                self.authors.insert(Author::of(said));
            }
            Event::Approved(_) | Event::Resumed(_) => self.phase = Phase::Approved,
            Event::Returned(_) => self.phase = Phase::Returned,
            Event::Rejected(_) => self.phase = Phase::Rejected,
            Event::Suspended(_) => self.phase = Phase::Suspended,
            Event::Completed(_) => self.phase = Phase::Completed,
            Event::Cancelled(_) => self.phase = Phase::Cancelled,
            Event::ResourcesAllocated(allocation) => {
                self.allocations.insert(allocation.allocation, allocation.clone());
            }
            Event::RiskRaised(risk) => {
                self.risks.insert(risk.risk, RaisedRisk { risk: risk.clone(), phase: RiskPhase::Open });
            }
            Event::RiskClosed(closure) => {
                if let Some(raised) = self.risks.get_mut(&closure.risk) {
                    raised.phase = RiskPhase::Closed;
                }
            }
        }
    }
}

impl Proposal {
    /// The part of it that a revision may change.
    fn content(&self) -> Revision {
        Revision { horizon: self.horizon, title: self.title.clone(), directives: self.directives.clone(), note: self.note.clone() }
    }
}
