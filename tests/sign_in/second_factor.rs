//! The second factor in a browser: set up, asked for, never good twice, demanded of some offices, removed.

use std::time::{SystemTime, UNIX_EPOCH};

use tahavol_tests::browser::{Answer, Browser, SESSION};
use tahavol_tests::data;
use tahavol_tests::server::Server;
use totp_rs::{Algorithm, Builder, Secret};

use crate::{VIEWER, configured, signed_in};

const STEP: u64 = 30;

/// The code of so many steps after the present one. The server takes the next one as well, so nobody has to wait for it.
fn code(secret: &str, steps: u64) -> String {
    let secret = Secret::try_from_base32(secret).unwrap();
    let digits = Builder::new().with_algorithm(Algorithm::SHA1).with_digits(6).with_step_duration(STEP);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    digits.with_secret(secret).build().unwrap().generate(now + steps * STEP).to_string()
}

/// Waits for the beginning of a step when the present one is nearly over, so that two codes are of steps next to each other.
async fn early_in_a_step() {
    let within = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() % STEP;
    if within > STEP - 12 {
        tokio::time::sleep(std::time::Duration::from_secs(STEP - within)).await;
    }
}

async fn begin(browser: &mut Browser, password: &str) -> Answer {
    browser.fill("/account", "/account/second-factor", &[("password-for-second-factor", password)]).await
}

/// Sets one up; its secret.
async fn enrol(browser: &mut Browser, password: &str) -> String {
    let begun = begin(browser, password).await;
    assert_eq!((begun.status, begun.location()), (303, "/account/second-factor"), "{}", begun.text);
    let page = browser.get("/account/second-factor").await;
    assert!(page.status == 200 && page.text.contains("<svg") && page.text.contains("autocomplete=\"one-time-code\""), "{}", page.text);
    let shown = page.text.split("class=\"secret\"").nth(1).and_then(|rest| rest.split('>').nth(1)).unwrap();
    let secret: String = shown.split('<').next().unwrap().split_whitespace().collect();
    let wrong = browser.fill("/account/second-factor", "/account/second-factor/confirm", &[("code", "000000")]).await;
    assert!(wrong.status == 400 && wrong.text.contains("id=\"code-error\"") && wrong.text.contains("<svg"), "{}", wrong.text);
    early_in_a_step().await;
    let right = browser.fill("/account/second-factor", "/account/second-factor/confirm", &[("code", &code(&secret, 0))]).await;
    assert_eq!((right.status, right.location()), (303, "/account"), "{}", right.text);
    secret
}

#[tokio::test]
async fn with_a_second_factor_a_password_alone_signs_nobody_in() {
    let server = Server::of(data::founded());
    let password = data::password(&server.data, "council");
    let (mut here, mut there) = (signed_in(&server, "council").await, signed_in(&server, "council").await);
    let before = here.cookie(SESSION).unwrap().to_owned();
    let wrong = begin(&mut here, "not my password").await;
    assert!(wrong.status == 400 && wrong.text.contains("id=\"password-for-second-factor-error\""), "{}", wrong.text);
    assert_eq!(here.get("/account/second-factor").await.location(), "/account", "nothing was begun");
    let secret = enrol(&mut here, &password).await;
    let used = code(&secret, 0);
    assert_ne!(here.cookie(SESSION), Some(before.as_str()));
    let account = here.get("/account").await.text;
    assert!(account.contains("ورود دومرحله‌ای برقرار شد") && !account.contains(&secret), "{account}");
    assert_eq!(here.get("/session").await.json()["secondFactor"], true);
    assert_eq!(there.get("/session").await.status, 401, "sessions from before have not shown it");

    let mut browser = Browser::of(&server);
    let half = browser.sign_in("council", &password).await;
    assert_eq!((half.status, half.location()), (303, "/sign-in/code"));
    let half_way = browser.cookie(SESSION).unwrap().to_owned();
    // Half way is nowhere.
    assert_eq!(browser.get("/session").await.status, 401);
    assert_eq!(browser.ask(VIEWER, "x").await.status, 401);
    assert_eq!(browser.get("/account").await.location(), "/sign-in?next=/account");
    let replayed = browser.fill("/sign-in/code", "/sign-in/code", &[("code", &used)]).await;
    assert!(replayed.status == 401 && replayed.text.contains("پیش‌تر به کار رفته"), "{}", replayed.text);
    let next = code(&secret, 1);
    let typed: String = next.chars().map(|digit| char::from_u32(u32::from(digit) - u32::from('0') + u32::from('۰')).unwrap()).collect();
    let entered = browser.fill("/sign-in/code", "/sign-in/code", &[("code", &typed)]).await;
    assert_eq!((entered.status, entered.location()), (303, "/"), "Persian digits are digits: {}", entered.text);
    assert_ne!(browser.cookie(SESSION), Some(half_way.as_str()));
    assert_eq!(browser.get("/session").await.json()["secondFactor"], true);

    let mut another = Browser::of(&server);
    assert_eq!(another.sign_in("council", &password).await.location(), "/sign-in/code");
    let replayed = another.fill("/sign-in/code", "/sign-in/code", &[("code", &next)]).await;
    assert_eq!(replayed.status, 401, "a code is good once");
    // Without the password's step there is nothing that a code could be for.
    let mut stranger = Browser::of(&server);
    assert_eq!(stranger.get("/sign-in/code").await.location(), "/sign-in");
    assert_eq!(stranger.fill("/sign-in", "/sign-in/code", &[("code", &next)]).await.status, 401);

    let wrong = browser.fill("/account", "/account/second-factor/remove", &[("password-for-second-factor", "x")]).await;
    assert_eq!(wrong.status, 400);
    let removed = browser.fill("/account", "/account/second-factor/remove", &[("password-for-second-factor", &password)]).await;
    assert_eq!((removed.status, removed.location()), (303, "/account"), "{}", removed.text);
    assert_eq!(here.get("/session").await.status, 401);
    assert_eq!(Browser::of(&server).sign_in("council", &password).await.location(), "/");
}

