//! Given / when / then for what an initiative is given and what threatens it.

use super::super::event::{Allocation, Risk};
use super::super::{Command, Event};
use super::{allocation, approved, cancelled, closure, council, member, proposed, risk, submitted, suspended};
use crate::quantity::Quantity;
use crate::refusal::Rule;
use crate::testing::rule;
use crate::text::Text;

#[test]
fn resources_are_allocated_to_what_is_approved_or_suspended() {
    for given in [approved(), suspended()] {
        let said = council().ask(&given, &Command::AllocateResources(allocation()));
        assert_eq!(said, Ok(vec![Event::ResourcesAllocated(allocation())]));
    }
    for given in [proposed(), submitted(), cancelled()] {
        assert_eq!(rule(council().ask(&given, &Command::AllocateResources(allocation()))), Rule::WrongPhase);
    }
}

#[test]
fn an_allocation_is_more_than_nothing_of_something_under_a_resolution() {
    let refused = |change: fn(&mut Allocation)| {
        let mut asked = allocation();
        change(&mut asked);
        rule(council().ask(&approved(), &Command::AllocateResources(asked)))
    };
    assert_eq!(refused(|asked| asked.amount = Quantity::ZERO), Rule::AmountInvalid);
    assert_eq!(refused(|asked| asked.amount = Quantity::from_int(-1)), Rule::AmountInvalid);
    assert_eq!(refused(|asked| asked.resolution = " ".into()), Rule::ResolutionRequired);
    assert_eq!(refused(|asked| asked.unit = String::new()), Rule::TextBlank);
    assert_eq!(refused(|asked| asked.resource = Text::fa("")), Rule::TextBlank);
}

#[test]
fn the_same_allocation_is_recorded_once_and_its_id_says_one_thing() {
    let given = council().then(approved(), &Command::AllocateResources(allocation()), 3);
    assert_eq!(council().ask(&given, &Command::AllocateResources(allocation())), Ok(vec![]));
    let more = Allocation { amount: Quantity::from_int(6_000), ..allocation() };
    assert_eq!(rule(council().ask(&given, &Command::AllocateResources(more))), Rule::AlreadyExists);
}

#[test]
fn a_risk_lies_on_the_scale_of_five() {
    assert_eq!(member().ask(&proposed(), &Command::RaiseRisk(risk())), Ok(vec![Event::RiskRaised(risk())]));
    for (likelihood, impact) in [(0, 3), (6, 3), (3, 0), (3, 6)] {
        let asked = Risk { likelihood, impact, ..risk() };
        assert_eq!(rule(member().ask(&proposed(), &Command::RaiseRisk(asked))), Rule::RiskScale);
    }
    let unnamed = Risk { title: Text::fa(" "), ..risk() };
    assert_eq!(rule(member().ask(&proposed(), &Command::RaiseRisk(unnamed))), Rule::TextBlank);
}

#[test]
fn no_risk_is_raised_for_what_is_over() {
    assert_eq!(rule(member().ask(&cancelled(), &Command::RaiseRisk(risk()))), Rule::WrongPhase);
}

#[test]
fn a_risk_is_raised_once_and_closed_once() {
    let raised = member().then(approved(), &Command::RaiseRisk(risk()), 3);
    assert_eq!(member().ask(&raised, &Command::RaiseRisk(risk())), Ok(vec![]));
    let graver = Risk { impact: 1, ..risk() };
    assert_eq!(rule(member().ask(&raised, &Command::RaiseRisk(graver))), Rule::AlreadyExists);
    assert_eq!(rule(member().ask(&approved(), &Command::CloseRisk(closure()))), Rule::UnknownRisk);
    let closed = member().then(raised, &Command::CloseRisk(closure()), 4);
    assert_eq!(rule(member().ask(&closed, &Command::CloseRisk(closure()))), Rule::RiskClosed);
}
