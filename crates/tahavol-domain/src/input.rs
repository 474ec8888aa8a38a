//! What every command's input must be: texts that say something, codes that can stand in a name, days that have come.

use crate::aggregate::Context;
use crate::refusal::{Refusal, Rule};
use crate::text::Text;
use crate::values::{Evidence, is_code};

/// The longest title, name or reason, in characters.
const LONGEST_TEXT: usize = 2_000;
/// The longest note, in characters.
const LONGEST_NOTE: usize = 10_000;

/// A title or a name: says something, and no more than 2,000 characters of it.
pub(crate) fn text(text: &Text, field: &'static str) -> Result<(), Refusal> {
    bilingual(text, field, LONGEST_TEXT)
}

/// A note, method or remark: may be left out; 10,000 characters.
pub(crate) fn note(note: Option<&Text>, field: &'static str) -> Result<(), Refusal> {
    note.map_or(Ok(()), |text| bilingual(text, field, LONGEST_NOTE))
}

/// A text in one language: a unit, a file's title, a resolution's number.
pub(crate) fn plain(text: &str, field: &'static str) -> Result<(), Refusal> {
    one_language(text, field, LONGEST_TEXT)
}

/// A code that becomes part of a stream's name.
pub(crate) fn code(text: &str, field: &'static str) -> Result<(), Refusal> {
    if is_code(text) { Ok(()) } else { Err(Refusal::at(Rule::CodeInvalid, field).with("value", text)) }
}

/// The command's reason, where the rule asks for one.
pub(crate) fn reason(ctx: &Context<'_>) -> Result<(), Refusal> {
    match ctx.reason {
        Some(reason) if !reason.trim().is_empty() => one_language(reason, "reason", LONGEST_TEXT),
        Some(_) | None => Err(Refusal::at(Rule::ReasonRequired, "reason")),
    }
}

/// Nothing is true on a day that has not come.
pub(crate) fn not_in_future(ctx: &Context<'_>) -> Result<(), Refusal> {
    match ctx.effective_on {
        Some(day) if day > ctx.today => {
            Err(Refusal::at(Rule::EffectiveInFuture, "effectiveOn").with("value", day).with("today", ctx.today))
        }
        Some(_) | None => Ok(()),
    }
}

/// Files are named so that people find them; whether the bytes are there is not the domain's to know.
pub(crate) fn evidence(files: &[Evidence]) -> Result<(), Refusal> {
    files.iter().try_for_each(|file| {
        plain(&file.title, "evidence")?;
        plain(&file.media_type, "evidence")
    })
}

fn bilingual(text: &Text, field: &'static str, longest: usize) -> Result<(), Refusal> {
    if text.is_blank() {
        return Err(Refusal::at(Rule::TextBlank, field));
    }
    one_language(&text.fa, field, longest)?;
    text.en.as_deref().map_or(Ok(()), |english| one_language(english, field, longest))
}

fn one_language(text: &str, field: &'static str, longest: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::at(Rule::TextBlank, field));
    }
    match text.chars().count() {
        characters if characters > longest => {
            Err(Refusal::at(Rule::TextTooLong, field).with("characters", characters).with("longest", longest))
        }
        _ => Ok(()),
    }
}
