//! The security journal: searched from its end, and gone along as a whole when somebody asks.

use axum::http::StatusCode;
use axum::response::Response;
use tahavol_app::messages::message;
use tahavol_domain::calendar::{Date, Instant};
use tahavol_domain::policy::Right;
use tahavol_domain::text::digits_to_latin;
use tahavol_domain::values::ActorId;
use tahavol_identity::journal::{Broken, Head, Wanted};
use tahavol_identity::{Entry, Journal, JournalError};
use tahavol_web::administration::{self, Chain, JournalPage};

use super::super::reading::Reading;
use super::{parts, unreadable};

/// Entries on a page.
const SIZE: usize = 100;

/// What was read of the journal.
struct Read {
    entries: Vec<Entry>,
    head: Head,
    chain: Option<Result<Head, Broken>>,
}

pub(super) async fn page(reading: Reading) -> Response {
    if !reading.has(Right::ReadSecurityJournal) {
        return unreadable(&reading, "securityJournal");
    }
    let mut wrong = Vec::new();
    let day = |name: &'static str, wrong: &mut Vec<(&'static str, String)>| {
        let typed = reading.asked(name)?;
        let day = Date::parse(typed).ok();
        if day.is_none() {
            wrong.push((name, message("page-ask-day-form", &[("value", typed.to_owned())], reading.visit.lang)));
        }
        day
    };
    let zone = reading.live.time_zone();
    let from = day("from", &mut wrong).map(|day| Instant::start_of(day, &zone));
    let until = day("to", &mut wrong).map(|day| Instant::start_of(day.plus_days(1), &zone));
    let wanted = Wanted {
        kind: reading.asked("kind").and_then(|kind| kind.parse().ok()),
        actor: reading.asked("actor").map(|actor| ActorId(actor.trim().to_owned())),
        from,
        until,
    };
    let before = reading.asked("before").and_then(|text| digits_to_latin(text).parse::<u64>().ok());
    let verify = reading.asked("verify").is_some();
    let journal = reading.site().journal.clone();
    // Reading blocks.
    let read = tokio::task::spawn_blocking(move || read(&journal, before, &wanted, verify)).await;
    let mut found = match read {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return reading.visit.trouble(error),
        Err(error) => return reading.visit.trouble(error),
    };
    let older = found.entries.len() > SIZE;
    found.entries.truncate(SIZE);
    let health = reading.site().journal.health();
    let chain = found.chain.as_ref().map(|chain| match chain {
        Ok(head) => Chain::Whole(*head),
        Err(broken) => Chain::Broken(broken),
    });
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let page = JournalPage { entries: &found.entries, older, head: found.head, health: &health, chain, wrong: &wrong };
    reading.answer(status, administration::journal(&reading.sheet(), parts(&reading), &page))
}

fn read(journal: &Journal, before: Option<u64>, wanted: &Wanted, verify: bool) -> Result<Read, JournalError> {
    let entries = journal.records().search_back(before, SIZE + 1, wanted)?;
    let head = journal.records().head()?;
    let chain = if verify {
        match journal.verify() {
            Ok(head) => Some(Ok(head)),
            Err(JournalError::Broken(broken)) => Some(Err(broken)),
            Err(error @ JournalError::Unavailable { .. }) => return Err(error),
        }
    } else {
        None
    };
    Ok(Read { entries, head, chain })
}
