//! The two ends of a move: a ledger that is only read, and one that is appended to, each of either engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::join_all;
use tahavol_app::messages::message;
use tahavol_domain::fact::decode;
use tahavol_domain::text::Lang;
use tahavol_domain::values::ProgrammeId;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::Note;
use tahavol_ledger::{
    EVENT_OVERHEAD, Expected, LEDGER_FILE, Ledger, LedgerError, MAX_APPEND, NewEvent, OpenOptions, Recorded, SqliteLedger, WritersKeptOut,
};

use super::history;
use crate::cluster::{self, ClusterLedger};
use crate::config::{Cluster, ClusterAddress, LedgerSetting, REPLICA_FILE, Settings};
use crate::failure::{Code, Failure, both};
use crate::open::{open_options, unopened};

/// Where a cluster is copied that is to be held against the source and against nothing else; in the data directory.
const COMPARED: &str = "compared";
/// Events of one append at most.
const MOST_EVENTS: usize = 256;

/// What is moved.
pub(super) struct Source {
    file: Arc<SqliteLedger>,
    /// Keeps the copy up to date while it is read.
    cluster: Option<ClusterLedger>,
    programme: ProgrammeId,
    /// What is recorded after it was read would be missing in the target. A cluster cannot be locked.
    _writers: Option<WritersKeptOut>,
}

/// Where it is moved to.
pub(super) struct Target {
    file: Arc<SqliteLedger>,
    cluster: Option<ClusterLedger>,
    /// The copy of the newest head, while the real one may be of a later state than the target has reached.
    head_copy: Option<PathBuf>,
}

/// One side at least is a file, and not the same one as the other, nor this node's copy of it.
pub(super) fn refuse_same(settings: &Settings, from: &LedgerSetting, to: &LedgerSetting, lang: Lang) -> Result<(), Failure> {
    let replica = resolved(&settings.data.join(REPLICA_FILE));
    let key = match (from, to) {
        (LedgerSetting::Sqlite(file), LedgerSetting::Cluster(_)) | (LedgerSetting::Cluster(_), LedgerSetting::Sqlite(file))
            if resolved(file) == replica =>
        {
            "MIGRATE_OWN_COPY"
        }
        (LedgerSetting::Cluster(_), LedgerSetting::Cluster(_)) => "MIGRATE_TWO_CLUSTERS",
        (LedgerSetting::Sqlite(from), LedgerSetting::Sqlite(to)) if resolved(from) == resolved(to) => "MIGRATE_SAME",
        (LedgerSetting::Sqlite(_), LedgerSetting::Sqlite(_) | LedgerSetting::Cluster(_))
        | (LedgerSetting::Cluster(_), LedgerSetting::Sqlite(_)) => return Ok(()),
    };
    Err(Failure::usage(message(key, &[("path", replica.display().to_string())], lang)))
}

/// For people: no password.
pub(super) fn text_of(ledger: &LedgerSetting) -> String {
    match ledger {
        LedgerSetting::Sqlite(path) => format!("sqlite:{}", path.display()),
        LedgerSetting::Cluster(address) => address.to_string(),
    }
}

impl Source {
    /// Every line is read and hashed first: a damaged ledger is not moved.
    pub(super) async fn open(settings: &Settings, from: &LedgerSetting, lang: Lang) -> Result<Source, Failure> {
        let (file, cluster, writers) = match from {
            LedgerSetting::Sqlite(path) => {
                let file = SqliteLedger::open_read_only(path).await?;
                let writers = file.keep_writers_out().map_err(|error| in_use(error, lang))?;
                (Arc::new(file), None, writers)
            }
            LedgerSetting::Cluster(address) => {
                let programme = settings.programme().ok_or_else(|| Failure::usage(both("CONFIG_PROGRAMME_NEEDED", &[])))?;
                let ledger = on_cluster(settings, address, programme).await?;
                (ledger.replica(), Some(ledger), None)
            }
        };
        match programme_of(&file, lang).await {
            Ok(programme) => Ok(Source { file, cluster, programme, _writers: writers }),
            Err(failure) => {
                close(&file, cluster.as_ref()).await?;
                Err(failure)
            }
        }
    }

    pub(super) fn file(&self) -> &Arc<SqliteLedger> {
        &self.file
    }

    pub(super) fn programme(&self) -> ProgrammeId {
        self.programme
    }

    pub(super) async fn close(self) -> Result<(), Failure> {
        close(&self.file, self.cluster.as_ref()).await
    }
}

