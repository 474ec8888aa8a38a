//! Roots, proofs and tiles against other people's implementations: ct-merkle and tlog_tiles.

use std::collections::HashMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use tlog_tiles::{HashReader, Tile, TileHashReader, TileReader};

use super::proofs::some_below;
use super::{Memory, numbered};
use crate::merkle::Hash;
use crate::merkle::proof::{consistency, inclusion, root_of};
use crate::merkle::tile::{Tiles, tile_bytes, tile_path, tiles_of};

#[test]
fn roots_and_proofs_are_those_of_ct_merkle() {
    let log = Memory::of(numbered(600));
    let mut theirs = MemoryBackedTree::<sha2::Sha256, [u8; 4]>::new();
    for size in 1..=600_u64 {
        theirs.push((size as u32 - 1).to_be_bytes());
        assert_eq!(log.root(size)[..], theirs.root().as_bytes()[..], "size {size}");
        for index in some_below(size) {
            let proof = inclusion(&log, index, size).expect("in memory");
            assert_eq!(proof.concat(), theirs.prove_inclusion(index as usize).as_bytes(), "{index} of {size}");
        }
        for from in some_below(size).skip(1) {
            let proof = consistency(&log, from, size).expect("in memory");
            let added = (size - from) as usize;
            assert_eq!(proof.concat(), theirs.prove_consistency(added).as_bytes(), "{from} to {size}");
        }
    }
}

#[test]
fn roots_and_proofs_are_those_of_tlog_tiles() {
    let log = Memory::of(numbered(66_100));
    let mut stored = Stored(Vec::new());
    for (at, leaf) in log.leaves().iter().enumerate() {
        let size = at as u64 + 1;
        let new = tlog_tiles::stored_hashes_for_record_hash(at as u64, tlog_tiles::Hash(*leaf), &stored);
        stored.0.extend(new.expect("in memory"));
        if size > 300 && !(65_530..65_540).contains(&size) && size < 66_095 {
            continue;
        }
        assert_eq!(root_of(&log, size).expect("in memory"), tlog_tiles::tree_hash(size, &stored).expect("a root").0);
        for index in some_below(size) {
            let theirs = tlog_tiles::prove_record(size, index, &stored).expect("a proof");
            assert_eq!(inclusion(&log, index, size).expect("in memory"), plain(&theirs), "{index} of {size}");
        }
        for from in some_below(size).skip(1) {
            let theirs = tlog_tiles::prove_tree(size, from, &stored).expect("a proof");
            assert_eq!(consistency(&log, from, size).expect("in memory"), plain(&theirs), "{from} to {size}");
        }
    }
}

#[test]
fn a_tlog_tiles_client_believes_the_tiles_and_makes_the_same_proofs_from_them() {
    let log = Memory::of(numbered(66_100));
    for size in [1, 255, 256, 257, 600, 65_535, 65_536, 65_537, 66_100] {
        let served = Served::of(&log, size);
        let root = tlog_tiles::Hash(log.root(size));
        // The client checks every tile it uses against the root.
        let reader = TileHashReader::new(size, root, &served);
        for index in some_below(size) {
            let theirs = tlog_tiles::prove_record(size, index, &reader).expect("tiles that fit the root");
            assert_eq!(inclusion(&log, index, size).expect("in memory"), plain(&theirs), "{index} of {size}");
        }
    }
}

/// Go's paths begin with the tile's height, `tile/8/…`; C2SP's do not. All else is the same.
#[test]
fn tile_paths_are_those_of_tlog_tiles_without_the_height() {
    let numbers = [0, 1, 67, 999, 1000, 999_999, 1_000_000, 1_234_067, 1_000_000_007, u64::MAX];
    for (number, level, width) in
        numbers.iter().flat_map(|n| [0, 1, 7, 63].map(|l| (*n, l))).flat_map(|(n, l)| [1, 99, 255, 256].map(|w| (n, l, w)))
    {
        let theirs = Tile::new(8, level, number, u32::from(width), false).path();
        assert_eq!(theirs.replacen("tile/8/", "tile/", 1), tile_path(level, number, width));
    }
}

#[test]
fn the_tiles_of_a_size_are_those_of_tlog_tiles() {
    for size in (0..600).chain([65_535, 65_536, 65_537, 70_000, 16_777_217]) {
        let theirs = Tile::new_tiles(8, 0, size).into_iter();
        let theirs: Vec<_> = theirs.map(|tile| (tile.level(), tile.level_index(), tile.width() as u16)).collect();
        assert_eq!(tiles_of(size).collect::<Vec<_>>(), theirs, "size {size}");
    }
}

struct Stored(Vec<tlog_tiles::Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
    }
}

/// Every tile of a log as the bytes that are served.
struct Served(HashMap<(u8, u64), Vec<u8>>);

impl Served {
    fn of(log: &Memory, size: u64) -> Self {
        let served =
            tiles_of(size).map(|(level, number, width)| ((level, number), tile_bytes(&log.tile(level, number, width).expect("in memory"))));
        Served(served.collect())
    }
}

impl TileReader for Served {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        Ok(tiles.iter().map(|tile| self.0[&(tile.level(), tile.level_index())].clone()).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

fn plain(proof: &[tlog_tiles::Hash]) -> Vec<Hash> {
    proof.iter().map(|hash| hash.0).collect()
}
