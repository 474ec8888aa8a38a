//! The moment that a page shows: live while one reads, and kept in the address from page to page.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::table::{ADMINISTRATION, AUDIT, LEADERSHIP, THINGS};
use crate::{LANGUAGES, STILL, WORKING, command, in_language, signed_in};

#[tokio::test]
async fn what_is_recorded_comes_to_an_open_page_without_moving_it() {
    let server = WORKING.server();
    let Some(browser) = signed_in(&server, "inspector", "fa").await else { return };
    browser.go("/milestones?lang=fa").await;
    browser.run("window.scrollTo(0, 400); document.body.dataset.same = 'yes'").await;
    let scrolled = browser.run("return window.scrollY").await;
    assert!(scrolled.as_f64().is_some_and(|y| y > 300.0), "the page is long enough to be moved: {scrolled}");
    let before = browser.run("return document.querySelector('#moment').dataset.position").await;
    let issued = command(&server, "council", "directiveIssue", directive("LIVE-1")).await;
    let position = &issued["position"];
    browser.until(&format!("return Number(document.querySelector('#moment').dataset.position) >= {position}")).await;
    let before: u64 = before.as_str().and_then(|text| text.parse().ok()).expect("a position");
    assert!(Some(before) < position.as_u64(), "{before} {position}");
    assert_eq!(browser.run("return window.scrollY").await, scrolled);
    assert_eq!(browser.run("return document.body.dataset.same").await, "yes", "the page itself is the same");
    assert!(browser.text("#announced").await.contains(&persian(position)), "it is told to whoever listens");
    browser.leave().await;
}

#[tokio::test]
async fn a_past_moment_is_said_on_the_page_and_stays_in_every_link() {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, "auditor", "fa").await else { return };
    for lang in LANGUAGES {
        browser.go(&in_language("/milestones?as-of=3300&status-date=2026-01-01&baseline=original", lang)).await;
        assert_eq!(browser.count("main.past").await, 1);
        assert_eq!(browser.count("#moment.past strong").await, 1);
        let script = "return [...document.querySelectorAll('nav.sections a, main a[href^=\"/\"]')].map(a => a.getAttribute('href'))";
        let links = browser.run(script).await;
        let links: Vec<&str> = links.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
        assert!(links.len() > 20, "{links:?}");
        for link in links {
            for kept in ["as-of=3300", "status-date=2026-01-01", "baseline=original"] {
                assert!(link.contains(kept), "{link} has lost {kept}");
            }
        }
        // The live picture is one click away, and is not past.
        browser.click("#moment p a").await;
        assert_eq!((browser.place().await.as_str(), browser.count(".past").await), ("/milestones", 0));
    }
    browser.leave().await;
}

#[tokio::test]
async fn every_page_says_that_it_shows_a_past_moment_or_that_it_has_none() {
    let server = STILL.server();
    let Some(mut browser) = signed_in(&server, "auditor", "fa").await else { return };
    for status in [400, 403, 404] {
        browser.provoke(status);
    }
    let mut of_now = BTreeSet::new();
    for page in [THINGS, LEADERSHIP, AUDIT, ADMINISTRATION].into_iter().flatten() {
        if page.path.contains("as-of") || page.path.starts_with("/act/") || page.path == "/account" {
            continue;
        }
        browser.go(&in_language(&format!("{}{}as-of=3300", page.path, if page.path.contains('?') { '&' } else { '?' }), "fa")).await;
        let told = browser.text("#moment").await;
        if browser.count("main.past").await == 1 {
            assert!(told.contains("۳۳۰۰"), "{}: {told}", page.path);
        } else {
            assert!(told.contains("همیشه"), "{} says neither: {told}", page.path);
            of_now.insert(page.path);
        }
    }
    let administration = ["", "/accounts", "/imports", "/journal", "/tokens"].map(|part| format!("/administration{part}"));
    let wanted: BTreeSet<&str> = administration.iter().map(String::as_str).chain(["/proof"]).collect();
    assert_eq!(of_now, wanted);
    browser.leave().await;
}

#[tokio::test]
async fn somebody_goes_to_another_moment_by_a_solar_hijri_day() {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, "council", "fa").await else { return };
    browser.go("/milestones?lang=fa").await;
    let now = browser.text("main").await;
    browser.click("#moment summary").await;
    browser.run("document.querySelector('#moment-as-of').value = '۱۴۰۴/۰۵/۳۱'").await;
    browser.click("#moment form button").await;
    browser.until_there("main.past").await;
    assert!(browser.text("#moment").await.contains("۱۴۰۴"), "{}", browser.text("#moment").await);
    assert_ne!(browser.text("main").await, now, "the page shows what was known then");
    browser.leave().await;
}

fn directive(code: &str) -> Value {
    json!({ "code": code, "issuer": { "fa": "شورا" }, "title": { "fa": "ابلاغیه" }, "issuedOn": "2026-11-23", "reason": "آزمون" })
}

/// A number in Persian digits.
fn persian(number: &Value) -> String {
    number.to_string().chars().map(|digit| char::from_u32(digit as u32 - u32::from(b'0') + 0x6f0).expect("a digit")).collect()
}
