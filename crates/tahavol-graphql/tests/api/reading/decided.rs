//! What commands find, and what becomes of drafts: today's offices and today's decisions, for the past, the present and subscribers.

use tahavol_domain::calendar::Instant;

use super::*;

#[tokio::test]
async fn a_command_finds_only_what_its_caller_is_shown() {
    let told = Told::of_two_commissions().await;
    let snapshot = told.app.snapshot();
    let logged = told.head();
    let uuids = [uuid(&snapshot, "I-2"), uuid(&snapshot, "M-3")];
    let nodes = [node_id("initiative", &uuids[0]), node_id("milestone", &uuids[1])];
    for actor in ["tmem", "rep", "root", "stranger"] {
        for (initiative, milestone) in [("I-2", "M-3"), (&uuids[0], &uuids[1]), (&nodes[0], &nodes[1])] {
            for (name, input) in [
                ("initiativeSubmit", json!({ "initiative": initiative, "expectedRevision": 0 })),
                ("initiativeApprove", json!({ "initiative": initiative, "resolution": "1" })),
                ("initiativeCancel", json!({ "initiative": initiative, "reason": "r", "expectedRevision": 1 })),
            ] {
                let (code, field) = told.refused(actor, name, input).await;
                assert_eq!((code.as_str(), field.as_deref()), ("UNKNOWN_INITIATIVE", Some("initiative")), "{actor} {name}");
            }
            for (name, input) in [
                ("milestoneBlock", json!({ "milestone": milestone, "reason": "r", "expectedRevision": 0 })),
                ("milestoneReportProgress", json!({ "milestone": milestone, "progress": 1 })),
                ("milestoneAdmit", json!({ "milestone": milestone, "resolution": "1", "expectedRevision": 9 })),
                ("milestoneProposeCancellation", json!({ "milestone": milestone, "reason": "r" })),
            ] {
                let (code, field) = told.refused(actor, name, input).await;
                assert_eq!((code.as_str(), field.as_deref()), ("UNKNOWN_MILESTONE", Some("milestone")), "{actor} {name}");
            }
        }
    }
    // Where a code is taken that is all that is told.
    let mut proposal = json!({ "code": "I-2", "commission": "training", "horizon": "SHORT", "title": { "fa": "آموزش" } });
    proposal["expectedRevision"] = json!(0);
    let payload = told.command("tmem", Lang::En, "initiativePropose", proposal).await;
    assert_eq!((&payload["errors"][0]["code"], &payload["conflict"]), (&json!("ALREADY_EXISTS"), &Value::Null));
    assert_eq!((&payload["revision"], told.head()), (&Value::Null, logged), "nothing was recorded");
}

#[tokio::test]
async fn a_conflict_tells_what_happened_meanwhile_without_what_waits() {
    let told = Told::of_two_commissions().await;
    let input = json!({ "milestone": "M-1", "reason": "r", "expectedRevision": 0 });
    let types = |payload: &Value| -> Vec<String> {
        let events = payload["conflict"]["events"].as_array().unwrap();
        events.iter().map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    };
    let conflict = told.command("tmem", Lang::En, "milestoneBlock", input.clone()).await;
    assert_eq!(types(&conflict), ["milestone.progress_reported"]);
    let conflict = told.command("mem", Lang::En, "milestoneBlock", input).await;
    assert_eq!(types(&conflict), ["milestone.rebaseline_proposed", "milestone.progress_reported"]);
}

#[tokio::test]
async fn todays_rights_decide_also_for_the_past() {
    let told = Told::of_two_commissions().await;
    let then = told.hidden.first().unwrap();
    let query = format!("{{ initiative(code: \"I-2\", asOf: {{ position: {then} }}) {{ title {{ fa }} }} }}");
    let told_of_it = async |actor: &str| told.said(actor, &query).await.contains(SECRET);
    // Who was a member then and is not now reads nothing of it, and who has become one reads it as of then.
    let release = json!({ "commission": "technology", "actor": "mem", "role": "MEMBER", "reason": "r" });
    assert!(told_of_it("mem").await && !told_of_it("tmem").await);
    told.done("c1", "commissionMemberRelease", release).await;
    assert!(!told_of_it("mem").await);
    let appointment = json!({ "commission": "technology", "person": person("tmem"), "role": "MEMBER", "reason": "r" });
    told.done("c1", "commissionMemberAppoint", appointment).await;
    assert!(told_of_it("tmem").await);
    // A council member's office that is lent shows what its holder reads, for as long as it is lent.
    let lent =
        json!({ "from": "c2", "to": person("rep"), "office": "council", "starts": "2025-06-01", "ends": "2025-06-02", "reason": "r" });
    assert!(!told_of_it("rep").await);
    told.done("c2", "officeDelegate", lent).await;
    assert!(told_of_it("rep").await);
    told.clock.set(Instant::parse("2025-06-03T06:00:00Z").unwrap());
    assert!(!told_of_it("rep").await);
}

