//! The tree over the lines, grown leaf by leaf and held against the tiles that are kept; then against the signed root.

use std::collections::BTreeMap;

use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::tile::{TILE, tile_path, width_at};
use tahavol_ledger::merkle::{self, Hash, hash_text};

use super::Seen;
use super::fault::{Fault, Kind, Said};
use super::source::Source;

const HASH: usize = 32;

/// The right edge of a log of some size: on every level the hashes of the tile that is not full yet. Memory grows with the
/// logarithm of the size.
pub(super) struct Tree<'s> {
    source: &'s dyn Source,
    /// Lines beyond it are counted and no more.
    until: u64,
    known: Vec<u64>,
    lines: u64,
    size: u64,
    open: Vec<Vec<Hash>>,
    full: Vec<u64>,
    tiles: u64,
    /// The roots at sizes that were known before.
    known_roots: BTreeMap<u64, Hash>,
    /// On each level, the first tile that differs.
    wrong_tiles: BTreeMap<u8, WrongTile>,
}

struct WrongTile {
    path: String,
    /// Index of its first wrong hash.
    at: u64,
    /// The first leaf under it.
    position: u64,
}

impl<'s> Tree<'s> {
    pub(super) fn new(source: &'s dyn Source, until: u64, known: Vec<u64>) -> Self {
        let mut tree = Tree {
            source,
            until,
            known,
            lines: 0,
            size: 0,
            open: Vec::new(),
            full: Vec::new(),
            tiles: 0,
            known_roots: BTreeMap::new(),
            wrong_tiles: BTreeMap::new(),
        };
        tree.remember();
        tree
    }

