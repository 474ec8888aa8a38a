//! What people read, by code, in Persian and English: one catalogue for every surface.

mod isolate;
mod sentence;

use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use tahavol_domain::calendar::{Date, format_persian, persian_digits};
use tahavol_domain::fact::MAX_LINE;
use tahavol_domain::text::Lang;
use tahavol_domain::{Refusal, Rule};

use isolate::isolated;
pub use sentence::{office_text, province_text, sentence, sentence_in, subject_text};

const PERSIAN: &str = concat!(
    include_str!("../messages/fa.ftl"),
    include_str!("../messages/pages/frame.fa.ftl"),
    include_str!("../messages/pages/overview.fa.ftl"),
    include_str!("../messages/pages/things.fa.ftl"),
    include_str!("../messages/pages/forms.fa.ftl"),
    include_str!("../messages/pages/audit.fa.ftl"),
    include_str!("../messages/pages/administration.fa.ftl"),
);
const ENGLISH: &str = concat!(
    include_str!("../messages/en.ftl"),
    include_str!("../messages/pages/frame.en.ftl"),
    include_str!("../messages/pages/overview.en.ftl"),
    include_str!("../messages/pages/things.en.ftl"),
    include_str!("../messages/pages/forms.en.ftl"),
    include_str!("../messages/pages/audit.en.ftl"),
    include_str!("../messages/pages/administration.en.ftl"),
);

static CATALOGUES: LazyLock<[Catalogue; 2]> = LazyLock::new(|| [Catalogue::new("fa", PERSIAN), Catalogue::new("en", ENGLISH)]);

/// Stands for what a message wants to tell and the refusal does not.
const MISSING: &str = "…";

/// The message of a code. `value` is the argument of that name, or else the first one. In Persian, dates are told in Solar
/// Hijri and numbers in Persian digits. What is written in the other direction is isolated. A code that the catalogue does not have is its own message.
#[must_use]
pub fn message(code: &str, args: &[(&str, String)], lang: Lang) -> String {
    let catalogue = catalogue(lang);
    let Some(pattern) = catalogue.bundle.get_message(code).and_then(|message| message.value()) else { return code.to_owned() };
    // What could not be read is shown as it was typed.
    let typed = code.ends_with("_FORM");
    let mut told = FluentArgs::new();
    for variable in catalogue.variables.get(code).into_iter().flatten() {
        let named = args.iter().find(|(name, _)| name == variable);
        let found = named.or_else(|| args.first().filter(|_| variable == "value"));
        told.set(
            variable.clone(),
            found.map_or_else(
                || MISSING.to_owned(),
                |(_, value)| isolated(&if typed { value.clone() } else { presented(value, lang) }, lang),
            ),
        );
    }
    let mut errors = Vec::new();
    catalogue.bundle.format_pattern(pattern, Some(&told), &mut errors).into_owned()
}

/// Why a command was refused.
#[must_use]
pub fn refusal_text(refusal: &Refusal, lang: Lang) -> String {
    let mut args: Vec<(&str, String)> = refusal.args.clone();
    if refusal.rule == Rule::LineTooLong {
        args.push(("largest", MAX_LINE.to_string()));
    }
    message(refusal.rule.code(), &args, lang)
}

/// Units that the catalogue knows.
const UNITS: [&str; 6] = ["UNIT_PERCENT", "UNIT_STATIONS", "UNIT_PEOPLE", "UNIT_VISITS", "UNIT_POSTS", "UNIT_MILLION_RIAL"];

/// What something is counted in, in the reader's words where the catalogue knows what was typed in either language, else as it was typed.
#[must_use]
pub fn unit_text(unit: &str, lang: Lang) -> String {
    let known = UNITS.into_iter().find(|code| [Lang::Fa, Lang::En].into_iter().any(|of| message(code, &[], of) == unit));
    known.map_or_else(|| unit.to_owned(), |code| message(code, &[], lang))
}

/// Whether it counts things, of which there are no parts.
#[must_use]
pub fn counts_things(unit: &str) -> bool {
    let counts = ["UNIT_STATIONS", "UNIT_PEOPLE", "UNIT_VISITS", "UNIT_POSTS"];
    counts.into_iter().any(|code| [Lang::Fa, Lang::En].into_iter().any(|of| message(code, &[], of) == unit))
}

/// Every code that the catalogue has a message for.
#[must_use]
pub fn codes(lang: Lang) -> Vec<&'static str> {
    entries(source(lang)).map(|(code, _)| code).collect()
}

struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    /// What each message tells of.
    variables: HashMap<&'static str, Vec<String>>,
}

impl Catalogue {
    fn new(language: &str, source: &'static str) -> Self {
        let language = language.parse().expect("the languages here are well-formed");
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Values are isolated where they need it, before they come here.
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(source.to_owned()).expect("a test reads both catalogues");
        bundle.add_resource(resource).expect("a test looks for keys that stand twice");
        let variables = entries(source).map(|(code, text)| (code, variables(text))).collect();
        Catalogue { bundle, variables }
    }
}

fn catalogue(lang: Lang) -> &'static Catalogue {
    match lang {
        Lang::Fa => &CATALOGUES[0],
        Lang::En => &CATALOGUES[1],
    }
}

fn source(lang: Lang) -> &'static str {
    match lang {
        Lang::Fa => PERSIAN,
        Lang::En => ENGLISH,
    }
}

/// Code and text of every message: each stands on one line.
fn entries(source: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    source.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic())).filter_map(|line| line.split_once(" = "))
}

fn variables(text: &str) -> Vec<String> {
    let names = text.split("{ $").skip(1).filter_map(|rest| rest.split_once(" }"));
    names.map(|(name, _)| name.to_owned()).collect()
}

