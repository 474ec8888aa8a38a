//! Drafts of one commission over POST, GET, batches, server-sent events and WebSockets.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::{OTHERS, Planted, SECRET, THOSE_WHO_MAY, link};

/// Questions that show something of the drafts to those who may read them.
async fn questions(planted: &Planted) -> Vec<String> {
    let (initiative, initiative_uuid) = planted.ids("initiative", "DRAFT").await;
    let (milestone, milestone_uuid) = planted.ids("milestone", "LATER-1").await;
    let (code, of) = (&planted.milestone, &planted.initiative);
    let (first, last) = (planted.hidden.first().unwrap(), planted.hidden.last().unwrap());
    let (any, events) =
        ("... on Initiative { title { fa } } ... on Milestone { title { fa } }", "totalCount nodes { line sentence reason }");
    let before = first - 1;
    vec![
        format!("{{ node(id: \"{initiative}\") {{ {any} }} }}"),
        format!("{{ nodes(ids: [\"{initiative}\", \"{milestone}\"]) {{ {any} }} }}"),
        "{ initiative(code: \"DRAFT\") { title { fa } } }".to_owned(),
        format!("{{ initiative(id: \"{initiative_uuid}\") {{ title {{ fa }} }} }}"),
        format!("{{ initiative(code: \"{of}\") {{ milestones {{ title {{ fa }} }} }} }}"),
        "{ initiatives(first: 100, commission: \"technology\") { nodes { title { fa } } } }".to_owned(),
        format!("{{ milestones(first: 100, search: \"{SECRET}\") {{ nodes {{ title {{ fa }} }} }} }}"),
        "{ risks(first: 100) { nodes { title { fa } } } }".to_owned(),
        format!("{{ milestone(code: \"{code}\") {{ pendingRebaseline {{ proposed {{ reason }} }} }} }}"),
        format!("{{ milestone(code: \"{code}\") {{ history(first: 100) {{ nodes {{ line }} }} }} }}"),
        format!("{{ initiative(code: \"DRAFT\", asOf: {{ position: {last} }}) {{ title {{ fa }} }} }}"),
        format!("{{ milestone(code: \"{code}\", asOf: {{ position: {last} }}) {{ pendingRebaseline {{ proposed {{ reason }} }} }} }}"),
        format!("{{ ledger {{ events(first: 100, stream: \"initiative-{initiative_uuid}\") {{ {events} }} }} }}"),
        format!("{{ ledger {{ events(first: 100, stream: \"milestone-{milestone_uuid}\") {{ {events} }} }} }}"),
        format!("{{ ledger {{ events(first: 100, text: \"{SECRET}\") {{ {events} }} }} }}"),
        format!("{{ ledger {{ events(first: 20, commission: \"technology\", order: NEWEST_FIRST) {{ {events} }} }} }}"),
        format!("{{ ledger {{ events(last: 20) {{ {events} }} }} }}"),
        format!("{{ ledger {{ event(position: {first}) {{ line }} }} }}"),
        format!("{{ timeline(person: \"member.technology\", last: 20) {{ {events} }} }}"),
        format!("{{ timeline(initiative: \"{of}\", last: 20) {{ {events} }} }}"),
        format!("{{ diff(from: {{ position: {before} }}) {{ text changes(first: 50) {{ nodes {{ text }} }} }} }}"),
        format!("{{ step(position: {first}) {{ event {{ line }} after {{ value }} }} }}"),
        format!("{{ step(stream: \"milestone-{milestone_uuid}\") {{ event {{ line }} }} }}"),
        "{ effect(milestone: \"LATER-1\") { milestone { title { fa } } } }".to_owned(),
        format!("{{ effect(milestone: \"{code}\") {{ asked {{ reason }} }} }}"),
    ]
}

