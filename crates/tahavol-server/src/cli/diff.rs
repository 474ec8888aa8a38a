//! `tahavol diff`: what lies between two moments of the ledger, for people as text and for programs as JSON.

use clap::Args;
use serde_json::{Value, json};
use tahavol_app::diff::{Diff, DiffError, Moment, Side, text};
use tahavol_app::messages::message;
use tahavol_app::{AsOf, Tahavol};
use tahavol_domain::Rule;
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::text::{Lang, digits_to_latin};
use tahavol_domain::values::CommissionSlug;
use tahavol_projections::Snapshot;
use tahavol_projections::diff::{Change, LateFact, ProgressChange, Scope};
use tahavol_projections::progress::{BaselineKind, Progress};

use super::progress::{BaselineArgument, day};
use super::{DataArguments, LangArgument, say};
use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::look::{look, whole};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The earlier moment: a position, an instant such as 2026-03-21T00:00:00+03:30, or the end of a day such as 2026-03-21 or
    /// 1405/01/01
    #[arg(long, value_name = "POSITION|INSTANT|DATE")]
    from: String,
    /// The later moment, in the same forms [default: now]
    #[arg(long, value_name = "POSITION|INSTANT|DATE")]
    to: Option<String>,
    /// Only what belongs to this commission
    #[arg(long, value_name = "SLUG", group = "scope")]
    commission: Option<String>,
    /// Only this initiative, with its milestones and risks
    #[arg(long, value_name = "CODE", group = "scope")]
    initiative: Option<String>,
    /// Only this milestone
    #[arg(long, value_name = "CODE", group = "scope")]
    milestone: Option<String>,
    /// The day for which progress is computed at both moments [default: for each its own day]
    #[arg(long, value_name = "DATE")]
    status_date: Option<String>,
    /// The day for which progress is computed at the earlier moment
    #[arg(long, value_name = "DATE")]
    from_status_date: Option<String>,
    /// The plan that progress is held against
    #[arg(long, value_enum, default_value = "current")]
    baseline: BaselineArgument,
    /// Language of the text
    #[arg(long)]
    lang: Option<LangArgument>,
    /// Print JSON: every change with the positions of its events, figures in three steps, late facts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArguments,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let lang = arguments.lang.map_or(settings.language, Into::into);
    let given = |text: &Option<String>| text.as_deref().map(day).transpose();
    let (status_date, from_status_date) = (given(&arguments.status_date)?, given(&arguments.from_status_date)?);
    let (from, to) = (At::parse(&arguments.from, lang)?, arguments.to.as_deref().map(|text| At::parse(text, lang)).transpose()?);
    let app = look(&settings).await?;
    whole(&app)?;
    let zone = app.snapshot().time_zone();
    let from = Moment { at: Some(from.of(&zone)), status_date: from_status_date.or(status_date) };
    let to = Moment { at: to.map(|to| to.of(&zone)), status_date };
    let scope = scope(&app, &arguments, lang)?;
    let diff = compare(&app, (from, to), scope, arguments.baseline.into(), lang).await?;
    if arguments.json {
        return say::bytes(format!("{:#}\n", told(&diff, lang)).as_bytes());
    }
    say::bytes(text(&diff, lang).as_bytes())
}

async fn compare(app: &Tahavol, (from, to): (Moment, Moment), scope: Scope, baseline: BaselineKind, lang: Lang) -> Result<Diff, Failure> {
    app.diff(from, to, scope, baseline).await.map_err(|error| match error {
        DiffError::Reversed { from, to } => {
            let args = [("from", from.text(lang)), ("to", to.text(lang))];
            Failure::new(Code::Usage, message(error.code(), &args, lang))
        }
        DiffError::App(error) => Failure::from(error),
    })
}

/// Names are those of today: what came later is no wrong name.
fn scope(app: &Tahavol, arguments: &Arguments, lang: Lang) -> Result<Scope, Failure> {
    let snapshot = app.snapshot();
    let unknown = |rule: Rule, text: &str| Failure::new(Code::Refused, message(rule.code(), &[("value", text.to_owned())], lang));
    if let Some(text) = &arguments.commission {
        return commission(&snapshot, text).map(Scope::Commission).ok_or_else(|| unknown(Rule::UnknownCommission, text));
    }
    if let Some(text) = &arguments.initiative {
        let row = snapshot.initiative_by_code(&digits_to_latin(text.trim()));
        return row.map(|row| Scope::Initiative(row.id)).ok_or_else(|| unknown(Rule::UnknownInitiative, text));
    }
    if let Some(text) = &arguments.milestone {
        let row = snapshot.milestone_by_code(&digits_to_latin(text.trim()));
        return row.map(|row| Scope::Milestone(row.plan.id)).ok_or_else(|| unknown(Rule::UnknownMilestone, text));
    }
    Ok(Scope::Programme)
}

