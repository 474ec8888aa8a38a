//! Whatever is changed in a proof, it no longer verifies.

use super::proofs::some_below;
use super::{Memory, numbered};
use crate::merkle::proof::{consistency, inclusion, verify_consistency, verify_inclusion};
use crate::merkle::{Hash, root};

fn sizes() -> impl Iterator<Item = u64> {
    (1..=18).chain([31, 32, 33, 255, 256, 257, 300, 511, 512, 513])
}

#[test]
fn an_inclusion_proof_with_anything_changed_is_refused() {
    let log = Memory::of(numbered(520));
    for size in sizes() {
        let root = log.root(size);
        for index in some_below(size) {
            let leaf = log.leaves()[index as usize];
            let proof = inclusion(&log, index, size).expect("in memory");
            let accepts = |leaf, index, size, proof: &[Hash], root: &Hash| verify_inclusion(leaf, index, size, proof, root);
            assert!(accepts(leaf, index, size, &proof, &root));
            for changed in changes(&proof) {
                assert!(!accepts(leaf, index, size, &changed, &root), "{index} of {size}");
            }
            bits(&leaf).for_each(|leaf| assert!(!accepts(leaf, index, size, &proof, &root), "{index} of {size}"));
            bits(&root).for_each(|root| assert!(!accepts(leaf, index, size, &proof, &root), "{index} of {size}"));
            for other in (0..size + 3).chain([u64::MAX]).filter(|other| *other != index) {
                assert!(!accepts(leaf, other, size, &proof, &root), "{other} for {index} of {size}");
            }
            for other in (0..size + 3).filter(|other| *other != size) {
                assert!(!accepts(leaf, index, other, &proof, &log.root(other)), "{index} of {other} for {size}");
            }
            for other in [0, index, size * 4, u64::MAX] {
                assert!(other == size || !accepts(leaf, index, other, &proof, &root), "{index} of {other} for {size}");
            }
        }
    }
}

#[test]
fn a_consistency_proof_with_anything_changed_is_refused() {
    let log = Memory::of(numbered(520));
    for size in sizes() {
        let new = log.root(size);
        for from in some_below(size).skip(1).chain([size]) {
            let old = log.root(from);
            let proof = consistency(&log, from, size).expect("in memory");
            assert!(verify_consistency(from, &old, size, &new, &proof));
            for changed in changes(&proof) {
                assert!(!verify_consistency(from, &old, size, &new, &changed), "{from} to {size}");
            }
            bits(&old).for_each(|old| assert!(!verify_consistency(from, &old, size, &new, &proof), "{from} to {size}"));
            bits(&new).for_each(|new| assert!(!verify_consistency(from, &old, size, &new, &proof), "{from} to {size}"));
            for other in (0..size + 3).filter(|other| *other != from) {
                assert!(!verify_consistency(other, &old, size, &new, &proof), "{other} for {from} to {size}");
            }
            for other in (0..size + 3).filter(|other| *other != size) {
                assert!(!verify_consistency(from, &old, other, &log.root(other), &proof), "{from} to {other} for {size}");
            }
        }
    }
}

#[test]
fn a_log_that_was_rewritten_is_consistent_with_none_of_its_later_heads() {
    let honest = Memory::of(numbered(300));
    for changed in [0, 1, 100, 255] {
        let mut leaves = numbered(300);
        leaves[changed] = [7; 32];
        let rewritten = Memory::of(leaves);
        for from in [256, 257, 299] {
            let proof = consistency(&rewritten, from, 300).expect("in memory");
            assert!(verify_consistency(from, &rewritten.root(from), 300, &rewritten.root(300), &proof));
            assert!(!verify_consistency(from, &honest.root(from), 300, &rewritten.root(300), &proof));
        }
    }
}

#[test]
fn an_empty_log_is_the_beginning_of_every_log_and_has_one_root() {
    let log = Memory::of(numbered(8));
    let empty = root([]);
    assert!(verify_consistency(0, &empty, 8, &log.root(8), &[]));
    assert!(verify_consistency(0, &empty, 0, &empty, &[]));
    assert!(!verify_consistency(0, &log.root(1), 8, &log.root(8), &[]), "another root");
    assert!(!verify_consistency(0, &log.root(1), 0, &log.root(1), &[]), "a root of something");
    assert!(!verify_consistency(0, &empty, 8, &log.root(8), &[empty]), "a proof of nothing");
    assert!(!verify_inclusion(empty, 0, 0, &[], &empty));
}

/// The proof with one thing changed: a bit of a hash, a hash more or less, two of them swapped.
fn changes(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut changed = Vec::new();
    for at in 0..=proof.len() {
        let mut longer = proof.to_vec();
        longer.insert(at, [at as u8; 32]);
        changed.push(longer);
    }
    for at in 0..proof.len() {
        changed.extend(bits(&proof[at]).map(|hash| {
            let mut other = proof.to_vec();
            other[at] = hash;
            other
        }));
        let mut shorter = proof.to_vec();
        shorter.remove(at);
        changed.push(shorter);
        if at > 0 {
            let mut swapped = proof.to_vec();
            swapped.swap(at - 1, at);
            changed.push(swapped);
        }
    }
    changed
}

/// The hash with one of some of its bits changed, the first and the last among them.
fn bits(hash: &Hash) -> impl Iterator<Item = Hash> + use<> {
    let hash = *hash;
    [0, 77, 128, 255].into_iter().map(move |bit| {
        let mut other = hash;
        other[bit / 8] ^= 1 << (bit % 8);
        other
    })
}
