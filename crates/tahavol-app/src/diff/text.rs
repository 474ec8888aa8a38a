//! A diff as people read it, grouped by subject, in Persian or English.

use tahavol_domain::calendar::{Date, format_persian, persian_digits};
use tahavol_domain::text::Lang;
use tahavol_domain::values::{CommissionSlug, Horizon};
use tahavol_domain::{Fact, Stream};
use tahavol_projections::Snapshot;
use tahavol_projections::diff::{Change, Field, Kind, LateFact, ProgressChange, Subject, SubjectKind, Value};
use tahavol_projections::progress::Progress;

use super::{Diff, Side};
use crate::messages::{message, sentence};

/// Events that are named one by one; of more, their number is told.
const NAMED: usize = 5;
const NOTHING: &str = "—";

/// The whole of it, with a line's end after each line.
#[must_use]
pub fn text(diff: &Diff, lang: Lang) -> String {
    first_of(diff, usize::MAX, lang)
}

/// The same with no more than so many changes and so many late facts; of more, their number is told.
#[must_use]
pub fn first_of(diff: &Diff, most: usize, lang: Lang) -> String {
    let mut lines = vec![heading(diff, lang), String::new()];
    if diff.is_empty() {
        lines.push(say("diff-nothing", &[], lang));
    }
    let mut subject: Option<&Subject> = None;
    for change in diff.changes.iter().take(most) {
        if subject != Some(&change.subject) {
            subject = Some(&change.subject);
            lines.push(subject_text(&change.subject, lang));
        }
        lines.push(format!("  {}", change_text(change, lang)));
    }
    lines.extend(left_out(diff.changes.len(), most, lang));
    if !diff.progress.is_empty() {
        open(&mut lines, say("diff-progress", &[], lang));
        diff.progress.iter().for_each(|change| lines.extend(progress(diff, change, lang)));
    }
    if !diff.late.is_empty() {
        open(&mut lines, say("diff-late", &[("day", diff.from.day.to_string())], lang));
        let facts = diff.late_facts.iter().map(Some).chain(std::iter::repeat(None));
        let told = diff.late.iter().zip(facts).take(most).map(|(late, fact)| format!("  {}", late_text(diff, late, fact, lang)));
        lines.extend(told);
        lines.extend(left_out(diff.late.len(), most, lang));
    }
    lines.join("\n") + "\n"
}

fn left_out(all: usize, most: usize, lang: Lang) -> Option<String> {
    let more = all.checked_sub(most).filter(|more| *more > 0)?;
    Some(format!("  {}", say("diff-left-out", &[("more", more.to_string())], lang)))
}

fn open(lines: &mut Vec<String>, title: String) {
    if lines.last().is_some_and(|line| !line.is_empty()) {
        lines.push(String::new());
    }
    lines.push(title);
}

fn heading(diff: &Diff, lang: Lang) -> String {
    let position = |side: &Side| side.snapshot.position.map_or_else(|| NOTHING.to_owned(), |position| position.to_string());
    let args = [
        ("from", position(&diff.from)),
        ("to", position(&diff.to)),
        ("fromDay", diff.from.day.to_string()),
        ("toDay", diff.to.day.to_string()),
        ("events", diff.events.to_string()),
    ];
    say(if diff.events == 1 { "diff-heading-one" } else { "diff-heading" }, &args, lang)
}

/// Such as `Milestone T-1 — Network for all stations`.
#[must_use]
pub fn subject_text(subject: &Subject, lang: Lang) -> String {
    let kind = say(&format!("diff-subject-{}", subject.kind.as_str()), &[], lang);
    // Reviews are known by their day.
    let day = Date::parse(&subject.code).ok().filter(|_| subject.kind == SubjectKind::Review);
    let code = match day {
        Some(day) => format!(" {}", date(day, lang)),
        None if subject.code.is_empty() => String::new(),
        None => format!(" {}", subject.code),
    };
    let title = subject.title.as_ref().map(|title| format!(" — {}", title.get(lang))).unwrap_or_default();
    format!("{kind}{code}{title}")
}

