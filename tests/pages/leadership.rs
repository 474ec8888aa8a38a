//! What the leadership does: one page that prints on one sheet, the way from a figure to its events, and a proposal from its draft to the decision.

use serde_json::{Value, json};

use crate::{LANGUAGES, STILL, WORKING, event, in_language, previewed, recorded, signed_in};

const SEND: &str = "main form.act button[type=submit]:not([name])";

#[tokio::test]
async fn the_overview_prints_on_one_sheet() {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, "council", "fa").await else { return };
    for lang in LANGUAGES {
        browser.go(&in_language("/overview", lang)).await;
        let document = browser.print().await;
        assert!(document.starts_with(b"%PDF-"));
        assert_eq!(sheets(&document), 1, "{lang}");
        // Against an empty page: the figures are on it.
        assert!(document.len() > 20_000, "{} bytes", document.len());
    }
    browser.leave().await;
}

#[tokio::test]
async fn the_overview_comes_in_less_than_three_hundred_kilobytes() {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, "council", "fa").await else { return };
    // Uncompressed, with all that it asks for but its fonts.
    let script = "const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
        return all.filter(one => !one.name.endsWith('.woff2')).map(one => [new URL(one.name).pathname, one.decodedBodySize])";
    for lang in LANGUAGES {
        browser.go(&in_language("/overview", lang)).await;
        let told = browser.run(script).await;
        let sizes: Vec<u64> = told.as_array().expect("a list").iter().filter_map(|one| one[1].as_u64()).collect();
        assert!(sizes.len() >= 3 && sizes[0] > 10_000, "the page, its style and its script: {told}");
        assert!(sizes.iter().sum::<u64>() < 300_000, "{told}");
    }
    browser.leave().await;
}

#[tokio::test]
async fn from_the_overview_one_goes_to_the_events_that_a_figure_is_made_of() {
    let server = STILL.server();
    let Some(browser) = signed_in(&server, "council", "fa").await else { return };
    for lang in LANGUAGES {
        browser.go(&in_language("/overview?as-of=4000", lang)).await;
        for step in ["/commissions/technology", "/initiatives/TEC-1", "/milestones/TEC-1.2", "/ledger/"] {
            browser.click(&format!("main a[href^='{step}']")).await;
            browser.until(&format!("return location.pathname.startsWith('{step}')")).await;
            assert!(browser.place().await.contains("as-of=4000"), "the moment is lost at {step}");
            assert_eq!(browser.count("main.past").await, 1, "{step}");
        }
        assert_eq!(browser.count("#envelope").await, 1);
    }
    browser.leave().await;
}

#[tokio::test]
async fn a_proposal_is_drafted_submitted_and_decided_with_its_effect_before_the_eyes() {
    let server = WORKING.server();
    for (lang, commission, code) in [("fa", "technology", "TEC-9"), ("en", "support", "SUP-9")] {
        let Some(chair) = signed_in(&server, &format!("chair.{commission}"), lang).await else { return };
        chair.go(&in_language(&format!("/act/initiativePropose?on={commission}"), lang)).await;
        chair.fill("code", code).await;
        chair.fill("title.fa", "بازطراحی فرایند پذیرش").await;
        chair.choose("horizon", "MEDIUM").await;
        chair.click(SEND).await;
        recorded(&chair).await;
        chair.go(&in_language(&format!("/act/milestonePlan?on={code}"), lang)).await;
        chair.fill("code", &format!("{code}.1")).await;
        chair.fill("title.fa", "فرایند تازه در همهٔ استان‌ها").await;
        chair.fill("weight", "500").await;
        chair.fill("starts", "۱۴۰۵/۰۹/۰۱").await;
        chair.fill("due", "۱۴۰۶/۰۹/۰۱").await;
        chair.choose("measure", "REPORTED").await;
        previewed(&chair).await;
        assert_eq!(chair.value("weight").await, "500", "a preview keeps what was typed");
        chair.click(SEND).await;
        recorded(&chair).await;
        chair.go(&in_language(&format!("/act/initiativeSubmit?on={code}"), lang)).await;
        chair.click(SEND).await;
        assert_eq!(event(&server, recorded(&chair).await).await["type"], "initiative.submitted");
        chair.leave().await;

        let Some(council) = signed_in(&server, "council", lang).await else { return };
        council.go(&in_language("/decisions", lang)).await;
        let told = council.text("main").await;
        assert!(told.contains(code), "{told}");
        council.click(&format!("main a[href^='/act/initiativeApprove?on={code}']")).await;
        council.fill("resolution", "۱۴۰۵/۳۱").await;
        previewed(&council).await;
        assert!(
            council.count("section.consequence td.number strong").await > 0,
            "an index moves: {}",
            council.text("section.consequence").await
        );
        council.click(SEND).await;
        let approved = event(&server, recorded(&council).await).await;
        assert_eq!((&approved["type"], &approved["office"]), (&json!("initiative.approved"), &json!("council")));
        council.go(&in_language("/decisions", lang)).await;
        assert_eq!(council.count(&format!("main a[href^='/act/initiativeApprove?on={code}']")).await, 0, "it waits no more");
        council.leave().await;
        let counted = server.ask("auditor", "query ($code: String!) { initiative(code: $code) { phase } }", json!({ "code": code })).await;
        assert_eq!(counted["data"]["initiative"]["phase"], Value::from("APPROVED"), "{counted}");
    }
}

/// Pages of a PDF: each is an object of that type.
fn sheets(document: &[u8]) -> usize {
    let text = String::from_utf8_lossy(document);
    text.match_indices("/Type /Page").filter(|(at, found)| !text[at + found.len()..].starts_with('s')).count()
}
