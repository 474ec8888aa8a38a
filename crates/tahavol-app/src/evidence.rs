//! What the command path asks of the place where evidence files lie: is this file there, and is it what the command says it is?

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use tahavol_domain::values::{Evidence, Sha256};
use tahavol_domain::{Command, commission, indicator, initiative, milestone, programme, station};

/// A file as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvidence {
    pub media_type: String,
    /// In bytes.
    pub size: u64,
}

/// The store cannot be asked now. Nothing was recorded; the command may be sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("evidence store not available: {what}")]
pub struct EvidenceUnavailable {
    pub what: String,
}

/// Where evidence files lie, by their SHA-256.
pub trait EvidenceStore: Send + Sync + 'static {
    /// The file's type and size; `None` when it is not there.
    fn find(&self, digest: Sha256) -> BoxFuture<'_, Result<Option<StoredEvidence>, EvidenceUnavailable>>;
}

/// A store that only remembers what it was told is there: for tests, and for commands that carry no files.
#[derive(Debug, Default)]
pub struct MemoryEvidence {
    files: Mutex<BTreeMap<Sha256, StoredEvidence>>,
}

impl MemoryEvidence {
    pub fn put(&self, digest: Sha256, media_type: &str, size: u64) {
        let file = StoredEvidence { media_type: media_type.to_owned(), size };
        self.files.lock().unwrap_or_else(PoisonError::into_inner).insert(digest, file);
    }
}

impl EvidenceStore for MemoryEvidence {
    fn find(&self, digest: Sha256) -> BoxFuture<'_, Result<Option<StoredEvidence>, EvidenceUnavailable>> {
        let found = self.files.lock().unwrap_or_else(PoisonError::into_inner).get(&digest).cloned();
        Box::pin(std::future::ready(Ok(found)))
    }
}

/// The files that a command refers to.
pub(crate) fn referred(command: &Command) -> &[Evidence] {
    match command {
        Command::Programme(command) => of_programme(command),
        Command::Commission(command) => of_commission(command),
        Command::Initiative(command) => of_initiative(command),
        Command::Milestone(command) => of_milestone(command),
        Command::Station(command) => of_station(command),
        Command::Indicator(command) => of_indicator(command),
    }
}

fn of_programme(command: &programme::Command) -> &[Evidence] {
    use programme::Command as C;
    match command {
        C::CloseReviewAction(closure) => &closure.evidence,
        C::Charter(_)
        | C::AppointOfficial(_)
        | C::ProposeOfficialRelease(_)
        | C::ReleaseOfficial(_)
        | C::DelegateOffice(_)
        | C::EndDelegation(_)
        | C::RescheduleHorizon(_)
        | C::IssueDirective(_)
        | C::ApproveDocument { .. }
        | C::DesignateTargetStations { .. }
        | C::HoldReview(_)
        | C::DestroyEvidence(_) => &[],
    }
}

fn of_commission(command: &commission::Command) -> &[Evidence] {
    use commission::Command as C;
    match command {
        C::Establish(_) | C::AppointMember(_) | C::ReleaseMember(_) | C::Rate(_) => &[],
    }
}

fn of_initiative(command: &initiative::Command) -> &[Evidence] {
    use initiative::Command as C;
    match command {
        C::Propose(_)
        | C::Revise(_)
        | C::Submit
        | C::Approve(_)
        | C::Return(_)
        | C::Reject(_)
        | C::Suspend(_)
        | C::Resume(_)
        | C::Complete(_)
        | C::Cancel(_)
        | C::AllocateResources(_)
        | C::RaiseRisk(_)
        | C::CloseRisk(_) => &[],
    }
}

fn of_milestone(command: &milestone::Command) -> &[Evidence] {
    use milestone::Command as C;
    match command {
        C::ReportProgress(report) => &report.evidence,
        C::CorrectProgress(correction) => &correction.report.evidence,
        C::ClaimCompletion(claim) => &claim.evidence,
        C::Plan(_)
        | C::Revise(_)
        | C::Admit(_)
        | C::ProposeRebaseline(_)
        | C::ApproveRebaseline(_)
        | C::RefuseRebaseline(_)
        | C::ProposeCancellation(_)
        | C::ApproveCancellation(_)
        | C::RefuseCancellation(_)
        | C::Block
        | C::Unblock
        | C::VerifyCompletion(_)
        | C::RefuseCompletion(_) => &[],
    }
}

fn of_station(command: &station::Command) -> &[Evidence] {
    use station::Command as C;
    match command {
        C::RecordDelivery(delivery) => &delivery.evidence,
        C::Register(_) | C::RecordVolume(_) | C::RecordNetwork | C::RecordNetworkLoss | C::RevokeDelivery(_) | C::Close => &[],
    }
}

fn of_indicator(command: &indicator::Command) -> &[Evidence] {
    use indicator::Command as C;
    match command {
        C::RecordMeasurement(measurement) => &measurement.evidence,
        C::CorrectMeasurement(correction) => &correction.evidence,
        C::Define(_)
        | C::Redefine(_)
        | C::SetTarget(_)
        | C::VerifyMeasurement(_)
        | C::ContestMeasurement(_)
        | C::WithdrawMeasurement(_) => &[],
    }
}
