//! The reports against a plain list: versions that go on together, apart, and after corrections.

use proptest::prelude::*;
use tahavol_domain::calendar::Date;
use tahavol_domain::values::EventId;
use uuid::Uuid;

use super::{Report, ReportKind, ReportValue, Reports};

fn report(position: u64, on: i32, value: ReportValue) -> Report {
    Report { event: EventId(Uuid::from_u128(position.into())), position, effective_on: Date::from_days(on), value }
}

fn progress(position: u64, on: i32) -> Report {
    report(position, on, ReportValue::Progress(position as u16))
}

fn all(reports: &Reports) -> Vec<Report> {
    reports.iter().collect()
}

fn positions(reports: &Reports) -> Vec<u64> {
    reports.iter().map(|report| report.position).collect()
}

fn latest(reports: &Reports, on: i32) -> Option<u64> {
    reports.latest_on(Date::from_days(on)).map(|report| report.position)
}

#[test]
fn reports_are_kept_in_the_order_of_their_positions_over_many_chunks() {
    let reports: Reports = (0..1_000).map(|position| progress(position, 0)).collect();
    assert_eq!(reports.len(), 1_000);
    assert_eq!(positions(&reports), (0..1_000).collect::<Vec<_>>());
}

#[test]
fn an_older_version_stays_as_it_was_while_the_newest_goes_on() {
    let mut reports: Reports = (0..3).map(|position| progress(position, 0)).collect();
    let older = reports.clone();
    reports.push(progress(3, 1));
    assert_eq!((positions(&older), latest(&older, 9)), (vec![0, 1, 2], Some(2)));
    assert_eq!(latest(&reports, 9), Some(3));
}

#[test]
fn a_fold_over_the_same_facts_shares_what_is_there() {
    let mut live: Reports = (0..3).map(|position| progress(position, 0)).collect();
    let mut again = live.clone();
    live.push(progress(3, 0));
    again.push(progress(3, 0));
    assert_eq!(live, again);
    assert!(std::sync::Arc::ptr_eq(&live.chunks[0], &again.chunks[0]));
}

#[test]
fn versions_that_go_on_differently_do_not_disturb_each_other() {
    let mut one: Reports = (0..3).map(|position| progress(position, 0)).collect();
    let mut other = one.clone();
    one.push(progress(3, 0));
    other.push(progress(4, 5));
    one.push(progress(5, 1));
    other.push(progress(6, 1));
    assert_eq!((positions(&one), latest(&one, 9)), (vec![0, 1, 2, 3, 5], Some(5)));
    assert_eq!((positions(&other), latest(&other, 9)), (vec![0, 1, 2, 4, 6], Some(4)));
}

#[test]
fn the_latest_report_is_found_by_effective_date_and_then_by_position() {
    let reports: Reports = [(0, 5), (1, 3), (2, 5), (3, 9), (4, 1)].map(|(position, on)| progress(position, on)).into_iter().collect();
    let told: Vec<_> = [0, 1, 2, 3, 4, 5, 8, 9, 99].map(|on| latest(&reports, on)).to_vec();
    assert_eq!(told, [None, Some(4), Some(4), Some(1), Some(1), Some(2), Some(2), Some(3), Some(3)]);
}

#[test]
fn a_correction_takes_the_place_of_the_report_that_it_names() {
    let mut reports: Reports = (0..70).map(|position| progress(position, position as i32)).collect();
    let older = reports.clone();
    let correction = report(70, 200, ReportValue::Progress(1));
    assert!(reports.replace(EventId(Uuid::from_u128(5)), correction));
    assert_eq!(reports.len(), 70);
    assert_eq!(reports.get(correction.event), Some(Report { position: 5, ..correction }));
    assert_eq!(reports.get(EventId(Uuid::from_u128(5))), None);
    assert_eq!((latest(&reports, 100), latest(&reports, 200), latest(&reports, 5)), (Some(69), Some(5), Some(4)));
    assert_eq!(latest(&older, 5), Some(5));
    assert!(!reports.replace(EventId(Uuid::from_u128(5)), correction), "a report is corrected once; then its correction is");
}

#[test]
fn a_removed_report_is_gone_from_this_version_only() {
    let mut reports: Reports = (0..5).map(|position| progress(position, 0)).collect();
    let older = reports.clone();
    assert_eq!(reports.remove(EventId(Uuid::from_u128(4))), Some(progress(4, 0)));
    assert_eq!(reports.remove(EventId(Uuid::from_u128(0))), Some(progress(0, 0)));
    assert_eq!(reports.remove(EventId(Uuid::from_u128(0))), None);
    assert_eq!((positions(&reports), positions(&older)), (vec![1, 2, 3], vec![0, 1, 2, 3, 4]));
}

