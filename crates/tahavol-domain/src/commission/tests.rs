//! Given / when / then for the commission.

use super::event::{Establishment, MemberAppointment, MemberRelease, Rating, RatingVoice, Role};
use super::{Command, Commission, Event};
use crate::aggregate::{Aggregate, Stream};
use crate::refusal::Rule;
use crate::testing::{Asking, FixtureBasis, actor, asking, day, person, rule, slug};
use crate::text::Text;
use crate::values::{CommissionSlug, Confidence, Horizon, Office, Person};

fn establishment(commission: CommissionSlug) -> Establishment {
    Establishment {
        slug: commission, title: Text::fa("کمیسیون فناوری"), remit: Text::fa("شبکه و سامانه‌ها"), provenance: None
    }
}

fn establish() -> Command {
    Command::Establish(establishment(slug("technology")))
}

/// Parvin of the council asks the technology commission.
fn council() -> Asking {
    silent().because("by order of the council")
}

fn silent() -> Asking {
    asking(Stream::Commission(slug("technology"))).by("parvin", Office::Council)
}

fn established() -> Commission {
    council().then(Commission::default(), &establish(), 0)
}

fn appoint(who: &str, role: Role) -> Command {
    Command::AppointMember(MemberAppointment { person: person(who), role })
}

fn release(who: &str, role: Role) -> Command {
    Command::ReleaseMember(MemberRelease { actor: actor(who), role })
}

fn rating(voice: RatingVoice, confidence: Confidence) -> Command {
    Command::Rate(Rating { horizon: Horizon::Short, voice, confidence, note: None })
}

fn member() -> Asking {
    council().by("sara", Office::Member(slug("technology")))
}

fn inspector() -> Asking {
    council().by("reza", Office::Inspector)
}

#[test]
fn the_council_establishes_a_commission_of_the_charter_once() {
    assert_eq!(council().ask(&Commission::default(), &establish()).unwrap(), [Event::Established(establishment(slug("technology")))]);
    assert_eq!(council().ask(&established(), &establish()), Ok(vec![]), "already so");
    let otherwise = Establishment { title: Text::fa("دیگر"), ..establishment(slug("technology")) };
    assert_eq!(rule(council().ask(&established(), &Command::Establish(otherwise))), Rule::AlreadyExists);
}

#[test]
fn a_commission_that_the_charter_does_not_name_cannot_be_established() {
    let asking = Asking { stream: Stream::Commission(slug("weather")), ..council() };
    let command = Command::Establish(establishment(slug("weather")));
    assert_eq!(rule(asking.ask(&Commission::default(), &command)), Rule::CommissionNotInCharter);
}

#[test]
fn a_commission_is_established_in_its_own_stream_with_a_title_and_a_remit() {
    let ask = |establishment| rule(council().ask(&Commission::default(), &Command::Establish(establishment)));
    assert_eq!(ask(establishment(slug("training"))), Rule::CodeInvalid);
    assert_eq!(ask(Establishment { title: Text::fa(" "), ..establishment(slug("technology")) }), Rule::TextBlank);
    assert_eq!(ask(Establishment { remit: Text::fa("ش".repeat(10_001)), ..establishment(slug("technology")) }), Rule::TextTooLong);
}

#[test]
fn nobody_is_appointed_to_or_rates_a_commission_that_does_not_exist() {
    let none = Commission::default();
    assert_eq!(rule(council().ask(&none, &appoint("sara", Role::Member))), Rule::UnknownCommission);
    assert_eq!(rule(council().because("x").ask(&none, &release("sara", Role::Member))), Rule::UnknownCommission);
    assert_eq!(rule(member().ask(&none, &rating(RatingVoice::Own, Confidence::Green))), Rule::UnknownCommission);
}

#[test]
fn the_council_appoints_chair_secretary_and_members() {
    for role in [Role::Chair, Role::Secretary, Role::Member] {
        let appointed = council().then(established(), &appoint("sara", role), 1);
        assert_eq!(council().ask(&appointed, &appoint("sara", role)), Ok(vec![]), "already so");
    }
}

#[test]
fn nobody_gives_a_role_to_oneself() {
    assert_eq!(rule(council().ask(&established(), &appoint("parvin", Role::Member))), Rule::SelfAppointment);
}

#[test]
fn a_role_is_given_with_a_reason_and_lines_from_before_stay_valid() {
    let command = appoint("sara", Role::Member);
    assert_eq!(rule(silent().ask(&established(), &command)), Rule::ReasonRequired);
    assert_eq!(silent().again().ask(&established(), &command).unwrap().len(), 1);
}

#[test]
fn nobody_gets_a_role_in_an_office_that_one_has_lent() {
    let lent = council().by("leila", Office::Council).against(FixtureBasis::default().lending("parvin", "leila", Office::Council));
    assert_eq!(rule(lent.ask(&established(), &appoint("parvin", Role::Member))), Rule::SelfAppointment);
    assert_eq!(lent.again().ask(&established(), &appoint("parvin", Role::Member)).unwrap().len(), 1, "a line from before stays valid");
}

