//! Who held which office when: appointments, releases, and offices lent for some days.

use tahavol_domain::Basis;
use tahavol_domain::commission::event::MemberRelease;
use tahavol_domain::programme::Event;
use tahavol_domain::programme::event::{Appointment, Delegation, DelegationEnd, Release};

use super::*;
use crate::entitlement::{Ground, Moment};

const ON: &str = "2019-10-05";

fn say(play: &mut Play, event: Event) -> EventId {
    play.say(Stream::Programme(PROGRAMME), event)
}

fn offices(play: &Play, who: &str, on: &str) -> Vec<Office> {
    play.snapshot.offices(&actor(who), day(on))
}

fn member() -> Office {
    Office::Member(commission("technology"))
}

#[test]
fn the_charter_appoints_its_administrator_and_the_first_council_official() {
    let play = Play::chartered();
    assert_eq!(offices(&play, "admin", ON), [Office::Administrator]);
    assert_eq!(offices(&play, "council", ON), [Office::Council]);
    assert!(play.snapshot.knows_person(&actor("council")) && !play.snapshot.knows_person(&actor("nobody")));
    assert_eq!(Basis::horizon(&play.snapshot, Horizon::Short), Some((day("2018-12-20"), day("2019-12-20"))));
}

#[test]
fn an_office_is_held_from_the_position_of_its_appointment_until_that_of_its_release() {
    let mut play = Play::chartered();
    let before = play.position();
    play.appoint_member("technology", "reza");
    let appointed = play.position();
    assert_eq!(offices(&play, "reza", ON), [member()]);
    let release = MemberRelease { actor: actor("reza"), role: Role::Member };
    play.say(Stream::Commission(commission("technology")), commission::Event::MemberReleased(release));
    let released = play.position();
    let held = |slug, at| play.snapshot.held_office_of(&actor("reza"), &commission(slug), at);
    assert_eq!([before, appointed, released].map(|at| held("technology", at)), [false, true, false]);
    assert!(!held("training", appointed));
    assert_eq!(offices(&play, "reza", ON), []);
    assert!(play.snapshot.knows_person(&actor("reza")));
    assert_eq!(play.official("reza").offices_at(appointed).collect::<Vec<_>>(), [&member()]);
}

#[test]
fn a_release_is_proposed_and_then_carried_out() {
    let mut play = Play::chartered();
    say(&mut play, Event::OfficialAppointed(Appointment { person: person("nima"), office: Office::Inspector }));
    let release = Release { actor: actor("nima"), office: Office::Inspector };
    say(&mut play, Event::OfficialReleaseProposed(release.clone()));
    assert!(play.official("nima").release_proposed.contains_key(&Office::Inspector));
    assert_eq!(offices(&play, "nima", ON), [Office::Inspector]);
    say(&mut play, Event::OfficialReleased(release));
    assert!(play.official("nima").release_proposed.is_empty() && offices(&play, "nima", ON).is_empty());
    let unknown = Event::OfficialReleased(Release { actor: actor("nobody"), office: Office::Inspector });
    assert!(play.try_say(None, Stream::Programme(PROGRAMME), unknown).is_err());
}

#[test]
fn a_lent_office_is_in_force_on_its_days_while_its_lender_holds_it() {
    let mut play = Play::chartered();
    play.appoint_member("technology", "reza");
    let lend = |number| Delegation {
        delegation: Uuid::from_u128(number),
        from: actor("reza"),
        to: person("leila"),
        office: member(),
        starts: day("2019-10-03"),
        ends: day("2019-10-06"),
    };
    say(&mut play, Event::OfficeDelegated(lend(1)));
    let given = play.position();
    let in_force = |play: &Play| ["2019-10-02", "2019-10-03", "2019-10-06", "2019-10-07"].map(|on| offices(play, "leila", on).len());
    assert_eq!(in_force(&play), [0, 1, 1, 0]);
    assert!(play.snapshot.knows_person(&actor("leila")));
    say(&mut play, Event::DelegationEnded(DelegationEnd { delegation: Uuid::from_u128(1) }));
    assert_eq!(in_force(&play), [0, 0, 0, 0]);
    let held = |at| play.snapshot.held_office_of(&actor("leila"), &commission("technology"), at);
    assert_eq!([given - 1, given, given + 1].map(held), [false, true, false]);
    say(&mut play, Event::OfficeDelegated(lend(2)));
    let release = MemberRelease { actor: actor("reza"), role: Role::Member };
    play.say(Stream::Commission(commission("technology")), commission::Event::MemberReleased(release));
    assert_eq!(in_force(&play), [0, 0, 0, 0], "nobody lends what is no longer held");
}

