//! Tables: what stands in them as values, so that the same table can be read, sorted by a column, and taken away as a file.

mod file;
mod listing;

use std::cmp::Ordering;

use maud::{Markup, html};
use tahavol_domain::calendar::{Date, Instant};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::text::fold;

use crate::mark::{Voices, bar};
use crate::sheet::Sheet;

pub use file::{File, FileError, Format};
pub use listing::{Answers, Filter};

/// The names under which a table is asked for in an address: how it is sorted, which hundred of its rows, as which file, and which table
/// of a page that has several.
pub const SORT: &str = "sort";
pub const PAGE: &str = "page";
pub const FORMAT: &str = "format";
pub const TABLE: &str = "table";

/// Whether a table is the only one that its page's address sorts and takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Alone,
    AmongOthers,
}

/// A table. It stands on its page alone, or is the one that the page's address sorts and takes away.
pub struct Table {
    /// Where it stands in the page, and what its file is called.
    pub id: &'static str,
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// What is said where there is no row.
    pub empty: String,
}

/// A row, one cell for each column.
pub struct Row {
    pub cells: Vec<Cell>,
}

/// One column.
pub struct Column {
    /// As it stands in an address and heads a file; empty where the column is only acted in, and neither sorted nor taken away.
    pub key: &'static str,
    pub label: String,
}

/// What stands in a row under one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Nothing,
    /// Somebody's words.
    Text(String),
    /// A code or an identifier.
    Code(String),
    /// Words that lead somewhere.
    Link {
        text: String,
        href: String,
    },
    /// A code that leads somewhere.
    CodeLink {
        code: String,
        href: String,
    },
    Number(i64),
    Quantity(Quantity),
    /// Basis points; none: no evidence.
    Share(Option<u16>),
    Date(Date),
    Moment(Instant),
    /// The three voices as one mark.
    Voices(Voices),
    /// Something shown, and the words that stand for it in a file.
    Shown {
        markup: String,
        plain: String,
    },
    /// Something shown, and the value that stands for it in a file and in the order of the rows.
    Drawn {
        markup: String,
        value: Box<Cell>,
    },
}

impl Cell {
    /// A day, where there is one.
    #[must_use]
    pub fn day(date: Option<Date>) -> Cell {
        date.map_or(Cell::Nothing, Cell::Date)
    }

    /// Markup, with the words that stand for it in a file.
    #[must_use]
    pub fn shown(markup: Markup, plain: impl Into<String>) -> Cell {
        Cell::Shown { markup: markup.into_string(), plain: plain.into() }
    }

    /// Markup, with the value that stands for it.
    #[must_use]
    pub fn drawn(markup: Markup, value: Cell) -> Cell {
        Cell::Drawn { markup: markup.into_string(), value: Box::new(value) }
    }

    /// What stands for it in a file and in the order of the rows.
    fn value(&self) -> &Cell {
        match self {
            Cell::Drawn { value, .. } => value,
            Cell::Nothing
            | Cell::Text(_)
            | Cell::Code(_)
            | Cell::Link { .. }
            | Cell::CodeLink { .. }
            | Cell::Number(_)
            | Cell::Quantity(_)
            | Cell::Share(_)
            | Cell::Date(_)
            | Cell::Moment(_)
            | Cell::Voices(_)
            | Cell::Shown { .. } => self,
        }
    }

    fn is_figure(&self) -> bool {
        match self.value() {
            Cell::Number(_) | Cell::Quantity(_) | Cell::Share(_) | Cell::Date(_) => true,
            Cell::Nothing
            | Cell::Text(_)
            | Cell::Code(_)
            | Cell::Link { .. }
            | Cell::CodeLink { .. }
            | Cell::Moment(_)
            | Cell::Voices(_)
            | Cell::Shown { .. }
            | Cell::Drawn { .. } => false,
        }
    }

    /// In the order of their values; what is not known comes last in either direction.
    fn compare(&self, other: &Cell) -> Ordering {
        match (self.value(), other.value()) {
            (Cell::Number(a), Cell::Number(b)) => a.cmp(b),
            (Cell::Quantity(a), Cell::Quantity(b)) => a.cmp(b),
            (Cell::Share(a), Cell::Share(b)) => a.cmp(b),
            (Cell::Date(a), Cell::Date(b)) => a.cmp(b),
            (Cell::Moment(a), Cell::Moment(b)) => a.cmp(b),
            (Cell::Voices(a), Cell::Voices(b)) => a.reported.cmp(&b.reported),
            (a, b) => fold(a.words()).cmp(&fold(b.words())),
        }
    }

    fn words(&self) -> &str {
        match self {
            Cell::Text(text) | Cell::Code(text) | Cell::Link { text, .. } | Cell::CodeLink { code: text, .. } => text,
            Cell::Shown { plain, .. } => plain,
            Cell::Drawn { value, .. } => value.words(),
            Cell::Nothing | Cell::Number(_) | Cell::Quantity(_) | Cell::Share(_) | Cell::Date(_) | Cell::Moment(_) | Cell::Voices(_) => "",
        }
    }

    fn is_unknown(&self) -> bool {
        matches!(self.value(), Cell::Nothing | Cell::Share(None))
    }
}

/// How a table is sorted: `code` ascending, `-due` descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Order<'a> {
    key: &'a str,
    descending: bool,
}

