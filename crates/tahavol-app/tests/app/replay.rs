//! Replays: every line against its leaf, and what was kept on disk against what the lines say.

use std::sync::Arc;

use tahavol_app::AppError;
use tahavol_app::replay::{kept, replay};
use tahavol_domain::fact::decode;
use tahavol_ledger::{Ledger, LedgerError};

use crate::support::*;

fn ledger(world: &World) -> Arc<dyn Ledger> {
    Arc::clone(&world.ledger) as Arc<dyn Ledger>
}

/// Another figure in a report, behind the back of the program: the line can still be read.
async fn tamper(world: &World, position: u64, from: &str, to: &str) {
    let line = world.app.fact_at(position).await.unwrap().unwrap().line;
    let changed = String::from_utf8(line.to_vec()).unwrap().replace(from, to);
    assert!(changed.as_bytes() != line && decode(changed.as_bytes()).is_ok(), "{changed}");
    let file = rusqlite::Connection::open(world.ledger.path()).unwrap();
    file.execute_batch("DROP TRIGGER IF EXISTS event_is_never_updated").unwrap();
    file.execute("UPDATE event SET line = ?1 WHERE position = ?2", (changed.as_bytes(), i64::try_from(position).unwrap())).unwrap();
}

#[tokio::test]
async fn a_replay_stops_at_the_first_line_that_is_not_the_one_that_was_appended() {
    let world = World::founded().await;
    let first = world.reported(1_300).await.position.unwrap();
    let second = world.reported(2_400).await.position.unwrap();
    world.reported(3_500).await;
    tamper(&world, second, "2400", "2900").await;
    tamper(&world, first, "1300", "1900").await;
    let positions = [replay(ledger(&world), None, |_| ()).await, world.app.rebuild(|_| ()).await].map(|replayed| match replayed {
        Err(AppError::Ledger(LedgerError::Corrupt { position, .. })) => position,
        other => panic!("replayed: {other:?}"),
    });
    assert_eq!(positions, [Some(first), Some(first)]);
    assert!(replay(ledger(&world), Some(first - 1), |_| ()).await.is_ok(), "what lies before it is whole");
    assert!(world.reopen().await.health().is_ready(), "a start does not hash what it folds");
}

#[tokio::test]
async fn what_is_kept_leads_to_what_a_replay_leads_to() {
    let world = World::founded().await;
    let nothing = kept(ledger(&world), &world.snapshots_dir(), u64::MAX).await.unwrap();
    assert_eq!(nothing, None, "nothing was kept");
    let app = world.reopen().await;
    let on_disk = app.snapshot().position.unwrap();
    app.close().await;
    let last = world.reported(700).await.position.unwrap();
    let replayed = replay(ledger(&world), None, |_| ()).await.unwrap();
    let found = kept(ledger(&world), &world.snapshots_dir(), last).await.unwrap().unwrap();
    assert_eq!((found.events, found.digest, found.root), (on_disk + 1, replayed.digest, replayed.root));
    let earlier = kept(ledger(&world), &world.snapshots_dir(), on_disk - 1).await.unwrap();
    assert_eq!(earlier, None, "what was kept goes further");
}

#[tokio::test]
async fn a_comparison_leaves_a_snapshot_that_does_not_match_where_it_is() {
    let world = World::founded().await;
    world.reopen().await.close().await;
    let file = world.snapshot_files().remove(0);
    let mut damaged = std::fs::read(&file).unwrap();
    *damaged.last_mut().unwrap() ^= 1;
    std::fs::write(&file, &damaged).unwrap();
    assert_eq!(kept(ledger(&world), &world.snapshots_dir(), u64::MAX).await.unwrap(), None);
    assert_eq!(std::fs::read(&file).unwrap(), damaged);
}
