//! How many times per second the horizon × commission matrix is answered over HTTP, beside a hello-world JSON handler. Run with
//! `cargo bench -p tahavol-tests --bench progress`.

#![expect(clippy::print_stdout, reason = "a benchmark tells its figures")]

mod clients;
mod http;
mod sample;
mod support;

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tahavol_app::Clock;
use tahavol_domain::policy::Within;
use tahavol_identity::{NewToken, Secret};
use tahavol_server::Opened;
use tahavol_server::config::{Settings, WireSettings};
use tahavol_server::http::{Site, Wire, router, serve};
use tahavol_server::shutdown::Closing;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use http::Asked;

const ROUNDS: usize = 5;
const CONNECTIONS: usize = 32;
const MEASURED: Duration = Duration::from_millis(2_000);
/// The variable in which the clients find the token.
const TOKEN: &str = "TOKEN_OF_THE_BENCHMARK";

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let [child, address, asked] = &chosen[..]
        && child == "clients"
    {
        return ask_as_child(address.parse().expect("an address"), asked);
    }
    let runtime = Runtime::new().expect("a runtime starts");
    let path = sample::demonstration(&runtime);
    let ((matrix, token), hello) = (runtime.block_on(start(&path)), runtime.block_on(start_hello()));
    let bytes = runtime.block_on(http::once(matrix, &Asked::Unchanged, token.expose())).len();
    println!("an answer of {bytes} bytes, {CONNECTIONS} connections, load {}\n", support::load_average());
    for (name, asked, goal) in [("computed", "computed", 0.2), ("nothing changed", "unchanged", 0.5)] {
        let rounds =
            support::interleaved(ROUNDS, &sample::place(), || child(matrix, asked, &token), || Some(child(hello, "hello", &token)));
        support::report(&format!("progress, {name}"), "a hello-world handler", Some(goal), &rounds);
    }
}

/// The server as it is, on a free port, and a token for it. Nobody asks too often here.
async fn start(path: &Path) -> (SocketAddr, Secret) {
    let wire = WireSettings { requests_per_second: 0, ..WireSettings::default() };
    let settings = Settings { data: path.to_owned(), wire: wire.clone(), ..Settings::default() };
    let opened = Opened::open(&settings).await.unwrap_or_else(|_| panic!("the data directory opens"));
    let (tell, closing) = Closing::channel();
    let (person, within) = (sample::member("training"), Within::default());
    let new = NewToken { person, label: "bench".to_owned(), within, expires: None, made_with: None, second_factor: false };
    let (_, token) = opened.identity.make_token(new, Clock::System.now()).await.expect("a token");
    let site = Site::try_new(&opened, &settings, closing.clone()).unwrap_or_else(|_| panic!("the site stands"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    tokio::spawn(async move {
        let wire = Wire { settings: wire, tls: None, connections: 4_096 };
        serve(listener, router(site), closing, wire, Duration::from_secs(1)).await;
        drop((opened, tell));
    });
    (address, token)
}

async fn start_hello() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    let hello = Router::new().route("/", get(async || -> Json<Value> { Json(json!({ "hello": "world" })) }));
    tokio::spawn(async move { axum::serve(listener, hello).await });
    address
}

/// The clients are another process, so that they have nothing to do with how the server's work is scheduled.
fn child(address: SocketAddr, asked: &str, token: &Secret) -> f64 {
    let program = std::env::current_exe().expect("this program has a path");
    let mut clients = Command::new(program);
    let output = clients.args(["clients", &address.to_string(), asked]).env(TOKEN, token.expose()).output().expect("it runs");
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn ask_as_child(address: SocketAddr, asked: &str) {
    let asked = match asked {
        "computed" => Asked::Computed,
        "unchanged" => Asked::Unchanged,
        _ => Asked::Hello,
    };
    let (runtime, token) = (Runtime::new().expect("a runtime starts"), Arc::<str>::from(std::env::var(TOKEN).expect("the token")));
    let rate = runtime
        .block_on(clients::rate(CONNECTIONS, MEASURED, |number, answered| http::ask(address, asked, Arc::clone(&token), number, answered)));
    println!("{rate}");
}
