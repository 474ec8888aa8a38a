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
use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use tahavol_server::Opened;
use tahavol_server::config::{Settings, TokenSetting};
use tahavol_server::http::{Site, router, serve};
use tahavol_server::shutdown::Closing;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use http::Asked;

const ROUNDS: usize = 5;
const CONNECTIONS: usize = 32;
const MEASURED: Duration = Duration::from_millis(2_000);
const TOKEN: &str = "token-of-the-benchmark";

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let [child, address, asked] = &chosen[..]
        && child == "clients"
    {
        return ask_as_child(address.parse().expect("an address"), asked);
    }
    let runtime = Runtime::new().expect("a runtime starts");
    let path = sample::demonstration(&runtime);
    let (matrix, hello) = (runtime.block_on(start(&path)), runtime.block_on(start_hello()));
    let bytes = runtime.block_on(http::once(matrix, &Asked::Unchanged, TOKEN)).len();
    println!("an answer of {bytes} bytes, {CONNECTIONS} connections, load {}\n", support::load_average());
    for (name, asked, goal) in [("computed", "computed", 0.2), ("nothing changed", "unchanged", 0.5)] {
        let rounds = support::interleaved(ROUNDS, &sample::place(), || child(matrix, asked), || Some(child(hello, "hello")));
        support::report(&format!("progress, {name}"), "a hello-world handler", Some(goal), &rounds);
    }
}

/// The server as it is, on a free port.
async fn start(path: &Path) -> SocketAddr {
    let mut settings = Settings { data: path.to_owned(), ..Settings::default() };
    let member = sample::member("training");
    settings.tokens = vec![TokenSetting { token: TOKEN.to_owned(), actor: member.id.0, name: member.name }];
    let opened = Opened::open(&settings).await.unwrap_or_else(|_| panic!("the data directory opens"));
    let (tell, closing) = Closing::channel();
    let site = Site::new(&opened, &settings, closing.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    tokio::spawn(async move {
        serve(listener, router(site), closing, 4_096, Duration::from_secs(1)).await;
        drop((opened, tell));
    });
    address
}

async fn start_hello() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    let hello = Router::new().route("/", get(async || -> Json<Value> { Json(json!({ "hello": "world" })) }));
    tokio::spawn(async move { axum::serve(listener, hello).await });
    address
}

/// The clients are another process, so that they have nothing to do with how the server's work is scheduled.
fn child(address: SocketAddr, asked: &str) -> f64 {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program).args(["clients", &address.to_string(), asked]).output().expect("it runs");
    String::from_utf8_lossy(&output.stdout).trim().parse().unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

fn ask_as_child(address: SocketAddr, asked: &str) {
    let asked = match asked {
        "computed" => Asked::Computed,
        "unchanged" => Asked::Unchanged,
        _ => Asked::Hello,
    };
    let runtime = Runtime::new().expect("a runtime starts");
    let rate =
        runtime.block_on(clients::rate(CONNECTIONS, MEASURED, |number, answered| http::ask(address, asked, TOKEN, number, answered)));
    println!("{rate}");
}
