//! The security journal on the real server and at the console: what leaves a trail, who reads it, and that nobody changes it unseen.

#[path = "journal/accounts.rs"]
mod accounts;
#[path = "journal/console.rs"]
mod console;
#[path = "journal/node.rs"]
mod node;
#[path = "journal/secrets.rs"]
mod secrets;
#[path = "journal/tampering.rs"]
mod tampering;
#[path = "journal/tokens.rs"]
mod tokens;
#[path = "journal/trail.rs"]
mod trail;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tahavol_tests::binary;
use tahavol_tests::server::Server;

/// How long an entry may take: it is written beside the request.
const SOON: Duration = Duration::from_secs(20);

/// The entries of a data directory, as the command line tells them beside a running server.
fn entries(directory: &Path) -> Vec<Value> {
    let output = binary::run(&["journal", "--json", "--data", &directory.display().to_string()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The first entry that is so, as soon as it is written.
fn entry(directory: &Path, what: &str, is: impl Fn(&Value) -> bool) -> Value {
    let until = Instant::now() + SOON;
    loop {
        let all = entries(directory);
        if let Some(found) = all.iter().find(|entry| is(entry)) {
            return found.clone();
        }
        assert!(Instant::now() < until, "no entry: {what}; there are {all:#?}");
        std::thread::yield_now();
    }
}

fn of_kind<'a>(kind: &'a str, actor: &'a str) -> impl Fn(&Value) -> bool + 'a {
    move |entry| entry["kind"] == kind && entry["actor"] == actor
}

/// The data of a query that somebody may ask.
async fn read(server: &Server, actor: &str, query: &str) -> Value {
    let answer = server.ask(actor, query, json!({})).await;
    assert!(answer["errors"].is_null(), "{query}: {answer}");
    answer["data"].clone()
}

/// The code with which a query is refused to whoever shows the token.
async fn refused(server: &Server, token: &str, query: &str) -> String {
    let answer = as_token(server, token, query).await;
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("not refused: {answer}")).to_owned()
}

async fn as_token(server: &Server, token: &str, query: &str) -> Value {
    let request = server.post("/graphql").bearer_auth(token).json(&json!({ "query": query }));
    request.send().await.expect("an answer").json().await.expect("JSON")
}

/// A mutation's payload; `fields` beside its errors.
async fn act(server: &Server, actor: &str, name: &str, input: Value, fields: &str) -> Value {
    act_with(server, &server.token(actor), name, input, fields).await
}

async fn act_with(server: &Server, token: &str, name: &str, input: Value, fields: &str) -> Value {
    let input_type = match name {
        "accountAdd" => "PersonInput".to_owned(),
        "accountDisable" | "accountEnable" | "sessionsEnd" => "AccountInput".to_owned(),
        _ => format!("{}{}Input", name[..1].to_uppercase(), &name[1..]),
    };
    let query = format!("mutation ($input: {input_type}!) {{ {name}(input: $input) {{ {fields} errors {{ code field message }} }} }}");
    let request = server.post("/graphql").bearer_auth(token).json(&json!({ "query": query, "variables": { "input": input } }));
    let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
    if answer["errors"].is_null() { answer["data"][name].clone() } else { answer }
}
