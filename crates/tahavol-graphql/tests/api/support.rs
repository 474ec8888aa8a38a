//! A programme on a ledger of its own, and people who ask it things.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Request, Response, Variables};
use serde_json::{Value, json};
use tahavol_app::{Clock, MemoryEvidence, Options, Tahavol};
use tahavol_domain::calendar::Instant;
use tahavol_domain::text::Lang;
use tahavol_domain::values::{ActorId, Person, Sha256};
use tahavol_graphql::{Caller, Limits, TahavolSchema, schema_with_clock};
use tahavol_ledger::{OpenOptions, SqliteLedger};

pub(crate) struct World {
    pub(crate) schema: TahavolSchema,
    pub(crate) app: Tahavol,
    pub(crate) clock: Clock,
    _dir: tempfile::TempDir,
}

impl World {
    /// On the morning of 2025-06-01, with nothing recorded.
    pub(crate) async fn empty() -> World {
        let dir = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open_blocking(dir.path(), &OpenOptions { create: true, ..OpenOptions::default() }).unwrap();
        let clock = Clock::manual(Instant::parse("2025-06-01T06:00:00Z").unwrap());
        let evidence = Arc::new(MemoryEvidence::default());
        evidence.put(Sha256([7; 32]), "application/pdf", 1_234);
        let options =
            Options { named_administrator: Some(ActorId("root".to_owned())), clock: clock.clone(), evidence, ..Options::default() };
        let app = Tahavol::open(Arc::new(ledger), options).await.unwrap();
        let schema = schema_with_clock(app.clone(), Limits::default(), clock.clone());
        World { schema, app, clock, _dir: dir }
    }

    /// Chartered, with officials, a commission, two stations and one approved initiative with one milestone `M-1`.
    pub(crate) async fn programme() -> World {
        let world = World::empty().await;
        world.done("root", "programmeCharter", json!({ "charter": charter() })).await;
        for (actor, office) in [("ins", "inspector"), ("rep", "reporter:IR-23"), ("aud", "auditor"), ("c2", "council")] {
            world.done("c1", "officialAppoint", json!({ "person": person(actor), "office": office, "reason": "by order" })).await;
        }
        let commission = json!({ "slug": "technology", "title": { "fa": "فناوری", "en": "Technology" }, "remit": { "fa": "شبکه" } });
        world.done("c1", "commissionEstablish", commission).await;
        for (actor, role) in [("chair", "CHAIR"), ("mem", "MEMBER")] {
            let appointment = json!({ "commission": "technology", "person": person(actor), "role": role, "reason": "by order" });
            world.done("c1", "commissionMemberAppoint", appointment).await;
        }
        for (code, name, networked) in [("00001", "کلانتری ۱ یزد", true), ("00002", "کلانتری ۱۲ تهران", false)] {
            let station = json!({
                "code": code, "kind": "STATION", "name": { "fa": name }, "province": "IR-23", "networked": networked,
                "annualVisits": 1000, "annualCases": "۱۰۰",
            });
            world.done("rep", "stationRegister", station).await;
        }
        let proposal = json!({ "code": "I-1", "commission": "technology", "horizon": "SHORT", "title": { "fa": "شبکه کردن کلانتری‌ها" } });
        world.done("mem", "initiativePropose", proposal).await;
        world.done("mem", "milestonePlan", milestone("M-1", json!({ "reported": true }))).await;
        world.done("chair", "initiativeSubmit", json!({ "initiative": "I-1" })).await;
        world.done("c1", "initiativeApprove", json!({ "initiative": "I-1", "resolution": "12/3" })).await;
        world
    }

    pub(crate) async fn execute(&self, actor: &str, lang: Lang, query: &str, variables: Value) -> Response {
        self.run(request(actor, lang, query, variables)).await
    }

    pub(crate) async fn run(&self, request: Request) -> Response {
        tokio::time::timeout(Duration::from_secs(30), self.schema.execute(request)).await.unwrap()
    }

    /// Data of a query that succeeds.
    pub(crate) async fn ask(&self, actor: &str, query: &str) -> Value {
        let response = self.execute(actor, Lang::En, query, json!({})).await;
        assert!(response.errors.is_empty(), "{query}: {:?}", response.errors);
        response.data.into_json().unwrap()
    }

    /// Codes of the errors of a query that fails.
    pub(crate) async fn codes(&self, query: &str) -> Vec<String> {
        codes(&self.execute("aud", Lang::En, query, json!({})).await)
    }

