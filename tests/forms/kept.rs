//! Nothing is chosen in somebody's place, what is needed is said before, and what was typed outlives the session.

use serde_json::Value;
use tahavol_tests::browser::{Answer, Browser};
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::{Form, field};

/// The list from which one of several is chosen.
fn select<'a>(page: &'a Answer, name: &str) -> &'a str {
    let rest = page.text.split(&format!("<select id=\"{name}\"")).nth(1).unwrap_or_else(|| panic!("{}", page.text));
    rest.split("</select>").next().unwrap_or_default()
}

async fn position(server: &Server) -> Value {
    server.ask("council", "{ meta { position } }", Value::Null).await["data"]["meta"]["position"].clone()
}

/// By which a list names what begins with these words.
fn named(page: &Answer, name: &str, words: &str) -> String {
    let options = select(page, name).split("<option value=\"").skip(1).filter_map(|option| option.split_once('"'));
    let found = options.filter(|(_, rest)| rest.split_once('>').is_some_and(|(_, told)| told.starts_with(words)));
    found.map(|(value, _)| value.to_owned()).next().unwrap_or_else(|| panic!("{words}: {}", select(page, name)))
}

#[tokio::test]
async fn a_delivery_is_recorded_of_the_milestone_that_is_named_and_of_no_other() {
    let server = Server::of(data::with_history());
    let mut form = Form::opened(&server, "reporter.IR-07", "/act/stationRecordDelivery?on=07002").await;
    let milestone = named(&form.browser.get("/act/stationRecordDelivery?on=07002").await, "milestone", "EQP-1.1 ");
    let path = format!("/act/stationRecordDelivery?on=07002&milestone={milestone}");
    let shown = form.browser.get(&path).await;
    assert!(select(&shown, "milestone").contains(&format!("<option value=\"{milestone}\" selected>")), "{}", select(&shown, "milestone"));
    let done = form.sent(&[("milestone", &milestone), ("effectiveOn", "1405/08/30")]).await;
    assert_eq!((done.status, done.location()), (303, "/stations/07002"), "{}", done.text);
    let again = form.browser.get(&path).await;
    assert!(again.text.contains("has been delivered at this station already"), "{}", again.text);
    assert!(again.text.contains("<a href=\"#milestone\">"), "it leads to the question: {}", again.text);
    let options = select(&again, "milestone");
    assert!(!options.contains(" selected") && !options.contains(&milestone), "{options}");
    assert!(options.split_once('>').is_some_and(|(_, rest)| rest.starts_with("<option value=\"\">")), "{options}");
    let station = form.browser.get("/stations/07002").await;
    assert!(station.text.contains("Recorded the delivery of EQP-1.1"), "{}", station.text);
    // Who names nothing chooses nothing.
    let mut open = None;
    for station in 3..60 {
        let path = format!("/act/stationRecordDelivery?on=07{station:03}");
        let page = form.browser.get(&path).await;
        if page.status == 200 && select(&page, "milestone").matches("<option").count() > 2 {
            open = Some((path, page));
            break;
        }
    }
    let (path, page) = open.expect("a station that several roll-outs have not reached");
    assert!(select(&page, "milestone").contains("<option value=\"\" selected>"), "{}", select(&page, "milestone"));
    let mut other = Form::opened(&server, "reporter.IR-07", &path).await;
    let before = position(&server).await;
    let nothing = other.sent(&[("milestone", "")]).await;
    assert_eq!(nothing.status, 422, "{}", nothing.text);
    assert_eq!(position(&server).await, before);
}

#[tokio::test]
async fn a_measurement_is_verified_only_after_it_was_chosen() {
    let server = Server::of(data::with_history());
    let read = server.ask("council", "{ indicators(first: 50) { nodes { code } } }", Value::Null).await;
    let codes = read["data"]["indicators"]["nodes"].as_array().unwrap_or_else(|| panic!("{read}"));
    let codes = codes.iter().filter_map(|node| node["code"].as_str());
    let mut seen = 0;
    for code in codes {
        let mut browser = Browser::of(&server);
        browser.sign_in("inspector", &data::password(&server.data, "inspector")).await;
        browser.get("/overview?lang=en").await;
        let path = format!("/act/indicatorVerifyMeasurement?on={code}");
        let shown = browser.get(&path).await;
        if shown.status != 200 || select(&shown, "measurement").matches("<option").count() < 3 {
            continue;
        }
        seen += 1;
        let options = select(&shown, "measurement");
        assert!(options.contains("<option value=\"\" selected>") && options.contains("files: "), "{options}");
        let empty = [("csrf", &*field(&shown, "csrf")), ("command", &*field(&shown, "command")), ("measurement", "")];
        assert_eq!(browser.post(&path, &empty).await.status, 422);
    }
    assert!(seen > 0, "the demonstration has measurements to verify");
}

