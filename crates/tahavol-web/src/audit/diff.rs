//! Two moments compared: what changed and by which events, what time and events did to the figures, what was learnt late.

use maud::{Markup, html};
use tahavol_app::diff::{Diff, Side, field_text, kind_text, subject_text, value_text};
use tahavol_app::messages;
use tahavol_projections::diff::{Change, Field, Kind, LateFact, ProgressChange, Subject, SubjectKind, Value};
use tahavol_projections::progress::Progress;

use super::ledger::commissions;
use crate::address;
use crate::question::{Question, Wrong};
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Row, SORT, Table};
use crate::words::isolated;

/// What the page shows: the answer, once there is one.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    pub diff: Option<&'a Diff>,
    pub wrong: &'a Wrong,
}

/// Of so many changes and late facts the page tells, and how many more there are.
const TOLD: usize = 1_000;
/// Events of one change that are linked one by one.
const LINKED: usize = 12;

#[must_use]
pub fn page(sheet: &Sheet<'_>, compared: &Compared<'_>) -> Markup {
    let trail = html! { p.trail { a href=(sheet.at(address::LEDGER)) { (sheet.word("page-section-ledger")) } } };
    let content = html! {
        (sheet.misasked("diff", compared.wrong))
        (questions(sheet, compared.wrong))
        @if let Some(diff) = compared.diff { (answer(sheet, diff)) } @else if compared.wrong.is_empty() { p.hint { (sheet.word("page-diff-what")) } }
    };
    sheet.page_under(Some(Section::Ledger), &trail, &sheet.word("page-diff"), &content)
}

fn questions(sheet: &Sheet<'_>, wrong: &Wrong) -> Markup {
    let typed = |name: &str| sheet.asked(name).unwrap_or_default();
    let ask = |name: &'static str, label: &'static str, hint: Option<&'static str>| {
        sheet.asking("diff", &Question { name, label, hint, typed: typed(name), code: true }, wrong)
    };
    html! {
        form.inline method="get" action=(address::DIFF) {
            (sheet.moment_fields())
            (ask("from", "page-diff-from", Some("page-diff-from-hint")))
            (ask("to", "page-diff-to", Some("page-diff-to-hint")))
            (sheet.choice("diff", "commission", "page-commission", &commissions(sheet), typed("commission"), wrong))
            (ask("initiative", "page-diff-initiative", Some("page-diff-code-hint")))
            (ask("milestone", "page-diff-milestone", Some("page-diff-code-hint")))
            button type="submit" { (sheet.word("page-diff-compare")) }
        }
    }
}

fn answer(sheet: &Sheet<'_>, diff: &Diff) -> Markup {
    html! {
        dl.moments {
            dt { (sheet.word("page-diff-earlier")) } dd { (side(sheet, &diff.from)) }
            dt { (sheet.word("page-diff-later")) } dd { (side(sheet, &diff.to)) }
            dt { (sheet.word("page-diff-between")) } dd { (sheet.telling("page-diff-events", sheet.hand.position(diff.events))) }
        }
        @if diff.is_empty() { p.lead { (sheet.word("page-diff-nothing")) } }
        @if !diff.progress.is_empty() { (steps(sheet, diff)) (sheet.downloads(&figures(sheet, diff))) }
        @if !diff.changes.is_empty() { (changes(sheet, &diff.changes)) }
        @if !diff.late.is_empty() { (late(sheet, diff)) }
    }
}

fn side(sheet: &Sheet<'_>, side: &Side) -> Markup {
    html! {
        @match (side.snapshot.position, side.snapshot.recorded_at) {
            (Some(position), Some(at)) => {
                a href=(sheet.at(&address::event(position))) { (sheet.telling("page-event-number", sheet.hand.position(position))) }
                " · " (sheet.hand.moment(at))
            }
            (None, _) | (_, None) => (sheet.word("page-moment-empty")),
        }
        " · " (sheet.word("page-status-date")) " " (sheet.hand.day(side.day))
    }
}

/// What a voice says of a group.
type Said = fn(&Progress) -> Option<u16>;

/// The three voices in their order.
const VOICES: [(&str, Said); 3] =
    [("planned", |progress| progress.planned), ("reported", |progress| progress.reported), ("verified", |progress| progress.verified)];

/// The keys of the columns of a file, three for each voice.
const STEPS: [[&str; 3]; 3] = [
    ["planned_before", "planned_by_time", "planned_after"],
    ["reported_before", "reported_by_time", "reported_after"],
    ["verified_before", "verified_by_time", "verified_after"],
];

