//! What the commands on milestones ask: reports, claims, verdicts, obstacles, and the council's decisions on them.

use std::sync::Arc;

use tahavol_app::Subject;
use tahavol_domain::milestone::Command as C;
use tahavol_domain::milestone::event::{
    CancellationProposal, Claim, ClaimDecision, ProgressCorrection, ProgressReport, ProposalDecision, Resolution,
};
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::values::{EventId, MilestoneId};
use tahavol_domain::{Command, Stream};
use tahavol_projections::reports::{Report, ReportKind, ReportValue};
use tahavol_projections::rows::MilestoneRow;
use tahavol_web::address;
use tahavol_web::forms::FILES;
use uuid::Uuid;

use super::form::{Form, coded};
use super::{Built, present};

/// Reports that a correction can choose from, newest first.
const REPORTS: usize = 100;

impl Form<'_> {
    /// The milestone that the form is on, by code or id.
    pub(super) fn milestone(&mut self) -> Option<Arc<MilestoneRow>> {
        let row = self.milestone_named(self.on)?;
        let (title, path) = (row.plan.title.get(self.lang()).to_owned(), address::milestone(&row.plan.code));
        self.about(coded(&row.plan.code, &title), path, Subject::Milestone(row.plan.id), Stream::Milestone(row.plan.id));
        Some(row)
    }

    pub(super) fn milestone_named(&self, text: &str) -> Option<Arc<MilestoneRow>> {
        match Uuid::parse_str(text) {
            Ok(id) => self.live.milestones.get(&MilestoneId(id)).cloned(),
            Err(_) => self.live.milestones.values().find(|row| row.plan.code == text).cloned(),
        }
    }
}

pub(super) fn report(form: &mut Form<'_>) -> Option<Built> {
    let row = form.milestone()?;
    let last = match row.plan.current.measure {
        Measure::Steps(_) => row.reports.latest_of(ReportKind::Steps, form.today),
        Measure::Binary | Measure::Reported | Measure::Rollout(_) | Measure::Indicator(_) => None,
    };
    let said = said(form, &row, last, |form| form.day());
    built(&row, C::ReportProgress(said))
}

pub(super) fn correct(form: &mut Form<'_>) -> Option<Built> {
    let row = form.milestone()?;
    let mut reports: Vec<Report> = row.reports.iter().collect();
    reports.reverse();
    reports.truncate(REPORTS);
    let told = |report: &Report| {
        let value = present::told(form.sheet, report.value);
        format!("{} · {value} · {}", form.sheet.hand.long(report.effective_on), form.sheet.hand.position(report.position))
    };
    let options = reports.iter().map(|report| (report.event.0.to_string(), told(report))).collect();
    let corrects = form.pick("corrects", options, "", |text| Uuid::parse_str(text).ok()).map(EventId).unwrap_or_default();
    let corrected = row.reports.get(corrects);
    let day = corrected.map(|report| report.effective_on).or(Some(form.today));
    let report = said(form, &row, corrected, |form| form.effective_on = form.maybe_date("effectiveOn", day));
    form.reason(false);
    built(&row, C::CorrectProgress(ProgressCorrection { corrects, report }))
}