#[tokio::test]
async fn what_was_typed_outlives_the_session_and_is_sent_after_signing_in_again() {
    let server = Server::of(data::with_history());
    let path = "/act/milestoneReportProgress?on=TEC-2.2";
    let mut form = Form::opened(&server, "member.technology", path).await;
    let before = position(&server).await;
    let typed = [("progress", "91"), ("note.fa", "نوشتهٔ <b>من</b>"), ("effectiveOn", "")];
    let csrf = form.csrf.clone();
    assert_eq!(form.browser.post("/sign-out", &[("csrf", &csrf)]).await.status, 303);
    let lost = form.sent(&typed).await;
    assert_eq!(lost.status, 403, "{}", lost.text);
    for kept in ["You are signed out", "value=\"91\"", "value=\"نوشتهٔ &lt;b&gt;من&lt;/b&gt;\"", "target=\"_blank\""] {
        assert!(lost.text.contains(kept), "{kept}: {}", lost.text);
    }
    // Going on too early leads here again.
    let (token, command) = (lost.csrf(), form.command.clone());
    let kept = [("csrf", token.as_str()), ("command", command.as_str())].into_iter().chain(typed).collect::<Vec<_>>();
    let early = form.browser.post(path, &kept).await;
    assert!(early.status == 403 && early.text.contains("value=\"91\""), "{} {}", early.status, early.text);
    form.browser.sign_in("member.technology", &data::password(&server.data, "member.technology")).await;
    let again = form.browser.post(path, &kept).await;
    assert_eq!(again.status, 200, "{}", again.text);
    assert!(again.text.contains("value=\"91\"") && again.text.contains("نوشتهٔ &lt;b&gt;من&lt;/b&gt;</textarea>"), "{}", again.text);
    assert!(again.text.contains("All that you typed is here"), "{}", again.text);
    assert_eq!((field(&again, "command"), position(&server).await), (form.command.clone(), before), "nothing came of it");
    form.csrf = field(&again, "csrf");
    assert_eq!(form.sent(&typed).await.status, 303);
}

#[tokio::test]
async fn a_form_without_its_token_is_only_shown_again_and_another_sites_is_not_even_read() {
    let server = Server::of(data::with_history());
    let path = "/act/milestoneReportProgress?on=TEC-2.2";
    let mut form = Form::opened(&server, "member.technology", path).await;
    let before = position(&server).await;
    let forged = form.browser.post(path, &[("csrf", "x"), ("command", &form.command), ("progress", "91")]).await;
    assert_eq!(forged.status, 403);
    assert!(forged.text.contains("value=\"91\"") && field(&forged, "csrf") == form.csrf, "{}", forged.text);
    let headers = [("origin", "https://evil.example")];
    let evil = form.browser.post_from(path, &[("csrf", "x"), ("progress", "91")], &headers).await;
    assert!(evil.status == 403 && !evil.text.contains("value=\"91\""), "{} {}", evil.status, evil.text);
    assert_eq!(position(&server).await, before);
}

#[tokio::test]
async fn of_two_answers_one_is_needed_and_the_form_says_so_before() {
    let server = Server::of(data::with_history());
    let mut form = Form::opened(&server, "member.equipment", "/act/milestoneReportProgress?on=EQP-1.1").await;
    let shown = form.browser.get("/act/milestoneReportProgress?on=EQP-1.1").await;
    assert_eq!(shown.text.matches("(one of these two is needed)").count(), 2, "{}", shown.text);
    let empty = form.sent(&[("note.fa", "")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.text.contains("<a href=\"#note\">Write a note or attach"), "{}", empty.text);
    assert_eq!(form.sent(&[("note.fa", "دوربین‌ها رسید")]).await.status, 303);
}
