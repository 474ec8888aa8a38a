//! Two servers as processes of their own on one cluster, as people meet them.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tahavol_app::demo::Demo;
use tahavol_app::messages::message;
use tahavol_domain::calendar::Date;
use tahavol_domain::text::Lang;
use tahavol_tests::binary;
use tahavol_tests::data::TODAY;
use tahavol_tests::server::{DIRECTIVE, Server, directive};
use tahavol_tests::witness::Witness;
use tempfile::TempDir;
use tokio::task::block_in_place;

use crate::support::{NEVER, Site, is_persian};

/// A demonstration in a cluster, and two data directories for its nodes.
struct Pair {
    site: Site,
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Pair {
    /// The programme is founded through the first node; nobody serves yet.
    async fn founded() -> Pair {
        let mut site = Site::of(1).await;
        let today = Date::parse(TODAY).expect("a day");
        // What it is called follows from seed and day, so that the other node can be told.
        site.programme = Demo { seed: 1398, today, history: false }.programme().0;
        let folder = tempfile::tempdir().expect("a directory");
        let environment = environment(&site, &[]);
        let pair = Pair { site, folder, environment };
        let a = pair.data("a").display().to_string();
        let mut demo = binary::command(&["demo", "--data", &a, "--today", TODAY, "--no-serve", "--no-history"]);
        let output = block_in_place(|| demo.envs(pair.environment.clone()).output().expect("it starts"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        // All nodes know the same people, whose accounts each of them keeps for itself, and sign with the same key.
        let (a, b) = (pair.data("a"), pair.data("b"));
        std::fs::create_dir_all(&b).expect("a directory");
        for file in std::fs::read_dir(&a).expect("a directory").map(|entry| entry.expect("an entry").file_name()) {
            let name = file.to_string_lossy();
            if name == "people.toml" || name.starts_with("identity.sqlite") {
                std::fs::copy(a.join(&file), b.join(&file)).expect("the people");
            }
        }
        std::fs::copy(key_of(&a), key_of(&b)).expect("the key");
        pair
    }

    fn data(&self, node: &str) -> PathBuf {
        self.folder.path().join(node)
    }

    /// Serves, once it is ready.
    async fn serve(&self, node: &str) -> Server {
        let environment: Vec<(&str, &str)> = self.environment.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let server = block_in_place(|| Server::on(&self.data(node), &environment));
        ready(&server, 200).await;
        server
    }
}

/// Compares with a rebuilt picture at once, and again each second.
fn environment(site: &Site, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let cluster = site.cluster.address();
    let programme = site.programme.to_string();
    let ours = [
        ("TAHAVOL_LEDGER", cluster.as_str()),
        ("TAHAVOL_PROGRAMME", &programme),
        ("TAHAVOL_HEALTH__REPLAY_AFTER_SECONDS", "0"),
        ("TAHAVOL_HEALTH__REPLAY_EVERY_SECONDS", "1"),
    ];
    ours.iter().chain(more).map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn key_of(data: &Path) -> String {
    format!("{}-log.key", data.display())
}

/// What readiness tells, as soon as it has this status.
async fn ready(server: &Server, status: u16) -> Value {
    until_ready(server, status, |_| true).await
}

/// The same, once it tells also what is asked for.
async fn until_ready(server: &Server, status: u16, so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let answer = server.get("/readyz").send().await.expect("an answer");
        let found = answer.status().as_u16();
        let told: Value = answer.json().await.expect("JSON");
        if found == status && so(&told) {
            return told;
        }
        assert!(begun.elapsed() < NEVER, "readiness is {found} and not {status}: {told}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn position(server: &Server) -> u64 {
    let answer = server.ask("council", "{ meta { position } }", Value::Null).await;
    answer["data"]["meta"]["position"].as_u64().unwrap_or_else(|| panic!("{answer}"))
}

/// Issues a directive and tells its position.
async fn issued(server: &Server, code: &str) -> u64 {
    let answer = server.issue_directive(code).await;
    answer["data"]["directiveIssue"]["position"].as_u64().unwrap_or_else(|| panic!("{answer}"))
}

/// The picture's digest and the log's root at a position, as soon as a comparison was made there.
async fn compared_at(server: &Server, position: u64) -> (Value, Value) {
    let asked = "{ health { equality { equal position digest logRoot } } }";
    let begun = Instant::now();
    loop {
        let answer = server.ask("auditor", asked, Value::Null).await;
        let equality = &answer["data"]["health"]["equality"];
        if equality["position"] == position {
            assert_eq!(equality["equal"], true, "{answer}");
            return (equality["digest"].clone(), equality["logRoot"].clone());
        }
        assert!(begun.elapsed() < NEVER, "no comparison at {position}: {answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_give_the_same_answers() {
    let pair = Pair::founded().await;
    let (a, b) = (pair.serve("a").await, pair.serve("b").await);

    // What was written through one of them is read through the other, and every answer tells where it stands.
    for step in 0..6 {
        let (asked, other) = if step % 2 == 0 { (&a, &b) } else { (&b, &a) };
        let position = issued(asked, &format!("TWO-{step}")).await;
        let query = format!("{{ meta(minPosition: {position}) {{ position lag {{ events millis }} }} }}");
        let answer = other.ask("council", &query, Value::Null).await;
        assert!(answer["data"]["meta"]["position"].as_u64() >= Some(position), "{answer}");
        for told in [&answer["data"]["meta"], &answer["extensions"]["tahavol"]] {
            assert!(told["position"].is_u64() && told["lag"]["events"].is_u64(), "{answer}");
        }
    }

    // The same command to both at once is one event, and both say the same.
    for step in 0..5 {
        let mut variables = directive(&format!("ONCE-{step}"));
        variables["input"]["commandId"] = json!(uuid::Uuid::now_v7());
        let (left, right) = tokio::join!(a.ask("council", DIRECTIVE, variables.clone()), b.ask("council", DIRECTIVE, variables.clone()));
        assert!(left["data"]["directiveIssue"]["position"].is_u64(), "{left}");
        assert_eq!(left["data"], right["data"]);
    }
    let last = position(&a).await.max(position(&b).await);
    for server in [&a, &b] {
        let counted =
            server.ask("council", &format!("{{ directives(first: 1, minPosition: {last}) {{ totalCount }} }}"), Value::Null).await;
        assert_eq!(counted["data"]["directives"]["totalCount"], counted_with(&a, last).await, "{counted}");
    }

    // At the same position: the same picture, the same root, the same head but for its signature's time.
    assert_eq!(compared_at(&a, last).await, compared_at(&b, last).await);
    let heads = [head(&a).await, head(&b).await];
    assert_eq!(heads[0], heads[1]);
    assert_eq!(heads[0][1], (last + 1).to_string());
}

async fn counted_with(server: &Server, position: u64) -> Value {
    let query = format!("{{ directives(first: 1, minPosition: {position}) {{ totalCount }} }}");
    server.ask("council", &query, Value::Null).await["data"]["directives"]["totalCount"].clone()
}

/// Origin, size and root.
async fn head(server: &Server) -> Vec<String> {
    let note = server.get("/log/checkpoint").send().await.expect("an answer").text().await.expect("text");
    note.lines().take(3).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_starts_late_has_everything_and_one_that_loses_the_cluster_is_not_ready() {
    let pair = Pair::founded().await;
    let a = pair.serve("a").await;
    let mut b = pair.serve("b").await;
    assert!(block_in_place(|| b.terminate()).success());
    let mut last = 0;
    for step in 0..5 {
        last = issued(&a, &format!("LATE-{step}")).await;
    }
    let b = pair.serve("b").await;
    let answer = b.ask("council", &format!("{{ meta(minPosition: {last}) {{ position }} }}"), Value::Null).await;
    assert!(answer["data"]["meta"]["position"].as_u64() >= Some(last), "{answer}");

    // Nobody can tell what others record while the cluster is away: not ready, and the lag is not known.
    pair.site.cluster.kill(0).await;
    for server in [&a, &b] {
        let told = ready(server, 503).await;
        assert_eq!(told["follower"], "reconnecting", "{told}");
        assert!(told["what"].is_string(), "{told}");
        assert_eq!(told["lagEvents"], Value::Null, "{told}");
        // What is known can still be read, and it says that it may be old.
        let answer = server.ask("council", "{ meta { position lag { events } } }", Value::Null).await;
        assert_eq!(answer["data"]["meta"]["position"], last, "{answer}");
        assert_eq!(answer["data"]["meta"]["lag"]["events"], Value::Null, "{answer}");
    }
    // A server that starts now serves what it has, and is not ready.
    drop(b);
    let environment: Vec<(&str, &str)> = pair.environment.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let b = block_in_place(|| Server::on(&pair.data("b"), &environment));
    ready(&b, 503).await;
    assert_eq!(position(&b).await, last);

    pair.site.cluster.restart(0).await;
    let begun = Instant::now();
    for server in [&a, &b] {
        ready(server, 200).await;
        let position = issued(server, &format!("BACK-{}", server.address.len() + usize::from(std::ptr::eq(server, &a)))).await;
        assert!(position > last);
    }
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_stream_was_tombstoned_stands_still_and_says_where() {
    let pair = Pair::founded().await;
    let a = pair.serve("a").await;
    let last = issued(&a, "BEFORE").await;
    let stream = format!("programme-{}", pair.site.programme);
    pair.site.cluster.set_metadata(&pair.site.in_cluster("commission-technology"), r#"{"$maxAge":60}"#).await;
    let begun = Instant::now();
    let alarmed = loop {
        let told = ready(&a, 200).await;
        if told.to_string().contains("$maxAge") {
            break told;
        }
        assert!(begun.elapsed() < NEVER, "no alarm: {told}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(alarmed["ready"], true, "an alarm is no reason to turn people away: {alarmed}");
    pair.site.cluster.tombstone(&pair.site.in_cluster(&stream)).await;
    let told = ready(&a, 503).await;
    assert_eq!((&told["follower"], &told["stoppedAt"]), (&json!("stopped"), &json!(last + 1)), "{told}");
    assert!(told["what"].as_str().is_some_and(|what| what.contains(&stream)), "{told}");
    let refused = a.send("council", DIRECTIVE, directive("AFTER")).await;
    assert_eq!(refused.status(), 503);
    let refused: Value = refused.json().await.expect("JSON");
    let args = [("position", (last + 1).to_string()), ("what", told["what"].as_str().unwrap_or_default().to_owned())];
    let error = &refused["data"]["directiveIssue"]["errors"][0];
    assert_eq!(error["message"], message("FOLLOWER_STOPPED", &args, Lang::Fa), "the true reason is told: {refused}");
    assert_eq!(position(&a).await, last);
    drop(a);

    // Whoever comes later hears of it from the doctor, in both languages.
    let mut doctor = binary::command(&["doctor", "--data", &pair.data("a").display().to_string()]);
    let output = block_in_place(|| doctor.envs(pair.environment.clone()).output().expect("it starts"));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("commission-technology") && told.contains("$maxAge"), "{told}");
    let of_it: Vec<&str> = told.lines().filter(|line| line.contains(&stream)).collect();
    assert!(of_it.iter().any(|line| line.starts_with("BROKEN")), "an end that nobody can take back: {told}");
    assert!(of_it.iter().any(|line| line.chars().any(is_persian)), "{told}");
    assert!(!output.status.success(), "{told}");
}

/// An empty programme beside the one that is meant is not told from a new one: it serves and takes commands, warns, and is
/// ready with its first event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_of_a_programme_that_nobody_has_founded_is_not_ready_and_says_so() {
    let pair = Pair::founded().await;
    let mistyped = uuid::Uuid::new_v4().to_string();
    let environment: Vec<(&str, &str)> = pair.environment.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let environment = [environment, vec![("TAHAVOL_PROGRAMME", mistyped.as_str())]].concat();
    let data = pair.data("c");
    let args = [("programme", mistyped.clone())];
    let text = [Lang::En, Lang::Fa].map(|lang| message("SERVE_NO_EVENTS", &args, lang));
    // On an empty directory, and on the empty copy that the first time has left.
    for _ in 0..2 {
        let said = pair.folder.path().join("said");
        let into = std::fs::File::create(&said).expect("a file");
        let mut command = binary::command(&["serve", "--data", &data.display().to_string(), "--listen", "127.0.0.1:0"]);
        let mut child = command.envs(environment.iter().copied()).stdout(Stdio::null()).stderr(into).spawn().expect("it starts");
        let begun = Instant::now();
        while !text.iter().all(|text| std::fs::read_to_string(&said).is_ok_and(|said| said.contains(text))) {
            assert!(begun.elapsed() < NEVER, "no warning: {:?}", std::fs::read_to_string(&said));
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        child.kill().expect("it runs");
        child.wait().expect("it ends");
    }
    let server = block_in_place(|| Server::on(&data, &environment));
    let told = until_ready(&server, 503, |told| told["follower"] == "following").await;
    assert!(told["what"].as_str().is_some_and(|what| text.iter().all(|text| what.contains(text))), "{told}");
    assert_eq!(server.get("/healthz").send().await.expect("an answer").status(), 200);
    drop(server);

    // Meant as it is, it is founded.
    let mut demo = binary::command(&["demo", "--data", &data.display().to_string(), "--today", TODAY, "--no-serve", "--no-history"]);
    let output = block_in_place(|| demo.envs(environment.iter().copied()).output().expect("it starts"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let server = block_in_place(|| Server::on(&data, &environment));
    let told = ready(&server, 200).await;
    assert!(told["what"].is_null() && told["position"].is_u64(), "{told}");
}

/// The only witness of a server, as soon as it is so.
async fn witness_when(server: &Server, so: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let answer = server.get("/readyz").send().await.expect("an answer");
        let told: Value = answer.json().await.expect("JSON");
        let witness = &told["proof"]["witnesses"][0];
        assert_eq!(witness["alarm"], false, "nobody has shown another history: {told}");
        if so(&told["proof"]) {
            return witness.clone();
        }
        assert!(begun.elapsed() < NEVER, "the witness does not get there: {told}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A witness is shown the heads of both nodes: what one of them does not have yet is no other history.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_behind_waits_before_it_asks_a_witness_that_has_seen_more() {
    let mut pair = Pair::founded().await;
    let directory = pair.folder.path().join("witness");
    let key = Witness::keygen(&directory, "witness.example/court");
    let keys = binary::run(&["log", "keys", "--data", &pair.data("a").display().to_string()]).stdout;
    for key in String::from_utf8(keys).expect("text").lines() {
        Witness::trust(&directory, key);
    }
    let witness = block_in_place(|| Witness::on(&directory));
    let config = pair.folder.path().join("server.toml");
    let text = format!("[proof]\ncosign_every_seconds = 0\n[[proof.witness]]\nurl = \"{}\"\nvkey = \"{key}\"\n", witness.address);
    std::fs::write(&config, text).expect("a configuration");
    // What the second node has: the programme as it was founded.
    let mut b = pair.serve("b").await;
    assert!(block_in_place(|| b.terminate()).success());
    pair.environment.push(("TAHAVOL_CONFIG".to_owned(), config.display().to_string()));

    let all = |proof: &Value| proof["cosignedSize"].is_u64() && proof["cosignedSize"] == proof["signedSize"];
    let a = pair.serve("a").await;
    let last = issued(&a, "SEEN").await;
    let size = last + 1;
    let seen = witness_when(&a, |proof| all(proof) && proof["cosignedSize"].as_u64() >= Some(size)).await;
    assert_eq!(seen["problem"], Value::Null);

    // While the cluster is away the second node has less than the witness has seen. That is no alarm.
    pair.site.cluster.kill(0).await;
    let environment: Vec<(&str, &str)> = pair.environment.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let b = block_in_place(|| Server::on(&pair.data("b"), &environment));
    let behind = witness_when(&b, |proof| proof["witnesses"][0]["problem"].is_string()).await;
    assert!(behind["problem"].as_str().is_some_and(|what| what.contains("so far")), "{behind}");

    // As soon as it has as much, it is cosigned like the first one; and then both are, whoever is asked first.
    pair.site.cluster.restart(0).await;
    let seen = witness_when(&b, |proof| all(proof) && proof["cosignedSize"].as_u64() >= Some(size)).await;
    assert_eq!(seen["problem"], Value::Null);
    ready(&a, 200).await;
    ready(&b, 200).await;
    for step in 0..4 {
        issued(if step % 2 == 0 { &a } else { &b }, &format!("BOTH-{step}")).await;
    }
    let size = position(&a).await.max(position(&b).await) + 1;
    for server in [&a, &b] {
        witness_when(server, |proof| all(proof) && proof["cosignedSize"].as_u64() >= Some(size)).await;
    }
}

/// A node's copy that is smaller than the head that was signed before signs nothing, and says since when it will.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_waits_for_its_old_head_says_from_how_many_events_on_it_signs() {
    let pair = Pair::founded().await;
    let mut b = pair.serve("b").await;
    assert!(block_in_place(|| b.terminate()).success());
    let mut a = pair.serve("a").await;
    let size = issued(&a, "LATER").await + 1;
    assert!(block_in_place(|| a.terminate()).success());
    // The second node gets the first one's head, and has fewer events for as long as the cluster is away.
    let head_of = |node: &str| format!("{}-log.head", pair.data(node).display());
    std::fs::copy(head_of("a"), head_of("b")).expect("the head");
    pair.site.cluster.kill(0).await;
    let environment: Vec<(&str, &str)> = pair.environment.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    let b = block_in_place(|| Server::on(&pair.data("b"), &environment));
    let says = |told: &[String], key: &str, lang: Lang| {
        let sentence = message(key, &[("from", size.to_string())], lang);
        assert!(told.iter().any(|line| line.contains(&sentence)), "{sentence} is not in {told:?}");
    };
    says(&b.told, "SERVE_SIGNS_FROM", Lang::En);
    says(&b.told, "SERVE_SIGNS_FROM", Lang::Fa);
    assert!(!b.told.iter().any(|line| line.contains("NOT SIGNED")), "{:?}", b.told);
    let proof = ready(&b, 503).await["proof"].clone();
    assert_eq!((&proof["state"], &proof["signsFrom"]), (&json!("waiting"), &json!(size)), "{proof}");
    let asked = b.ask("auditor", "{ health { proof { state signsFrom what } } }", Value::Null).await;
    assert_eq!(asked["data"]["health"]["proof"], json!({ "state": "WAITING", "signsFrom": size, "what": null }), "{asked}");
    let mut doctor = binary::command(&["doctor", "--data", &pair.data("b").display().to_string()]);
    let output = block_in_place(|| doctor.envs(pair.environment.clone()).output().expect("it starts"));
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains(&format!("it signs from {size} events on")) && told.contains("its origin is"), "{told}");

    pair.site.cluster.restart(0).await;
    let proof = ready(&b, 200).await["proof"].clone();
    assert_eq!((&proof["state"], &proof["signsFrom"], &proof["signedSize"]), (&json!("signed"), &Value::Null, &json!(size)), "{proof}");
}

/// Nothing in the cluster tells a new node under which name the log goes on. It says so; and what another node shows tells it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_node_without_a_head_warns_and_takes_the_name_from_what_another_node_shows() {
    let pair = Pair::founded().await;
    let (head_of, replica_of) =
        (|node: &str| format!("{}-log.head", pair.data(node).display()), |node: &str| pair.data(node).join("replica.sqlite"));
    // The first node goes on under a further name.
    let environment: Vec<(&str, &str)> = pair.environment.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    std::fs::remove_file(head_of("a")).expect("it was there");
    let a = block_in_place(|| Server::with(&pair.data("a"), &environment, &["--accept-rollback", "the head was lost"]));
    ready(&a, 200).await;
    let shown = a.get("/log/checkpoint").send().await.expect("an answer").text().await.expect("text");
    let origin = shown.lines().next().expect("an origin").to_owned();
    let first = origin.strip_suffix("/2").expect("a further name").to_owned();
    assert!(!a.told.iter().any(|line| line.starts_with("WARNING")), "{:?}", a.told);

    // A new one cannot know that, and says what follows, in both languages.
    let mut b = pair.serve("b").await;
    let told = b.told.join("\n");
    let args = [("origin", first.clone()), ("head", head_of("b")), ("path", replica_of("b").display().to_string())];
    for lang in [Lang::En, Lang::Fa] {
        let sentence = message("SERVE_ORIGIN_UNKNOWN", &args, lang);
        assert!(told.contains(&sentence), "{sentence} is not in {told}");
    }
    assert_eq!(head(&b).await[0], first);
    assert!(block_in_place(|| b.terminate()).success());
    drop(b);

    // What it was told to do: away with its copy, and the other one's head in its place.
    for ending in ["", "-wal", "-shm"] {
        let file = format!("{}{ending}", replica_of("b").display());
        assert!(std::fs::remove_file(&file).is_ok() || !Path::new(&file).exists());
    }
    std::fs::remove_file(head_of("b")).expect("it has signed");
    let mut doctor = binary::command(&["doctor", "--data", &pair.data("b").display().to_string()]);
    let output = block_in_place(|| doctor.envs(pair.environment.clone()).output().expect("it starts"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains(&message("SERVE_ORIGIN_UNKNOWN", &args, Lang::Fa)), "{said}");
    std::fs::write(head_of("b"), shown).expect("the head");
    let b = pair.serve("b").await;
    assert!(!b.told.iter().any(|line| line.starts_with("WARNING")), "{:?}", b.told);
    issued(&b, "TOGETHER").await;
    assert_eq!(head(&b).await[0], origin);
}
