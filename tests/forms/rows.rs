//! Steps, findings and follow-up actions are given row by row; one more is asked for by a button, and what is wrong stands in its row.

use serde_json::{Value, json};
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::Form;

const PLAN: [(&str, &str); 6] = [
    ("code", "DRAFT-1"),
    ("title.fa", "آزمون سامانه"),
    ("weight", "۵۰"),
    ("starts", "1405/09/01"),
    ("due", "1406/09/01"),
    ("measure", "STEPS"),
];

async fn with_draft() -> Server {
    let server = Server::of(data::with_history());
    let query = "mutation ($input: InitiativeProposeInput!) { initiativePropose(input: $input) { errors { code } } }";
    let draft = json!({ "code": "DRAFT", "commission": "technology", "horizon": "LONG", "title": { "fa": "پیش‌نویس" } });
    let proposed = server.ask("chair.technology", query, json!({ "input": draft })).await;
    assert_eq!(proposed["data"]["initiativePropose"]["errors"], json!([]), "{proposed}");
    server
}

#[tokio::test]
async fn steps_are_typed_row_by_row_and_one_more_keeps_what_was_typed() {
    let server = with_draft().await;
    let mut form = Form::opened(&server, "chair.technology", "/act/milestonePlan?on=DRAFT").await;
    let steps = [("steps.0.fa", "نصب"), ("steps.0.en", "Install"), ("steps.2.fa", "تحویل"), ("steps.2.weight", "۳")];
    let more = form.sent(&[&PLAN[..], &steps, &[("add", "steps")]].concat()).await;
    assert_eq!(more.status, 200);
    assert!(!more.text.contains("class=\"summary\""), "nobody is told of mistakes while she fills it in: {}", more.text);
    for kept in ["value=\"نصب\"", "value=\"Install\"", "value=\"تحویل\"", "value=\"۳\"", "name=\"steps.3.fa\"", "value=\"DRAFT-1\""]
    {
        assert!(more.text.contains(kept), "{kept}: {}", more.text);
    }
    let wrong = form.sent(&[&PLAN[..], &steps, &[("steps.1.weight", "many"), ("steps.3.fa", " ")]].concat()).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("href=\"#steps-1-weight\"") && wrong.text.contains("id=\"steps-1-weight-error\""), "{}", wrong.text);
    assert!(wrong.text.contains("href=\"#steps-1-fa\""), "a step without a title: {}", wrong.text);
    assert!(!wrong.text.contains("href=\"#steps-3"), "an empty row is none");
    let planned = form.sent(&[&PLAN[..], &steps].concat()).await;
    assert_eq!((planned.status, planned.location()), (303, "/milestones/DRAFT-1"), "{}", planned.text);
    let query = "{ milestone(code: \"DRAFT-1\") { baseline { weight measure { kind steps { title { fa en } weight } } } } }";
    let baseline = server.ask("chair.technology", query, Value::Null).await["data"]["milestone"]["baseline"].clone();
    let steps =
        json!([{ "title": { "fa": "نصب", "en": "Install" }, "weight": 1 }, { "title": { "fa": "تحویل", "en": null }, "weight": 3 }]);
    assert_eq!(baseline, json!({ "weight": 50, "measure": { "kind": "STEPS", "steps": steps } }));
}

#[tokio::test]
async fn what_belongs_to_another_way_of_measuring_is_kept_and_not_looked_at() {
    let server = with_draft().await;
    let mut form = Form::opened(&server, "chair.technology", "/act/milestonePlan?on=DRAFT").await;
    let reported = PLAN.map(|(name, value)| (name, if name == "measure" { "REPORTED" } else { value }));
    let steps = [("steps.0.weight", "many"), ("scope", "IR-07")];
    let shown = form.sent(&[&reported[..], &steps, &[("preview", "1")]].concat()).await;
    assert_eq!(shown.status, 200, "{}", shown.text);
    assert!(shown.text.contains("value=\"many\"") && shown.text.contains("<option value=\"IR-07\" selected>"), "{}", shown.text);
    let rollout = PLAN.map(|(name, value)| (name, if name == "measure" { "ROLLOUT" } else { value }));
    let planned = form.sent(&[&rollout[..], &steps].concat()).await;
    assert_eq!(planned.status, 303, "{}", planned.text);
    let query = "{ milestone(code: \"DRAFT-1\") { baseline { measure { rollout { province } } } } }";
    let read = server.ask("chair.technology", query, Value::Null).await;
    assert_eq!(read["data"]["milestone"]["baseline"]["measure"]["rollout"]["province"], "IR-07", "{read}");
}

#[tokio::test]
async fn a_review_is_recorded_with_what_it_found_and_who_is_to_do_what() {
    let server = Server::of(data::with_history());
    let mut form = Form::opened(&server, "council", "/act/reviewHold").await;
    let review = [
        ("kind", "STOCK_TAKE"),
        ("title.fa", "بازبینی آذر"),
        ("effectiveOn", "1405/09/01"),
        ("strengths.0.fa", "همکاری"),
        ("strengths.0.en", "Working together"),
        ("weaknesses.1.fa", "دیرکرد"),
        ("actions.0.fa", "بازبینی آموزش"),
        ("actions.0.due", "1405/10/30"),
    ];
    let wrong = form.sent(&[&review[..], &[("actions.1.fa", "خرید"), ("actions.1.due", "soon")]].concat()).await;
    assert_eq!(wrong.status, 422);
    for at in ["actions-0-owner", "actions-1-owner", "actions-1-due"] {
        assert!(wrong.text.contains(&format!("href=\"#{at}\"")), "{at}: {}", wrong.text);
    }
    assert!(wrong.text.contains("<option value=\"chair.training\">"), "an owner is one of the officials: {}", wrong.text);
    let held = form.sent(&[&review[..], &[("actions.0.owner", "chair.training")]].concat()).await;
    assert_eq!(held.status, 303, "{}", held.text);
    let query =
        "{ reviews(first: 20) { nodes { title { fa } strengths { fa en } weaknesses { fa } actions { title { fa } owner due } } } }";
    let read = server.ask("council", query, Value::Null).await;
    let reviews = read["data"]["reviews"]["nodes"].as_array().unwrap_or_else(|| panic!("{read}"));
    let review = reviews.iter().find(|review| review["title"]["fa"] == "بازبینی آذر").unwrap_or_else(|| panic!("{read}"));
    assert_eq!(review["strengths"], json!([{ "fa": "همکاری", "en": "Working together" }]));
    assert_eq!(review["weaknesses"], json!([{ "fa": "دیرکرد" }]));
    assert_eq!(review["actions"], json!([{ "title": { "fa": "بازبینی آموزش" }, "owner": "chair.training", "due": "2027-01-20" }]));
}
