//! Evidence files over HTTP, and the commands that refer to them, against the program as it runs.

use serde_json::{Value, json};
use tahavol_tests::data;
use tahavol_tests::server::Server;

const TEXT: &str = "text/plain; charset=utf-8";

async fn send(server: &Server, media_type: &str, content: &[u8]) -> reqwest::Response {
    let request = server.post("/evidence").bearer_auth(server.token("council")).header("content-type", media_type);
    request.body(content.to_vec()).send().await.unwrap()
}

async fn code(answer: reqwest::Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let answer: Value = answer.json().await.unwrap();
    assert!(!answer["message"].as_str().unwrap().is_empty());
    (status, answer["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_file_is_kept_once_and_given_as_an_attachment_that_no_browser_runs() {
    let server = Server::of(data::founded());
    let content = "صورت‌جلسه <script>alert(1)</script>".as_bytes();
    let first = send(&server, TEXT, content).await;
    assert_eq!(first.status(), 201);
    let path = first.headers()["location"].to_str().unwrap().to_owned();
    let told: Value = first.json().await.unwrap();
    assert_eq!((&told["mediaType"], &told["size"]), (&json!("text/plain"), &json!(content.len())));
    let again = send(&server, TEXT, content).await;
    assert_eq!(again.status(), 200);
    assert_eq!(again.json::<Value>().await.unwrap(), told);
    let file = server.get(&path).bearer_auth(server.token("council")).send().await.unwrap();
    let header = |name: &str| file.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/plain");
    assert!(header("content-disposition").starts_with("attachment"));
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(file.bytes().await.unwrap(), content);
}

#[tokio::test]
async fn nobody_sends_or_fetches_without_a_token() {
    let server = Server::of(data::founded());
    let sent = server.post("/evidence").header("content-type", TEXT).body("text").send().await.unwrap();
    assert_eq!(code(sent).await, (401, "UNAUTHENTICATED".to_owned()));
    let path = format!("/evidence/{}", "0".repeat(64));
    assert_eq!(code(server.get(&path).send().await.unwrap()).await, (401, "UNAUTHENTICATED".to_owned()));
    for missing in [path.as_str(), "/evidence/..%2f..%2fpeople.toml", "/evidence/nothing"] {
        let answer = server.get(missing).bearer_auth(server.token("council")).send().await.unwrap();
        assert_eq!(code(answer).await, (404, "EVIDENCE_MISSING".to_owned()), "{missing}");
    }
}

#[tokio::test]
async fn who_holds_no_office_that_refers_to_files_sends_none() {
    let directory = data::with_history();
    let stranger = data::new_token(directory.path(), "stranger", &["--name", "Stranger"]);
    let server = Server::of(directory);
    let sent = async |token: &str, language: &str| {
        let request = server.post("/evidence").bearer_auth(token).header("content-type", TEXT).header("accept-language", language);
        request.body("گزارش").send().await.unwrap()
    };
    for token in [&stranger, &server.token("auditor")] {
        assert_eq!(code(sent(token, "fa").await).await, (403, "EVIDENCE_NOT_PERMITTED".to_owned()));
        let english: Value = sent(token, "en").await.json().await.unwrap();
        assert!(english["message"].as_str().unwrap().contains("office"), "{english}");
    }
    for actor in ["inspector", "chair.technology", "member.support", "reporter.IR-07", "administrator"] {
        assert!(sent(&server.token(actor), "fa").await.status().is_success(), "{actor}");
    }
}

#[tokio::test]
async fn a_file_is_what_its_content_is_and_not_what_it_is_called() {
    let server = Server::of(data::founded());
    let pdf = b"%PDF-1.7\n".as_slice();
    for (media_type, content, wanted) in [
        ("image/png", pdf, (415, "EVIDENCE_TYPE_OTHER")),
        ("text/html", b"<html></html>", (415, "EVIDENCE_TYPE_UNKNOWN")),
        ("application/x-msdownload", b"MZ\x90\x00", (415, "EVIDENCE_TYPE_UNKNOWN")),
        ("application/zip", b"PK\x03\x04", (415, "EVIDENCE_TYPE_UNKNOWN")),
        (TEXT, b"", (400, "EVIDENCE_EMPTY")),
        (TEXT, b"\xef\xbb\xbf <!DocType html><p>", (415, "EVIDENCE_TYPE_OTHER")),
        ("text/csv", b"<svg onload=alert(1)>", (415, "EVIDENCE_TYPE_OTHER")),
    ] {
        let (status, found) = code(send(&server, media_type, content).await).await;
        assert_eq!((status, found.as_str()), wanted, "{media_type}");
    }
    let told: Value = send(&server, "application/octet-stream", pdf).await.json().await.unwrap();
    assert_eq!(told["mediaType"], "application/pdf");
}

#[tokio::test]
async fn a_file_is_at_most_as_large_as_configured_told_or_not() {
    let server = Server::of_with(data::founded(), &[("TAHAVOL_EVIDENCE__MAX_BYTES", "1000")]);
    assert_eq!(code(send(&server, TEXT, &[b'x'; 1_001]).await).await, (413, "REQUEST_TOO_LARGE".to_owned()));
    let pieces = futures_util::stream::iter((0..11).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 100])));
    let request = server.post("/evidence").bearer_auth(server.token("council")).header("content-type", TEXT);
    let unannounced = request.body(reqwest::Body::wrap_stream(pieces)).send().await.unwrap();
    assert_eq!(code(unannounced).await, (413, "REQUEST_TOO_LARGE".to_owned()));
    assert_eq!(send(&server, TEXT, &[b'x'; 1_000]).await.status(), 201);
    let incoming = server.data.join("evidence/incoming");
    assert!(!incoming.exists() || incoming.read_dir().unwrap().next().is_none(), "something of a refused file is left");
}

