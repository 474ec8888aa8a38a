//! Where an axis is marked: days that begin a month or a year of the reader's calendar, and round values.

use tahavol_domain::calendar::Date;

use crate::figure::{Calendar, Hand, digits};
use crate::words::word;

/// Months between two marks, the narrowest first.
const STEPS: [i32; 8] = [1, 2, 3, 6, 12, 24, 60, 120];
const DAYS_OF_A_MONTH: i32 = 30;

/// Days to mark between two days, at most `most` of them, each with its words.
pub(super) fn days(hand: &Hand<'_>, from: Date, until: Date, most: i32) -> Vec<(Date, String)> {
    let months = from.days_until(until).max(1) / DAYS_OF_A_MONTH;
    let step = STEPS.into_iter().find(|step| months / step < most).unwrap_or(STEPS[STEPS.len() - 1]);
    let Some(mut at) = first_month(hand.calendar, from) else { return Vec::new() };
    let mut marked = Vec::new();
    while at <= until && marked.len() <= usize::try_from(most).unwrap_or(0) {
        let (year, month) = month_of(hand.calendar, at);
        if at >= from && (year * 12 + i32::from(month) - 1) % step == 0 {
            marked.push((at, told(hand, year, month, step)));
        }
        match next_month(hand.calendar, at) {
            Some(next) => at = next,
            None => break,
        }
    }
    marked
}

/// A year alone where years are marked; otherwise the month, and the year with its first month.
fn told(hand: &Hand<'_>, year: i32, month: u8, step: i32) -> String {
    let year_told = digits(&year.to_string(), hand.lang);
    if step >= 12 || month == 1 {
        return year_told;
    }
    let kind = match hand.calendar {
        Calendar::SolarHijri => "page-month-solar",
        Calendar::Gregorian => "page-month",
    };
    word(&format!("{kind}-{month}"), hand.lang)
}

fn month_of(calendar: Calendar, date: Date) -> (i32, u8) {
    let (year, month, _) = match calendar {
        Calendar::SolarHijri => date.persian(),
        Calendar::Gregorian => date.ymd(),
    };
    (year, month)
}

fn first_of(calendar: Calendar, year: i32, month: u8) -> Option<Date> {
    match calendar {
        Calendar::SolarHijri => Date::from_persian(year, month, 1).ok(),
        Calendar::Gregorian => Date::from_iso_ymd(year, month, 1).ok(),
    }
}

fn first_month(calendar: Calendar, day: Date) -> Option<Date> {
    let (year, month) = month_of(calendar, day);
    first_of(calendar, year, month)
}

fn next_month(calendar: Calendar, first: Date) -> Option<Date> {
    let (year, month) = month_of(calendar, first);
    if month == 12 { first_of(calendar, year + 1, 1) } else { first_of(calendar, year, month + 1) }
}

/// Round values from at most `low` to at least `high`, some five of them.
pub(super) fn values(low: f64, high: f64) -> Vec<f64> {
    // One value alone stands against nothing.
    let (low, high) = match (low, high) {
        (low, high) if high > low => (low, high),
        (0.0, _) => (0.0, 1.0),
        (only, _) => (only.min(0.0), only.max(0.0)),
    };
    let rough = (high - low) / 4.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough).unwrap_or(10.0 * power);
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    let count = (last - first).clamp(1.0, 12.0) as i32;
    (0..=count).map(|at| (first + f64::from(at)) * step).collect()
}

#[cfg(test)]
mod tests {
    use tahavol_domain::calendar::TimeZone;
    use tahavol_domain::text::Lang;

    use super::*;

    fn marked(lang: Lang, calendar: Calendar, from: &str, until: &str) -> Vec<String> {
        let zone = TimeZone::tehran();
        let hand = Hand { lang, calendar, zone: &zone };
        days(&hand, Date::parse_iso(from).unwrap(), Date::parse_iso(until).unwrap(), 7).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn one_value_alone_has_an_axis_too() {
        for only in [20_000_000.0, 0.0, -3.5, 0.25] {
            let marks = values(only, only);
            let (first, last) = (marks[0], marks[marks.len() - 1]);
            assert!(first < last && (first..=last).contains(&only), "{only}: {marks:?}");
        }
    }

    #[test]
    fn years_are_marked_where_many_pass_and_months_where_few_do() {
        let years = marked(Lang::Fa, Calendar::SolarHijri, "2024-03-20", "2030-03-20");
        assert_eq!(years.first().map(String::as_str), Some("۱۴۰۳"));
        assert!(years.len() >= 4, "{years:?}");
        let months = marked(Lang::En, Calendar::Gregorian, "2025-10-15", "2026-03-10");
        assert_eq!(months, ["November", "December", "2026", "February", "March"]);
    }

    #[test]
    fn values_are_round_and_hold_what_is_shown() {
        assert_eq!(values(0.0, 1_800.0), [0.0, 500.0, 1_000.0, 1_500.0, 2_000.0]);
        let small = values(0.31, 0.33);
        assert!(small[0] <= 0.31 && small[small.len() - 1] >= 0.33, "{small:?}");
    }
}
