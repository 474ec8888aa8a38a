//! Service tokens made, listed and revoked through GraphQL.

use serde_json::json;
use tahavol_tests::data;
use tahavol_tests::server::Server;

use super::{act, act_with, as_token, entry, of_kind, read, refused};

const MADE: &str = "shown serviceToken { id label commands commissions expires person { actor } }";

#[tokio::test]
async fn a_token_is_shown_once_asks_within_its_bounds_and_is_revoked_at_once() {
    let server = Server::of(data::founded());
    let input = json!({ "label": "گزارش ماهانه", "commands": ["milestoneReportProgress"], "commissions": ["technology"] });
    let made = act(&server, "chair.technology", "serviceTokenMake", input, MADE).await;
    assert_eq!(made["errors"], json!([]), "{made}");
    assert_eq!(made["serviceToken"]["commands"], json!(["milestoneReportProgress"]));
    assert_eq!(made["serviceToken"]["person"]["actor"], "chair.technology");
    let (shown, id) = (made["shown"].as_str().unwrap(), made["serviceToken"]["id"].as_str().unwrap());
    assert!(shown.starts_with("tahavol_"));
    assert_eq!(as_token(&server, shown, "{ viewer { person { actor } } }").await["data"]["viewer"]["person"]["actor"], "chair.technology");

    let listed = read(&server, "chair.technology", "{ serviceTokens { id label revoked } }").await;
    let mine = listed["serviceTokens"].as_array().unwrap().iter().find(|token| token["id"] == id).unwrap();
    assert_eq!((&mine["label"], &mine["revoked"]), (&json!("گزارش ماهانه"), &json!(null)));
    assert!(!listed.to_string().contains(&shown[8..]), "it is shown once");

    let others = act(&server, "council", "serviceTokenRevoke", json!({ "id": id }), "serviceToken { id }").await;
    assert_eq!(others["errors"][0]["code"], "TOKEN_NOT_FOUND", "somebody else's is not there");
    let revoked = act(&server, "chair.technology", "serviceTokenRevoke", json!({ "id": id }), "serviceToken { revokedBy }").await;
    assert_eq!(revoked["serviceToken"]["revokedBy"], "chair.technology", "{revoked}");
    assert_eq!(refused(&server, shown, "{ meta { position } }").await, "TOKEN_UNKNOWN");
    for kind in ["token_made", "token_revoked"] {
        assert_eq!(entry(&server.data, kind, of_kind(kind, "chair.technology"))["details"]["token"], id);
    }
}

#[tokio::test]
async fn only_administrators_look_after_everybodys_tokens() {
    let server = Server::of(data::founded());
    let all = "{ serviceTokens(all: true) { id person { actor } } }";
    for actor in ["council", "auditor", "chair.technology"] {
        assert_eq!(refused(&server, &server.token(actor), all).await, "READ_NOT_PERMITTED", "{actor}");
    }
    let made = act(&server, "council", "serviceTokenMake", json!({ "label": "x" }), MADE).await;
    let (shown, id) = (made["shown"].as_str().unwrap(), made["serviceToken"]["id"].as_str().unwrap());
    let seen = read(&server, "administrator", all).await;
    assert!(seen["serviceTokens"].as_array().unwrap().iter().any(|token| token["id"] == id), "{seen}");
    let revoked = act(&server, "administrator", "serviceTokenRevoke", json!({ "id": id }), "serviceToken { revokedBy }").await;
    assert_eq!(revoked["serviceToken"]["revokedBy"], "administrator");
    assert_eq!(refused(&server, shown, "{ meta { position } }").await, "TOKEN_UNKNOWN");
}

#[tokio::test]
async fn no_token_makes_one_that_may_more_or_longer() {
    let directory = data::founded();
    let bounded = data::new_token(directory.path(), "administrator", &["--commission", "technology"]);
    let ends = data::new_token(directory.path(), "administrator", &["--expires", "2030-01-01"]);
    let server = Server::of(directory);
    for (name, input) in [
        ("serviceTokenMake", json!({ "label": "x", "readOnly": true })),
        ("serviceTokenRevoke", json!({ "id": "00000000-0000-0000-0000-000000000000" })),
        ("accountAdd", json!({ "actor": "new", "name": "New" })),
        ("accountDisable", json!({ "actor": "council" })),
        ("accountEnable", json!({ "actor": "council" })),
        ("accountReset", json!({ "actor": "council" })),
        ("sessionsEnd", json!({ "actor": "administrator" })),
    ] {
        let answer = act_with(&server, &bounded, name, input, "").await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "OUTSIDE_THE_TOKEN", "{name}: {answer}");
    }
    for query in ["{ serviceTokens { id } }", "{ serviceTokens(all: true) { id } }", "{ accounts { created } }"] {
        assert_eq!(refused(&server, &bounded, query).await, "OUTSIDE_THE_TOKEN", "{query}");
    }
    for input in [json!({ "label": "for ever" }), json!({ "label": "longer", "expires": "2040-01-01T00:00:00Z" })] {
        let answer = act_with(&server, &ends, "serviceTokenMake", input, "shown").await;
        assert_eq!(answer["errors"][0]["code"], "TOKEN_WIDER", "{answer}");
    }
    let shorter =
        act_with(&server, &ends, "serviceTokenMake", json!({ "label": "shorter", "expires": "2029-01-01T00:00:00Z" }), "shown").await;
    assert!(shorter["shown"].is_string(), "{shorter}");
}

#[tokio::test]
async fn what_says_nothing_is_refused_with_its_field() {
    let server = Server::of(data::founded());
    for (input, code, field) in [
        (json!({ "label": " " }), "TOKEN_LABEL", "label"),
        (json!({ "label": "x", "expires": "2020-01-01T00:00:00Z" }), "TOKEN_EXPIRY", "expires"),
        (json!({ "label": "x", "commissions": ["nowhere"] }), "UNKNOWN_COMMISSION", "commissions"),
        (json!({ "label": "x", "readOnly": true, "commands": ["milestoneBlock"] }), "AT_MOST_ONE", "readOnly"),
    ] {
        let answer = act(&server, "council", "serviceTokenMake", input.clone(), "shown").await;
        assert_eq!((&answer["errors"][0]["code"], &answer["errors"][0]["field"]), (&json!(code), &json!(field)), "{input}: {answer}");
        assert_eq!(answer["shown"], json!(null));
    }
}
