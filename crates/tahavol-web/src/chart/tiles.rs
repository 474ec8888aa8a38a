//! The map of equal tiles: one square a province, placed as on the map, the fuller the darker.

use maud::{Markup, html};

use super::Title;
use super::burn_up::share;
use super::part::Behind;
use super::plane::{Stands, short, text};
use crate::address;
use crate::sheet::Sheet;
use tahavol_domain::values::Province;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Tiles<'a> {
    pub title: Title<'a>,
    /// What is counted in each tile, in the reader's words.
    pub counted: &'a str,
    /// As the list of stations is asked for them.
    pub asked: (&'a str, &'a str),
    pub tiles: &'a [Tile<'a>],
}

/// A province with so many of so many.
#[derive(Debug, Clone, Copy)]
pub struct Tile<'a> {
    pub province: &'a Province,
    pub part: u64,
    pub whole: u64,
}

const EDGE: f64 = 76.0;
const GAP: f64 = 4.0;
/// Characters that a line of a name holds.
const HOLDS: usize = 12;
/// Shades of the scale, the lightest first.
const SHADES: u16 = 5;

impl Sheet<'_> {
    /// The map, and the table behind it. A tile leads where its row leads; by keyboard one goes through the rows.
    #[must_use]
    pub fn tiles(&self, chart: &Tiles<'_>) -> Markup {
        if chart.tiles.is_empty() {
            return self.chart_of_nothing(chart.title);
        }
        let message = self.tiles_message(chart);
        self.chart(chart.title, &message, &self.map(chart, &message), &self.tiles_table(chart))
    }

    /// The map with its table beside it, for pages that are about the provinces.
    #[must_use]
    pub fn tiles_beside(&self, chart: &Tiles<'_>) -> Markup {
        if chart.tiles.is_empty() {
            return self.chart_of_nothing(chart.title);
        }
        let message = self.tiles_message(chart);
        html! {
            div.beside-map {
                figure.chart #(chart.title.id) {
                    figcaption { span.message { (message) } }
                    (self.map(chart, &message))
                }
                div.rows { (self.rows(chart.title, &self.tiles_table(chart))) }
            }
        }
    }

    fn tiles_message(&self, chart: &Tiles<'_>) -> String {
        let (part, whole) = chart.tiles.iter().fold((0, 0), |(part, whole), tile| (part + tile.part, whole + tile.whole));
        let args = [
            ("label", chart.counted.to_owned()),
            ("part", self.count(part)),
            ("whole", self.count(whole)),
            ("share", self.hand.share(share(part, whole))),
        ];
        self.saying("page-chart-part-of", &args)
    }

    fn map(&self, chart: &Tiles<'_>, message: &str) -> Markup {
        let columns = f64::from(chart.tiles.iter().map(|tile| tile.province.tile_column).max().unwrap_or(0)) + 1.0;
        let rows = f64::from(chart.tiles.iter().map(|tile| tile.province.tile_row).max().unwrap_or(0)) + 1.0;
        let (width, height) = (columns * (EDGE + GAP), rows * (EDGE + GAP));
        html! {
            svg.tiles viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) direction="ltr" role="group" aria-label=(message) {
                @for tile in chart.tiles { (self.tile(tile)) }
            }
        }
    }

    fn tile(&self, tile: &Tile<'_>) -> Markup {
        let (x, y) = (f64::from(tile.province.tile_column) * (EDGE + GAP) + 2.0, f64::from(tile.province.tile_row) * (EDGE + GAP) + 2.0);
        let name = tile.province.name.get(self.lang());
        let middle = x + EDGE / 2.0;
        let figure = if tile.whole == 0 { "—".to_owned() } else { self.hand.share(share(tile.part, tile.whole)) };
        let told = self.saying(
            "page-chart-tile",
            &[("label", name.to_owned()), ("part", self.count(tile.part)), ("whole", self.count(tile.whole)), ("share", figure.clone())],
        );
        html! {
            a class={ "tile " (shade(tile)) } href=(self.at(&address::province(&tile.province.code.0))) tabindex="-1" {
                title { (told) }
                rect x=(short(x)) y=(short(y)) width=(EDGE) height=(EDGE) {}
                @for (at, line) in lines(name).iter().enumerate() {
                    (text(self.lang(), Stands::Amid, "name", (middle, y + 15.0 + at as f64 * 12.5), line))
                }
                (text(self.lang(), Stands::Amid, "share", (middle, y + EDGE - 9.0), &figure))
            }
        }
    }

    fn tiles_table(&self, chart: &Tiles<'_>) -> Behind {
        let columns =
            vec![self.word("page-chart-province"), chart.counted.to_owned(), self.word("page-chart-of"), self.word("page-chart-share")];
        let (name, value) = chart.asked;
        let row = |tile: &Tile<'_>| {
            let href = self.at(&address::province(&tile.province.code.0));
            let all = format!("{}?province={}", address::STATIONS, address::segment(&tile.province.code.0));
            let counted = format!("{all}&{name}={value}");
            let part = (tile.whole > 0).then(|| share(tile.part, tile.whole));
            vec![
                html! { a href=(href) { (self.text(&tile.province.name)) } },
                html! { a href=(self.at(&counted)) { (self.count(tile.part)) } },
                html! { a href=(self.at(&all)) { (self.count(tile.whole)) } },
                html! { @if let Some(part) = part { a href=(href) { (self.hand.share(part)) } } @else { "—" } },
            ]
        };
        Behind { columns, rows: chart.tiles.iter().map(row).collect() }
    }
}

/// A fifth each; all of it alone is darkest of all by its figure.
fn shade(tile: &Tile<'_>) -> String {
    if tile.whole == 0 {
        return "empty-tile".to_owned();
    }
    format!("shade-{}", (share(tile.part, tile.whole) * SHADES / 10_000).min(SHADES - 1))
}

/// A name on as many lines as it needs, broken between words.
fn lines(name: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= HOLDS => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}
