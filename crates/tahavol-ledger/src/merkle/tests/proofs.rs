//! Proofs made from tiles against RFC 9162's definitions, over every small size and some large ones.

use super::hashing::{ENTRIES, by_definition};
use super::{Memory, Monotone, PATH_OF_3, numbered};
use crate::merkle::proof::{ProofError, consistency, inclusion, inclusion_at, root_of, roots_of, verify_consistency, verify_inclusion};
use crate::merkle::tile::Tiles;
use crate::merkle::{Hash, Roots, hash_text, leaf_hash, root};

/// Positions of a log of this size where something may go wrong: the ends, the edges of tiles, and some between.
pub(super) fn some_below(size: u64) -> impl Iterator<Item = u64> {
    let near = [0, 1, size / 3, size / 2, size / 7 * 5, 254, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537];
    let mut some: Vec<u64> = near.into_iter().chain(size.saturating_sub(3)..size).filter(|at| *at < size).collect();
    some.sort_unstable();
    some.dedup();
    some.into_iter()
}

#[test]
fn the_published_path_is_found() {
    let log = Memory::of(ENTRIES.iter().map(|entry| leaf_hash(entry)).collect());
    let path = inclusion(&log, 3, 8).expect("in memory");
    assert_eq!(path.iter().map(hash_text).collect::<Vec<_>>(), PATH_OF_3);
    assert!(verify_inclusion(leaf_hash(ENTRIES[3]), 3, 8, &path, &log.root(8)));
}

#[test]
fn the_published_consistency_proof_is_found() {
    let log = Memory::of(ENTRIES.iter().map(|entry| leaf_hash(entry)).collect());
    let proof = consistency(&log, 3, 8).expect("in memory");
    let published = [PATH_OF_3[0], "B1Bqhf2d0vEg62lPhgEeW7RmLlxBWmKRcDPUqWJEh+c=", PATH_OF_3[1], PATH_OF_3[2]];
    assert_eq!(proof.iter().map(hash_text).collect::<Vec<_>>(), published);
    assert!(verify_consistency(3, &log.root(3), 8, &log.root(8), &proof));
}

#[test]
fn every_leaf_of_every_small_log_is_proved() {
    let log = Memory::of(numbered(70));
    for size in 1..=70 {
        for index in 0..size {
            assert_eq!(check_inclusion(&log, index, size), path(index as usize, &log.leaves()[..size as usize]));
        }
        for from in 0..=size {
            let defined = if from == 0 { Vec::new() } else { subproof(from as usize, &log.leaves()[..size as usize], true) };
            assert_eq!(check_consistency(&log, from, size), defined, "{from} to {size}");
        }
    }
}

#[test]
fn every_size_up_to_600_is_proved() {
    let log = Memory::of(numbered(600));
    for size in 71..=600 {
        for index in some_below(size).skip(size as usize % 3).step_by(3) {
            check_inclusion(&log, index, size);
            check_consistency(&log, index, size);
        }
        // The definition hashes everything again for each proof: a few a size.
        let leaves = &log.leaves()[..size as usize];
        for index in some_below(size).step_by(5).skip(1) {
            assert_eq!(check_inclusion(&log, index, size), path(index as usize, leaves), "{index} of {size}");
            assert_eq!(check_consistency(&log, index, size), subproof(index as usize, leaves, true), "{index} to {size}");
        }
    }
}

#[test]
fn sizes_around_a_tile_of_tiles_are_proved() {
    let log = Memory::of(numbered(66_100));
    for size in [65_535, 65_536, 65_537, 65_792, 66_049, 66_100] {
        assert_eq!(log.root(size), by_definition(&log.leaves()[..size as usize]));
        for index in some_below(size) {
            check_inclusion(&log, index, size);
            check_consistency(&log, index, size);
        }
    }
}

#[test]
fn the_roots_of_a_log_are_those_of_its_tiles() {
    let log = Memory::of(numbered(66_100));
    let mut roots = Roots::default();
    for (at, leaf) in log.leaves().iter().enumerate() {
        if !(600..=66_000).contains(&at) || (65_500..65_600).contains(&at) {
            assert_eq!(roots_of(&log, at as u64).expect("in memory"), roots);
            assert_eq!(root_of(&log, at as u64).expect("in memory"), roots.root());
        }
        roots.push(*leaf);
    }
}

