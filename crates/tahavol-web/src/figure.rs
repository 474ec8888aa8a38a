//! How numbers, shares, days and moments are written: in the reader's digits and calendar, the other calendar on demand.

use maud::{Markup, html};
use tahavol_app::messages;
use tahavol_domain::calendar::{Date, Instant, TimeZone, format_persian, long_persian, persian_digits};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::text::Lang;
use tahavol_projections::ratio::Ratio;

/// The calendar in which days are shown. Each language has its own, and a reader may choose the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calendar {
    SolarHijri,
    Gregorian,
}

impl Calendar {
    /// What readers of the language expect.
    #[must_use]
    pub fn of(lang: Lang) -> Calendar {
        match lang {
            Lang::Fa => Calendar::SolarHijri,
            Lang::En => Calendar::Gregorian,
        }
    }

    /// As it stands in an address: `solar-hijri`, `gregorian`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Calendar::SolarHijri => "solar-hijri",
            Calendar::Gregorian => "gregorian",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Calendar> {
        [Calendar::SolarHijri, Calendar::Gregorian].into_iter().find(|calendar| calendar.as_str() == text)
    }

    #[must_use]
    pub fn other(self) -> Calendar {
        match self {
            Calendar::SolarHijri => Calendar::Gregorian,
            Calendar::Gregorian => Calendar::SolarHijri,
        }
    }
}

/// In which language and calendar everything of a page is written.
#[derive(Debug, Clone, Copy)]
pub struct Hand<'a> {
    pub lang: Lang,
    pub calendar: Calendar,
    /// The programme's, in which moments are told.
    pub zone: &'a TimeZone,
}

/// The reader's digits.
#[must_use]
pub fn digits(text: &str, lang: Lang) -> String {
    match lang {
        Lang::Fa => persian_digits(text),
        Lang::En => text.to_owned(),
    }
}

/// A whole number, its thousands set off.
#[must_use]
pub fn number(value: i64, lang: Lang) -> String {
    grouped(&value.to_string(), lang)
}

/// A quantity with all of its places.
#[must_use]
pub fn quantity(value: Quantity, lang: Lang) -> String {
    let text = value.to_string();
    match text.split_once('.') {
        Some((whole, places)) => format!("{}{}{}", grouped(whole, lang), decimal_point(lang), digits(places, lang)),
        None => grouped(&text, lang),
    }
}

/// An exact value to two places, without the noughts that say nothing.
#[must_use]
pub fn ratio(value: Ratio, lang: Lang) -> String {
    let told = value.decimal(2);
    Quantity::parse(&told).map_or_else(|_| decimal(&told, lang), |value| quantity(value, lang))
}

/// The same of a unit: a whole number where it counts things.
#[must_use]
pub fn ratio_in(value: Ratio, unit: &str, lang: Lang) -> String {
    if !messages::counts_things(unit) {
        return ratio(value, lang);
    }
    let told = value.decimal(0);
    Quantity::parse(&told).map_or_else(|_| decimal(&told, lang), |value| quantity(value, lang))
}

/// A decimal number as it is told elsewhere (`0.9512`), in the reader's digits.
#[must_use]
pub fn decimal(text: &str, lang: Lang) -> String {
    digits(&text.replace('.', decimal_point(lang)), lang).replace('-', "−")
}

/// Basis points as a whole percentage, rounded down as all of them are; more than nothing is never shown as nothing.
#[must_use]
pub fn share(points: u16, lang: Lang) -> String {
    let text = match points {
        1..100 => format!("<{}", percent(1, lang)),
        _ => percent(points / 100, lang),
    };
    // Read as one thing whatever stands around it.
    format!("\u{2066}{text}\u{2069}")
}

/// The same to a tenth, where whole percentages would hide that something moves.
#[must_use]
pub fn share_in_tenths(points: u16, lang: Lang) -> String {
    let mark = match lang {
        Lang::Fa => "٪",
        Lang::En => "%",
    };
    format!("\u{2066}{}{mark}\u{2069}", decimal(&format!("{}.{}", points / 100, points / 10 % 10), lang))
}

fn percent(whole: u16, lang: Lang) -> String {
    match lang {
        Lang::Fa => format!("{}٪", persian_digits(&whole.to_string())),
        Lang::En => format!("{whole}%"),
    }
}

fn decimal_point(lang: Lang) -> &'static str {
    match lang {
        Lang::Fa => "٫",
        Lang::En => ".",
    }
}

fn grouped(whole: &str, lang: Lang) -> String {
    let (sign, plain) = whole.strip_prefix('-').map_or(("", whole), |plain| ("−", plain));
    let separator = match lang {
        Lang::Fa => '٬',
        Lang::En => ',',
    };
    let mut text = String::from(sign);
    for (index, digit) in plain.chars().enumerate() {
        if index > 0 && (plain.len() - index) % 3 == 0 {
            text.push(separator);
        }
        text.push(digit);
    }
    digits(&text, lang)
}

