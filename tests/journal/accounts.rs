//! Accounts looked after through GraphQL: by administrators, of others, and told.

use serde_json::json;
use tahavol_tests::data;
use tahavol_tests::server::Server;

use super::{act, entry, read, refused};

const ACCOUNT: &str = "account { person { actor name } hasPassword disabled }";

#[tokio::test]
async fn an_administrator_adds_bars_lets_in_and_resets_and_each_is_told() {
    let server = Server::of(data::founded());
    let added = act(&server, "administrator", "accountAdd", json!({ "actor": "maryam", "name": "مریم" }), &format!("link {ACCOUNT}")).await;
    assert_eq!(added["errors"], json!([]), "{added}");
    assert!(added["link"].as_str().unwrap().starts_with(&format!("{}/link/", server.address)), "{added}");
    assert_eq!(added["account"]["person"], json!({ "actor": "maryam", "name": "مریم" }));
    let again = act(&server, "administrator", "accountAdd", json!({ "actor": "maryam", "name": "x" }), "link").await;
    assert_eq!((&again["errors"][0]["code"], &again["link"]), (&json!("ACCOUNT_EXISTS"), &json!(null)));

    let barred = act(&server, "administrator", "accountDisable", json!({ "actor": "maryam" }), ACCOUNT).await;
    assert!(barred["account"]["disabled"].is_string(), "{barred}");
    let listed = read(&server, "administrator", "{ accounts { person { actor } disabled } }").await;
    let of = |actor: &str| listed["accounts"].as_array().unwrap().iter().find(|row| row["person"]["actor"] == actor).cloned().unwrap();
    assert!(of("maryam")["disabled"].is_string());
    let enabled = act(&server, "administrator", "accountEnable", json!({ "actor": "maryam" }), ACCOUNT).await;
    assert_eq!(enabled["account"]["disabled"], json!(null));
    let reset =
        act(&server, "administrator", "accountReset", json!({ "actor": "maryam", "secondFactor": true }), &format!("link {ACCOUNT}")).await;
    assert!(reset["link"].is_string() && reset["link"] != added["link"], "{reset}");
    let ended = act(&server, "administrator", "sessionsEnd", json!({ "actor": "maryam" }), "ended").await;
    assert_eq!(ended["ended"], 0, "{ended}");
    for kind in ["account_added", "account_disabled", "account_enabled", "account_reset", "sessions_ended"] {
        let told = entry(&server.data, kind, |entry| entry["kind"] == kind && entry["details"]["account"] == "maryam");
        assert_eq!((&told["actor"], &told["address"]), (&json!("administrator"), &json!("127.0.0.1")), "{told}");
    }
}

#[tokio::test]
async fn whoever_is_barred_gets_in_by_no_token_any_more() {
    let server = Server::of(data::founded());
    let token = server.token("council");
    act(&server, "administrator", "accountDisable", json!({ "actor": "council" }), ACCOUNT).await;
    assert_eq!(refused(&server, &token, "{ meta { position } }").await, "TOKEN_UNKNOWN");
    act(&server, "administrator", "accountEnable", json!({ "actor": "council" }), ACCOUNT).await;
    assert_eq!(refused(&server, &token, "{ meta { position } }").await, "TOKEN_UNKNOWN", "it does not come back");
}

#[tokio::test]
async fn nobody_else_does_and_nobody_bars_themselves() {
    let server = Server::of(data::founded());
    for (name, input) in [
        ("accountAdd", json!({ "actor": "maryam", "name": "x" })),
        ("accountDisable", json!({ "actor": "administrator" })),
        ("accountEnable", json!({ "actor": "administrator" })),
        ("accountReset", json!({ "actor": "administrator" })),
        ("sessionsEnd", json!({ "actor": "administrator" })),
    ] {
        for actor in ["council", "auditor", "inspector", "chair.technology"] {
            let answer = act(&server, actor, name, input.clone(), "").await;
            assert_eq!(answer["errors"][0]["code"], "NOT_PERMITTED", "{name} by {actor}: {answer}");
            entry(&server.data, name, |entry| entry["actor"] == actor && entry["details"]["what"] == name);
        }
    }
    assert_eq!(refused(&server, &server.token("council"), "{ accounts { created } }").await, "READ_NOT_PERMITTED");
    let own = act(&server, "administrator", "accountDisable", json!({ "actor": "administrator" }), "").await;
    assert_eq!(own["errors"][0]["code"], "ACCOUNT_OWN", "{own}");
    let mine = act(&server, "council", "sessionsEnd", json!({ "actor": "council" }), "ended").await;
    assert_eq!(mine["errors"], json!([]), "everybody signs themselves out: {mine}");
    let strange = act(&server, "administrator", "accountReset", json!({ "actor": "no such\nperson" }), "").await;
    assert_eq!(strange["errors"][0]["code"], "ACCOUNT_ACTOR_ID");
    let unknown = act(&server, "administrator", "accountReset", json!({ "actor": "unknown" }), "").await;
    assert_eq!(unknown["errors"][0]["code"], "ACCOUNT_UNKNOWN");
}
