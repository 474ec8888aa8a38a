//! A server's log over HTTP, checked from outside.

use serde_json::Value;
use tahavol_ledger::merkle::note::{KeyKind, SigningKey};
use tahavol_tests::server::Server;
use tahavol_tests::{binary, data};

use crate::real::SIZE;
use crate::{expect, verify};

#[test]
fn a_running_server_is_checked_over_http_by_a_key_that_did_not_come_from_it() {
    let data = data::with_history();
    let key = std::fs::read_to_string(format!("{}-log.key", data.path().display())).unwrap();
    let key: SigningKey = key.lines().next().unwrap().parse().unwrap();
    let server = Server::of(data);
    let log = format!("{}/log", server.address);
    let run = |token: Option<&str>, key: &SigningKey| -> Value {
        let mut command = binary::command(&["verify", &log, "--json", "--key", &key.verifying_key().to_string()]);
        match token {
            Some(token) => command.env("TAHAVOL_TOKEN", token),
            None => command.env_remove("TAHAVOL_TOKEN"),
        };
        let output = command.output().unwrap();
        let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        assert_eq!(said["code"], output.status.code().unwrap());
        said
    };
    let token = server.token("council");
    let all = run(Some(&token), &key);
    assert_eq!(all["code"], 0, "{all:#}");
    assert!(all["size"].as_u64().unwrap() < SIZE && all["size"].as_u64().unwrap() > 5_000);
    let figures = all["steps"].as_array().unwrap().iter().find(|step| step["step"] == "figures").unwrap();
    assert!(figures["text"]["en"].as_str().unwrap().starts_with("64 groups"), "{figures}");
    let stranger = SigningKey::generate(key.name(), KeyKind::Log, [3; 32]).unwrap();
    assert_eq!(run(Some(&token), &stranger)["code"], 26);
    expect(&verify(&server.data, &[]), 0, None, "the data directory, beside the server");
    let unknown = run(None, &key);
    assert_eq!(unknown["code"], 20, "entries are not for everybody");
    assert!(unknown["message"]["en"].as_str().unwrap().contains("TAHAVOL_TOKEN"), "{unknown:#}");
}
