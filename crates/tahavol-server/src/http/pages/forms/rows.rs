//! Answers that are given row by row: steps, follow-up actions, what a review found.

use tahavol_domain::calendar::Date;
use tahavol_domain::text::{Text, digits_to_latin};
use tahavol_web::forms::{ADD, Answer, Asks, Part, Rows, field};

use super::form::Form;

/// More than anybody fills in.
const MOST: usize = 200;

/// A row in which something stands.
pub(super) struct Row {
    pub(super) number: usize,
    /// For each part, without the blanks around it.
    pub(super) answers: Vec<String>,
}

impl Form<'_> {
    /// The rows in which something stands. At least `fewest` are shown, and one more where it was asked for.
    pub(super) fn rows(
        &mut self,
        name: &'static str,
        (hint, optional): (Option<&str>, bool),
        parts: Vec<Part>,
        initial: Vec<Vec<String>>,
        fewest: usize,
    ) -> Vec<Row> {
        let mut rows = if self.typed.sent { self.typed_rows(name, &parts) } else { initial };
        let added = self.typed.sent && self.typed.one(ADD) == Some(name) && rows.len() < MOST;
        rows.resize(rows.len().max(fewest) + usize::from(added), vec![String::new(); parts.len()]);
        let filled =
            rows.iter().enumerate().map(|(number, row)| Row { number, answers: row.iter().map(|text| text.trim().to_owned()).collect() });
        let filled = filled.filter(|row| row.answers.iter().any(|text| !text.is_empty())).collect();
        self.put(name, hint, optional, Answer::Rows(Rows { parts, rows, added }));
        filled
    }

    fn typed_rows(&self, name: &str, parts: &[Part]) -> Vec<Vec<String>> {
        let of = |text: &str| text.strip_prefix(name)?.strip_prefix('.')?.split_once('.')?.0.parse::<usize>().ok();
        let count =
            self.typed.fields.iter().filter_map(|(field, _)| of(field)).filter(|number| *number < MOST).max().map_or(0, |last| last + 1);
        let one = |number: usize, part: &Part| self.typed.one(&format!("{name}.{number}.{}", part.name)).unwrap_or_default().to_owned();
        (0..count).map(|number| parts.iter().map(|part| one(number, part)).collect()).collect()
    }

    /// A part of a row is not as it should be.
    pub(super) fn row_is_wrong(&mut self, name: &str, row: &Row, part: &str, code: &str, value: &str) {
        self.is_wrong(&field(name, row.number, part), code, value);
    }

    pub(super) fn part(&self, name: &'static str, label: &str, asks: Asks) -> Part {
        Part { name, label: self.sheet.word(label), asks }
    }

    /// A text in Persian and perhaps English.
    pub(super) fn parts_of_text(&self) -> Vec<Part> {
        vec![self.part("fa", "page-in-persian", Asks::Persian), self.part("en", "page-in-english", Asks::English)]
    }

    /// What begins a row whose first parts are those of a text. It is written in Persian at least.
    pub(super) fn text_of(&mut self, name: &str, row: &Row) -> Text {
        let [fa, en] = [0, 1].map(|at| row.answers.get(at).cloned().unwrap_or_default());
        if fa.is_empty() {
            self.row_is_wrong(name, row, "fa", "page-answer-missing", "");
        }
        Text { fa, en: Some(en).filter(|en| !en.is_empty()) }
    }

    /// Texts, one to a row.
    pub(super) fn texts(&mut self, name: &'static str) -> Vec<Text> {
        let rows = self.rows(name, (None, true), self.parts_of_text(), Vec::new(), 1);
        rows.iter().map(|row| self.text_of(name, row)).collect()
    }

    /// A day that stands in a part of a row.
    pub(super) fn day_of(&mut self, name: &str, row: &Row, (at, part): (usize, &str)) -> Option<Date> {
        let typed = row.answers.get(at).map_or("", String::as_str);
        Date::parse(typed)
            .map_err(|error| {
                let code = if typed.is_empty() { "page-answer-missing" } else { error.code() };
                self.row_is_wrong(name, row, part, code, error.text());
            })
            .ok()
    }

    /// A whole number from 1 that stands in a part of a row; 1 where nothing does.
    pub(super) fn weight_of(&mut self, name: &str, row: &Row, (at, part): (usize, &str)) -> u32 {
        let typed = row.answers.get(at).map_or("", String::as_str);
        match digits_to_latin(typed).parse() {
            Ok(weight) if weight > 0 => weight,
            Err(_) if typed.is_empty() => 1,
            Ok(_) | Err(_) => {
                self.row_is_wrong(name, row, part, "page-weight-form", typed);
                1
            }
        }
    }
}
