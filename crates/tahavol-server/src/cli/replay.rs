//! `tahavol replay`: the whole ledger folded anew, and compared with the picture that a start would use.

use std::io::IsTerminal;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tahavol_app::replay::{Progress, replay};
use tahavol_app::{Options, Tahavol};
use tahavol_ledger::{Ledger, SqliteLedger};

use super::{DataArguments, say};
use crate::config::Settings;
use crate::failure::{Code, Failure};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArguments,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open_read_only(settings.ledger_path()?).await?);
    let bar = bar();
    let replayed = replay(Arc::clone(&ledger), None, |progress: Progress| {
        bar.set_length(progress.of);
        bar.set_position(progress.events);
    })
    .await;
    bar.finish_and_clear();
    let replayed = replayed?;
    say::line(&format!("{} events folded in {} ms", replayed.events, replayed.took.as_millis()))?;
    say::line(&format!("{} events a second", replayed.events_per_second()))?;
    say::line(&format!("root      {}", replayed.root))?;
    say::line(&format!("digest    {}", replayed.digest))?;
    let Some(position) = replayed.snapshot.position else { return Ok(()) };
    // What a server would start from. Nothing is written: the application is dropped and not closed.
    let options = Options { snapshots_dir: Some(settings.snapshots_dir()), snapshot_every: u64::MAX, ..Options::default() };
    let app = Tahavol::open(ledger, options).await?;
    let kept = app.as_of(tahavol_app::AsOf::Position(position)).await?.digest();
    let from = app.health().started_from;
    if kept != replayed.digest {
        return Err(Failure::new(Code::Corrupt, format!("the picture kept on disk ({from} events) leads to another digest: {kept}")));
    }
    say::line(&format!("same as the kept picture ({from} events of it on disk)"))
}

/// Only where somebody looks.
fn bar() -> ProgressBar {
    let target = if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} events, {per_sec}, {eta} left");
    let bar = ProgressBar::with_draw_target(None, target);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
