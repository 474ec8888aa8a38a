//! The session's cookie: its attributes, how long it is good, and that nobody chooses another one's.

use std::time::Duration;

use tahavol_tests::browser::{Answer, Browser, SESSION};
use tahavol_tests::data;
use tahavol_tests::server::Server;
use tokio::time::{Instant, sleep};

use crate::{VIEWER, configured, signed_in};

/// The line that sets a cookie.
fn set<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let lines = answer.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
    lines.rev().find(|line| line.starts_with(&format!("{name}="))).unwrap_or_else(|| panic!("{answer:?}"))
}

#[tokio::test]
async fn no_id_that_was_there_before_signing_in_is_the_one_afterwards() {
    let server = Server::of(data::founded());
    let password = data::password(&server.data, "council");
    // One that an attacker made up.
    let mut victim = Browser::of(&server);
    let chosen = "AAAAAAAAAAAAAAAAAAAAAA";
    victim.put_cookie(SESSION, chosen);
    assert_eq!(victim.sign_in("council", &password).await.status, 303);
    assert_ne!(victim.cookie(SESSION), Some(chosen));
    let mut attacker = Browser::of(&server);
    attacker.put_cookie(SESSION, chosen);
    assert_eq!(attacker.get("/session").await.status, 401);
    // One of a session that the attacker has: as somebody else she then sees nothing of the victim's.
    let mut attacker = signed_in(&server, "auditor").await;
    let planted = attacker.cookie(SESSION).unwrap().to_owned();
    let mut victim = Browser::of(&server);
    victim.put_cookie(SESSION, &planted);
    let form = victim.get("/sign-in").await;
    assert_eq!((form.status, form.location()), (303, "/account"), "she is shown whose session it is");
    assert_eq!(victim.fill("/account", "/sign-out", &[]).await.status, 303);
    assert_eq!(victim.sign_in("council", &password).await.status, 303);
    assert_ne!(victim.cookie(SESSION), Some(planted.as_str()));
    assert_eq!(attacker.get("/session").await.status, 401);
    assert_eq!(victim.get("/session").await.json()["person"]["id"], "council");
}

#[tokio::test]
async fn the_cookie_is_for_this_server_alone_and_for_no_script() {
    let server = Server::of(data::founded());
    let mut browser = Browser::of(&server);
    let answer = browser.sign_in("council", &data::password(&server.data, "council")).await;
    let cookie = set(&answer, SESSION);
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"), "{cookie}");
    assert!(!cookie.contains("Secure") && !cookie.contains("Domain"), "{cookie}");

    let secure = configured(data::founded(), "public_url = \"https://tahavol.example\"\n[wire]\ntrusted_proxies = [\"127.0.0.1/32\"]\n");
    let mut browser = Browser::of(&secure);
    let page = browser.get("/sign-in").await;
    assert!(set(&page, "__Host-tahavol-before").contains("Secure"), "{page:?}");
    let shown = page.csrf();
    let fields = [("name", "council"), ("password", &data::password(&secure.data, "council")), ("csrf", &shown)];
    let answer = browser.post_from("/sign-in", &fields, &[("origin", "https://tahavol.example")]).await;
    let cookie = set(&answer, "__Host-tahavol");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(browser.get("/session").await.status, 200);
    let shown = browser.csrf().await;
    let out = browser.post_from("/sign-out", &[("csrf", &shown)], &[("origin", "https://tahavol.example")]).await;
    let gone = set(&out, "__Host-tahavol");
    assert!(out.status == 303 && gone.contains("Max-Age=0"), "{out:?}");
    let forgetting = out.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok());
    assert!(forgetting.filter(|line| line.starts_with("__Host-tahavol=")).any(|line| line.contains("Secure")), "{out:?}");
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_and_one_that_is_used_does_not() {
    let idle = Duration::from_secs(3);
    let server = Server::of_with(data::founded(), &[("TAHAVOL_IDENTITY__IDLE_MINUTES", "0.05")]);
    let mut browser = signed_in(&server, "council").await;
    let until = Instant::now() + idle * 2;
    while Instant::now() < until {
        assert_eq!(browser.get("/session").await.status, 200);
        sleep(idle / 10).await;
    }
    // Time itself is what is tried here.
    sleep(idle + Duration::from_secs(1)).await;
    let cookie = browser.cookie(SESSION).unwrap().to_owned();
    assert_eq!(browser.get("/session").await.status, 401);
    browser.put_cookie(SESSION, &cookie);
    assert_eq!(browser.ask(VIEWER, "x").await.status, 401);
    let page = browser.get("/sign-in").await;
    assert!(page.status == 200 && browser.cookie(SESSION).is_none(), "a cookie that is good for nothing is taken away: {page:?}");
}

#[tokio::test]
async fn a_session_ends_however_much_it_is_used() {
    let lifetime = Duration::from_millis(3_600);
    let server = Server::of_with(data::founded(), &[("TAHAVOL_IDENTITY__HOURS", "0.001")]);
    let (mut browser, began) = (signed_in(&server, "council").await, Instant::now());
    let cookie = browser.cookie(SESSION).unwrap().to_owned();
    while browser.get("/session").await.status == 200 {
        assert!(began.elapsed() < lifetime * 20, "it lives on and on");
        sleep(lifetime / 20).await;
    }
    assert!(began.elapsed() > lifetime / 2, "it has ended far too early");
    browser.put_cookie(SESSION, &cookie);
    assert_eq!(browser.get("/session").await.status, 401);
}
