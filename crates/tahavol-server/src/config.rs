//! Configuration: `tahavol.toml`, then `TAHAVOL_*` of the environment, then flags. An unknown key is an error.

mod engine;
mod identity;
mod modes;
mod oidc;
mod people;
mod secrecy;
mod wire;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat};
use serde::{Deserialize, Serialize};
use tahavol_domain::text::Lang;
use tahavol_domain::values::{ActorId, Person, is_code};

use crate::failure::Failure;

pub use engine::{Cluster, ClusterAddress, Engine, LedgerSetting, NoLedger, REPLICA_FILE};
pub use identity::{IdentitySettings, OfficeKind};
pub(crate) use modes::refuse_open_to_others;
pub use oidc::{CALLBACK, OidcSettings};
pub use people::{PEOPLE_FILE, People, SomebodyToTry};
pub use wire::{Network, PageOrigin, ProxyHeader, TlsSettings, WireSettings, house};

/// The configuration file of the working directory, read when it is there.
pub const CONFIG_FILE: &str = "tahavol.toml";

/// Everything that can be set. The names are those of the file; in the environment `limits.body_bytes` is
/// `TAHAVOL_LIMITS__BODY_BYTES`.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The data directory.
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// `https://…`: how people reach this server, where that is not the address it listens on.
    pub public_url: Option<String>,
    /// Whether approved work and progress can be read without signing in.
    pub public_view: bool,
    /// `sqlite:<file or directory>` or `kurrentdb://…`; without it, `ledger.sqlite` in the data directory.
    pub ledger: Option<LedgerSetting>,
    /// The programme whose ledger it is. A cluster may hold those of several, so there it must be named.
    pub programme: Option<engine::ProgrammeSetting>,
    /// Of messages, where the request or the command says nothing else.
    pub language: Lang,
    /// The only person from whom a charter is accepted.
    pub administrator: Option<PersonSetting>,
    /// Whom a founding import appoints to the council first.
    pub first_official: Option<PersonSetting>,
    pub identity: IdentitySettings,
    /// The organisation's identity provider, where there is one.
    pub oidc: Option<OidcSettings>,
    /// HTTPS by this process itself.
    pub tls: Option<TlsSettings>,
    pub wire: WireSettings,
    pub evidence: EvidenceSettings,
    pub limits: LimitSettings,
    pub health: HealthSettings,
    pub proof: ProofSettings,
    pub log: LogSettings,
    /// The configuration file, where it holds a secret.
    #[serde(skip)]
    pub secret_config: Option<PathBuf>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonSetting {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceSettings {
    /// Without it, `evidence` in the data directory.
    pub directory: Option<PathBuf>,
    /// In its place, a bucket. Needs the feature `s3`, which is on by default.
    pub s3: Option<S3Settings>,
    /// Of one file.
    pub max_bytes: u64,
}

/// A bucket of an S3-compatible store.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S3Settings {
    pub bucket: String,
    #[serde(default)]
    pub region: Option<String>,
    #[serde(default)]
    pub endpoint: Option<String>,
    #[serde(default)]
    pub access_key_id: Option<String>,
    #[serde(default)]
    pub secret_access_key: Option<String>,
    /// A file with the key alone, in place of the key itself.
    #[serde(default)]
    pub secret_access_key_file: Option<PathBuf>,
    /// Plain HTTP, as stores inside one's own network may have it.
    #[serde(default)]
    pub allow_http: bool,
    /// Put before every object's name.
    #[serde(default)]
    pub prefix: String,
}

