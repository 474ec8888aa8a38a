//! What a decision is about: the terms as they stand and as they would be, who asks for it, and why.

use std::sync::Arc;

use tahavol_app::Proposed;
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::text::Lang;
use tahavol_domain::{initiative, milestone};
use tahavol_projections::Snapshot;
use tahavol_projections::rows::{MilestoneRow, Stamp};
use tahavol_web::forms::{Case, Term, Terms};

/// None where nothing of that is proposed.
pub(super) fn case(snapshot: &Snapshot, proposed: Proposed, lang: Lang) -> Option<Case> {
    let stamp: Option<&Stamp> = match proposed {
        Proposed::Approval(id) => {
            snapshot.initiatives.get(&id).filter(|row| row.phase == initiative::Phase::Submitted).map(|row| &row.phase_since)
        }
        Proposed::Admission(id) => snapshot.milestones.get(&id).map(|row| &row.plan.planned),
        Proposed::Rebaseline(id) => snapshot.milestones.get(&id)?.life.rebaseline_pending.as_ref().map(|(_, _, stamp)| stamp),
        Proposed::Cancellation(id) => snapshot.milestones.get(&id)?.life.cancellation_pending.as_ref().map(|(_, stamp)| stamp),
        Proposed::Document => None,
    };
    let stamp = stamp?;
    Some(Case { asked: Some((stamp.by.name.clone(), stamp.at)), reason: stamp.reason.clone(), terms: terms(snapshot, proposed, lang)? })
}

/// What would be promised, or is and would be no more.
pub(super) fn terms(snapshot: &Snapshot, proposed: Proposed, lang: Lang) -> Option<Terms> {
    let term = |row: &MilestoneRow, before: Option<&Arc<Baseline>>, after: &Arc<Baseline>| Term {
        code: row.plan.code.clone(),
        title: row.plan.title.get(lang).to_owned(),
        before: before.map(Arc::clone),
        after: Arc::clone(after),
    };
    let as_it_stands = |row: &Arc<MilestoneRow>| term(row, None, &row.plan.current);
    let (what, milestones) = match proposed {
        Proposed::Document => return None,
        Proposed::Approval(id) => {
            let all = snapshot.initiatives.get(&id)?.milestones.iter().filter_map(|id| snapshot.milestones.get(id));
            ("approval", all.filter(|row| row.life.phase != milestone::Phase::Cancelled).map(as_it_stands).collect())
        }
        Proposed::Admission(id) => ("admission", vec![as_it_stands(snapshot.milestones.get(&id)?)]),
        Proposed::Cancellation(id) => ("cancellation", vec![as_it_stands(snapshot.milestones.get(&id)?)]),
        Proposed::Rebaseline(id) => {
            let row = snapshot.milestones.get(&id)?;
            let (_, baseline, _) = row.life.rebaseline_pending.as_ref()?;
            ("rebaseline", vec![term(row, Some(&row.plan.current), baseline)])
        }
    };
    Some(Terms { what, milestones })
}
