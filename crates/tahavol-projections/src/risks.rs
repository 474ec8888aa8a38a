//! The risks that are open, the hottest first.

use std::cmp::Reverse;

use crate::Snapshot;
use crate::rows::{InitiativeRow, RiskRow};

impl RiskRow {
    /// Likelihood × impact, from 1 to 25.
    #[must_use]
    pub fn heat(&self) -> u8 {
        self.risk.likelihood * self.risk.impact
    }
}

impl Snapshot {
    /// By likelihood × impact; of equals the one raised first comes first.
    #[must_use]
    pub fn open_risks(&self) -> Vec<(&InitiativeRow, &RiskRow)> {
        let mut open = Vec::new();
        for initiative in self.initiatives.values() {
            open.extend(initiative.risks.values().filter(|row| row.closed.is_none()).map(|row| (initiative.as_ref(), row)));
        }
        open.sort_by_key(|(_, row)| (Reverse(row.heat()), row.raised.position));
        open
    }
}
