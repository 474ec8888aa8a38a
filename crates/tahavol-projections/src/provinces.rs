//! The provinces side by side: their stations, and how far a roll-out has come in each.

use std::collections::BTreeMap;

use tahavol_domain::calendar::Date;
use tahavol_domain::station::event::StationKind;
use tahavol_domain::values::{MilestoneId, Province, ProvinceCode, StationCode};

use crate::Snapshot;
use crate::progress::MOST_POINTS;
use crate::rows::StationRow;

/// The open stations of a province.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvinceView {
    pub province: Province,
    pub stations: u32,
    pub outposts: u32,
    /// Stations and outposts with a network.
    pub networked: u32,
    /// Stations and outposts of the target set.
    pub target: u32,
    pub annual_visits: u64,
    pub annual_cases: u64,
}

/// A roll-out in one province, in the weights of its scope. Stations that closed since it was resolved are in it still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvinceRollout {
    pub province: ProvinceCode,
    /// Stations in scope, and their weight.
    pub stations: u32,
    pub weight: u64,
    /// Those with a delivery up to the day, and their weight.
    pub delivered: u32,
    pub delivered_weight: u64,
}

/// Stations of a roll-out delivered up to a day, of all that are in scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BurnUpPoint {
    pub on: Date,
    pub delivered: u32,
    pub stations: u32,
}

impl Snapshot {
    /// Every province of the charter, in its order; stations are counted as they stand at the position.
    #[must_use]
    pub fn provinces(&self) -> Vec<ProvinceView> {
        let Some(programme) = &self.programme else { return Vec::new() };
        let mut views: Vec<ProvinceView> = programme.charter.provinces.iter().cloned().map(ProvinceView::empty).collect();
        let places: BTreeMap<ProvinceCode, usize> =
            views.iter().enumerate().map(|(place, view)| (view.province.code.clone(), place)).collect();
        for station in self.stations.values().filter(|station| station.closed.is_none()) {
            if let Some(place) = places.get(&station.province) {
                views[*place].add(station, self.is_target(&station.code));
            }
        }
        views
    }

    /// By province code, only those that the current scope reaches; empty for any other measure.
    #[must_use]
    pub fn rollout_by_province(&self, milestone: MilestoneId, on: Date) -> Vec<ProvinceRollout> {
        let Some(row) = self.milestones.get(&milestone) else { return Vec::new() };
        let mut found: BTreeMap<&ProvinceCode, ProvinceRollout> = BTreeMap::new();
        for (number, weight) in &row.plan.scope {
            let Some(station) = self.station_numbers.get(*number as usize).and_then(|code| self.stations.get(code)) else { continue };
            let view = found.entry(&station.province).or_insert_with(|| ProvinceRollout::empty(station.province.clone()));
            view.stations += 1;
            view.weight += weight;
            if row.deliveries.get(number).is_some_and(|delivery| delivery.effective_on <= on) {
                view.delivered += 1;
                view.delivered_weight += weight;
            }
        }
        found.into_values().collect()
    }

    /// How a roll-out's deliveries grew: at the end of each Solar Hijri month from its start on, and on the day itself; in one province,
    /// or everywhere. Empty for any other measure.
    #[must_use]
    pub fn burn_up(&self, milestone: MilestoneId, province: Option<&ProvinceCode>, until: Date) -> Vec<BurnUpPoint> {
        let Some(row) = self.milestones.get(&milestone).filter(|row| !row.plan.scope.is_empty()) else { return Vec::new() };
        let is_inside = |number: &u32| {
            let station = self.station_numbers.get(*number as usize).and_then(|code| self.stations.get(code));
            station.is_some_and(|station| province.is_none_or(|province| station.province == *province))
        };
        let stations = u32::try_from(row.plan.scope.keys().filter(|number| is_inside(number)).count()).unwrap_or(u32::MAX);
        let inside = row.deliveries.iter().filter(|(number, _)| row.plan.scope.contains_key(*number) && is_inside(number));
        let mut days: Vec<Date> = inside.map(|(_, delivery)| delivery.effective_on).filter(|day| *day <= until).collect();
        days.sort_unstable();
        let mut points = Vec::new();
        let first = days.first().copied().map_or(row.plan.current.starts, |first| first.min(row.plan.current.starts));
        let mut on = first.last_of_persian_month().min(until);
        while stations > 0 && first <= until && points.len() < MOST_POINTS {
            let delivered = u32::try_from(days.partition_point(|day| *day <= on)).unwrap_or(u32::MAX);
            points.push(BurnUpPoint { on, delivered, stations });
            if on == until {
                break;
            }
            on = on.plus_days(1).last_of_persian_month().min(until);
        }
        points
    }

    /// Whether a station belongs to the designated target set.
    #[must_use]
    pub fn is_target(&self, code: &StationCode) -> bool {
        self.target.as_ref().is_some_and(|target| target.0.stations.binary_search(code).is_ok())
    }
}

impl ProvinceView {
    fn empty(province: Province) -> ProvinceView {
        ProvinceView { province, stations: 0, outposts: 0, networked: 0, target: 0, annual_visits: 0, annual_cases: 0 }
    }

    fn add(&mut self, station: &StationRow, is_target: bool) {
        match station.kind {
            StationKind::Station => self.stations += 1,
            StationKind::Outpost => self.outposts += 1,
        }
        self.networked += u32::from(station.networked);
        self.target += u32::from(is_target);
        self.annual_visits += station.volume.annual_visits;
        self.annual_cases += station.volume.annual_cases;
    }
}

impl ProvinceRollout {
    fn empty(province: ProvinceCode) -> ProvinceRollout {
        ProvinceRollout { province, stations: 0, weight: 0, delivered: 0, delivered_weight: 0 }
    }
}
