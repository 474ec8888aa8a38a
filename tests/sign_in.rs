//! Signing in with a browser, against the program as it runs: pages, sessions, and what keeps others out.

#[path = "sign_in/forgery.rs"]
mod forgery;
#[path = "sign_in/guessing.rs"]
mod guessing;
#[path = "sign_in/life.rs"]
mod life;
#[path = "sign_in/pages.rs"]
mod pages;
#[path = "sign_in/second_factor.rs"]
mod second_factor;
#[path = "sign_in/session.rs"]
mod session;

use std::fs;
use std::path::Path;

use tahavol_tests::browser::Browser;
use tahavol_tests::data::Data;
use tahavol_tests::server::Server;
use tahavol_tests::{binary, data};

/// Reads something, so that somebody has to be known for it.
const VIEWER: &str = "{ viewer { person { actor } offices } }";

/// A server with this configuration.
fn configured(directory: Data, toml: &str) -> Server {
    let path = directory.path().join("tahavol.toml");
    fs::write(&path, toml).unwrap();
    Server::of_with(directory, &[("TAHAVOL_CONFIG", path.to_str().unwrap())])
}

/// A browser in which somebody of the cast has signed in.
async fn signed_in(server: &Server, actor: &str) -> Browser {
    let mut browser = Browser::of(server);
    let answer = browser.sign_in(actor, &data::password(&server.data, actor)).await;
    assert_eq!((answer.status, answer.location()), (303, "/"), "{}", answer.text);
    browser
}

/// What a command on a data directory has printed.
fn on(directory: &Path, arguments: &[&str]) -> String {
    let path = directory.display().to_string();
    let output = binary::run(&[arguments, &["--data", &path]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The path of the one-time link that a command has printed.
fn link_in(printed: &str) -> String {
    let rest = printed.split("/link/").nth(1).unwrap_or_else(|| panic!("{printed}"));
    format!("/link/{}", rest.split_whitespace().next().unwrap())
}
