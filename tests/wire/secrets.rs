//! Secrets: files that others can read are refused, and no log tells any, however much it tells.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use futures_util::{SinkExt, StreamExt};
use reqwest::header::{HeaderMap, LOCATION, SET_COOKIE};
use serde_json::json;
use tahavol_tests::server::{DIRECTIVE, directive};
use tahavol_tests::{binary, data};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

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

/// The value of a cookie that an answer sets.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let set = headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    set.filter_map(|line| line.split(';').next()?.split_once('=')).find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
}

/// What a page's form has to show.
fn csrf(page: &str) -> String {
    let field = page.split("name=\"csrf\"").nth(1).unwrap_or_else(|| panic!("{page}"));
    field.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// A form as a browser writes it.
fn form(fields: &[(&str, &str)]) -> String {
    let mut url = reqwest::Url::parse("http://x").unwrap();
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap().to_owned()
}

/// A browser that follows nothing by itself.
struct Browser {
    client: reqwest::Client,
    address: String,
    cookies: Vec<(String, String)>,
    /// Everything that must be in no log.
    secrets: Vec<String>,
}

impl Browser {
    fn new(address: &str) -> Browser {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Browser { client, address: address.to_owned(), cookies: Vec::new(), secrets: Vec::new() }
    }

    fn cookie_line(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> (u16, HeaderMap, String) {
        let answer = request.header("cookie", self.cookie_line()).header("origin", &self.address).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        for name in ["tahavol", "tahavol-before"] {
            if let Some(value) = cookie(&headers, name) {
                self.cookies.retain(|(known, _)| known != name);
                if !value.is_empty() {
                    self.secrets.push(value.clone());
                    self.cookies.push((name.to_owned(), value));
                }
            }
        }
        (status, headers, answer.text().await.unwrap())
    }

    async fn page(&mut self, path: &str) -> String {
        let request = self.client.get(format!("{}{path}", self.address));
        let (_, _, page) = self.send(request).await;
        if page.contains("name=\"csrf\"") {
            self.secrets.push(csrf(&page));
        }
        page
    }

    async fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> (u16, HeaderMap, String) {
        let shown = csrf(&self.page(path).await);
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", shown.as_str())]).collect();
        let request = self.client.post(format!("{}{path}", self.address)).header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(form(&fields))).await
    }
}

/// A new account's one-time link.
fn link(directory: &Path) -> String {
    let path = directory.display().to_string();
    let output = binary::run(&["account", "add", "somebody-new", "--name", "کسی", "--data", &path]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    told.split("/link/").nth(1).unwrap_or_else(|| panic!("{told}")).split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn no_log_tells_a_secret() {
    let directory = data::founded();
    let (token, password) = (data::token(directory.path(), ACTOR), data::password(directory.path(), ACTOR));
    let log = directory.path().join("everything.log");
    let path = directory.path().display().to_string();
    let mut command = binary::command(&["serve", "--data", &path, "--listen", "127.0.0.1:0"]);
    command.env("TAHAVOL_LOG__LEVEL", "trace,tungstenite=trace,hyper=trace,tower_sessions_core=trace");
    let mut child = command.stdout(Stdio::piped()).stderr(File::create(&log).unwrap()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http://"))).expect("the server starts");

    let mut browser = Browser::new(&address);
    let wrong = "a-wrong-pass-phrase-of-nobody";
    let (status, _, page) = browser.fill("/sign-in", &[("name", ACTOR), ("password", wrong)]).await;
    assert_eq!(status, 401, "{page}");
    let (status, headers, page) = browser.fill("/sign-in", &[("name", ACTOR), ("password", &password)]).await;
    assert!(status == 303 && headers[LOCATION] == "/account", "{status} {page}");
    assert!(browser.page("/account").await.contains(ACTOR));
    let told: serde_json::Value = serde_json::from_str(&browser.page("/session").await).unwrap();
    let shown = told["csrf"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned();
    let graphql = browser.client.post(format!("{address}/graphql")).header("x-csrf-token", &shown);
    let (status, _, _) = browser.send(graphql.json(&json!({ "query": "{ viewer { person { actor } } }" }))).await;
    assert_eq!(status, 200);
    browser.secrets.push(shown);

    let new_password = "another long pass phrase";
    let (link, mut newcomer) = (link(directory.path()), Browser::new(&address));
    let at = format!("/link/{link}");
    let (status, _, page) = newcomer.fill(&at, &[("password", "short"), ("again", "short")]).await;
    assert!((400..500).contains(&status), "{status} {page}");
    let (status, _, page) = newcomer.fill(&at, &[("password", new_password), ("again", new_password)]).await;
    assert!(status == 303, "{status} {page}");

    let client = reqwest::Client::new();
    let body = json!({ "query": DIRECTIVE, "variables": directive("SECRET-1") });
    let jwt = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJub2JvZHkifQ.c2lnbmF0dXJlLW9mLW5vYm9keQ";
    for (shown, status) in [(token.as_str(), 200), (jwt, 401), ("tahavol_a-token-that-nobody-has", 401)] {
        let answer = client.post(format!("{address}/graphql")).bearer_auth(shown).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), status, "{shown}");
    }
    client.get(format!("{address}/graphql?query=%7Bmeta%7Bposition%7D%7D&token={token}")).send().await.unwrap();
    client.get(format!("{address}/sign-in?next=/account&password={wrong}")).send().await.unwrap();
    client.get(format!("{address}/sign-in/provider/callback?code=a-code-of-nobody&state=a-state-of-nobody")).send().await.unwrap();
    client.get(format!("{address}/graphql")).basic_auth(ACTOR, Some(wrong)).send().await.unwrap();
    let mut request = format!("{}/graphql/ws", address.replacen("http", "ws", 1)).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } });
    socket.send(Message::text(init.to_string())).await.unwrap();
    assert!(socket.next().await.unwrap().unwrap().to_text().unwrap().contains("connection_ack"));

    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    child.wait().unwrap();
    let told = fs::read_to_string(&log).unwrap();
    assert!(told.contains("answered") && told.contains("/link/…") && told.contains(" TRACE "), "everything else is told");
    let mut secrets = vec![token, password, wrong.to_owned(), new_password.to_owned(), link, jwt.to_owned()];
    secrets.extend(
        ["tahavol_a-token-that-nobody-has", "a-code-of-nobody", "a-state-of-nobody", "c2lnbmF0dXJlLW9mLW5vYm9keQ"].map(str::to_owned),
    );
    secrets.extend(browser.secrets);
    secrets.extend(newcomer.secrets);
    for secret in secrets {
        assert!(!secret.is_empty());
        let line = told.lines().find(|line| line.contains(&secret));
        assert!(line.is_none(), "a secret is told: {}", line.unwrap_or_default().replace(&secret, "***"));
    }
}