/// Such as `changed: due: 2026-05-01 → 2026-06-01 (events 130, 140)`.
#[must_use]
pub fn change_text(change: &Change, lang: Lang) -> String {
    let named = |told: String| if change.positions.is_empty() { told } else { format!("{told} ({})", events(&change.positions, lang)) };
    if let (SubjectKind::Evidence, Kind::Gone, Some(order)) = (change.subject.kind, change.kind, &change.before) {
        return named(say("diff-destroyed", &[("order", value_text(order, lang))], lang));
    }
    let mut told = kind_text(change.kind, lang);
    if let Some(field) = change.field {
        told = format!("{told}: {}", field_text(field, lang));
    }
    if let Some(item) = &change.item {
        told = format!("{told} [{}]", value_text(item, lang));
    }
    let value = |value: &Option<Value>| value.as_ref().map_or_else(|| NOTHING.to_owned(), |value| value_text(value, lang));
    told = match (&change.before, &change.after) {
        (None, None) => told,
        (None, Some(after)) if change.kind == Kind::New => format!("{told}: {}", value_text(after, lang)),
        (Some(before), None) if change.kind == Kind::Gone => format!("{told}: {}", value_text(before, lang)),
        (Some(before), Some(after)) if before == after => {
            format!("{told}: {}", say("diff-restated", &[("value", value_text(after, lang))], lang))
        }
        (before, after) => format!("{told}: {} {} {}", value(before), say("diff-arrow", &[], lang), value(after)),
    };
    named(told)
}

fn events(positions: &[u64], lang: Lang) -> String {
    let gap = match lang {
        Lang::Fa => "، ",
        Lang::En => ", ",
    };
    let named = positions.iter().take(NAMED).map(|position| number(&position.to_string(), lang)).collect::<Vec<_>>().join(gap);
    match positions.len().checked_sub(NAMED) {
        _ if positions.len() == 1 => say("diff-event", &[("positions", named)], lang),
        None | Some(0) => say("diff-events", &[("positions", named)], lang),
        Some(more) => say("diff-events-more", &[("positions", named), ("more", more.to_string())], lang),
    }
}

#[must_use]
pub fn kind_text(kind: Kind, lang: Lang) -> String {
    say(&format!("diff-kind-{}", kind.as_str()), &[], lang)
}

#[must_use]
pub fn field_text(field: Field, lang: Lang) -> String {
    say(&format!("diff-field-{}", field.as_str()), &[], lang)
}

/// In the reader's words: days in Solar Hijri and numbers in Persian digits where they are Persian.
#[must_use]
pub fn value_text(value: &Value, lang: Lang) -> String {
    match value {
        Value::Text(text) => text.get(lang).to_owned(),
        Value::Code(code) => code.clone(),
        Value::Number(digits) => number(digits, lang),
        Value::Points(points) => percent(i32::from(*points), lang),
        Value::Day(day) => date(*day, lang),
        Value::Word(word) => say(&format!("diff-word-{word}"), &[], lang),
        Value::All(values) => values.iter().map(|value| value_text(value, lang)).collect::<Vec<_>>().join(" "),
        Value::Then(values) => {
            let arrow = format!(" {} ", say("diff-arrow", &[], lang));
            values.iter().map(|value| value_text(value, lang)).collect::<Vec<_>>().join(&arrow)
        }
        Value::Span(ends) => say("diff-span", &[("from", value_text(&ends.0, lang)), ("to", value_text(&ends.1, lang))], lang),
    }
}

/// The group, and each of its figures that changed.
fn progress(diff: &Diff, change: &ProgressChange, lang: Lang) -> Vec<String> {
    let snapshot = &diff.to.snapshot;
    let horizon = change.horizon.map_or_else(|| say("CLI_ALL", &[], lang), |horizon| horizon_title(snapshot, horizon, lang));
    let commission = change.commission.as_ref().map(|slug| format!(" × {}", commission_title(snapshot, slug, lang)));
    let mut lines = vec![format!("  {horizon}{}", commission.unwrap_or_default())];
    let told = |name: &str, of: &dyn Fn(&Progress) -> String| {
        let (before, by_time, after) = (of(&change.before), of(&change.by_time), of(&change.after));
        if before == after && by_time == after {
            return None;
        }
        let key = match (before == by_time, by_time == after) {
            _ if diff.from.day == diff.to.day => "diff-figure",
            (true, _) => "diff-figure-events",
            (_, true) => "diff-figure-time",
            (false, false) => "diff-figure-both",
        };
        let args = [("name", say(name, &[], lang)), ("before", before), ("after", after), ("time", by_time)];
        Some(format!("    {}", say(key, &args, lang)))
    };
    let points = |points: Option<u16>| points.map_or_else(|| NOTHING.to_owned(), |points| percent(points.into(), lang));
    let ratio = |ratio: Option<tahavol_projections::ratio::Ratio>| {
        ratio.map_or_else(|| NOTHING.to_owned(), |ratio| number(&ratio.decimal4(), lang))
    };
    lines.extend(told("CLI_PLANNED", &|progress| points(progress.planned)));
    lines.extend(told("CLI_REPORTED", &|progress| points(progress.reported)));
    lines.extend(told("CLI_VERIFIED", &|progress| points(progress.verified)));
    lines.extend(told("CLI_COVERAGE", &|progress| points(progress.coverage)));
    lines.extend(told("diff-spi", &|progress| ratio(progress.spi)));
    lines.extend(told("CLI_SPI_T", &|progress| ratio(progress.spi_t)));
    lines.extend(told("CLI_FORECAST", &|progress| finish(progress, lang)));
    if lines.len() == 1 {
        lines.push(format!("    {}", say("diff-figures-else", &[], lang)));
    }
    lines
}

