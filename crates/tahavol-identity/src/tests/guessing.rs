//! Guessing: how it is slowed down, for whom, and whom it does not keep out.

use std::sync::atomic::Ordering;

use super::*;

const HOUR: u64 = 3600;

#[tokio::test]
async fn after_five_failures_each_one_doubles_the_wait_up_to_a_quarter_of_an_hour() {
    for known in [true, false] {
        let trial = Trial::new();
        if known {
            trial.account("sara").await;
        }
        let mut now = at(0);
        for _ in 0..5 {
            assert_eq!(trial.sign_in("sara", WRONG, now).await, Err(Refused::Wrong));
        }
        let mut waits = Vec::new();
        for _ in 0..10 {
            let Err(Refused::Wait { seconds }) = trial.sign_in("sara", WRONG, now).await else { panic!("looked at") };
            waits.push(seconds);
            // Asking meanwhile makes the wait neither longer nor shorter, also with the right password.
            assert_eq!(trial.sign_in("sara", GOOD, later(now, 1)).await, Err(Refused::Wait { seconds: seconds - 1 }));
            now = later(now, seconds);
            assert_eq!(trial.sign_in("sara", WRONG, now).await, Err(Refused::Wrong));
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900], "known: {known}");
    }
}

#[tokio::test]
async fn failures_are_forgotten_when_she_signs_in_and_with_time() {
    let trial = Trial::new();
    trial.account("sara").await;
    let now = trial.fail("sara", "192.0.2.1", 4, at(0)).await;
    trial.sign_in("sara", GOOD, now).await.unwrap();
    let now = trial.fail("sara", "192.0.2.1", 5, now).await;
    assert!(matches!(trial.sign_in("sara", GOOD, now).await, Err(Refused::Wait { .. })));
    // Four are left of five after a quarter of an hour, and the fifth is one more.
    let now = later(now, 15 * 60);
    assert_eq!(trial.sign_in("sara", WRONG, now).await, Err(Refused::Wrong));
    assert_eq!(trial.sign_in("sara", GOOD, now).await, Err(Refused::Wait { seconds: 2 }));
}

#[tokio::test]
async fn an_address_that_tries_many_names_waits_and_others_do_not() {
    let trial = Trial::new();
    trial.account("sara").await;
    trial.account("reza").await;
    for number in 0..19 {
        assert_eq!(trial.sign_in(&format!("name-{number}"), WRONG, at(0)).await, Err(Refused::Wrong));
    }
    trial.sign_in("reza", GOOD, at(0)).await.expect("her success is no failure of the address");
    assert_eq!(trial.sign_in("name-20", WRONG, at(0)).await, Err(Refused::Wrong));
    assert_eq!(trial.sign_in("sara", GOOD, at(0)).await, Err(Refused::Wait { seconds: 2 }));
    trial.sign_in_from("192.0.2.2", "sara", GOOD, None, at(0)).await.expect("another address");
    trial.sign_in("sara", GOOD, at(2)).await.unwrap();
    assert_eq!(trial.sign_in("nobody", WRONG, at(2)).await, Err(Refused::Wrong));
    assert_eq!(trial.sign_in("sara", GOOD, at(2)).await, Err(Refused::Wait { seconds: 4 }), "her success forgives the address nothing");
}

#[tokio::test]
async fn all_addresses_of_one_network_of_ipv6_are_one() {
    let trial = Trial::new();
    for number in 0..20 {
        let address = format!("2001:db8:1:2::{number:x}");
        assert_eq!(trial.sign_in_from(&address, &format!("name-{number}"), WRONG, None, at(0)).await, Err(Refused::Wrong));
    }
    let same = trial.sign_in_from("2001:db8:1:2:ffff::1", "sara", WRONG, None, at(0)).await;
    assert_eq!(same, Err(Refused::Wait { seconds: 2 }));
    let other = trial.sign_in_from("2001:db8:1:3::1", "sara", WRONG, None, at(0)).await;
    assert_eq!(other, Err(Refused::Wrong));
    // An IPv4 address that is written as one of IPv6 is no network of its own.
    for number in 0..20 {
        trial.sign_in_from("::ffff:203.0.113.9", &format!("other-{number}"), WRONG, None, at(0)).await.unwrap_err();
    }
    assert_eq!(trial.sign_in_from("203.0.113.9", "sara", WRONG, None, at(0)).await, Err(Refused::Wait { seconds: 2 }));
}