/// Keys are secrets.
impl std::fmt::Debug for S3Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("S3Settings").field("bucket", &self.bucket).field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// Of a GraphQL request.
    pub body_bytes: usize,
    pub depth: usize,
    pub complexity: usize,
    pub aliases: usize,
    pub fields: usize,
    /// Operations in one batch.
    pub batch: usize,
    /// Of one WebSocket.
    pub subscriptions_per_connection: usize,
    pub subscriptions_per_person: usize,
    /// Open connections; further ones wait.
    pub connections: usize,
    /// An answer that takes longer is given up.
    pub request_seconds: u64,
    /// How long a shutdown waits for requests in flight.
    pub shutdown_seconds: u64,
    /// Bytes of answers kept for the same question again; 0 keeps none.
    pub cache_bytes: usize,
    /// Largest size of the ledger file; appends beyond it are answered as on a full disk. 0: no limit.
    pub ledger_bytes: u64,
}

/// When the live picture is compared with a fold of the whole ledger.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HealthSettings {
    /// First so long after the start.
    pub replay_after_seconds: u64,
    /// Then so long after the end of the last one; 0: never.
    pub replay_every_seconds: u64,
}

/// How the ledger is signed as a transparency log, and who witnesses it.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProofSettings {
    /// What the log is called: its address without scheme and trailing slash. Without it, as its key is called.
    pub origin: Option<String>,
    /// The log's private keys. Without it, `<data>-log.key` beside the data directory.
    pub key_file: Option<PathBuf>,
    /// Copy of the newest signed head. Without it, `<data>-log.head` beside the data directory.
    pub head_file: Option<PathBuf>,
    /// Witnesses are asked at most so often.
    pub cosign_every_seconds: u64,
    /// Whose cosignatures are collected.
    pub witness: Vec<WitnessSetting>,
    /// Why a ledger goes on that is not what was last signed; of a flag alone, so that no file accepts it for ever.
    #[serde(skip)]
    pub accept_rollback: Option<String>,
}

/// A witness: where it is asked, and the key that its answers are verified with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessSetting {
    /// What `/add-checkpoint` is put after.
    pub url: String,
    pub vkey: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// As `tracing` writes directives: `info`, `tahavol_server=debug,warn`.
    pub level: String,
    pub format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    Text,
    Json,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            data: PathBuf::from("data"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: None,
            public_view: false,
            ledger: None,
            programme: None,
            language: Lang::Fa,
            administrator: None,
            first_official: None,
            identity: IdentitySettings::default(),
            oidc: None,
            tls: None,
            wire: WireSettings::default(),
            evidence: EvidenceSettings::default(),
            limits: LimitSettings::default(),
            health: HealthSettings::default(),
            proof: ProofSettings::default(),
            log: LogSettings::default(),
            secret_config: None,
        }
    }
}

impl Default for EvidenceSettings {
    fn default() -> Self {
        EvidenceSettings { directory: None, s3: None, max_bytes: 50 << 20 }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        let limits = tahavol_graphql::Limits::default();
        LimitSettings {
            body_bytes: 1 << 20,
            depth: limits.depth,
            complexity: limits.complexity,
            aliases: limits.aliases,
            fields: limits.fields,
            batch: limits.batch,
            subscriptions_per_connection: 20,
            subscriptions_per_person: 100,
            connections: 4_096,
            request_seconds: 30,
            shutdown_seconds: 15,
            cache_bytes: 16 << 20,
            ledger_bytes: 0,
        }
    }
}

impl Default for HealthSettings {
    fn default() -> Self {
        HealthSettings { replay_after_seconds: 120, replay_every_seconds: 24 * 60 * 60 }
    }
}

impl Default for ProofSettings {
    fn default() -> Self {
        ProofSettings { origin: None, key_file: None, head_file: None, cosign_every_seconds: 5, witness: Vec::new(), accept_rollback: None }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        LogSettings { level: "info".to_owned(), format: LogFormat::Text }
    }
}

