//! Given / when / then for reviews and their actions.

use uuid::Uuid;

use super::{chartered, council};
use crate::aggregate::{Aggregate, EvidenceBasis};
use crate::programme::command::HoldReview;
use crate::programme::event::{ActionClosure, Destruction, ReviewAction, ReviewKind};
use crate::programme::{Command, Event, Programme};
use crate::refusal::Rule;
use crate::testing::{Asking, FixtureBasis, actor, day, event, rule};
use crate::text::Text;
use crate::values::{Evidence, Office, Sha256};

fn action(number: u128) -> ReviewAction {
    ReviewAction { action: Uuid::from_u128(number), title: Text::fa("پیگیری"), owner: actor("reza"), due: day("2019-11-01") }
}

fn stock_take() -> HoldReview {
    HoldReview {
        review: Uuid::from_u128(1),
        kind: ReviewKind::StockTake,
        title: Text::fa("ارزیابی شهریور"),
        position: None,
        strengths: vec![Text::fa("شبکه")],
        weaknesses: vec![Text::fa("آموزش")],
        commendations: vec![],
        actions: vec![action(1), action(2)],
    }
}

fn hold(review: HoldReview) -> Command {
    Command::HoldReview(review)
}

/// The programme knows Reza, and the ledger has reached position 99.
fn reviewing() -> Asking {
    council().against(FixtureBasis::default().holding("reza", Office::Inspector))
}

fn reviewed() -> Programme {
    reviewing().then(chartered(), &hold(stock_take()), 1)
}

fn file(byte: u8) -> Evidence {
    Evidence { digest: Sha256([byte; 32]), media_type: "application/pdf".to_owned(), size: 10, title: "minutes".to_owned() }
}

fn closure() -> ActionClosure {
    ActionClosure { review: Uuid::from_u128(1), action: Uuid::from_u128(1), outcome: Text::fa("انجام شد"), evidence: vec![file(5)] }
}

fn close(closure: ActionClosure) -> Command {
    Command::CloseReviewAction(closure)
}

#[track_caller]
fn frozen(position: Option<u64>) -> u64 {
    match &reviewing().ask(&chartered(), &hold(HoldReview { position, ..stock_take() })).unwrap()[..] {
        [Event::ReviewHeld(review)] => review.frozen_position,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_review_freezes_what_it_looked_at() {
    assert_eq!(frozen(None), 99, "the newest");
    assert_eq!(frozen(Some(40)), 40, "or an earlier one");
    assert_eq!(frozen(Some(99)), 99);
}

#[test]
fn a_review_cannot_freeze_what_has_not_happened() {
    let ahead = hold(HoldReview { position: Some(100), ..stock_take() });
    assert_eq!(rule(reviewing().ask(&chartered(), &ahead)), Rule::PositionNotReached);
}

#[test]
fn a_review_is_held_once_on_its_day() {
    assert_eq!(reviewing().ask(&reviewed(), &hold(stock_take())), Ok(vec![]));
    let other = HoldReview { kind: ReviewKind::Conference, ..stock_take() };
    assert_eq!(rule(reviewing().ask(&reviewed(), &hold(other))), Rule::AlreadyExists);
    let elsewhere = HoldReview { position: Some(3), ..stock_take() };
    assert_eq!(rule(reviewing().ask(&reviewed(), &hold(elsewhere))), Rule::AlreadyExists);
    let held = reviewing().ask(&chartered(), &hold(stock_take())).unwrap();
    assert_eq!(chartered().effective_on(&held[0], &reviewing().ctx()), Some(day("2019-09-22")));
    assert_eq!(rule(reviewing().on("2019-09-23").ask(&chartered(), &hold(stock_take()))), Rule::EffectiveInFuture);
}

#[test]
fn an_actions_owner_is_somebody_who_was_named_in_office() {
    let stranger = ReviewAction { owner: actor("nobody"), ..action(3) };
    let review = HoldReview { actions: vec![stranger], ..stock_take() };
    assert_eq!(rule(reviewing().ask(&chartered(), &hold(review))), Rule::UnknownOwner);
}

#[test]
fn a_review_says_something_and_names_each_action_once() {
    let ask = |review| rule(reviewing().ask(&chartered(), &hold(review)));
    assert_eq!(ask(HoldReview { title: Text::fa(""), ..stock_take() }), Rule::TextBlank);
    assert_eq!(ask(HoldReview { weaknesses: vec![Text::fa(" ")], ..stock_take() }), Rule::TextBlank);
    assert_eq!(ask(HoldReview { actions: vec![action(1), action(1)], ..stock_take() }), Rule::AlreadyExists);
}

#[test]
fn an_action_stays_open_until_closed_with_evidence() {
    let without = ActionClosure { evidence: vec![], ..closure() };
    assert_eq!(rule(reviewing().ask(&reviewed(), &close(without))), Rule::EvidenceRequired);
    let closed = reviewing().then(reviewed(), &close(closure()), 2);
    assert_eq!(reviewing().ask(&closed, &close(closure())), Ok(vec![]), "already so");
    let otherwise = ActionClosure { outcome: Text::fa("نشد"), ..closure() };
    assert_eq!(rule(reviewing().ask(&closed, &close(otherwise))), Rule::ActionClosed);
    let second = ActionClosure { action: Uuid::from_u128(2), ..closure() };
    assert_eq!(reviewing().ask(&closed, &close(second)).unwrap().len(), 1, "the other one is still open");
}

#[test]
fn only_an_action_of_a_review_can_be_closed() {
    let no_review = ActionClosure { review: Uuid::from_u128(7), ..closure() };
    assert_eq!(rule(reviewing().ask(&reviewed(), &close(no_review))), Rule::UnknownReview);
    let no_action = ActionClosure { action: Uuid::from_u128(7), ..closure() };
    assert_eq!(rule(reviewing().ask(&reviewed(), &close(no_action))), Rule::UnknownAction);
    let silent = ActionClosure { outcome: Text::fa(""), ..closure() };
    assert_eq!(rule(reviewing().ask(&reviewed(), &close(silent))), Rule::TextBlank);
}

#[test]
fn a_destroyed_file_proves_nothing() {
    let mut basis = FixtureBasis::default();
    basis.evidence.insert(Sha256([5; 32]), EvidenceBasis { referred_by: vec![event(3)], destroyed: false });
    let destroying = council().by("omid", Office::Administrator).because("names a visitor").against(basis);
    let destruction = Destruction { digest: Sha256([5; 32]), order: "court 14/98".to_owned(), referred_by: vec![] };
    let destroyed = destroying.then(reviewed(), &Command::DestroyEvidence(destruction), 2);
    assert_eq!(rule(reviewing().ask(&destroyed, &close(closure()))), Rule::EvidenceDestroyed);
}
