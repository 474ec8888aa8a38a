//! Texts that somebody has planted: markup, overrides of direction, ten thousand characters, emoji. They are text on every page.

use reqwest::Url;
use serde_json::{Value, json};
use tahavol_tests::chromium::Chromium;
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::every::{beside, texts};
use crate::table::{ADMINISTRATION, AUDIT, LEADERSHIP, MEMBERS, THINGS};
use crate::{LANGUAGES, STILL, command, in_language, signed_in};

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
    let shown = paths.iter().flat_map(|path| LANGUAGES.map(|lang| (in_language(path, lang), true)));
    let tables = [LEADERSHIP, THINGS, AUDIT].into_iter().flatten().map(|page| (in_language(page.path, "fa"), false));
    look(browser, shown.chain(tables).collect()).await;
    let Some(browser) = signed_in(&server, "chair.technology", "en").await else { return };
    look(browser, MEMBERS.iter().map(|page| (in_language(page.path, "en"), false)).collect()).await;
    let Some(browser) = signed_in(&server, "administrator", "en").await else { return };
    look(browser, ADMINISTRATION.iter().map(|page| (in_language(page.path, "en"), false)).collect()).await;
}

#[tokio::test]
async fn what_stands_in_an_address_is_text_on_the_page_that_it_leads_to() {
    let server = STILL.server();
    let long = format!("{PLANTED}{}", "W".repeat(400));
    let asked = |path: &str, names: &[&str]| {
        let fields = names.iter().map(|name| (*name, long.as_str()));
        let address = Url::parse_with_params("http://host", fields).expect("an address");
        let mark = if path.contains('?') { '&' } else { '?' };
        (format!("{path}{mark}lang=fa&{}", address.query().expect("a query")), false)
    };
    let named = |path: &str| {
        let mut address = Url::parse("http://host").expect("an address");
        address.path_segments_mut().expect("it has a path").extend([path, long.as_str()]);
        (format!("{}?lang=en", address.path()), false)
    };
    let ways = vec![
        asked("/search", &["q"]),
        asked("/ledger", &["text"]),
        asked("/ledger", &["thing", "actor", "type", "recorded-from"]),
        asked("/timeline", &["milestone"]),
        asked("/diff", &["from", "to", "initiative"]),
        asked("/replay", &["thing", "actor", "position"]),
        asked("/milestones", &["q", "sort", "commission", "page"]),
        asked("/stations", &["q", "province"]),
        asked("/overview", &["horizon", "commission"]),
        asked("/overview", &["as-of"]),
        asked("/overview", &["status-date"]),
        asked("/decisions", &["commission", "before", "again"]),
        asked("/people/council", &["on"]),
        asked("/act/horizonReschedule", &["on", "starts", "ends"]),
        asked("/act/directiveIssue?on=programme", &["code", "title.fa", "issuer.en"]),
        named("people"),
        named("milestones"),
        named("act"),
        ("/ledger?text=%E2%80%ZZ&thing=%00&page=-1&before=99999999999999999999&as-of=4000&as-of=1".to_owned(), false),
    ];
    let Some(browser) = signed_in(&server, "council", "fa").await else { return };
    look(browser, ways).await;
}

/// Goes to each page, on a telephone; where the planted text has to be, it is seen as text.
async fn look(mut browser: Chromium, ways: Vec<(String, bool)>) {
    for status in [400, 403, 404] {
        browser.provoke(status);
    }
    let mut wrong = Vec::new();
    browser.view(360, 740).await;
    for (path, is_shown) in ways {
        browser.go(&path).await;
        let status = browser.status().await;
        let found = browser.run_with(LOOK, vec![json!("<script>alert(1)</script>")]).await;
        let mut note = |what: String| wrong.push(format!("{}: {what}", path.chars().take(120).collect::<String>()));
        if status >= 500 {
            note(format!("status {status}"));
        }
        if is_shown && found["seen"] != 1 {
            note("the planted text is not there".to_owned());
        }
        texts(&found["wrong"]).into_iter().chain(beside(&browser).await).for_each(note);
    }
    browser.leave().await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the text is seen as text, and what has become more than that: elements, handlers, a turned line.
const LOOK: &str = "const [planted] = arguments; const wrong = [];
    for (const e of document.querySelectorAll('script:not([src]), img, [onerror], [onload], iframe, style')) wrong.push(e.outerHTML.slice(0, 160).toWellFormed());
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); let seen = 0;
    while (texts.nextNode()) {
      const node = texts.currentNode;
      if (node.data.includes(planted)) seen = 1;
      if (!node.data.includes('\\u202e') || node.parentElement.closest('option, script, textarea, pre')) continue;
      // Isolated by characters around it.
      if (/\\u2068[^\\u2066-\\u2069]*\\u202e[^\\u2066-\\u2069]*\\u2069/.test(node.data)) continue;
      let holder = node.parentElement;
      const of = (e) => getComputedStyle(e);
      while (of(holder).display.startsWith('inline') && !/isolate|plaintext/.test(of(holder).unicodeBidi)) holder = holder.parentElement;
      const isolated = /isolate|plaintext/.test(of(holder).unicodeBidi) && of(holder).display.startsWith('inline');
      if (!isolated && holder.textContent.trim() !== node.data.trim()) wrong.push(`turns its line: ${holder.outerHTML.slice(0, 200).toWellFormed()}`);
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
