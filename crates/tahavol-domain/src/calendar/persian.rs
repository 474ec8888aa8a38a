//! How dates are shown in Persian: digits, month names, the short and the long form.

use super::Date;

const MONTHS: [&str; 12] = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"];

/// `۱۳۹۸/۰۶/۳۱`, padded with zeros so that columns line up and text sorts by day.
pub fn format_persian(date: Date) -> String {
    let (year, month, day) = date.persian();
    persian_digits(&format!("{year:04}/{month:02}/{day:02}"))
}

/// `۳۱ شهریور ۱۳۹۸`.
pub fn long_persian(date: Date) -> String {
    let (year, month, day) = date.persian();
    persian_digits(&format!("{day} {} {year}", persian_month_name(month)))
}

/// `شهریور ۱۳۹۸`: the month that the date lies in.
pub fn persian_month_year(date: Date) -> String {
    let (year, month, _) = date.persian();
    persian_digits(&format!("{} {year}", persian_month_name(month)))
}

/// The Persian name of a Solar Hijri month from 1 to 12; empty for any other number.
pub fn persian_month_name(month: u8) -> &'static str {
    usize::from(month).checked_sub(1).and_then(|index| MONTHS.get(index)).copied().unwrap_or_default()
}

/// The same text with Persian digits for Latin ones.
pub fn persian_digits(text: &str) -> String {
    text.chars()
        .map(|c| match c.to_digit(10) {
            Some(digit) => char::from_u32('۰' as u32 + digit).unwrap_or(c),
            None => c,
        })
        .collect()
}
