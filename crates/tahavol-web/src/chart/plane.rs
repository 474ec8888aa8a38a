//! The plane that lines are drawn on: days from left to right, values from bottom to top, and the words on it.

use std::fmt::Write;

use maud::{Markup, html};
use tahavol_domain::calendar::Date;
use tahavol_domain::text::Lang;

use super::ticks;
use crate::figure::Hand;
use crate::words::direction;

/// Between two baselines of words above the plane.
pub(super) const LINE: f64 = 15.0;

/// In the drawing's own units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    pub(super) from: Date,
    pub(super) until: Date,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// On which side of its place a text stands, whatever its script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    ToTheRight,
    ToTheLeft,
    Amid,
}

impl Plane {
    pub(super) fn x(&self, on: Date) -> f64 {
        let gone = f64::from(self.from.days_until(on)) / f64::from(self.from.days_until(self.until).max(1));
        self.left + gone.clamp(0.0, 1.0) * (self.right - self.left)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        let gone = (value - self.low) / (self.high - self.low);
        self.bottom - gone.clamp(0.0, 1.0) * (self.bottom - self.top)
    }

    /// Straight from point to point.
    pub(super) fn line(&self, points: impl IntoIterator<Item = (Date, f64)>) -> String {
        let mut path = String::new();
        for (on, value) in points {
            let command = if path.is_empty() { 'M' } else { 'L' };
            // Writing into a text cannot fail.
            let _ = write!(path, "{command}{} {}", short(self.x(on)), short(self.y(value)));
        }
        path
    }

    /// Level until the next point, then up to it at once: what is counted does not grow between two counts.
    pub(super) fn steps(&self, points: impl IntoIterator<Item = (Date, f64)>) -> String {
        let mut path = String::new();
        for (on, value) in points {
            let (x, y) = (short(self.x(on)), short(self.y(value)));
            // Writing into a text cannot fail.
            let _ = if path.is_empty() { write!(path, "M{x} {y}") } else { write!(path, "H{x}V{y}") };
        }
        path
    }

    /// Lines across at the values, with their words, and marks along the days.
    pub(super) fn axes(&self, hand: &Hand<'_>, values: &[f64], told: impl Fn(f64) -> String) -> Markup {
        html! {
            @for value in values {
                line.grid x1=(short(self.left)) x2=(short(self.right)) y1=(short(self.y(*value))) y2=(short(self.y(*value))) {}
                (text(hand.lang, Stands::ToTheLeft, "axis", (self.left - 6.0, self.y(*value) + 4.0), &told(*value)))
            }
            @for (on, words) in ticks::days(hand, self.from, self.until, 7) {
                line.tick x1=(short(self.x(on))) x2=(short(self.x(on))) y1=(short(self.bottom)) y2=(short(self.bottom + 5.0)) {}
                (text(hand.lang, Stands::Amid, "axis", (self.x(on), self.bottom + 18.0), &words))
            }
        }
    }
}

/// A text of the page's script. Under `direction="rtl"` an anchor's start is at the right.
pub(super) fn text(lang: Lang, stands: Stands, class: &str, (x, y): (f64, f64), words: &str) -> Markup {
    let anchor = match (stands, lang) {
        (Stands::Amid, _) => "middle",
        (Stands::ToTheRight, Lang::En) | (Stands::ToTheLeft, Lang::Fa) => "start",
        (Stands::ToTheLeft, Lang::En) | (Stands::ToTheRight, Lang::Fa) => "end",
    };
    html! { text class=(class) x=(short(x)) y=(short(y)) text-anchor=(anchor) direction=(direction(lang)) { (words) } }
}

/// A tenth of a unit is finer than anybody sees.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or_else(|| text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_runs_left_to_right_and_values_upwards_in_both_scripts() {
        let (from, until) = (Date::parse_iso("2026-01-01").unwrap(), Date::parse_iso("2026-12-31").unwrap());
        let plane = Plane { from, until, low: 0.0, high: 100.0, left: 40.0, right: 140.0, top: 10.0, bottom: 110.0 };
        assert_eq!(plane.line([(from, 0.0), (until, 100.0)]), "M40 110L140 10");
        assert_eq!(plane.steps([(from, 0.0), (until, 50.0)]), "M40 110H140V60");
        // Beyond the plane is at its edge.
        assert_eq!(plane.line([(until.plus_days(400), 900.0)]), "M140 10");
        let anchored = |lang| text(lang, Stands::ToTheRight, "axis", (0.0, 0.0), "x").into_string();
        assert!(anchored(Lang::Fa).contains("text-anchor=\"end\" direction=\"rtl\""));
        assert!(anchored(Lang::En).contains("text-anchor=\"start\" direction=\"ltr\""));
    }
}
