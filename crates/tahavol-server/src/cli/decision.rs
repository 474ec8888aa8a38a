//! `tahavol decision`: what was decided, what it answered, what the decider saw, and what came out since; or the list of decisions.

use std::sync::Arc;

use clap::Args;
use tahavol_app::messages::{message, office_text, sentence};
use tahavol_app::{AsOf, Decision, DecisionFilter, DecisionSubject, RecordedFact, Since, SinceKind, Tahavol};
use tahavol_domain::text::Lang;
use tahavol_domain::values::{CommissionSlug, Office};
use tahavol_projections::Snapshot;
use tahavol_projections::progress::{BaselineKind, Query, progress};
use tahavol_projections::sight::Sight;

use super::columns::isolated;
use super::{DataArguments, LangArgument, found, number, say};
use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::look::look;

/// What came out since is told so far; the rest is counted.
const MOST_SINCE: usize = 50;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The position of the decision
    #[arg(value_name = "POSITION", value_parser = number::<u64>, required_unless_present = "list", conflicts_with = "list")]
    position: Option<u64>,
    /// List decisions, newest first
    #[arg(long)]
    list: bool,
    /// Only decisions in the matters of this commission
    #[arg(long, value_name = "SLUG", requires = "list")]
    commission: Option<String>,
    /// Only decisions about this initiative and its milestones
    #[arg(long, value_name = "CODE", requires = "list")]
    initiative: Option<String>,
    /// Only decisions about this milestone
    #[arg(long, value_name = "CODE", requires = "list")]
    milestone: Option<String>,
    /// List at most so many; 0: all
    #[arg(long, value_name = "N", value_parser = number::<usize>, default_value_t = 50, requires = "list")]
    limit: usize,
    /// Language of the text
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

pub(super) async fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    let settings = arguments.data.apply(settings)?;
    let lang = arguments.lang.map_or(settings.language, Into::into);
    let app = look(&settings).await?;
    let seen = app.snapshot();
    let Some(position) = arguments.position else {
        let filter = filter(&arguments, &seen, lang)?;
        let limit = if arguments.limit == 0 { usize::MAX } else { arguments.limit };
        let found = app.decisions(&seen, &filter, None, limit, &Sight::whole()).await?;
        return list(&found, &seen, lang);
    };
    // Beyond the head is told as such, and not as an event that decides nothing.
    app.as_of(AsOf::Position(position)).await?;
    let none = || Failure::new(Code::Refused, message("DECISION_NONE", &[("position", position.to_string())], lang));
    let decision = app.decision(position, &seen, &Sight::whole()).await?.ok_or_else(none)?;
    print(&app, &decision, &seen, lang).await
}

fn filter(arguments: &Arguments, seen: &Snapshot, lang: Lang) -> Result<DecisionFilter, Failure> {
    let unknown = |code: &str, value: &str| Failure::new(Code::Refused, message(code, &[("value", value.to_owned())], lang));
    let mut filter = DecisionFilter::default();
    if let Some(slug) = &arguments.commission {
        let slug = CommissionSlug(slug.clone());
        if !seen.commissions.contains_key(&slug) {
            return Err(unknown("UNKNOWN_COMMISSION", &slug.0));
        }
        filter.commission = Some(slug);
    }
    if let Some(code) = &arguments.initiative {
        let row = seen.initiative_by_code(code).ok_or_else(|| unknown("UNKNOWN_INITIATIVE", code))?;
        filter.initiative = Some(row.id);
    }
    if let Some(code) = &arguments.milestone {
        let row = seen.milestone_by_code(code).ok_or_else(|| unknown("UNKNOWN_MILESTONE", code))?;
        filter.milestone = Some(row.plan.id);
    }
    Ok(filter)
}

fn list(found: &[(RecordedFact, DecisionSubject)], seen: &Snapshot, lang: Lang) -> Result<(), Failure> {
    if found.is_empty() {
        return say::line(&message("decision-list-empty", &[], lang));
    }
    let lines = found.iter().map(|(fact, _)| found::line(fact, seen, lang));
    say::bytes((lines.collect::<Vec<_>>().join("\n") + "\n").as_bytes())
}

async fn print(app: &Tahavol, decision: &Decision, seen: &Arc<Snapshot>, lang: Lang) -> Result<(), Failure> {
    let mut lines = heading(decision, lang);
    lines.extend(at_basis(decision, lang));
    lines.push(String::new());
    lines.extend(since(app, decision, seen, lang).await?);
    say::bytes((lines.join("\n") + "\n").as_bytes())
}

