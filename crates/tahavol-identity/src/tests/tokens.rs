//! Service tokens: what they look like, what they keep, and how quickly they end everywhere.

use std::collections::BTreeSet;
use std::time::Instant as Moment;

use tahavol_domain::Kind;
use tahavol_domain::policy::Within;
use tahavol_domain::values::CommissionSlug;
use uuid::Uuid;

use super::*;
use crate::{NewToken, ServiceToken};

fn new(id: &str, label: &str, expires: Option<Instant>) -> NewToken {
    NewToken { person: person(id), label: label.to_owned(), within: Within::default(), expires, made_with: None, second_factor: false }
}

impl Trial {
    async fn token(&self, id: &str, expires: Option<Instant>) -> (ServiceToken, Secret) {
        self.store.make_token(new(id, "reports", expires), at(0)).await.expect("a new token")
    }
}

#[tokio::test]
async fn a_token_is_shown_once_and_known_afterwards() {
    let trial = Trial::new();
    let (token, shown) = trial.token("sara", None).await;
    assert!(shown.expose().starts_with("tahavol_") && shown.expose().len() == "tahavol_".len() + 43, "{}", shown.expose());
    assert_eq!(trial.store.token(shown.expose(), at(1)).as_deref(), Some(&token));
    assert!(trial.store.token_lives(token.id, at(1)));
    assert_eq!(trial.store.tokens(Some(&actor("sara"))).await.unwrap()[0].label, "reports");

    let (_, other) = Trial::new().token("sara", None).await;
    let cut = &shown.expose()[..shown.expose().len() - 1];
    let upper = shown.expose().to_uppercase();
    for not_ours in [other.expose(), cut, &format!("{cut}!"), &upper, "", "tahavol_", &token.id.to_string(), "eyJhbGciOiJub25lIn0.e30."] {
        assert_eq!(trial.store.token(not_ours, at(1)), None, "{not_ours}");
    }
    assert!(!trial.store.token_lives(Uuid::new_v4(), at(1)));
}

#[tokio::test]
async fn its_bounds_survive_a_restart() {
    let mut trial = Trial::new();
    let within = Within {
        commands: Some(BTreeSet::from([Kind::MilestoneReportProgress, Kind::MilestoneClaimCompletion])),
        commissions: Some(BTreeSet::from([CommissionSlug("technology".to_owned())])),
    };
    let asked = NewToken { within: within.clone(), ..new("sara", " reports ", Some(at(100))) };
    let (token, shown) = trial.store.make_token(asked, at(0)).await.unwrap();
    assert_eq!((token.label.as_str(), &token.within, token.made, token.expires), ("reports", &within, at(0), Some(at(100))));
    trial.restart();
    assert_eq!(trial.store.token(shown.expose(), at(1)).as_deref(), Some(&token));
}

#[tokio::test]
async fn a_token_ends_when_it_expires_is_revoked_or_its_person_is_barred() {
    let trial = Trial::new();
    let (expiring, shown) = trial.token("sara", Some(at(10))).await;
    assert!(trial.store.token(shown.expose(), at(9)).is_some());
    assert!(trial.store.token(shown.expose(), at(10)).is_none() && !trial.store.token_lives(expiring.id, at(10)));

    let (token, shown) = trial.token("sara", None).await;
    let revoked = trial.store.revoke_token(token.id, &actor("admin"), at(5)).await.unwrap();
    assert_eq!(revoked.revoked, Some((at(5), actor("admin"))));
    assert!(trial.store.token(shown.expose(), at(6)).is_none() && !trial.store.token_lives(token.id, at(6)));
    let again = trial.store.revoke_token(token.id, &actor("sara"), at(7)).await.unwrap();
    assert_eq!(again.revoked, Some((at(5), actor("admin"))), "who did it first stays");
    assert_eq!(trial.store.revoke_token(Uuid::new_v4(), &actor("admin"), at(7)).await, Err(IdentityError::UnknownToken));

    let (token, shown) = trial.token("sara", None).await;
    let (_, others) = trial.token("reza", None).await;
    trial.store.disable_account(&actor("sara"), at(8)).await.unwrap();
    assert!(trial.store.token(shown.expose(), at(9)).is_none() && !trial.store.token_lives(token.id, at(9)));
    assert!(trial.store.token(others.expose(), at(9)).is_some());
    trial.store.enable_account(&actor("sara"), at(10)).await.unwrap();
    assert!(trial.store.token(shown.expose(), at(11)).is_none(), "what was taken away does not come back");
}

