//! A lent office: acted in by the borrower, told in every line, ended by hand, and no way around separation of duties.

use serde_json::{Value, json};
use tahavol_tests::binary;
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::{command, done, lend, person, propose, read, refused, today};

#[tokio::test]
async fn a_borrower_acts_in_the_office_and_the_record_says_who_and_as_what() {
    let server = Server::of(data::with_history());
    propose(&server, "OFF-1").await;
    let submit = || json!({ "initiative": "OFF-1" });
    // The draft is not even shown to a member of another commission.
    assert_eq!(refused(&server, "member.support", "initiativeSubmit", submit()).await, "UNKNOWN_INITIATIVE");
    lend(&server, "chair.technology", "member.support", "chair:technology").await;
    let submitted = done(&server, "member.support", "initiativeSubmit", submit()).await;
    assert_eq!(submitted["events"], json!([{ "office": "chair:technology", "by": { "actor": "member.support" } }]));
    let told = read(
        &server,
        "auditor",
        "{ ledger { events(office: \"chair:technology\", actor: \"member.support\") { totalCount edges { node { position } } } }
           official(actor: \"member.support\") { offices acts(office: \"chair:technology\") { totalCount edges { node { type } } } }
           entitlement(actor: \"member.support\", office: \"chair:technology\") { held because { lent { id from } given { reason } } } }",
    )
    .await;
    assert_eq!(told["ledger"]["events"]["totalCount"], 1);
    assert_eq!(told["ledger"]["events"]["edges"][0]["node"]["position"], submitted["position"]);
    assert_eq!(told["official"]["acts"]["edges"], json!([{ "node": { "type": "initiative.submitted" } }]));
    assert!(told["official"]["offices"].as_array().unwrap().contains(&json!("chair:technology")));
    let because = &told["entitlement"]["because"][0];
    assert_eq!((&told["entitlement"]["held"], &because["lent"]["from"]), (&json!(true), &json!("chair.technology")));
    assert_eq!(because["given"]["reason"], "مأموریت");
    let delegations =
        read(&server, "auditor", "{ delegations(first: 100) { edges { node { uuid ended { position } to { actor } } } } }").await;
    let all = delegations["delegations"]["edges"].as_array().unwrap();
    let ours = all.iter().find(|edge| edge["node"]["to"]["actor"] == "member.support").expect("the delegation is listed");
    let end = |reason: Option<&str>| json!({ "delegation": ours["node"]["uuid"], "reason": reason });
    assert_eq!(refused(&server, "member.support", "delegationEnd", end(Some("x"))).await, "DELEGATION_NOT_OWN");
    assert_eq!(refused(&server, "chair.technology", "delegationEnd", end(None)).await, "REASON_REQUIRED");
    done(&server, "chair.technology", "delegationEnd", end(Some("بازگشت"))).await;
    assert_eq!(
        refused(&server, "member.support", "initiativeSubmit", submit()).await,
        "UNKNOWN_INITIATIVE",
        "nor is the draft shown any more"
    );
    let day = today(&server).await;
    let held = format!(
        "{{ entitlement(actor: \"member.support\", office: \"chair:technology\", on: \"{day}\") {{ held because {{ ended {{ reason }} }} }} }}"
    );
    let held = read(&server, "auditor", &held).await;
    assert_eq!(held["entitlement"], json!({ "held": true, "because": [{ "ended": { "reason": "بازگشت" } }] }), "that day she was entitled");
    let now = read(&server, "auditor", "{ entitlement(actor: \"member.support\", office: \"chair:technology\") { held } }").await;
    assert_eq!(now["entitlement"]["held"], false, "in this moment she is not");
}

#[tokio::test]
async fn lending_an_office_is_no_way_around_separation_of_duties() {
    let directory = data::with_history();
    let path = directory.path().display().to_string();
    let mut server = Server::on(directory.path(), &[]);
    propose(&server, "OFF-2").await;
    done(&server, "chair.technology", "initiativeSubmit", json!({ "initiative": "OFF-2" })).await;
    let approve = || json!({ "initiative": "OFF-2", "resolution": "مصوبه ۹۹" });
    // Who proposed and who submitted do not decide in the council's office, though it was lent to them.
    for proposer in ["member.technology", "chair.technology"] {
        lend(&server, "council", proposer, "council").await;
        assert_eq!(refused(&server, proposer, "initiativeApprove", approve()).await, "PROPOSER_DECIDES");
    }
    // Nobody is appointed by whom one has lent the own office to.
    lend(&server, "council", "member.support", "council").await;
    let appoint = |who: &str| json!({ "person": person(who), "office": "inspector", "reason": "x" });
    for who in ["member.support", "council"] {
        assert_eq!(refused(&server, "member.support", "officialAppoint", appoint(who)).await, "SELF_APPOINTMENT", "{who}");
    }
    let role = json!({ "commission": "training", "person": person("council"), "role": "MEMBER", "reason": "x" });
    assert_eq!(refused(&server, "member.support", "commissionMemberAppoint", role).await, "SELF_APPOINTMENT");
    // What is lent is not lent on, and not for years.
    let today = today(&server).await;
    let lend_on = |from: &str, starts: &str, ends: &str| json!({ "from": from, "to": person("somebody"), "office": "council", "starts": starts, "ends": ends, "reason": "x" });
    assert_eq!(refused(&server, "member.support", "officeDelegate", lend_on("member.support", &today, &today)).await, "DELEGATION_NOT_OWN");
    assert_eq!(refused(&server, "council", "officeDelegate", lend_on("council", &today, "2099-01-01")).await, "DELEGATION_TOO_LONG");
    assert_eq!(refused(&server, "council", "officeDelegate", lend_on("council", "1399/01/01", "1399/02/01")).await, "DELEGATION_OVER");
    // A claimant does not verify in an inspector's office, nor is it done in the one that a claimant lends.
    let code = to_be_claimed(&server).await;
    let claim = done(&server, "member.technology", "milestoneClaimCompletion", json!({ "milestone": code })).await;
    assert!(claim["position"].is_number());
    let found = format!("{{ milestone(code: \"{code}\") {{ claims {{ id: uuid }} }} }}");
    let claim = read(&server, "auditor", &found).await["milestone"]["claims"][0]["id"].clone();
    let verify = || json!({ "milestone": code, "claim": claim });
    lend(&server, "inspector", "member.technology", "inspector").await;
    assert_eq!(refused(&server, "member.technology", "milestoneVerifyCompletion", verify()).await, "CLAIMANT_VERIFIES");
    lend(&server, "inspector.second", "secretary.technology", "inspector").await;
    assert_eq!(refused(&server, "secretary.technology", "milestoneVerifyCompletion", verify()).await, "VERIFIER_OF_COMMISSION");
    lend(&server, "inspector.second", "member.support", "inspector").await;
    done(&server, "member.support", "milestoneVerifyCompletion", verify()).await;
    // The deciding official of the council who had no part in it approves; and an auditor finds every decision to be right.
    done(&server, "council.deputy", "initiativeApprove", approve()).await;
    assert!(server.terminate().success());
    let verified = binary::run(&["verify", &path]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// A milestone of the technology commission that a claim needs no report for.
async fn to_be_claimed(server: &Server) -> String {
    let query = "{ milestones(commission: \"technology\", first: 100) { edges { node { code phase countsSince baseline { measure { kind } } } } } }";
    let all = read(server, "auditor", query).await;
    let fits = |node: &Value| {
        node["phase"] == "PLANNED"
            && !node["countsSince"].is_null()
            && (node["baseline"]["measure"]["kind"] == "BINARY" || node["baseline"]["measure"]["kind"] == "REPORTED")
    };
    let nodes = all["milestones"]["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone());
    nodes.into_iter().find(fits).expect("there is one")["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn refusals_are_told_in_the_language_of_the_reader() {
    let server = Server::of(data::with_history());
    let persian =
        command(&server, "council", "officialAppoint", json!({ "person": person("council"), "office": "inspector", "reason": "x" })).await;
    assert!(persian["errors"][0]["message"].as_str().unwrap().starts_with("هیچ‌کس خود را منصوب نمی‌کند"), "{persian}");
    let query = "mutation { officialAppoint(input: { person: { actor: \"x\", name: \"x\" }, office: \"inspector\" }) { errors { code field message } } }";
    let english =
        server.post("/graphql").bearer_auth(server.token("council")).header("accept-language", "en").json(&json!({ "query": query }));
    let english: Value = english.send().await.unwrap().json().await.unwrap();
    let error = &english["data"]["officialAppoint"]["errors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!("REASON_REQUIRED"), &json!("reason")));
    assert!(error["message"].as_str().unwrap().is_ascii(), "{error}");
}
