//! Every event has a sentence in both languages, of names and not of codes.

use std::collections::BTreeSet;

use tahavol_domain::fact::TYPES;
use tahavol_domain::programme::event::Appointment;
use tahavol_domain::schema::samples;
use tahavol_domain::values::Person;

use super::*;

#[test]
fn every_type_of_event_has_a_sentence_in_both_languages_and_no_sentence_has_a_gap() {
    let samples = samples();
    let told: BTreeSet<&str> = samples.iter().map(|fact| fact.event.event_type()).collect();
    assert_eq!(told, TYPES.iter().map(|(name, _)| *name).collect(), "a sample of each type");
    for fact in &samples {
        for lang in [Lang::Fa, Lang::En] {
            let sentence = sentence(fact, lang);
            let event_type = fact.event.event_type();
            assert_ne!(sentence, key(event_type), "{event_type} has no sentence");
            assert!(sentence.ends_with('.'), "{event_type}: {sentence}");
            assert!(!sentence.contains(super::super::MISSING) || event_type == "programme.evidence_destroyed", "{event_type}: {sentence}");
            assert!(!sentence.contains("event-"), "{event_type}: {sentence}");
            let latin = sentence.chars().any(|letter| letter.is_ascii_lowercase());
            assert!(lang == Lang::Fa || latin, "{event_type}: {sentence}");
        }
    }
}

#[test]
fn a_report_says_how_much_in_the_digits_of_the_language() {
    let report = ProgressReport { progress: Some(5_250), ..ProgressReport::default() };
    let nothing = Snapshot::default();
    assert_eq!(Words(Lang::En, &nothing).progress(&report), ": 52.5%");
    assert_eq!(Words(Lang::Fa, &nothing).progress(&report), ": ۵۲٫۵٪");
    let all = ProgressReport { progress: Some(10_000), ..ProgressReport::default() };
    assert_eq!(Words(Lang::En, &nothing).progress(&all), ": 100%");
    let one = ProgressReport { steps: Some([0].into_iter().collect()), ..ProgressReport::default() };
    assert_eq!(Words(Lang::En, &nothing).progress(&one), ", steps done: 1");
}

#[test]
fn a_resolution_is_not_called_so_twice() {
    let told = |number: &str, lang| Words(lang, &Snapshot::default()).resolution(Some(&number.to_owned()));
    assert_eq!(
        (told("12/3", Lang::En), told("12/3", Lang::Fa)),
        (", resolution 12/3".to_owned(), "، مصوبهٔ \u{2068}12/3\u{2069}".to_owned())
    );
    assert_eq!(
        (told("مصوبهٔ ۱۲", Lang::En), told("مصوبهٔ ۱۲", Lang::Fa)),
        (", \u{2068}مصوبهٔ ۱۲\u{2069}".to_owned(), "، مصوبهٔ ۱۲".to_owned())
    );
}

#[test]
fn an_office_that_is_given_is_told_by_its_name() {
    let person = Person { id: ActorId("sara".to_owned()), name: "سارا".to_owned() };
    let told = |office: &str, lang| {
        let appointment = Appointment { person: person.clone(), office: office.parse().expect("an office") };
        let nothing = Snapshot::default();
        let args = Words(lang, &nothing).programme(&programme::Event::OfficialAppointed(appointment));
        message("event-programme-official_appointed", &args, lang)
    };
    assert_eq!(told("council", Lang::Fa), "سمت شورا را به سارا داد.");
    assert_eq!(told("reporter:IR-23", Lang::Fa), "سمت گزارشگر، \u{2068}IR-23\u{2069} را به سارا داد.");
    assert_eq!(told("administrator", Lang::En), "Gave \u{2068}سارا\u{2069} the office administrator.");
}

#[test]
fn every_office_has_a_name() {
    let offices = ["founding", "council", "chair:technology", "secretary:technology", "member:technology", "inspector"];
    for office in offices.into_iter().chain(["reporter:IR-23", "auditor", "administrator"]) {
        let office: Office = office.parse().expect("an office");
        for lang in [Lang::Fa, Lang::En] {
            let text = office_text(&office, &Snapshot::default(), lang);
            assert!(!text.is_empty() && !text.contains("event-"), "{office}: {text}");
        }
    }
}
