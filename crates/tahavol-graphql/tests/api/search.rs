//! Searching the ledger and timelines over GraphQL: filters, pages from either end, the past, names that nobody has.

use serde_json::{Value, json};
use tahavol_domain::text::Lang;

use crate::support::{World, codes, evidence};

async fn reports(world: &World, days: &[&str]) {
    for (place, day) in days.iter().enumerate() {
        let report = json!({
            "milestone": "M-1", "progress": (place + 1) * 500, "effectiveOn": day, "evidence": [evidence()],
            "note": { "fa": format!("گزارش شمارهٔ {place}"), "en": format!("report number {place}") },
        });
        world.done("mem", "milestoneReportProgress", report).await;
    }
}

/// Types and total of the events that pass.
async fn found(world: &World, arguments: &str) -> (Vec<String>, u64) {
    let told = world.ask("aud", &format!("{{ ledger {{ events({arguments}) {{ totalCount totalIsExact nodes {{ type }} }} }} }}")).await;
    let page = &told["ledger"]["events"];
    assert_eq!(page["totalIsExact"], true, "{arguments}");
    (types(page), page["totalCount"].as_u64().unwrap())
}

fn types(page: &Value) -> Vec<String> {
    page["nodes"].as_array().unwrap().iter().map(|node| node["type"].as_str().unwrap().to_owned()).collect()
}

