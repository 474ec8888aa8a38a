//! Snapshots on disk, so that a start folds only the tail. One that does not match is thrown away, never trusted.
//!
//! A file is the magic line, the SHA-256 of the rest, a header and the encoded snapshot. It matches when it is whole, was
//! written by a program with the same views, and the ledger has, at its position, the very event that it ended with.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tahavol_domain::calendar::Instant;
use tahavol_ledger::Ledger;
use tahavol_ledger::merkle::{Hash, Roots};
use tahavol_projections::Snapshot;
use tokio::task::spawn_blocking;

use crate::as_of::AsOf;
use crate::error::AppError;
use crate::fold::Fold;

const MAGIC: &[u8] = b"tahavol snapshot 1\n";

/// How many snapshots are kept: the newest, and older ones ever wider apart.
const MOST: usize = 8;

pub(crate) struct Disk {
    directory: PathBuf,
    mismatching: Mismatching,
}

/// What becomes of a file that does not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mismatching {
    ThrownAway,
    /// By those who only look.
    LeftAlone,
}

/// What must match before the snapshot is believed, and what is needed to go on from it.
#[derive(Serialize, Deserialize)]
struct Header {
    /// Digest of a snapshot of nothing: it covers the names and versions of all views.
    views: Hash,
    position: u64,
    /// Leaf hash of the event at the position.
    leaf: Hash,
    /// Merkle root over all events up to the position, and the complete subtrees that it is made of.
    root: Hash,
    subtrees: Vec<Hash>,
    /// Last revision of every stream, by name.
    heads: Vec<(String, u64)>,
}

/// A snapshot file by its name alone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    position: u64,
    recorded_max: Instant,
    path: PathBuf,
}

impl Disk {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Disk { directory, mismatching: Mismatching::ThrownAway }
    }

    /// For those who only look: whatever lies there stays as it is.
    pub(crate) fn only_looking(directory: PathBuf) -> Self {
        Disk { directory, mismatching: Mismatching::LeftAlone }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The newest snapshot that matches the ledger.
    pub(crate) async fn load(&self, ledger: &dyn Ledger) -> Result<Option<Fold>, AppError> {
        self.load_until(ledger, u64::MAX).await
    }

    /// The newest that matches and goes no further than the position.
    pub(crate) async fn load_until(&self, ledger: &dyn Ledger, until: u64) -> Result<Option<Fold>, AppError> {
        for entry in self.entries().into_iter().rev().filter(|entry| entry.position <= until) {
            if let Some(fold) = self.read(ledger, entry).await? {
                return Ok(Some(fold));
            }
        }
        Ok(None)
    }

    /// The latest matching snapshot not after the moment that holds more than `from` events.
    pub(crate) async fn older(&self, ledger: &dyn Ledger, at: AsOf, from: u64) -> Option<Snapshot> {
        let usable = |entry: &Entry| {
            entry.position >= from
                && match at {
                    AsOf::Position(position) => entry.position <= position,
                    AsOf::Instant(instant) => entry.recorded_max <= instant,
                }
        };
        for entry in self.entries().into_iter().rev().filter(usable) {
            if let Ok(Some(fold)) = self.read(ledger, entry).await {
                return Some(fold.snapshot);
            }
        }
        None
    }

    /// Writes beside, then renames: a reader sees a whole file or none.
    pub(crate) async fn write(&self, fold: &Fold) -> std::io::Result<()> {
        let (Some(position), Some(leaf)) = (fold.snapshot.position, fold.last_leaf) else { return Ok(()) };
        let header = Header {
            views: views(),
            position,
            leaf,
            root: fold.roots.root(),
            subtrees: fold.roots.complete().to_vec(),
            heads: fold.heads.to_vec(),
        };
        let snapshot = fold.snapshot.clone();
        let directory = self.directory.clone();
        let written = spawn_blocking(move || {
            let recorded_max = snapshot.recorded_max.map_or(0, Instant::micros);
            write_file(&directory, position, recorded_max, &header, &snapshot.encode())
        });
        written.await.map_err(std::io::Error::other)??;
        for path in superfluous(&self.entries()) {
            remove(&path);
        }
        Ok(())
    }

    /// The file's snapshot, or none where it does not match.
    async fn read(&self, ledger: &dyn Ledger, entry: Entry) -> Result<Option<Fold>, AppError> {
        let path = entry.path.clone();
        let read = spawn_blocking(move || read_file(&entry)).await.map_err(|_| AppError::ShuttingDown)?;
        let (position, leaf, fold) = match read {
            Ok(read) => read,
            Err(what) => {
                tracing::warn!(path = %path.display(), what, "a snapshot is not used");
                self.mismatches(&path);
                return Ok(None);
            }
        };
        let there = ledger.read_all(position.checked_sub(1), 1).await?;
        if there.first().is_some_and(|event| event.position == position && event.leaf_hash == leaf) {
            return Ok(Some(fold));
        }
        tracing::warn!(path = %path.display(), position, "a snapshot of another ledger is not used");
        self.mismatches(&path);
        Ok(None)
    }

    fn mismatches(&self, path: &Path) {
        match self.mismatching {
            Mismatching::ThrownAway => remove(path),
            Mismatching::LeftAlone => {}
        }
    }

    /// Oldest first. A directory that cannot be listed has none.
    fn entries(&self) -> Vec<Entry> {
        let files = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let mut entries: Vec<Entry> = files.filter_map(|file| entry(&file.path())).collect();
        entries.sort_by_key(|entry| entry.position);
        entries
    }
}

