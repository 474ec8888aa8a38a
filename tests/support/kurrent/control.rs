//! Verbs for a bench that runs as a process of its own: one line each, one line back.

use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::Cluster;

/// Takes verbs on the port until `quit`: `kill N`, `stop N`, `cont N`, `start N`, `leader`, `quit`. Nodes count from 1.
///
/// # Errors
/// When the port fails.
pub async fn run(cluster: Arc<Cluster>, listener: TcpListener) -> std::io::Result<()> {
    let quit = Arc::new(Notify::new());
    loop {
        tokio::select! {
            () = quit.notified() => return Ok(()),
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                tokio::spawn(take(cluster.clone(), stream, quit.clone()));
            }
        }
    }
}

async fn take(cluster: Arc<Cluster>, mut stream: TcpStream, quit: Arc<Notify>) {
    let (from, mut to) = stream.split();
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = obey(&cluster, line.trim()).await.unwrap_or_else(|why| format!("refused: {why}"));
        if to.write_all(format!("{answer}\n").as_bytes()).await.is_err() {
            return;
        }
        if line.trim() == "quit" {
            quit.notify_one();
            return;
        }
    }
}

async fn obey(cluster: &Cluster, line: &str) -> Result<String, String> {
    let (verb, number) = line.split_once(' ').map_or((line, None), |(verb, number)| (verb, Some(number)));
    let node = || {
        let number: usize = number.and_then(|number| number.parse().ok()).ok_or("which node?")?;
        number.checked_sub(1).filter(|node| *node < cluster.bench.addresses.len()).ok_or("there is no such node")
    };
    match verb {
        "kill" => cluster.kill(node()?).await,
        "stop" => cluster.freeze(node()?),
        "cont" => cluster.thaw(node()?),
        "start" => cluster.restart(node()?).await,
        "leader" => return Ok((cluster.elected().await + 1).to_string()),
        "quit" => {}
        unknown => return Err(format!("{unknown} is no verb")),
    }
    Ok("ok".to_owned())
}
