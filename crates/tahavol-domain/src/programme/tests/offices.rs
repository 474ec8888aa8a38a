//! Given / when / then for the programme's offices: given, lent, ended.

use uuid::Uuid;

use super::{chartered, council as silent};
use crate::aggregate::Aggregate;
use crate::programme::event::{Appointment, Delegation, DelegationEnd, Release};
use crate::programme::{Command, Event, Programme};
use crate::refusal::Rule;
use crate::testing::{Asking, FixtureBasis, actor, day, person, province, rule, slug};
use crate::values::{Office, Person};

fn appointment(who: &str, office: Office) -> Command {
    Command::AppointOfficial(Appointment { person: person(who), office })
}

fn release(who: &str, office: Office) -> Release {
    Release { actor: actor(who), office }
}

/// Parvin of the council asks, and says why.
fn council() -> Asking {
    silent().because("by order of the council")
}

/// Chartered, with what Parvin appointed.
fn with(offices: &[(&str, Office)]) -> Programme {
    offices.iter().fold(chartered(), |programme, (who, office)| council().then(programme, &appointment(who, office.clone()), 1))
}

fn releasing(who: &str) -> Asking {
    council().by(who, Office::Council).because("moved away")
}

#[test]
fn the_first_official_appoints_the_rest() {
    let reporter = Office::Reporter(province("IR-13"));
    for office in [Office::Council, Office::Inspector, Office::Auditor, Office::Administrator, reporter] {
        let command = appointment("reza", office.clone());
        let expected = Event::OfficialAppointed(Appointment { person: person("reza"), office });
        assert_eq!(council().ask(&chartered(), &command).unwrap(), [expected]);
        assert_eq!(council().ask(&council().then(chartered(), &command, 1), &command), Ok(vec![]), "already so");
    }
}

#[test]
fn nobody_appoints_oneself() {
    assert_eq!(rule(council().ask(&chartered(), &appointment("parvin", Office::Inspector))), Rule::SelfAppointment);
}

#[test]
fn a_commissions_roles_and_founding_are_not_offices_to_appoint_to() {
    let technology = || slug("technology");
    for office in [Office::Founding, Office::Chair(technology()), Office::Secretary(technology()), Office::Member(technology())] {
        assert_eq!(rule(council().ask(&chartered(), &appointment("reza", office))), Rule::OfficeNotAppointable);
    }
}

#[test]
fn a_reporter_reports_from_a_province_of_the_charter() {
    let command = appointment("reza", Office::Reporter(province("IR-99")));
    assert_eq!(rule(council().ask(&chartered(), &command)), Rule::UnknownProvince);
}

#[test]
fn an_office_is_not_given_twice_to_one_id_under_two_names() {
    let renamed = Person { id: actor("reza"), name: "another".to_owned() };
    let command = Command::AppointOfficial(Appointment { person: renamed, office: Office::Inspector });
    assert_eq!(rule(council().ask(&with(&[("reza", Office::Inspector)]), &command)), Rule::OfficeAlreadyHeld);
}

#[test]
fn an_official_has_an_id_and_a_name() {
    let ask = |person| {
        let command = Command::AppointOfficial(Appointment { person, office: Office::Inspector });
        rule(council().ask(&chartered(), &command))
    };
    assert_eq!(ask(Person { id: actor("re za"), name: "reza".to_owned() }), Rule::CodeInvalid);
    assert_eq!(ask(Person { id: actor("reza"), name: " ".to_owned() }), Rule::TextBlank);
}

#[test]
fn an_official_is_released_with_a_reason() {
    let programme = with(&[("reza", Office::Inspector)]);
    let command = Command::ReleaseOfficial(release("reza", Office::Inspector));
    assert_eq!(rule(silent().ask(&programme, &command)), Rule::ReasonRequired);
    let released = releasing("parvin").then(programme, &command, 2);
    assert_eq!(rule(releasing("parvin").ask(&released, &command)), Rule::OfficeNotHeld);
}

