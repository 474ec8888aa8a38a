//! What things are called on pages: commissions, horizons, phases and offices in the reader's words.

use tahavol_app::messages;
use tahavol_domain::values::{CommissionSlug, Horizon, Office};
use tahavol_domain::{initiative, milestone};

use crate::sheet::Sheet;

impl Sheet<'_> {
    /// A commission's title; its slug where the picture does not know it yet.
    #[must_use]
    pub fn commission(&self, slug: &CommissionSlug) -> String {
        let row = self.snapshot.commissions.get(slug);
        row.map_or_else(|| slug.0.clone(), |row| row.establishment.title.get(self.lang()).to_owned())
    }

    #[must_use]
    pub fn horizon(&self, horizon: Horizon) -> String {
        self.word(match horizon {
            Horizon::Short => "page-horizon-short",
            Horizon::Medium => "page-horizon-medium",
            Horizon::Long => "page-horizon-long",
        })
    }

    #[must_use]
    pub fn milestone_phase(&self, phase: milestone::Phase) -> String {
        self.word(match phase {
            milestone::Phase::Planned => "WORD_PLANNED",
            milestone::Phase::Claimed => "WORD_CLAIMED",
            milestone::Phase::Verified => "WORD_VERIFIED",
            milestone::Phase::Cancelled => "WORD_CANCELLED",
        })
    }

    #[must_use]
    pub fn initiative_phase(&self, phase: initiative::Phase) -> String {
        self.word(match phase {
            initiative::Phase::Proposed => "WORD_PROPOSED",
            initiative::Phase::Submitted => "WORD_SUBMITTED",
            initiative::Phase::Returned => "WORD_RETURNED",
            initiative::Phase::Approved => "WORD_APPROVED",
            initiative::Phase::Rejected => "WORD_REJECTED",
            initiative::Phase::Suspended => "WORD_SUSPENDED",
            initiative::Phase::Completed => "WORD_COMPLETED",
            initiative::Phase::Cancelled => "WORD_CANCELLED",
        })
    }

    /// What something is counted in.
    #[must_use]
    pub fn unit(&self, unit: &str) -> String {
        messages::unit_text(unit, self.lang())
    }

    /// What a person acts as.
    #[must_use]
    pub fn office(&self, office: &Office) -> String {
        messages::office_text(office, self.snapshot, self.lang())
    }
}
