//! The marks that stand for figures wherever they stand: three voices, confidence, and what nobody has said anything about.

use maud::{Markup, html};
use tahavol_domain::values::Confidence;
use tahavol_projections::progress::Progress;

use crate::sheet::Sheet;

/// The same three marks everywhere, always in this order: planned a hairline, reported a light bar, verified a solid bar; and the
/// numbers beside them. Basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voices {
    pub planned: Option<u16>,
    pub reported: Option<u16>,
    pub verified: Option<u16>,
}

impl From<&Progress> for Voices {
    fn from(progress: &Progress) -> Voices {
        Voices { planned: progress.planned, reported: progress.reported, verified: progress.verified }.evident()
    }
}

impl Voices {
    /// Nothing verified where nothing was reported is no evidence, and not nought.
    #[must_use]
    pub fn evident(self) -> Voices {
        match (self.reported, self.verified) {
            (None, Some(0)) => Voices { verified: None, ..self },
            (None | Some(_), _) => self,
        }
    }
}

/// Width of the bar in its own units: one for each hundred basis points.
const WIDTH: u16 = 100;

impl Sheet<'_> {
    /// Bar and numbers.
    #[must_use]
    pub fn voices(&self, voices: Voices) -> Markup {
        html! {
            div.voices {
                (bar(voices))
                dl {
                    (self.voice("planned", voices.planned, "page-thing-not-counting"))
                    (self.voice("reported", voices.reported, "page-no-evidence"))
                    (self.voice("verified", voices.verified, "page-no-evidence"))
                }
            }
        }
    }

    fn voice(&self, which: &str, points: Option<u16>, unknown: &str) -> Markup {
        html! {
            div class=(which) {
                dt { (self.word(&format!("page-voice-{which}"))) }
                dd {
                    @if points.is_some() { (self.points(points)) } @else { span.unknown { (self.word(unknown)) } }
                }
            }
        }
    }

    /// A share, or that there is no evidence: which is never nought.
    #[must_use]
    pub fn points(&self, points: Option<u16>) -> Markup {
        match points {
            Some(points) => html! { span.figure { (self.hand.share(points)) } },
            None => html! { span.unknown { (self.word("page-no-evidence")) } },
        }
    }

    /// A word, and a disc that is the fuller the better it looks; a complete group has nothing to be sure of any more.
    #[must_use]
    pub fn confidence(&self, confidence: Option<Confidence>) -> Markup {
        let Some(known) = confidence else { return html! { span.confidence.complete { (self.confidence_word(None)) } } };
        let (key, quarters) = key_and_quarters(known);
        html! {
            span class={ "confidence " (key) } { (disc(quarters)) " " (self.confidence_word(confidence)) }
        }
    }

    /// The word alone.
    #[must_use]
    pub fn confidence_word(&self, confidence: Option<Confidence>) -> String {
        let key = confidence.map_or("complete", |confidence| key_and_quarters(confidence).0);
        self.word(&format!("page-confidence-{key}"))
    }
}

fn key_and_quarters(confidence: Confidence) -> (&'static str, Option<u8>) {
    match confidence {
        Confidence::Green => ("green", Some(4)),
        Confidence::AmberGreen => ("amber-green", Some(3)),
        Confidence::Amber => ("amber", Some(2)),
        Confidence::AmberRed => ("amber-red", Some(1)),
        Confidence::Red => ("red", Some(0)),
        Confidence::Grey => ("grey", None),
    }
}

/// Only the bar, where the numbers stand elsewhere.
#[must_use]
pub fn bar(voices: Voices) -> Markup {
    let units = |points: u16| f64::from(points) / f64::from(WIDTH);
    html! {
        svg.bar-mark viewBox={ "0 0 " (WIDTH) " 12" } preserveAspectRatio="none" aria-hidden="true" {
            rect.track x="0" y="2" width=(WIDTH) height="8" {}
            @if let Some(reported) = voices.reported { rect.reported x="0" y="2" width=(units(reported)) height="8" {} }
            @if let Some(verified) = voices.verified { rect.verified x="0" y="4" width=(units(verified)) height="4" {} }
            @if let Some(planned) = voices.planned { line.planned x1=(units(planned)) x2=(units(planned)) y1="0" y2="12" {} }
        }
    }
}

/// A disc of so many quarters; of none a ring, of an unknown number a broken ring.
fn disc(quarters: Option<u8>) -> Markup {
    let filled = match quarters {
        Some(1) => Some("M8 8V2A6 6 0 0 1 14 8Z"),
        Some(2) => Some("M8 2A6 6 0 0 1 8 14Z"),
        Some(3) => Some("M8 8H2A6 6 0 1 0 8 2Z"),
        Some(4) => Some("M8 2A6 6 0 1 1 8 14A6 6 0 1 1 8 2Z"),
        Some(_) | None => None,
    };
    html! {
        svg.disc viewBox="0 0 16 16" aria-hidden="true" {
            circle.broken[quarters.is_none()] cx="8" cy="8" r="6" {}
            @if let Some(path) = filled { path d=(path) {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_verified_of_what_nobody_reported_is_no_evidence_and_of_what_was_reported_it_is_nought() {
        let voices = |reported, verified| Voices { planned: Some(100), reported, verified }.evident();
        assert_eq!(voices(None, Some(0)), Voices { planned: Some(100), reported: None, verified: None });
        for (reported, verified) in [(Some(0), Some(0)), (Some(5_000), Some(0)), (None, Some(1)), (None, None)] {
            assert_eq!(voices(reported, verified), Voices { planned: Some(100), reported, verified });
        }
    }
}
