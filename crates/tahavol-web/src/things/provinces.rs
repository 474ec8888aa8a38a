//! The list of provinces: how many stations each has, and how much of them is covered by the network.

use maud::{Markup, html};
use tahavol_domain::values::FULL;
use tahavol_projections::provinces::ProvinceView;

use crate::address;
use crate::chart::{Tile, Tiles, Title};
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Row, SORT, Table};

/// The provinces of the charter.
#[must_use]
pub fn listed(sheet: &Sheet<'_>, provinces: &[ProvinceView]) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let table = Table {
        id: "provinces",
        caption: sheet.word("page-thing-provinces"),
        columns: vec![
            column("code", "page-code-of"),
            column("name", "page-thing-province"),
            column("stations", "page-thing-kind-stations"),
            column("outposts", "page-thing-kind-outposts"),
            column("target", "page-thing-target-set"),
            column("networked", "page-thing-networked"),
            column("coverage", "page-thing-coverage-stations"),
            column("visits-coverage", "page-thing-coverage-visits"),
            column("visits", "page-thing-visits"),
            column("cases", "page-thing-cases"),
        ],
        rows: provinces.iter().map(|view| Row { cells: cells(sheet, view) }).collect(),
        empty: sheet.word("page-thing-provinces-none"),
    };
    table.sorted(sheet.asked(SORT))
}

fn cells(sheet: &Sheet<'_>, view: &ProvinceView) -> Vec<Cell> {
    let href = sheet.at(&address::province(&view.province.code.0));
    let visits = sheet.snapshot.network_coverage(None, |row| row.province == view.province.code).weighted();
    let number = |value: u64| Cell::Number(i64::try_from(value).unwrap_or(i64::MAX));
    vec![
        Cell::CodeLink { code: view.province.code.0.clone(), href: href.clone() },
        Cell::Link { text: view.province.name.get(sheet.lang()).to_owned(), href },
        Cell::Number(view.stations.into()),
        Cell::Number(view.outposts.into()),
        Cell::Number(view.target.into()),
        Cell::Number(view.networked.into()),
        Cell::Share(share(view.networked, view.stations + view.outposts)),
        Cell::Share(visits),
        number(view.annual_visits),
        number(view.annual_cases),
    ]
}

/// Basis points, rounded down; none of nothing.
fn share(part: u32, whole: u32) -> Option<u16> {
    u16::try_from((u64::from(part) * u64::from(FULL)).checked_div(u64::from(whole))?).ok()
}

/// The page.
#[must_use]
pub fn list(sheet: &Sheet<'_>, provinces: &[ProvinceView], table: &Table) -> Markup {
    let trail = sheet.trail(&[(sheet.at(address::STATIONS), sheet.word("page-section-stations"))]);
    let of = |view: &ProvinceView| (u64::from(view.networked), u64::from(view.stations + view.outposts));
    let tiles: Vec<Tile<'_>> =
        provinces.iter().map(|view| Tile { province: &view.province, part: of(view).0, whole: of(view).1 }).collect();
    let map = Tiles {
        title: Title { id: "map", text: &sheet.word("page-thing-coverage-all") },
        counted: &sheet.word("page-thing-networked"),
        asked: ("networked", "yes"),
        tiles: &tiles,
    };
    let content = html! {
        div #map-live data-live[!sheet.is_past()] { (sheet.tiles(&map)) }
        (sheet.listing(table, &[]))
    };
    sheet.page_under(Some(Section::Stations), &trail, &sheet.word("page-thing-provinces"), &content)
}