    /// The payload of a mutation.
    pub(crate) async fn command(&self, actor: &str, lang: Lang, name: &str, input: Value) -> Value {
        let of = if let Some(field) = name.strip_prefix("commission") {
            assert!(!field.is_empty());
            "Commission"
        } else {
            ""
        };
        let input_type = format!("{of}{}", input_type(name.strip_prefix("commission").filter(|_| !of.is_empty()).unwrap_or(name)));
        let query = format!(
            "mutation($input: {input_type}!) {{ {name}(input: $input) {{ position revision alreadySo visible replayed
               events {{ type position uuid }} conflict {{ expected actual events {{ type by {{ actor }} }} }}
               errors {{ code field message }} meta {{ position logSize }} }} }}"
        );
        let response = self.execute(actor, lang, &query, json!({ "input": input })).await;
        assert!(response.errors.is_empty(), "{name}: {:?}", response.errors);
        response.data.into_json().unwrap()[name].clone()
    }

    /// The payload of a mutation that is accepted.
    pub(crate) async fn done(&self, actor: &str, name: &str, input: Value) -> Value {
        let payload = self.command(actor, Lang::En, name, input).await;
        assert_eq!(payload["errors"], json!([]), "{name}");
        payload
    }

    /// Code and field of a mutation that is refused.
    pub(crate) async fn refused(&self, actor: &str, name: &str, input: Value) -> (String, Option<String>) {
        let payload = self.command(actor, Lang::En, name, input).await;
        assert_eq!(payload["position"], Value::Null, "{payload}");
        let error = &payload["errors"][0];
        (error["code"].as_str().unwrap().to_owned(), error["field"].as_str().map(str::to_owned))
    }
}

pub(crate) fn request(actor: &str, lang: Lang, query: &str, variables: Value) -> Request {
    let caller = Caller::unlimited(Person { id: ActorId(actor.to_owned()), name: format!("{actor} {actor}") });
    Request::new(query).variables(Variables::from_json(variables)).data(caller).data(lang)
}

pub(crate) fn codes(response: &Response) -> Vec<String> {
    let code = |error: &async_graphql::ServerError| error.extensions.as_ref().and_then(|found| found.get("code").cloned());
    response
        .errors
        .iter()
        .map(|error| code(error).map_or(error.message.clone(), |code| code.into_json().unwrap().as_str().unwrap().to_owned()))
        .collect()
}

/// Commands that say the same share one input type.
fn input_type(name: &str) -> String {
    match name {
        "initiativeApprove" | "initiativeReturn" | "initiativeReject" | "initiativeSuspend" | "initiativeResume" | "initiativeComplete"
        | "initiativeCancel" => "InitiativeDecisionInput".to_owned(),
        "milestoneApproveRebaseline" | "milestoneRefuseRebaseline" | "milestoneApproveCancellation" | "milestoneRefuseCancellation" => {
            "MilestoneProposalDecisionInput".to_owned()
        }
        "milestoneVerifyCompletion" | "milestoneRefuseCompletion" => "MilestoneClaimDecisionInput".to_owned(),
        "milestoneBlock" | "milestoneUnblock" => "MilestoneInput".to_owned(),
        "stationRecordNetwork" | "stationRecordNetworkLoss" | "stationClose" => "StationInput".to_owned(),
        "officialProposeRelease" | "officialRelease" => "OfficialReleaseInput".to_owned(),
        "indicatorVerifyMeasurement" | "indicatorContestMeasurement" | "indicatorWithdrawMeasurement" => {
            "IndicatorMeasurementDecisionInput".to_owned()
        }
        other => {
            let (first, rest) = other.split_at(1);
            format!("{}{rest}Input", first.to_uppercase())
        }
    }
}

pub(crate) fn person(actor: &str) -> Value {
    json!({ "actor": actor, "name": format!("{actor} {actor}") })
}

/// A milestone of `I-1`, from 2025-04-01 to 2025-07-09: a hundred days.
pub(crate) fn milestone(code: &str, measure: Value) -> Value {
    json!({
        "initiative": "I-1", "code": code, "title": { "fa": "مرحلهٔ نخست" },
        "baseline": { "weight": 100, "starts": "2025-04-01", "due": "2025-07-09", "measure": measure },
    })
}

pub(crate) fn evidence() -> Value {
    json!({ "digest": "07".repeat(32), "mediaType": "application/pdf", "size": 1234, "title": "صورت‌جلسه" })
}

fn charter() -> Value {
    let horizon =
        |horizon: &str, starts: &str, ends: &str| json!({ "horizon": horizon, "title": { "fa": "افق" }, "starts": starts, "ends": ends });
    json!({
        "slug": "police", "title": { "fa": "برنامه تحول", "en": "The transformation" }, "timeZone": "Asia/Tehran",
        "council": { "title": { "fa": "شورای عالی تحول" }, "chair": { "fa": "فرمانده" } },
        "administrator": person("root"), "firstOfficial": person("c1"),
        "horizons": [
            horizon("SHORT", "2025-01-01", "2025-12-31"),
            horizon("MEDIUM", "2025-01-01", "2027-12-31"),
            horizon("LONG", "2025-01-01", "2030-12-31"),
        ],
        "commissions": ["technology", "training"],
        "provinces": [{ "code": "IR-23", "name": { "fa": "تهران" }, "tileRow": 3, "tileColumn": 4 }],
        "confidence": { "green": "0.98", "amberGreen": "0.95", "amber": "0.90", "amberRed": "0.80" },
    })
}
