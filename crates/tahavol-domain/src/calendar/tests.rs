//! Tests of the calendar: leap years, every day of two centuries, months, weeks, instants, periods and bad input.

use super::*;

fn d(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn code(text: &str) -> &'static str {
    Date::parse(text).unwrap_err().code()
}

#[test]
fn the_same_day_is_read_from_every_accepted_spelling() {
    let day = Date::from_iso_ymd(2019, 9, 22).unwrap();
    for text in [
        "1398/06/31",
        "۱۳۹۸/۰۶/۳۱",
        "١٣٩٨/٠٦/٣١",
        "1398/6/31",
        "1398-06-31",
        "2019-09-22",
        "2019/9/22",
        "  ۱۳۹۸/۶/۳۱\t",
        "\u{200F}1398/06/31\u{200E}",
        "\u{FEFF}2019-09-22",
    ] {
        assert_eq!(d(text), day, "{text}");
    }
}

#[test]
fn leap_years_are_those_of_the_official_calendar() {
    for year in [1399, 1403, 1408] {
        assert!(Date::from_persian(year, 12, 30).is_ok(), "{year}");
    }
    for year in [1398, 1400, 1404, 1407] {
        assert!(Date::from_persian(year, 12, 30).is_err(), "{year}");
    }
    assert_eq!(d("1403/12/30"), d("2025-03-20"));
    assert_eq!(d("1404/01/01"), d("2025-03-21"));
}

#[test]
fn every_day_from_1300_to_1500_comes_back_from_both_calendars_and_the_wire() {
    let mut day = d("1300/01/01");
    let last = Date::from_persian(1500, 12, 29).unwrap();
    let mut before = (1299, 12, 30);
    while day <= last {
        let (year, month, of_month) = day.persian();
        assert!((year, month, of_month) > before, "{day}");
        before = (year, month, of_month);
        assert_eq!(Date::from_persian(year, month, of_month), Ok(day));
        assert_eq!(Date::parse(&format_persian(day)), Ok(day));
        let (year, month, of_month) = day.ymd();
        assert_eq!(Date::from_iso_ymd(year, month, of_month), Ok(day));
        assert_eq!(Date::parse_iso(&day.to_string()), Ok(day));
        day = day.plus_days(1);
    }
}

#[test]
fn weekdays_and_iso_weeks_agree_with_a_second_library() {
    let mut day = d("1990-01-01");
    while day <= d("2040-12-31") {
        let (year, month, of_month) = day.ymd();
        let other = jiff::civil::Date::new(year as i16, month as i8, of_month as i8).unwrap();
        let week = other.iso_week_date();
        assert_eq!(day.iso_week(), (week.year(), week.week() as u8), "{day}");
        assert_eq!(day.weekday() as i8, other.weekday().to_monday_zero_offset(), "{day}");
        assert_eq!(day.first_of_iso_week().weekday(), Weekday::Monday);
        assert_eq!(day.first_of_iso_week().days_until(day.last_of_iso_week()), 6);
        assert_eq!(day.first_of_iso_week().iso_week(), day.iso_week());
        day = day.plus_days(1);
    }
}

#[test]
fn a_day_that_its_year_does_not_have_is_refused_by_calendar() {
    for text in ["1399/12/31", "1398/12/30", "1404/12/30", "1398/13/01", "1398/07/31", "1398/00/01", "۱۳۹۸/۱۲/۳۰"] {
        assert_eq!(code(text), "DATE_NO_SOLAR_HIJRI_DAY", "{text}");
    }
    for text in ["2023-02-30", "2023-02-29", "2024/13/01", "2023-04-31", "2023-01-00"] {
        assert_eq!(code(text), "DATE_NO_GREGORIAN_DAY", "{text}");
    }
}

#[test]
fn what_is_no_date_is_refused_as_such() {
    for text in [
        "",
        "  ",
        "tomorrow",
        "1398",
        "1398/06",
        "98/06/31",
        "31/06/1398",
        "1398/06/31/1",
        "1398/06-31",
        "1398.06.31",
        "13980631",
        "1398/006/31",
        "+1398/06/31",
        "-1398-06-31",
        "1398/06/3a",
        "1398/06/",
        "۱۳۹۸ شهریور ۳۱",
        "1398//31",
    ] {
        assert_eq!(code(text), "DATE_FORM", "{text}");
    }
    assert_eq!(Date::parse("foo").unwrap_err().text(), "foo");
}

