//! What auditors do: the ledger and its events, two moments compared, the replay player, a bundle to take along.

use std::fs;
use std::process::Command;

use tahavol_tests::binary;

use crate::{LANGUAGES, STILL, WORKING, head, in_language, signed_in};

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

#[tokio::test]
async fn the_bundle_that_is_taken_from_the_page_verifies_without_the_server() {
    // A server that nobody works on: the figures are those of its last event.
    let server = STILL.server();
    let Some(browser) = signed_in(&server, "auditor", "fa").await else { return };
    let folder = tempfile::tempdir().unwrap();
    browser.download_to(folder.path()).await;
    browser.go("/proof?lang=fa").await;
    let key = browser.run("return document.querySelector('main').textContent.match(/[\\w.\\/-]+\\+[0-9a-f]{8}\\+[\\w+\\/=]+/)?.[0]").await;
    let key = key.as_str().expect("the log's key stands on the page");
    browser.click("main form[action='/proof/bundle'] button[type=submit]").await;
    let archive = folder.path().join("tahavol-bundle.tar");
    browser.until_downloaded(&archive).await;
    let unpacked = Command::new("tar").arg("xf").arg(&archive).arg("-C").arg(folder.path()).status().unwrap();
    assert!(unpacked.success());
    let bundle = folder.path().join("tahavol-bundle");
    let told = binary::run(&["verify", bundle.to_str().unwrap(), "--key", key, "--lang", "en"]);
    assert!(told.status.success(), "{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));
    // One byte less, and it does not.
    let events =
        fs::read_dir(&bundle).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.to_string_lossy().contains("events")).unwrap();
    let content = fs::read(&events).unwrap();
    fs::write(&events, &content[..content.len() - 1]).unwrap();
    assert!(!binary::run(&["verify", bundle.to_str().unwrap(), "--key", key]).status.success());
    browser.leave().await;
}

#[tokio::test]
async fn what_a_person_did_and_what_befell_a_milestone_is_followed_to_its_events() {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, "auditor", "fa").await else { return };
    for lang in LANGUAGES {
        for path in ["/people/member.technology", "/timeline?milestone=TEC-2.2"] {
            browser.go(&in_language(path, lang)).await;
            browser.click("main ol.events > li a[href^='/ledger/']").await;
            browser.until_there("#envelope").await;
            let line = browser.run("return JSON.parse(document.querySelector('pre.line').textContent)").await;
            let of = if path.starts_with("/people") {
                line["actorid"] == "member.technology"
            } else {
                line["type"].as_str().is_some_and(|name| name.starts_with("milestone."))
            };
            assert!(of, "{path} leads to {line}");
        }
    }
    browser.leave().await;
}

#[tokio::test]
async fn the_open_ledger_tells_of_what_is_recorded_and_nothing_in_it_moves() {
    let server = WORKING.server();
    let Some(browser) = signed_in(&server, "auditor", "fa").await else { return };
    browser.go("/ledger?lang=fa").await;
    browser.run("window.scrollTo(0, 300); document.body.dataset.same = 'yes'").await;
    let place = "const first = document.querySelector('main ol.events > li'); return [first.innerText, first.getBoundingClientRect().top]";
    let before = browser.run(place).await;
    let known = head(&server).await;
    let directive =
        serde_json::json!({ "code": "SEEN-1", "issuer": { "fa": "شورا" }, "title": { "fa": "ابلاغیه" }, "issuedOn": "2026-11-23" });
    crate::command(&server, "council", "directiveIssue", directive).await;
    browser.until(&format!("return Number(document.querySelector('#moment').dataset.position) > {known}")).await;
    browser.until("return /[۰-۹]/.test(document.querySelector('#fresh')?.innerText ?? '')").await;
    assert_eq!(browser.run(place).await, before, "what one reads stays where it is");
    assert_eq!(browser.run("return document.body.dataset.same").await, "yes");
    // What is announced is one click away.
    browser.click("#fresh a").await;
    browser
        .until(&format!(
            "return Number(document.querySelector('main ol.events > li a[href^=\"/ledger/\"]').pathname.split('/').pop()) > {known}"
        ))
        .await;
    browser.leave().await;
}

const LEFT: &str = "\u{e012}";
const RIGHT: &str = "\u{e014}";
