//! The S-curve: planned, reported and verified over time, and when it will be done if it goes on as it went.

use maud::{Markup, html};
use tahavol_domain::calendar::Date;

use super::labels::{Ground, Label, Upright};
use super::part::{Behind, drawing};
use super::plane::Plane;
use super::{Title, VoicesOn};
use crate::mark::Voices;
use crate::sheet::Sheet;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct SCurve<'a> {
    pub title: Title<'a>,
    /// In the order of days. Planned is drawn for all of them, reported and verified up to `now`.
    pub points: &'a [VoicesOn],
    /// The status date and the figures on it.
    pub now: VoicesOn,
    /// The forecast finish.
    pub finish: Option<Date>,
    /// The end of what was promised: the latest due date, or the horizon's end.
    pub ends: Option<Date>,
}

const SIZE: (f64, f64) = (560.0, 330.0);

impl Sheet<'_> {
    /// The S-curve.
    #[must_use]
    pub fn s_curve(&self, chart: &SCurve<'_>) -> Markup {
        let (Some(first), Some(last)) = (chart.points.first(), chart.points.last()) else { return self.chart_of_nothing(chart.title) };
        let promised = chart.ends.unwrap_or(last.on).max(last.on).max(chart.now.on);
        // A finish far beyond all promises would press the lines against the left edge: it is told, and the line leads towards it.
        let farthest = promised.plus_days(first.on.days_until(promised) / 2);
        let until = chart.finish.map_or(promised, |finish| finish.clamp(promised, farthest));
        let plane =
            Plane { from: first.on, until, low: 0.0, high: 10_000.0, left: 46.0, right: SIZE.0 - 16.0, top: 56.0, bottom: SIZE.1 - 26.0 };
        let message = self.s_curve_message(chart);
        let mut ground = Ground::default();
        let content = html! {
            (plane.axes(&self.hand, &[0.0, 2_500.0, 5_000.0, 7_500.0, 10_000.0], |value| self.hand.share(value as u16)))
            (self.uprights(chart, &plane, &mut ground))
            (lines(chart, &plane, &mut ground))
            (self.labels(chart, &plane, &mut ground))
        };
        self.chart(chart.title, &message, &drawing(chart.title, &message, SIZE, &content), &self.table_behind(chart))
    }

    /// Where it is, and when it will be done.
    fn s_curve_message(&self, chart: &SCurve<'_>) -> String {
        let told = |points: Option<u16>| points.map_or_else(|| self.word("page-no-evidence"), |points| self.hand.share(points));
        let Voices { planned, reported, verified } = chart.now.voices;
        let now = self.saying(
            "page-chart-voices-on",
            &[
                ("day", self.hand.long(chart.now.on)),
                ("planned", told(planned)),
                ("reported", told(reported)),
                ("verified", told(verified)),
            ],
        );
        let finish = match (chart.finish, chart.ends) {
            (Some(finish), Some(ends)) => {
                let days = ends.days_until(finish);
                let key = match days {
                    1.. => "page-chart-finish-late",
                    0 => "page-chart-finish-on-time",
                    _ => "page-chart-finish-early",
                };
                self.saying(key, &[("finish", self.hand.long(finish)), ("days", self.hand.number(days.unsigned_abs()))])
            }
            (Some(finish), None) => self.telling("page-chart-finish", self.hand.long(finish)),
            (None, _) => self.word("page-chart-no-finish"),
        };
        format!("{now} {finish}")
    }

    fn uprights(&self, chart: &SCurve<'_>, plane: &Plane, ground: &mut Ground) -> Markup {
        let days = [
            chart.finish.map(|finish| (finish, 0, "finish", "page-chart-forecast")),
            chart.ends.map(|ends| (ends, 1, "ends", "page-chart-ends")),
            Some((chart.now.on, 2, "today", "page-chart-status-date")),
        ];
        let upright = |(day, row, class, key): (Date, u8, &'static str, &str)| Upright {
            class,
            x: plane.x(day),
            row,
            words: self.telling(key, self.hand.short(day)),
        };
        let uprights: Vec<Upright<'_>> = days.into_iter().flatten().map(upright).collect();
        plane.uprights(self.lang(), &uprights, ground)
    }

    /// Each figure near the end of its line, the highest first.
    fn labels(&self, chart: &SCurve<'_>, plane: &Plane, ground: &mut Ground) -> Markup {
        let x = plane.x(chart.now.on);
        let Voices { planned, reported, verified } = chart.now.voices;
        let mut all: Vec<(u16, &'static str, &'static str)> = Vec::new();
        all.extend(planned.map(|points| (points, "planned", "page-voice-planned")));
        all.extend(reported.map(|points| (points, "reported", "page-voice-reported")));
        all.extend(verified.map(|points| (points, "verified", "page-voice-verified")));
        all.sort_by_key(|(points, ..)| std::cmp::Reverse(*points));
        let label = |(points, class, key): (u16, &'static str, &str)| Label {
            class,
            at: (x, plane.y(f64::from(points))),
            words: format!("{} {}", self.word(key), self.hand.share(points)),
        };
        let labels: Vec<Label<'_>> = all.into_iter().map(label).collect();
        ground.write(self.lang(), &plane.bounds(), &labels)
    }

    fn table_behind(&self, chart: &SCurve<'_>) -> Behind {
        let columns = ["page-chart-day", "page-voice-planned", "page-voice-reported", "page-voice-verified"];
        let row = |point: &VoicesOn| {
            let said = point.on <= chart.now.on;
            let told = |points: Option<u16>| {
                if said {
                    self.points(points)
                } else {
                    html! {}
                }
            };
            let Voices { planned, reported, verified } = point.voices;
            vec![self.hand.day_short(point.on), self.points(planned), told(reported), told(verified)]
        };
        let mut points: Vec<&VoicesOn> = chart.points.iter().filter(|point| point.on != chart.now.on).chain([&chart.now]).collect();
        points.sort_by_key(|point| point.on);
        Behind { columns: columns.map(|key| self.word(key)).to_vec(), rows: points.into_iter().map(row).collect() }
    }
}

