//! What the leadership looks at first: what slips and why, what waits for a decision, indicators off their way, hot risks.

use std::collections::BTreeMap;

use maud::{Markup, html};
use tahavol_app::{Proposed, Waiting};
use tahavol_domain::calendar::Date;
use tahavol_domain::values::MilestoneId;
use tahavol_projections::progress::{Cell, Contribution, Overdue, Stale};

use super::matrix::made_of;
use super::{COMMISSION, HORIZON, Measure, Overview, horizon_name, slippage};
use crate::address;
use crate::sheet::Sheet;

/// As many as one printed sheet holds; the rest is one link away.
const MOST: usize = 6;
const MOST_COMMISSIONS: usize = 3;
/// Decisions and risks that are printed: the sheet is one, however much there is.
const PRINTED: usize = 3;

pub(super) fn slips(sheet: &Sheet<'_>, shown: &Overview<'_>) -> Markup {
    let attention = shown.attention;
    let overdue: BTreeMap<MilestoneId, &Overdue> = attention.overdue.iter().map(|row| (row.milestone, row)).collect();
    let stale: BTreeMap<MilestoneId, &Stale> = attention.stale.iter().map(|row| (row.milestone, row)).collect();
    let count = |number: usize| sheet.hand.number(i64::try_from(number).unwrap_or(i64::MAX));
    let alone = |which: &str| part_of(sheet, shown, address::MILESTONES, &format!("{which}=yes&sort=due"));
    html! {
        p {
            a href=(alone("overdue")) { (sheet.telling("page-overview-overdue-count", count(attention.overdue.len()))) } " · "
            a href=(alone("stale")) { (sheet.telling("page-overview-stale-count", count(attention.stale.len()))) } " · "
            a href=(alone("behind")) { (sheet.telling("page-overview-behind-count", count(attention.gaps.len()))) }
        }
        @let late = latest_commissions(shown);
        @if !late.is_empty() {
            p {
                (sheet.word("page-overview-latest")) " "
                @for (at, (cell, days)) in late.iter().enumerate() {
                    @if at > 0 { (sheet.word("page-overview-comma")) " " }
                    @if let Some(slug) = &cell.commission {
                        a href=(made_of(sheet, shown.horizon, Some(slug))) { span dir="auto" { (sheet.commission(slug)) } " (" (slippage(sheet, *days)) ")" }
                    }
                }
            }
        }
        @if attention.gaps.is_empty() {
            p.empty { (sheet.word("page-overview-slips-none")) }
        } @else {
            div.table-scroll tabindex="0" role="group" aria-label=(sheet.telling("page-overview-table", sheet.word("page-overview-slips"))) {
                table {
                    thead {
                        tr {
                            th scope="col" { (sheet.word("page-overview-milestone")) }
                            th scope="col" { (sheet.word("page-voice-planned")) }
                            th scope="col" { (sheet.word("page-voice-reported")) }
                            th scope="col" { (sheet.word("page-overview-why")) }
                        }
                    }
                    tbody {
                        @for gap in attention.gaps.iter().take(MOST) {
                            (slip(sheet, gap, overdue.get(&gap.milestone).copied(), stale.get(&gap.milestone).copied()))
                        }
                    }
                }
            }
        }
    }
}

/// A list, of the part that is looked at.
fn part_of(sheet: &Sheet<'_>, shown: &Overview<'_>, path: &str, query: &str) -> String {
    let horizon = shown.horizon.map(|horizon| format!("{HORIZON}={}", horizon_name(horizon)));
    let commission = shown.commission.map(|slug| format!("{COMMISSION}={}", address::segment(&slug.0)));
    let query: Vec<String> = [Some(query.to_owned()), horizon, commission].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    sheet.at(&if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) })
}

