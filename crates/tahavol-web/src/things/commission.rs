//! One commission: how far it is at each horizon, what it says of that itself and what others say, and all that is its own.

use maud::{Markup, html};
use tahavol_app::Can;
use tahavol_domain::Kind;
use tahavol_domain::commission::event::{RatingVoice, Role};
use tahavol_domain::values::Horizon;
use tahavol_projections::progress::Progress;
use tahavol_projections::rows::{CommissionRow, IndicatorRow, InitiativeRow, MilestoneRow};

use super::milestones::HORIZONS;
use super::{Timeline, indicators, initiative, initiatives, milestones};
use crate::address;
use crate::mark::Voices;
use crate::sheet::{Section, Sheet};
use crate::table::{Cell, Column, Row, Table};

/// All that its page shows.
pub struct Shown<'a> {
    pub row: &'a CommissionRow,
    /// Of the horizon that the address asks for, else of all of them; with contributions.
    pub progress: &'a Progress,
    pub horizons: &'a [(Horizon, Progress)],
    pub by_initiative: &'a initiatives::ByInitiative,
    pub timeline: Option<&'a Timeline>,
    pub offered: &'a [(Kind, Can)],
}

/// The horizon that the address asks for.
#[must_use]
pub fn horizon(sheet: &Sheet<'_>) -> Option<Horizon> {
    sheet.chosen("horizon", &HORIZONS)
}