    pub(super) fn lines(&self) -> u64 {
        self.lines
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn push(&mut self, leaf: Hash) -> Result<(), Fault> {
        self.lines += 1;
        if self.size == self.until {
            return Ok(());
        }
        self.size += 1;
        self.grow(0, leaf)?;
        self.remember();
        if self.size == self.until {
            self.compare_open(None)?;
        }
        Ok(())
    }

    /// When there are no more lines: of the tiles that would have been longer, what is there is compared.
    pub(super) fn finish(&mut self) -> Result<(), Fault> {
        if self.until == u64::MAX {
            self.until = self.size;
            return self.compare_open(None);
        }
        if self.size < self.until { self.compare_open(Some(self.until)) } else { Ok(()) }
    }

    /// Of all lines that the head covers. An incomplete subtree is the last hash of the level above it.
    pub(super) fn root(&self) -> Hash {
        let mut below = None;
        for hashes in &self.open {
            let all = hashes.iter().copied().chain(below);
            let mut all = all.peekable();
            if all.peek().is_some() {
                below = Some(merkle::root(all));
            }
        }
        below.unwrap_or_else(|| merkle::root([]))
    }

    pub(super) fn known_root(&self, size: u64) -> Option<Hash> {
        self.known_roots.get(&size).copied()
    }

    /// How many tiles were compared.
    #[cfg(test)]
    pub(super) fn tiles(&self) -> u64 {
        self.tiles
    }

    /// The first leaf under the first tile that differs.
    #[cfg(test)]
    pub(super) fn first_wrong(&self) -> Option<u64> {
        self.wrong_tiles.first_key_value().map(|(_, wrong)| wrong.position)
    }

    fn remember(&mut self) {
        if self.known.contains(&self.size) {
            self.known_roots.insert(self.size, self.root());
        }
    }

    fn grow(&mut self, level: usize, hash: Hash) -> Result<(), Fault> {
        if level == self.open.len() {
            self.open.push(Vec::with_capacity(TILE as usize));
            self.full.push(0);
        }
        self.open[level].push(hash);
        if self.open[level].len() < TILE as usize {
            return Ok(());
        }
        self.compare(level, self.full[level], 256)?;
        let subtree = merkle::root(self.open[level].drain(..));
        self.full[level] += 1;
        self.grow(level + 1, subtree)
    }

    fn compare_open(&mut self, of: Option<u64>) -> Result<(), Fault> {
        for level in 0..self.open.len() {
            let there = self.open[level].len() as u16;
            let number = self.full[level];
            let width = of.map_or(there, |size| width_at(level as u8, number, size));
            if there > 0 {
                self.compare(level, number, width)?;
            }
        }
        Ok(())
    }

    /// The tile of this width as it is held, against the hashes that are there.
    fn compare(&mut self, level: usize, number: u64, width: u16) -> Result<(), Fault> {
        let level = level as u8;
        if level < self.source.first_level() {
            return Ok(());
        }
        self.tiles += 1;
        let held = self.source.tile(level, number, width)?;
        let right = &self.open[usize::from(level)];
        let whole = right.len() == usize::from(width);
        let differs = |(at, hash): (usize, &Hash)| (held.get(at * HASH..(at + 1) * HASH) != Some(hash.as_slice())).then_some(at);
        let first = right.iter().enumerate().find_map(differs);
        let too_long = (whole && held.len() > right.len() * HASH).then_some(right.len());
        if let Some(at) = first.or(too_long) {
            let at = number * TILE + at as u64;
            let position = at.checked_shl(8 * u32::from(level)).unwrap_or(u64::MAX);
            let wrong = || WrongTile { path: tile_path(level, number, width), at: at - number * TILE, position };
            self.wrong_tiles.entry(level).or_insert_with(wrong);
        }
        Ok(())
    }
}

/// Whether the lines give the root that is signed: then it is the tiles that are wrong where they differ.
fn lines_are_signed(seen: &Seen<'_>, head: Option<&Checkpoint>) -> bool {
    head.is_some_and(|head| seen.tree.lines >= head.size && seen.tree.root() == head.root)
}

pub(super) fn entries(source: &dyn Source, seen: &Seen<'_>, head: Option<&Checkpoint>) -> Result<Said, Fault> {
    if let Some((position, part)) = &seen.differing_entry {
        let differs = |kind| Fault::at(kind, *position, "verify-entry", [("part", part.clone())]);
        if lines_are_signed(seen, head) {
            return Err(differs(Kind::Tile));
        }
        // Says more, where the leaf differs too.
        leaves(source, seen, head)?;
        if *position < seen.tree.lines {
            return Err(differs(Kind::Leaf));
        }
    }
    let bundles = if source.first_level() == 0 { seen.tree.size.div_ceil(TILE) } else { 0 };
    Ok(Said::new("verify-entries", [("bundles", bundles.to_string())]))
}

pub(super) fn leaves(source: &dyn Source, seen: &Seen<'_>, head: Option<&Checkpoint>) -> Result<Said, Fault> {
    let tree = &seen.tree;
    if let Some(position) = seen.wrong_stored_leaf {
        return Err(Fault::at(Kind::Leaf, position, "verify-leaf-stored", []));
    }
    if let Some(head) = head
        && !lines_are_signed(seen, Some(head))
    {
        if let Some(wrong) = tree.wrong_tiles.get(&0) {
            return Err(Fault::at(Kind::Leaf, wrong.position, "verify-leaf", [("part", wrong.path.clone())]));
        }
        if tree.lines < head.size {
            return Err(too_few(head, tree.lines));
        }
        // Leaves that lie beside their lines agree with them: then the lowest subtree that differs tells among which lines to look.
        if let Some((level, wrong)) = tree.wrong_tiles.first_key_value().filter(|_| source.first_level() > 0) {
            let under = 1_u64.checked_shl(8 * u32::from(*level)).unwrap_or(u64::MAX);
            let last = wrong.position.saturating_add(under).min(tree.size).saturating_sub(1);
            return Err(Fault::at(
                Kind::Leaf,
                wrong.position,
                "verify-leaf-among",
                [("last", last.to_string()), ("part", wrong.path.clone())],
            ));
        }
    }
    Ok(Said::new("verify-leaves", [("leaves", tree.size.to_string())]))
}

pub(super) fn tiles(seen: &Seen<'_>) -> Result<Said, Fault> {
    if let Some((_, wrong)) = seen.tree.wrong_tiles.first_key_value() {
        let args = [("part", wrong.path.clone()), ("at", wrong.at.to_string())];
        return Err(Fault::at(Kind::Tile, wrong.position, "verify-tile", args));
    }
    Ok(Said::new("verify-tiles", [("tiles", seen.tree.tiles.to_string()), ("levels", seen.tree.open.len().to_string())]))
}

pub(super) fn root(source: &dyn Source, seen: &Seen<'_>, head: Option<&Checkpoint>) -> Result<Said, Fault> {
    let tree = &seen.tree;
    let Some(head) = head else {
        // Nothing was ever signed: all of it is a tail.
        return Err(Fault::at(Kind::Tail, 0, "verify-unsigned", [("lines", tree.lines.to_string())]));
    };
    if tree.lines < head.size {
        return Err(too_few(head, tree.lines));
    }
    let root = tree.root();
    if root != head.root {
        let args = [("size", head.size.to_string()), ("root", hash_text(&root)), ("signed", hash_text(&head.root))];
        return Err(Fault::new(Kind::Root, "verify-root-differs", args));
    }
    source.agrees(head)?;
    if tree.lines > head.size {
        let args = [("lines", (tree.lines - head.size).to_string())];
        return Err(Fault::at(Kind::Tail, head.size, "verify-tail", args));
    }
    Ok(Said::new("verify-root", [("size", head.size.to_string()), ("root", hash_text(&root))]))
}

/// The head covers more than is there.
pub(crate) fn too_few(head: &Checkpoint, lines: u64) -> Fault {
    Fault::at(Kind::Root, lines, "verify-too-few", [("size", head.size.to_string()), ("lines", lines.to_string())])
}
