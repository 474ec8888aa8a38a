//! Tables as files: CSV for programs and Excel, and spreadsheets with real numbers and days. What people wrote is never taken for a
//! formula.

use std::borrow::Cow;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format as Style, Workbook, Worksheet, XlsxError};
use tahavol_domain::calendar::{Date, Instant};
use tahavol_domain::text::Lang;

use super::{Cell, Column, Row, Table};
use crate::figure::Calendar;
use crate::sheet::Sheet;

/// As which file a table is taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xlsx,
}

impl Format {
    pub const ALL: [Format; 2] = [Format::Csv, Format::Xlsx];

    /// As it stands in an address and ends a file's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
        }
    }

    /// As people know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "CSV",
            Format::Xlsx => "Excel",
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.as_str() == text)
    }

    fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A table as it is taken away.
#[derive(Debug)]
pub struct File {
    /// `milestones-3300.xlsx`: what it is and as of which event.
    pub name: String,
    pub media_type: &'static str,
    pub content: Vec<u8>,
}

/// Why there is no file; the server's trouble.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the table does not fit into a spreadsheet")]
    Spreadsheet(#[from] XlsxError),
    #[error("the table cannot be written as CSV")]
    Csv(#[from] csv::Error),
}

/// So that Excel reads the file as UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The longest text of a spreadsheet's cell, in UTF-16 units.
const LONGEST_TEXT: usize = 32_767;

/// The longest name of a sheet.
const LONGEST_NAME: usize = 31;

/// Digits that a spreadsheet's number holds exactly.
const EXACT_DIGITS: usize = 15;

const DAY: &str = "yyyy-mm-dd";
const MOMENT: &str = "yyyy-mm-dd hh:mm";
/// Calendar 22, the Persian one, in the locale of Iran: the value stays a day as spreadsheets count them.
const SOLAR_HIJRI_DAY: &str = "[$-160429]yyyy/mm/dd";

impl Sheet<'_> {
    /// All rows of the table.
    ///
    /// # Errors
    /// When there are more of them than the format takes.
    pub fn file(&self, table: &Table, format: Format) -> Result<File, FileError> {
        let content = match format {
            Format::Csv => csv_of(table)?,
            Format::Xlsx => self.spreadsheet(table)?,
        };
        let at = self.snapshot.position.map(|position| format!("-{position}")).unwrap_or_default();
        Ok(File { name: format!("{}{at}.{}", table.id, format.as_str()), media_type: format.media_type(), content })
    }

    fn spreadsheet(&self, table: &Table) -> Result<Vec<u8>, FileError> {
        let mut book = Workbook::new();
        book.set_properties(&self.properties(table));
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(&table.caption, table.id))?;
        sheet.set_right_to_left(self.lang() == Lang::Fa);
        let heading = Style::new().set_bold().set_text_wrap();
        let columns: Vec<(usize, &Column)> = told_columns(table).collect();
        for ((_, column), place) in columns.iter().zip(0..) {
            sheet.write_string_with_format(0, place, fitting(&column.label), &heading)?;
        }
        for (row, line) in table.rows.iter().zip(1..) {
            for ((cell, _), column) in columns.iter().zip(0..) {
                self.write(sheet, (line, column), &row.cells[*cell])?;
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        if let (Ok(rows), Ok(width)) = (u32::try_from(table.rows.len()), u16::try_from(columns.len()))
            && rows > 0
            && width > 0
        {
            sheet.autofilter(0, 0, rows, width - 1)?;
        }
        sheet.autofit();
        Ok(book.save_to_buffer()?)
    }

    fn properties(&self, table: &Table) -> DocProperties {
        let position = self.snapshot.position.map(|position| self.telling("page-moment-position", self.hand.position(position)));
        let day = format!("{} {}", self.word("page-status-date"), self.hand.long(self.day));
        let said: Vec<String> = position.into_iter().chain([day]).collect();
        let properties = DocProperties::new().set_title(unmarked(&table.caption)).set_comment(unmarked(&said.join(" · ")));
        // A file of the same picture has the same bytes.
        match self.snapshot.recorded_at.and_then(|at| ExcelDateTime::from_timestamp(at.micros() / 1_000_000).ok()) {
            Some(at) => properties.set_creation_datetime(&at),
            None => properties,
        }
    }

    fn write(&self, sheet: &mut Worksheet, (row, column): (u32, u16), cell: &Cell) -> Result<(), XlsxError> {
        let style = |format: &str| Style::new().set_num_format(format);
        match cell {
            Cell::Nothing | Cell::Voices(_) | Cell::Share(None) => {}
            Cell::Text(text) | Cell::Code(text) | Cell::Link { text, .. } | Cell::CodeLink { code: text, .. } => {
                sheet.write_string(row, column, fitting(text))?;
            }
            Cell::Shown { plain, .. } => {
                sheet.write_string(row, column, fitting(plain))?;
            }
            Cell::Drawn { value, .. } => self.write(sheet, (row, column), value)?,
            Cell::Number(value) => number(sheet, (row, column), &value.to_string(), &style("#,##0"))?,
            Cell::Quantity(value) => number(sheet, (row, column), &value.to_string(), &style("#,##0.######"))?,
            Cell::Share(Some(points)) => {
                sheet.write_number_with_format(row, column, f64::from(*points) / 10_000.0, &style("0%"))?;
            }
            Cell::Date(date) => match excel_day(*date) {
                Some(day) => {
                    sheet.write_datetime_with_format(row, column, &day, &style(self.day_format()))?;
                }
                None => {
                    sheet.write_string(row, column, date.to_string())?;
                }
            },
            Cell::Moment(instant) => match self.excel_moment(*instant) {
                Some(moment) => {
                    sheet.write_datetime_with_format(row, column, &moment, &style(MOMENT))?;
                }
                None => {
                    sheet.write_string(row, column, instant.to_string())?;
                }
            },
        }
        Ok(())
    }

    fn day_format(&self) -> &'static str {
        match self.hand.calendar {
            Calendar::SolarHijri => SOLAR_HIJRI_DAY,
            Calendar::Gregorian => DAY,
        }
    }

    /// To the second, in the programme's time zone.
    fn excel_moment(&self, instant: Instant) -> Option<ExcelDateTime> {
        let day = instant.date_in(self.hand.zone);
        let seconds = (instant.micros() - Instant::start_of(day, self.hand.zone).micros()) / 1_000_000;
        let (hour, rest) = (u16::try_from(seconds / 3_600).ok()?, seconds % 3_600);
        excel_day(day)?.and_hms(hour, u8::try_from(rest / 60).ok()?, u8::try_from(rest % 60).ok()?).ok()
    }
}

