//! A server with everybody in office, with those who are in none, and with things for every command to be about.

use std::collections::BTreeMap;

use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tahavol_domain::calendar::Date;
use tahavol_tests::data;
use tahavol_tests::server::Server;

/// Every office that somebody can be given and released from by one person.
const GIVEN: [&str; 5] = ["council", "inspector", "administrator", "reporter:IR-13", "auditor"];

/// Who is asked as, and what is asked about.
pub(crate) struct World {
    pub(crate) server: Server,
    tokens: BTreeMap<&'static str, String>,
    /// The input type of every mutation, as the server tells it.
    pub(crate) mutations: BTreeMap<String, String>,
    pub(crate) things: Things,
}

/// Names of what inputs are about, and node ids of the same.
pub(crate) struct Things {
    pub(crate) milestone: String,
    pub(crate) station: String,
    /// Of the country, and of the province IR-13; both of an indicator of the commission.
    pub(crate) national: String,
    pub(crate) provincial: String,
    /// Lent by the chair.
    pub(crate) delegation: String,
    /// A service token of the council's.
    pub(crate) token: String,
    today: String,
    pub(crate) nodes: BTreeMap<&'static str, String>,
}

/// An initiative of the commission that the council has approved, and an indicator of it.
pub(crate) const INITIATIVE: &str = "TEC-1";
pub(crate) const INDICATOR: &str = "policy-1";

