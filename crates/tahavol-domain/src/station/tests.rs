//! Given / when / then for the station.

use uuid::Uuid;

use super::event::{Delivery, DeliveryRevocation, Network, Registration, StationKind, Volume};
use super::{Command, Event, Station};
use crate::aggregate::{Aggregate, InitiativeBasis, MilestoneBasis, Stream};
use crate::milestone::measure::{Measure, Rollout, Scope};
use crate::refusal::Rule;
use crate::testing::{Asking, asking, day, event, province, rule, slug};
use crate::text::Text;
use crate::values::{Evidence, Horizon, InitiativeId, MilestoneId, Office, Sha256, StationCode};
use crate::{initiative, milestone};

const ROLLOUT: MilestoneId = MilestoneId(Uuid::from_u128(1));
const INITIATIVE: InitiativeId = InitiativeId(Uuid::from_u128(2));

fn reporter() -> Asking {
    let mut asked = asking(Stream::Station(code("00001"))).by("reza", Office::Reporter(province("IR-13")));
    asked.basis.initiatives.insert(
        INITIATIVE,
        InitiativeBasis { code: "T-1".into(), commission: slug("technology"), horizon: Horizon::Short, phase: initiative::Phase::Approved },
    );
    let measure = Measure::Rollout(Rollout { scope: Scope::All, stations: vec![code("00001"), code("00002")], visits: None });
    asked.basis.milestones.insert(ROLLOUT, milestone_with(measure));
    asked
}

fn milestone_with(measure: Measure) -> MilestoneBasis {
    MilestoneBasis {
        id: ROLLOUT,
        code: "T-1.1".into(),
        initiative: INITIATIVE,
        commission: slug("technology"),
        phase: milestone::Phase::Planned,
        counts: true,
        measure,
        claimed_at: None,
    }
}

/// The rollout milestone of the basis, to be changed.
fn rollout(asked: &mut Asking) -> &mut MilestoneBasis {
    asked.basis.milestones.get_mut(&ROLLOUT).expect("the fixture has it")
}

fn code(text: &str) -> StationCode {
    StationCode(text.to_owned())
}

fn registration() -> Registration {
    Registration {
        code: code("00001"),
        kind: StationKind::Station,
        name: Text::fa("کلانتری ۱۰۱"),
        province: province("IR-13"),
        networked: false,
        volume: Volume { annual_visits: 12_000, annual_cases: 900 },
        provenance: None,
    }
}

fn delivery() -> Delivery {
    Delivery { milestone: ROLLOUT, note: None, evidence: Vec::new() }
}

fn registered() -> Station {
    reporter().then(Station::default(), &Command::Register(registration()), 0)
}

/// Delivered on 1 September by the event 1.
fn delivered() -> Station {
    reporter().on("2019-09-01").then(registered(), &Command::RecordDelivery(delivery()), 1)
}

fn closed(station: Station) -> Station {
    reporter().because("ادغام شد").then(station, &Command::Close, 9)
}

fn revocation() -> Command {
    Command::RevokeDelivery(DeliveryRevocation { milestone: ROLLOUT, delivery: event(1) })
}

#[test]
fn a_station_is_registered_with_its_kind_province_network_and_volume() {
    let decided = reporter().ask(&Station::default(), &Command::Register(registration()));
    assert_eq!(decided, Ok(vec![Event::Registered(registration())]));
}

#[test]
fn registering_the_same_station_again_is_already_so_even_after_its_volume_and_network_changed() {
    let volume = Volume { annual_visits: 15_000, annual_cases: 900 };
    let station = reporter().then(registered(), &Command::RecordVolume(volume), 1);
    let station = reporter().then(station, &Command::RecordNetwork, 2);
    let as_it_stands = Registration { volume, networked: true, ..registration() };
    assert_eq!(reporter().ask(&station, &Command::Register(registration())), Ok(vec![]));
    assert_eq!(reporter().ask(&station, &Command::Register(as_it_stands)), Ok(vec![]));
    assert_eq!(reporter().ask(&closed(station), &Command::Register(registration())), Ok(vec![]));
}

