//! Who may read what: drafts of a commission, asked for by every field there is, by those who may and those who may not.

mod decided;
mod public;

use std::collections::BTreeSet;
use std::time::Duration;

use async_graphql::{Request, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tahavol_domain::policy::Within;
use tahavol_domain::text::Lang;
use tahavol_domain::values::{ActorId, CommissionSlug, Person};
use tahavol_graphql::{Caller, Limits, TahavolSchema, schema_with_clock};
use tahavol_projections::Snapshot;

use crate::support::{World, codes, milestone, person};

/// Stands in every text of every draft, and nowhere else.
const SECRET: &str = "پنهان";

/// Asks in the name of nobody; the schema decides whether nobody may.
const NOBODY: &str = "";

struct Told {
    world: World,
    /// Everything that was recorded of the drafts of `technology`.
    hidden: BTreeSet<u64>,
    review: String,
    proposal: String,
}

impl std::ops::Deref for Told {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Told {
    /// Two commissions, and of `technology`: an initiative `I-2` that was returned, with a milestone `M-2` and a risk; a milestone
    /// `M-3` of the approved `I-1` that was not admitted; a proposal to move `M-1`.
    async fn of_two_commissions() -> Told {
        let world = World::programme().await;
        let commission = json!({ "slug": "training", "title": { "fa": "آموزش" }, "remit": { "fa": "آموزش" } });
        world.done("c1", "commissionEstablish", commission).await;
        for (actor, role) in [("tchair", "CHAIR"), ("tmem", "MEMBER")] {
            let appointment = json!({ "commission": "training", "person": person(actor), "role": role, "reason": "r" });
            world.done("c1", "commissionMemberAppoint", appointment).await;
        }
        let mut told = Told { world, hidden: BTreeSet::new(), review: String::new(), proposal: String::new() };
        let secret = json!({ "fa": SECRET });
        let proposal = json!({ "code": "I-2", "commission": "technology", "horizon": "SHORT", "title": secret, "note": secret });
        told.drafted("mem", "initiativePropose", proposal).await;
        let planned = |initiative: &str, code: &str| {
            let mut planned = milestone(code, json!({ "reported": true }));
            planned["initiative"] = json!(initiative);
            planned["title"] = json!({ "fa": SECRET });
            planned
        };
        told.drafted("mem", "milestonePlan", planned("I-2", "M-2")).await;
        let risk = json!({ "initiative": "I-2", "title": secret, "likelihood": 1, "impact": 1, "mitigation": secret });
        told.drafted("mem", "initiativeRaiseRisk", risk).await;
        told.drafted("chair", "initiativeSubmit", json!({ "initiative": "I-2" })).await;
        told.drafted("c1", "initiativeReturn", json!({ "initiative": "I-2", "reason": SECRET })).await;
        told.drafted("mem", "milestonePlan", planned("I-1", "M-3")).await;
        told.drafted("mem", "milestoneBlock", json!({ "milestone": "M-3", "reason": SECRET })).await;
        let baseline = json!({ "weight": 77, "starts": "2025-04-01", "due": "2025-10-01", "measure": { "reported": true } });
        let move_it = json!({ "milestone": "M-1", "baseline": baseline, "reason": SECRET });
        told.drafted("mem", "milestoneProposeRebaseline", move_it).await;
        // Something for everybody after all that.
        told.world.done("mem", "milestoneReportProgress", json!({ "milestone": "M-1", "progress": 1000 })).await;
        let held = json!({ "kind": "STOCK_TAKE", "title": { "fa": "ارزیابی" }, "strengths": [], "weaknesses": [], "commendations": [],
            "actions": [] });
        told.world.done("c1", "reviewHold", held).await;
        let found =
            told.world.ask("c1", "{ reviews { nodes { uuid } } milestone(code: \"M-1\") { pendingRebaseline { proposal } } }").await;
        told.review = found["reviews"]["nodes"][0]["uuid"].as_str().unwrap().to_owned();
        told.proposal = found["milestone"]["pendingRebaseline"]["proposal"].as_str().unwrap().to_owned();
        told
    }

    async fn drafted(&mut self, actor: &str, name: &str, input: Value) {
        let done = self.world.done(actor, name, input).await;
        self.hidden.insert(done["position"].as_u64().unwrap());
    }

    fn head(&self) -> u64 {
        self.app.snapshot().position.unwrap()
    }

    /// The same programme with its public view open.
    fn open(&self) -> TahavolSchema {
        schema_with_clock(self.app.clone(), Limits { public_view: true, ..Limits::default() }, self.clock.clone())
    }

    async fn heard(&self, schema: &TahavolSchema, caller: Option<Caller>, query: &str) -> Response {
        let request = Request::new(query).data(Lang::Fa);
        let request = match caller {
            Some(caller) => request.data(caller),
            None => request,
        };
        tokio::time::timeout(Duration::from_secs(30), schema.execute(request)).await.unwrap()
    }

    /// All that is answered, errors and extensions included.
    async fn said(&self, actor: &str, query: &str) -> String {
        let (schema, caller) = match actor {
            NOBODY => (self.open(), None),
            // The council's own token, bounded to another commission.
            "token" => (self.schema.clone(), Some(bounded("c1", "training"))),
            actor => (self.schema.clone(), Some(unlimited(actor))),
        };
        serde_json::to_string(&self.heard(&schema, caller, query).await).unwrap()
    }
}

fn unlimited(actor: &str) -> Caller {
    Caller::unlimited(Person { id: ActorId(actor.to_owned()), name: format!("{actor} {actor}") })
}

fn bounded(actor: &str, commission: &str) -> Caller {
    let commissions = Some([CommissionSlug(commission.to_owned())].into());
    Caller { within: Within { commissions, ..Within::default() }, ..unlimited(actor) }
}

/// The other commission, a province's reporter, the administrator, somebody without any office, a bounded token, and the public.
const OTHERS: [&str; 6] = ["tmem", "rep", "root", "stranger", "token", NOBODY];
/// The commission itself, the council, the inspector, the auditor.
const THOSE_WHO_MAY: [&str; 5] = ["mem", "chair", "c1", "ins", "aud"];

fn uuid(snapshot: &Snapshot, code: &str) -> String {
    snapshot.programme.as_ref().unwrap().id.id_of(code).to_string()
}

fn node_id(kind: &str, key: impl std::fmt::Display) -> String {
    URL_SAFE_NO_PAD.encode(format!("{kind}:{key}"))
}

/// Questions whose whole answer shows the drafts to those who may read them.
fn questions(told: &Told) -> Vec<String> {
    let snapshot = told.app.snapshot();
    let (initiative, milestone) = (uuid(&snapshot, "I-2"), uuid(&snapshot, "M-3"));
    let risk = snapshot.initiatives.values().find_map(|row| row.risks.keys().next().copied()).unwrap();
    let (first, last) = (told.hidden.first().unwrap(), told.hidden.last().unwrap());
    let head = told.head();
    let review = &told.review;
    let ids: Vec<String> = [
        node_id("initiative", &initiative),
        node_id("milestone", &milestone),
        node_id("risk", risk),
        node_id("event", first),
        node_id("event", last),
    ]
    .into_iter()
    .map(|id| format!("\"{id}\""))
    .collect();
    let any = "id __typename ... on Initiative { title { fa } } ... on Milestone { title { fa } } ... on Risk { title { fa } } ... on Event { line }";
    let events = "nodes { line sentence reason data }";
    let mut all = vec![
        "{ initiatives { totalCount nodes { code title { fa } note { fa } } } }".to_owned(),
        format!("{{ initiatives(search: \"{SECRET}\") {{ nodes {{ title {{ fa }} }} }} }}"),
        "{ initiatives(phase: RETURNED) { nodes { title { fa } phaseSince { reason } } } }".to_owned(),
        "{ milestones { totalCount nodes { title { fa } pendingRebaseline { proposed { reason } } blocked { reason } } } }".to_owned(),
        format!("{{ milestones(search: \"{SECRET}\") {{ nodes {{ title {{ fa }} }} }} }}"),
        "{ milestones(counted: false) { nodes { title { fa } } } }".to_owned(),
        "{ milestone(code: \"M-1\") { pendingRebaseline { proposed { reason } effect { moved { before { value: planned } } } } } }".to_owned(),
        "{ milestone(code: \"M-1\") { history { nodes { line } } } }".to_owned(),
        "{ initiative(code: \"I-1\") { milestones { title { fa } } } }".to_owned(),
        "{ commission(slug: \"technology\") { initiatives { nodes { title { fa } } } } }".to_owned(),
        "{ risks { nodes { title { fa } mitigation { fa } initiative { title { fa } } } } }".to_owned(),
        "{ initiatives { nodes { risks { title { fa } } milestones { title { fa } } history { nodes { line } } } } }".to_owned(),
        format!("{{ node(id: \"{}\") {{ {any} }} }}", node_id("milestone", &milestone)),
        format!("{{ nodes(ids: [{}]) {{ {any} }} }}", ids.join(", ")),
        format!("{{ initiative(id: \"{initiative}\") {{ title {{ fa }} }} }}"),
        "{ initiative(code: \"I-2\") { title { fa } } }".to_owned(),
        "{ milestone(code: \"M-2\") { title { fa } initiative { title { fa } } } }".to_owned(),
        format!("{{ milestones(initiative: \"{initiative}\") {{ nodes {{ title {{ fa }} }} }} }}"),
        // The past does not tell what today does not.
        format!("{{ initiatives(asOf: {{ position: {head} }}) {{ nodes {{ title {{ fa }} }} }} }}"),
        format!("{{ initiative(code: \"I-2\", asOf: {{ position: {first} }}) {{ title {{ fa }} }} }}"),
        format!("{{ node(id: \"{}\", asOf: {{ position: {last} }}) {{ {any} }} }}", node_id("milestone", &milestone)),
        "{ initiatives(asOf: { instant: \"2025-06-01T06:00:00Z\" }) { nodes { title { fa } } } }".to_owned(),
        format!(
            "{{ review(id: \"{review}\") {{ frozen {{ initiative(code: \"I-2\") {{ title {{ fa }} }}
               milestone(code: \"M-1\") {{ pendingRebaseline {{ proposed {{ reason }} }} }} }} }} }}"
        ),
        // The ledger itself.
        format!("{{ ledger {{ events {{ totalCount {events} }} }} }}"),
        format!("{{ ledger {{ events(order: NEWEST_FIRST, last: 100) {{ {events} }} }} }}"),
        format!("{{ ledger {{ events(text: \"{SECRET}\") {{ totalCount {events} }} }} }}"),
        format!("{{ ledger {{ events(actor: \"mem\") {{ {events} }} }} }}"),
        format!("{{ ledger {{ events(commission: \"technology\") {{ {events} }} }} }}"),
        format!("{{ ledger {{ events(office: \"member:technology\") {{ {events} }} }} }}"),
        format!("{{ ledger {{ events(types: [\"initiative.proposed\", \"milestone\"]) {{ {events} }} }} }}"),
        format!("{{ ledger {{ events(stream: \"initiative-{initiative}\") {{ totalCount {events} }} }} }}"),
        format!("{{ ledger {{ events(stream: \"milestone-{milestone}\", text: \"{SECRET}\") {{ totalCount {events} }} }} }}"),
        format!("{{ ledger(asOf: {{ position: {last} }}) {{ events {{ {events} }} }} }}"),
        format!("{{ ledger {{ event(position: {first}) {{ line }} }} }}"),
        format!("{{ ledger {{ event(id: \"{}\") {{ line }} }} }}", node_id("event", last)),
        format!("{{ timeline(person: \"mem\") {{ totalCount {events} }} }}"),
        format!("{{ timeline(commission: \"technology\") {{ {events} }} }}"),
        format!("{{ timeline(initiative: \"I-1\") {{ {events} }} }}"),
        format!("{{ timeline(milestone: \"M-1\") {{ {events} }} }}"),
        format!("{{ timeline(initiative: \"I-2\") {{ {events} }} }}"),
        // How it came about.
        "{ decisions(first: 20) { totalCount nodes { subject { title } event { line } answers { line } basis { initiative(code: \"I-2\") { title { fa } } } } } }"
            .to_owned(),
        format!("{{ step(position: {last}, direction: BACKWARD) {{ event {{ line }} before {{ value }} after {{ value }} }} }}"),
        format!("{{ step(stream: \"initiative-{initiative}\") {{ event {{ line }} after {{ value }} }} }}"),
        "{ diff(from: { position: 3 }) { text changes(first: 100) { nodes { text subject { title { fa } } events { line } } } late { nodes { event { line } } } } }"
            .to_owned(),
        format!("{{ diff(from: {{ position: 3 }}, to: {{ position: {last} }}, commission: \"technology\") {{ text changes {{ nodes {{ events {{ line }} }} }} }} }}"),
        "{ effect(initiative: \"I-2\") { initiative { title { fa } } } }".to_owned(),
        "{ effect(milestone: \"M-3\") { milestone { title { fa } } } }".to_owned(),
        "{ effect(milestone: \"M-1\") { asked { reason } } }".to_owned(),
        "{ official(actor: \"mem\") { acts { nodes { line } } } }".to_owned(),
    ];
    all.extend(told.hidden.iter().map(|position| format!("{{ step(position: {position}) {{ event {{ line }} after {{ value }} }} }}")));
    all
}

#[tokio::test]
async fn drafts_are_told_to_those_who_may_and_by_no_field_to_anybody_else() {
    let told = Told::of_two_commissions().await;
    let mut shown = BTreeSet::new();
    for query in questions(&told) {
        for actor in OTHERS {
            // A text that somebody looks for is theirs; no answer repeats it.
            let answer = told.said(actor, &query).await;
            assert!(!answer.contains(SECRET), "{actor} is told by {query}: {answer}");
        }
        for actor in THOSE_WHO_MAY {
            let answer = told.said(actor, &query).await;
            assert!(!answer.contains("\"errors\"") || query.contains("effect("), "{actor} {query}: {answer}");
            if answer.contains(SECRET) {
                shown.insert(query.clone());
            }
        }
    }
    // The questions are good ones: those who may are told by nearly all of them.
    let silent: Vec<String> = questions(&told).into_iter().filter(|query| !shown.contains(query)).collect();
    assert!(silent.len() <= told.hidden.len() + 2, "{silent:#?}");
}

#[tokio::test]
async fn what_is_hidden_answers_like_what_is_not_there() {
    let told = Told::of_two_commissions().await;
    let snapshot = told.app.snapshot();
    let other = |text: &str| text.replace("I-2", "I-9").replace("M-3", "M-9").replace("M-2", "M-8");
    let ids: Vec<(String, String)> = ["I-2", "M-2", "M-3"].map(|code| (uuid(&snapshot, code), uuid(&snapshot, &other(code)))).into();
    let swap = |text: &str| {
        let mut swapped = other(text);
        for (hidden, missing) in &ids {
            for kind in ["initiative", "milestone"] {
                swapped = swapped.replace(&node_id(kind, hidden), &node_id(kind, missing));
            }
            swapped = swapped.replace(hidden, missing);
        }
        swapped
    };
    let (initiative, milestone) = (&ids[0].0, &ids[2].0);
    let questions = [
        "{ initiative(code: \"I-2\") { code } milestone(code: \"M-3\") { code } }".to_owned(),
        format!("{{ initiative(id: \"{initiative}\") {{ code }} }}"),
        format!("{{ node(id: \"{}\") {{ id }} }}", node_id("milestone", milestone)),
        "{ milestones(initiative: \"I-2\") { totalCount } }".to_owned(),
        format!("{{ milestones(initiative: \"{initiative}\", asOf: {{ position: 2 }}) {{ totalCount }} }}"),
        "{ progress(initiative: \"I-2\") { planned } }".to_owned(),
        format!("{{ attention(initiative: \"{initiative}\") {{ overdue {{ milestone {{ code }} }} }} }}"),
        "{ timeline(initiative: \"I-2\") { totalCount } }".to_owned(),
        "{ timeline(milestone: \"M-3\") { totalCount } }".to_owned(),
        "{ decisions(initiative: \"I-2\") { totalCount } }".to_owned(),
        "{ decisions(milestone: \"M-2\") { totalCount } }".to_owned(),
        "{ diff(from: { position: 3 }, initiative: \"I-2\") { text } }".to_owned(),
        "{ diff(from: { position: 3 }, milestone: \"M-3\") { text } }".to_owned(),
        "{ effect(initiative: \"I-2\") { cells } }".to_owned(),
        "{ effect(milestone: \"M-3\") { cells } }".to_owned(),
        format!("{{ ledger {{ events(stream: \"initiative-{initiative}\") {{ totalCount }} }} }}"),
        format!("{{ step(stream: \"milestone-{milestone}\") {{ event {{ position }} }} }}"),
    ];
    for query in questions {
        for actor in OTHERS {
            let (hidden, missing) = (told.said(actor, &query).await, told.said(actor, &swap(&query)).await);
            assert_eq!(swap(&hidden), missing, "{actor} {query}");
        }
    }
}

#[tokio::test]
async fn pages_counts_and_neighbours_are_of_what_is_shown() {
    let told = Told::of_two_commissions().await;
    let all: Vec<u64> = (0..=told.head()).collect();
    for actor in ["tmem", "rep", "root", "stranger"] {
        let visible: Vec<u64> = all.iter().copied().filter(|position| !told.hidden.contains(position)).collect();
        let mut walked = Vec::new();
        let mut after = "null".to_owned();
        loop {
            let query = format!(
                "{{ ledger {{ events(first: 3, after: {after}) {{ totalCount totalIsExact nodes {{ position }}
                   pageInfo {{ hasNextPage endCursor }} }} }} }}"
            );
            let page = told.ask(actor, &query).await["ledger"]["events"].clone();
            assert_eq!((&page["totalCount"], &page["totalIsExact"]), (&json!(visible.len()), &json!(true)), "{actor}");
            walked.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["position"].as_u64().unwrap()));
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].to_string();
        }
        assert_eq!(walked, visible, "{actor}");
        let by_mem = told.ask(actor, "{ timeline(person: \"mem\") { totalCount nodes { position } } }").await;
        assert_eq!(by_mem["timeline"]["totalCount"], json!(by_mem["timeline"]["nodes"].as_array().unwrap().len()));
        let (mut stepped, mut next) = (Vec::new(), json!(0));
        while let Some(position) = next.as_u64() {
            let step = told.ask(actor, &format!("{{ step(position: {position}) {{ event {{ position }} previous next }} }}")).await;
            assert_eq!(step["step"]["previous"].as_u64(), stepped.last().copied(), "{actor}");
            stepped.push(step["step"]["event"]["position"].as_u64().unwrap());
            next = step["step"]["next"].clone();
        }
        assert_eq!(stepped, visible, "{actor}");
    }
    let head = told.ask("aud", "{ ledger { events { totalCount } } }").await;
    assert_eq!(head["ledger"]["events"]["totalCount"], json!(all.len()));
}

#[tokio::test]
async fn the_digest_is_that_of_the_whole_picture_for_everybody() {
    let told = Told::of_two_commissions().await;
    let query = format!("{{ review(id: \"{}\") {{ frozen {{ position digest }} }} }}", told.review);
    assert_eq!(told.ask("tmem", &query).await, told.ask("aud", &query).await);
}
