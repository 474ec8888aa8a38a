//! What a command would change: a sentence or two, the figures that are seen to move, and the curve of a plan.

use maud::{Markup, html};
use tahavol_domain::calendar::Date;
use tahavol_projections::effect::Moved;
use tahavol_projections::progress::BaselineKind;

use crate::chart::{PlanCurve, Title};
use crate::mark::Voices;
use crate::sheet::Sheet;
use crate::words::isolated;

/// Of the whole programme, and of the horizons: it is one, or two where something moves from one to the other.
const SENTENCES: usize = 3;

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

/// What moves, in sentences and as a table.
#[must_use]
pub(super) fn changes(sheet: &Sheet<'_>, consequence: &Consequence) -> Markup {
    let told = sentences(sheet, &consequence.current);
    let moves = is_seen(sheet, &consequence.current) || is_seen(sheet, &consequence.original);
    html! {
        section.consequence aria-labelledby="consequence" {
            h2 #consequence { (sheet.word("page-act-consequence")) }
            @if let Some((before, after)) = consequence.own {
                p { (sheet.word("page-act-own-before")) } (sheet.voices(before))
                p { (sheet.word("page-act-own-after")) } (sheet.voices(after))
            }
            @if consequence.once_accepted && moves { p data-told { (sheet.word("page-act-once-accepted")) } }
            @for text in &told { p.lead data-told { (text) } }
            (effect(sheet, &consequence.current, &consequence.original))
            @if !consequence.planned.is_empty() { (plan_curve(sheet, consequence)) }
        }
    }
}

/// The figures that are seen to move against the plan as it stands, and folded those against the first promises.
#[must_use]
pub(super) fn effect(sheet: &Sheet<'_>, current: &[Moved], original: &[Moved]) -> Markup {
    html! {
        div.effect {
            @if current.is_empty() && original.is_empty() { p data-told { (sheet.word("page-act-moves-nothing")) } }
            @else if !is_seen(sheet, current) && !is_seen(sheet, original) { p data-told { (sheet.word("page-act-moves-little")) } }
            (moves(sheet, BaselineKind::Current, current))
            @if is_seen(sheet, original) {
                details {
                    summary { (sheet.word("page-act-first-promises")) }
                    (moves(sheet, BaselineKind::Original, original))
                }
            }
        }
    }
}

/// Of the whole programme first.
fn sentences(sheet: &Sheet<'_>, moved: &[Moved]) -> Vec<String> {
    let mut groups: Vec<&Moved> = moved.iter().filter(|moved| moved.commission.is_none()).collect();
    groups.sort_by_key(|moved| moved.horizon.is_some());
    groups.into_iter().filter_map(|moved| sentence(sheet, moved)).take(SENTENCES).collect()
}

/// Of each voice that is seen to move.
fn sentence(sheet: &Sheet<'_>, moved: &Moved) -> Option<String> {
    let (before, after) = (Voices::from(&moved.before), Voices::from(&moved.after));
    let voices = [
        ("reported", before.reported, after.reported),
        ("verified", before.verified, after.verified),
        ("planned", before.planned, after.planned),
    ];
    let moves = voices.into_iter().filter_map(|(voice, before, after)| {
        let (before, after) = seen(sheet, before, after)?;
        let voice = sheet.word(&format!("page-act-voice-{voice}"));
        Some(sheet.saying("page-act-move", &[("voice", voice), ("before", before), ("after", after)]))
    });
    let moves: Vec<String> = moves.collect();
    let told = [("group", isolated(&group(sheet, moved))), ("moves", moves.join(&sheet.word("page-act-pending-and")))];
    (!moves.is_empty()).then(|| sheet.saying("page-act-moves", &told))
}

/// Both figures as they are told, to a tenth where whole percentages are the same; nothing where nobody would see them move.
fn seen(sheet: &Sheet<'_>, before: Option<u16>, after: Option<u16>) -> Option<(String, String)> {
    let none = || sheet.word("page-no-evidence");
    let whole = |points: Option<u16>| points.map_or_else(none, |points| sheet.hand.share(points));
    let tenths = |points: Option<u16>| points.map_or_else(none, |points| sheet.hand.share_in_tenths(points));
    [(whole(before), whole(after)), (tenths(before), tenths(after))].into_iter().find(|(before, after)| before != after)
}

fn is_seen(sheet: &Sheet<'_>, moved: &[Moved]) -> bool {
    moved.iter().any(|one| moves_of(sheet, one).iter().any(Option::is_some))
}

fn moves_of(sheet: &Sheet<'_>, one: &Moved) -> [Option<(String, String)>; 3] {
    let Moved { before, after, .. } = one;
    let voices = [(before.planned, after.planned), (before.reported, after.reported), (before.verified, after.verified)];
    voices.map(|(before, after)| seen(sheet, before, after))
}

fn group(sheet: &Sheet<'_>, moved: &Moved) -> String {
    let horizon = moved.horizon.map_or_else(|| sheet.word("page-all-horizons"), |horizon| sheet.horizon(horizon));
    match &moved.commission {
        Some(slug) => format!("{horizon} · {}", sheet.commission(slug)),
        None => horizon,
    }
}

/// Old and new figures of every group that is seen to move.
fn moves(sheet: &Sheet<'_>, baseline: BaselineKind, moved: &[Moved]) -> Markup {
    let key = match baseline {
        BaselineKind::Current => "page-baseline-current",
        BaselineKind::Original => "page-baseline-original",
    };
    let rows = moved.iter().map(|one| (one, moves_of(sheet, one)));
    let rows: Vec<_> = rows.filter(|(_, moves)| moves.iter().any(Option::is_some)).collect();
    html! {
        @if !rows.is_empty() {
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
                        @for (one, moves) in &rows {
                            @let stand = [one.after.planned, one.after.reported, one.after.verified];
                            tr {
                                th scope="row" dir="auto" { (group(sheet, one)) }
                                @for (moves, stands) in moves.iter().zip(stand) {
                                    td.number {
                                        @match moves {
                                            Some((before, after)) => { (before) " " (sheet.word("page-becomes")) " " strong { (after) } }
                                            None => (sheet.points(stands)),
                                        }
                                    }
                                }
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
