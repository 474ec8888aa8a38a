//! Every address beside GraphQL asked by everybody; the list of them is the sources'.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tahavol_tests::binary::root;

use crate::world::World;
use crate::{OFFICIALS, UNKNOWN, WITHOUT_OFFICE};

/// Who is answered, and how.
enum Answered {
    /// Everybody alike, whatever they show.
    All(u16),
    /// Everybody who is recognised; others are told to say who they are.
    Recognised(u16),
    /// Some of them; the others are told that it is not theirs.
    Only(&'static [&'static str], u16, u16),
    /// A browser's session alone, whatever else is shown: others are led to where one signs in, or refused.
    Session,
    /// By other tests of this suite.
    Elsewhere,
}

use Answered::{All, Elsewhere, Only, Recognised, Session};

const WHOLE_LEDGER: &[&str] = &["council", "inspector", "auditor"];

/// The route as the server has it, the method, an address of it, and who is answered. Routes of the log stand under `/log`. Pages about
/// the programme are not in it: all of them lead strangers to where one signs in.
const ROUTES: [(&str, &str, &str, Answered); 31] = [
    ("/graphql", "GET", "", Elsewhere),
    ("/graphql/ws", "GET", "", Elsewhere),
    ("/graphiql", "GET", "/graphiql", All(200)),
    ("/graphiql/{file}", "GET", "/graphiql/page.js", All(200)),
    // Whoever could never refer to a file has no business filling the store.
    ("/evidence", "POST", "/evidence", Only(SENDERS, 201, 403)),
    ("/evidence/{digest}", "GET", "/evidence/$file", Recognised(200)),
    ("/checkpoint", "GET", "/log/checkpoint", All(200)),
    ("/cosigned-checkpoint", "GET", "/log/cosigned-checkpoint", All(404)),
    ("/tile/{*path}", "GET", "/log/tile/0/000", All(200)),
    ("/tile/{*path}", "GET", "/log/tile/entries/000", Only(WHOLE_LEDGER, 200, 403)),
    ("/proof/{position}", "GET", "/log/proof/1", Recognised(200)),
    ("/consistency/{from}/{to}", "GET", "/log/consistency/1/2", All(200)),
    ("/session", "GET", "/session", Recognised(200)),
    ("/healthz", "GET", "/healthz", All(200)),
    ("/readyz", "GET", "/readyz", All(200)),
    ("/metrics", "GET", "/metrics", All(200)),
    ("/", "GET", "/", All(303)),
    ("/assets/{name}", "GET", "/assets/nothing.css", All(404)),
    ("/sign-in", "GET", "/sign-in", All(200)),
    ("/sign-in", "POST", "/sign-in", Session),
    ("/sign-in/code", "GET", "/sign-in/code", All(303)),
    ("/sign-in/provider", "GET", "/sign-in/provider", All(303)),
    ("/sign-out", "POST", "/sign-out", Session),
    ("/link/{link}", "GET", "/link/nothing", All(404)),
    ("/link/{link}", "POST", "/link/nothing", Session),
    ("/account", "GET", "/account", Session),
    ("/account/password", "POST", "/account/password", Session),
    ("/account/second-factor", "GET", "/account/second-factor", Session),
    ("/account/second-factor/confirm", "POST", "/account/second-factor/confirm", Session),
    ("/account/second-factor/remove", "POST", "/account/second-factor/remove", Session),
    ("/account/sign-out-everywhere", "POST", "/account/sign-out-everywhere", Session),
];

/// Those whose commands refer to files.
const SENDERS: &[&str] = &[
    "council",
    "chair.technology",
    "secretary.technology",
    "member.technology",
    "chair.training",
    "secretary.support",
    "member.training",
    "inspector",
    "reporter.IR-13",
    "reporter.IR-07",
    "administrator",
];

#[test]
fn every_route_of_the_server_stands_in_the_table() {
    let mut there = BTreeSet::new();
    routes(&root().join("crates/tahavol-server/src/http"), &mut there);
    there.retain(|route| !pages().contains(route));
    let named: BTreeSet<String> = ROUTES.iter().map(|(route, ..)| (*route).to_owned()).collect();
    assert_eq!(named, there);
}