impl Target {
    pub(super) async fn open(settings: &Settings, to: &LedgerSetting, source: &Source, lang: Lang) -> Result<Target, Failure> {
        let programme = source.programme();
        if let Some(named) = settings.programme().filter(|named| *named != programme) {
            let args = [("named", named.0.to_string()), ("there", programme.0.to_string())];
            return Err(Failure::new(Code::Refused, message("MIGRATE_OTHER_PROGRAMME", &args, lang)));
        }
        match to {
            LedgerSetting::Sqlite(path) => {
                let path = file_of(path);
                // Before it is opened for signing: another history would not be that of the configured head, which tells less.
                refuse_other_file(&path, source, lang).await?;
                let (options, head_copy) = signed_apart(settings, &path)?;
                let file = SqliteLedger::open(&path, options).await.map_err(|error| unopened(settings, error))?;
                Ok(Target { file: Arc::new(file), cluster: None, head_copy })
            }
            LedgerSetting::Cluster(address) => {
                let ledger = match on_cluster(settings, address, programme).await {
                    Ok(ledger) => ledger,
                    Err(failure) if failure.code == Code::Corrupt => {
                        return Err(other_cluster(settings, address, source, lang).await.unwrap_or(failure));
                    }
                    Err(failure) => return Err(failure),
                };
                Ok(Target { file: ledger.replica(), cluster: Some(ledger), head_copy: None })
            }
        }
    }

    pub(super) fn file(&self) -> &Arc<SqliteLedger> {
        &self.file
    }

    /// Appends events that follow what is there, in their order.
    pub(super) async fn append(&self, events: &[Recorded]) -> Result<(), Failure> {
        let appends = events.chunk_by(|one, next| one.stream == next.stream).flat_map(in_pieces);
        match &self.cluster {
            Some(ledger) => drop(ledger.append_in_order(appends.collect()).await?),
            None => {
                // Recorded in the order of the calls; should one fail and a later one not, the next try says that they differ.
                let appending: Vec<_> = appends.map(|(stream, expected, events)| self.file.append(&stream, expected, events)).collect();
                join_all(appending).await.into_iter().collect::<Result<Vec<_>, _>>()?;
            }
        }
        Ok(())
    }

    /// Everything that was appended can be read.
    pub(super) async fn caught_up(&self) -> Result<(), Failure> {
        match &self.cluster {
            Some(ledger) => Ok(ledger.copy_whole().await?),
            None => Ok(()),
        }
    }

    pub(super) async fn close(self, complete: bool) -> Result<(), Failure> {
        close(&self.file, self.cluster.as_ref()).await?;
        match self.head_copy {
            // From now on the real copy is compared with; it is of no later state any more.
            Some(path) if complete => match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(Failure::io(&format!("remove {}", path.display()), &error))
                }
                Ok(()) | Err(_) => Ok(()),
            },
            Some(_) | None => Ok(()),
        }
    }
}

/// The heads of a file that is being filled are of earlier states than the copy of the newest head, which is the source's; so they are
/// compared with a copy of their own until the file is complete.
fn signed_apart(settings: &Settings, path: &Path) -> Result<(OpenOptions, Option<PathBuf>), Failure> {
    let mut options = open_options(settings)?;
    let own = PathBuf::from(format!("{}.moving-head", path.display()));
    let begun = own.exists() || !path.exists();
    if let Some(signing) = options.signing.as_mut().filter(|signing| begun && !signing.keys.is_empty()) {
        signing.head_copy = Some(own.clone());
        return Ok((options, Some(own)));
    }
    Ok((options, None))
}

fn in_use(error: LedgerError, lang: Lang) -> Failure {
    match error {
        LedgerError::InUse { path, holder } => {
            Failure::new(Code::Busy, message("MIGRATE_SOURCE_IN_USE", &[("path", path), ("holder", holder)], lang))
        }
        error => error.into(),
    }
}

async fn refuse_other_file(path: &Path, source: &Source, lang: Lang) -> Result<(), Failure> {
    // What is wrong with a file that cannot be read is told when it is opened for writing.
    let Ok(file) = SqliteLedger::open_read_only(path).await else { return Ok(()) };
    let difference = history::first_difference(&source.file, &file).await;
    file.close().await?;
    history::refuse(difference?, lang)
}

