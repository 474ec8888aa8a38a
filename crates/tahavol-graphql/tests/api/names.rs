//! A name that nobody has is an error that says so, never an empty answer.

use async_graphql::Response;
use serde_json::{Value, json};
use tahavol_domain::text::Lang;

use crate::support::{World, codes, milestone};

/// Every field that takes names, and what is wrong with it.
const UNKNOWN: [(&str, &str, &str); 21] = [
    ("progress(commission: \"nobody\") { planned }", "UNKNOWN_COMMISSION", "commission"),
    ("progress(initiative: \"I-9\") { planned }", "UNKNOWN_INITIATIVE", "initiative"),
    ("progressSeries(commission: \"nobody\") { ends }", "UNKNOWN_COMMISSION", "commission"),
    ("progressSeries(initiative: \"I-9\") { ends }", "UNKNOWN_INITIATIVE", "initiative"),
    ("attention(commission: \"nobody\") { slippageDays }", "UNKNOWN_COMMISSION", "commission"),
    ("attention(initiative: \"I-9\") { slippageDays }", "UNKNOWN_INITIATIVE", "initiative"),
    ("milestones(commission: \"nobody\") { totalCount }", "UNKNOWN_COMMISSION", "commission"),
    ("milestones(initiative: \"I-9\") { totalCount }", "UNKNOWN_INITIATIVE", "initiative"),
    ("milestonePhases(commission: \"nobody\") { count }", "UNKNOWN_COMMISSION", "commission"),
    ("initiatives(commission: \"nobody\") { totalCount }", "UNKNOWN_COMMISSION", "commission"),
    ("risks(commission: \"nobody\") { totalCount }", "UNKNOWN_COMMISSION", "commission"),
    ("allocations(commission: \"nobody\") { totalCount }", "UNKNOWN_COMMISSION", "commission"),
    ("indicators(commission: \"nobody\") { totalCount }", "UNKNOWN_COMMISSION", "commission"),
    ("stations(province: \"IR-99\") { totalCount }", "UNKNOWN_PROVINCE", "province"),
    ("coverage(province: \"IR-99\") { stations }", "UNKNOWN_PROVINCE", "province"),
    ("coverage(milestone: \"M-9\") { stations }", "UNKNOWN_MILESTONE", "milestone"),
    ("coverage(milestone: \"0190163d-8694-739b-aea5-966c26f8ad91\") { stations }", "UNKNOWN_MILESTONE", "milestone"),
    ("progress(initiative: \"0190163d-8694-739b-aea5-966c26f8ad91\") { planned }", "UNKNOWN_INITIATIVE", "initiative"),
    ("progress(commission: \"\") { planned }", "UNKNOWN_COMMISSION", "commission"),
    ("progress(commission: \"nobody\", asOf: { position: 3 }) { planned }", "UNKNOWN_COMMISSION", "commission"),
    ("milestones(initiative: \"M-1\") { totalCount }", "UNKNOWN_INITIATIVE", "initiative"),
];

fn field(response: &Response) -> Value {
    let extensions = response.errors[0].extensions.as_ref().unwrap();
    extensions.get("field").cloned().unwrap().into_json().unwrap()
}

#[tokio::test]
async fn a_name_that_nobody_has_is_refused_by_every_field_that_takes_it() {
    let world = World::programme().await;
    for (asked, code, named) in UNKNOWN {
        let response = world.execute("aud", Lang::En, &format!("{{ {asked} }}"), json!({})).await;
        assert_eq!(codes(&response), [code], "{asked}");
        assert_eq!(field(&response), named, "{asked}");
    }
    let persian = world.execute("aud", Lang::Fa, "{ progress(commission: \"nobody\") { planned } }", json!({})).await;
    assert_eq!(persian.errors[0].message, "کمیسیون \u{2068}nobody\u{2069} وجود ندارد.");
}

#[tokio::test]
async fn a_name_that_is_known_is_found_by_slug_code_and_node_id() {
    let world = World::programme().await;
    let told = world
        .ask("aud", "{ commission(slug: \"technology\") { id } initiative(code: \"I-1\") { id uuid } province(code: \"IR-23\") { id } }")
        .await;
    let (commission, initiative, province) = (&told["commission"]["id"], &told["initiative"]["id"], &told["province"]["id"]);
    for asked in [
        format!("milestones(commission: {commission}, initiative: {initiative}) {{ totalCount }}"),
        format!("milestones(initiative: {}) {{ totalCount }}", told["initiative"]["uuid"]),
        "milestones(commission: \"technology\", initiative: \"I-1\") { totalCount }".to_owned(),
    ] {
        assert_eq!(world.ask("aud", &format!("{{ {asked} }}")).await["milestones"]["totalCount"], 1, "{asked}");
    }
    let stations = world.ask("aud", &format!("{{ stations(province: {province}) {{ totalCount }} }}")).await;
    assert_eq!(stations["stations"]["totalCount"], 2);
}

#[tokio::test]
async fn what_is_only_planned_or_came_later_is_empty_and_no_wrong_name() {
    let world = World::programme().await;
    world.done("mem", "milestonePlan", milestone("M-2", json!({ "binary": true }))).await;
    // The charter names it; nobody has established it.
    let planned = world.ask("aud", "{ progress(commission: \"training\") { planned } }").await;
    assert_eq!(planned["progress"]["planned"], Value::Null);
    let before = world.ask("aud", "{ milestones(initiative: \"I-1\", asOf: { position: 1 }) { totalCount } }").await;
    assert_eq!(before["milestones"]["totalCount"], 0);
    let coverage = world.ask("aud", "{ coverage(milestone: \"M-2\", asOf: { position: 1 }) { stations } }").await;
    assert_eq!(coverage["coverage"], Value::Null);
}

#[tokio::test]
async fn before_the_charter_nothing_is_known_and_nothing_is_wrong() {
    let world = World::empty().await;
    let told = world
        .ask(
            "aud",
            "{ progress(commission: \"nobody\", initiative: \"I-9\") { planned } stations(province: \"IR-99\") { totalCount }
               coverage(milestone: \"M-9\") { stations } }",
        )
        .await;
    assert_eq!(told, json!({ "progress": { "planned": null }, "stations": { "totalCount": 0 }, "coverage": null }));
}

#[tokio::test]
async fn nobody_looks_for_more_than_two_hundred_characters() {
    let world = World::programme().await;
    for list in ["stations", "milestones", "initiatives"] {
        let ask = |length| format!("{{ {list}(search: \"{}\") {{ totalCount }} }}", "ش".repeat(length));
        assert_eq!(world.codes(&ask(201)).await, ["TEXT_TOO_LONG"], "{list}");
        assert_eq!(world.ask("aud", &ask(200)).await[list]["totalCount"], 0, "{list}");
    }
}
