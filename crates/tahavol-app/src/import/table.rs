//! Tables of stations, reports, deliveries and measurements as commands: only what differs from the ledger.

use std::collections::BTreeSet;

use tahavol_domain::calendar::{Date, Period};
use tahavol_domain::fact::event_id;
use tahavol_domain::indicator::event::Measurement;
use tahavol_domain::milestone::event::ProgressReport;
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::policy::Import;
use tahavol_domain::quantity::Quantity;
use tahavol_domain::station::event::{Delivery, Registration, StationKind, Volume};
use tahavol_domain::text::{Text, digits_to_latin, fold};
use tahavol_domain::values::{FULL, IndicatorCode, MilestoneId, ProgrammeId, ProvinceCode, StationCode};
use tahavol_domain::{Command, Stream, indicator, milestone, station};
use tahavol_projections::Snapshot;
use tahavol_projections::reports::ReportValue;

use super::error::RowError;
use super::plan::{Phase, Settings, Step, Steps};
use super::programme::{measured, scope_of};
use super::source::{FileKind, SourceFile};

/// What the table asks for that the ledger does not hold yet, and what is wrong with its other rows.
pub(super) fn steps(file: &SourceFile, snapshot: &Snapshot, settings: &Settings) -> (Steps, Vec<RowError>) {
    let programme = snapshot.programme.as_ref().map_or(settings.programme, |row| row.id);
    let mut reader = Reader { file, snapshot, settings, programme, seen: BTreeSet::new(), steps: Steps::default() };
    let mut errors = Vec::new();
    let mut table = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(file.text.as_bytes());
    let header = match table.headers() {
        Ok(header) => header.clone(),
        Err(why) => return (Steps::default(), vec![file.place(1).value("", "IMPORT_TABLE", why)]),
    };
    if let Err(wrong) = columns(file, &header) {
        return (Steps::default(), wrong);
    }
    for record in table.records() {
        let record = match record {
            Ok(record) => record,
            Err(why) => {
                errors.push(unreadable(file, &why));
                // What follows a row of the wrong length can still be read; broken text cannot.
                if matches!(why.kind(), csv::ErrorKind::UnequalLengths { .. }) { continue } else { break }
            }
        };
        let row = record.position().map_or(0, csv::Position::line);
        if let Err(error) = reader.row(&Cells { file, row, header: &header, record: &record }) {
            errors.push(error);
        }
    }
    (reader.steps, errors)
}

fn columns(file: &SourceFile, header: &csv::StringRecord) -> Result<(), Vec<RowError>> {
    let (required, optional) = file.kind.columns();
    let mut errors = Vec::new();
    for column in required.iter().filter(|column| !header.iter().any(|name| name == **column)) {
        errors.push(file.place(1).value(column, "IMPORT_MISSING_COLUMN", column));
    }
    for name in header.iter().filter(|name| !required.contains(name) && !optional.contains(name)) {
        errors.push(file.place(1).value(name, "IMPORT_UNKNOWN_COLUMN", name));
    }
    let mut names = BTreeSet::new();
    for name in header.iter().filter(|name| !names.insert(*name)) {
        errors.push(file.place(1).value(name, "IMPORT_DUPLICATE", name));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn unreadable(file: &SourceFile, why: &csv::Error) -> RowError {
    let row = why.position().map_or(1, csv::Position::line);
    match why.kind() {
        csv::ErrorKind::UnequalLengths { len, expected_len, .. } => {
            let mut error = file.place(row).value("", "IMPORT_TRUNCATED", len);
            error.args.push(("expected", expected_len.to_string()));
            error
        }
        _ => file.place(row).value("", "IMPORT_TABLE", why),
    }
}

/// One row, by column names.
struct Cells<'a> {
    file: &'a SourceFile,
    row: u64,
    header: &'a csv::StringRecord,
    record: &'a csv::StringRecord,
}

impl<'a> Cells<'a> {
    /// Empty is absent.
    fn get(&self, column: &str) -> Option<&'a str> {
        let index = self.header.iter().position(|name| name == column)?;
        self.record.get(index).filter(|cell| !cell.is_empty())
    }

    fn need(&self, column: &str) -> Result<&'a str, RowError> {
        self.get(column).ok_or_else(|| self.file.place(self.row).value(column, "IMPORT_MISSING", column))
    }

    fn wrong(&self, column: &str, code: &str, value: impl std::fmt::Display) -> RowError {
        self.file.place(self.row).value(column, code, value)
    }

    fn day(&self, column: &str) -> Result<Date, RowError> {
        Date::parse(self.need(column)?).map_err(|why| self.wrong(column, why.code(), why.text()))
    }

    fn whole(&self, column: &str) -> Result<u64, RowError> {
        let text = self.need(column)?;
        digits_to_latin(text).parse().map_err(|_| self.wrong(column, "IMPORT_VALUE", text))
    }

    fn quantity(&self, column: &str) -> Result<Option<Quantity>, RowError> {
        self.get(column).map(|text| Quantity::parse(text).map_err(|why| self.wrong(column, why.code(), text))).transpose()
    }

    fn text(&self, fa: &str, en: &str) -> Option<Text> {
        match (self.get(fa), self.get(en)) {
            (None, None) => None,
            (Some(fa), en) => Some(Text { fa: fa.to_owned(), en: en.map(str::to_owned) }),
            (None, Some(en)) => Some(Text { fa: en.to_owned(), en: Some(en.to_owned()) }),
        }
    }
}

