//! A milestone from its plan to its verification, seen as its people see it.

use serde_json::{Value, json};
use tahavol_domain::calendar::Instant;
use tahavol_domain::text::Lang;

use crate::support::{World, evidence, milestone};

#[tokio::test]
async fn a_milestone_is_reported_claimed_and_verified_and_its_progress_follows() {
    let world = World::programme().await;
    let reported = world
        .done(
            "mem",
            "milestoneReportProgress",
            json!({ "milestone": "M-1", "progress": 5000, "effectiveOn": "2025-05-20", "evidence": [evidence()] }),
        )
        .await;
    let position = reported["position"].as_u64().unwrap();
    let progress = world
        .ask(
            "aud",
            &format!(
                "{{ progress(commission: \"technology\", statusDate: \"۱۴۰۴/۰۲/۳۰\", minPosition: {position}) {{
                     position statusDate planned reported verified coverage bac pv ev vv spi es spiT svT at pd forecastFinish forecastReason
                     confidence milestones contributions {{ milestone {{ code }} weight planned reported verified events {{ type position }} }} }} }}"
            ),
        )
        .await;
    let progress = &progress["progress"];
    assert_eq!(progress["statusDate"], "2025-05-20");
    // 50 of 100 days are planned by then, and 50 percent is reported.
    assert_eq!((&progress["planned"], &progress["reported"], &progress["verified"]), (&json!(5000), &json!(5000), &json!(0)));
    assert_eq!((&progress["bac"], &progress["pv"], &progress["ev"]), (&json!("1000000"), &json!("500000"), &json!("500000")));
    assert_eq!((&progress["spi"], &progress["spiT"], &progress["svT"]), (&json!("1.0000"), &json!("1.0000"), &json!("0.0000")));
    assert_eq!((&progress["at"], &progress["pd"]), (&json!(50), &json!(100)));
    assert_eq!(progress["confidence"], "GREEN");
    assert_eq!(progress["forecastFinish"], "2025-07-09");
    let events = &progress["contributions"][0]["events"];
    assert_eq!(events, &json!([{ "type": "milestone.progress_reported", "position": position }]));

    let claimed = world.done("mem", "milestoneClaimCompletion", json!({ "milestone": "M-1", "evidence": [evidence()] })).await;
    let claim = claimed["events"][0]["uuid"].clone();
    let own = world.refused("mem", "milestoneVerifyCompletion", json!({ "milestone": "M-1", "claim": claim })).await;
    assert_eq!(own.0, "NOT_PERMITTED");
    world.done("ins", "milestoneVerifyCompletion", json!({ "milestone": "M-1", "claim": claim })).await;
    let seen = world
        .ask(
            "aud",
            "{ milestone(code: \"M-1\") { phase standing { reported verified claimed } claims { verdict evidence { title digest } }
               history(first: 100) { totalCount edges { cursor node { type by { actor } office latenessDays } } } } }",
        )
        .await;
    let seen = &seen["milestone"];
    assert_eq!(seen["phase"], "VERIFIED");
    assert_eq!(seen["standing"], json!({ "reported": 10000, "verified": 10000, "claimed": true }));
    assert_eq!(seen["claims"][0]["verdict"], "VERIFIED");
    let history = seen["history"]["edges"].as_array().unwrap();
    let types: Vec<&str> = history.iter().map(|edge| edge["node"]["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        ["milestone.planned", "milestone.progress_reported", "milestone.completion_claimed", "milestone.completion_verified"]
    );
    assert_eq!(seen["history"]["totalCount"], 4);
    assert_eq!(history[1]["node"]["latenessDays"], 12);
    assert_eq!(history[1]["node"]["office"], "member:technology");
}

