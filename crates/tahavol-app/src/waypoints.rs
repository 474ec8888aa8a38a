//! Snapshots kept along the way, so that a past picture is a short fold from the nearest one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tahavol_domain::calendar::Instant;
use tahavol_projections::Snapshot;

/// How many waypoints are kept before the older half is thinned.
///
/// A waypoint shares with its neighbours everything that did not change between them. Of 2,048 events it holds some 40 KB
/// of its own when they were about a few hundred milestones: the rows they touched and the inner nodes above those, not the
/// reports, whose storage all versions share. So 4,096 waypoints cost some 160 MB at eight million events, 20 bytes an event.
const MOST: usize = 4_096;

/// Past pictures that were asked for lately. Pages of one reader ask for the same one again and again.
const RECENT: usize = 16;

#[derive(Debug, Default)]
pub(crate) struct Waypoints {
    /// In the order of positions.
    kept: Mutex<Vec<Arc<Snapshot>>>,
    recent: Mutex<VecDeque<Arc<Snapshot>>>,
}

impl Waypoints {
    pub(crate) fn keep(&self, snapshot: Arc<Snapshot>) {
        let mut kept = lock(&self.kept);
        match kept.binary_search_by_key(&snapshot.position, |other| other.position) {
            Ok(_) => {}
            Err(place) => kept.insert(place, snapshot),
        }
        if kept.len() > MOST {
            thin(&mut kept);
        }
    }

    /// The last one that is not after the position.
    pub(crate) fn at_or_before(&self, position: u64) -> Option<Arc<Snapshot>> {
        let kept = {
            let kept = lock(&self.kept);
            let next = kept.partition_point(|snapshot| snapshot.position <= Some(position));
            next.checked_sub(1).map(|place| Arc::clone(&kept[place]))
        };
        let recent = lock(&self.recent).iter().filter(|snapshot| snapshot.position <= Some(position)).max_by_key(|s| s.position).cloned();
        kept.into_iter().chain(recent).max_by_key(|snapshot| snapshot.position)
    }

    /// The last one that contains no event recorded after the instant. The running maximum of recorded times decides,
    /// because the times themselves may run backwards.
    pub(crate) fn not_after(&self, instant: Instant) -> Option<Arc<Snapshot>> {
        let kept = lock(&self.kept);
        let next = kept.partition_point(|snapshot| snapshot.recorded_max <= Some(instant));
        next.checked_sub(1).map(|place| Arc::clone(&kept[place]))
    }

    pub(crate) fn remember(&self, snapshot: Arc<Snapshot>) {
        let mut recent = lock(&self.recent);
        recent.retain(|other| other.position != snapshot.position);
        recent.push_front(snapshot);
        recent.truncate(RECENT);
    }

    #[cfg(test)]
    fn positions(&self) -> Vec<Option<u64>> {
        lock(&self.kept).iter().map(|snapshot| snapshot.position).collect()
    }
}

/// Of the older half every other one goes: the further back, the wider apart.
fn thin(kept: &mut Vec<Arc<Snapshot>>) {
    let older = kept.len() / 2;
    let mut place = 0;
    kept.retain(|_| {
        place += 1;
        place > older || place % 2 == 0
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(position: u64, recorded_max: i64) -> Arc<Snapshot> {
        Arc::new(Snapshot { position: Some(position), recorded_max: Some(Instant::from_micros(recorded_max)), ..Snapshot::default() })
    }

    #[test]
    fn the_nearest_waypoint_is_the_last_one_that_is_not_later() {
        let waypoints = Waypoints::default();
        for position in [9, 19, 29] {
            waypoints.keep(at(position, position as i64));
        }
        assert!(waypoints.at_or_before(8).is_none());
        assert_eq!(waypoints.at_or_before(9).unwrap().position, Some(9));
        assert_eq!(waypoints.at_or_before(28).unwrap().position, Some(19));
        assert_eq!(waypoints.not_after(Instant::from_micros(25)).unwrap().position, Some(19));
        assert!(waypoints.not_after(Instant::from_micros(3)).is_none());
    }

    #[test]
    fn a_picture_asked_for_lately_serves_as_a_waypoint() {
        let waypoints = Waypoints::default();
        waypoints.keep(at(9, 9));
        waypoints.remember(at(15, 15));
        assert_eq!(waypoints.at_or_before(17).unwrap().position, Some(15));
        assert_eq!(waypoints.at_or_before(12).unwrap().position, Some(9));
    }

    #[test]
    fn old_waypoints_are_thinned_and_new_ones_stay() {
        let waypoints = Waypoints::default();
        for position in 0..=MOST as u64 {
            waypoints.keep(at(position, 0));
        }
        let positions = waypoints.positions();
        assert!(positions.len() < MOST);
        assert_eq!(positions.last(), Some(&Some(MOST as u64)));
        assert_eq!(positions[..2], [Some(1), Some(3)]);
    }
}