#[tokio::test]
async fn what_was_counted_survives_a_restart() {
    let mut trial = Trial::new();
    trial.account("sara").await;
    trial.fail("sara", "192.0.2.1", 5, at(0)).await;
    trial.restart();
    assert_eq!(trial.sign_in("sara", GOOD, at(0)).await, Err(Refused::Wait { seconds: 2 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_guesses_at_once_five_are_looked_at() {
    let trial = Trial::new();
    trial.account("sara").await;
    let before = trial.store.inner.hashing.comparisons.load(Ordering::SeqCst);
    let guesses = (0..20).map(|number| {
        // Half of them through another process.
        let store = if number % 2 == 0 { trial.store.clone() } else { trial.again() };
        tokio::spawn(async move {
            let (password, address) = (Secret::new(format!("guess number {number}")), address(&format!("198.51.100.{number}")));
            let answer = store.sign_in(SignIn { name: "sara", password: &password, code: None, address }, at(0)).await;
            (answer, store.inner.hashing.comparisons.load(Ordering::SeqCst))
        })
    });
    let mut looked_at = 0;
    for guess in guesses.collect::<Vec<_>>() {
        match guess.await.unwrap().0 {
            Err(Refused::Wrong) => looked_at += 1,
            refused => assert_eq!(refused, Err(Refused::Wait { seconds: 2 })),
        }
    }
    assert_eq!(looked_at, 5);
    assert!(trial.store.inner.hashing.comparisons.load(Ordering::SeqCst) <= before + 5);
}

#[tokio::test]
async fn a_stranger_who_goes_on_guessing_does_not_keep_her_out_where_she_is_at_home() {
    let trial = Trial::new();
    trial.account("sara").await;
    let home = "192.0.2.7";
    trial.sign_in_from(home, "sara", GOOD, None, at(0)).await.unwrap();
    let now = trial.fail("sara", "203.0.113.1", 16, at(1)).await;
    assert!(matches!(trial.sign_in_from("198.51.100.1", "sara", GOOD, None, now).await, Err(Refused::Wait { .. })), "elsewhere");
    trial.sign_in_from(home, "sara", GOOD, None, now).await.expect("at home");
    assert!(matches!(trial.sign_in_from("198.51.100.1", "sara", WRONG, None, now).await, Err(Refused::Wait { .. })), "nothing is forgiven");
    // At home guessing is as slow.
    let now = trial.fail("sara", home, 5, now).await;
    assert_eq!(trial.sign_in_from(home, "sara", GOOD, None, now).await, Err(Refused::Wait { seconds: 2 }));
    // Once she has been away for long, it is nobody's home.
    let now = trial.fail("sara", "203.0.113.1", 5, later(now, 91 * 24 * HOUR)).await;
    assert_eq!(trial.sign_in_from(home, "sara", GOOD, None, now).await, Err(Refused::Wait { seconds: 2 }));
}

#[tokio::test]
async fn after_the_clock_was_set_back_nobody_waits_for_it() {
    let trial = Trial::new();
    trial.account("sara").await;
    let now = trial.fail("sara", "192.0.2.1", 8, at(10 * HOUR)).await;
    assert!(matches!(trial.sign_in("sara", GOOD, now).await, Err(Refused::Wait { .. })));
    trial.sign_in("sara", GOOD, at(0)).await.unwrap();
}

#[tokio::test]
async fn made_up_names_fill_no_disk_and_push_out_nobody_who_is_guessed_at() {
    let trial = Trial::new();
    let now = trial.fail("sara", "192.0.2.1", 6, at(0)).await;
    let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
        INSERT INTO throttle SELECT 'name ' || i, 1, ?1 FROM n";
    trial.file().execute(many, [now.micros()]).unwrap();
    assert_eq!(trial.sign_in_from("203.0.113.1", "one-more", WRONG, None, now).await, Err(Refused::Wrong));
    let rows: i64 = trial.file().query_row("SELECT count(*) FROM throttle", [], |row| row.get(0)).unwrap();
    assert!(rows <= 100_000, "{rows}");
    assert!(matches!(trial.sign_in("sara", WRONG, now).await, Err(Refused::Wait { .. })));
}
