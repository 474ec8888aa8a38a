//! The ledger as a transparency log: the Merkle tree of RFC 6962 §2.1 over its lines, and the C2SP formats around it.
//!
//! Pure: what is read and written is bytes and hashes, wherever they lie. Every line is a leaf, in the order of positions.
//! Every format is read strictly: what [`Display`](std::fmt::Display) would write otherwise is refused.

pub mod checkpoint;
pub mod cosignature;
mod frontier;
mod key;
pub mod note;
pub mod proof;
pub mod receipt;
#[cfg(test)]
mod tests;
pub mod tile;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// A SHA-256 digest.
pub type Hash = [u8; 32];

/// SHA-256(0x00 ‖ entry).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0x00]).chain_update(entry).finalize().into()
}

/// SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([0x01]).chain_update(left).chain_update(right).finalize().into()
}

/// A hash as the texts of this module have it: base64 with padding.
pub fn hash_text(hash: &Hash) -> String {
    encode(hash)
}

/// The hash that [`hash_text`] wrote, in no other spelling.
pub fn hash_of_text(text: &str) -> Option<Hash> {
    decode(text)?.try_into().ok()
}

/// The root over leaf hashes in the order of positions; of no leaves, SHA-256 of nothing.
pub fn root(leaves: impl IntoIterator<Item = Hash>) -> Hash {
    let mut roots = Roots::default();
    for leaf in leaves {
        roots.push(leaf);
    }
    roots.root()
}

/// The roots of the complete subtrees that a log of some size falls into, largest first: all that is needed to go on
/// appending leaves and to tell the root, in memory that grows with the logarithm of the size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roots {
    size: u64,
    complete: Vec<Hash>,
}

impl Roots {
    /// How many leaves there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends one leaf.
    pub fn push(&mut self, leaf: Hash) {
        // Every one bit at the low end of the size is a complete subtree as large as what is being carried.
        let mut carried = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.complete.pop() {
                carried = node_hash(&left, &carried);
            }
        }
        self.complete.push(carried);
        self.size += 1;
    }

    /// The root over all leaves so far.
    pub fn root(&self) -> Hash {
        let mut smallest_first = self.complete.iter().rev();
        let Some(first) = smallest_first.next() else {
            return Sha256::digest([]).into();
        };
        smallest_first.fold(*first, |right, left| node_hash(left, &right))
    }
}

fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Only the one spelling: padded, and with no bits beyond the last byte.
fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}
