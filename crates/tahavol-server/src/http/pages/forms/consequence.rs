//! What a command would change, before it is given.

use tahavol_app::{Order, Proposed, Rehearsal, Subject, proposed_for};
use tahavol_domain::calendar::Date;
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::values::MilestoneId;
use tahavol_domain::{Kind, Stream};
use tahavol_projections::Snapshot;
use tahavol_projections::effect::moved;
use tahavol_projections::progress::{BaselineKind, milestone_progress, promised};
use tahavol_web::forms::Consequence;
use tahavol_web::mark::Voices;

use super::super::reading::Reading;

/// Of a decision that waits: it is known before anything is typed.
pub(super) async fn before(reading: &Reading, kind: Kind, subject: &Subject) -> Option<Consequence> {
    if matches!(kind, Kind::InitiativeReturn | Kind::InitiativeReject) {
        return None;
    }
    let proposed = decided(kind, subject)?;
    let effect = reading.site().app.effect(&reading.live, proposed, reading.today).await.ok()?;
    let (planned_before, planned) = match proposed {
        Proposed::Rebaseline(id) | Proposed::Admission(id) => planned(&reading.live, &reading.live, id),
        Proposed::Approval(_) | Proposed::Cancellation(_) | Proposed::Document => (Line::new(), Line::new()),
    };
    Some(Consequence { current: effect.current, original: effect.original, planned, planned_before, ..Consequence::default() })
}

/// What a decision is on.
pub(super) fn decided(kind: Kind, subject: &Subject) -> Option<Proposed> {
    let proposed = match (kind, subject) {
        (Kind::InitiativeApprove | Kind::InitiativeReturn | Kind::InitiativeReject, Subject::Initiative(id)) => Proposed::Approval(*id),
        (Kind::MilestoneAdmit, Subject::Milestone(id)) => Proposed::Admission(*id),
        (Kind::MilestoneApproveRebaseline | Kind::MilestoneRefuseRebaseline, Subject::Milestone(id)) => Proposed::Rebaseline(*id),
        (Kind::MilestoneApproveCancellation | Kind::MilestoneRefuseCancellation, Subject::Milestone(id)) => Proposed::Cancellation(*id),
        (Kind::DocumentApprove, Subject::Programme) => Proposed::Document,
        _ => return None,
    };
    Some(proposed)
}

/// Of a command as it was rehearsed; what only proposes something is told as if it were accepted.
pub(super) async fn of(reading: &Reading, rehearsal: &Rehearsal, order: &Order) -> Consequence {
    let Rehearsal { before, after } = rehearsal;
    let (today, kind) = (reading.today, order.command.kind());
    let milestone = match &order.stream {
        Stream::Milestone(id) => Some(*id),
        Stream::Programme(_) | Stream::Commission(_) | Stream::Initiative(_) | Stream::Station(_) | Stream::Indicator(_) => None,
    };
    let own = milestone.and_then(|id| {
        let of = |snapshot: &Snapshot| Voices::from(&milestone_progress(snapshot, id, today, BaselineKind::Current));
        let (old, new) = (of(before), of(after));
        (old != new).then_some((old, new))
    });
    let planned = milestone.filter(|_| plans(kind)).map(|id| planned(before, after, id));
    let (planned_before, planned) = planned.unwrap_or_default();
    let proposes = milestone.filter(|_| plans(kind) || kind == Kind::MilestoneProposeCancellation);
    let told = Consequence { own, planned, planned_before, ..Consequence::default() };
    if let Some(proposed) = proposes.and_then(|id| proposed_for(after, id).first().copied())
        && let Ok(effect) = reading.site().app.effect(after, proposed, today).await
    {
        return Consequence { current: effect.current, original: effect.original, once_accepted: true, ..told };
    }
    let (current, _) = moved(before, after, today, BaselineKind::Current);
    let (original, _) = moved(before, after, today, BaselineKind::Original);
    Consequence { current, original, ..told }
}

fn plans(kind: Kind) -> bool {
    matches!(kind, Kind::MilestonePlan | Kind::MilestoneRevise | Kind::MilestoneProposeRebaseline)
}

type Line = Vec<(Date, u16)>;

/// What the plan as it stands promises, where that is something else, and what the plan that is typed does.
fn planned(before: &Snapshot, after: &Snapshot, id: MilestoneId) -> (Line, Line) {
    let Some(row) = after.milestones.get(&id) else { return (Line::new(), Line::new()) };
    let pending = row.life.rebaseline_pending.as_ref().map(|(_, baseline, _)| baseline);
    let typed = line(pending.unwrap_or(&row.plan.current));
    let stands = before.milestones.get(&id).map(|row| line(&row.plan.current));
    (stands.filter(|stands| *stands != typed).unwrap_or_default(), typed)
}

/// At the start, at each quarter of the time, and on the due date; what is done at once is promised for none of the days before.
fn line(baseline: &Baseline) -> Line {
    let days = baseline.starts.days_until(baseline.due);
    let mut points: Vec<Date> = match baseline.measure {
        Measure::Binary => vec![baseline.starts, baseline.due.plus_days(-1).max(baseline.starts), baseline.due],
        Measure::Reported | Measure::Steps(_) | Measure::Rollout(_) | Measure::Indicator(_) => {
            (0..=4).map(|quarter| baseline.starts.plus_days(days * quarter / 4)).collect()
        }
    };
    points.dedup();
    points.into_iter().map(|day| (day, promised(baseline, day))).collect()
}
