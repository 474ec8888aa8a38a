//! A table a hundred rows at a time: what narrows it, how one turns over, and the ways to take it away.

use maud::{Markup, html};

use super::{FORMAT, Format, PAGE, Place, Row, SORT, Table};
use crate::sheet::Sheet;

/// Rows that are shown at once.
const ROWS: usize = 100;

/// One question that narrows a list.
pub struct Filter {
    /// As it stands in the address.
    pub name: &'static str,
    pub label: String,
    pub answers: Answers,
}

/// How it is answered.
pub enum Answers {
    /// With words that are looked for.
    Words,
    /// With one of these, each a value and what it is called; with none of them: all.
    OneOf(Vec<(String, String)>),
}

/// The part of a table that is shown.
struct Part<'a> {
    rows: &'a [Row],
    /// From 1.
    page: usize,
    pages: usize,
}

impl Table {
    fn part(&self, asked: Option<&str>) -> Part<'_> {
        let pages = self.rows.len().div_ceil(ROWS).max(1);
        let page = asked.and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, pages);
        let first = (page - 1) * ROWS;
        Part { rows: &self.rows[first..self.rows.len().min(first + ROWS)], page, pages }
    }
}

impl Sheet<'_> {
    /// The table of its page under the questions that narrow it.
    #[must_use]
    pub fn listing(&self, table: &Table, filters: &[Filter]) -> Markup {
        html! {
            @if !filters.is_empty() { (self.filters(filters)) }
            (self.leaf(table, Place::Alone))
        }
    }

    /// A table among others on its page. It has been sorted by [`Sheet::sorted`].
    #[must_use]
    pub fn one_of(&self, table: &Table) -> Markup {
        self.leaf(table, Place::AmongOthers)
    }

    /// A table among others on its page, sorted where the address means this one.
    #[must_use]
    pub fn sorted(&self, table: Table) -> Table {
        let by = self.asked(SORT).filter(|_| self.means(&table, Place::AmongOthers));
        table.sorted(by)
    }

    fn leaf(&self, table: &Table, place: Place) -> Markup {
        let part = table.part(self.asked(PAGE).filter(|_| self.means(table, place)));
        html! {
            div.listing id={ (table.id) "-rows" } data-live[!self.is_past()] {
                (self.grid(table, part.rows, place))
                @if !table.rows.is_empty() {
                    div.table-foot {
                        p { (self.counted(table, &part)) }
                        @if part.pages > 1 { (self.pages(table, &part, place)) }
                        (self.files_of(table, place))
                    }
                }
            }
        }
    }

    /// The whole table of its page with the ways to take it away. It stays as it is while somebody acts in it.
    #[must_use]
    pub fn still(&self, table: &Table) -> Markup {
        let whole = Part { rows: &table.rows, page: 1, pages: 1 };
        html! {
            div.listing {
                (self.grid(table, &table.rows, Place::Alone))
                @if !table.rows.is_empty() { div.table-foot { p { (self.counted(table, &whole)) } (self.files_of(table, Place::Alone)) } }
            }
        }
    }

    /// Only the ways to take a table away, where what stands in it is drawn.
    #[must_use]
    pub fn downloads(&self, table: &Table) -> Markup {
        html! { @if !table.rows.is_empty() { div.table-foot id=(table.id) { (self.files_of(table, Place::AmongOthers)) } } }
    }

    fn files_of(&self, table: &Table, place: Place) -> Markup {
        html! {
            p.no-print { (self.word("page-table-download")) " " @for format in Format::ALL {
                a href=(self.taken(table, format, place)) rel="nofollow" download { (format.name()) } " "
            } }
        }
    }

    fn taken(&self, table: &Table, format: Format, place: Place) -> String {
        let address = self.turned(table, place, &[(FORMAT, format.as_str()), (PAGE, "")]);
        // A file has no places to go to.
        address.split('#').next().map(str::to_owned).unwrap_or_default()
    }

    fn counted(&self, table: &Table, part: &Part<'_>) -> String {
        let number = |count: usize| self.hand.number(i64::try_from(count).unwrap_or(i64::MAX));
        if part.pages == 1 {
            return self.telling("page-table-rows", number(table.rows.len()));
        }
        let first = (part.page - 1) * ROWS + 1;
        let shown = [("first", number(first)), ("last", number(first + part.rows.len() - 1)), ("all", number(table.rows.len()))];
        self.saying("page-table-rows-of", &shown)
    }

    fn pages(&self, table: &Table, part: &Part<'_>, place: Place) -> Markup {
        let to = |page: usize| self.turned(table, place, &[(PAGE, &page.to_string())]);
        let number = |page: usize| self.hand.number(i64::try_from(page).unwrap_or(i64::MAX));
        let near = |page: &usize| *page == 1 || *page == part.pages || page.abs_diff(part.page) <= 2;
        let shown: Vec<usize> = (1..=part.pages).filter(near).collect();
        html! {
            nav.pages.no-print aria-label=(self.saying("page-table-pages", &[("table", table.caption.clone())])) {
                @if part.page > 1 { a rel="prev" href=(to(part.page - 1)) { (self.word("page-table-previous")) } }
                @for (index, page) in shown.iter().enumerate() {
                    @if index > 0 && shown[index - 1] + 1 < *page { span { "…" } }
                    a href=(to(*page)) aria-current=[(*page == part.page).then_some("page")] { (number(*page)) }
                }
                @if part.page < part.pages { a rel="next" href=(to(part.page + 1)) { (self.word("page-table-next")) } }
            }
        }
    }

    fn filters(&self, filters: &[Filter]) -> Markup {
        let is_asked = |name: &str| filters.iter().any(|filter| filter.name == name);
        let kept = self.query.iter().filter(|(name, _)| !is_asked(name) && name != PAGE && name != FORMAT);
        let nothing: Vec<(&str, &str)> = filters.iter().map(|filter| (filter.name, "")).chain([(PAGE, "")]).collect();
        html! {
            form.inline.filters.no-print method="get" action=(self.path) aria-label=(self.word("page-filter")) {
                @for (name, value) in self.moment.fields() { input type="hidden" name=(name) value=(value); }
                @for (name, value) in kept { input type="hidden" name=(name) value=(value); }
                @for filter in filters {
                    @let id = format!("filter-{}", filter.name);
                    @let asked = self.asked(filter.name);
                    p {
                        label for=(id) { (filter.label) }
                        @match &filter.answers {
                            Answers::Words => input id=(id) type="search" name=(filter.name) value=[asked] dir="auto" maxlength="200";,
                            Answers::OneOf(answers) => select id=(id) name=(filter.name) {
                                option value="" { (self.word("page-filter-all")) }
                                @for (value, label) in answers {
                                    option value=(value) selected[asked == Some(value.as_str())] { (label) }
                                }
                            },
                        }
                    }
                }
                p {
                    button type="submit" { (self.word("page-filter-show")) }
                    @if filters.iter().any(|filter| self.asked(filter.name).is_some()) {
                        " " a href=(self.with(&nothing)) { (self.word("page-filter-none")) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Cell, Column};
    use super::*;

    fn of(rows: usize) -> Table {
        let rows = (0..rows).map(|value| Row { cells: vec![Cell::Number(i64::try_from(value).unwrap_or_default())] }).collect();
        Table { id: "t", caption: String::new(), columns: vec![Column { key: "n", label: String::new() }], rows, empty: String::new() }
    }

    #[test]
    fn a_long_table_is_turned_over_by_the_hundred_and_no_page_lies_beyond_its_ends() {
        let table = of(250);
        let shown = |asked: Option<&str>| {
            let part = table.part(asked);
            (part.page, part.pages, part.rows.len())
        };
        assert_eq!([shown(None), shown(Some("2")), shown(Some("3"))], [(1, 3, 100), (2, 3, 100), (3, 3, 50)]);
        assert_eq!([shown(Some("0")), shown(Some("99")), shown(Some("x"))], [(1, 3, 100), (3, 3, 50), (1, 3, 100)]);
        let empty = of(0);
        assert_eq!((empty.part(Some("2")).pages, empty.part(Some("2")).rows.len()), (1, 0));
        assert_eq!(of(100).part(None).pages, 1);
    }
}
