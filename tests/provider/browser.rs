//! The whole way: from the button to a session, and what the session is.

use tahavol_tests::browser::{Browser, SESSION};
use tahavol_tests::data;

use crate::organisation::Organisation;
use crate::{VIEWER, asked, callback, journal, on, serve, served, sign_in};

#[tokio::test]
async fn a_member_signs_in_with_the_organisations_account_and_comes_where_she_wanted_to_go() {
    let Some(organisation) = Organisation::start() else { return };
    let mut server = served(&organisation);
    let mut browser = Browser::of(&server);
    let page = browser.get("/sign-in?next=/graphiql").await;
    let button = "href=\"/sign-in/provider?next=/graphiql\"";
    assert!(page.text.contains(button) && page.text.contains("ورود با حساب سازمانی"), "{}", page.text);
    let to = browser.get("/sign-in/provider?next=/graphiql").await;
    assert_eq!(to.status, 303, "{}", to.text);
    for asked in ["response_type=code", "code_challenge=", "code_challenge_method=S256", "state=", "nonce=", "scope=openid+profile"] {
        assert!(to.location().contains(asked), "{asked}: {}", to.location());
    }
    let back = organisation.enter(to.location(), "as=council").await;
    let entered = browser.get(back.strip_prefix(&server.address).unwrap()).await;
    assert_eq!((entered.status, entered.location()), (303, "/graphiql"), "{}", entered.text);
    let told = browser.get("/session").await.json();
    assert_eq!((&told["person"]["id"], &told["person"]["name"]), (&"council".into(), &"council of the organisation".into()));
    let csrf = browser.csrf().await;
    let viewer = browser.ask(VIEWER, &csrf).await.json();
    assert_eq!(viewer["data"]["viewer"]["person"]["actor"], "council");
    assert!(viewer["data"]["viewer"]["offices"].to_string().contains("council"), "her offices are the ledger's: {viewer}");
    let again = browser.get("/sign-in/provider").await;
    assert_eq!((again.status, again.location()), (303, "/account"), "who is signed in is asked nothing");
    let told = journal(&mut server);
    assert!(told.contains("signed_in") && told.contains("\"way\":\"provider\""), "{told}");
}

#[tokio::test]
async fn nobody_is_sent_to_another_site_after_signing_in() {
    let Some(organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    for next in ["https://evil.example/", "//evil.example", "/%5Cevil.example"] {
        let mut browser = Browser::of(&server);
        let to = browser.get(&format!("/sign-in/provider?next={next}")).await;
        let back = organisation.enter(to.location(), "as=auditor").await;
        let entered = browser.get(back.strip_prefix(&server.address).unwrap()).await;
        assert_eq!((entered.status, entered.location()), (303, "/"), "{next}");
    }
}

#[tokio::test]
async fn no_id_that_was_there_before_is_the_sessions_afterwards() {
    let Some(organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    let mut browser = Browser::of(&server);
    let back = callback(&mut browser, &organisation, "as=council").await;
    let before = browser.cookie(SESSION).expect("the question lies in a session").to_owned();
    assert_eq!(browser.get(&back).await.status, 303);
    let after = browser.cookie(SESSION).unwrap().to_owned();
    assert_ne!(before, after);
    let mut other = Browser::of(&server);
    other.put_cookie(SESSION, &before);
    assert_eq!(other.get("/session").await.status, 401);
    other.put_cookie(SESSION, &after);
    assert_eq!(other.get("/session").await.status, 200, "which is how it would be seen");
}

#[tokio::test]
async fn two_windows_of_one_browser_are_on_the_way_at_once() {
    let Some(organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    let mut browser = Browser::of(&server);
    let (first, second) = (asked(&mut browser).await, asked(&mut browser).await);
    assert_ne!(first, second);
    let back = organisation.enter(&first, "as=council").await;
    assert_eq!(browser.get(back.strip_prefix(&server.address).unwrap()).await.status, 303);
}

#[tokio::test]
async fn an_office_that_asks_for_a_second_factor_has_it_from_the_provider() {
    let Some(organisation) = Organisation::start() else { return };
    let directory = data::founded();
    on(directory.path(), &["account", "reset", "council"]);
    let mut server = serve(directory, &organisation.issuer, "[identity]\nsecond_factor_for = [\"council\"]\n");
    let mut browser = Browser::of(&server);
    for how in ["as=council", "as=council&amr=pwd"] {
        let to = browser.get("/sign-in/provider?next=/graphiql").await;
        let back = organisation.enter(to.location(), how).await;
        let entered = browser.get(back.strip_prefix(&server.address).unwrap()).await;
        assert_eq!((entered.status, entered.location()), (303, "/"), "{how}");
        let csrf = browser.csrf().await;
        assert_eq!(browser.ask(VIEWER, &csrf).await.status, 403, "{how}");
    }
    let account = browser.get("/account").await;
    assert!(account.text.contains("تنها در یک گام") && !account.text.contains("/account/second-factor"), "{}", account.text);
    // Once more, in two steps this time.
    let entered = sign_in(&mut browser, &organisation, "as=council&amr=pwd&amr=mfa").await;
    assert_eq!((entered.status, entered.location()), (303, "/"), "{}", entered.text);
    assert_eq!(browser.get("/session").await.json()["secondFactor"], true);
    let csrf = browser.csrf().await;
    assert_eq!(browser.ask(VIEWER, &csrf).await.status, 200);
    let mut other = Browser::of(&server);
    sign_in(&mut other, &organisation, "as=auditor").await;
    let csrf = other.csrf().await;
    assert_eq!(other.ask(VIEWER, &csrf).await.status, 200, "other offices do not ask for it");
    assert!(journal(&mut server).contains("provider-and-second-factor"));
}