#[test]
fn releasing_an_auditor_takes_two_people() {
    let programme = with(&[("reza", Office::Auditor), ("leila", Office::Council)]);
    let propose = Command::ProposeOfficialRelease(release("reza", Office::Auditor));
    let command = Command::ReleaseOfficial(release("reza", Office::Auditor));
    assert_eq!(rule(releasing("parvin").ask(&programme, &command)), Rule::ReleaseNeedsProposal);
    assert_eq!(rule(silent().ask(&programme, &propose)), Rule::ReasonRequired);
    let proposed = releasing("parvin").then(programme, &propose, 2);
    assert_eq!(rule(releasing("parvin").ask(&proposed, &command)), Rule::ReleaseBySamePerson);
    assert_eq!(releasing("leila").ask(&proposed, &propose), Ok(vec![]), "one proposal is enough");
    assert_eq!(releasing("leila").ask(&proposed, &command).unwrap(), [Event::OfficialReleased(release("reza", Office::Auditor))]);
}

#[test]
fn a_proposal_does_not_outlive_the_release_that_it_led_to() {
    let programme = with(&[("reza", Office::Auditor), ("leila", Office::Council)]);
    let proposed = releasing("parvin").then(programme, &Command::ProposeOfficialRelease(release("reza", Office::Auditor)), 2);
    let released = releasing("leila").then(proposed, &Command::ReleaseOfficial(release("reza", Office::Auditor)), 3);
    let again = council().then(released, &appointment("reza", Office::Auditor), 4);
    let command = Command::ReleaseOfficial(release("reza", Office::Auditor));
    assert_eq!(rule(releasing("leila").ask(&again, &command)), Rule::ReleaseNeedsProposal);
}

#[test]
fn the_last_administrator_is_released_by_two_people_and_any_other_by_one() {
    let command = Command::ReleaseOfficial(release("omid", Office::Administrator));
    assert_eq!(rule(releasing("parvin").ask(&chartered(), &command)), Rule::ReleaseNeedsProposal);
    let two = with(&[("reza", Office::Administrator)]);
    assert_eq!(releasing("parvin").ask(&two, &command).unwrap().len(), 1);
}

#[test]
fn a_release_is_proposed_only_of_an_office_that_is_held() {
    let propose = Command::ProposeOfficialRelease(release("reza", Office::Auditor));
    assert_eq!(rule(releasing("parvin").ask(&chartered(), &propose)), Rule::OfficeNotHeld);
}

fn lending(from: &str, to: &str, office: Office) -> Delegation {
    let delegation = Uuid::from_u128(9);
    Delegation { delegation, from: actor(from), to: person(to), office, starts: day("2019-09-22"), ends: day("2019-10-05") }
}

fn inspecting(who: &str) -> Asking {
    council().by(who, Office::Inspector)
}

#[test]
fn an_official_lends_the_own_office_for_a_period() {
    let programme = with(&[("reza", Office::Inspector)]);
    let command = Command::DelegateOffice(lending("reza", "leila", Office::Inspector));
    let lent = inspecting("reza").then(programme.clone(), &command, 2);
    assert_eq!(inspecting("reza").ask(&lent, &command), Ok(vec![]), "already so");
    assert_eq!(council().ask(&programme, &command).unwrap().len(), 1, "the council may do it for him");
    let other = Command::DelegateOffice(lending("reza", "sara", Office::Inspector));
    assert_eq!(rule(inspecting("reza").ask(&lent, &other)), Rule::AlreadyExists);
}

#[test]
fn nobody_lends_what_somebody_else_holds_or_what_is_borrowed() {
    let programme = with(&[("reza", Office::Inspector)]);
    let of_reza = Command::DelegateOffice(lending("reza", "leila", Office::Inspector));
    assert_eq!(rule(inspecting("sara").ask(&programme, &of_reza)), Rule::DelegationNotOwn);
    let not_held = Command::DelegateOffice(lending("reza", "leila", Office::Auditor));
    assert_eq!(rule(inspecting("reza").ask(&programme, &not_held)), Rule::DelegationNotOwn);
    let lent = inspecting("reza").then(programme, &of_reza, 2);
    let on = Delegation { delegation: Uuid::from_u128(10), ..lending("leila", "sara", Office::Inspector) };
    assert_eq!(rule(inspecting("leila").ask(&lent, &Command::DelegateOffice(on))), Rule::DelegationNotOwn);
}

