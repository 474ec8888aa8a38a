//! The second factor: when it is in force, and that no code is good twice.

use totp_rs::{Builder, Totp};

use super::*;
use crate::Enrolment;

impl Trial {
    /// What was enrolled and confirmed at the beginning.
    async fn second_factor(&self, id: &str) -> Totp {
        let enrolment = self.store.begin_second_factor(&actor(id), "تحول", at(0)).await.expect("none is in force");
        let totp = authenticator(&enrolment);
        assert!(self.store.confirm_second_factor(&actor(id), &code(&totp, at(0)), at(0)).await.unwrap());
        totp
    }
}

/// What somebody's telephone makes of it.
fn authenticator(enrolment: &Enrolment) -> Totp {
    let secret = totp_rs::Secret::try_from_base32(enrolment.secret.expose()).expect("base32");
    Builder::new().with_secret(secret).build().expect("a secret of 160 bits")
}

fn code(totp: &Totp, at: Instant) -> String {
    totp.generate(u64::try_from(at.micros() / 1_000_000).expect("after 1970")).to_string()
}

/// What is surely none of the codes of about now.
fn wrong_code(totp: &Totp, now: Instant) -> String {
    let near: Vec<_> = (0..120).map(|second| code(totp, now.plus_micros((second - 60) * 1_000_000))).collect();
    let codes = (0..1_000_000).map(|number| format!("{number:06}"));
    codes.into_iter().find(|code| !near.contains(code)).expect("there are four of them at most")
}

#[tokio::test]
async fn it_is_in_force_once_a_code_of_it_was_confirmed() {
    let trial = Trial::new();
    trial.account("sara").await;
    let enrolment = trial.store.begin_second_factor(&actor("sara"), "تحول: رسمی", at(0)).await.unwrap();
    let uri = enrolment.uri.expose();
    assert!(uri.starts_with("otpauth://totp/") && uri.contains(&format!("secret={}", enrolment.secret.expose())), "{uri}");
    let totp = authenticator(&enrolment);
    assert!(!trial.store.confirm_second_factor(&actor("sara"), &wrong_code(&totp, at(0)), at(0)).await.unwrap());
    assert!(!trial.sign_in("sara", GOOD, at(1)).await.unwrap().second_factor);

    assert!(trial.store.confirm_second_factor(&actor("sara"), &code(&totp, at(2)), at(2)).await.unwrap());
    assert_eq!(trial.store.account(&actor("sara")).await.unwrap().unwrap().second_factor, Some(at(2)));
    assert_eq!(trial.sign_in("sara", GOOD, at(60)).await, Err(Refused::CodeWanted));
    assert_eq!(trial.sign_in("sara", WRONG, at(60)).await, Err(Refused::Wrong), "nobody else learns that there is one");
    assert!(trial.sign_in_with("sara", &code(&totp, at(60)), at(60)).await.unwrap().second_factor);
}

