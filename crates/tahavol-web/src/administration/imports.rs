//! Imports: files are rehearsed as a whole, with what would be recorded or all that is wrong, and only then carried out.

use maud::{Markup, html};
use tahavol_app::import::RowError;
use tahavol_app::messages::message;
use tahavol_domain::Kind;

use super::{Parts, csrf, framed};
use crate::address;
use crate::question::{Question, Wrong};
use crate::sheet::Sheet;

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Imports<'a> {
    pub came: Option<Came<'a>>,
    /// The files as they were sent, so that they can be imported after the rehearsal.
    pub sent: &'a [Sent],
    pub resolution: &'a str,
    pub wrong: &'a Wrong,
    pub largest_bytes: usize,
}

/// A file that was sent.
#[derive(Debug, Clone)]
pub struct Sent {
    pub name: String,
    /// Its bytes in base64: as text a browser would change the ends of its lines.
    pub content: String,
}

/// What came of a rehearsal or an import.
#[derive(Debug, Clone, Copy)]
pub enum Came<'a> {
    /// What would be recorded: by file and command, and rows that were there already.
    Rehearsed {
        plan: &'a [(String, Kind, usize)],
        events: usize,
        unchanged: usize,
    },
    Imported {
        events: usize,
        unchanged: usize,
        position: Option<u64>,
    },
    /// Nothing was recorded.
    Refused(&'a [RowError]),
    /// The ledger would not take a command that the rehearsal took; what came before it is recorded.
    Interrupted {
        file: &'a str,
        row: u64,
        why: &'a str,
    },
}

#[must_use]
pub fn page(sheet: &Sheet<'_>, parts: Parts, shown: &Imports<'_>) -> Markup {
    let content = html! {
        p.hint { (sheet.word("page-imports-what")) }
        (sheet.misasked("import", shown.wrong))
        @if let Some(came) = &shown.came { (told(sheet, came)) }
        @if !shown.sent.is_empty() { (again(sheet, shown)) }
        (form(sheet, shown))
    };
    framed(sheet, parts, address::IMPORTS, "page-imports", &content)
}

fn form(sheet: &Sheet<'_>, shown: &Imports<'_>) -> Markup {
    let error = shown.wrong.iter().find(|(name, _)| *name == "file").map(|(_, text)| text);
    let described = if error.is_some() { "import-file-hint import-file-error" } else { "import-file-hint" };
    html! {
        section aria-labelledby="files" {
            h2 #files { (sheet.word("page-imports-files")) }
            form method="post" action=(address::IMPORTS) enctype="multipart/form-data" {
                // First, so that it is known where the form comes from before its files are looked at.
                input type="hidden" name="csrf" value=(csrf(sheet));
                p.question.wrong[error.is_some()] {
                    label for="import-file" { (sheet.word("page-imports-choose")) }
                    span.hint #import-file-hint { (sheet.telling("page-imports-choose-hint", shown.largest_bytes / (1 << 20))) }
                    @if let Some(text) = error { span.error #import-file-error { (text) } }
                    input #import-file type="file" name="file" accept=".csv,.toml,text/csv" multiple required aria-describedby=(described)
                        aria-invalid=[error.map(|_| "true")];
                }
                (sheet.asking("import", &Question {
                    name: "resolution", label: "page-imports-resolution", hint: Some("page-imports-resolution-hint"), typed: shown.resolution, code: false,
                }, shown.wrong))
                p.buttons { button type="submit" name="what" value="rehearse" { (sheet.word("page-imports-rehearse")) } }
            }
        }
    }
}

/// The same files once more, now to be recorded.
fn again(sheet: &Sheet<'_>, shown: &Imports<'_>) -> Markup {
    html! {
        form method="post" action=(address::IMPORTS) enctype="multipart/form-data" {
            input type="hidden" name="csrf" value=(csrf(sheet));
            input type="hidden" name="resolution" value=(shown.resolution);
            @for file in shown.sent {
                input type="hidden" name="name" value=(file.name);
                input type="hidden" name="content" value=(file.content);
            }
            p.hint { (sheet.word("page-imports-really-what")) }
            button type="submit" name="what" value="import" { (sheet.word("page-imports-really")) }
        }
    }
}

fn told(sheet: &Sheet<'_>, came: &Came<'_>) -> Markup {
    let number = |value: usize| value.to_string();
    html! {
        @match came {
            Came::Rehearsed { plan, events, unchanged } => {
                p.said role="status" { (sheet.saying("page-imports-rehearsed", &[("events", number(*events)), ("unchanged", number(*unchanged))])) }
                @if !plan.is_empty() { (planned(sheet, plan)) }
            }
            Came::Imported { events, unchanged, position } => p.said role="status" {
                (sheet.saying("page-imports-imported", &[("events", number(*events)), ("unchanged", number(*unchanged))]))
                @if let Some(position) = position {
                    " " a href=(address::event(*position)) { (sheet.telling("page-event-number", sheet.hand.position(*position))) }
                }
            },
            Came::Refused(rows) => (refused(sheet, rows)),
            Came::Interrupted { file, row, why } => div.summary role="alert" {
                p { (sheet.saying("page-imports-interrupted", &[("file", (*file).to_owned()), ("row", row.to_string())])) }
                p dir="auto" { (why) }
            },
        }
    }
}

fn planned(sheet: &Sheet<'_>, plan: &[(String, Kind, usize)]) -> Markup {
    html! {
        div.table-scroll tabindex="0" role="group" aria-label=(sheet.word("page-imports-plan")) {
            table {
                caption { (sheet.word("page-imports-plan")) }
                thead { tr {
                    th scope="col" { (sheet.word("page-imports-file")) }
                    th scope="col" { (sheet.word("page-imports-command")) }
                    th scope="col" { (sheet.word("page-imports-count")) }
                } }
                tbody {
                    @for (file, kind, count) in plan {
                        tr { td { bdi.code { (file) } } td { (sheet.act(*kind)) } td.number { (sheet.hand.number(i64::try_from(*count).unwrap_or(i64::MAX))) } }
                    }
                }
            }
        }
    }
}

fn refused(sheet: &Sheet<'_>, rows: &[RowError]) -> Markup {
    html! {
        div.summary role="alert" { p { (sheet.telling("page-imports-refused", rows.len())) } }
        div.table-scroll tabindex="0" role="group" aria-label=(sheet.word("page-imports-errors")) {
            table {
                thead { tr {
                    th scope="col" { (sheet.word("page-imports-file")) }
                    th scope="col" { (sheet.word("page-imports-row")) }
                    th scope="col" { (sheet.word("page-imports-column")) }
                    th scope="col" { (sheet.word("page-imports-why")) }
                } }
                tbody {
                    @for row in rows {
                        tr {
                            td { bdi.code { (row.file) } }
                            td.number { @if let Some(number) = row.row { (sheet.hand.position(number)) } }
                            td { @if let Some(column) = &row.column { bdi.code { (column) } } }
                            td { (message(&row.code, &row.args, sheet.lang())) }
                        }
                    }
                }
            }
        }
    }
}
