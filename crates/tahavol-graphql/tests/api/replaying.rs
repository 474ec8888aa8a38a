//! Decisions on their basis, what a review froze, steps through events, and effects before they are decided.

use serde_json::{Value, json};
use tahavol_domain::calendar::Instant;
use tahavol_domain::text::Lang;

use crate::support::{World, milestone};

async fn reported(world: &World, progress: i32) -> u64 {
    let payload = world.done("mem", "milestoneReportProgress", json!({ "milestone": "M-1", "progress": progress })).await;
    position(&payload["position"])
}

fn position(value: &Value) -> u64 {
    value.to_string().trim_matches('"').parse().unwrap()
}

/// A later and heavier promise of `M-1`, waiting for the council; its proposal.
async fn rebaseline_proposed(world: &World) -> Value {
    let baseline = json!({ "weight": 300, "starts": "2025-04-01", "due": "2025-10-01", "measure": { "reported": true } });
    let input = json!({ "milestone": "M-1", "baseline": baseline, "reason": "پیمانکار عوض شد" });
    world.done("mem", "milestoneProposeRebaseline", input).await;
    world.ask("aud", "{ milestone(code: \"M-1\") { pendingRebaseline { proposal } } }").await["milestone"]["pendingRebaseline"]["proposal"]
        .clone()
}

async fn rebaselined(world: &World) -> u64 {
    let proposal = rebaseline_proposed(world).await;
    let input = json!({ "milestone": "M-1", "proposal": proposal, "resolution": "12/7" });
    position(&world.done("c1", "milestoneApproveRebaseline", input).await["position"])
}

#[tokio::test]
async fn a_decision_is_shown_with_what_it_answered_what_was_seen_and_what_came_out_since() {
    let world = World::programme().await;
    reported(&world, 2_000).await;
    let decided = rebaselined(&world).await;
    world.clock.set(Instant::parse("2025-06-11T06:00:00Z").unwrap());
    let late = json!({ "milestone": "M-1", "progress": 1000, "effectiveOn": "2025-05-20" });
    let late = position(&world.done("mem", "milestoneReportProgress", late).await["position"]);
    let answer = world
        .ask(
            "aud",
            &format!(
                "{{ decision(position: {decided}) {{
                     position resolution statusDate offices event {{ type by {{ actor }} reason }}
                     subject {{ kind title commission milestone {{ code baseline {{ weight }} }} }}
                     subjectAtBasis {{ milestone {{ baseline {{ weight }} standing {{ reported }} }} }}
                     answers {{ type position reason }}
                     progress {{ position statusDate reported }}
                     basis {{ position statusDate milestone(code: \"M-1\") {{ standing {{ reported }} }} progressMatrix {{ reported }} }}
                     since(first: 10) {{ totalCount edges {{ node {{ kind daysBefore position milestone {{ code }} event {{ type }} }} }} }}
                   }} }}"
            ),
        )
        .await;
    let decision = &answer["decision"];
    assert_eq!((&decision["resolution"], &decision["statusDate"]), (&json!("12/7"), &json!("2025-06-01")));
    assert_eq!(decision["offices"], json!(["council"]));
    assert_eq!((&decision["event"]["type"], &decision["event"]["by"]["actor"]), (&json!("milestone.rebaselined"), &json!("c1")));
    assert_eq!(decision["subject"]["kind"], "MILESTONE");
    assert_eq!(decision["subject"]["title"], "milestone M-1: \u{2068}مرحلهٔ نخست\u{2069}");
    assert_eq!(decision["subject"]["milestone"]["baseline"]["weight"], 300);
    assert_eq!(decision["subjectAtBasis"]["milestone"], json!({ "baseline": { "weight": 100 }, "standing": { "reported": 2000 } }));
    assert_eq!(decision["answers"]["type"], "milestone.rebaseline_proposed");
    assert_eq!(decision["answers"]["reason"], "پیمانکار عوض شد");
    assert_eq!(position(&decision["basis"]["position"]), decided - 1);
    assert_eq!((&decision["basis"]["statusDate"], &decision["progress"]["reported"]), (&json!("2025-06-01"), &json!(2000)));
    assert_eq!(decision["basis"]["milestone"]["standing"]["reported"], 2000);
    let since = &decision["since"];
    assert_eq!(since["totalCount"], 1);
    let node = &since["edges"][0]["node"];
    assert_eq!((&node["kind"], &node["daysBefore"], position(&node["position"])), (&json!("LATE"), &json!(12), late));
}

