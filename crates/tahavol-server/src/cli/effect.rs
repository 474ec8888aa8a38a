//! `tahavol effect`: what a decision that waits would change in every horizon and commission, by the same facts.

use clap::Args;
use tahavol_app::messages::message;
use tahavol_app::{Clock, Effect, EffectError, Proposed, Told, proposed_for};
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::text::Lang;
use tahavol_projections::Snapshot;
use tahavol_projections::effect::Moved;
use tahavol_projections::progress::{BaselineKind, Progress};

use super::columns::isolated;
use super::table::aligned;
use super::{DataArguments, LangArgument, progress, say};
use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::look::{look, whole};

/// The word that stands for the transformation document.
const DOCUMENT: &str = "document";
const NOTHING: &str = "—";
/// Basis points of a whole: BAC is weight × points.
const POINTS: u64 = 10_000;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Code of a milestone or an initiative about which a proposal waits, or `document` for the transformation document
    #[arg(value_name = "CODE")]
    code: String,
    /// The day for which progress is computed: 2026-03-21 or 1405/01/01 [default: today]
    #[arg(long, value_name = "DATE")]
    status_date: Option<String>,
    /// Language of the text
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let lang = arguments.lang.map_or(settings.language, Into::into);
    let given = arguments.status_date.as_deref().map(progress::day).transpose()?;
    let app = look(&settings).await?;
    whole(&app)?;
    let snapshot = app.snapshot();
    let on = given.unwrap_or_else(|| Clock::System.now().date_in(&snapshot.time_zone()));
    let waiting = waiting(&snapshot, &arguments.code, lang)?;
    for proposed in waiting {
        let effect = app.effect(&snapshot, proposed, on).await.map_err(|error| match error {
            EffectError::NothingProposed => nothing(lang),
            EffectError::App(error) => error.into(),
        })?;
        say::bytes((text(&effect, &snapshot, lang).join("\n") + "\n\n").as_bytes())?;
    }
    Ok(())
}

fn nothing(lang: Lang) -> Failure {
    Failure::new(Code::Refused, message(EffectError::NothingProposed.code(), &[], lang))
}

/// The decisions that can be taken about what has this code.
fn waiting(snapshot: &Snapshot, code: &str, lang: Lang) -> Result<Vec<Proposed>, Failure> {
    if code == DOCUMENT {
        return Ok(vec![Proposed::Document]);
    }
    if let Some(row) = snapshot.milestone_by_code(code) {
        let waiting = proposed_for(snapshot, row.plan.id);
        return if waiting.is_empty() { Err(nothing(lang)) } else { Ok(waiting) };
    }
    match snapshot.initiative_by_code(code) {
        Some(row) => Ok(vec![Proposed::Approval(row.id)]),
        None => Err(Failure::new(Code::Refused, message("UNKNOWN_MILESTONE", &[("value", code.to_owned())], lang))),
    }
}

fn text(effect: &Effect, snapshot: &Snapshot, lang: Lang) -> Vec<String> {
    let mut lines = vec![heading(effect, snapshot, lang)];
    let position = snapshot.position.unwrap_or_default().to_string();
    lines.push(message("effect-facts", &[("position", position), ("day", effect.status_date.to_string())], lang));
    if let Some(asked) = &effect.asked {
        let args = [("person", asked.by.name.clone()), ("position", asked.position.to_string())];
        lines.push(message("effect-asked", &args, lang));
        lines.extend(asked.reason.as_ref().map(|reason| message("effect-reason", &[("reason", reason.clone())], lang)));
    }
    if let Some((in_force, _)) = &effect.documents {
        lines.push(match in_force {
            Some(version) => message("effect-document-since", &[("version", version.version.to_string())], lang),
            None => message("effect-document-first", &[], lang),
        });
    }
    if let Some((before, after)) = &effect.promises {
        let gone = || message("effect-promise-gone", &[], lang);
        let after = after.as_ref().map_or_else(gone, |after| promise(after, lang));
        lines.push(format!("{}: {}", message("effect-promise-before", &[], lang), promise(before, lang)));
        lines.push(format!("{}: {after}", message("effect-promise-after", &[], lang)));
    }
    for (key, baseline) in [("effect-current", BaselineKind::Current), ("effect-original", BaselineKind::Original)] {
        lines.push(String::new());
        lines.extend(moved(&message(key, &[], lang), effect.moved(baseline), effect.cells, snapshot, lang));
    }
    lines
}

