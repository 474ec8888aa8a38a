//! The formats against the published vectors, the definitions and other implementations.

mod forgeries;
mod hashing;
mod notes;
mod oracles;
mod proofs;
mod receipts;
mod texts;
mod tiles;

use std::cell::RefCell;
use std::convert::Infallible;

use super::note::{KeyKind, Note, SigningKey, VerifyingKey};
use super::tile::{TILE, Tiles};
use super::{Hash, Roots, leaf_hash, root};

const LOG_VKEY: &str = "tahavol.example/log+664972a8+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
const WITNESS_VKEY: &str = "witness.example/auditor1+d0cab819+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

/// The published checkpoint of the eight published entries, signed.
const CHECKPOINT: &str = "tahavol.example/log
8
XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=

— tahavol.example/log ZklyqD4LCEWZ2JQUYOecJvbBgtsB94XIx9qFeVbHgCjFn88++xb5LmlzcX0lwAv/gGwFFj8aev9IWL36+PT/IXDoZAY=
";

/// The published cosignature under it, of 2026-01-01T00:00:00Z.
const COSIGNATURE: &str =
    "— witness.example/auditor1 0Mq4GQAAAABpVbkAI6C3xgUIEhWxsD5vQG+JliV/JS8X9FErlTHydb92yGTiUgJoyVJJXxVcDvbgmcrOawUZMVo+MTxU5lO8DqjrBQ==";
const COSIGNED_AT: u64 = 1_767_225_600;

/// The published path of entry 3, leaf's sibling first.
const PATH_OF_3: [&str; 3] = [
    "ApjRIpBtz8EIkstTpzmS/FufST6kybrbJ7eRtBJ6f+c=",
    "+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=",
    "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
];

/// Seed 00…1f.
fn log_key() -> SigningKey {
    SigningKey::generate("tahavol.example/log", KeyKind::Log, seed(0)).expect("a good name")
}

/// Seed 20…3f.
fn witness_key() -> SigningKey {
    SigningKey::generate("witness.example/auditor1", KeyKind::Cosigner, seed(0x20)).expect("a good name")
}

fn seed(first: u8) -> [u8; 32] {
    std::array::from_fn(|at| first + at as u8)
}

fn vkey(text: &str) -> VerifyingKey {
    text.parse().expect("a key")
}

fn checkpoint_note() -> Note {
    CHECKPOINT.parse().expect("a note")
}

/// The published note with the published cosignature under it.
fn cosigned_note() -> Note {
    format!("{CHECKPOINT}{COSIGNATURE}\n").parse().expect("a note")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn numbered(count: u32) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

/// A log in memory that writes down which tiles were asked for.
struct Memory {
    levels: Vec<Vec<Hash>>,
    /// Of every size, by appending.
    roots: Vec<Roots>,
    asked: RefCell<Vec<(u8, u64)>>,
}

impl Memory {
    fn of(leaves: Vec<Hash>) -> Self {
        let mut roots = vec![Roots::default()];
        for leaf in &leaves {
            let mut next = roots[roots.len() - 1].clone();
            next.push(*leaf);
            roots.push(next);
        }
        let mut levels = vec![leaves];
        loop {
            let complete = levels[levels.len() - 1].as_chunks::<{ TILE as usize }>().0;
            if complete.is_empty() {
                return Memory { levels, roots, asked: RefCell::default() };
            }
            levels.push(complete.iter().map(|tile| root(tile.iter().copied())).collect());
        }
    }

    fn leaves(&self) -> &[Hash] {
        &self.levels[0]
    }

    fn roots(&self, size: u64) -> &Roots {
        &self.roots[size as usize]
    }

    fn root(&self, size: u64) -> Hash {
        self.roots(size).root()
    }
}

impl Tiles for Memory {
    type Error = Infallible;

    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, Infallible> {
        self.asked.borrow_mut().push((level, number));
        let first = (number * TILE) as usize;
        Ok(self.levels[usize::from(level)][first..first + usize::from(width)].to_vec())
    }
}

/// A log of any size whose entries are all the same, so that every subtree of one height has the same root.
struct Monotone {
    by_height: Vec<Hash>,
    asked: RefCell<Vec<(u8, u64)>>,
}

impl Monotone {
    fn new() -> Self {
        let mut by_height = vec![leaf_hash(b"again")];
        for height in 0..63 {
            by_height.push(super::node_hash(&by_height[height], &by_height[height]));
        }
        Monotone { by_height, asked: RefCell::default() }
    }

    fn roots(&self, size: u64) -> Roots {
        let heights = (0..64_usize).rev().filter(|height| size >> height & 1 == 1);
        Roots::of_subtrees(size, heights.map(|height| self.by_height[height]).collect()).expect("one for each bit")
    }
}

impl Tiles for Monotone {
    type Error = Infallible;

    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, Infallible> {
        self.asked.borrow_mut().push((level, number));
        Ok(vec![self.by_height[usize::from(level) * 8]; usize::from(width)])
    }
}
