//! Answers that sign nobody in: of another question, of another browser, used, bent, refused there, or about nobody here.

use reqwest::Url;
use tahavol_tests::browser::{Answer, Browser};
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::organisation::Organisation;
use crate::{asked, callback, journal, on, serve, served, sign_in};

/// A page that says why, and nobody is signed in.
async fn refused(browser: &mut Browser, answer: &Answer, status: u16, why: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert!(answer.header("content-type").starts_with("text/html") && answer.text.contains("وارد نشدید"), "{}", answer.text);
    assert!(answer.text.contains(why) && answer.text.contains("href=\"/sign-in"), "{}", answer.text);
    assert_eq!(browser.get("/session").await.status, 401);
}

/// The address with another value of a field, or without it.
fn bent(address: &str, field: &str, value: Option<&str>) -> String {
    let absolute = Url::parse("http://x").unwrap().join(address).unwrap();
    let mut url = absolute.clone();
    let pairs = absolute.query_pairs().filter(|(name, _)| value.is_some() || name != field);
    let pairs = pairs.map(|(name, old)| (name.clone(), if name == field { value.unwrap_or_default().into() } else { old }));
    url.query_pairs_mut().clear().extend_pairs(pairs);
    let text = String::from(url);
    text.strip_prefix("http://x").filter(|_| address.starts_with('/')).map_or(text.clone(), str::to_owned)
}

#[tokio::test]
async fn an_answer_is_good_in_the_browser_that_asked_and_once() {
    let Some(organisation) = Organisation::start() else { return };
    let mut server = served(&organisation);
    let mut browser = Browser::of(&server);
    let back = callback(&mut browser, &organisation, "as=council").await;
    // Whoever sends somebody a link to his own answer signs her in as himself.
    let mut other = Browser::of(&server);
    let answer = other.get(&back).await;
    refused(&mut other, &answer, 400, "پاسخ هیچ ورودی از این مرورگر نیست").await;
    // Also where she is on the way there herself.
    asked(&mut other).await;
    let answer = other.get(&back).await;
    refused(&mut other, &answer, 400, "پاسخ هیچ ورودی از این مرورگر نیست").await;
    for wrong in [
        bent(&back, "state", Some("another")),
        bent(&back, "state", None),
        format!("{back}&state=twice"),
        "/sign-in/provider/callback".into(),
    ] {
        let answer = browser.get(&wrong).await;
        refused(&mut browser, &answer, 400, "پاسخ هیچ ورودی از این مرورگر نیست").await;
    }
    let mut copy = Browser::of(&server);
    copy.put_cookie("tahavol", browser.cookie("tahavol").unwrap());
    assert_eq!(browser.get(&back).await.status, 303, "the right answer is still good");
    assert_eq!(browser.get(&back).await.status, 400, "and now used");
    assert_eq!(browser.get("/session").await.json()["person"]["id"], "council", "which ends no session");
    let answer = copy.get(&back).await;
    refused(&mut copy, &answer, 400, "پاسخ هیچ ورودی از این مرورگر نیست").await;
    let told = journal(&mut server);
    assert!(told.contains("sign_in_failed") && told.contains("PROVIDER_NOT_ASKED"), "{told}");
    for (name, value) in Url::parse("http://x").unwrap().join(&back).unwrap().query_pairs().filter(|(name, _)| name != "iss") {
        assert!(!told.contains(value.as_ref()), "{name}: {told}");
    }
}

