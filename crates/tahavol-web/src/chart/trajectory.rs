//! The trajectory of an indicator: from its baseline to its targets, the tolerance, and what was measured.

use maud::{Markup, html};
use tahavol_domain::calendar::Date;
use tahavol_domain::quantity::Quantity;
use tahavol_projections::ratio::Ratio;

use super::Title;
use super::labels::{Ground, Label, Upright};
use super::part::{Behind, drawing};
use super::plane::Plane;
use super::ticks;
use crate::figure::quantity;
use crate::sheet::Sheet;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Trajectory<'a> {
    pub title: Title<'a>,
    pub unit: &'a str,
    /// The baseline and then the targets, in the order of days.
    pub promises: &'a [Promise],
    /// How far off a value may lie, and on which side the trajectory is missed.
    pub tolerance: Option<Ratio>,
    pub side: Side,
    /// In the order of days.
    pub measured: &'a [Measured],
    /// The status date.
    pub day: Date,
}

/// A point that the trajectory goes through.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    pub on: Date,
    pub value: Ratio,
    /// Whose target it is, in the reader's words.
    pub label: String,
}

/// A value that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    pub on: Date,
    pub value: Ratio,
}

/// Where a value is to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    AtLeast,
    AtMost,
    /// It is only watched.
    Anywhere,
}

const SIZE: (f64, f64) = (560.0, 300.0);
/// Marks that can be told apart on one line.
const MARKED: usize = 24;

impl Sheet<'_> {
    /// The trajectory.
    #[must_use]
    pub fn trajectory(&self, chart: &Trajectory<'_>) -> Markup {
        let Some(plane) = plane(chart) else { return self.chart_of_nothing(chart.title) };
        let message = self.trajectory_message(chart);
        let marks = ticks::values(plane.low, plane.high);
        let mut ground = Ground::default();
        let words = self.telling("page-chart-status-date", self.hand.short(chart.day));
        let today = Upright { class: "today", x: plane.x(chart.day), row: 0, words };
        let content = html! {
            (plane.axes(&self.hand, &marks, |value| self.plain(value)))
            (plane.uprights(self.lang(), &[today], &mut ground))
            @if let Some(band) = band(chart, &plane) { path.band d=(band) {} }
            path.planned d=(plane.trace(&mut ground, chart.promises.iter().map(|promise| (promise.on, real(promise.value))))) {}
            path.verified d=(plane.trace(&mut ground, chart.measured.iter().map(|measured| (measured.on, real(measured.value))))) {}
            @for measured in marked(chart.measured) {
                circle.verified cx=(plane.x(measured.on)) cy=(plane.y(real(measured.value))) r="3.5" {}
            }
            @for promise in chart.promises {
                circle.promise cx=(plane.x(promise.on)) cy=(plane.y(real(promise.value))) r="4.5" {}
            }
            (self.trajectory_labels(chart, &plane, &mut ground))
        };
        self.chart(chart.title, &message, &drawing(chart.title, &message, SIZE, &content), &self.trajectory_table(chart))
    }

    fn trajectory_message(&self, chart: &Trajectory<'_>) -> String {
        let value = chart.measured.iter().rfind(|measured| measured.on <= chart.day);
        let next = chart.promises.iter().skip(1).find(|promise| promise.on >= chart.day).or(chart.promises.last());
        let is = match value {
            Some(measured) => {
                let args = [("value", self.amount(measured.value, chart.unit)), ("day", self.hand.long(measured.on))];
                self.saying("page-chart-value-on", &args)
            }
            None => self.word("page-chart-no-value"),
        };
        let to_be = next.map(|promise| {
            let args =
                [("value", self.amount(promise.value, chart.unit)), ("day", self.hand.long(promise.on)), ("label", promise.label.clone())];
            self.saying("page-chart-promise-on", &args)
        });
        format!("{is} {}", to_be.unwrap_or_default())
    }

    /// The last value beside its point, promises beside theirs.
    fn trajectory_labels(&self, chart: &Trajectory<'_>, plane: &Plane, ground: &mut Ground) -> Markup {
        let at = |on: Date, value: Ratio| (plane.x(on), plane.y(real(value)));
        let marks = marked(chart.measured).iter().map(|measured| at(measured.on, measured.value));
        for place in marks.chain(chart.promises.iter().map(|promise| at(promise.on, promise.value))) {
            ground.mark(place);
        }
        let last = chart.measured.last();
        let last = last.map(|measured| Label { class: "verified", at: at(measured.on, measured.value), words: self.ratio(measured.value) });
        let promised = chart.promises.iter().map(|promise| Label {
            class: "planned",
            at: at(promise.on, promise.value),
            words: format!("{} {}", promise.label, self.ratio(promise.value)),
        });
        let labels: Vec<Label<'_>> = last.into_iter().chain(promised).collect();
        ground.write(self.lang(), &plane.bounds(), &labels)
    }

    fn trajectory_table(&self, chart: &Trajectory<'_>) -> Behind {
        let columns = ["page-chart-day", "page-chart-promised", "page-chart-measured"].map(|key| self.word(key)).to_vec();
        let promises = chart.promises.iter().map(|promise| {
            let cells = vec![self.hand.day_short(promise.on), html! { (promise.label) " " (self.ratio(promise.value)) }, html! {}];
            (promise.on, cells)
        });
        let measured = chart
            .measured
            .iter()
            .map(|measured| (measured.on, vec![self.hand.day_short(measured.on), html! {}, html! { (self.ratio(measured.value)) }]));
        let mut rows: Vec<_> = promises.chain(measured).collect();
        rows.sort_by_key(|(on, _)| *on);
        Behind { columns, rows: rows.into_iter().map(|(_, cells)| cells).collect() }
    }

    fn amount(&self, value: Ratio, unit: &str) -> String {
        format!("{} {unit}", self.ratio(value))
    }

    /// With at most two places, those that say something.
    pub(crate) fn ratio(&self, value: Ratio) -> String {
        self.number_told(&value.decimal(2))
    }

    fn plain(&self, value: f64) -> String {
        self.number_told(&format!("{value:.6}"))
    }

    /// Without the noughts that say nothing, and read as one thing whatever stands around it.
    fn number_told(&self, decimal: &str) -> String {
        let told = Quantity::parse(decimal).map_or_else(|_| decimal.to_owned(), |value| quantity(value, self.lang()));
        if decimal.starts_with('-') { format!("\u{2066}{told}\u{2069}") } else { told }
    }
}

