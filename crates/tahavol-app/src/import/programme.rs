//! A programme file as commands: only what differs from the ledger, in phases that build on each other.

use tahavol_domain::calendar::{Date, Period, TimeZone};
use tahavol_domain::commission::{self, event::Establishment};
use tahavol_domain::fact::event_id;
use tahavol_domain::indicator::event::{BaselineValue, Definition, Meaning, MeasuredValue, Measurement, MeasurementScope, Quality, Target};
use tahavol_domain::initiative::event::{Decision, Proposal};
use tahavol_domain::milestone::command::{BaselineChoice, PlanMilestone};
use tahavol_domain::milestone::event::{Claim, ProgressReport};
use tahavol_domain::milestone::measure::{MeasureChoice, Scope, Step as MeasureStep};
use tahavol_domain::policy::Import;
use tahavol_domain::programme::event::{Charter, Council, Directive, HorizonCharter, Simulation, Thresholds};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::values::{
    CommissionSlug, DirectiveCode, Horizon, IndicatorCode, InitiativeId, MilestoneId, ProgrammeId, Province, ProvinceCode, StationCode,
};
use tahavol_domain::{Command, Stream, indicator, initiative, milestone, programme};
use tahavol_projections::Snapshot;
use toml::Spanned;
use uuid::Uuid;

