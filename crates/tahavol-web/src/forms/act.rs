//! The page on which a command is given: its questions, what it would change, what happened meanwhile, and how it is corrected later.

use maud::{Markup, html};
use tahavol_domain::Kind;
use tahavol_domain::calendar::Instant;

use super::case::{Case, case};
use super::consequence::{Consequence, changes};
use super::measured::{Measured, measured};
use super::present::{Present, present};
use super::question::{Question, Wrong};
use crate::asset;
use crate::sheet::{Said, Section, Sheet};

/// The name under which a form asks for its consequence: `1` where a button does, [`TYPING`] while somebody is still filling it in.
pub const PREVIEW: &str = "preview";
pub const TYPING: &str = "typing";

/// What the page shows.
pub struct Act<'a> {
    pub kind: Kind,
    /// Where it is sent.
    pub action: &'a str,
    pub csrf: &'a str,
    /// The command's id: a form that is sent twice is one command.
    pub command: &'a str,
    /// Revision of the thing's last event that the page has seen.
    pub revision: Option<u64>,
    /// What it is about, and where that is shown.
    pub about: (&'a str, &'a str),
    /// What is decided on.
    pub case: Option<&'a Case>,
    /// How the milestone stands that it is about.
    pub present: Option<&'a Present>,
    /// The measurements that can be chosen.
    pub measured: &'a [Measured],
    pub questions: &'a [Question],
    pub wrong: &'a [Wrong],
    /// What happened to the form on its way.
    pub notice: Option<&'a str>,
    /// What others recorded since the form was opened.
    pub meanwhile: Option<&'a [Meanwhile]>,
    pub consequence: Option<&'a Consequence>,
    /// Why what it changes cannot be shown yet.
    pub pending: Option<&'a str>,
    /// Whether what it changes is shown anew while one types.
    pub renews: bool,
    /// What correcting it later looks like: a key of the catalogue.
    pub later: &'a str,
}

/// Something that happened while the form was open.
pub struct Meanwhile {
    pub sentence: String,
    pub by: String,
    pub at: Instant,
}

/// The page.
#[must_use]
pub fn act(sheet: &Sheet<'_>, shown: &Act<'_>) -> Markup {
    let (about, back) = shown.about;
    let trail = html! { p.trail { a href=(back) dir="auto" { (about) } } };
    let conflict = shown.meanwhile.is_some();
    let has_rows = shown.questions.iter().any(Question::has_rows);
    let content = html! {
        @if let Some(notice) = shown.notice { div.summary role="alert" { p { (notice) } } }
        (sheet.wrong(shown.questions, shown.wrong))
        @if let Some(meanwhile) = shown.meanwhile { (happened(sheet, meanwhile)) }
        @if let Some(one) = shown.case { (case(sheet, one)) }
        @if let Some(one) = shown.present { (present(sheet, one)) }
        @if !shown.measured.is_empty() { (measured(sheet, shown.measured)) }
        form.act method="post" action=(shown.action) enctype="multipart/form-data" data-renews[shown.renews] {
            // The first part: it is looked at before any file is taken.
            input type="hidden" name="csrf" value=(shown.csrf);
            input type="hidden" name="command" value=(shown.command);
            @if let Some(revision) = shown.revision { input type="hidden" name="revision" value=(revision); }
            // Where a key sends a form, its first button does: that is not to be one that adds a row.
            @if has_rows { button.unseen type="submit" name="key" tabindex="-1" aria-hidden="true" {} }
            (sheet.questions(shown.questions, shown.wrong))
            div #preview {
                @if let Some(why) = shown.pending { p.pending data-told { (why) } }
                @if let Some(consequence) = shown.consequence { (changes(sheet, consequence)) }
            }
            @if shown.renews { p #preview-told.unseen role="status" {} }
            p.later { (sheet.word(shown.later)) }
            div.buttons {
                button type="submit" { @if conflict { (sheet.word("page-act-again")) } @else { (sheet.act(shown.kind)) } }
                button.second type="submit" name=(PREVIEW) value="1" formaction={ (shown.action) "#consequence" } { (sheet.word("page-act-preview")) }
                a.button.second href=(back) { (sheet.word("page-act-stop")) }
            }
        }
        @if shown.renews || has_rows { script type="module" src=(asset::preview().path) {} }
    };
    sheet.page_under(section(shown.kind), &trail, &sheet.act(shown.kind), &content)
}

/// A page that says why a command cannot be given now.
#[must_use]
pub fn cannot(sheet: &Sheet<'_>, kind: Kind, (about, back): (&str, &str), why: &str) -> Markup {
    let content = html! {
        p.lead { (why) }
        p { a.button href=(back) dir="auto" { (about) } }
    };
    sheet.page(section(kind), &sheet.act(kind), &content)
}

/// What was just recorded, and where it lies.
#[must_use]
pub(crate) fn said(sheet: &Sheet<'_>, said: Said) -> Markup {
    html! {
        p.said role="status" {
            @match said.position {
                Some(position) => {
                    (sheet.saying("page-said", &[("act", sheet.act(said.kind))])) " "
                    a href=(crate::address::event(position)) { (sheet.telling("page-said-position", sheet.hand.position(position))) }
                    @if !said.visible { " " (sheet.word("page-said-not-yet-visible")) }
                }
                None => (sheet.word("page-said-already-so")),
            }
        }
    }
}

fn happened(sheet: &Sheet<'_>, meanwhile: &[Meanwhile]) -> Markup {
    html! {
        section.meanwhile aria-labelledby="meanwhile" {
            h2 #meanwhile { (sheet.word("page-act-meanwhile")) }
            p { (sheet.word("page-act-meanwhile-what")) }
            ul { @for one in meanwhile { li dir="auto" { bdi { (one.by) } " " (one.sentence) " · " (sheet.hand.moment(one.at)) } } }
            @if meanwhile.is_empty() { p.empty { (sheet.word("page-act-meanwhile-hidden")) } }
        }
    }
}

/// The part of the site that the command belongs to.
fn section(kind: Kind) -> Option<Section> {
    let name = kind.name();
    let parts = [
        ("initiative", Section::Initiatives),
        ("milestone", Section::Milestones),
        ("station", Section::Stations),
        ("indicator", Section::Indicators),
        ("review", Section::Reviews),
    ];
    parts.into_iter().find(|(part, _)| name.starts_with(part)).map(|(_, section)| section)
}
