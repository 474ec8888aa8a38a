//! The pages as bytes: languages, headers, nothing in place, and nothing of what somebody typed becomes more than text.

use tahavol_tests::browser::{Answer, Browser};
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::{link_in, on, signed_in};

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";

/// What holds for every page.
fn is_a_careful_page(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    for part in ["default-src 'none'", "style-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "same-origin", "a form says where it comes from, another site learns nothing");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    for wrong in ["<script", "<style", " style=", " onerror=alert(2)>", "javascript:"] {
        assert!(!answer.text.contains(wrong), "{wrong} in {}", answer.text);
    }
    assert!(answer.text.starts_with("<!DOCTYPE html>"), "{}", answer.text);
}

#[tokio::test]
async fn every_page_is_careful_in_both_languages() {
    let server = Server::of(data::founded());
    let link = link_in(&on(&server.data, &["account", "add", "newcomer", "--name", "<b>نام</b>\u{202e}"]));
    let mut nobody = Browser::of(&server);
    let mut somebody = signed_in(&server, "chair.technology").await;
    for lang in ["fa", "en"] {
        for path in ["/sign-in", link.as_str(), "/link/of-nobody"] {
            let page = nobody.get(&format!("{path}?lang={lang}")).await;
            is_a_careful_page(&page);
            assert!(!page.text.contains("<b>"), "{}", page.text);
            assert_eq!(page.header("content-language"), lang);
            assert!(page.text.contains(&format!("<html lang=\"{lang}\"")), "{}", page.text);
        }
        let page = somebody.get(&format!("/account?lang={lang}")).await;
        is_a_careful_page(&page);
        assert!(page.text.contains("chair.technology") && page.status == 200);
        let sent = nobody.fill("/sign-in", "/sign-in", &[("name", HOSTILE), ("password", "x"), ("next", HOSTILE)]).await;
        assert_eq!(sent.status, 401);
        is_a_careful_page(&sent);
        is_a_careful_page(&nobody.post("/sign-in", &[("name", HOSTILE), ("password", HOSTILE)]).await);
    }
    for query in ["next", "lang", "said"] {
        let page = nobody.get(&format!("/sign-in?{query}=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")).await;
        assert_eq!(page.status, 200);
        is_a_careful_page(&page);
        assert!(!page.text.contains("alert(1)"), "{}", page.text);
    }
}

#[tokio::test]
async fn the_language_is_that_of_the_address_or_the_one_chosen_before_or_the_browsers() {
    let server = Server::of(data::founded());
    let mut browser = Browser::of(&server);
    let english = async |browser: &mut Browser, path: &str, accepts: Option<&str>| {
        let request = browser.request("GET", path);
        let request = accepts.into_iter().fold(request, |request, accepts| request.header("accept-language", accepts));
        browser.send(request).await.text.contains("<html lang=\"en\" dir=\"ltr\">")
    };
    assert!(!english(&mut browser, "/sign-in", None).await, "Persian comes first");
    assert!(english(&mut browser, "/sign-in", Some("de, en;q=0.8")).await);
    assert!(english(&mut browser, "/sign-in?lang=en&next=/graphiql", Some("fa")).await);
    assert!(english(&mut browser, "/sign-in", Some("fa")).await, "it is remembered");
    assert!(english(&mut browser, "/sign-in?lang=de", Some("fa")).await, "what is no language of ours changes nothing");
    assert!(!english(&mut browser, "/sign-in?lang=fa", Some("en")).await);
    assert!(!english(&mut browser, "/sign-in", Some("en")).await);
    let page = browser.get("/sign-in?next=/graphiql").await.text;
    assert!(page.contains("href=\"/sign-in?next=/graphiql&amp;lang=en\""), "the other language is of the same page: {page}");
}

#[tokio::test]
async fn after_signing_in_nobody_is_sent_to_another_site() {
    let server = Server::of(data::founded());
    let password = data::password(&server.data, "council");
    for (next, wanted) in [
        ("/graphiql", "/graphiql"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/\r\nset-cookie: x=y", "/"),
        ("evil.example", "/"),
        ("", "/"),
    ] {
        let mut browser = Browser::of(&server);
        let fields = [("name", "council"), ("password", password.as_str()), ("next", next)];
        let answer = browser.fill("/sign-in", "/sign-in", &fields).await;
        assert_eq!((answer.status, answer.location()), (303, wanted), "{next:?}");
        // Whoever is signed in already goes there at once, or is shown whose session it is.
        let escaped: String = next.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let wanted = if wanted == "/" { "/account" } else { wanted };
        assert_eq!(browser.get(&format!("/sign-in?next={escaped}")).await.location(), wanted, "{next:?}");
    }
}

#[tokio::test]
async fn the_style_sheet_is_kept_for_good_and_nothing_else_is_there() {
    let server = Server::of(data::founded());
    let mut browser = Browser::of(&server);
    let page = browser.get("/sign-in").await.text;
    let path = page.split("rel=\"stylesheet\" href=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let style = browser.get(path).await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(style.header("cache-control").contains("immutable") && style.header("set-cookie").is_empty(), "{style:?}");
    assert_eq!(browser.get("/assets/0000000000000000.css").await.status, 404);
}

#[tokio::test]
async fn whoever_knows_only_the_name_of_the_server_finds_the_way() {
    let server = Server::of(data::with_history());
    let mut nobody = Browser::of(&server);
    assert_eq!(nobody.get("/").await.location(), "/sign-in");
    for path in ["/account", "/account/second-factor"] {
        assert_eq!(nobody.get(path).await.location(), "/sign-in?next=/account");
    }
    let homes = [("council", "/overview"), ("member.technology", "/work"), ("auditor", "/ledger"), ("administrator", "/administration")];
    for (actor, home) in homes {
        assert_eq!(signed_in(&server, actor).await.get("/").await.location(), home, "{actor}");
    }
}

#[tokio::test]
async fn a_form_that_cannot_be_read_is_answered_with_a_page() {
    let server = Server::of(data::founded());
    let mut browser = Browser::of(&server);
    let missing = browser.fill("/sign-in", "/sign-in", &[("name", "council")]).await;
    assert_eq!(missing.status, 422);
    is_a_careful_page(&missing);
    let large = browser.fill("/sign-in", "/sign-in", &[("name", &"x".repeat(100_000)), ("password", "x")]).await;
    assert_eq!(large.status, 413);
    is_a_careful_page(&large);
    let text = browser.request("POST", "/sign-in").header("content-type", "text/plain").body("name=council&password=x");
    let text = browser.send(text).await;
    assert_eq!(text.status, 415);
    is_a_careful_page(&text);
    let twice = browser.fill("/sign-in", "/sign-in", &[("csrf", "x"), ("name", "council"), ("password", "x")]).await;
    assert!((400..500).contains(&twice.status) && twice.status != 401, "two tokens are none: {}", twice.status);
    assert_eq!(browser.send(browser.request("PUT", "/sign-in")).await.status, 405);
}