impl Settings {
    /// Reads the file (a named one must be there) and the environment.
    ///
    /// # Errors
    /// When a file cannot be read, a key is unknown or a value is none.
    pub fn load(file: Option<&Path>, environment: HashMap<String, String>) -> Result<Settings, Failure> {
        let named = file.map(Path::to_owned).or_else(|| environment.get("TAHAVOL_CONFIG").map(PathBuf::from));
        let file = match &named {
            Some(path) => File::from(path.as_path()).format(FileFormat::Toml),
            None => File::from(Path::new(CONFIG_FILE)).format(FileFormat::Toml).required(false),
        };
        // Where the configuration lies, and who `verify` asks a server as, are no settings.
        let mut ours: HashMap<_, _> =
            environment.into_iter().filter(|(key, _)| key != "TAHAVOL_CONFIG" && key != "TAHAVOL_TOKEN").collect();
        let client_secret = oidc::take_secret(&mut ours);
        let variables = Environment::with_prefix("TAHAVOL").prefix_separator("_").separator("__").try_parsing(true);
        let bad = |error: config::ConfigError| Failure::usage(format!("configuration: {}", secrecy::of_config(&error)));
        secrecy::refuse_no_toml(named.as_deref().unwrap_or(Path::new(CONFIG_FILE)))?;
        let in_file = Config::builder().add_source(file).build().map_err(bad)?;
        let whole = Config::builder().add_source(in_file.clone()).add_source(variables.source(Some(ours.clone()))).build().map_err(bad)?;
        engine::refuse_two(&in_file, &whole, &ours)?;
        oidc::refuse_secret_in_file(&in_file)?;
        engine::refuse_no_programme(&whole)?;
        identity::refuse_tokens(&whole)?;
        let mut settings = whole.try_deserialize::<Settings>().map_err(bad)?;
        settings.oidc = settings.oidc.map(|oidc| oidc.with_secret(client_secret));
        let read = named.unwrap_or_else(|| PathBuf::from(CONFIG_FILE));
        settings.secret_config = Some(read).filter(|_| modes::holds_secret(&in_file));
        settings.checked()
    }

    /// Adds whom the data directory itself names as the administrator, as a demonstration's does.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn with_people_of_data(mut self) -> Result<Settings, Failure> {
        if let Some(people) = People::read(&self.data)? {
            self.administrator = self.administrator.or(Some(people.administrator));
        }
        self.checked()
    }

    fn checked(self) -> Result<Settings, Failure> {
        self.identity.check()?;
        self.check_public_url()?;
        self.wire.check()?;
        let people = self.administrator.iter().chain(&self.first_official).map(|person| &person.id);
        if let Some(id) = people.into_iter().find(|id| !is_code(id)) {
            return Err(Failure::usage(format!("configuration: `{id}` cannot be an actor's id")));
        }
        Ok(self)
    }

    /// Everybody who is named.
    #[must_use]
    pub fn named_actors(&self) -> Vec<ActorId> {
        self.administrator.iter().chain(&self.first_official).map(|person| ActorId(person.id.clone())).collect()
    }

    pub fn snapshots_dir(&self) -> PathBuf {
        self.data.join("snapshots")
    }

    pub fn evidence_dir(&self) -> PathBuf {
        self.evidence.directory.clone().unwrap_or_else(|| self.data.join("evidence"))
    }

    pub fn graphql_limits(&self) -> tahavol_graphql::Limits {
        let LimitSettings { depth, complexity, aliases, fields, batch, .. } = self.limits;
        tahavol_graphql::Limits { depth, complexity, aliases, fields, batch, public_view: self.public_view }
    }

    /// A person whom the configuration knows by this id.
    pub fn person(&self, id: &str) -> Option<Person> {
        self.administrator.iter().chain(&self.first_official).find(|person| person.id == id).map(PersonSetting::person)
    }
}