#[tokio::test]
async fn decisions_are_paged_newest_first_and_an_event_that_decides_nothing_is_refused() {
    let world = World::programme().await;
    let approved = world.app.snapshot().position.unwrap();
    let first = rebaselined(&world).await;
    let report = reported(&world, 3_000).await;
    let page = |after: &str| {
        let after = if after.is_empty() { String::new() } else { format!(", after: \"{after}\"") };
        format!(
            "{{ decisions(commission: \"technology\", first: 1{after}) {{ totalCount pageInfo {{ hasNextPage endCursor }}
               edges {{ node {{ position subject {{ kind }} }} }} }} }}"
        )
    };
    let newest = world.ask("aud", &page("")).await["decisions"].clone();
    assert_eq!((&newest["totalCount"], &newest["pageInfo"]["hasNextPage"]), (&json!(2), &json!(true)));
    assert_eq!(position(&newest["edges"][0]["node"]["position"]), first);
    let oldest = world.ask("aud", &page(newest["pageInfo"]["endCursor"].as_str().unwrap())).await["decisions"].clone();
    assert_eq!(position(&oldest["edges"][0]["node"]["position"]), approved);
    assert_eq!(oldest["pageInfo"]["hasNextPage"], false);
    let of_nothing = world.ask("aud", "{ decisions(commission: \"training\") { totalCount } }").await;
    assert_eq!(of_nothing["decisions"]["totalCount"], 0);

    for nothing in [0, report, report + 1_000] {
        assert_eq!(world.codes(&format!("{{ decision(position: {nothing}) {{ position }} }}")).await, ["DECISION_NONE"]);
    }
    let persian = world.execute("aud", Lang::Fa, "{ decision(position: 0) { position } }", json!({})).await;
    assert!(persian.errors[0].message.contains("تصمیمی نیست"), "{:?}", persian.errors);
    // As of before it, it was not there.
    let then = format!("{{ decision(position: {first}, asOf: {{ position: {approved} }}) {{ position }} }}");
    assert_eq!(world.codes(&then).await, ["DECISION_NONE"]);
}

#[tokio::test]
async fn what_a_review_froze_is_the_same_after_five_hundred_events() {
    let world = World::programme().await;
    let frozen = reported(&world, 2_000).await;
    reported(&world, 2_500).await;
    let review = json!({ "kind": "STOCK_TAKE", "title": { "fa": "ارزیابی خرداد" }, "position": frozen, "effectiveOn": "2025-06-01" });
    world.done("c1", "reviewHold", review).await;
    let page = "{ reviews(first: 1) { edges { node { frozenPosition frozen {
                    position recordedAt statusDate digest
                    progress { planned reported verified spi spiT forecastFinish confidence position statusDate }
                    progressMatrix(baseline: ORIGINAL) { horizon commission planned reported verified bac pv ev vv spiT }
                    attention { statusDate overdue { days } stale { days } gaps { gap } slippageDays }
                    milestone(code: \"M-1\") { phase baseline { weight due } standing { reported positions } }
                    document { version } } } } } }";
    let held = world.ask("aud", page).await;
    let seen = &held["reviews"]["edges"][0]["node"]["frozen"];
    assert_eq!((position(&seen["position"]), &seen["statusDate"]), (frozen, &json!("2025-06-01")));
    assert_eq!(seen["milestone"]["standing"]["reported"], 2000);
    assert_eq!(seen["digest"].as_str().unwrap().len(), 64);

    rebaselined(&world).await;
    for number in 0..500 {
        if number % 50 == 0 {
            let later = Instant::parse("2025-06-02T06:00:00Z").unwrap().plus_micros(i64::from(number) * 86_400_000_000 / 10);
            world.clock.set(later);
        }
        reported(&world, 2_500 + number * 10).await;
    }
    assert!(world.app.snapshot().position.unwrap() > frozen + 500);
    assert_eq!(world.ask("aud", page).await, held);
}

