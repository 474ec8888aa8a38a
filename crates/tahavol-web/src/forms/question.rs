//! Questions of a form, one to a line: what is asked, what the answer looks like, what was typed, and what is wrong with it.

use maud::{Markup, html};

use super::rows::Rows;
use crate::sheet::Sheet;

/// One question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its name in the request, and its id in the page.
    pub name: &'static str,
    pub label: String,
    /// What the answer looks like.
    pub hint: Option<String>,
    pub need: Need,
    /// Where it is asked only if another question is answered in one way: that question's name, and the answer.
    pub only: Option<(&'static str, &'static str)>,
    pub answer: Answer,
}

/// Whether an answer can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Asked,
    Free,
    /// Of two questions, one after the other, one at least is to be answered.
    OneOfTwo,
}

/// What kind of answer is asked for, with what was typed.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Somebody's words on one line.
    Line(String),
    /// A code, a number, a day: written from left to right.
    Code(String),
    /// Somebody's words on several lines.
    Long(String),
    /// The same in Persian and perhaps English.
    Both { fa: String, en: String, long: bool },
    /// One of several: value and words.
    Choice { options: Vec<(String, String)>, chosen: String },
    /// Any of several.
    Ticks { options: Vec<(String, String)>, ticked: Vec<String> },
    /// As many as there are, each of the same parts.
    Rows(Rows),
    /// Files, those that have arrived already by their digests.
    Files(Vec<Kept>),
    /// What the page knows and nobody types.
    Hidden(String),
}

/// A file that has arrived with an earlier try.
#[derive(Debug, Clone)]
pub struct Kept {
    /// As the form names it.
    pub value: String,
    pub title: String,
}

/// Something that is wrong, and at which question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    pub field: Option<String>,
    pub text: String,
}

/// The names under which a form sends the files that have arrived before, and those that come now.
pub const KEPT: &str = "kept";
pub const FILES: &str = "evidence";

