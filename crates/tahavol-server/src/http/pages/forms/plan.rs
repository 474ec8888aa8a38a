//! What planning a milestone asks, revising it, and promising it anew.

use tahavol_domain::milestone::Command as C;
use tahavol_domain::milestone::command::{BaselineChoice, PlanMilestone, ProposeRebaseline, ReviseMilestone};
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::milestone::measure::{Measure, MeasureChoice, Scope, Step};
use tahavol_domain::text::Lang;
use tahavol_domain::values::{IndicatorCode, MilestoneId, ProvinceCode};
use tahavol_domain::{Command, Stream};
use tahavol_web::address;
use tahavol_web::forms::Asks;

use super::Built;
use super::form::{Form, horizon_of};
use super::milestone::built;

const MEASURES: [(Way, &str); 5] =
    [(Way::Reported, "REPORTED"), (Way::Steps, "STEPS"), (Way::Rollout, "ROLLOUT"), (Way::Indicator, "INDICATOR"), (Way::Binary, "BINARY")];
/// Besides these a single province.
const SCOPES: [(Scope, &str); 4] =
    [(Scope::All, "ALL"), (Scope::Target, "TARGET"), (Scope::Unnetworked, "UNNETWORKED"), (Scope::TargetUnnetworked, "TARGET_UNNETWORKED")];
/// Rows that are shown where there are no steps yet.
const FEWEST_STEPS: usize = 3;

/// How progress is measured, before what belongs to each is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Binary,
    Reported,
    Steps,
    Rollout,
    Indicator,
}

pub(super) fn plan(form: &mut Form<'_>) -> Option<Built> {
    let initiative = form.initiative()?;
    let programme = form.live.programme.as_ref()?.id;
    let code = form.code("code", Some("page-new-code-hint"), "");
    let plan = PlanMilestone {
        initiative: initiative.id,
        title: form.both("title", None),
        baseline: baseline(form, None),
        code: code.clone(),
        provenance: None,
    };
    form.then = Some(address::milestone(&code));
    Some((Stream::Milestone(MilestoneId(programme.id_of(&code))), Command::Milestone(C::Plan(Box::new(plan)))))
}

pub(super) fn revise(form: &mut Form<'_>) -> Option<Built> {
    let row = form.milestone()?;
    let revision = ReviseMilestone { title: form.both("title", Some(&row.plan.title)), baseline: baseline(form, Some(&row.plan.current)) };
    built(&row, C::Revise(Box::new(revision)))
}

pub(super) fn propose_rebaseline(form: &mut Form<'_>) -> Option<Built> {
    let row = form.milestone()?;
    let proposal = form.new_id("rebaseline");
    let rebaseline = ProposeRebaseline { proposal, baseline: baseline(form, Some(&row.plan.current)) };
    form.reason(false);
    built(&row, C::ProposeRebaseline(Box::new(rebaseline)))
}

fn baseline(form: &mut Form<'_>, now: Option<&Baseline>) -> BaselineChoice {
    let weight = form.whole("weight", "page-weight-hint", now.map(|now| now.weight.to_string()).unwrap_or_default());
    let starts = form.date("starts", now.map(|now| now.starts));
    let due = form.date("due", now.map(|now| now.due));
    let mut horizons = vec![(String::new(), form.sheet.word("page-horizon-of-initiative"))];
    horizons.extend(tahavol_domain::values::Horizon::ALL.map(|one| (one.as_str().to_owned(), form.sheet.horizon(one))));
    let horizon = form.choice("horizon", horizons, now.map_or("", |now| now.horizon.as_str()), |text| Some(horizon_of(text))).flatten();
    BaselineChoice { weight, starts, due, horizon, measure: measure(form, now.map(|now| &now.measure)) }
}