#[test]
fn every_tile_is_read_once_and_a_known_edge_is_not_read() {
    let log = Monotone::new();
    for size in [1, 256, 257, 999_999, 1_000_000, 16_777_216, 16_777_221, (1 << 40) + 12_345, u64::MAX >> 1] {
        let (roots, levels) = (log.roots(size), (size.ilog2() / 8 + 1) as usize);
        for index in some_below(size) {
            let proof = inclusion(&log, index, size).expect("in memory");
            assert!(verify_inclusion(log.by_height[0], index, size, &proof, &roots.root()), "{index} of {size}");
            let asked = once_each(log.asked.take());
            assert!(asked < 2 * levels, "{index} of {size} asked for {asked} tiles");

            assert_eq!(inclusion_at(&log, index, &roots).expect("in memory"), proof, "{index} of {size}");
            let asked = once_each(log.asked.take());
            assert!(asked <= levels, "{index} of {size} asked for {asked} tiles");
            assert!(size > 16_777_216 || asked <= 3, "{index} of {size} asked for {asked} tiles");
        }
        assert_eq!(roots_of(&log, size).expect("in memory"), roots);
        assert!(once_each(log.asked.take()) <= levels);
    }
}

#[test]
fn huge_logs_are_consistent_with_their_beginnings() {
    let log = Monotone::new();
    for size in [1_000_000, 16_777_221, (1 << 40) + 12_345] {
        for from in some_below(size).skip(1).chain([1 << 16, 1 << 19, 777_777]) {
            let proof = consistency(&log, from, size).expect("in memory");
            once_each(log.asked.take());
            let (old, new) = (log.roots(from).root(), log.roots(size).root());
            assert!(verify_consistency(from, &old, size, &new, &proof), "{from} to {size}");
        }
    }
}

#[test]
fn what_is_beyond_the_log_is_refused() {
    let log = Memory::of(numbered(8));
    assert!(matches!(inclusion(&log, 8, 8), Err(ProofError::Beyond { asked: 8, size: 8 })));
    assert!(matches!(inclusion(&log, 0, 0), Err(ProofError::Beyond { asked: 0, size: 0 })));
    assert!(matches!(consistency(&log, 8, 7), Err(ProofError::Beyond { asked: 8, size: 7 })));
    assert!(log.asked.take().is_empty());
}

#[test]
fn a_tile_of_another_width_is_refused() {
    struct Short;
    impl Tiles for Short {
        type Error = std::convert::Infallible;
        fn tile(&self, _: u8, _: u64, width: u16) -> Result<Vec<Hash>, Self::Error> {
            Ok(vec![[0; 32]; usize::from(width) - 1])
        }
    }
    let refused = inclusion(&Short, 3, 300).expect_err("one hash is missing");
    assert!(matches!(refused, ProofError::Width { width: 256, found: 255, .. } | ProofError::Width { width: 44, .. }));
    assert!(matches!(root_of(&Short, 8), Err(ProofError::Width { level: 0, number: 0, width: 8, found: 7 })));
}

#[test]
fn what_the_tiles_say_went_wrong_is_handed_on() {
    struct Broken;
    impl Tiles for Broken {
        type Error = &'static str;
        fn tile(&self, _: u8, _: u64, _: u16) -> Result<Vec<Hash>, Self::Error> {
            Err("the disk is gone")
        }
    }
    assert!(matches!(inclusion(&Broken, 3, 8), Err(ProofError::Tiles("the disk is gone"))));
    assert!(matches!(consistency(&Broken, 3, 8), Err(ProofError::Tiles("the disk is gone"))));
    assert!(matches!(root_of(&Broken, 8), Err(ProofError::Tiles("the disk is gone"))));
}

/// The proof, made in both ways and verified.
fn check_inclusion(log: &Memory, index: u64, size: u64) -> Vec<Hash> {
    let proof = inclusion(log, index, size).expect("in memory");
    assert!(verify_inclusion(log.leaves()[index as usize], index, size, &proof, &log.root(size)), "{index} of {size}");
    once_each(log.asked.take());
    assert_eq!(inclusion_at(log, index, log.roots(size)).expect("in memory"), proof, "{index} of {size}");
    once_each(log.asked.take());
    proof
}

fn check_consistency(log: &Memory, from: u64, size: u64) -> Vec<Hash> {
    let proof = consistency(log, from, size).expect("in memory");
    assert!(verify_consistency(from, &log.root(from), size, &log.root(size), &proof), "{from} to {size}");
    once_each(log.asked.take());
    proof
}

fn once_each(mut asked: Vec<(u8, u64)>) -> usize {
    let count = asked.len();
    asked.sort_unstable();
    asked.dedup();
    assert_eq!(asked.len(), count, "a tile was read twice");
    count
}

/// PATH of RFC 9162 §2.1.3.1, word for word.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, other) = if index < left.len() { (path(index, left), right) } else { (path(index - left.len(), right), left) };
    path.push(root(other.iter().copied()));
    path
}

/// SUBPROOF of RFC 9162 §2.1.4.1, word for word.
fn subproof(from: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if from == leaves.len() {
        return if known { Vec::new() } else { vec![root(leaves.iter().copied())] };
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut proof, other) =
        if from <= left.len() { (subproof(from, left, known), right) } else { (subproof(from - left.len(), right, false), left) };
    proof.push(root(other.iter().copied()));
    proof
}
