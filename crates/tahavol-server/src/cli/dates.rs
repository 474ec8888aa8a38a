//! Days as the command line tells and takes them: of the programme's time zone, in the calendar of the language.

use std::sync::Arc;

use tahavol_domain::calendar::{Date, Instant, TimeZone, format_persian};
use tahavol_domain::fact::decode;
use tahavol_domain::text::Lang;
use tahavol_ledger::{Ledger, SqliteLedger};
use tahavol_projections::Snapshot;

use super::progress;
use crate::config::Settings;
use crate::failure::{Code, Failure};

/// What there is no day for.
const NEVER: &str = "—";

pub(super) struct Dates {
    pub(super) lang: Lang,
    zone: TimeZone,
}

impl Dates {
    /// The first event is the charter, which says the time zone; the rest of the ledger need not be read for it.
    ///
    /// # Errors
    /// When there is a ledger and its first event cannot be read.
    pub(super) async fn of(settings: &Settings, lang: Lang) -> Result<Dates, Failure> {
        let path = settings.ledger_path()?;
        let mut snapshot = Snapshot::default();
        if path.exists() {
            let ledger: Arc<dyn Ledger> = Arc::new(SqliteLedger::open_read_only(&path).await?);
            if let Some(first) = ledger.read_all(None, 1).await?.first() {
                let unread = |what: String| Failure::new(Code::Corrupt, format!("position 0: {what}"));
                let fact = decode(&first.line).map_err(|error| unread(error.to_string()))?;
                snapshot.apply(&fact, 0).map_err(|error| unread(error.to_string()))?;
            }
        }
        Ok(Dates { lang, zone: snapshot.time_zone() })
    }

    pub(super) fn day(&self, instant: Option<Instant>) -> String {
        let Some(instant) = instant else { return NEVER.to_owned() };
        let day = instant.date_in(&self.zone);
        match self.lang {
            Lang::En => day.to_string(),
            Lang::Fa => format_persian(day),
        }
    }

    /// The end of a day that somebody has written in either calendar.
    ///
    /// # Errors
    /// When it is no day.
    pub(super) fn end_of(&self, text: &str) -> Result<Instant, Failure> {
        let day: Date = progress::day(text)?;
        Ok(Instant::start_of(day.plus_days(1), &self.zone))
    }
}