#[test]
fn a_commissions_role_is_lent_by_who_holds_it_and_not_by_who_borrowed_it() {
    let chair = || Office::Chair(slug("technology"));
    let asking = |who: &str| council().by(who, chair()).against(FixtureBasis::default().holding("reza", chair()).holding("leila", chair()));
    let command = Command::DelegateOffice(lending("reza", "leila", chair()));
    assert_eq!(rule(asking("sara").ask(&chartered(), &Command::DelegateOffice(lending("sara", "leila", chair())))), Rule::DelegationNotOwn);
    let lent = asking("reza").then(chartered(), &command, 1);
    let on = Delegation { delegation: Uuid::from_u128(10), ..lending("leila", "sara", chair()) };
    assert_eq!(rule(asking("leila").ask(&lent, &Command::DelegateOffice(on))), Rule::DelegationNotOwn);
}

#[test]
fn an_office_is_lent_to_somebody_else_and_the_council_does_not_lend_to_itself() {
    let programme = with(&[("reza", Office::Inspector)]);
    let to_self = Command::DelegateOffice(lending("reza", "reza", Office::Inspector));
    assert_eq!(rule(inspecting("reza").ask(&programme, &to_self)), Rule::DelegationToSelf);
    let to_decider = Command::DelegateOffice(lending("reza", "parvin", Office::Inspector));
    assert_eq!(rule(council().ask(&programme, &to_decider)), Rule::SelfAppointment);
}

#[test]
fn a_delegation_does_not_end_before_it_starts() {
    let backwards = Delegation { ends: day("2019-09-21"), ..lending("reza", "leila", Office::Inspector) };
    let answer = inspecting("reza").ask(&with(&[("reza", Office::Inspector)]), &Command::DelegateOffice(backwards));
    assert_eq!(rule(answer), Rule::DelegationPeriodInvalid);
}

#[test]
fn a_delegation_is_ended_by_who_lent_the_office_or_by_the_council() {
    let programme = with(&[("reza", Office::Inspector)]);
    let lent = inspecting("reza").then(programme, &Command::DelegateOffice(lending("reza", "leila", Office::Inspector)), 2);
    let end = Command::EndDelegation(DelegationEnd { delegation: Uuid::from_u128(9) });
    assert_eq!(rule(inspecting("leila").ask(&lent, &end)), Rule::DelegationNotOwn);
    assert_eq!(council().ask(&lent, &end).unwrap().len(), 1);
    let ended = inspecting("reza").then(lent.clone(), &end, 3);
    assert_eq!(inspecting("reza").ask(&ended, &end), Ok(vec![]), "already so");
    let mut later = inspecting("reza");
    later.today = day("2019-10-06");
    assert_eq!(later.ask(&lent, &end), Ok(vec![]), "the day after its last it has ended by itself");
    assert_eq!(later.again().ask(&lent, &end).unwrap().len(), 1, "a line from before stays valid");
    let unknown = Command::EndDelegation(DelegationEnd { delegation: Uuid::from_u128(1) });
    assert_eq!(rule(council().ask(&lent, &unknown)), Rule::UnknownDelegation);
}

#[test]
fn an_event_before_any_charter_leaves_nothing_to_decide_from() {
    let appointed = Event::OfficialAppointed(Appointment { person: person("reza"), office: Office::Council });
    assert_eq!(Programme::default().evolve(&appointed, &council().said(0)), Programme::Unchartered);
}

#[test]
fn offices_are_given_lent_and_taken_back_with_a_reason_and_lines_from_before_stay_valid() {
    let programme = with(&[("reza", Office::Inspector)]);
    let lend = Command::DelegateOffice(lending("reza", "leila", Office::Inspector));
    let lent = inspecting("reza").then(programme.clone(), &lend, 2);
    let end = Command::EndDelegation(DelegationEnd { delegation: Uuid::from_u128(9) });
    for (state, command) in [(&chartered(), appointment("reza", Office::Inspector)), (&programme, lend), (&lent, end)] {
        assert_eq!(rule(silent().ask(state, &command)), Rule::ReasonRequired, "{command:?}");
        assert_eq!(rule(silent().because(" ").ask(state, &command)), Rule::ReasonRequired, "{command:?}");
        assert_eq!(silent().again().ask(state, &command).unwrap().len(), 1, "{command:?}");
    }
}

