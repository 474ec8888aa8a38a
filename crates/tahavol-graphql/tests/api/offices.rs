//! Offices lived: who was entitled when and why, what was done in an office, and what the caller can do.

use serde_json::{Value, json};
use tahavol_domain::Kind;
use tahavol_domain::text::Lang;

use crate::support::*;

const DAY: i64 = 86_400_000_000;

async fn lent(world: &World, from: &str, to: &str, office: &str, ends: &str) -> Value {
    let input = json!({ "from": from, "to": person(to), "office": office, "starts": "2025-06-01", "ends": ends, "reason": "mission" });
    world.done("c1", "officeDelegate", input).await
}

async fn entitled(world: &World, arguments: &str) -> Value {
    let query = format!(
        "{{ entitlement({arguments}) {{ held offices on because {{ office given {{ position reason }} ended {{ position }}
           lent {{ id from starts ends }} lenderAppointed {{ position }} }} official {{ person {{ actor }} }} }} }}"
    );
    world.ask("aud", &query).await["entitlement"].clone()
}

#[tokio::test]
async fn offices_are_given_lent_and_taken_back_with_a_reason() {
    let world = World::programme().await;
    let reason = |field: &str| (field.to_owned(), Some("reason".to_owned()));
    let x = || json!({ "person": person("x"), "office": "inspector" });
    assert_eq!(world.refused("c1", "officialAppoint", x()).await, reason("REASON_REQUIRED"));
    let member = json!({ "commission": "technology", "person": person("x"), "role": "MEMBER" });
    assert_eq!(world.refused("c1", "commissionMemberAppoint", member).await, reason("REASON_REQUIRED"));
    let lend =
        |starts: &str, ends: &str| json!({ "from": "ins", "to": person("x"), "office": "inspector", "starts": starts, "ends": ends });
    assert_eq!(world.refused("ins", "officeDelegate", lend("2025-06-01", "2025-06-10")).await, reason("REASON_REQUIRED"));
    let because = |mut input: Value| {
        input["reason"] = json!("mission");
        input
    };
    let code = async |input| world.refused("ins", "officeDelegate", input).await.0;
    assert_eq!(code(because(lend("1404/03/11", "۱۴۰۵/۰۳/۱۲"))).await, "DELEGATION_TOO_LONG");
    assert_eq!(code(because(lend("2025-05-01", "2025-05-31"))).await, "DELEGATION_OVER");
    world.done("ins", "officeDelegate", because(lend("1404/03/11", "۱۴۰۴/۰۳/۲۰"))).await;
    let persian = world.command("ins", Lang::Fa, "officeDelegate", because(lend("2025-05-01", "2025-05-31"))).await;
    assert!(persian["errors"][0]["message"].as_str().unwrap().contains("۱۴۰۴/۰۳/۱۰"), "{persian}");
}

