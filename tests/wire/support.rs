//! Bytes to a server and from it, without a client that knows better.

use std::time::Duration;

use tahavol_tests::data::Data;
use tahavol_tests::server::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longer than anything here takes: what runs into it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Host and port.
pub(crate) fn place(server: &Server) -> String {
    server.address.split_once("://").unwrap().1.to_owned()
}

pub(crate) async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(place(server)).await.unwrap()
}

/// Sends these bytes and reads until the server closes. What it answered; nothing where it only closed.
pub(crate) async fn talk(server: &Server, bytes: &[u8]) -> String {
    let mut stream = connect(server).await;
    // It may close before everything is sent.
    let _ = stream.write_all(bytes).await;
    rest(&mut stream).await
}

/// Everything until the other side closes, in whichever way.
///
/// # Panics
/// When it does not.
pub(crate) async fn rest(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    let mut piece = [0; 4_096];
    let reading = async {
        while let Ok(count @ 1..) = stream.read(&mut piece).await {
            read.extend_from_slice(&piece[..count]);
        }
    };
    timeout(PATIENCE, reading).await.expect("the connection is closed");
    String::from_utf8_lossy(&read).into_owned()
}

/// The status of the first answer.
pub(crate) fn status(answer: &str) -> Option<u16> {
    answer.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()
}

/// A server with a configuration file of its own.
pub(crate) fn configured(directory: Data, toml: &str) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tahavol.toml");
    std::fs::write(&path, toml).unwrap();
    (Server::of_with(directory, &[("TAHAVOL_CONFIG", path.to_str().unwrap())]), folder)
}
