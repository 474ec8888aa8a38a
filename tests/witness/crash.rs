//! Two histories at once, and a witness that is killed while it decides: never two cosignatures that contradict each other.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use tahavol_ledger::merkle::leaf_hash;
use tahavol_ledger::merkle::note::{Note, SigningKey};
use tahavol_tests::witness::Witness;

use crate::{body, checkpoint, log_key, trust_all};

const LOGS: u8 = 8;
const ROUNDS: u64 = 6;

/// Heads of two histories of one log, of the same size.
fn fork(key: &SigningKey) -> [Note; 2] {
    ["one", "other"].map(|history| {
        let leaves: Vec<_> = (0..5).map(|number| leaf_hash(format!("{history} {number}").as_bytes())).collect();
        checkpoint(key, &leaves)
    })
}

fn logs() -> Vec<SigningKey> {
    (0..LOGS).map(|number| log_key(&format!("log.example/{number}"), [number + 1; 32])).collect()
}

/// Shows both histories of every log at the same time; which ones were cosigned, by log.
async fn show(witness: &Witness, logs: &[SigningKey]) -> Vec<(usize, usize)> {
    let asked = logs.iter().enumerate().flat_map(|(log, key)| fork(key).into_iter().enumerate().map(move |(side, head)| (log, side, head)));
    let answers = asked.map(async |(log, side, head): (usize, usize, Note)| {
        let answer = witness.add(body(0, &[], &head)).await?;
        (answer.status() == 200).then_some((log, side))
    });
    join_all(answers).await.into_iter().flatten().collect()
}

#[tokio::test]
async fn of_two_histories_shown_at_once_one_is_cosigned() {
    let directory = tempfile::tempdir().unwrap();
    Witness::keygen(directory.path(), "witness.example/race");
    let logs = logs();
    trust_all(directory.path(), &logs);
    let witness = Witness::on(directory.path());
    let cosigned = show(&witness, &logs).await;
    let by_log: BTreeMap<usize, usize> = cosigned.iter().copied().collect();
    assert_eq!((cosigned.len(), by_log.len()), (logs.len(), logs.len()), "one of each: {cosigned:?}");
    assert!(show(&witness, &logs).await.is_empty(), "from nothing there is nothing to cosign any more");
}

#[tokio::test]
async fn a_witness_that_is_killed_has_remembered_whatever_it_gave_away() {
    let directory = tempfile::tempdir().unwrap();
    Witness::keygen(directory.path(), "witness.example/killed");
    for round in 0..ROUNDS {
        let logs: Vec<SigningKey> = logs().iter().map(|key| log_key(&format!("{}/{round}", key.name()), [round as u8 + 100; 32])).collect();
        trust_all(directory.path(), &logs);
        let mut witness = Witness::on(directory.path());
        let cosigned = {
            let killed = async {
                tokio::time::sleep(Duration::from_millis(round * 2)).await;
                // The process by its number: the requests hold the witness.
                witness.signal_kill();
            };
            let (cosigned, ()) = tokio::join!(show(&witness, &logs), killed);
            cosigned
        };
        witness.kill();
        let witness = Witness::on(directory.path());
        let after = show(&witness, &logs).await;
        for (log, key) in logs.iter().enumerate() {
            let sides: Vec<usize> = cosigned.iter().chain(&after).filter(|(of, _)| *of == log).map(|(_, side)| *side).collect();
            assert!(sides.len() <= 1, "{}: both histories were cosigned, or one from nothing twice: {sides:?}", key.name());
        }
    }
}
