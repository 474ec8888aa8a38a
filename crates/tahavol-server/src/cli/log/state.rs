//! How the log of a data directory is, for `tahavol doctor`: its keys, its head, the copy of its head. Nothing is changed.

use std::fs;

use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::{Note, SigningKey, VerifyingKey};
use tahavol_ledger::{Ledger, SqliteLedger, StoredHead};

use super::keys::named;
use crate::config::{Engine, Settings};
use crate::failure::{Code, Failure, both};
use crate::open::unknown_origin;
use crate::proof::read_keys;

/// What was found where nothing is wrong.
pub(crate) enum LogState {
    /// Somebody should look.
    Notice(String),
    Fine(String),
}

/// # Errors
/// When something is wrong that keeps a server from writing.
pub(crate) async fn state(settings: &Settings) -> Result<LogState, Failure> {
    let path = settings.key_file();
    let keys = read_keys(&path)?;
    let ledger = settings.ledger_path()?;
    let there = if ledger.exists() { Some(SqliteLedger::open_read_only(&ledger).await?) } else { None };
    let stored = there.as_ref().map(SqliteLedger::stored_head).transpose()?.flatten();
    let copy = fs::read_to_string(settings.head_file()).ok();
    let engine = settings.engine()?;
    if let Engine::Cluster(cluster) = &engine
        && let Some(warning) = unknown_origin(settings, cluster).await?
    {
        return Ok(LogState::Notice(warning));
    }
    if matches!(engine, Engine::Cluster(_))
        && !keys.is_empty()
        && let Some(copied) = copy.as_deref().and_then(|copy| waits_for(settings, &keys, copy))
    {
        let events = match &there {
            Some(ledger) => ledger.head().await?.map_or(0, |last| last + 1),
            None => 0,
        };
        if copied.size > events {
            examined(settings, there).await?;
            let args = [("origin", copied.origin), ("from", copied.size.to_string()), ("events", events.to_string())];
            return Ok(LogState::Notice(both("DOCTOR_SIGNS_FROM", &args)));
        }
    }
    match (there, stored) {
        (Some(ledger), Some(head)) if !keys.is_empty() => {
            let events = ledger.head().await?.map_or(0, |last| last + 1);
            signed(settings, &keys, &head, events, copy.as_deref())?;
            let ledger = examined(settings, Some(ledger)).await?;
            let cosigned = match ledger.and_then(|ledger| ledger.cosigned_head()) {
                Some(cosigned) => format!("{} of them cosigned", cosigned.checkpoint.size),
                None => "none of them cosigned".to_owned(),
            };
            Ok(LogState::Fine(format!("{}, {} events signed by {} keys, {cosigned}", head.origin, head.size, keys.len())))
        }
        // As after a restore: the key is kept elsewhere.
        (_, Some(head)) => Ok(LogState::Notice(format!(
            "it is signed as {} up to {} events, and no server can write to it: there is no key at {}",
            head.origin,
            head.size,
            path.display()
        ))),
        (_, None) if copy.is_some() => {
            Err(broken(format!("it was signed, {} says so, and has no signed head", settings.head_file().display())))
        }
        (_, None) if keys.is_empty() => {
            Ok(LogState::Notice(format!("it is not signed: there is no key at {}; run `tahavol log keygen --origin NAME`", path.display())))
        }
        (_, None) => Ok(LogState::Notice(format!("there is a key at {}, and nothing is signed yet", path.display()))),
    }
}

/// As a server would at its start, which reads every leaf.
async fn examined(settings: &Settings, there: Option<SqliteLedger>) -> Result<Option<SqliteLedger>, Failure> {
    let Some(ledger) = there else { return Ok(None) };
    let signing = settings.signing()?;
    let ledger = tokio::task::spawn_blocking(move || ledger.examine_signed(&signing).map(|()| ledger)).await;
    Ok(Some(ledger.map_err(|error| Failure::new(Code::Failed, error.to_string()))??))
}

/// The head that a node's copy of a cluster has to come to again, when one of the keys has signed it.
fn waits_for(settings: &Settings, keys: &[SigningKey], copy: &str) -> Option<Checkpoint> {
    let note: Note = copy.parse().ok()?;
    let origin = Checkpoint::parse(&note.text).ok()?.origin;
    let further = origin.strip_prefix(settings.origin(keys)?.as_str())?;
    if !further.is_empty() && !further.starts_with('/') {
        return None;
    }
    let keys: Vec<VerifyingKey> = keys.iter().filter_map(|key| Some(key.renamed(&origin).ok()?.verifying_key())).collect();
    Checkpoint::open(&note, &keys).ok()
}

fn signed(settings: &Settings, keys: &[SigningKey], head: &StoredHead, events: u64, copy: Option<&str>) -> Result<(), Failure> {
    let keys: Vec<VerifyingKey> = named(settings, keys)?.iter().map(SigningKey::verifying_key).collect();
    let open = |what: &str, text: &str| -> Result<Checkpoint, Failure> {
        let note: Note = text.parse().map_err(|error| broken(format!("{what}: {error}")))?;
        Checkpoint::open(&note, &keys).map_err(|error| broken(format!("{what}: {error}")))
    };
    let checkpoint = open("its signed head", &head.note)?;
    if checkpoint.size < events {
        return Err(broken(format!("{} events are signed and {events} are there", checkpoint.size)));
    }
    if checkpoint.size > events {
        return Err(broken(format!("{} events are signed and only {events} are there", checkpoint.size)));
    }
    let Some(copy) = copy else { return Ok(()) };
    // A copy of an origin that was given up is under another name, and says nothing.
    match copy.parse::<Note>().ok().and_then(|note| Checkpoint::parse(&note.text).ok()) {
        Some(copied) if copied.origin != checkpoint.origin => Ok(()),
        Some(_) | None => {
            let copied = open(&format!("the copy at {}", settings.head_file().display()), copy)?;
            if copied.size > checkpoint.size {
                return Err(broken(format!(
                    "its copied head has {} events, and {} are there: it was put back",
                    copied.size, checkpoint.size
                )));
            }
            Ok(())
        }
    }
}

fn broken(what: String) -> Failure {
    Failure::new(Code::Corrupt, what)
}
