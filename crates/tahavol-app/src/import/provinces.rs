//! The provinces of the charter: ISO 3166-2:IR, with their places on the tile map.

use tahavol_domain::text::Text;
use tahavol_domain::values::{Province, ProvinceCode};

const TABLE: &str = include_str!("../../data/provinces.csv");

/// The 31 provinces, by code.
#[must_use]
pub fn provinces() -> Vec<Province> {
    let mut table = csv::Reader::from_reader(TABLE.as_bytes());
    let rows = table.deserialize::<(String, String, String, u8, u8)>();
    rows.map(|row| {
        let (code, fa, en, tile_row, tile_column) = row.expect("the compiled-in table is well formed");
        Province { code: ProvinceCode(code), name: Text { fa, en: Some(en) }, tile_row, tile_column }
    })
    .collect()
}
