//! The table's rows on the work itself: initiatives, milestones, stations and indicators; by hand, so that it is a second opinion.

use serde_json::{Value, json};

use crate::governing::{NOTHING, of_accounts, of_commissions, of_the_programme, text};
use crate::world::{INDICATOR, INITIATIVE, Things};
use crate::{CHAIR, COMMISSION, COMMISSION_AND_REPORTER, COUNCIL, INSPECTOR, REPORTER};

/// One way to say a mutation, and who may. Whoever may is mostly refused by a later rule, so that the next finds things as they were.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// What `viewer { can }` is asked about; nothing where it is no command of the ledger.
    pub(crate) on: &'static str,
    pub(crate) may: &'static [&'static str],
    pub(crate) input: Value,
    /// What the others are told.
    pub(crate) refusals: &'static [&'static str],
}

pub(crate) fn row(name: &'static str, on: &'static str, may: &'static [&'static str], input: Value) -> Row {
    Row { name, on, may, input, refusals: &["NOT_PERMITTED"] }
}

pub(crate) fn all(things: &Things) -> Vec<Row> {
    let parts = [
        of_the_programme(things),
        of_commissions(),
        of_initiatives(),
        of_milestones(things),
        of_stations(things),
        of_indicators(),
        of_measurements(things),
        of_accounts(things),
    ];
    parts.into_iter().flatten().collect()
}

/// A commission proposes, its chair submits, the council decides.
fn of_initiatives() -> Vec<Row> {
    let it = || json!({ "initiative": INITIATIVE });
    let blank = text(" ");
    let proposal = json!({ "code": INITIATIVE, "commission": "technology", "horizon": "LONG", "title": blank });
    let revision = json!({ "initiative": INITIATIVE, "horizon": "LONG", "title": blank });
    let allocation = json!({ "initiative": INITIATIVE, "amount": "0", "resource": blank, "unit": " ", "resolution": " " });
    let risk = json!({ "initiative": INITIATIVE, "impact": 9, "likelihood": 9, "title": blank });
    vec![
        row("initiativePropose", "commission", COMMISSION, proposal),
        row("initiativeRevise", "initiative", COMMISSION, revision),
        row("initiativeSubmit", "initiative", CHAIR, it()),
        row("initiativeApprove", "initiative", COUNCIL, it()),
        row("initiativeReturn", "initiative", COUNCIL, it()),
        row("initiativeReject", "initiative", COUNCIL, it()),
        row("initiativeSuspend", "initiative", COUNCIL, it()),
        row("initiativeResume", "initiative", COUNCIL, it()),
        row("initiativeComplete", "initiative", COUNCIL, it()),
        row("initiativeCancel", "initiative", COUNCIL, it()),
        row("initiativeAllocateResources", "initiative", COUNCIL, allocation),
        row("initiativeRaiseRisk", "initiative", COMMISSION, risk),
        row("initiativeCloseRisk", "initiative", COMMISSION, json!({ "initiative": INITIATIVE, "risk": NOTHING })),
    ]
}

/// A commission plans, reports and claims; the council admits and moves promises; an inspector verifies.
fn of_milestones(things: &Things) -> Vec<Row> {
    let code = &things.milestone;
    let it = || json!({ "milestone": code });
    let with = |key: &str| json!({ "milestone": code, key: NOTHING });
    let baseline = json!({ "weight": 0, "starts": "2026-11-23", "due": "2026-11-23", "measure": { "binary": true } });
    let plan = json!({ "initiative": INITIATIVE, "code": code, "title": text(" "), "baseline": baseline });
    let revision = json!({ "milestone": code, "title": text(" "), "baseline": baseline });
    vec![
        row("milestonePlan", "initiative", COMMISSION, plan),
        row("milestoneRevise", "milestone", COMMISSION, revision),
        row("milestoneAdmit", "milestone", COUNCIL, it()),
        row("milestoneProposeRebaseline", "milestone", COMMISSION, json!({ "milestone": code, "baseline": baseline })),
        row("milestoneApproveRebaseline", "milestone", COUNCIL, with("proposal")),
        row("milestoneRefuseRebaseline", "milestone", COUNCIL, with("proposal")),
        row("milestoneProposeCancellation", "milestone", COMMISSION, it()),
        row("milestoneApproveCancellation", "milestone", COUNCIL, with("proposal")),
        row("milestoneRefuseCancellation", "milestone", COUNCIL, with("proposal")),
        row("milestoneReportProgress", "milestone", COMMISSION, json!({ "milestone": code, "progress": 20_000 })),
        row("milestoneCorrectProgress", "milestone", COMMISSION, with("corrects")),
        row("milestoneBlock", "milestone", COMMISSION, it()),
        row("milestoneUnblock", "milestone", COMMISSION, it()),
        row("milestoneClaimCompletion", "milestone", COMMISSION, json!({ "milestone": code, "note": text(" ") })),
        row("milestoneVerifyCompletion", "milestone", INSPECTOR, with("claim")),
        row("milestoneRefuseCompletion", "milestone", INSPECTOR, with("claim")),
    ]
}