fn entry(path: &Path) -> Option<Entry> {
    let name = path.file_name()?.to_str()?;
    let (position, recorded_max) = name.strip_prefix("snapshot-")?.strip_suffix(".bin")?.split_once('_')?;
    let recorded_max = Instant::from_micros(recorded_max.parse().ok()?);
    Some(Entry { position: position.parse().ok()?, recorded_max, path: path.to_owned() })
}

fn write_file(directory: &Path, position: u64, recorded_max: i64, header: &Header, body: &[u8]) -> std::io::Result<()> {
    let header = postcard::to_stdvec(header).map_err(std::io::Error::other)?;
    let digest = Sha256::new().chain_update(&header).chain_update(body).finalize();
    fs::create_dir_all(directory)?;
    let path = directory.join(format!("snapshot-{position:020}_{recorded_max}.bin"));
    let beside = path.with_extension("new");
    let mut file = fs::File::create(&beside)?;
    for part in [MAGIC, &digest[..], &header, body] {
        file.write_all(part)?;
    }
    file.sync_all()?;
    fs::rename(&beside, &path)
}

fn read_file(entry: &Entry) -> Result<(u64, Hash, Fold), &'static str> {
    let bytes = fs::read(&entry.path).map_err(|_| "cannot be read")?;
    let rest = bytes.strip_prefix(MAGIC).ok_or("is of another format")?;
    let (digest, rest) = rest.split_at_checked(32).ok_or("is cut short")?;
    if Sha256::digest(rest)[..] != *digest {
        return Err("is damaged");
    }
    let (header, body) = postcard::take_from_bytes::<Header>(rest).map_err(|_| "is of another format")?;
    if header.views != views() {
        return Err("was written with other views");
    }
    let size = header.position.checked_add(1).ok_or("is of another format")?;
    let roots = Roots::of_subtrees(size, header.subtrees).filter(|roots| roots.root() == header.root).ok_or("has another root")?;
    let snapshot = Snapshot::decode(body).map_err(|_| "is of another format")?;
    if snapshot.position != Some(header.position) || entry.position != header.position {
        return Err("is of another position");
    }
    let heads = Arc::new(header.heads.into_iter().collect());
    Ok((header.position, header.leaf, Fold { snapshot, roots, heads, last_leaf: Some(header.leaf) }))
}

fn views() -> Hash {
    Snapshot::default().digest().0
}

/// Which files go, so that [`MOST`] stay: each time the one whose absence leaves the smallest hole, measured against its age.
/// The newest always stays.
fn superfluous(entries: &[Entry]) -> Vec<PathBuf> {
    let mut kept = entries.to_vec();
    let mut gone = Vec::new();
    let newest = kept.last().map_or(0, |entry| entry.position);
    while kept.len() > MOST {
        let hole = |place: &usize| {
            let before = place.checked_sub(1).map_or(0, |before| kept[before].position);
            let age = newest - kept[*place].position + 1;
            // A fixed-point quotient: only compared with its like.
            u128::from(kept[place + 1].position - before) * 1_000_000 / u128::from(age)
        };
        let Some(place) = (0..kept.len() - 1).min_by_key(hole) else { break };
        gone.push(kept.remove(place).path);
    }
    gone
}

/// A file that cannot be removed is ignored the next time, too.
fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path) {
        tracing::warn!(path = %path.display(), %error, "a snapshot file could not be removed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(positions: impl IntoIterator<Item = u64>) -> Vec<Entry> {
        let named = |position| Path::new("/").join(format!("snapshot-{position:020}_-5.bin"));
        positions.into_iter().map(|position| entry(&named(position)).expect("a snapshot's name")).collect()
    }

    #[test]
    fn a_file_name_tells_position_and_latest_recorded_time() {
        let found = entries([42]).remove(0);
        assert_eq!((found.position, found.recorded_max), (42, Instant::from_micros(-5)));
        assert_eq!(entry(Path::new("/snapshot-1.bin")), None);
        assert_eq!(entry(Path::new("/snapshot-00000000000000000042_7.new")), None);
    }

    #[test]
    fn the_newest_snapshots_stay_and_older_ones_stand_wider_apart() {
        let mut kept = Vec::new();
        for position in (1..=64).map(|n| n * 100) {
            kept.push(position);
            let gone: Vec<u64> = superfluous(&entries(kept.clone())).iter().map(|path| entry(path).unwrap().position).collect();
            kept.retain(|position| !gone.contains(position));
        }
        assert_eq!(kept.len(), MOST);
        assert_eq!(kept.last(), Some(&6_400));
        assert!(kept[1] - kept[0] >= kept[MOST - 1] - kept[MOST - 2], "{kept:?}");
        assert!(kept[0] <= 3_200, "one is old: {kept:?}");
    }
}