#[test]
fn an_office_is_lent_for_a_year_at_most_and_not_for_what_is_over() {
    let programme = with(&[("reza", Office::Inspector)]);
    let lend = |starts, ends| {
        Command::DelegateOffice(Delegation { starts: day(starts), ends: day(ends), ..lending("reza", "leila", Office::Inspector) })
    };
    let ask = |command: &Command| inspecting("reza").ask(&programme, command);
    assert_eq!(ask(&lend("2019-09-22", "2020-09-21")).unwrap().len(), 1);
    assert_eq!(rule(ask(&lend("2019-09-22", "2020-09-22"))), Rule::DelegationTooLong);
    assert_eq!(rule(ask(&lend("2019-09-01", "2019-09-21"))), Rule::DelegationOver);
    for command in [lend("2019-09-22", "2024-09-22"), lend("2019-09-01", "2019-09-21")] {
        assert_eq!(inspecting("reza").again().ask(&programme, &command).unwrap().len(), 1, "a line from before stays valid");
    }
}

/// Leila acts in the council's office that Parvin lends her.
fn lent_council() -> (Programme, Asking) {
    let lend = Command::DelegateOffice(lending("parvin", "leila", Office::Council));
    let programme = council().then(with(&[("reza", Office::Auditor), ("nima", Office::Council)]), &lend, 4);
    (programme, council().by("leila", Office::Council).against(FixtureBasis::default().lending("parvin", "leila", Office::Council)))
}

#[test]
fn nobody_is_appointed_in_an_office_that_one_has_lent() {
    let (programme, leila) = lent_council();
    let parvin = appointment("parvin", Office::Inspector);
    assert_eq!(rule(leila.ask(&programme, &parvin)), Rule::SelfAppointment);
    assert_eq!(rule(leila.ask(&programme, &appointment("leila", Office::Inspector))), Rule::SelfAppointment);
    assert_eq!(leila.clone().again().ask(&programme, &parvin).unwrap().len(), 1, "a line from before stays valid");
    assert_eq!(leila.ask(&programme, &appointment("sara", Office::Inspector)).unwrap().len(), 1);
    let to_lender = Delegation { delegation: Uuid::from_u128(10), ..lending("reza", "parvin", Office::Auditor) };
    assert_eq!(rule(leila.ask(&programme, &Command::DelegateOffice(to_lender))), Rule::SelfAppointment);
}

#[test]
fn two_people_who_share_one_office_are_not_the_two_that_a_release_takes() {
    let (programme, leila) = lent_council();
    let propose = Command::ProposeOfficialRelease(release("reza", Office::Auditor));
    let command = Command::ReleaseOfficial(release("reza", Office::Auditor));
    let by_lender = releasing("parvin").then(programme.clone(), &propose, 5);
    assert_eq!(rule(leila.ask(&by_lender, &command)), Rule::ReleaseBySamePerson);
    let by_borrower = leila.then(programme, &propose, 5);
    let parvin = releasing("parvin").against(leila.basis.clone());
    assert_eq!(rule(parvin.ask(&by_borrower, &command)), Rule::ReleaseBySamePerson);
    assert_eq!(releasing("nima").ask(&by_borrower, &command).unwrap().len(), 1);
    assert_eq!(parvin.again().ask(&by_borrower, &command).unwrap().len(), 1, "a line from before stays valid");
}

#[test]
fn the_last_official_of_the_council_stays_until_there_is_another() {
    let command = Command::ReleaseOfficial(release("parvin", Office::Council));
    assert_eq!(rule(releasing("parvin").ask(&chartered(), &command)), Rule::LastOfCouncil);
    assert_eq!(releasing("parvin").ask(&with(&[("leila", Office::Council)]), &command).unwrap().len(), 1);
}