#[tokio::test]
async fn everything_below_as_of_sees_the_picture_of_then() {
    let world = World::programme().await;
    let before = world.app.snapshot().position.unwrap();
    let then = world.clock.now();
    world.clock.set(Instant::parse("2025-06-10T06:00:00Z").unwrap());
    world.done("mem", "milestoneReportProgress", json!({ "milestone": "M-1", "progress": 6000 })).await;
    let told = world
        .ask(
            "aud",
            &format!(
                "{{ now: milestone(code: \"M-1\") {{ standing {{ reported }} history {{ totalCount }} }}
                    position: milestone(code: \"M-1\", asOf: {{ position: {before} }}) {{ standing {{ statusDate reported }} history {{ totalCount }} }}
                    instant: progress(asOf: {{ instant: \"{then}\" }}) {{ position statusDate reported meta {{ position }} }}
                    ledger(asOf: {{ position: {before} }}) {{ head events(first: 1) {{ totalCount }} event(position: {}) {{ type }} }} }}",
                before + 1
            ),
        )
        .await;
    assert_eq!(told["now"], json!({ "standing": { "reported": 6000 }, "history": { "totalCount": 2 } }));
    assert_eq!(told["position"], json!({ "standing": { "statusDate": "2025-06-01", "reported": null }, "history": { "totalCount": 1 } }));
    assert_eq!(told["instant"]["position"], before);
    assert_eq!(told["instant"]["statusDate"], "2025-06-01");
    assert_eq!(told["ledger"], json!({ "head": before, "events": { "totalCount": before + 1 }, "event": null }));
    let far = world.codes("{ meta(asOf: { position: 100000 }) { position } }").await;
    assert_eq!(far, ["POSITION_NOT_REACHED"]);
}

#[tokio::test]
async fn the_same_command_again_is_answered_and_another_under_its_id_is_refused() {
    let world = World::programme().await;
    let id = "0190163d-8694-739b-aea5-966c26f8ad91";
    let risk =
        |likelihood: u8| json!({ "commandId": id, "initiative": "I-1", "title": { "fa": "خطر" }, "likelihood": likelihood, "impact": 2 });
    let first = world.done("mem", "initiativeRaiseRisk", risk(3)).await;
    let again = world.done("mem", "initiativeRaiseRisk", risk(3)).await;
    assert_eq!(first["events"], again["events"]);
    assert_eq!((&first["replayed"], &again["replayed"]), (&json!(false), &json!(true)));
    assert_eq!(world.refused("mem", "initiativeRaiseRisk", risk(4)).await, ("COMMAND_ID_REUSED".to_owned(), Some("commandId".to_owned())));
    assert_eq!(world.ask("aud", "{ risks { totalCount nodes { likelihood initiative { code } } } }").await["risks"]["totalCount"], 1);
}

#[tokio::test]
async fn a_stale_write_is_a_conflict_that_tells_what_happened_meanwhile() {
    let world = World::programme().await;
    let report = json!({ "milestone": "M-1", "progress": 1000 });
    let revision = world.done("mem", "milestoneReportProgress", report).await["revision"].clone();
    world.done("chair", "milestoneBlock", json!({ "milestone": "M-1", "reason": "no cable" })).await;
    let stale = json!({ "milestone": "M-1", "progress": 2000, "expectedRevision": revision });
    let payload = world.command("mem", Lang::Fa, "milestoneReportProgress", stale).await;
    assert_eq!(payload["errors"][0]["code"], "CONFLICT");
    assert_eq!(payload["conflict"]["expected"], revision);
    assert_eq!(payload["conflict"]["actual"], json!(revision.as_u64().unwrap() + 1));
    assert_eq!(payload["conflict"]["events"], json!([{ "type": "milestone.blocked", "by": { "actor": "chair" } }]));
    assert!(payload["errors"][0]["message"].as_str().unwrap().contains("رویدادهای تازه"));
}

#[tokio::test]
async fn what_is_already_so_records_nothing() {
    let world = World::programme().await;
    let network = || json!({ "station": "00001" });
    let payload = world.done("rep", "stationRecordNetwork", network()).await;
    assert_eq!((&payload["alreadySo"], &payload["position"]), (&json!(true), &Value::Null));
}

#[tokio::test]
async fn the_matrix_has_every_cell_and_every_total_and_agrees_with_progress() {
    let world = World::programme().await;
    world.done("mem", "milestoneReportProgress", json!({ "milestone": "M-1", "progress": 2500, "effectiveOn": "2025-05-20" })).await;
    let fields = "horizon commission planned reported verified spiT confidence milestones forecastReason";
    let query = format!(
        "{{ progressMatrix {{ {fields} }} one: progress(horizon: SHORT, commission: \"technology\") {{ {fields} }} all: progress {{ {fields} meta {{ position }} }} }}"
    );
    let told = world.ask("aud", &query).await;
    let cells = told["progressMatrix"].as_array().unwrap();
    // One commission is established: three cells, three horizons, one commission, all.
    let find = |horizon: Value, commission: Value| {
        cells.iter().find(|cell| cell["horizon"] == horizon && cell["commission"] == commission).unwrap()
    };
    assert_eq!(find(json!("SHORT"), json!("technology")), &told["one"]);
    assert_eq!(find(Value::Null, Value::Null)["reported"], told["all"]["reported"]);
    assert_eq!(find(json!("LONG"), Value::Null)["forecastReason"], "NO_MILESTONES");
}

#[tokio::test]
async fn a_plain_selection_and_one_with_fragments_tell_the_same() {
    let world = World::programme().await;
    let fields =
        "position statusDate baseline horizon commission planned reported verified coverage bac pv ev vv spi es spiT svT at pd starts due
        forecastFinish forecastReason completedOn slippageDays confidence cancelledWeight milestones __typename";
    let told = world
        .ask("aud", &format!("{{ plain: progress {{ {fields} }} fragment: progress {{ ...f }} }} fragment f on Progress {{ {fields} }}"))
        .await;
    assert_eq!(told["plain"], told["fragment"]);
    assert_eq!(told["plain"]["__typename"], "Progress");
    assert!(told["plain"].as_object().unwrap().len() > 25);
}

#[tokio::test]
async fn series_and_attention_tell_of_months_and_of_what_is_late() {
    let world = World::programme().await;
    world.clock.set(Instant::parse("2025-08-01T06:00:00Z").unwrap());
    let told = world
        .ask(
            "aud",
            "{ progressSeries(step: PERSIAN_MONTH) { starts ends planned reported }
               attention { overdue { milestone { code } due days } stale { milestone { code } days } gaps { gap } slippageDays } }",
        )
        .await;
    assert_eq!(told["progressSeries"][0]["starts"], "2025-03-21");
    assert_eq!(told["progressSeries"].as_array().unwrap().len(), 5);
    assert_eq!(told["attention"]["overdue"], json!([{ "milestone": { "code": "M-1" }, "due": "2025-07-09", "days": 23 }]));
    let overdue = world.ask("aud", "{ milestones(overdue: true) { totalCount } other: milestones(overdue: false) { totalCount } }").await;
    assert_eq!(overdue, json!({ "milestones": { "totalCount": 1 }, "other": { "totalCount": 0 } }));
}

#[tokio::test]
async fn a_roll_out_covers_stations_and_an_indicator_has_a_national_value() {
    let world = World::programme().await;
    world.done("mem", "milestonePlan", milestone("M-2", json!({ "rollout": { "scope": "ALL", "weighByVisits": true } }))).await;
    world.done("c1", "milestoneAdmit", json!({ "milestone": "M-2", "resolution": "4" })).await;
    world.done("rep", "stationRecordDelivery", json!({ "station": "۰۰۰۰۱", "milestone": "M-2", "effectiveOn": "2025-05-01" })).await;
    let indicator = json!({
        "code": "satisfaction", "commission": "technology", "aggregation": "RATIO",
        "meaning": { "title": { "fa": "رضایت" }, "unit": "%", "direction": "INCREASE", "baseline": { "value": "60", "on": "1403/01/01" } },
    });
    world.done("mem", "indicatorDefine", indicator).await;
    world.done("c1", "indicatorSetTarget", json!({ "indicator": "satisfaction", "horizon": "SHORT", "value": "۸۰" })).await;
    let measurement = json!({
        "indicator": "satisfaction", "scope": { "province": "IR-23" }, "period": { "text": "1403" },
        "value": { "ratio": { "numerator": "3", "denominator": "4" } },
    });
    world.done("mem", "indicatorRecordMeasurement", measurement).await;
    let told = world
        .ask(
            "aud",
            "{ network: coverage { stations covered counted weighted }
               rollout: coverage(milestone: \"M-2\") { stations covered counted weighted coveredVisits }
               before: coverage(milestone: \"M-2\", statusDate: \"2025-04-01\") { covered }
               provinces { code coverage { stations covered visits } stations { totalCount } }
               station(code: \"00001\") { deliveries { milestone { code } deliveredOn } province { name { fa } } }
               milestone(code: \"M-2\") { standing { reported } baseline { measure { kind rollout { weighedByVisits count visits } } } deliveries { totalCount } }
               indicator(code: \"satisfaction\") { nationalValue { value origin day } targets { horizon value } quality { missing }
                 achievements { capped } measurements { nodes { scope scopeCode period { start end } value { numerator denominator } standing } } } }",
        )
        .await;
    assert_eq!(told["network"], json!({ "stations": 2, "covered": 1, "counted": 5000, "weighted": 5000 }));
    assert_eq!(told["rollout"], json!({ "stations": 2, "covered": 1, "counted": 5000, "weighted": 5000, "coveredVisits": 1000 }));
    assert_eq!(told["before"], json!({ "covered": 0 }));
    assert_eq!(
        told["provinces"],
        json!([{ "code": "IR-23", "coverage": { "stations": 2, "covered": 1, "visits": 2000 }, "stations": { "totalCount": 2 } }])
    );
    assert_eq!(told["milestone"]["standing"]["reported"], 5000);
    assert_eq!(told["indicator"]["nationalValue"], json!({ "value": "75.000000", "origin": "AGGREGATED", "day": "2025-03-20" }));
    assert_eq!(told["indicator"]["achievements"], json!([{ "capped": "0.7500" }]));
    assert_eq!(told["indicator"]["quality"]["missing"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn a_review_freezes_a_position_and_its_actions_stay_open_until_closed_with_evidence() {
    let world = World::programme().await;
    let frozen = world.app.snapshot().position.unwrap();
    let review = json!({
        "kind": "STOCK_TAKE", "title": { "fa": "خرداد" }, "strengths": [{ "fa": "همکاری" }],
        "actions": [{ "title": { "fa": "کابل" }, "owner": "mem", "due": "2025-07-01" }],
    });
    world.done("c1", "reviewHold", review).await;
    let told =
        world.ask("aud", "{ reviews { nodes { uuid frozenPosition held { by { actor } } actions(open: true) { uuid owner } } } }").await;
    let review = &told["reviews"]["nodes"][0];
    assert_eq!(review["frozenPosition"], frozen);
    let closing =
        json!({ "review": review["uuid"], "action": review["actions"][0]["uuid"], "outcome": { "fa": "شد" }, "evidence": [evidence()] });
    world.done("c1", "reviewActionClose", closing).await;
    let after = world.ask("aud", "{ reviews { nodes { open: actions(open: true) { uuid } actions(open: false) { outcome { fa } evidence { mediaType } } } } evidence { nodes { digest referredBy } } }").await;
    assert_eq!(after["reviews"]["nodes"][0]["open"], json!([]));
    assert_eq!(after["evidence"]["nodes"][0]["referredBy"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_programme_its_council_and_its_people_are_told() {
    let world = World::programme().await;
    let told = world
        .ask(
            "c1",
            "{ programme { title { fa en text(lang: EN) } timeZone chartered { office position } council { members { person { actor } } } horizons { horizon starts } }
               viewer { person { actor } offices today } commission(slug: \"technology\") { members { role person { actor } } initiatives { totalCount } }
               officials(office: \"chair:technology\") { nodes { person { actor } offices tenures { office released { at } } } }
               meta { position logSize lag { events millis } simulation { shiftMonths } } }",
        )
        .await;
    assert_eq!(told["programme"]["title"], json!({ "fa": "برنامه تحول", "en": "The transformation", "text": "The transformation" }));
    assert_eq!(told["programme"]["council"]["members"], json!([{ "person": { "actor": "c1" } }, { "person": { "actor": "c2" } }]));
    assert_eq!(told["viewer"], json!({ "person": { "actor": "c1" }, "offices": ["council"], "today": "2025-06-01" }));
    assert_eq!(told["commission"]["members"][0], json!({ "role": "CHAIR", "person": { "actor": "chair" } }));
    assert_eq!(told["officials"]["nodes"][0]["offices"], json!(["chair:technology"]));
    assert_eq!(told["meta"]["lag"], json!({ "events": 0, "millis": 0 }));
    assert_eq!(told["meta"]["logSize"], json!(told["meta"]["position"].as_u64().unwrap() + 1));
    let response = world.execute("c1", Lang::Fa, "{ meta { position } }", json!({})).await;
    let extension = serde_json::to_value(&response).unwrap()["extensions"]["tahavol"].clone();
    assert_eq!(extension["position"], told["meta"]["position"]);
    assert_eq!(extension["lag"], json!({ "events": 0, "millis": 0 }));
}
