//! Guessing passwords and names: each failure makes the next wait longer, and no answer and no time tells who has an account.

use std::time::{Duration, Instant};

use tahavol_tests::browser::{Answer, Browser};
use tahavol_tests::data;
use tahavol_tests::server::Server;
use tokio::time::sleep;

use crate::{configured, on, signed_in};

const BEHIND_A_PROXY: &str = "[wire]\ntrusted_proxies = [\"127.0.0.1/32\"]\nrequests_per_second = 0\n";
const WRONG: &str = "a password of somebody else";

/// From an address of its own.
async fn guess(server: &Server, from: &str, name: &str, password: &str) -> Answer {
    Browser::from(server, from).sign_in(name, password).await
}

/// Seconds that an answer asks to wait; it says so in words as well.
fn wait(answer: &Answer) -> u64 {
    assert_eq!(answer.status, 429, "{}", answer.text);
    assert!(answer.text.contains("ثانیهٔ دیگر"), "{}", answer.text);
    answer.header("retry-after").parse().unwrap()
}

#[tokio::test]
async fn who_guesses_the_password_of_one_account_waits_longer_and_longer_wherever_it_comes_from() {
    let server = configured(data::founded(), BEHIND_A_PROXY);
    let mut inside = signed_in(&server, "council").await;
    for address in 1..=5 {
        assert_eq!(guess(&server, &format!("198.51.100.{address}"), "council", WRONG).await.status, 401);
    }
    let first = wait(&guess(&server, "198.51.100.6", "council", WRONG).await);
    let right = guess(&server, "198.51.100.7", "council", &data::password(&server.data, "council")).await;
    assert!(wait(&right) <= first, "the right password waits as well: nothing was looked at");
    sleep(Duration::from_secs(first)).await;
    assert_eq!(guess(&server, "198.51.100.8", "council", WRONG).await.status, 401);
    let second = wait(&guess(&server, "198.51.100.9", "council", WRONG).await);
    assert!(second > first, "{first} s, then {second} s");
    let other = guess(&server, "198.51.100.6", "auditor", &data::password(&server.data, "auditor")).await;
    assert_eq!(other.status, 303, "nobody else waits");
    assert_eq!(inside.get("/session").await.status, 200, "a session goes on");
    let journal = on(&server.data, &["journal", "--json"]);
    assert!(journal.contains("sign_in_failed") && journal.contains("throttled") && !journal.contains(WRONG), "{journal}");
}

#[tokio::test]
async fn who_guesses_at_one_address_waits_whoever_is_guessed_at() {
    let server = configured(data::founded(), BEHIND_A_PROXY);
    let mut last = 401;
    let mut failures = 0;
    while last == 401 {
        last = guess(&server, "198.51.100.1", &format!("nobody-{failures}"), WRONG).await.status;
        failures += 1;
        assert!(failures < 60, "nobody slows it down");
    }
    assert_eq!(last, 429);
    assert!(failures > 10, "people of one office share an address");
    let password = data::password(&server.data, "council");
    assert_eq!(guess(&server, "198.51.100.1", "council", &password).await.status, 429);
    assert_eq!(guess(&server, "198.51.100.2", "council", &password).await.status, 303, "elsewhere nobody waits");
}

#[tokio::test]
async fn a_name_that_nobody_has_is_slowed_down_as_one_that_somebody_has() {
    let server = configured(data::founded(), BEHIND_A_PROXY);
    let mut statuses = Vec::new();
    for name in ["auditor", "nobody-at-all"] {
        let mut of_name = Vec::new();
        for address in 1..=7 {
            let answer = guess(&server, &format!("203.0.113.{address}"), name, WRONG).await;
            of_name.push((answer.status, answer.header("retry-after").to_owned()));
        }
        statuses.push(of_name);
    }
    assert_eq!(statuses[0], statuses[1]);
    assert_eq!(statuses[0].iter().filter(|(status, _)| *status == 429).count(), 2);
}

/// Everybody of the cast.
fn cast(server: &Server) -> Vec<String> {
    let people = std::fs::read_to_string(server.data.join("people.toml")).unwrap();
    let actors = people.lines().filter_map(|line| line.strip_prefix("actor = \""));
    actors.map(|actor| actor.trim_end_matches('"').to_owned()).collect()
}

/// The sum of ranks of one sample among both, as a normal deviate (Mann and Whitney 1947).
fn deviate(these: &[Duration], those: &[Duration]) -> f64 {
    let (n, m) = (these.len() as f64, those.len() as f64);
    let wins = |a: &Duration| {
        those
            .iter()
            .map(|b| {
                if a > b {
                    1.0
                } else if a == b {
                    0.5
                } else {
                    0.0
                }
            })
            .sum::<f64>()
    };
    let u: f64 = these.iter().map(wins).sum();
    (u - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

fn median(sample: &[Duration]) -> Duration {
    let mut sorted = sample.to_vec();
    sorted.sort();
    sorted[sorted.len() / 2]
}

#[tokio::test]
async fn neither_the_answer_nor_its_time_tells_whether_somebody_has_an_account() {
    let server = configured(data::founded(), BEHIND_A_PROXY);
    let cast = cast(&server);
    assert!(cast.len() >= 30, "{cast:?}");
    let (mut known, mut unknown, mut answers) = (Vec::new(), Vec::new(), Vec::new());
    // Two failures of each name and few of each address: nobody is slowed down.
    for round in 0..2 {
        for (at, actor) in cast.iter().enumerate() {
            let from = format!("10.{round}.{at}.1");
            let (mut a, mut b) = (Browser::from(&server, &from), Browser::from(&server, &from));
            let stranger: String = actor.chars().rev().collect();
            let (csrf_a, csrf_b) = (a.get("/sign-in").await.csrf(), b.get("/sign-in").await.csrf());
            let mut timed = async |browser: &mut Browser, name: &str, csrf: &str| {
                let began = Instant::now();
                let answer = browser.post("/sign-in", &[("name", name), ("password", WRONG), ("csrf", csrf)]).await;
                let took = began.elapsed();
                assert_eq!(answer.status, 401);
                let mut headers: Vec<_> = answer.headers.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
                // What was typed comes back, and some names are longer.
                headers.retain(|(name, _)| name != "date" && name != "x-request-id" && name != "content-length");
                let typed = format!("value=\"{name}\"");
                assert!(answer.text.contains(&typed), "{}", answer.text);
                answers.push((answer.text.replace(&typed, "value").replace(csrf, "TOKEN"), headers));
                took
            };
            // Neither always goes first.
            if at % 2 == 0 {
                known.push(timed(&mut a, actor, &csrf_a).await);
                unknown.push(timed(&mut b, &stranger, &csrf_b).await);
            } else {
                unknown.push(timed(&mut b, &stranger, &csrf_b).await);
                known.push(timed(&mut a, actor, &csrf_a).await);
            }
        }
    }
    assert!(known.len() >= 60);
    for answer in &answers {
        assert_eq!(answer, &answers[0], "one and the same answer");
    }
    let (a, b) = (median(&known), median(&unknown));
    let (deviate, ratio) = (deviate(&known, &unknown), a.as_secs_f64() / b.as_secs_f64());
    // Generous, because other programs run on this machine as well: leaving a hash out makes it a tenth, and more than 9 deviates.
    assert!(deviate.abs() < 5.0 && (0.67..1.5).contains(&ratio), "known {a:?}, unknown {b:?}: {deviate:.1} deviates");
}