#[test]
fn a_station_is_not_registered_twice_with_another_content() {
    let other = Registration { kind: StationKind::Outpost, ..registration() };
    assert_eq!(rule(reporter().ask(&registered(), &Command::Register(other))), Rule::AlreadyExists);
}

#[test]
fn a_station_lies_in_a_province_of_the_charter() {
    let abroad = Registration { province: province("IR-99"), ..registration() };
    assert_eq!(rule(reporter().ask(&Station::default(), &Command::Register(abroad))), Rule::UnknownProvince);
}

#[test]
fn a_station_code_can_stand_in_a_stream_name_and_is_the_streams_own() {
    for bad in ["", "کلانتری", "00 1", "00002"] {
        let misnamed = Registration { code: code(bad), ..registration() };
        assert_eq!(rule(reporter().ask(&Station::default(), &Command::Register(misnamed))), Rule::CodeInvalid, "{bad}");
    }
}

#[test]
fn a_station_has_a_name_of_bearable_length() {
    let nameless = Registration { name: Text::fa(" \u{200c}"), ..registration() };
    let endless = Registration { name: Text::fa("ک".repeat(2_001)), ..registration() };
    assert_eq!(rule(reporter().ask(&Station::default(), &Command::Register(nameless))), Rule::TextBlank);
    assert_eq!(rule(reporter().ask(&Station::default(), &Command::Register(endless))), Rule::TextTooLong);
}

#[test]
fn a_volume_stays_within_what_a_line_can_tell() {
    let visited = Volume { annual_visits: 1_000_000_001, annual_cases: 0 };
    let busy = Volume { annual_visits: 0, annual_cases: 1_000_000_001 };
    let refused = reporter().ask(&registered(), &Command::RecordVolume(visited)).unwrap_err();
    assert_eq!((refused.rule, refused.field), (Rule::VolumeTooLarge, Some("annualVisits")));
    let refused = reporter().ask(&registered(), &Command::RecordVolume(busy)).unwrap_err();
    assert_eq!((refused.rule, refused.field), (Rule::VolumeTooLarge, Some("annualCases")));
}

#[test]
fn an_unchanged_volume_is_already_so() {
    let changed = Volume { annual_visits: 1, annual_cases: 2 };
    assert_eq!(reporter().ask(&registered(), &Command::RecordVolume(registration().volume)), Ok(vec![]));
    assert_eq!(reporter().ask(&registered(), &Command::RecordVolume(changed)), Ok(vec![Event::VolumeRecorded(changed)]));
}

#[test]
fn a_network_is_gained_and_lost_once() {
    let station = registered();
    assert_eq!(reporter().ask(&station, &Command::RecordNetworkLoss), Ok(vec![]));
    assert_eq!(reporter().ask(&station, &Command::RecordNetwork), Ok(vec![Event::Networked(Network {})]));
    let networked = reporter().then(station, &Command::RecordNetwork, 1);
    assert_eq!(reporter().ask(&networked, &Command::RecordNetwork), Ok(vec![]));
    assert_eq!(reporter().ask(&networked, &Command::RecordNetworkLoss), Ok(vec![Event::NetworkLost(Network {})]));
}

#[test]
fn nothing_happens_at_a_station_that_was_never_registered() {
    let commands = [
        Command::RecordVolume(Volume::default()),
        Command::RecordNetwork,
        Command::RecordNetworkLoss,
        Command::RecordDelivery(delivery()),
        revocation(),
        Command::Close,
    ];
    for command in commands {
        let answer = reporter().because("چون").ask(&Station::default(), &command);
        assert_eq!(rule(answer), Rule::UnknownStation, "{command:?}");
    }
}

