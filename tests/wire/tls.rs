//! TLS from two files, and another certificate without a restart.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use tahavol_tests::server::Server;
use tahavol_tests::{binary, data};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::certificates::{Authority, Files, Shown, replace};
use crate::support::{PATIENCE, connect, place, rest};

struct Served {
    server: Server,
    authority: Authority,
    files: Files,
    _folder: TempDir,
}

/// A server with a certificate until 2030.
fn served(more: &[(&str, &str)]) -> Served {
    let folder = tempfile::tempdir().unwrap();
    let (authority, files) = (Authority::make(), Files::within(folder.path()));
    authority.sign(2030).put(&files);
    let environment = files.environment();
    let environment: Vec<_> = environment.iter().map(|(key, value)| (*key, value.as_str())).chain(more.iter().copied()).collect();
    Served { server: Server::of_with(data::founded(), &environment), authority, files, _folder: folder }
}

impl Served {
    async fn shake(&self) -> TlsStream<TcpStream> {
        let config = self.authority.trusted(&[&TLS13]);
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, connect(&self.server).await).await.unwrap()
    }

    /// The certificate that is shown to whoever connects now.
    async fn shown(&self) -> Vec<u8> {
        self.shake().await.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    }

    /// Waits until another certificate than this one is shown.
    async fn other_than(&self, before: &[u8]) -> Vec<u8> {
        let waiting = async {
            loop {
                let shown = self.shown().await;
                if shown != before {
                    return shown;
                }
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, waiting).await.expect("another certificate is shown")
    }

    async fn metrics(&self) -> String {
        let asked = self.authority.client().get(format!("{}/metrics", self.server.address)).send().await.unwrap();
        asked.text().await.unwrap()
    }

    async fn metrics_tell(&self, line: &str) {
        let waiting = async { while !self.metrics().await.lines().any(|told| told == line) {} };
        timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("the metrics tell: {line}"));
    }

    fn hang_up(&self) {
        let asked = Command::new("kill").args(["-HUP", &self.server.id().to_string()]).status().unwrap();
        assert!(asked.success());
    }
}

async fn ask(stream: &mut TlsStream<TcpStream>) -> String {
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut read = vec![0; 4_096];
    let mut filled = 0;
    while !read[..filled].ends_with(b"ok\n") {
        let count = timeout(PATIENCE, stream.read(&mut read[filled..])).await.unwrap().unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&read[..filled]));
        filled += count;
    }
    String::from_utf8_lossy(&read[..filled]).into_owned()
}

#[tokio::test]
async fn a_server_with_a_certificate_speaks_tls_alone() {
    let served = served(&[]);
    assert!(served.server.address.starts_with("https://"), "{}", served.server.address);
    let answer = served.authority.client().get(format!("{}/healthz", served.server.address)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    for version in [&TLS12, &TLS13] {
        let mut config = served.authority.trusted(&[version]);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let connector = TlsConnector::from(Arc::new(config));
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = connector.connect(name, connect(&served.server).await).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"http/1.1".as_slice()));
        assert!(ask(&mut stream).await.starts_with("HTTP/1.1 200"));
    }
    let mut plain = connect(&served.server).await;
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    assert!(!rest(&mut plain).await.contains("HTTP/1.1"), "nothing is answered in the clear");
}

#[cfg(unix)]
#[tokio::test]
async fn another_certificate_is_shown_after_a_signal_and_connections_live_on() {
    let served = served(&[("TAHAVOL_TLS__LOOK_SECONDS", "86400")]);
    let first = served.shown().await;
    let mut before = served.shake().await;
    ask(&mut before).await;
    served.authority.sign(2031).put(&served.files);
    served.hang_up();
    let second = served.other_than(&first).await;
    assert!(ask(&mut before).await.starts_with("HTTP/1.1 200"), "a connection from before goes on");
    // A file that is none keeps what there was, and is told.
    replace(&served.files.certificate, "no certificate");
    served.hang_up();
    served.metrics_tell("tahavol_tls_files_refused 1").await;
    assert_eq!(served.shown().await, second);
    // So does a key of another certificate.
    let other = served.authority.sign(2032);
    replace(&served.files.certificate, &other.certificate);
    served.hang_up();
    served.metrics_tell("tahavol_tls_files_refused 1").await;
    assert_eq!(served.shown().await, second);
    other.put(&served.files);
    served.hang_up();
    served.other_than(&second).await;
    served.metrics_tell("tahavol_tls_files_refused 0").await;
    served.metrics_tell("tahavol_tls_certificate_expires_seconds 1956528000").await;
}