fn heading(effect: &Effect, snapshot: &Snapshot, lang: Lang) -> String {
    let milestone = |key, id| {
        let code = snapshot.milestones.get(&id).map(|row| row.plan.code.clone()).unwrap_or_default();
        message(key, &[("code", code)], lang)
    };
    match effect.proposed {
        Proposed::Rebaseline(id) => milestone("effect-rebaseline", id),
        Proposed::Cancellation(id) => milestone("effect-cancellation", id),
        Proposed::Admission(id) => milestone("effect-admission", id),
        Proposed::Approval(id) => {
            let code = snapshot.initiatives.get(&id).map(|row| row.proposal.code.clone()).unwrap_or_default();
            message("effect-approval", &[("code", code)], lang)
        }
        Proposed::Document => {
            let version = effect.documents.as_ref().map(|(_, next)| next.version.to_string()).unwrap_or_default();
            message("effect-document", &[("version", version)], lang)
        }
    }
}

fn promise(baseline: &Baseline, lang: Lang) -> String {
    let horizon = Told::Word(baseline.horizon.as_str()).told(lang);
    let args = [
        ("weight", baseline.weight.to_string()),
        ("starts", baseline.starts.to_string()),
        ("due", baseline.due.to_string()),
        ("horizon", horizon),
    ];
    message("effect-promise", &args, lang)
}

fn moved(title: &str, moved: &[Moved], cells: usize, snapshot: &Snapshot, lang: Lang) -> Vec<String> {
    if moved.is_empty() {
        return vec![format!("{title}: {}", message("effect-unmoved", &[], lang))];
    }
    let counts = [("moved", moved.len().to_string()), ("cells", cells.to_string())];
    let mut lines = vec![format!("{title}: {}", message("effect-cells", &counts, lang))];
    let keys = [
        "effect-group",
        "effect-weight",
        "effect-cancelled-weight",
        "effect-planned",
        "effect-reported",
        "effect-verified",
        "effect-spi",
        "effect-spi-t",
        "effect-forecast",
    ];
    let head = keys.iter().map(|key| message(key, &[], lang)).collect();
    lines.extend(aligned(head, moved.iter().map(|cell| row(cell, snapshot, lang)).collect()));
    lines
}

fn row(cell: &Moved, snapshot: &Snapshot, lang: Lang) -> Vec<String> {
    let all = || message("effect-all", &[], lang);
    let horizon = cell.horizon.map_or_else(all, |horizon| Told::Word(horizon.as_str()).told(lang));
    let commission = cell.commission.as_ref().map_or_else(all, |slug| {
        let known = snapshot.commissions.get(slug);
        known.map_or_else(|| slug.0.clone(), |row| row.establishment.title.get(lang).to_owned())
    });
    let number = |text: String| Told::Number(text).told(lang);
    let points = |points: Option<u16>| points.map_or_else(|| NOTHING.to_owned(), |points| Told::Points(points).told(lang));
    // Weights are what a decision on the plan steers: a group whose weights alone move has moved.
    let figures: [&dyn Fn(&Progress) -> String; 8] = [
        &|found| number((found.bac / POINTS).to_string()),
        &|found| number(found.cancelled_weight.to_string()),
        &|found| points(found.planned),
        &|found| points(found.reported),
        &|found| points(found.verified),
        &|found| found.spi.map_or_else(|| NOTHING.to_owned(), |ratio| number(ratio.decimal4())),
        &|found| found.spi_t.map_or_else(|| NOTHING.to_owned(), |ratio| number(ratio.decimal4())),
        &|found| found.forecast_finish.map_or_else(|| NOTHING.to_owned(), |day| Told::Date(day).told(lang)),
    ];
    let told = figures.into_iter().map(|figure| change(&figure(&cell.before), &figure(&cell.after), lang));
    [format!("{} / {}", isolated(&horizon, lang), isolated(&commission, lang))].into_iter().chain(told).collect()
}

/// Before and after, or once where it stays.
fn change(before: &str, after: &str, lang: Lang) -> String {
    if before == after { isolated(after, lang) } else { format!("{} → {}", isolated(before, lang), isolated(after, lang)) }
}
