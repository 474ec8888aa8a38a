//! The table's rows on the programme, its commissions and its people, as the rules of the programme say them.

use serde_json::{Value, json};

use crate::rows::{Row, row};
use crate::world::Things;
use crate::{ADMINISTRATOR, COMMISSION, COUNCIL, INSPECTOR, OFFICIALS, WITHOUT_OFFICE};

/// A thing that nobody has made.
pub(crate) const NOTHING: &str = "0198c5a0-0000-7000-8000-00000000dead";

pub(crate) fn text(words: &str) -> Value {
    json!({ "fa": words })
}

/// The council directs and appoints; what is somebody's own to lend and to take back is also theirs.
pub(crate) fn of_the_programme(things: &Things) -> Vec<Row> {
    let person = json!({ "actor": "x", "name": "x" });
    let release = json!({ "actor": "inspector.second", "office": "inspector" });
    let (day, blank) = ("2026-11-23", text(" "));
    let destroyed = "0".repeat(64);
    let mut rows = vec![
        Row { refusals: &["NOT_THE_NAMED_ADMINISTRATOR"], ..row("programmeCharter", "programme", ADMINISTRATOR, charter()) },
        row("officialAppoint", "programme", COUNCIL, json!({ "person": person, "office": "inspector" })),
        row("officialProposeRelease", "official", COUNCIL, release.clone()),
        row("officialRelease", "official", COUNCIL, release),
        Row {
            // Whoever holds an office may try; that it is the own one, only the delegation knows.
            refusals: &["NOT_PERMITTED", "DELEGATION_NOT_OWN"],
            ..row("delegationEnd", "delegation", &["council", "chair.technology"], json!({ "delegation": things.delegation }))
        },
        row("horizonReschedule", "programme", COUNCIL, json!({ "horizon": "LONG", "starts": day, "ends": day })),
        row("directiveIssue", "programme", COUNCIL, json!({ "code": "D-1", "issuer": blank, "title": blank, "issuedOn": day })),
        row("documentApprove", "programme", COUNCIL, json!({ "resolution": " " })),
        row("targetStationsDesignate", "programme", COUNCIL, json!({ "visitShareAbove": "2", "caseShareAbove": "2" })),
        row("reviewHold", "programme", COUNCIL, json!({ "kind": "STOCK_TAKE", "title": blank })),
        row("reviewActionClose", "review", COUNCIL, json!({ "review": NOTHING, "action": NOTHING, "outcome": blank, "evidence": [] })),
        row("evidenceDestroy", "evidence", ADMINISTRATOR, json!({ "digest": destroyed, "confirm": destroyed, "order": " " })),
    ];
    rows.extend(lending());
    rows
}

/// One's own office, but for an auditor's, whose eyes are nobody's to lend but the council's.
fn lending() -> Vec<Row> {
    const OWNERS: [&[&str]; 12] = [
        &["council"],
        &["council", "chair.technology"],
        &["council", "secretary.technology"],
        &["council", "member.technology"],
        &["council", "chair.training"],
        &["council", "secretary.support"],
        &["council", "member.training"],
        &["council", "inspector"],
        &["council", "reporter.IR-13"],
        &["council", "reporter.IR-07"],
        &["council", "administrator"],
        &["council"],
    ];
    let lent = |from: &str| {
        let to = json!({ "actor": "x", "name": "x" });
        json!({ "from": from, "to": to, "office": from.replacen('.', ":", 1), "starts": "2099-01-01", "ends": "2099-01-02" })
    };
    OFFICIALS.iter().zip(OWNERS).map(|(from, may)| row("officeDelegate", "programme", may, lent(from))).collect()
}

fn charter() -> Value {
    let person = json!({ "actor": "x", "name": "x" });
    let confidence = json!({ "green": "0", "amberGreen": "0", "amber": "0", "amberRed": "0" });
    json!({ "charter": {
        "administrator": { "actor": "administrator", "name": "x" }, "firstOfficial": person, "commissions": [], "horizons": [], "provinces": [], "confidence": confidence,
        "council": { "chair": text("x"), "title": text("x") }, "slug": "x", "timeZone": "Asia/Tehran", "title": text("x"),
    } })
}

pub(crate) fn of_commissions() -> Vec<Row> {
    let (slug, blank) = ("technology", text(" "));
    let rate = |voice: &str| json!({ "commission": slug, "confidence": "GREY", "horizon": "LONG", "voice": voice });
    let person = json!({ "actor": "x", "name": "x" });
    vec![
        row("commissionEstablish", "programme", COUNCIL, json!({ "slug": slug, "title": blank, "remit": blank })),
        row("commissionMemberAppoint", "commission", COUNCIL, json!({ "commission": slug, "person": person, "role": "MEMBER" })),
        row("commissionMemberRelease", "commission", COUNCIL, json!({ "commission": slug, "actor": "x", "role": "MEMBER" })),
        row("commissionRate", "commission", COMMISSION, rate("OWN")),
        row("commissionRate", "commission", INSPECTOR, rate("INDEPENDENT")),
    ]
}

/// Beside the ledger: who may sign in is the administrator's to say, what asks in one's own name is one's own.
pub(crate) fn of_accounts(things: &Things) -> Vec<Row> {
    const RECOGNISED: [&str; OFFICIALS.len() + WITHOUT_OFFICE.len()] = {
        let mut all = [""; OFFICIALS.len() + WITHOUT_OFFICE.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = if at < OFFICIALS.len() { OFFICIALS[at] } else { WITHOUT_OFFICE[at - OFFICIALS.len()] };
            at += 1;
        }
        all
    };
    let somebody = json!({ "actor": "somebody" });
    vec![
        row("accountAdd", "", ADMINISTRATOR, json!({ "actor": "council", "name": "x" })),
        row("accountDisable", "", ADMINISTRATOR, somebody.clone()),
        row("accountEnable", "", ADMINISTRATOR, somebody.clone()),
        row("accountReset", "", ADMINISTRATOR, somebody.clone()),
        row("sessionsEnd", "", ADMINISTRATOR, somebody),
        row("serviceTokenMake", "", &RECOGNISED, json!({ "label": " " })),
        // Somebody else's is not there.
        Row {
            refusals: &["TOKEN_NOT_FOUND"],
            ..row("serviceTokenRevoke", "", &["council", "administrator"], json!({ "id": things.token }))
        },
    ]
}
