//! A programme file as commands: only what differs from the ledger, in phases that build on each other.

mod charter;
mod indicators;
mod initiatives;

pub(super) use indicators::{measured, scope_of};

use tahavol_domain::calendar::Date;
use tahavol_domain::fact::event_id;
use tahavol_domain::policy::Import;
use tahavol_domain::quantity::Quantity;
use tahavol_domain::values::{ProgrammeId, Province};
use tahavol_domain::{Command, Stream};
use tahavol_projections::Snapshot;
use toml::Spanned;
use uuid::Uuid;

use super::error::RowError;
use super::plan::{Phase, Settings, Step, Steps};
use super::programme_file::{DayText, FORMAT, Number, ProgrammeFile};
use super::source::SourceFile;

/// What the file asks for that the ledger does not hold yet.
pub(super) fn steps(file: &SourceFile, provinces: &[Province], snapshot: &Snapshot, settings: &Settings) -> Result<Steps, Vec<RowError>> {
    let parsed: ProgrammeFile = toml::from_str(&file.text).map_err(|why| {
        let row = why.span().map_or(1, |span| file.row_of(span.start));
        vec![file.place(row).value("", "IMPORT_TOML", why.message())]
    })?;
    if parsed.format != FORMAT {
        return Err(vec![file.place(1).value("format", "IMPORT_VALUE", parsed.format)]);
    }
    let programme = snapshot.programme.as_ref().map_or(settings.programme, |row| row.id);
    let mut reader = Reader { file, snapshot, settings, programme, steps: Steps::default(), errors: Vec::new() };
    reader.charter(&parsed, provinces);
    reader.commissions(&parsed);
    reader.directives(&parsed);
    reader.target(&parsed);
    for entry in &parsed.indicators {
        reader.indicator(entry);
    }
    for entry in &parsed.initiatives {
        reader.initiative(entry);
    }
    if reader.errors.is_empty() { Ok(reader.steps) } else { Err(reader.errors) }
}

struct Reader<'a> {
    file: &'a SourceFile,
    snapshot: &'a Snapshot,
    settings: &'a Settings,
    programme: ProgrammeId,
    steps: Steps,
    errors: Vec<RowError>,
}

impl Reader<'_> {
    fn day(&mut self, column: &str, text: &Spanned<DayText>) -> Option<Date> {
        match text.get_ref().day() {
            Ok(day) => Some(day.shift_persian_months(self.settings.shift_months)),
            Err(why) => {
                self.wrong(self.file.row_of(text.span().start), column, why.code(), why.text());
                None
            }
        }
    }

    fn number(&mut self, row: u64, column: &str, number: Number) -> Option<Quantity> {
        let quantity = number.quantity();
        if quantity.is_none() {
            self.wrong(row, column, "QUANTITY_FORM", format!("{number:?}"));
        }
        quantity
    }

    fn wrong(&mut self, row: u64, column: &str, code: &str, value: impl std::fmt::Display) {
        self.errors.push(self.file.place(row).value(column, code, value));
    }

    fn differs(&mut self, row: u64, column: &str, value: &str) {
        self.wrong(row, column, "IMPORT_DIFFERS", value);
    }

    /// Whether the event was made by this very file, at this row.
    fn is_ours(&self, event: Uuid, row: u64, key: &str, stream: &Stream) -> bool {
        event == event_id(self.settings.command_id(self.programme, self.file, row, key), &stream.to_string(), 0).0
    }

    fn push(&mut self, phase: Phase, row: u64, key: &str, stream: Stream, command: Command, effective_on: Option<Date>) {
        let order = self.settings.order(self.programme, self.file, row, key, Import::Founding, stream, command, effective_on);
        self.steps.push(phase, Step { file: self.file.name.clone(), row, order });
    }
}
