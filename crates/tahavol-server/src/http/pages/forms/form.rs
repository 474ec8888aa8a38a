//! What a command asks, said once: each question is put and its answer read by the same line, whether the form is shown or sent.

use std::fmt::Display;

use tahavol_app::{Subject, messages};
use tahavol_domain::calendar::{Date, Period};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::text::{Lang, Text, digits_to_latin};
use tahavol_domain::values::{Evidence, Horizon, Person};
use tahavol_domain::{Kind, Stream};
use tahavol_projections::Snapshot;
use tahavol_web::address;
use tahavol_web::figure::digits;
use tahavol_web::forms::{Answer, FILES, Measured, Need, Question, Wrong};
use tahavol_web::sheet::Sheet;
use uuid::Uuid;

use super::filled::{Typed, Wants};

/// For words that are not there yet.
pub(super) const STAND_IN: &str = "…";

/// A form that is being put together.
pub(super) struct Form<'a> {
    pub(super) sheet: &'a Sheet<'a>,
    pub(super) kind: Kind,
    /// The live picture as the reader is shown it; to find what is named.
    pub(super) live: &'a Snapshot,
    pub(super) person: &'a Person,
    pub(super) today: Date,
    /// The thing, by code, slug or id.
    pub(super) on: &'a str,
    pub(super) typed: &'a Typed,
    pub(super) command: Uuid,
    pub(super) about: About,
    pub(super) questions: Vec<Question>,
    pub(super) wrong: Vec<Wrong>,
    /// The measurements that can be chosen, with what they rest on.
    pub(super) measured: Vec<Measured>,
    /// What the address names and cannot be chosen any more: said before anything is sent.
    pub(super) gone: Vec<Wrong>,
    /// What is asked now is asked only if that question is answered so.
    pub(super) only: Option<(&'static str, &'static str)>,
    pub(super) effective_on: Option<Date>,
    pub(super) reason: Option<String>,
    /// Where the thing is shown that the command brings forth.
    pub(super) then: Option<String>,
}

/// What the command is about.
pub(super) struct About {
    pub(super) title: String,
    pub(super) path: String,
    pub(super) subject: Subject,
    /// Where the command goes.
    pub(super) stream: Option<Stream>,
}