impl Hand<'_> {
    /// `۳۰ آبان ۱۴۰۵`, `30 Aban 1405`, `21 November 2026`, `۲۱ نوامبر ۲۰۲۶`.
    #[must_use]
    pub fn long(&self, date: Date) -> String {
        self.long_in(self.calendar, date)
    }

    fn long_in(&self, calendar: Calendar, date: Date) -> String {
        match (calendar, self.lang) {
            (Calendar::SolarHijri, Lang::Fa) => long_persian(date),
            (Calendar::SolarHijri, Lang::En) => {
                let (year, month, day) = date.persian();
                format!("{day} {} {year}", self.month("page-month-solar", month))
            }
            (Calendar::Gregorian, lang) => {
                let (year, month, day) = date.ymd();
                digits(&format!("{day} {} {year}", self.month("page-month", month)), lang)
            }
        }
    }

    fn month(&self, kind: &str, month: u8) -> String {
        messages::message(&format!("{kind}-{month}"), &[], self.lang)
    }

    /// For columns and axes: `۱۴۰۵/۰۸/۳۰`, `1405/08/30`, `2026-11-21`.
    #[must_use]
    pub fn short(&self, date: Date) -> String {
        match (self.calendar, self.lang) {
            (Calendar::SolarHijri, Lang::Fa) => format_persian(date),
            (Calendar::SolarHijri, Lang::En) => {
                let (year, month, day) = date.persian();
                format!("{year:04}/{month:02}/{day:02}")
            }
            (Calendar::Gregorian, lang) => digits(&date.to_string(), lang),
        }
    }

    /// A day in running text; the other calendar's day is told on demand.
    #[must_use]
    pub fn day(&self, date: Date) -> Markup {
        html! { time datetime=(date) title=(self.long_in(self.calendar.other(), date)) { (self.long(date)) } }
    }

    /// A day in a column.
    #[must_use]
    pub fn day_short(&self, date: Date) -> Markup {
        html! { time.day dir="ltr" datetime=(date) title=(self.long_in(self.calendar.other(), date)) { (self.short(date)) } }
    }

    /// A recorded moment, to the minute, in the programme's time zone; the exact one on demand.
    #[must_use]
    pub fn moment(&self, instant: Instant) -> Markup {
        html! { time datetime=(instant) title=(instant) { (self.moment_text(instant)) } }
    }

    /// The same as a text.
    #[must_use]
    pub fn moment_text(&self, instant: Instant) -> String {
        let date = instant.date_in(self.zone);
        let minutes = (instant.micros() - Instant::start_of(date, self.zone).micros()) / 60_000_000;
        let time = digits(&format!("{:02}:{:02}", minutes / 60, minutes % 60), self.lang);
        format!("{} \u{2066}{time}\u{2069}", self.long(date))
    }

    #[must_use]
    pub fn number(&self, value: impl Into<i64>) -> String {
        number(value.into(), self.lang)
    }

    /// A position, the number of an event: its thousands are not set off, since it is typed as it stands.
    #[must_use]
    pub fn position(&self, position: u64) -> String {
        digits(&position.to_string(), self.lang)
    }

    #[must_use]
    pub fn share(&self, points: u16) -> String {
        share(points, self.lang)
    }

    #[must_use]
    pub fn share_in_tenths(&self, points: u16) -> String {
        share_in_tenths(points, self.lang)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_told_without_false_decimals_and_never_as_nothing_while_there_is_something() {
        let told = |points| share(points, Lang::En).trim_matches(['\u{2066}', '\u{2069}']).to_owned();
        assert_eq!([told(0), told(1), told(99), told(100), told(9_999), told(10_000)], ["0%", "<1%", "<1%", "1%", "99%", "100%"]);
        assert_eq!(share(4_150, Lang::Fa), "\u{2066}۴۱٪\u{2069}");
        assert_eq!(share_in_tenths(4_159, Lang::Fa), "\u{2066}۴۱٫۵٪\u{2069}");
    }

    #[test]
    fn numbers_are_grouped_in_the_readers_digits() {
        assert_eq!([number(1_234_567, Lang::En), number(-999, Lang::En)], ["1,234,567", "−999"]);
        assert_eq!(number(12_345, Lang::Fa), "۱۲٬۳۴۵");
        assert_eq!(quantity(Quantity::parse("-1234.5").unwrap(), Lang::Fa), "−۱٬۲۳۴٫۵");
        assert_eq!(decimal("-0.9512", Lang::Fa), "−۰٫۹۵۱۲");
    }

    #[test]
    fn a_day_is_told_in_either_language_and_either_calendar() {
        let (date, zone) = (Date::parse_iso("2019-09-22").unwrap(), TimeZone::tehran());
        let hand = |lang, calendar| Hand { lang, calendar, zone: &zone };
        assert_eq!(hand(Lang::Fa, Calendar::SolarHijri).long(date), "۳۱ شهریور ۱۳۹۸");
        assert_eq!(hand(Lang::En, Calendar::SolarHijri).long(date), "31 Shahrivar 1398");
        assert_eq!(hand(Lang::En, Calendar::Gregorian).long(date), "22 September 2019");
        assert_eq!(hand(Lang::Fa, Calendar::Gregorian).long(date), "۲۲ سپتامبر ۲۰۱۹");
        assert_eq!(hand(Lang::Fa, Calendar::SolarHijri).short(date), "۱۳۹۸/۰۶/۳۱");
        let told = hand(Lang::En, Calendar::Gregorian).moment_text(Instant::parse("2026-11-21T10:32:05Z").unwrap());
        assert_eq!(told, "21 November 2026 \u{2066}14:02\u{2069}");
    }
}
