//! The pages in a real browser, in both languages: what holds for every one of them, and what people do with them.

#[path = "pages/administrators.rs"]
mod administrators;
#[path = "pages/auditors.rs"]
mod auditors;
#[path = "pages/axe.rs"]
mod axe;
#[path = "pages/every.rs"]
mod every;
#[path = "pages/guide.rs"]
mod guide;
#[path = "pages/hostile.rs"]
mod hostile;
#[path = "pages/leadership.rs"]
mod leadership;
#[path = "pages/members.rs"]
mod members;
#[path = "pages/moment.rs"]
mod moment;
#[path = "pages/table.rs"]
mod table;
#[path = "pages/things.rs"]
mod things;

use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::{Value, json};
use tahavol_tests::chromium::Chromium;
use tahavol_tests::data;
use tahavol_tests::server::Server;

const SCHEMA: &str = include_str!("../schema/tahavol.graphql");
const LANGUAGES: [&str; 2] = ["fa", "en"];

/// A server that tests share for as long as any of them runs.
struct Shared(Mutex<Weak<Server>>);

impl Shared {
    const fn new() -> Shared {
        Shared(Mutex::new(Weak::new()))
    }

    fn server(&self) -> Arc<Server> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Server::of(data::with_history()));
            *known = Arc::downgrade(&server);
            server
        })
    }
}

/// Eighteen months of a programme, to which these tests let nothing happen.
static STILL: Shared = Shared::new();
/// The same, in which people work.
static WORKING: Shared = Shared::new();

/// A browser in which somebody of the cast has signed in, in this language.
async fn signed_in(server: &Server, actor: &str, lang: &str) -> Option<Chromium> {
    let browser = Chromium::open(&server.address).await?;
    browser.sign_in(actor, &data::password(&server.data, actor), lang).await;
    Some(browser)
}

/// A page in a language.
fn in_language(path: &str, lang: &str) -> String {
    let mark = if path.contains('?') { '&' } else { '?' };
    format!("{path}{mark}lang={lang}")
}

/// A command through GraphQL, which has to be taken: `command(&server, "council", "directiveIssue", json!({ … }))`.
async fn command(server: &Server, actor: &str, name: &str, input: Value) -> Value {
    let told = told(server, actor, name, input).await;
    assert_eq!(told["errors"], json!([]), "{name}");
    told
}

/// What is answered to a command.
async fn told(server: &Server, actor: &str, name: &str, input: Value) -> Value {
    let kind = SCHEMA.split(&format!("\t{name}(input: ")).nth(1).and_then(|rest| rest.split(')').next()).expect("a mutation of the schema");
    let query = format!("mutation ($input: {kind}) {{ {name}(input: $input) {{ position errors {{ code field message }} }} }}");
    let told = server.ask(actor, &query, json!({ "input": input })).await;
    assert!(told["data"][name].is_object(), "{name}: {told}");
    told["data"][name].clone()
}

/// The position at which a page says that something was recorded just now.
async fn recorded(browser: &Chromium) -> u64 {
    let said = "const said = document.querySelector('.said a[href^=\"/ledger/\"]'); return said && Number(said.pathname.split('/').pop())";
    browser.until(said).await.as_u64().expect("a position")
}

/// Asks a form what it would change, and waits for the page that tells it.
async fn previewed(browser: &Chromium) {
    browser.click("main form.act button[name=preview]").await;
    browser.until("return location.hash === '#consequence' && document.getElementById('consequence') !== null").await;
}

/// An event as an auditor is told it.
async fn event(server: &Server, position: u64) -> Value {
    let query = "query ($at: Position!) { ledger { event(position: $at) { type by { actor } office origin effectiveOn reason data } } }";
    let told = server.ask("auditor", query, json!({ "at": position })).await;
    let event = told["data"]["ledger"]["event"].clone();
    assert!(event.is_object(), "{told}");
    event
}

/// The position of the last event.
async fn head(server: &Server) -> Value {
    server.ask("auditor", "{ ledger { head } }", Value::Null).await["data"]["ledger"]["head"].clone()
}