/// The same as a table that is taken away.
#[must_use]
pub fn figures(sheet: &Sheet<'_>, diff: &Diff) -> Table {
    let column = |key: &'static str, label: String| Column { key, label };
    let mut columns = vec![column("horizon", sheet.word("page-diff-group")), column("commission", sheet.word("page-commission"))];
    for ((voice, _), keys) in VOICES.iter().zip(STEPS) {
        let voice = sheet.word(&format!("page-voice-{voice}"));
        let words = ["page-diff-before", "page-diff-by-time", "page-diff-after"];
        columns.extend(keys.into_iter().zip(words).map(|(key, word)| column(key, format!("{voice} · {}", sheet.word(word)))));
    }
    let forecast = sheet.word("page-diff-forecast");
    columns.push(column("forecast_before", format!("{forecast} · {}", sheet.word("page-diff-before"))));
    columns.push(column("forecast_after", format!("{forecast} · {}", sheet.word("page-diff-after"))));
    let row = |change: &ProgressChange| {
        let mut cells = vec![
            Cell::Text(horizon(sheet, change)),
            change.commission.as_ref().map_or(Cell::Nothing, |slug| Cell::Text(sheet.commission(slug))),
        ];
        cells.extend(
            VOICES.iter().flat_map(|(_, of)| [&change.before, &change.by_time, &change.after].map(|figures| Cell::Share(of(figures)))),
        );
        cells.extend([&change.before, &change.after].map(|figures| Cell::day(figures.forecast_finish)));
        Row { cells }
    };
    let rows = diff.progress.iter().map(row).collect();
    let table =
        Table { id: "diff-figures", caption: sheet.word("page-diff-figures"), columns, rows, empty: sheet.word("page-diff-nothing") };
    table.sorted(sheet.asked(SORT))
}

fn horizon(sheet: &Sheet<'_>, change: &ProgressChange) -> String {
    change.horizon.map_or_else(|| sheet.word("page-diff-all-horizons"), |horizon| sheet.horizon(horizon))
}

/// Every group whose figures changed, each voice in three steps.
fn steps(sheet: &Sheet<'_>, diff: &Diff) -> Markup {
    html! {
        section aria-labelledby="figures" {
            h2 #figures { (sheet.word("page-diff-figures")) }
            p.hint { (sheet.word("page-diff-figures-what")) }
            div.table-scroll tabindex="0" role="group" aria-label=(sheet.word("page-diff-figures")) {
                table.steps {
                    thead {
                        tr {
                            th rowspan="2" scope="col" { (sheet.word("page-diff-group")) }
                            @for (voice, _) in VOICES { th colspan="3" scope="colgroup" { (sheet.word(&format!("page-voice-{voice}"))) } }
                            th rowspan="2" scope="col" { (sheet.word("page-diff-forecast")) }
                        }
                        tr { @for _ in VOICES {
                            th scope="col" { (sheet.word("page-diff-before")) }
                            th scope="col" { (sheet.word("page-diff-by-time")) }
                            th scope="col" { (sheet.word("page-diff-after")) }
                        } }
                    }
                    tbody { @for change in &diff.progress { (group(sheet, change)) } }
                }
            }
        }
    }
}

fn group(sheet: &Sheet<'_>, change: &ProgressChange) -> Markup {
    let voice = |of: fn(&Progress) -> Option<u16>| {
        let (before, by_time, after) = (of(&change.before), of(&change.by_time), of(&change.after));
        html! {
            td.number { (sheet.points(before)) }
            td.number.same[before == by_time] { (sheet.points(by_time)) }
            td.number.same[by_time == after] { (sheet.points(after)) }
        }
    };
    let (before, after) = (change.before.forecast_finish, change.after.forecast_finish);
    html! {
        tr {
            th scope="row" { (horizon(sheet, change)) @if let Some(slug) = &change.commission { " · " (sheet.commission(slug)) } }
            @for (_, of) in VOICES { (voice(of)) }
            td {
                @match (before, after) {
                    (Some(before), Some(after)) if before == after => (sheet.hand.day_short(after)),
                    (before, after) => { (day(sheet, before)) " " (sheet.word("page-diff-to-what")) " " (day(sheet, after)) }
                }
            }
        }
    }
}

fn day(sheet: &Sheet<'_>, day: Option<tahavol_domain::calendar::Date>) -> Markup {
    html! { @match day { Some(day) => (sheet.hand.day_short(day)), None => span.unknown { "—" } } }
}

/// By subject, in the order in which they come.
fn changes(sheet: &Sheet<'_>, all: &[Change]) -> Markup {
    let shown = &all[..all.len().min(TOLD)];
    let groups = shown.chunk_by(|one, other| one.subject == other.subject);
    html! {
        section aria-labelledby="changes" {
            h2 #changes { (sheet.word("page-diff-changes")) }
            @for group in groups {
                @if let Some(first) = group.first() {
                    h3 dir="auto" { (subject(sheet, &first.subject)) }
                    ul.changes { @for change in group { li { (told(sheet, change)) } } }
                }
            }
            (left_out(sheet, all.len()))
        }
    }
}

fn left_out(sheet: &Sheet<'_>, all: usize) -> Markup {
    html! { @if let Some(more) = all.checked_sub(TOLD).filter(|more| *more > 0) { p.hint { (sheet.telling("page-diff-more", more)) } } }
}

