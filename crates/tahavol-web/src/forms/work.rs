//! One's own work: what is due, late, silent, returned or waits, each with the way to the form that answers it.

use maud::{Markup, html};
use tahavol_domain::Kind;
use tahavol_domain::calendar::Date;

use super::decisions::FROM;
use crate::mark::Voices;
use crate::sheet::{Section, Sheet};

/// The name under which the page is asked for more of one pile.
pub const PILE: &str = "pile";

/// Things that wait for the same thing.
pub struct Pile {
    /// Its place in the page, and the end of the keys of its words.
    pub id: &'static str,
    pub items: Vec<Item>,
    /// Those before what the page shows, and beyond.
    pub before: usize,
    pub more: usize,
    /// Where the next ones are.
    pub next: Option<String>,
}

/// One of them.
pub struct Item {
    pub code: String,
    pub title: String,
    pub href: String,
    /// With what it stands together, and where that is.
    pub group: Option<(String, String)>,
    /// Whose it is, or what waits.
    pub note: Option<String>,
    /// Since when, or until when.
    pub day: Option<Date>,
    pub voices: Option<Voices>,
    /// What can be done, and where its form is.
    pub acts: Vec<(Kind, String)>,
}

/// The page. Piles with nothing in them are told in one sentence.
#[must_use]
pub fn work(sheet: &Sheet<'_>, offices: &[String], piles: &[Pile]) -> Markup {
    let (full, empty): (Vec<&Pile>, Vec<&Pile>) = piles.iter().partition(|pile| !pile.items.is_empty());
    let content = html! {
        @if offices.is_empty() { p.lead { (sheet.word("page-work-no-office")) } }
        @else { p { (sheet.word("page-work-as")) " " bdi { (offices.join("، ")) } } }
        div #work data-live[!sheet.is_past()] {
            @if !full.is_empty() {
                nav aria-label=(sheet.word("page-work-piles")) {
                    ul.piles {
                        @for pile in &full {
                            li { a href={ "#" (pile.id) } { (heading(sheet, pile)) " " span.figure { (count(sheet, pile)) } } }
                        }
                    }
                }
            }
            @for pile in &full { (shown(sheet, pile)) }
            @if !offices.is_empty() && full.is_empty() { p.lead { (sheet.word("page-work-nothing")) } }
            @else if !empty.is_empty() {
                p.empty {
                    (sheet.word("page-work-empty")) " "
                    @for (index, pile) in empty.iter().enumerate() { @if index > 0 { "، " } (heading(sheet, pile)) }
                }
            }
        }
    };
    sheet.page(Some(Section::Work), &sheet.word("page-section-work"), &content)
}

fn heading(sheet: &Sheet<'_>, pile: &Pile) -> String {
    sheet.word(&format!("page-work-{}", pile.id))
}

fn count(sheet: &Sheet<'_>, pile: &Pile) -> String {
    let all = i64::try_from(pile.before + pile.items.len() + pile.more).unwrap_or(i64::MAX);
    sheet.hand.number(all)
}

fn shown(sheet: &Sheet<'_>, pile: &Pile) -> Markup {
    let with_voices = pile.items.iter().any(|item| item.voices.is_some());
    let with_day = pile.items.iter().any(|item| item.day.is_some());
    let title = heading(sheet, pile);
    html! {
        section aria-labelledby=(pile.id) {
            h2 id=(pile.id) { (title) " " span.figure { (count(sheet, pile)) } }
            @if pile.id == "returned" { p { (sheet.word("page-offered-revise-first")) } }
            div.table-scroll tabindex="0" role="group" aria-label=(title) {
                table {
                    thead { tr {
                        th scope="col" { (sheet.word("page-code-of")) }
                        th scope="col" { (sheet.word("page-title")) }
                        @if with_day { th scope="col" { (sheet.word(&format!("page-work-{}-day", pile.id))) } }
                        @if with_voices { th scope="col" { (sheet.word("page-progress")) } }
                        th scope="col" { (sheet.word("page-work-act")) }
                    } }
                    @for together in pile.items.chunk_by(|one, next| one.group == next.group) {
                        tbody {
                            @if let Some((title, href)) = &together[0].group {
                                tr { th scope="rowgroup" colspan=(3 + usize::from(with_day) + usize::from(with_voices)) dir="auto" { a href=(sheet.at(href)) { (title) } } }
                            }
                            @for item in together { (row(sheet, item, with_day, with_voices)) }
                        }
                    }
                }
            }
            @if let Some(next) = &pile.next {
                p { a href=(next) { (sheet.telling("page-work-more", sheet.hand.number(i64::try_from(pile.more).unwrap_or(i64::MAX)))) } }
            }
            @if pile.before > 0 { p { a href={ (sheet.with(&[(PILE, ""), (FROM, "")])) "#" (pile.id) } { (sheet.word("page-work-first")) } } }
        }
    }
}

fn row(sheet: &Sheet<'_>, item: &Item, with_day: bool, with_voices: bool) -> Markup {
    html! {
        tr {
            td { a.code href=(sheet.at(&item.href)) { (item.code) } }
            td dir="auto" {
                a href=(sheet.at(&item.href)) { bdi { (item.title) } }
                @if let Some(note) = &item.note { br; span.hint dir="auto" { (note) } }
            }
            @if with_day { td { @if let Some(day) = item.day { (sheet.hand.day_short(day)) } } }
            @if with_voices { td { @if let Some(voices) = item.voices { (sheet.voices(voices)) } } }
            td.acts {
                @if !sheet.is_past() {
                    @for (kind, form) in &item.acts { a href=(form) { (sheet.act(*kind)) } " " }
                }
            }
        }
    }
}