#[tokio::test]
async fn a_command_is_refused_while_its_evidence_is_not_there() {
    let server = Server::of(data::with_history());
    let stored: Value = send(&server, TEXT, "گزارش تازه".as_bytes()).await.json().await.unwrap();
    let find = "{ milestones(first: 1, phase: PLANNED, counted: true) { nodes { code commission { slug } } } }";
    let milestones = server.ask("council", find, Value::Null).await;
    let found = milestones["data"]["milestones"]["nodes"].as_array().map_or(&[][..], Vec::as_slice);
    let milestone = found.first().unwrap_or_else(|| panic!("{milestones}"));
    let member = format!("member.{}", milestone["commission"]["slug"].as_str().unwrap());
    let claim = "mutation ($input: MilestoneReportProgressInput!) { milestoneReportProgress(input: $input) { errors { code } } }";
    let with = |digest: &str, size: u64| {
        json!({ "input": { "milestone": milestone["code"], "note": { "fa": "گزارش" },
            "evidence": [{ "digest": digest, "mediaType": "text/plain", "size": size, "title": "گزارش" }] } })
    };
    let codes =
        async |variables: Value| server.ask(&member, claim, variables).await["data"]["milestoneReportProgress"]["errors"].to_string();
    let (digest, size) = (stored["digest"].as_str().unwrap(), stored["size"].as_u64().unwrap());
    assert!(codes(with(&"0".repeat(64), 1)).await.contains("EVIDENCE_MISSING"));
    assert!(codes(with(digest, size + 1)).await.contains("EVIDENCE_INVALID"));
    let there = codes(with(digest, size)).await;
    assert!(!there.contains("EVIDENCE"), "{there}");
}

#[tokio::test]
async fn a_file_that_is_destroyed_by_order_is_gone_and_does_not_come_back() {
    let server = Server::of(data::with_history());
    let files = server.ask("council", "{ evidence(first: 1) { nodes { digest } } }", Value::Null).await;
    let digest = files["data"]["evidence"]["nodes"][0]["digest"].as_str().unwrap_or_else(|| panic!("{files}")).to_owned();
    let path = format!("/evidence/{digest}");
    let fetch = async || server.get(&path).bearer_auth(server.token("council")).send().await.unwrap();
    let content = fetch().await.bytes().await.unwrap();
    let destroy = "mutation ($input: EvidenceDestroyInput!) { evidenceDestroy(input: $input) { position errors { code } } }";
    let input = |confirm: &str| json!({ "input": { "digest": digest, "confirm": confirm, "order": "دستور ۷", "reason": "حکم" } });
    let slipped = server.ask("administrator", destroy, input(&"0".repeat(64))).await;
    assert_eq!(slipped["data"]["evidenceDestroy"]["errors"][0]["code"], "CONFIRMATION_DIFFERS", "{slipped}");
    assert_eq!(fetch().await.status(), 200);
    let destroyed = server.ask("administrator", destroy, input(&digest)).await;
    assert!(destroyed["data"]["evidenceDestroy"]["position"].is_u64(), "{destroyed}");
    assert_eq!(code(fetch().await).await, (410, "EVIDENCE_DESTROYED".to_owned()));
    assert_eq!(code(send(&server, TEXT, &content).await).await, (410, "EVIDENCE_DESTROYED".to_owned()));
    let file = server.data.join(format!("evidence/files/{}/{digest}", &digest[..2]));
    assert!(!file.exists());
}