fn finish(progress: &Progress, lang: Lang) -> String {
    match (progress.forecast_finish, progress.forecast_reason) {
        (Some(finish), _) => date(finish, lang),
        (None, Some(reason)) => say(&format!("FORECAST_{}", reason.as_str()), &[], lang),
        (None, None) => NOTHING.to_owned(),
    }
}

fn late_text(diff: &Diff, late: &LateFact, fact: Option<&Fact>, lang: Lang) -> String {
    let snapshot = &diff.to.snapshot;
    let stream = named(snapshot, &late.stream);
    let about = match late.milestone.and_then(|id| snapshot.milestones.get(&id)) {
        Some(row) => format!("{stream} · {}", row.plan.code),
        None => stream,
    };
    let args = [
        ("position", late.position.to_string()),
        ("what", fact.map_or_else(|| late.event_type.to_owned(), |fact| sentence(fact, lang))),
        ("about", about),
        ("day", late.effective_on.to_string()),
        ("recorded", late.recorded_on.to_string()),
        ("days", late.lateness_days().to_string()),
    ];
    say("diff-late-fact", &args, lang)
}

/// A stream by the code that people know.
fn named(snapshot: &Snapshot, stream: &str) -> String {
    match stream.parse::<Stream>() {
        Ok(Stream::Milestone(id)) => snapshot.milestones.get(&id).map(|row| row.plan.code.clone()),
        Ok(Stream::Initiative(id)) => snapshot.initiatives.get(&id).map(|row| row.proposal.code.clone()),
        Ok(Stream::Programme(_) | Stream::Commission(_) | Stream::Station(_) | Stream::Indicator(_)) | Err(_) => None,
    }
    .unwrap_or_else(|| stream.to_owned())
}

fn horizon_title(snapshot: &Snapshot, horizon: Horizon, lang: Lang) -> String {
    let charter = snapshot.programme.as_ref().map(|programme| &programme.charter);
    let named = charter.and_then(|charter| charter.horizons.iter().find(|named| named.horizon == horizon));
    named.map_or_else(|| say(&format!("diff-word-{}", horizon.as_str()), &[], lang), |named| named.title.get(lang).to_owned())
}

fn commission_title(snapshot: &Snapshot, slug: &CommissionSlug, lang: Lang) -> String {
    snapshot.commissions.get(slug).map_or_else(|| slug.0.clone(), |row| row.establishment.title.get(lang).to_owned())
}

/// Basis points as percent, exactly.
fn percent(points: i32, lang: Lang) -> String {
    let exact = format!("{}.{:02}", points / 100, points % 100);
    let told = number(exact.trim_end_matches('0').trim_end_matches('.'), lang);
    match lang {
        Lang::Fa => format!("{told}٪"),
        Lang::En => format!("{told}%"),
    }
}

fn number(digits: &str, lang: Lang) -> String {
    match lang {
        Lang::Fa => persian_digits(digits).replace('.', "٫"),
        Lang::En => digits.to_owned(),
    }
}

fn date(day: Date, lang: Lang) -> String {
    match lang {
        Lang::Fa => format_persian(day),
        Lang::En => day.to_string(),
    }
}

fn say(key: &str, args: &[(&str, String)], lang: Lang) -> String {
    message(key, args, lang)
}
