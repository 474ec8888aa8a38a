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
    let reached = last_day_within(ev, pd, &pv);
    let behind = pv(reached);
    if behind == ev {
        return Ratio::from_int(on_plateau(ev, reached, at, &pv).into());
    }
    let (gained, step) = (i128::from(ev - behind), i128::from(pv(reached + 1) - behind));
    Ratio::try_new(i128::from(reached) * step + gained, step).expect("the value rises after the last day within it")
}

/// The largest n with PV(n) ≤ EV, where EV < PV(PD).
fn last_day_within(ev: u64, pd: i32, pv: &impl Fn(i32) -> u64) -> i32 {
    let (mut within, mut beyond) = (0, pd);
    while beyond - within > 1 {
        let middle = within + (beyond - within) / 2;
        if pv(middle) <= ev {
            within = middle;
        } else {
            beyond = middle;
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