fn slip(sheet: &Sheet<'_>, gap: &Contribution, overdue: Option<&Overdue>, stale: Option<&Stale>) -> Markup {
    let Some(row) = sheet.snapshot.milestones.get(&gap.milestone) else { return html! {} };
    let href = sheet.at(&address::milestone(&gap.code));
    // Where the page says what a figure is made of.
    let at = |place: &str| format!("{href}#{place}");
    let mut why: Vec<(String, &str)> = Vec::new();
    if let Some(stamp) = &row.life.blocked {
        let told = match &stamp.reason {
            Some(reason) => sheet.telling("page-overview-blocked-because", crate::words::isolated(reason)),
            None => sheet.word("page-overview-blocked"),
        };
        why.push((told, "now"));
    }
    why.extend(overdue.map(|row| (sheet.telling("page-overview-overdue-by", sheet.hand.number(row.days)), "promise")));
    why.extend(stale.map(|row| {
        let key = if row.last_fact.is_some() { "page-overview-silent-for" } else { "page-overview-never-heard-of" };
        (sheet.telling(key, sheet.hand.number(row.days)), "reports-title")
    }));
    if why.is_empty() {
        why.push((sheet.word("page-overview-slow"), "trajectory-title"));
    }
    html! {
        tr {
            th scope="row" { div.lines { a href=(href) { (sheet.text(&row.plan.title)) " " bdi.code { (gap.code) } } } }
            td.number { a href=(at("promise")) { (sheet.points(Some(gap.planned))) } }
            td.number { a href=(at("now")) { (sheet.points(gap.reported)) } }
            td.why {
                div.lines {
                    @for (index, (told, place)) in why.iter().enumerate() {
                        @if index > 0 { (sheet.word("page-overview-semicolon")) }
                        a href=(at(place)) { (told) }
                    }
                }
            }
        }
    }
}

/// Those commissions whose forecast is latest against their promise.
fn latest_commissions<'a>(shown: &Overview<'a>) -> Vec<(&'a Cell, i32)> {
    let looked_at = |cell: &&Cell| match shown.commission {
        Some(slug) => cell.commission.as_ref() == Some(slug),
        None => cell.commission.is_some(),
    };
    let cells = shown.matrix.iter().filter(|cell| cell.horizon == shown.horizon).filter(looked_at);
    let mut late: Vec<(&Cell, i32)> =
        cells.filter_map(|cell| Some((cell, cell.progress.slippage_days.filter(|days| *days > 0)?))).collect();
    late.sort_by_key(|(_, days)| std::cmp::Reverse(*days));
    late.truncate(MOST_COMMISSIONS);
    late
}

pub(super) fn waiting(sheet: &Sheet<'_>, shown: &Overview<'_>) -> Markup {
    let all = shown.waiting.len() + shown.releases;
    if all == 0 {
        return html! { p.empty { (sheet.word("page-overview-waiting-none")) } };
    }
    let number = sheet.hand.number(i64::try_from(all).unwrap_or(i64::MAX));
    html! {
        p { a href=(part_of(sheet, shown, address::DECISIONS, "")) { (sheet.telling("page-overview-waiting-count", number)) } }
        ul.plain {
            @for waiting in shown.waiting.iter().take(MOST) { li { div.lines { (decision(sheet, waiting)) } } }
        }
        (more(sheet, all, shown.waiting.len().min(MOST), &part_of(sheet, shown, address::DECISIONS, "")))
    }
}

/// That there are more than are listed; on paper fewer are.
fn more(sheet: &Sheet<'_>, all: usize, listed: usize, href: &str) -> Markup {
    let left = |listed: usize| {
        let left = all.saturating_sub(listed);
        (left > 0).then(|| sheet.telling("page-overview-more", sheet.hand.number(i64::try_from(left).unwrap_or(i64::MAX))))
    };
    html! {
        @if let Some(told) = left(listed) { p.more.no-print { a href=(href) { (told) } } }
        @if let Some(told) = left(listed.min(PRINTED)) { p.more.print-only { (told) } }
    }
}

fn decision(sheet: &Sheet<'_>, waiting: &Waiting) -> Markup {
    let of_milestone = |id: &MilestoneId| {
        let row = sheet.snapshot.milestones.get(id)?;
        Some((address::milestone(&row.plan.code), &row.plan.title))
    };
    let (key, about) = match &waiting.proposed {
        Proposed::Rebaseline(id) => ("page-overview-rebaseline", of_milestone(id)),
        Proposed::Cancellation(id) => ("page-overview-cancellation", of_milestone(id)),
        Proposed::Admission(id) => ("page-overview-admission", of_milestone(id)),
        Proposed::Approval(id) => {
            let row = sheet.snapshot.initiatives.get(id);
            ("page-overview-approval", row.map(|row| (address::initiative(&row.proposal.code), &row.proposal.title)))
        }
        Proposed::Document => ("page-overview-document", None),
    };
    html! {
        span { (sheet.word(key)) }
        @if let Some((href, title)) = about { " " a href=(sheet.at(&href)) { (sheet.text(title)) } }
        @if let Some(asked) = &waiting.asked {
            " " span.hint { (sheet.telling("page-overview-waits", sheet.hand.number(days_since(sheet, asked.at.date_in(sheet.hand.zone))))) }
        }
    }
}

