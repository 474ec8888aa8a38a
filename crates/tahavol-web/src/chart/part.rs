//! What is around every drawing: its title, the message in words, and the table behind it.

use maud::{Markup, html};

use super::Title;
use crate::sheet::Sheet;

/// The same figures as rows.
pub(super) struct Behind {
    pub(super) columns: Vec<String>,
    /// The first of each row heads it.
    pub(super) rows: Vec<Vec<Markup>>,
}

impl Sheet<'_> {
    /// A whole chart.
    pub(super) fn chart(&self, title: Title<'_>, message: &str, drawing: &Markup, behind: &Behind) -> Markup {
        html! {
            figure.chart #(title.id) {
                figcaption { strong dir="auto" { (title.text) } " " span.message { (message) } }
                (drawing)
                (self.behind(title, behind))
            }
        }
    }

    /// Where a chart would have nothing to show.
    pub(super) fn chart_of_nothing(&self, title: Title<'_>) -> Markup {
        html! {
            figure.chart #(title.id) {
                figcaption { strong dir="auto" { (title.text) } }
                p.empty { (self.word("page-chart-nothing")) }
            }
        }
    }

    pub(super) fn behind(&self, title: Title<'_>, behind: &Behind) -> Markup {
        html! {
            details.behind {
                summary { (self.word("page-chart-table")) }
                div.table-scroll tabindex="0" role="group" aria-label=(title.text) { (self.rows(title, behind)) }
            }
        }
    }

    pub(super) fn rows(&self, title: Title<'_>, behind: &Behind) -> Markup {
        html! {
            table {
                caption dir="auto" { (title.text) }
                thead { tr { @for column in &behind.columns { th scope="col" { (column) } } } }
                tbody {
                    @for row in &behind.rows {
                        tr {
                            @for (at, cell) in row.iter().enumerate() {
                                @if at == 0 { th scope="row" { (cell) } } @else { td.number { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A drawing that is read as one picture, by its title and its message.
pub(super) fn drawing(title: Title<'_>, message: &str, (width, height): (f64, f64), content: &Markup) -> Markup {
    let (name, told) = (format!("{}-title", title.id), format!("{}-told", title.id));
    html! {
        svg viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) direction="ltr" role="img" aria-labelledby=(name) aria-describedby=(told) {
            title id=(name) { (title.text) }
            desc id=(told) { (message) }
            (content)
        }
    }
}
