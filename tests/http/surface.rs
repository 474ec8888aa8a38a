//! What is answered to whom, and in which form.

use std::process::Command;

use serde_json::{Value, json};
use tahavol_tests::binary::root;
use tahavol_tests::data;
use tahavol_tests::server::{DIRECTIVE, Server, directive};

const META: &str = "{ meta { position } }";

#[test]
fn every_audit_of_graphql_over_http_passes() {
    let folder = root().join("tests/graphql-http");
    let node = Command::new("node").arg("--version").output();
    if node.is_err() || !folder.join("node_modules/graphql-http").exists() {
        #[expect(clippy::print_stdout, reason = "a test that does not run has to say so")]
        {
            println!("SKIPPED: the audits of graphql-http need node, and `npm ci --prefix tests/graphql-http`");
        }
        return;
    }
    let server = Server::of(data::founded());
    let url = format!("{}/graphql", server.address);
    let audit = Command::new("node").arg(folder.join("audit.mjs")).args([&url, &server.token("council")]).output().unwrap();
    let told = String::from_utf8_lossy(&audit.stdout);
    assert!(audit.status.success(), "{told}");
    assert!(told.contains("61 passed, 0 failed"), "{told}");
}

#[tokio::test]
async fn nobody_reads_without_a_token_and_a_wrong_one_is_refused() {
    let server = Server::of(data::founded());
    let nobody = server.post("/graphql").json(&json!({ "query": META })).send().await.unwrap();
    assert_eq!(nobody.status(), 401);
    assert_eq!(nobody.headers()["www-authenticate"], "Bearer");
    let wrong = server.post("/graphql").bearer_auth("not-a-token-of-anybody").json(&json!({ "query": META })).send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    let answer: Value = wrong.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "TOKEN_UNKNOWN");
    assert!(answer.get("data").is_none());
}

#[tokio::test]
async fn a_link_changes_nothing() {
    let server = Server::of(data::founded());
    let before = server.ask("council", META, Value::Null).await;
    let query =
        format!("mutation A {} query B {META}", &DIRECTIVE["mutation ($input: DirectiveIssueInput!) ".len()..].replace("$input", "{}"));
    let by_get =
        |name: &str| server.get("/graphql").query_pairs(&[("query", &query), ("operationName", name)]).bearer_auth(server.token("council"));
    let mutation = by_get("A").send().await.unwrap();
    assert_eq!((mutation.status().as_u16(), &mutation.headers()["allow"]), (405, &"POST".parse().unwrap()));
    assert_eq!(server.ask("council", META, Value::Null).await["data"], before["data"]);
}

#[tokio::test]
async fn the_operation_that_get_names_is_the_one_that_runs() {
    let server = Server::of(data::founded());
    let query = "query A { meta { position } } query B { meta { logSize } }";
    let request = server.get("/graphql").query_pairs(&[("query", query), ("operationName", "B")]).bearer_auth(server.token("council"));
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    assert!(answer["data"]["meta"]["logSize"].is_u64(), "{answer}");
}

#[tokio::test]
async fn only_json_is_taken() {
    let server = Server::of(data::founded());
    let body = json!({ "query": META }).to_string();
    for content in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql"] {
        let request = server.post("/graphql").bearer_auth(server.token("council")).header("content-type", content).body(body.clone());
        assert_eq!(request.send().await.unwrap().status(), 415, "{content}");
    }
    let other = server.post("/graphql").bearer_auth(server.token("council")).json(&json!({ "query": META })).header("accept", "text/html");
    assert_eq!(other.send().await.unwrap().status(), 406);
}

#[tokio::test]
async fn messages_are_in_the_language_of_the_caller() {
    let server = Server::of(data::founded());
    let ask = |lang: &'static str| {
        let body = json!({ "query": DIRECTIVE, "variables": directive("بد کد") });
        server.post("/graphql").bearer_auth(server.token("council")).header("accept-language", lang).json(&body)
    };
    for (lang, sample) in [("en-GB, fa;q=0.5", "cannot be"), ("fa", "کد")] {
        let answer: Value = ask(lang).send().await.unwrap().json().await.unwrap();
        let error = &answer["data"]["directiveIssue"]["errors"][0];
        assert_eq!(error["code"], "CODE_INVALID", "{answer}");
        assert!(error["message"].as_str().unwrap().contains(sample), "{error}");
    }
}

