//! The programme file as it is written: TOML, every key known, dates in either calendar.

use serde::Deserialize;
use tahavol_domain::calendar::{Date, DateError};
use tahavol_domain::indicator::event::{Aggregation, Derived, Direction};
use tahavol_domain::quantity::Quantity;
use tahavol_domain::text::Text;
use tahavol_domain::values::{Horizon, Provenance};
use toml::Spanned;

/// The only format so far.
pub const FORMAT: u32 = 1;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeFile {
    pub format: u32,
    pub programme: ProgrammeEntry,
    pub council: CouncilEntry,
    pub horizons: Vec<HorizonEntry>,
    pub commissions: Vec<CommissionEntry>,
    #[serde(default)]
    pub directives: Vec<DirectiveEntry>,
    pub target_stations: Option<TargetEntry>,
    #[serde(default)]
    pub indicators: Vec<IndicatorEntry>,
    #[serde(default)]
    pub initiatives: Vec<InitiativeEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeEntry {
    pub slug: Spanned<String>,
    pub title: Text,
    pub calendar: Calendar,
    pub time_zone: Spanned<String>,
    #[serde(default)]
    pub languages: Vec<String>,
}

/// How the file's people count days; dates are accepted in both calendars whatever it says.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Calendar {
    Persian,
    Gregorian,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouncilEntry {
    pub title: Text,
    pub chair: Text,
    pub source: Option<Source>,
    #[serde(default)]
    pub illustrative: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HorizonEntry {
    pub code: Spanned<HorizonCode>,
    pub title: Text,
    pub starts: Spanned<DayText>,
    pub ends: Spanned<DayText>,
    pub source: Option<Source>,
    #[serde(default)]
    pub illustrative: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommissionEntry {
    pub slug: Spanned<String>,
    pub title: Text,
    pub remit: Text,
    pub source: Option<Source>,
    #[serde(default)]
    pub illustrative: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectiveEntry {
    pub code: Spanned<String>,
    pub title: Text,
    pub issuer: Text,
    pub issued_on: Spanned<DayText>,
    pub source: Option<Source>,
    #[serde(default)]
    pub illustrative: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetEntry {
    pub rule: Spanned<TargetRule>,
    pub visit_share_above: Number,
    pub case_share_above: Number,
    pub source: Option<Source>,
    #[serde(default)]
    pub illustrative: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TargetRule {
    LargestFirst,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorEntry {
    pub code: Spanned<String>,
    pub commission: Spanned<String>,
    pub derived: Option<DerivedCode>,
    pub title: Text,
    pub unit: String,
    pub direction: DirectionCode,
    pub aggregation: AggregationCode,
    pub baseline: Option<BaselineEntry>,
    pub tolerance: Option<Number>,
    #[serde(default)]
    pub targets: Vec<TargetValueEntry>,
    #[serde(default)]
    pub measurements: Vec<MeasurementEntry>,
    #[serde(default)]
    pub quality: QualityEntry,
    pub source: Option<Source>,
    #[serde(default)]
    pub illustrative: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QualityEntry {
    pub source: Option<Text>,
    pub method: Option<Text>,
    pub accuracy: Option<Text>,
    pub limits: Option<Text>,
    pub remedies: Option<Text>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineEntry {
    pub value: Number,
    pub on: Spanned<DayText>,
    pub source: Option<Source>,
    #[serde(default)]
    pub illustrative: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetValueEntry {
    pub horizon: HorizonCode,
    pub value: Number,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasurementEntry {
    /// `national`, a province's code or a station's.
    pub scope: Spanned<String>,
    pub period: Spanned<String>,
    pub value: Option<Number>,
    pub numerator: Option<Number>,
    pub denominator: Option<Number>,
    pub method: Option<Text>,
    pub source: Option<Source>,
    #[serde(default)]
    pub illustrative: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InitiativeEntry {
    pub code: Spanned<String>,
    pub commission: Spanned<String>,
    pub horizon: HorizonCode,
    pub title: Text,
    #[serde(default)]
    pub directives: Vec<String>,
    pub note: Option<Text>,
    #[serde(default)]
    pub milestones: Vec<MilestoneEntry>,
    pub source: Option<Source>,
    #[serde(default)]
    pub illustrative: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MilestoneEntry {
    pub code: Spanned<String>,
    pub horizon: Option<HorizonCode>,
    pub title: Text,
    pub weight: u32,
    pub starts: Spanned<DayText>,
    pub due: Spanned<DayText>,
    pub measure: MeasureEntry,
    pub reported: Option<ReportEntry>,
    pub claimed: Option<ClaimEntry>,
    pub source: Option<Source>,
    #[serde(default)]
    pub illustrative: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasureEntry {
    pub kind: MeasureKind,
    pub scope: Option<Spanned<ScopeCode>>,
    pub province: Option<String>,
    pub weight_by: Option<WeightBy>,
    pub indicator: Option<String>,
    pub steps: Option<Vec<StepEntry>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MeasureKind {
    Binary,
    Reported,
    Steps,
    Rollout,
    Indicator,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub enum ScopeCode {
    #[serde(rename = "all")]
    All,
    #[serde(rename = "target")]
    Target,
    #[serde(rename = "unnetworked")]
    Unnetworked,
    #[serde(rename = "target+unnetworked")]
    TargetUnnetworked,
    #[serde(rename = "province")]
    Province,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WeightBy {
    Visits,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepEntry {
    pub title: Text,
    pub weight: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportEntry {
    /// From 0 to 1.
    pub fraction: Spanned<Number>,
    pub on: Spanned<DayText>,
    pub source: Option<Source>,
    #[serde(default)]
    pub illustrative: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimEntry {
    pub on: Spanned<DayText>,
    pub source: Option<Source>,
    #[serde(default)]
    pub illustrative: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    Article,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HorizonCode {
    Short,
    Medium,
    Long,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DerivedCode {
    NetworkedStations,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DirectionCode {
    Increase,
    Decrease,
    Observe,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AggregationCode {
    Sum,
    Mean,
    Ratio,
    Latest,
}

/// A day as a person wrote it.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct DayText(pub String);

impl DayText {
    /// # Errors
    /// When it is no day of either calendar.
    pub fn day(&self) -> Result<Date, DateError> {
        Date::parse(&self.0)
    }
}

/// A number as TOML writes it; told on as the decimal it was written as.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub enum Number {
    Whole(i64),
    Fraction(f64),
}

impl Number {
    /// The shortest decimal that the number can be read back from; none when it has more than six places.
    #[must_use]
    pub fn quantity(self) -> Option<Quantity> {
        match self {
            Number::Whole(whole) => Some(Quantity::from_int(whole)),
            Number::Fraction(fraction) => Quantity::parse(&fraction.to_string()).ok(),
        }
    }
}

impl From<HorizonCode> for Horizon {
    fn from(code: HorizonCode) -> Horizon {
        match code {
            HorizonCode::Short => Horizon::Short,
            HorizonCode::Medium => Horizon::Medium,
            HorizonCode::Long => Horizon::Long,
        }
    }
}

impl From<DerivedCode> for Derived {
    fn from(code: DerivedCode) -> Derived {
        match code {
            DerivedCode::NetworkedStations => Derived::NetworkedStations,
        }
    }
}

impl From<DirectionCode> for Direction {
    fn from(code: DirectionCode) -> Direction {
        match code {
            DirectionCode::Increase => Direction::Increase,
            DirectionCode::Decrease => Direction::Decrease,
            DirectionCode::Observe => Direction::Observe,
        }
    }
}

impl From<AggregationCode> for Aggregation {
    fn from(code: AggregationCode) -> Aggregation {
        match code {
            AggregationCode::Sum => Aggregation::Sum,
            AggregationCode::Mean => Aggregation::Mean,
            AggregationCode::Ratio => Aggregation::Ratio,
            AggregationCode::Latest => Aggregation::Latest,
        }
    }
}

/// What the file marks `source = "article"` or `illustrative = true`.
#[must_use]
pub fn provenance(source: Option<Source>, illustrative: bool) -> Option<Provenance> {
    match (source, illustrative) {
        (_, true) => Some(Provenance::Illustrative),
        (Some(Source::Article), false) => Some(Provenance::Article),
        (None, false) => None,
    }
}
