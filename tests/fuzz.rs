//! Questions and commands that a machine makes up from the schema, asked as every office: no failure, no panic, no leak.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rusqlite::Connection;
use serde_json::{Value, json};
use tahavol_tests::server::Server;
use tahavol_tests::{binary, data, python};

/// Stands in every text of the draft, and nowhere else.
const DRAFT: &str = "پیش‌نویس محرمانه";
/// Everybody who asks, and whether she reads the drafts of `technology`. Nobody comes without a token.
const CALLERS: [(&str, bool); 12] = [
    ("council", true),
    ("chair.technology", true),
    ("member.technology", true),
    ("secretary.training", false),
    ("member.training", false),
    ("inspector", true),
    ("auditor", true),
    ("reporter.IR-07", false),
    ("administrator", false),
    (BOUNDED, false),
    (WITHOUT_OFFICE, false),
    (NOBODY, false),
];
/// A program in the name of the council, bounded to another commission.
const BOUNDED: &str = "council for training";
const WITHOUT_OFFICE: &str = "passer-by";
const NOBODY: &str = "nobody";
/// Whom commands are about: none of those who ask, so that these hold to the end the offices that they begin with.
const BYSTANDERS: [&str; 5] = ["council.deputy", "inspector.second", "member.support", "reporter.IR-08", "chair.equipment"];
/// Of everything that is made up. `FUZZ_SEED` takes another one.
const SEED: u64 = 13_980_631;
/// How long. A slow machine comes through fewer of the operations, of which there are more than a hundred.
const SECONDS: u64 = 75;

/// A number of the environment, for whoever wants to look longer or at something else.
fn set(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

/// None where the fuzzer is not installed, which is said aloud.
fn fuzzer() -> Option<PathBuf> {
    let python = python::installed();
    let there = Command::new(&python).args(["-c", "import schemathesis"]).stderr(Stdio::null()).status();
    if there.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    // Past what the test harness keeps to itself.
    let how = "SKIPPED: schemathesis is not installed (cargo xtask test installs it, with python3-venv)";
    drop(writeln!(std::io::stdout().lock(), "{how}"));
    None
}

/// What the server keeps of people and must tell nobody: passwords, tokens, their hashes, the log's key.
fn secrets(directory: &Path) -> Vec<String> {
    let people = fs::read_to_string(directory.join("people.toml")).unwrap();
    let quoted = people.lines().filter_map(|line| line.strip_prefix("password = ").or_else(|| line.strip_prefix("token = ")));
    let mut secrets: Vec<String> = quoted.map(|text| text.trim_matches('"').to_owned()).collect();
    let key = data::log_key(directory);
    secrets.push(key[key.len() - 30..].to_owned());
    let identity = Connection::open(directory.join("identity.sqlite")).unwrap();
    let hashes = "SELECT password FROM account WHERE password IS NOT NULL UNION SELECT lower(hex(digest)) FROM token";
    let mut hashes = identity.prepare(hashes).unwrap();
    secrets.extend(hashes.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap));
    secrets.push("$argon2".to_owned());
    assert!(secrets.len() > 100 && secrets.iter().all(|secret| secret.len() > 6), "{} secrets", secrets.len());
    secrets
}

/// A programme of eighteen months in which `technology` has drafted something, and words that lead to what is in it.
struct Programme {
    server: Server,
    /// Of the two who are not of the cast.
    bounded: String,
    passer_by: String,
    words: BTreeSet<String>,
    uuids: BTreeSet<String>,
    drafted: Vec<String>,
    head: u64,
}

impl Programme {
    async fn new(log: &Path) -> Programme {
        let directory = data::with_history();
        let bounded = data::new_token(directory.path(), "council", &["--commission", "training"]);
        let path = directory.path().display().to_string();
        let added = binary::run(&["account", "add", WITHOUT_OFFICE, "--name", "رهگذر", "--data", &path]);
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        let passer_by = data::new_token(directory.path(), WITHOUT_OFFICE, &[]);
        let server = Server::logging_to(log, directory, &[("TAHAVOL_LOG__LEVEL", "info")]);
        let (words, uuids) = (BTreeSet::new(), BTreeSet::new());
        let mut programme = Programme { server, bounded, passer_by, words, uuids, drafted: Vec::new(), head: 0 };
        programme.look().await;
        programme.plant().await;
        programme
    }

