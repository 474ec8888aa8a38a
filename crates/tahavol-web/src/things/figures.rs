//! The figures of a part of the programme, each with what it is called, and what each milestone adds to them.

use maud::{Markup, html};
use tahavol_projections::progress::{Contribution, ForecastReason, Progress};
use tahavol_projections::ratio::Ratio;

use crate::address;
use crate::figure::decimal;
use crate::mark::Voices;
use crate::sheet::Sheet;
use crate::table::{Cell, Column, Row, Table};

/// Sums of weight × basis points are told in weight.
const WHOLE: u64 = 10_000;

impl Sheet<'_> {
    /// A ratio to two places.
    pub(super) fn two_places(&self, ratio: Ratio) -> String {
        decimal(&ratio.decimal(2), self.lang())
    }

    pub(super) fn days(&self, days: i32) -> String {
        self.telling("page-thing-days", self.hand.number(days))
    }

    fn days_of(&self, ratio: Ratio) -> String {
        self.telling("page-thing-days", decimal(&ratio.decimal(1), self.lang()))
    }

    /// The day on which it will be done, or why that cannot be said.
    pub(super) fn forecast(&self, progress: &Progress) -> Markup {
        html! {
            @if let Some(day) = progress.completed_on {
                (self.word("page-thing-completed-on")) " " (self.hand.day(day))
            } @else if let Some(day) = progress.forecast_finish {
                (self.hand.day(day))
                @if let Some(days) = progress.slippage_days { " (" (self.slippage(days)) ")" }
                @if progress.reported.is_none() { " – " span.unknown { (self.word("page-thing-forecast-unheard")) } }
            } @else if let Some(reason) = progress.forecast_reason {
                span.unknown { (self.word(why_no_forecast(reason))) }
            }
        }
    }

    fn slippage(&self, days: i32) -> String {
        let key = if days > 0 { "page-thing-later" } else { "page-thing-earlier" };
        if days == 0 { self.word("page-thing-on-time") } else { self.telling(key, self.hand.number(days.abs())) }
    }

    /// All figures of a group; without milestones only that there are none.
    pub(super) fn figures(&self, progress: &Progress) -> Markup {
        if !progress.has_figures() {
            return html! { p.empty { (self.word("page-thing-no-figures")) } };
        }
        let weight = |value: u64| self.hand.number(i64::try_from(value / WHOLE).unwrap_or(i64::MAX));
        let weights = html! {
            (self.word("page-voice-planned")) " " (weight(progress.pv)) " · " (self.word("page-voice-reported")) " " (weight(progress.ev)) " · "
            (self.word("page-voice-verified")) " " (weight(progress.vv)) " · " (self.word("page-thing-of-all")) " " (weight(progress.bac))
        };
        let cancelled = i64::try_from(progress.cancelled_weight).unwrap_or(i64::MAX);
        html! {
            (self.voices(Voices::from(progress)))
            (self.said(vec![
                ("page-confidence", Some(self.confidence(progress.confidence))),
                ("page-thing-forecast", Some(self.forecast(progress))),
                ("page-thing-spi-t", progress.spi_t.map(|ratio| html! { (self.two_places(ratio)) })),
                ("page-thing-sv-t", progress.sv_t.map(|ratio| html! { (self.days_of(ratio)) })),
                ("page-thing-spi", progress.spi.map(|ratio| html! { (self.two_places(ratio)) })),
                ("page-thing-evidence-share", progress.coverage.map(|points| self.points(Some(points)))),
                ("page-thing-window", progress.starts.zip(progress.due).map(|(starts, due)| html! {
                    (self.hand.day(starts)) " – " (self.hand.day(due)) " (" (self.days(progress.pd)) ")"
                })),
                ("page-thing-elapsed", Some(html! { (self.days(progress.at)) })),
                ("page-thing-weights", Some(weights)),
                ("page-thing-counted", Some(html! { (self.hand.number(progress.milestones)) })),
                ("page-thing-cancelled-weight", (cancelled > 0).then(|| html! { (self.hand.number(cancelled)) })),
            ]))
        }
    }

    /// What each milestone adds: the figures explained.
    pub(super) fn contributions(&self, progress: &Progress) -> Table {
        let column = |key: &'static str, word: &str| Column { key, label: self.word(word) };
        let rows = progress.contributions.iter().map(|contribution| Row { cells: self.contribution(contribution) });
        let mut columns = vec![
            column("code", "page-code-of"),
            column("title", "page-title"),
            column("weight", "page-thing-weight"),
            column("progress", "page-progress"),
            column("planned", "page-voice-planned"),
            column("reported", "page-voice-reported"),
            column("verified", "page-voice-verified"),
            column("gap", "page-thing-gap"),
        ];
        if self.recognised() {
            columns.push(column("events", "page-thing-rests-on"));
        }
        Table {
            id: "contributions",
            caption: self.word("page-thing-contributions"),
            columns,
            rows: rows.collect(),
            empty: self.word("page-thing-no-figures"),
        }
    }

    fn contribution(&self, contribution: &Contribution) -> Vec<Cell> {
        let title = self.snapshot.milestones.get(&contribution.milestone).map(|row| row.plan.title.get(self.lang()).to_owned());
        let href = self.at(&address::milestone(&contribution.code));
        let voices = Voices { planned: Some(contribution.planned), reported: contribution.reported, verified: Some(contribution.verified) }
            .evident();
        let mut cells = vec![
            Cell::CodeLink { code: contribution.code.clone(), href: href.clone() },
            title.map_or(Cell::Nothing, |text| Cell::Link { text, href }),
            Cell::Number(contribution.weight.into()),
            Cell::Voices(voices),
            Cell::Share(voices.planned),
            Cell::Share(voices.reported),
            Cell::Share(voices.verified),
            // In weight: what it takes away from or adds to the whole.
            Cell::Number(contribution.gap / i64::try_from(WHOLE).unwrap_or(1)),
        ];
        if self.recognised() {
            let positions: Vec<String> = contribution.facts.iter().map(u64::to_string).collect();
            cells.push(Cell::shown(self.rests_on(&contribution.facts), positions.join(" ")));
        }
        cells
    }
}

fn why_no_forecast(reason: ForecastReason) -> &'static str {
    match reason {
        ForecastReason::NoMilestones => "page-thing-forecast-no-milestones",
        ForecastReason::NotStarted => "page-thing-forecast-not-started",
        ForecastReason::NoProgress => "page-thing-forecast-no-progress",
        ForecastReason::TooFar => "page-thing-forecast-too-far",
    }
}
