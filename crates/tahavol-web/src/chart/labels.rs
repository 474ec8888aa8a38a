//! Where the words of a chart stand: near what they name, on no other words, and on lines only where there is no room beside them.

use maud::{Markup, html};
use tahavol_domain::calendar::Date;
use tahavol_domain::text::Lang;

use super::plane::{LINE, Plane, Stands, short, text};

/// Of a letter of the bold labels, in the drawing's own units: rather too wide than too narrow.
const LETTER: f64 = 6.8;
/// Above and below the baseline.
const ASCENT: f64 = 11.0;
const DESCENT: f64 = 4.0;
/// How far apart lines are looked at.
const GRAIN: f64 = 2.0;
/// Half of what a mark takes.
const MARK: f64 = 4.0;
/// Beside its place, and from one try to the next.
const BESIDE: f64 = 8.0;
const ABOVE: f64 = 8.0;
const BELOW: f64 = 15.0;
const STEP: f64 = 8.0;
const TRIES: u8 = 14;
/// What it costs to stand on words, and to stand a unit away from its place, in pieces of line that are covered.
const ON_WORDS: f64 = 10_000.0;
const AWAY: f64 = 0.5;

/// A text to be placed.
#[derive(Debug, Clone)]
pub(super) struct Label<'a> {
    pub(super) class: &'a str,
    /// What it names.
    pub(super) at: (f64, f64),
    pub(super) words: String,
}

/// A box on the drawing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// What is on the drawing already.
#[derive(Debug, Default)]
pub(super) struct Ground {
    pub(super) words: Vec<Area>,
    ink: Vec<(f64, f64)>,
}

/// Where a label has come to stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spot {
    pub(super) stands: Stands,
    pub(super) at: (f64, f64),
    pub(super) area: Area,
}

impl Area {
    /// Of words that stand at a place.
    pub(super) fn of(words: &str, stands: Stands, (x, y): (f64, f64)) -> Area {
        let width = width(words);
        let left = match stands {
            Stands::ToTheRight => x,
            Stands::ToTheLeft => x - width,
            Stands::Amid => x - width / 2.0,
        };
        Area { left, right: left + width, top: y - ASCENT, bottom: y + DESCENT }
    }

    pub(super) fn meets(&self, other: &Area) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    fn holds(&self, (x, y): (f64, f64)) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    fn is_within(&self, bounds: &Area) -> bool {
        self.left >= bounds.left && self.right <= bounds.right && self.top >= bounds.top && self.bottom <= bounds.bottom
    }
}

