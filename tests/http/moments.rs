//! The moment in a page's address: what is still to come, what cannot be read, and pages that have no past.

use tahavol_app::messages::message;
use tahavol_domain::text::Lang;
use tahavol_tests::browser::Browser;
use tahavol_tests::data;
use tahavol_tests::server::Server;

async fn auditor(server: &Server) -> Browser {
    let mut browser = Browser::of(server);
    assert_eq!(browser.sign_in("auditor", &data::password(&server.data, "auditor")).await.status, 303);
    browser
}

fn word(key: &str) -> String {
    message(key, &[], Lang::En)
}

#[tokio::test]
async fn a_wrong_moment_is_told_on_the_page_itself_and_no_file_is_made_of_it() {
    let server = Server::of(data::founded());
    let mut browser = auditor(&server).await;
    let wrong = [
        ("as-of", "2099-01-01", 400, "page-as-of-ahead"),
        ("as-of", "2099-01-01T00:00:00Z", 400, "page-as-of-ahead"),
        ("as-of", "1404/13/01", 400, "page-as-of-form"),
        ("as-of", "99999999", 404, "page-as-of-unreached"),
        ("status-date", "1404/13/01", 400, "page-status-date-form"),
    ];
    for (name, typed, status, why) in wrong {
        let page = browser.get(&format!("/milestones?phase=planned&lang=en&{name}={typed}")).await;
        assert_eq!(page.status, status, "{typed}: {}", page.text);
        for told in [word(why), format!("value=\"{typed}\""), "<details open".to_owned(), "name=\"phase\" value=\"planned\"".to_owned()] {
            assert!(page.text.contains(&told), "{typed}: {told} is not in {}", page.text);
        }
        assert!(!page.text.contains(&word("page-moment-past")), "{typed}: {}", page.text);
        let file = browser.get(&format!("/milestones?format=csv&{name}={typed}")).await;
        assert_eq!((file.status, file.header("content-type")), (status, "text/html; charset=utf-8"), "{typed}");
    }
    // A plan is looked at ahead.
    assert_eq!(browser.get("/milestones?status-date=2099-01-01").await.status, 200);
}

#[tokio::test]
async fn a_page_that_has_no_past_shows_now_says_so_and_keeps_the_moment_in_its_links() {
    let server = Server::of(data::with_history());
    let mut browser = auditor(&server).await;
    for path in ["/proof", "/administration", "/administration/journal", "/administration/tokens"] {
        let page = browser.get(&format!("{path}?lang=en&as-of=0")).await;
        assert_eq!(page.status, 200, "{path}: {}", page.text);
        assert!(page.text.contains(&word("page-moment-of-now")), "{path}: {}", page.text);
        assert!(!page.text.contains(&word("page-moment-past")), "{path}: {}", page.text);
        assert!(page.text.contains("/overview?as-of=0"), "{path}: {}", page.text);
    }
}

#[tokio::test]
async fn whoever_slides_through_the_ledger_is_told_the_day_of_an_event() {
    let server = Server::of(data::founded());
    let mut browser = auditor(&server).await;
    let day = browser.get("/live/day?position=0&lang=en&calendar=gregorian").await;
    assert_eq!(day.status, 200, "{}", day.text);
    assert!(tahavol_domain::calendar::Date::parse_iso(&day.text).is_ok(), "{}", day.text);
    assert_eq!(browser.get("/live/day?position=99999999").await.status, 404);
    assert_eq!(Browser::of(&server).get("/live/day?position=0").await.status, 401);
}
