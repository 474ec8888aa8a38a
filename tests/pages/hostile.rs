//! Texts that somebody has planted: markup, overrides of direction, ten thousand characters, emoji. They are text on every page.

use serde_json::{Value, json};
use tahavol_tests::chromium::Chromium;
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::every::{beside, texts};
use crate::table::{ADMINISTRATION, AUDIT, LEADERSHIP, Page};
use crate::{LANGUAGES, command, in_language, signed_in};

/// What a page that took it for markup would run, and what would turn a line around.
const PLANTED: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u{202e}evil\u{2066} 👮🏽‍♀️🚔 ";

/// Planted text of this length, the rest of it without a place to break.
fn planted(characters: usize) -> Value {
    let rest = "آ".repeat(characters - PLANTED.chars().count());
    json!({ "fa": format!("{PLANTED}{rest}"), "en": format!("{PLANTED}{}", "W".repeat(characters - PLANTED.chars().count())) })
}

#[tokio::test]
async fn planted_texts_are_text_on_every_page() {
    let server = Server::of(data::with_history());
    let paths = plant(&server).await;
    let Some(browser) = signed_in(&server, "council", "fa").await else { return };
    look(browser, &paths, &[LEADERSHIP, AUDIT]).await;
    let Some(browser) = signed_in(&server, "administrator", "en").await else { return };
    look(browser, &[], &[ADMINISTRATION]).await;
}

async fn look(mut browser: Chromium, paths: &[String], tables: &[&[Page]]) {
    for status in [400, 403, 404] {
        browser.provoke(status);
    }
    let known = tables.iter().flat_map(|table| table.iter()).map(|page| page.path.to_owned());
    let all: Vec<String> = paths.iter().cloned().chain(known).collect();
    let mut wrong = Vec::new();
    let mut seen = 0;
    browser.view(360, 740).await;
    for (path, lang) in all.iter().flat_map(|path| LANGUAGES.map(|lang| (path, lang))) {
        browser.go(&in_language(path, lang)).await;
        let found = browser.run_with(LOOK, vec![json!("<script>alert(1)</script>")]).await;
        seen += found["seen"].as_u64().unwrap_or(0);
        let narrow = beside(&browser).await;
        wrong.extend(texts(&found["wrong"]).into_iter().chain(narrow).map(|found| format!("{path} {lang}: {found}")));
    }
    browser.leave().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(paths.is_empty() || seen >= 2 * paths.len() as u64, "the planted texts are seen on {seen} pages of {}", 2 * paths.len());
}

/// Whether the text is seen as text, and what has become more than that: elements, handlers, a turned line.
const LOOK: &str = "const [planted] = arguments; const wrong = [];
    for (const e of document.querySelectorAll('script:not([src]), img, [onerror], [onload], iframe, style')) wrong.push(e.outerHTML.slice(0, 160));
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); let seen = 0;
    while (texts.nextNode()) {
      const node = texts.currentNode;
      if (node.data.includes(planted)) seen = 1;
      if (!node.data.includes('\\u202e') || node.parentElement.closest('option, script, textarea, pre')) continue;
      let holder = node.parentElement;
      const of = (e) => getComputedStyle(e);
      while (of(holder).display.startsWith('inline') && !/isolate|plaintext/.test(of(holder).unicodeBidi)) holder = holder.parentElement;
      const isolated = /isolate|plaintext/.test(of(holder).unicodeBidi) && of(holder).display.startsWith('inline');
      if (!isolated && holder.textContent.trim() !== node.data.trim()) wrong.push(`turns its line: ${holder.outerHTML.slice(0, 200)}`);
    }
    return { wrong, seen }";

/// An initiative with a milestone, a report and a risk, a review and somebody of that name; where they are shown.
async fn plant(server: &Server) -> Vec<String> {
    let chair = "chair.technology";
    let proposal = json!({ "code": "HOSTILE", "commission": "technology", "horizon": "MEDIUM", "title": planted(1_900), "note": planted(10_000), "reason": PLANTED });
    command(server, chair, "initiativePropose", proposal).await;
    let baseline = json!({ "weight": 1, "starts": "2026-11-01", "due": "2027-11-01", "measure": { "reported": true } });
    let plan = json!({ "initiative": "HOSTILE", "code": "HOSTILE-1", "title": planted(1_900), "baseline": baseline });
    command(server, chair, "milestonePlan", plan).await;
    command(server, chair, "initiativeSubmit", json!({ "initiative": "HOSTILE", "reason": PLANTED })).await;
    command(server, "council", "initiativeApprove", json!({ "initiative": "HOSTILE", "reason": PLANTED, "resolution": "R-1" })).await;
    let risk = json!({ "initiative": "HOSTILE", "title": planted(1_900), "likelihood": 5, "impact": 5, "reason": PLANTED });
    command(server, chair, "initiativeRaiseRisk", risk).await;
    let report = json!({ "milestone": "HOSTILE-1", "progress": 1_000, "note": planted(10_000) });
    let reported = command(server, "member.technology", "milestoneReportProgress", report).await;
    let review = json!({ "kind": "STOCK_TAKE", "title": planted(1_900), "strengths": [planted(1_900)], "weaknesses": [planted(1_900)],
        "actions": [{ "title": planted(1_900), "owner": chair, "due": "2027-01-01" }] });
    command(server, "council", "reviewHold", review).await;
    let person = json!({ "actor": "hostile", "name": PLANTED });
    command(server, "council", "officialAppoint", json!({ "office": "inspector", "person": person, "reason": PLANTED })).await;
    vec![
        "/initiatives/HOSTILE".to_owned(),
        "/milestones/HOSTILE-1".to_owned(),
        "/ledger".to_owned(),
        format!("/ledger/{}", reported["position"]),
        "/people/hostile".to_owned(),
        "/timeline?milestone=HOSTILE-1".to_owned(),
        "/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E".to_owned(),
    ]
}