struct Reader<'a> {
    file: &'a SourceFile,
    snapshot: &'a Snapshot,
    settings: &'a Settings,
    programme: ProgrammeId,
    /// Keys of the rows so far: a file says each thing once.
    seen: BTreeSet<String>,
    steps: Steps,
}

impl Reader<'_> {
    fn row(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        match self.file.kind {
            FileKind::Programme => Ok(()),
            FileKind::Stations => self.station(cells),
            FileKind::Reports => self.report(cells),
            FileKind::Deliveries => self.delivery(cells),
            FileKind::Measurements => self.measurement(cells),
        }
    }

    fn station(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let code = StationCode(digits_to_latin(cells.need("code")?));
        self.once(cells, "code", code.0.clone(), &code.0)?;
        let kind = match fold(cells.need("kind")?).as_str() {
            "station" | "کلانتری" => StationKind::Station,
            "outpost" | "پاسگاه" => StationKind::Outpost,
            other => return Err(cells.wrong("kind", "IMPORT_VALUE", other)),
        };
        // Spreadsheets write TRUE and FALSE.
        let networked = match fold(cells.need("networked")?).as_str() {
            "true" | "بله" => true,
            "false" | "خیر" => false,
            other => return Err(cells.wrong("networked", "IMPORT_VALUE", other)),
        };
        let registration = Registration {
            code: code.clone(),
            kind,
            name: Text { fa: cells.need("name_fa")?.to_owned(), en: cells.get("name_en").map(str::to_owned) },
            province: ProvinceCode(cells.need("province")?.to_owned()),
            networked,
            volume: Volume { annual_visits: cells.whole("annual_visits")?, annual_cases: cells.whole("annual_cases")? },
            provenance: None,
        };
        let stream = Stream::Station(code.clone());
        let Some(known) = self.snapshot.stations.get(&code) else {
            let command = Command::Station(station::Command::Register(registration));
            self.push(Phase::Stations, cells, "register", stream, command, None);
            return Ok(());
        };
        // What this very file registered may have changed since; the file says nothing new about it.
        if self.is_ours(known.registered.event.0, cells, "register", &stream) {
            self.steps.unchanged += 1;
            return Ok(());
        }
        let differs = [
            ("kind", known.kind != registration.kind),
            ("name_fa", known.name.fa != registration.name.fa),
            ("name_en", known.name.en != registration.name.en),
            ("province", known.province != registration.province),
        ];
        if let Some((column, _)) = differs.into_iter().find(|(_, differs)| *differs) {
            return Err(cells.wrong(column, "IMPORT_DIFFERS", &code.0));
        }
        if known.volume == registration.volume && known.networked == registration.networked {
            self.steps.unchanged += 1;
        }
        if known.volume != registration.volume {
            let command = Command::Station(station::Command::RecordVolume(registration.volume));
            self.push(Phase::Stations, cells, "volume", stream.clone(), command, None);
        }
        if known.networked != registration.networked {
            let command = if registration.networked { station::Command::RecordNetwork } else { station::Command::RecordNetworkLoss };
            self.push(Phase::Stations, cells, "network", stream, Command::Station(command), None);
        }
        Ok(())
    }

    fn report(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let id = self.milestone_id(cells)?;
        let on = cells.day("effective_on")?;
        self.once(cells, "milestone", format!("{} {on}", id.0), &format!("{} {on}", cells.need("milestone")?))?;
        let known = self.snapshot.milestones.get(&id);
        let progress = match cells.quantity("progress")? {
            None => None,
            // Percent, to the hundredth; more than two places would be lost.
            Some(percent) => match u16::try_from(percent.micros() / 10_000) {
                Ok(points) if points <= FULL && percent.micros() % 10_000 == 0 => Some(points),
                _ => return Err(cells.wrong("progress", "IMPORT_PERCENT", percent)),
            },
        };
        let steps = match cells.get("steps") {
            None => None,
            // Counted from 1, as people count.
            Some(text) => {
                let number = |part: &str| digits_to_latin(part.trim()).parse::<u16>().ok().and_then(|step| step.checked_sub(1));
                let steps: Option<Vec<u16>> = text.split([' ', ';', '؛']).filter(|part| !part.trim().is_empty()).map(number).collect();
                let planned = known.map(|known| match &known.plan.current.measure {
                    Measure::Steps(steps) => steps.len(),
                    Measure::Binary | Measure::Reported | Measure::Rollout(_) | Measure::Indicator(_) => usize::MAX,
                });
                let steps = steps.filter(|steps| steps.iter().all(|step| Some(usize::from(*step)) < planned));
                Some(steps.ok_or_else(|| cells.wrong("steps", "IMPORT_VALUE", text))?)
            }
        };
        let told = match (progress, &steps) {
            (Some(points), None) => Some(ReportValue::Progress(points)),
            (None, Some(steps)) => Some(ReportValue::Steps(steps.iter().filter(|step| **step < 64).fold(0, |mask, step| mask | 1 << step))),
            (None, None) => Some(ReportValue::Note),
            (Some(_), Some(_)) => None,
        };
        if known.is_some_and(|known| known.reports.iter().any(|report| report.effective_on == on && Some(report.value) == told)) {
            self.steps.unchanged += 1;
            return Ok(());
        }
        let report = ProgressReport { progress, steps, note: cells.text("note_fa", "note_en"), ..ProgressReport::default() };
        let command = Command::Milestone(milestone::Command::ReportProgress(report));
        self.push(Phase::Facts, cells, "report", Stream::Milestone(id), command, Some(on));
        Ok(())
    }

    fn delivery(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let milestone = self.milestone_id(cells)?;
        let code = StationCode(digits_to_latin(cells.need("station")?));
        let on = cells.day("effective_on")?;
        self.once(cells, "station", format!("{} {}", milestone.0, code.0), &format!("{} {}", cells.need("milestone")?, code.0))?;
        let station = self.snapshot.stations.get(&code).ok_or_else(|| cells.wrong("station", "UNKNOWN_STATION", &code.0))?;
        let known = self.snapshot.milestones.get(&milestone).and_then(|known| known.deliveries.get(&station.number));
        let stream = Stream::Station(code);
        if known.is_some_and(|known| known.effective_on == on) {
            self.steps.unchanged += 1;
            return Ok(());
        }
        let delivery = Delivery { milestone, note: cells.text("note_fa", "note_en"), evidence: Vec::new() };
        self.push(Phase::Facts, cells, "deliver", stream, Command::Station(station::Command::RecordDelivery(delivery)), Some(on));
        Ok(())
    }

    fn measurement(&mut self, cells: &Cells<'_>) -> Result<(), RowError> {
        let code = IndicatorCode(cells.need("indicator")?.to_owned());
        let scope = scope_of(&digits_to_latin(cells.need("scope")?));
        let text = cells.need("period")?;
        let period = Period::parse(text).map_err(|why| cells.wrong("period", why.code(), text))?;
        let shown = format!("{} {} {text}", code.0, cells.need("scope")?);
        self.once(cells, "indicator", format!("{} {scope:?} {period}", code.0), &shown)?;
        let value = measured(cells.quantity("value")?, cells.quantity("numerator")?, cells.quantity("denominator")?);
        let value = value.ok_or_else(|| cells.wrong("value", "IMPORT_MEASURED_VALUE", &code.0))?;
        let indicator = self.snapshot.indicators.get(&code).ok_or_else(|| cells.wrong("indicator", "UNKNOWN_INDICATOR", &code.0))?;
        if indicator.measurements.get(&(scope.clone(), period.end, period.start)).is_some_and(|known| known.value == value) {
            self.steps.unchanged += 1;
            return Ok(());
        }
        let method = cells.text("method_fa", "method_en");
        let measurement = Measurement { scope, period, value, method, evidence: Vec::new(), provenance: None };
        let command = Command::Indicator(indicator::Command::RecordMeasurement(measurement));
        self.push(Phase::Facts, cells, "measure", Stream::Indicator(code), command, None);
        Ok(())
    }

    /// A milestone is named by its code.
    fn milestone_id(&self, cells: &Cells<'_>) -> Result<MilestoneId, RowError> {
        let code = cells.need("milestone")?;
        let id = MilestoneId(self.programme.id_of(&digits_to_latin(code)));
        if self.snapshot.milestones.contains_key(&id) { Ok(id) } else { Err(cells.wrong("milestone", "UNKNOWN_MILESTONE", code)) }
    }

    /// `key` is what makes two rows one; `shown` is how the file says it.
    fn once(&mut self, cells: &Cells<'_>, column: &str, key: String, shown: &str) -> Result<(), RowError> {
        if self.seen.insert(key) { Ok(()) } else { Err(cells.wrong(column, "IMPORT_DUPLICATE", shown)) }
    }

    fn is_ours(&self, event: uuid::Uuid, cells: &Cells<'_>, key: &str, stream: &Stream) -> bool {
        event == event_id(self.settings.command_id(self.programme, self.file, cells.row, key), &stream.to_string(), 0).0
    }

    fn push(&mut self, phase: Phase, cells: &Cells<'_>, key: &str, stream: Stream, command: Command, effective_on: Option<Date>) {
        let order = self.settings.order(self.programme, self.file, cells.row, key, Import::File, stream, command, effective_on);
        self.steps.push(phase, Step { file: self.file.name.clone(), row: cells.row, order });
    }
}
