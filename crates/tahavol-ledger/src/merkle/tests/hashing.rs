//! Leaves, nodes and roots against the published vectors and the definition.

use sha2::{Digest, Sha256};

use super::hex;
use crate::merkle::{Hash, leaf_hash, node_hash, root};

pub(super) const ENTRIES: [&[u8]; 8] = [
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
pub(super) fn by_definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        more => {
            let split = more.len().next_power_of_two() / 2;
            node_hash(&by_definition(&more[..split]), &by_definition(&more[split..]))
        }
    }
}
