//! The security journal: searched from its end, and gone along as a whole when somebody asks.

use axum::http::StatusCode;
use axum::response::Response;
use tahavol_domain::calendar::Instant;
use tahavol_domain::policy::Right;
use tahavol_domain::values::ActorId;
use tahavol_identity::journal::{Broken, Head, Wanted};
use tahavol_identity::{Entry, Journal, JournalError};
use tahavol_web::administration::{self, Chain, JournalPage};
use tahavol_web::audit::MOST_TAKEN;
use tahavol_web::table::{FORMAT, Format};

use super::super::audit::asked::Answers;
use super::super::reading::Reading;
use super::{JOURNAL, parts, unreadable};

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
        return unreadable(&reading, JOURNAL);
    }
    let mut answers = Answers::of(&reading);
    let (wanted, before) = (wanted(&mut answers, &reading), answers.position("before"));
    let wrong = answers.wrong;
    let takes = wrong.is_empty() && reading.asked(FORMAT).and_then(Format::parse).is_some();
    let (before, size) = if takes { (None, MOST_TAKEN) } else { (before, SIZE) };
    let verify = reading.asked("verify").is_some();
    let journal = reading.site().journal.clone();
    // Reading blocks.
    let read = tokio::task::spawn_blocking(move || read(&journal, before, size, &wanted, verify)).await;
    let mut found = match read {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return reading.visit.trouble(error),
        Err(error) => return reading.visit.trouble(error),
    };
    let is_more = found.entries.len() > size;
    found.entries.truncate(size);
    let sheet = reading.sheet();
    let table = administration::listed_journal(&sheet, &found.entries);
    let older = found.entries.last().filter(|_| is_more).map(|entry| entry.number);
    let health = reading.site().journal.health();
    let chain = found.chain.as_ref().map(|chain| match chain {
        Ok(head) => Chain::Whole(*head),
        Err(broken) => Chain::Broken(broken),
    });
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let shown = JournalPage { table: wrong.is_empty().then_some(&table), older, head: found.head, health: &health, chain, wrong: &wrong };
    let page = || administration::journal(&sheet, parts(&reading), &shown);
    if takes { reading.listing(&table, page) } else { reading.answer(status, page()) }
}

/// What is asked for; whoever has no account here may have been refused, too.
fn wanted(answers: &mut Answers<'_>, reading: &Reading) -> Wanted {
    let kind = answers.typed("kind").and_then(|typed| {
        let kind = typed.parse().ok();
        if kind.is_none() {
            answers.refuse("kind", "page-ask-choice-unknown", typed);
        }
        kind
    });
    let (from, to) = (answers.day("from"), answers.day("to"));
    answers.in_order("to", from, to);
    let zone = reading.live.time_zone();
    Wanted {
        kind,
        actor: answers.typed("actor").map(|actor| ActorId(actor.to_owned())),
        from: from.map(|day| Instant::start_of(day, &zone)),
        until: to.map(|day| Instant::start_of(day.plus_days(1), &zone)),
    }
}

fn read(journal: &Journal, before: Option<u64>, size: usize, wanted: &Wanted, verify: bool) -> Result<Read, JournalError> {
    let entries = journal.records().search_back(before, size + 1, wanted)?;
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
