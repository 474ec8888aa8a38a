//! Inclusion and consistency proofs of RFC 9162 §2.1.3 and §2.1.4: made from tiles, and verified without any.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::tile::{TILE, TILE_HEIGHT, Tiles, width_at};
use super::{Hash, Roots, node_hash};

/// Why a proof or a root could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ProofError<E> {
    /// The log is not that large. The caller asked for the wrong thing: 400 or 404.
    #[error("{asked} is beyond the log's {size} entries")]
    Beyond { asked: u64, size: u64 },
    /// A tile has another number of hashes than the log's size says. What it was read from is damaged.
    #[error("tile {number} of level {level} has {found} hashes instead of {width}")]
    Width { level: u8, number: u64, width: u16, found: usize },
    /// The tiles could not be read; what to do is theirs to say.
    #[error("a tile cannot be read")]
    Tiles(#[source] E),
}

/// The path from leaf `index` to the root of a log of `size` leaves, the leaf's sibling first.
///
/// Every tile is read once: at most one on the leaf's way and one on the right edge for each level.
pub fn inclusion<T: Tiles>(tiles: &T, index: u64, size: u64) -> Result<Vec<Hash>, ProofError<T::Error>> {
    inclusion_within(Subtrees::of(tiles, size), index)
}

/// As [`inclusion`] in a log of `roots.size()` leaves whose right edge is known already: reads only the tiles on the
/// leaf's way, which for a log below 16,777,216 entries are three.
pub fn inclusion_at<T: Tiles>(tiles: &T, index: u64, roots: &Roots) -> Result<Vec<Hash>, ProofError<T::Error>> {
    inclusion_within(Subtrees::with_edge(tiles, roots), index)
}

/// What shows that the first `from` of `to` leaves are the log of `from` leaves: empty for none and for all of them.
pub fn consistency<T: Tiles>(tiles: &T, from: u64, to: u64) -> Result<Vec<Hash>, ProofError<T::Error>> {
    if from > to {
        return Err(ProofError::Beyond { asked: from, size: to });
    }
    let mut proof = Vec::new();
    if from > 0 && from < to {
        let mut subtrees = Subtrees::of(tiles, to);
        let mut part = Range { start: 0, length: to };
        let mut rest = from;
        // §2.1.4.1, from the top down: the verifier knows the root of the old log, so the subtree that is all of it (only
        // when no step has gone right) need not be told.
        while rest != part.length {
            let (left, right) = part.split();
            if rest <= left.length {
                proof.push(subtrees.root(right)?);
                part = left;
            } else {
                proof.push(subtrees.root(left)?);
                rest -= left.length;
                part = right;
            }
        }
        if part.start > 0 {
            proof.push(subtrees.root(part)?);
        }
        proof.reverse();
    }
    Ok(proof)
}

/// The root over the first `size` leaves.
pub fn root_of<T: Tiles>(tiles: &T, size: u64) -> Result<Hash, ProofError<T::Error>> {
    Ok(roots_of(tiles, size)?.root())
}

/// The complete subtrees of a log of `size` leaves: what is needed to go on appending to it. Reads one tile a level.
pub fn roots_of<T: Tiles>(tiles: &T, size: u64) -> Result<Roots, ProofError<T::Error>> {
    let mut subtrees = Subtrees::of(tiles, size);
    let mut complete = Vec::new();
    for part in Range::edge(size) {
        complete.push(subtrees.root(part)?);
    }
    Ok(Roots { size, complete })
}

/// Whether `proof` leads from `leaf` at `index` to the root of a log of `size` leaves (§2.1.3.2).
///
/// `size` and `root` must come from one signed checkpoint: some proofs fit a neighbouring size with the same root too, so
/// that a size told beside the checkpoint is not proved.
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut node, mut last, mut found) = (index, size - 1, leaf);
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            found = node_hash(sibling, &found);
            // On the right edge, a level at which this subtree has no sibling has no hash in the proof.
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            found = node_hash(&found, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && found == *root
}

