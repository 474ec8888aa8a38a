//! The list of stations: where each one is, whether it has a network, and what it handles in a year.

use maud::{Markup, html};
use tahavol_domain::station::event::StationKind;
use tahavol_domain::text::{Text, fold};
use tahavol_domain::values::ProvinceCode;
use tahavol_projections::coverage::Coverage;
use tahavol_projections::find::finds;
use tahavol_projections::rows::StationRow;

use super::parts::YES_OR_NO;
use crate::address;
use crate::sheet::{Section, Sheet};
use crate::table::{Answers, Cell, Column, Filter, Row, SORT, Table};

const KINDS: [(&str, StationKind); 2] = [("station", StationKind::Station), ("outpost", StationKind::Outpost)];

impl Sheet<'_> {
    /// A province's name; its code where the charter does not name it.
    pub(super) fn province(&self, code: &ProvinceCode) -> String {
        self.province_name(code).map_or_else(|| code.0.clone(), |name| name.get(self.lang()).to_owned())
    }

    fn province_name(&self, code: &ProvinceCode) -> Option<&Text> {
        let charter = &self.snapshot.programme.as_ref()?.charter;
        charter.provinces.iter().find(|province| province.code == *code).map(|province| &province.name)
    }

    pub(super) fn station_kind(&self, kind: StationKind) -> String {
        self.word(match kind {
            StationKind::Station => "page-thing-kind-station",
            StationKind::Outpost => "page-thing-kind-outpost",
        })
    }

    pub(super) fn network(&self, row: &StationRow) -> String {
        self.word(if row.networked { "page-thing-networked" } else { "page-thing-not-networked" })
    }

    /// Counted and weighted by visits, each with what it is a share of.
    pub(super) fn coverage(&self, coverage: &Coverage) -> Markup {
        let number = |count: u64| self.hand.number(i64::try_from(count).unwrap_or(i64::MAX));
        html! {
            (self.said(vec![
                ("page-thing-coverage-stations", Some(html! {
                    (self.points(coverage.counted())) " – "
                    (self.saying("page-thing-of", &[("part", number(coverage.covered)), ("all", number(coverage.stations))]))
                })),
                ("page-thing-coverage-visits", Some(html! {
                    (self.points(coverage.weighted())) " – "
                    (self.saying("page-thing-of", &[("part", number(coverage.covered_visits)), ("all", number(coverage.visits))]))
                })),
            ]))
        }
    }
}

fn wanted(sheet: &Sheet<'_>, row: &StationRow) -> bool {
    sheet.asked("province").is_none_or(|code| row.province.0 == code)
        && sheet.chosen("kind", &KINDS).is_none_or(|kind| row.kind == kind)
        && sheet.chosen("networked", &YES_OR_NO).is_none_or(|networked| row.networked == networked)
        && sheet.chosen("target", &YES_OR_NO).is_none_or(|target| sheet.snapshot.is_target(&row.code) == target)
        && sheet.chosen("open", &YES_OR_NO).is_none_or(|open| row.closed.is_none() == open)
}

/// The stations that the address asks for.
#[must_use]
pub fn listed(sheet: &Sheet<'_>) -> Table {
    let words = sheet.asked("q").map(fold);
    let found = |row: &StationRow| words.as_ref().is_none_or(|words| finds(words, &row.code.0, &row.name));
    let rows = sheet.snapshot.stations.values().map(AsRef::as_ref);
    let rows: Vec<&StationRow> = rows.filter(|row| wanted(sheet, row) && found(row)).collect();
    table(sheet, &rows).sorted(sheet.asked(SORT))
}

pub(super) fn table(sheet: &Sheet<'_>, rows: &[&StationRow]) -> Table {
    let column = |key: &'static str, word: &str| Column { key, label: sheet.word(word) };
    Table {
        id: "stations",
        caption: sheet.word("page-section-stations"),
        columns: vec![
            column("code", "page-code-of"),
            column("name", "page-thing-name"),
            column("kind", "page-thing-kind"),
            column("province", "page-thing-province"),
            column("network", "page-thing-network"),
            column("target", "page-thing-target-set"),
            column("visits", "page-thing-visits"),
            column("cases", "page-thing-cases"),
            column("closed", "page-thing-closed"),
        ],
        rows: rows.iter().map(|row| Row { cells: cells(sheet, row) }).collect(),
        empty: sheet.word("page-thing-stations-none"),
    }
}

fn cells(sheet: &Sheet<'_>, row: &StationRow) -> Vec<Cell> {
    let href = sheet.at(&address::station(&row.code.0));
    let number = |value: u64| Cell::Number(i64::try_from(value).unwrap_or(i64::MAX));
    vec![
        Cell::CodeLink { code: row.code.0.clone(), href: href.clone() },
        Cell::Link { text: row.name.get(sheet.lang()).to_owned(), href },
        Cell::Text(sheet.station_kind(row.kind)),
        Cell::Link { text: sheet.province(&row.province), href: sheet.at(&address::province(&row.province.0)) },
        Cell::Text(sheet.network(row)),
        if sheet.snapshot.is_target(&row.code) { Cell::Text(sheet.word("page-thing-yes")) } else { Cell::Nothing },
        number(row.volume.annual_visits),
        number(row.volume.annual_cases),
        Cell::day(row.closed.as_ref().map(|closed| closed.effective_on.unwrap_or_else(|| closed.at.date_in(sheet.hand.zone)))),
    ]
}

/// The page; the country's coverage stands above the list.
#[must_use]
pub fn list(sheet: &Sheet<'_>, table: &Table, (all, target): (&Coverage, &Coverage)) -> Markup {
    let provinces = sheet.snapshot.programme.iter().flat_map(|programme| &programme.charter.provinces);
    let provinces = provinces.map(|province| (province.code.0.clone(), province.name.get(sheet.lang()).to_owned())).collect();
    let filter = |name: &'static str, word: &str, answers| Filter { name, label: sheet.word(word), answers };
    let filters = [
        sheet.words_filter(),
        filter("province", "page-thing-province", Answers::OneOf(provinces)),
        filter("kind", "page-thing-kind", Sheet::answers(&KINDS, |kind| sheet.station_kind(kind))),
        filter("networked", "page-thing-network", sheet.yes_or_no()),
        filter("target", "page-thing-target-set", sheet.yes_or_no()),
        filter("open", "page-thing-open", sheet.yes_or_no()),
    ];
    let content = html! {
        div #coverage.side-by-side data-live[!sheet.is_past()] {
            div { h2 { (sheet.word("page-thing-coverage-all")) } (sheet.coverage(all)) }
            div { h2 { (sheet.word("page-thing-coverage-target")) } (sheet.coverage(target)) }
        }
        p.no-print { a href=(sheet.at(address::PROVINCES)) { (sheet.word("page-thing-by-province")) } }
        (sheet.listing(table, &filters))
    };
    sheet.page(Some(Section::Stations), &sheet.word("page-section-stations"), &content)
}