fn measure(form: &mut Form<'_>, now: Option<&Measure>) -> MeasureChoice {
    let initial = match now {
        Some(Measure::Binary) => "BINARY",
        Some(Measure::Steps(_)) => "STEPS",
        Some(Measure::Rollout(_)) => "ROLLOUT",
        Some(Measure::Indicator(_)) => "INDICATOR",
        Some(Measure::Reported) | None => "REPORTED",
    };
    let way = form.one_of("measure", &MEASURES, initial).unwrap_or(Way::Reported);
    let steps = form.only("measure", "STEPS", |form| steps(form, way, now));
    let (scope, weigh_by_visits) = form.only("measure", "ROLLOUT", |form| rollout(form, now));
    let indicator = form.only("measure", "INDICATOR", |form| indicator(form, now));
    match way {
        Way::Binary => MeasureChoice::Binary,
        Way::Reported => MeasureChoice::Reported,
        Way::Steps => MeasureChoice::Steps(steps),
        Way::Rollout => MeasureChoice::Rollout { scope, weigh_by_visits },
        Way::Indicator => MeasureChoice::Indicator(indicator),
    }
}

/// One to a row: title and weight. Those of another way to measure are kept, and not looked at.
fn steps(form: &mut Form<'_>, way: Way, now: Option<&Measure>) -> Vec<Step> {
    let lang = form.lang();
    let weight = |weight: u32| if lang == Lang::Fa { form.sheet.hand.position(weight.into()) } else { weight.to_string() };
    let written = |step: &Step| vec![step.title.fa.clone(), step.title.en.clone().unwrap_or_default(), weight(step.weight)];
    let initial = match now {
        Some(Measure::Steps(steps)) => steps.iter().map(written).collect(),
        Some(Measure::Binary | Measure::Reported | Measure::Rollout(_) | Measure::Indicator(_)) | None => Vec::new(),
    };
    let mut parts = form.parts_of_text();
    parts.push(form.part("weight", "page-field-weight", Asks::Code));
    let rows = form.rows("steps", (Some("page-steps-hint"), false), parts, initial, FEWEST_STEPS);
    if way != Way::Steps {
        return Vec::new();
    }
    rows.iter().map(|row| Step { title: form.text_of("steps", row), weight: form.weight_of("steps", row, (2, "weight")) }).collect()
}

fn rollout(form: &mut Form<'_>, now: Option<&Measure>) -> (Scope, bool) {
    let now = match now {
        Some(Measure::Rollout(rollout)) => Some(rollout),
        Some(Measure::Binary | Measure::Reported | Measure::Steps(_) | Measure::Indicator(_)) | None => None,
    };
    let initial = match now.map(|rollout| &rollout.scope) {
        Some(Scope::Target) => "TARGET",
        Some(Scope::Unnetworked) => "UNNETWORKED",
        Some(Scope::TargetUnnetworked) => "TARGET_UNNETWORKED",
        Some(Scope::Province(code)) => code.0.as_str(),
        Some(Scope::All) | None => "ALL",
    };
    let mut options: Vec<_> =
        SCOPES.iter().map(|(_, value)| ((*value).to_owned(), form.sheet.word(&format!("page-choice-{value}")))).collect();
    options.extend(form.provinces().into_iter().map(|(code, name)| (code, form.sheet.telling("page-scope-province", name))));
    let read = |text: &str| {
        let wide = SCOPES.iter().find(|(_, value)| *value == text).map(|(scope, _)| scope.clone());
        Some(wide.unwrap_or_else(|| Scope::Province(ProvinceCode(text.to_owned()))))
    };
    let scope = form.choice("scope", options, initial, read).unwrap_or(Scope::All);
    (scope, form.tick("weighByVisits", now.is_some_and(|rollout| rollout.visits.is_some())))
}

fn indicator(form: &mut Form<'_>, now: Option<&Measure>) -> IndicatorCode {
    let initial = match now {
        Some(Measure::Indicator(measure)) => measure.indicator.0.clone(),
        Some(Measure::Binary | Measure::Reported | Measure::Steps(_) | Measure::Rollout(_)) | None => String::new(),
    };
    let lang = form.lang();
    let mut options = vec![(String::new(), form.sheet.word("page-no-indicator"))];
    options.extend(form.live.indicators.iter().map(|(code, row)| (code.0.clone(), row.definition.meaning.title.get(lang).to_owned())));
    form.choice("indicator", options, &initial, |text| Some(IndicatorCode(text.to_owned()))).unwrap_or_default()
}

impl Form<'_> {
    pub(super) fn provinces(&self) -> Vec<(String, String)> {
        let charter = self.live.programme.as_ref().map(|row| &row.charter.provinces);
        charter.into_iter().flatten().map(|one| (one.code.0.clone(), one.name.get(self.lang()).to_owned())).collect()
    }
}
