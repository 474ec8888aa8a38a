//! Milestones that an indicator measures, and a charter that says what is green and which commissions there are.

use std::sync::Arc;

use tahavol_domain::calendar::{Period, TimeZone};
use tahavol_domain::indicator::event::{Aggregation, Definition, Derived, Direction, Meaning, MeasuredValue, MeasurementScope, Quality};
use tahavol_domain::milestone::measure::{IndicatorMeasure, Measure};
use tahavol_domain::programme::event::{Charter, Council, Thresholds};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::station::event::{StationKind, Volume};
use tahavol_domain::text::Text;
use tahavol_domain::values::{Confidence, IndicatorCode, Person, ProgrammeId, ProvinceCode, StationCode};

use super::programme::{Milestone, all_on, programme, slug, stamp};
use super::*;
use crate::Snapshot;
use crate::progress::{BaselineKind, matrix, progress};
use crate::rows::{IndicatorRow, MeasurementRow, MeasurementStanding, StationRow};
use crate::snapshot::ProgrammeRow;

const CODE: &str = "share";

/// From 0 to the target, over days 1 to 30.
fn measured(target: i64) -> Milestone {
    let (baseline, target) = (Quantity::ZERO, Quantity::from_int(target));
    Milestone::new("a", 1, 1, 30, Measure::Indicator(IndicatorMeasure { indicator: IndicatorCode(CODE.to_owned()), baseline, target }))
}

/// National values by the day on which their period ends.
fn indicator(derived: Option<Derived>, values: &[(i32, i64, MeasurementStanding)]) -> IndicatorRow {
    let meaning = Meaning {
        title: Text::fa("سهم"),
        unit: "percent".to_owned(),
        direction: Direction::Increase,
        baseline: None,
        tolerance: None,
        quality: Quality::default(),
    };
    let code = IndicatorCode(CODE.to_owned());
    let definition =
        Definition { code, commission: slug("technology"), derived, aggregation: Aggregation::Latest, meaning, provenance: None };
    let measurements = values.iter().map(|(ends, value, standing)| {
        let period = Period { start: day(ends - 1), end: day(*ends) };
        let row = MeasurementRow {
            scope: MeasurementScope::National,
            period,
            value: MeasuredValue::Plain(Quantity::from_int(*value)),
            method: None,
            evidence: Vec::new(),
            provenance: None,
            recorded: stamp(0),
            corrected: imbl::Vector::new(),
            standing: *standing,
            standing_since: None,
        };
        ((MeasurementScope::National, period.end, period.start), Arc::new(row))
    });
    let measurements = measurements.collect();
    IndicatorRow {
        definition,
        defined: stamp(0),
        redefinitions: 0,
        targets: Default::default(),
        measurements,
        measurement_events: Default::default(),
    }
}

fn with_indicator(milestone: Milestone, row: IndicatorRow) -> Snapshot {
    let mut snapshot = programme([milestone]);
    snapshot.indicators.insert(IndicatorCode(CODE.to_owned()), Arc::new(row));
    snapshot
}

/// Networked on the n-th day.
fn networked(code: &str, on: i32) -> StationRow {
    StationRow {
        number: 0,
        code: StationCode(code.to_owned()),
        kind: StationKind::Station,
        name: Text::fa("کلانتری"),
        province: ProvinceCode("IR-01".to_owned()),
        networked: true,
        network_changed: Some((day(on), 7)),
        volume: Volume { annual_visits: 1, annual_cases: 1 },
        registered: stamp(0),
        closed: None,
        provenance: None,
    }
}

#[test]
fn an_indicator_completes_a_group_on_the_day_its_value_reaches_the_target() {
    use MeasurementStanding::{Contested, Recorded, Verified};
    let values =
        [(6, 40, Recorded), (10, 100, Verified), (20, 90, Recorded), (25, 100, Contested), (31, 110, Recorded), (35, 0, Contested)];
    let snapshot = with_indicator(measured(100), indicator(None, &values));
    let completed = |on: i32| progress(&snapshot, &all_on(on)).completed_on;
    assert_eq!([9, 10, 19, 26, 31, 60].map(completed), [None, Some(day(10)), Some(day(10)), None, Some(day(31)), Some(day(31))]);
    assert_eq!(progress(&snapshot, &all_on(5)).reported, None);
    assert_eq!(progress(&snapshot, &all_on(26)).reported, Some(9_000));
}

#[test]
fn a_count_of_networked_stations_completes_a_group_on_its_last_change() {
    let mut snapshot = with_indicator(measured(2), indicator(Some(Derived::NetworkedStations), &[]));
    for (code, on) in [("00001", 5), ("00002", 12)] {
        snapshot.stations.insert(StationCode(code.to_owned()), Arc::new(networked(code, on)));
    }
    snapshot.networked_stations = 2;
    let completed = |on: i32| progress(&snapshot, &all_on(on)).completed_on;
    assert_eq!([3, 12, 40].map(completed), [Some(day(3)), Some(day(12)), Some(day(12))]);
}

#[test]
fn the_charter_says_what_is_green_and_which_commissions_have_a_column() {
    let mut snapshot = programme([Milestone::new("a", 1, 1, 100, Measure::Reported).reported(4_000, 50)]);
    assert_eq!(progress(&snapshot, &all_on(50)).confidence, Some(Confidence::AmberRed));
    snapshot.programme = Some(Arc::new(chartered()));
    assert_eq!(progress(&snapshot, &all_on(50)).confidence, Some(Confidence::AmberGreen));

    let cells = matrix(&snapshot, day(50), BaselineKind::Current);
    let first_row: Vec<_> = cells.iter().take(4).map(|cell| cell.commission.clone()).collect();
    assert_eq!(first_row, [Some(slug("training")), Some(slug("support")), Some(slug("technology")), None]);
    assert_eq!(cells.len(), 4 * 4);
    assert!(!cells[1].progress.has_figures() && cells[2].progress.has_figures());
}

fn chartered() -> ProgrammeRow {
    let quantity = |text: &str| Quantity::parse(text).unwrap();
    let thresholds =
        Thresholds { green: quantity("0.9"), amber_green: quantity("0.8"), amber: quantity("0.5"), amber_red: quantity("0.2") };
    let charter = Charter {
        programme: ProgrammeId::default(),
        slug: "tahavol".to_owned(),
        title: Text::fa("تحول"),
        time_zone: TimeZone::parse(TimeZone::TEHRAN).unwrap(),
        council: Council { title: Text::fa("شورا"), chair: Text::fa("فرمانده"), provenance: None },
        administrator: Person::default(),
        first_official: Person::default(),
        horizons: Vec::new(),
        commissions: ["training", "support", "technology"].map(slug).to_vec(),
        provinces: Vec::new(),
        confidence: thresholds,
        simulation: None,
    };
    ProgrammeRow { id: ProgrammeId::default(), charter, chartered: stamp(0) }
}