#[tokio::test]
async fn codes_are_guessed_as_slowly_as_passwords() {
    let server = Server::of(data::founded());
    let password = data::password(&server.data, "council");
    enrol(&mut signed_in(&server, "council").await, &password).await;
    let mut browser = Browser::of(&server);
    assert_eq!(browser.sign_in("council", &password).await.location(), "/sign-in/code");
    let mut statuses = Vec::new();
    for guess in 0..8 {
        let answer = browser.fill("/sign-in/code", "/sign-in/code", &[("code", &format!("{guess:06}"))]).await;
        statuses.push((answer.status, !answer.header("retry-after").is_empty()));
    }
    assert_eq!(statuses.first(), Some(&(401, false)));
    assert_eq!(statuses.last(), Some(&(429, true)), "{statuses:?}");
}

#[tokio::test]
async fn an_office_that_asks_for_a_second_factor_opens_nothing_without_it() {
    let server = configured(data::founded(), "[identity]\nsecond_factor_for = [\"council\"]\n");
    let password = data::password(&server.data, "council");
    let mut browser = Browser::of(&server);
    let fields = [("name", "council"), ("password", password.as_str()), ("next", "/graphiql")];
    let entered = browser.fill("/sign-in", "/sign-in", &fields).await;
    assert_eq!((entered.status, entered.location()), (303, "/"), "first things first");
    let account = browser.get("/account").await;
    assert!(account.status == 200 && account.text.contains("سمت شما ورود دومرحله‌ای می‌خواهد"), "{}", account.text);
    let csrf = browser.csrf().await;
    let viewer = browser.ask(VIEWER, &csrf).await;
    assert_eq!((viewer.status, &viewer.json()["errors"][0]["extensions"]["code"]), (403, &"SECOND_FACTOR_REQUIRED".into()));
    assert!(viewer.text.contains("ورود دومرحله‌ای"), "{}", viewer.text);
    assert_eq!(browser.get("/log/tile/entries/000").await.status, 403);
    let file = browser.request("POST", "/evidence").header("content-type", "text/plain").header("x-csrf-token", &csrf).body("x");
    assert_eq!(browser.send(file).await.status, 403);
    assert_eq!(browser.get("/graphql?query=%7Bviewer%7Bperson%7Bactor%7D%7D%7D").await.status, 403);
    enrol(&mut browser, &password).await;
    let csrf = browser.csrf().await;
    assert_eq!(browser.ask(VIEWER, &csrf).await.status, 200);
    assert!(!browser.get("/account").await.text.contains("سمت شما ورود دومرحله‌ای می‌خواهد"));
    // Removing it closes everything again.
    let removed = browser.fill("/account", "/account/second-factor/remove", &[("password-for-second-factor", &password)]).await;
    assert_eq!(removed.status, 303);
    let csrf = browser.csrf().await;
    assert_eq!(browser.ask(VIEWER, &csrf).await.status, 403);
    assert_eq!(browser.fill("/account", "/sign-out", &[]).await.status, 303, "out goes whoever wants");
    let mut other = signed_in(&server, "auditor").await;
    let csrf = other.csrf().await;
    assert_eq!(other.ask(VIEWER, &csrf).await.status, 200, "other offices do not ask for it");
}
