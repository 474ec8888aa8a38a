//! Snapshots on disk: a start folds only the tail, and believes only what matches.

use tahavol_app::AsOf;

use crate::support::*;

/// A founded programme with some reports, whose snapshot is on disk.
async fn written() -> World {
    let world = World::founded().await;
    for step in 1..=10 {
        world.reported(step * 100).await;
    }
    let app = world.reopen().await;
    assert_eq!(app.health().started_from, 0);
    app.close().await;
    assert_eq!(world.snapshot_files().len(), 1);
    world
}

#[tokio::test]
async fn a_start_goes_on_from_the_snapshot_on_disk_and_folds_only_the_tail() {
    let world = written().await;
    let on_disk = world.app.snapshot().position.unwrap();
    world.reported(5_000).await;
    let app = world.reopen().await;
    assert_eq!(app.health().started_from, on_disk + 1);
    assert_eq!(app.snapshot().digest(), world.app.snapshot().digest());
    let rebuilt = app.rebuild(|_| ()).await.unwrap();
    assert_eq!(rebuilt.digest, app.snapshot().digest());
    assert_eq!(app.handle(world.report(5_100)).await.unwrap().revision, Some(12));
    assert_eq!(app.handle(world.order("reporter", station_stream("00001"), register("00001"))).await.unwrap().revision, Some(0));
}

#[tokio::test]
async fn positions_before_the_snapshot_on_disk_can_still_be_had() {
    let world = written().await;
    let app = world.reopen().await;
    for position in 0..world.app.snapshot().position.unwrap() {
        let (here, there) = (app.as_of(AsOf::Position(position)).await, world.app.as_of(AsOf::Position(position)).await);
        assert_eq!(here.unwrap().digest(), there.unwrap().digest(), "position {position}");
    }
}

#[tokio::test]
async fn a_damaged_snapshot_is_thrown_away() {
    let world = written().await;
    let file = world.snapshot_files().remove(0);
    let whole = std::fs::read(&file).unwrap();
    for place in [0, 25, 60, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        std::fs::write(&file, damaged).unwrap();
        let app = world.reopen().await;
        assert_eq!(app.health().started_from, 0, "byte {place}");
        assert_eq!(app.snapshot().digest(), world.app.snapshot().digest());
        assert!(!file.exists());
    }
    std::fs::write(&file, &whole[..whole.len() - 7]).unwrap();
    assert_eq!(world.reopen().await.health().started_from, 0);
}

#[tokio::test]
async fn a_snapshot_of_another_ledger_is_thrown_away() {
    let world = written().await;
    let other = World::founded().await;
    for step in 1..=12 {
        other.reported(step * 90).await;
    }
    std::fs::create_dir(other.snapshots_dir()).unwrap();
    let file = world.snapshot_files().remove(0);
    std::fs::copy(&file, other.snapshots_dir().join(file.file_name().unwrap())).unwrap();
    let app = other.reopen().await;
    assert_eq!(app.health().started_from, 0);
    assert_eq!(app.snapshot().digest(), other.app.snapshot().digest());
    assert!(other.snapshot_files().is_empty());
}

#[tokio::test]
async fn a_snapshot_of_a_longer_ledger_is_thrown_away() {
    let world = written().await;
    let shorter = World::founded().await;
    std::fs::create_dir(shorter.snapshots_dir()).unwrap();
    let file = world.snapshot_files().remove(0);
    std::fs::copy(&file, shorter.snapshots_dir().join(file.file_name().unwrap())).unwrap();
    assert_eq!(shorter.reopen().await.health().started_from, 0);
}

#[tokio::test]
async fn several_runs_leave_several_snapshots_and_never_too_many() {
    let world = World::founded().await;
    for step in 1..=12 {
        let app = world.reopen().await;
        app.handle(world.report(step * 100)).await.unwrap();
        app.close().await;
    }
    let files = world.snapshot_files();
    assert!((2..=8).contains(&files.len()), "{files:?}");
}
