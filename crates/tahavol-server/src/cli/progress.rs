//! `tahavol progress`: how far the programme is, for people as a table and for programs as JSON.

use std::sync::Arc;

use clap::Args;
use tahavol_app::{AsOf, Clock, Options, Tahavol};
use tahavol_domain::calendar::{Date, Instant};
use tahavol_domain::text::Lang;
use tahavol_ledger::SqliteLedger;
use tahavol_projections::Snapshot;
use tahavol_projections::progress::{BaselineKind, matrix};

use super::{DataArguments, LangArgument, progress_json, say, table};
use crate::config::Settings;
use crate::failure::{Code, Failure};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Language of the table
    #[arg(long)]
    lang: Option<LangArgument>,
    /// The ledger as it was: a position, or an instant such as 2026-03-21T00:00:00+03:30
    #[arg(long, value_name = "POSITION|INSTANT")]
    as_of: Option<String>,
    /// The day for which progress is computed: 2026-03-21 or 1405/01/01 [default: today, or the day of --as-of]
    #[arg(long, value_name = "DATE")]
    status_date: Option<String>,
    /// The plan that progress is held against
    #[arg(long, value_enum, default_value = "current")]
    baseline: BaselineArgument,
    /// Print JSON: every horizon and commission, with what each milestone adds
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum BaselineArgument {
    /// As last rebaselined
    Current,
    /// As it first counted
    Original,
}

impl From<BaselineArgument> for BaselineKind {
    fn from(baseline: BaselineArgument) -> Self {
        match baseline {
            BaselineArgument::Current => BaselineKind::Current,
            BaselineArgument::Original => BaselineKind::Original,
        }
    }
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let lang = arguments.lang.map_or(settings.language, Into::into);
    let as_of = arguments.as_of.as_deref().map(moment).transpose()?;
    let given = arguments.status_date.as_deref().map(day).transpose()?;
    let ledger = SqliteLedger::open_read_only(settings.ledger_path()?).await?;
    // Without snapshots: a command that only looks leaves nothing behind.
    let app = Tahavol::open(Arc::new(ledger), Options::default()).await?;
    let snapshot = match as_of {
        None => app.snapshot(),
        Some(at) => app.as_of(at).await?,
    };
    let day = given.unwrap_or_else(|| own_day(&snapshot, as_of));
    let baseline = arguments.baseline.into();
    if arguments.json {
        return say::bytes(progress_json::text(&snapshot, day, baseline).as_bytes());
    }
    print(&snapshot, day, baseline, lang)
}

/// The table.
pub(super) fn print(snapshot: &Snapshot, day: Date, baseline: BaselineKind, lang: Lang) -> Result<(), Failure> {
    say::bytes(table::text(snapshot, day, &matrix(snapshot, day, baseline), lang).as_bytes())
}

/// Today in the programme's time zone; of a past picture, the day it is of.
fn own_day(snapshot: &Snapshot, as_of: Option<AsOf>) -> Date {
    let instant = match as_of {
        None => Clock::System.now(),
        Some(AsOf::Instant(instant)) => instant,
        Some(AsOf::Position(_)) => snapshot.recorded_at.unwrap_or_else(|| Clock::System.now()),
    };
    instant.date_in(&snapshot.time_zone())
}

fn moment(text: &str) -> Result<AsOf, Failure> {
    if let Ok(position) = text.parse() {
        return Ok(AsOf::Position(position));
    }
    let bad = |_| Failure::new(Code::Usage, format!("--as-of: `{text}` is neither a position nor an instant"));
    Instant::parse(text).map(AsOf::Instant).map_err(bad)
}

pub(super) fn day(text: &str) -> Result<Date, Failure> {
    Date::parse(text).map_err(|error| Failure::new(Code::Usage, format!("`{text}` is no day: {error}")))
}
