//! It must notice: whatever is changed in a real ledger or in a bundle of it, `verify` names the kind and the first wrong position,
//! and where both verifiers look, both say the same.

#[path = "tamper/beside.rs"]
mod beside;
#[path = "tamper/bundle.rs"]
mod bundle;
#[path = "tamper/insider.rs"]
mod insider;
#[path = "tamper/ledger.rs"]
mod ledger;
#[path = "tamper/real.rs"]
mod real;
#[path = "tamper/remote.rs"]
mod remote;
#[path = "tamper/replica.rs"]
mod replica;
#[path = "tamper/second.rs"]
mod second;

use std::path::Path;

use serde_json::Value;
use tahavol_tests::binary;

/// What `verify` found: exit code, first wrong position, and all that it said.
#[derive(Debug)]
struct Verdict {
    code: i32,
    position: Option<u64>,
    said: Value,
}

/// Runs `tahavol verify`.
fn verify(what: &Path, more: &[&str]) -> Verdict {
    let output = binary::run(&[&["verify", what.to_str().unwrap(), "--json"], more].concat());
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let code = output.status.code().unwrap();
    assert_eq!(said["code"], code, "the exit code is the code that is told");
    if code != 0 {
        for lang in ["fa", "en"] {
            assert!(said["message"][lang].as_str().is_some_and(|text| text.len() > 10 && !text.contains('…')), "{said:#}");
            assert!(said["kind"][lang].as_str().is_some_and(|text| text.len() > 10), "{said:#}");
        }
    }
    Verdict { code, position: said["position"].as_u64(), said }
}

/// The kind and the place, and nothing else.
#[track_caller]
fn expect(verdict: &Verdict, code: i32, position: Option<u64>, what: &str) {
    assert_eq!((verdict.code, verdict.position), (code, position), "{what}: {:#}", verdict.said["message"]);
}