#[test]
fn a_role_is_not_given_twice_to_one_id_under_two_names() {
    let appointed = council().then(established(), &appoint("sara", Role::Member), 1);
    let renamed = MemberAppointment { person: Person { id: actor("sara"), name: "another".to_owned() }, role: Role::Member };
    assert_eq!(rule(council().ask(&appointed, &Command::AppointMember(renamed))), Rule::RoleAlreadyHeld);
}

#[test]
fn a_commission_has_one_chair_at_a_time() {
    let chaired = council().then(established(), &appoint("sara", Role::Chair), 1);
    assert_eq!(rule(council().ask(&chaired, &appoint("reza", Role::Chair))), Rule::ChairTaken);
    assert_eq!(council().ask(&chaired, &appoint("reza", Role::Member)).unwrap().len(), 1);
    let vacant = council().because("term ended").then(chaired, &release("sara", Role::Chair), 2);
    assert_eq!(council().ask(&vacant, &appoint("reza", Role::Chair)).unwrap().len(), 1);
}

#[test]
fn a_member_has_an_id_and_a_name() {
    let ask = |person| {
        let command = Command::AppointMember(MemberAppointment { person, role: Role::Member });
        rule(council().ask(&established(), &command))
    };
    assert_eq!(ask(Person { id: actor("sa ra"), name: "sara".to_owned() }), Rule::CodeInvalid);
    assert_eq!(ask(Person { id: actor("sara"), name: String::new() }), Rule::TextBlank);
}

#[test]
fn a_member_is_released_from_a_role_that_is_held_with_a_reason() {
    let appointed = council().then(established(), &appoint("sara", Role::Member), 1);
    assert_eq!(rule(silent().ask(&appointed, &release("sara", Role::Member))), Rule::ReasonRequired);
    assert_eq!(rule(council().because("x").ask(&appointed, &release("sara", Role::Chair))), Rule::RoleNotHeld);
    assert_eq!(council().because("moved away").ask(&appointed, &release("sara", Role::Member)).unwrap().len(), 1);
}

#[test]
fn a_commission_speaks_for_itself_and_an_inspector_independently() {
    assert_eq!(member().ask(&established(), &rating(RatingVoice::Own, Confidence::Amber)).unwrap().len(), 1);
    assert_eq!(inspector().ask(&established(), &rating(RatingVoice::Independent, Confidence::Red)).unwrap().len(), 1);
}

#[test]
fn nobody_rates_with_somebody_elses_voice() {
    let own = rating(RatingVoice::Own, Confidence::Green);
    let independent = rating(RatingVoice::Independent, Confidence::Green);
    assert_eq!(rule(member().ask(&established(), &independent)), Rule::RatingVoice);
    assert_eq!(rule(inspector().ask(&established(), &own)), Rule::RatingVoice);
    let of_training = council().by("ali", Office::Member(slug("training")));
    assert_eq!(rule(of_training.ask(&established(), &own)), Rule::RatingVoice);
    let reza_has_a_role = council().then(established(), &appoint("reza", Role::Secretary), 1);
    assert_eq!(rule(inspector().ask(&reza_has_a_role, &independent)), Rule::RatingVoice);
}

#[test]
fn nobody_states_grey() {
    assert_eq!(rule(member().ask(&established(), &rating(RatingVoice::Own, Confidence::Grey))), Rule::RatingGrey);
}

#[test]
fn a_rating_is_of_a_day_that_has_come_and_of_a_horizon_that_is_known() {
    let command = rating(RatingVoice::Own, Confidence::Green);
    let events = member().ask(&established(), &command).unwrap();
    assert_eq!(established().effective_on(&events[0], &member().ctx()), Some(day("2019-09-22")));
    assert_eq!(rule(member().on("2019-09-23").ask(&established(), &command)), Rule::EffectiveInFuture);
    let mut lost = member();
    lost.basis.horizons.clear();
    assert_eq!(rule(lost.ask(&established(), &command)), Rule::UnknownHorizon);
}

#[test]
fn the_same_rating_of_the_same_day_is_already_so() {
    let command = rating(RatingVoice::Own, Confidence::Green);
    let rated = member().then(established(), &command, 1);
    assert_eq!(member().ask(&rated, &command), Ok(vec![]));
    assert_eq!(member().on("2019-09-01").ask(&rated, &command).unwrap().len(), 1, "of another day");
    assert_eq!(member().ask(&rated, &rating(RatingVoice::Own, Confidence::Amber)).unwrap().len(), 1, "of another colour");
}

#[test]
fn a_ratings_note_says_something() {
    let note = Some(Text::fa(""));
    let silent = Rating { horizon: Horizon::Short, voice: RatingVoice::Own, confidence: Confidence::Green, note };
    assert_eq!(rule(member().ask(&established(), &Command::Rate(silent))), Rule::TextBlank);
}

#[test]
fn an_event_before_the_establishment_leaves_nothing_to_decide_from() {
    let appointed = Event::MemberAppointed(MemberAppointment { person: person("sara"), role: Role::Member });
    assert_eq!(Commission::default().evolve(&appointed, &council().said(0)), Commission::Unestablished);
}