#[tokio::test]
async fn another_certificate_is_found_without_a_signal() {
    let served = served(&[("TAHAVOL_TLS__LOOK_SECONDS", "1")]);
    let first = served.shown().await;
    served.authority.sign(2031).put(&served.files);
    served.other_than(&first).await;
}

#[tokio::test]
async fn a_handshake_that_stands_still_holds_nobody_up_and_no_place_for_long() {
    let served = served(&[("TAHAVOL_WIRE__HANDSHAKE_SECONDS", "1"), ("TAHAVOL_LIMITS__CONNECTIONS", "2")]);
    let mut silent = connect(&served.server).await;
    assert!(ask(&mut served.shake().await).await.starts_with("HTTP/1.1 200"), "others are served meanwhile");
    assert_eq!(rest(&mut silent).await, "");
    // Both places are taken by such connections; whoever comes after them is served once they are given up.
    let _silent = (connect(&served.server).await, connect(&served.server).await);
    let answer = timeout(PATIENCE, async { ask(&mut served.shake().await).await }).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn a_subscription_and_a_command_work_over_tls() {
    let served = served(&[]);
    let (client, token) = (served.authority.client(), served.server.token("council"));
    let subscribe = client.post(format!("{}/graphql", served.server.address)).bearer_auth(&token).header("accept", "text/event-stream");
    let mut events = subscribe.json(&serde_json::json!({ "query": "subscription { ledgerEvents { position } }" })).send().await.unwrap();
    assert_eq!(events.status(), 200);
    let body = serde_json::json!({
        "query": tahavol_tests::server::DIRECTIVE,
        "variables": tahavol_tests::server::directive("TLS-1"),
    });
    let recorded = client.post(format!("{}/graphql", served.server.address)).bearer_auth(&token).json(&body).send().await.unwrap();
    let recorded: serde_json::Value = recorded.json().await.unwrap();
    let position = recorded["data"]["directiveIssue"]["position"].as_u64().unwrap_or_else(|| panic!("{recorded}"));
    let mut heard = String::new();
    while !heard.contains(&format!("\"position\":{position}")) {
        heard.push_str(&String::from_utf8_lossy(&timeout(PATIENCE, events.chunk()).await.unwrap().unwrap().unwrap()));
    }
}

/// How the program ends that is started with these files, and what it says.
fn refused(files: &Files) -> (Option<i32>, String) {
    let directory = data::founded();
    let path = directory.path().display().to_string();
    let mut command = binary::command(&["serve", "--data", &path, "--listen", "127.0.0.1:0"]);
    let output = command.envs(files.environment()).stdin(Stdio::null()).output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn files_that_are_of_no_use_are_refused_at_the_start_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, files) = (Authority::make(), Files::within(folder.path()));
    let (one, other) = (authority.sign(2030), authority.sign(2030));
    let mixed = Shown { certificate: one.certificate.clone(), key: other.key.clone() };
    let no_key = Shown { certificate: one.certificate.clone(), key: one.certificate.clone() };
    let none = Shown { certificate: "nothing".to_owned(), key: one.key.clone() };
    for (what, shown) in [("mixed", mixed), ("no key", no_key), ("none", none)] {
        shown.put(&files);
        let (code, told) = refused(&files);
        assert_eq!(code, Some(2), "{what}: {told}");
        assert!(told.contains("cannot be used") && told.contains("گواهی") && told.contains("server.crt"), "{what}: {told}");
        let secret = shown.key.lines().nth(1).unwrap_or("-----");
        assert!(!told.contains(secret), "{what}: the key is told");
    }
    fs::remove_file(&files.certificate).unwrap();
    assert_eq!(refused(&files).0, Some(2));
}

#[test]
fn doctor_and_the_start_tell_of_a_certificate_that_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, files) = (Authority::make(), Files::within(folder.path()));
    let directory = data::founded();
    let path = directory.path().display().to_string();
    let doctor = || {
        let output = binary::command(&["doctor", "--data", &path]).envs(files.environment()).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    authority.sign(2040).put(&files);
    let told = doctor();
    assert!(told.contains("fine     certificate") && told.contains("2040-01-01") && told.contains("گواهی"), "{told}");
    authority.sign(2020).put(&files);
    let told = doctor();
    assert!(told.contains("notice   certificate") && told.contains("2020-01-01"), "{told}");
    let environment = files.environment();
    let environment: Vec<_> = environment.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let server = Server::of_with(directory, &environment);
    assert!(server.told.iter().any(|line| line.starts_with("WARNING") && line.contains("2020-01-01")), "{:?}", server.told);
    assert!(place(&server).starts_with("127.0.0.1:"));
}