/// Wide and high enough for all that is drawn; none where there is nothing.
fn plane(chart: &Trajectory<'_>) -> Option<Plane> {
    let days = chart.promises.iter().map(|promise| promise.on).chain(chart.measured.iter().map(|measured| measured.on));
    let (from, until) = (days.clone().min()?, days.max()?.max(chart.day));
    let tolerance = chart.tolerance.map_or(0.0, real);
    let promised = chart.promises.iter().map(|promise| real(promise.value));
    let values = promised.flat_map(|value| [value - tolerance, value + tolerance]);
    let values = values.chain(chart.measured.iter().map(|measured| real(measured.value)));
    let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
    let marks = ticks::values(low, high);
    let (low, high) = (marks.first().copied()?, marks.last().copied()?);
    Some(Plane { from, until, low, high, left: 56.0, right: SIZE.0 - 16.0, top: 30.0, bottom: SIZE.1 - 26.0 })
}

/// Between the trajectory and what is just tolerated.
fn band(chart: &Trajectory<'_>, plane: &Plane) -> Option<String> {
    let tolerance = chart.tolerance.map(real).filter(|tolerance| *tolerance > 0.0)?;
    let off = match chart.side {
        Side::AtLeast => -tolerance,
        Side::AtMost => tolerance,
        Side::Anywhere => return None,
    };
    let there = chart.promises.iter().map(|promise| (promise.on, real(promise.value)));
    let back = chart.promises.iter().rev().map(|promise| (promise.on, real(promise.value) + off));
    Some(format!("{}Z", plane.line(there.chain(back))))
}

/// Points that are marked on their line: where there are very many, the last alone.
fn marked(measured: &[Measured]) -> &[Measured] {
    if measured.len() <= MARKED { measured } else { &measured[measured.len() - 1..] }
}

/// For drawing only.
fn real(value: Ratio) -> f64 {
    value.num() as f64 / value.den() as f64
}