#[tokio::test]
async fn no_page_about_the_programme_is_shown_to_a_stranger() {
    let world = World::new(&[], &[]).await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut wrong = Vec::new();
    for route in pages() {
        let address = format!("{}{}", world.server.address, filled(&route));
        for stranger in UNKNOWN {
            for request in [client.get(&address), client.post(&address).header("content-type", FORM).body("csrf=x")] {
                let answer = world.by(stranger, request).send().await.unwrap();
                let (status, place) = (answer.status().as_u16(), answer.headers().get("location").cloned());
                let leads_to_the_door = place.is_some_and(|place| place.to_str().unwrap().starts_with("/sign-in"));
                if !(matches!(status, 401 | 403 | 405) || status == 303 && leads_to_the_door) {
                    wrong.push(format!("{route} to {stranger}: {status}"));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

const FORM: &str = "application/x-www-form-urlencoded";

/// The routes of the pages about the programme: written out, or by the name of a constant of `tahavol_web::address`.
fn pages() -> BTreeSet<String> {
    let folder = root().join("crates/tahavol-server/src/http/pages");
    let mut found = BTreeSet::new();
    routes(&folder, &mut found);
    let addresses = fs::read_to_string(root().join("crates/tahavol-web/src/address.rs")).unwrap();
    for name in named(&folder) {
        let value = addresses.split(&format!("const {name}: &str = \"")).nth(1).unwrap_or_else(|| panic!("{name} is an address"));
        found.insert(value[..value.find('"').unwrap()].to_owned());
    }
    assert!(found.len() > 10, "{found:?}");
    found
}

/// What stands within `.route(address::…,`.
fn named(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in files(folder) {
        let text = fs::read_to_string(&path).unwrap();
        found.extend(text.split(".route(address::").skip(1).map(|rest| rest[..rest.find(',').unwrap()].to_owned()));
    }
    found
}

/// An address of a route: something stands in each of its places.
fn filled(route: &str) -> String {
    let segments = route.split('/').map(|segment| if segment.starts_with('{') { "1" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// What stands first within `.route("…"`.
fn routes(folder: &Path, found: &mut BTreeSet<String>) {
    for path in files(folder) {
        let text = fs::read_to_string(&path).unwrap();
        found.extend(text.split(".route(\"").skip(1).map(|rest| rest[..rest.find('"').unwrap()].to_owned()));
    }
}

#[tokio::test]
async fn an_address_answers_those_whom_the_table_names() {
    let world = World::new(&[], &[]).await;
    let file = world.read("council", "{ evidence(first: 1) { nodes { digest } } }").await["evidence"]["nodes"][0]["digest"].clone();
    // Where somebody is led, is an answer of its own.
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut wrong = Vec::new();
    for (_, method, address, answered) in ROUTES {
        let address = format!("{}{}", world.server.address, address.replace("$file", file.as_str().unwrap()));
        for (number, actor) in OFFICIALS.into_iter().chain(WITHOUT_OFFICE).chain(UNKNOWN).enumerate() {
            let is_known = !UNKNOWN.contains(&actor);
            let expected = match answered {
                Elsewhere => continue,
                All(status) => Some(status),
                Recognised(status) => Some(if is_known { status } else { 401 }),
                Only(_, _, _) if !is_known => Some(401),
                Only(some, status, refused) => Some(if some.contains(&actor) { status } else { refused }),
                Session => None,
            };
            let (content, body) = match answered {
                Session => (FORM, "csrf=x".to_owned()),
                // A file of each one's own, so that each is new.
                All(_) | Recognised(_) | Only(..) | Elsewhere => ("text/plain; charset=utf-8", format!("پرونده {number}")),
            };
            let request = match method {
                "GET" => client.get(&address),
                _ => client.post(&address).header("content-type", content).body(body),
            };
            let status = world.by(actor, request).send().await.unwrap().status().as_u16();
            let is_right = expected.map_or((300..500).contains(&status), |expected| status == expected);
            if !is_right {
                wrong.push(format!("{method} {address} by {actor}: {status}, not {expected:?}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
