//! The burn-up: what is done adds up towards all that is to be done.

use maud::{Markup, html};
use tahavol_domain::calendar::Date;

use super::Title;
use super::labels::{Ground, Label, Upright};
use super::part::{Behind, drawing};
use super::plane::{LINE, Plane};
use super::ticks;
use crate::sheet::Sheet;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct BurnUp<'a> {
    pub title: Title<'a>,
    /// Told apart by their labels and their strokes; more than four are better drawn as small multiples.
    pub lines: &'a [Cumulative],
    /// All that there is to do.
    pub whole: Option<u64>,
    /// The straight way that was promised: from nothing on the first day to all on the second.
    pub promised: Option<(Date, Date)>,
    /// The status date: where the lines end.
    pub day: Date,
}

/// A number that grows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cumulative {
    /// In the reader's words, or somebody's.
    pub label: String,
    /// How much there is from each day on, in the order of days.
    pub points: Vec<(Date, u64)>,
}

const SIZE: (f64, f64) = (560.0, 290.0);
/// Of strokes that differ.
const STROKES: usize = 4;

impl Sheet<'_> {
    /// The burn-up.
    #[must_use]
    pub fn burn_up(&self, chart: &BurnUp<'_>) -> Markup {
        let Some(plane) = plane(chart) else { return self.chart_of_nothing(chart.title) };
        let message = self.burn_up_message(chart);
        let mut ground = Ground::default();
        let words = self.telling("page-chart-status-date", self.hand.short(chart.day));
        let today = Upright { class: "today", x: plane.x(chart.day), row: 0, words };
        for line in chart.lines {
            let steps = drawn(line, chart.day).map(|(on, value)| (plane.x(on), plane.y(value)));
            let mut before: Option<f64> = None;
            ground.draw(steps.flat_map(|(x, y)| [(x, before.replace(y).unwrap_or(y)), (x, y)]));
        }
        let content = html! {
            (plane.axes(&self.hand, &ticks::values(plane.low, plane.high), |value| self.hand.number(value as i64)))
            (plane.uprights(self.lang(), &[today], &mut ground))
            @if let Some(whole) = chart.whole {
                @let y = plane.y(whole as f64);
                line.whole x1=(plane.left) x2=(plane.right) y1=(y) y2=(y) {}
            }
            @if let (Some((from, until)), Some(whole)) = (chart.promised, chart.whole) {
                path.planned d=(plane.trace(&mut ground, [(from, 0.0), (until, whole as f64)])) {}
            }
            @for (at, line) in chart.lines.iter().enumerate() {
                path class={ "stroke-" (at % STROKES) } d=(plane.steps(drawn(line, chart.day))) {}
            }
            (self.burn_up_labels(chart, &plane, &mut ground))
        };
        self.chart(chart.title, &message, &drawing(chart.title, &message, SIZE, &content), &self.burn_up_table(chart))
    }

    fn burn_up_message(&self, chart: &BurnUp<'_>) -> String {
        let one = |line: &Cumulative| {
            let reached = reached(line, chart.day);
            match chart.whole {
                Some(whole) if whole > 0 => {
                    let args = [
                        ("label", line.label.clone()),
                        ("part", self.count(reached)),
                        ("whole", self.count(whole)),
                        ("share", self.hand.share(share(reached, whole))),
                    ];
                    self.saying("page-chart-part-of", &args)
                }
                Some(_) | None => self.saying("page-chart-part", &[("label", line.label.clone()), ("part", self.count(reached))]),
            }
        };
        chart.lines.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    fn burn_up_labels(&self, chart: &BurnUp<'_>, plane: &Plane, ground: &mut Ground) -> Markup {
        let ends = chart.lines.iter().map(|line| {
            let reached = reached(line, chart.day);
            let at = (plane.x(chart.day), plane.y(reached as f64));
            Label { class: "verified", at, words: format!("{} {}", line.label, self.count(reached)) }
        });
        let whole = chart.whole.map(|whole| {
            let words = self.telling("page-chart-whole", self.count(whole));
            Label { class: "planned", at: (plane.left, plane.y(whole as f64)), words }
        });
        let labels: Vec<Label<'_>> = ends.chain(whole).collect();
        ground.write(self.lang(), &plane.bounds(), &labels)
    }

    fn burn_up_table(&self, chart: &BurnUp<'_>) -> Behind {
        let mut days: Vec<Date> = chart.lines.iter().flat_map(|line| line.points.iter().map(|(on, _)| *on)).collect();
        days.retain(|on| *on < chart.day);
        days.push(chart.day);
        days.sort_unstable();
        days.dedup();
        let labels = chart.lines.iter().map(|line| line.label.clone());
        let columns = [self.word("page-chart-day")].into_iter().chain(labels).collect();
        let cells = |on: &Date| {
            let numbers = chart.lines.iter().map(|line| html! { (self.count(reached(line, *on))) });
            [self.hand.day_short(*on)].into_iter().chain(numbers).collect()
        };
        Behind { columns, rows: days.iter().map(cells).collect() }
    }

    pub(crate) fn count(&self, number: u64) -> String {
        self.hand.number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

fn plane(chart: &BurnUp<'_>) -> Option<Plane> {
    let first = chart.lines.iter().filter_map(|line| line.points.first().map(|(on, _)| *on)).min()?;
    let from = chart.promised.map_or(first, |(from, _)| from.min(first)).min(chart.day);
    let until = chart.promised.map_or(chart.day, |(_, until)| until.max(chart.day));
    let most = chart.lines.iter().map(|line| reached(line, chart.day)).chain(chart.whole).max().unwrap_or(0).max(1);
    let high = ticks::values(0.0, most as f64).last().copied()?;
    Some(Plane { from, until, low: 0.0, high, left: 56.0, right: SIZE.0 - 16.0, top: 14.0 + LINE, bottom: SIZE.1 - 26.0 })
}

fn drawn(line: &Cumulative, day: Date) -> impl Iterator<Item = (Date, f64)> {
    let past = line.points.iter().filter(move |(on, _)| *on <= day).map(|(on, number)| (*on, *number as f64));
    past.chain([(day, reached(line, day) as f64)])
}

fn reached(line: &Cumulative, on: Date) -> u64 {
    reached_on(&line.points, on)
}

pub(super) fn reached_on(points: &[(Date, u64)], on: Date) -> u64 {
    points.iter().rfind(|(day, _)| *day <= on).map_or(0, |(_, number)| *number)
}

/// Basis points, rounded down.
pub(super) fn share(part: u64, whole: u64) -> u16 {
    let points = (u128::from(part) * 10_000).checked_div(u128::from(whole)).unwrap_or(0);
    u16::try_from(points).unwrap_or(u16::MAX)
}