fn presented(value: &str, lang: Lang) -> String {
    match lang {
        Lang::En => value.to_owned(),
        Lang::Fa => match Date::parse_iso(value) {
            Ok(date) => format_persian(date),
            Err(_) if is_number(value) => persian_digits(value).replace('.', "٫"),
            Err(_) => word(value, lang).unwrap_or_else(|| value.to_owned()),
        },
    }
}

/// A phase or another value of a closed list in the reader's words: the key is `WORD_` and the value.
fn word(value: &str, lang: Lang) -> Option<String> {
    let bundle = &catalogue(lang).bundle;
    let pattern = bundle.get_message(&format!("WORD_{value}"))?.value()?;
    Some(bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned())
}

/// Codes and identifiers keep their Latin digits: they are typed as they stand. A digest can consist of digits alone.
fn is_number(value: &str) -> bool {
    if value.len() > 40 {
        return false;
    }
    let digits = value.strip_prefix('-').unwrap_or(value);
    digits.starts_with(|c: char| c.is_ascii_digit()) && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all(lang: Lang) -> BTreeSet<&'static str> {
        let codes = codes(lang);
        let unique: BTreeSet<_> = codes.iter().copied().collect();
        assert_eq!(codes.len(), unique.len(), "a key stands twice");
        unique
    }

    #[test]
    fn both_languages_have_the_same_messages() {
        assert_eq!(all(Lang::Fa), all(Lang::En));
    }

    #[test]
    fn a_message_tells_of_the_same_things_in_both_languages() {
        for code in codes(Lang::En) {
            let told = |lang| -> BTreeSet<_> { catalogue(lang).variables[code].iter().collect() };
            assert_eq!(told(Lang::Fa), told(Lang::En), "{code}");
        }
    }

    #[test]
    fn every_rule_and_every_error_has_a_message() {
        let known = all(Lang::En);
        let rules = Rule::ALL.iter().map(|rule| rule.code());
        let errors = [
            "DATE_FORM",
            "DATE_NO_SOLAR_HIJRI_DAY",
            "DATE_NO_GREGORIAN_DAY",
            "DATE_OUT_OF_RANGE",
            "INSTANT_FORM",
            "INSTANT_OUT_OF_RANGE",
            "PERIOD_FORM",
            "PERIOD_REVERSED",
            "QUANTITY_FORM",
            "QUANTITY_TOO_PRECISE",
            "QUANTITY_TOO_LARGE",
            "TIME_ZONE_UNKNOWN",
            "UNAVAILABLE",
            "OUTCOME_UNKNOWN",
            "INSTANT_NOT_REACHED",
            "FOLLOWER_STOPPED",
            "SHUTTING_DOWN",
            "LEDGER_CORRUPT",
            "APPEND_TOO_LARGE",
            "LEDGER_NOT_CONNECTED",
            "NOT_CONNECTED_UNREACHABLE",
            "NOT_CONNECTED_UNAUTHORISED",
            "NOT_CONNECTED_TLS",
            "NOT_CONNECTED_WRONG_VERSION",
            "NOT_CONNECTED_NO_LEADER",
            "LEDGER_IN_USE",
            "LEDGER_NEWER_VERSION",
            "LEDGER_REFUSED",
            "GRAPHQL_SYNTAX",
            "GRAPHQL_INVALID",
        ];
        for code in rules.chain(errors) {
            assert!(known.contains(code), "{code} has no message");
        }
    }

    #[test]
    fn a_unit_is_told_in_the_language_of_its_reader_where_the_catalogue_knows_it() {
        for typed in ["percent", "درصد"] {
            assert_eq!([Lang::Fa, Lang::En].map(|lang| unit_text(typed, lang)), ["درصد", "percent"]);
            assert!(!counts_things(typed));
        }
        assert!(counts_things(&message("UNIT_PEOPLE", &[], Lang::Fa)));
        assert_eq!([Lang::Fa, Lang::En].map(|lang| unit_text("روز به‌ازای هر پرونده", lang)), ["روز به‌ازای هر پرونده"; 2]);
        for code in UNITS {
            assert!([Lang::Fa, Lang::En].map(|lang| message(code, &[], lang)).iter().all(|told| told != code), "{code}");
        }
    }

    #[test]
    fn every_message_can_be_formatted() {
        for lang in [Lang::Fa, Lang::En] {
            for code in codes(lang) {
                let text = message(code, &[("value", "x".to_owned())], lang);
                assert!(!text.is_empty() && !text.contains("{$") && text != code, "{code}: {text}");
            }
        }
    }

    #[test]
    fn dates_and_numbers_are_persian_in_persian_and_codes_stay_as_they_are() {
        let late = Refusal::new(Rule::EffectiveInFuture).with("value", "2019-09-22").with("today", "2019-09-01");
        assert_eq!(refusal_text(&late, Lang::Fa), "۱۳۹۸/۰۶/۳۱ هنوز نرسیده است؛ روزی تا ۱۳۹۸/۰۶/۱۰ بدهید.");
        assert_eq!(refusal_text(&late, Lang::En), "2019-09-22 has not come yet; give a day up to 2019-09-01.");
        let weight = Refusal::new(Rule::WeightRange).with("value", 12_000);
        assert!(refusal_text(&weight, Lang::Fa).contains("۱۲۰۰۰"));
        let province = Refusal::new(Rule::UnknownProvince).with("province", "IR-99");
        assert!(refusal_text(&province, Lang::Fa).contains("IR-99"));
    }

    #[test]
    fn what_a_refusal_does_not_tell_leaves_a_gap_and_no_error() {
        assert_eq!(message("UNKNOWN_STATION", &[], Lang::En), "There is no station ….");
        assert_eq!(message("NO_SUCH_CODE", &[], Lang::En), "NO_SUCH_CODE");
    }
}
