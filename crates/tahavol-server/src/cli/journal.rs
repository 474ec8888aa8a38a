//! `tahavol journal`: the security journal of a data directory, read and checked beside a running server.

use clap::{Args, Subcommand};
use tahavol_app::messages::message;
use tahavol_domain::calendar::{Instant, format_persian, persian_digits};
use tahavol_domain::text::Lang;
use tahavol_domain::values::ActorId;
use tahavol_identity::journal::{Broken, Entry, Fault, JournalError, NoteKind, Records, Wanted};

use super::table::aligned;
use super::{DataArguments, LangArgument, number, say};
use crate::config::Settings;
use crate::failure::{Code, Failure};
use crate::identity;

/// Entries that are printed for people when nobody says after which: the newest.
const USUAL: usize = 50;
/// Entries read at once.
const PIECE: usize = 1_000;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    list: List,
}

#[derive(Subcommand)]
enum What {
    /// Go along the whole chain of entries; exit code 5 where it is broken
    Verify(Common),
}

#[derive(Args)]
struct List {
    /// Only entries after this number, oldest first [default: the newest 50]
    #[arg(long, value_name = "NUMBER", value_parser = number::<u64>)]
    after: Option<u64>,
    /// Only entries of this kind, such as sign_in_failed or command_refused
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only what this person did or tried
    #[arg(long, value_name = "ACTOR")]
    actor: Option<String>,
    /// Print every entry as its line: one JSON object each, oldest first
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    common: Common,
}

#[derive(Args)]
struct Common {
    /// Language of the text
    #[arg(long)]
    lang: Option<LangArgument>,
    #[command(flatten)]
    data: DataArguments,
}

pub(super) fn run(settings: Settings, arguments: Arguments) -> Result<(), Failure> {
    match arguments.what {
        Some(What::Verify(common)) => {
            let (records, lang) = open(settings, &common)?;
            verify(&records, lang)
        }
        None => {
            let (records, lang) = open(settings, &arguments.list.common)?;
            list(&records, &arguments.list, lang)?;
            // A line that was made unreadable is left out of a list; whoever reads one is to know that.
            records.verify().map(|_| ()).map_err(|error| failure(&error, lang))
        }
    }
}

fn open(settings: Settings, common: &Common) -> Result<(Records, Lang), Failure> {
    let settings = common.data.apply(settings)?;
    let lang = common.lang.map_or(settings.language, Into::into);
    Ok((identity::journal_records(&settings)?, lang))
}

fn verify(records: &Records, lang: Lang) -> Result<(), Failure> {
    let head = records.verify().map_err(|error| failure(&error, lang))?;
    let args = [("entries", head.entries.to_string()), ("hash", head.hash.to_string())];
    say::line(&message("journal-whole", &args, lang))
}

fn list(records: &Records, asked: &List, lang: Lang) -> Result<(), Failure> {
    let wanted = Wanted { kind: kind(asked.kind.as_deref(), lang)?, actor: asked.actor.clone().map(ActorId), from: None, until: None };
    if asked.json {
        return lines(records, asked.after.unwrap_or(0), &wanted, lang);
    }
    let entries = match asked.after {
        Some(after) => records.search(after, usize::MAX, &wanted),
        None => records.search_back(None, USUAL, &wanted).map(|mut newest| {
            newest.reverse();
            newest
        }),
    };
    let entries = entries.map_err(|error| failure(&error, lang))?;
    if entries.is_empty() {
        say::aside(&message("journal-empty", &[], lang));
        return Ok(());
    }
    let heads = ["journal-number", "journal-at", "journal-kind", "journal-actor", "journal-address", "journal-details"];
    let head = heads.map(|key| message(key, &[], lang)).to_vec();
    let rows = entries.iter().map(|entry| row(entry, lang)).collect();
    aligned(head, rows).iter().try_for_each(|line| say::line(line))
}

/// All of them, piece by piece.
fn lines(records: &Records, mut after: u64, wanted: &Wanted, lang: Lang) -> Result<(), Failure> {
    loop {
        let piece = records.search(after, PIECE, wanted).map_err(|error| failure(&error, lang))?;
        let Some(last) = piece.last() else { return Ok(()) };
        after = last.number;
        for entry in &piece {
            let line = serde_json::to_string(entry).map_err(|error| Failure::new(Code::Failed, error.to_string()))?;
            say::line(&line)?;
        }
    }
}

fn kind(text: Option<&str>, lang: Lang) -> Result<Option<NoteKind>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let unknown = |_| {
        let kinds: Vec<&str> = NoteKind::ALL.iter().map(|kind| kind.code()).collect();
        let args = [("value", text.to_owned()), ("kinds", kinds.join(" "))];
        Failure::new(Code::Usage, message("journal-unknown-kind", &args, lang))
    };
    text.parse().map(Some).map_err(unknown)
}

fn row(entry: &Entry, lang: Lang) -> Vec<String> {
    let nobody = || "—".to_owned();
    let mut details: Vec<String> = entry.details.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if entry.times > 1 {
        details.push(message("journal-times", &[("times", digits(&entry.times.to_string(), lang))], lang));
    }
    vec![
        digits(&entry.number.to_string(), lang),
        moment(entry.at, lang),
        message(&format!("journal-{}", entry.kind), &[], lang),
        entry.actor.as_ref().map_or_else(nobody, |actor| actor.0.clone()),
        entry.address.map_or_else(nobody, |address| address.to_string()),
        details.join(" "),
    ]
}

/// The clock of the world, which does not depend on whose ledger it is: an attack is compared with other machines' records.
fn moment(at: Instant, lang: Lang) -> String {
    let text = at.to_string();
    let time = text.get(11..19).unwrap_or_default();
    match lang {
        Lang::En => format!("{} {time}", text.get(..10).unwrap_or_default()),
        Lang::Fa => format!("{} {}", format_persian(at.date_in(&tahavol_domain::calendar::TimeZone::utc())), persian_digits(time)),
    }
}

fn digits(text: &str, lang: Lang) -> String {
    match lang {
        Lang::En => text.to_owned(),
        Lang::Fa => persian_digits(text),
    }
}

/// Also for `doctor`.
pub(super) fn failure(error: &JournalError, lang: Lang) -> Failure {
    match error {
        JournalError::Unavailable { .. } => Failure::new(Code::Failed, message("journal-unread", &[("what", error.to_string())], lang)),
        JournalError::Broken(Broken { number, what }) => {
            let args = [
                ("number", number.to_string()),
                ("before", number.saturating_sub(1).to_string()),
                ("what", message(fault(*what), &[], lang)),
            ];
            Failure::new(Code::Corrupt, message("journal-broken", &args, lang))
        }
    }
}

fn fault(what: Fault) -> &'static str {
    match what {
        Fault::Form => "journal-fault-form",
        Fault::Number => "journal-fault-number",
        Fault::Previous => "journal-fault-previous",
        Fault::Hash => "journal-fault-hash",
        Fault::Torn => "journal-fault-torn",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_words_in_both_languages() {
        for kind in NoteKind::ALL {
            for lang in [Lang::Fa, Lang::En] {
                let key = format!("journal-{kind}");
                assert_ne!(message(&key, &[], lang), key, "{lang:?}");
            }
        }
    }

    #[test]
    fn a_moment_is_told_in_the_calendar_of_the_language() {
        let at = Instant::parse("2026-03-21T06:07:08Z").unwrap();
        assert_eq!(moment(at, Lang::En), "2026-03-21 06:07:08");
        assert_eq!(moment(at, Lang::Fa), "۱۴۰۵/۰۱/۰۱ ۰۶:۰۷:۰۸");
    }
}
