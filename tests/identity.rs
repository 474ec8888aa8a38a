//! Who is let in and by what: accounts and tokens from the command line, the first administrator, and what ends with them.

#[path = "identity/accounts.rs"]
mod accounts;
#[path = "identity/browser.rs"]
mod browser;
#[path = "identity/first.rs"]
mod first;
#[path = "identity/lasting.rs"]
mod lasting;
#[path = "identity/tokens.rs"]
mod tokens;

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};
use tahavol_tests::binary;
use tahavol_tests::server::Server;
use tokio::time::{Instant, sleep};

/// What another process changes is known within a second; machines that build at the same time are slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a command on a data directory.
fn on(data: &Path, arguments: &[&str]) -> Output {
    let data = data.display().to_string();
    binary::run(&[arguments, &["--data", &data]].concat())
}

/// What was printed by a command that succeeded.
fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", said(output));
    String::from_utf8(output.stdout.clone()).expect("text").trim().to_owned()
}

/// What was said beside.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The status of a question that asks who one is.
async fn status(server: &Server, token: &str) -> u16 {
    let asked = server.post("/graphql").bearer_auth(token).json(&json!({ "query": "{ viewer { person { actor } } }" }));
    asked.send().await.expect("an answer").status().as_u16()
}

/// Asks until the status is this one.
async fn becomes(server: &Server, token: &str, wanted: u16) {
    let began = Instant::now();
    while status(server, token).await != wanted {
        assert!(began.elapsed() < PATIENCE, "it never became {wanted}");
        sleep(Duration::from_millis(100)).await;
    }
}

/// A GraphQL request with a token of its own.
async fn ask(server: &Server, token: &str, query: &str, variables: Value) -> Value {
    let asked = server.post("/graphql").bearer_auth(token).json(&json!({ "query": query, "variables": variables }));
    asked.send().await.expect("an answer").json().await.expect("JSON")
}
