//! Small multiples: the same small chart once for each of several groups, on the same axes.

use maud::{Markup, html};
use tahavol_domain::calendar::Date;

use super::part::{Behind, drawing};
use super::plane::{Plane, Stands, text};
use super::{Title, VoicesOn};
use crate::mark::Voices;
use crate::sheet::Sheet;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Multiples<'a> {
    pub title: Title<'a>,
    pub panels: &'a [Panel],
    /// The status date, up to which reported and verified are drawn.
    pub day: Date,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panel {
    pub label: String,
    /// What it is made of.
    pub href: Option<String>,
    /// In the order of days; the days of all panels together make the axis.
    pub points: Vec<VoicesOn>,
}

const SIZE: (f64, f64) = (180.0, 110.0);

impl Sheet<'_> {
    /// The panels in their order.
    #[must_use]
    pub fn multiples(&self, chart: &Multiples<'_>) -> Markup {
        let days = || chart.panels.iter().flat_map(|panel| panel.points.iter().map(|point| point.on));
        let (Some(from), Some(until)) = (days().min(), days().max()) else { return self.chart_of_nothing(chart.title) };
        let plane = Plane { from, until, low: 0.0, high: 10_000.0, left: 4.0, right: SIZE.0 - 4.0, top: 8.0, bottom: SIZE.1 - 20.0 };
        html! {
            figure.chart #(chart.title.id) {
                figcaption { strong dir="auto" { (chart.title.text) } " " span.message { (self.word("page-chart-multiples")) } }
                ul.multiples {
                    @for (at, panel) in chart.panels.iter().enumerate() { li { (self.panel(chart, &plane, at, panel)) } }
                }
                (self.behind(chart.title, &self.panels_table(chart)))
            }
        }
    }

    fn panel(&self, chart: &Multiples<'_>, plane: &Plane, at: usize, panel: &Panel) -> Markup {
        let now = panel.points.iter().rfind(|point| point.on <= chart.day).map(|point| point.voices);
        let told = |points: Option<u16>| points.map_or_else(|| self.word("page-no-evidence"), |points| self.hand.share(points));
        let message = now.map_or_else(
            || self.word("page-chart-nothing"),
            |Voices { planned, reported, verified }| {
                let args = [("planned", told(planned)), ("reported", told(reported)), ("verified", told(verified))];
                self.saying("page-chart-voices", &args)
            },
        );
        let id = format!("{}-{at}", chart.title.id);
        let past = || panel.points.iter().filter(|point| point.on <= chart.day);
        let known = |of: fn(&Voices) -> Option<u16>| past().filter_map(move |point| Some((point.on, f64::from(of(&point.voices)?))));
        let planned = panel.points.iter().filter_map(|point| Some((point.on, f64::from(point.voices.planned?))));
        let content = html! {
            @for value in [0.0, 5_000.0, 10_000.0] {
                line.grid x1=(plane.left) x2=(plane.right) y1=(plane.y(value)) y2=(plane.y(value)) {}
            }
            line.upright.today x1=(plane.x(chart.day)) x2=(plane.x(chart.day)) y1=(plane.top) y2=(plane.bottom) {}
            path.planned d=(plane.line(planned)) {}
            path.reported d=(plane.line(known(|voices| voices.reported))) {}
            path.verified d=(plane.line(known(|voices| voices.verified))) {}
            (text(self.lang(), Stands::ToTheRight, "axis", (plane.left, SIZE.1 - 5.0), &self.hand.short(plane.from)))
            (text(self.lang(), Stands::ToTheLeft, "axis", (plane.right, SIZE.1 - 5.0), &self.hand.short(plane.until)))
        };
        html! {
            p.panel-title {
                @if let Some(href) = &panel.href { a href=(href) dir="auto" { (panel.label) } } @else { span dir="auto" { (panel.label) } }
            }
            (drawing(Title { id: &id, text: &panel.label }, &message, SIZE, &content))
            p.panel-told { @if let Some(href) = &panel.href { a href=(href) { (message) } } @else { (message) } }
        }
    }

    fn panels_table(&self, chart: &Multiples<'_>) -> Behind {
        let mut days: Vec<Date> = chart.panels.iter().flat_map(|panel| panel.points.iter().map(|point| point.on)).collect();
        days.sort_unstable();
        days.dedup();
        let labels = chart.panels.iter().map(|panel| panel.label.clone());
        let columns = [self.word("page-chart-day")].into_iter().chain(labels).collect();
        let cell = |panel: &Panel, on: Date| {
            let voices = panel.points.iter().find(|point| point.on == on).map(|point| point.voices);
            html! {
                @if let Some(Voices { planned, reported, verified }) = voices {
                    (self.points(planned))
                    @if on <= chart.day {
                        @for points in [reported, verified] { (self.word("page-overview-comma")) " " (self.points(points)) }
                    }
                }
            }
        };
        let row = |on: &Date| [self.hand.day_short(*on)].into_iter().chain(chart.panels.iter().map(|panel| cell(panel, *on))).collect();
        Behind { columns, rows: days.iter().map(row).collect() }
    }
}
