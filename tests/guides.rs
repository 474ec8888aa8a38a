//! Every GraphQL example of the guides is executed, in the order of its guide, against a demonstration.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use async_graphql::{Request, Variables};
use futures_util::StreamExt;
use serde_json::Value;
use sha2::{Digest, Sha256 as Hasher};
use tahavol_app::demo::{self, Demo};
use tahavol_app::import::{Settings, SourceFile, Times, import};
use tahavol_app::{Clock, MemoryEvidence, Options, Tahavol};
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::text::Lang;
use tahavol_domain::values::{ActorId, Evidence, Person, ProgrammeId, Sha256};
use tahavol_graphql::{Caller, Identity, Limits, TahavolSchema};
use tahavol_identity::{IdentityStore, Journal};
use tahavol_ledger::merkle::note::{KeyKind, SigningKey};
use tahavol_ledger::{Ledger, OpenOptions, Signing, SqliteLedger};
use uuid::Uuid;

/// What `tahavol demo` takes when nothing is said.
const SEED: u64 = 1_398;

/// An example of a guide.
struct Example {
    guide: PathBuf,
    /// Line of its first line.
    line: usize,
    /// Who asks; the info string after `graphql as`.
    actor: String,
    query: String,
    variables: Value,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_for_members_run() {
    run("members.md", 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_for_leadership_run() {
    run("leadership.md", 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_for_auditors_run() {
    run("auditors.md", 8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tables_for_operators_are_imported_into_a_founded_programme() {
    let folder = tempfile::tempdir().expect("there is room");
    let (app, ledger) = open(folder.path()).await;
    demo::play(&app, &Demo { seed: SEED, today: today(), history: false }, evidence(), &|_| ()).await.expect("the import plays");
    let settings = settings(demo::administrator());
    let tables = files("csv");
    assert_eq!(tables.len(), 4, "one table of each kind");
    let imported = import(&app, &tables, &settings, Times::Real, false).await.unwrap_or_else(|why| panic!("{why}: {why:#?}"));
    let rows: usize = tables.iter().map(|table| table.text.lines().count() - 1).sum();
    assert_eq!(imported.events, rows, "each row is an event");
    let again = import(&app, &tables, &settings, Times::Real, false).await.expect("the same files again");
    assert_eq!((again.events, again.unchanged), (0, rows), "the same files again record nothing");
    app.close().await;
    ledger.close().await.expect("it is open");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_programme_file_for_operators_founds_a_programme() {
    let folder = tempfile::tempdir().expect("there is room");
    let (app, ledger) = open(folder.path()).await;
    let file = files("toml").into_iter().find(|file| file.name == "programme.toml").expect("the guide has one");
    let first_official = Some(Person { id: ActorId("council".to_owned()), name: "زهرا رستگار".to_owned() });
    let settings = Settings { first_official, ..settings(demo::administrator()) };
    import(&app, &[file], &settings, Times::Real, false).await.unwrap_or_else(|why| panic!("{why}: {why:#?}"));
    assert_eq!(app.snapshot().milestones.len(), 2);
    app.close().await;
    ledger.close().await.expect("it is open");
}

#[test]
fn the_configuration_for_operators_is_read() {
    let folder = tempfile::tempdir().expect("there is room");
    let (_, text) = named_blocks("toml").into_iter().find(|(name, _)| name == "tahavol.toml").expect("the guide has one");
    let path = folder.path().join("tahavol.toml");
    std::fs::write(&path, text).expect("there is room");
    let settings = tahavol_server::config::Settings::load(Some(&path), HashMap::new()).unwrap_or_else(|why| panic!("{why}"));
    assert_eq!(settings.identity.lifetime().as_secs(), 12 * 3_600);
    assert_eq!(settings.identity.second_factor_for.len(), 2);
}

/// Runs a guide's examples one after the other; each must answer without errors.
async fn run(guide: &str, at_least: usize) {
    let examples = examples(guide);
    assert!(examples.len() >= at_least, "{guide} has {} examples", examples.len());
    let stage = Stage::open().await;
    let mut before = Value::Null;
    for example in examples {
        let place = format!("{}:{}", example.guide.display(), example.line);
        let answer = stage.ask(&example, &before, &place).await;
        assert_eq!(answer.get("errors"), None, "{place}: {answer:#}");
        for (field, payload) in answer["data"].as_object().unwrap_or_else(|| panic!("{place} answers no data: {answer:#}")) {
            let refused = payload.get("errors").and_then(Value::as_array).is_some_and(|errors| !errors.is_empty());
            assert!(!refused, "{place}: {field} was refused: {payload:#}");
            assert!(!payload.is_null(), "{place}: {field} is null");
        }
        before = answer;
    }
    stage.app.close().await;
    stage.ledger.close().await.expect("it is open");
}

/// A demonstration that one test may change as it likes.
struct Stage {
    app: Tahavol,
    ledger: Arc<SqliteLedger>,
    schema: TahavolSchema,
    people: BTreeMap<String, Person>,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn open() -> Stage {
        let folder = tempfile::tempdir().expect("there is room");
        tokio::task::spawn_blocking(played).await.expect("the demonstration plays");
        // The write-ahead log, too, where there is one.
        for file in std::fs::read_dir(played()).expect("it can be listed").flatten() {
            std::fs::copy(file.path(), folder.path().join(file.file_name())).expect("there is room");
        }
        let (app, ledger) = open(folder.path()).await;
        let people = demo::people().into_iter().map(|(person, _)| (person.id.0.clone(), person)).collect();
        let store = IdentityStore::open(&folder.path().join("identity.sqlite")).expect("a new file");
        let journal = Journal::in_table(&folder.path().join("journal.sqlite")).expect("a new file");
        let identity = Identity { store, journal, address: "http://127.0.0.1:8080".to_owned() };
        let schema = tahavol_graphql::schema_with_identity(app.clone(), Limits::default(), clock(), identity);
        Stage { schema, app, ledger, people, _folder: folder }
    }

    async fn ask(&self, example: &Example, before: &Value, place: &str) -> Value {
        let person = self.people.get(&example.actor).unwrap_or_else(|| panic!("{place}: nobody is {:?}", example.actor));
        let variables = resolved(&example.variables, before, place);
        let request =
            Request::new(&example.query).variables(Variables::from_json(variables)).data(Caller::unlimited(person.clone())).data(Lang::En);
        let response = if example.query.starts_with("subscription") {
            self.schema.execute_stream(request).next().await.unwrap_or_else(|| panic!("{place}: the subscription tells nothing"))
        } else {
            self.schema.execute(request).await
        };
        serde_json::to_value(response).expect("an answer is JSON")
    }
}

/// Plays the demonstration once for all tests, and tells the folder of its ledger.
fn played() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("there is room");
        let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
        runtime.block_on(async {
            let (app, ledger) = open(folder.path()).await;
            let demo = Demo { seed: SEED, today: today(), history: true };
            demo::play(&app, &demo, evidence(), &|_| ()).await.expect("the demonstration plays");
            app.close().await;
            ledger.close().await.expect("it is open");
        });
        folder
    });
    folder.path()
}

async fn open(folder: &Path) -> (Tahavol, Arc<SqliteLedger>) {
    let key = SigningKey::generate("guides.example/log", KeyKind::Log, [7; 32]).expect("a name");
    let signing = Signing { origin: key.name().to_owned(), keys: vec![key], head_copy: None, accept_rollback: None };
    let options = OpenOptions { signing: Some(signing), ..OpenOptions::default() };
    let ledger = Arc::new(SqliteLedger::open(folder, options).await.expect("the folder is ours"));
    let store = MemoryEvidence::default();
    for file in evidence() {
        store.put(file.digest, &file.media_type, file.size);
    }
    let options =
        Options { named_administrator: Some(demo::administrator().id), clock: clock(), evidence: Arc::new(store), ..Options::default() };
    let app = Tahavol::open(Arc::clone(&ledger) as Arc<dyn Ledger>, options).await.expect("the ledger can be read");
    (app, ledger)
}

/// 1405/09/02, as if it were the day on which a reader tries the examples.
fn today() -> Date {
    Date::from_persian(1405, 9, 2).expect("a day")
}

/// Noon of that day.
fn clock() -> Clock {
    Clock::manual(Instant::start_of(today(), &TimeZone::tehran()).plus_micros(12 * 3_600_000_000))
}

/// What the evidence store would answer for the demonstration's files.
fn evidence() -> Vec<Evidence> {
    let files = demo::evidence_files().into_iter();
    let stored = files.map(|(title, bytes)| Evidence {
        digest: Sha256(Hasher::digest(&bytes).into()),
        media_type: "text/plain".to_owned(),
        size: bytes.len() as u64,
        title,
    });
    stored.collect()
}

fn settings(actor: Person) -> Settings {
    let programme = ProgrammeId(Uuid::from_u128(7));
    let resolution = Some("مصوبه ۱".to_owned());
    Settings { actor, first_official: None, resolution, programme, shift_months: 0, simulation: false }
}

/// The operators' files of a kind.
fn files(kind: &str) -> Vec<SourceFile> {
    let read = |(name, text): (String, String)| SourceFile::from_bytes(&name, text.as_bytes()).unwrap_or_else(|why| panic!("{why}"));
    named_blocks(kind).into_iter().map(read).collect()
}

/// The operators' blocks of a kind that have a name: ```` ```csv reports.csv ````.
fn named_blocks(kind: &str) -> Vec<(String, String)> {
    let (_, text) = guide("operators.md");
    let lines: Vec<&str> = text.lines().collect();
    let named = lines.iter().enumerate().filter_map(|(index, line)| Some((index, line.strip_prefix("```")?.strip_prefix(kind)?.trim())));
    named.filter(|(_, name)| !name.is_empty()).map(|(index, name)| (name.to_owned(), block(&lines, index + 1).0 + "\n")).collect()
}

fn guide(name: &str) -> (PathBuf, String) {
    let path = Path::new("docs/guides").join(name);
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(&path)).expect("the guide is there");
    (path, text)
}

/// The ```` ```graphql as ACTOR ```` blocks of a guide, each with the variables of the `json` block that follows directly.
fn examples(name: &str) -> Vec<Example> {
    let (path, text) = guide(name);
    let lines: Vec<&str> = text.lines().collect();
    let mut examples = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if let Some(info) = line.strip_prefix("```graphql") {
            let actor = info.trim().strip_prefix("as ").unwrap_or_else(|| panic!("{name}:{}: as whom?", index + 1)).to_owned();
            let (query, end) = block(&lines, index + 1);
            let next = (end + 1..lines.len()).find(|next| !lines[*next].trim().is_empty());
            let variables = match next.filter(|next| lines[*next] == "```json") {
                Some(next) => serde_json::from_str(&block(&lines, next + 1).0).unwrap_or_else(|why| panic!("{name}:{}: {why}", next + 1)),
                None => Value::Null,
            };
            examples.push(Example { guide: path.clone(), line: index + 1, actor, query, variables });
        }
    }
    examples
}

/// The lines up to the closing fence, and where that is.
fn block(lines: &[&str], start: usize) -> (String, usize) {
    let end = (start..lines.len()).find(|index| lines[*index] == "```").expect("a block is closed");
    (lines[start..end].join("\n"), end)
}

/// A text `$.milestone.claims.0.uuid` stands for what is there in the answer before.
fn resolved(variables: &Value, before: &Value, place: &str) -> Value {
    match variables {
        Value::String(text) => match text.strip_prefix("$.") {
            Some(path) => {
                let pointer = format!("/data/{}", path.replace('.', "/"));
                before.pointer(&pointer).unwrap_or_else(|| panic!("{place}: no {text} in {before:#}")).clone()
            }
            None => variables.clone(),
        },
        Value::Array(items) => items.iter().map(|item| resolved(item, before, place)).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), resolved(value, before, place))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => variables.clone(),
    }
}
