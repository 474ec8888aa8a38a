//! Samples of what happens to a milestone, every measure among them.

use super::{INITIATIVE, Sample, day, evidence, made, quantity, said, text};
use crate::fact;
use crate::milestone::Event;
use crate::milestone::event::{
    Baseline, Blockage, CancellationProposal, Claim, ClaimDecision, Plan, ProgressCorrection, ProgressReport, ProposalDecision, Rebaseline,
    Rebaselined, Resolution, Revision,
};
use crate::milestone::measure::{IndicatorMeasure, Measure, Rollout, Scope, Step};
use crate::text::Text;
use crate::values::{CommissionSlug, EventId, Horizon, IndicatorCode, InitiativeId, Office, Provenance, ProvinceCode, StationCode};

pub(super) fn samples() -> Vec<Sample> {
    let member = || Office::Member(CommissionSlug("technology".into()));
    let resolution = || Some("۱۳۹۸/۱۴".to_owned());
    let decided = |proposal| ProposalDecision { proposal: made(proposal), resolution: resolution() };
    vec![
        said(Office::Founding, event(Event::Planned(Box::new(plan())))),
        said(member(), event(Event::Revised(Box::new(revision())))),
        said(Office::Council, event(Event::Admitted(Resolution { resolution: resolution() }))),
        said(member(), event(Event::RebaselineProposed(Box::new(Rebaseline { proposal: made(20), baseline: baseline(indicator()) }))))
            .because("تغییر شیوهٔ سنجش"),
        said(
            Office::Council,
            event(Event::Rebaselined(Box::new(Rebaselined {
                proposal: made(20),
                baseline: baseline(Measure::Reported),
                resolution: resolution(),
            }))),
        ),
        said(Office::Council, event(Event::RebaselineRefused(ProposalDecision { proposal: made(21), resolution: None })))
            .because("دلیل کافی نیست"),
        said(member(), event(Event::CancellationProposed(CancellationProposal { proposal: made(22) }))).because("دیگر لازم نیست"),
        said(Office::Council, event(Event::Cancelled(decided(22)))),
        said(Office::Council, event(Event::CancellationRefused(decided(23)))).because("تعهد پابرجاست"),
        said(
            member(),
            event(Event::ProgressReported(ProgressReport {
                progress: Some(4_200),
                steps: None,
                note: Some(Text::fa("دوره‌های مرحلهٔ نخست برگزار شد")),
                evidence: evidence(),
                provenance: Some(Provenance::Illustrative),
            })),
        )
        .on("2019-08-22"),
        said(
            member(),
            event(Event::ProgressCorrected(ProgressCorrection {
                corrects: EventId(made(24)),
                report: ProgressReport { steps: Some(vec![0, 2]), ..ProgressReport::default() },
            })),
        )
        .on("2019-08-22")
        .because("مرحلهٔ دوم هنوز تمام نشده بود"),
        said(member(), event(Event::Blocked(Blockage {}))).because("مجوز صادر نشده است"),
        said(member(), event(Event::Unblocked(Blockage {}))),
        said(
            member(),
            event(Event::CompletionClaimed(Claim {
                note: Some(Text::fa("همهٔ کلانتری‌ها تحویل شد")),
                evidence: evidence(),
                provenance: Some(Provenance::Article),
            })),
        )
        .on("2019-09-20"),
        said(
            Office::Inspector,
            event(Event::CompletionVerified(ClaimDecision { claim: EventId(made(25)), note: Some(Text::fa("بازدید شد")) })),
        ),
        said(Office::Inspector, event(Event::CompletionRefused(ClaimDecision { claim: EventId(made(25)), note: None })))
            .because("دو کلانتری آماده نبود"),
    ]
}

fn event(event: Event) -> fact::Event {
    fact::Event::Milestone(event)
}

fn baseline(measure: Measure) -> Baseline {
    Baseline { weight: 120, starts: day("2018-12-21"), due: day("2019-12-20"), horizon: Horizon::Short, measure }
}

fn plan() -> Plan {
    let rollout = Rollout {
        scope: Scope::Province(ProvinceCode("IR-13".into())),
        stations: vec![StationCode("00001".into()), StationCode("00007".into())],
        visits: Some(vec![120_000, 64_500]),
    };
    Plan {
        initiative: InitiativeId(INITIATIVE),
        code: "T-1.1".into(),
        title: text("اتصال کلانتری‌های تهران", "Connect the stations of Tehran"),
        baseline: baseline(Measure::Rollout(rollout)),
        provenance: Some(Provenance::Illustrative),
    }
}

fn revision() -> Revision {
    let steps = vec![Step { title: Text::fa("طراحی"), weight: 1 }, Step { title: Text::fa("اجرا"), weight: 3 }];
    Revision { title: Text::fa("اتصال کلانتری‌های استان تهران"), baseline: baseline(Measure::Steps(steps)) }
}

fn indicator() -> Measure {
    Measure::Indicator(IndicatorMeasure {
        indicator: IndicatorCode("answered-calls".into()),
        baseline: quantity("62.5"),
        target: quantity("90"),
    })
}
