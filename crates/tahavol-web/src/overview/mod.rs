//! The page for the leadership: whether we are getting there, where it slips and why, and what waits for a decision; one printed sheet.

mod country;
mod lists;
mod matrix;
#[cfg(test)]
mod tests;

use maud::{Markup, html};
use tahavol_app::Waiting;
use tahavol_domain::calendar::Date;
use tahavol_domain::quantity::Quantity;
use tahavol_domain::values::{CommissionSlug, Horizon};
use tahavol_projections::coverage::Coverage;
use tahavol_projections::progress::{Attention, Cell, Progress, SeriesPoint};
use tahavol_projections::provinces::ProvinceView;
use tahavol_projections::ratio::Ratio;
use tahavol_projections::rows::{IndicatorRow, InitiativeRow, ReviewRow, RiskRow};

use crate::chart::{Multiples, Panel, SCurve, Title, VoicesOn};
use crate::mark::{Voices, bar};
use crate::sheet::{Section, Sheet};

/// The names under which a part of the programme is asked for in an address.
pub const HORIZON: &str = "horizon";
pub const COMMISSION: &str = "commission";

/// What the page shows.
#[derive(Clone, Copy)]
pub struct Overview<'a> {
    /// Which part of the programme is looked at; nothing is all of it.
    pub horizon: Option<Horizon>,
    pub commission: Option<&'a CommissionSlug>,
    /// Of the whole programme.
    pub matrix: &'a [Cell],
    /// The last review held by the status date, and the matrix of the picture that it looked at.
    pub review: Option<(&'a ReviewRow, &'a [Cell])>,
    /// Of the part that is looked at, without contributions.
    pub now: &'a Progress,
    pub series: &'a [SeriesPoint],
    /// The commissions one by one.
    pub commissions: &'a [(CommissionSlug, Vec<SeriesPoint>)],
    pub attention: &'a Attention,
    pub waiting: &'a [Waiting],
    /// Releases from an office that wait as well.
    pub releases: usize,
    /// Of the target stations and of all stations, with a network; none where none are designated.
    pub target: Option<(Coverage, Coverage)>,
    pub provinces: &'a [ProvinceView],
    pub indicators: &'a [Measure<'a>],
    /// Hottest first.
    pub risks: &'a [(&'a InitiativeRow, &'a RiskRow)],
}

impl Overview<'_> {
    fn is_narrowed(&self) -> bool {
        self.horizon.is_some() || self.commission.is_some()
    }
}

/// An indicator against its targets.
#[derive(Debug, Clone, Copy)]
pub struct Measure<'a> {
    pub row: &'a IndicatorRow,
    /// The value on the status date, and the day it is of.
    pub value: Option<(Ratio, Date)>,
    /// Where it is to lie on that day.
    pub expected: Option<Ratio>,
    /// The next target: whose, when, how much.
    pub target: Option<(Horizon, Date, Quantity)>,
    pub on_trajectory: Option<bool>,
}

/// A horizon as it stands in an address: `short`, `medium`, `long`.
#[must_use]
pub fn horizon_name(horizon: Horizon) -> String {
    horizon.as_str().to_lowercase()
}

#[must_use]
pub fn parse_horizon(text: &str) -> Option<Horizon> {
    Horizon::ALL.into_iter().find(|horizon| horizon_name(*horizon) == text)
}

/// The page.
#[must_use]
pub fn overview(sheet: &Sheet<'_>, shown: &Overview<'_>) -> Markup {
    let content = html! {
        (headline(sheet, shown))
        div.overview {
            (matrix::matrix(sheet, shown))
            (part(sheet, "curve", "page-overview-curve", &s_curve(sheet, shown)))
            (part(sheet, "slips", "page-overview-slips", &lists::slips(sheet, shown)))
            (part(sheet, "waiting", "page-overview-waiting", &lists::waiting(sheet, shown)))
            (part(sheet, "target", "page-overview-target", &country::target(sheet, shown)))
            (part(sheet, "multiples", "page-overview-commissions", &multiples(sheet, shown)))
            (part(sheet, "map", "page-overview-network", &country::network(sheet, shown)))
            (part(sheet, "risks", "page-overview-risks", &lists::risks(sheet, shown)))
            (part(sheet, "indicators", "page-overview-indicators", &lists::indicators(sheet, shown)))
        }
    };
    sheet.page(Some(Section::Overview), &heading(sheet, shown), &content)
}

