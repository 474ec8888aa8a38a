//! Everything that waits for the council's decision: what was asked for, when and by whom.

use tahavol_domain::initiative::Phase;
use tahavol_domain::values::{CommissionSlug, Horizon};
use tahavol_projections::Snapshot;
use tahavol_projections::rows::{MilestoneRow, Stamp};

use crate::effect::{Proposed, proposed_for};

/// A decision that can be taken now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub proposed: Proposed,
    /// Who asked for it, and since when it waits; none for a document, which the system computes.
    pub asked: Option<Stamp>,
    /// Whose matter it is, and of which horizon as it stands; none for a document.
    pub commission: Option<CommissionSlug>,
    pub horizon: Option<Horizon>,
}

impl Waiting {
    /// Whether it belongs to a part of the programme. What is nobody's in particular is everybody's.
    #[must_use]
    pub fn is_of(&self, commission: Option<&CommissionSlug>, horizon: Option<Horizon>) -> bool {
        let commission = commission.zip(self.commission.as_ref()).is_none_or(|(asked, own)| asked == own);
        commission && horizon.zip(self.horizon).is_none_or(|(asked, own)| asked == own)
    }
}

/// The longest waiting first; a document that has moved since its last version comes last.
#[must_use]
pub fn waiting(snapshot: &Snapshot) -> Vec<Waiting> {
    let submitted = snapshot.initiatives.values().filter(|row| row.phase == Phase::Submitted).map(|row| Waiting {
        proposed: Proposed::Approval(row.id),
        asked: Some(row.phase_since.clone()),
        commission: Some(row.proposal.commission.clone()),
        horizon: Some(row.proposal.horizon),
    });
    let of_milestones = snapshot.milestones.iter().flat_map(|(id, row)| {
        proposed_for(snapshot, *id).into_iter().map(|proposed| Waiting {
            proposed,
            asked: asked(row, proposed),
            commission: Some(row.plan.commission.clone()),
            horizon: Some(row.plan.current.horizon),
        })
    });
    let mut all: Vec<Waiting> = submitted.chain(of_milestones).collect();
    all.sort_by_key(|waiting| waiting.asked.as_ref().map(|stamp| stamp.position));
    if document_moved(snapshot) {
        all.push(Waiting { proposed: Proposed::Document, asked: None, commission: None, horizon: None });
    }
    all
}

fn asked(row: &MilestoneRow, proposed: Proposed) -> Option<Stamp> {
    match proposed {
        Proposed::Rebaseline(_) => row.life.rebaseline_pending.as_ref().map(|(_, _, stamp)| stamp.clone()),
        Proposed::Cancellation(_) => row.life.cancellation_pending.as_ref().map(|(_, stamp)| stamp.clone()),
        Proposed::Admission(_) => Some(row.plan.planned.clone()),
        Proposed::Approval(_) | Proposed::Document => None,
    }
}

fn document_moved(snapshot: &Snapshot) -> bool {
    let Some(next) = snapshot.document_as_it_stands() else { return false };
    snapshot.documents.last().is_none_or(|row| row.0.digest != next.digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nobodys_in_particular_belongs_to_every_part() {
        let slug = |text: &str| CommissionSlug(text.to_owned());
        let (own, other) = (slug("training"), slug("support"));
        let document = Waiting { proposed: Proposed::Document, asked: None, commission: None, horizon: None };
        let of = Waiting { commission: Some(own.clone()), horizon: Some(Horizon::Short), ..document.clone() };
        assert!(document.is_of(Some(&other), Some(Horizon::Long)) && of.is_of(None, None) && of.is_of(Some(&own), Some(Horizon::Short)));
        assert!(!of.is_of(Some(&other), None) && !of.is_of(Some(&own), Some(Horizon::Long)));
    }
}