#[test]
fn values_of_another_measure_are_passed_over() {
    let mut reports = Reports::default();
    reports.push(report(0, 1, ReportValue::Progress(10)));
    reports.push(report(1, 2, ReportValue::Steps(1)));
    reports.push(report(2, 3, ReportValue::Note));
    let latest = |kind| reports.latest_of(kind, Date::from_days(9)).map(|report| report.position);
    assert_eq!([ReportKind::Progress, ReportKind::Steps, ReportKind::Note].map(latest), [Some(0), Some(1), Some(2)]);
    assert_eq!(reports.latest_of(ReportKind::Steps, Date::from_days(1)), None);
}

#[test]
fn reports_are_written_as_a_plain_sequence() {
    let reports: Reports = (0..100).map(|position| progress(position, -(position as i32))).collect();
    let bytes = postcard::to_stdvec(&reports).unwrap();
    assert_eq!(bytes, postcard::to_stdvec(&all(&reports)).unwrap());
    assert_eq!(postcard::from_bytes::<Reports>(&bytes).unwrap(), reports);
}

/// What may be done to one of several versions.
#[derive(Debug, Clone)]
enum Act {
    Push { version: usize, on: i32, value: u8 },
    Clone { version: usize },
    Remove { version: usize, index: usize },
    Replace { version: usize, index: usize, on: i32 },
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let version = 0..8_usize;
    let act = prop_oneof![
        10 => (version.clone(), 0..20_i32, 0..3_u8).prop_map(|(version, on, value)| Act::Push { version, on, value }),
        2 => version.clone().prop_map(|version| Act::Clone { version }),
        1 => (version.clone(), 0..200_usize).prop_map(|(version, index)| Act::Remove { version, index }),
        1 => (version, 0..200_usize, 0..20_i32).prop_map(|(version, index, on)| Act::Replace { version, index, on }),
    ];
    proptest::collection::vec(act, 0..300)
}

fn value(kind: u8) -> ReportValue {
    match kind {
        0 => ReportValue::Note,
        1 => ReportValue::Progress(1),
        _ => ReportValue::Steps(1),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_version_is_the_list_it_stands_for(acts in acts()) {
        let mut versions: Vec<(Reports, Vec<Report>)> = vec![Default::default()];
        // Positions follow a version's length, so that versions often say the same and share, and often do not.
        for (step, act) in acts.into_iter().enumerate() {
            let count = versions.len();
            match act {
                Act::Push { version, on, value: kind } => {
                    let (reports, list) = &mut versions[version % count];
                    let position = list.last().map_or(0, |last| last.position + 1);
                    let mut said = report(position, on, value(kind));
                    said.event = EventId(Uuid::from_u128(u128::from(position) * 100 + on as u128 * 3 + u128::from(kind)));
                    reports.push(said);
                    list.push(said);
                }
                Act::Clone { version } => {
                    let copy = versions[version % count].clone();
                    versions.push(copy);
                }
                Act::Remove { version, index } => {
                    let (reports, list) = &mut versions[version % count];
                    if !list.is_empty() {
                        let removed = list.remove(index % list.len());
                        prop_assert_eq!(reports.remove(removed.event), Some(removed));
                    }
                }
                Act::Replace { version, index, on } => {
                    let (reports, list) = &mut versions[version % count];
                    if !list.is_empty() {
                        let index = index % list.len();
                        let mut correction = report(0, on, ReportValue::Progress(2));
                        correction.event = EventId(Uuid::from_u128(1 << 64 | step as u128));
                        prop_assert!(reports.replace(list[index].event, correction));
                        list[index] = Report { position: list[index].position, ..correction };
                    }
                }
            }
        }
        for (reports, list) in &versions {
            prop_assert_eq!(&all(reports), list);
            for on in (-1..21).map(Date::from_days) {
                let in_time = || list.iter().filter(|report| report.effective_on <= on);
                let latest = in_time().max_by_key(|report| (report.effective_on, report.position));
                prop_assert_eq!(reports.latest_on(on), latest.copied());
                for kind in [ReportKind::Note, ReportKind::Progress, ReportKind::Steps] {
                    let of_kind = in_time().filter(|report| report.value.kind() == kind);
                    prop_assert_eq!(reports.latest_of(kind, on), of_kind.max_by_key(|report| (report.effective_on, report.position)).copied());
                }
            }
        }
    }
}