fn lines(chart: &SCurve<'_>, plane: &Plane, ground: &mut Ground) -> Markup {
    let now = chart.now;
    let past = || chart.points.iter().filter(|point| point.on < now.on).chain([&now]);
    let known = |of: fn(&Voices) -> Option<u16>| past().filter_map(move |point| Some((point.on, f64::from(of(&point.voices)?))));
    for points in [now.voices.reported, now.voices.verified].into_iter().flatten() {
        ground.mark((plane.x(now.on), plane.y(f64::from(points))));
    }
    let mut planned: Vec<(Date, f64)> = Vec::with_capacity(chart.points.len() + 1);
    planned.extend(chart.points.iter().chain([&now]).filter_map(|point| Some((point.on, f64::from(point.voices.planned?)))));
    planned.sort_by_key(|(on, _)| *on);
    html! {
        path.planned d=(plane.trace(ground, planned)) {}
        @if let (Some(finish), Some(reported)) = (chart.finish.filter(|finish| *finish > now.on), now.voices.reported) {
            path.forecast d=(plane.trace(ground, [(now.on, f64::from(reported)), at_the_edge((now.on, reported), finish, plane.until)])) {}
        }
        path.reported d=(plane.trace(ground, known(|voices| voices.reported))) {}
        path.verified d=(plane.trace(ground, known(|voices| voices.verified))) {}
        @if let Some(reported) = now.voices.reported { circle.reported cx=(plane.x(now.on)) cy=(plane.y(f64::from(reported))) r="3.5" {} }
        @if let Some(verified) = now.voices.verified { circle.verified cx=(plane.x(now.on)) cy=(plane.y(f64::from(verified))) r="3.5" {} }
    }
}

/// Where the straight line from now to the finish leaves the plane.
fn at_the_edge((on, reported): (Date, u16), finish: Date, until: Date) -> (Date, f64) {
    let seen = finish.min(until);
    let gone = f64::from(on.days_until(seen)) / f64::from(on.days_until(finish).max(1));
    (seen, f64::from(reported) + (10_000.0 - f64::from(reported)) * gone)
}
