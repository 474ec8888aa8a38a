//! The whole life of an account in a browser: link, password, session, its changes and its ends.

use tahavol_tests::browser::{Browser, SESSION};
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::{VIEWER, link_in, on, signed_in};

const PASSWORD: &str = "چند واژهٔ بی‌ربط به هم";

#[tokio::test]
async fn a_link_makes_a_password_that_makes_a_session_that_ends() {
    let server = Server::of(data::founded());
    let link = link_in(&on(&server.data, &["account", "add", "newcomer", "--name", "تازه‌وارد"]));
    let mut browser = Browser::of(&server);
    // Mail programs look at links.
    for _ in 0..3 {
        let page = browser.get(&link).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("تازه‌وارد") && page.text.contains("autocomplete=\"new-password\""), "{}", page.text);
    }
    let set =
        async |browser: &mut Browser, first: &str, again: &str| browser.fill(&link, &link, &[("password", first), ("again", again)]).await;
    let differ = set(&mut browser, PASSWORD, "چیز دیگری که نوشته شد").await;
    assert!(differ.status == 400 && differ.text.contains("دو گذرواژه یکی نیستند"), "{}", differ.text);
    let short = set(&mut browser, "کوتاه", "کوتاه").await;
    assert!(short.status == 400 && short.text.contains("id=\"password-error\""), "{}", short.text);
    let like = set(&mut browser, "newcomer newcomer", "newcomer newcomer").await;
    assert!(like.status == 400 && !like.text.contains("newcomer newcomer"), "{}", like.text);
    let done = set(&mut browser, PASSWORD, PASSWORD).await;
    assert_eq!((done.status, done.location()), (303, "/sign-in?said=set"));
    assert_eq!(browser.get(&link).await.status, 404, "it works once");
    let late = browser.fill("/sign-in", &link, &[("password", "another password"), ("again", "another password")]).await;
    assert_eq!(late.status, 404);

    let entered = browser.sign_in("  newcomer ", PASSWORD).await;
    assert_eq!((entered.status, entered.location()), (303, "/"), "{}", entered.text);
    let account = browser.get("/account").await;
    assert!(account.status == 200 && account.text.contains("newcomer") && account.text.contains("امروز هیچ"), "{}", account.text);
    let told = browser.get("/session").await.json();
    assert_eq!((&told["person"]["id"], &told["person"]["name"]), (&"newcomer".into(), &"تازه‌وارد".into()));
    assert!(told["expires"].as_str().unwrap().ends_with('Z') && told["secondFactor"] == false && told["offices"] == serde_json::json!([]));
    let csrf = browser.csrf().await;
    let viewer = browser.ask(VIEWER, &csrf).await;
    assert_eq!((viewer.status, &viewer.json()["data"]["viewer"]["person"]["actor"]), (200, &"newcomer".into()), "{}", viewer.text);

    let cookie = browser.cookie(SESSION).unwrap().to_owned();
    let out = browser.fill("/account", "/sign-out", &[]).await;
    assert_eq!((out.status, out.location()), (303, "/sign-in?said=out"));
    assert_eq!(browser.cookie(SESSION), None, "the browser is told to forget it");
    assert!(browser.get("/sign-in?said=out").await.text.contains("خارج شدید"));
    // Whoever has kept the cookie has nothing.
    browser.put_cookie(SESSION, &cookie);
    assert_eq!(browser.get("/session").await.status, 401);
    assert_eq!(browser.ask(VIEWER, &csrf).await.status, 401);
    let journal = on(&server.data, &["journal", "--json"]);
    for kind in ["link_used", "signed_in", "signed_out"] {
        assert!(journal.contains(kind), "{journal}");
    }
}

#[tokio::test]
async fn a_session_survives_a_restart() {
    let directory = data::founded();
    let mut server = Server::on(directory.path(), &[]);
    let mut browser = signed_in(&server, "council").await;
    assert!(server.terminate().success());
    let server = Server::on(directory.path(), &[]);
    browser.address.clone_from(&server.address);
    assert_eq!(browser.get("/session").await.json()["person"]["id"], "council");
    let csrf = browser.csrf().await;
    assert_eq!(browser.ask(VIEWER, &csrf).await.status, 200);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_gives_this_one_a_new_id() {
    let server = Server::of(data::founded());
    let (mut here, mut there) = (signed_in(&server, "auditor").await, signed_in(&server, "auditor").await);
    let (old, before, token) = (data::password(&server.data, "auditor"), here.cookie(SESSION).unwrap().to_owned(), here.csrf().await);
    let change = async |browser: &mut Browser, old: &str, new: &str, again: &str| {
        let fields = [("old", old), ("password", new), ("again", again)];
        browser.fill("/account", "/account/password", &fields).await
    };
    let wrong = change(&mut here, "not my password", PASSWORD, PASSWORD).await;
    assert!(wrong.status == 400 && wrong.text.contains("id=\"old-error\"") && !wrong.text.contains("not my password"), "{}", wrong.text);
    assert_eq!(change(&mut here, &old, PASSWORD, "something else").await.status, 400);
    assert_eq!(change(&mut here, &old, "short", "short").await.status, 400);
    assert_eq!(there.get("/session").await.status, 200, "nothing was changed");
    let changed = change(&mut here, &old, PASSWORD, PASSWORD).await;
    assert_eq!((changed.status, changed.location()), (303, "/account"));
    assert_ne!(here.cookie(SESSION), Some(before.as_str()));
    assert_ne!(here.csrf().await, token);
    let said = here.get("/account").await.text;
    assert!(said.contains("گذرواژهٔ شما تغییر کرد"), "{said}");
    assert!(!here.get("/account").await.text.contains("گذرواژهٔ شما تغییر کرد"), "it is said once");
    assert_eq!(there.get("/session").await.status, 401);
    here.put_cookie(SESSION, &before);
    assert_eq!(here.get("/session").await.status, 401, "the id before is good for nothing");
    assert_eq!(Browser::of(&server).sign_in("auditor", &old).await.status, 401);
    assert_eq!(Browser::of(&server).sign_in("auditor", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn signing_out_everywhere_ends_the_sessions_of_every_browser_and_of_nobody_else() {
    let server = Server::of(data::founded());
    let (mut here, mut there) = (signed_in(&server, "council").await, signed_in(&server, "council").await);
    let mut other = signed_in(&server, "auditor").await;
    let out = there.fill("/account", "/account/sign-out-everywhere", &[]).await;
    assert_eq!((out.status, out.location()), (303, "/sign-in?said=out"));
    assert_eq!((here.get("/session").await.status, there.get("/session").await.status), (401, 401));
    assert_eq!(other.get("/session").await.status, 200);
}

#[tokio::test]
async fn a_disabled_or_reset_account_has_no_session_any_more() {
    let server = Server::of(data::founded());
    let (mut disabled, mut reset) = (signed_in(&server, "council").await, signed_in(&server, "auditor").await);
    on(&server.data, &["account", "disable", "council"]);
    let link = link_in(&on(&server.data, &["account", "reset", "auditor"]));
    assert_eq!((disabled.get("/session").await.status, reset.get("/session").await.status), (401, 401));
    let password = |actor: &str| data::password(&server.data, actor);
    assert_eq!(disabled.sign_in("council", &password("council")).await.status, 401);
    assert_eq!(reset.sign_in("auditor", &password("auditor")).await.status, 401, "the password is gone");
    assert_eq!(reset.fill(&link, &link, &[("password", PASSWORD), ("again", PASSWORD)]).await.status, 303);
    assert_eq!(reset.sign_in("auditor", PASSWORD).await.status, 303);
}
