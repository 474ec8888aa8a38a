//! Names of tiles, which tiles there are, and bundles.

use std::collections::HashSet;

use super::hashing::ENTRIES;
use super::{Memory, hex, numbered};
use crate::merkle::leaf_hash;
use crate::merkle::tile::{
    BundleError, TileKind, Tiles, bundle, bundles_of, entries_path, parse_tile_path, tile_bytes, tile_hashes, tile_path, tiles_of,
    unbundle, width_at,
};
use sha2::{Digest, Sha256};

const BUNDLE: &str = "00000001000001100002202100023031000440414243000850515253545556570010606162636465666768696a6b6c6d6e6f";

#[test]
fn the_published_bundle_is_written_and_read() {
    let written = bundle(ENTRIES.into_iter());
    assert_eq!(hex(&written), BUNDLE);
    assert_eq!(unbundle(&written), Ok(ENTRIES.to_vec()));
}

#[test]
fn the_published_partial_tile_is_written_and_read() {
    let hashes: Vec<_> = ENTRIES.iter().map(|entry| leaf_hash(entry)).collect();
    let tile = tile_bytes(&hashes);
    assert_eq!(tile_path(0, 0, 8), "tile/0/000.p/8");
    assert_eq!(tile.len(), 256);
    assert_eq!(hex(&Sha256::digest(&tile)), "aea2f1bbb5140fd5f8eacb503fdf54c00c3d860c72588e40233addd416bc8f10");
    assert_eq!(tile_hashes(&tile, 8), Some(hashes));
    assert_eq!(tile_hashes(&tile, 7), None, "another width");
    assert_eq!(tile_hashes(&tile[1..], 8), None, "cut short");
}

#[test]
fn a_log_of_70_000_entries_has_the_published_tiles() {
    let tiles: Vec<_> = tiles_of(70_000).collect();
    let of_level = |level| tiles.iter().filter(move |tile| tile.0 == level).map(|tile| tile.2).collect::<Vec<_>>();
    let mut lowest = vec![256; 273];
    lowest.push(112);
    assert_eq!(of_level(0), lowest);
    assert_eq!(of_level(1), [256, 17]);
    assert_eq!(of_level(2), [1]);
    assert_eq!(tiles.len(), 274 + 2 + 1);
    assert_eq!(tiles.last(), Some(&(2, 0, 1)));
}

#[test]
fn no_tile_is_empty_and_the_tiles_of_a_size_tell_all_its_hashes() {
    for size in [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 65_791, 65_792, 16_777_216, 16_777_217] {
        let mut told = HashSet::new();
        let mut leaves = 0;
        for (level, number, width) in tiles_of(size) {
            assert!((1..=256).contains(&width) && told.insert((level, number)), "size {size}");
            assert_eq!(width, width_at(level, number, size));
            leaves += if level == 0 { u64::from(width) } else { 0 };
        }
        assert_eq!(leaves, size);
        assert_eq!(bundles_of(size).map(|(_, width)| u64::from(width)).sum::<u64>(), size);
        assert_eq!(width_at(0, size.div_ceil(256), size), 0, "none beyond the last");
    }
    assert_eq!(width_at(8, 0, u64::MAX), 0);
    assert_eq!(width_at(0, u64::MAX, u64::MAX), 0);
    assert_eq!(width_at(7, 0, u64::MAX), 255);
}

#[test]
fn a_published_tile_never_changes_but_grows() {
    let log = Memory::of(numbered(600));
    let read = |(level, number, width)| log.tile(level, number, width).expect("in memory");
    for tile in tiles_of(600) {
        for width in 1..=tile.2 {
            assert!(read(tile).starts_with(&read((tile.0, tile.1, width))));
        }
    }
}

#[test]
fn a_tile_has_the_published_name() {
    assert_eq!(tile_path(0, 1_234_067, 256), "tile/0/x001/x234/067");
    assert_eq!(tile_path(1, 1_234_067, 112), "tile/1/x001/x234/067.p/112");
    assert_eq!(tile_path(63, 0, 1), "tile/63/000.p/1");
    assert_eq!(tile_path(0, 1000, 256), "tile/0/x001/000");
    assert_eq!(entries_path(1_234_067, 256), "tile/entries/x001/x234/067");
    assert_eq!(entries_path(999, 3), "tile/entries/999.p/3");
}

#[test]
fn a_name_is_read_as_it_is_written() {
    for number in [0, 1, 67, 999, 1000, 1001, 999_999, 1_000_000, 1_234_067, u64::MAX] {
        for width in [1, 9, 10, 99, 100, 255, 256] {
            assert_eq!(parse_tile_path(&entries_path(number, width)), Some((TileKind::Entries, number, width)));
            for level in [0, 1, 9, 10, 63] {
                let read = parse_tile_path(&tile_path(level, number, width));
                assert_eq!(read, Some((TileKind::Hashes(level), number, width)));
            }
        }
    }
}

#[test]
fn a_name_has_one_spelling() {
    let others = [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile//000",
        "tile/00/000",
        "tile/01/000",
        "tile/+1/000",
        "tile/-1/000",
        "tile/64/000",
        "tile/256/000",
        "tile/8/0/000",
        "tile/data/000",
        "tile/Entries/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/1000",
        "tile/0/+12",
        "tile/0/x00",
        "tile/0/x000",
        "tile/0/x000/001",
        "tile/0/x000/x001/000",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/X001/000",
        "tile/0/xx01/000",
        "tile/0/۰۰۱",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/0/000.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/+1",
        "tile/0/000.p/256",
        "tile/0/000.p/65537",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/000.P/1",
        "tile/0/000 ",
        "tile/0/../000",
    ];
    for path in others {
        assert_eq!(parse_tile_path(path), None, "{path}");
    }
}

#[test]
fn a_bundle_that_is_cut_short_is_refused() {
    let whole = bundle(ENTRIES.into_iter());
    let mut ends = vec![0];
    for entry in ENTRIES {
        ends.push(ends[ends.len() - 1] + 2 + entry.len());
    }
    for cut in 0..whole.len() {
        let complete = ends.iter().filter(|end| **end <= cut).count() - 1;
        let expected = if ends.contains(&cut) { Ok(ENTRIES[..complete].to_vec()) } else { Err(BundleError { complete }) };
        assert_eq!(unbundle(&whole[..cut]), expected, "cut at {cut}");
    }
}

#[test]
fn the_longest_entry_fits_a_bundle() {
    let entry = vec![7; usize::from(u16::MAX)];
    assert_eq!(unbundle(&bundle([entry.as_slice()].into_iter())), Ok(vec![entry.as_slice()]));
}
