//! `tahavol log keygen`, `keys` and `retire`: the private keys of the log, each a line of a file beside the data directory.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use tahavol_app::messages::message;
use tahavol_domain::text::Lang;
use tahavol_ledger::SqliteLedger;
use tahavol_ledger::merkle::note::{KeyKind, Note, SigningKey, VerifyingKey};
use uuid::Uuid;

use crate::cli::{DataArguments, LangArgument, say};
use crate::config::{Engine, Settings};
use crate::failure::{Code, Failure};
use crate::proof::{DEMO_ORIGINS, new_key, read_keys, refuse_no_origin, replace_keys, write_new_keys};

#[derive(Args)]
pub(crate) struct Keygen {
    /// What the log is called: its address without scheme and trailing slash, such as log.example.org/tahavol
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
    /// File to write [default: DATA-log.key beside the data directory]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Add a second key to the file that is there; both sign until one is retired
    #[arg(long)]
    rotate: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Keys {
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
pub(crate) struct Retire {
    /// Eight hexadecimal digits, as between the plus signs of the public half
    #[arg(value_name = "KEYID")]
    id: String,
    #[command(flatten)]
    common: Common,
}

/// Where, and in which language.
#[derive(Args)]
pub(crate) struct Common {
    /// Language of messages
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

impl Common {
    pub(super) fn apply(&self, settings: Settings) -> Result<(Settings, Lang), Failure> {
        let lang = self.lang.map_or(settings.language, Into::into);
        Ok((self.data.apply(settings)?, lang))
    }
}

pub(super) fn keygen(settings: Settings, arguments: Keygen) -> Result<(), Failure> {
    let (mut settings, lang) = arguments.common.apply(settings)?;
    if let Some(key) = arguments.key {
        settings.proof.key_file = Some(key);
    }
    settings.refuse_inside()?;
    let path = settings.key_file();
    let there = read_keys(&path)?;
    let origin = arguments.origin.or_else(|| settings.origin(&there));
    let origin = origin.ok_or_else(|| Failure::usage(message("log-origin-needed", &[], lang)))?;
    refuse_no_origin(&origin)?;
    if there.first().is_some_and(|key| arguments.rotate && key.name() != origin) {
        return Err(Failure::new(Code::Refused, message("log-rotate-origin", &[("origin", there[0].name().to_owned())], lang)));
    }
    let key = new_key(&origin, KeyKind::Log)?;
    // As heads bear it: after a rollback that was accepted the log has another name than its keys were made under.
    let vkey = match named(&settings, std::slice::from_ref(&key))?.first() {
        Some(named) if arguments.rotate => named.verifying_key(),
        Some(_) | None => key.verifying_key(),
    };
    let told = match (arguments.rotate, there.is_empty()) {
        (true, true) => {
            return Err(Failure::new(Code::Refused, message("log-rotate-nothing", &[("path", path.display().to_string())], lang)));
        }
        (true, false) => {
            replace_keys(&path, &[there, vec![key]].concat())?;
            "log-key-added"
        }
        (false, _) => {
            write_new_keys(&path, &[key])?;
            "log-key-made"
        }
    };
    say::aside(&message(told, &[("path", path.display().to_string()), ("origin", origin)], lang));
    say::line(&vkey.to_string())
}

pub(super) fn keys(settings: Settings, arguments: &Keys) -> Result<(), Failure> {
    let (settings, lang) = arguments.common.apply(settings)?;
    let keys = read_keys(&settings.key_file())?;
    if keys.is_empty() {
        return Err(no_key(&settings.key_file(), lang));
    }
    named(&settings, &keys)?.iter().try_for_each(|key| say::line(&key.verifying_key().to_string()))
}

pub(super) fn retire(settings: Settings, arguments: &Retire) -> Result<(), Failure> {
    let (settings, lang) = arguments.common.apply(settings)?;
    let path = settings.key_file();
    let keys = read_keys(&path)?;
    let refused = |key: &str| Failure::new(Code::Refused, message(key, &[("id", arguments.id.clone())], lang));
    let called = named(&settings, &keys)?;
    let at = called.iter().zip(&keys).position(|(called, key)| is(called, &arguments.id) || is(key, &arguments.id));
    let at = at.ok_or_else(|| refused("log-retire-unknown"))?;
    let mut left = keys;
    left.remove(at);
    if left.is_empty() {
        return Err(refused("log-retire-last"));
    }
    let others: Vec<VerifyingKey> =
        called.iter().enumerate().filter(|(place, _)| *place != at).map(|(_, key)| key.verifying_key()).collect();
    // The next start must find a signature that it can verify.
    if let Some(head) = stored_note(&settings)?
        && head.verify(&others).is_err()
    {
        return Err(refused("log-retire-early"));
    }
    replace_keys(&path, &left)?;
    say::aside(&message("log-retired", &[("id", arguments.id.clone()), ("vkey", called[at].verifying_key().to_string())], lang));
    others.iter().try_for_each(|key| say::line(&key.to_string()))
}

/// A demonstration has a key of its own, made where there is none. Whoever begins it anew gets another log: the old one's heads
/// were signed, and another history must not be signed in their name.
pub(crate) fn demo_key(settings: &Settings) -> Result<(), Failure> {
    let path = settings.key_file();
    let ledger = settings.ledger_path()?;
    if ledger.exists()
        && SqliteLedger::open_read_only_blocking(&ledger).and_then(|ledger| ledger.stored_head()).is_ok_and(|head| head.is_some())
    {
        return Ok(());
    }
    let there = read_keys(&path)?;
    let head = settings.head_file();
    // The copy of a cluster may only be gone for now; what was signed of it goes on under the same key.
    let is_own = matches!(settings.engine()?, Engine::Sqlite(_));
    if is_own && !ledger.exists() && head.exists() && there.iter().all(|key| key.name().starts_with(DEMO_ORIGINS)) {
        for old in [&path, &head] {
            put_aside(old)?;
        }
    } else if !there.is_empty() {
        return Ok(());
    }
    let number = Uuid::new_v4().simple().to_string();
    let origin = settings.proof.origin.clone().unwrap_or_else(|| format!("{DEMO_ORIGINS}{}", &number[..8]));
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(|error| Failure::io(&format!("make {}", directory.display()), &error))?;
    }
    write_new_keys(&path, &[new_key(&origin, KeyKind::Log)?])?;
    say::aside(&message("log-demo-key", &[("path", path.display().to_string()), ("origin", origin)], settings.language));
    Ok(())
}

fn put_aside(path: &Path) -> Result<(), Failure> {
    let mut number = 1;
    let mut aside = PathBuf::from(format!("{}.{number}.old", path.display()));
    while aside.exists() {
        number += 1;
        aside = PathBuf::from(format!("{}.{number}.old", path.display()));
    }
    match fs::rename(path, &aside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::io(&format!("put {} aside", path.display()), &error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// The keys under the name of the origin that the log has now: after a rollback that was accepted it has another one.
pub(super) fn named(settings: &Settings, keys: &[SigningKey]) -> Result<Vec<SigningKey>, Failure> {
    let now = stored(settings)?.map(|head| head.origin).or_else(|| settings.origin(keys));
    let Some(origin) = now else { return Ok(keys.to_vec()) };
    keys.iter().map(|key| key.renamed(&origin)).collect::<Result<_, _>>().map_err(|error| Failure::usage(error.to_string()))
}

pub(super) fn no_key(path: &Path, lang: Lang) -> Failure {
    Failure::new(Code::Refused, message("log-no-key", &[("path", path.display().to_string())], lang))
}

fn stored(settings: &Settings) -> Result<Option<tahavol_ledger::StoredHead>, Failure> {
    let path = settings.ledger_path()?;
    if !path.exists() {
        return Ok(None);
    }
    Ok(SqliteLedger::open_read_only_blocking(&path)?.stored_head()?)
}

fn stored_note(settings: &Settings) -> Result<Option<Note>, Failure> {
    let note = stored(settings)?.map(|head| head.note.parse::<Note>());
    note.transpose().map_err(|error| Failure::new(Code::Corrupt, format!("the signed head: {error}")))
}

fn is(key: &SigningKey, id: &str) -> bool {
    format!("{:08x}", u32::from_be_bytes(key.verifying_key().id())) == id.to_ascii_lowercase()
}
