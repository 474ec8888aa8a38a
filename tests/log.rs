//! The ledger as a transparency log, as others see it: tiles, proofs and receipts of a server as it runs, and its keys.

#[path = "log/keys.rs"]
mod keys;
#[path = "log/proofs.rs"]
mod proofs;
#[path = "log/rollback.rs"]
mod rollback;
#[path = "log/surface.rs"]
mod surface;

use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::{Note, VerifyingKey};
use tahavol_tests::binary;
use tahavol_tests::server::Server;

/// The public keys of a log, as its command line tells them.
fn keys_of(data: &std::path::Path) -> Vec<VerifyingKey> {
    let output = binary::run(&["log", "keys", "--data", &data.display().to_string()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect()
}

async fn bytes(server: &Server, actor: Option<&str>, path: &str) -> Vec<u8> {
    let mut request = server.get(path);
    if let Some(actor) = actor {
        request = request.bearer_auth(server.token(actor));
    }
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

/// The newest head as a text, verified.
async fn head(server: &Server, keys: &[VerifyingKey]) -> (String, Checkpoint) {
    let text = String::from_utf8(bytes(server, None, "/log/checkpoint").await).unwrap();
    let checkpoint = Checkpoint::open(&text.parse::<Note>().unwrap(), keys).unwrap();
    (text, checkpoint)
}