#[tokio::test]
async fn a_lent_office_is_acted_in_on_its_days_and_ends_by_itself() {
    let world = World::programme().await;
    let given = lent(&world, "ins", "x", "inspector", "2025-06-03").await;
    let claim = world.done("mem", "milestoneClaimCompletion", json!({ "milestone": "M-1" })).await;
    let verify = || json!({ "milestone": "M-1", "claim": claim["events"][0]["uuid"] });
    world.clock.set(world.clock.now().plus_micros(3 * DAY));
    assert_eq!(world.refused("x", "milestoneVerifyCompletion", verify()).await.0, "NOT_PERMITTED", "the day after its last");
    world.clock.set(world.clock.now().plus_micros(-DAY));
    let verified = world.done("x", "milestoneVerifyCompletion", verify()).await;
    let told = world
        .ask(
            "aud",
            "{ ledger { events(office: \"inspector\") { edges { node { position office by { actor } } } } } viewer { offices }
               official(actor: \"ins\") { offices acts { totalCount } } }",
        )
        .await;
    let acts = told["ledger"]["events"]["edges"].as_array().unwrap();
    assert_eq!(acts.len(), 1, "{told}");
    assert_eq!(acts[0]["node"], json!({ "position": verified["position"], "office": "inspector", "by": { "actor": "x" } }));
    assert_eq!(told["official"]["acts"]["totalCount"], 0);
    let held = entitled(&world, "actor: \"x\", office: \"inspector\", on: \"1404/03/13\"").await;
    assert_eq!((&held["held"], &held["on"], &held["official"]), (&json!(true), &json!("2025-06-03"), &Value::Null));
    let because = &held["because"][0];
    assert_eq!((&because["given"]["position"], &because["given"]["reason"]), (&given["position"], &json!("mission")));
    assert_eq!((&because["lent"]["from"], &because["lent"]["ends"]), (&json!("ins"), &json!("2025-06-03")));
    for arguments in [
        "actor: \"x\", office: \"inspector\", on: \"2025-06-04\"",
        "actor: \"x\", office: \"council\", on: \"2025-06-03\"",
        "actor: \"x\", on: \"2025-05-31\"",
        "actor: \"nobody\"",
    ] {
        let not = entitled(&world, arguments).await;
        assert_eq!((&not["held"], &not["because"]), (&json!(false), &json!([])), "{arguments}");
    }
    let before = given["position"].as_u64().unwrap() - 1;
    assert_eq!(entitled(&world, &format!("actor: \"x\", on: \"2025-06-03\", asOf: {{ position: {before} }}")).await["held"], false);
    let delegation = &because["lent"]["id"];
    let node = world.ask("aud", &format!("{{ node(id: {delegation}) {{ ... on Delegation {{ from }} }} }}")).await;
    assert_eq!(node["node"]["from"], "ins");
}

#[tokio::test]
async fn an_office_was_held_until_its_release_and_the_acts_say_so() {
    let world = World::programme().await;
    let now = entitled(&world, "actor: \"ins\"").await;
    assert_eq!((&now["held"], &now["offices"], &now["on"]), (&json!(true), &json!(["inspector"]), &json!("2025-06-01")));
    let released = world.done("c1", "officialRelease", json!({ "actor": "ins", "office": "inspector", "reason": "moved" })).await;
    let then = entitled(&world, "actor: \"ins\", office: \"inspector\", on: \"2025-06-01\"").await;
    assert_eq!((&then["held"], &then["because"][0]["ended"]["position"]), (&json!(true), &released["position"]), "on its last day");
    assert_eq!(entitled(&world, "actor: \"ins\"").await["held"], false, "in this moment");
    let appointed = &then["because"][0]["given"]["position"];
    let just_then = format!("actor: \"ins\", office: \"inspector\", asOf: {{ position: {appointed} }}");
    assert_eq!(entitled(&world, &just_then).await["held"], true);
    assert_eq!(world.codes("{ entitlement(actor: \"ins\", office: \"king\") { held } }").await, ["OFFICE_INVALID"]);
}

#[tokio::test]
async fn two_people_and_two_offices_release_an_auditor_or_the_last_administrator() {
    let world = World::programme().await;
    for (actor, office) in [("aud", "auditor"), ("root", "administrator")] {
        let release = || json!({ "actor": actor, "office": office, "reason": "end of term" });
        assert_eq!(world.refused("c1", "officialRelease", release()).await.0, "RELEASE_NEEDS_PROPOSAL");
        world.done("c1", "officialProposeRelease", release()).await;
        assert_eq!(world.refused("c1", "officialRelease", release()).await.0, "RELEASE_BY_SAME_PERSON");
        let lend =
            json!({ "from": "c1", "to": person("x"), "office": "council", "starts": "2025-06-01", "ends": "2025-06-01", "reason": "x" });
        world.done("c1", "officeDelegate", lend).await;
        assert_eq!(world.refused("x", "officialRelease", release()).await.0, "RELEASE_BY_SAME_PERSON", "in the office that c1 lends");
        world.done("c2", "officialRelease", release()).await;
        let again = json!({ "person": person(actor), "office": office, "reason": "a new term" });
        world.done("c2", "officialAppoint", again).await;
        assert_eq!(world.refused("c2", "officialRelease", release()).await.0, "RELEASE_NEEDS_PROPOSAL", "that proposal was of before");
    }
    world.done("c2", "officialRelease", json!({ "actor": "c1", "office": "council", "reason": "end of term" })).await;
    let last = json!({ "actor": "c2", "office": "council", "reason": "end of term" });
    assert_eq!(world.refused("c2", "officialRelease", last).await.0, "LAST_OF_COUNCIL");
}

#[tokio::test]
async fn nobody_appoints_oneself_not_even_by_lending_the_office() {
    let world = World::programme().await;
    lent(&world, "c1", "x", "council", "2025-06-01").await;
    let appoint = |who: &str| json!({ "person": person(who), "office": "inspector", "reason": "x" });
    for who in ["x", "c1"] {
        assert_eq!(world.refused("x", "officialAppoint", appoint(who)).await.0, "SELF_APPOINTMENT", "{who}");
    }
    let member = json!({ "commission": "technology", "person": person("c1"), "role": "MEMBER", "reason": "x" });
    assert_eq!(world.refused("x", "commissionMemberAppoint", member).await.0, "SELF_APPOINTMENT");
    let on = json!({ "from": "x", "to": person("y"), "office": "council", "starts": "2025-06-01", "ends": "2025-06-01", "reason": "x" });
    assert_eq!(world.refused("x", "officeDelegate", on).await.0, "DELEGATION_NOT_OWN", "what is lent is not lent on");
    world.done("x", "officialAppoint", appoint("somebody.without.account")).await;
}

/// Names of what the caller can do on a thing.
async fn possible(world: &World, actor: &str, on: &Value) -> Vec<String> {
    let on = if on.is_null() { String::new() } else { format!("on: {on}, ") };
    let told = world.ask(actor, &format!("{{ viewer {{ canAll({on}onlyAllowed: true) {{ command allowed code }} }} }}")).await;
    let all = told["viewer"]["canAll"].as_array().unwrap();
    all.iter().map(|can| can["command"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_viewer_is_told_what_can_be_done_and_why_not_in_either_language() {
    let world = World::programme().await;
    let ids =
        world.ask("aud", "{ milestone(code: \"M-1\") { id } initiative(code: \"I-1\") { id } station(code: \"00001\") { id } }").await;
    let milestone = &ids["milestone"]["id"];
    let work = ["milestoneProposeRebaseline", "milestoneProposeCancellation", "milestoneReportProgress", "milestoneBlock"];
    assert_eq!(possible(&world, "mem", milestone).await, [&work[..], &["milestoneClaimCompletion"]].concat());
    assert!(possible(&world, "aud", milestone).await.is_empty() && possible(&world, "aud", &Value::Null).await.is_empty());
    assert_eq!(possible(&world, "ins", &Value::Null).await, ["officeDelegate"]);
    assert!(possible(&world, "c1", &ids["initiative"]["id"]).await.contains(&"initiativeSuspend".to_owned()));
    let at_station = ["stationRecordVolume", "stationRecordNetworkLoss", "stationClose"];
    assert_eq!(possible(&world, "rep", &ids["station"]["id"]).await, at_station, "it has a network, and nothing is delivered there");
    let one = |command: &str| format!("{{ viewer {{ can(command: {command}, on: {milestone}) {{ command allowed code message }} }} }}");
    let told = async |actor: &str, lang, command: &str| {
        let response = world.execute(actor, lang, &one(command), json!({})).await;
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        response.data.into_json().unwrap()["viewer"]["can"].clone()
    };
    let yes = json!({ "command": "milestoneReportProgress", "allowed": true, "code": null, "message": null });
    assert_eq!(told("mem", Lang::En, "milestoneReportProgress").await, yes);
    let no = told("aud", Lang::En, "milestoneReportProgress").await;
    assert_eq!((&no["allowed"], &no["code"]), (&json!(false), &json!("NOT_PERMITTED")));
    assert!(told("aud", Lang::Fa, "milestoneReportProgress").await["message"].as_str().unwrap().contains("سمت"));
    assert_eq!(told("mem", Lang::En, "milestoneUnblock").await["code"], "ALREADY_SO");
    assert_eq!(told("mem", Lang::En, "stationClose").await["code"], "COMMAND_NOT_OF_THIS");
    assert_eq!(told("ins", Lang::En, "milestoneVerifyCompletion").await["code"], "UNKNOWN_CLAIM");
    assert_eq!(world.codes(&one("milestoneForget")).await, ["GRAPHQL_INVALID"]);
    assert_eq!(world.codes("{ viewer { can(command: stationClose, on: \"x\") { allowed } } }").await, ["NODE_ID_INVALID"]);
    let query = "query ($command: CommandName!) { viewer { can(command: $command) { allowed } } }";
    let by_variable = world.execute("c1", Lang::En, query, json!({ "command": "officialAppoint" })).await;
    assert_eq!(by_variable.data.into_json().unwrap()["viewer"]["can"]["allowed"], true);
}

#[tokio::test]
async fn drafts_of_others_cannot_be_asked_about() {
    let world = World::programme().await;
    let proposal = json!({ "code": "I-2", "commission": "technology", "horizon": "SHORT", "title": { "fa": "پیش‌نویس" } });
    world.done("mem", "initiativePropose", proposal).await;
    let id = world.ask("mem", "{ initiative(code: \"I-2\") { id } }").await["initiative"]["id"].clone();
    assert!(possible(&world, "mem", &id).await.contains(&"initiativeRevise".to_owned()));
    let asked = format!("{{ viewer {{ can(command: initiativeRevise, on: {id}) {{ code }} }} }}");
    assert_eq!(world.ask("rep", &asked).await["viewer"]["can"]["code"], "UNKNOWN_INITIATIVE", "as if it were not there");
    assert_eq!(world.ask("ins", &asked).await["viewer"]["can"]["code"], "NOT_PERMITTED");
}

#[tokio::test]
async fn every_command_has_its_name_and_every_name_its_mutation() {
    let world = World::empty().await;
    let query = "{ __type(name: \"CommandName\") { enumValues { name } } __schema { mutationType { fields { name } } } }";
    let told = world.ask("root", query).await;
    let names = |list: &Value| list.as_array().unwrap().iter().map(|value| value["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let commands = names(&told["__type"]["enumValues"]);
    assert_eq!(commands, Kind::ALL.map(|kind| kind.name().to_owned()));
    let mutations = names(&told["__schema"]["mutationType"]["fields"]);
    assert!(commands.iter().all(|command| mutations.contains(command)), "{mutations:?}");
}