impl World {
    /// `more`: who is recognised besides.
    pub(crate) async fn new(environment: &[(&str, &str)], more: &[&'static str]) -> World {
        let directory = data::with_history();
        let made = |actor: &'static str| (actor, data::new_token(directory.path(), actor, &["--name", actor]));
        let mut tokens: BTreeMap<_, _> = ["newcomer", "released", "barred"].iter().chain(more).copied().map(made).collect();
        tokens.insert("forger", "tahavol_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
        let server = Server::of_with(directory, environment);
        let mut world = World { server, tokens, mutations: BTreeMap::new(), things: Things::none() };
        world.mutations = world.told_mutations().await;
        world.things = world.make_things().await;
        world.give_and_take().await;
        world
    }

    async fn told_mutations(&self) -> BTreeMap<String, String> {
        let query = "{ __schema { mutationType { fields { name args { type { ofType { name } } } } } } }";
        let told = self.read("council", query).await["__schema"]["mutationType"]["fields"].clone();
        let text = |value: &Value| value.as_str().expect("a name").to_owned();
        let fields = told.as_array().expect("fields").iter();
        fields.map(|field| (text(&field["name"]), text(&field["args"][0]["type"]["ofType"]["name"]))).collect()
    }

    async fn make_things(&self) -> Things {
        let found = self
            .read(
                "council",
                "{ viewer { today } milestones(commission: \"technology\", counted: true, phase: PLANNED, first: 1) { nodes { code } }
                   stations(province: \"IR-13\", open: true, first: 1) { nodes { code } } }",
            )
            .await;
        let text = |value: &Value| value.as_str().expect("a name").to_owned();
        let today = text(&found["viewer"]["today"]);
        let meaning = json!({ "title": { "fa": "شاخص آزمون" }, "unit": "٪", "direction": "OBSERVE" });
        let indicator = json!({ "code": INDICATOR, "commission": "technology", "aggregation": "LATEST", "meaning": meaning });
        self.done("member.technology", "indicatorDefine", indicator).await;
        let measure = |scope: Value| {
            let period = json!({ "days": { "start": "2026-09-01", "end": "2026-09-30" } });
            json!({ "indicator": INDICATOR, "period": period, "scope": scope, "value": { "plain": "1" } })
        };
        self.done("member.technology", "indicatorRecordMeasurement", measure(json!({ "national": true }))).await;
        self.done("reporter.IR-13", "indicatorRecordMeasurement", measure(json!({ "province": "IR-13" }))).await;
        let lent = json!({ "from": "chair.technology", "to": { "actor": "member.technology", "name": "x" }, "office": "chair:technology",
            "starts": "2099-01-01", "ends": "2099-01-02", "reason": "مأموریت" });
        self.done("chair.technology", "officeDelegate", lent).await;
        let made = "mutation { serviceTokenMake(input: { label: \"x\" }) { serviceToken { id } } }";
        let token = text(&self.read("council", made).await["serviceTokenMake"]["serviceToken"]["id"]);
        let code = text(&found["milestones"]["nodes"][0]["code"]);
        let station = text(&found["stations"]["nodes"][0]["code"]);
        let query = format!(
            "{{ initiative(code: \"{INITIATIVE}\") {{ id }} milestone(code: \"{code}\") {{ id }} station(code: \"{station}\") {{ id }}
               province(code: \"IR-13\") {{ id }} commission(slug: \"technology\") {{ id }} official(actor: \"inspector.second\") {{ id }}
               evidence(first: 1) {{ nodes {{ id }} }} reviews(first: 1) {{ nodes {{ id }} }} decisions(first: 1) {{ nodes {{ position }} }}
               delegations(first: 100) {{ nodes {{ id uuid to {{ actor }} }} }}
               indicator(code: \"{INDICATOR}\") {{ id measurements(first: 10) {{ nodes {{ uuid scope }} }} }} }}"
        );
        let told = self.read("auditor", &query).await;
        let find = |list: &Value, fits: &dyn Fn(&Value) -> bool| {
            list["nodes"].as_array().expect("a list").iter().find(|node| fits(node)).cloned().expect("it is listed")
        };
        let delegation = find(&told["delegations"], &|node| node["to"]["actor"] == "member.technology");
        let measurements = &told["indicator"]["measurements"];
        let measured = |scope: &str| text(&find(measurements, &|node| node["scope"] == scope)["uuid"]);
        let mut nodes = BTreeMap::new();
        for on in ["initiative", "milestone", "station", "province", "commission", "official", "indicator"] {
            nodes.insert(on, text(&told[on]["id"]));
        }
        nodes.insert("evidence", text(&told["evidence"]["nodes"][0]["id"]));
        nodes.insert("review", text(&told["reviews"]["nodes"][0]["id"]));
        nodes.insert("decision", told["decisions"]["nodes"][0]["position"].to_string());
        nodes.insert("delegation", text(&delegation["id"]));
        Things {
            milestone: code,
            station,
            national: measured("NATIONAL"),
            provincial: measured("PROVINCE"),
            delegation: text(&delegation["uuid"]),
            token,
            today,
            nodes,
        }
    }

    /// `released` has held everything, a lent office too; `barred` holds it still, and has an account that is disabled.
    async fn give_and_take(&self) {
        for actor in ["released", "barred"] {
            let person = json!({ "actor": actor, "name": actor });
            for office in GIVEN {
                self.done("council", "officialAppoint", json!({ "person": person, "office": office, "reason": "حکم" })).await;
            }
            let role = json!({ "commission": "technology", "person": person, "role": "MEMBER", "reason": "حکم" });
            self.done("council", "commissionMemberAppoint", role).await;
        }
        for office in GIVEN {
            let release = json!({ "actor": "released", "office": office, "reason": "پایان دوره" });
            if office == "auditor" {
                self.done("council", "officialProposeRelease", release.clone()).await;
                self.done("council.deputy", "officialRelease", release).await;
            } else {
                self.done("council", "officialRelease", release).await;
            }
        }
        let role = json!({ "commission": "technology", "actor": "released", "role": "MEMBER", "reason": "پایان دوره" });
        self.done("council", "commissionMemberRelease", role).await;
        let person = json!({ "actor": "released", "name": "released" });
        let (starts, id) = (&self.things.today, "0198c5a0-0000-7000-8000-000000000001");
        let ends = Date::parse_iso(starts).expect("a day").plus_days(1);
        let lent = json!({ "delegation": id, "from": "council", "to": person, "office": "council", "starts": starts, "ends": ends, "reason": "سفر" });
        self.done("council", "officeDelegate", lent).await;
        self.done("council", "delegationEnd", json!({ "delegation": id, "reason": "بازگشت" })).await;
        self.done("administrator", "accountAdd", json!({ "actor": "barred", "name": "barred" })).await;
        self.done("administrator", "accountDisable", json!({ "actor": "barred" })).await;
    }

    /// As somebody of the lists of this suite.
    pub(crate) fn by(&self, actor: &str, request: RequestBuilder) -> RequestBuilder {
        match (actor, self.tokens.get(actor)) {
            ("nobody", _) => request,
            (_, Some(token)) => request.bearer_auth(token),
            (_, None) => request.bearer_auth(self.server.token(actor)),
        }
    }

    pub(crate) async fn send(&self, actor: &str, query: &str, variables: Value) -> Response {
        let body = json!({ "query": query, "variables": variables });
        self.by(actor, self.server.post("/graphql").json(&body)).send().await.expect("an answer")
    }

    pub(crate) async fn ask(&self, actor: &str, query: &str) -> (u16, Value) {
        let answer = self.send(actor, query, Value::Null).await;
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    /// A query's data.
    pub(crate) async fn read(&self, actor: &str, query: &str) -> Value {
        let (_, answer) = self.ask(actor, query).await;
        assert!(answer["errors"].is_null(), "{query}: {answer}");
        answer["data"].clone()
    }

    /// What a mutation is answered, and with which status.
    pub(crate) async fn order(&self, actor: &str, name: &str, input: &Value) -> (u16, Value) {
        let input_type = self.mutations.get(name).unwrap_or_else(|| panic!("the server has no mutation {name}"));
        let query = format!("mutation ($input: {input_type}!) {{ {name}(input: $input) {{ errors {{ code field message }} }} }}");
        let answer = self.send(actor, &query, json!({ "input": input })).await;
        (answer.status().as_u16(), answer.json().await.expect("JSON"))
    }

    /// The code with which a mutation is refused; none where it is accepted.
    pub(crate) async fn refusal(&self, actor: &str, name: &str, input: &Value) -> Option<String> {
        let (status, answer) = self.order(actor, name, input).await;
        let errors = answer["data"][name]["errors"].as_array();
        assert!(status == 200 && answer["errors"].is_null(), "{name} by {actor}: {answer}");
        let error = errors.unwrap_or_else(|| panic!("{name} by {actor}: {answer}")).first()?;
        Some(error["code"].as_str().expect("a code").to_owned())
    }

    pub(crate) async fn done(&self, actor: &str, name: &str, input: Value) {
        assert_eq!(self.refusal(actor, name, &input).await, None, "{name} by {actor}: {input}");
    }
}

impl Things {
    /// Before there are any.
    fn none() -> Things {
        let nothing = String::new;
        Things {
            milestone: nothing(),
            station: nothing(),
            national: nothing(),
            provincial: nothing(),
            delegation: nothing(),
            token: nothing(),
            today: nothing(),
            nodes: BTreeMap::new(),
        }
    }
}