fn subject(sheet: &Sheet<'_>, subject: &Subject) -> Markup {
    let text = subject_text(subject, sheet.lang());
    let code = subject.code.as_str();
    let href = match subject.kind {
        SubjectKind::Commission => Some(address::commission(code)),
        SubjectKind::Initiative | SubjectKind::Allocation | SubjectKind::Risk => Some(address::initiative(code)),
        SubjectKind::Milestone => Some(address::milestone(code)),
        SubjectKind::Indicator => Some(address::indicator(code)),
        SubjectKind::Station => Some(address::station(code)),
        SubjectKind::Official => Some(address::person(&subject.key)),
        SubjectKind::Review => Some(address::review(&subject.key)),
        SubjectKind::Programme
        | SubjectKind::Horizon
        | SubjectKind::Directive
        | SubjectKind::Document
        | SubjectKind::TargetStations
        | SubjectKind::Delegation
        | SubjectKind::Evidence => None,
    };
    html! { @match href { Some(href) => a href=(sheet.at(&href)) { (text) }, None => (text) } }
}

fn told(sheet: &Sheet<'_>, change: &Change) -> Markup {
    let lang = sheet.lang();
    let words = |value: &Value| value_words(sheet, change, value);
    let value = |value: &Option<Value>| match value {
        Some(value) => html! { bdi { (words(value)) } },
        None => html! { span.unknown { "—" } },
    };
    let destroyed = change.before.as_ref().filter(|_| change.subject.kind == SubjectKind::Evidence && change.kind == Kind::Gone);
    let restated = change.before.as_ref().filter(|_| change.before == change.after);
    html! {
        strong { (kind_text(change.kind, lang)) }
        @if let Some(field) = change.field { " · " (field_text(field, lang)) }
        @if let Some(item) = &change.item { " · " bdi { (words(item)) } }
        @if let Some(order) = destroyed {
            ": " (sheet.saying("diff-destroyed", &[("order", isolated(&words(order)))]))
        } @else if let Some(same) = restated {
            // What was said again is told once.
            ": " (sheet.telling("diff-restated", words(same)))
        } @else if change.before.is_some() || change.after.is_some() {
            ": " (value(&change.before)) " " (sheet.word("page-diff-to-what")) " " (value(&change.after))
        }
        " " (positions(sheet, &change.positions))
    }
}

/// A value in words; an office by what it is called.
fn value_words(sheet: &Sheet<'_>, change: &Change, value: &Value) -> String {
    let of_offices = change.field == Some(Field::Office) || change.subject.kind == SubjectKind::Delegation;
    match value {
        Value::Code(code) if of_offices => code.parse().map_or_else(|_| code.clone(), |office| sheet.office(&office)),
        Value::All(values) => values.iter().map(|value| value_words(sheet, change, value)).collect::<Vec<_>>().join(" "),
        value => value_text(value, sheet.lang()),
    }
}

fn positions(sheet: &Sheet<'_>, positions: &[u64]) -> Markup {
    html! {
        span.positions {
            @for (at, position) in positions.iter().take(LINKED).enumerate() {
                @if at > 0 { " " }
                a href=(sheet.at(&address::event(*position))) { (sheet.telling("page-event-number", sheet.hand.position(*position))) }
            }
            @if let Some(more) = positions.len().checked_sub(LINKED).filter(|more| *more > 0) { " " (sheet.telling("page-diff-more-events", more)) }
        }
    }
}

fn late(sheet: &Sheet<'_>, diff: &Diff) -> Markup {
    let facts = diff.late_facts.iter().map(Some).chain(std::iter::repeat(None));
    let said = |fact: &LateFact, said: Option<&tahavol_domain::Fact>| match said {
        Some(said) => html! { span dir="auto" { (messages::sentence_in(said, sheet.snapshot, sheet.lang())) } " " (sheet.about(said)) },
        None => html! { (sheet.event_type(fact.event_type)) },
    };
    html! {
        section aria-labelledby="late" {
            h2 #late { (sheet.word("page-diff-late")) }
            p.hint { (sheet.telling("page-diff-late-what", sheet.hand.long(diff.from.day))) }
            ol.events {
                @for (fact, text) in diff.late.iter().zip(facts).take(TOLD) {
                    li {
                        p.event-head {
                            a href=(sheet.at(&address::event(fact.position))) { (sheet.telling("page-event-number", sheet.hand.position(fact.position))) }
                            span { (sheet.word("page-event-effective")) " " (sheet.hand.day(fact.effective_on)) }
                            span { (sheet.word("page-event-recorded")) " " (sheet.hand.day(fact.recorded_on)) }
                            span { (sheet.telling("page-event-late", fact.lateness_days())) }
                        }
                        p.event-what { (said(fact, text)) }
                    }
                }
            }
            (left_out(sheet, diff.late.len()))
        }
    }
}
