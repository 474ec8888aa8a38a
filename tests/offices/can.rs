//! What the viewer can do: the same answer as the command path would give, within the bounds of what was shown, with nothing recorded.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::{done, person, propose, read, refused};

/// Names of what can be done on a thing.
async fn possible(server: &Server, actor: &str, on: &Value) -> Vec<String> {
    let told = read(server, actor, &format!("{{ viewer {{ canAll(on: {on}, onlyAllowed: true) {{ command }} }} }}")).await;
    names(&told["viewer"]["canAll"])
}

fn names(list: &Value) -> Vec<String> {
    list.as_array().expect("a list").iter().map(|can| can["command"].as_str().expect("a name").to_owned()).collect()
}

async fn id_of(server: &Server, field: &str) -> Value {
    let told = read(server, "auditor", &format!("{{ found: {field} {{ id }} }}")).await;
    told["found"]["id"].clone()
}

#[tokio::test]
async fn what_is_offered_is_accepted_and_what_is_not_is_refused_for_the_reason_told() {
    let server = Server::of(data::with_history());
    propose(&server, "CAN-1").await;
    let id = id_of(&server, "initiative(code: \"CAN-1\")").await;
    assert_eq!(
        possible(&server, "chair.technology", &id).await,
        ["initiativeRevise", "initiativeSubmit", "initiativeRaiseRisk", "milestonePlan"]
    );
    assert_eq!(possible(&server, "member.technology", &id).await, ["initiativeRevise", "initiativeRaiseRisk", "milestonePlan"]);
    for stranger in ["auditor", "inspector", "administrator", "council"] {
        assert!(possible(&server, stranger, &id).await.is_empty(), "{stranger}");
    }
    done(&server, "chair.technology", "initiativeSubmit", json!({ "initiative": "CAN-1" })).await;
    assert_eq!(possible(&server, "council", &id).await, ["initiativeApprove", "initiativeReturn", "initiativeReject"]);
    done(&server, "council", "initiativeReturn", json!({ "initiative": "CAN-1", "reason": "x" })).await;
    assert!(possible(&server, "council", &id).await.is_empty());
    let why = format!("{{ viewer {{ can(command: initiativeApprove, on: {id}) {{ allowed code message }} }} }}");
    let told = read(&server, "council", &why).await["viewer"]["can"].clone();
    let code = refused(&server, "council", "initiativeApprove", json!({ "initiative": "CAN-1", "resolution": "۱" })).await;
    assert_eq!((&told["allowed"], told["code"].as_str()), (&json!(false), Some(code.as_str())));
    assert!(!told["message"].as_str().unwrap().is_ascii(), "in Persian");
}

#[tokio::test]
async fn a_draft_of_others_cannot_be_asked_about_and_asking_records_nothing() {
    let server = Server::of(data::with_history());
    propose(&server, "CAN-2").await;
    let head = "{ ledger { head } }";
    let before = read(&server, "auditor", head).await;
    let id = id_of(&server, "initiative(code: \"CAN-2\")").await;
    let ask = format!("{{ viewer {{ canAll(on: {id}) {{ allowed code }} }} }}");
    let told = read(&server, "member.support", &ask).await["viewer"]["canAll"].clone();
    assert!(told.as_array().unwrap().iter().all(|can| can["code"] == "UNKNOWN_INITIATIVE"), "{told}");
    for actor in ["council", "member.technology", "inspector", "reporter.IR-13", "administrator", "auditor"] {
        for field in [
            "programme",
            "official(actor: \"auditor\")",
            "commission(slug: \"technology\")",
            "initiative(code: \"TEC-3\")",
            "milestone(code: \"EQP-1.1\")",
            "province(code: \"IR-13\")",
            "station(code: \"00001\")",
            "indicator(code: \"visitor-satisfaction\")",
        ] {
            let id = id_of(&server, field).await;
            if id.is_string() {
                assert!(!possible(&server, actor, &id).await.contains(&"programmeCharter".to_owned()), "{actor} {field}");
            }
        }
    }
    assert_eq!(read(&server, "auditor", head).await, before);
    let nobody = json!({ "query": "{ viewer { canAll { command } } }" });
    assert_eq!(server.post("/graphql").json(&nobody).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_token_is_told_what_it_is_for_and_an_official_without_an_account_needs_only_a_way_in() {
    let server = Server::of(data::with_history());
    let newcomer = json!({ "commission": "technology", "person": person("newcomer"), "role": "MEMBER", "reason": "حکم شورا" });
    done(&server, "council", "commissionMemberAppoint", newcomer).await;
    let whole = data::new_token(&server.data, "newcomer", &[]);
    let narrow = data::new_token(&server.data, "newcomer", &["--command", "commissionRate"]);
    let other = data::new_token(&server.data, "newcomer", &["--commission", "training"]);
    let id = id_of(&server, "commission(slug: \"technology\")").await;
    let query = json!({ "query": format!("{{ viewer {{ offices canAll(on: {id}) {{ command allowed code }} }} }}") });
    let ask = async |token: &str| {
        // What another process has made is seen within a second.
        let patience = Instant::now();
        loop {
            let answer: Value = server.post("/graphql").bearer_auth(token).json(&query).send().await.unwrap().json().await.unwrap();
            if !answer["data"]["viewer"].is_null() {
                return answer["data"]["viewer"].clone();
            }
            assert!(patience.elapsed() < Duration::from_secs(10), "{answer}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let allowed = |told: &Value| {
        let all = told["canAll"].as_array().unwrap().iter().filter(|can| can["allowed"] == true);
        all.map(|can| can["command"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let told = ask(&whole).await;
    assert_eq!(told["offices"], json!(["member:technology"]));
    assert_eq!(allowed(&told), ["commissionRate", "initiativePropose", "indicatorDefine"]);
    assert_eq!(allowed(&ask(&narrow).await), ["commissionRate"]);
    let told = ask(&other).await;
    assert!(told["canAll"].as_array().unwrap().iter().all(|can| can["code"] == "OUTSIDE_THE_TOKEN"), "{told}");
}