/// Those that are told: neither a drawing of what stands beside them nor only acted in.
fn told_columns(table: &Table) -> impl Iterator<Item = (usize, &Column)> {
    let drawn = |at: usize| table.rows.iter().any(|row| matches!(row.cells[at], Cell::Voices(_)));
    table.columns.iter().enumerate().filter(move |(at, column)| !column.key.is_empty() && !drawn(*at))
}

fn csv_of(table: &Table) -> Result<Vec<u8>, FileError> {
    let mut content = BYTE_ORDER_MARK.as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(&mut content);
    let columns: Vec<(usize, &Column)> = told_columns(table).collect();
    writer.write_record(columns.iter().map(|(_, column)| column.key))?;
    for Row { cells } in &table.rows {
        let told: Vec<Cow<'_, str>> = columns.iter().map(|(at, _)| csv_cell(&cells[*at])).collect();
        writer.write_record(told.iter().map(AsRef::as_ref))?;
    }
    writer.flush().map_err(csv::Error::from)?;
    drop(writer);
    Ok(content)
}

/// Values as programs read them: Latin digits, shares of one, days and moments in ISO form.
fn csv_cell(cell: &Cell) -> Cow<'_, str> {
    match cell {
        Cell::Nothing | Cell::Voices(_) | Cell::Share(None) => Cow::Borrowed(""),
        Cell::Text(text) | Cell::Code(text) | Cell::Link { text, .. } | Cell::CodeLink { code: text, .. } => unformulated(text),
        Cell::Shown { plain, .. } => unformulated(plain),
        Cell::Drawn { value, .. } => csv_cell(value),
        Cell::Number(value) => value.to_string().into(),
        Cell::Quantity(value) => value.to_string().into(),
        Cell::Share(Some(points)) => format!("{}.{:04}", points / 10_000, points % 10_000).into(),
        Cell::Date(date) => date.to_string().into(),
        Cell::Moment(instant) => instant.to_string().into(),
    }
}

/// What a spreadsheet would take for a formula is told to be text.
fn unformulated(text: &str) -> Cow<'_, str> {
    let unseen = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let text = unmarked(text);
    let begins = text.trim_start_matches(unseen).starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if begins || text.starts_with(['\t', '\r', '\n']) { format!("'{text}").into() } else { text }
}

/// Without the marks that isolate a text in a page: a cell stands alone.
fn unmarked(text: &str) -> Cow<'_, str> {
    let marks = |c: char| matches!(c, '\u{2066}'..='\u{2069}');
    if text.contains(marks) { text.replace(marks, "").into() } else { text.into() }
}

