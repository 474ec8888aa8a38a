//! Secrets: files that others can read are refused, and no log tells any, however much it tells.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use futures_util::{SinkExt, StreamExt};
use reqwest::header::LOCATION;
use serde_json::json;
use tahavol_tests::server::{DIRECTIVE, directive};
use tahavol_tests::{binary, data};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::browser::Browser;

/// Whose password, tokens and cookies are used.
const ACTOR: &str = "council";

#[cfg(unix)]
#[test]
fn files_with_secrets_that_others_can_read_are_refused() {
    use std::os::unix::fs::PermissionsExt;

    let directory = data::founded();
    let path = directory.path().display().to_string();
    let log_key = format!("{path}-log.key");
    let run = |command: &str| {
        let mut command = binary::command(&[command, "--data", &path]);
        command.env("TAHAVOL_LISTEN", "127.0.0.1:0").stdin(Stdio::null()).output().unwrap()
    };
    for file in [directory.path().join("people.toml"), directory.path().join("identity.sqlite"), log_key.into()] {
        let before = fs::metadata(&file).unwrap().permissions();
        assert_eq!(before.mode() & 0o777, 0o600, "{}", file.display());
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        for command in ["serve", "demo"] {
            let output = run(command);
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(output.status.code(), Some(2), "{command} {}: {told}", file.display());
            assert!(told.contains("chmod 600") && told.contains("0644") && told.contains("دیگران"), "{told}");
        }
        let output = run("doctor");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.code() == Some(2) && told.contains("BROKEN   secrets"), "{told}");
        fs::set_permissions(&file, before).unwrap();
    }
    let told = String::from_utf8_lossy(&run("doctor").stdout).into_owned();
    assert!(told.contains("fine     secrets"), "{told}");
}

/// A new account's one-time link.
fn link(directory: &Path) -> String {
    let path = directory.display().to_string();
    let output = binary::run(&["account", "add", "somebody-new", "--name", "کسی", "--data", &path]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    told.split("/link/").nth(1).unwrap_or_else(|| panic!("{told}")).split_whitespace().next().unwrap().to_owned()
}

/// A server that logs all it can.
struct Logged {
    child: Child,
    address: String,
    log: PathBuf,
}

impl Logged {
    fn of(directory: &Path) -> Logged {
        let (path, log) = (directory.display().to_string(), directory.join("everything.log"));
        let mut command = binary::command(&["serve", "--data", &path, "--listen", "127.0.0.1:0"]);
        command.env("TAHAVOL_LOG__LEVEL", "trace,tungstenite=trace,hyper=trace,tower_sessions_core=trace");
        let mut child = command.stdout(Stdio::piped()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http://"))).expect("the server starts");
        Logged { child, address, log }
    }

    /// Ends it, and looks through all that it has told.
    fn tells_none_of(mut self, secrets: &[String]) -> String {
        assert!(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap();
        let told = fs::read_to_string(&self.log).unwrap();
        assert!(told.contains("answered"), "everything else is told: {told}");
        for secret in secrets {
            assert!(!secret.is_empty());
            let line = told.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "a secret is told: {}", line.unwrap_or_default().replace(secret, "***"));
        }
        told
    }
}

impl Drop for Logged {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn no_log_tells_what_a_program_shows() {
    let directory = data::founded();
    let token = data::token(directory.path(), ACTOR);
    let server = Logged::of(directory.path());
    let address = &server.address;
    let client = reqwest::Client::new();
    let body = json!({ "query": DIRECTIVE, "variables": directive("SECRET-1") });
    let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJlLW9mLW5vYm9keQ";
    let unknown = "tahavol_a-token-that-nobody-has";
    for (shown, status) in [(token.as_str(), 200), (jwt, 401), (unknown, 401)] {
        let answer = client.post(format!("{address}/graphql")).bearer_auth(shown).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), status, "{shown}");
    }
    let wrong = "a-wrong-pass-phrase-of-nobody";
    for path in [
        format!("/graphql?query=%7Bmeta%7Bposition%7D%7D&token={token}"),
        format!("/sign-in?next=/account&password={wrong}"),
        "/sign-in/provider/callback?code=a-code-of-nobody&state=a-state-of-nobody".to_owned(),
        "/link/a-link-of-nobody".to_owned(),
    ] {
        client.get(format!("{address}{path}")).basic_auth(ACTOR, Some(wrong)).send().await.unwrap();
        client.get(format!("{address}{path}")).header("cookie", "tahavol=a-cookie-of-nobody").send().await.unwrap();
    }
    let mut request = format!("{}/graphql/ws", address.replacen("http", "ws", 1)).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } });
    socket.send(Message::text(init.to_string())).await.unwrap();
    loop {
        if let Message::Text(text) = socket.next().await.unwrap().unwrap() {
            break assert!(text.contains("connection_ack"), "{text}");
        }
    }
    let mut secrets = vec![token, jwt.to_owned(), unknown.to_owned(), wrong.to_owned(), "c2lnbmF0dXJlLW9mLW5vYm9keQ".to_owned()];
    secrets.extend(["a-code-of-nobody", "a-state-of-nobody", "a-link-of-nobody", "a-cookie-of-nobody"].map(str::to_owned));
    assert!(server.tells_none_of(&secrets).contains("/link/…"));
}

#[tokio::test]
async fn no_log_tells_what_a_browser_shows() {
    let directory = data::founded();
    let password = data::password(directory.path(), ACTOR);
    let server = Logged::of(directory.path());
    let mut browser = Browser::new(&server.address);
    let wrong = "a-wrong-pass-phrase-of-nobody";
    let (status, _, page) = browser.fill("/sign-in", &[("name", ACTOR), ("password", wrong)]).await;
    assert_eq!(status, 401, "{page}");
    let (status, headers, page) = browser.fill("/sign-in", &[("name", ACTOR), ("password", &password)]).await;
    assert!(status == 303 && headers[LOCATION] == "/", "{status} {page}");
    assert!(browser.page("/account").await.contains(ACTOR));
    let shown = browser.session_csrf().await;
    let graphql = browser.client.post(format!("{}/graphql", server.address)).header("x-csrf-token", &shown);
    let (status, _, _) = browser.send(graphql.json(&json!({ "query": "{ viewer { person { actor } } }" }))).await;
    assert_eq!(status, 200);

    let new_password = "another long pass phrase";
    let (link, mut newcomer) = (link(directory.path()), Browser::new(&server.address));
    let at = format!("/link/{link}");
    let (status, _, page) = newcomer.fill(&at, &[("password", "short"), ("again", "short")]).await;
    assert!((400..500).contains(&status), "{status} {page}");
    let (status, _, page) = newcomer.fill(&at, &[("password", new_password), ("again", new_password)]).await;
    assert!(status == 303, "{status} {page}");

    let mut secrets = vec![password, wrong.to_owned(), new_password.to_owned(), link, shown];
    secrets.extend(browser.secrets);
    secrets.extend(newcomer.secrets);
    server.tells_none_of(&secrets);
}