#[test]
fn nothing_is_true_on_a_day_that_has_not_come() {
    for command in [Command::RecordNetwork, Command::RecordDelivery(delivery()), Command::Close] {
        let answer = reporter().on("2019-09-23").because("چون").ask(&registered(), &command);
        assert_eq!(rule(answer), Rule::EffectiveInFuture, "{command:?}");
    }
}

#[test]
fn a_late_fact_keeps_its_day_and_an_undated_one_is_of_today() {
    let ctx = |asked: Asking| {
        let decided = asked.ask(&registered(), &Command::RecordNetwork).unwrap();
        registered().effective_on(&decided[0], &asked.ctx())
    };
    assert_eq!(ctx(reporter().on("2018-01-01")), Some(day("2018-01-01")));
    assert_eq!(ctx(reporter()), Some(day("2019-09-22")));
}

#[test]
fn a_registration_has_a_day_only_when_one_is_named() {
    let event = Event::Registered(registration());
    assert_eq!(Station::default().effective_on(&event, &reporter().ctx()), None);
    assert_eq!(Station::default().effective_on(&event, &reporter().on("2001-01-01").ctx()), Some(day("2001-01-01")));
}

#[test]
fn a_delivery_is_recorded_and_leaves_the_network_as_it_is() {
    let decided = reporter().ask(&registered(), &Command::RecordDelivery(delivery()));
    assert_eq!(decided, Ok(vec![Event::DeliveryRecorded(delivery())]));
    assert_eq!(reporter().ask(&delivered(), &Command::RecordNetworkLoss), Ok(vec![]));
}

#[test]
fn a_delivery_names_a_milestone_that_is_there() {
    let stray = Delivery { milestone: MilestoneId(Uuid::from_u128(404)), ..delivery() };
    assert_eq!(rule(reporter().ask(&registered(), &Command::RecordDelivery(stray))), Rule::UnknownMilestone);
}

#[test]
fn only_a_rollout_is_delivered_at_stations() {
    let mut asked = reporter();
    rollout(&mut asked).measure = Measure::Binary;
    assert_eq!(rule(asked.ask(&registered(), &Command::RecordDelivery(delivery()))), Rule::NotARollout);
}

#[test]
fn a_delivery_outside_the_scope_is_refused() {
    let mut asked = reporter();
    rollout(&mut asked).measure = Measure::Rollout(Rollout { scope: Scope::All, stations: vec![code("00002")], visits: None });
    assert_eq!(rule(asked.ask(&registered(), &Command::RecordDelivery(delivery()))), Rule::OutOfScope);
}

#[test]
fn a_milestone_is_delivered_at_a_station_once() {
    let again = reporter().on("2019-09-02").ask(&delivered(), &Command::RecordDelivery(delivery()));
    assert_eq!(rule(again), Rule::AlreadyDelivered);
    let otherwise = Delivery { note: Some(Text::fa("با تأخیر")), ..delivery() };
    assert_eq!(rule(reporter().on("2019-09-01").ask(&delivered(), &Command::RecordDelivery(otherwise))), Rule::AlreadyDelivered);
}

#[test]
fn the_same_delivery_again_is_already_so_even_after_the_milestone_was_verified() {
    let mut asked = reporter().on("2019-09-01");
    rollout(&mut asked).phase = milestone::Phase::Verified;
    assert_eq!(asked.ask(&delivered(), &Command::RecordDelivery(delivery())), Ok(vec![]));
}

#[test]
fn a_verified_or_cancelled_milestone_takes_no_delivery_and_a_claimed_one_does() {
    let answer = |phase| {
        let mut asked = reporter();
        rollout(&mut asked).phase = phase;
        asked.ask(&registered(), &Command::RecordDelivery(delivery()))
    };
    assert_eq!(rule(answer(milestone::Phase::Verified)), Rule::MilestoneNotOpen);
    assert_eq!(rule(answer(milestone::Phase::Cancelled)), Rule::MilestoneNotOpen);
    assert!(answer(milestone::Phase::Claimed).is_ok());
}

