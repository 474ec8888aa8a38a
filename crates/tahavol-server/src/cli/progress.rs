//! `tahavol progress`: how far the programme is, for people as a table and for programs as JSON.

use std::sync::Arc;

use clap::Args;
use tahavol_app::{AsOf, Clock, Tahavol};
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::text::Lang;
use tahavol_projections::Snapshot;
use tahavol_projections::progress::{BaselineKind, matrix};

use super::{DataArguments, LangArgument, progress_json, say, table};
use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::look::{look, whole};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Language of the table
    #[arg(long)]
    lang: Option<LangArgument>,
    /// The ledger as it was: at a position, at an instant such as 2026-03-21T00:00:00+03:30, or at the end of a day such as
    /// 2026-03-21 or 1405/01/01
    #[arg(long, value_name = "POSITION|INSTANT|DATE")]
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
pub(super) enum BaselineArgument {
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
    let asked = arguments.as_of.as_deref().map(Moment::parse).transpose()?;
    let given = arguments.status_date.as_deref().map(day).transpose()?;
    let app = look(&settings).await?;
    let as_of = asked.map(|asked| asked.of(&app.snapshot().time_zone()));
    let snapshot = picture(&app, as_of).await?;
    let day = given.unwrap_or_else(|| own_day(&snapshot, as_of));
    let baseline = arguments.baseline.into();
    if arguments.json {
        return say::bytes(progress_json::text(&snapshot, day, baseline).as_bytes());
    }
    print(&snapshot, day, baseline, lang)
}

/// Refused where it would have to hold an event that cannot be read. When that was recorded is not known, so an instant
/// must lie before what could be read.
/// The picture of a moment as it was written (position, instant or day), and the day that it is of.
///
/// # Errors
/// When the text is no moment, or the ledger has not got there.
pub(super) async fn looked_at(app: &Tahavol, as_of: Option<&str>) -> Result<(Arc<Snapshot>, Date), Failure> {
    let asked = as_of.map(Moment::parse).transpose()?;
    let as_of = asked.map(|asked| asked.of(&app.snapshot().time_zone()));
    let snapshot = picture(app, as_of).await?;
    let day = own_day(&snapshot, as_of);
    Ok((snapshot, day))
}

async fn picture(app: &Tahavol, as_of: Option<AsOf>) -> Result<Arc<Snapshot>, Failure> {
    let live = app.snapshot();
    let ends_before = match as_of {
        None => false,
        Some(AsOf::Position(position)) => live.position >= Some(position),
        Some(AsOf::Instant(instant)) => live.recorded_max > Some(instant),
    };
    if !ends_before {
        whole(app)?;
    }
    match as_of {
        None => Ok(live),
        Some(at) => Ok(app.as_of(at).await?),
    }
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

/// What `--as-of` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    At(AsOf),
    /// Its last moment, in the programme's time zone.
    EndOf(Date),
}

impl Moment {
    fn parse(text: &str) -> Result<Moment, Failure> {
        if let Ok(position) = text.parse() {
            return Ok(Moment::At(AsOf::Position(position)));
        }
        if let Ok(day) = Date::parse(text) {
            return Ok(Moment::EndOf(day));
        }
        let bad = |_| Failure::new(Code::Usage, format!("--as-of: `{text}` is neither a position nor an instant nor a day"));
        Instant::parse(text).map(|instant| Moment::At(AsOf::Instant(instant))).map_err(bad)
    }

    fn of(self, zone: &TimeZone) -> AsOf {
        match self {
            Moment::At(at) => at,
            Moment::EndOf(day) => AsOf::Instant(Instant::start_of(day.plus_days(1), zone).plus_micros(-1)),
        }
    }
}

pub(super) fn day(text: &str) -> Result<Date, Failure> {
    Date::parse(text).map_err(|error| Failure::new(Code::Usage, format!("`{text}` is no day: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_means_its_end_where_the_programme_is() {
        let of = |text| Moment::parse(text).unwrap().of(&TimeZone::tehran());
        let end = AsOf::Instant(Instant::parse("2026-03-21T23:59:59.999999+03:30").unwrap());
        assert_eq!([of("2026-03-21"), of("1405/01/01")], [end, end]);
        assert_eq!(of("20"), AsOf::Position(20));
        assert_eq!(of("2026-03-21T23:59:59.999999+03:30"), end);
        assert_eq!(Moment::parse("yesterday").unwrap_err().code, Code::Usage);
    }
}
