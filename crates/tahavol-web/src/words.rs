//! The words of the pages, from the catalogue.

use tahavol_app::messages;
use tahavol_domain::text::Lang;

/// What begins and ends a run of text that may be written in the other direction than what surrounds it (Unicode).
const ISOLATED: [char; 2] = ['\u{2068}', '\u{2069}'];

pub(crate) fn word(key: &str, lang: Lang) -> String {
    messages::message(key, &[], lang)
}

pub(crate) fn message(key: &str, args: &[(&str, String)], lang: Lang) -> String {
    messages::message(key, args, lang)
}

/// The message of a key that tells of one thing.
pub(crate) fn telling(key: &str, value: impl ToString, lang: Lang) -> String {
    messages::message(key, &[("value", value.to_string())], lang)
}

/// A name within a sentence, whatever script it is written in.
#[must_use]
pub fn isolated(name: &str) -> String {
    // What somebody has put in there to turn the text around ends with the name.
    let plain: String = name.chars().filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')).collect();
    format!("{}{plain}{}", ISOLATED[0], ISOLATED[1])
}

pub(crate) fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Fa => "fa",
        Lang::En => "en",
    }
}

pub(crate) fn direction(lang: Lang) -> &'static str {
    match lang {
        Lang::Fa => "rtl",
        Lang::En => "ltr",
    }
}

pub(crate) fn other(lang: Lang) -> Lang {
    match lang {
        Lang::Fa => Lang::En,
        Lang::En => Lang::Fa,
    }
}