fn heading(decision: &Decision, lang: Lang) -> Vec<String> {
    let fact = &decision.fact.fact;
    let said = &fact.envelope;
    let mut lines = vec![message("decision-heading", &[("position", decision.fact.position.to_string())], lang), String::new()];
    let mut push = |key: &str, text: &str| lines.push(labelled(key, text, lang));
    push("decision-what", &sentence(fact, lang));
    push("decision-subject", &decision.subject.told(&decision.basis, lang));
    push("decision-when", &format!("{} ({})", value(decision.status_date.to_string(), lang), said.time));
    push("decision-who", &format!("{} ({})", said.actor_name, said.actor.0));
    let office = |office: &Office| office_text(office, &decision.basis, lang);
    push("decision-office", &office(&said.office));
    let offices: Vec<String> = decision.offices.iter().map(office).collect();
    push("decision-offices", if offices.is_empty() { "—".to_owned() } else { offices.join(" · ") }.as_str());
    if let Some(resolution) = fact.event.data()["resolution"].as_str() {
        push("decision-resolution", resolution);
    }
    if let Some(reason) = &said.reason {
        push("decision-reason", reason);
    }
    let answers = decision.answers.as_ref().map(|answered| {
        let by = &answered.fact.envelope;
        let reason = by.reason.as_ref().map(|reason| format!(" — {reason}")).unwrap_or_default();
        format!("{}: {} — {}{reason}", value(answered.position.to_string(), lang), by.actor_name, sentence(&answered.fact, lang))
    });
    push("decision-answers", &answers.unwrap_or_else(|| message("decision-answers-nothing", &[], lang)));
    lines
}

/// What the decider saw.
fn at_basis(decision: &Decision, lang: Lang) -> Vec<String> {
    let basis = &decision.basis;
    let Some(position) = basis.position else {
        return vec![labelled("decision-basis", &message("decision-basis-nothing", &[], lang), lang)];
    };
    let on = decision.status_date;
    let where_it_lies = message("decision-basis-position", &[("position", position.to_string()), ("day", on.to_string())], lang);
    let mut lines = vec![labelled("decision-basis", &where_it_lies, lang)];
    if let DecisionSubject::Milestone(id) = &decision.subject
        && let Some(row) = basis.milestones.get(id)
    {
        let standing = row.figures(basis, on);
        let query = Query { initiative: Some(row.plan.initiative), ..all(on) };
        let found = progress(basis, &query);
        let planned = found.contributions.iter().find(|part| part.milestone == *id).map(|part| part.planned);
        lines.push(voices(&row.plan.code, (planned, standing.reported, Some(standing.verified)), lang));
    }
    let initiative = decision.subject.initiative(basis);
    let found = progress(basis, &Query { initiative, ..all(on) });
    let name = initiative.and_then(|id| basis.initiatives.get(&id)).map(|row| row.proposal.code.clone());
    let name = name.unwrap_or_else(|| message("effect-all", &[], lang));
    lines.push(voices(&name, (found.planned, found.reported, found.verified), lang));
    lines
}

fn all(on: tahavol_domain::calendar::Date) -> Query {
    Query { status_date: on, baseline: BaselineKind::Current, horizon: None, commission: None, initiative: None }
}

fn voices(name: &str, (planned, reported, verified): (Option<u16>, Option<u16>, Option<u16>), lang: Lang) -> String {
    let points = |points: Option<u16>| points.map_or_else(|| "—".to_owned(), |points| tahavol_app::Told::Points(points).told(lang));
    let args = [("planned", points(planned)), ("reported", points(reported)), ("verified", points(verified))];
    let told = message("decision-voices", &args, lang);
    format!("{} ({}): {told}", message("decision-progress", &[], lang), isolated(name, lang))
}

async fn since(app: &Tahavol, decision: &Decision, seen: &Arc<Snapshot>, lang: Lang) -> Result<Vec<String>, Failure> {
    if decision.since.is_empty() {
        let head = seen.position.unwrap_or_default().to_string();
        return Ok(vec![message("decision-since-nothing", &[("position", head)], lang)]);
    }
    let mut lines = vec![message("decision-since", &[], lang)];
    for later in decision.since.iter().take(MOST_SINCE) {
        let what = app.fact_at(later.position).await?.map(|fact| sentence(&fact.fact, lang)).unwrap_or_default();
        let code = later.milestone.and_then(|id| seen.milestones.get(&id)).map(|row| row.plan.code.clone());
        let code = code.map(|code| format!("{}  ", isolated(&code, lang))).unwrap_or_default();
        lines.push(format!("  {}  {code}{} — {}", value(later.position.to_string(), lang), kind(later, lang), isolated(&what, lang)));
    }
    let more = decision.since.len().saturating_sub(MOST_SINCE);
    if more > 0 {
        lines.push(message("decision-since-more", &[("count", more.to_string())], lang));
    }
    Ok(lines)
}

fn kind(later: &Since, lang: Lang) -> String {
    if later.kind == SinceKind::Late && later.days_before == Some(0) {
        return message("decision-since-LATE_SAME_DAY", &[], lang);
    }
    let days = later.days_before.unwrap_or_default().to_string();
    let args: &[(&str, String)] = match later.kind {
        SinceKind::Late => &[("days", days)],
        SinceKind::Corrected
        | SinceKind::Withdrawn
        | SinceKind::Refused
        | SinceKind::Rebaselined
        | SinceKind::Cancelled
        | SinceKind::Superseded => &[],
    };
    message(&format!("decision-since-{}", later.kind.as_str()), args, lang)
}

fn labelled(key: &str, text: &str, lang: Lang) -> String {
    format!("{}: {}", message(key, &[], lang), isolated(text, lang))
}

fn value(text: String, lang: Lang) -> String {
    message("step-value", &[("value", text)], lang)
}
