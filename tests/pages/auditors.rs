//! What auditors do: the ledger and its events, two moments compared, the replay player, a bundle to take along.

use crate::{LANGUAGES, STILL, in_language, signed_in};

#[tokio::test]
async fn an_auditor_goes_from_the_ledger_to_an_event_its_payload_and_its_proof() {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, "auditor", "fa").await else { return };
    for lang in LANGUAGES {
        browser.go(&in_language("/ledger?type=milestone.progress_reported&commission=technology", lang)).await;
        let listed = browser.count("main ol.events > li").await;
        assert!(listed > 5, "{listed} events");
        browser.click("main ol.events > li a[href^='/ledger/']").await;
        browser.until("return /^\\/ledger\\/\\d+$/.test(location.pathname)").await;
        for part in ["#changed", "#envelope", "#payload"] {
            assert_eq!(browser.count(part).await, 1, "{part}");
        }
        let text = browser.text("main").await;
        assert!(text.contains("milestone.progress_reported"), "{text}");
        // The line as it is stored is there without asking anybody for it.
        let line = browser.run("return JSON.parse(document.querySelector('pre.line').textContent).type").await;
        assert_eq!(line, "milestone.progress_reported");
    }
    browser.leave().await;
}

#[tokio::test]
async fn an_auditor_compares_two_moments_and_finds_the_events_between() {
    let server = STILL.server();
    let Some(mut browser) = signed_in(&server, "auditor", "fa").await else { return };
    browser.provoke(400);
    for lang in LANGUAGES {
        browser.go(&in_language("/diff", lang)).await;
        browser.fill("from", "۱۴۰۴/۱۲/۲۹").await;
        browser.fill("to", "1405/02/31").await;
        browser.choose("commission", "technology").await;
        browser.click("main form[action='/diff'] button[type=submit]").await;
        browser.until_there("#figures").await;
        let changes = browser.count("#changes ~ ul.changes > li").await;
        assert!(changes > 3, "{changes} changes");
        let address = browser.place().await;
        browser.click("#changes ~ ul.changes a[href^='/ledger/']").await;
        browser.until_there("#envelope").await;
        // The address is the question: it is answered again for whoever is given the link.
        browser.go(&address).await;
        assert_eq!(browser.count("#changes ~ ul.changes > li").await, changes);
        // A moment that cannot be is refused at its field, and what was typed is still there.
        browser.fill("from", "1405/02/31").await;
        browser.fill("to", "yesterday").await;
        browser.click("main form[action='/diff'] button[type=submit]").await;
        browser.until_there("main .summary").await;
        assert_eq!((browser.value("from").await.as_str(), browser.value("to").await.as_str()), ("1405/02/31", "yesterday"));
        assert_eq!(browser.count("main [name=to][aria-invalid=true]").await, 1);
    }
    browser.leave().await;
}

#[tokio::test]
async fn the_replay_player_steps_forwards_and_backwards_by_links_keys_and_slider() {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, "auditor", "fa").await else { return };
    for (lang, onwards, back) in [("fa", LEFT, RIGHT), ("en", RIGHT, LEFT)] {
        browser.go(&in_language("/replay?actor=member.technology&position=0", lang)).await;
        browser.run("document.body.dataset.same = 'yes'").await;
        let at = async || browser.text("#replay-at").await;
        let first = at().await;
        browser.click("[data-way=next]").await;
        browser.until(&format!("return document.querySelector('#replay-at').innerText !== {first:?}")).await;
        let second = at().await;
        browser.press(onwards).await;
        browser.until(&format!("return document.querySelector('#replay-at').innerText !== {second:?}")).await;
        let third = at().await;
        browser.press(back).await;
        browser.until(&format!("return document.querySelector('#replay-at').innerText === {second:?}")).await;
        assert!(third != second && second != first);
        // Where one is stands in the address, and without a script it is the same page.
        let place = browser.place().await;
        assert!(place.contains("position=") && place.contains("actor=member.technology"), "{place}");
        browser.go(&place).await;
        assert_eq!(at().await, second);
        browser
            .run("const slider = document.querySelector('#replay-slider'); slider.value = 4000; slider.dispatchEvent(new Event('change'))")
            .await;
        browser.until(&format!("return document.querySelector('#replay-at').innerText !== {second:?}")).await;
    }
    browser.leave().await;
}

const LEFT: &str = "\u{e012}";
const RIGHT: &str = "\u{e014}";
