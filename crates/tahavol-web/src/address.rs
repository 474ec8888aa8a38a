//! Where everything is: the paths of the pages, and the moment that an address carries from one page to the next.

use std::fmt::Write;

use tahavol_app::AsOf;
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::text::digits_to_latin;
use tahavol_projections::progress::BaselineKind;

/// Which picture a page shows. It is part of every address, so that a link shows the same thing a year later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moment {
    /// None: as things are now.
    pub as_of: Option<AsOf>,
    /// None: the picture's own day.
    pub status_date: Option<Date>,
    pub baseline: BaselineKind,
}

/// The names under which a moment stands in an address.
pub const AS_OF: &str = "as-of";
pub const STATUS_DATE: &str = "status-date";
pub const BASELINE: &str = "baseline";

impl Moment {
    /// Another page at the same moment. The path may have a query of its own.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        let mut address = path.to_owned();
        for (name, value) in self.fields() {
            let mark = if address.contains('?') { '&' } else { '?' };
            // Writing into a text cannot fail.
            let _ = write!(address, "{mark}{name}={}", segment(&value));
        }
        address
    }

    /// As fields of a query, those that differ from now and the plan as it stands.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let as_of = self.as_of.map(|at| match at {
            AsOf::Position(position) => position.to_string(),
            AsOf::Instant(instant) => instant.to_string(),
        });
        let baseline = match self.baseline {
            BaselineKind::Current => None,
            BaselineKind::Original => Some("original".to_owned()),
        };
        let fields = [(AS_OF, as_of), (STATUS_DATE, self.status_date.map(|date| date.to_string())), (BASELINE, baseline)];
        fields.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    #[must_use]
    pub fn is_past(&self) -> bool {
        self.as_of.is_some()
    }
}

/// What people type for a moment of the ledger: a position, a day (its end, in the programme's zone), or an instant. The error
/// is the key of its message.
///
/// # Errors
/// When it is none of these.
pub fn parse_as_of(text: &str, zone: &TimeZone) -> Result<AsOf, &'static str> {
    let plain = digits_to_latin(text.trim());
    if let Ok(position) = plain.parse() {
        return Ok(AsOf::Position(position));
    }
    if let Ok(day) = Date::parse(&plain) {
        return Ok(AsOf::Instant(Instant::start_of(day.plus_days(1), zone).plus_micros(-1)));
    }
    Instant::parse(&plain).map(AsOf::Instant).map_err(|_| "page-as-of-form")
}

/// `original`; anything else is the plan as it stands.
#[must_use]
pub fn parse_baseline(text: &str) -> BaselineKind {
    if text == "original" { BaselineKind::Original } else { BaselineKind::Current }
}

/// Tells an open page that something was recorded.
pub const LIVE: &str = "/live";
/// Tells an open page the day on which an event was recorded.
pub const LIVE_DAY: &str = "/live/day";

/// A text as one segment of a path or one value of a query.
#[must_use]
pub fn segment(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

pub const OVERVIEW: &str = "/overview";
pub const WORK: &str = "/work";
pub const COMMISSIONS: &str = "/commissions";
pub const INITIATIVES: &str = "/initiatives";
pub const MILESTONES: &str = "/milestones";
pub const STATIONS: &str = "/stations";
pub const PROVINCES: &str = "/provinces";
pub const INDICATORS: &str = "/indicators";
pub const DECISIONS: &str = "/decisions";
pub const REVIEWS: &str = "/reviews";
pub const LEDGER: &str = "/ledger";
pub const DIFF: &str = "/diff";
pub const REPLAY: &str = "/replay";
pub const PROOF: &str = "/proof";
/// Where the audit bundle is taken away.
pub const PROOF_BUNDLE: &str = "/proof/bundle";
pub const TIMELINE: &str = "/timeline";
pub const PEOPLE: &str = "/people";
pub const SEARCH: &str = "/search";
pub const ADMINISTRATION: &str = "/administration";
pub const ACCOUNTS: &str = "/administration/accounts";
pub const OFFICES: &str = "/administration/offices";
pub const TOKENS: &str = "/administration/tokens";
pub const JOURNAL: &str = "/administration/journal";
pub const IMPORTS: &str = "/administration/imports";

#[must_use]
pub fn commission(slug: &str) -> String {
    format!("{COMMISSIONS}/{}", segment(slug))
}

#[must_use]
pub fn initiative(code: &str) -> String {
    format!("{INITIATIVES}/{}", segment(code))
}

#[must_use]
pub fn milestone(code: &str) -> String {
    format!("{MILESTONES}/{}", segment(code))
}

#[must_use]
pub fn station(code: &str) -> String {
    format!("{STATIONS}/{}", segment(code))
}

#[must_use]
pub fn province(code: &str) -> String {
    format!("{PROVINCES}/{}", segment(code))
}

#[must_use]
pub fn indicator(code: &str) -> String {
    format!("{INDICATORS}/{}", segment(code))
}

#[must_use]
pub fn review(id: &str) -> String {
    format!("{REVIEWS}/{}", segment(id))
}

#[must_use]
pub fn person(actor: &str) -> String {
    format!("{PEOPLE}/{}", segment(actor))
}

#[must_use]
pub fn event(position: u64) -> String {
    format!("{LEDGER}/{position}")
}

/// Its exact line, as a file.
#[must_use]
pub fn event_line(position: u64) -> String {
    format!("{LEDGER}/{position}/line")
}

/// The timeline of a `commission`, an `initiative`, a `milestone`, a `station` or an `indicator`.
#[must_use]
pub fn timeline(kind: &str, code: &str) -> String {
    format!("{TIMELINE}?{kind}={}", segment(code))
}

/// The form of a command (by its name in the schema, such as `milestoneReportProgress`) about a thing, named by code, slug or id.
#[must_use]
pub fn act(command: &str, on: &str) -> String {
    format!("/act/{command}?on={}", segment(on))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_goes_along_to_the_next_page() {
        let moment =
            Moment { as_of: Some(AsOf::Position(3_300)), status_date: Date::parse("1404/05/31").ok(), baseline: BaselineKind::Original };
        assert_eq!(moment.at("/stations?q=%D8%AA"), "/stations?q=%D8%AA&as-of=3300&status-date=2025-08-22&baseline=original");
        assert_eq!(Moment::default().at(&milestone("A/b c")), "/milestones/A%2Fb%20c");
    }

    #[test]
    fn a_moment_is_a_position_a_day_or_an_instant_in_any_digits() {
        let zone = TimeZone::tehran();
        assert_eq!(parse_as_of("۳۳۰۰", &zone), Ok(AsOf::Position(3_300)));
        let end_of_day = Instant::parse("2019-09-22T20:29:59.999999Z").unwrap();
        assert_eq!(parse_as_of("۱۳۹۸/۰۶/۳۱", &zone), Ok(AsOf::Instant(end_of_day)));
        assert_eq!(parse_as_of("2019-09-22T20:29:59.999999Z", &zone), Ok(AsOf::Instant(end_of_day)));
        assert_eq!(parse_as_of("yesterday", &zone), Err("page-as-of-form"));
    }
}
