//! `tahavol demo`: a programme to look at. What was begun is gone on with, on the same data.

use std::fs;
use std::path::Path;

use clap::Args;
use futures_util::stream;
use serde::{Deserialize, Serialize};
use tahavol_app::Clock;
use tahavol_app::demo::{Demo, DemoError, administrator, evidence_files, play};
use tahavol_domain::calendar::{Date, TimeZone};
use tahavol_domain::values::Evidence;
use tahavol_ledger::{LEDGER_FILE, Ledger, SqliteLedger};
use tahavol_projections::progress::BaselineKind;

use super::{DataArguments, ListenArguments, cast, progress, say, serve};
use crate::config::{Engine, PEOPLE_FILE, Settings};
use crate::failure::{Code, Failure, both};
use crate::open::Opened;

/// What was asked for, so that a second start goes on with the same.
const DEMO_FILE: &str = "demo.toml";
const DEFAULT_SEED: u64 = 1398;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArguments,
    #[command(flatten)]
    listen: ListenArguments,
    /// Fixes the history together with --today, byte for byte [default: 1398]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The day on which the history ends [default: today]
    #[arg(long, value_name = "DATE")]
    today: Option<String>,
    /// Stop after the import: nothing has happened yet
    #[arg(long)]
    no_history: bool,
    /// Stop when everything is recorded
    #[arg(long)]
    no_serve: bool,
}

/// The file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    seed: u64,
    today: String,
    history: bool,
    complete: bool,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let directory = arguments.data.data.clone().unwrap_or_else(|| settings.data.clone());
    // A directory with a programme of its own is no place for a demonstration.
    let kept = read(&directory)?;
    let there = match (Settings { data: directory.clone(), ..settings.clone() }).engine()? {
        Engine::Sqlite(_) => directory.join(LEDGER_FILE),
        Engine::Cluster(cluster) => cluster.replica,
    };
    if kept.is_none() && there.exists() && !is_empty(&there).await? {
        return Err(Failure::new(Code::Refused, format!("{} holds a ledger that is no demonstration", directory.display())));
    }
    let asked = agreed(kept, &arguments)?;
    // What an earlier version has written of people is written anew, and not read.
    let mut settings = Settings { data: directory.clone(), ..settings };
    // The demonstration founds its own programme, whomever the configuration names.
    settings.administrator = Some(crate::config::PersonSetting { id: administrator().id.0, name: administrator().name });
    arguments.listen.apply(&mut settings);
    super::log::demo_key(&settings)?;
    settings.refuse_open_secrets()?;
    let opened = Opened::open(&settings).await?;
    // A cluster may hold one that this directory knows nothing of.
    if opened.app.snapshot().programme.as_ref().is_some_and(|row| row.charter.simulation.is_none()) {
        opened.close().await?;
        return Err(Failure::new(Code::Refused, format!("{} holds a ledger that is no demonstration", directory.display())));
    }
    if let Err(failure) = tell(&directory, &settings, &opened, asked).await {
        opened.close().await?;
        return Err(failure);
    }
    if arguments.no_serve { opened.close().await } else { serve::serve(&settings, opened).await }
}

/// A server that found nothing in its cluster leaves such a copy.
async fn is_empty(ledger: &Path) -> Result<bool, Failure> {
    Ok(SqliteLedger::open_read_only(ledger).await?.head().await?.is_none())
}

async fn tell(directory: &Path, settings: &Settings, opened: &Opened, asked: Asked) -> Result<(), Failure> {
    let today = progress::day(&asked.today)?;
    if asked.complete {
        say::line("going on with the demonstration that is there")?;
    } else {
        keep(directory, &asked)?;
        record(opened, &asked, today).await?;
        keep(directory, &Asked { complete: true, ..asked })?;
    }
    let people = cast::admit(directory, &opened.identity).await?;
    cast::tell(&people)?;
    let path = directory.join(PEOPLE_FILE).display().to_string();
    say::line(&format!("\n{}\n", both("DEMO_PEOPLE", &[("path", path)])))?;
    progress::print(&opened.app.snapshot(), today, BaselineKind::Current, settings.language)?;
    say::line("")
}

/// What is asked now must be what was asked first.
fn agreed(kept: Option<Asked>, arguments: &Arguments) -> Result<Asked, Failure> {
    let today = arguments.today.as_deref().map(progress::day).transpose()?;
    let Some(kept) = kept else {
        let today = today.unwrap_or_else(|| Clock::System.now().date_in(&TimeZone::tehran()));
        let seed = arguments.seed.unwrap_or(DEFAULT_SEED);
        return Ok(Asked { seed, today: today.to_string(), history: !arguments.no_history, complete: false });
    };
    let other_seed = arguments.seed.is_some_and(|seed| seed != kept.seed);
    let other_day = today.is_some_and(|today| today.to_string() != kept.today);
    if other_seed || other_day {
        let text = format!("the demonstration there has seed {} and day {}; take another --data", kept.seed, kept.today);
        return Err(Failure::new(Code::Refused, text));
    }
    Ok(kept)
}

async fn record(opened: &Opened, asked: &Asked, today: Date) -> Result<(), Failure> {
    let demo = Demo { seed: asked.seed, today, history: asked.history };
    let mut evidence = Vec::new();
    for (title, content) in evidence_files() {
        let body = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(content))]);
        let received = opened.evidence.receive(Some("text/plain"), body).await;
        let received = received.map_err(|error| Failure::new(Code::Failed, format!("evidence: {error}")))?;
        evidence.push(Evidence { digest: received.digest, media_type: received.file.media_type, size: received.file.size, title });
    }
    say::aside(&format!("founding the programme as of {}, {} months later than in the files", demo.founded_on(), demo.shift_months()));
    let bar = indicatif::ProgressBar::new(u64::try_from(demo.founded_on().days_until(today)).unwrap_or(0));
    let told = |day: Date| bar.set_position(u64::try_from(demo.founded_on().days_until(day)).unwrap_or(0));
    let played = play(&opened.app, &demo, evidence, &told).await;
    bar.finish_and_clear();
    played.map_err(|error| match error {
        DemoError::Import(error) => Failure::from(error),
        DemoError::History { .. } => Failure::new(Code::Failed, error.to_string()),
    })
}

fn read(directory: &Path) -> Result<Option<Asked>, Failure> {
    let path = directory.join(DEMO_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => toml::from_str(&text).map(Some).map_err(|error| Failure::usage(format!("{}: {error}", path.display()))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io(&format!("read {}", path.display()), &error)),
    }
}

fn keep(directory: &Path, asked: &Asked) -> Result<(), Failure> {
    let path = directory.join(DEMO_FILE);
    let text = toml::to_string(asked).map_err(|error| Failure::usage(error.to_string()))?;
    let written = fs::create_dir_all(directory).and_then(|()| fs::write(&path, text));
    written.map_err(|error| Failure::io(&format!("write {}", path.display()), &error))
}
