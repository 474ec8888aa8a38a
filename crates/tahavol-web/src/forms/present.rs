//! How a milestone stands, above the form of a report on it: three voices, what was said last, and where its progress comes from.

use std::sync::Arc;

use maud::{Markup, html};
use tahavol_domain::calendar::Date;
use tahavol_projections::rows::ClaimRow;

use crate::mark::Voices;
use crate::sheet::Sheet;

/// How it stands today.
pub struct Present {
    pub voices: Voices,
    /// What was reported last, and of which day.
    pub last: Option<(String, Date)>,
    /// Where its progress comes from, if not from such reports: a key of the catalogue, and where that is.
    pub source: Option<(&'static str, String)>,
    /// What is claimed, where somebody is to decide on that.
    pub claim: Option<Arc<ClaimRow>>,
}

pub(super) fn present(sheet: &Sheet<'_>, shown: &Present) -> Markup {
    html! {
        section.present aria-labelledby="present" {
            h2 #present { (sheet.telling("page-present", sheet.hand.long(sheet.day))) }
            @if let Some((key, href)) = &shown.source {
                p.lead { (sheet.word(key)) " " a href=(href) { (sheet.word(&format!("{key}-link"))) } }
            }
            (sheet.voices(shown.voices))
            @if let Some(points) = shown.voices.planned { p { (sheet.telling("page-present-planned", sheet.hand.share(points))) } }
            @match &shown.last {
                Some((value, day)) => p { (sheet.telling("page-present-last", value)) " · " (sheet.hand.day(*day)) },
                None => p.empty { (sheet.word("page-present-none")) },
            }
            @if let Some(claim) = &shown.claim {
                h3 { (sheet.word("page-present-claim")) }
                p { bdi { (claim.claimed.by.name) } " · " (sheet.hand.day(claim.effective_on)) }
                @if let Some(note) = &claim.note { blockquote dir="auto" { (note.get(sheet.lang())) } }
                @if claim.evidence.is_empty() { p.empty { (sheet.word("page-present-claim-bare")) } }
                (sheet.files(&claim.evidence))
            }
        }
    }
}
