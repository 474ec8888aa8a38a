//! Everything that is served is what the lines give, reckoned here again; and the public formats are enough to check it.

use std::fs;
use std::path::Path;

use futures_util::{StreamExt, stream};
use tahavol_ledger::merkle::proof::{root_of, verify_consistency};
use tahavol_ledger::merkle::receipt::Receipt;
use tahavol_ledger::merkle::tile::{Tiles, bundles_of, entries_path, tile_hashes, tile_path, tiles_of, unbundle};
use tahavol_ledger::merkle::{Hash, hash_of_text, leaf_hash, root};
use tahavol_tests::data;
use tahavol_tests::server::Server;

use crate::{bytes, head, keys_of};

/// Every line, fetched as bundles.
async fn lines(server: &Server, size: u64) -> Vec<Vec<u8>> {
    let mut lines = Vec::new();
    for (number, width) in bundles_of(size) {
        let bundle = bytes(server, Some("council"), &format!("/log/{}", entries_path(number, width))).await;
        let entries = unbundle(&bundle).unwrap();
        assert_eq!(entries.len(), usize::from(width));
        lines.extend(entries.into_iter().map(<[u8]>::to_vec));
    }
    lines
}

/// Root over 256^level leaves from the place of an element on.
fn element(leaves: &[Hash], level: u8, place: u64) -> Hash {
    let span = 256_usize.pow(u32::from(level));
    let first = usize::try_from(place).unwrap() * span;
    root(leaves[first..first + span].iter().copied())
}

#[tokio::test]
async fn every_tile_is_what_the_lines_give_and_every_receipt_verifies() {
    let server = Server::of(data::founded());
    let keys = keys_of(&server.data);
    let (_, checkpoint) = head(&server, &keys).await;
    let size = checkpoint.size;
    let lines = lines(&server, size).await;
    let leaves: Vec<Hash> = lines.iter().map(|line| leaf_hash(line)).collect();
    assert_eq!(root(leaves.iter().copied()), checkpoint.root);
    let exported = tahavol_tests::binary::run(&["export", "events", "--data", server.data.to_str().unwrap()]).stdout;
    assert_eq!(lines.join(&b'\n'), exported.strip_suffix(b"\n").unwrap());
    let mut levels = 0;
    for (level, number, width) in tiles_of(size) {
        // A partial tile is there in every width that a published size may have had.
        let widths = if width == 256 { vec![256] } else { (1..=width).collect() };
        for width in widths {
            let tile = bytes(&server, None, &format!("/log/{}", tile_path(level, number, width))).await;
            let expected: Vec<Hash> = (0..u64::from(width)).map(|at| element(&leaves, level, number * 256 + at)).collect();
            assert_eq!(tile_hashes(&tile, width), Some(expected), "tile {level} {number} {width}");
        }
        levels = levels.max(level);
    }
    assert_eq!(levels, 1, "the ledger is large enough to have a level above the leaves");
    let receipts = stream::iter(0..size).map(|position| {
        let server = &server;
        async move { (position, bytes(server, Some("council"), &format!("/log/proof/{position}")).await) }
    });
    let mut receipts = receipts.buffer_unordered(8);
    while let Some((position, text)) = receipts.next().await {
        let receipt: Receipt = String::from_utf8(text).unwrap().parse().unwrap();
        let at = usize::try_from(position).unwrap();
        assert_eq!(receipt.index, position);
        assert_eq!(receipt.verify(leaves[at], &keys), Ok(checkpoint.clone()));
        let other = leaves[(at + 1) % leaves.len()];
        assert!(receipt.verify(other, &keys).is_err(), "a receipt of {position} for another line");
    }
}

#[tokio::test]
async fn any_two_sizes_are_consistent_and_nothing_else_is() {
    let server = Server::of(data::founded());
    let (_, checkpoint) = head(&server, &keys_of(&server.data)).await;
    let size = checkpoint.size;
    let leaves: Vec<Hash> = lines(&server, size).await.iter().map(|line| leaf_hash(line)).collect();
    let root_at = |size: u64| root(leaves[..usize::try_from(size).unwrap()].iter().copied());
    let edges = [0, 1, 2, 3, 255, 256, 257, 511, 512, 1_000, 1_024, 2_047, size - 1, size];
    let pairs = edges.iter().flat_map(|from| edges.iter().map(move |to| (*from, *to))).filter(|(from, to)| from <= to);
    for (from, to) in pairs {
        let text = bytes(&server, None, &format!("/log/consistency/{from}/{to}")).await;
        let proof: Vec<Hash> = String::from_utf8(text).unwrap().lines().map(|line| hash_of_text(line).unwrap()).collect();
        let (before, after) = (root_at(from), root_at(to));
        assert!(verify_consistency(from, &before, to, &after, &proof), "{from} to {to}");
        if from > 0 && from < to {
            assert!(!verify_consistency(from, &after, to, &before, &proof), "{from} to {to}");
        }
    }
    for (path, status) in
        [(format!("{}/{}", size, size + 1), 404), ("5/4".to_owned(), 400), ("01/4".to_owned(), 404), ("-1/4".to_owned(), 404)]
    {
        assert_eq!(server.get(&format!("/log/consistency/{path}")).send().await.unwrap().status(), status, "{path}");
    }
}

/// Tiles as files, where a mirror has put them.
struct Mirror<'d>(&'d Path);

impl Tiles for Mirror<'_> {
    type Error = std::io::Error;

    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, std::io::Error> {
        let bytes = fs::read(self.0.join(tile_path(level, number, width)))?;
        tile_hashes(&bytes, width).ok_or_else(|| std::io::Error::other("not as many hashes"))
    }
}

#[tokio::test]
async fn a_mirror_of_the_tiles_gives_the_root_that_was_signed_without_the_server() {
    let server = Server::of(data::with_history());
    let keys = keys_of(&server.data);
    let (text, _) = head(&server, &keys).await;
    let mirror = tempfile::tempdir().unwrap();
    fs::write(mirror.path().join("checkpoint"), &text).unwrap();
    let size: u64 = text.lines().nth(1).unwrap().parse().unwrap();
    for (level, number, width) in tiles_of(size) {
        let path = mirror.path().join(tile_path(level, number, width));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes(&server, None, &format!("/log/{}", tile_path(level, number, width))).await).unwrap();
    }
    drop(server);
    let note = fs::read_to_string(mirror.path().join("checkpoint")).unwrap().parse().unwrap();
    let checkpoint = tahavol_ledger::merkle::checkpoint::Checkpoint::open(&note, &keys).unwrap();
    assert_eq!(root_of(&Mirror(mirror.path()), size).unwrap(), checkpoint.root);
}