impl PersonSetting {
    pub fn person(&self) -> Person {
        Person { id: ActorId(self.id.clone()), name: self.name.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(toml: &str, environment: &[(&str, &str)]) -> Result<Settings, Failure> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tahavol.toml");
        std::fs::write(&path, toml).unwrap();
        let environment = environment.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Settings::load(Some(&path), environment)
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let settings = load("listen = \"127.0.0.1:1\"\n[limits]\nbatch = 3\n", &[("TAHAVOL_LIMITS__BATCH", "4")]).unwrap();
        assert_eq!((settings.listen.port(), settings.limits.batch), (1, 4));
    }

    #[test]
    fn an_unknown_key_is_an_error_and_not_silence() {
        assert!(load("lisden = \"127.0.0.1:1\"\n", &[]).unwrap_err().text.contains("lisden"));
        assert!(load("", &[("TAHAVOL_LISDEN", "x")]).is_err());
        assert!(load("[limits]\nbodies = 1\n", &[]).is_err());
    }

    #[test]
    fn a_named_file_must_be_there() {
        assert!(Settings::load(Some(Path::new("/nowhere/tahavol.toml")), HashMap::new()).is_err());
    }

    #[test]
    fn an_impossible_actor_is_refused() {
        assert!(load("[administrator]\nid = \"a b\"\nname = \"A\"\n", &[]).is_err());
    }

    #[test]
    fn tokens_in_the_configuration_are_refused_with_what_to_do_instead() {
        let tokens = "[[tokens]]\ntoken = \"a-secret-of-some-length\"\nactor = \"a\"\nname = \"A\"\n";
        let told = load(tokens, &[]).unwrap_err().text;
        assert!(told.contains("tahavol token add") && told.contains("توکن") && !told.contains("a-secret"), "{told}");
        assert!(load("", &[("TAHAVOL_TOKENS", "x")]).unwrap_err().text.contains("tahavol token add"));
    }

    #[test]
    fn keys_are_not_told_by_debug() {
        let settings = load("[evidence.s3]\nbucket = \"b\"\nsecret_access_key = \"a-secret\"\n", &[]).unwrap();
        assert!(!format!("{settings:?}").contains("a-secret"));
    }

    #[test]
    fn a_programme_is_a_uuid() {
        for toml in ["programme = \"not-a-uuid\"\n", "programme = 7\n", "programme = [\"00000000-0000-0000-0000-000000000007\"]\n"] {
            let told = load(toml, &[]).unwrap_err().text;
            assert!(told.contains("is a UUID") && told.contains("یک UUID") && !told.contains("not-a-uuid"), "{toml}: {told}");
        }
        assert!(load("", &[("TAHAVOL_PROGRAMME", "mistyped")]).is_err());
        assert!(load("programme = \"00000000-0000-0000-0000-000000000007\"\n", &[]).is_ok());
    }

    #[test]
    fn one_ledger_has_one_engine() {
        let refused = |toml: &str, environment: &[(&str, &str)]| load(toml, environment).unwrap_err().text;
        assert!(refused("ledger = [\"sqlite:x\", \"kurrentdb://h:2113\"]\n", &[]).contains("one engine"));
        assert!(refused("ledger = \"sqlite:x kurrentdb://h:2113\"\n", &[]).contains("one engine"));
        // One in a list, and a table, are no two.
        for toml in ["ledger = [\"sqlite:x\"]\n", "ledger = []\n", "ledger = 7\n", "[ledger]\naddress = \"kurrentdb://h\"\n"] {
            let told = refused(toml, &[]);
            assert!(told.contains("one text") && told.contains("یک متن"), "{toml}: {told}");
        }
        let secret = "kurrentdb://u:a-secret@h:2113";
        let both = refused("ledger = \"sqlite:x\"\n", &[("TAHAVOL_LEDGER", secret)]);
        assert!(both.contains("TAHAVOL_LEDGER") && !both.contains("a-secret"), "{both}");
        let same = load("ledger = \"kurrentdb://h:2113\"\n", &[("TAHAVOL_LEDGER", secret)]).unwrap();
        assert!(matches!(same.ledger, Some(LedgerSetting::Cluster(address)) if address.secret() == secret));
    }
}
