//! A milestone as the arithmetic sees it: what was promised, and what is said of it on the status date.

use tahavol_domain::calendar::Date;
use tahavol_domain::values::FULL;

use super::planned::planned;

/// A fact is recent on the status date and on this many days before it.
const RECENT_DAYS: i32 = 29;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) weight: u64,
    pub(super) starts: Date,
    pub(super) due: Date,
    /// Planned in one step on its due date.
    pub(super) binary: bool,
    pub(super) reported: Option<u16>,
    pub(super) verified: u16,
    /// A standing claim.
    pub(super) claimed: bool,
    /// The latest day up to the status date on which a dated fact is effective.
    pub(super) last_fact: Option<Date>,
}

impl Subject {
    /// Basis points planned by the end of a day.
    pub(super) fn planned(&self, on: Date) -> u16 {
        planned(self.starts, self.due, self.binary, on)
    }

    /// Nothing counts as 0.
    pub(super) fn earned(&self) -> u16 {
        self.reported.unwrap_or(0)
    }

    pub(super) fn started(&self, on: Date) -> bool {
        self.starts <= on
    }

    pub(super) fn has_recent_fact(&self, on: Date) -> bool {
        self.last_fact.is_some_and(|day| day.days_until(on) <= RECENT_DAYS)
    }

    pub(super) fn is_covered(&self, on: Date) -> bool {
        self.verified == FULL || self.has_recent_fact(on)
    }

    pub(super) fn is_overdue(&self, on: Date) -> bool {
        on > self.due && self.earned() < FULL
    }

    pub(super) fn is_stale(&self, on: Date) -> bool {
        self.started(on) && !self.claimed && !self.has_recent_fact(on)
    }

    /// weight × (planned − reported).
    pub(super) fn gap(&self, on: Date) -> i64 {
        let behind = i64::from(self.planned(on)) - i64::from(self.earned());
        behind * i64::try_from(self.weight).expect("a weight is at most 10,000")
    }
}
