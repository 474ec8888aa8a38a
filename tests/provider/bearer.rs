//! Tokens of the provider at the API: they say who somebody is, and the ledger says what she may.

use serde_json::{Value, json};
use tahavol_tests::data;
use tahavol_tests::server::{DIRECTIVE, Server, directive};

use crate::organisation::{CLIENT, Organisation};
use crate::{VIEWER, on, serve, serve_for, served};

/// The status and the answer to a question with a token.
pub(crate) async fn ask(server: &Server, token: &str, query: &str, variables: Value) -> (u16, Value) {
    let asked = server.post("/graphql").bearer_auth(token).json(&json!({ "query": query, "variables": variables }));
    let answer = asked.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Of a token.
pub(crate) async fn status(server: &Server, token: &str) -> u16 {
    ask(server, token, VIEWER, Value::Null).await.0
}

/// The access token of somebody, as the provider gives it to her own program.
pub(crate) async fn access(organisation: &Organisation, actor: &str) -> String {
    organisation.tokens(actor).await["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_of_the_provider_acts_with_the_rights_of_its_person() {
    let Some(organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    let (council, auditor) = (access(&organisation, "council").await, access(&organisation, "auditor").await);
    let (status, viewer) = ask(&server, &council, VIEWER, Value::Null).await;
    assert_eq!((status, &viewer["data"]["viewer"]["person"]["actor"]), (200, &"council".into()), "{viewer}");
    let (_, done) = ask(&server, &auditor, DIRECTIVE, directive("OIDC-1")).await;
    assert_eq!(done["data"]["directiveIssue"]["errors"][0]["code"], "NOT_PERMITTED", "{done}");
    let (_, done) = ask(&server, &council, DIRECTIVE, directive("OIDC-1")).await;
    assert!(done["data"]["directiveIssue"]["position"].is_string() || done["data"]["directiveIssue"]["position"].is_number(), "{done}");
    assert_eq!(done["data"]["directiveIssue"]["errors"], json!([]), "{done}");
}

#[tokio::test]
async fn a_token_that_says_who_signed_in_is_not_one_to_ask_with() {
    let Some(organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    let tokens = organisation.tokens("council").await;
    assert_eq!(status(&server, tokens["id_token"].as_str().unwrap()).await, 401, "it is meant for the program");
    assert_eq!(status(&server, tokens["access_token"].as_str().unwrap()).await, 200);
    // Also where tokens must be meant for our own client: ID tokens are.
    let server = serve_for(data::founded(), &organisation.issuer, CLIENT, "");
    let tokens = organisation.our_tokens("council").await;
    assert_eq!(status(&server, tokens["id_token"].as_str().unwrap()).await, 401);
}

#[tokio::test]
async fn the_token_of_somebody_who_is_barred_is_not_taken() {
    let Some(organisation) = Organisation::start() else { return };
    let directory = data::founded();
    on(directory.path(), &["account", "disable", "council"]);
    let server = serve(directory, &organisation.issuer, "");
    assert_eq!(status(&server, &access(&organisation, "council").await).await, 401);
    assert_eq!(status(&server, &access(&organisation, "auditor").await).await, 200);
}

#[tokio::test]
async fn an_opaque_token_of_the_provider_says_nobody() {
    let Some(organisation) = Organisation::start() else { return };
    let server = served(&organisation);
    let tokens = organisation.our_tokens("council").await;
    assert_eq!(status(&server, tokens["access_token"].as_str().unwrap()).await, 401);
}
