//! What a decision would change, before it is taken: every figure against both plans, and nothing recorded.

use std::sync::Arc;

use tahavol_app::{Effect, EffectError, Order, Proposed, proposed_for};
use tahavol_domain::initiative::event::Decision;
use tahavol_domain::milestone::event::{CancellationProposal, ProposalDecision, Resolution};
use tahavol_domain::milestone::measure::MeasureChoice;
use tahavol_domain::values::{Horizon, MilestoneId};
use tahavol_domain::{Stream, initiative, milestone, programme};
use tahavol_projections::Snapshot;
use tahavol_projections::progress::{BaselineKind, Cell, matrix};
use uuid::Uuid;

use crate::decisions::{rebaseline_approved, rebaseline_proposed};
use crate::support::*;

const DAY: &str = "2026-06-20";

fn milestone_id(code: &str) -> MilestoneId {
    MilestoneId(PROGRAMME.id_of(code))
}

async fn effect(world: &World, proposed: Proposed) -> Effect {
    world.app.effect(&world.app.snapshot(), proposed, date(DAY)).await.unwrap()
}

async fn nothing(world: &World, proposed: Proposed) -> bool {
    matches!(world.app.effect(&world.app.snapshot(), proposed, date(DAY)).await, Err(EffectError::NothingProposed))
}

fn figures(snapshot: &Snapshot, baseline: BaselineKind) -> Vec<Cell> {
    matrix(snapshot, date(DAY), baseline)
}

/// What was shown is what came: both series, on the same day.
fn came_true(effect: &Effect, now: &Arc<Snapshot>) {
    for baseline in [BaselineKind::Current, BaselineKind::Original] {
        assert_eq!(figures(&effect.after, baseline), figures(now, baseline), "{baseline:?}");
    }
}

#[tokio::test]
async fn a_rebaseline_moves_the_current_figures_and_never_the_original_ones() {
    let world = World::founded().await;
    world.reported(2_000).await;
    rebaseline_proposed(&world, 1, 30, "2026-12-20").await;
    let before = world.app.snapshot();
    let t1 = milestone_id("T-1");
    assert_eq!(proposed_for(&before, t1), [Proposed::Rebaseline(t1)]);
    let shown = effect(&world, Proposed::Rebaseline(t1)).await;
    // Three horizons and all of them × two commissions and all of them; those that T-1 belongs to move.
    assert_eq!(shown.cells, 12);
    let moved: Vec<_> = shown.current.iter().map(|cell| (cell.horizon, cell.commission.clone())).collect();
    let technology = Some(commission("technology"));
    assert_eq!(moved, [(Some(Horizon::Short), technology.clone()), (Some(Horizon::Short), None), (None, technology), (None, None)]);
    let all = shown.current.last().unwrap();
    assert!(all.before.bac < all.after.bac && all.before.planned > all.after.planned);
    assert!(shown.original.is_empty());
    assert_eq!(shown.asked.as_ref().unwrap().by.id.0, "mina");
    let (now, then) = shown.promises.clone().unwrap();
    assert_eq!((now.weight, then.unwrap().weight), (10, 30));
    // Looking records nothing, and what is looked at has the position of the facts.
    assert_eq!(world.app.snapshot().digest(), before.digest());
    assert_eq!(shown.after.position, before.position);

    rebaseline_approved(&world, 1).await;
    let after = world.app.snapshot();
    came_true(&shown, &after);
    // Both series stay: the original one is untouched, and still there to be asked for.
    assert_eq!(figures(&before, BaselineKind::Original), figures(&after, BaselineKind::Original));
    assert_ne!(figures(&after, BaselineKind::Current), figures(&after, BaselineKind::Original));
    assert!(nothing(&world, Proposed::Rebaseline(t1)).await);
}

#[tokio::test]
async fn a_cancellation_takes_the_milestone_out_of_the_current_plan_alone() {
    let world = World::founded().await;
    world.reported(2_000).await;
    let proposal = Uuid::from_u128(5);
    let asked = milestone::Command::ProposeCancellation(CancellationProposal { proposal });
    let order = world.order("mina", milestone_stream("T-1"), asked);
    world.handle(Order { reason: Some("دیگر لازم نیست".to_owned()), ..order }).await.unwrap();
    let t1 = milestone_id("T-1");
    let shown = effect(&world, Proposed::Cancellation(t1)).await;
    assert!(shown.promises.as_ref().unwrap().1.is_none());
    assert_eq!(shown.current.last().unwrap().after.milestones, 1);
    // It still counts against the first promises; only that it is cancelled is told there.
    assert!(shown.original.iter().all(|cell| cell.before.pv == cell.after.pv && cell.before.ev == cell.after.ev));
    assert!(shown.original.iter().all(|cell| cell.before.spi_t == cell.after.spi_t && cell.after.cancelled_weight == 10));
    let decision = ProposalDecision { proposal, resolution: Some("۱۲/۸".to_owned()) };
    world.handle(world.order("council", milestone_stream("T-1"), milestone::Command::ApproveCancellation(decision))).await.unwrap();
    came_true(&shown, &world.app.snapshot());
}

