//! Without signing in: nothing, or approved work and progress where the public view is open.

use serde_json::{Value, json};

use crate::{Planted, SECRET, link};

const WORK: &str = "{ programme { title { fa } } initiatives(first: 100) { nodes { code title { fa } } }
    milestones(first: 100) { nodes { code pendingRebaseline { proposed { reason } } } } progress { planned reported } meta { position } }";

async fn nobody(planted: &Planted, query: &str) -> (u16, Value) {
    let answer = planted.server.post("/graphql").json(&json!({ "query": query })).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn codes(answer: &Value) -> Vec<&str> {
    let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
    errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn nobody_reads_anything_unless_the_public_view_is_open() {
    let planted = Planted::new().await;
    let (_, answer) = nobody(&planted, "{ programme { title { fa } } }").await;
    assert_eq!((codes(&answer), &answer["data"]["programme"]), (vec!["UNAUTHENTICATED"], &Value::Null));
}

#[tokio::test]
async fn the_public_view_shows_approved_work_and_progress_and_nothing_else() {
    let planted = Planted::with(&[("TAHAVOL_PUBLIC_VIEW", "true")], &[]).await;
    // Answers are kept for whom they were made for, whoever asks first.
    for _ in 0..2 {
        let council = planted.server.ask("council", WORK, Value::Null).await;
        assert!(council.to_string().contains(SECRET));
        let (status, public) = nobody(&planted, WORK).await;
        assert_eq!((status, codes(&public)), (200, vec![]), "{public}");
        assert!(!public.to_string().contains(SECRET) && public.to_string().contains(&planted.initiative), "{public}");
        assert_eq!(public["data"]["progress"], council["data"]["progress"], "figures are the same for everybody");
        let linked = planted.server.get(&link(WORK)).send().await.unwrap().text().await.unwrap();
        assert!(!linked.contains(SECRET) && linked.contains(&planted.initiative));
    }
    for query in [
        "{ ledger { head } }",
        "{ officials { totalCount } }",
        "{ evidence { totalCount } }",
        "{ viewer { offices } }",
        "{ health { position } }",
        "{ decisions(first: 1) { totalCount } }",
        "{ diff(from: { position: 0 }) { text } }",
        "{ step { event { line } } }",
        "mutation { initiativeSubmit(input: { initiative: \"DRAFT\" }) { position } }",
    ] {
        assert_eq!(codes(&nobody(&planted, query).await.1), ["UNAUTHENTICATED"], "{query}");
    }
    for path in ["/log/tile/entries/000", "/log/proof/1"] {
        assert_eq!(planted.server.get(path).send().await.unwrap().status(), 401, "{path}");
    }
    // What is shown and is not good is not the same as nothing.
    let wrong = planted.server.post("/graphql").bearer_auth("tahavol_no-token").json(&json!({ "query": WORK })).send().await.unwrap();
    assert_eq!(wrong.status(), 401);
}
