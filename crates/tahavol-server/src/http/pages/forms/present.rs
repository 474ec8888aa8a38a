//! How a milestone stands when somebody is to speak on it.

use std::sync::Arc;

use tahavol_app::Subject;
use tahavol_domain::Kind;
use tahavol_domain::milestone::measure::Measure;
use tahavol_projections::progress::{BaselineKind, milestone_progress};
use tahavol_projections::reports::ReportValue;
use tahavol_projections::rows::MilestoneRow;
use tahavol_web::address;
use tahavol_web::forms::Present;
use tahavol_web::mark::Voices;
use tahavol_web::sheet::Sheet;

use super::super::reading::Reading;

/// Of what is reported, claimed or decided; none of anything else.
pub(super) fn of(reading: &Reading, kind: Kind, subject: &Subject) -> Option<Present> {
    let decides = matches!(kind, Kind::MilestoneVerifyCompletion | Kind::MilestoneRefuseCompletion);
    let says = matches!(kind, Kind::MilestoneReportProgress | Kind::MilestoneCorrectProgress | Kind::MilestoneClaimCompletion);
    let Subject::Milestone(id) = subject else { return None };
    let row = reading.live.milestones.get(id).filter(|_| decides || says)?;
    let last = row.reports.iter().max_by_key(|report| (report.effective_on, report.position));
    Some(Present {
        voices: Voices::from(&milestone_progress(&reading.live, *id, reading.today, BaselineKind::Current)),
        last: last.map(|report| (told(&reading.sheet(), report.value), report.effective_on)),
        source: if kind == Kind::MilestoneReportProgress { source(row) } else { None },
        claim: if decides { row.life.claims.last().map(Arc::clone) } else { None },
    })
}

/// What a report says.
pub(super) fn told(sheet: &Sheet<'_>, value: ReportValue) -> String {
    match value {
        ReportValue::Progress(points) => sheet.hand.share(points),
        ReportValue::Steps(done) => sheet.telling("page-steps-done", sheet.hand.number(done.count_ones())),
        ReportValue::Note => sheet.word("page-report-note"),
    }
}

/// What a report does not move.
fn source(row: &MilestoneRow) -> Option<(&'static str, String)> {
    match &row.plan.current.measure {
        Measure::Reported | Measure::Steps(_) => None,
        Measure::Binary => Some(("page-source-binary", address::act(Kind::MilestoneClaimCompletion.name(), &row.plan.code))),
        Measure::Rollout(_) => Some(("page-source-rollout", format!("{}#provinces-title", address::milestone(&row.plan.code)))),
        Measure::Indicator(goal) => Some(("page-source-indicator", address::indicator(&goal.indicator.0))),
    }
}
