//! What counts, for which group, against which plan: from rows.

use std::sync::Arc;

use tahavol_domain::initiative::Phase;
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::values::{Horizon, InitiativeId};

use super::programme::{Milestone, all_on, initiative, programme, rollout, slug, steps};
use super::*;
use crate::Snapshot;
use crate::progress::{BaselineKind, Query, attention, matrix, progress};

fn original(query: Query) -> Query {
    Query { baseline: BaselineKind::Original, ..query }
}

/// A bit of everything in both commissions and all horizons.
fn mixed() -> Snapshot {
    programme([
        Milestone::new("m-1", 30, 1, 40, Measure::Reported).reported(3_000, 12),
        Milestone::new("m-2", 20, 5, 20, Measure::Binary).of("training").verified(18),
        Milestone::new("m-3", 10, 8, 60, steps(&[1, 2, 3])).steps_done(0b101, 15).horizon(Horizon::Medium),
        Milestone::new("m-4", 50, 1, 90, rollout(4)).delivered(0, 9).delivered(3, 20).of("training").horizon(Horizon::Long),
        Milestone::new("m-5", 5, 10, 30, Measure::Binary).cancelled(),
        Milestone::new("m-6", 9, 2, 20, Measure::Reported).reported(8_000, 10).rebaselined(|baseline| {
            baseline.due = day(80);
            baseline.weight = 4;
            baseline.horizon = Horizon::Medium;
        }),
        Milestone::new("m-7", 60, 1, 20, Measure::Binary).not_counting(),
    ])
}

#[test]
fn contributions_are_told_by_code_with_the_facts_that_give_them() {
    let progress = progress(&mixed(), &all_on(20));
    let codes: Vec<&str> = progress.contributions.iter().map(|row| row.code.as_str()).collect();
    assert_eq!(codes, ["m-1", "m-2", "m-3", "m-4", "m-6"]);
    assert_eq!(progress.milestones, 5);
    let first = &progress.contributions[0];
    assert_eq!((first.weight, first.planned, first.reported, first.verified), (30, 5_000, Some(3_000), 0));
    assert_eq!((first.gap, first.facts.as_slice()), (60_000, [100].as_slice()));
    let sum: u64 = progress.contributions.iter().map(|row| u64::from(row.weight) * u64::from(row.planned)).sum();
    assert_eq!(sum, progress.pv);
}

#[test]
fn against_the_original_plan_the_first_promise_counts() {
    let moved = Milestone::new("a", 10, 1, 10, Measure::Reported).reported(5_000, 4).rebaselined(|baseline| {
        baseline.starts = day(5);
        baseline.due = day(104);
        baseline.weight = 3;
        baseline.horizon = Horizon::Long;
        baseline.measure = Measure::Binary;
    });
    let snapshot = programme([moved]);
    let current = progress(&snapshot, &all_on(10));
    assert_eq!((current.bac, current.pd, current.planned), (30_000, 100, Some(0)));
    let first = progress(&snapshot, &original(all_on(10)));
    assert_eq!((first.bac, first.pd, first.planned), (100_000, 10, Some(10_000)));
    assert_eq!((first.starts, first.due), (Some(day(1)), Some(day(10))));
    // The measure is the current one: a binary milestone is planned in one step.
    assert_eq!(progress(&snapshot, &original(all_on(9))).planned, Some(0));

    let of = |baseline, horizon| progress(&snapshot, &Query { baseline, horizon: Some(horizon), ..all_on(10) }).milestones;
    assert_eq!(of(BaselineKind::Current, Horizon::Long), 1);
    assert_eq!(of(BaselineKind::Current, Horizon::Short), 0);
    assert_eq!(of(BaselineKind::Original, Horizon::Long), 0);
    assert_eq!(of(BaselineKind::Original, Horizon::Short), 1);
}

#[test]
fn a_cancelled_milestone_leaves_the_current_plan_and_stays_in_the_original() {
    let snapshot = programme([
        Milestone::new("a", 10, 1, 10, Measure::Reported).reported(5_000, 4),
        Milestone::new("b", 30, 1, 40, Measure::Reported).rebaselined(|baseline| baseline.weight = 20).cancelled(),
    ]);
    let current = progress(&snapshot, &all_on(5));
    assert_eq!((current.milestones, current.bac, current.cancelled_weight), (1, 100_000, 20));
    assert_eq!(current.reported, Some(5_000));
    let first = progress(&snapshot, &original(all_on(5)));
    assert_eq!((first.milestones, first.bac, first.cancelled_weight), (2, 400_000, 30));
    assert_eq!((first.reported, first.pd), (Some(1_250), 40));
}

#[test]
fn a_group_of_cancelled_milestones_has_no_figures_but_their_weight() {
    let snapshot = programme([Milestone::new("a", 10, 1, 10, Measure::Reported).cancelled()]);
    let progress = progress(&snapshot, &all_on(5));
    assert!(!progress.has_figures());
    assert_eq!((progress.planned, progress.cancelled_weight), (None, 10));
}