use super::error::RowError;
use super::plan::{Phase, Settings, Step, Steps};
use super::programme_file::{
    DayText, FORMAT, IndicatorEntry, InitiativeEntry, MeasureEntry, MeasureKind, MilestoneEntry, Number, ProgrammeFile, ScopeCode,
    provenance,
};
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
    fn charter(&mut self, parsed: &ProgrammeFile, provinces: &[Province]) {
        let entry = &parsed.programme;
        let row = self.file.row_of(entry.slug.span().start);
        if let Some(chartered) = &self.snapshot.programme {
            if chartered.charter.slug != *entry.slug.get_ref() {
                self.differs(row, "slug", entry.slug.get_ref());
            }
            return;
        }
        let Ok(time_zone) = TimeZone::parse(entry.time_zone.get_ref()) else {
            let row = self.file.row_of(entry.time_zone.span().start);
            return self.wrong(row, "time_zone", "TIME_ZONE_UNKNOWN", entry.time_zone.get_ref());
        };
        let Some(first_official) = self.settings.first_official.clone() else {
            return self.wrong(row, "programme", "IMPORT_NEEDS_FIRST_OFFICIAL", "");
        };
        let horizons: Vec<HorizonCharter> = parsed
            .horizons
            .iter()
            .filter_map(|entry| {
                Some(HorizonCharter {
                    horizon: (*entry.code.get_ref()).into(),
                    title: entry.title.clone(),
                    starts: self.day("starts", &entry.starts)?,
                    ends: self.day("ends", &entry.ends)?,
                    provenance: provenance(entry.source, entry.illustrative),
                })
            })
            .collect();
        let hundredths = |n: i128| Quantity::from_micros(n * 10_000).unwrap_or(Quantity::ZERO);
        let charter = Charter {
            programme: self.programme,
            slug: entry.slug.get_ref().clone(),
            title: entry.title.clone(),
            time_zone,
            council: Council {
                title: parsed.council.title.clone(),
                chair: parsed.council.chair.clone(),
                provenance: provenance(parsed.council.source, parsed.council.illustrative),
            },
            administrator: self.settings.actor.clone(),
            first_official,
            horizons,
            commissions: parsed.commissions.iter().map(|entry| CommissionSlug(entry.slug.get_ref().clone())).collect(),
            provinces: provinces.to_vec(),
            confidence: Thresholds { green: hundredths(98), amber_green: hundredths(95), amber: hundredths(90), amber_red: hundredths(80) },
            simulation: self.settings.simulation.then_some(Simulation { shift_months: self.settings.shift_months }),
        };
        let stream = Stream::Programme(self.programme);
        self.push(Phase::Charter, row, "charter", stream, Command::Programme(programme::Command::Charter(Box::new(charter))), None);
    }

    fn commissions(&mut self, parsed: &ProgrammeFile) {
        for entry in &parsed.commissions {
            let row = self.file.row_of(entry.slug.span().start);
            let slug = CommissionSlug(entry.slug.get_ref().clone());
            let establishment = Establishment {
                slug: slug.clone(),
                title: entry.title.clone(),
                remit: entry.remit.clone(),
                provenance: provenance(entry.source, entry.illustrative),
            };
            match self.snapshot.commissions.get(&slug) {
                Some(known) if known.establishment == establishment => self.steps.unchanged += 1,
                Some(_) => self.differs(row, "title", &slug.0),
                None => {
                    let command = Command::Commission(commission::Command::Establish(establishment));
                    self.push(Phase::Commissions, row, "establish", Stream::Commission(slug), command, None);
                }
            }
        }
    }

    fn directives(&mut self, parsed: &ProgrammeFile) {
        for entry in &parsed.directives {
            let row = self.file.row_of(entry.code.span().start);
            let Some(issued_on) = self.day("issued_on", &entry.issued_on) else { continue };
            let directive = Directive {
                code: DirectiveCode(entry.code.get_ref().clone()),
                title: entry.title.clone(),
                issuer: entry.issuer.clone(),
                issued_on,
                provenance: provenance(entry.source, entry.illustrative),
            };
            match self.snapshot.directives.get(&directive.code) {
                Some(known) if known.directive == directive => self.steps.unchanged += 1,
                Some(_) => self.differs(row, "title", entry.code.get_ref()),
                None => {
                    let command = Command::Programme(programme::Command::IssueDirective(directive));
                    self.push(Phase::Commissions, row, "direct", Stream::Programme(self.programme), command, None);
                }
            }
        }
    }

    fn target(&mut self, parsed: &ProgrammeFile) {
        let Some(entry) = &parsed.target_stations else { return };
        let row = self.file.row_of(entry.rule.span().start);
        let visits = self.number(row, "visit_share_above", entry.visit_share_above);
        let cases = self.number(row, "case_share_above", entry.case_share_above);
        let (Some(visit_share_above), Some(case_share_above)) = (visits, cases) else { return };
        let known = self.snapshot.target.as_ref().map(|target| &target.0);
        if known.is_some_and(|set| set.visit_share_above == visit_share_above && set.case_share_above == case_share_above) {
            self.steps.unchanged += 1;
            return;
        }
        let provenance = provenance(entry.source, entry.illustrative);
        let command = programme::Command::DesignateTargetStations { visit_share_above, case_share_above, provenance };
        self.push(Phase::Targets, row, "target", Stream::Programme(self.programme), Command::Programme(command), None);
    }

    fn indicator(&mut self, entry: &IndicatorEntry) {
        let row = self.file.row_of(entry.code.span().start);
        let code = IndicatorCode(entry.code.get_ref().clone());
        let Some(definition) = self.definition(row, &code, entry) else { return };
        let stream = Stream::Indicator(code.clone());
        let known = self.snapshot.indicators.get(&code).cloned();
        match &known {
            Some(known) if known.definition == definition => self.steps.unchanged += 1,
            // The same file defined it, and it was redefined since.
            Some(known) if self.is_ours(known.defined.event.0, row, "define", &stream) => self.steps.unchanged += 1,
            Some(_) => self.differs(row, "code", &code.0),
            None => {
                let command = Command::Indicator(indicator::Command::Define(Box::new(definition)));
                self.push(Phase::Indicators, row, "define", stream.clone(), command, None);
            }
        }
        for target in &entry.targets {
            let horizon: Horizon = target.horizon.into();
            let Some(value) = self.number(row, "targets", target.value) else { continue };
            if known.as_ref().and_then(|known| known.targets.get(&horizon)).is_some_and(|(set, _)| *set == value) {
                self.steps.unchanged += 1;
                continue;
            }
            let command = Command::Indicator(indicator::Command::SetTarget(Target { horizon, value }));
            self.push(Phase::Values, row, &format!("target-{}", horizon.as_str()), stream.clone(), command, None);
        }
        for (index, _) in entry.measurements.iter().enumerate() {
            self.measurement(&stream, entry, index);
        }
    }

    fn definition(&mut self, row: u64, code: &IndicatorCode, entry: &IndicatorEntry) -> Option<Definition> {
        let baseline = match &entry.baseline {
            None => None,
            Some(baseline) => Some(BaselineValue {
                value: self.number(row, "baseline", baseline.value)?,
                on: self.day("baseline.on", &baseline.on)?,
                provenance: provenance(baseline.source, baseline.illustrative),
            }),
        };
        let tolerance = match entry.tolerance {
            None => None,
            Some(tolerance) => Some(self.number(row, "tolerance", tolerance)?),
        };
        let quality = &entry.quality;
        Some(Definition {
            code: code.clone(),
            commission: CommissionSlug(entry.commission.get_ref().clone()),
            derived: entry.derived.map(Into::into),
            aggregation: entry.aggregation.into(),
            meaning: Meaning {
                title: entry.title.clone(),
                unit: entry.unit.clone(),
                direction: entry.direction.into(),
                baseline,
                tolerance,
                quality: Quality {
                    source: quality.source.clone(),
                    method: quality.method.clone(),
                    accuracy: quality.accuracy.clone(),
                    limits: quality.limits.clone(),
                    remedies: quality.remedies.clone(),
                },
            },
            provenance: provenance(entry.source, entry.illustrative),
        })
    }

    fn measurement(&mut self, stream: &Stream, indicator: &IndicatorEntry, index: usize) {
        let entry = &indicator.measurements[index];
        let row = self.file.row_of(entry.scope.span().start);
        let Ok(period) = Period::parse(entry.period.get_ref()) else {
            return self.wrong(row, "period", "PERIOD_FORM", entry.period.get_ref());
        };
        let mut number = |column: &str, value: Option<Number>| match value {
            None => Ok(None),
            Some(value) => self.number(row, column, value).map(Some).ok_or(()),
        };
        let (Ok(value), Ok(numerator), Ok(denominator)) =
            (number("value", entry.value), number("numerator", entry.numerator), number("denominator", entry.denominator))
        else {
            return;
        };
        let Some(value) = measured(value, numerator, denominator) else {
            return self.wrong(row, "value", "IMPORT_MEASURED_VALUE", entry.scope.get_ref());
        };
        let measurement = Measurement {
            scope: scope_of(entry.scope.get_ref()),
            period: period.shift_persian_months(self.settings.shift_months),
            value,
            method: entry.method.clone(),
            evidence: Vec::new(),
            provenance: provenance(entry.source, entry.illustrative),
        };
        let Stream::Indicator(code) = stream else { unreachable!("an indicator's measurement lies in an indicator's stream") };
        let key = (measurement.scope.clone(), measurement.period.end, measurement.period.start);
        let known = self.snapshot.indicators.get(code).and_then(|known| known.measurements.get(&key)).cloned();
        let step = format!("measure-{index}");
        match known {
            Some(known) if known.value == measurement.value || self.is_ours(known.recorded.event.0, row, &step, stream) => {
                self.steps.unchanged += 1;
            }
            Some(_) => self.differs(row, "value", entry.scope.get_ref()),
            None => {
                let command = Command::Indicator(indicator::Command::RecordMeasurement(measurement));
                self.push(Phase::Values, row, &step, stream.clone(), command, None);
            }
        }
    }

    fn initiative(&mut self, entry: &InitiativeEntry) {
        let row = self.file.row_of(entry.code.span().start);
        let id = InitiativeId(self.programme.id_of(entry.code.get_ref()));
        let stream = Stream::Initiative(id);
        let proposal = Proposal {
            code: entry.code.get_ref().clone(),
            commission: CommissionSlug(entry.commission.get_ref().clone()),
            horizon: entry.horizon.into(),
            title: entry.title.clone(),
            directives: entry.directives.iter().cloned().map(DirectiveCode).collect(),
            note: entry.note.clone(),
            provenance: provenance(entry.source, entry.illustrative),
        };
        let known = self.snapshot.initiatives.get(&id).cloned();
        match &known {
            Some(known) if known.proposal == proposal || self.is_ours(known.proposed.event.0, row, "propose", &stream) => {
                self.steps.unchanged += 1;
            }
            Some(_) => self.differs(row, "code", entry.code.get_ref()),
            None => {
                let command = Command::Initiative(initiative::Command::Propose(proposal));
                self.push(Phase::Initiatives, row, "propose", stream.clone(), command, None);
            }
        }
        for milestone in &entry.milestones {
            self.milestone(id, milestone);
        }
        if known.is_none_or(|known| known.phase == initiative::Phase::Proposed) {
            let decision = Decision { resolution: self.settings.resolution.clone() };
            let command = Command::Initiative(initiative::Command::Approve(decision));
            self.push(Phase::Approvals, row, "approve", stream, command, None);
        }
    }

    fn milestone(&mut self, initiative: InitiativeId, entry: &MilestoneEntry) {
        let row = self.file.row_of(entry.code.span().start);
        let id = MilestoneId(self.programme.id_of(entry.code.get_ref()));
        let stream = Stream::Milestone(id);
        let (Some(starts), Some(due), Some(measure)) =
            (self.day("starts", &entry.starts), self.day("due", &entry.due), self.measure(row, &entry.measure))
        else {
            return;
        };
        let known = self.snapshot.milestones.get(&id).cloned();
        match &known {
            Some(known) => {
                let first = known.plan.original.as_ref().unwrap_or(&known.plan.current);
                let same = known.plan.title == entry.title && first.weight == entry.weight && first.starts == starts && first.due == due;
                if same || self.is_ours(known.plan.planned.event.0, row, "plan", &stream) {
                    self.steps.unchanged += 1;
                } else {
                    self.differs(row, "code", entry.code.get_ref());
                }
            }
            None => {
                let plan = PlanMilestone {
                    initiative,
                    code: entry.code.get_ref().clone(),
                    title: entry.title.clone(),
                    baseline: BaselineChoice { weight: entry.weight, starts, due, horizon: entry.horizon.map(Into::into), measure },
                    provenance: provenance(entry.source, entry.illustrative),
                };
                let command = Command::Milestone(milestone::Command::Plan(Box::new(plan)));
                self.push(Phase::Milestones, row, "plan", stream.clone(), command, None);
            }
        }
        if let Some(report) = &entry.reported
            && let Some(on) = self.day("reported.on", &report.on)
        {
            let row = self.file.row_of(report.on.span().start);
            if known.as_ref().is_some_and(|known| known.reports.iter().any(|told| told.effective_on == on)) {
                self.steps.unchanged += 1;
            } else if let Some(progress) = self.fraction(row, &report.fraction) {
                let provenance = provenance(report.source, report.illustrative);
                let report = ProgressReport { progress: Some(progress), provenance, ..ProgressReport::default() };
                let command = Command::Milestone(milestone::Command::ReportProgress(report));
                self.push(Phase::Facts, row, "report", stream.clone(), command, Some(on));
            }
        }
        if let Some(claim) = &entry.claimed
            && let Some(on) = self.day("claimed.on", &claim.on)
        {
            let row = self.file.row_of(claim.on.span().start);
            if known.as_ref().is_some_and(|known| known.life.claims.iter().any(|told| told.effective_on == on)) {
                self.steps.unchanged += 1;
            } else {
                let claim = Claim { provenance: provenance(claim.source, claim.illustrative), ..Claim::default() };
                let command = Command::Milestone(milestone::Command::ClaimCompletion(claim));
                self.push(Phase::Facts, row, "claim", stream, command, Some(on));
            }
        }
    }

    fn measure(&mut self, row: u64, entry: &MeasureEntry) -> Option<MeasureChoice> {
        Some(match entry.kind {
            MeasureKind::Binary => MeasureChoice::Binary,
            MeasureKind::Reported => MeasureChoice::Reported,
            MeasureKind::Steps => {
                let steps = entry.steps.iter().flatten();
                MeasureChoice::Steps(steps.map(|step| MeasureStep { title: step.title.clone(), weight: step.weight }).collect())
            }
            MeasureKind::Rollout => {
                let Some(scope) = &entry.scope else {
                    self.wrong(row, "measure.scope", "IMPORT_MISSING", "scope");
                    return None;
                };
                let scope = match (scope.get_ref(), &entry.province) {
                    (ScopeCode::All, _) => Scope::All,
                    (ScopeCode::Target, _) => Scope::Target,
                    (ScopeCode::Unnetworked, _) => Scope::Unnetworked,
                    (ScopeCode::TargetUnnetworked, _) => Scope::TargetUnnetworked,
                    (ScopeCode::Province, Some(province)) => Scope::Province(ProvinceCode(province.clone())),
                    (ScopeCode::Province, None) => {
                        self.wrong(row, "measure.province", "IMPORT_MISSING", "province");
                        return None;
                    }
                };
                MeasureChoice::Rollout { scope, weigh_by_visits: entry.weight_by.is_some() }
            }
            MeasureKind::Indicator => match &entry.indicator {
                Some(code) => MeasureChoice::Indicator(IndicatorCode(code.clone())),
                None => {
                    self.wrong(row, "measure.indicator", "IMPORT_MISSING", "indicator");
                    return None;
                }
            },
        })
    }

    /// A share of one as basis points, rounded down.
    fn fraction(&mut self, row: u64, fraction: &Spanned<Number>) -> Option<u16> {
        let micros = self.number(row, "fraction", *fraction.get_ref())?.micros();
        match u16::try_from(micros / 100) {
            Ok(points) if (0..=1_000_000).contains(&micros) => Some(points),
            _ => {
                self.wrong(row, "fraction", "PROGRESS_RANGE", Quantity::from_micros(micros).unwrap_or(Quantity::MAX));
                None
            }
        }
    }

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

/// A plain value or both parts of a ratio, not a mixture.
pub(super) fn measured(value: Option<Quantity>, numerator: Option<Quantity>, denominator: Option<Quantity>) -> Option<MeasuredValue> {
    match (value, numerator, denominator) {
        (Some(value), None, None) => Some(MeasuredValue::Plain(value)),
        (None, Some(numerator), Some(denominator)) => Some(MeasuredValue::Ratio { numerator, denominator }),
        _ => None,
    }
}

/// `national`, a province of ISO 3166-2:IR, else a station's code.
pub(super) fn scope_of(text: &str) -> MeasurementScope {
    if text.eq_ignore_ascii_case("national") {
        MeasurementScope::National
    } else if text.starts_with("IR-") {
        MeasurementScope::Province(ProvinceCode(text.to_owned()))
    } else {
        MeasurementScope::Station(StationCode(text.to_owned()))
    }
}
