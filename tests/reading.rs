//! Who may read what, against the program as it runs: drafts over every transport, the log, files, and the public view.

#[path = "reading/drafts.rs"]
mod drafts;
#[path = "reading/open.rs"]
mod open;
#[path = "reading/pages.rs"]
mod pages;
#[path = "reading/rest.rs"]
mod rest;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tahavol_tests::data;
use tahavol_tests::server::Server;

/// Stands in every text of every draft, and nowhere else.
const SECRET: &str = "پیش‌نویس محرمانه";

/// Everybody who does not read the drafts of `technology`.
const OTHERS: [&str; 5] = ["member.training", "chair.training", "reporter.IR-07", "administrator", "member.support"];
/// The commission itself, the council, an inspector, the auditor.
const THOSE_WHO_MAY: [&str; 4] = ["member.technology", "council", "inspector", "auditor"];

/// A query as an address.
fn link(query: &str) -> String {
    let encoded: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/graphql?query={encoded}")
}

/// A server on which `technology` has drafted something.
struct Planted {
    server: Server,
    hidden: BTreeSet<u64>,
    /// Service tokens that were made before it started.
    tokens: Vec<String>,
    /// The milestone that they propose to move, and its initiative.
    milestone: String,
    initiative: String,
}

impl Planted {
    async fn new() -> Planted {
        Planted::with(&[], &[]).await
    }

    /// An initiative `DRAFT` with a milestone `DRAFT-1` and a risk; a milestone `LATER-1` of an approved initiative; a proposal to
    /// move a promise. `tokens`: in whose names, and the bounds of each as the command line takes them.
    async fn with(environment: &[(&str, &str)], tokens: &[(&str, &[&str])]) -> Planted {
        let directory = data::with_history();
        let tokens = tokens.iter().map(|(actor, bounds)| data::new_token(directory.path(), actor, bounds)).collect();
        let server = Server::of_with(directory, environment);
        let find = "{ milestones(commission: \"technology\", counted: true, phase: PLANNED, blocked: false, first: 20) { nodes { code baseline { weight starts due }
            initiative { code phase } pendingRebaseline { proposal } } } }";
        let found = server.ask("council", find, Value::Null).await;
        let rows = found["data"]["milestones"]["nodes"].as_array().unwrap_or_else(|| panic!("{found}"));
        let free = |row: &&Value| row["initiative"]["phase"] == "APPROVED" && row["pendingRebaseline"].is_null();
        let row = rows.iter().find(free).unwrap_or_else(|| panic!("{found}"));
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{found}")).to_owned();
        let (milestone, initiative) = (text(&row["code"]), text(&row["initiative"]["code"]));
        let mut planted = Planted { server, hidden: BTreeSet::new(), tokens, milestone: milestone.clone(), initiative: initiative.clone() };
        let secret = json!({ "fa": SECRET });
        let promise = json!({ "weight": row["baseline"]["weight"].as_u64().unwrap() + 1, "starts": row["baseline"]["starts"],
            "due": row["baseline"]["due"], "measure": { "reported": true } });
        let proposal = json!({ "code": "DRAFT", "commission": "technology", "horizon": "LONG", "title": secret, "note": secret });
        planted.draft("initiativePropose", "InitiativeProposeInput", proposal).await;
        let planned = |of: &str, code: &str| json!({ "initiative": of, "code": code, "title": secret, "baseline": promise });
        planted.draft("milestonePlan", "MilestonePlanInput", planned("DRAFT", "DRAFT-1")).await;
        let risk = json!({ "initiative": "DRAFT", "title": secret, "likelihood": 1, "impact": 1, "reason": SECRET });
        planted.draft("initiativeRaiseRisk", "InitiativeRaiseRiskInput", risk).await;
        planted.draft("milestonePlan", "MilestonePlanInput", planned(&initiative, "LATER-1")).await;
        let moved = json!({ "milestone": milestone, "baseline": promise, "reason": SECRET });
        planted.draft("milestoneProposeRebaseline", "MilestoneProposeRebaselineInput", moved).await;
        planted.server.issue_directive("AFTER").await;
        planted
    }

    async fn draft(&mut self, name: &str, input_type: &str, input: Value) {
        let payload = self.command("member.technology", name, input_type, input).await;
        assert_eq!(payload["errors"], json!([]), "{name}");
        self.hidden.insert(payload["position"].as_u64().unwrap());
    }

    async fn command(&self, actor: &str, name: &str, input_type: &str, input: Value) -> Value {
        let query = format!(
            "mutation ($input: {input_type}!) {{ {name}(input: $input) {{ position revision errors {{ code field message }}
               conflict {{ events {{ type reason data }} }} }} }}"
        );
        let answer = self.server.ask(actor, &query, json!({ "input": input })).await;
        let payload = answer["data"][name].clone();
        assert!(payload.is_object(), "{answer}");
        payload
    }

    /// The whole answer as a text.
    async fn said(&self, actor: &str, query: &str) -> String {
        self.server.send(actor, query, Value::Null).await.text().await.unwrap()
    }

    async fn head(&self) -> u64 {
        self.server.ask("council", "{ meta { position } }", Value::Null).await["data"]["meta"]["position"].as_u64().unwrap()
    }

    /// The node id and the uuid of a thing, as the council is told them.
    async fn ids(&self, field: &str, code: &str) -> (String, String) {
        let answer = self.server.ask("council", &format!("{{ {field}(code: \"{code}\") {{ id uuid }} }}"), Value::Null).await;
        let thing = &answer["data"][field];
        (thing["id"].as_str().unwrap().to_owned(), thing["uuid"].as_str().unwrap().to_owned())
    }
}
