//! The plan curve: how much is promised by each day from the start to the due date, and how much the plan promises that this would replace.

use maud::{Markup, html};
use tahavol_domain::calendar::Date;

use super::Title;
use super::part::{Behind, drawing};
use super::plane::{LINE, Plane, Stands, text};
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
        let lang = self.lang();
        let message = self.plan_message(chart, starts.0, due.0);
        let content = html! {
            (plane.axes(&self.hand, &[0.0, 2_500.0, 5_000.0, 7_500.0, 10_000.0], |value| self.hand.share(value as u16)))
            @if let Some((ends, _)) = chart.before.last().filter(|(ends, _)| *ends != due.0) {
                (plane.upright(lang, "before", *ends, u8::from(*ends < due.0), &self.telling("page-chart-due-before", self.hand.short(*ends))))
            }
            // The words of the later day stand above the line of the earlier.
            @let row = u8::from(chart.before.last().is_some_and(|(ends, _)| *ends > due.0));
            (plane.upright(lang, "ends", due.0, row, &self.telling("page-chart-ends", self.hand.short(due.0))))
            @if from <= chart.day && chart.day <= until {
                (plane.upright(lang, "today", chart.day, 2, &self.telling("page-chart-status-date", self.hand.short(chart.day))))
            }
            path.before d=(plane.line(chart.before.iter().map(drawn))) {}
            path.planned d=(plane.line(chart.planned.iter().map(drawn))) {}
            @for (on, points) in chart.planned { circle.promise cx=(plane.x(*on)) cy=(plane.y(f64::from(*points))) r="3.5" {} }
            (self.plan_labels(chart, &plane))
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

    /// Each line is named at the middle of its time: the earlier before it and above, the later behind it and below.
    fn plan_labels(&self, chart: &PlanCurve<'_>, plane: &Plane) -> Markup {
        let lines = [(chart.planned, "planned", "page-chart-plan-new"), (chart.before, "before", "page-chart-plan-before")];
        let mut named: Vec<_> = lines.into_iter().filter_map(|(line, class, key)| Some((line.get(line.len() / 2)?, class, key))).collect();
        named.sort_by_key(|((on, _), ..)| *on);
        html! {
            @for (at, ((on, points), class, key)) in named.iter().enumerate() {
                @let (x, y) = (plane.x(*on), plane.y(f64::from(*points)));
                @let (side, place) = if at == 0 { (Stands::ToTheLeft, (x - 7.0, y - 7.0)) } else { (Stands::ToTheRight, (x + 9.0, y + 14.0)) };
                @let words = self.word(if named.len() == 1 { "page-voice-planned" } else { key });
                (text(self.lang(), side, &format!("label {class}"), place, &format!("{words} {}", self.hand.share(*points))))
            }
        }
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