#[tokio::test]
async fn every_answer_has_an_id_and_headers_that_keep_browsers_careful() {
    let server = Server::of(data::founded());
    for path in ["/healthz", "/nowhere", "/graphql", "/graphiql", "/metrics"] {
        let answer = server.get(path).header("x-request-id", "asked-1").send().await.unwrap();
        let headers = answer.headers();
        assert_eq!(headers["x-request-id"], "asked-1", "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
    }
    assert_eq!(server.get("/nowhere").send().await.unwrap().status(), 404);
    assert_eq!(server.post("/healthz").send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn graphiql_and_all_it_loads_come_from_here() {
    let server = Server::of(data::founded());
    let page = server.get("/graphiql").send().await.unwrap();
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("script-src 'self'") && !policy.contains("http"), "{policy}");
    let page = page.text().await.unwrap();
    assert!(!page.contains("//"), "the page loads something from elsewhere: {page}");
    let loaded: Vec<&str> = page.split('"').filter(|part| part.starts_with("/graphiql/")).collect();
    assert_eq!(loaded.len(), 5);
    for path in loaded {
        let file = server.get(path).send().await.unwrap();
        assert_eq!(file.status(), 200, "{path}");
        assert!(file.content_length().unwrap() > 1_000, "{path}");
    }
    assert_eq!(server.get("/graphiql/../Cargo.toml").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn introspection_works_under_the_limits() {
    let server = Server::of(data::founded());
    let answer = server.ask("council", INTROSPECTION, Value::Null).await;
    assert!(answer.get("errors").is_none(), "{}", answer["errors"]);
    assert!(answer["data"]["__schema"]["types"].as_array().unwrap().len() > 100);
}

#[tokio::test]
async fn what_is_counted_is_told() {
    let server = Server::of(data::founded());
    server.issue_directive("METRICS-1").await;
    let text = server.get("/metrics").send().await.unwrap().text().await.unwrap();
    let value = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {text}"));
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    assert!(value("tahavol_ledger_events") > 3_000.0);
    assert!((value("tahavol_append_seconds_count") - 1.0).abs() < f64::EPSILON);
    assert!((value("tahavol_snapshot_following") - 1.0).abs() < f64::EPSILON);
    assert!(value("tahavol_http_requests_total{route=\"graphql\",status=\"200\"}") >= 1.0);
}

#[tokio::test]
async fn the_same_question_is_answered_from_memory_until_something_happens_and_for_nobody_else() {
    let server = Server::of(data::founded());
    let question = "{ viewer { person { actor } } directives(first: 100) { totalCount } meta { position } }";
    let first = server.ask("council", question, Value::Null).await;
    assert!(first.get("errors").is_none(), "{first}");
    let again = server.ask("council", question, Value::Null).await;
    assert_eq!(first, again);
    let text = server.get("/metrics").send().await.unwrap().text().await.unwrap();
    assert!(text.contains("tahavol_cached_answers_total 1"), "{text}");
    let other = server.ask("auditor", question, Value::Null).await;
    assert_ne!(first["data"]["viewer"], other["data"]["viewer"]);
    server.issue_directive("CACHE-1").await;
    let after = server.ask("council", question, Value::Null).await;
    assert_ne!(first["data"], after["data"]);
}

/// The standard query of `graphql-js`.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { queryType { name } mutationType { name } subscriptionType { name } \
     types { ...FullType } directives { name description locations args { ...InputValue } } } } \
     fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue } \
     type { ...TypeRef } isDeprecated deprecationReason } inputFields { ...InputValue } interfaces { ...TypeRef } \
     enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } } \
     fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue } \
     fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { \
     kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

/// Query pairs by hand: the client is built without that part.
trait QueryPairs {
    fn query_pairs(self, pairs: &[(&str, &str)]) -> Self;
}

impl QueryPairs for reqwest::RequestBuilder {
    fn query_pairs(self, pairs: &[(&str, &str)]) -> Self {
        let (client, request) = self.build_split();
        let mut request = request.unwrap();
        request.url_mut().query_pairs_mut().extend_pairs(pairs);
        reqwest::RequestBuilder::from_parts(client, request)
    }
}