/// Stations are their province's to report, whatever commission plans what comes to them.
fn of_stations(things: &Things) -> Vec<Row> {
    let code = &things.station;
    let it = || json!({ "station": code });
    let registration = json!({ "code": code, "kind": "STATION", "name": text(" "), "networked": false, "province": "IR-13",
        "annualVisits": 0, "annualCases": 0 });
    let delivery = json!({ "station": code, "milestone": things.milestone });
    let revocation = json!({ "station": code, "milestone": things.milestone, "delivery": NOTHING });
    vec![
        row("stationRegister", "province", REPORTER, registration),
        row("stationRecordVolume", "station", REPORTER, json!({ "station": code, "annualVisits": 1, "annualCases": 1 })),
        row("stationRecordNetwork", "station", REPORTER, it()),
        row("stationRecordNetworkLoss", "station", REPORTER, it()),
        row("stationRecordDelivery", "station", REPORTER, delivery),
        row("stationRevokeDelivery", "station", REPORTER, revocation),
        row("stationClose", "station", REPORTER, it()),
    ]
}

fn of_indicators() -> Vec<Row> {
    let meaning = json!({ "title": text(" "), "unit": " ", "direction": "OBSERVE" });
    let definition = json!({ "code": INDICATOR, "commission": "technology", "aggregation": "LATEST", "meaning": meaning });
    vec![
        row("indicatorDefine", "commission", COMMISSION, definition),
        row("indicatorRedefine", "indicator", COMMISSION, json!({ "indicator": INDICATOR, "meaning": meaning })),
        row("indicatorSetTarget", "indicator", COUNCIL, json!({ "indicator": INDICATOR, "horizon": "LONG", "value": "1" })),
    ]
}

/// The commission's everywhere, a reporter's in the own province; an inspector looks at them.
fn of_measurements(things: &Things) -> Vec<Row> {
    const AND_THE_OTHER: &[&str] = &["chair.technology", "secretary.technology", "member.technology", "reporter.IR-07"];
    let value = json!({ "plain": "1" });
    let recorded = |scope: Value| {
        let period = json!({ "days": { "start": "2026-09-01", "end": "2099-09-30" } });
        json!({ "indicator": INDICATOR, "period": period, "scope": scope, "value": value })
    };
    let corrected = |id: &str| json!({ "indicator": INDICATOR, "corrects": id, "value": { "plain": "2" } });
    let named = |id: &str| json!({ "indicator": INDICATOR, "measurement": id });
    let (national, provincial) = (&things.national, &things.provincial);
    vec![
        row("indicatorRecordMeasurement", "indicator", COMMISSION, recorded(json!({ "national": true }))),
        row("indicatorRecordMeasurement", "indicator", COMMISSION_AND_REPORTER, recorded(json!({ "province": "IR-13" }))),
        row("indicatorRecordMeasurement", "indicator", COMMISSION_AND_REPORTER, recorded(json!({ "station": things.station }))),
        row("indicatorRecordMeasurement", "indicator", AND_THE_OTHER, recorded(json!({ "province": "IR-07" }))),
        row("indicatorVerifyMeasurement", "indicator", INSPECTOR, named(national)),
        row("indicatorContestMeasurement", "indicator", INSPECTOR, named(national)),
        row("indicatorCorrectMeasurement", "indicator", COMMISSION, corrected(national)),
        row("indicatorCorrectMeasurement", "indicator", COMMISSION_AND_REPORTER, corrected(provincial)),
        row("indicatorWithdrawMeasurement", "indicator", COMMISSION, named(national)),
        row("indicatorWithdrawMeasurement", "indicator", COMMISSION_AND_REPORTER, named(provincial)),
    ]
}