#[test]
fn deliveries_are_taken_while_the_initiative_is_approved_or_suspended() {
    let answer = |phase| {
        let mut asked = reporter();
        asked.basis.initiatives.get_mut(&INITIATIVE).unwrap().phase = phase;
        asked.ask(&registered(), &Command::RecordDelivery(delivery()))
    };
    assert!(answer(initiative::Phase::Approved).is_ok());
    assert!(answer(initiative::Phase::Suspended).is_ok());
    for phase in [
        initiative::Phase::Proposed,
        initiative::Phase::Submitted,
        initiative::Phase::Returned,
        initiative::Phase::Rejected,
        initiative::Phase::Completed,
        initiative::Phase::Cancelled,
    ] {
        assert_eq!(rule(answer(phase)), Rule::InitiativeNotOpen, "{phase:?}");
    }
}

#[test]
fn a_milestone_that_does_not_count_yet_takes_no_delivery() {
    let mut asked = reporter();
    rollout(&mut asked).counts = false;
    assert_eq!(rule(asked.ask(&registered(), &Command::RecordDelivery(delivery()))), Rule::NotCounted);
}

#[test]
fn the_evidence_of_a_delivery_has_a_title() {
    let file = Evidence { digest: Sha256::default(), media_type: "image/jpeg".into(), size: 1, title: " ".into() };
    let untitled = Delivery { evidence: vec![file], ..delivery() };
    assert_eq!(rule(reporter().ask(&registered(), &Command::RecordDelivery(untitled))), Rule::TextBlank);
}

#[test]
fn a_delivery_is_revoked_with_a_reason_and_can_then_be_recorded_again() {
    assert_eq!(rule(reporter().ask(&delivered(), &revocation())), Rule::ReasonRequired);
    assert_eq!(rule(reporter().because("  ").ask(&delivered(), &revocation())), Rule::ReasonRequired);
    let revoked = reporter().because("روز اشتباه").then(delivered(), &revocation(), 2);
    let again = reporter().on("2019-09-02").ask(&revoked, &Command::RecordDelivery(delivery()));
    assert_eq!(again, Ok(vec![Event::DeliveryRecorded(delivery())]));
}

#[test]
fn only_the_standing_delivery_is_revoked() {
    let asked = reporter().because("اشتباه");
    let other = Command::RevokeDelivery(DeliveryRevocation { milestone: ROLLOUT, delivery: event(77) });
    assert_eq!(rule(asked.ask(&delivered(), &other)), Rule::UnknownDelivery);
    assert_eq!(rule(asked.ask(&registered(), &revocation())), Rule::UnknownDelivery);
    let revoked = asked.then(delivered(), &revocation(), 2);
    assert_eq!(rule(asked.ask(&revoked, &revocation())), Rule::UnknownDelivery);
}

#[test]
fn closing_needs_a_reason_and_happens_once() {
    assert_eq!(rule(reporter().ask(&registered(), &Command::Close)), Rule::ReasonRequired);
    assert_eq!(reporter().ask(&closed(registered()), &Command::Close), Ok(vec![]));
}

#[test]
fn a_closed_station_takes_nothing_but_a_revocation() {
    let station = closed(delivered());
    let outpost = Registration { kind: StationKind::Outpost, ..registration() };
    let commands = [
        Command::Register(outpost),
        Command::RecordVolume(Volume::default()),
        Command::RecordNetwork,
        Command::RecordNetworkLoss,
        Command::RecordDelivery(delivery()),
    ];
    for command in commands {
        assert_eq!(rule(reporter().ask(&station, &command)), Rule::StationClosed, "{command:?}");
    }
    assert!(reporter().because("اشتباه").ask(&station, &revocation()).is_ok());
}
