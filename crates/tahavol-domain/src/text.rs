//! Text that people read, in Persian and perhaps English, and the folding that makes Persian text searchable.

use schemars::JsonSchema;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

/// A Persian text and, where somebody wrote one, its English.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub fa: String,
    #[serde(default)]
    pub en: Option<String>,
}

/// A language that the product speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    Fa,
    En,
}

impl Text {
    /// Persian only.
    pub fn fa(fa: impl Into<String>) -> Text {
        Text { fa: fa.into(), en: None }
    }

    pub fn new(fa: impl Into<String>, en: impl Into<String>) -> Text {
        Text { fa: fa.into(), en: Some(en.into()) }
    }

    /// In that language, or the Persian where there is no English.
    pub fn get(&self, lang: Lang) -> &str {
        match (lang, &self.en) {
            (Lang::En, Some(en)) => en,
            (Lang::En, None) | (Lang::Fa, _) => &self.fa,
        }
    }

    /// Whether the Persian, which every text must have, says nothing: empty, spaces or invisible characters.
    pub fn is_blank(&self) -> bool {
        fold(&self.fa).is_empty()
    }
}

/// English is left out where people can read the format. Binary formats cannot tell an absent field from the next one,
/// so there it is always written.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let both = self.en.is_some() || !serializer.is_human_readable();
        let mut text = serializer.serialize_struct("Text", if both { 2 } else { 1 })?;
        text.serialize_field("fa", &self.fa)?;
        if both {
            text.serialize_field("en", &self.en)?;
        }
        text.end()
    }
}

impl Lang {
    /// `fa` or `en`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Lang::Fa => "fa",
            Lang::En => "en",
        }
    }

    /// A language tag, of which only the first part counts: `fa`, `fa-IR`, `en-GB`.
    pub fn parse(tag: &str) -> Option<Lang> {
        let primary = tag.trim().split(['-', '_']).next()?;
        [Lang::Fa, Lang::En].into_iter().find(|lang| primary.eq_ignore_ascii_case(lang.as_str()))
    }
}

/// The form in which texts are compared when people search: letters that keyboards confuse are one letter, digits are
/// Latin, what the eye does not see is gone, letters are lower case, and a run of spaces is one space.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().filter(|c| !is_unseen(*c)) {
        if character.is_whitespace() {
            if !folded.is_empty() && !folded.ends_with(' ') {
                folded.push(' ');
            }
        } else {
            folded.extend(letter(character).to_lowercase().filter(|c| !is_unseen(*c)));
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The same text with Latin digits for Persian and Arabic-Indic ones.
pub fn digits_to_latin(text: &str) -> String {
    text.chars().map(latin_digit).collect()
}

/// One letter for those that Arabic and Persian keyboards write differently, and for those with and without a hamza.
fn letter(character: char) -> char {
    match character {
        'ك' => 'ک',
        'ي' | 'ى' | 'ئ' => 'ی',
        'ة' | 'ۀ' | 'ۂ' | 'ە' => 'ه',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ؤ' => 'و',
        other => latin_digit(other),
    }
}

fn latin_digit(character: char) -> char {
    let zero = match character {
        '۰'..='۹' => '۰',
        '٠'..='٩' => '٠',
        _ => return character,
    };
    char::from_digit(character as u32 - zero as u32, 10).unwrap_or(character)
}

/// Joiners, direction marks, tatweel, and marks that combine with a letter (harakat, hamza above, accents).
fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{00AD}'
            | '\u{0300}'..='\u{036F}'
            | '\u{0610}'..='\u{061A}'
            | '\u{061C}'
            | '\u{0640}'
            | '\u{064B}'..='\u{065F}'
            | '\u{0670}'
            | '\u{06D6}'..='\u{06DC}'
            | '\u{06DF}'..='\u{06E4}'
            | '\u{06E7}'
            | '\u{06E8}'
            | '\u{06EA}'..='\u{06ED}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'
            | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arabic_and_persian_keyboards_find_the_same_police_station() {
        assert_eq!(fold("كلانتري ١٢ يزد"), fold("کلانتری ۱۲ یزد"));
        assert_eq!(fold("کلانتری ۱۲ یزد"), "کلانتری 12 یزد");
        assert_eq!(fold("شوراى عالى تحوّل"), "شورای عالی تحول");
    }

    #[test]
    fn joiners_tatweel_and_vowel_marks_do_not_hide_a_word() {
        assert_eq!(fold("پیشرفت می\u{200C}کند"), "پیشرفت میکند");
        assert_eq!(fold("پاســـگاه"), "پاسگاه");
        assert_eq!(fold("مُستَنَد"), "مستند");
        assert_eq!(fold("نقطهٔ عطف"), fold("نقطۀ عطف"));
    }

    #[test]
    fn letters_with_and_without_hamza_or_madda_are_one() {
        assert_eq!(fold("آموزش"), fold("اموزش"));
        assert_eq!(fold("تأمین"), fold("تامین"));
        assert_eq!(fold("مسئول مؤثر"), fold("مسیول موثر"));
        assert_eq!(fold("دائرة"), "دایره");
    }

    #[test]
    fn latin_letters_are_lower_case_and_spaces_are_single() {
        assert_eq!(fold("  Police\u{00A0}\t STATION "), "police station");
        assert_eq!(fold("\u{200C} \u{200F}"), "");
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        for text in ["كلانتري ١٢", "İstanbul", "می\u{200C}شود", "نقطهٔ  عطف ", "تأمینِ اجتماعی"] {
            assert_eq!(fold(&fold(text)), fold(text));
        }
    }

    #[test]
    fn digits_of_three_scripts_become_latin_and_nothing_else_changes() {
        assert_eq!(digits_to_latin("۱۳۹۸/٠٦/31 شهریور"), "1398/06/31 شهریور");
    }

    #[test]
    fn a_text_without_english_is_shown_in_persian_and_written_without_it() {
        let text = Text::fa("سند تحول");
        assert_eq!(text.get(Lang::En), "سند تحول");
        assert_eq!(serde_json::to_string(&text).unwrap(), r#"{"fa":"سند تحول"}"#);
        assert_eq!(serde_json::from_str::<Text>(r#"{"fa":"سند تحول"}"#).unwrap(), text);
    }

    #[test]
    fn a_text_with_english_is_shown_in_both() {
        let text = Text::new("افق", "horizon");
        assert_eq!((text.get(Lang::Fa), text.get(Lang::En)), ("افق", "horizon"));
        assert_eq!(serde_json::to_string(&text).unwrap(), r#"{"fa":"افق","en":"horizon"}"#);
    }

    #[test]
    fn a_text_in_a_third_language_is_refused() {
        assert!(serde_json::from_str::<Text>(r#"{"fa":"افق","ar":"أفق"}"#).is_err());
    }

    #[test]
    fn a_text_of_spaces_and_joiners_is_blank() {
        assert!(Text::fa(" \u{200C}\u{00A0}").is_blank());
        assert!(!Text::fa("افق").is_blank());
    }

    #[test]
    fn a_language_tag_is_read_by_its_first_part() {
        assert_eq!(Lang::parse("fa-IR"), Some(Lang::Fa));
        assert_eq!(Lang::parse("EN"), Some(Lang::En));
        assert_eq!(Lang::parse("de"), None);
    }
}
