//! What a browser opens by its cookie: a socket wants the session's token as well, and ends with the session.

use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tahavol_tests::data;
use tahavol_tests::server::Server;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Error;

use crate::lasting::{EVENTS, Socket, say, until_closed};

/// Cookies by hand: what was set last under each name.
struct Browser<'s> {
    server: &'s Server,
    client: Client,
    cookies: Vec<(String, String)>,
}

impl Browser<'_> {
    fn of(server: &Server) -> Browser<'_> {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Browser { server, client, cookies: Vec::new() }
    }

    fn cookies(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, response: &Response) {
        for set in response.headers().get_all(SET_COOKIE) {
            let (name, value) = set.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    async fn get(&mut self, path: &str) -> Response {
        let asked = self.client.get(format!("{}{path}", self.server.address)).header(COOKIE, self.cookies());
        let response = asked.send().await.unwrap();
        self.keep(&response);
        response
    }

    async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Response {
        let asked = self.client.post(format!("{}{path}", self.server.address)).header(COOKIE, self.cookies());
        // Nothing in these has to be escaped.
        let form: Vec<String> = form.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let asked = asked.header("content-type", "application/x-www-form-urlencoded").body(form.join("&"));
        let response = asked.header("origin", &self.server.address).send().await.unwrap();
        self.keep(&response);
        response
    }

    /// Signed in; the session's token.
    async fn sign_in(&mut self, actor: &str) -> String {
        let page = self.get("/sign-in").await.text().await.unwrap();
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("the form has a token");
        let (csrf, password) = (csrf.to_owned(), data::password(&self.server.data, actor));
        let signed_in = self.post("/sign-in", &[("name", actor), ("password", &password), ("csrf", &csrf)]).await;
        assert_eq!(signed_in.status(), 303, "{}", signed_in.text().await.unwrap());
        let told: Value = self.get("/session").await.json().await.unwrap();
        assert_eq!(told["person"]["id"], actor);
        told["csrf"].as_str().unwrap().to_owned()
    }

    async fn socket(&self) -> Result<Socket, Error> {
        let mut request = self.server.socket();
        request.headers_mut().insert("cookie", self.cookies().parse().unwrap());
        request.headers_mut().insert("origin", self.server.address.parse().unwrap());
        connect_async(request).await.map(|(socket, _)| socket)
    }
}

#[tokio::test]
async fn a_socket_by_cookie_wants_the_sessions_token() {
    let server = Server::of(data::founded());
    let mut browser = Browser::of(&server);
    browser.sign_in("council").await;
    for payload in [json!({}), json!({ "csrf": "another" }), json!({ "csrf": 1 }), Value::Null] {
        let mut socket = browser.socket().await.unwrap();
        say(&mut socket, &[json!({ "type": "connection_init", "payload": payload })]).await;
        assert_eq!(until_closed(socket).await, (Vec::new(), 4403));
    }
}

#[tokio::test]
async fn a_socket_by_cookie_ends_with_the_session() {
    let server = Server::of(data::founded());
    let mut browser = Browser::of(&server);
    let csrf = browser.sign_in("council").await;
    let mut socket = browser.socket().await.unwrap();
    let begin = json!({ "type": "connection_init", "payload": { "csrf": csrf } });
    let subscribe = json!({ "id": "s", "type": "subscribe", "payload": { "query": EVENTS } });
    say(&mut socket, &[begin, subscribe]).await;
    let signed_out = browser.post("/sign-out", &[("csrf", &csrf)]).await;
    assert_eq!(signed_out.status(), 303);
    let (said, code) = until_closed(socket).await;
    assert_eq!(said.first().unwrap(), &json!({ "type": "connection_ack" }));
    let last = said.last().unwrap();
    assert_eq!((&last["type"], &last["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("SESSION_ENDED")));
    assert_eq!(code, 4401);
    assert_eq!(browser.get("/session").await.status(), 401);
}
