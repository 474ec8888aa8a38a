//! Accounts and one-time links: how somebody comes in first, is barred, and comes back.

use super::*;

const THREE_DAYS: u64 = 72 * 3600;

#[tokio::test]
async fn somebody_new_sets_a_password_with_her_link_and_signs_in() {
    let trial = Trial::new();
    assert!(trial.store.needs_first_account().await.unwrap());
    let link = trial.store.add_account(&person("sara"), at(0)).await.unwrap();
    assert!(!trial.store.needs_first_account().await.unwrap());
    assert_eq!(link.expose().len(), 43);

    assert_eq!(trial.store.person_of_link(&link, at(1)).await.unwrap(), Some(person("sara")));
    assert_eq!(trial.store.set_password_by_link(&link, &Secret::new(GOOD), at(1)).await.unwrap(), person("sara"));
    let signed_in = trial.sign_in("sara", GOOD, at(2)).await.unwrap();
    assert_eq!(signed_in, SignedIn { person: person("sara"), second_factor: false });

    let account = trial.store.account(&actor("sara")).await.unwrap().unwrap();
    assert_eq!((account.person, account.created, account.last_sign_in), (person("sara"), at(0), Some(at(2))));
    assert!(account.has_password && account.disabled.is_none() && account.second_factor.is_none());
}