#[tokio::test]
async fn a_step_has_the_state_before_and_after_and_its_neighbours() {
    let world = World::programme().await;
    let first = reported(&world, 1_000).await;
    world.done("rep", "stationRecordNetwork", json!({ "station": "00002" })).await;
    let second = reported(&world, 2_500).await;
    let step = |arguments: &str| {
        format!(
            "{{ step({arguments}) {{ event {{ position type stream }} before {{ key label value }} after {{ key value }}
               changed {{ key label before after }} previous next }} }}"
        )
    };
    let found = world.ask("aud", &step(&format!("position: {second}, actor: \"mem\""))).await["step"].clone();
    assert_eq!((position(&found["event"]["position"]), position(&found["previous"])), (second, first));
    assert_eq!(found["next"], Value::Null);
    let changed = json!({ "key": "reported", "label": "Reported", "before": "10.00%", "after": "25.00%" });
    assert!(found["changed"].as_array().unwrap().contains(&changed), "{found}");
    let stream = found["event"]["stream"].as_str().unwrap();
    let back = world.ask("aud", &step(&format!("position: {}, stream: \"{stream}\", direction: BACKWARD", second - 1))).await;
    assert_eq!((position(&back["step"]["event"]["position"]), position(&back["step"]["next"])), (first, second));
    let from_the_start = world.ask("aud", &step("direction: FORWARD")).await["step"].clone();
    assert_eq!((position(&from_the_start["event"]["position"]), &from_the_start["before"]), (0, &json!([])));
    assert_eq!(world.ask("aud", &step("actor: \"mem\", asOf: { position: 0 }")).await["step"], Value::Null);
    assert_eq!(world.codes(&step("actor: \"nobody\"")).await, ["UNKNOWN_ACTOR"]);
    assert_eq!(world.codes(&step("position: 99999")).await, ["POSITION_NOT_REACHED"]);
    assert_eq!(world.codes(&step("stream: \"nowhere\"")).await, ["FILTER_INVALID"]);
    assert_eq!(world.codes(&step(&format!("stream: \"{stream}\", actor: \"mem\""))).await, ["AT_MOST_ONE"]);
}

#[tokio::test]
async fn the_effect_of_a_rebaseline_is_shown_before_it_is_decided_and_both_series_stay() {
    let world = World::programme().await;
    reported(&world, 2_000).await;
    assert_eq!(world.codes("{ effect(milestone: \"M-1\") { cells } }").await, ["EFFECT_NOTHING_PROPOSED"]);
    let proposal = rebaseline_proposed(&world).await;
    let figures = "planned reported verified spi spiT forecastFinish bac";
    let effect = format!(
        "{{ decision position asked {{ by {{ actor }} reason }} promiseBefore {{ weight }} promiseAfter {{ weight due }} cells
           current: moves original: moves(baseline: ORIGINAL)
           moved {{ baseline horizon commission before {{ {figures} }} after {{ {figures} position }} }} }}"
    );
    let asked = format!("{{ effect(milestone: \"M-1\") {effect} milestone(code: \"M-1\") {{ pendingRebaseline {{ effect {effect} }} }} }}");
    let shown = world.ask("aud", &asked).await;
    let found = &shown["effect"];
    assert_eq!(&shown["milestone"]["pendingRebaseline"]["effect"], found);
    assert_eq!((&found["decision"], &found["asked"]["by"]["actor"]), (&json!("REBASELINE"), &json!("mem")));
    assert_eq!((&found["promiseBefore"]["weight"], &found["promiseAfter"]["weight"]), (&json!(100), &json!(300)));
    assert_eq!((&found["current"], &found["original"]), (&json!(true), &json!(false)));
    let moved = found["moved"].as_array().unwrap();
    assert!(moved.iter().all(|cell| cell["baseline"] == "CURRENT"));
    let all = moved.iter().find(|cell| cell["horizon"].is_null() && cell["commission"].is_null()).unwrap();
    assert_eq!(all["after"]["position"], found["position"]);

    let series = format!("{{ current: progress {{ {figures} }} original: progress(baseline: ORIGINAL) {{ {figures} }} }}");
    let before = world.ask("aud", &series).await;
    world.done("c1", "milestoneApproveRebaseline", json!({ "milestone": "M-1", "proposal": proposal, "resolution": "12/7" })).await;
    let after = world.ask("aud", &series).await;
    assert_eq!(after["original"], before["original"]);
    let mut came = all["after"].clone();
    came.as_object_mut().unwrap().remove("position");
    assert_eq!((&before["current"], &after["current"]), (&all["before"], &came));
}

