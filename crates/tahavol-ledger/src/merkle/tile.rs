//! Tiles: the hashes of a log in runs of 256, their names, and bundles of its entries (c2sp.org/tlog-tiles).

use super::Hash;

/// How many hashes a full tile holds, and how many entries a full bundle.
pub const TILE: u64 = 256;

/// How many levels of the tree one level of tiles spans: 2^8 = 256.
pub(super) const TILE_HEIGHT: u32 = 8;

/// The highest tile level a path may name.
const MAX_LEVEL: u8 = 63;

/// Where a run of hashes is read from: the ledger, a bundle's directory, a log over HTTP.
///
/// Reading blocks; callers on the runtime use a blocking thread or fetch beforehand.
pub trait Tiles {
    type Error;

    /// Hashes `[number·256, number·256 + width)` of tile level `level`. Level 0 are the leaf hashes; an element of level
    /// l is the root over 256^l leaves.
    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, Self::Error>;
}

impl<T: Tiles + ?Sized> Tiles for &T {
    type Error = T::Error;

    fn tile(&self, level: u8, number: u64, width: u16) -> Result<Vec<Hash>, Self::Error> {
        (**self).tile(level, number, width)
    }
}

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TileKind {
    /// Hashes of this tile level.
    Hashes(u8),
    /// The entries themselves, as a bundle.
    Entries,
}

/// `tile/0/x001/x234/067`, and `.p/112` after it when the tile is not full. `width` is 1 to 256.
pub fn tile_path(level: u8, number: u64, width: u16) -> String {
    format!("tile/{level}/{}{}", number_path(number), partial(width))
}

/// `tile/entries/x001/x234/067`, and `.p/112` after it when the bundle is not full. `width` is 1 to 256.
pub fn entries_path(number: u64, width: u16) -> String {
    format!("tile/entries/{}{}", number_path(number), partial(width))
}

/// Kind, number and width of a path that [`tile_path`] or [`entries_path`] writes. Any other spelling is `None`, so that
/// a tile has one address and a cache one copy.
pub fn parse_tile_path(path: &str) -> Option<(TileKind, u64, u16)> {
    let (kind, rest) = path.strip_prefix("tile/")?.split_once('/')?;
    let kind = match kind {
        "entries" => TileKind::Entries,
        level => TileKind::Hashes(decimal(level)?.try_into().ok().filter(|level| *level <= MAX_LEVEL)?),
    };
    let (number, width) = match rest.split_once(".p/") {
        Some((number, width)) => (number, decimal(width)?.try_into().ok().filter(|width| (1..256).contains(width))?),
        None => (rest, 256),
    };
    Some((kind, parse_number(number)?, width))
}

/// Every tile of hashes of a log of this size, as (level, number, width): level by level, the partial one last.
pub fn tiles_of(size: u64) -> impl Iterator<Item = (u8, u64, u16)> {
    (0_u8..)
        .map_while(move |level| {
            let elements = elements(level, size);
            (elements > 0).then(|| tiles_over(elements).map(move |(number, width)| (level, number, width)))
        })
        .flatten()
}

/// Every bundle of entries of a log of this size, as (number, width), the partial one last.
pub fn bundles_of(size: u64) -> impl Iterator<Item = (u64, u16)> {
    tiles_over(size)
}

/// How many elements tile level `level` has in a log of this size: the complete subtrees of 256^level leaves.
pub fn elements(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * TILE_HEIGHT).unwrap_or(0)
}

/// The width of tile `number` of a level in a log of this size; 0 when the log has no such tile.
pub fn width_at(level: u8, number: u64, size: u64) -> u16 {
    let before = number.saturating_mul(TILE);
    elements(level, size).saturating_sub(before).min(TILE) as u16
}

/// The bytes of a tile: its hashes one after another.
pub fn tile_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.concat()
}

/// The hashes of a tile of this width; `None` when the bytes are not exactly as many.
pub fn tile_hashes(bytes: &[u8], width: u16) -> Option<Vec<Hash>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    (rest.is_empty() && hashes.len() == usize::from(width)).then(|| hashes.to_vec())
}

/// The bytes of a bundle: for each entry its length in two bytes, the larger first, and the entry.
///
/// # Panics
/// When an entry is longer than 65,535 bytes; the ledger takes none longer than [`MAX_LINE`](crate::MAX_LINE).
pub fn bundle<'e>(entries: impl Iterator<Item = &'e [u8]>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).expect("an entry is at most MAX_LINE bytes, which fits two bytes");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    bytes
}

/// The entries of a bundle. How many there should be is the caller's to compare.
pub fn unbundle(mut bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let cut = BundleError { complete: entries.len() };
        let (length, rest) = bytes.split_first_chunk::<2>().ok_or(cut)?;
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length))).ok_or(cut)?;
        entries.push(entry);
        bytes = rest;
    }
    Ok(entries)
}

/// A bundle that ends in the middle of an entry: it was cut short or is none. Fetching it anew may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the bundle ends in the middle of an entry, {complete} entries are complete")]
pub struct BundleError {
    pub complete: usize,
}

/// Tiles over so many elements as (number, width).
fn tiles_over(elements: u64) -> impl Iterator<Item = (u64, u16)> {
    (0..elements.div_ceil(TILE)).map(move |number| (number, width_at(0, number, elements)))
}

fn partial(width: u16) -> String {
    match width {
        256 => String::new(),
        less => format!(".p/{less}"),
    }
}

/// Groups of three digits, all but the last marked with an x: 1234067 is `x001/x234/067`.
fn number_path(number: u64) -> String {
    match number / 1000 {
        0 => format!("{number:03}"),
        higher => format!("{}/{:03}", marked(higher), number % 1000),
    }
}

fn marked(number: u64) -> String {
    match number / 1000 {
        0 => format!("x{number:03}"),
        higher => format!("{}/x{:03}", marked(higher), number % 1000),
    }
}

fn parse_number(path: &str) -> Option<u64> {
    let mut number = 0_u64;
    let mut groups = path.split('/').peekable();
    while let Some(group) = groups.next() {
        let digits = if groups.peek().is_some() { group.strip_prefix('x')? } else { group };
        if digits.len() != 3 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        number = number.checked_mul(1000)?.checked_add(digits.parse().ok()?)?;
    }
    // A leading group of zeros would be a second name for the same tile.
    (number_path(number) == path).then_some(number)
}

/// A number in its one decimal spelling: digits only, no zero in front.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || !text.starts_with('0');
    // `parse` alone would take a plus sign.
    (canonical && text.bytes().all(|digit| digit.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}