impl Form<'_> {
    pub(super) fn lang(&self) -> Lang {
        self.sheet.lang()
    }

    pub(super) fn put(&mut self, name: &'static str, hint: Option<&str>, optional: bool, answer: Answer) {
        let label = self.sheet.word(&format!("page-field-{name}"));
        let hint = hint.map(|key| self.sheet.word(key));
        let need = if optional { Need::Free } else { Need::Asked };
        self.questions.push(Question { name, label, hint, need, only: self.only, answer });
    }

    /// One at least of two questions that were put is to be answered.
    pub(super) fn one_of_two(&mut self, names: [&str; 2]) {
        let both = self.questions.iter_mut().filter(|question| names.contains(&question.name));
        both.for_each(|question| question.need = Need::OneOfTwo);
    }

    /// What belongs to one answer of another question. It is put whatever that is, so that nothing typed is lost where it changes.
    pub(super) fn only<T>(&mut self, question: &'static str, answer: &'static str, ask: impl FnOnce(&mut Self) -> T) -> T {
        self.only = Some((question, answer));
        let asked = ask(self);
        self.only = None;
        asked
    }

    /// What was typed; before anything was sent, what the address says, or else what there is.
    fn given(&self, name: &str, initial: impl Display) -> String {
        match self.typed.one(name) {
            Some(typed) => typed.to_owned(),
            None if self.typed.sent => String::new(),
            None => initial.to_string(),
        }
    }

    /// While somebody types, words that she has not come to yet do not keep the consequence from being shown: nothing is recorded of it.
    fn or_stand_in(&self, text: String, stand_in: &str) -> String {
        if text.is_empty() && self.typed.sent && self.typed.wants() == Wants::ConsequenceSoFar { stand_in.to_owned() } else { text }
    }

    fn stood_in_for(&self, text: Option<Text>) -> Text {
        let Text { fa, en } = text.unwrap_or_else(|| Text::fa(""));
        Text { fa: self.or_stand_in(fa, STAND_IN), en }
    }

    pub(super) fn is_wrong(&mut self, name: &str, code: &str, value: &str) {
        let text = messages::message(code, &[("value", value.to_owned())], self.lang());
        self.wrong.push(Wrong { field: Some(name.to_owned()), text });
    }

    /// Words on one line.
    pub(super) fn line(&mut self, name: &'static str, initial: &str) -> String {
        let typed = self.given(name, initial);
        self.put(name, None, false, Answer::Line(typed.clone()));
        self.or_stand_in(typed.trim().to_owned(), STAND_IN)
    }

    pub(super) fn line_or_none(&mut self, name: &'static str, initial: &str) -> Option<String> {
        let typed = self.given(name, initial);
        self.put(name, None, true, Answer::Line(typed.clone()));
        Some(typed.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// A code in any digits.
    pub(super) fn code(&mut self, name: &'static str, hint: Option<&str>, initial: &str) -> String {
        let typed = self.given(name, initial);
        self.put(name, hint, false, Answer::Code(typed.clone()));
        self.or_stand_in(digits_to_latin(typed.trim()), &self.command.simple().to_string())
    }

    fn text(&mut self, name: &'static str, optional: bool, long: bool, initial: Option<&Text>) -> Option<Text> {
        let (of_fa, of_en) = (initial.map_or("", |text| &text.fa), initial.and_then(|text| text.en.as_deref()).unwrap_or_default());
        let (fa, en) = (self.given(&format!("{name}.fa"), of_fa), self.given(&format!("{name}.en"), of_en));
        self.put(name, None, optional, Answer::Both { fa: fa.clone(), en: en.clone(), long });
        let (fa, en) = (fa.trim().to_owned(), Some(en.trim().to_owned()).filter(|en| !en.is_empty()));
        (!optional || !fa.is_empty() || en.is_some()).then_some(Text { fa, en })
    }

    /// In Persian and perhaps English.
    pub(super) fn both(&mut self, name: &'static str, initial: Option<&Text>) -> Text {
        let text = self.text(name, false, false, initial);
        self.stood_in_for(text)
    }

    /// The same, and long.
    pub(super) fn long(&mut self, name: &'static str) -> Text {
        let text = self.text(name, false, true, None);
        self.stood_in_for(text)
    }

    /// What may be left out.
    pub(super) fn note(&mut self, name: &'static str, initial: Option<&Text>) -> Option<Text> {
        self.text(name, true, true, initial)
    }

    pub(super) fn date(&mut self, name: &'static str, initial: Option<Date>) -> Date {
        self.date_or_none(name, initial, false).unwrap_or(self.today)
    }

    fn date_or_none(&mut self, name: &'static str, initial: Option<Date>, optional: bool) -> Option<Date> {
        let typed = self.given(name, initial.map(|date| self.sheet.hand.short(date)).unwrap_or_default());
        self.put(name, Some("page-date-hint"), optional, Answer::Code(typed.clone()));
        match Date::parse(typed.trim()) {
            Ok(date) => Some(date),
            Err(_) if typed.trim().is_empty() => {
                if !optional {
                    self.is_wrong(name, "page-answer-missing", "");
                }
                None
            }
            Err(error) => {
                self.is_wrong(name, error.code(), error.text());
                None
            }
        }
    }

    pub(super) fn maybe_date(&mut self, name: &'static str, initial: Option<Date>) -> Option<Date> {
        self.date_or_none(name, initial, true)
    }

    pub(super) fn quantity(&mut self, name: &'static str, initial: Option<Quantity>) -> Quantity {
        let read = self.quantity_or_none(name, initial);
        if let Some(question) = self.questions.last_mut() {
            question.need = Need::Asked;
        }
        if read.is_none() && self.given(name, "").trim().is_empty() {
            self.is_wrong(name, "page-answer-missing", "");
        }
        read.unwrap_or(Quantity::ZERO)
    }

    pub(super) fn quantity_or_none(&mut self, name: &'static str, initial: Option<Quantity>) -> Option<Quantity> {
        let typed = self.given(name, initial.map(|value| value.to_string()).unwrap_or_default());
        self.put(name, Some("page-quantity-hint"), true, Answer::Code(typed.clone()));
        if typed.trim().is_empty() {
            return None;
        }
        Quantity::parse(typed.trim()).map_err(|error| self.is_wrong(name, error.code(), error.text())).ok()
    }

    /// A whole number that its field holds.
    pub(super) fn whole<T: TryFrom<u64> + Default>(&mut self, name: &'static str, hint: &str, initial: impl Display) -> T {
        let typed = self.given(name, digits(&initial.to_string(), self.lang()));
        self.put(name, Some(hint), false, Answer::Code(typed.clone()));
        let plain: String = digits_to_latin(typed.trim()).chars().filter(|c| !matches!(c, ',' | '٬')).collect();
        match plain.parse::<u64>().ok().and_then(|number| T::try_from(number).ok()) {
            Some(number) => number,
            None if plain.is_empty() => {
                self.is_wrong(name, "page-answer-missing", "");
                T::default()
            }
            None => {
                self.is_wrong(name, "COUNT_FORM", typed.trim());
                T::default()
            }
        }
    }

    /// A percentage with two places at most, as basis points.
    pub(super) fn percent(&mut self, name: &'static str, initial: &str) -> u16 {
        let typed = self.given(name, initial);
        self.put(name, Some("page-percent-hint"), false, Answer::Code(typed.clone()));
        let plain = typed.trim().trim_matches(['%', '٪']).trim();
        match basis_points(plain) {
            Some(points) => points,
            None => {
                self.is_wrong(name, if plain.is_empty() { "page-answer-missing" } else { "IMPORT_PERCENT" }, typed.trim());
                0
            }
        }
    }

    pub(super) fn period(&mut self, name: &'static str) -> Period {
        let typed = self.given(name, "");
        self.put(name, Some("page-period-hint"), false, Answer::Code(typed.clone()));
        match Period::parse(typed.trim()) {
            Ok(period) => period,
            Err(error) => {
                let code = if typed.trim().is_empty() { "page-answer-missing" } else { error.code() };
                self.is_wrong(name, code, error.text());
                Period { start: self.today, end: self.today }
            }
        }
    }

    /// One of several, of which the first goes without saying.
    pub(super) fn choice<T>(
        &mut self,
        name: &'static str,
        options: Vec<(String, String)>,
        initial: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let first = options.first().map(|(value, _)| value.clone()).unwrap_or_default();
        let chosen = self.given(name, if initial.is_empty() { first.as_str() } else { initial });
        let found = read(&chosen);
        self.put(name, None, options.iter().any(|(value, _)| value.is_empty()), Answer::Choice { options, chosen });
        if found.is_none() {
            self.is_wrong(name, "page-answer-missing", "");
        }
        found
    }

    /// One of several of which none goes without saying: nothing is chosen for anybody unless there is nothing else, and what the
    /// address or the page says need not be there any more.
    pub(super) fn pick<T>(
        &mut self,
        name: &'static str,
        mut options: Vec<(String, String)>,
        initial: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let only = if let [(only, _)] = options.as_slice() { only.clone() } else { String::new() };
        let chosen = self.given(name, if initial.is_empty() { &only } else { initial });
        let is_there = options.iter().any(|(value, _)| *value == chosen);
        if !is_there || options.len() > 1 {
            options.insert(0, (String::new(), self.sheet.word("page-choose")));
        }
        if !is_there && !chosen.is_empty() && !self.typed.sent {
            let text = self.sheet.word("page-gone");
            self.gone.push(Wrong { field: Some(name.to_owned()), text });
        }
        // A form that is sent twice names what is gone by then.
        let found = if chosen.is_empty() { None } else { read(&chosen) };
        self.put(name, None, false, Answer::Choice { options, chosen });
        if found.is_none() {
            self.is_wrong(name, "page-answer-missing", "");
        }
        found
    }

    /// The same of the values of an enum.
    pub(super) fn pick_of<T: Copy>(&mut self, name: &'static str, all: &[(T, &str)]) -> Option<T> {
        self.pick(name, self.words_of(all), "", |text| all.iter().find(|(_, value)| *value == text).map(|(one, _)| *one))
    }

    fn words_of<T>(&self, all: &[(T, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(_, value)| ((*value).to_owned(), self.sheet.word(&format!("page-choice-{value}")))).collect()
    }

    /// One of the values of an enum; the words of each stand in the catalogue.
    pub(super) fn one_of<T: Copy>(&mut self, name: &'static str, all: &[(T, &str)], initial: &str) -> Option<T> {
        self.choice(name, self.words_of(all), initial, |text| all.iter().find(|(_, value)| *value == text).map(|(one, _)| *one))
    }

    pub(super) fn horizon(&mut self, initial: Option<Horizon>) -> Horizon {
        let options = Horizon::ALL.map(|horizon| (horizon.as_str().to_owned(), self.sheet.horizon(horizon))).to_vec();
        self.pick("horizon", options, initial.map_or("", Horizon::as_str), horizon_of).unwrap_or(Horizon::Short)
    }

    /// Any of several.
    pub(super) fn ticks(&mut self, name: &'static str, options: Vec<(String, String)>, initial: &[String]) -> Vec<String> {
        let asked: Vec<String> = self.typed.all(name).map(str::to_owned).collect();
        let ticked = if self.typed.sent || !asked.is_empty() { asked } else { initial.to_vec() };
        self.put(name, None, true, Answer::Ticks { options, ticked: ticked.clone() });
        ticked
    }

    /// Whether one thing is so.
    pub(super) fn tick(&mut self, name: &'static str, initial: bool) -> bool {
        let words = self.sheet.word(&format!("page-tick-{name}"));
        let initial = if initial { vec!["yes".to_owned()] } else { Vec::new() };
        !self.ticks(name, vec![("yes".to_owned(), words)], &initial).is_empty()
    }

    /// What the page knows: the same when it is sent again.
    pub(super) fn known(&mut self, name: &'static str, value: impl Display) -> String {
        let known = self.given(name, value);
        self.put(name, None, true, Answer::Hidden(known.clone()));
        known
    }

    pub(super) fn known_id(&mut self, name: &'static str, value: Option<Uuid>) -> Uuid {
        Uuid::parse_str(&self.known(name, value.unwrap_or_default())).unwrap_or_default()
    }

    /// The id of something that the command brings forth: the same when the command is sent again.
    pub(super) fn new_id(&self, what: &str) -> Uuid {
        Uuid::new_v5(&self.command, what.as_bytes())
    }

    pub(super) fn files(&mut self, optional: bool) -> Vec<Evidence> {
        self.put(FILES, Some("page-files-hint"), optional, Answer::Files(self.typed.kept()));
        let trouble = self.typed.trouble.iter().map(|text| Wrong { field: Some(FILES.to_owned()), text: text.clone() });
        self.wrong.extend(trouble);
        self.typed.files.clone()
    }

    /// The day on which it was true.
    pub(super) fn day(&mut self) {
        self.effective_on = self.date_or_none("effectiveOn", Some(self.today), true);
    }

    pub(super) fn reason(&mut self, optional: bool) {
        let typed = self.given("reason", "");
        self.put("reason", None, optional, Answer::Long(typed.clone()));
        self.reason = Some(self.or_stand_in(typed.trim().to_owned(), STAND_IN)).filter(|text| !text.is_empty());
    }

    /// What a decision says besides itself: the number of its resolution, or why.
    pub(super) fn resolution_or_reason(&mut self) -> Option<String> {
        let resolution = self.line_or_none("resolution", "");
        self.reason(true);
        self.one_of_two(["resolution", "reason"]);
        resolution
    }

    pub(super) fn about(&mut self, title: String, path: String, subject: Subject, stream: Stream) {
        self.about = About { title, path, subject, stream: Some(stream) };
    }

    /// The programme as a whole.
    pub(super) fn programme(&mut self) -> Option<tahavol_domain::values::ProgrammeId> {
        let row = self.live.programme.as_ref()?;
        let title = row.charter.title.get(self.lang()).to_owned();
        self.about(title, address::OVERVIEW.to_owned(), Subject::Programme, Stream::Programme(row.id));
        Some(row.id)
    }
}

/// A code before a title, so that the title alone says in which direction both are read.
pub(in super::super) fn coded(code: &str, title: &str) -> String {
    format!("\u{2068}{code}\u{2069} {title}")
}

pub(super) fn horizon_of(text: &str) -> Option<Horizon> {
    Horizon::ALL.into_iter().find(|horizon| horizon.as_str() == text)
}

fn basis_points(text: &str) -> Option<u16> {
    let micros = Quantity::parse(text).ok()?.micros();
    let points = micros.checked_div(10_000).filter(|points| points * 10_000 == micros)?;
    u16::try_from(points).ok().filter(|points| *points <= tahavol_domain::values::FULL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_read_in_any_digits_and_keeps_two_places() {
        assert_eq!(["0", "41", "۴۱", "41.25", "100"].map(basis_points), [Some(0), Some(4_100), Some(4_100), Some(4_125), Some(10_000)]);
        assert_eq!(["", "-1", "100.01", "41.255", "forty"].map(basis_points), [None; 5]);
    }
}