#[tokio::test]
async fn effects_of_an_admission_an_approval_and_a_document_can_be_asked_for() {
    let world = World::programme().await;
    world.done("mem", "milestonePlan", milestone("M-2", json!({ "binary": true }))).await;
    let waiting = world.ask("aud", "{ milestone(code: \"M-2\") { admissionEffect { decision moved { after { milestones } } } } }").await;
    assert_eq!(waiting["milestone"]["admissionEffect"]["decision"], "ADMISSION");
    let counting = world.ask("aud", "{ milestone(code: \"M-1\") { admissionEffect { decision } } }").await;
    assert_eq!(counting["milestone"]["admissionEffect"], Value::Null);

    let proposal = json!({ "code": "I-2", "commission": "technology", "horizon": "SHORT", "title": { "fa": "اقدام دوم" } });
    world.done("mem", "initiativePropose", proposal).await;
    let mut plan = milestone("M-3", json!({ "binary": true }));
    plan["initiative"] = json!("I-2");
    world.done("mem", "milestonePlan", plan).await;
    let shown = world
        .ask("aud", "{ effect(initiative: \"I-2\") { decision initiative { code } moved(baseline: CURRENT) { before { milestones } after { milestones } } } }")
        .await;
    assert_eq!((&shown["effect"]["decision"], &shown["effect"]["initiative"]["code"]), (&json!("APPROVAL"), &json!("I-2")));
    let moved = shown["effect"]["moved"].as_array().unwrap();
    assert!(moved.iter().any(|cell| cell["before"]["milestones"] == 1 && cell["after"]["milestones"] == 2), "{shown}");
    let approved = world.ask("aud", "{ initiative(code: \"I-1\") { approvalEffect { decision } } }").await;
    assert_eq!(approved["initiative"]["approvalEffect"], Value::Null);

    let document = world.ask("aud", "{ effect(document: true) { decision documentInForce documentNext asked { position } cells } }").await;
    assert_eq!((&document["effect"]["documentInForce"], &document["effect"]["documentNext"]), (&Value::Null, &json!(1)));
    for several in ["", "(document: false)", "(document: true, milestone: \"M-1\")", "(milestone: \"M-1\", initiative: \"I-1\")"] {
        let codes = world.codes(&format!("{{ effect{several} {{ cells }} }}")).await;
        assert_eq!(codes, ["ONE_REQUIRED"], "{several}");
    }
    assert_eq!(world.codes("{ effect(milestone: \"M-9\") { cells } }").await, ["UNKNOWN_MILESTONE"]);
    assert_eq!(world.codes("{ effect(milestone: \"M-2\", decision: REBASELINE) { cells } }").await, ["EFFECT_NOTHING_PROPOSED"]);
}
