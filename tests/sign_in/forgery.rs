//! Other sites ask in a visitor's name: her browser sends the cookie along, and nothing happens.

use serde_json::json;
use tahavol_tests::browser::{Answer, Browser, SESSION};
use tahavol_tests::data;
use tahavol_tests::server::{DIRECTIVE, Server, directive};

use crate::{VIEWER, on, signed_in};

const EVIL: &str = "https://evil.example";

async fn graphql(browser: &mut Browser, query: &str, headers: &[(&str, &str)]) -> Answer {
    let request = browser.request("POST", "/graphql").json(&json!({ "query": query, "variables": directive("FORGED-1") }));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    browser.send(request).await
}

#[tokio::test]
async fn a_cookie_alone_asks_nothing_that_could_change_something() {
    let server = Server::of(data::founded());
    let (mut browser, mut other) = (signed_in(&server, "council").await, signed_in(&server, "auditor").await);
    let (mine, anothers, ours) = (browser.csrf().await, other.csrf().await, server.address.clone());
    let forged: [&[(&str, &str)]; 9] = [
        &[],
        &[("origin", &ours)],
        &[("origin", &ours), ("x-csrf-token", "")],
        &[("origin", &ours), ("x-csrf-token", &anothers)],
        &[("origin", EVIL), ("x-csrf-token", &mine)],
        &[("origin", "null"), ("x-csrf-token", &mine)],
        &[("sec-fetch-site", "cross-site"), ("x-csrf-token", &mine)],
        &[("sec-fetch-site", "same-site"), ("x-csrf-token", &mine)],
        &[("origin", &ours.replace("http", "https")), ("sec-fetch-site", "same-origin"), ("x-csrf-token", &anothers)],
    ];
    for headers in forged {
        for query in [VIEWER, DIRECTIVE] {
            let answer = graphql(&mut browser, query, headers).await;
            assert_eq!(answer.status, 403, "{headers:?} {}", answer.text);
            assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "FORGERY", "{}", answer.text);
        }
    }
    let fine: [&[(&str, &str)]; 3] = [
        &[("origin", &ours), ("x-csrf-token", &mine)],
        &[("sec-fetch-site", "same-origin"), ("x-csrf-token", &mine)],
        &[("x-csrf-token", &mine)],
    ];
    for headers in fine {
        assert_eq!(graphql(&mut browser, VIEWER, headers).await.status, 200, "{headers:?}");
    }
    let read = browser.get("/graphql?query=%7Bviewer%7Bperson%7Bactor%7D%7D%7D").await;
    assert_eq!((read.status, &read.json()["data"]["viewer"]["person"]["actor"]), (200, &json!("council")), "a link reads only");
    assert!(!on(&server.data, &["export", "events"]).contains("FORGED-1"));
    assert!(on(&server.data, &["journal", "--json", "--kind", "forgery_refused"]).contains("council"));
}

#[tokio::test]
async fn a_file_is_sent_with_the_sessions_token() {
    let server = Server::of(data::founded());
    let mut browser = signed_in(&server, "council").await;
    let (mine, ours) = (browser.csrf().await, server.address.clone());
    let send = async |browser: &mut Browser, token: Option<&str>, origin: &str| {
        let request = browser.request("POST", "/evidence").header("content-type", "text/plain; charset=utf-8").header("origin", origin);
        let request = token.into_iter().fold(request, |request, token| request.header("x-csrf-token", token));
        browser.send(request.body("گزارش")).await.status
    };
    assert_eq!(send(&mut browser, None, &ours).await, 403);
    assert_eq!(send(&mut browser, Some("x"), &ours).await, 403);
    assert_eq!(send(&mut browser, Some(&mine), EVIL).await, 403);
    assert_eq!(send(&mut browser, Some(&mine), &ours).await, 201);
}

#[tokio::test]
async fn whoever_shows_a_token_in_a_header_needs_no_other() {
    let server = Server::of(data::founded());
    let mut browser = signed_in(&server, "council").await;
    let bearer = format!("Bearer {}", server.token("auditor"));
    let answer = graphql(&mut browser, VIEWER, &[("authorization", &bearer)]).await;
    assert_eq!((answer.status, &answer.json()["data"]["viewer"]["person"]["actor"]), (200, &json!("auditor")), "it goes before the cookie");
}

#[tokio::test]
async fn another_site_signs_nobody_in() {
    let server = Server::of(data::founded());
    let (password, ours) = (data::password(&server.data, "council"), server.address.clone());
    let (mut victim, mut attacker) = (Browser::of(&server), Browser::of(&server));
    let theirs = attacker.get("/sign-in").await.csrf();
    let mine = victim.get("/sign-in").await.csrf();
    assert_ne!(mine, theirs);
    let fields = |token: &str| [("name", "council".to_owned()), ("password", password.clone()), ("csrf", token.to_owned())];
    for (token, origin) in [(theirs.as_str(), ours.as_str()), ("", &ours), (&mine, EVIL), (&mine, "null")] {
        let fields = fields(token);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let answer = victim.post_from("/sign-in", &fields, &[("origin", origin)]).await;
        assert!(answer.status == 403 && answer.text.contains("فرم پذیرفته نشد"), "{token} {origin}: {}", answer.text);
        assert_eq!(victim.cookie(SESSION), None);
    }
    let without = victim.post("/sign-in", &[("name", "council"), ("password", &password)]).await;
    assert_eq!(without.status, 403);
    // Without the browser's own cookie the right token is none.
    let fields = fields(&mine);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(Browser::of(&server).post("/sign-in", &fields).await.status, 403);
    assert_eq!(victim.post("/sign-in", &fields).await.status, 303);
}

#[tokio::test]
async fn another_site_signs_nobody_out_and_changes_no_account() {
    let server = Server::of(data::founded());
    let mut browser = signed_in(&server, "council").await;
    let (mine, password) = (browser.csrf().await, data::password(&server.data, "council"));
    let secret = "a password of the attacker's";
    for path in
        ["/sign-out", "/account/password", "/account/second-factor", "/account/second-factor/confirm", "/account/sign-out-everywhere"]
    {
        let fields = [
            ("old", password.as_str()),
            ("password", secret),
            ("again", secret),
            ("code", "123456"),
            ("password-for-second-factor", &password),
        ];
        assert_eq!(browser.post(path, &fields).await.status, 403, "{path} without a token");
        let with_token: Vec<_> = fields.into_iter().chain([("csrf", mine.as_str())]).collect();
        assert_eq!(browser.post_from(path, &with_token, &[("origin", EVIL)]).await.status, 403, "{path} from elsewhere");
        let plain = browser.request("POST", path).header("origin", EVIL).header("content-type", "text/plain").body("csrf=x");
        assert_eq!(browser.send(plain).await.status, 403, "{path} as text");
    }
    assert_eq!(browser.get("/session").await.status, 200);
    assert_eq!(Browser::of(&server).sign_in("council", &password).await.status, 303);
    // Nobody is signed out who is not signed in.
    let out = Browser::of(&server).post_from("/sign-out", &[], &[("origin", EVIL)]).await;
    assert_eq!((out.status, out.location()), (303, "/sign-in?said=out"));
}