/// A cluster of another history may be refused by the configured head before anything of it was copied. So it is copied apart, unsigned,
/// and held against the source; `None` when that is not what is wrong with it.
async fn other_cluster(settings: &Settings, address: &ClusterAddress, source: &Source, lang: Lang) -> Option<Failure> {
    let apart = settings.data.join(COMPARED);
    discard(&apart);
    let cluster = Cluster { address: address.clone(), programme: source.programme, replica: apart.join(REPLICA_FILE) };
    let compared = async {
        let ledger = ClusterLedger::open(&cluster::address(&cluster)?, &cluster, OpenOptions::default()).await?;
        let copied = ledger.copy_whole().await;
        let difference = history::first_difference(&source.file, &ledger.replica()).await;
        ledger.ledger().close().await?;
        copied.and(difference).map_err(Failure::from)
    };
    let difference = compared.await.inspect_err(|failure| tracing::warn!(%failure, "the cluster could not be held against the source"));
    discard(&apart);
    difference.ok().flatten().and_then(|position| history::refuse(Some(position), lang).err())
}

fn discard(directory: &Path) {
    match std::fs::remove_dir_all(directory) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(directory = %directory.display(), %error, "a copy that was made for comparing is still there");
        }
        Ok(()) | Err(_) => {}
    }
}

async fn on_cluster(settings: &Settings, address: &ClusterAddress, programme: ProgrammeId) -> Result<ClusterLedger, Failure> {
    let cluster = Cluster { address: address.clone(), programme, replica: settings.data.join(REPLICA_FILE) };
    let ledger = ClusterLedger::open(&cluster::address(&cluster)?, &cluster, open_options(settings)?).await;
    let ledger = ledger.map_err(|error| unopened(settings, error))?;
    match ledger.copy_whole().await {
        Ok(()) => Ok(ledger),
        Err(error) => {
            ledger.ledger().close().await?;
            Err(error.into())
        }
    }
}

/// Whose ledger it is, once it is certain that every line is what was recorded and, where it was signed, what was signed.
async fn programme_of(file: &Arc<SqliteLedger>, lang: Lang) -> Result<ProgrammeId, Failure> {
    let whole = Arc::clone(file);
    let checked = tokio::task::spawn_blocking(move || whole.check()).await;
    let checked = checked.map_err(|error| Failure::new(Code::Failed, error.to_string()))??;
    if let Some(head) = file.stored_head()? {
        let note: Result<Note, _> = head.note.parse();
        let signed = note.ok().and_then(|note| Checkpoint::parse(&note.text).ok());
        // A server beside may have gone on since.
        if signed.is_none_or(|signed| signed.size > checked.events || signed.size == checked.events && signed.root != checked.root) {
            return Err(Failure::new(Code::Corrupt, message("MIGRATE_NOT_WHAT_WAS_SIGNED", &[], lang)));
        }
    }
    let first = file.read_all(None, 1).await?;
    let first = first.first().ok_or_else(|| Failure::new(Code::Refused, message("MIGRATE_EMPTY", &[], lang)))?;
    let fact = decode(&first.line).map_err(|error| Failure::new(Code::Corrupt, format!("position 0: {error}")))?;
    Ok(fact.envelope.programme)
}

async fn close(file: &SqliteLedger, cluster: Option<&ClusterLedger>) -> Result<(), Failure> {
    match cluster {
        Some(ledger) => Ok(ledger.ledger().close().await?),
        None => Ok(file.close().await?),
    }
}

/// Events of one stream that lie side by side, as appends that every engine takes.
fn in_pieces(events: &[Recorded]) -> Vec<(String, Expected, Vec<NewEvent>)> {
    let mut appends: Vec<(String, Expected, Vec<NewEvent>)> = Vec::new();
    let mut bytes = 0;
    for event in events {
        let size = event.line.len() + EVENT_OVERHEAD;
        let new = NewEvent { id: event.id, event_type: event.event_type.to_string(), line: event.line.clone() };
        match appends.last_mut() {
            Some((_, _, piece)) if piece.len() < MOST_EVENTS && bytes + size <= MAX_APPEND => {
                piece.push(new);
                bytes += size;
            }
            Some(_) | None => {
                let expected = event.revision.checked_sub(1).map_or(Expected::NoStream, Expected::Exact);
                appends.push((event.stream.to_string(), expected, vec![new]));
                bytes = size;
            }
        }
    }
    appends
}

/// A name without one of these endings is a directory's.
fn file_of(path: &Path) -> PathBuf {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("sqlite" | "sqlite3" | "db") if !path.is_dir() => path.to_owned(),
        Some(_) | None => path.join(LEDGER_FILE),
    }
}

fn resolved(path: &Path) -> PathBuf {
    let path = &file_of(path);
    std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}
