//! Separation of duties with offices that are all one's own: nobody decides on, verifies or gives what came from the same person.

use serde_json::{Value, json};

use crate::governing::text;
use crate::world::{INDICATOR, INITIATIVE, World};

/// Is of the council, an inspector and of the commission, each in her own right.
const DOUBLE: &str = "double";
/// Acts in an office that `double` has lent.
const BORROWER: &str = "borrower";

struct Duties {
    world: World,
    /// The last day of the long horizon.
    day: String,
}

impl Duties {
    async fn new() -> Duties {
        let world = World::new(&[], &[DOUBLE, BORROWER]).await;
        let person = json!({ "actor": DOUBLE, "name": DOUBLE });
        for office in ["council", "inspector"] {
            world.done("council", "officialAppoint", json!({ "person": person, "office": office, "reason": "حکم" })).await;
        }
        let role = json!({ "commission": "technology", "person": person, "role": "MEMBER", "reason": "حکم" });
        world.done("council", "commissionMemberAppoint", role).await;
        let horizons = world.read("council", "{ horizons { horizon ends } }").await;
        let long = horizons["horizons"].as_array().unwrap().iter().find(|window| window["horizon"] == "LONG").unwrap();
        let day = long["ends"].as_str().unwrap().to_owned();
        Duties { world, day }
    }

    fn promise(&self, weight: u64) -> Value {
        json!({ "weight": weight, "starts": self.day, "due": self.day, "horizon": "LONG", "measure": { "binary": true } })
    }

    async fn refused(&self, actor: &str, name: &str, input: Value) -> String {
        self.world.refusal(actor, name, &input).await.unwrap_or_else(|| panic!("{name} by {actor} was accepted"))
    }

    /// A milestone of an approved initiative that she has planned and the council has admitted.
    async fn planned(&self, code: &str) {
        let plan = json!({ "initiative": INITIATIVE, "code": code, "title": text("نقطه عطف"), "baseline": self.promise(1) });
        self.world.done(DOUBLE, "milestonePlan", plan).await;
        let admit = json!({ "milestone": code, "resolution": "۱" });
        assert_eq!(self.refused(DOUBLE, "milestoneAdmit", admit.clone()).await, "PROPOSER_DECIDES");
        self.world.done("council", "milestoneAdmit", admit).await;
    }
}

#[tokio::test]
async fn who_proposed_does_not_decide_though_the_council_is_her_office() {
    let duties = Duties::new().await;
    let world = &duties.world;
    let day = world.read("council", "{ viewer { today } }").await["viewer"]["today"].clone();
    let lent = json!({ "from": DOUBLE, "to": { "actor": BORROWER, "name": BORROWER }, "office": "member:technology",
        "starts": day, "ends": day, "reason": "سفر" });
    world.done(DOUBLE, "officeDelegate", lent).await;
    // What is proposed in an office that she has lent is as good as hers.
    for (proposer, code) in [(DOUBLE, "DUTY-A"), (BORROWER, "DUTY-B")] {
        let proposal = json!({ "code": code, "commission": "technology", "horizon": "LONG", "title": text("پیشنهاد") });
        world.done(proposer, "initiativePropose", proposal).await;
        let plan = json!({ "initiative": code, "code": format!("{code}.1"), "title": text("نقطه عطف"), "baseline": duties.promise(1) });
        world.done("member.technology", "milestonePlan", plan).await;
        world.done("chair.technology", "initiativeSubmit", json!({ "initiative": code })).await;
        for decision in ["initiativeApprove", "initiativeReturn", "initiativeReject"] {
            let input = json!({ "initiative": code, "resolution": "۱", "reason": "x" });
            assert_eq!(duties.refused(DOUBLE, decision, input).await, "PROPOSER_DECIDES", "{decision} of what {proposer} proposed");
        }
        world.done("council", "initiativeApprove", json!({ "initiative": code, "resolution": "۱" })).await;
    }
}

