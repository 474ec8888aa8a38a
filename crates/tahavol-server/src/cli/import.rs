//! `tahavol import`: files become events, all of them or none.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tahavol_app::Clock;
use tahavol_app::import::{ImportError, Imported, Settings as ImportSettings, SourceFile, Times, import};
use tahavol_domain::text::Lang;
use tahavol_domain::values::{Person, ProgrammeId};
use tahavol_identity::{Note, NoteKind};
use tahavol_ledger::{Ledger, OpenOptions, SqliteLedger};
use uuid::Uuid;

use super::actor::acting;
use super::{DataArguments, LangArgument, say};
use crate::config::{PersonSetting, Settings};
use crate::failure::{Code, Failure};
use crate::identity;
use crate::look::{freshen, look, look_at, whole};
use crate::open::Opened;

#[derive(Args)]
pub(crate) struct Arguments {
    /// programme.toml, stations.csv, reports.csv, deliveries.csv, measurements.csv, in any order; tables are known by their columns
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only say what would be recorded; works beside a running server and leaves nothing behind
    #[arg(long)]
    dry_run: bool,
    /// Number of the council's resolution under which a programme file is imported
    #[arg(long, value_name = "NO")]
    resolution: Option<String>,
    /// Who imports: an actor's id [default: the configured administrator]
    #[arg(long = "as", value_name = "ACTOR")]
    actor: Option<String>,
    /// Language of errors
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let lang = arguments.lang.map_or(settings.language, Into::into);
    let actor = acting(&settings, arguments.actor.as_deref()).await?;
    let files = read(&arguments.files, lang)?;
    let import_settings = ImportSettings {
        actor,
        first_official: settings.first_official.as_ref().map(PersonSetting::person),
        resolution: arguments.resolution,
        programme: settings.programme().unwrap_or_else(|| ProgrammeId(Uuid::now_v7())),
        shift_months: 0,
        simulation: false,
    };
    let imported = if arguments.dry_run {
        rehearse(&settings, &files, &import_settings).await?
    } else {
        let opened = Opened::open(&settings).await?;
        let imported = import(&opened.app, &files, &import_settings, Times::Real, false).await;
        let now = Clock::System.now();
        files.iter().for_each(|file| opened.journal.note(note(&import_settings.actor, file, &imported), now));
        opened.close().await?;
        imported
    };
    let imported = imported.map_err(|error| in_language(error, lang))?;
    let verb = if arguments.dry_run { "would be recorded" } else { "recorded" };
    say::line(&format!("{} events {verb}, {} rows were there already", imported.events, imported.unchanged))
}

/// Who imported which file, and what came of it and of those that came with it.
fn note(actor: &Person, file: &SourceFile, imported: &Result<Imported, ImportError>) -> Note {
    let note = Note::new(NoteKind::Imported).by(&actor.id).with("by", identity::CONSOLE).with("file", file.digest);
    match imported {
        Ok(imported) => note.with("what", "recorded").with("events", imported.events),
        Err(ImportError::Rows(rows)) => note.with("what", "refused").with("rows", rows.len()),
        Err(ImportError::Interrupted { .. } | ImportError::App(_)) => note.with("what", "interrupted"),
    }
}

/// On the ledger that is there, which is only read; where there is none, on an empty one that is gone afterwards.
async fn rehearse(
    settings: &Settings,
    files: &[SourceFile],
    import_settings: &ImportSettings,
) -> Result<Result<Imported, ImportError>, Failure> {
    freshen(settings).await?;
    if settings.ledger_path()?.exists() {
        let app = look(settings).await?;
        whole(&app)?;
        return Ok(import(&app, files, import_settings, Times::Real, true).await);
    }
    let directory = tempfile::tempdir().map_err(|error| Failure::io("make a temporary directory", &error))?;
    let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open(directory.path(), OpenOptions::default()).await?);
    let app = look_at(Arc::clone(&ledger), settings).await?;
    let imported = import(&app, files, import_settings, Times::Real, true).await;
    app.close().await;
    ledger.close().await?;
    Ok(imported)
}

fn read(paths: &[PathBuf], lang: Lang) -> Result<Vec<SourceFile>, Failure> {
    let (files, errors): (Vec<_>, Vec<_>) = paths.iter().map(|path| SourceFile::read(path)).partition(Result::is_ok);
    let errors: Vec<_> = errors.into_iter().filter_map(Result::err).collect();
    if errors.is_empty() {
        Ok(files.into_iter().filter_map(Result::ok).collect())
    } else {
        Err(in_language(ImportError::Rows(errors), lang))
    }
}

fn in_language(error: ImportError, lang: Lang) -> Failure {
    match error {
        ImportError::Rows(rows) => {
            let lines: Vec<String> = rows.iter().map(|row| row.text(lang)).collect();
            Failure::new(Code::Refused, format!("nothing was recorded\n{}", lines.join("\n")))
        }
        ImportError::Interrupted { .. } | ImportError::App(_) => Failure::from(error),
    }
}