impl Sheet<'_> {
    /// What is wrong, above the form: each with a link to its question.
    #[must_use]
    pub fn wrong(&self, questions: &[Question], wrong: &[Wrong]) -> Markup {
        let asked = |field: &str| questions.iter().any(|question| question.has(field));
        html! {
            @if !wrong.is_empty() {
                div.summary role="alert" {
                    h2 { (self.word("page-errors")) }
                    ul {
                        @for one in wrong {
                            li {
                                @match one.field.as_deref().filter(|name| asked(name)) {
                                    Some(name) => a href={ "#" (name) } { (one.text) },
                                    None => (one.text),
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// All of them in their order; those that belong to one answer of another stand together, and say so.
    #[must_use]
    pub fn questions(&self, questions: &[Question], wrong: &[Wrong]) -> Markup {
        html! {
            @for together in questions.chunk_by(|one, next| one.only == next.only) {
                @let each = html! { @for question in together { (self.question(question, wrong)) } };
                @match together[0].only {
                    None => (each),
                    Some((name, answer)) => fieldset.only data-only={ (name) "-" (answer) } {
                        legend { (self.telling(&format!("page-only-{name}"), self.word(&format!("page-choice-{answer}")))) }
                        (each)
                    },
                }
            }
        }
    }

    /// One question with its answer.
    #[must_use]
    pub fn question(&self, asked: &Question, wrong: &[Wrong]) -> Markup {
        let errors: Vec<&str> = wrong.iter().filter(|one| one.field.as_deref() == Some(asked.name)).map(|one| one.text.as_str()).collect();
        let is_wrong = !errors.is_empty();
        let hint = asked.hint.as_ref().map(|_| format!("{}-hint", asked.name));
        let error = is_wrong.then(|| format!("{}-error", asked.name));
        let described = [hint.as_deref(), error.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let described = (!described.is_empty()).then_some(described);
        let around = Around { asked, described: described.as_deref(), invalid: is_wrong.then_some("true") };
        let told = html! {
            @if let Some(text) = &asked.hint { p.hint id=[&hint] { (text) } }
            @if is_wrong { div id=[&error] { @for text in &errors { p.error { (text) } } } }
        };
        let label = html! { (asked.label) @if let Some(key) = asked.need.key() { span.optional { " " (self.word(key)) } } };
        match &asked.answer {
            Answer::Hidden(value) => html! { input type="hidden" name=(asked.name) value=(value); },
            Answer::Both { fa, en, long } => html! {
                fieldset.field.wrong[is_wrong] {
                    legend { (label) }
                    (told)
                    label.part for=(asked.name) { (self.word("page-in-persian")) }
                    (around.words(asked.name, "fa", fa, *long))
                    label.part for={ (asked.name) "-en" } { (self.word("page-in-english")) }
                    (around.words(&format!("{}-en", asked.name), "en", en, *long))
                }
            },
            Answer::Ticks { options, ticked } => html! {
                fieldset.field.wrong[is_wrong] id=(asked.name) tabindex="-1" aria-describedby=[&described] {
                    legend { (label) }
                    (told)
                    @for (index, (value, words)) in options.iter().enumerate() {
                        (tick(asked.name, &format!("{}-{index}", asked.name), value, words, ticked.contains(value)))
                    }
                }
            },
            Answer::Rows(rows) => html! {
                fieldset.field.rows.wrong[is_wrong] id=(asked.name) tabindex="-1" aria-describedby=[&described] {
                    legend { (label) }
                    (told)
                    (self.rows_of(asked.name, rows, wrong))
                }
            },
            Answer::Files(kept) => html! {
                div.field.wrong[is_wrong] {
                    label for=(asked.name) { (label) }
                    (told)
                    @for (index, file) in kept.iter().enumerate() { (tick(KEPT, &format!("{KEPT}-{index}"), &file.value, &file.title, true)) }
                    input id=(asked.name) name=(FILES) type="file" multiple aria-describedby=[&described] aria-invalid=[around.invalid];
                }
            },
            Answer::Line(_) | Answer::Code(_) | Answer::Long(_) | Answer::Choice { .. } => html! {
                div.field.wrong[is_wrong] {
                    label for=(asked.name) { (label) }
                    (told)
                    (around.plain())
                }
            },
        }
    }
}

fn tick(name: &str, id: &str, value: &str, words: &str, ticked: bool) -> Markup {
    html! {
        p.tick {
            input id=(id) name=(name) type="checkbox" value=(value) checked[ticked];
            label for=(id) dir="auto" { (words) }
        }
    }
}

impl Need {
    /// What is said beside the question.
    fn key(self) -> Option<&'static str> {
        match self {
            Need::Asked => None,
            Need::Free => Some("page-optional"),
            Need::OneOfTwo => Some("page-one-of-two"),
        }
    }
}

impl Question {
    /// Whether this field is the question's, and can be led to.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        match &self.answer {
            Answer::Hidden(_) => false,
            Answer::Rows(rows) => self.name == field || rows.has(self.name, field),
            Answer::Line(_)
            | Answer::Code(_)
            | Answer::Long(_)
            | Answer::Both { .. }
            | Answer::Choice { .. }
            | Answer::Ticks { .. }
            | Answer::Files(_) => self.name == field,
        }
    }
}

/// What the inputs of one question have in common.
struct Around<'a> {
    asked: &'a Question,
    described: Option<&'a str>,
    invalid: Option<&'a str>,
}

impl Around<'_> {
    fn words(&self, id: &str, lang: &str, typed: &str, long: bool) -> Markup {
        let (name, direction) = (format!("{}.{lang}", self.asked.name), if lang == "fa" { "rtl" } else { "ltr" });
        html! {
            @if long {
                textarea id=(id) name=(name) rows="4" lang=(lang) dir=(direction) aria-describedby=[self.described] aria-invalid=[self.invalid] { (typed) }
            } @else {
                input id=(id) name=(name) type="text" value=(typed) lang=(lang) dir=(direction) autocomplete="off"
                    aria-describedby=[self.described] aria-invalid=[self.invalid];
            }
        }
    }

    fn plain(&self) -> Markup {
        let name = self.asked.name;
        html! {
            @match &self.asked.answer {
                Answer::Line(typed) => {
                    input id=(name) name=(name) type="text" value=(typed) dir="auto" autocomplete="off"
                        aria-describedby=[self.described] aria-invalid=[self.invalid];
                }
                Answer::Code(typed) => {
                    input.short id=(name) name=(name) type="text" value=(typed) dir="ltr" autocomplete="off" spellcheck="false"
                        aria-describedby=[self.described] aria-invalid=[self.invalid];
                }
                Answer::Long(typed) => {
                    textarea id=(name) name=(name) rows="4" dir="auto" aria-describedby=[self.described] aria-invalid=[self.invalid] { (typed) }
                }
                Answer::Choice { options, chosen } => {
                    select id=(name) name=(name) aria-describedby=[self.described] aria-invalid=[self.invalid] {
                        @for (value, words) in options { option value=(value) selected[value == chosen] { (words) } }
                    }
                }
                Answer::Both { .. } | Answer::Ticks { .. } | Answer::Rows(_) | Answer::Files(_) | Answer::Hidden(_) => {}
            }
        }
    }
}