#[tokio::test]
async fn a_link_works_once() {
    let trial = Trial::new();
    let link = trial.store.add_account(&person("sara"), at(0)).await.unwrap();
    trial.store.set_password_by_link(&link, &Secret::new(GOOD), at(1)).await.unwrap();
    let again = trial.store.set_password_by_link(&link, &Secret::new("somebody else's choice"), at(2)).await;
    assert_eq!(again, Err(IdentityError::UnknownLink));
    assert_eq!(trial.store.person_of_link(&link, at(2)).await.unwrap(), None);
    trial.sign_in("sara", GOOD, at(3)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_use_a_link_at_once_one_sets_the_password() {
    let trial = Trial::new();
    let link = trial.store.add_account(&person("sara"), at(0)).await.unwrap();
    let (first, second) = (Secret::new("the first of the two"), Secret::new("the second of the two"));
    let both =
        tokio::join!(trial.store.set_password_by_link(&link, &first, at(1)), trial.store.set_password_by_link(&link, &second, at(1)));
    assert_eq!([&both.0, &both.1].into_iter().filter(|answer| answer.is_ok()).count(), 1, "{both:?}");
}

#[tokio::test]
async fn a_link_ends_after_three_days_and_when_there_is_a_newer_one() {
    let trial = Trial::new();
    let first = trial.store.add_account(&person("sara"), at(0)).await.unwrap();
    assert!(trial.store.person_of_link(&first, at(THREE_DAYS - 1)).await.unwrap().is_some());
    assert!(trial.store.person_of_link(&first, at(THREE_DAYS)).await.unwrap().is_none());
    let refused = trial.store.set_password_by_link(&first, &Secret::new(GOOD), at(THREE_DAYS)).await;
    assert_eq!(refused, Err(IdentityError::UnknownLink));

    let second = trial.store.reset_account(&actor("sara"), false, at(10)).await.unwrap();
    assert!(trial.store.person_of_link(&first, at(11)).await.unwrap().is_none());
    assert!(trial.store.person_of_link(&second, at(11)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_refused_password_leaves_the_link_good() {
    let trial = Trial::new();
    let link = trial.store.add_account(&person("sara"), at(0)).await.unwrap();
    let refused = trial.store.set_password_by_link(&link, &Secret::new("short"), at(1)).await;
    assert_eq!(refused, Err(IdentityError::PasswordLength { least: 12, most: 256 }));
    trial.store.set_password_by_link(&link, &Secret::new(GOOD), at(2)).await.unwrap();
}

#[tokio::test]
async fn nobody_has_two_accounts_and_an_id_can_stand_in_the_ledger() {
    let trial = Trial::new();
    trial.store.add_account(&person("sara"), at(0)).await.unwrap();
    assert_eq!(trial.store.add_account(&person("sara"), at(1)).await.unwrap_err(), IdentityError::AccountExists { actor: actor("sara") });
    for id in ["", "سارا", "sara karimi", "a/b", &"a".repeat(129)] {
        assert_eq!(trial.store.add_account(&person(id), at(1)).await.unwrap_err(), IdentityError::ActorId { id: id.to_owned() });
    }
    for name in ["", "  ", "line\nbreak", &"ن".repeat(201)] {
        let nameless = Person { id: actor("reza"), name: name.to_owned() };
        assert_eq!(trial.store.add_account(&nameless, at(1)).await.unwrap_err(), IdentityError::PersonName);
    }
    assert_eq!(trial.store.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_an_unknown_person_s_account_is_asked_for_is_refused() {
    let (trial, nobody) = (Trial::new(), actor("nobody"));
    assert_eq!(trial.store.enable_account(&nobody, at(0)).await, Err(unknown("nobody")));
    assert_eq!(trial.store.reset_account(&nobody, true, at(0)).await.unwrap_err(), unknown("nobody"));
    assert_eq!(trial.store.set_password(&nobody, &Secret::new(GOOD), at(0)).await, Err(unknown("nobody")));
    assert_eq!(trial.store.begin_second_factor(&nobody, "Tahavol", at(0)).await.unwrap_err(), unknown("nobody"));
    assert_eq!(trial.store.account(&nobody).await.unwrap(), None);
}

#[tokio::test]
async fn a_disabled_account_signs_nobody_in_until_it_is_enabled() {
    let trial = Trial::new();
    trial.account("sara").await;
    let link = trial.store.reset_account(&actor("sara"), false, at(1)).await.unwrap();
    trial.store.disable_account(&actor("sara"), at(2)).await.unwrap();
    assert!(trial.store.is_disabled(&actor("sara")));
    assert_eq!(trial.store.account(&actor("sara")).await.unwrap().unwrap().disabled, Some(at(2)));
    assert_eq!(trial.store.person_of_link(&link, at(3)).await.unwrap(), None);

    trial.store.enable_account(&actor("sara"), at(4)).await.unwrap();
    assert!(!trial.store.is_disabled(&actor("sara")));
    assert_eq!(trial.store.person_of_link(&link, at(5)).await.unwrap(), None, "an old link does not come back");
    trial.store.set_password(&actor("sara"), &Secret::new(GOOD), at(5)).await.unwrap();
    trial.store.disable_account(&actor("sara"), at(6)).await.unwrap();
    assert_eq!(trial.sign_in("sara", GOOD, at(7)).await, Err(Refused::Wrong));
    trial.store.enable_account(&actor("sara"), at(8)).await.unwrap();
    trial.sign_in("sara", GOOD, at(9)).await.unwrap();
}

#[tokio::test]
async fn somebody_whom_only_the_provider_knows_can_be_barred() {
    let mut trial = Trial::new();
    assert!(!trial.store.is_disabled(&actor("guest@provider")));
    trial.store.disable_account(&actor("guest@provider"), at(0)).await.unwrap();
    assert!(trial.store.is_disabled(&actor("guest@provider")));
    trial.restart();
    assert!(trial.store.is_disabled(&actor("guest@provider")));
    let account = trial.store.account(&actor("guest@provider")).await.unwrap().unwrap();
    assert!(!account.has_password);
    assert_eq!(account.person.name, "guest@provider");
}

#[tokio::test]
async fn after_a_reset_the_old_password_is_gone_and_a_new_one_is_set_by_link() {
    let trial = Trial::new();
    trial.account("sara").await;
    let link = trial.store.reset_account(&actor("sara"), false, at(1)).await.unwrap();
    assert_eq!(trial.sign_in("sara", GOOD, at(2)).await, Err(Refused::Wrong));
    trial.store.set_password_by_link(&link, &Secret::new("another good one"), at(3)).await.unwrap();
    trial.sign_in("sara", "another good one", at(4)).await.unwrap();
}

#[tokio::test]
async fn accounts_and_links_survive_a_restart() {
    let mut trial = Trial::new();
    trial.account("sara").await;
    let link = trial.store.add_account(&person("reza"), at(0)).await.unwrap();
    trial.restart();
    trial.sign_in("sara", GOOD, at(1)).await.unwrap();
    trial.store.set_password_by_link(&link, &Secret::new(GOOD), at(1)).await.unwrap();
    let ids: Vec<_> = trial.store.accounts().await.unwrap().into_iter().map(|account| account.person.id.0).collect();
    assert_eq!(ids, ["reza", "sara"]);
}
