//! Earned schedule: the day of the plan by which as much was to be earned as has been (Lipke 2003).

use crate::ratio::Ratio;

/// ES in days, of a plan whose value PV(n) never falls, is 0 on day 0 and `bac` on day `pd`.
///
/// Where the plan stands still at exactly the earned value, no day of that plateau is more right than another: the
/// actual time is taken, as far as the plateau reaches.
pub(super) fn earned_schedule(ev: u64, bac: u64, pd: i32, at: i32, pv: impl Fn(i32) -> u64) -> Ratio {
    if ev >= bac {
        return Ratio::from_int(pd.into());
    }
    let reached = last_day_within(ev, bac, pd, &pv);
    let behind = pv(reached);
    if behind == ev {
        return Ratio::from_int(on_plateau(ev, reached, at, &pv).into());
    }
    let (gained, step) = (i128::from(ev - behind), i128::from(pv(reached + 1) - behind));
    Ratio::try_new(i128::from(reached) * step + gained, step).expect("the value rises after the last day within it")
}

/// The largest n with PV(n) ≤ EV, where EV < PV(PD) = `bac`.
///
/// Plans rise almost evenly, so the day is looked for where the straight line between the known days meets EV, and on the day
/// beside it; a halving in between bounds the steps where a plan does not.
fn last_day_within(ev: u64, bac: u64, pd: i32, pv: &impl Fn(i32) -> u64) -> i32 {
    let ((mut within, mut lower), (mut beyond, mut upper)) = ((0, 0), (pd, bac));
    while beyond - within > 1 {
        let days = (beyond - within).unsigned_abs();
        let share = u128::from(ev - lower) * u128::from(days) / u128::from(upper - lower);
        let guess = within + i32::try_from(share).unwrap_or(0);
        for day in [guess, guess + 1, within + (beyond - within) / 2] {
            if day > within && day < beyond {
                let value = pv(day);
                if value <= ev {
                    (within, lower) = (day, value);
                } else {
                    (beyond, upper) = (day, value);
                }
            }
        }
    }
    within
}

/// The actual time clamped to the days with PV(n) = EV, of which `last` is the last.
fn on_plateau(ev: u64, last: i32, at: i32, pv: &impl Fn(i32) -> u64) -> i32 {
    if at >= last {
        return last;
    }
    let (mut below, mut first) = (at - 1, last);
    if pv(at) < ev {
        below = at;
    } else {
        first = at;
    }
    while first - below > 1 {
        let middle = below + (first - below) / 2;
        if pv(middle) < ev {
            below = middle;
        } else {
            first = middle;
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_day_within_is_found_on_even_late_early_and_stepwise_plans() {
        type Plan = fn(u64) -> u64;
        let plans: [Plan; 5] = [|n| n * 7, |n| n * n, |n| n * n * n, |n| n / 40 * 1_000, |n| if n < 899 { 3 } else { 1_000_000 }];
        for plan in plans {
            let value = |n: i32| if n == 0 { 0 } else { plan(n.unsigned_abs().into()) };
            let (pd, bac) = (900, value(900));
            for ev in (0..bac).step_by(usize::try_from(bac / 400 + 1).unwrap()).chain([0, 1, 2, 3, 4, bac - 1]) {
                let by_looking = (0..pd).rev().find(|n| value(*n) <= ev).unwrap();
                assert_eq!(last_day_within(ev, bac, pd, &value), by_looking, "{ev} of {bac}");
            }
        }
    }
}
