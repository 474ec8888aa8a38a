//! The official Python and Node clients against the bench, beside the Rust one: what each writes, the others read.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use kurrentdb::{AppendToStreamOptions, ReadAllOptions, StreamPosition, StreamState, SubscriptionFilter};
use serde_json::{Value, json};
use tahavol_tests::kurrent::{Cluster, Proposed, Shape, TOMBSTONE};
use tahavol_tests::{binary, python};
use uuid::Uuid;

use crate::rust::{client, event};

/// A client in another language, as a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Python,
    Node,
}

impl Language {
    const ALL: [Language; 2] = [Language::Python, Language::Node];

    fn name(self) -> &'static str {
        match self {
            Language::Python => "python",
            Language::Node => "node",
        }
    }

    /// None where the client is not installed, which is said aloud once.
    fn command(self) -> Option<Command> {
        static MISSING: [OnceLock<()>; 2] = [OnceLock::new(), OnceLock::new()];
        let folder = binary::root().join("tests/kurrent-clients");
        let (program, script, there) = match self {
            Language::Python => {
                let python = python::installed();
                (python.clone(), "client.py", works(Command::new(python).args(["-c", "import kurrentdbclient"])))
            }
            Language::Node => {
                let installed = folder.join("node_modules/@kurrent/kurrentdb-client").exists();
                (PathBuf::from("node"), "client.mjs", installed && works(Command::new("node").arg("--version")))
            }
        };
        if !there {
            MISSING[self as usize].get_or_init(|| {
                // Past what the test harness keeps to itself.
                let how = "is not installed (cargo xtask test installs it, with npm and with python3-venv)";
                drop(writeln!(std::io::stdout().lock(), "SKIPPED: the official client for {} {how}", self.name()));
            });
            return None;
        }
        let mut command = Command::new(program);
        // The warning is that the certificate is for an address.
        command.arg(folder.join(script)).env("NODE_NO_WARNINGS", "1").stdin(Stdio::null()).stdout(Stdio::piped());
        Some(command)
    }

    /// What the client says, one value for each thing done; none where it is not installed.
    async fn run(self, address: &str, arguments: &[&str]) -> Option<Vec<Value>> {
        let mut command = self.command()?;
        command.arg(address).args(arguments).stderr(Stdio::piped());
        let output = tokio::task::spawn_blocking(move || command.output().expect("it starts")).await.expect("it ends");
        let (lines, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{self:?} {arguments:?}: {}: {lines}{errors}", output.status);
        Some(lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
    }
}

fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Expected revisions, conflicts, repetitions, metadata, tombstones and deletion, as each client understands them.
async fn writes_as_to_a_server(cluster: &Cluster, language: Language) {
    let Some(said) = language.run(&cluster.address(), &["write", "ours.", language.name()]).await else { return };
    let expected = [
        json!({"appended": true, "grew": true}),
        json!({"repeated": [true, true]}),
        json!({"conflicts": [3, 3, 3, 3]}),
        json!({"metadata": {"$maxCount": 2}, "shown": [2, 3]}),
        json!({"tombstoned": ["deleted", "deleted"]}),
        json!({"deleted": ["not found", [1]]}),
    ];
    assert_eq!(said, expected, "{language:?}");
    assert_eq!(cluster.stream(&format!("ours.{}", language.name())).len(), 4);
    assert_eq!(cluster.stream(&format!("ours.{}-ended", language.name())).last().map(|record| record.revision), Some(TOMBSTONE));
}

/// What the bench holds, as a client is to tell it.
fn held(cluster: &Cluster) -> Vec<Value> {
    let ours = cluster.all().into_iter().filter(|record| record.stream.starts_with("ours."));
    let told = ours.map(|record| {
        json!({
            "stream": *record.stream, "revision": record.revision, "id": record.id.to_string(), "type": record.event_type,
            "json": record.json, "data": text(&record.data), "metadata": text(&record.metadata),
            "commit": record.place.commit, "prepare": record.place.prepare,
        })
    });
    told.map(normal).collect()
}

/// Bytes as text of one character a byte.
fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// JavaScript writes JSON without spaces, and has no numbers as large as the revision of a tombstone.
fn normal(mut told: Value) -> Value {
    for field in ["data", "metadata"] {
        if let Some(value) = told[field].as_str().and_then(|text| serde_json::from_str(text).ok()) {
            told[field] = value;
        }
    }
    if told["type"] == "$streamDeleted" {
        told["revision"] = "tombstone".into();
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_official_client_writes_the_others_read() {
    let cluster = Cluster::start(Shape::secure(3)).await;
    tokio::join!(writes_as_to_a_server(&cluster, Language::Python), writes_as_to_a_server(&cluster, Language::Node));
    let rust = client(&cluster.address());
    let new = AppendToStreamOptions::default().stream_state(StreamState::NoStream);
    rust.append_to_stream("ours.rust", &new, vec![event(Uuid::new_v4(), "a"), event(Uuid::new_v4(), "b")]).await.unwrap();

    let held = held(&cluster);
    for language in Language::ALL {
        let Some(said) = language.run(&cluster.address(), &["read", "ours."]).await else { continue };
        let all: Vec<Value> = said[0]["all"].as_array().expect("a list").iter().cloned().map(normal).collect();
        assert_eq!(all, held, "{language:?}");
        assert_eq!(said[1], json!({"backwards": true}), "{language:?}");
        assert!(said[2]["raw"].as_array().expect("a list").iter().all(|same| *same == true), "{language:?}: {}", said[2]);
        for (stream, revisions) in said[3]["streams"].as_object().expect("streams") {
            let expected = match stream.rsplit('-').next() {
                Some("ended") => json!("deleted"),
                Some("short") => json!([2, 3]),
                Some("hidden") => json!([1]),
                _ => json!((0..cluster.stream(stream).len()).collect::<Vec<_>>()),
            };
            assert_eq!(*revisions, expected, "{language:?}: {stream}");
        }
        assert_eq!(said[4], json!({"missing": "not found"}), "{language:?}");
    }

    let filter = SubscriptionFilter::on_stream_name().add_prefix("ours.");
    let mut read = rust.read_all(&ReadAllOptions::default().position(StreamPosition::Start).filter(filter)).await.unwrap();
    let mut told = Vec::new();
    while let Some(found) = read.next().await.unwrap() {
        let found = found.get_original_event();
        told.push(normal(json!({
            "stream": found.stream_id(), "revision": found.revision, "id": found.id.to_string(), "type": found.event_type,
            "json": found.is_json, "data": text(&found.data), "metadata": text(&found.custom_metadata),
            "commit": found.position.commit, "prepare": found.position.prepare,
        })));
    }
    assert_eq!(told, held);
}

/// A client that follows, line by line.
struct Following {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Following {
    fn of(language: Language, cluster: &Cluster, count: usize) -> Option<Self> {
        let mut command = language.command()?;
        command.args([&cluster.address(), "follow", "ours.", &count.to_string()]);
        let mut child = command.spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Some(Following { child, lines })
    }

    fn next(&mut self) -> Value {
        let line = self.lines.next().expect("it goes on").expect("text");
        serde_json::from_str(&line).expect("JSON")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clients_follow_from_history_into_what_is_live() {
    let cluster = Cluster::start(Shape::default()).await;
    for number in 0..40 {
        cluster.append_raw(if number % 4 == 0 { "ours.a" } else { "others.a" }, vec![Proposed::json("a", "{}")]).await;
    }
    let mut followers: Vec<(Language, Following)> =
        Language::ALL.into_iter().filter_map(|language| Some((language, Following::of(language, &cluster, 12)?))).collect();
    let history: Vec<Value> = cluster.stream("ours.a").iter().map(|record| json!({"id": record.id.to_string()})).collect();
    for (language, following) in &mut followers {
        let said: Vec<Value> = (0..=history.len()).map(|_| following.next()).collect();
        assert_eq!(said[..history.len()], history, "{language:?}");
        assert_eq!(said[history.len()], json!({"caught_up": true}), "{language:?}");
    }
    cluster.append_raw("others.a", vec![Proposed::json("a", "{}")]).await;
    let live = [Proposed::json("a", "{}"), Proposed::json("a", "{}")];
    cluster.append_raw("ours.b", live.to_vec()).await;
    for (language, following) in &mut followers {
        let said = [following.next(), following.next()];
        assert_eq!(said, live.clone().map(|event| json!({"id": event.id.to_string()})), "{language:?}");
        assert!(following.child.wait().expect("it ends").success(), "{language:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clients_find_the_leader_of_three_nodes() {
    let cluster = Cluster::start(Shape::nodes(3)).await;
    cluster.resign();
    let leader = cluster.elected().await;
    assert_ne!(leader, 0);
    for language in Language::ALL {
        writes_as_to_a_server(&cluster, language).await;
    }
    cluster.kill(leader).await;
    cluster.elected().await;
    for language in Language::ALL {
        let Some(said) = language.run(&cluster.address(), &["read", "ours."]).await else { continue };
        assert_eq!(said[1], json!({"backwards": true}), "{language:?}");
    }
}