/// The part that is looked at, by its name.
fn heading(sheet: &Sheet<'_>, shown: &Overview<'_>) -> String {
    let names = [shown.commission.map(|slug| sheet.commission(slug)), shown.horizon.map(|horizon| sheet.horizon(horizon))];
    let names: Vec<String> = names.into_iter().flatten().collect();
    if names.is_empty() { sheet.word("page-overview") } else { names.join(" · ") }
}

/// What does not follow when a part is looked at says so.
fn of_the_whole(sheet: &Sheet<'_>, shown: &Overview<'_>) -> Markup {
    html! { @if shown.is_narrowed() { p.hint { (sheet.word("page-overview-of-the-whole")) } } }
}

/// One part of the sheet; it renews itself when something is recorded.
fn part(sheet: &Sheet<'_>, name: &str, heading: &str, content: &Markup) -> Markup {
    let id = format!("part-{name}");
    html! {
        section.part id=(id) aria-labelledby={ (id) "-heading" } data-live[!sheet.is_past()] {
            h2 id={ (id) "-heading" } { (sheet.word(heading)) }
            (content)
        }
    }
}

/// The answer before all else, and the way to a part of the programme.
fn headline(sheet: &Sheet<'_>, shown: &Overview<'_>) -> Markup {
    let made_of = matrix::made_of(sheet, shown.horizon, shown.commission);
    html! {
        section #headline.headline aria-label=(sheet.word("page-overview-now")) data-live[!sheet.is_past()] {
            (voices(sheet, Voices::from(shown.now), &made_of))
            p {
                (sheet.confidence_of(shown.now))
                @if shown.now.has_figures() { " · " a href=(made_of) { (coverage(sheet, shown.now)) } }
                " · " (finish(sheet, shown.now, &made_of))
            }
        }
        form.inline.narrow.no-print method="get" action=(sheet.path) {
            @for (name, value) in sheet.moment.fields() { input type="hidden" name=(name) value=(value); }
            p {
                label for="narrow-horizon" { (sheet.word("page-horizon")) }
                select #narrow-horizon name=(HORIZON) {
                    option value="" { (sheet.word("page-overview-all-horizons")) }
                    @for horizon in Horizon::ALL {
                        option value=(horizon_name(horizon)) selected[shown.horizon == Some(horizon)] { (sheet.horizon(horizon)) }
                    }
                }
            }
            p {
                label for="narrow-commission" { (sheet.word("page-commission")) }
                select #narrow-commission name=(COMMISSION) {
                    option value="" { (sheet.word("page-overview-all-commissions")) }
                    @for (slug, _) in shown.commissions {
                        option value=(slug.0) selected[shown.commission == Some(slug)] { (sheet.commission(slug)) }
                    }
                }
            }
            button.second type="submit" { (sheet.word("page-overview-narrow")) }
            (unknown(sheet, HORIZON, shown.horizon.is_some(), "page-overview-no-such-horizon"))
            (unknown(sheet, COMMISSION, shown.commission.is_some(), "page-overview-no-such-commission"))
            @if shown.is_narrowed() { p { a href=(sheet.with(&[(HORIZON, ""), (COMMISSION, "")])) { (sheet.word("page-overview-whole")) } } }
        }
    }
}

/// The three voices, each leading to what it is made of.
fn voices(sheet: &Sheet<'_>, voices: Voices, made_of: &str) -> Markup {
    let all = [("planned", voices.planned), ("reported", voices.reported), ("verified", voices.verified)];
    html! {
        div.voices {
            (bar(voices))
            dl {
                @for (which, points) in all {
                    div class=(which) { dt { (sheet.word(&format!("page-voice-{which}"))) } dd { a href=(made_of) { (sheet.points(points)) } } }
                }
            }
        }
    }
}

