//! What is typed wrong, unknown or not permitted is refused with a code, a field and a message in the caller's language.

use async_graphql::Request;
use serde_json::{Value, json};
use tahavol_domain::text::Lang;

use crate::support::{World, codes, milestone};

async fn message(world: &World, lang: Lang, input: Value) -> (String, String, String) {
    let payload = world.command("mem", lang, "milestoneReportProgress", input).await;
    let error = &payload["errors"][0];
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (text("code"), text("field"), text("message"))
}

#[tokio::test]
async fn a_day_that_its_year_does_not_have_is_refused_in_both_languages() {
    let world = World::programme().await;
    let report = |day: &str| json!({ "milestone": "M-1", "progress": 100, "effectiveOn": day });
    let persian = message(&world, Lang::Fa, report("۱۴۰۴/۱۲/۳۰")).await;
    assert_eq!((persian.0.as_str(), persian.1.as_str()), ("DATE_NO_SOLAR_HIJRI_DAY", "effectiveOn"));
    assert!(persian.2.contains("تقویم هجری شمسی"), "{}", persian.2);
    let english = message(&world, Lang::En, report("1399/12/31")).await;
    assert_eq!(english.2, "There is no day 1399/12/31 in the Solar Hijri calendar.");
    let gregorian = message(&world, Lang::En, report("2023-02-30")).await;
    assert_eq!((gregorian.0.as_str(), gregorian.1.as_str()), ("DATE_NO_GREGORIAN_DAY", "effectiveOn"));
    assert_eq!(message(&world, Lang::En, report("tomorrow")).await.0, "DATE_FORM");
    assert_eq!(message(&world, Lang::En, report("2025-06-02")).await.0, "EFFECTIVE_IN_FUTURE");
}

#[tokio::test]
async fn a_query_with_a_bad_day_says_so_in_the_callers_language() {
    let world = World::programme().await;
    let response = world.execute("aud", Lang::Fa, "{ progress(statusDate: \"1399/12/31\") { planned } }", json!({})).await;
    assert_eq!(codes(&response), ["DATE_NO_SOLAR_HIJRI_DAY"]);
    assert!(response.errors[0].message.contains("وجود ندارد"), "{}", response.errors[0].message);
    let field = response.errors[0].extensions.as_ref().unwrap().get("field").cloned().unwrap();
    assert_eq!(field.into_json().unwrap(), "statusDate");
}

#[tokio::test]
async fn the_same_day_is_read_from_both_calendars_and_all_digits() {
    let world = World::programme().await;
    for day in ["2025-05-20", "1404/02/30", "۱۴۰۴/۰۲/۳۰", "١٤٠٤/٠٢/٣٠", "1404-2-30"] {
        let told = world.ask("aud", &format!("{{ progress(statusDate: \"{day}\") {{ statusDate }} }}")).await;
        assert_eq!(told["progress"]["statusDate"], "2025-05-20", "{day}");
    }
}

#[tokio::test]
async fn bad_input_names_its_rule_and_its_field() {
    let world = World::programme().await;
    let field = |code: &str, field: &str| (code.to_owned(), Some(field.to_owned()));
    let report = |milestone: &str, progress: i32| json!({ "milestone": milestone, "progress": progress });
    assert_eq!(world.refused("mem", "milestoneReportProgress", report("M-9", 100)).await, field("UNKNOWN_MILESTONE", "milestone"));
    assert_eq!(world.refused("mem", "milestoneReportProgress", report("M-1", 10_100)).await, field("PROGRESS_RANGE", "progress"));
    assert_eq!(world.refused("mem", "milestoneReportProgress", report("M-1", -1)).await, field("PROGRESS_RANGE", "progress"));
    assert_eq!(world.refused("mem", "initiativeSubmit", json!({ "initiative": "I-9" })).await, field("UNKNOWN_INITIATIVE", "initiative"));
    let nobody = json!({ "person": { "actor": "x", "name": "x" }, "office": "king" });
    assert_eq!(world.refused("c1", "officialAppoint", nobody).await, field("OFFICE_INVALID", "office"));
    assert_eq!(world.refused("rep", "stationClose", json!({ "station": "99999", "reason": "x" })).await.0, "UNKNOWN_STATION");
    let id = json!({ "commandId": "not-a-uuid", "milestone": "M-1", "progress": 100 });
    assert_eq!(world.refused("mem", "milestoneReportProgress", id).await, field("UUID_FORM", "commandId"));
    let missing = json!({ "digest": "ab".repeat(32), "mediaType": "application/pdf", "size": 1, "title": "x" });
    let without_file = json!({ "milestone": "M-1", "progress": 100, "evidence": [missing] });
    assert_eq!(world.refused("mem", "milestoneReportProgress", without_file).await.0, "EVIDENCE_MISSING");
    let digest = json!({ "digest": "AB", "mediaType": "application/pdf", "size": 1, "title": "x" });
    let bad_digest = json!({ "milestone": "M-1", "progress": 100, "evidence": [digest] });
    assert_eq!(world.refused("mem", "milestoneReportProgress", bad_digest).await, field("DIGEST_FORM", "evidence.digest"));
    let weight = {
        let mut plan = milestone("M-3", json!({ "binary": true }));
        plan["baseline"]["weight"] = json!(-5);
        plan
    };
    assert_eq!(world.refused("mem", "milestonePlan", weight).await, field("WEIGHT_RANGE", "weight"));
    world.done("c1", "commissionEstablish", json!({ "slug": "training", "title": { "fa": "آموزش" }, "remit": { "fa": "آموزش" } })).await;
    let foreign = json!({ "code": "I-2", "commission": "training", "horizon": "SHORT", "title": { "fa": "آموزش" } });
    assert_eq!(world.refused("mem", "initiativePropose", foreign).await.0, "NOT_PERMITTED");
    assert_eq!(world.refused("aud", "milestoneBlock", json!({ "milestone": "M-1", "reason": "x" })).await.0, "NOT_PERMITTED");
}

#[tokio::test]
async fn nobody_reads_or_writes_without_saying_who_he_is() {
    let world = World::programme().await;
    for query in [
        "{ meta { position } }",
        "{ ledger { head } }",
        "{ viewer { today } }",
        "mutation { milestoneBlock(input: { milestone: \"M-1\" }) { position } }",
    ] {
        let response = world.schema.execute(Request::new(query).data(Lang::En)).await;
        assert_eq!(codes(&response), ["UNAUTHENTICATED"], "{query}");
    }
    let response = world.schema.execute(Request::new("{ __schema { queryType { name } } }")).await;
    assert!(response.errors.is_empty());
}

#[tokio::test]
async fn arabic_and_persian_keyboards_find_the_same_station() {
    let world = World::programme().await;
    for search in ["کلانتری ۱۲", "كلانتري ١٢", "كلانتري 12"] {
        let told = world.ask("aud", &format!("{{ stations(search: \"{search}\") {{ nodes {{ code }} }} }}")).await;
        assert_eq!(told["stations"]["nodes"], json!([{ "code": "00002" }]), "{search}");
    }
}
