//! The plan curve: how much is promised by each day from the start to the due date, and how much the plan promises that this would replace.

use maud::{Markup, html};
use tahavol_domain::calendar::Date;

use super::Title;
use super::labels::{Ground, Label, Upright};
use super::part::{Behind, drawing};
use super::plane::{LINE, Plane};
use crate::sheet::Sheet;

/// What is drawn. Basis points by day, in the order of days, from the start to the due date.
#[derive(Debug, Clone, Copy)]
pub struct PlanCurve<'a> {
    pub title: Title<'a>,
    pub planned: &'a [(Date, u16)],
    /// The plan as it stands; nothing where there is none yet, or it is the same.
    pub before: &'a [(Date, u16)],
    /// The status date.
    pub day: Date,
}

const SIZE: (f64, f64) = (560.0, 250.0);

impl Sheet<'_> {
    /// The plan curve.
    #[must_use]
    pub fn plan_curve(&self, chart: &PlanCurve<'_>) -> Markup {
        let (Some(starts), Some(due)) = (chart.planned.first(), chart.planned.last()) else { return self.chart_of_nothing(chart.title) };
        let days = || chart.planned.iter().chain(chart.before).map(|(on, _)| *on);
        let (from, until) = (days().min().unwrap_or(starts.0), days().max().unwrap_or(due.0));
        let plane = Plane {
            from,
            // A plan of one day is drawn as one.
            until: until.max(from.plus_days(1)),
            low: 0.0,
            high: 10_000.0,
            left: 46.0,
            right: SIZE.0 - 16.0,
            top: 14.0 + 3.0 * LINE,
            bottom: SIZE.1 - 26.0,
        };
        let mut ground = Ground::default();
        let message = self.plan_message(chart, starts.0, due.0);
        let content = html! {
            (plane.axes(&self.hand, &[0.0, 2_500.0, 5_000.0, 7_500.0, 10_000.0], |value| self.hand.share(value as u16)))
            (self.plan_uprights(chart, &plane, due.0, &mut ground))
            path.before d=(plane.trace(&mut ground, chart.before.iter().map(drawn))) {}
            path.planned d=(plane.trace(&mut ground, chart.planned.iter().map(drawn))) {}
            @for (on, points) in chart.planned { circle.promise cx=(plane.x(*on)) cy=(plane.y(f64::from(*points))) r="3.5" {} }
            (self.plan_labels(chart, &plane, &mut ground))
        };
        self.chart(chart.title, &message, &drawing(chart.title, &message, SIZE, &content), &self.plan_table(chart))
    }

    fn plan_message(&self, chart: &PlanCurve<'_>, starts: Date, due: Date) -> String {
        let promised = self.saying("page-chart-plan", &[("starts", self.hand.long(starts)), ("due", self.hand.long(due))]);
        let Some((ends, _)) = chart.before.last() else { return promised };
        let days = ends.days_until(due);
        let key = match days {
            1.. => "page-chart-plan-later",
            0 => "page-chart-plan-same-day",
            _ => "page-chart-plan-earlier",
        };
        format!("{promised} {}", self.telling(key, self.hand.number(days.unsigned_abs())))
    }

    /// By when all of it is promised, above each end; the words of the later day stand above the line of the earlier.
    fn plan_uprights(&self, chart: &PlanCurve<'_>, plane: &Plane, due: Date, ground: &mut Ground) -> Markup {
        let before = chart.before.last().map(|(ends, _)| *ends).filter(|ends| *ends != due);
        let key = if chart.before.is_empty() { "page-chart-all-by" } else { "page-chart-due-new" };
        let upright = |class: &'static str, day: Date, row: u8, key: &str| Upright {
            class,
            x: plane.x(day),
            row,
            words: self.telling(key, self.hand.short(day)),
        };
        let mut uprights = vec![upright("ends", due, u8::from(before.is_some_and(|ends| ends > due)), key)];
        uprights.extend(before.map(|ends| upright("before", ends, u8::from(ends < due), "page-chart-due-before")));
        let today = Some(chart.day).filter(|day| (plane.from..=plane.until).contains(day));
        uprights.extend(today.map(|day| upright("today", day, 2, "page-chart-status-date")));
        plane.uprights(self.lang(), &uprights, ground)
    }

    /// How much each plan promises on the status date, at its line; before and after them lines that could be confused are named alone.
    fn plan_labels(&self, chart: &PlanCurve<'_>, plane: &Plane, ground: &mut Ground) -> Markup {
        let lines = [(chart.planned, "planned", "page-chart-plan-new"), (chart.before, "before", "page-chart-plan-before")];
        let alone = chart.before.is_empty();
        let label = |(line, class, key): (&[(Date, u16)], &'static str, &str)| {
            let name = self.word(if alone { "page-voice-planned" } else { key });
            if let Some(points) = value_on(line, chart.day) {
                let words = format!("{name} {}", self.hand.share(points));
                return Some(Label { class, at: (plane.x(chart.day), plane.y(f64::from(points))), words });
            }
            let (on, points) = line.get(line.len() / 2).filter(|_| !alone)?;
            Some(Label { class, at: (plane.x(*on), plane.y(f64::from(*points))), words: name })
        };
        let labels: Vec<Label<'_>> = lines.into_iter().filter_map(label).collect();
        ground.write(self.lang(), &plane.bounds(), &labels)
    }

    fn plan_table(&self, chart: &PlanCurve<'_>) -> Behind {
        let mut days: Vec<Date> = chart.planned.iter().chain(chart.before).map(|(on, _)| *on).collect();
        days.sort_unstable();
        days.dedup();
        let columns: &[&str] = if chart.before.is_empty() {
            &["page-chart-day", "page-voice-planned"]
        } else {
            &["page-chart-day", "page-chart-plan-new", "page-chart-plan-before"]
        };
        let told = |line: &[(Date, u16)], on: Date| {
            let points = line.iter().find(|(day, _)| *day == on).map(|(_, points)| *points);
            html! { @if let Some(points) = points { (self.hand.share(points)) } }
        };
        let row = |on: &Date| {
            let mut cells = vec![self.hand.day_short(*on), told(chart.planned, *on)];
            if !chart.before.is_empty() {
                cells.push(told(chart.before, *on));
            }
            cells
        };
        Behind { columns: columns.iter().map(|key| self.word(key)).collect(), rows: days.iter().map(row).collect() }
    }
}

fn drawn((on, points): &(Date, u16)) -> (Date, f64) {
    (*on, f64::from(*points))
}

/// Straight between the points, rounded down; none before the first and after the last.
fn value_on(line: &[(Date, u16)], day: Date) -> Option<u16> {
    let after = line.iter().position(|(on, _)| *on >= day)?;
    let (until, high) = line[after];
    if until == day {
        return Some(high);
    }
    let (from, low) = *line.get(after.checked_sub(1)?)?;
    let gone = i64::from(from.days_until(day)) * (i64::from(high) - i64::from(low)) / i64::from(from.days_until(until).max(1));
    u16::try_from(i64::from(low) + gone).ok()
}
