//! The table of progress: three horizons and all of them, in three voices with bars, then the commissions.

use tahavol_app::messages::message;
use tahavol_domain::calendar::{Date, format_persian, persian_digits};
use tahavol_domain::text::Lang;
use tahavol_domain::values::{Confidence, Horizon};
use tahavol_projections::Snapshot;
use tahavol_projections::progress::{Cell, ForecastReason, Progress};

/// Characters of a full bar.
const BAR: usize = 10;
const NOTHING: &str = "—";

/// Everything that is printed. `cells` is the matrix of horizons and commissions.
pub(super) fn text(snapshot: &Snapshot, day: Date, cells: &[Cell], lang: Lang) -> String {
    let words = Words(lang);
    let mut lines = heading(snapshot, day, &words);
    let all = |cell: &&Cell| cell.commission.is_none();
    let horizons = cells.iter().filter(all).map(|cell| row(&horizon(snapshot, cell.horizon, &words), &cell.progress, &words));
    lines.extend(aligned(head("CLI_HORIZON", &words), horizons.collect()));
    lines.push(String::new());
    let whole = cells.iter().filter(|cell| cell.horizon.is_none());
    let commissions = whole.filter_map(|cell| {
        let slug = cell.commission.as_ref()?;
        let row_of = snapshot.commissions.get(slug);
        let name = row_of.map_or_else(|| slug.0.clone(), |row| row.establishment.title.get(lang).to_owned());
        Some(row(&name, &cell.progress, &words))
    });
    lines.extend(aligned(head("CLI_COMMISSION", &words), commissions.collect()));
    lines.join("\n") + "\n"
}

fn heading(snapshot: &Snapshot, day: Date, words: &Words) -> Vec<String> {
    let Some(programme) = &snapshot.programme else { return vec![words.say("NOT_CHARTERED", &[])] };
    let events = snapshot.position.map_or(0, |position| position + 1);
    let args = [("day", words.date(day)), ("events", words.number(&events.to_string()))];
    let mut lines = vec![programme.charter.title.get(words.0).to_owned(), words.say("CLI_AS_OF", &args)];
    if let Some(simulation) = &programme.charter.simulation {
        lines.push(words.say("CLI_SIMULATION", &[("months", words.number(&simulation.shift_months.to_string()))]));
    }
    lines.push(String::new());
    lines
}

fn head(first: &str, words: &Words) -> Vec<String> {
    let rest =
        ["CLI_PLANNED", "CLI_REPORTED", "CLI_VERIFIED", "CLI_COVERAGE", "CLI_SPI_T", "CLI_FORECAST", "CLI_SLIPPAGE", "CLI_CONFIDENCE"];
    [first].into_iter().chain(rest).map(|key| words.say(key, &[])).collect()
}

fn row(name: &str, progress: &Progress, words: &Words) -> Vec<String> {
    vec![
        name.to_owned(),
        words.bar(progress.planned),
        words.bar(progress.reported),
        words.bar(progress.verified),
        words.percent(progress.coverage),
        progress.spi_t.map_or_else(|| NOTHING.to_owned(), |ratio| words.number(&ratio.decimal(2))),
        finish(progress, words),
        progress.slippage_days.map_or_else(|| NOTHING.to_owned(), |days| words.number(&format!("{days:+}"))),
        progress.confidence.map_or_else(|| NOTHING.to_owned(), |confidence| words.say(colour(confidence), &[])),
    ]
}

fn finish(progress: &Progress, words: &Words) -> String {
    match (progress.forecast_finish, progress.forecast_reason) {
        (Some(finish), _) => words.date(finish),
        (None, Some(reason)) => words.say(why_not(reason), &[]),
        (None, None) => NOTHING.to_owned(),
    }
}

fn why_not(reason: ForecastReason) -> &'static str {
    match reason {
        ForecastReason::NoMilestones => "FORECAST_NO_MILESTONES",
        ForecastReason::NotStarted => "FORECAST_NOT_STARTED",
        ForecastReason::NoProgress => "FORECAST_NO_PROGRESS",
        ForecastReason::TooFar => "FORECAST_TOO_FAR",
    }
}

