//! Signing in and changing a password: one answer for all that is wrong, and what may be a password.

use std::sync::atomic::Ordering;

use argon2::{Argon2, Params, PasswordHasher};

use super::*;

/// How many passwords have been compared.
fn comparisons(trial: &Trial) -> usize {
    trial.store.inner.hashing.comparisons.load(Ordering::SeqCst)
}

#[tokio::test]
async fn whatever_is_wrong_is_answered_the_same_after_the_same_work() {
    let trial = Trial::new();
    trial.account("sara").await;
    trial.account("barred").await;
    trial.store.disable_account(&actor("barred"), at(0)).await.unwrap();
    trial.store.add_account(&person("new"), at(0)).await.unwrap();
    for (name, password) in
        [("sara", WRONG), ("nobody", WRONG), ("barred", GOOD), ("barred", WRONG), ("new", GOOD), ("not an id!", GOOD), ("", "")]
    {
        let before = comparisons(&trial);
        assert_eq!(trial.sign_in(name, password, at(1)).await, Err(Refused::Wrong), "{name}");
        assert_eq!(comparisons(&trial), before + 1, "{name}: a hash of the same cost is computed");
    }
    let kept: String = trial.file().query_row("SELECT password FROM account WHERE actor = 'sara'", [], |row| row.get(0)).unwrap();
    assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
}

#[tokio::test]
async fn a_name_may_be_typed_with_spaces_around_it_and_with_persian_digits() {
    let trial = Trial::new();
    trial.account("member12").await;
    for name in [" member12 ", "member۱۲", "member١٢"] {
        assert_eq!(trial.sign_in(name, GOOD, at(1)).await.unwrap().person, person("member12"));
    }
}

#[tokio::test]
async fn a_password_is_what_was_typed_however_a_keyboard_composes_it() {
    let trial = Trial::new();
    trial.account("sara").await;
    // Alef with madda as one character and as two.
    trial.store.set_password(&actor("sara"), &Secret::new("\u{622}ب و هوای ۱۴۰۵"), at(0)).await.unwrap();
    trial.sign_in("sara", "\u{627}\u{653}ب و هوای ۱۴۰۵", at(1)).await.unwrap();
    assert_eq!(trial.sign_in("sara", "\u{622}ب و هوای 1405", at(2)).await, Err(Refused::Wrong), "other digits are another password");
}

#[tokio::test]
async fn a_password_has_a_length_and_is_not_the_name() {
    let trial = Trial::with(Options { password_length: 10, ..Options::default() });
    trial.account("sara-karimi").await;
    let set = async |password: &str| trial.store.set_password(&actor("sara-karimi"), &Secret::new(password), at(0)).await;
    let length = Err(IdentityError::PasswordLength { least: 10, most: 256 });
    assert_eq!(set("نه نویسه!").await, length);
    assert_eq!(set(&"د".repeat(257)).await, length);
    assert_eq!(set("Sara-Karimi").await, Err(IdentityError::PasswordLikeName));
    assert_eq!(set("xx sara-KARIMI 1").await, Err(IdentityError::PasswordLikeName));
    assert_eq!(set("ده نویسه!!").await, Ok(()));
    assert_eq!(set(&"د".repeat(256)).await, Ok(()));
}

#[tokio::test]
async fn a_hash_of_lesser_cost_is_replaced_when_its_password_is_shown() {
    let trial = Trial::new();
    trial.account("sara").await;
    let cheap = Argon2::from(Params::new(4096, 1, 1, None).unwrap()).hash_password(GOOD.as_bytes()).unwrap().to_string();
    trial.file().execute("UPDATE account SET password = ?1", [&cheap]).unwrap();
    let kept = || trial.file().query_row("SELECT password FROM account", [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(trial.sign_in("sara", WRONG, at(1)).await, Err(Refused::Wrong));
    assert_eq!(kept(), cheap);
    trial.sign_in("sara", GOOD, at(2)).await.unwrap();
    assert!(kept().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", kept());
    trial.sign_in("sara", GOOD, at(3)).await.unwrap();
}

#[tokio::test]
async fn who_changes_the_password_shows_the_old_one() {
    let trial = Trial::new();
    trial.account("sara").await;
    let change =
        async |old: &str, now| trial.store.change_password(&actor("sara"), &Secret::new(old), &Secret::new("another good one"), now).await;
    for _ in 0..5 {
        assert_eq!(change(WRONG, at(1)).await, Err(IdentityError::WrongPassword));
    }
    assert_eq!(change(GOOD, at(1)).await, Err(IdentityError::Wait { seconds: 2 }), "a stolen session guesses as slowly");
    trial.sign_in("sara", GOOD, at(1)).await.expect("signing in is counted apart");
    assert_eq!(change(GOOD, at(3)).await, Ok(()));
    assert_eq!(trial.sign_in("sara", GOOD, at(4)).await, Err(Refused::Wrong));
    trial.sign_in("sara", "another good one", at(4)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn when_too_many_sign_in_at_once_some_are_told_to_come_back() {
    let trial = Trial::new();
    let places = (trial.store.inner.hashing.place().await.unwrap(), trial.store.inner.hashing.place().await.unwrap());
    let attempts = (0..40).map(|number| {
        let store = trial.store.clone();
        tokio::spawn(async move {
            let (name, password) = (format!("name-{number}"), Secret::new(WRONG));
            let address = address(&format!("198.51.100.{number}"));
            store.sign_in(SignIn { name: &name, password: &password, code: None, address }, at(0)).await
        })
    });
    let attempts: Vec<_> = attempts.collect();
    // Those who are turned away are answered while the others wait.
    while attempts.iter().filter(|attempt| attempt.is_finished()).count() < 8 {
        tokio::task::yield_now().await;
    }
    drop(places);
    let mut turned_away = 0;
    for attempt in attempts {
        match attempt.await.unwrap() {
            Err(Refused::Wait { seconds: 2 }) => turned_away += 1,
            refused => assert_eq!(refused, Err(Refused::Wrong)),
        }
    }
    assert_eq!(turned_away, 8);
}
