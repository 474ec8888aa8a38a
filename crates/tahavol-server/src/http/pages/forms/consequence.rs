//! What a command would change, before it is given.

use tahavol_app::{Order, Proposed, Rehearsal, Subject};
use tahavol_domain::calendar::Date;
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
    let proposed = match (kind, subject) {
        (Kind::InitiativeApprove, Subject::Initiative(id)) => Proposed::Approval(*id),
        (Kind::MilestoneAdmit, Subject::Milestone(id)) => Proposed::Admission(*id),
        (Kind::MilestoneApproveRebaseline | Kind::MilestoneRefuseRebaseline, Subject::Milestone(id)) => Proposed::Rebaseline(*id),
        (Kind::MilestoneApproveCancellation | Kind::MilestoneRefuseCancellation, Subject::Milestone(id)) => Proposed::Cancellation(*id),
        (Kind::DocumentApprove, Subject::Programme) => Proposed::Document,
        _ => return None,
    };
    let effect = reading.site().app.effect(&reading.live, proposed, reading.today).await.ok()?;
    Some(Consequence { current: effect.current, original: effect.original, ..Consequence::default() })
}

/// Of a command as it was rehearsed.
pub(super) fn of(rehearsal: &Rehearsal, order: &Order, today: Date) -> Consequence {
    let Rehearsal { before, after } = rehearsal;
    let (current, _) = moved(before, after, today, BaselineKind::Current);
    let (original, _) = moved(before, after, today, BaselineKind::Original);
    let milestone = match &order.stream {
        Stream::Milestone(id) => Some(*id),
        Stream::Programme(_) | Stream::Commission(_) | Stream::Initiative(_) | Stream::Station(_) | Stream::Indicator(_) => None,
    };
    let own = milestone.and_then(|id| {
        let of = |snapshot: &Snapshot| Voices::from(&milestone_progress(snapshot, id, today, BaselineKind::Current));
        let (old, new) = (of(before), of(after));
        (old != new).then_some((old, new))
    });
    let trajectory = milestone.filter(|_| plans(order.command.kind())).map(|id| trajectory(after, id)).unwrap_or_default();
    Consequence { own, current, original, trajectory }
}

fn plans(kind: Kind) -> bool {
    matches!(kind, Kind::MilestonePlan | Kind::MilestoneRevise | Kind::MilestoneProposeRebaseline)
}

/// What the plan that is typed promises: at its start, at each quarter of its time, on its due date.
fn trajectory(after: &Snapshot, id: MilestoneId) -> Vec<(Date, u16)> {
    let Some(row) = after.milestones.get(&id) else { return Vec::new() };
    let pending = row.life.rebaseline_pending.as_ref().map(|(_, baseline, _)| baseline);
    let baseline = pending.unwrap_or(&row.plan.current);
    let days = baseline.starts.days_until(baseline.due);
    let mut points: Vec<Date> = (0..=4).map(|quarter| baseline.starts.plus_days(days * quarter / 4)).collect();
    points.dedup();
    points.into_iter().map(|day| (day, promised(baseline, day))).collect()
}
