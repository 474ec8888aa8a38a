//! Lists and what is looked for: narrowed, turned over, taken away as files; a code typed anywhere leads to its thing.

use serde_json::Value;
use tahavol_tests::chromium::Chromium;

use crate::{LANGUAGES, STILL, in_language, signed_in};

#[tokio::test]
async fn a_code_that_is_typed_leads_to_its_thing_and_words_to_a_list() {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, "member.training", "fa").await else { return };
    for lang in LANGUAGES {
        for (typed, wanted) in [("TEC-2.2", "/milestones/TEC-2.2"), ("trn-1", "/initiatives/TRN-1")] {
            browser.go(&in_language("/milestones?as-of=4000", lang)).await;
            browser.run(&format!("document.querySelector('form.find input[type=search]').value = '{typed}'")).await;
            browser.run("document.querySelector('form.find').requestSubmit()").await;
            browser.until(&format!("return location.pathname === '{wanted}'")).await;
            assert!(browser.place().await.contains("as-of=4000"), "the moment goes along");
        }
        browser.go(&in_language("/search?q=%D8%B4%D8%A8%D9%83%D9%87", lang)).await;
        assert!(
            browser.count("main section.found li a[href^='/milestones/']").await >= 2,
            "written with the other k: {}",
            browser.text("main").await
        );
    }
    browser.leave().await;
}

#[tokio::test]
async fn a_list_is_narrowed_sorted_turned_over_and_taken_away() {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, "auditor", "fa").await else { return };
    for lang in LANGUAGES {
        browser.go(&in_language("/stations", lang)).await;
        let first = row(&browser).await;
        browser.click("nav.pages a[rel=next]").await;
        browser.until("return location.search.includes('page=2')").await;
        assert_ne!(row(&browser).await, first, "another page has other rows");
        browser.go(&in_language("/milestones", lang)).await;
        let all = browser.count("main table tbody tr").await;
        browser.choose("commission", "technology").await;
        browser.click("main form.filters button[type=submit]").await;
        browser.until("return location.search.includes('commission=technology')").await;
        let narrowed = browser.count("main table tbody tr").await;
        assert!(narrowed > 2 && narrowed < all, "{narrowed} of {all}");
        // What is taken away is what is seen.
        for (format, begins) in [("csv", "\u{feff}"), ("xlsx", "PK")] {
            let href =
                browser.run(&format!("return document.querySelector('main .table-foot a[download][href*=\"{format}\"]').href")).await;
            let fetched = format!(
                "return fetch({href}).then(async answer => [answer.status, answer.headers.get('content-disposition'), await answer.text()])"
            );
            let told = browser.run(&fetched).await;
            assert_eq!(told[0], 200);
            assert!(told[1].as_str().is_some_and(|header| header.starts_with("attachment")), "{told}");
            let text = told[2].as_str().expect("text");
            // A browser takes the mark of the encoding away.
            assert!(text.starts_with(begins) || format == "csv", "{format}");
            if format == "csv" {
                assert_eq!(u64::try_from(text.trim().lines().count()).unwrap(), narrowed + 1, "{text}");
            }
        }
    }
    browser.leave().await;
}

#[tokio::test]
async fn a_list_is_sorted_by_its_heads() {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, "council", "fa").await else { return };
    for lang in LANGUAGES {
        browser.go(&in_language("/milestones", lang)).await;
        browser.click("main table thead a[href*='sort=']").await;
        browser.until("return location.search.includes('sort=')").await;
        let sorted = codes(&browser).await;
        browser.click("main table thead th[aria-sort] a").await;
        browser.until("return document.querySelectorAll('th[aria-sort]').length === 1").await;
        let turned = codes(&browser).await;
        let mut back = turned.clone();
        back.reverse();
        assert!(sorted.len() > 10 && sorted == back, "{sorted:?} {turned:?}");
    }
    browser.leave().await;
}

async fn codes(browser: &Chromium) -> Vec<String> {
    let script = "return [...document.querySelectorAll('main table tbody tr')].map(row => row.cells[0].innerText)";
    let told = browser.run(script).await;
    told.as_array().expect("a list").iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

async fn row(browser: &Chromium) -> String {
    browser.text("main table tbody tr").await
}