    /// Codes, ids and uuids of what is there before anything is drafted.
    async fn look(&mut self) {
        let query = "{ initiatives(first: 100) { nodes { id uuid code } } milestones(first: 100) { nodes { id uuid code } }
            stations(first: 5) { nodes { id code } } indicators(first: 20) { nodes { id code } } commissions(first: 10) { nodes { slug } }
            directives(first: 5) { nodes { code } } provinces { code } reviews(first: 3) { nodes { id } } meta { position } }";
        let found = self.server.ask("auditor", query, Value::Null).await;
        assert!(found["errors"].is_null(), "{found}");
        self.head = found["data"]["meta"]["position"].as_u64().unwrap();
        self.learn(&found["data"]);
    }

    fn learn(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value.as_str() {
                        Some(text) if name == "uuid" => drop(self.uuids.insert(text.to_owned())),
                        Some(text) => drop(self.words.insert(text.to_owned())),
                        None => self.learn(value),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| self.learn(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// An initiative with a milestone and a risk, which nobody submits.
    async fn plant(&mut self) {
        let secret = json!({ "fa": DRAFT });
        let promise = json!({ "weight": 3, "starts": "2028-01-01", "due": "2028-12-01", "measure": { "reported": true } });
        let proposal = json!({ "code": "DRAFT", "commission": "technology", "horizon": "LONG", "title": secret, "note": secret });
        let planned = json!({ "initiative": "DRAFT", "code": "DRAFT-1", "title": secret, "baseline": promise });
        let risk = json!({ "initiative": "DRAFT", "title": secret, "likelihood": 1, "impact": 1, "reason": DRAFT });
        for (name, input_type, input) in [
            ("initiativePropose", "InitiativeProposeInput", proposal),
            ("milestonePlan", "MilestonePlanInput", planned),
            ("initiativeRaiseRisk", "InitiativeRaiseRiskInput", risk),
        ] {
            let query = format!("mutation ($input: {input_type}!) {{ {name}(input: $input) {{ errors {{ code field message }} }} }}");
            let answer = self.server.ask("member.technology", &query, json!({ "input": input })).await;
            assert_eq!(answer["data"][name]["errors"], json!([]), "{answer}");
        }
        let query = "{ initiative(code: \"DRAFT\") { id uuid } milestone(code: \"DRAFT-1\") { id uuid } meta { position } }";
        let found = self.server.ask("council", query, Value::Null).await;
        self.head = found["data"]["meta"]["position"].as_u64().unwrap();
        self.drafted = vec!["DRAFT".to_owned(), "DRAFT-1".to_owned()];
        for thing in ["initiative", "milestone"] {
            let (id, uuid) = (found["data"][thing]["id"].as_str().unwrap(), found["data"][thing]["uuid"].as_str().unwrap());
            self.drafted.extend([id.to_owned(), uuid.to_owned(), format!("{thing}-{uuid}")]);
        }
    }

    fn token(&self, caller: &str) -> Option<String> {
        match caller {
            NOBODY => None,
            BOUNDED => Some(self.bounded.clone()),
            WITHOUT_OFFICE => Some(self.passer_by.clone()),
            office => Some(self.server.token(office)),
        }
    }

    /// What the fuzzer is told, on its standard input.
    fn task(&self, seed: u64) -> Value {
        let callers = CALLERS.map(|(name, reads)| json!({ "name": name, "token": self.token(name), "reads": reads }));
        let people: Vec<&str> = CALLERS.iter().map(|(name, _)| *name).collect();
        json!({
            "url": format!("{}/graphql", self.server.address), "seed": seed, "seconds": set("FUZZ_SECONDS", SECONDS),
            "callers": callers, "draft": DRAFT, "secrets": secrets(&self.server.data), "words": self.words,
            "uuids": self.uuids, "drafted": self.drafted, "people": people, "bystanders": BYSTANDERS, "head": self.head,
        })
    }
}

/// Runs the fuzzer; what it tells.
fn fuzz(python: &Path, task: &Value) -> Value {
    let mut command = Command::new(python);
    let folder = tempfile::tempdir().unwrap();
    // What it keeps for itself it keeps in a folder that goes away.
    command.arg(binary::root().join("tests/fuzz/drive.py")).current_dir(folder.path()).env("PYTHONUTF8", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(task.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let (told, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "seed {}: {told}\n{errors}", task["seed"]);
    serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}\n{errors}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "the seed, for whoever looks at a failure")]
async fn whatever_is_asked_as_any_office_neither_fails_nor_tells_what_is_not_for_it() {
    let Some(python) = fuzzer() else { return };
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut programme = Programme::new(&log).await;
    let task = programme.task(set("FUZZ_SEED", SEED));
    let told = fuzz(&python, &task);
    let seed = &task["seed"];
    println!("seed {seed}: {told}");
    assert_eq!(told["failures"], json!([]), "FUZZ_SEED={seed} asks the same again");
    let count = |name: &str| told[name].as_u64().unwrap();
    let callers = u64::try_from(CALLERS.len()).unwrap();
    // All but the last operation that there was time for are asked as everybody.
    assert!(count("operations") > 100 && count("covered") > 3 && count("asked") >= (count("covered") - 1) * callers, "{told}");
    // Where nothing were answered, or some were not shown what they may read, this would look at nothing.
    let readers = CALLERS.iter().filter(|(_, reads)| *reads).count();
    assert!(count("answered") > 10 && count("refused") > 10 && count("shown") >= 2 * u64::try_from(readers).unwrap(), "{told}");

    assert!(programme.server.lives(), "seed {seed}");
    let logged = fs::read_to_string(&log).unwrap();
    for never in ["panicked", "ERROR", DRAFT] {
        assert!(!logged.contains(never), "seed {seed}: {logged}");
    }
    assert!(logged.contains("answered"), "the log is looked at");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(programme.server.get(path).send().await.unwrap().status(), 200, "seed {seed}: {path}");
    }
    let recorded = programme.server.ask("council", "{ meta { position } }", Value::Null).await;
    assert!(recorded["data"]["meta"]["position"].as_u64() >= Some(programme.head), "seed {seed}: {recorded}");
    assert!(programme.server.terminate().success(), "seed {seed}");
    let path = programme.server.data.display().to_string();
    for command in [["replay", "--data", &path], ["verify", &path, "--lang=en"], ["doctor", "--data", &path]] {
        let output = binary::run(&command);
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && !told.contains("BROKEN"), "seed {seed}: {command:?}: {told}");
    }
}
