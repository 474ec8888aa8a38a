//! Signing in with the organisation's account, and its tokens at the API, against a real provider that the tests start.

#[path = "provider/bearer.rs"]
mod bearer;
#[path = "provider/browser.rs"]
mod browser;
#[path = "provider/forged.rs"]
mod forged;
#[path = "provider/organisation.rs"]
mod organisation;
#[path = "provider/outage.rs"]
mod outage;
#[path = "provider/refused.rs"]
mod refused;

use std::fs;
use std::path::Path;

use organisation::{AUDIENCE, CLIENT, CLIENT_SECRET, Organisation};
use tahavol_tests::binary;
use tahavol_tests::browser::{Answer, Browser};
use tahavol_tests::data::{self, Data};
use tahavol_tests::server::Server;

/// Reads something, so that somebody has to be known for it.
const VIEWER: &str = "{ viewer { person { actor name } offices } }";

/// A founded programme whose people sign in there.
fn served(organisation: &Organisation) -> Server {
    serve(data::founded(), &organisation.issuer, "")
}

/// The same on a directory of one's own and with more configuration.
fn serve(directory: Data, issuer: &str, more: &str) -> Server {
    serve_for(directory, issuer, AUDIENCE, more)
}

/// The same where bearer tokens must be meant for somebody else.
fn serve_for(directory: Data, issuer: &str, audience: &str, more: &str) -> Server {
    let path = directory.path().join("tahavol.toml");
    let oidc = format!("[oidc]\nissuer = \"{issuer}\"\nclient_id = \"{CLIENT}\"\naudience = \"{audience}\"\n");
    fs::write(&path, format!("{oidc}{more}")).unwrap();
    let environment = [("TAHAVOL_CONFIG", path.to_str().unwrap()), ("TAHAVOL_OIDC__CLIENT_SECRET", CLIENT_SECRET)];
    Server::of_with(directory, &environment)
}

/// The whole way in this browser: to the provider, in as this person, and back.
async fn sign_in(browser: &mut Browser, organisation: &Organisation, how: &str) -> Answer {
    let back = callback(browser, organisation, how).await;
    browser.get(&back).await
}

/// The way there and in; where the provider sends the browser, which has not gone there yet.
async fn callback(browser: &mut Browser, organisation: &Organisation, how: &str) -> String {
    let url = asked(browser).await;
    organisation.enter(&url, how).await.strip_prefix(&browser.address).expect("back to where it came from").to_owned()
}

/// The address at the provider that a browser is sent to.
async fn asked(browser: &mut Browser) -> String {
    let answer = browser.get("/sign-in/provider").await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    answer.location().to_owned()
}

/// What a command on a data directory has printed.
fn on(directory: &Path, arguments: &[&str]) -> String {
    let path = directory.display().to_string();
    let output = binary::run(&[arguments, &["--data", &path]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The security journal of a server that has written all of it: it has ended.
fn journal(server: &mut Server) -> String {
    assert!(server.terminate().success());
    on(&server.data, &["journal", "--json"])
}