#[tokio::test]
async fn drafts_reach_those_who_may_read_them_and_nobody_else() {
    // A token of the council that is bounded to another commission reads no more than that.
    let planted = Planted::with(&[], &[("council", &["--commission", "training"])]).await;
    for query in questions(&planted).await {
        for actor in THOSE_WHO_MAY {
            let answer = planted.said(actor, &query).await;
            assert!(answer.contains(SECRET), "{actor} {query}: {answer}");
        }
        // The very same bytes as those whose answers were just kept.
        for actor in OTHERS {
            let answer = planted.said(actor, &query).await;
            assert!(!answer.contains(SECRET) && answer.contains("\"data\""), "{actor} {query}: {answer}");
        }
        let asked = planted.server.post("/graphql").bearer_auth(&planted.tokens[0]).json(&json!({ "query": query }));
        let answer = asked.send().await.unwrap().text().await.unwrap();
        assert!(!answer.contains(SECRET) && answer.contains("\"data\""), "{query}: {answer}");
    }
}

#[tokio::test]
async fn todays_offices_decide_also_of_what_was_visible_then() {
    let planted = Planted::new().await;
    let questions = questions(&planted).await;
    let leave = json!({ "commission": "technology", "actor": "member.technology", "role": "MEMBER", "reason": "پایان دوره" });
    let left = planted.command("council", "commissionMemberRelease", "CommissionMemberReleaseInput", leave).await;
    let person = json!({ "actor": "member.training", "name": "x" });
    let join = json!({ "commission": "technology", "person": person, "role": "MEMBER", "reason": "حکم شورا" });
    let joined = planted.command("council", "commissionMemberAppoint", "CommissionMemberAppointInput", join).await;
    assert_eq!((&left["errors"], &joined["errors"]), (&json!([]), &json!([])));
    for query in questions {
        // It is her own work, and what she could read when it was done.
        let answer = planted.said("member.technology", &query).await;
        assert!(!answer.contains(SECRET) && answer.contains("\"data\""), "{query}: {answer}");
        // Whoever has come since reads it as if always there.
        let answer = planted.said("member.training", &query).await;
        assert!(answer.contains(SECRET), "{query}: {answer}");
    }
    for position in &planted.hidden {
        for (actor, status) in [("member.technology", 404), ("member.training", 200)] {
            let receipt = planted.server.get(&format!("/log/proof/{position}")).bearer_auth(planted.server.token(actor));
            assert_eq!(receipt.send().await.unwrap().status(), status, "{actor} {position}");
        }
    }
}

#[tokio::test]
async fn neither_a_link_nor_a_batch_nor_an_error_tells_more() {
    let planted = Planted::new().await;
    let query = "{ initiatives(first: 100) { nodes { title { fa } } } }";
    for (actor, told) in [("council", true), ("member.training", false), ("council", true), ("reporter.IR-07", false)] {
        let linked = planted.server.get(&link(query)).bearer_auth(planted.server.token(actor));
        let batch =
            planted.server.post("/graphql").bearer_auth(planted.server.token(actor)).json(&json!([{ "query": query }, { "query": query }]));
        for answer in [linked.send().await.unwrap(), batch.send().await.unwrap()] {
            assert_eq!(answer.text().await.unwrap().contains(SECRET), told, "{actor}");
        }
    }
    for query in ["{ progress(initiative: \"DRAFT\") { planned } }", "{ timeline(milestone: \"LATER-1\") { totalCount } }"] {
        let there = planted.said("member.training", query).await;
        let missing = planted.said("member.training", &query.replace("DRAFT", "OTHER").replace("LATER-1", "LATER-9")).await;
        assert!(there.contains("UNKNOWN_"), "{there}");
        assert_eq!(there.replace("DRAFT", "OTHER").replace("LATER-1", "LATER-9"), missing);
    }
}

