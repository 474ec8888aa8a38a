//! The initiatives of a programme file: proposals, milestones, their first reports and claims.

use tahavol_domain::initiative::event::{Decision, Proposal};
use tahavol_domain::milestone::command::{BaselineChoice, PlanMilestone};
use tahavol_domain::milestone::event::{Claim, ProgressReport};
use tahavol_domain::milestone::measure::{MeasureChoice, Scope, Step as MeasureStep};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::values::{CommissionSlug, DirectiveCode, IndicatorCode, InitiativeId, MilestoneId, ProvinceCode};
use tahavol_domain::{Command, Stream, initiative, milestone};
use toml::Spanned;

use super::Reader;
use crate::import::plan::Phase;
use crate::import::programme_file::{InitiativeEntry, MeasureEntry, MeasureKind, MilestoneEntry, Number, ScopeCode, provenance};

impl Reader<'_> {
    pub(super) fn initiative(&mut self, entry: &InitiativeEntry) {
        let row = self.file.row_of(entry.code.span().start);
        let id = InitiativeId(self.programme.id_of(entry.code.get_ref()));
        let stream = Stream::Initiative(id);
        let proposal = Proposal {
            code: entry.code.get_ref().clone(),
            commission: CommissionSlug(entry.commission.get_ref().clone()),
            horizon: entry.horizon.into(),
            title: entry.title.clone(),
            directives: entry.directives.iter().cloned().map(DirectiveCode).collect(),
            note: entry.note.clone(),
            provenance: provenance(entry.source, entry.illustrative),
        };
        let known = self.snapshot.initiatives.get(&id).cloned();
        match &known {
            Some(known) if known.proposal == proposal || self.is_ours(known.proposed.event.0, row, "propose", &stream) => {
                self.steps.unchanged += 1;
            }
            Some(_) => self.differs(row, "code", entry.code.get_ref()),
            None => {
                let command = Command::Initiative(initiative::Command::Propose(proposal));
                self.push(Phase::Initiatives, row, "propose", stream.clone(), command, None);
            }
        }
        for milestone in &entry.milestones {
            self.milestone(id, milestone);
        }
        if known.is_none_or(|known| known.phase == initiative::Phase::Proposed) {
            let decision = Decision { resolution: self.settings.resolution.clone() };
            let command = Command::Initiative(initiative::Command::Approve(decision));
            self.push(Phase::Approvals, row, "approve", stream, command, None);
        }
    }

    fn milestone(&mut self, initiative: InitiativeId, entry: &MilestoneEntry) {
        let row = self.file.row_of(entry.code.span().start);
        let id = MilestoneId(self.programme.id_of(entry.code.get_ref()));
        let stream = Stream::Milestone(id);
        let (Some(starts), Some(due), Some(measure)) =
            (self.day("starts", &entry.starts), self.day("due", &entry.due), self.measure(row, &entry.measure))
        else {
            return;
        };
        let known = self.snapshot.milestones.get(&id).cloned();
        match &known {
            Some(known) => {
                let first = known.plan.original.as_ref().unwrap_or(&known.plan.current);
                let same = known.plan.title == entry.title && first.weight == entry.weight && first.starts == starts && first.due == due;
                if same || self.is_ours(known.plan.planned.event.0, row, "plan", &stream) {
                    self.steps.unchanged += 1;
                } else {
                    self.differs(row, "code", entry.code.get_ref());
                }
            }
            None => {
                let plan = PlanMilestone {
                    initiative,
                    code: entry.code.get_ref().clone(),
                    title: entry.title.clone(),
                    baseline: BaselineChoice { weight: entry.weight, starts, due, horizon: entry.horizon.map(Into::into), measure },
                    provenance: provenance(entry.source, entry.illustrative),
                };
                let command = Command::Milestone(milestone::Command::Plan(Box::new(plan)));
                self.push(Phase::Milestones, row, "plan", stream.clone(), command, None);
            }
        }
        if let Some(report) = &entry.reported
            && let Some(on) = self.day("reported.on", &report.on)
        {
            let row = self.file.row_of(report.on.span().start);
            if known.as_ref().is_some_and(|known| known.reports.iter().any(|told| told.effective_on == on)) {
                self.steps.unchanged += 1;
            } else if let Some(progress) = self.fraction(row, &report.fraction) {
                let provenance = provenance(report.source, report.illustrative);
                let report = ProgressReport { progress: Some(progress), provenance, ..ProgressReport::default() };
                let command = Command::Milestone(milestone::Command::ReportProgress(report));
                self.push(Phase::Facts, row, "report", stream.clone(), command, Some(on));
            }
        }
        if let Some(claim) = &entry.claimed
            && let Some(on) = self.day("claimed.on", &claim.on)
        {
            let row = self.file.row_of(claim.on.span().start);
            if known.as_ref().is_some_and(|known| known.life.claims.iter().any(|told| told.effective_on == on)) {
                self.steps.unchanged += 1;
            } else {
                let claim = Claim { provenance: provenance(claim.source, claim.illustrative), ..Claim::default() };
                let command = Command::Milestone(milestone::Command::ClaimCompletion(claim));
                self.push(Phase::Facts, row, "claim", stream, command, Some(on));
            }
        }
    }

    fn measure(&mut self, row: u64, entry: &MeasureEntry) -> Option<MeasureChoice> {
        Some(match entry.kind {
            MeasureKind::Binary => MeasureChoice::Binary,
            MeasureKind::Reported => MeasureChoice::Reported,
            MeasureKind::Steps => {
                let steps = entry.steps.iter().flatten();
                MeasureChoice::Steps(steps.map(|step| MeasureStep { title: step.title.clone(), weight: step.weight }).collect())
            }
            MeasureKind::Rollout => {
                let Some(scope) = &entry.scope else {
                    self.wrong(row, "measure.scope", "IMPORT_MISSING", "scope");
                    return None;
                };
                let scope = match (scope.get_ref(), &entry.province) {
                    (ScopeCode::All, _) => Scope::All,
                    (ScopeCode::Target, _) => Scope::Target,
                    (ScopeCode::Unnetworked, _) => Scope::Unnetworked,
                    (ScopeCode::TargetUnnetworked, _) => Scope::TargetUnnetworked,
                    (ScopeCode::Province, Some(province)) => Scope::Province(ProvinceCode(province.clone())),
                    (ScopeCode::Province, None) => {
                        self.wrong(row, "measure.province", "IMPORT_MISSING", "province");
                        return None;
                    }
                };
                MeasureChoice::Rollout { scope, weigh_by_visits: entry.weight_by.is_some() }
            }
            MeasureKind::Indicator => match &entry.indicator {
                Some(code) => MeasureChoice::Indicator(IndicatorCode(code.clone())),
                None => {
                    self.wrong(row, "measure.indicator", "IMPORT_MISSING", "indicator");
                    return None;
                }
            },
        })
    }

    /// A share of one as basis points.
    fn fraction(&mut self, row: u64, fraction: &Spanned<Number>) -> Option<u16> {
        let micros = self.number(row, "fraction", *fraction.get_ref())?.micros();
        match u16::try_from(micros / 100) {
            Ok(points) if (0..=1_000_000).contains(&micros) && micros % 100 == 0 => Some(points),
            _ => {
                self.wrong(row, "fraction", "IMPORT_FRACTION", Quantity::from_micros(micros).unwrap_or(Quantity::MAX));
                None
            }
        }
    }
}
