//! What members and chairs do: reports with a day and files, what is refused, what others did meanwhile, a claim and its verdict.

use std::fs;

use serde_json::json;
use tahavol_tests::chromium::Chromium;
use tokio::sync::Mutex;

use crate::{STILL, WORKING, event, head, in_language, previewed, recorded, signed_in};

/// A milestone that is reported in per cent, and who reports on it in which language.
const REPORTED: [(&str, &str, &str); 2] = [("fa", "member.technology", "TEC-2.2"), ("en", "member.support", "SUP-2.2")];

/// Reports on one milestone at the same time are conflicts; only one test wants that.
static ALONE: Mutex<()> = Mutex::const_new(());

fn report_on(milestone: &str) -> String {
    format!("/act/milestoneReportProgress?on={milestone}")
}

/// The button that gives the command, not the one that shows what it would change.
const SEND: &str = "main form.act button[type=submit]:not([name])";

#[tokio::test]
async fn a_member_reports_progress_in_two_clicks_with_a_day_a_note_and_a_file() {
    let _alone = ALONE.lock().await;
    let server = WORKING.server();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("minutes.txt");
    for (lang, actor, milestone) in REPORTED {
        let Some(browser) = signed_in(&server, actor, lang).await else { return };
        let content = format!("صورت‌جلسهٔ {milestone}");
        fs::write(&path, &content).unwrap();
        browser.go(&in_language("/work", lang)).await;
        browser.click(&format!("main a[href^='{}']", report_on(milestone))).await;
        browser.fill("progress", if lang == "fa" { "۴۱٫۵" } else { "41.5" }).await;
        browser.fill("effectiveOn", if lang == "fa" { "۱۴۰۵/۰۸/۳۰" } else { "1405/08/30" }).await;
        browser.fill("note.fa", "نصب در استان همدان").await;
        browser.attach("evidence", path.to_str().unwrap()).await;
        browser.click(SEND).await;
        let event = event(&server, recorded(&browser).await).await;
        assert_eq!((&event["type"], &event["origin"]), (&json!("milestone.progress_reported"), &json!("web")));
        assert_eq!((&event["by"]["actor"], &event["effectiveOn"]), (&json!(actor), &json!("2026-11-21")));
        assert_eq!((&event["data"]["progress"], &event["data"]["note"]["fa"]), (&json!(4_150), &json!("نصب در استان همدان")));
        let file = &event["data"]["evidence"][0];
        assert_eq!((&file["title"], &file["media_type"]), (&json!("minutes.txt"), &json!("text/plain")));
        let kept = server.get(&format!("/evidence/{}", file["digest"].as_str().unwrap_or_else(|| panic!("{event}"))));
        assert_eq!(kept.bearer_auth(server.token("auditor")).send().await.unwrap().text().await.unwrap(), content);
        browser.leave().await;
    }
}

#[tokio::test]
async fn what_is_refused_says_why_beside_its_field_and_keeps_what_was_typed() {
    let server = STILL.server();
    for (lang, actor, milestone) in REPORTED {
        let Some(mut browser) = signed_in(&server, actor, lang).await else { return };
        browser.provoke(422);
        let before = head(&server).await;
        browser.go(&in_language(&report_on(milestone), lang)).await;
        browser.fill("progress", "140").await;
        browser.fill("effectiveOn", "1405/13/01").await;
        browser.fill("note.fa", "یادداشتی که گم نمی‌شود").await;
        browser.click(SEND).await;
        browser.until_there("main .summary[role=alert]").await;
        for (field, typed) in [("progress", "140"), ("effectiveOn", "1405/13/01")] {
            let beside = browser.text(&format!("#{field}-error")).await;
            assert!(!beside.is_empty(), "{field} has no word beside it");
            assert_eq!(browser.count(&format!("main [name={field}][aria-invalid=true][aria-describedby~={field}-error]")).await, 1);
            assert_eq!(browser.count(&format!("main .summary a[href='#{field}']")).await, 1);
            assert_eq!(browser.value(field).await, typed);
        }
        assert_eq!(browser.value("note.fa").await, "یادداشتی که گم نمی‌شود");
        assert_eq!(before, head(&server).await, "nothing is recorded");
        browser.leave().await;
    }
}

#[tokio::test]
async fn whoever_is_overtaken_sees_what_happened_and_decides() {
    let _alone = ALONE.lock().await;
    let server = WORKING.server();
    for (lang, others, milestone) in
        [("fa", ["chair.technology", "secretary.technology"], "TEC-2.2"), ("en", ["chair.support", "secretary.support"], "SUP-2.2")]
    {
        let (Some(mut slow), Some(quick)) = (signed_in(&server, others[0], lang).await, signed_in(&server, others[1], lang).await) else {
            return;
        };
        slow.provoke(409);
        for browser in [&slow, &quick] {
            browser.go(&in_language(&report_on(milestone), lang)).await;
        }
        slow.fill("progress", "55").await;
        slow.fill("note.fa", "برآورد من").await;
        quick.fill("progress", "52").await;
        quick.click(SEND).await;
        recorded(&quick).await;
        slow.click(SEND).await;
        slow.until_there("#meanwhile").await;
        let told = slow.text("section.meanwhile").await;
        assert!(told.contains(if lang == "fa" { "۵۲" } else { "52" }), "{told}");
        assert_eq!((slow.value("progress").await.as_str(), slow.value("note.fa").await.as_str()), ("55", "برآورد من"));
        // Having seen it, she says it all the same.
        slow.click(SEND).await;
        let event = event(&server, recorded(&slow).await).await;
        assert_eq!((&event["by"]["actor"], &event["data"]["progress"]), (&json!(others[0]), &json!(5_500)));
        slow.leave().await;
        quick.leave().await;
    }
}