/// Its tables.
#[must_use]
pub fn tables(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Vec<Table> {
    let mut tables = vec![
        horizons(sheet, shown),
        sheet.contributions(shown.progress),
        initiatives_of(sheet, shown),
        milestones_of(sheet, shown),
        indicators_of(sheet, shown),
    ];
    if sheet.recognised() {
        tables.extend([people(sheet, shown), ratings(sheet, shown), risks_of(sheet, shown)]);
    }
    tables.into_iter().map(|table| sheet.sorted(table)).collect()
}

/// The page.
#[must_use]
pub fn page(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Markup {
    let establishment = &shown.row.establishment;
    let part = |id: &str, word: &str, table: Table| {
        html! {
            section aria-labelledby=(id) { h2 id=(id) { (sheet.word(word)) } (sheet.one_of(&sheet.sorted(table))) }
        }
    };
    let content = html! {
        p.lead { (sheet.text(&establishment.remit)) }
        p.under-title { bdi.code { (establishment.slug.0) } @if establishment.provenance.is_some() { " · " (sheet.provenance(establishment.provenance)) } }
        (crate::forms::offered(sheet, shown.offered, &establishment.slug.0))
        (choice(sheet))
        section #figures data-live[!sheet.is_past()] aria-labelledby="figures-title" {
            h2 #figures-title { (horizon(sheet).map_or_else(|| sheet.word("page-thing-all-horizons"), |horizon| sheet.horizon(horizon))) }
            (sheet.figures(shown.progress))
        }
        (part("horizons-title", "page-thing-by-horizon", horizons(sheet, shown)))
        @if sheet.recognised() { (part("ratings-title", "page-thing-ratings", ratings(sheet, shown))) }
        (part("contributions-title", "page-thing-contributions", sheet.contributions(shown.progress)))
        (part("initiatives-title", "page-section-initiatives", initiatives_of(sheet, shown)))
        (part("milestones-title", "page-section-milestones", milestones_of(sheet, shown)))
        (part("indicators-title", "page-section-indicators", indicators_of(sheet, shown)))
        @if sheet.recognised() {
            (part("risks-title", "page-thing-risks", risks_of(sheet, shown)))
            (part("people-title", "page-section-people", people(sheet, shown)))
        }
        (sheet.timeline(shown.timeline))
    };
    let trail = sheet.trail(&[
        (sheet.at(address::OVERVIEW), sheet.word("page-section-overview")),
        (sheet.at(address::COMMISSIONS), sheet.word("page-thing-commissions")),
    ]);
    sheet.page_under(Some(Section::Overview), &trail, establishment.title.get(sheet.lang()), &content)
}

/// All horizons or one of them.
fn choice(sheet: &Sheet<'_>) -> Markup {
    let chosen = horizon(sheet);
    html! {
        nav.choice aria-label=(sheet.word("page-horizon")) {
            a href=(sheet.with(&[("horizon", "")])) aria-current=[chosen.is_none().then_some("true")] { (sheet.word("page-thing-all-horizons")) }
            @for (name, horizon) in HORIZONS {
                a href=(sheet.with(&[("horizon", name)])) aria-current=[(chosen == Some(horizon)).then_some("true")] { (sheet.horizon(horizon)) }
            }
        }
    }
}

/// Each horizon with the computed confidence beside the latest ones that somebody stated.
fn horizons(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let known = |points: Option<u16>| points.map_or(Cell::Nothing, |points| Cell::Share(Some(points)));
    let rows = shown.horizons.iter().map(|(horizon, progress)| {
        let counted = progress.has_figures();
        let confidence = Cell::shown(sheet.confidence(progress.confidence), sheet.confidence_word(progress.confidence));
        Row {
            cells: vec![
                Cell::Text(sheet.horizon(*horizon)),
                if counted { Cell::Voices(Voices::from(progress)) } else { Cell::Nothing },
                known(progress.planned),
                if counted { Cell::Share(progress.reported) } else { Cell::Nothing },
                known(Voices::from(progress).verified),
                indicators::value(progress.spi_t),
                Cell::day(progress.completed_on.or(progress.forecast_finish)),
                if counted { confidence } else { Cell::Nothing },
                stated(sheet, shown, *horizon, RatingVoice::Own),
                stated(sheet, shown, *horizon, RatingVoice::Independent),
            ],
        }
    });
    Table {
        id: "horizons",
        caption: sheet.word("page-thing-by-horizon"),
        columns: vec![
            column("horizon", "page-horizon"),
            column("progress", "page-progress"),
            column("planned", "page-voice-planned"),
            column("reported", "page-voice-reported"),
            column("verified", "page-voice-verified"),
            column("spi-t", "page-thing-spi-t-short"),
            column("forecast", "page-thing-forecast"),
            column("confidence", "page-thing-confidence-computed"),
            column("own", "page-thing-confidence-own"),
            column("independent", "page-thing-confidence-independent"),
        ],
        rows: rows.collect(),
        empty: sheet.word("page-thing-no-figures"),
    }
}

/// The latest confidence that was stated up to the day.
fn stated(sheet: &Sheet<'_>, shown: &Shown<'_>, horizon: Horizon, voice: RatingVoice) -> Cell {
    let until = shown.row.ratings_until(Some(sheet.day));
    let latest = until.into_iter().find(|(rating, _)| rating.horizon == horizon && rating.voice == voice);
    latest.map_or(Cell::Nothing, |(rating, _)| {
        Cell::shown(sheet.confidence(Some(rating.confidence)), sheet.confidence_word(Some(rating.confidence)))
    })
}

/// Every rating up to the day, newest first.
fn ratings(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let rows = shown.row.ratings_until(Some(sheet.day)).into_iter().map(|(rating, stamp)| Row {
        cells: vec![
            Cell::day(stamp.effective_on),
            Cell::Text(sheet.horizon(rating.horizon)),
            Cell::Text(sheet.word(match rating.voice {
                RatingVoice::Own => "page-thing-voice-own",
                RatingVoice::Independent => "page-thing-voice-independent",
            })),
            Cell::shown(sheet.confidence(Some(rating.confidence)), sheet.confidence_word(Some(rating.confidence))),
            rating.note.as_ref().map_or(Cell::Nothing, |note| Cell::Text(note.get(sheet.lang()).to_owned())),
            sheet.stamp_cell(stamp),
        ],
    });
    Table {
        id: "ratings",
        caption: sheet.word("page-thing-ratings"),
        columns: vec![
            column("day", "page-thing-effective-day"),
            column("horizon", "page-horizon"),
            column("voice", "page-thing-voice"),
            column("confidence", "page-confidence"),
            column("note", "page-thing-note"),
            column("rated", "page-thing-by"),
        ],
        rows: rows.collect(),
        empty: sheet.word("page-thing-ratings-none"),
    }
}

fn own_initiatives<'a>(sheet: &Sheet<'a>, shown: &Shown<'_>) -> Vec<&'a InitiativeRow> {
    let rows = sheet.snapshot.initiatives.values().map(AsRef::as_ref);
    rows.filter(|row| row.proposal.commission == shown.row.establishment.slug).collect()
}

fn initiatives_of(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Table {
    let asked = horizon(sheet);
    let mut rows = own_initiatives(sheet, shown);
    rows.retain(|row| asked.is_none_or(|horizon| row.proposal.horizon == horizon));
    initiatives::table(sheet, &rows, shown.by_initiative)
}

fn risks_of(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Table {
    initiative::risks(sheet, &own_initiatives(sheet, shown))
}

fn milestones_of(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Table {
    let asked = horizon(sheet);
    let rows = sheet.snapshot.milestones.values().map(AsRef::as_ref);
    let mut rows: Vec<&MilestoneRow> = rows.filter(|row| row.plan.commission == shown.row.establishment.slug).collect();
    rows.retain(|row| asked.is_none_or(|horizon| milestones::promise(sheet, &row.plan).horizon == horizon));
    rows.sort_by(|a, b| a.plan.code.cmp(&b.plan.code));
    milestones::table(sheet, "milestones", &rows, shown.progress)
}

fn indicators_of(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Table {
    let rows = sheet.snapshot.indicators.values().map(AsRef::as_ref);
    let rows: Vec<&IndicatorRow> = rows.filter(|row| row.definition.commission == shown.row.establishment.slug).collect();
    indicators::table(sheet, &rows)
}

/// Who is in it: chair, secretary, members.
fn people(sheet: &Sheet<'_>, shown: &Shown<'_>) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    let members = sheet.snapshot.members(&shown.row.establishment.slug).into_iter();
    let rows = members.map(|member| Row {
        cells: vec![
            Cell::Link { text: member.person.name.clone(), href: sheet.at(&address::person(&member.person.id.0)) },
            Cell::Text(sheet.word(match member.role {
                Role::Chair => "page-thing-role-chair",
                Role::Secretary => "page-thing-role-secretary",
                Role::Member => "page-thing-role-member",
            })),
            sheet.stamp_cell(member.appointed),
        ],
    });
    Table {
        id: "people",
        caption: sheet.word("page-section-people"),
        columns: vec![column("person", "page-thing-name"), column("role", "page-thing-role"), column("appointed", "page-thing-appointed")],
        rows: rows.collect(),
        empty: sheet.word("page-thing-people-none"),
    }
}
