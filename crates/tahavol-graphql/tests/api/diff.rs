//! Two moments compared: what is asked, what is told with its events, and what is refused.

use serde_json::{Value, json};
use tahavol_domain::calendar::Instant;
use tahavol_domain::text::Lang;

use crate::support::World;

async fn reported(world: &World, progress: i32, on: &str) -> Value {
    world.done("mem", "milestoneReportProgress", json!({ "milestone": "M-1", "progress": progress, "effectiveOn": on })).await
}

fn position(payload: &Value) -> u64 {
    payload["position"].to_string().trim_matches('"').parse().unwrap()
}

/// A programme whose milestone was reported twice, ten days apart; the positions of before, between and after.
async fn reported_twice() -> (World, [u64; 3]) {
    let world = World::programme().await;
    let before = world.app.snapshot().position.unwrap();
    let first = position(&reported(&world, 1_000, "2025-05-20").await);
    world.clock.set(Instant::parse("2025-06-11T06:00:00Z").unwrap());
    let second = position(&reported(&world, 2_500, "2025-06-10").await);
    (world, [before, first, second])
}

#[tokio::test]
async fn changes_name_their_subject_and_the_events_that_did_it() {
    let (world, [before, first, second]) = reported_twice().await;
    let answer = world
        .ask(
            "aud",
            &format!(
                "{{ diff(from: {{ position: {before} }}, to: {{ position: {second} }}) {{
                     eventCount from {{ position statusDate }} to {{ position statusDate }}
                     changes {{ totalCount edges {{ node {{ kind field before after positions text
                         subject {{ kind code id text }} events {{ type position }} }} }} }}
                     late {{ totalCount edges {{ node {{ position latenessDays type event {{ type }} }} }} }} }} }}"
            ),
        )
        .await;
    let diff = &answer["diff"];
    assert_eq!(diff["eventCount"].to_string().trim_matches('"'), "2");
    assert_eq!(diff["changes"]["totalCount"], 2);
    let change = &diff["changes"]["edges"][1]["node"];
    assert_eq!((&change["kind"], &change["field"]), (&json!("CHANGED"), &json!("reported")));
    assert_eq!((&change["before"], &change["after"]), (&Value::Null, &json!("2500")));
    assert_eq!(change["subject"]["code"], "M-1");
    assert_eq!(change["events"].as_array().unwrap().len(), 2);
    assert_eq!(change["events"][0]["type"], "milestone.progress_reported");
    assert!(change["text"].as_str().unwrap().contains("reported progress"), "{change}");
    let node = world.ask("aud", &format!("{{ node(id: {}) {{ id }} }}", change["subject"]["id"])).await;
    assert_eq!(node["node"]["id"], change["subject"]["id"]);
    // The earlier moment is of 1 June; the report about 20 May came after it.
    assert_eq!(diff["late"]["totalCount"], 1);
    let late = &diff["late"]["edges"][0]["node"];
    assert_eq!((&late["latenessDays"], &late["event"]["type"]), (&json!(12), &json!("milestone.progress_reported")));
    assert_eq!(position(late), first);
}

#[tokio::test]
async fn pages_go_on_where_they_ended_and_filters_count_exactly() {
    let (world, _) = reported_twice().await;
    let ask = |arguments: &str| {
        format!(
            "{{ diff(from: {{ position: 0 }}) {{ changes({arguments}) {{ totalCount pageInfo {{ hasNextPage endCursor }} edges {{ node {{ kind subject {{ kind }} }} }} }} }} }}"
        )
    };
    let first = world.ask("aud", &ask("first: 3")).await["diff"]["changes"].clone();
    assert_eq!((first["edges"].as_array().unwrap().len(), &first["pageInfo"]["hasNextPage"]), (3, &json!(true)));
    let rest = world.ask("aud", &ask(&format!("first: 100, after: {}", first["pageInfo"]["endCursor"]))).await["diff"]["changes"].clone();
    assert_eq!(rest["edges"].as_array().unwrap().len() + 3, first["totalCount"].as_u64().unwrap() as usize);
    let new = world.ask("aud", &ask("first: 100, kinds: [NEW], subjects: [STATION]")).await["diff"]["changes"].clone();
    assert_eq!((&new["totalCount"], new["edges"].as_array().unwrap().len()), (&json!(2), 2));
    assert_eq!(world.codes(&ask("first: 101")).await, ["FIRST_OUT_OF_RANGE"]);
    // A cursor is good for its list between its moments only.
    let cursor = &first["pageInfo"]["endCursor"];
    for other in [
        format!("{{ diff(from: {{ position: 1 }}) {{ changes(after: {cursor}) {{ totalCount }} }} }}"),
        format!("{{ diff(from: {{ position: 0 }}, milestone: \"M-1\") {{ changes(after: {cursor}) {{ totalCount }} }} }}"),
        format!("{{ diff(from: {{ position: 0 }}) {{ late(after: {cursor}) {{ totalCount }} }} }}"),
        format!("{{ milestones(after: {cursor}) {{ totalCount }} }}"),
    ] {
        assert_eq!(world.codes(&other).await, ["CURSOR_INVALID"], "{other}");
    }
}

