//! The enums of the schema, one for each of the domain's.

use async_graphql::Enum;

/// A dated window that milestones are committed to (افق).
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::values::Horizon")]
pub(crate) enum Horizon {
    Short,
    Medium,
    Long,
}

/// Where a figure in a file comes from, when it is not an act of this programme.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::values::Provenance")]
pub(crate) enum Provenance {
    /// Stated by the source article.
    Article,
    /// Made up to fill the programme out.
    Illustrative,
}

/// Confidence on five points, and grey for "cannot be said".
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::values::Confidence")]
pub(crate) enum Confidence {
    Green,
    AmberGreen,
    Amber,
    AmberRed,
    Red,
    Grey,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::programme::event::ReviewKind")]
pub(crate) enum ReviewKind {
    /// The monthly stock-take.
    StockTake,
    /// The annual conference.
    Conference,
}

/// What a person is in a commission.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::commission::event::Role")]
pub(crate) enum Role {
    Chair,
    Secretary,
    Member,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::commission::event::RatingVoice")]
pub(crate) enum RatingVoice {
    /// The commission's own confidence.
    Own,
    /// An inspector's.
    Independent,
}

#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::station::event::StationKind")]
pub(crate) enum StationKind {
    /// کلانتری
    Station,
    /// پاسگاه
    Outpost,
}

/// Which way an indicator should move.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::indicator::event::Direction")]
pub(crate) enum Direction {
    Increase,
    Decrease,
    Observe,
}

/// How measurements of provinces become one of the country.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::indicator::event::Aggregation")]
pub(crate) enum Aggregation {
    Sum,
    Mean,
    /// Keeps numerator and denominator, so provinces add up correctly; told in percent.
    Ratio,
    Latest,
}

/// What an indicator counts from the programme itself, taking no measurements.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::indicator::event::Derived")]
pub(crate) enum Derived {
    /// Open stations with a network.
    NetworkedStations,
}

/// Where an initiative stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::initiative::Phase")]
pub(crate) enum InitiativePhase {
    Proposed,
    Submitted,
    Returned,
    Approved,
    Rejected,
    Suspended,
    Completed,
    Cancelled,
}

/// Where a milestone stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_domain::milestone::Phase")]
pub(crate) enum MilestonePhase {
    Planned,
    Claimed,
    Verified,
    Cancelled,
}

/// Contested and withdrawn measurements do not count.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_projections::rows::MeasurementStanding")]
pub(crate) enum MeasurementStanding {
    Recorded,
    Verified,
    Contested,
    Withdrawn,
}

/// What was said of a claim.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "tahavol_projections::rows::Verdict")]
pub(crate) enum Verdict {
    Verified,
    Refused,
}

/// Which promise progress is measured against.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
#[graphql(remote = "tahavol_projections::progress::BaselineKind")]
pub(crate) enum BaselineKind {
    /// As last decided.
    #[default]
    Current,
    /// The first dates, weight and horizon, kept for ever; cancelled milestones still count.
    Original,
}

/// How a milestone's progress is measured.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MeasureKind {
    /// 10,000 with a standing claim, else 0.
    Binary,
    /// The latest report, at most 9,000; 10,000 with a standing claim.
    Reported,
    /// Weights of the done steps over all.
    Steps,
    /// Delivered stations over those in scope.
    Rollout,
    /// How far an indicator has come from its baseline to its target.
    Indicator,
}

/// The stations of a roll-out; `PROVINCE` names one beside it.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    All,
    Target,
    Unnetworked,
    TargetUnnetworked,
    Province,
}

/// What a measurement is of.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MeasurementScopeKind {
    National,
    Province,
    Station,
}
