//! `tahavol backup` and `tahavol restore`: a copy of ledger and evidence made while writing goes on, and the way back; both end in
//! a check.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde::{Deserialize, Serialize};
use tahavol_app::messages::message;
use tahavol_domain::text::Lang;
use tahavol_domain::values::Sha256;
use tahavol_ledger::{Checked, Copied, LEDGER_FILE, Ledger, SqliteLedger};
use tahavol_projections::Snapshot;

use super::{DataArguments, LangArgument, replay, say};
use crate::config::{EvidenceSettings, LedgerSetting, Settings};
use crate::evidence::Files;
use crate::failure::{Code, Failure};
use crate::identity;
use crate::look::{freshen, look_at, whole};

/// What a backup says of itself.
const MANIFEST: &str = "backup.json";
const FORMAT: &str = "tahavol-backup-1";
/// Where the files lie in a backup.
const EVIDENCE: &str = "evidence";

#[derive(Args)]
pub(crate) struct Arguments {
    /// New directory for the copy
    #[arg(value_name = "DIR")]
    target: PathBuf,
    /// Language of messages
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

#[derive(Args)]
pub(crate) struct RestoreArguments {
    /// Directory that `backup` made
    #[arg(value_name = "DIR")]
    source: PathBuf,
    /// Language of messages
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Manifest {
    format: String,
    /// How many events.
    size: u64,
    /// Merkle root over all lines, hexadecimal.
    root: String,
    /// Digests of the evidence files in it.
    evidence: Vec<Sha256>,
    /// Digests that events refer to and that were not there to be copied.
    missing: Vec<Sha256>,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let lang = arguments.lang.map_or(settings.language, Into::into);
    let target = arguments.target;
    refuse_used(&target, lang)?;
    refuse_inside(&target, &settings.data, lang)?;
    freshen(&settings).await?;
    let ledger = Arc::new(SqliteLedger::open_read_only(settings.ledger_path()?).await?);
    fs::create_dir_all(&target).map_err(|error| Failure::io(&format!("make {}", target.display()), &error))?;
    let noted = settings.clone();
    let noting = tokio::task::spawn_blocking(move || identity::note_export(&noted, "backup")).await;
    noting.map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
    let checked = copied(ledger, target.join(LEDGER_FILE)).await?;
    let snapshot = picture_of(&target.join(LEDGER_FILE), &settings).await?;
    let from = Files::open(&settings.evidence, &settings.evidence_dir())?;
    let to = beside(&settings, &target.join(EVIDENCE))?;
    let (evidence, missing) = carry(&from, &to, &snapshot).await?;
    let root = Sha256(checked.root).to_string();
    let manifest = Manifest { format: FORMAT.to_owned(), size: checked.events, root, evidence, missing };
    write_manifest(&target, &manifest)?;
    tell("CLI_BACKED_UP", &target, &manifest, lang)?;
    say::line(&message("CLI_BACKUP_WITHOUT", &[], lang))?;
    refuse_missing(&manifest, lang)
}

pub(super) async fn restore(settings: Settings, arguments: RestoreArguments) -> Result<(), Failure> {
    let data = arguments.data.data.clone().unwrap_or_else(|| settings.data.clone());
    let lang = arguments.lang.map_or(settings.language, Into::into);
    let source = arguments.source;
    let manifest = read_manifest(&source, lang)?;
    refuse_node(&settings, &data, &source, lang)?;
    refuse_used(&data, lang)?;
    let settings = Settings { data: data.clone(), ledger: None, ..settings };
    let ledger = Arc::new(SqliteLedger::open_read_only(source.join(LEDGER_FILE)).await?);
    let is_replica = ledger.replica_of().is_some();
    fs::create_dir_all(&data).map_err(|error| Failure::io(&format!("make {}", data.display()), &error))?;
    let checked = copied(ledger, data.join(LEDGER_FILE)).await?;
    if checked.events != manifest.size || Sha256(checked.root).to_string() != manifest.root {
        let args = [("file", MANIFEST.to_owned()), ("size", checked.events.to_string()), ("root", Sha256(checked.root).to_string())];
        fs::remove_file(data.join(LEDGER_FILE)).map_err(|error| Failure::io("remove the copy", &error))?;
        return Err(Failure::new(Code::Corrupt, message("CLI_BACKUP_DIFFERS", &args, lang)));
    }
    let snapshot = picture_of(&data.join(LEDGER_FILE), &settings).await?;
    let from = beside(&settings, &source.join(EVIDENCE))?;
    let to = Files::open(&settings.evidence, &settings.evidence_dir())?;
    let (evidence, missing) = carry(&from, &to, &snapshot).await?;
    let restored = Manifest { evidence, missing, ..manifest };
    tell("CLI_RESTORED", &data, &restored, lang)?;
    if is_replica {
        say::line(&message("CLI_RESTORED_REPLICA", &[("path", data.join(LEDGER_FILE).display().to_string())], lang))?;
    }
    say::line(&message("CLI_RESTORED_NEXT", &[], lang))?;
    refuse_missing(&restored, lang)
}

/// Copies and checks the whole copy, on a thread that may block.
async fn copied(ledger: Arc<SqliteLedger>, to: PathBuf) -> Result<Checked, Failure> {
    let bar = replay::bar("pages");
    let shown = bar.clone();
    let copying = tokio::task::spawn_blocking(move || {
        ledger.backup(&to, &mut |Copied { pages, of }| {
            shown.set_length(of);
            shown.set_position(pages);
        })
    });
    let checked = copying.await.map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
    bar.finish_and_clear();
    Ok(checked?)
}

/// What the copy amounts to; also that it can be folded at all.
async fn picture_of(file: &Path, settings: &Settings) -> Result<Arc<Snapshot>, Failure> {
    let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open_read_only(file).await?);
    let app = look_at(Arc::clone(&ledger), settings).await?;
    whole(&app)?;
    let snapshot = app.snapshot();
    app.close().await;
    ledger.close().await?;
    Ok(snapshot)
}

/// Every file that events refer to and that was not destroyed, hashed again on its way; and those that were not there, or were
/// something else.
async fn carry(from: &Files, to: &Files, snapshot: &Snapshot) -> Result<(Vec<Sha256>, Vec<Sha256>), Failure> {
    let store = |error: &dyn std::fmt::Display| Failure::new(Code::Failed, format!("cannot copy evidence: {error}"));
    let (mut carried, mut missing) = (Vec::new(), Vec::new());
    for (digest, _) in snapshot.evidence.iter().filter(|(_, row)| row.destroyed.is_none()) {
        let Some(content) = from.content(*digest).await.map_err(|error| store(&error))? else {
            missing.push(*digest);
            continue;
        };
        let received = to.receive(Some(&content.file.media_type), content.bytes).await.map_err(|error| store(&error))?;
        if received.digest == *digest {
            carried.push(*digest);
        } else {
            to.destroy(received.digest).await.map_err(|error| store(&error))?;
            missing.push(*digest);
        }
    }
    Ok((carried, missing))
}

/// Files in a directory of their own, whatever store is configured; as large as they are.
fn beside(settings: &Settings, directory: &Path) -> Result<Files, Failure> {
    let evidence = EvidenceSettings { directory: None, s3: None, max_bytes: settings.evidence.max_bytes.max(u64::MAX >> 1) };
    Files::open(&evidence, directory)
}

fn write_manifest(target: &Path, manifest: &Manifest) -> Result<(), Failure> {
    let path = target.join(MANIFEST);
    let text = serde_json::to_string_pretty(manifest).map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
    fs::write(&path, text + "\n").map_err(|error| Failure::io(&format!("write {}", path.display()), &error))
}

fn read_manifest(source: &Path, lang: Lang) -> Result<Manifest, Failure> {
    let path = source.join(MANIFEST);
    let no_backup = || Failure::new(Code::Refused, message("CLI_NO_BACKUP", &[("path", path.display().to_string())], lang));
    let text = fs::read_to_string(&path).map_err(|_| no_backup())?;
    let manifest: Manifest = serde_json::from_str(&text).map_err(|_| no_backup())?;
    if manifest.format == FORMAT { Ok(manifest) } else { Err(no_backup()) }
}

/// Nothing is ever copied over something.
fn refuse_used(directory: &Path, lang: Lang) -> Result<(), Failure> {
    let used = match fs::read_dir(directory) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(Failure::io(&format!("look into {}", directory.display()), &error)),
    };
    if used {
        let args = [("path", directory.display().to_string())];
        return Err(Failure::new(Code::Refused, message("CLI_DIRECTORY_USED", &args, lang)));
    }
    Ok(())
}

