//! The tree on its way up, at every size that has an edge of its own; and every message in both languages.

use std::cell::Cell;
use std::ops::ControlFlow;

use tahavol_domain::text::Lang;
use tahavol_domain::values::ProgrammeId;
use tahavol_ledger::merkle::checkpoint::Checkpoint;
use tahavol_ledger::merkle::note::VerifyingKey;
use tahavol_ledger::merkle::tile::{tile_bytes, tiles_of};
use tahavol_ledger::merkle::{Hash, leaf_hash, root};

use super::batch::{Batch, LINES, in_order};
use super::tree::Tree;
use super::{Fault, Held, Kind, Source, Step, ToldFigures};

/// A log of numbers, with tiles by their definition.
struct Numbers {
    levels: Vec<Vec<Hash>>,
    lines: u64,
}

impl Numbers {
    fn new(lines: u64) -> Self {
        let mut levels = vec![(0..lines).map(|n| leaf_hash(&n.to_be_bytes())).collect::<Vec<_>>()];
        while levels.last().is_some_and(|level| level.len() >= 256) {
            let above = levels[levels.len() - 1].chunks_exact(256).map(|hashes| root(hashes.iter().copied())).collect();
            levels.push(above);
        }
        Numbers { levels, lines }
    }

    fn root_at(&self, size: u64) -> Hash {
        root(self.levels[0][..size as usize].iter().copied())
    }
}

impl Source for Numbers {
    fn lines(&self) -> u64 {
        self.lines
    }

    fn note(&self) -> Result<Option<String>, Fault> {
        Ok(None)
    }

    fn scan(&self, _columns: bool, visit: &mut dyn FnMut(Held<'_>) -> ControlFlow<()>) -> Result<(), Fault> {
        for n in 0..self.lines {
            if visit(Held { line: &n.to_be_bytes(), position: None, leaf: None, columns: None }).is_break() {
                return Ok(());
            }
        }
        Err(Fault::at(Kind::Missing, self.lines, "verify-cut-off", []))
    }

    fn first_level(&self) -> u8 {
        0
    }

    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<u8>, Fault> {
        let first = number as usize * 256;
        Ok(tile_bytes(&self.levels[usize::from(level)][first..first + usize::from(width)]))
    }

    fn entries(&self, _number: u64, _width: u16) -> Result<Option<Vec<u8>>, Fault> {
        Ok(None)
    }

    fn agrees(&self, _head: &Checkpoint) -> Result<(), Fault> {
        Ok(())
    }

    fn origin(&self) -> Option<&str> {
        None
    }

    fn programme(&self) -> Option<ProgrammeId> {
        None
    }

    fn keys(&self) -> Result<Vec<VerifyingKey>, Fault> {
        Ok(Vec::new())
    }

    fn witnesses(&self) -> Result<Vec<VerifyingKey>, Fault> {
        Ok(Vec::new())
    }

    fn told(&self) -> Option<&ToldFigures> {
        None
    }
}

#[test]
fn the_tree_has_the_root_of_the_definition_and_every_tile_is_compared() {
    let numbers = Numbers::new(66_100);
    for size in [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_792, 66_049, 66_100] {
        for known in [1, 256, 65_536] {
            let mut tree = Tree::new(&numbers, size, vec![known]);
            for leaf in &numbers.levels[0] {
                tree.push(*leaf).unwrap();
            }
            tree.finish().unwrap();
            assert_eq!((tree.size(), tree.lines()), (size, 66_100));
            assert_eq!(tree.root(), numbers.root_at(size), "{size}");
            let known_root = (known <= size).then(|| numbers.root_at(known));
            assert_eq!(tree.known_root(known), known_root, "{known} of {size}");
            assert_eq!(tree.tiles(), tiles_of(size).count() as u64, "{size}");
            assert!(tree.first_wrong().is_none());
        }
    }
}

#[test]
fn the_first_wrong_leaf_is_named_by_its_position_on_whichever_level() {
    let right = Numbers::new(66_000);
    for (level, index, position) in [(0_usize, 300_usize, 300), (0, 65_999, 65_999), (1, 7, 7 * 256), (2, 0, 0)] {
        let mut wrong = Numbers::new(66_000);
        wrong.levels[level][index][3] ^= 1;
        let mut tree = Tree::new(&wrong, 66_000, Vec::new());
        right.levels[0].iter().for_each(|leaf| tree.push(*leaf).unwrap());
        tree.finish().unwrap();
        assert_eq!(tree.first_wrong(), Some(position), "level {level}, hash {index}");
    }
}

#[test]
fn batches_come_in_order_and_a_fault_of_a_line_comes_before_one_of_the_reading() {
    let numbers = Numbers::new(LINES as u64 * 20 + 5);
    let seen = Cell::new(0);
    let take = |(first, count): (u64, u64)| {
        assert_eq!(first, seen.get());
        seen.set(first + count);
        Ok(())
    };
    let work = |batch: &Batch| (batch.first, batch.len() as u64);
    let cut = in_order(&numbers, false, &work, &mut { take }).unwrap_err();
    assert_eq!((cut.kind, seen.get()), (Kind::Missing, numbers.lines));
    let refuse =
        |(first, _): (u64, u64)| if first == 3 * LINES as u64 { Err(Fault::at(Kind::Leaf, first, "verify-leaf", [])) } else { Ok(()) };
    assert_eq!(in_order(&numbers, false, &work, &mut { refuse }).unwrap_err().kind, Kind::Leaf);
}

#[test]
fn every_step_and_every_kind_is_told_in_both_languages() {
    let kinds = [
        Kind::Missing,
        Kind::Columns,
        Kind::Canonical,
        Kind::Leaf,
        Kind::Tile,
        Kind::Root,
        Kind::Signature,
        Kind::Cosignature,
        Kind::Schema,
        Kind::Gap,
        Kind::Rule,
        Kind::Figures,
        Kind::Digest,
        Kind::Tail,
        Kind::Older,
    ];
    assert_eq!(kinds.map(Kind::code).to_vec(), (20..=34).collect::<Vec<u8>>());
    for lang in [Lang::Fa, Lang::En] {
        for text in kinds.map(|kind| kind.text(lang)).into_iter().chain(Step::ALL.map(|step| step.text(lang))) {
            assert!(!text.starts_with("verify-"), "{text}");
        }
    }
}
