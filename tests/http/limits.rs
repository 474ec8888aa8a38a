//! What is too much: brackets, depth, cost, aliases, batches, bytes.

use serde_json::{Value, json};
use tahavol_tests::data;
use tahavol_tests::server::Server;

/// Texts that recurse in a parser: in an argument, a default, a directive, a selection, a type.
fn nested(bytes: usize) -> Vec<String> {
    let open = |piece: &str| piece.repeat(bytes / piece.len());
    vec![
        format!("{{ meta(asOf: {}", open("[")),
        format!("{{ meta(asOf: {}", open("{a:")),
        format!("query ($x: Int = {}", open("[")),
        format!("query ($x: {}", open("[")),
        format!("{{ meta @include(if: {}", open("[")),
        open("{a"),
        open("{...on A"),
        format!("{{ a(b: \"\") {}", open("{a")),
        format!("{{ a(b: \"\"\"\\\"\"\"\"\"\") {}", open("{a")),
        format!("# \"\n{}", open("{a")),
    ]
}

#[tokio::test]
async fn nested_brackets_do_not_end_the_server_by_any_way_in() {
    let mut server = Server::of(data::founded());
    let token = server.token("council");
    for bytes in [4_096, 61_440] {
        for text in nested(bytes) {
            let single = json!({ "query": text });
            let batch = json!([{ "query": "{ meta { position } }" }, { "query": text }]);
            for body in [&single, &batch] {
                let answer: Value = server.post("/graphql").bearer_auth(&token).json(body).send().await.unwrap().json().await.unwrap();
                let answer = answer.get(1).unwrap_or(&answer);
                assert_eq!(answer["errors"][0]["extensions"]["code"], "QUERY_TOO_DEEP", "{answer}");
            }
            let events = server.post("/graphql").bearer_auth(&token).header("accept", "text/event-stream").json(&single);
            assert!(events.send().await.unwrap().text().await.unwrap().contains("QUERY_TOO_DEEP"));
            let mut link = server.get("/graphql").bearer_auth(&token).build().unwrap();
            link.url_mut().query_pairs_mut().append_pair("query", &text);
            // The longest may be refused for its length before it is read.
            let by_link = reqwest::Client::new().execute(link).await;
            if let Ok(answer) = by_link {
                let answered = answer.status().is_success();
                assert!(!answered || answer.text().await.unwrap().contains("QUERY_TOO_DEEP"));
            }
            // Nobody has to be known for this.
            let unknown: Value = server.post("/graphql").json(&single).send().await.unwrap().json().await.unwrap();
            assert_eq!(unknown["errors"][0]["extensions"]["code"], "QUERY_TOO_DEEP", "{unknown}");
        }
    }
    let variables =
        format!("{{\"query\":\"query ($a: AsOfInput) {{ meta(asOf: $a) {{ position }} }}\",\"variables\":{{\"a\":{}", "[".repeat(60_000));
    let request = server.post("/graphql").bearer_auth(&token).header("content-type", "application/json").body(variables);
    assert_eq!(request.send().await.unwrap().status(), 400);
    assert!(server.lives());
    assert_eq!(server.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_query_may_be_neither_too_deep_nor_too_costly_nor_have_too_many_aliases() {
    let server = Server::of(data::founded());
    let deep = format!("{{ milestones(first: 1) {{ nodes {{ {} id {} }} }} }}", "initiative { milestones { ".repeat(10), "} }".repeat(10));
    let costly: String = (0..40).map(|number| format!("a{number}: stations(first: 100) {{ nodes {{ id code }} }} ")).collect();
    let costly = format!("{{ {costly} }}");
    let aliases: String = (0..200).map(|number| format!("a{number}: meta {{ position }} ")).collect();
    for (query, code) in
        [(deep.as_str(), "QUERY_TOO_DEEP"), (&costly, "QUERY_TOO_COSTLY"), (&format!("{{ {aliases} }}"), "QUERY_TOO_MANY_ALIASES")]
    {
        let answer = server.ask("council", query, Value::Null).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
    }
}

#[tokio::test]
async fn a_batch_is_answered_in_order_and_has_at_most_ten_requests() {
    let server = Server::of(data::founded());
    let send = async |count: usize| {
        let batch: Vec<Value> = (0..count).map(|number| json!({ "query": format!("{{ a{number}: meta {{ position }} }}") })).collect();
        server.post("/graphql").bearer_auth(server.token("council")).json(&batch).send().await.unwrap()
    };
    let answers: Vec<Value> = send(10).await.json().await.unwrap();
    for (number, answer) in answers.iter().enumerate() {
        assert!(answer["data"][format!("a{number}")]["position"].is_u64(), "{answer}");
    }
    for count in [0, 11] {
        let refused = send(count).await;
        assert_eq!(refused.status(), 400);
        assert_eq!(refused.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"], "BATCH_SIZE");
    }
}

#[tokio::test]
async fn a_body_is_at_most_as_large_as_configured() {
    let server = Server::of(data::founded());
    let body = json!({ "query": format!("{{ meta {{ position }} }} # {}", "x".repeat(1 << 20)) });
    let refused = server.post("/graphql").bearer_auth(server.token("council")).json(&body).send().await.unwrap();
    assert_eq!(refused.status(), 413);
    assert_eq!(refused.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"], "REQUEST_TOO_LARGE");
}

#[tokio::test]
async fn a_person_has_only_so_many_subscriptions() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_LIMITS__SUBSCRIPTIONS_PER_PERSON", "2")]);
    let subscribe = async |actor: &str| {
        let body = json!({ "query": "subscription { ledgerEvents { position } }" });
        server.post("/graphql").bearer_auth(server.token(actor)).header("accept", "text/event-stream").json(&body).send().await.unwrap()
    };
    let (first, _second) = (subscribe("council").await, subscribe("council").await);
    assert_eq!(subscribe("council").await.status(), 429);
    assert_eq!(subscribe("auditor").await.status(), 200);
    drop(first);
    // The server sees the end of a connection soon, and not at once.
    for _ in 0..200 {
        if subscribe("council").await.status() == 200 {
            return;
        }
        tokio::task::yield_now().await;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the place is not given back");
}

#[tokio::test]
async fn a_page_that_takes_too_long_is_given_up_and_the_reader_told_to_come_again() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_LIMITS__REQUEST_SECONDS", "0")]);
    let late = server.get("/overview?lang=en").bearer_auth(server.token("council")).send().await.unwrap();
    assert_eq!((late.status().as_u16(), late.headers().contains_key("retry-after")), (503, true));
    assert!(late.text().await.unwrap().contains("Something went wrong"));
}

#[tokio::test]
async fn a_batch_compares_two_moments_once_and_costs_no_more_than_one_request() {
    let server = Server::of(data::founded());
    let codes = async |query: &str, count: usize| {
        let batch = vec![json!({ "query": query }); count];
        let sent = server.post("/graphql").bearer_auth(server.token("council")).json(&batch).send().await.unwrap();
        let answers: Vec<Value> = sent.json().await.unwrap();
        answers.iter().map(|answer| answer["errors"][0]["extensions"]["code"].clone()).collect::<Vec<_>>()
    };
    let costly = json!("QUERY_TOO_COSTLY");
    let diff = "{ diff(from: { position: 0 }) { eventCount } }";
    assert_eq!(codes(diff, 3).await, [Value::Null, costly.clone(), costly.clone()]);
    let dear = "{ stations(first: 100) { nodes { a: code b: code c: code d: code e: code f: code g: code h: code i: code j: code                 k: code l: code m: code n: code o: code p: code q: code r: code s: code t: code u: code v: code w: code x: code                 y: code z: code aa: code ab: code ac: code ad: code ae: code af: code ag: code ah: code ai: code aj: code } } }";
    let answers = codes(dear, 4).await;
    assert_eq!((&answers[0], &answers[3]), (&Value::Null, &costly), "{answers:?}");
}