#[tokio::test]
async fn who_asks_to_move_or_drop_a_promise_does_not_decide_on_it() {
    let duties = Duties::new().await;
    duties.planned("DUTY-1").await;
    let (moved, dropped) = ("0198c5a0-0000-7000-8000-0000000000a1", "0198c5a0-0000-7000-8000-0000000000a2");
    let ask = json!({ "milestone": "DUTY-1", "proposal": moved, "baseline": duties.promise(2), "reason": "x" });
    duties.world.done(DOUBLE, "milestoneProposeRebaseline", ask).await;
    let decide = |proposal: &str| json!({ "milestone": "DUTY-1", "proposal": proposal, "resolution": "۱", "reason": "x" });
    for decision in ["milestoneApproveRebaseline", "milestoneRefuseRebaseline"] {
        assert_eq!(duties.refused(DOUBLE, decision, decide(moved)).await, "PROPOSER_DECIDES", "{decision}");
    }
    duties.world.done("council", "milestoneApproveRebaseline", decide(moved)).await;
    let ask = json!({ "milestone": "DUTY-1", "proposal": dropped, "reason": "x" });
    duties.world.done(DOUBLE, "milestoneProposeCancellation", ask).await;
    for decision in ["milestoneApproveCancellation", "milestoneRefuseCancellation"] {
        assert_eq!(duties.refused(DOUBLE, decision, decide(dropped)).await, "PROPOSER_DECIDES", "{decision}");
    }
    duties.world.done("council", "milestoneRefuseCancellation", decide(dropped)).await;
}

#[tokio::test]
async fn who_claimed_does_not_verify_nor_does_who_was_of_the_commission_then() {
    let duties = Duties::new().await;
    let world = &duties.world;
    duties.planned("DUTY-2").await;
    world.done("member.technology", "milestoneClaimCompletion", json!({ "milestone": "DUTY-2" })).await;
    let claim =
        world.read("auditor", "{ milestone(code: \"DUTY-2\") { claims { uuid } } }").await["milestone"]["claims"][0]["uuid"].clone();
    let verify = |claim: &Value| json!({ "milestone": "DUTY-2", "claim": claim, "reason": "x" });
    assert_eq!(duties.refused(DOUBLE, "milestoneVerifyCompletion", verify(&claim)).await, "VERIFIER_OF_COMMISSION");
    // To have left the commission since changes nothing of what she was when it was claimed.
    let release = json!({ "commission": "technology", "actor": DOUBLE, "role": "MEMBER", "reason": "x" });
    world.done("council", "commissionMemberRelease", release).await;
    assert_eq!(duties.refused(DOUBLE, "milestoneVerifyCompletion", verify(&claim)).await, "VERIFIER_OF_COMMISSION");
    world.done("inspector", "milestoneRefuseCompletion", verify(&claim)).await;
    let role = json!({ "commission": "technology", "person": { "actor": DOUBLE, "name": DOUBLE }, "role": "MEMBER", "reason": "حکم" });
    world.done("council", "commissionMemberAppoint", role).await;
    world.done(DOUBLE, "milestoneClaimCompletion", json!({ "milestone": "DUTY-2" })).await;
    let claims = world.read("auditor", "{ milestone(code: \"DUTY-2\") { claims { uuid } } }").await["milestone"]["claims"].clone();
    let own = claims.as_array().unwrap().iter().map(|found| &found["uuid"]).find(|found| **found != claim).expect("hers");
    assert_eq!(duties.refused(DOUBLE, "milestoneVerifyCompletion", verify(own)).await, "CLAIMANT_VERIFIES");
    world.done("inspector", "milestoneVerifyCompletion", verify(own)).await;
}

#[tokio::test]
async fn who_measured_or_corrected_does_not_verify_and_nobody_appoints_herself() {
    let duties = Duties::new().await;
    let world = &duties.world;
    let verify = |measurement: &str| json!({ "indicator": INDICATOR, "measurement": measurement });
    let provincial = world.things.provincial.as_str();
    let correct = json!({ "indicator": INDICATOR, "corrects": provincial, "value": { "plain": "7" }, "reason": "x" });
    world.done(DOUBLE, "indicatorCorrectMeasurement", correct).await;
    assert_eq!(duties.refused(DOUBLE, "indicatorVerifyMeasurement", verify(provincial)).await, "RECORDER_VERIFIES");
    world.done("inspector", "indicatorVerifyMeasurement", verify(provincial)).await;
    // Of the country's, which she had no part in, she is a verifier like any other.
    world.done(DOUBLE, "indicatorVerifyMeasurement", verify(&world.things.national)).await;
    let person = json!({ "actor": DOUBLE, "name": DOUBLE });
    for office in ["auditor", "administrator", "reporter:IR-13"] {
        let appoint = json!({ "person": person, "office": office, "reason": "x" });
        assert_eq!(duties.refused(DOUBLE, "officialAppoint", appoint).await, "SELF_APPOINTMENT", "{office}");
    }
    let role = json!({ "commission": "training", "person": person, "role": "CHAIR", "reason": "x" });
    assert_eq!(duties.refused(DOUBLE, "commissionMemberAppoint", role).await, "SELF_APPOINTMENT");
}
