//! Pages, cursors, node ids and filters.

use serde_json::json;
use tahavol_domain::text::Lang;
use tahavol_graphql::{Written, to_json};

use crate::support::{World, request};

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let world = World::programme().await;
    let total = world.app.snapshot().position.unwrap() + 1;
    let (mut seen, mut after) = (Vec::new(), "null".to_owned());
    loop {
        let query = format!(
            "{{ ledger {{ events(first: 4, after: {after}) {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ position }} }} }} }}"
        );
        let page = world.ask("aud", &query).await["ledger"]["events"].clone();
        assert_eq!(page["totalCount"], total);
        seen.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["position"].as_u64().unwrap()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].to_string();
    }
    assert_eq!(seen, (0..total).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_cursor_stays_good_while_its_list_grows() {
    let world = World::programme().await;
    let first = world.ask("aud", "{ stations(first: 1) { edges { cursor node { code } } pageInfo { hasNextPage } } }").await;
    assert_eq!(first["stations"]["pageInfo"]["hasNextPage"], true);
    let before = json!({
        "code": "00000", "kind": "OUTPOST", "name": { "fa": "پاسگاه" }, "province": "IR-23", "networked": false, "annualVisits": 1, "annualCases": 0,
    });
    world.done("rep", "stationRegister", before).await;
    let cursor = &first["stations"]["edges"][0]["cursor"];
    let next = world.ask("aud", &format!("{{ stations(first: 5, after: {cursor}) {{ totalCount nodes {{ code }} }} }}")).await;
    assert_eq!(next["stations"], json!({ "totalCount": 3, "nodes": [{ "code": "00002" }] }));
}

#[tokio::test]
async fn sizes_of_pages_and_cursors_are_checked() {
    let world = World::programme().await;
    assert_eq!(world.codes("{ stations(first: 101) { totalCount } }").await, ["FIRST_OUT_OF_RANGE"]);
    assert_eq!(world.codes("{ stations(first: -1) { totalCount } }").await, ["FIRST_OUT_OF_RANGE"]);
    assert_eq!(world.codes("{ stations(first: -2147483648) { nodes { code } } }").await, ["FIRST_OUT_OF_RANGE"]);
    assert_eq!(world.codes("{ stations(after: \"xyz\") { totalCount } }").await, ["CURSOR_INVALID"]);
    let none = world.ask("aud", "{ stations(first: 0) { totalCount nodes { code } pageInfo { hasNextPage } } }").await;
    assert_eq!(none["stations"], json!({ "totalCount": 2, "nodes": [], "pageInfo": { "hasNextPage": true } }));
}

#[tokio::test]
async fn every_node_is_found_again_by_its_id() {
    let world = World::programme().await;
    let risk = json!({ "initiative": "I-1", "title": { "fa": "خطر" }, "likelihood": 3, "impact": 3 });
    world.done("mem", "initiativeRaiseRisk", risk).await;
    let told = world
        .ask(
            "aud",
            "{ programme { id } commission(slug: \"technology\") { id } initiative(code: \"I-1\") { id risks { id } } milestone(code: \"M-1\") { id }
               station(code: \"00001\") { id } province(code: \"IR-23\") { id } official(actor: \"c1\") { id } ledger { event(position: 0) { id } } }",
        )
        .await;
    let ids = [
        &told["programme"]["id"],
        &told["commission"]["id"],
        &told["initiative"]["id"],
        &told["initiative"]["risks"][0]["id"],
        &told["milestone"]["id"],
        &told["station"]["id"],
        &told["province"]["id"],
        &told["official"]["id"],
        &told["ledger"]["event"]["id"],
    ];
    let list = serde_json::to_string(&ids).unwrap();
    let nodes = world.ask("aud", &format!("{{ nodes(ids: {list}) {{ id __typename ... on Milestone {{ code }} }} }}")).await;
    for (node, id) in nodes["nodes"].as_array().unwrap().iter().zip(ids) {
        assert_eq!(&node["id"], id, "{node}");
    }
    let by_id =
        format!("{{ milestone(id: {}) {{ code }} node(id: {}) {{ __typename }} }}", told["milestone"]["id"], told["milestone"]["id"]);
    assert_eq!(world.ask("aud", &by_id).await, json!({ "milestone": { "code": "M-1" }, "node": { "__typename": "Milestone" } }));
    assert_eq!(world.codes("{ node(id: \"nonsense\") { id } }").await, ["NODE_ID_INVALID"]);
    assert_eq!(world.codes("{ milestone { code } }").await, ["ONE_REQUIRED"]);
}

#[tokio::test]
async fn events_are_filtered_by_stream_type_and_actor() {
    let world = World::programme().await;
    let uuid = world.ask("aud", "{ milestone(code: \"M-1\") { uuid } }").await["milestone"]["uuid"].as_str().unwrap().to_owned();
    let told = world
        .ask(
            "aud",
            &format!(
                "{{ ledger {{ stream: events(stream: \"milestone-{uuid}\") {{ totalCount nodes {{ type stream }} }}
                    type: events(type: \"station\") {{ totalCount nodes {{ type }} }}
                    actor: events(actor: \"chair\") {{ totalCount nodes {{ type line leafHash data }} }} }} }}"
            ),
        )
        .await;
    assert_eq!(told["ledger"]["stream"]["totalCount"], 1);
    assert_eq!(told["ledger"]["type"]["totalCount"], 2);
    assert_eq!(told["ledger"]["actor"]["nodes"][0]["type"], "initiative.submitted");
    let line: serde_json::Value = serde_json::from_str(told["ledger"]["actor"]["nodes"][0]["line"].as_str().unwrap()).unwrap();
    assert_eq!(line["actorid"], "chair");
    assert_eq!(world.codes("{ ledger { events(type: \"nonsense\") { totalCount } } }").await, ["FILTER_INVALID"]);
    assert_eq!(world.codes("{ ledger { events(stream: \"nonsense\") { totalCount } } }").await, ["FILTER_INVALID"]);
}

#[tokio::test]
async fn a_position_that_is_not_reached_is_waited_for_and_then_refused() {
    let world = World::programme().await;
    let head = world.app.snapshot().position.unwrap();
    let now = world.ask("aud", &format!("{{ meta(minPosition: {head}) {{ position }} }}")).await;
    assert_eq!(now["meta"]["position"], head);
    assert_eq!(world.codes("{ meta(minPosition: \"x\") { position } }").await, ["POSITION_FORM"]);
    assert_eq!(world.codes(&format!("{{ meta(minPosition: {}) {{ position }} }}", head + 1)).await, ["POSITION_NOT_REACHED"]);
}

#[tokio::test]
async fn a_matrix_and_a_series_tell_the_same_by_fragments_as_by_plain_fields() {
    let world = World::programme().await;
    let (cell, point) = ("horizon commission planned verified bac", "starts ends planned pv");
    let plain = world.ask("aud", &format!("{{ progressMatrix {{ {cell} }} progressSeries {{ {point} }} }}")).await;
    let fragments = format!(
        "{{ progressMatrix {{ ...c }} progressSeries {{ ... on SeriesPoint {{ {point} }} }} }} fragment c on Progress {{ {cell} }}"
    );
    assert_eq!(world.ask("aud", &fragments).await, plain);
    assert!(!plain["progressSeries"].as_array().unwrap().is_empty());
    let deeper = world.ask("aud", "{ progressMatrix { planned meta { position } } }").await;
    assert_eq!(deeper["progressMatrix"][0]["meta"]["position"], world.app.snapshot().position.unwrap());
}

#[tokio::test]
async fn an_answer_written_at_once_is_the_same_byte_for_byte() {
    let world = World::programme().await;
    let all = "__typename position statusDate baseline horizon commission planned reported verified coverage bac pv ev vv spi es spiT svT \
               at pd starts due forecastFinish forecastReason completedOn slippageDays confidence cancelledWeight milestones";
    for query in [
        format!("{{ progressMatrix {{ {all} }} progressSeries {{ starts ends planned reported verified pv ev vv }} }}"),
        "{ early: progressMatrix(statusDate: \"2025-01-01\") { bac planned: verified bac } late: progressMatrix { bac } }".to_owned(),
        // What two selections of one field ask is told together.
        "{ progressMatrix { horizon } progressMatrix { bac } }".to_owned(),
        "{ progressMatrix { horizon } ...f } fragment f on Query { progressMatrix { bac } }".to_owned(),
        "{ ... on Query { progressMatrix { horizon } progressMatrix { bac } } }".to_owned(),
        "{ progressMatrix { horizon meta { position } } }".to_owned(),
        "{ progressMatrix { horizon @skip(if: true) bac } }".to_owned(),
    ] {
        let asked = || request("aud", Lang::En, &query, json!({}));
        let (plain, written) = (world.run(asked()).await, world.run(asked().data(Written)).await);
        assert!(plain.errors.is_empty() && written.errors.is_empty(), "{query}: {:?}", plain.errors);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        assert_eq!(text(to_json(&written).unwrap()), text(serde_json::to_vec(&plain).unwrap()), "{query}");
    }
}