#[tokio::test]
async fn an_answer_of_another_issuer_is_none() {
    let Some(organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    for iss in [Some("http://127.0.0.1:9"), None] {
        let mut browser = Browser::of(&server);
        let back = callback(&mut browser, &organisation, "as=council").await;
        let answer = browser.get(&bent(&back, "iss", iss)).await;
        refused(&mut browser, &answer, 400, "پاسخ هیچ ورودی از این مرورگر نیست").await;
    }
}

#[tokio::test]
async fn a_code_is_good_with_the_secret_of_the_browser_that_asked() {
    let Some(organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    let (mut browser, mut other) = (Browser::of(&server), Browser::of(&server));
    let own = callback(&mut browser, &organisation, "as=auditor").await;
    let stolen = callback(&mut other, &organisation, "as=council").await;
    let stolen = Url::parse("http://x").unwrap().join(&stolen).unwrap();
    let code = stolen.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let answer = browser.get(&bent(&own, "code", Some(&code))).await;
    refused(&mut browser, &answer, 400, "invalid_grant").await;
    // The provider itself wants PKCE.
    let url = bent(&asked(&mut browser).await, "code_challenge", None);
    let back = organisation.enter(&bent(&url, "code_challenge_method", None), "as=council").await;
    let answer = browser.get(back.strip_prefix(&server.address).unwrap()).await;
    refused(&mut browser, &answer, 403, "invalid_request").await;
}

#[tokio::test]
async fn a_token_with_the_nonce_of_another_question_does_not_hold() {
    let Some(organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    let mut browser = Browser::of(&server);
    let url = bent(&asked(&mut browser).await, "nonce", Some("another"));
    let back = organisation.enter(&url, "as=council").await;
    let answer = browser.get(back.strip_prefix(&server.address).unwrap()).await;
    refused(&mut browser, &answer, 502, "نمی‌توان اعتماد کرد").await;
}

#[tokio::test]
async fn who_is_refused_at_the_provider_is_told_so_in_her_language() {
    let Some(organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    let mut browser = Browser::of(&server);
    let answer = sign_in(&mut browser, &organisation, "refuse=access_denied").await;
    refused(&mut browser, &answer, 403, "access_denied").await;
    browser.get("/sign-in?lang=en").await;
    let answer = sign_in(&mut browser, &organisation, "refuse=access_denied").await;
    assert!(answer.status == 403 && answer.text.contains("You are not signed in"), "{}", answer.text);
    assert!(answer.text.contains("did not let you in (access_denied)"), "{}", answer.text);
}

#[tokio::test]
async fn whom_the_provider_does_not_name_as_somebody_here_is_nobody() {
    let Some(organisation) = Organisation::start() else { return };
    let mut server = served(&organisation);
    for (who, claim) in [("unknown", "preferred_username"), ("persian", "preferred_username"), ("disguised", "name")] {
        let mut browser = Browser::of(&server);
        let answer = sign_in(&mut browser, &organisation, &format!("as={who}")).await;
        refused(&mut browser, &answer, 403, claim).await;
    }
    let mut browser = Browser::of(&server);
    assert_eq!(sign_in(&mut browser, &organisation, "as=nameless").await.status, 303);
    assert_eq!(browser.get("/session").await.json()["person"]["name"], "nameless", "who has no name is called by her id");
    let told = journal(&mut server);
    for code in ["PROVIDER_ACTOR_MISSING", "PROVIDER_ACTOR_INVALID", "PROVIDER_NAME_INVALID"] {
        assert!(told.contains(code), "{told}");
    }
}

#[tokio::test]
async fn who_is_barred_here_is_not_let_in_by_the_provider() {
    let Some(organisation) = Organisation::start() else { return };
    let directory = data::founded();
    // One with an account here, and one without.
    for barred in ["council", "newcomer"] {
        on(directory.path(), &["account", "disable", barred]);
    }
    let mut server: Server = serve(directory, &organisation.issuer, "");
    for barred in ["council", "newcomer"] {
        let mut browser = Browser::of(&server);
        let answer = sign_in(&mut browser, &organisation, &format!("as={barred}")).await;
        refused(&mut browser, &answer, 403, "راه ورود شما به اینجا بسته شده است").await;
    }
    let told = journal(&mut server);
    assert!(told.contains("PROVIDER_DISABLED") && told.contains("\"account\":\"newcomer\""), "{told}");
}