#[tokio::test]
async fn what_another_process_makes_and_ends_is_seen_within_two_seconds() {
    let trial = Trial::new();
    let other = trial.again();
    let soon = async |what: &str, seen: &dyn Fn() -> bool| {
        let begun = Moment::now();
        while !seen() {
            assert!(begun.elapsed() < Duration::from_secs(2), "{what} was not seen");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (token, shown) = other.make_token(new("sara", "reports", None), at(0)).await.unwrap();
    soon("the new token", &|| trial.store.token(shown.expose(), at(1)).is_some()).await;
    other.revoke_token(token.id, &actor("sara"), at(2)).await.unwrap();
    soon("its end", &|| trial.store.token(shown.expose(), at(3)).is_none() && !trial.store.token_lives(token.id, at(3))).await;
    other.disable_account(&actor("reza"), at(4)).await.unwrap();
    soon("who is barred", &|| trial.store.is_disabled(&actor("reza"))).await;
    other.enable_account(&actor("reza"), at(5)).await.unwrap();
    soon("who is not any more", &|| !trial.store.is_disabled(&actor("reza"))).await;
}

#[tokio::test]
async fn its_last_use_is_kept() {
    let mut trial = Trial::new();
    let (token, shown) = trial.token("sara", None).await;
    let last_used = async |store: &IdentityStore| store.tokens(None).await.unwrap().pop().unwrap().last_used;
    assert_eq!(last_used(&trial.store).await, None);
    trial.store.token(shown.expose(), at(7)).unwrap();
    assert_eq!(last_used(&trial.store).await, Some(at(7)));
    let written: Option<i64> = trial.file().query_row("SELECT last_used FROM token", [], |row| row.get(0)).unwrap();
    assert_eq!(written, None, "no request waits for the disk");
    assert!(trial.store.token_lives(token.id, at(9)), "being asked about is no use");
    // The store that is closed writes it down; its watching thread may be the last to let go of it.
    trial.restart();
    let begun = Moment::now();
    while last_used(&trial.store).await != Some(at(7)) {
        assert!(begun.elapsed() < Duration::from_secs(2), "the last use was not written down");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_token_has_a_label_and_a_future_and_nobody_has_more_than_a_hundred() {
    let trial = Trial::new();
    for label in ["", "  ", "line\nbreak", &"ب".repeat(101)] {
        assert_eq!(trial.store.make_token(new("sara", label, None), at(0)).await.unwrap_err(), IdentityError::TokenLabel);
    }
    assert_eq!(trial.store.make_token(new("sara", "late", Some(at(5))), at(5)).await.unwrap_err(), IdentityError::TokenExpiry);
    let nobody = trial.store.make_token(new("not an id", "reports", None), at(0)).await.unwrap_err();
    assert_eq!(nobody, IdentityError::ActorId { id: "not an id".to_owned() });

    let (first, _) = trial.token("sara", Some(at(50))).await;
    for _ in 1..100 {
        trial.token("sara", None).await;
    }
    let one_more = async |now| trial.store.make_token(new("sara", "reports", None), now).await;
    assert_eq!(one_more(at(0)).await.unwrap_err(), IdentityError::TooManyTokens { most: 100 });
    trial.token("reza", None).await;
    let (second, _) = one_more(at(50)).await.expect("one has expired");
    assert_eq!(one_more(at(50)).await.unwrap_err(), IdentityError::TooManyTokens { most: 100 });
    trial.store.revoke_token(second.id, &actor("sara"), at(51)).await.unwrap();
    one_more(at(52)).await.expect("one is revoked");
    let ids: Vec<_> = trial.store.tokens(Some(&actor("sara"))).await.unwrap().into_iter().map(|token| token.id).collect();
    assert!(ids.len() == 102 && ids.contains(&first.id) && ids.contains(&second.id), "what has ended is kept for the auditor");
}

#[tokio::test]
async fn whatever_was_made_with_a_token_ends_with_it_and_a_reset_ends_all_of_a_person() {
    let trial = Trial::new();
    let (parent, _) = trial.token("sara", None).await;
    let child = NewToken { made_with: Some(parent.id), ..new("sara", "child", None) };
    let (child, of_child) = trial.store.make_token(child, at(0)).await.unwrap();
    let grandchild = NewToken { made_with: Some(child.id), ..new("sara", "grandchild", None) };
    let (_, of_grandchild) = trial.store.make_token(grandchild, at(0)).await.unwrap();
    let (_, beside) = trial.token("sara", None).await;
    trial.store.revoke_token(parent.id, &actor("sara"), at(1)).await.unwrap();
    assert!(trial.store.token(of_child.expose(), at(2)).is_none() && trial.store.token(of_grandchild.expose(), at(2)).is_none());
    assert!(trial.store.token(beside.expose(), at(2)).is_some());
    trial.store.add_account(&person("sara"), at(3)).await.unwrap();
    trial.store.reset_account(&actor("sara"), false, at(4)).await.unwrap();
    assert!(trial.store.token(beside.expose(), at(5)).is_none());
}
