//! What auditors ask and take away: a question that means nothing is refused where it was asked, and a file is what was asked for.

use tahavol_tests::binary;
use tahavol_tests::browser::{Answer, Browser};
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::signed_in;

/// What is wrong on a page, by the ids of the errors at the questions.
fn refused(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 400, "{}", answer.text);
    let errors = answer.text.split("<span class=\"error\" id=\"").skip(1);
    errors.filter_map(|rest| rest.split("-error\"").next()).collect()
}

#[tokio::test]
async fn a_question_that_means_nothing_is_refused_where_it_was_asked() {
    let server = Server::of(data::with_history());
    let mut auditor = signed_in(&server, "auditor").await;
    for (path, fields) in [
        ("/ledger?source=file", vec!["ask-source"]),
        ("/ledger?office=nobody", vec!["ask-office"]),
        ("/ledger?commission=nothing", vec!["ask-commission"]),
        ("/ledger?recorded-from=2026-02-01&recorded-to=2026-01-01", vec!["ask-recorded-to"]),
        ("/administration/journal?kind=nonsense", vec!["journal-kind"]),
        ("/administration/journal?from=2026-02-01&to=2026-01-01", vec!["journal-to"]),
        ("/diff?from=999999", vec!["diff-from"]),
        ("/diff?from=1&to=999999", vec!["diff-to"]),
        // What no question of the form asks is told above it.
        ("/ledger?before=abc", vec![]),
        ("/administration/journal?before=abc", vec![]),
        ("/timeline?milestone=TEC-1.1&before=abc", vec![]),
        ("/people/member.technology?after=abc", vec![]),
    ] {
        let answer = auditor.get(path).await;
        assert_eq!(refused(&answer), fields, "{path}: {}", answer.text);
        assert!(answer.text.contains("class=\"summary\"") && !answer.text.contains("<ol class=\"events\""), "{path}: {}", answer.text);
    }
    let unknown = auditor.get("/ledger?type=milestone.progress_reportedd").await;
    assert_eq!(unknown.status, 400);
    assert!(unknown.text.contains("href=\"#ask-type\"") && !unknown.text.contains("<ol class=\"events\""), "{}", unknown.text);
    // Digits are digits in either script.
    let (latin, persian) = (auditor.get("/ledger?before=20").await, auditor.get("/ledger?before=%DB%B2%DB%B0").await);
    let first = |answer: &Answer| {
        answer.text.split("<ol class=\"events\"").nth(1).and_then(|list| list.split("href=\"").nth(1)).unwrap().to_owned()
    };
    assert_eq!(first(&latin), first(&persian));
    assert!(first(&latin).starts_with("/ledger/19"), "{}", first(&latin));
}

#[tokio::test]
async fn what_was_typed_cannot_turn_the_refusal_around() {
    let server = Server::of(data::founded());
    let mut auditor = signed_in(&server, "council").await;
    for path in
        ["/ledger?thing=%E2%80%AEevil", "/replay?thing=%E2%80%AEevil", "/people/council?on=%E2%80%AEevil", "/diff?from=%E2%80%AEevil"]
    {
        let answer = auditor.get(path).await;
        let errors: Vec<&str> =
            answer.text.split("<span class=\"error\"").skip(1).filter_map(|rest| rest.split("</span>").next()).collect();
        assert!(!errors.is_empty(), "{path}: {}", answer.text);
        for error in errors.iter().filter(|error| error.contains("evil")) {
            assert!(error.contains("\u{2068}evil\u{2069}") && !error.contains('\u{202e}'), "{path}: {error}");
        }
    }
}

#[tokio::test]
async fn the_ledger_that_was_asked_for_is_taken_away_whole_and_that_is_noted() {
    let server = Server::of(data::with_history());
    let mut auditor = signed_in(&server, "auditor").await;
    let asked = "/ledger?type=milestone.progress_reported";
    let page = auditor.get(asked).await.text;
    assert!(page.contains("table=ledger&amp;format=csv"), "{page}");
    let file = auditor.get(&format!("{asked}&table=ledger&format=csv")).await;
    assert!(file.headers["content-disposition"].to_str().unwrap().contains("ledger"), "{:?}", file.headers);
    let mut rows = file.text.lines();
    assert!(rows.next().unwrap().trim_start_matches('\u{feff}').starts_with("position,recorded,"), "{}", file.text);
    let rows: Vec<&str> = rows.collect();
    assert!(rows.len() > 60, "{}: more than a page of them", rows.len());
    assert!(rows.iter().all(|row| row.contains(",milestone.progress_reported,")), "{}", file.text);
    // Where one is in the list changes nothing of the answer.
    let again = auditor.get(&format!("{asked}&before=100&format=csv")).await;
    assert_eq!(again.text, file.text);
    let noted = auditor.get("/administration/journal?kind=ledger_exported").await.text;
    assert!(noted.contains("what=events") && noted.contains(&format!("events={}", rows.len())), "{noted}");
    for path in ["/people", "/administration/journal"] {
        let file = auditor.get(&format!("{path}?format=csv")).await;
        assert!(file.headers.contains_key("content-disposition") && file.text.lines().count() > 1, "{path}: {}", file.text);
    }
    let figures = auditor.get("/diff?from=1000&table=diff-figures&format=csv").await.text;
    assert!(figures.contains("planned_by_time") && figures.lines().count() > 1, "{figures}");
}

#[tokio::test]
async fn an_events_line_is_handed_out_byte_for_byte_and_its_receipt_proves_it() {
    let server = Server::of(data::with_history());
    let mut auditor = signed_in(&server, "auditor").await;
    let page = auditor.get("/ledger/7").await.text;
    assert!(page.contains("href=\"/ledger/7/line\" download"), "{page}");
    let line = auditor.get("/ledger/7/line").await;
    assert!(line.headers["content-disposition"].to_str().unwrap().contains("7.json"), "{:?}", line.headers);
    let directory = tempfile::tempdir().expect("a directory");
    let (receipt, lines) = (directory.path().join("7.tlog-proof"), directory.path().join("7.json"));
    std::fs::write(&receipt, auditor.get("/log/proof/7").await.text).expect("a file");
    std::fs::write(&lines, &line.text).expect("a file");
    let key = String::from_utf8(binary::run(&["log", "keys", "--data", server.data.to_str().unwrap()]).stdout).unwrap().trim().to_owned();
    // As the page of proofs says it.
    let told = auditor.get("/proof").await.text;
    assert!(told.contains(&format!("--key '{}'", key.replace('&', "&amp;"))), "{told}");
    let done = binary::run(&["log", "check", receipt.to_str().unwrap(), "--line", lines.to_str().unwrap(), "--key", &key]);
    assert!(done.status.success(), "{done:?}");
    std::fs::write(&lines, line.text.replacen(':', ": ", 1)).expect("a file");
    assert!(!binary::run(&["log", "check", receipt.to_str().unwrap(), "--line", lines.to_str().unwrap(), "--key", &key]).status.success());
    assert_eq!(auditor.get("/ledger/99999999/line").await.status, 404);
    assert_eq!(Browser::of(&server).get("/ledger/7/line").await.status, 303, "whoever has not signed in is asked to");
}