#[tokio::test]
async fn a_command_on_a_draft_is_a_command_on_nothing() {
    let planted = Planted::new().await;
    let (_, initiative) = planted.ids("initiative", "DRAFT").await;
    let (_, milestone) = planted.ids("milestone", "DRAFT-1").await;
    let logged = planted.head().await;
    for actor in OTHERS {
        let input = json!({ "initiative": initiative, "expectedRevision": 0 });
        let payload = planted.command(actor, "initiativeSubmit", "InitiativeSubmitInput", input).await;
        assert_eq!((&payload["errors"][0]["code"], &payload["conflict"]), (&json!("UNKNOWN_INITIATIVE"), &Value::Null), "{actor}");
        let input = json!({ "milestone": milestone, "reason": "r", "expectedRevision": 7 });
        let payload = planted.command(actor, "milestoneBlock", "MilestoneInput", input).await;
        assert_eq!((&payload["errors"][0]["code"], &payload["conflict"]), (&json!("UNKNOWN_MILESTONE"), &Value::Null), "{actor}");
        let input = json!({ "milestone": planted.milestone, "reason": "r", "expectedRevision": 0 });
        let payload = planted.command(actor, "milestoneBlock", "MilestoneInput", input).await;
        assert_eq!(payload["errors"][0]["code"], "CONFLICT", "{actor}");
        assert!(!payload.to_string().contains(SECRET), "{actor}: {payload}");
    }
    assert_eq!(planted.head().await, logged, "nothing was recorded");
}

const EVENTS: &str = "subscription ($after: Position) { ledgerEvents(after: $after) { position event { line } } }";

#[tokio::test]
async fn subscribers_are_passed_over_by_drafts_until_they_are_decided() {
    let planted = Planted::new().await;
    let from = planted.hidden.first().unwrap() - 1;
    let visible: Vec<u64> = (from + 1..=planted.head().await).filter(|position| !planted.hidden.contains(position)).collect();
    let mut by_socket = socket(&planted, "member.training", from).await;
    let mut by_events = events(&planted, "reporter.IR-07", from).await;
    for position in visible {
        for told in [heard(&mut by_socket).await, received(&mut by_events).await] {
            assert_eq!(told["position"], position);
            assert!(!told.to_string().contains(SECRET), "{told}");
        }
    }
    let input = json!({ "milestone": "LATER-1", "resolution": "12/9" });
    let admitted = planted.command("council", "milestoneAdmit", "MilestoneAdmitInput", input).await["position"].clone();
    for told in [heard(&mut by_socket).await, received(&mut by_events).await] {
        assert_eq!(told["position"], admitted);
    }
    // Whoever comes from before now reads it all.
    let mut again = socket(&planted, "member.training", from).await;
    let planned = planted.said("member.training", "{ milestone(code: \"LATER-1\") { title { fa } planned { position } } }").await;
    let planned: Value = serde_json::from_str(&planned).unwrap();
    assert_eq!(planned["data"]["milestone"]["title"]["fa"], SECRET);
    let first = heard(&mut again).await;
    assert_eq!(first["position"], planned["data"]["milestone"]["planned"]["position"]);
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn socket(planted: &Planted, actor: &str, after: u64) -> Socket {
    let (mut socket, _) = connect_async(planted.server.socket()).await.unwrap();
    let authorization = format!("Bearer {}", planted.server.token(actor));
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": { "query": EVENTS, "variables": { "after": after } } });
    for message in [json!({ "type": "connection_init", "payload": { "authorization": authorization } }), subscribe] {
        socket.send(Message::text(message.to_string())).await.unwrap();
    }
    socket
}

async fn heard(socket: &mut Socket) -> Value {
    loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            let message: Value = serde_json::from_str(&text).unwrap();
            if message["type"] != "connection_ack" {
                return message["payload"]["data"]["ledgerEvents"].clone();
            }
        }
    }
}

/// Server-sent events, and what of them was not yet looked at.
type Received = (reqwest::Response, String);

async fn events(planted: &Planted, actor: &str, after: u64) -> Received {
    let body = json!({ "query": EVENTS, "variables": { "after": after } });
    let request = planted.server.post("/graphql").bearer_auth(planted.server.token(actor)).header("accept", "text/event-stream");
    (request.json(&body).send().await.unwrap(), String::new())
}

async fn received((response, text): &mut Received) -> Value {
    loop {
        if let Some((event, rest)) = text.clone().split_once("\n\n") {
            rest.clone_into(text);
            if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data:")).filter(|data| !data.trim().is_empty()) {
                let told: Value = serde_json::from_str(data).unwrap();
                return told["data"]["ledgerEvents"].clone();
            }
        } else {
            text.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
        }
    }
}