/// Those that the charter names are known before they are established.
fn commission(snapshot: &Snapshot, text: &str) -> Option<CommissionSlug> {
    let slug = CommissionSlug(text.trim().to_owned());
    let chartered = snapshot.programme.as_ref().is_some_and(|row| row.charter.commissions.contains(&slug));
    (chartered || snapshot.commissions.contains_key(&slug)).then_some(slug)
}

/// What `--from` and `--to` name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Moment(AsOf),
    /// Its last moment, in the programme's time zone.
    EndOf(Date),
}

impl At {
    fn parse(text: &str, lang: Lang) -> Result<At, Failure> {
        let latin = digits_to_latin(text.trim());
        if let Ok(position) = latin.parse() {
            return Ok(At::Moment(AsOf::Position(position)));
        }
        // What is written as a day and is none has its own reason.
        if latin.contains(['-', '/']) && latin.chars().all(|c| c.is_ascii_digit() || c == '-' || c == '/') {
            return day(&latin).map(At::EndOf);
        }
        let bad = |_| Failure::new(Code::Usage, message("DIFF_MOMENT_FORM", &[("value", text.to_owned())], lang));
        Instant::parse(&latin).map(|instant| At::Moment(AsOf::Instant(instant))).map_err(bad)
    }

    fn of(self, zone: &TimeZone) -> AsOf {
        match self {
            At::Moment(at) => at,
            At::EndOf(day) => AsOf::Instant(Instant::start_of(day.plus_days(1), zone).plus_micros(-1)),
        }
    }
}

/// The fields and forms of the GraphQL type `Diff`.
fn told(diff: &Diff, lang: Lang) -> Value {
    let side = |side: &Side| json!({ "position": side.snapshot.position, "recordedAt": side.snapshot.recorded_at, "statusDate": side.day });
    json!({
        "from": side(&diff.from),
        "to": side(&diff.to),
        "baseline": diff.baseline,
        "events": diff.events,
        "changes": diff.changes.iter().map(|change| changed(change, lang)).collect::<Vec<_>>(),
        "progress": diff.progress.iter().map(step).collect::<Vec<_>>(),
        "late": diff.late.iter().map(late).collect::<Vec<_>>(),
    })
}

/// With its texts in the language that was asked for.
fn changed(change: &Change, lang: Lang) -> Value {
    let mut told = json!(change);
    for (name, value) in [("item", &change.item), ("before", &change.before), ("after", &change.after)] {
        told[name] = json!(value.as_ref().map(|value| value.plain(lang)));
    }
    told
}

fn step(change: &ProgressChange) -> Value {
    json!({
        "horizon": change.horizon,
        "commission": change.commission,
        "before": figures(&change.before),
        "byTime": figures(&change.by_time),
        "after": figures(&change.after),
    })
}

fn figures(progress: &Progress) -> Value {
    json!({
        "planned": progress.planned,
        "reported": progress.reported,
        "verified": progress.verified,
        "coverage": progress.coverage,
        "spi": progress.spi.map(|ratio| ratio.decimal4()),
        "spiT": progress.spi_t.map(|ratio| ratio.decimal4()),
        "svT": progress.sv_t.map(|ratio| ratio.decimal4()),
        "forecastFinish": progress.forecast_finish,
        "forecastReason": progress.forecast_reason,
        "completedOn": progress.completed_on,
        "confidence": progress.confidence,
        "cancelledWeight": progress.cancelled_weight.to_string(),
        "milestones": progress.milestones,
    })
}

fn late(late: &LateFact) -> Value {
    json!({
        "position": late.position,
        "stream": late.stream,
        "type": late.event_type,
        "effectiveOn": late.effective_on,
        "recordedOn": late.recorded_on,
        "latenessDays": late.lateness_days(),
        "milestone": late.milestone,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_position_an_instant_or_the_end_of_a_day_in_digits_of_either_kind() {
        let of = |text| At::parse(text, Lang::En).unwrap().of(&TimeZone::tehran());
        let end = AsOf::Instant(Instant::parse("2026-03-21T23:59:59.999999+03:30").unwrap());
        assert_eq!([of("2026-03-21"), of("1405/01/01"), of("۱۴۰۵/۰۱/۰۱"), of("2026-03-21T23:59:59.999999+03:30")], [end; 4]);
        assert_eq!([of("20"), of("۲۰")], [AsOf::Position(20); 2]);
        let wrong = At::parse("yesterday", Lang::En).unwrap_err();
        assert_eq!(wrong.code, Code::Usage);
        assert!(wrong.text.contains("yesterday"));
        for no_day in ["1399/12/31", "۱۳۹۹/۱۲/۳۱", "2026-02-30"] {
            let reason = day(&digits_to_latin(no_day)).unwrap_err().text;
            assert_eq!(At::parse(no_day, Lang::En).unwrap_err().text, reason);
        }
    }
}
