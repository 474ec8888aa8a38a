//! Burn-ups side by side: several roll-outs of unlike scope, each against its own scope, over the same time.

use maud::{Markup, html};
use tahavol_domain::calendar::Date;

use super::Title;
use super::burn_up::{reached_on, share};
use super::part::{Behind, drawing};
use super::plane::{Plane, Stands, text};
use crate::sheet::Sheet;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct BurnUps<'a> {
    pub title: Title<'a>,
    pub panels: &'a [Growing],
    /// The status date: where the lines end.
    pub day: Date,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Growing {
    pub label: String,
    /// What it is made of.
    pub href: String,
    /// How much there is from each day on, in the order of days.
    pub points: Vec<(Date, u64)>,
    /// All that there is to do.
    pub whole: u64,
    /// From nothing on the first day to all on the second.
    pub promised: (Date, Date),
}

const SIZE: (f64, f64) = (180.0, 110.0);

impl Sheet<'_> {
    /// The panels in their order.
    #[must_use]
    pub fn burn_ups(&self, chart: &BurnUps<'_>) -> Markup {
        let days = || chart.panels.iter().flat_map(|panel| [panel.promised.0, panel.promised.1]);
        let firsts = chart.panels.iter().filter_map(|panel| panel.points.first().map(|(on, _)| *on));
        let (Some(from), Some(until)) = (days().chain(firsts).min(), days().max()) else { return self.chart_of_nothing(chart.title) };
        let (from, until) = (from.min(chart.day), until.max(chart.day));
        html! {
            figure.chart #(chart.title.id) {
                figcaption { strong dir="auto" { (chart.title.text) } " " span.message { (self.word("page-chart-burn-ups")) } }
                ul.multiples {
                    @for (at, panel) in chart.panels.iter().enumerate() { li { (self.growing(chart, (from, until), at, panel)) } }
                }
                (self.behind(chart.title, &self.growth_table(chart)))
            }
        }
    }

    fn growing(&self, chart: &BurnUps<'_>, (from, until): (Date, Date), at: usize, panel: &Growing) -> Markup {
        let high = (panel.whole as f64).max(1.0);
        let plane = Plane { from, until, low: 0.0, high, left: 4.0, right: SIZE.0 - 4.0, top: 8.0, bottom: SIZE.1 - 20.0 };
        let done = reached_on(&panel.points, chart.day);
        let message = self.saying(
            "page-chart-burn-up-of",
            &[("part", self.count(done)), ("whole", self.count(panel.whole)), ("share", self.hand.share(share(done, panel.whole)))],
        );
        let id = format!("{}-{at}", chart.title.id);
        let past = panel.points.iter().filter(|(on, _)| *on <= chart.day).map(|(on, number)| (*on, *number as f64));
        let content = html! {
            line.whole x1=(plane.left) x2=(plane.right) y1=(plane.top) y2=(plane.top) {}
            line.grid x1=(plane.left) x2=(plane.right) y1=(plane.bottom) y2=(plane.bottom) {}
            line.upright.today x1=(plane.x(chart.day)) x2=(plane.x(chart.day)) y1=(plane.top) y2=(plane.bottom) {}
            path.planned d=(plane.line([(panel.promised.0, 0.0), (panel.promised.1, high)])) {}
            path.verified d=(plane.steps(past.chain([(chart.day, done as f64)]))) {}
            (text(self.lang(), Stands::ToTheRight, "axis", (plane.left, SIZE.1 - 5.0), &self.hand.short(from)))
            (text(self.lang(), Stands::ToTheLeft, "axis", (plane.right, SIZE.1 - 5.0), &self.hand.short(until)))
        };
        html! {
            p.panel-title { a href=(panel.href) dir="auto" { (panel.label) } }
            (drawing(Title { id: &id, text: &panel.label }, &message, SIZE, &content))
            p.panel-told { a href=(panel.href) { (message) } }
        }
    }

    fn growth_table(&self, chart: &BurnUps<'_>) -> Behind {
        let mut days: Vec<Date> = chart.panels.iter().flat_map(|panel| panel.points.iter().map(|(on, _)| *on)).collect();
        days.retain(|on| *on < chart.day);
        days.push(chart.day);
        days.sort_unstable();
        days.dedup();
        let labels = chart.panels.iter().map(|panel| panel.label.clone());
        let columns = [self.word("page-chart-day")].into_iter().chain(labels).collect();
        let cells = |on: &Date| {
            let numbers = chart.panels.iter().map(|panel| html! { (self.count(reached_on(&panel.points, *on))) });
            [self.hand.day_short(*on)].into_iter().chain(numbers).collect()
        };
        Behind { columns, rows: days.iter().map(cells).collect() }
    }
}
