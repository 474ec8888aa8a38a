//! `tahavol doctor`: looks at everything that a server needs, changes nothing, and says what to do.

use std::sync::Arc;

use clap::Args;
use tahavol_app::replay::replay;
use tahavol_app::{Clock, EvidenceStore};
use tahavol_identity::Account;
use tahavol_identity::journal::Head;
use tahavol_ledger::{Alarm, Ledger, LedgerError, SqliteLedger};
use tahavol_projections::Snapshot;

use super::log::{LogState, state};
use super::{DataArguments, say};
use crate::cluster;
use crate::config::{Engine, Settings};
use crate::evidence::Files;
use crate::failure::{Code, Failure, both};
use crate::http::look_at_certificate;
use crate::identity;
use crate::look::look_at;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArguments,
}

/// How a check came out; the worst decides the exit code.
enum Found {
    Fine(String),
    /// It works, and somebody should look.
    Notice(String),
    Broken(Failure),
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let mut worst = None;
    let mut tell = |what: &str, found: Found| -> Result<(), Failure> {
        match found {
            Found::Fine(text) => say::line(&format!("fine     {what:<14} {text}")),
            Found::Notice(text) => say::line(&format!("notice   {what:<14} {text}")),
            Found::Broken(failure) => {
                say::line(&format!("BROKEN   {what:<14} {}", failure.text))?;
                worst.get_or_insert(failure);
                Ok(())
            }
        }
    };
    for (what, found) in people(&settings).await {
        tell(what, found)?;
    }
    for (what, found) in wire(&settings) {
        tell(what, found)?;
    }
    tell("clock", clock())?;
    tell("directory", directory(&settings))?;
    let (found, snapshot) = ledger(&settings).await;
    tell("ledger", found)?;
    for (what, found) in cluster(&settings).await {
        tell(what, found)?;
    }
    tell("log", log(&settings).await)?;
    tell("journal", journal(&settings))?;
    if let Some(snapshot) = snapshot {
        tell("clock of events", recorded(&snapshot))?;
        tell("evidence", evidence(&settings, &snapshot).await)?;
    }
    worst.map_or(Ok(()), |failure| Err(Failure::new(failure.code, "something is broken; see above")))
}

/// Who can come in, and what is still wanted of whom.
async fn people(settings: &Settings) -> Vec<(&'static str, Found)> {
    let administrator = match (&settings.administrator, settings.provider()) {
        (_, Err(failure)) => Found::Broken(failure),
        (None, Ok(_)) => Found::Notice(both("DOCTOR_NO_ADMINISTRATOR", &[])),
        (Some(administrator), Ok(None)) => Found::Fine(both("DOCTOR_ADMINISTRATOR", &[("actor", administrator.id.clone())])),
        (Some(administrator), Ok(Some(provider))) => {
            let args = [("actor", administrator.id.clone()), ("issuer", provider.issuer().to_owned())];
            Found::Fine(both("DOCTOR_PROVIDER", &args))
        }
    };
    let mut found = vec![("configuration", administrator)];
    found.push(("accounts", accounts(settings).await.unwrap_or_else(Found::Broken)));
    found
}

async fn accounts(settings: &Settings) -> Result<Found, Failure> {
    let Some(store) = identity::open_there(settings)? else { return Ok(Found::Notice(both("DOCTOR_NO_ACCOUNTS", &[]))) };
    let (accounts, tokens, now) = (store.accounts().await?, store.tokens(None).await?, Clock::System.now());
    let good = tokens.iter().filter(|token| token.revoked.is_none() && token.expires.is_none_or(|expires| now < expires)).count();
    let waiting = accounts.iter().filter(|account| account.disabled.is_none() && !account.has_password).count();
    let args = [("accounts", accounts.len().to_string()), ("waiting", waiting.to_string()), ("tokens", good.to_string())];
    let told = both("DOCTOR_ACCOUNTS", &args);
    let lacking = lacking(settings, &accounts).await?;
    if lacking.is_empty() {
        return Ok(if accounts.is_empty() { Found::Notice(told) } else { Found::Fine(told) });
    }
    let lacking = both("DOCTOR_SECOND_FACTORS", &[("actors", lacking.join(" "))]);
    Ok(Found::Notice(format!("{told}\n{lacking}")))
}

