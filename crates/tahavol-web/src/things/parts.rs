//! What pages of things have in common: the way that led there, who did something, files, and what a figure rests on.

use maud::{Markup, html};
use tahavol_domain::text::Text;
use tahavol_domain::values::{Evidence, Person, Provenance};
use tahavol_projections::rows::Stamp;

use crate::address;
use crate::sheet::Sheet;
use crate::table::{Answers, Cell, Filter};

/// Events that are named where a figure rests on many more.
const NAMED: usize = 12;

/// How each value of a closed list stands in an address.
pub(super) type Values<T> = [(&'static str, T)];

/// Yes or no as they stand in an address.
pub(super) const YES_OR_NO: [(&str, bool); 2] = [("yes", true), ("no", false)];

impl Sheet<'_> {
    /// The links that lead to a thing, from the whole to the part: address and name of each.
    pub(super) fn trail(&self, steps: &[(String, String)]) -> Markup {
        html! {
            nav.trail aria-label=(self.word("page-thing-trail")) {
                @for (index, (href, name)) in steps.iter().enumerate() {
                    @if index > 0 { span aria-hidden="true" { " › " } }
                    a href=(href) dir="auto" { (name) }
                }
            }
        }
    }

    /// Where something comes from that is no act of this programme; an act of it needs no word.
    pub(super) fn provenance(&self, provenance: Option<Provenance>) -> Markup {
        let key = match provenance {
            Some(Provenance::Article) => "page-thing-article",
            Some(Provenance::Illustrative) => "page-thing-illustrative",
            None => return html! {},
        };
        html! { span.provenance title=(self.word(&format!("{key}-what"))) { (self.word(key)) } }
    }

    /// Whether the reader is somebody: people, files and events are not shown to the public.
    pub(super) fn recognised(&self) -> bool {
        self.frame.reader.is_some()
    }

    pub(super) fn person(&self, person: &Person) -> Markup {
        if self.recognised() {
            html! { a href=(self.at(&address::person(&person.id.0))) { bdi { (person.name) } } }
        } else {
            html! { bdi { (person.name) } }
        }
    }

    /// An event by its number.
    pub(super) fn event(&self, position: u64) -> Markup {
        let number = self.hand.position(position);
        if self.recognised() {
            html! { a.event href=(self.at(&address::event(position))) { (self.telling("page-thing-event", number)) } }
        } else {
            html! { (self.telling("page-thing-event", number)) }
        }
    }

    /// Who did something, as what, when and why.
    pub(super) fn by_whom(&self, stamp: &Stamp) -> Markup {
        html! {
            span.act {
                (self.person(&stamp.by)) " (" span dir="auto" { (self.office(&stamp.office)) } ") · " (self.hand.moment(stamp.at)) " · " (self.event(stamp.position))
                @if let Some(reason) = &stamp.reason { " · " q dir="auto" { (reason) } }
            }
        }
    }

    /// The same in a row of a table.
    pub(super) fn stamp_cell(&self, stamp: &Stamp) -> Cell {
        Cell::shown(self.by_whom(stamp), format!("{} ({})", stamp.by.name, stamp.position))
    }

    /// The files that prove something.
    pub(crate) fn files(&self, files: &[Evidence]) -> Markup {
        html! {
            @if self.recognised() && !files.is_empty() {
                ul.files {
                    @for file in files {
                        @let destroyed = self.snapshot.evidence.get(&file.digest).is_some_and(|row| row.destroyed.is_some());
                        li {
                            @if destroyed { s dir="auto" { (file.title) } " " (self.word("page-thing-destroyed")) }
                            @else { a href={ "/evidence/" (file.digest) } dir="auto" { (file.title) } }
                            " " span.hint title=(file.media_type) { (self.kind_of_file(&file.media_type)) " · " (self.size(file.size)) }
                        }
                    }
                }
            }
        }
    }

    /// A note and the files that prove it, as a file of a table tells them: each with its digest.
    pub(super) fn noted(&self, note: Option<&Text>, files: &[Evidence]) -> String {
        let shown = files.iter().filter(|_| self.recognised());
        let files = shown.map(|file| format!("{} ({})", file.title, file.digest));
        note.map(|note| note.get(self.lang()).to_owned()).into_iter().chain(files).collect::<Vec<_>>().join(" · ")
    }

    /// What sort of file it is, in words.
    fn kind_of_file(&self, media_type: &str) -> String {
        let kind = match media_type {
            "application/pdf" => "pdf",
            "text/plain" => "text",
            "text/csv"
            | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            | "application/vnd.oasis.opendocument.spreadsheet" => "table",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document" | "application/vnd.oasis.opendocument.text" => {
                "document"
            }
            "application/vnd.openxmlformats-officedocument.presentationml.presentation"
            | "application/vnd.oasis.opendocument.presentation" => "slides",
            other if other.starts_with("image/") => "image",
            _ => "other",
        };
        self.word(&format!("page-thing-file-{kind}"))
    }

    fn size(&self, bytes: u64) -> String {
        let kibibytes = i64::try_from(bytes.div_ceil(1_024)).unwrap_or(i64::MAX);
        self.telling("page-thing-kilobytes", self.hand.number(kibibytes))
    }

    /// The events that give a figure; of many the newest ones.
    pub(super) fn rests_on(&self, positions: &[u64]) -> Markup {
        let named = positions.iter().rev().take(NAMED);
        let more = positions.len().saturating_sub(NAMED);
        html! {
            @for position in named { (self.event(*position)) " " }
            @if more > 0 { (self.telling("page-thing-and-more", self.hand.number(i64::try_from(more).unwrap_or(i64::MAX)))) }
        }
    }

    /// What stands in the address under this name, where it is one of the list.
    pub(super) fn chosen<T: Copy>(&self, name: &str, values: &Values<T>) -> Option<T> {
        let asked = self.asked(name)?;
        values.iter().find(|(value, _)| *value == asked).map(|(_, meant)| *meant)
    }

    /// The same list as answers of a filter.
    pub(super) fn answers<T: Copy>(values: &Values<T>, label: impl Fn(T) -> String) -> Answers {
        Answers::OneOf(values.iter().map(|(value, meant)| ((*value).to_owned(), label(*meant))).collect())
    }

    pub(super) fn yes_or_no(&self) -> Answers {
        Self::answers(&YES_OR_NO, |yes| self.word(if yes { "page-thing-yes" } else { "page-thing-no" }))
    }

    /// All commissions by title.
    pub(super) fn commission_answers(&self) -> Answers {
        let known = self.snapshot.commissions.keys();
        Answers::OneOf(known.map(|slug| (slug.0.clone(), self.commission(slug))).collect())
    }

    /// Words in code and title.
    pub(super) fn words_filter(&self) -> Filter {
        Filter { name: "q", label: self.word("page-filter-words"), answers: Answers::Words }
    }

    /// Labels and what they say, the empty ones left out.
    pub(super) fn said(&self, entries: Vec<(&str, Option<Markup>)>) -> Markup {
        html! {
            dl.said-of {
                @for (key, value) in entries {
                    @if let Some(value) = value { dt { (self.word(key)) } dd { (value) } }
                }
            }
        }
    }
}
