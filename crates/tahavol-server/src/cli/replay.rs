//! `tahavol replay`: the whole ledger folded anew, and compared with the picture that a start would use.

use std::io::IsTerminal;
use std::sync::Arc;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tahavol_app::messages::message;
use tahavol_app::replay::{Progress, kept, replay};
use tahavol_ledger::{Ledger, SqliteLedger};

use super::{DataArguments, LangArgument, say};
use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::look::freshen;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Language of the comparison
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let lang = arguments.lang.map_or(settings.language, Into::into);
    freshen(&settings).await?;
    let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open_read_only(settings.ledger_path()?).await?);
    let bar = bar("events");
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
    // What a server would start from.
    let kept = match replayed.snapshot.position {
        Some(position) => kept(ledger, &settings.snapshots_dir(), position).await?,
        None => None,
    };
    let Some(kept) = kept else { return say::line(&message("CLI_KEPT_NOTHING", &[], lang)) };
    let events = kept.events;
    if kept.digest != replayed.digest {
        return Err(Failure::new(
            Code::Corrupt,
            format!("the picture kept on disk ({events} events) leads to another digest: {}", kept.digest),
        ));
    }
    if kept.root != replayed.root {
        return Err(Failure::new(
            Code::Corrupt,
            format!("the picture kept on disk ({events} events) leads to another root: {}", kept.root),
        ));
    }
    say::line(&message("CLI_KEPT_SAME", &[("events", events.to_string())], lang))
}

/// Of long work, only where somebody looks.
pub(super) fn bar(what: &str) -> ProgressBar {
    let target = if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template(&format!("{{wide_bar}} {{human_pos}}/{{human_len}} {what}, {{per_sec}}, {{eta}} left"));
    let bar = ProgressBar::with_draw_target(None, target);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
