//! A server as a process of its own, and asking it.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request as SocketRequest;

use crate::data::Data;
use crate::{binary, data};

/// Killed when it is dropped.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:<port>`, or `https://…` with a certificate
    pub address: String,
    /// The lines that it told before its address.
    pub told: Vec<String>,
    pub data: PathBuf,
    client: Client,
    /// Removed with the server, where it is the server's own.
    own: Option<Data>,
}

impl Server {
    /// Serves a directory that lives as long as the server.
    pub fn of(directory: Data) -> Server {
        Server::of_with(directory, &[])
    }

    /// The same with variables of the environment.
    pub fn of_with(directory: Data, environment: &[(&str, &str)]) -> Server {
        let path = directory.path().to_owned();
        let mut server = Server::on(&path, environment);
        server.own = Some(directory);
        server
    }

    /// Serves a directory that somebody else removes.
    ///
    /// # Panics
    /// When the server does not start.
    pub fn on(directory: &Path, environment: &[(&str, &str)]) -> Server {
        Server::with(directory, environment, &[])
    }

    /// The same with more arguments.
    ///
    /// # Panics
    /// When the server does not start.
    pub fn with(directory: &Path, environment: &[(&str, &str)], more: &[&str]) -> Server {
        Server::started(directory, environment, more, Stdio::inherit())
    }

    /// Serves a directory of the server's own, and keeps what it logs in a file.
    ///
    /// # Panics
    /// When the server does not start.
    pub fn logging_to(log: &Path, directory: Data, environment: &[(&str, &str)]) -> Server {
        let file = File::create(log).expect("a file for the log");
        let mut server = Server::started(directory.path(), environment, &[], file.into());
        server.own = Some(directory);
        server
    }

    fn started(directory: &Path, environment: &[(&str, &str)], more: &[&str], log: Stdio) -> Server {
        let path = directory.display().to_string();
        let mut command = binary::command(&[&["serve", "--data", &path, "--listen", "127.0.0.1:0"], more].concat());
        let mut child = command.envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(log).spawn().expect("the server starts");
        let output = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut told = Vec::new();
        let address = output.lines().map(|line| line.expect("a line")).find(|line| {
            told.push(line.clone());
            line.starts_with("http://") || line.starts_with("https://")
        });
        let Some(address) = address else {
            let status = child.wait();
            panic!("the server did not tell its address: {status:?}");
        };
        Server { child, address, told, data: directory.to_owned(), client: Client::new(), own: None }
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Panics
    /// When it cannot be asked.
    pub fn terminate(&mut self) -> ExitStatus {
        self.ask_to_stop();
        self.wait()
    }

    /// Waits until it has ended.
    ///
    /// # Panics
    /// When that cannot be known.
    pub fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("the server ends")
    }

    /// # Panics
    /// When it cannot be asked.
    pub fn ask_to_stop(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.expect("kill starts").success());
    }

    /// Ends it without asking.
    ///
    /// # Panics
    /// When it has ended before.
    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Whether it runs, whatever was sent to it.
    ///
    /// # Panics
    /// When that cannot be known.
    pub fn lives(&mut self) -> bool {
        self.child.try_wait().expect("its state is known").is_none()
    }

    /// Of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn token(&self, actor: &str) -> String {
        data::token(&self.data, actor)
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    pub fn head(&self, path: &str) -> RequestBuilder {
        self.client.head(format!("{}{path}", self.address))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.address))
    }

    /// A GraphQL request as somebody; the answer as it comes.
    ///
    /// # Panics
    /// When nothing comes.
    pub async fn send(&self, actor: &str, query: &str, variables: Value) -> Response {
        let body = json!({ "query": query, "variables": variables });
        self.post("/graphql").bearer_auth(self.token(actor)).json(&body).send().await.expect("an answer")
    }

    /// Its JSON.
    ///
    /// # Panics
    /// When none comes.
    pub async fn ask(&self, actor: &str, query: &str, variables: Value) -> Value {
        self.send(actor, query, variables).await.json().await.expect("JSON")
    }

    /// A directive of a code of its own: the smallest thing that can be recorded.
    ///
    /// # Panics
    /// When nothing comes.
    pub async fn issue_directive(&self, code: &str) -> Value {
        self.ask("council", DIRECTIVE, directive(code)).await
    }

    /// The request that opens a WebSocket.
    ///
    /// # Panics
    /// Never: the address is one.
    pub fn socket(&self) -> SocketRequest {
        let address = format!("{}/graphql/ws", self.address.replacen("http", "ws", 1));
        let mut request = address.into_client_request().expect("an address");
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().expect("a value"));
        request
    }
}

/// Issues a directive.
pub const DIRECTIVE: &str =
    "mutation ($input: DirectiveIssueInput!) { directiveIssue(input: $input) { position errors { code field message } } }";

/// The variables of [`DIRECTIVE`].
pub fn directive(code: &str) -> Value {
    json!({ "input": { "code": code, "issuer": { "fa": "شورا" }, "title": { "fa": "ابلاغیه" }, "issuedOn": data::TODAY, "reason": "آزمون" } })
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
        drop(self.own.take());
    }
}
