//! What of a subject can change, by the names under which programs and the message catalogue know it.

use serde::{Serialize, Serializer};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Title,
    Name,
    Horizon,
    Directives,
    Note,
    Phase,
    /// Decisions that left the phase as it was.
    Decisions,
    /// A confidence that somebody stated, of a horizon and voice.
    Rating,
    Office,
    ReleaseProposed,
    Starts,
    Ends,
    Due,
    Weight,
    Measure,
    /// Whether a milestone counts.
    Counts,
    /// Rebaselines that left the baseline as it was.
    Rebaselines,
    RebaselineProposed,
    CancellationProposed,
    Blocked,
    /// Claims and verdicts that left the phase as it was.
    Claims,
    /// How many there are.
    Reports,
    /// One of them.
    Report,
    Deliveries,
    Delivery,
    /// Basis points on the day.
    Reported,
    Verified,
    /// Number of target stations.
    Stations,
    Action,
    Networked,
    NetworkChanged,
    AnnualVisits,
    AnnualCases,
    Unit,
    Direction,
    Baseline,
    Tolerance,
    Quality,
    Redefinitions,
    Target,
    Measurement,
    Standing,
    NationalValue,
    /// What happened and left everything as it was.
    Meanwhile,
}

impl Field {
    pub const ALL: [Field; 44] = [
        Field::Title,
        Field::Name,
        Field::Horizon,
        Field::Directives,
        Field::Note,
        Field::Phase,
        Field::Decisions,
        Field::Rating,
        Field::Office,
        Field::ReleaseProposed,
        Field::Starts,
        Field::Ends,
        Field::Due,
        Field::Weight,
        Field::Measure,
        Field::Counts,
        Field::Rebaselines,
        Field::RebaselineProposed,
        Field::CancellationProposed,
        Field::Blocked,
        Field::Claims,
        Field::Reports,
        Field::Report,
        Field::Deliveries,
        Field::Delivery,
        Field::Reported,
        Field::Verified,
        Field::Stations,
        Field::Action,
        Field::Networked,
        Field::NetworkChanged,
        Field::AnnualVisits,
        Field::AnnualCases,
        Field::Unit,
        Field::Direction,
        Field::Baseline,
        Field::Tolerance,
        Field::Quality,
        Field::Redefinitions,
        Field::Target,
        Field::Measurement,
        Field::Standing,
        Field::NationalValue,
        Field::Meanwhile,
    ];

    /// For programs; never changes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Field::Title => "title",
            Field::Name => "name",
            Field::Horizon => "horizon",
            Field::Directives => "directives",
            Field::Note => "note",
            Field::Phase => "phase",
            Field::Decisions => "decisions",
            Field::Rating => "rating",
            Field::Office => "office",
            Field::ReleaseProposed => "releaseProposed",
            Field::Starts => "starts",
            Field::Ends => "ends",
            Field::Due => "due",
            Field::Weight => "weight",
            Field::Measure => "measure",
            Field::Counts => "counts",
            Field::Rebaselines => "rebaselines",
            Field::RebaselineProposed => "rebaselineProposed",
            Field::CancellationProposed => "cancellationProposed",
            Field::Blocked => "blocked",
            Field::Claims => "claims",
            Field::Reports => "reports",
            Field::Report => "report",
            Field::Deliveries => "deliveries",
            Field::Delivery => "delivery",
            Field::Reported => "reported",
            Field::Verified => "verified",
            Field::Stations => "stations",
            Field::Action => "action",
            Field::Networked => "networked",
            Field::NetworkChanged => "networkChanged",
            Field::AnnualVisits => "annualVisits",
            Field::AnnualCases => "annualCases",
            Field::Unit => "unit",
            Field::Direction => "direction",
            Field::Baseline => "baseline",
            Field::Tolerance => "tolerance",
            Field::Quality => "quality",
            Field::Redefinitions => "redefinitions",
            Field::Target => "target",
            Field::Measurement => "measurement",
            Field::Standing => "standing",
            Field::NationalValue => "nationalValue",
            Field::Meanwhile => "meanwhile",
        }
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
