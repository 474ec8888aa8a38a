//! A server that shows its heads to witnesses: cosignatures under its heads and receipts, and an alarm when one has seen something else.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tahavol_ledger::merkle::note::{Note, VerifyingKey};
use tahavol_ledger::merkle::receipt::Receipt;
use tahavol_ledger::merkle::{cosignature, leaf_hash};
use tahavol_tests::server::Server;
use tahavol_tests::witness::Witness;
use tahavol_tests::{binary, data};

/// A witness that trusts the log of a data directory, and a configuration that names it.
struct Pair {
    place: tempfile::TempDir,
    key: VerifyingKey,
}

impl Pair {
    fn of(data: &Path) -> Pair {
        let place = tempfile::tempdir().unwrap();
        let key = Witness::keygen(&place.path().join("witness"), "witness.example/court").parse().unwrap();
        let pair = Pair { place, key };
        for key in keys_of(data) {
            Witness::trust(&pair.directory(), &key.to_string());
        }
        pair
    }

    fn directory(&self) -> PathBuf {
        self.place.path().join("witness")
    }

    /// The environment of a server that asks at this address.
    fn config(&self, address: &str) -> String {
        let path = self.place.path().join("server.toml");
        let text = format!("[proof]\ncosign_every_seconds = 0\n[[proof.witness]]\nurl = \"{address}/\"\nvkey = \"{}\"\n", self.key);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

/// How the only witness is, as soon as it is so.
async fn witness_when(server: &Server, so: impl Fn(&Value) -> bool) -> Value {
    loop {
        let ready: Value = server.get("/readyz").send().await.unwrap().json().await.unwrap();
        if so(&ready["proof"]) {
            return ready["proof"].clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn text(server: &Server, path: &str) -> String {
    let answer = server.get(path).bearer_auth(server.token("auditor")).send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn heads_are_cosigned_and_receipts_carry_it_through_restarts_of_either_side() {
    let data = data::founded();
    let pair = Pair::of(data.path());
    let mut witness = Witness::on(&pair.directory());
    let listen = witness.address.trim_start_matches("http://").to_owned();
    let config = pair.config(&witness.address);
    let environment = [("TAHAVOL_CONFIG", config.as_str())];
    let mut server = Server::on(data.path(), &environment);
    let all = |proof: &Value| proof["cosignedSize"].is_u64() && proof["cosignedSize"] == proof["signedSize"];
    let proof = witness_when(&server, all).await;
    assert_eq!((&proof["state"], &proof["witnesses"][0]["alarm"]), (&Value::from("cosigned"), &Value::from(false)));
    let head: Note = text(&server, "/log/checkpoint").await.parse().unwrap();
    cosignature::verify(&head, &pair.key).expect("the head carries the cosignature");
    let receipt: Receipt = text(&server, "/log/proof/17").await.parse().unwrap();
    cosignature::verify(&receipt.checkpoint, &pair.key).expect("the receipt carries it too");
    let asked = server.ask(
        "auditor",
        "{ ledger { event(position: 17) { line } checkpoint { cosigners { name } } } health { proof { state } } }",
        Value::Null,
    );
    let asked = asked.await;
    assert_eq!(asked["data"]["ledger"]["checkpoint"]["cosigners"][0]["name"], "witness.example/court", "{asked}");
    assert_eq!(asked["data"]["health"]["proof"]["state"], "COSIGNED");
    let mut keys = keys_of(data.path());
    keys.push(pair.key.clone());
    let line = asked["data"]["ledger"]["event"]["line"].as_str().unwrap();
    receipt.verify(leaf_hash(line.as_bytes()), &keys).unwrap();
    let metrics = text(&server, "/metrics").await;
    assert!(metrics.contains("tahavol_witness_alarm{witness=\"witness.example/court\"} 0"), "{metrics}");

    // Without its witness the server goes on, and says so; what is recorded meanwhile is cosigned later.
    witness.kill();
    let answer = server.issue_directive("D-ALONE").await;
    assert!(answer["data"]["directiveIssue"]["position"].is_u64(), "{answer}");
    let alone = witness_when(&server, |proof| proof["witnesses"][0]["problem"].is_string()).await;
    assert_eq!(alone["state"], "cosigned", "by what it saw before: {alone}");
    let cosigned = text(&server, "/log/cosigned-checkpoint").await;
    assert_eq!(cosigned.lines().nth(1), head.text.lines().nth(1));
    server.terminate();
    let _witness = Witness::at(&pair.directory(), &listen);
    let server = Server::on(data.path(), &environment);
    let proof = witness_when(&server, all).await;
    assert!(proof["witnesses"][0]["problem"].is_null(), "{proof}");
}

#[tokio::test]
async fn a_log_that_shows_its_witness_another_history_is_found_out() {
    let (one, other) = (data::founded(), data::founded());
    let pair = Pair::of(one.path());
    let witness = Witness::on(&pair.directory());
    let config = pair.config(&witness.address);
    let environment = [("TAHAVOL_CONFIG", config.as_str()), ("TAHAVOL_LOG__LEVEL", "off")];
    // The same key, the same beginning, and then something else.
    let mut server = Server::on(one.path(), &environment);
    server.issue_directive("D-ONE").await;
    witness_when(&server, |proof| proof["cosignedSize"].is_u64() && proof["cosignedSize"] == proof["signedSize"]).await;
    server.terminate();
    let server = Server::on(other.path(), &environment);
    let behind = witness_when(&server, |proof| proof["witnesses"][0]["alarm"] == true).await;
    assert!(behind["witnesses"][0]["problem"].as_str().unwrap().contains("has seen"), "{behind}");
    server.issue_directive("D-OTHER").await;
    server.issue_directive("D-OTHER-2").await;
    let forked =
        witness_when(&server, |proof| proof["witnesses"][0]["problem"].as_str().is_some_and(|it| it.contains("not how this log began")))
            .await;
    assert_eq!((&forked["witnesses"][0]["alarm"], &forked["state"]), (&Value::from(true), &Value::from("signed")));
    let metrics = text(&server, "/metrics").await;
    assert!(metrics.contains("tahavol_witness_alarm{witness=\"witness.example/court\"} 1"), "{metrics}");
}

fn keys_of(data: &Path) -> Vec<VerifyingKey> {
    let keys = binary::run(&["log", "keys", "--data", data.to_str().unwrap()]).stdout;
    String::from_utf8(keys).unwrap().lines().map(|line| line.parse().unwrap()).collect()
}