/// A ledger of its own in the directory of a cluster's node would keep that node from starting; and it needs none.
fn refuse_node(settings: &Settings, data: &Path, source: &Path, lang: Lang) -> Result<(), Failure> {
    let absolute = |path: &Path| std::path::absolute(path).map_err(|error| Failure::io(&format!("find {}", path.display()), &error));
    if matches!(settings.ledger, Some(LedgerSetting::Cluster(_))) && absolute(data)? == absolute(&settings.data)? {
        let args = [("data", data.display().to_string()), ("file", source.join(LEDGER_FILE).display().to_string())];
        return Err(Failure::new(Code::Refused, message("CLI_RESTORE_NODE", &args, lang)));
    }
    Ok(())
}

/// What lies in the data directory is lost with it.
fn refuse_inside(target: &Path, data: &Path, lang: Lang) -> Result<(), Failure> {
    let absolute = |path: &Path| std::path::absolute(path).map_err(|error| Failure::io(&format!("find {}", path.display()), &error));
    if absolute(target)?.starts_with(absolute(data)?) {
        let args = [("path", target.display().to_string()), ("data", data.display().to_string())];
        return Err(Failure::new(Code::Refused, message("CLI_BACKUP_INSIDE", &args, lang)));
    }
    Ok(())
}

fn tell(key: &str, place: &Path, manifest: &Manifest, lang: Lang) -> Result<(), Failure> {
    let args = [
        ("path", place.display().to_string()),
        ("size", manifest.size.to_string()),
        ("root", manifest.root.clone()),
        ("files", manifest.evidence.len().to_string()),
    ];
    say::line(&message(key, &args, lang))?;
    say::line(&message("CLI_COPY_ROOT", &args, lang))
}

fn refuse_missing(manifest: &Manifest, lang: Lang) -> Result<(), Failure> {
    if manifest.missing.is_empty() {
        return Ok(());
    }
    let digests: Vec<String> = manifest.missing.iter().map(Sha256::to_string).collect();
    Err(Failure::new(Code::Corrupt, message("CLI_EVIDENCE_LOST", &[("digests", digests.join(" "))], lang)))
}