#[tokio::test]
async fn what_time_did_and_what_events_did_are_told_apart() {
    let (world, [before, _, second]) = reported_twice().await;
    for scope in ["", ", commission: \"technology\"", ", initiative: \"I-1\"", ", milestone: \"M-1\""] {
        let answer = world
            .ask(
                "aud",
                &format!(
                    "{{ diff(from: {{ position: {before} }}, to: {{ position: {second} }}{scope}) {{ progress {{ horizon commission
                         before {{ planned reported }} byTime {{ planned reported statusDate }} after {{ planned reported position contributions {{ milestone {{ code }} }} }} }} }} }}"
                ),
            )
            .await;
        let step = answer["diff"]["progress"].as_array().unwrap().last().unwrap().clone();
        assert!(step["before"]["planned"].as_i64() < step["byTime"]["planned"].as_i64(), "{scope}: {step}");
        assert_eq!(step["byTime"]["planned"], step["after"]["planned"], "{scope}");
        assert_eq!((&step["byTime"]["reported"], &step["after"]["reported"]), (&Value::Null, &json!(2500)), "{scope}");
        assert_eq!(step["after"]["contributions"][0]["milestone"]["code"], "M-1", "{scope}");
    }
    // On one day, only what became known makes a difference.
    let one_day = format!(
        "{{ diff(from: {{ position: {before} }}, statusDate: \"1404/03/01\") {{ progress {{ before {{ reported }} byTime {{ reported }} after {{ reported }} }} }} }}"
    );
    let answer = world.ask("aud", &one_day).await;
    let step = answer["diff"]["progress"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(step, json!({ "before": { "reported": null }, "byTime": { "reported": null }, "after": { "reported": 1000 } }));
}

#[tokio::test]
async fn the_same_moment_has_no_differences_and_says_so_in_both_languages() {
    let (world, [.., second]) = reported_twice().await;
    let query = format!(
        "{{ diff(from: {{ position: {second} }}, statusDate: \"2025-06-11\") {{ text changes {{ totalCount }} late {{ totalCount }} progress {{ horizon }} }} }}"
    );
    for (lang, nothing) in [(Lang::Fa, "چیزی تغییر نکرده است."), (Lang::En, "Nothing changed.")] {
        let response = world.execute("aud", lang, &query, json!({})).await;
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        let diff = response.data.into_json().unwrap()["diff"].clone();
        assert!(diff["text"].as_str().unwrap().contains(nothing));
        assert_eq!((&diff["changes"]["totalCount"], &diff["late"]["totalCount"], &diff["progress"]), (&json!(0), &json!(0), &json!([])));
    }
}

#[tokio::test]
async fn moments_the_wrong_way_round_unknown_names_and_two_scopes_are_refused() {
    let (world, [before, _, second]) = reported_twice().await;
    let ask = |arguments: &str| format!("{{ diff({arguments}) {{ eventCount }} }}");
    let refused = async |arguments: String| world.codes(&ask(&arguments)).await;
    assert_eq!(refused(format!("from: {{ position: {second} }}, to: {{ position: {before} }}")).await, ["DIFF_REVERSED"]);
    let later = "from: { instant: \"2030-01-01T00:00:00Z\" }".to_owned();
    assert_eq!(refused(later).await, ["INSTANT_NOT_REACHED"]);
    let days = "from: { position: 0 }, statusDate: \"2025-06-10\", fromStatusDate: \"2025-06-11\"".to_owned();
    assert_eq!(refused(days).await, ["DIFF_REVERSED"]);
    assert_eq!(refused(format!("from: {{ position: {} }}", second + 1)).await, ["POSITION_NOT_REACHED"]);
    assert_eq!(refused("from: { position: 0 }, milestone: \"M-9\"".to_owned()).await, ["UNKNOWN_MILESTONE"]);
    assert_eq!(refused("from: { position: 0 }, initiative: \"I-9\"".to_owned()).await, ["UNKNOWN_INITIATIVE"]);
    assert_eq!(refused("from: { position: 0 }, commission: \"navy\"".to_owned()).await, ["UNKNOWN_COMMISSION"]);
    assert_eq!(refused("from: { position: 0 }, commission: \"technology\", milestone: \"M-1\"".to_owned()).await, ["AT_MOST_ONE"]);
    // A request compares two moments once.
    let many = (0..2).map(|n| format!("d{n}: diff(from: {{ position: 0 }}) {{ eventCount }}")).collect::<String>();
    assert_eq!(world.codes(&format!("{{ {many} }}")).await, ["QUERY_TOO_COSTLY"]);
}