/// As the milestone is measured, on its day; words and files alone where its progress comes from elsewhere.
fn said(form: &mut Form<'_>, row: &MilestoneRow, last: Option<Report>, day: impl FnOnce(&mut Form<'_>)) -> ProgressReport {
    let (mut progress, mut steps) = (None, None);
    match &row.plan.current.measure {
        Measure::Reported => progress = Some(form.percent("progress", "")),
        Measure::Steps(all) => {
            let lang = form.lang();
            let options = all.iter().enumerate().map(|(number, step)| (number.to_string(), step.title.get(lang).to_owned())).collect();
            let done = match last.map(|report| report.value) {
                Some(ReportValue::Steps(done)) => done,
                Some(ReportValue::Note | ReportValue::Progress(_)) | None => 0,
            };
            let initial: Vec<String> =
                (0..all.len().min(64)).filter(|number| done >> number & 1 == 1).map(|number| number.to_string()).collect();
            let mut ticked: Vec<u16> = form.ticks("steps", options, &initial).iter().filter_map(|text| text.parse().ok()).collect();
            ticked.sort_unstable();
            ticked.dedup();
            steps = Some(ticked);
        }
        Measure::Binary | Measure::Rollout(_) | Measure::Indicator(_) => {}
    }
    day(form);
    let (note, evidence) = (form.note("note", None), form.files(true));
    if progress.is_none() && steps.is_none() {
        // There is nothing else that such a report could say.
        form.one_of_two(["note", FILES]);
        if note.is_none() && evidence.is_empty() {
            form.is_wrong("note", "page-note-or-files", "");
        }
    }
    ProgressReport { progress, steps, note, evidence, provenance: None }
}

pub(super) fn block(form: &mut Form<'_>) -> Option<Built> {
    let row = form.milestone()?;
    form.reason(false);
    built(&row, C::Block)
}

pub(super) fn unblock(form: &mut Form<'_>) -> Option<Built> {
    let row = form.milestone()?;
    form.reason(true);
    built(&row, C::Unblock)
}

pub(super) fn claim(form: &mut Form<'_>) -> Option<Built> {
    let row = form.milestone()?;
    form.day();
    let claim = Claim { note: form.note("note", None), evidence: form.files(true), provenance: None };
    built(&row, C::ClaimCompletion(claim))
}

/// On the last claim; a refusal needs a reason.
pub(super) fn decide_claim(form: &mut Form<'_>, command: fn(ClaimDecision) -> C, reason: bool) -> Option<Built> {
    let row = form.milestone()?;
    let last = row.life.claims.last().map(|claim| claim.claimed.event.0);
    let claim = EventId(form.known_id("claim", last));
    let note = form.note("note", None);
    form.reason(!reason);
    built(&row, command(ClaimDecision { claim, note }))
}

pub(super) fn admit(form: &mut Form<'_>) -> Option<Built> {
    let row = form.milestone()?;
    let resolution = form.resolution_or_reason();
    built(&row, C::Admit(Resolution { resolution }))
}

pub(super) fn propose_cancellation(form: &mut Form<'_>) -> Option<Built> {
    let row = form.milestone()?;
    form.reason(false);
    let proposal = form.new_id("cancellation");
    built(&row, C::ProposeCancellation(CancellationProposal { proposal }))
}

/// Saying no needs a reason.
pub(super) fn decide_rebaseline(form: &mut Form<'_>, command: fn(ProposalDecision) -> C, no: bool) -> Option<Built> {
    let row = form.milestone()?;
    let pending = row.life.rebaseline_pending.as_ref().map(|(proposal, _, _)| *proposal);
    decide(form, &row, (pending, no), command)
}

pub(super) fn decide_cancellation(form: &mut Form<'_>, command: fn(ProposalDecision) -> C, no: bool) -> Option<Built> {
    let row = form.milestone()?;
    let pending = row.life.cancellation_pending.as_ref().map(|(proposal, _)| *proposal);
    decide(form, &row, (pending, no), command)
}

fn decide(
    form: &mut Form<'_>,
    row: &MilestoneRow,
    (pending, no): (Option<Uuid>, bool),
    command: fn(ProposalDecision) -> C,
) -> Option<Built> {
    let proposal = form.known_id("proposal", pending);
    let resolution = if no {
        let resolution = form.line_or_none("resolution", "");
        form.reason(false);
        resolution
    } else {
        form.resolution_or_reason()
    };
    built(row, command(ProposalDecision { proposal, resolution }))
}

pub(super) fn built(row: &MilestoneRow, command: C) -> Option<Built> {
    Some((Stream::Milestone(row.plan.id), Command::Milestone(command)))
}
