//! What a plan promises is shown before it is recorded, and while it is typed: calmly, and without anything coming of it.

use serde_json::Value;
use tahavol_tests::browser::Answer;
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::Form;

/// The part of a page that shows the consequence.
fn shown(page: &Answer) -> &str {
    let part = page.text.split("<div id=\"preview\">").nth(1).unwrap_or_else(|| panic!("{}", page.text));
    part.split("<p class=\"later\">").next().unwrap_or_default()
}

async fn position(server: &Server) -> Value {
    server.ask("council", "{ meta { position } }", Value::Null).await["data"]["meta"]["position"].clone()
}

#[tokio::test]
async fn a_promise_that_is_typed_is_drawn_beside_the_one_that_stands_before_a_reason_is_given() {
    let server = Server::of(data::with_history());
    let before = position(&server).await;
    let mut form = Form::opened(&server, "chair.technology", "/act/milestoneProposeRebaseline?on=TEC-2.2").await;
    let promise = [("weight", "50"), ("starts", "1405/09/01"), ("due", "1406/09/01"), ("horizon", ""), ("measure", "REPORTED")];
    let typing = form.sent(&[&promise[..], &[("preview", "typing")]].concat()).await;
    assert_eq!(typing.status, 200);
    let drawn = shown(&typing);
    assert!(drawn.contains("id=\"consequence\"") && drawn.contains("<figure class=\"chart\" id=\"plan\">"), "{drawn}");
    assert!(
        drawn.contains("path class=\"before\" d=\"M") && drawn.contains("22 November 2027") && drawn.contains("<details class=\"behind\">"),
        "{drawn}"
    );
    let heavier = form.sent(&[&[("weight", "900")], &promise[1..], &[("preview", "typing")]].concat()).await;
    let accepted = shown(&heavier);
    assert!(accepted.contains("Once the council accepts it:") && accepted.contains("This moves "), "{accepted}");
    // A button asks for the consequence of what is there, and a reason is missing.
    let asked = form.sent(&[&promise[..], &[("preview", "1")]].concat()).await;
    assert_eq!(asked.status, 422, "{}", asked.text);
    let done = form.sent(&promise).await;
    assert_eq!(done.status, 422, "{}", done.text);
    assert!(done.text.contains("href=\"#reason\""), "{}", done.text);
    assert_eq!(position(&server).await, before, "nothing came of it");
}

#[tokio::test]
async fn what_is_still_missing_is_said_calmly_while_somebody_types() {
    let server = Server::of(data::with_history());
    let mut form = Form::opened(&server, "chair.technology", "/act/milestoneProposeRebaseline?on=TEC-2.2").await;
    let half = form.sent(&[("weight", "50"), ("starts", "1405/09"), ("measure", "REPORTED"), ("preview", "typing")]).await;
    assert_eq!(half.status, 200, "no mistake yet");
    assert!(shown(&half).contains("class=\"pending\" data-told>") && shown(&half).contains("Start, Due."), "{}", shown(&half));
    let turned = [("weight", "50"), ("starts", "1406/09/01"), ("due", "1405/09/01"), ("measure", "REPORTED"), ("preview", "typing")];
    let turned = form.sent(&turned).await;
    assert_eq!(turned.status, 200);
    assert!(!shown(&turned).contains("id=\"consequence\"") && shown(&turned).contains("class=\"pending\""), "{}", shown(&turned));
}

#[tokio::test]
async fn a_report_that_is_typed_shows_which_figures_it_moves() {
    let server = Server::of(data::with_history());
    let mut form = Form::opened(&server, "member.technology", "/act/milestoneReportProgress?on=TEC-2.2").await;
    let typing = form.sent(&[("progress", "100"), ("preview", "typing")]).await;
    assert_eq!(typing.status, 200);
    assert!(shown(&typing).contains("This moves ") && shown(&typing).contains("reported from"), "{}", shown(&typing));
}