/// What is asked for and is not there.
fn unknown(sheet: &Sheet<'_>, name: &str, found: bool, key: &str) -> Markup {
    html! {
        @if let Some(asked) = sheet.asked(name).filter(|_| !found) {
            p.unknown-part role="status" { (sheet.telling(key, crate::words::isolated(asked))) }
        }
    }
}

/// What the forecast rests on.
fn coverage(sheet: &Sheet<'_>, now: &Progress) -> Markup {
    html! {
        @match now.coverage {
            Some(points) => (sheet.telling("page-overview-coverage", sheet.hand.share(points))),
            None => (sheet.word("page-overview-coverage-none")),
        }
    }
}

fn finish(sheet: &Sheet<'_>, now: &Progress, made_of: &str) -> Markup {
    html! {
        @match (now.completed_on, now.forecast_finish, now.forecast_reason) {
            (Some(day), _, _) => { (sheet.word("page-overview-completed")) " " a href=(made_of) { (sheet.hand.day(day)) } }
            (None, Some(day), _) => {
                (sheet.word("page-overview-finish")) " "
                a href=(made_of) {
                    (sheet.hand.day(day))
                    @if let Some(days) = now.slippage_days { " (" (slippage(sheet, days)) ")" }
                }
            }
            (None, None, Some(reason)) => (sheet.word(&format!("page-overview-no-forecast-{}", reason.as_str()))),
            (None, None, None) => {}
        }
    }
}

/// Days later or earlier than promised.
fn slippage(sheet: &Sheet<'_>, days: i32) -> String {
    let key = match days {
        1.. => "page-overview-days-late",
        0 => "page-overview-on-time",
        _ => "page-overview-days-early",
    };
    sheet.telling(key, sheet.hand.number(days.unsigned_abs()))
}

fn s_curve(sheet: &Sheet<'_>, shown: &Overview<'_>) -> Markup {
    let title = sheet.word("page-overview-curve-title");
    let points: Vec<VoicesOn> = shown.series.iter().map(on_day).collect();
    let chart = SCurve {
        title: Title { id: "s-curve", text: &title },
        points: &points,
        now: VoicesOn { on: sheet.day, voices: Voices::from(shown.now) },
        finish: shown.now.forecast_finish,
        ends: shown.now.due,
    };
    sheet.s_curve(&chart)
}

fn multiples(sheet: &Sheet<'_>, shown: &Overview<'_>) -> Markup {
    let title = sheet.word("page-overview-commissions-title");
    let panel = |(slug, series): &(CommissionSlug, Vec<SeriesPoint>)| Panel {
        label: sheet.commission(slug),
        href: Some(matrix::made_of(sheet, shown.horizon, Some(slug))),
        points: until_now(sheet, series, matrix::find(shown.matrix, shown.horizon, Some(slug))),
    };
    let panels: Vec<Panel> = shown.commissions.iter().map(panel).collect();
    html! {
        @if shown.commission.is_some() { (of_the_whole(sheet, shown)) }
        (sheet.multiples(&Multiples { title: Title { id: "commissions", text: &title }, panels: &panels, day: sheet.day }))
    }
}

/// With the figures of the status date itself, so that they are those of the matrix.
fn until_now(sheet: &Sheet<'_>, series: &[SeriesPoint], now: Option<&Cell>) -> Vec<VoicesOn> {
    let mut points: Vec<VoicesOn> = series.iter().map(on_day).filter(|point| point.on != sheet.day).collect();
    points.extend(now.map(|cell| VoicesOn { on: sheet.day, voices: Voices::from(&cell.progress) }));
    points.sort_by_key(|point| point.on);
    points
}

fn on_day(point: &SeriesPoint) -> VoicesOn {
    let voices = Voices { planned: point.planned, reported: point.reported, verified: point.verified };
    VoicesOn { on: point.ends, voices }
}

impl Sheet<'_> {
    /// The confidence of a group; one without milestones has none.
    fn confidence_of(&self, progress: &Progress) -> Markup {
        if progress.has_figures() {
            self.confidence(progress.confidence)
        } else {
            html! { span.unknown { (self.word("page-overview-empty")) } }
        }
    }
}