#[tokio::test]
async fn an_admission_and_an_approval_are_shown_before_they_count() {
    let world = World::founded().await;
    world.handle(world.order("mina", milestone_stream("T-3"), plan("T", "T-3", MeasureChoice::Reported))).await.unwrap();
    let t3 = milestone_id("T-3");
    assert_eq!(proposed_for(&world.app.snapshot(), t3), [Proposed::Admission(t3)]);
    let shown = effect(&world, Proposed::Admission(t3)).await;
    assert_eq!(shown.current.last().map(|cell| (cell.before.milestones, cell.after.milestones)), Some((2, 3)));
    let admit = milestone::Command::Admit(Resolution { resolution: Some("۱۲/۴".to_owned()) });
    world.handle(world.order("council", milestone_stream("T-3"), admit)).await.unwrap();
    came_true(&shown, &world.app.snapshot());

    let u = Stream::Initiative(initiative_id("U"));
    world.handle(world.order("mina", u.clone(), initiative::Command::Propose(proposal("U")))).await.unwrap();
    world.handle(world.order("mina", milestone_stream("U-1"), plan("U", "U-1", MeasureChoice::Binary))).await.unwrap();
    world.handle(world.order("chair", u.clone(), initiative::Command::Submit)).await.unwrap();
    let shown = effect(&world, Proposed::Approval(initiative_id("U"))).await;
    assert_eq!(shown.current.last().map(|cell| (cell.before.milestones, cell.after.milestones)), Some((3, 4)));
    let approve = initiative::Command::Approve(Decision { resolution: Some("۱۲/۵".to_owned()) });
    world.handle(world.order("council", u, approve)).await.unwrap();
    came_true(&shown, &world.app.snapshot());
    assert!(nothing(&world, Proposed::Approval(initiative_id("U"))).await);
}

async fn document_approved(world: &World, resolution: &str) {
    let approve = programme::Command::ApproveDocument { resolution: resolution.to_owned() };
    world.handle(world.order("council", Stream::Programme(PROGRAMME), approve)).await.unwrap();
}

#[tokio::test]
async fn a_document_is_held_against_the_plan_of_the_version_before_it_with_the_facts_of_today() {
    let world = World::founded().await;
    let first = effect(&world, Proposed::Document).await;
    assert!(matches!(&first.documents, Some((None, next)) if next.version == 1));
    assert_eq!(first.current.last().map(|cell| (cell.before.milestones, cell.after.milestones)), Some((0, 2)));
    document_approved(&world, "۱۲/۲").await;
    assert!(nothing(&world, Proposed::Document).await);

    rebaseline_proposed(&world, 1, 30, "2026-12-20").await;
    let of_rebaseline = effect(&world, Proposed::Rebaseline(milestone_id("T-1"))).await;
    rebaseline_approved(&world, 1).await;
    let shown = effect(&world, Proposed::Document).await;
    assert!(matches!(&shown.documents, Some((Some(in_force), next)) if (in_force.version, next.version) == (1, 2)));
    assert_eq!((&shown.current, &shown.original), (&of_rebaseline.current, &of_rebaseline.original));

    // Facts that came after the version count on both sides.
    world.reported(6_000).await;
    let later = effect(&world, Proposed::Document).await;
    let all = later.current.last().unwrap();
    assert_eq!(all.before.ev, 6_000 * 10);
    assert_eq!(all.after.ev, 6_000 * 30);

    // A milestone that left the plan since counts in the plan of then.
    let proposal = Uuid::from_u128(9);
    let asked = milestone::Command::ProposeCancellation(CancellationProposal { proposal });
    let order = world.order("mina", milestone_stream("T-2"), asked);
    world.handle(Order { reason: Some("دیگر لازم نیست".to_owned()), ..order }).await.unwrap();
    let decision = ProposalDecision { proposal, resolution: Some("۱۲/۸".to_owned()) };
    world.handle(world.order("council", milestone_stream("T-2"), milestone::Command::ApproveCancellation(decision))).await.unwrap();
    let cancelled = effect(&world, Proposed::Document).await;
    let all = cancelled.current.last().unwrap();
    assert_eq!((all.before.milestones, all.after.milestones), (2, 1));
    document_approved(&world, "۱۲/۹").await;
    assert!(nothing(&world, Proposed::Document).await);
}