#[test]
fn a_cancelled_initiative_takes_what_is_not_verified_out_of_the_current_plan() {
    let stopped = initiative("stopped", Phase::Cancelled);
    let paused = initiative("paused", Phase::Suspended);
    let mut snapshot = programme([
        Milestone::new("a", 1, 1, 10, Measure::Binary).under(stopped.id).verified(4),
        Milestone::new("b", 2, 1, 10, Measure::Binary).under(stopped.id).claimed(4),
        Milestone::new("c", 4, 1, 10, Measure::Binary).under(paused.id),
    ]);
    for row in [stopped, paused] {
        snapshot.initiatives.insert(row.id, Arc::new(row));
    }
    let current = progress(&snapshot, &all_on(5));
    assert_eq!((current.bac, current.cancelled_weight), (50_000, 2));
    let first = progress(&snapshot, &original(all_on(5)));
    assert_eq!((first.bac, first.cancelled_weight), (70_000, 2));
}

#[test]
fn a_filter_takes_what_it_names() {
    let snapshot = mixed();
    let count = |query: Query| progress(&snapshot, &query).milestones;
    assert_eq!(count(Query { commission: Some(slug("training")), ..all_on(20) }), 2);
    assert_eq!(count(Query { horizon: Some(Horizon::Medium), ..all_on(20) }), 2);
    assert_eq!(count(Query { horizon: Some(Horizon::Medium), commission: Some(slug("training")), ..all_on(20) }), 0);
    let initiative = snapshot.milestones.values().next().unwrap().plan.initiative;
    assert_eq!(count(Query { initiative: Some(initiative), ..all_on(20) }), 5);
    assert_eq!(count(Query { initiative: Some(InitiativeId::default()), ..all_on(20) }), 0);
}

#[test]
fn facts_after_the_status_date_do_not_count() {
    let snapshot = programme([Milestone::new("a", 1, 1, 10, Measure::Reported).reported(5_000, 4).reported(8_000, 6)]);
    let reported = |on: i32| progress(&snapshot, &all_on(on)).reported;
    assert_eq!([3, 4, 5, 6].map(reported), [None, Some(5_000), Some(5_000), Some(8_000)]);
}

#[test]
fn every_cell_of_the_matrix_is_the_progress_of_its_group() {
    let snapshot = mixed();
    for baseline in [BaselineKind::Current, BaselineKind::Original] {
        for on in [0, 7, 20, 35, 95] {
            let cells = matrix(&snapshot, day(on), baseline);
            assert_eq!(cells.len(), 4 * 3);
            for cell in cells {
                let query = Query { baseline, horizon: cell.horizon, commission: cell.commission, ..all_on(on) };
                let expected = Progress { contributions: Vec::new(), ..progress(&snapshot, &query) };
                assert_eq!(cell.progress, expected, "{query:?}");
            }
        }
    }
}

#[test]
fn the_matrix_goes_row_by_row_and_ends_with_everything() {
    let cells = matrix(&mixed(), day(20), BaselineKind::Current);
    let keys: Vec<_> = cells.iter().map(|cell| (cell.horizon, cell.commission.clone())).collect();
    assert_eq!(
        keys[..3],
        [(Some(Horizon::Short), Some(slug("technology"))), (Some(Horizon::Short), Some(slug("training"))), (Some(Horizon::Short), None)]
    );
    assert_eq!(keys.last(), Some(&(None, None)));
    let (all, parts): (Vec<_>, Vec<_>) = cells.iter().partition(|cell| cell.horizon.is_none() && cell.commission.is_none());
    let cell_bac: u64 = parts.iter().filter(|cell| cell.horizon.is_some() && cell.commission.is_some()).map(|cell| cell.progress.bac).sum();
    assert_eq!(cell_bac, all[0].progress.bac);
}

#[test]
fn attention_goes_first_to_what_is_longest_overdue_longest_silent_and_farthest_behind() {
    let snapshot = programme([
        Milestone::new("a", 10, 1, 30, Measure::Reported).reported(5_000, 4),
        Milestone::new("b", 40, 1, 50, Measure::Reported).reported(8_000, 58),
        Milestone::new("c", 1, 1, 30, Measure::Binary),
        Milestone::new("d", 90, 1, 90, Measure::Reported).reported(9_000, 55),
        Milestone::new("e", 3, 1, 40, Measure::Binary).claimed(45),
        Milestone::new("f", 5, 59, 90, Measure::Reported),
        Milestone::new("g", 7, 61, 90, Measure::Reported),
    ]);
    let found = attention(&snapshot, &all_on(60));
    let overdue: Vec<(&str, i32)> = found.overdue.iter().map(|row| (row.code.as_str(), row.days)).collect();
    assert_eq!(overdue, [("a", 30), ("c", 30), ("b", 10)]);
    let stale: Vec<(&str, Option<Date>, i32)> = found.stale.iter().map(|row| (row.code.as_str(), row.last_fact, row.days)).collect();
    assert_eq!(stale, [("c", None, 59), ("a", Some(day(4)), 56), ("f", None, 1)]);
    let gaps: Vec<(&str, i64)> = found.gaps.iter().map(|row| (row.code.as_str(), row.gap)).collect();
    assert_eq!(gaps, [("b", 80_000), ("a", 50_000), ("c", 10_000), ("f", 3_125)]);
}
