//! What administrators do: a secret is told once, what was done is said once and by no address, and a file that is too large says so.

use tahavol_tests::browser::{Answer, Browser};
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::signed_in;

/// What is told once on a page.
fn once(answer: &Answer) -> Option<String> {
    let told = answer.text.split("<div class=\"once\"").nth(1)?.split("<code dir=\"ltr\">").nth(1)?;
    told.split("</code>").next().map(str::to_owned)
}

#[tokio::test]
async fn a_token_is_told_once_and_loading_the_page_again_makes_no_other() {
    let server = Server::of(data::founded());
    let mut council = signed_in(&server, "council").await;
    let page = "/administration/tokens";
    let sent = council.fill(page, page, &[("what", "make"), ("label", "a clock"), ("read-only", "yes")]).await;
    assert_eq!((sent.status, sent.headers["location"].to_str().unwrap()), (303, page), "{}", sent.text);
    // A page that was open all the while asks for itself again, and takes nothing.
    let open = council.send(council.request("GET", page).header("x-seen", "0")).await;
    assert_eq!(once(&open), None);
    let shown = council.get(page).await;
    assert!(once(&shown).is_some_and(|secret| secret.starts_with("tahavol")), "{}", shown.text);
    let again = council.get(page).await;
    assert_eq!((once(&again), again.text.matches("a clock").count()), (None, 1), "{}", again.text);
}

#[tokio::test]
async fn the_link_that_was_just_made_stays_good_when_its_page_is_loaded_again() {
    let server = Server::of(data::founded());
    let mut administrator = signed_in(&server, "administrator").await;
    let page = "/administration/accounts";
    let sent = administrator.fill(page, page, &[("what", "add"), ("actor", "newcomer"), ("name", "Nora")]).await;
    assert_eq!((sent.status, sent.headers["location"].to_str().unwrap()), (303, page), "{}", sent.text);
    let link = once(&administrator.get(page).await).expect("a link");
    assert_eq!(once(&administrator.get(page).await), None);
    let path = &link[link.find("/link/").expect("a path")..];
    assert_eq!(Browser::of(&server).get(path).await.status, 200, "{link}");
    // No address says what was not done; what was done is said once.
    let barred = "The account is barred";
    assert!(!administrator.get(&format!("{page}?said=disabled")).await.text.contains(barred));
    let sent = administrator.fill(page, page, &[("what", "disable"), ("actor", "newcomer")]).await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    assert!(administrator.get(page).await.text.contains(barred));
    assert!(!administrator.get(page).await.text.contains(barred));
    // Somebody's name is not turned around by what was typed for it.
    let wrong = administrator.fill(page, page, &[("what", "reset"), ("actor", "\u{202e}evil"), ("name", "")]).await;
    assert!(wrong.status == 400 && wrong.text.contains("\u{2068}evil\u{2069}"), "{}", wrong.text);
    let file = administrator.get(&format!("{page}?format=csv")).await.text;
    assert!(file.contains("newcomer") && !file.contains("csrf"), "{file}");
}

#[tokio::test]
async fn who_may_not_read_the_security_journal_is_told_who_does() {
    let server = Server::of(data::founded());
    let mut administrator = signed_in(&server, "administrator").await;
    let journal = administrator.get("/administration/journal").await;
    assert_eq!(journal.status, 403);
    let why = "The auditor reads the security journal";
    assert!(journal.text.contains(why), "{}", journal.text);
    assert!(administrator.get("/administration/accounts").await.text.contains(why));
}

#[tokio::test]
async fn files_that_are_too_large_are_refused_where_they_are_chosen() {
    let server = Server::of(data::founded());
    let mut administrator = signed_in(&server, "administrator").await;
    let page = "/administration/imports";
    let csrf = administrator.get(page).await.csrf();
    for size in [5 << 20, 9 << 20] {
        let part = |name: &str, more: &str, value: &str| {
            format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
        };
        let file = part("file", "; filename=\"stations.csv\"", &"x".repeat(size));
        let body = format!("{}{}{file}--b--\r\n", part("csrf", "", &csrf), part("what", "", "rehearse"));
        let request = administrator.request("POST", page).header("origin", administrator.address.clone());
        let request = request.header("content-type", "multipart/form-data; boundary=b").body(body);
        let answer = administrator.send(request).await;
        assert_eq!(answer.status, 413, "{}", answer.text);
        let error = answer.text.split("id=\"import-file-error\">").nth(1).and_then(|rest| rest.split('<').next());
        assert!(error.is_some_and(|text| text.contains("4 MB")), "{}", answer.text);
    }
}
