//! Events that were found, told: one line each for people, JSON for programs, or the lines of the ledger themselves.

use serde_json::json;
use tahavol_app::messages::{message, office_text, sentence, subject_text};
use tahavol_app::search::{Filter, Reach, Window};
use tahavol_app::{RecordedFact, Tahavol};
use tahavol_domain::calendar::{Date, TimeZone, format_persian, persian_digits};
use tahavol_domain::text::Lang;
use tahavol_projections::Snapshot;

use super::say;
use super::search::Output;
use crate::failure::Failure;

/// Events printed as text when nobody says how many.
const USUAL: usize = 100;

/// Events read at once.
const PIECE: usize = 512;

/// Everything that the filter lets through, up to the limit.
pub(super) async fn print(app: &Tahavol, filter: &Filter, output: &Output, lang: Lang) -> Result<(), Failure> {
    if output.count {
        return count(app, filter, lang).await;
    }
    let found = app.search_positions(filter, Window::all(output.direction())).await?;
    let limit = match output.limit {
        Some(0) => usize::MAX,
        Some(limit) => limit,
        None if output.json || output.lines => usize::MAX,
        None => USUAL,
    };
    let total = found.positions.len();
    let shown = &found.positions[..total.min(limit)];
    if output.json {
        let exact = found.reach == Reach::Whole;
        say::bytes(format!("{{\"total\":{total},\"totalIsExact\":{exact},\"events\":[").as_bytes())?;
    }
    let picture = app.snapshot();
    let mut first = true;
    for piece in shown.chunks(PIECE) {
        let mut text = Vec::new();
        for fact in app.facts_of(piece).await? {
            if output.lines {
                text.extend_from_slice(&fact.line);
            } else if output.json {
                text.extend_from_slice(if first { b"\n" } else { b",\n" });
                text.extend_from_slice(object(&fact, &picture).to_string().as_bytes());
            } else {
                text.extend_from_slice(line(&fact, &picture, lang).as_bytes());
            }
            if !output.json {
                text.push(b'\n');
            }
            first = false;
        }
        say::bytes(&text)?;
    }
    if output.json {
        say::bytes(b"\n]}\n")?;
    }
    if !output.json && !output.lines {
        aside(shown.len(), total, lang);
    }
    Ok(())
}

async fn count(app: &Tahavol, filter: &Filter, lang: Lang) -> Result<(), Failure> {
    let total = app.search_total(filter).await?;
    let events = ("events", total.events.to_string());
    say::line(&match total.reach {
        Reach::Whole => message("search-count", &[events], lang),
        Reach::Until(position) => {
            let position = position.map_or_else(|| "—".to_owned(), |position| position.to_string());
            message("search-count-until", &[events, ("position", position)], lang)
        }
    })
}

/// Beside the answer: what it leaves out.
fn aside(shown: usize, total: usize, lang: Lang) {
    if total == 0 {
        say::aside(&message("search-nothing", &[], lang));
    } else if shown < total {
        say::aside(&message("search-part", &[("shown", shown.to_string()), ("events", total.to_string())], lang));
    }
}

/// Position, day, person, office, what it is about, what happened, how late it was recorded, why.
pub(super) fn line(fact: &RecordedFact, picture: &Snapshot, lang: Lang) -> String {
    let said = &fact.fact.envelope;
    let zone = picture.time_zone();
    let told = |number: String| match lang {
        Lang::En => number,
        Lang::Fa => persian_digits(&number),
    };
    let day = match lang {
        Lang::En => said.time.date_in(&zone).to_string(),
        Lang::Fa => format_persian(said.time.date_in(&zone)),
    };
    let mut parts = vec![
        told(format!("{:>7}", fact.position)),
        day,
        format!("{} ({})", said.actor_name, office_text(&said.office, picture, lang)),
        format!("{}: {}", subject_text(&fact.fact, picture, lang), sentence(&fact.fact, lang)),
    ];
    if let Some(days) = lateness(fact, &zone).filter(|days| *days > 0) {
        parts.push(format!("[{}]", message("search-late", &[("days", days.to_string())], lang)));
    }
    if let Some(reason) = &said.reason {
        parts.push(message("search-reason", &[("reason", reason.clone())], lang));
    }
    // One line, whatever somebody wrote.
    parts.join("  ").replace(['\n', '\r'], " ")
}

/// Days from when it was true to when it was recorded.
fn lateness(fact: &RecordedFact, zone: &TimeZone) -> Option<i32> {
    let said = &fact.fact.envelope;
    said.effective_on.map(|day: Date| day.days_until(said.time.date_in(zone)))
}

fn object(fact: &RecordedFact, picture: &Snapshot) -> serde_json::Value {
    let said = &fact.fact.envelope;
    json!({
        "position": fact.position,
        "stream": said.stream,
        "revision": said.revision,
        "type": fact.fact.event.event_type(),
        "recordedAt": said.time,
        "effectiveOn": said.effective_on,
        "latenessDays": lateness(fact, &picture.time_zone()),
        "actor": said.actor,
        "name": said.actor_name,
        "office": said.office,
        "subject": { "fa": subject_text(&fact.fact, picture, Lang::Fa), "en": subject_text(&fact.fact, picture, Lang::En) },
        "sentence": { "fa": sentence(&fact.fact, Lang::Fa), "en": sentence(&fact.fact, Lang::En) },
        "reason": said.reason,
        "commandId": said.command_id,
        "correlationId": said.correlation_id,
        "origin": said.origin,
    })
}