/// Whose offices of today want a second factor that their accounts do not have.
async fn lacking(settings: &Settings, accounts: &[Account]) -> Result<Vec<String>, Failure> {
    if settings.identity.second_factor_for.is_empty() || !settings.ledger_path()?.exists() {
        return Ok(Vec::new());
    }
    let ledger = SqliteLedger::open_read_only(&settings.ledger_path()?).await?;
    let snapshot = look_at(Arc::new(ledger), settings).await?.snapshot();
    let today = Clock::System.now().date_in(&snapshot.time_zone());
    let lacks = |account: &&Account| {
        let offices = snapshot.offices(&account.person.id, today);
        account.disabled.is_none() && account.second_factor.is_none() && settings.identity.wants_second_factor(&offices)
    };
    Ok(accounts.iter().filter(lacks).map(|account| account.person.id.0.clone()).collect())
}

/// The files that hold secrets are read by nobody else, and the certificate does not end soon.
fn wire(settings: &Settings) -> Vec<(&'static str, Found)> {
    let open = settings.open_secrets();
    let mut found: Vec<_> = open.into_iter().map(|failure| ("secrets", Found::Broken(failure))).collect();
    if found.is_empty() {
        let there = settings.secret_files().iter().filter(|path| path.exists()).count();
        found.push(("secrets", Found::Fine(both("DOCTOR_SECRETS", &[("count", there.to_string())]))));
    }
    let Some(tls) = &settings.tls else { return found };
    found.push(match look_at_certificate(tls, Clock::System.now()) {
        Ok((_, Some(warning))) => ("certificate", Found::Notice(warning)),
        Ok((expires, None)) => ("certificate", Found::Fine(both("DOCTOR_CERTIFICATE", &[("expires", expires.to_string())]))),
        Err(failure) => ("certificate", Found::Broken(failure)),
    });
    found
}

/// Before the program was written, no clock was right.
fn clock() -> Found {
    let now = Clock::System.now();
    if now.micros() < 1_767_225_600_000_000 {
        Found::Notice(format!("the machine's clock says {now}"))
    } else {
        Found::Fine(now.to_string())
    }
}