impl<'a> Order<'a> {
    fn parse(text: &'a str) -> Order<'a> {
        text.strip_prefix('-').map_or(Order { key: text, descending: false }, |key| Order { key, descending: true })
    }
}

impl Table {
    /// Sorted as the address asks; as it comes where it asks for nothing that there is.
    #[must_use]
    pub fn sorted(mut self, by: Option<&str>) -> Table {
        let Some(order) = by.map(Order::parse) else { return self };
        let Some(at) = self.columns.iter().position(|column| !column.key.is_empty() && column.key == order.key) else { return self };
        self.rows.sort_by(|a, b| {
            let (a, b) = (&a.cells[at], &b.cells[at]);
            let known = a.is_unknown().cmp(&b.is_unknown());
            known.then_with(|| if order.descending { b.compare(a) } else { a.compare(b) })
        });
        self
    }
}

impl Sheet<'_> {
    /// The table of its page, whose columns sort it.
    #[must_use]
    pub fn table(&self, table: &Table) -> Markup {
        self.grid(table, &table.rows, Place::Alone)
    }

    /// So many rows of it.
    fn grid(&self, table: &Table, rows: &[Row], place: Place) -> Markup {
        let order = self.asked(SORT).map(Order::parse).filter(|_| self.means(table, place));
        html! {
            @if rows.is_empty() {
                p.empty id=(table.id) { (table.empty) }
            } @else {
                div.table-scroll tabindex="0" role="group" aria-label=(table.caption) {
                    table id=(table.id) {
                        caption { (table.caption) }
                        thead { tr { @for column in &table.columns { (self.heading(table, column, order, place)) } } }
                        tbody { @for row in rows { tr { @for cell in &row.cells { (self.cell(cell)) } } } }
                    }
                }
            }
        }
    }

    /// Whether it is this table that the address sorts, turns over and takes away.
    fn means(&self, table: &Table, place: Place) -> bool {
        match place {
            Place::Alone => true,
            Place::AmongOthers => self.asked(TABLE) == Some(table.id),
        }
    }

    /// This page with other rows of the table, at the table.
    fn turned(&self, table: &Table, place: Place, fields: &[(&str, &str)]) -> String {
        let named = match place {
            Place::Alone => "",
            Place::AmongOthers => table.id,
        };
        let fields: Vec<(&str, &str)> = [(TABLE, named)].into_iter().chain(fields.iter().copied()).collect();
        format!("{}#{}", self.with(&fields), table.id)
    }

    fn heading(&self, table: &Table, column: &Column, order: Option<Order<'_>>, place: Place) -> Markup {
        let sorted = order.filter(|order| order.key == column.key);
        let next = match sorted {
            Some(Order { descending: false, .. }) => format!("-{}", column.key),
            Some(Order { descending: true, .. }) | None => column.key.to_owned(),
        };
        let direction = sorted.map(|order| if order.descending { "descending" } else { "ascending" });
        let at = table.columns.iter().position(|other| other.key == column.key);
        let known = table.rows.iter().filter_map(|row| row.cells.get(at?)).find(|cell| !matches!(cell.value(), Cell::Nothing));
        let over_figures = known.is_some_and(Cell::is_figure);
        html! {
            th.number[over_figures] scope="col" aria-sort=[direction] {
                @if column.key.is_empty() { (column.label) } @else {
                    a href=(self.turned(table, place, &[(SORT, &next), (PAGE, "")])) rel="nofollow" { (column.label) }
                }
            }
        }
    }

    fn cell(&self, cell: &Cell) -> Markup {
        html! {
            td.number[cell.is_figure()] {
                @match cell {
                    Cell::Nothing => {}
                    Cell::Text(text) => span dir="auto" { (text) },
                    Cell::Code(code) => bdi.code { (code) },
                    Cell::Link { text, href } => a href=(href) dir="auto" { (text) },
                    Cell::CodeLink { code, href } => a href=(href) { bdi.code { (code) } },
                    Cell::Number(value) => (self.hand.number(*value)),
                    Cell::Quantity(value) => (crate::figure::quantity(*value, self.lang())),
                    Cell::Share(points) => (self.points(*points)),
                    Cell::Date(date) => (self.hand.day_short(*date)),
                    Cell::Moment(instant) => (self.hand.moment(*instant)),
                    Cell::Voices(voices) => (bar(*voices)),
                    Cell::Shown { markup, .. } | Cell::Drawn { markup, .. } => (maud::PreEscaped(markup)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[Option<i64>]) -> Table {
        let rows = cells.iter().map(|value| Row { cells: vec![value.map_or(Cell::Nothing, Cell::Number)] }).collect();
        Table { id: "t", caption: String::new(), columns: vec![Column { key: "n", label: String::new() }], rows, empty: String::new() }
    }

    fn values(table: &Table) -> Vec<Option<i64>> {
        let cells = table.rows.iter().map(|row| &row.cells[0]);
        cells.map(|cell| if let Cell::Number(value) = cell { Some(*value) } else { None }).collect()
    }

    #[test]
    fn a_table_is_sorted_by_its_values_and_what_is_unknown_comes_last() {
        let cells = [Some(9), None, Some(10), Some(-1)];
        assert_eq!(values(&of(&cells).sorted(Some("n"))), [Some(-1), Some(9), Some(10), None]);
        assert_eq!(values(&of(&cells).sorted(Some("-n"))), [Some(10), Some(9), Some(-1), None]);
        assert_eq!(values(&of(&cells).sorted(Some("other"))), cells);
        assert_eq!(values(&of(&cells).sorted(None)), cells);
    }
}
