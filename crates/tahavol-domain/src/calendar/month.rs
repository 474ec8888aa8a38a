//! Solar Hijri months of a date: their first and last day, and moving by whole months.

use super::Date;

impl Date {
    pub fn first_of_persian_month(self) -> Date {
        let (_, _, day) = self.persian();
        self.plus_days(1 - i32::from(day))
    }

    pub fn last_of_persian_month(self) -> Date {
        let (year, month, day) = self.persian();
        self.plus_days(i32::from(days_in_month(year, month)) - i32::from(day))
    }

    /// The same day, so many Solar Hijri months later (or earlier). A month's last day stays a month's last day; a day
    /// that the other month lacks becomes its last. Stops at [`Date::MIN`] and [`Date::MAX`].
    pub fn shift_persian_months(self, months: i32) -> Date {
        if months == 0 {
            return self;
        }
        let (year, month, day) = self.persian();
        let was_last = day == days_in_month(year, month);
        let index = month_index(year, month) + i64::from(months);
        let Some((year, month)) = from_month_index(index) else {
            return if months < 0 { Date::MIN } else { Date::MAX };
        };
        let last = days_in_month(year, month);
        let day = if was_last { last } else { day.min(last) };
        Date::from_persian(year, month, day).unwrap_or(if months < 0 { Date::MIN } else { Date::MAX })
    }

    /// Calendar months from this date's month to that of `other`, whatever the days: `other` lies in the month that
    /// [`Date::shift_persian_months`] by the answer leads to.
    pub fn persian_months_until(self, other: Date) -> i32 {
        let (from_year, from_month, _) = self.persian();
        let (to_year, to_month, _) = other.persian();
        (to_year - from_year) * 12 + i32::from(to_month) - i32::from(from_month)
    }

    /// [`Date::persian_months_until`] as a function of two dates.
    pub fn persian_months_between(from: Date, to: Date) -> i32 {
        from.persian_months_until(to)
    }
}

/// The last day's number in a Solar Hijri month; `month` is 1 to 12.
pub(super) fn days_in_month(year: i32, month: u8) -> u8 {
    icu_calendar::Date::try_new_persian(year, month, 1).map_or(30, |first| first.days_in_month())
}

fn month_index(year: i32, month: u8) -> i64 {
    i64::from(year) * 12 + i64::from(month) - 1
}

/// Nothing for a year that no calendar here reaches.
fn from_month_index(index: i64) -> Option<(i32, u8)> {
    let year = i32::try_from(index.div_euclid(12)).ok().filter(|year| (1..=9999).contains(year))?;
    let month = u8::try_from(index.rem_euclid(12) + 1).ok()?;
    Some((year, month))
}
