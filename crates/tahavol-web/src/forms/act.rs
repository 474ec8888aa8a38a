//! The page on which a command is given: its questions, what it would change, what happened meanwhile, and how it is corrected later.

use maud::{Markup, html};
use tahavol_domain::Kind;
use tahavol_domain::calendar::{Date, Instant};
use tahavol_projections::effect::Moved;
use tahavol_projections::progress::BaselineKind;

use super::question::{Question, Wrong};
use crate::asset;
use crate::chart::{PlanCurve, Title};
use crate::mark::Voices;
use crate::sheet::{Said, Section, Sheet};
use crate::words::isolated;

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

/// What a command would change.
#[derive(Default)]
pub struct Consequence {
    /// The milestone's own figures before and after.
    pub own: Option<(Voices, Voices)>,
    /// Cells that move against the plan as it stands, and against the first promises.
    pub current: Vec<Moved>,
    pub original: Vec<Moved>,
    /// Whether they move only when the council accepts what is proposed.
    pub once_accepted: bool,
    /// What a plan promises by which day, and what the plan promises that it would replace.
    pub planned: Vec<(Date, u16)>,
    pub planned_before: Vec<(Date, u16)>,
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

/// What moves, in sentences and as a table.
fn changes(sheet: &Sheet<'_>, consequence: &Consequence) -> Markup {
    let none = consequence.current.is_empty() && consequence.original.is_empty();
    let groups = consequence.current.iter().filter(|moved| moved.commission.is_none());
    let told: Vec<String> = groups.flat_map(|moved| sentences(sheet, moved)).collect();
    html! {
        section.consequence aria-labelledby="consequence" {
            h2 #consequence { (sheet.word("page-act-consequence")) }
            @if let Some((before, after)) = consequence.own {
                p { (sheet.word("page-act-own-before")) } (sheet.voices(before))
                p { (sheet.word("page-act-own-after")) } (sheet.voices(after))
            }
            @if consequence.once_accepted && !none { p data-told { (sheet.word("page-act-once-accepted")) } }
            @for text in &told { p.lead data-told { (text) } }
            @if told.is_empty() && !none { p data-told { (sheet.word("page-act-moves-little")) } }
            @if none { p data-told { (sheet.word("page-act-moves-nothing")) } }
            (moves(sheet, BaselineKind::Current, &consequence.current))
            (moves(sheet, BaselineKind::Original, &consequence.original))
            @if !consequence.planned.is_empty() { (plan_curve(sheet, consequence)) }
        }
    }
}

/// Of each voice whose share is told otherwise than before.
fn sentences(sheet: &Sheet<'_>, moved: &Moved) -> Vec<String> {
    let (before, after) = (Voices::from(&moved.before), Voices::from(&moved.after));
    let told = |points: Option<u16>| points.map_or_else(|| sheet.word("page-no-evidence"), |points| sheet.hand.share(points));
    let voices = [
        ("reported", before.reported, after.reported),
        ("verified", before.verified, after.verified),
        ("planned", before.planned, after.planned),
    ];
    let moves = voices.into_iter().map(|(voice, before, after)| (voice, told(before), told(after)));
    let moves = moves.filter(|(_, before, after)| before != after);
    let sentence = |(voice, before, after): (&str, String, String)| {
        let voice = sheet.word(&format!("page-act-voice-{voice}"));
        sheet.saying("page-act-moves", &[("group", isolated(&group(sheet, moved))), ("before", before), ("after", after), ("voice", voice)])
    };
    moves.map(sentence).collect()
}

fn group(sheet: &Sheet<'_>, moved: &Moved) -> String {
    let horizon = moved.horizon.map_or_else(|| sheet.word("page-all-horizons"), |horizon| sheet.horizon(horizon));
    match &moved.commission {
        Some(slug) => format!("{horizon} · {}", sheet.commission(slug)),
        None => horizon,
    }
}

/// Old and new figures of every group that moves.
#[must_use]
pub(super) fn moves(sheet: &Sheet<'_>, baseline: BaselineKind, moved: &[Moved]) -> Markup {
    let key = match baseline {
        BaselineKind::Current => "page-baseline-current",
        BaselineKind::Original => "page-baseline-original",
    };
    let pair = |before: Option<u16>, after: Option<u16>| {
        html! { td.number { (sheet.points(before)) @if before != after { " " (sheet.word("page-becomes")) " " strong { (sheet.points(after)) } } } }
    };
    html! {
        @if !moved.is_empty() {
            div.table-scroll tabindex="0" role="group" aria-label=(sheet.word(key)) {
                table {
                    caption { (sheet.word("page-baseline")) " " (sheet.word(key)) }
                    thead { tr {
                        th scope="col" { (sheet.word("page-group")) }
                        th scope="col" { (sheet.word("page-voice-planned")) }
                        th scope="col" { (sheet.word("page-voice-reported")) }
                        th scope="col" { (sheet.word("page-voice-verified")) }
                    } }
                    tbody {
                        @for one in moved {
                            tr {
                                th scope="row" dir="auto" { (group(sheet, one)) }
                                (pair(one.before.planned, one.after.planned))
                                (pair(one.before.reported, one.after.reported))
                                (pair(one.before.verified, one.after.verified))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn plan_curve(sheet: &Sheet<'_>, consequence: &Consequence) -> Markup {
    let title = sheet.word("page-act-plan");
    let title = Title { id: "plan", text: &title };
    sheet.plan_curve(&PlanCurve { title, planned: &consequence.planned, before: &consequence.planned_before, day: sheet.day })
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
