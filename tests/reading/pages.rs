//! The pages and the files of their tables, as everybody who may not read a draft, and as those who may.

use tahavol_tests::browser::Browser;
use tahavol_tests::data;

use crate::{OTHERS, Planted, SECRET, THOSE_WHO_MAY};

/// Where lists, searches and sums are; what a draft has of its own follows.
const PAGES: [&str; 14] = [
    "/overview",
    "/work",
    "/initiatives",
    "/initiatives?format=csv",
    "/milestones",
    "/milestones?phase=draft",
    "/milestones?format=csv",
    "/commissions/technology",
    "/decisions",
    "/search?q=DRAFT",
    "/ledger",
    "/timeline?commission=technology",
    "/people/member.technology",
    "/replay",
];

/// The draft's own pages: there for those who may read it alone.
const ITS_OWN: [&str; 6] = [
    "/initiatives/DRAFT",
    "/milestones/DRAFT-1",
    "/milestones/LATER-1",
    "/timeline?initiative=DRAFT",
    "/act/initiativeSubmit?on=DRAFT",
    "/act/milestoneReportProgress?on=DRAFT-1",
];

#[tokio::test]
async fn no_page_shows_a_draft_to_those_who_may_not_read_it() {
    let planted = Planted::new().await;
    let server = &planted.server;
    let mut paths: Vec<String> = PAGES.iter().chain(&ITS_OWN).map(|path| (*path).to_owned()).collect();
    for position in &planted.hidden {
        paths.push(format!("/ledger/{position}"));
        paths.push(format!("/ledger/{position}/line"));
    }
    let head = planted.head().await;
    let past: Vec<String> = paths.iter().map(|path| format!("{path}{}as-of={head}", if path.contains('?') { '&' } else { '?' })).collect();
    let mut shown_to_those_who_may = 0;
    for actor in OTHERS.into_iter().chain(THOSE_WHO_MAY) {
        let mut browser = Browser::of(server);
        assert_eq!(browser.sign_in(actor, &data::password(&server.data, actor)).await.status, 303);
        for path in paths.iter().chain(&past) {
            let answer = browser.get(path).await;
            assert!(answer.status < 500, "{path} to {actor}: {}", answer.text);
            // What was looked for is told again; the draft's words are not.
            let shows = answer.text.contains(SECRET);
            if OTHERS.contains(&actor) {
                assert!(!shows, "{path} shows the draft to {actor}: {}", answer.text);
            } else {
                shown_to_those_who_may += u32::from(shows);
            }
        }
    }
    assert!(shown_to_those_who_may > 20, "{shown_to_those_who_may}: these pages can show it");
}

#[tokio::test]
async fn the_open_pages_show_no_draft_and_nobody_of_the_ledger() {
    let planted = Planted::with(&[("TAHAVOL_PUBLIC_VIEW", "true")], &[]).await;
    let mut nobody = Browser::of(&planted.server);
    for path in PAGES.iter().chain(&ITS_OWN) {
        let answer = nobody.get(path).await;
        assert!(answer.status < 500 && !answer.text.contains(SECRET), "{path}: {} {}", answer.status, answer.text);
    }
    assert_eq!(nobody.get("/initiatives").await.status, 200);
    for path in ["/ledger", "/people/member.technology", "/work", "/decisions", "/administration"] {
        let answer = nobody.get(path).await;
        assert_ne!(answer.status, 200, "{path}");
    }
}