#[test]
fn years_that_are_not_kept_are_refused() {
    assert_eq!(code("0001/01/01"), "DATE_OUT_OF_RANGE");
    assert_eq!(code("1078/10/11"), "DATE_OUT_OF_RANGE");
    assert_eq!(Date::parse_iso("1398-06-30").unwrap_err().code(), "DATE_OUT_OF_RANGE");
    assert_eq!(d("1700-01-01"), Date::MIN);
    assert_eq!(d("1078/10/12"), Date::MIN);
    assert_eq!(d("9999-12-31"), Date::MAX);
    assert_eq!(Date::MAX.plus_days(i32::MAX), Date::MAX);
    assert_eq!(Date::MIN.plus_days(i32::MIN), Date::MIN);
}

#[test]
fn the_wire_carries_iso_dates_only() {
    assert_eq!(serde_json::to_string(&d("1398/06/31")).unwrap(), r#""2019-09-22""#);
    assert_eq!(serde_json::from_str::<Date>(r#""2019-09-22""#).unwrap(), d("1398/06/31"));
    for text in ["1398/06/31", "2019/09/22", "2019-9-22", " 2019-09-22", "۲۰۱۹-۰۹-۲۲", "2023-02-30", "12019-09-22", "2019-09-2۲"] {
        assert!(Date::parse_iso(text).is_err(), "{text}");
    }
    assert!(serde_json::from_str::<Date>("18161").is_err());
}

#[test]
fn a_months_last_day_stays_a_months_last_day_when_moved() {
    assert_eq!(d("1397/06/31").shift_persian_months(1), d("1397/07/30"));
    assert_eq!(d("1397/07/30").shift_persian_months(-1), d("1397/06/31"));
    assert_eq!(d("1397/12/29").shift_persian_months(24), d("1399/12/30"));
    assert_eq!(d("1399/12/30").shift_persian_months(12), d("1400/12/29"));
    assert_eq!(d("1397/12/29").shift_persian_months(1), d("1398/01/31"));
    for months in -240..=240 {
        let moved = d("1398/06/31").shift_persian_months(months);
        assert_eq!(moved, moved.last_of_persian_month());
        assert_eq!(d("1398/06/31").persian_months_until(moved), months);
    }
}

#[test]
fn other_days_keep_their_number_or_become_the_last() {
    assert_eq!(d("1397/09/29").shift_persian_months(18), d("1399/03/29"));
    assert_eq!(d("1397/06/30").shift_persian_months(6), d("1397/12/29"));
    assert_eq!(d("1397/01/01").shift_persian_months(-1), d("1396/12/01"));
    assert_eq!(d("1397/01/15").shift_persian_months(0), d("1397/01/15"));
    assert_eq!(d("1397/01/15").shift_persian_months(i32::MAX), Date::MAX);
    assert_eq!(d("1397/01/15").shift_persian_months(i32::MIN), Date::MIN);
}

#[test]
fn months_between_two_dates_do_not_look_at_the_days() {
    assert_eq!(Date::persian_months_between(d("1397/09/29"), d("1399/03/01")), 18);
    assert_eq!(Date::persian_months_between(d("1399/03/01"), d("1397/09/29")), -18);
    assert_eq!(Date::persian_months_between(d("1397/01/01"), d("1397/01/31")), 0);
}

#[test]
fn a_solar_hijri_month_has_its_first_and_last_day() {
    assert_eq!(d("1398/06/15").first_of_persian_month(), d("1398/06/01"));
    assert_eq!(d("1398/06/15").last_of_persian_month(), d("1398/06/31"));
    assert_eq!(d("1399/12/01").last_of_persian_month(), d("1399/12/30"));
    assert_eq!(d("1404/12/29").last_of_persian_month(), d("1404/12/29"));
}

#[test]
fn dates_are_shown_in_persian() {
    let day = d("2019-09-22");
    assert_eq!(format_persian(day), "۱۳۹۸/۰۶/۳۱");
    assert_eq!(long_persian(day), "۳۱ شهریور ۱۳۹۸");
    assert_eq!(long_persian(d("1399/01/01")), "۱ فروردین ۱۳۹۹");
    assert_eq!(persian_month_year(day), "شهریور ۱۳۹۸");
    assert_eq!(persian_digits("53% of 1800"), "۵۳% of ۱۸۰۰");
    assert_eq!((persian_month_name(12), persian_month_name(0), persian_month_name(13)), ("اسفند", "", ""));
}

#[test]
fn an_instant_has_one_spelling_on_the_wire() {
    let text = "2026-11-23T18:00:00.000001Z";
    let instant: Instant = serde_json::from_str(&format!("\"{text}\"")).unwrap();
    assert_eq!(serde_json::to_string(&instant).unwrap(), format!("\"{text}\""));
    assert_eq!(instant.micros(), 1_795_456_800_000_001);
    for text in [
        "2026-11-23T18:00:00Z",
        "2026-11-23T18:00:00.000Z",
        "2026-11-23T18:00:00.0000001Z",
        "2026-11-23T18:00:00.000001z",
        "2026-11-23t18:00:00.000001Z",
        "2026-11-23 18:00:00.000001Z",
        "2026-11-23T18:00:00.00000+Z",
        "2026-11-23T18:00:00.000001+00:00",
        "2026-11-23T24:00:00.000000Z",
        "2026-11-23T23:59:60.000000Z",
        "2026-02-30T18:00:00.000000Z",
        "2026-11-23T18-00-00.000000Z",
        "۲۰۲۶-11-23T18:00:00.0Z",
        "",
    ] {
        assert_eq!(Instant::parse_wire(text).unwrap_err().code(), "INSTANT_FORM", "{text}");
    }
    assert!(serde_json::from_str::<Instant>("1795456800000001").is_err());
}

#[test]
fn every_instant_comes_back_from_its_text() {
    for micros in [0, -1, 1, 999_999, -86_400_000_000, Instant::MIN.micros(), Instant::MAX.micros()] {
        let instant = Instant::from_micros(micros);
        assert_eq!(instant.micros(), micros);
        assert_eq!(Instant::parse_wire(&instant.to_string()), Ok(instant));
        let other: jiff::Timestamp = instant.to_string().parse().unwrap();
        assert_eq!(other.as_microsecond(), micros);
    }
    assert_eq!(Instant::from_micros(i64::MAX), Instant::MAX);
}

#[test]
fn people_may_write_an_instant_with_an_offset_and_a_shorter_fraction() {
    let instant = Instant::parse_wire("2026-11-23T18:00:00.500000Z").unwrap();
    for text in [
        "2026-11-23T18:00:00.5Z",
        "2026-11-23T21:30:00.50+03:30",
        "2026-11-23t10:00:00.5-08:00",
        "2026-11-23 18:00:00.5z",
        " ۲۰۲۶-۱۱-۲۳T۱۸:۰۰:۰۰.۵Z ",
    ] {
        assert_eq!(Instant::parse(text), Ok(instant), "{text}");
    }
    for text in [
        "2026-11-23T18:00:00",
        "2026-11-23T18:00:00.Z",
        "2026-11-23T18:00:00.1234567Z",
        "2026-11-23T18:00Z",
        "2026-11-23",
        "2026-11-23T18:00:00+0330",
        "2026-11-23T18:00:00+24:00",
        "2026-11-23T18:00:00+03:60",
        "now",
        "تاریخ\u{200C}امروز کجاست؟",
    ] {
        assert_eq!(Instant::parse(text).unwrap_err().code(), "INSTANT_FORM", "{text}");
    }
    assert_eq!(Instant::parse("1700-01-01T00:00:00Z").unwrap_err().code(), "INSTANT_OUT_OF_RANGE");
    assert_eq!(Instant::parse("9999-12-30T00:00:00Z").unwrap_err().code(), "INSTANT_OUT_OF_RANGE");
}

#[test]
fn the_day_changes_at_midnight_in_tehran() {
    let tehran = TimeZone::tehran();
    let last = Instant::parse("2026-11-23T20:29:59.999999Z").unwrap();
    assert_eq!(last.date_in(&tehran), d("2026-11-23"));
    assert_eq!(last.plus_micros(1).date_in(&tehran), d("2026-11-24"));
    assert_eq!(Instant::start_of(d("2026-11-24"), &tehran), last.plus_micros(1));
    assert_eq!(last.date_in(&TimeZone::utc()), d("2026-11-23"));
    assert_eq!(Instant::MAX.date_in(&tehran), d("9999-12-30"));
}

#[test]
fn a_day_that_starts_without_midnight_starts_when_the_clocks_have_moved() {
    let tehran = TimeZone::tehran();
    let mut day = d("1395/01/01");
    while day < d("1402/01/01") {
        let start = Instant::start_of(day, &tehran);
        assert_eq!(start.date_in(&tehran), day);
        assert_eq!(start.plus_micros(-1).date_in(&tehran), day.plus_days(-1));
        day = day.plus_days(1);
    }
    assert_eq!(Instant::start_of(d("1398/01/02"), &tehran).to_string(), "2019-03-21T20:30:00.000000Z");
}

#[test]
fn the_first_and_last_kept_days_start_inside_the_kept_instants() {
    assert_eq!(Instant::start_of(Date::MIN, &TimeZone::tehran()), Instant::MIN);
    assert_eq!(Instant::start_of(Date::MAX, &TimeZone::utc()), Instant::MAX);
}

#[test]
fn a_time_zone_is_known_by_its_name() {
    assert_eq!(TimeZone::parse("asia/tehran").unwrap().name(), "Asia/Tehran");
    assert_eq!(serde_json::to_string(&TimeZone::tehran()).unwrap(), r#""Asia/Tehran""#);
    assert_eq!(serde_json::from_str::<TimeZone>(r#""Asia/Tehran""#).unwrap(), TimeZone::tehran());
    assert_eq!(serde_json::from_str::<TimeZone>(r#""UTC""#).unwrap(), TimeZone::utc());
    for name in ["", "Tehran", "Asia/Atlantis", "+03:30", "Etc/Unknown", "../Tehran"] {
        assert_eq!(TimeZone::parse(name).unwrap_err().code(), "TIME_ZONE_UNKNOWN", "{name}");
    }
}

#[test]
fn a_period_is_typed_as_a_year_a_month_or_a_range() {
    let period = |start, end| Period { start: d(start), end: d(end) };
    assert_eq!(Period::parse("1397"), Ok(period("1397/01/01", "1397/12/29")));
    assert_eq!(Period::parse(" ۱۳۹۹ "), Ok(period("1399/01/01", "1399/12/30")));
    assert_eq!(Period::parse("1397/06"), Ok(period("1397/06/01", "1397/06/31")));
    assert_eq!(Period::parse("۱۳۹۷-۶"), Ok(period("1397/06/01", "1397/06/31")));
    assert_eq!(Period::parse("2018-03-21..2019-03-20"), Period::parse("1397"));
    assert_eq!(Period::parse("۱۳۹۷/۰۱/۰۱ .. ۱۳۹۷/۰۶/۳۱"), Ok(period("1397/01/01", "1397/06/31")));
    assert_eq!(Period::parse("1397/01/01..1397/01/01").unwrap().days(), 1);
    assert_eq!(Period::parse("1399").unwrap().days(), 366);
}

#[test]
fn a_bad_period_is_refused_with_its_reason() {
    let code = |text| Period::parse(text).unwrap_err().code();
    for text in ["", "97", "2018", "2018-03", "1397/06/15", "1397/", "1397/x", "سال ۱۳۹۷"] {
        assert_eq!(code(text), "PERIOD_FORM", "{text}");
    }
    assert_eq!(code("1397/13"), "DATE_NO_SOLAR_HIJRI_DAY");
    assert_eq!(code("1397/01/01..1397/12/30"), "DATE_NO_SOLAR_HIJRI_DAY");
    assert_eq!(code("1397/01/01.."), "DATE_FORM");
    assert_eq!(code("1397/06/31..1397/01/01"), "PERIOD_REVERSED");
    assert_eq!(code("0900"), "DATE_OUT_OF_RANGE");
}

#[test]
fn a_period_is_written_as_its_two_days_and_checked_when_read() {
    let period = Period::parse("1397").unwrap();
    let json = r#"{"start":"2018-03-21","end":"2019-03-20"}"#;
    assert_eq!(serde_json::to_string(&period).unwrap(), json);
    assert_eq!(serde_json::from_str::<Period>(json).unwrap(), period);
    assert_eq!(Period::parse(&period.to_string()), Ok(period));
    assert!(serde_json::from_str::<Period>(r#"{"start":"2019-03-20","end":"2018-03-21"}"#).is_err());
    assert!(serde_json::from_str::<Period>(r#"{"start":"2018-03-21","end":"2019-03-20","x":1}"#).is_err());
    assert!(period.contains(d("1397/12/29")) && !period.contains(d("1398/01/01")));
    assert_eq!(period.shift_persian_months(24), Period::parse("1399").unwrap());
}

#[test]
fn a_schema_says_what_the_wire_accepts() {
    assert_eq!(schemars::schema_for!(Date).get("pattern").unwrap(), r"^\d{4}-\d{2}-\d{2}$");
    let period = schemars::schema_for!(Period);
    assert_eq!(period.get("additionalProperties").unwrap(), false);
    assert_eq!(period.get("required").unwrap(), &serde_json::json!(["start", "end"]));
    assert_eq!(period.get("title").unwrap(), "Period");
}