/// Whether `proof` shows that a log of `from` leaves and `from_root` is how the log of `to` leaves and `to_root` began
/// (§2.1.4.2). Of an empty log that is always so, if the empty root is the empty root and the proof is empty.
pub fn verify_consistency(from: u64, from_root: &Hash, to: u64, to_root: &Hash, proof: &[Hash]) -> bool {
    let empty: Hash = Sha256::digest([]).into();
    if from > to || (from == 0 && *from_root != empty) {
        return false;
    }
    if from == to {
        return proof.is_empty() && from_root == to_root;
    }
    if from == 0 {
        return proof.is_empty();
    }
    let (mut node, mut last) = (from - 1, to - 1);
    while node & 1 == 1 {
        (node, last) = (node >> 1, last >> 1);
    }
    let (start, rest) = match proof.split_first() {
        // The old log is one complete subtree, which the verifier knows already.
        _ if from.is_power_of_two() => (from_root, proof),
        Some((start, rest)) => (start, rest),
        None => return false,
    };
    let (mut old, mut new) = (*start, *start);
    for hash in rest {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old = node_hash(hash, &old);
            new = node_hash(hash, &new);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            new = node_hash(&new, hash);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && old == *from_root && new == *to_root
}

/// §2.1.3.1, from the root down: at every split the half without the leaf is told.
fn inclusion_within<T: Tiles>(mut subtrees: Subtrees<'_, T>, index: u64) -> Result<Vec<Hash>, ProofError<T::Error>> {
    let size = subtrees.size;
    if index >= size {
        return Err(ProofError::Beyond { asked: index, size });
    }
    let mut proof = Vec::new();
    let mut part = Range { start: 0, length: size };
    while part.length > 1 {
        let (left, right) = part.split();
        let (with, without) = if index < right.start { (left, right) } else { (right, left) };
        proof.push(subtrees.root(without)?);
        part = with;
    }
    proof.reverse();
    Ok(proof)
}

/// Leaves `[start, start + length)` that are a subtree of the log: what splitting the whole log leads to.
#[derive(Clone, Copy)]
struct Range {
    start: u64,
    length: u64,
}

impl Range {
    /// At the largest power of two below the length, which is more than one.
    fn split(self) -> (Range, Range) {
        let left = 1_u64 << (self.length - 1).ilog2();
        (Range { start: self.start, length: left }, Range { start: self.start + left, length: self.length - left })
    }

    /// The complete subtrees that the first `size` leaves fall into, largest first.
    fn edge(size: u64) -> impl Iterator<Item = Range> {
        Range { start: 0, length: size }.complete()
    }

    /// The complete subtrees that this one falls into, largest first: one for every one bit of the length.
    fn complete(self) -> impl Iterator<Item = Range> {
        let mut start = self.start;
        (0..u64::BITS).rev().map(|bit| 1_u64 << bit).filter(move |bit| self.length & bit != 0).map(move |length| {
            let part = Range { start, length };
            start += length;
            part
        })
    }
}

/// The roots of subtrees of a log, hashed from tiles that are read once each.
struct Subtrees<'t, T> {
    tiles: &'t T,
    size: u64,
    /// Complete subtrees of the right edge that need not be read, by their first leaf.
    edge: HashMap<u64, (u64, Hash)>,
    read: HashMap<(u8, u64), Vec<Hash>>,
}

impl<'t, T: Tiles> Subtrees<'t, T> {
    fn of(tiles: &'t T, size: u64) -> Self {
        Subtrees { tiles, size, edge: HashMap::new(), read: HashMap::new() }
    }

    fn with_edge(tiles: &'t T, roots: &Roots) -> Self {
        let edge = Range::edge(roots.size).zip(&roots.complete).map(|(part, hash)| (part.start, (part.length, *hash)));
        Subtrees { tiles, size: roots.size, edge: edge.collect(), read: HashMap::new() }
    }

    fn root(&mut self, part: Range) -> Result<Hash, ProofError<T::Error>> {
        let mut complete = Vec::new();
        for part in part.complete() {
            complete.push(self.complete(part)?);
        }
        Ok(Roots { size: part.length, complete }.root())
    }

    fn complete(&mut self, part: Range) -> Result<Hash, ProofError<T::Error>> {
        if let Some((length, hash)) = self.edge.get(&part.start)
            && *length == part.length
        {
            return Ok(*hash);
        }
        // A subtree of 2^height leaves is 2^(height mod 8) elements of tile level height div 8, all in one tile.
        let height = part.length.ilog2();
        let (level, first) = (height / TILE_HEIGHT, part.start >> (height / TILE_HEIGHT * TILE_HEIGHT));
        let (offset, count) = ((first % TILE) as usize, 1_usize << (height % TILE_HEIGHT));
        let hashes = self.tile(level as u8, first / TILE)?;
        Ok(perfect(&hashes[offset..offset + count]))
    }

    fn tile(&mut self, level: u8, number: u64) -> Result<&[Hash], ProofError<T::Error>> {
        use std::collections::hash_map::Entry;
        match self.read.entry((level, number)) {
            Entry::Occupied(read) => Ok(read.into_mut()),
            Entry::Vacant(place) => {
                let width = width_at(level, number, self.size);
                let hashes = self.tiles.tile(level, number, width).map_err(ProofError::Tiles)?;
                if hashes.len() != usize::from(width) {
                    return Err(ProofError::Width { level, number, width, found: hashes.len() });
                }
                Ok(place.insert(hashes))
            }
        }
    }
}

/// The root over a power of two of hashes.
fn perfect(hashes: &[Hash]) -> Hash {
    let mut roots = Roots::default();
    hashes.iter().for_each(|hash| roots.push(*hash));
    roots.root()
}
