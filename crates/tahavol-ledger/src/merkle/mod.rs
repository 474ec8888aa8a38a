//! Merkle tree hashing of RFC 6962 §2.1: every line is a leaf, in the order of positions.

mod frontier;

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

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRIES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];

    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn the_roots_of_the_published_vectors_are_found() {
        for (size, expected) in ROOTS.iter().enumerate() {
            let found = root(ENTRIES[..size].iter().map(|entry| leaf_hash(entry)));
            assert_eq!(hex(&found), *expected, "size {size}");
        }
    }

    #[test]
    fn a_root_by_appending_is_the_root_by_the_definition() {
        let leaves: Vec<Hash> = (0_u32..200).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        for size in 0..=leaves.len() {
            assert_eq!(root(leaves[..size].iter().copied()), by_definition(&leaves[..size]), "size {size}");
        }
    }

    /// RFC 6962 §2.1, word for word: split at the largest power of two below the size.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            more => {
                let split = more.len().next_power_of_two() / 2;
                node_hash(&by_definition(&more[..split]), &by_definition(&more[split..]))
            }
        }
    }

    fn hex(hash: &Hash) -> String {
        hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
