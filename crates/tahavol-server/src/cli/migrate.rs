//! `tahavol migrate`: a ledger moved from one engine to the other, event by event in its order, proved the same by its root.

mod ends;
mod history;

use std::sync::Arc;

use clap::Args;
use indicatif::ProgressBar;
use tahavol_app::messages::message;
use tahavol_domain::text::Lang;
use tahavol_domain::values::Sha256;
use tahavol_ledger::merkle::{Hash, Roots, leaf_hash};
use tahavol_ledger::{Ledger, LedgerError, SqliteLedger};
use uuid::Uuid;

use self::ends::{Source, Target};
use super::{DataArguments, LangArgument, replay, say};
use crate::config::{LedgerSetting, Settings};
use crate::failure::{Code, Failure};
use crate::identity;
use crate::shutdown::asked_to_stop;

/// Events that are read and appended at once; between two such pieces the work can be interrupted.
const PIECE: usize = 512;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Where the ledger is: sqlite:FILE or kurrentdb://…
    #[arg(long, value_name = "LEDGER")]
    from: String,
    /// Where it is to be: the other one
    #[arg(long, value_name = "LEDGER")]
    to: String,
    /// The programme in the cluster it is moved from [default: that of the configuration]
    #[arg(long, value_name = "UUID")]
    programme: Option<Uuid>,
    /// Language of messages
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

/// What is said of a move that is complete.
struct Moved {
    /// Of the source.
    events: u64,
    /// How many of them were not there yet.
    appended: u64,
    /// What the target has beyond the source: it is in use already.
    more: u64,
    /// Of both, over the events of the source.
    root: Hash,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let mut settings = arguments.data.apply(settings)?;
    settings.programme = arguments.programme.or(settings.programme);
    let lang: Lang = arguments.lang.map_or(settings.language, Into::into);
    let read = |text: String| LedgerSetting::try_from(text).map_err(|wrong| Failure::usage(wrong.to_string()));
    let (from, to) = (read(arguments.from)?, read(arguments.to)?);
    ends::refuse_same(&settings, &from, &to, lang)?;
    let source = Source::open(&settings, &from, lang).await?;
    let noted = settings.clone();
    let noting = tokio::task::spawn_blocking(move || identity::note_export(&noted, "migrate")).await;
    noting.map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
    let moved = into_target(&settings, &source, &to, lang).await;
    let closed = source.close().await;
    let moved = moved?;
    closed?;
    tell(&moved, &from, &to, lang)
}

async fn into_target(settings: &Settings, source: &Source, to: &LedgerSetting, lang: Lang) -> Result<Moved, Failure> {
    let target = Target::open(settings, to, source, lang).await?;
    let moved = carry(source, &target, lang).await;
    let closed = target.close(moved.is_ok()).await;
    let moved = moved?;
    closed?;
    Ok(moved)
}

/// What is there already must be how the source began; then the rest, in order; then both are read once more.
async fn carry(source: &Source, target: &Target, lang: Lang) -> Result<Moved, Failure> {
    let bar = replay::bar("events");
    let carried = tokio::select! {
        carried = compare_and_append(source, target, &bar, lang) => carried,
        // A piece under way is left to its engine: what of it was recorded is found by the next try.
        asked = asked_to_stop() => asked.and_then(|()| Err(Failure::new(Code::Failed, message("MIGRATE_INTERRUPTED", &[], lang)))),
    };
    bar.finish_and_clear();
    let (events, appended) = carried?;
    let (here, there) = (root_at(source.file(), events).await?, root_at(target.file(), events).await?);
    if here != there {
        let args = [("from", Sha256(here).to_string()), ("to", Sha256(there).to_string()), ("events", events.to_string())];
        return Err(Failure::new(Code::Corrupt, message("MIGRATE_ROOTS_DIFFER", &args, lang)));
    }
    let there = target.file().head().await?.map_or(0, |head| head + 1);
    Ok(Moved { events, appended, more: there.saturating_sub(events), root: here })
}

async fn compare_and_append(source: &Source, target: &Target, bar: &ProgressBar, lang: Lang) -> Result<(u64, u64), Failure> {
    let (mut after, mut appended) = (None, 0);
    loop {
        let piece = source.file().read_all(after, PIECE).await?;
        let Some(last) = piece.last() else { break };
        let there = target.file().read_all(after, piece.len()).await?;
        history::refuse(history::difference(&piece, &there), lang)?;
        let missing = &piece[there.len()..];
        if !missing.is_empty() {
            target.append(missing).await?;
            appended += missing.len() as u64;
        }
        after = Some(last.position);
        bar.set_length(source.file().head().await?.map_or(0, |head| head + 1));
        bar.set_position(last.position + 1);
    }
    target.caught_up().await?;
    Ok((after.map_or(0, |after| after + 1), appended))
}

/// The root over the first `size` events, every leaf computed from its line.
async fn root_at(file: &Arc<SqliteLedger>, size: u64) -> Result<Hash, Failure> {
    let file = Arc::clone(file);
    let computed = tokio::task::spawn_blocking(move || {
        let mut roots = Roots::default();
        let mut damaged = None;
        file.scan(None, &mut |position, line, leaf| {
            if roots.size() == size {
                return std::ops::ControlFlow::Break(());
            }
            if leaf_hash(line) != *leaf {
                damaged = Some(position);
                return std::ops::ControlFlow::Break(());
            }
            roots.push(*leaf);
            std::ops::ControlFlow::Continue(())
        })?;
        match damaged {
            Some(position) => {
                Err(LedgerError::Corrupt { position: Some(position), what: "the leaf hash is not that of the line".to_owned() })
            }
            None => Ok(roots.root()),
        }
    });
    Ok(computed.await.map_err(|error| Failure::new(Code::Failed, error.to_string()))??)
}

fn tell(moved: &Moved, from: &LedgerSetting, to: &LedgerSetting, lang: Lang) -> Result<(), Failure> {
    let args = [
        ("events", moved.events.to_string()),
        ("appended", moved.appended.to_string()),
        ("more", moved.more.to_string()),
        ("from", ends::text_of(from)),
        ("to", ends::text_of(to)),
        ("root", Sha256(moved.root).to_string()),
    ];
    let beyond = (moved.more > 0).then_some("MIGRATE_TARGET_GOES_ON");
    let unlocked = matches!(from, LedgerSetting::Cluster(_)).then_some("MIGRATE_FROM_CLUSTER");
    let keys = [Some("MIGRATE_DONE"), Some("MIGRATE_ROOT"), beyond, unlocked, Some("MIGRATE_WITHOUT"), Some("MIGRATE_NEXT")];
    keys.into_iter().flatten().try_for_each(|key| say::line(&message(key, &args, lang)))
}
