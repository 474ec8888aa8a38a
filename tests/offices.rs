//! Offices lived on the real server and at the console: given, lent and ended by whom the rules let, acted in, and answered for.

#[path = "offices/can.rs"]
mod can;
#[path = "offices/console.rs"]
mod console;
#[path = "offices/lent.rs"]
mod lent;
#[path = "offices/two.rs"]
mod two;

use serde_json::{Value, json};
use tahavol_domain::calendar::Date;
use tahavol_tests::server::Server;

/// A person as an input names one.
fn person(actor: &str) -> Value {
    json!({ "actor": actor, "name": format!("{actor} {actor}") })
}

/// A query's data.
async fn read(server: &Server, actor: &str, query: &str) -> Value {
    let answer = server.ask(actor, query, json!({})).await;
    assert!(answer["errors"].is_null(), "{query}: {answer}");
    answer["data"].clone()
}

/// A mutation's payload.
async fn command(server: &Server, actor: &str, name: &str, input: Value) -> Value {
    let input_type = match name {
        "milestoneVerifyCompletion" => "MilestoneClaimDecisionInput".to_owned(),
        "officialProposeRelease" | "officialRelease" => "OfficialReleaseInput".to_owned(),
        "initiativeApprove" | "initiativeReturn" => "InitiativeDecisionInput".to_owned(),
        _ => format!("{}{}Input", name[..1].to_uppercase(), &name[1..]),
    };
    let query = format!(
        "mutation ($input: {input_type}!) {{ {name}(input: $input) {{ position events {{ office by {{ actor }} }} errors {{ code field message }} }} }}"
    );
    let answer = server.ask(actor, &query, json!({ "input": input })).await;
    assert!(answer["errors"].is_null(), "{name}: {answer}");
    answer["data"][name].clone()
}

/// A mutation that is accepted.
async fn done(server: &Server, actor: &str, name: &str, input: Value) -> Value {
    let payload = command(server, actor, name, input).await;
    assert_eq!(payload["errors"], json!([]), "{name} by {actor}");
    payload
}

/// The code of a mutation that is refused.
async fn refused(server: &Server, actor: &str, name: &str, input: Value) -> String {
    let payload = command(server, actor, name, input).await;
    assert!(payload["position"].is_null(), "{name} by {actor}: {payload}");
    payload["errors"][0]["code"].as_str().expect("a code").to_owned()
}

/// The civil day that it is at the server.
async fn today(server: &Server) -> String {
    read(server, "council", "{ viewer { today } }").await["viewer"]["today"].as_str().expect("a day").to_owned()
}

/// An office lent for today and, should midnight come meanwhile, tomorrow.
async fn lend(server: &Server, from: &str, to: &str, office: &str) -> Value {
    let starts = today(server).await;
    let ends = Date::parse_iso(&starts).expect("a day").plus_days(1);
    let input = json!({ "from": from, "to": person(to), "office": office, "starts": starts, "ends": ends, "reason": "مأموریت" });
    done(server, from, "officeDelegate", input).await
}

/// A proposal of the technology commission with one milestone.
async fn propose(server: &Server, code: &str) {
    let title = json!({ "fa": "پیشنهادی برای آزمون" });
    let proposal = json!({ "code": code, "commission": "technology", "horizon": "LONG", "title": title });
    done(server, "member.technology", "initiativePropose", proposal).await;
    let ends = read(server, "council", "{ programme { horizons { horizon ends } } }").await;
    let ends = ends["programme"]["horizons"].as_array().expect("horizons").iter().find(|window| window["horizon"] == "LONG");
    let day = ends.expect("the long horizon")["ends"].clone();
    let milestone = json!({
        "initiative": code, "code": format!("{code}.1"), "title": title,
        "baseline": { "weight": 1, "starts": day, "due": day, "measure": { "binary": true } },
    });
    done(server, "member.technology", "milestonePlan", milestone).await;
}