fn days_since(sheet: &Sheet<'_>, day: Date) -> i32 {
    day.days_until(sheet.day).max(0)
}

pub(super) fn indicators(sheet: &Sheet<'_>, shown: &Overview<'_>) -> Markup {
    if shown.indicators.is_empty() {
        return html! { p.empty { (sheet.word("page-overview-indicators-none")) } };
    }
    let columns =
        ["page-overview-indicator", "page-overview-value", "page-overview-expected", "page-overview-next", "page-overview-on-way"];
    html! {
        p.no-print { a href=(part_of(sheet, shown, address::INDICATORS, "")) { (sheet.word("page-overview-indicators-all")) } }
        div.table-scroll tabindex="0" role="group" aria-label=(sheet.telling("page-overview-table", sheet.word("page-overview-indicators"))) {
            table {
                thead { tr { @for column in columns { th scope="col" { (sheet.word(column)) } } } }
                tbody { @for measure in shown.indicators { (indicator(sheet, measure)) } }
            }
        }
    }
}

fn indicator(sheet: &Sheet<'_>, measure: &Measure<'_>) -> Markup {
    let definition = &measure.row.definition;
    let (mark, key) = match measure.on_trajectory {
        Some(true) => ("✓", "page-overview-on-way-yes"),
        Some(false) => ("✗", "page-overview-on-way-no"),
        None => ("–", "page-overview-on-way-unknown"),
    };
    let href = sheet.at(&address::indicator(&definition.code.0));
    // Where the page says what a figure is made of.
    let at = |place: &str| format!("{href}#{place}");
    html! {
        tr {
            th scope="row" { div.lines { a href=(href) { (sheet.text(&definition.meaning.title)) } } }
            td.number {
                @match measure.value {
                    Some((value, day)) => {
                        a href=(at("now")) { (sheet.ratio(value)) } " " span dir="auto" { (sheet.unit(&definition.meaning.unit)) } " "
                        span.hint { (sheet.hand.day_short(day)) }
                    }
                    None => span.unknown { (sheet.word("page-overview-not-measured")) },
                }
            }
            td.number { @if let Some(expected) = measure.expected { a href=(at("trajectory-title")) { (sheet.ratio(expected)) } } }
            td.number {
                @if let Some((horizon, _, value)) = measure.target {
                    a href=(at("targets")) { (crate::figure::quantity(value, sheet.lang())) } " " span.hint { (sheet.horizon(horizon)) }
                }
            }
            td { span.off-way[measure.on_trajectory == Some(false)] { span aria-hidden="true" { (mark) } " " (sheet.word(key)) } }
        }
    }
}

pub(super) fn risks(sheet: &Sheet<'_>, shown: &Overview<'_>) -> Markup {
    if shown.risks.is_empty() {
        return html! { p.empty { (sheet.word("page-overview-risks-none")) } };
    }
    html! {
        ul.plain {
            @for (initiative, row) in shown.risks.iter().take(MOST) {
                @let href = sheet.at(&address::initiative(&initiative.proposal.code));
                li {
                    div.lines {
                        a href={ (href) "#risks" } { strong.figure { (sheet.hand.number(row.heat())) } }
                        " " span.hint {
                            (sheet.saying("page-overview-heat", &[
                                ("likelihood", sheet.hand.number(row.risk.likelihood)),
                                ("impact", sheet.hand.number(row.risk.impact)),
                            ]))
                        }
                        " " strong { (sheet.text(&row.risk.title)) } " – " (sheet.word("page-overview-risk-of")) " "
                        a href=(href) { (sheet.text(&initiative.proposal.title)) }
                    }
                }
            }
        }
        (more(sheet, shown.risks.len(), shown.risks.len().min(MOST), &part_of(sheet, shown, address::INITIATIVES, "")))
    }
}
