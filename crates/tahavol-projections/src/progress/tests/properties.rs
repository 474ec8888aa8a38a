//! What holds of any plan: monotone value, bounded figures, and a fast search that agrees with counting day by day.

use proptest::prelude::*;
use tahavol_domain::values::FULL;

use super::*;
use crate::progress::ForecastReason;
use crate::progress::planned::planned_value_by;

fn subjects() -> impl Strategy<Value = Vec<Subject>> {
    prop::collection::vec((1_u64..=60, 1_i32..40, 0_i32..30, any::<bool>(), reported(), 0_i32..70), 1..7).prop_map(|plans| {
        plans
            .into_iter()
            .map(|(weight, starts, length, binary, reported, fact)| {
                let plan = planned(weight, starts, starts + length);
                let plan = if binary { plan.binary() } else { plan };
                match reported {
                    None => plan,
                    Some(FULL) => plan.verified(fact),
                    Some(basis_points) => plan.reported(basis_points, fact),
                }
            })
            .collect()
    })
}

/// Often nothing, all or a round part, so that plateaus are met.
fn reported() -> impl Strategy<Value = Option<u16>> {
    prop_oneof![Just(None), Just(Some(0)), Just(Some(FULL)), (0_u16..=10).prop_map(|tenth| Some(tenth * 1_000)), (0..=FULL).prop_map(Some)]
}

/// The definition to the letter, over a table of every day.
fn day_by_day(ev: u64, pv: &[u64], at: i32) -> Ratio {
    let pd = pv.len() - 1;
    if ev == pv[pd] {
        return Ratio::from_int(pd as i128);
    }
    let equal: Vec<usize> = (0..=pd).filter(|n| pv[*n] == ev).collect();
    if let (Some(first), Some(last)) = (equal.first(), equal.last()) {
        return Ratio::from_int((at as usize).clamp(*first, *last) as i128);
    }
    let c = (0..=pd).filter(|n| pv[*n] <= ev).max().unwrap();
    let part = Ratio::try_new((ev - pv[c]).into(), (pv[c + 1] - pv[c]).into()).unwrap();
    Ratio::from_int(c as i128).checked_add(part).unwrap()
}

proptest! {
    #[test]
    fn the_search_finds_what_counting_every_day_finds(subjects in subjects(), on in -5_i32..90) {
        let progress = figures(&subjects, day(on), &Scale::default(), || day(on));
        let table: Vec<u64> = (0..=progress.pd).map(|n| planned_value_by(&subjects, progress.starts.unwrap(), n)).collect();
        prop_assert_eq!(progress.es.unwrap(), day_by_day(progress.ev, &table, progress.at));
    }

    #[test]
    fn planned_value_never_falls_and_ends_at_all_of_it(subjects in subjects()) {
        let progress = figures(&subjects, day(1), &Scale::default(), || day(1));
        let table: Vec<u64> = (0..=progress.pd).map(|n| planned_value_by(&subjects, progress.starts.unwrap(), n)).collect();
        prop_assert!(table.is_sorted());
        prop_assert_eq!((table[0], table[progress.pd as usize]), (0, progress.bac));
    }

    #[test]
    fn every_figure_stays_within_its_bounds(subjects in subjects(), on in -5_i32..90) {
        let progress = figures(&subjects, day(on), &Scale::default(), || day(on));
        prop_assert!(progress.pv <= progress.bac && progress.ev <= progress.bac && progress.vv <= progress.ev);
        let es = progress.es.unwrap();
        prop_assert!(es >= Ratio::ZERO && es <= Ratio::from_int(progress.pd.into()));
        prop_assert!(progress.at >= 0 && progress.pd >= 1);
        for figure in [progress.planned, progress.reported, progress.verified, progress.coverage].into_iter().flatten() {
            prop_assert!(figure <= FULL);
        }
        prop_assert_eq!(progress.sv_t.unwrap().checked_add(Ratio::from_int(progress.at.into())), Some(es));
        prop_assert_eq!(progress.spi_t.is_none(), progress.at == 0);
        prop_assert_eq!(progress.spi.is_none(), progress.pv == 0);
    }

    #[test]
    fn there_is_a_forecast_or_the_reason_why_not(subjects in subjects(), on in -5_i32..90) {
        let progress = figures(&subjects, day(on), &Scale::default(), || day(on));
        prop_assert_eq!(progress.forecast_finish.is_none(), progress.forecast_reason.is_some());
        prop_assert_eq!(progress.forecast_finish.is_none(), progress.slippage_days.is_none());
        prop_assert_eq!(progress.confidence.is_none(), progress.completed_on.is_some());
        let Some(finish) = progress.forecast_finish.filter(|_| progress.completed_on.is_none()) else { return Ok(()) };
        prop_assert!(progress.forecast_reason != Some(ForecastReason::TooFar));
        // The least whole number of days that is at least PD · AT / ES.
        let days = Ratio::from_int((progress.starts.unwrap().days_until(finish) + 1).into());
        let needed = Ratio::from_int((progress.pd * progress.at).into()).checked_div(progress.es.unwrap()).unwrap();
        prop_assert!(days >= needed && days.checked_sub(Ratio::ONE).unwrap() < needed);
    }

    #[test]
    fn the_order_of_milestones_does_not_matter(subjects in subjects(), on in -5_i32..90) {
        let reversed: Vec<Subject> = subjects.iter().rev().copied().collect();
        let of = |subjects: &[Subject]| figures(subjects, day(on), &Scale::default(), || day(on));
        prop_assert_eq!(of(&subjects), of(&reversed));
    }
}