/// Without the signs that turn text and take no room.
fn width(words: &str) -> f64 {
    let seen = words.chars().filter(|c| !matches!(c, '\u{200c}' | '\u{200d}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
    seen.count() as f64 * LETTER
}

impl Ground {
    /// A line from point to point.
    pub(super) fn draw(&mut self, points: impl IntoIterator<Item = (f64, f64)>) {
        let mut before: Option<(f64, f64)> = None;
        for (x, y) in points {
            let (from_x, from_y) = before.unwrap_or((x, y));
            let pieces = ((x - from_x).hypot(y - from_y) / GRAIN).ceil().clamp(1.0, 2_000.0);
            for piece in 1..=pieces as u32 {
                let gone = f64::from(piece) / pieces;
                self.ink.push((from_x + (x - from_x) * gone, from_y + (y - from_y) * gone));
            }
            before = Some((x, y));
        }
    }

    fn covered(&self, area: &Area) -> f64 {
        self.ink.iter().filter(|point| area.holds(**point)).count() as f64
    }

    /// A mark on a line.
    pub(super) fn mark(&mut self, (x, y): (f64, f64)) {
        self.words.push(Area { left: x - MARK, right: x + MARK, top: y - MARK, bottom: y + MARK });
    }

    /// Each in its turn at the place that costs least, what stands there being in the way of the next; from the first on or from the
    /// last on, whichever costs less.
    pub(super) fn place(&mut self, bounds: &Area, labels: &[Label<'_>]) -> Vec<Spot> {
        let taken = self.words.len();
        let (forwards, cost) = self.settle_all(bounds, labels.iter());
        let placed = self.words.split_off(taken);
        let (mut backwards, other_cost) = self.settle_all(bounds, labels.iter().rev());
        if other_cost < cost {
            backwards.reverse();
            return backwards;
        }
        self.words.truncate(taken);
        self.words.extend(placed);
        forwards
    }

    fn settle_all<'a>(&mut self, bounds: &Area, labels: impl Iterator<Item = &'a Label<'a>>) -> (Vec<Spot>, f64) {
        let settled: Vec<(f64, Spot)> = labels.map(|label| self.settle(bounds, label)).collect();
        let cost = settled.iter().map(|(cost, _)| cost).sum();
        (settled.into_iter().map(|(_, spot)| spot).collect(), cost)
    }

    fn settle(&mut self, bounds: &Area, label: &Label<'_>) -> (f64, Spot) {
        let (x, y) = label.at;
        let mut best: Option<(f64, Spot)> = None;
        for try_at in 0..TRIES {
            let away = f64::from(try_at) * STEP;
            for (place_y, distance) in [(y - ABOVE - away, ABOVE + away), (y + BELOW + away, ABOVE + away)] {
                for (stands, place_x) in [(Stands::ToTheLeft, x - BESIDE), (Stands::ToTheRight, x + BESIDE), (Stands::Amid, x)] {
                    let area = Area::of(&label.words, stands, (place_x, place_y));
                    let on_words = self.words.iter().filter(|other| other.meets(&area)).count() as f64;
                    let outside = if area.is_within(bounds) { 0.0 } else { ON_WORDS / 2.0 };
                    let cost = on_words * ON_WORDS + outside + self.covered(&area) + distance * AWAY;
                    if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                        best = Some((cost, Spot { stands, at: (place_x, place_y), area }));
                    }
                }
            }
        }
        let amid = || (0.0, Spot { stands: Stands::Amid, at: label.at, area: Area::of(&label.words, Stands::Amid, label.at) });
        let (cost, spot) = best.unwrap_or_else(amid);
        self.words.push(spot.area);
        (cost, spot)
    }

    /// Placed and written.
    pub(super) fn write(&mut self, lang: Lang, bounds: &Area, labels: &[Label<'_>]) -> Markup {
        let spots = self.place(bounds, labels);
        html! {
            @for (label, spot) in labels.iter().zip(spots) {
                (text(lang, spot.stands, &format!("label {}", label.class), spot.at, &label.words))
            }
        }
    }
}

/// A line down at a day, with its words in a row above the plane.
#[derive(Debug)]
pub(super) struct Upright<'a> {
    pub(super) class: &'a str,
    pub(super) x: f64,
    pub(super) row: u8,
    pub(super) words: String,
}

impl Plane {
    /// Straight from point to point, in the way of labels from then on.
    pub(super) fn trace(&self, ground: &mut Ground, points: impl IntoIterator<Item = (Date, f64)>) -> String {
        let points: Vec<(Date, f64)> = points.into_iter().collect();
        ground.draw(points.iter().map(|(on, value)| (self.x(*on), self.y(*value))));
        self.line(points)
    }

    /// Where labels may stand.
    pub(super) fn bounds(&self) -> Area {
        Area { left: self.left + 2.0, right: self.right + 14.0, top: self.top - 4.0, bottom: self.bottom - 1.0 }
    }

    /// Lines down, and then their words, each on the side where it is in nobody's way.
    pub(super) fn uprights(&self, lang: Lang, uprights: &[Upright<'_>], ground: &mut Ground) -> Markup {
        let spans: Vec<(f64, f64)> = uprights.iter().map(|upright| (upright.x, baseline(upright.row) - ASCENT + 1.0)).collect();
        for (x, top) in &spans {
            ground.draw([(*x, *top), (*x, self.bottom)]);
        }
        let middle = (self.left + self.right) / 2.0;
        let mut spots: Vec<(Stands, (f64, f64))> = Vec::with_capacity(uprights.len());
        for upright in uprights {
            let (x, y) = (upright.x, baseline(upright.row));
            let mut sides = [(Stands::ToTheRight, x + 4.0), (Stands::ToTheLeft, x - 4.0)];
            if x > middle {
                sides.reverse();
            }
            let cost = |(stands, at): &(Stands, f64)| {
                let area = Area::of(&upright.words, *stands, (*at, y));
                let outside = if area.left < 0.0 || area.right > self.right + 16.0 { ON_WORDS } else { 0.0 };
                let on_words = ground.words.iter().filter(|other| other.meets(&area)).count() as f64;
                outside + on_words * ON_WORDS + ground.covered(&area)
            };
            let [first, second] = sides;
            let (stands, at) = if cost(&second) < cost(&first) { second } else { first };
            ground.words.push(Area::of(&upright.words, stands, (at, y)));
            spots.push((stands, (at, y)));
        }
        html! {
            @for (upright, (x, top)) in uprights.iter().zip(&spans) {
                line class={ "upright " (upright.class) } x1=(short(*x)) x2=(short(*x))
                    y1=(short(*top)) y2=(short(self.bottom)) {}
            }
            @for (upright, (stands, at)) in uprights.iter().zip(spots) {
                (text(lang, stands, &format!("told {}", upright.class), at, &upright.words))
            }
        }
    }
}

/// Of a row of words above the plane.
fn baseline(row: u8) -> f64 {
    12.0 + f64::from(row) * LINE
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Area = Area { left: 46.0, right: 558.0, top: 52.0, bottom: 303.0 };

    fn label(words: &str, at: (f64, f64)) -> Label<'static> {
        Label { class: "planned", at, words: words.to_owned() }
    }

    fn none_meets_another(areas: &[Area]) -> bool {
        areas.iter().enumerate().all(|(at, area)| areas[at + 1..].iter().all(|other| !area.meets(other)))
    }

    #[test]
    fn figures_that_lie_on_each_other_are_told_apart() {
        // All of it is planned, reported and verified, beside the words of two days above the plane.
        for x in [60.0, 300.0, 540.0] {
            let mut ground =
                Ground { words: vec![Area::of("status date 2026-11-30", Stands::ToTheLeft, (x - 4.0, 42.0))], ..Ground::default() };
            ground.draw([(46.0, 304.0), (x, 56.0)]);
            let labels = [label("Planned 100%", (x, 56.0)), label("Reported 100%", (x, 56.0)), label("Verified 99%", (x, 58.0))];
            let spots = ground.place(&BOUNDS, &labels);
            assert!(none_meets_another(&ground.words), "{spots:?}");
            assert!(spots.iter().all(|spot| spot.area.is_within(&BOUNDS)), "{spots:?}");
        }
    }

    #[test]
    fn a_label_keeps_off_lines_where_there_is_room() {
        let mut ground = Ground::default();
        let rising = [(46.0, 304.0), (300.0, 180.0), (558.0, 56.0)];
        ground.draw(rising);
        ground.draw([(300.0, 10.0), (300.0, 304.0)]);
        let spots = ground.place(&BOUNDS, &[label("Planned 50%", (300.0, 180.0)), label("Reported 48%", (300.0, 185.0))]);
        assert!(spots.iter().all(|spot| ground.covered(&spot.area) == 0.0), "{spots:?}");
        assert!(spots.iter().all(|spot| (spot.at.1 - 182.0).abs() < 60.0), "near what they name: {spots:?}");
    }

    #[test]
    fn what_lies_low_keeps_its_place_from_what_lies_above_it() {
        // Nothing is verified yet, little is reported, a little more is planned: all of it in the corner where the lines begin.
        let mut ground = Ground::default();
        let (planned, reported, verified) = ((101.0, 264.0), (101.0, 277.0), (101.0, 304.0));
        ground.draw([(46.0, 304.0), planned, (400.0, 56.0)]);
        ground.draw([(46.0, 304.0), reported, (540.0, 56.0)]);
        for at in [reported, verified] {
            ground.mark(at);
        }
        let labels = [label("Planned 16%", planned), label("Reported 11%", reported), label("Verified 0%", verified)];
        let spots = ground.place(&BOUNDS, &labels);
        assert!(none_meets_another(&ground.words), "{spots:?}");
        for (label, spot) in labels.iter().zip(&spots) {
            assert!((spot.at.1 - label.at.1).abs() < 50.0, "near what it names: {spots:?}");
        }
    }

    #[test]
    fn signs_that_turn_text_take_no_room() {
        assert_eq!(width("\u{2066}۱۲٪\u{2069}"), 3.0 * LETTER);
        assert_eq!(width("برنامه\u{200c}ریزی"), 10.0 * LETTER);
    }
}