#[tokio::test]
async fn after_the_decision_everybody_reads_it_with_its_past() {
    let told = Told::of_two_commissions().await;
    told.done("mem", "initiativeRevise", json!({ "initiative": "I-2", "horizon": "SHORT", "title": { "fa": SECRET } })).await;
    told.done("chair", "initiativeSubmit", json!({ "initiative": "I-2" })).await;
    told.done("c2", "initiativeApprove", json!({ "initiative": "I-2", "resolution": "1" })).await;
    told.done("c1", "milestoneAdmit", json!({ "milestone": "M-3", "resolution": "1" })).await;
    let decided = json!({ "milestone": "M-1", "proposal": told.proposal, "reason": "r" });
    told.done("c1", "milestoneRefuseRebaseline", decided).await;
    let (first, last) = (told.hidden.first().unwrap(), told.hidden.last().unwrap());
    for actor in ["tmem", "rep", "root", "stranger", "token", NOBODY] {
        for query in [
            "{ initiative(code: \"I-2\") { title { fa } } }".to_owned(),
            format!("{{ initiative(code: \"I-2\", asOf: {{ position: {first} }}) {{ title {{ fa }} }} }}"),
            "{ milestone(code: \"M-3\") { title { fa } } }".to_owned(),
            format!("{{ milestone(code: \"M-1\", asOf: {{ position: {last} }}) {{ pendingRebaseline {{ proposed {{ reason }} }} }} }}"),
        ] {
            assert!(told.said(actor, &query).await.contains(SECRET), "{actor} {query}");
        }
    }
    let events = told.ask("tmem", "{ ledger { events { totalCount } } }").await;
    assert_eq!(events["ledger"]["events"]["totalCount"], json!(told.head() + 1));
}

#[tokio::test]
async fn a_subscriber_is_passed_over_by_drafts_and_told_of_the_decision() {
    let told = Told::of_two_commissions().await;
    let subscribe = |actor: &str, query: &str| told.schema.execute_stream(Request::new(query).data(unlimited(actor)).data(Lang::En));
    let mut events = subscribe("tmem", "subscription { ledgerEvents(after: 0) { position event { type line } } }");
    let mut own = subscribe("mem", "subscription { ledgerEvents(after: 0) { position event { type line } } }");
    let next = async |events: &mut (dyn futures_util::Stream<Item = Response> + Unpin + Send)| {
        let response = tokio::time::timeout(Duration::from_secs(20), events.next()).await.unwrap().unwrap();
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        response.data.into_json().unwrap()["ledgerEvents"].clone()
    };
    for position in 1..=told.head() {
        assert_eq!(next(&mut own).await["position"], position);
        if !told.hidden.contains(&position) {
            let event = next(&mut events).await;
            assert_eq!(event["position"], position);
            assert!(!event.to_string().contains(SECRET), "{event}");
        }
    }
    let admitted = told.done("c1", "milestoneAdmit", json!({ "milestone": "M-3", "resolution": "1" })).await;
    let event = next(&mut events).await;
    assert_eq!((&event["position"], &event["event"]["type"]), (&admitted["position"], &json!("milestone.admitted")));
    // Who leaves the commission hears nothing more of its drafts, in the subscription that is open.
    let release = json!({ "commission": "technology", "actor": "mem", "role": "MEMBER", "reason": "r" });
    let released = told.done("c1", "commissionMemberRelease", release).await["position"].clone();
    told.done("chair", "milestonePlan", milestone("M-4", json!({ "reported": true }))).await;
    let after = told.done("chair", "milestoneReportProgress", json!({ "milestone": "M-1", "progress": 2000 })).await["position"].clone();
    for events in [&mut own, &mut events] {
        let mut heard = Vec::new();
        while heard.last() != Some(&after) {
            let event = next(events).await;
            assert_ne!(event["event"]["type"], "milestone.planned");
            heard.push(event["position"].clone());
        }
        assert!(heard.contains(&released));
    }
}