#[tokio::test]
async fn a_code_is_good_once_and_none_is_good_that_is_older_than_one_that_was_used() {
    let mut trial = Trial::new();
    trial.account("sara").await;
    let totp = trial.second_factor("sara").await;
    assert_eq!(trial.sign_in_with("sara", &code(&totp, at(0)), at(1)).await, Err(Refused::CodeWrong), "confirming has used it");
    let fresh = code(&totp, at(60));
    trial.sign_in_with("sara", &fresh, at(60)).await.unwrap();
    assert_eq!(trial.sign_in_with("sara", &fresh, at(61)).await, Err(Refused::CodeWrong));
    trial.restart();
    assert_eq!(trial.sign_in_with("sara", &fresh, at(62)).await, Err(Refused::CodeWrong));
    assert_eq!(trial.sign_in_with("sara", &code(&totp, at(30)), at(62)).await, Err(Refused::CodeWrong));
    trial.sign_in_with("sara", &code(&totp, at(90)), at(90)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_show_one_code_at_once_one_is_signed_in() {
    let trial = Trial::new();
    trial.account("sara").await;
    let totp = trial.second_factor("sara").await;
    let code = code(&totp, at(60));
    let both = tokio::join!(trial.sign_in_with("sara", &code, at(60)), trial.sign_in_with("sara", &code, at(60)));
    assert_eq!([&both.0, &both.1].into_iter().filter(|answer| answer.is_ok()).count(), 1, "{both:?}");
}

#[tokio::test]
async fn clocks_may_differ_by_one_step() {
    let trial = Trial::new();
    trial.account("sara").await;
    let totp = trial.second_factor("sara").await;
    assert_eq!(trial.sign_in_with("sara", &code(&totp, at(540)), at(600)).await, Err(Refused::CodeWrong));
    assert_eq!(trial.sign_in_with("sara", &code(&totp, at(660)), at(600)).await, Err(Refused::CodeWrong));
    trial.sign_in_with("sara", &code(&totp, at(570)), at(600)).await.unwrap();
    trial.sign_in_with("sara", &code(&totp, at(630)), at(600)).await.unwrap();
}

#[tokio::test]
async fn a_code_may_be_typed_with_persian_digits_and_a_gap() {
    let trial = Trial::new();
    trial.account("sara").await;
    let totp = trial.second_factor("sara").await;
    let persian: String = code(&totp, at(60)).chars().map(|c| char::from_u32('۰' as u32 + c.to_digit(10).unwrap()).unwrap()).collect();
    let (first, last) = persian.split_at('۰'.len_utf8() * 3);
    trial.sign_in_with("sara", &format!(" {first} {last}"), at(60)).await.unwrap();
    for nonsense in ["", "12345", "1234567", "+12345", "abcdef"] {
        assert_eq!(trial.sign_in_with("sara", nonsense, at(61)).await, Err(Refused::CodeWrong), "{nonsense}");
        trial.store.set_password(&actor("sara"), &Secret::new(GOOD), at(61)).await.unwrap();
    }
}

#[tokio::test]
async fn a_wrong_code_counts_as_a_failure_and_a_code_that_is_still_to_come_does_not() {
    let trial = Trial::new();
    trial.account("sara").await;
    let totp = trial.second_factor("sara").await;
    for _ in 0..8 {
        assert_eq!(trial.sign_in("sara", GOOD, at(60)).await, Err(Refused::CodeWanted));
    }
    for _ in 0..4 {
        assert_eq!(trial.sign_in_with("sara", &wrong_code(&totp, at(60)), at(60)).await, Err(Refused::CodeWrong));
    }
    assert_eq!(trial.sign_in("sara", GOOD, at(60)).await, Err(Refused::CodeWanted), "the right password alone forgives nothing");
    assert_eq!(trial.sign_in_with("sara", &wrong_code(&totp, at(60)), at(60)).await, Err(Refused::CodeWrong));
    assert_eq!(trial.sign_in_with("sara", &code(&totp, at(60)), at(60)).await, Err(Refused::Wait { seconds: 2 }));
    trial.sign_in_with("sara", &code(&totp, at(62)), at(62)).await.unwrap();
}

#[tokio::test]
async fn one_in_force_is_removed_with_the_password_before_there_is_another() {
    let trial = Trial::new();
    trial.account("sara").await;
    let old = trial.second_factor("sara").await;
    let again = trial.store.begin_second_factor(&actor("sara"), "تحول", at(1)).await.unwrap_err();
    assert_eq!(again, IdentityError::SecondFactorInForce);
    let remove = async |password: &str| trial.store.remove_second_factor(&actor("sara"), &Secret::new(password), at(1)).await;
    assert_eq!(remove(WRONG).await, Err(IdentityError::WrongPassword));
    assert_eq!(trial.sign_in("sara", GOOD, at(1)).await, Err(Refused::CodeWanted));
    assert_eq!(remove(GOOD).await, Ok(()));
    assert!(!trial.sign_in("sara", GOOD, at(2)).await.unwrap().second_factor);

    let first = trial.store.begin_second_factor(&actor("sara"), "تحول", at(3)).await.unwrap();
    let second = trial.store.begin_second_factor(&actor("sara"), "تحول", at(3)).await.unwrap();
    for forgotten in [old, authenticator(&first)] {
        assert!(!trial.store.confirm_second_factor(&actor("sara"), &code(&forgotten, at(60)), at(60)).await.unwrap());
    }
    assert!(trial.store.confirm_second_factor(&actor("sara"), &code(&authenticator(&second), at(60)), at(60)).await.unwrap());
}

#[tokio::test]
async fn a_reset_takes_it_away_only_where_that_is_asked_for() {
    let trial = Trial::new();
    trial.account("sara").await;
    trial.second_factor("sara").await;
    let link = trial.store.reset_account(&actor("sara"), false, at(1)).await.unwrap();
    trial.store.set_password_by_link(&link, &Secret::new(GOOD), at(2)).await.unwrap();
    assert_eq!(trial.sign_in("sara", GOOD, at(3)).await, Err(Refused::CodeWanted), "a stolen link is not enough");
    let link = trial.store.reset_account(&actor("sara"), true, at(4)).await.unwrap();
    trial.store.set_password_by_link(&link, &Secret::new(GOOD), at(5)).await.unwrap();
    trial.sign_in("sara", GOOD, at(6)).await.unwrap();
}