fn directory(settings: &Settings) -> Found {
    let name = settings.data.display();
    match tempfile_in(&settings.data) {
        Ok(()) => Found::Fine(format!("{name} can be written to")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Found::Notice(format!("{name} is not there yet")),
        Err(error) => Found::Notice(format!("{name} cannot be written to ({error}): a server can only read there")),
    }
}

/// Whether a file can be made, which permissions alone do not tell.
fn tempfile_in(directory: &std::path::Path) -> std::io::Result<()> {
    let path = directory.join(format!(".doctor-{}", uuid::Uuid::now_v7()));
    std::fs::write(&path, b"")?;
    std::fs::remove_file(&path)
}

/// Reads every line, recomputes every leaf hash, folds everything.
async fn ledger(settings: &Settings) -> (Found, Option<Arc<Snapshot>>) {
    let path = match settings.ledger_path() {
        Ok(path) => path,
        Err(failure) => return (Found::Broken(failure), None),
    };
    if !path.exists() {
        return (Found::Notice(format!("{} is not there yet", path.display())), None);
    }
    let checked = async {
        let ledger = Arc::new(SqliteLedger::open_read_only(&path).await?);
        let whole = Arc::clone(&ledger);
        let checked = tokio::task::spawn_blocking(move || whole.check()).await;
        let checked = checked.map_err(|error| Failure::new(Code::Failed, error.to_string()))??;
        let replayed = replay(ledger as Arc<dyn Ledger>, None, |_| ()).await?;
        Ok::<_, Failure>((checked, replayed))
    };
    match checked.await {
        Ok((checked, replayed)) => {
            let root = replayed.root;
            (Found::Fine(format!("{} events, every line read and folded; root {root}", checked.events)), Some(replayed.snapshot))
        }
        Err(failure) => (Found::Broken(failure), None),
    }
}

/// Whether the cluster can be used, how far this node's copy of it goes, and whether anybody lets it cut our streams.
async fn cluster(settings: &Settings) -> Vec<(&'static str, Found)> {
    // What is wrong with the configuration is told beside the ledger.
    let Ok(Engine::Cluster(cluster)) = settings.engine() else { return Vec::new() };
    let seen = match cluster::address(&cluster) {
        Ok(address) => cluster::look_at(&address, &cluster).await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    let mut found = vec![match seen {
        Ok(seen) => {
            let args = [("cluster", cluster.address.to_string()), ("version", seen.version), ("leader", seen.leader)];
            ("cluster", Found::Fine(both("DOCTOR_CLUSTER", &args)))
        }
        Err(failure) => ("cluster", Found::Broken(failure)),
    }];
    if cluster.replica.exists() {
        found.extend(copy(&cluster.replica).await.unwrap_or_else(|failure| vec![("copy", Found::Broken(failure))]));
    }
    found
}

async fn copy(replica: &std::path::Path) -> Result<Vec<(&'static str, Found)>, Failure> {
    let ledger = SqliteLedger::open_read_only(replica).await?;
    let place = match ledger.last_place().await? {
        Some(place) => {
            let args = [("position", place.position), ("commit", place.commit), ("prepare", place.prepare)];
            both("DOCTOR_COPY", &args.map(|(name, number)| (name, number.to_string())))
        }
        None => both("DOCTOR_COPY_EMPTY", &[]),
    };
    let alarms = ledger.retention().await?.into_iter().map(|alarm| {
        let ended = alarm.what == Alarm::DELETED_FOR_EVER;
        let args = [("stream", alarm.stream), ("what", alarm.what), ("commit", alarm.commit.to_string())];
        if ended {
            return ("tombstone", Found::Broken(Failure::new(Code::Corrupt, both("DOCTOR_TOMBSTONE", &args))));
        }
        ("retention", Found::Notice(both("DOCTOR_RETENTION", &args)))
    });
    Ok([("copy", Found::Fine(place))].into_iter().chain(alarms).collect())
}

/// Whether the ledger can be signed on, and is what was signed.
async fn log(settings: &Settings) -> Found {
    match state(settings).await {
        Ok(LogState::Fine(text)) => Found::Fine(text),
        Ok(LogState::Notice(text)) => Found::Notice(text),
        Err(failure) => Found::Broken(failure),
    }
}

/// Whether the security journal is whole: who keeps the hash elsewhere sees later that nothing was cut off.
fn journal(settings: &Settings) -> Found {
    match identity::journal_records(settings).map(|records| records.verify()) {
        Ok(Ok(Head { entries: 0, .. })) => Found::Fine(both("DOCTOR_JOURNAL_EMPTY", &[])),
        Ok(Ok(head)) => Found::Fine(both("DOCTOR_JOURNAL", &[("entries", head.entries.to_string()), ("hash", head.hash.to_string())])),
        Ok(Err(error)) => Found::Broken(super::journal::failure(&error, settings.language)),
        Err(failure) => Found::Broken(failure),
    }
}

fn recorded(snapshot: &Snapshot) -> Found {
    match snapshot.recorded_max {
        Some(last) if last > Clock::System.now() => {
            Found::Notice(format!("the latest event was recorded at {last}, which has not come yet"))
        }
        Some(last) => Found::Fine(format!("the latest event was recorded at {last}")),
        None => Found::Fine("nothing is recorded".to_owned()),
    }
}

/// Every file that an event refers to is there, and as large as the event says.
async fn evidence(settings: &Settings, snapshot: &Snapshot) -> Found {
    let directory = settings.evidence_dir();
    let wanted: Vec<_> = snapshot.evidence.values().filter(|row| row.destroyed.is_none()).collect();
    if wanted.is_empty() {
        return Found::Fine("no event refers to a file".to_owned());
    }
    if settings.evidence.s3.is_none() && !directory.exists() {
        return Found::Broken(Failure::new(Code::Corrupt, format!("{} is not there", directory.display())));
    }
    let files = match Files::open(&settings.evidence, &directory) {
        Ok(files) => files,
        Err(failure) => return Found::Broken(failure),
    };
    let mut missing = Vec::new();
    for row in &wanted {
        match files.find(row.evidence.digest).await {
            Ok(Some(file)) if file.size == row.evidence.size => {}
            Ok(_) => missing.push(row.evidence.digest.to_string()),
            Err(error) => return Found::Broken(Failure::from(LedgerError::Unavailable { retry: false, what: error.to_string() })),
        }
    }
    if missing.is_empty() {
        Found::Fine(format!("{} files are there", wanted.len()))
    } else {
        Found::Broken(Failure::new(Code::Corrupt, format!("missing or of another size: {}", missing.join(" "))))
    }
}