/// A number as it is; one that a spreadsheet would round, as text.
fn number(sheet: &mut Worksheet, (row, column): (u32, u16), text: &str, style: &Style) -> Result<(), XlsxError> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    match text.parse::<f64>() {
        Ok(value) if digits <= EXACT_DIGITS => sheet.write_number_with_format(row, column, value, style)?,
        Ok(_) | Err(_) => sheet.write_string(row, column, text)?,
    };
    Ok(())
}

/// None before 1900, where the days of spreadsheets begin.
fn excel_day(date: Date) -> Option<ExcelDateTime> {
    let (year, month, day) = date.ymd();
    ExcelDateTime::from_ymd(u16::try_from(year).ok()?, month, day).ok()
}

/// As much as a cell takes.
fn fitting(text: &str) -> Cow<'_, str> {
    let text = unmarked(text);
    if text.encode_utf16().count() <= LONGEST_TEXT {
        return text;
    }
    let mut units = 0;
    let kept = text.chars().take_while(|c| {
        units += c.len_utf16();
        units < LONGEST_TEXT
    });
    format!("{}…", kept.collect::<String>()).into()
}

/// A name that a sheet may have.
fn sheet_name(caption: &str, id: &str) -> String {
    let plain = |c: &char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') && !c.is_control();
    let name: String = caption.chars().filter(plain).take(LONGEST_NAME).collect();
    let name = name.trim();
    // Emoji count twice there.
    if name.is_empty() || name.encode_utf16().count() > LONGEST_NAME { id.to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use tahavol_domain::quantity::Quantity;

    use super::*;
    use crate::mark::Voices;

    fn of(cells: Vec<Cell>) -> Table {
        let keys = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let columns = keys.into_iter().take(cells.len()).map(|key| Column { key, label: key.to_owned() }).collect();
        Table { id: "t", caption: "x".to_owned(), columns, rows: vec![Row { cells }], empty: String::new() }
    }

    #[test]
    fn a_csv_file_tells_values_and_not_how_they_are_drawn() {
        let cells = vec![
            Cell::Code("00001".to_owned()),
            Cell::Number(-5),
            Cell::Share(Some(4_150)),
            Cell::Share(None),
            Cell::Voices(Voices { planned: None, reported: None, verified: None }),
            Cell::day(Date::parse("1398/06/31").ok()),
            Cell::Quantity(Quantity::parse("-1234.5").unwrap()),
            Cell::Text("a, \"b\"".to_owned()),
        ];
        let text = String::from_utf8(csv_of(&of(cells)).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}a,b,c,d,f,g,h\r\n00001,-5,0.4150,,2019-09-22,-1234.5,\"a, \"\"b\"\"\"\r\n");
    }

    #[test]
    fn a_file_has_the_value_of_what_is_drawn_and_no_marks_of_direction() {
        let cells = vec![
            Cell::drawn(maud::html! { s { "۱٪" } " ۲٪" }, Cell::Share(Some(8_988))),
            Cell::drawn(maud::html! { "رویداد ۷" }, Cell::Number(7)),
            Cell::Text("مصوبهٔ \u{2068}12/3\u{2069}".to_owned()),
        ];
        let text = String::from_utf8(csv_of(&of(cells)).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}a,b,c\r\n0.8988,7,مصوبهٔ 12/3\r\n");
        assert_eq!(fitting("\u{2066}۸۹٪\u{2069}"), "۸۹٪");
    }

    #[test]
    fn what_somebody_wrote_is_no_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\u{202e}=1", "＝1"] {
            assert_eq!(csv_cell(&Cell::Text(text.to_owned())), format!("'{text}"));
        }
        for text in ["a=b", "۱۲", "کلانتری", "", "'=1"] {
            assert_eq!(csv_cell(&Cell::Text(text.to_owned())), text);
        }
    }

    #[test]
    fn a_text_that_is_too_long_for_a_cell_is_cut_between_its_characters() {
        let cut = fitting(&"😀".repeat(20_000)).into_owned();
        assert!(cut.encode_utf16().count() <= LONGEST_TEXT && cut.ends_with("😀…"));
        assert_eq!(fitting("x"), "x");
    }

    #[test]
    fn a_sheet_has_a_name_that_spreadsheets_take() {
        assert_eq!(sheet_name("a/b: [c]", "t"), "ab c");
        assert_eq!(sheet_name("?*", "t"), "t");
        assert_eq!(sheet_name(&"😀".repeat(40), "t"), "t");
    }
}