fn positions(page: &Value) -> Vec<u64> {
    page["nodes"].as_array().unwrap().iter().map(|node| node["position"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn filters_are_combined() {
    let world = World::programme().await;
    reports(&world, &["2025-05-01", "2025-05-20", "2025-06-01"]).await;
    let report = "milestone.progress_reported";
    assert_eq!(found(&world, "effectiveFrom: \"2025-05-01\", effectiveTo: \"1404/02/30\"").await, (vec![report.to_owned(); 2], 2));
    assert_eq!(found(&world, "actor: \"mem\", types: [\"milestone\", \"initiative.proposed\"]").await.1, 5);
    assert_eq!(found(&world, "actor: \"mem\", type: \"milestone\", effectiveFrom: \"2025-06-01\"").await.1, 1);
    assert_eq!(found(&world, "office: \"chair:technology\"").await.0, ["initiative.submitted"]);
    assert_eq!(found(&world, "commission: \"technology\", office: \"council\"").await.1, 4);
    assert_eq!(found(&world, "commission: \"training\"").await.1, 0);
    assert_eq!(found(&world, "text: \"شماره 1\"").await.1, 1);
    assert_eq!(found(&world, "text: \"REPORT number\"").await.1, 3);
    assert_eq!(found(&world, "imported: true").await.1, 0);
    let all = world.app.snapshot().position.unwrap() + 1;
    assert_eq!(found(&world, "imported: false").await.1, all);
    assert_eq!(found(&world, "recordedFrom: \"2025-06-01T05:00:00Z\", recordedTo: \"2025-06-01T07:00:00Z\"").await.1, all);
    assert_eq!(found(&world, "recordedFrom: \"2025-06-02T05:00:00Z\"").await.1, 0);
    let told = world.ask("aud", "{ ledger { event(position: 3) { commandId } } }").await;
    let command = found(&world, &format!("commandId: {}", told["ledger"]["event"]["commandId"])).await;
    assert_eq!(command.1, 1);
    assert_eq!(found(&world, "correlationId: \"0190163d-8694-739b-aea5-966c26f8ad91\"").await.1, 0);
}

#[tokio::test]
async fn pages_are_cut_from_either_end_and_in_either_order() {
    let world = World::programme().await;
    reports(&world, &["2025-05-01", "2025-05-02", "2025-05-03", "2025-05-04", "2025-05-05"]).await;
    let ask = async |arguments: String| {
        let query = format!(
            "{{ ledger {{ events(type: \"milestone.progress_reported\", {arguments}) {{ nodes {{ position }}
               pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}"
        );
        world.ask("aud", &query).await["ledger"]["events"].clone()
    };
    let all = positions(&ask("first: 10".to_owned()).await);
    assert_eq!(all.len(), 5);
    let newest = ask("first: 2, order: NEWEST_FIRST".to_owned()).await;
    assert_eq!(positions(&newest), [all[4], all[3]]);
    let then = ask(format!("first: 2, order: NEWEST_FIRST, after: {}", newest["pageInfo"]["endCursor"])).await;
    assert_eq!((positions(&then), &then["pageInfo"]["hasNextPage"]), (vec![all[2], all[1]], &json!(true)));
    let back = ask(format!("last: 2, order: NEWEST_FIRST, before: {}", then["pageInfo"]["startCursor"])).await;
    assert_eq!((positions(&back), &back["pageInfo"]["hasPreviousPage"]), (vec![all[4], all[3]], &json!(false)));
    let last = ask("last: 2".to_owned()).await;
    assert_eq!((positions(&last), &last["pageInfo"]["hasPreviousPage"]), (all[3..].to_vec(), &json!(true)));
    let before = ask(format!("last: 10, before: {}", last["pageInfo"]["startCursor"])).await;
    assert_eq!((positions(&before), &before["pageInfo"]["hasPreviousPage"]), (all[..3].to_vec(), &json!(false)));
    let between = ask(format!("first: 10, after: {}, before: {}", before["pageInfo"]["startCursor"], last["pageInfo"]["endCursor"])).await;
    assert_eq!(positions(&between), all[1..4]);
    let codes = async |arguments: &str| world.codes(&format!("{{ ledger {{ events({arguments}) {{ totalCount }} }} }}")).await;
    assert_eq!(codes("first: 1, last: 1").await, ["FIRST_AND_LAST"]);
    assert_eq!(codes("last: 101").await, ["LAST_OUT_OF_RANGE"]);
    assert_eq!(codes("before: \"xyz\"").await, ["CURSOR_INVALID"]);
}

#[tokio::test]
async fn a_name_that_nobody_has_is_refused_and_one_who_never_acted_leads_to_nothing() {
    let world = World::programme().await;
    for (arguments, code) in [
        ("actor: \"nobody\"", "UNKNOWN_ACTOR"),
        ("office: \"king\"", "OFFICE_INVALID"),
        ("office: \"chair:nobody\"", "UNKNOWN_COMMISSION"),
        ("office: \"reporter:IR-99\"", "UNKNOWN_PROVINCE"),
        ("commission: \"nobody\"", "UNKNOWN_COMMISSION"),
        ("types: [\"milestone\", \"nonsense\"]", "FILTER_INVALID"),
        ("effectiveFrom: \"2025-05-02\", effectiveTo: \"2025-05-01\"", "RANGE_REVERSED"),
        ("effectiveFrom: \"1399/12/31\"", "DATE_NO_SOLAR_HIJRI_DAY"),
        ("sourceFile: \"abc\"", "DIGEST_FORM"),
        ("text: \" \"", "TEXT_BLANK"),
    ] {
        assert_eq!(world.codes(&format!("{{ ledger {{ events({arguments}) {{ totalCount }} }} }}")).await, [code], "{arguments}");
    }
    // In office, named by the configuration, and the one who asks: none of them has recorded anything but the administrator.
    for (actor, events) in [("ins", 0), ("root", 1), ("aud", 0)] {
        assert_eq!(found(&world, &format!("actor: \"{actor}\"")).await.1, events, "{actor}");
    }
    let asks = world.execute("guest", Lang::En, "{ ledger { events(actor: \"guest\") { totalCount } } }", json!({})).await;
    assert!(codes(&asks).is_empty());
}

#[tokio::test]
async fn a_timeline_holds_what_belongs_to_a_life() {
    let world = World::programme().await;
    reports(&world, &["2025-05-01"]).await;
    let ask = async |arguments: &str| {
        let query = format!("{{ timeline({arguments}) {{ totalCount indexedTo nodes {{ type }} }} }}");
        world.ask("aud", &query).await["timeline"].clone()
    };
    let milestone = ask("milestone: \"M-1\"").await;
    assert_eq!(types(&milestone), ["milestone.planned", "initiative.approved", "milestone.progress_reported"]);
    assert_eq!((milestone["totalCount"].as_u64(), milestone["indexedTo"].as_u64()), (Some(3), world.app.snapshot().position));
    let newest = ask("milestone: \"M-1\", order: NEWEST_FIRST, first: 1").await;
    assert_eq!(types(&newest), ["milestone.progress_reported"]);
    assert_eq!(types(&ask("person: \"chair\"").await), ["commission.member_appointed", "initiative.submitted"]);
    let initiative = ask("initiative: \"I-1\", types: [\"milestone\"]").await;
    assert_eq!(types(&initiative), ["milestone.planned", "milestone.progress_reported"]);
    assert_eq!(types(&ask("station: \"۰۰۰۰۱\"").await), ["station.registered"]);
    assert_eq!(ask("commission: \"technology\"").await["totalCount"], 8);
    for (arguments, code) in [
        ("first: 1", "ONE_REQUIRED"),
        ("person: \"chair\", milestone: \"M-1\"", "ONE_REQUIRED"),
        ("person: \"nobody\"", "UNKNOWN_ACTOR"),
        ("milestone: \"M-9\"", "UNKNOWN_MILESTONE"),
        ("station: \"99999\"", "UNKNOWN_STATION"),
        ("indicator: \"none\"", "UNKNOWN_INDICATOR"),
    ] {
        assert_eq!(world.codes(&format!("{{ timeline({arguments}) {{ totalCount }} }}")).await, [code], "{arguments}");
    }
}

#[tokio::test]
async fn what_came_later_is_not_in_a_past_list() {
    let world = World::programme().await;
    let then = world.app.snapshot().position.unwrap();
    reports(&world, &["2025-05-01", "2025-05-02"]).await;
    let query = format!(
        "{{ ledger(asOf: {{ position: {then} }}) {{ events(actor: \"mem\", last: 1) {{ totalCount nodes {{ type }} }} }}
           timeline(milestone: \"M-1\", asOf: {{ position: {then} }}) {{ totalCount }}
           before: timeline(milestone: \"M-1\", asOf: {{ instant: \"2020-01-01T00:00:00Z\" }}) {{ totalCount nodes {{ type }} }} }}"
    );
    let told = world.ask("aud", &query).await;
    assert_eq!(told["ledger"]["events"], json!({ "totalCount": 2, "nodes": [{ "type": "milestone.planned" }] }));
    assert_eq!(told["timeline"]["totalCount"], 2);
    assert_eq!(told["before"], json!({ "totalCount": 0, "nodes": [] }));
}

#[tokio::test]
async fn an_event_says_what_happened_in_either_language() {
    let world = World::programme().await;
    let query = "{ ledger { events(type: \"initiative.approved\") { nodes { sentence fa: sentence(lang: FA) } } } }";
    let told = world.ask("aud", query).await;
    assert_eq!(
        told["ledger"]["events"]["nodes"],
        json!([{ "sentence": "Approved the initiative, resolution 12/3.", "fa": "اقدام را تصویب کرد، مصوبهٔ \u{2068}12/3\u{2069}." }])
    );
}
