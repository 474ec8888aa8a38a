//! What planning a milestone asks, revising it, and promising it anew.

use tahavol_domain::milestone::Command as C;
use tahavol_domain::milestone::command::{BaselineChoice, PlanMilestone, ProposeRebaseline, ReviseMilestone};
use tahavol_domain::milestone::event::Baseline;
use tahavol_domain::milestone::measure::{Measure, MeasureChoice, Scope, Step};
use tahavol_domain::text::{Lang, Text, digits_to_latin};
use tahavol_domain::values::{IndicatorCode, MilestoneId, ProvinceCode};
use tahavol_domain::{Command, Stream};
use tahavol_web::address;

use super::Built;
use super::form::{Form, horizon_of};
use super::milestone::built;

const MEASURES: [(Way, &str); 5] =
    [(Way::Reported, "REPORTED"), (Way::Steps, "STEPS"), (Way::Rollout, "ROLLOUT"), (Way::Indicator, "INDICATOR"), (Way::Binary, "BINARY")];
const SCOPES: [(Reach, &str); 5] = [
    (Reach::All, "ALL"),
    (Reach::Target, "TARGET"),
    (Reach::Unnetworked, "UNNETWORKED"),
    (Reach::TargetUnnetworked, "TARGET_UNNETWORKED"),
    (Reach::Province, "PROVINCE"),
];

/// How progress is measured, before what belongs to each is known.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Binary,
    Reported,
    Steps,
    Rollout,
    Indicator,
}

#[derive(Clone, Copy)]
enum Reach {
    All,
    Target,
    Unnetworked,
    TargetUnnetworked,
    Province,
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
    let steps = steps(form, way, now);
    let (scope, weigh_by_visits) = rollout(form, now);
    let indicator = indicator(form, now);
    match way {
        Way::Binary => MeasureChoice::Binary,
        Way::Reported => MeasureChoice::Reported,
        Way::Steps => MeasureChoice::Steps(steps),
        Way::Rollout => MeasureChoice::Rollout { scope, weigh_by_visits },
        Way::Indicator => MeasureChoice::Indicator(indicator),
    }
}

/// One on each line: title, weight, and the title in English.
fn steps(form: &mut Form<'_>, way: Way, now: Option<&Measure>) -> Vec<Step> {
    let written = |step: &Step| {
        let english = step.title.en.as_deref().map(|en| format!(" | {en}")).unwrap_or_default();
        let weight = if form.lang() == Lang::Fa { form.sheet.hand.position(step.weight.into()) } else { step.weight.to_string() };
        format!("{} | {weight}{english}", step.title.fa)
    };
    let initial = match now {
        Some(Measure::Steps(steps)) => steps.iter().map(written).collect::<Vec<_>>().join("\n"),
        Some(Measure::Binary | Measure::Reported | Measure::Rollout(_) | Measure::Indicator(_)) | None => String::new(),
    };
    let mut steps = Vec::new();
    for parts in form.lines("steps", "page-steps-hint", true, &initial) {
        let mut parts = parts.into_iter();
        let fa = parts.next().unwrap_or_default();
        let weight = parts.next().filter(|text| !text.is_empty());
        let read = weight.as_deref().map_or(Ok(1), |text| digits_to_latin(text).parse());
        if read.is_err() && way == Way::Steps {
            form.is_wrong("steps", "COUNT_FORM", weight.as_deref().unwrap_or_default());
        }
        steps.push(Step { title: Text { fa, en: parts.next().filter(|text| !text.is_empty()) }, weight: read.unwrap_or(1) });
    }
    steps
}

fn rollout(form: &mut Form<'_>, now: Option<&Measure>) -> (Scope, bool) {
    let now = match now {
        Some(Measure::Rollout(rollout)) => Some(rollout),
        Some(Measure::Binary | Measure::Reported | Measure::Steps(_) | Measure::Indicator(_)) | None => None,
    };
    let (initial, of) = match now.map(|rollout| &rollout.scope) {
        Some(Scope::Target) => ("TARGET", ""),
        Some(Scope::Unnetworked) => ("UNNETWORKED", ""),
        Some(Scope::TargetUnnetworked) => ("TARGET_UNNETWORKED", ""),
        Some(Scope::Province(code)) => ("PROVINCE", code.0.as_str()),
        Some(Scope::All) | None => ("ALL", ""),
    };
    let reach = form.one_of("scope", &SCOPES, initial).unwrap_or(Reach::All);
    let mut provinces = vec![(String::new(), form.sheet.word("page-no-province"))];
    provinces.extend(form.provinces());
    let province = form.choice("province", provinces, of, |text| Some(ProvinceCode(text.to_owned()))).unwrap_or_default();
    let weigh = form.tick("weighByVisits", now.is_some_and(|rollout| rollout.visits.is_some()));
    let scope = match reach {
        Reach::All => Scope::All,
        Reach::Target => Scope::Target,
        Reach::Unnetworked => Scope::Unnetworked,
        Reach::TargetUnnetworked => Scope::TargetUnnetworked,
        Reach::Province => Scope::Province(province),
    };
    (scope, weigh)
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