#[tokio::test]
async fn a_claim_is_verified_by_an_inspector_who_had_no_part_in_it() {
    let _alone = ALONE.lock().await;
    let server = WORKING.server();
    for (lang, commission, milestone) in [("fa", "integrity", "INT-2.1"), ("en", "technology", "TEC-2.1")] {
        let Some(chair) = signed_in(&server, &format!("chair.{commission}"), lang).await else { return };
        chair.go(&in_language(&report_on(milestone), lang)).await;
        chair.run("for (const tick of document.querySelectorAll('main [name=steps]')) tick.checked = true").await;
        chair.click(SEND).await;
        recorded(&chair).await;
        chair.go(&in_language(&format!("/milestones/{milestone}"), lang)).await;
        chair.click("main a[href^='/act/milestoneClaimCompletion']").await;
        chair.fill("note.fa", "همهٔ گام‌ها انجام شد").await;
        chair.click(SEND).await;
        let claimed = event(&server, recorded(&chair).await).await;
        assert_eq!(claimed["type"], "milestone.completion_claimed");
        // Whoever claims is not offered the verdict.
        assert_eq!(chair.count("main a[href^='/act/milestoneVerifyCompletion']").await, 0);
        chair.leave().await;
        let Some(inspector) = signed_in(&server, "inspector", lang).await else { return };
        inspector.go(&in_language("/work", lang)).await;
        inspector.click(&format!("main a[href^='/act/milestoneVerifyCompletion?on={milestone}']")).await;
        previewed(&inspector).await;
        inspector.click(SEND).await;
        let verified = event(&server, recorded(&inspector).await).await;
        assert_eq!((&verified["type"], &verified["office"]), (&json!("milestone.completion_verified"), &json!("inspector")));
        inspector.leave().await;
    }
}

#[tokio::test]
async fn a_report_is_made_with_the_keyboard_alone() {
    let _alone = ALONE.lock().await;
    let server = WORKING.server();
    let Some(browser) = signed_in(&server, "member.technology", "fa").await else { return };
    browser.go("/work?lang=fa").await;
    // The first stop leads past the bar.
    browser.press(TAB).await;
    assert_eq!(browser.run("return document.activeElement.className").await, "skip");
    browser.press(ENTER).await;
    reach(&browser, &format!("a[href^='{}']", report_on("TEC-2.2"))).await;
    browser.press(ENTER).await;
    browser.until_there(SEND).await;
    reach(&browser, "[name=progress]").await;
    browser.press("۶۰").await;
    reach(&browser, SEND).await;
    browser.press(ENTER).await;
    let event = event(&server, recorded(&browser).await).await;
    assert_eq!(event["data"]["progress"], 6_000);
    browser.leave().await;
}

#[tokio::test]
async fn without_a_script_one_reads_and_reports() {
    let _alone = ALONE.lock().await;
    let server = WORKING.server();
    for (lang, actor, milestone) in REPORTED {
        let Some(mut browser) = signed_in(&server, actor, lang).await else { return };
        browser.provoke(422);
        browser.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        browser.go(&in_language(&format!("/milestones/{milestone}"), lang)).await;
        assert!(browser.text("h1").await.contains(milestone) || browser.text("main").await.contains(milestone));
        browser.click(&format!("main a[href^='{}']", report_on(milestone))).await;
        browser.fill("progress", "").await;
        browser.fill("note.fa", "بی‌اسکریپت").await;
        browser.click(SEND).await;
        browser.until_there("#progress-error").await;
        browser.fill("progress", "61").await;
        browser.click(SEND).await;
        let event = event(&server, recorded(&browser).await).await;
        assert_eq!((&event["data"]["progress"], &event["data"]["note"]["fa"]), (&json!(6_100), &json!("بی‌اسکریپت")));
        browser.leave().await;
    }
}

/// Goes on with Tab until it has the focus; where it is has to be seen.
async fn reach(browser: &Chromium, selector: &str) {
    for _ in 0..120 {
        browser.press(TAB).await;
        let there = browser.run(&format!("return document.activeElement.matches({})", json!(selector))).await;
        if there == true {
            let seen = browser.run("const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2").await;
            assert_eq!(seen, true, "the focus on {selector} is not seen");
            return;
        }
    }
    panic!("{selector} is not reached with Tab at {}", browser.place().await);
}

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
