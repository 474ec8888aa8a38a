//! How much of the country is covered: stations with a network, or a roll-out's deliveries, counted and weighted by annual visits.

use tahavol_domain::calendar::Date;
use tahavol_domain::values::FULL;

use crate::Snapshot;
use crate::rows::{MilestoneRow, StationRow};

/// How many of some stations are covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage {
    pub stations: u64,
    pub covered: u64,
    /// Annual visits of all of them.
    pub visits: u64,
    /// Annual visits of the covered ones.
    pub covered_visits: u64,
    /// Annual cases of all of them.
    pub cases: u64,
}

impl Coverage {
    /// Basis points of the stations, rounded down; none without stations.
    #[must_use]
    pub fn counted(&self) -> Option<u16> {
        basis_points(self.covered, self.stations)
    }

    /// Basis points of the annual visits, rounded down; none without visits.
    #[must_use]
    pub fn weighted(&self) -> Option<u16> {
        basis_points(self.covered_visits, self.visits)
    }

    fn add(&mut self, station: &StationRow, covered: bool) {
        let volume = &station.volume;
        self.stations += 1;
        self.visits = self.visits.saturating_add(volume.annual_visits);
        self.cases = self.cases.saturating_add(volume.annual_cases);
        if covered {
            self.covered += 1;
            self.covered_visits = self.covered_visits.saturating_add(volume.annual_visits);
        }
    }
}

impl Snapshot {
    /// Open stations with a network, of those that are asked for.
    #[must_use]
    pub fn network_coverage(&self, target: Option<bool>, wanted: impl Fn(&StationRow) -> bool) -> Coverage {
        let mut coverage = Coverage::default();
        for row in self.stations.values().filter(|row| row.closed.is_none() && wanted(row)) {
            if target.is_none_or(|target| self.is_target(&row.code) == target) {
                coverage.add(row, row.networked);
            }
        }
        coverage
    }

    /// Stations of a roll-out's current scope where it was delivered up to the day; none for other measures.
    #[must_use]
    pub fn rollout_coverage(&self, milestone: &MilestoneRow, on: Date, wanted: impl Fn(&StationRow) -> bool) -> Option<Coverage> {
        if milestone.plan.scope.is_empty() {
            return None;
        }
        let mut coverage = Coverage::default();
        for number in milestone.plan.scope.keys() {
            let code = self.station_numbers.get(*number as usize);
            let Some(row) = code.and_then(|code| self.stations.get(code)).filter(|row| wanted(row)) else { continue };
            coverage.add(row, milestone.deliveries.get(number).is_some_and(|delivery| delivery.effective_on <= on));
        }
        Some(coverage)
    }
}

fn basis_points(part: u64, whole: u64) -> Option<u16> {
    let share = (u128::from(part) * u128::from(FULL)).checked_div(u128::from(whole))?;
    Some(u16::try_from(share).map_or(FULL, |share| share.min(FULL)))
}