fn colour(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Green => "CONFIDENCE_GREEN",
        Confidence::AmberGreen => "CONFIDENCE_AMBER_GREEN",
        Confidence::Amber => "CONFIDENCE_AMBER",
        Confidence::AmberRed => "CONFIDENCE_AMBER_RED",
        Confidence::Red => "CONFIDENCE_RED",
        Confidence::Grey => "CONFIDENCE_GREY",
    }
}

/// As the charter calls it.
fn horizon(snapshot: &Snapshot, horizon: Option<Horizon>, words: &Words) -> String {
    let Some(horizon) = horizon else { return words.say("CLI_ALL", &[]) };
    let charter = snapshot.programme.as_ref().map(|programme| &programme.charter);
    let named = charter.and_then(|charter| charter.horizons.iter().find(|named| named.horizon == horizon));
    named.map_or_else(|| horizon.as_str().to_owned(), |named| named.title.get(words.0).to_owned())
}

/// Columns as wide as what is in them.
pub(super) fn aligned(head: Vec<String>, rows: Vec<Vec<String>>) -> Vec<String> {
    let all: Vec<Vec<String>> = [head].into_iter().chain(rows).collect();
    let columns = all.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).map(|column| all.iter().map(|row| width(&row[column])).max().unwrap_or(0)).collect();
    let padded = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, column)| format!("{cell}{}", " ".repeat(column - width(cell))));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let rule = widths.iter().map(|column| "─".repeat(*column)).collect::<Vec<_>>().join("  ");
    let mut lines: Vec<String> = all.iter().map(padded).collect();
    lines.insert(1, rule);
    lines
}

/// Columns that a terminal takes: joiners, marks of direction and vowel signs take none.
pub(super) fn width(text: &str) -> usize {
    let takes_none = |letter: char| matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2066}'..='\u{2069}' | '\u{64b}'..='\u{65f}' | '\u{670}');
    text.chars().filter(|letter| !takes_none(*letter)).count()
}

/// Words, numbers and dates of a language.
struct Words(Lang);

impl Words {
    fn say(&self, key: &str, args: &[(&str, String)]) -> String {
        message(key, args, self.0)
    }

    fn number(&self, number: &str) -> String {
        match self.0 {
            Lang::En => number.to_owned(),
            Lang::Fa => persian_digits(number).replace('.', "٫"),
        }
    }

    fn date(&self, date: Date) -> String {
        match self.0 {
            Lang::En => date.to_string(),
            Lang::Fa => format_persian(date),
        }
    }

    /// Basis points as percent, rounded down as they are.
    fn percent(&self, points: Option<u16>) -> String {
        let Some(points) = points else { return NOTHING.to_owned() };
        let sign = match self.0 {
            Lang::En => '%',
            Lang::Fa => '٪',
        };
        format!("{}{sign}", self.number(&format!("{}.{}", points / 100, points / 10 % 10)))
    }

    fn bar(&self, points: Option<u16>) -> String {
        let full = points.map_or(0, |points| usize::from(points) * BAR / 10_000).min(BAR);
        format!("{}{} {}", "█".repeat(full), "░".repeat(BAR - full), self.percent(points))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_in_the_digits_of_the_language() {
        assert_eq!(Words(Lang::Fa).percent(Some(5_236)), "۵۲٫۳٪");
        assert_eq!(Words(Lang::En).bar(Some(5_236)), "█████░░░░░ 52.3%");
        assert_eq!(Words(Lang::En).bar(None), "░░░░░░░░░░ —");
    }

    #[test]
    fn columns_are_aligned_whatever_takes_no_room() {
        let lines = aligned(vec!["a".to_owned(), "b".to_owned()], vec![vec!["می\u{200c}رود".to_owned(), "x".to_owned()]]);
        assert_eq!(lines[0].chars().count() + 1, lines[2].chars().count());
    }
}