#[test]
fn who_was_lent_an_office_on_the_day_of_a_claim_held_it_then() {
    let mut play = Play::with_milestone(Measure::Binary);
    play.appoint_member("technology", "reza");
    // Everything is recorded on 2 October.
    for (number, to, ends) in [(1, "leila", "2019-10-02"), (2, "mina", "2019-10-01")] {
        let delegation = Delegation {
            delegation: Uuid::from_u128(number),
            from: actor("reza"),
            to: person(to),
            office: member(),
            starts: day("2019-09-20"),
            ends: day(ends),
        };
        say(&mut play, Event::OfficeDelegated(delegation));
    }
    play.claim("T-1", "2019-10-02");
    let claimed_at = play.position();
    play.report("T-1", "2019-10-02", ProgressReport::default());
    let held = |who| [claimed_at, play.position()].map(|at| play.snapshot.held_office_of(&actor(who), &commission("technology"), at));
    assert_eq!((held("leila"), held("mina")), ([true, true], [false, false]), "it ends by itself after its last day");
}

/// Offices with the positions of the acts that gave and ended them, of any time of the day.
fn grounds(play: &Play, who: &str, on: &str) -> Vec<(Office, u64, Option<u64>)> {
    let told = |ground: Ground| (ground.office.clone(), ground.given().position, ground.ended().map(|stamp| stamp.position));
    play.snapshot.grounds(&actor(who), Moment::AnyTimeOf(day(on))).into_iter().map(told).collect()
}

#[test]
fn an_office_was_held_on_the_days_from_its_appointment_to_its_release() {
    let mut play = Play::chartered();
    // Everything is recorded on 2 October.
    play.appoint_member("technology", "reza");
    let appointed = play.position();
    let of = |play: &Play| ["2019-10-01", "2019-10-02", "2019-10-03"].map(|on| grounds(play, "reza", on));
    assert_eq!(of(&play), [vec![], vec![(member(), appointed, None)], vec![(member(), appointed, None)]]);
    let release = MemberRelease { actor: actor("reza"), role: Role::Member };
    play.say(Stream::Commission(commission("technology")), commission::Event::MemberReleased(release));
    let released = play.position();
    assert_eq!(of(&play), [vec![], vec![(member(), appointed, Some(released))], vec![]], "on its last day it was held");
    assert_eq!(play.snapshot.grounds(&actor("reza"), Moment::OfThePicture(day("2019-10-02"))), [], "in this very moment it is not");
    assert_eq!(play.as_of(appointed).grounds(&actor("reza"), Moment::OfThePicture(day("2019-10-02"))).len(), 1);
}

#[test]
fn a_lent_office_was_held_on_its_days_once_it_was_given_and_while_its_lender_held_it() {
    let mut play = Play::chartered();
    play.appoint_member("technology", "reza");
    let delegation = |number, starts, ends| Delegation {
        delegation: Uuid::from_u128(number),
        from: actor("reza"),
        to: person("leila"),
        office: member(),
        starts: day(starts),
        ends: day(ends),
    };
    say(&mut play, Event::OfficeDelegated(delegation(1, "2019-09-20", "2019-10-04")));
    let given = play.position();
    let held = |play: &Play| ["2019-09-21", "2019-10-02", "2019-10-04", "2019-10-05"].map(|on| grounds(play, "leila", on));
    let stands = vec![(member(), given, None)];
    assert_eq!(held(&play), [vec![], stands.clone(), stands, vec![]], "it began when it was given, and ends by itself");
    let ground = &play.snapshot.grounds(&actor("leila"), Moment::AnyTimeOf(day("2019-10-04")))[0];
    assert_eq!((ground.lent.as_ref().unwrap().delegation.from.0.as_str(), ground.tenure.office.clone()), ("reza", member()));
    let release = MemberRelease { actor: actor("reza"), role: Role::Member };
    play.say(Stream::Commission(commission("technology")), commission::Event::MemberReleased(release));
    let released = play.position();
    assert_eq!(held(&play), [vec![], vec![(member(), given, Some(released))], vec![], vec![]]);
    assert_eq!(lenders(&play, "leila", member(), "2019-10-04"), []);
}

fn lenders(play: &Play, who: &str, office: Office, on: &str) -> Vec<ActorId> {
    Basis::lenders(&play.snapshot, &actor(who), &office, Instant::start_of(day(on), &TimeZone::tehran()))
}

#[test]
fn who_lends_an_office_is_known_unless_it_is_held_in_the_own_right() {
    let mut play = Play::chartered();
    play.appoint_member("technology", "reza");
    let delegation = Delegation {
        delegation: Uuid::from_u128(1),
        from: actor("reza"),
        to: person("leila"),
        office: member(),
        starts: day("2019-10-01"),
        ends: day("2019-10-04"),
    };
    say(&mut play, Event::OfficeDelegated(delegation));
    assert_eq!(lenders(&play, "leila", member(), "2019-10-04"), [actor("reza")]);
    assert_eq!(lenders(&play, "leila", member(), "2019-10-01"), [], "before it was given");
    assert_eq!(lenders(&play, "leila", member(), "2019-10-05"), []);
    assert_eq!(lenders(&play, "leila", Office::Council, "2019-10-04"), []);
    play.appoint_member("technology", "leila");
    assert_eq!(lenders(&play, "leila", member(), "2019-10-04"), []);
}
