//! The snapshot as a decision looks at it, and what it answers about offices and codes.

use std::sync::Arc;

use tahavol_domain::aggregate::{EvidenceBasis, IndicatorBasis, InitiativeBasis, MilestoneBasis, StationBasis};
use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::milestone::measure::Scope;
use tahavol_domain::programme::event::{Delegation, DocumentVersion, Simulation};
use tahavol_domain::values::{
    ActorId, CommissionSlug, DirectiveCode, Horizon, IndicatorCode, InitiativeId, MilestoneId, Office, ProgrammeId, ProvinceCode, Sha256,
    StationCode,
};
use tahavol_domain::{Basis, initiative, milestone};

use crate::Snapshot;
use crate::entitlement::Moment;
use crate::rows::{DelegationRow, InitiativeRow, MilestoneRow, StationRow, Verdict};

impl Snapshot {
    /// Offices held on the day: those given and not ended, and those lent for that day by somebody who still holds them.
    #[must_use]
    pub fn offices(&self, actor: &ActorId, on: Date) -> Vec<Office> {
        let mut offices: Vec<Office> = self.officials.get(actor).map(|row| row.offices().cloned().collect()).unwrap_or_default();
        offices.extend(self.lent_to(actor, on).map(|delegation| delegation.office.clone()));
        offices.sort();
        offices.dedup();
        offices
    }

    /// What is lent to the actor for the day by somebody who still holds it.
    fn lent_to(&self, actor: &ActorId, on: Date) -> impl Iterator<Item = &Delegation> {
        let in_force = move |row: &&DelegationRow| {
            let delegation = &row.delegation;
            delegation.to.id == *actor
                && row.ended.is_none()
                && (delegation.starts..=delegation.ends).contains(&on)
                && self.officials.get(&delegation.from).is_some_and(|lender| lender.offices().any(|office| *office == delegation.office))
        };
        self.delegations.values().map(AsRef::as_ref).filter(in_force).map(|row| &row.delegation)
    }

    /// Tehran's before the charter.
    #[must_use]
    pub fn time_zone(&self) -> TimeZone {
        self.programme.as_ref().map_or_else(TimeZone::tehran, |row| row.charter.time_zone.clone())
    }

    /// Present where the ledger was founded as a simulation.
    #[must_use]
    pub fn simulation(&self) -> Option<&Simulation> {
        self.programme.as_ref()?.charter.simulation.as_ref()
    }

    /// Ids follow from codes; should one not, it is found all the same.
    #[must_use]
    pub fn milestone_by_code(&self, code: &str) -> Option<&Arc<MilestoneRow>> {
        let id = self.programme.as_ref().map(|row| MilestoneId(row.id.id_of(code)));
        let by_id = id.and_then(|id| self.milestones.get(&id)).filter(|row| row.plan.code == code);
        by_id.or_else(|| self.milestones.values().find(|row| row.plan.code == code))
    }

    /// The same for initiatives.
    #[must_use]
    pub fn initiative_by_code(&self, code: &str) -> Option<&Arc<InitiativeRow>> {
        let id = self.programme.as_ref().map(|row| InitiativeId(row.id.id_of(code)));
        let by_id = id.and_then(|id| self.initiatives.get(&id)).filter(|row| row.proposal.code == code);
        by_id.or_else(|| self.initiatives.values().find(|row| row.proposal.code == code))
    }

    /// The civil day on which that position was recorded, for those that decisions ask about: the last one, and those of claims.
    fn day_of(&self, position: u64) -> Option<Date> {
        let recorded = if self.position == Some(position) {
            self.recorded_at
        } else {
            let claims = self.milestones.values().flat_map(|row| row.life.claims.iter());
            claims.map(|claim| &claim.claimed).find(|stamp| stamp.position == position).map(|stamp| stamp.at)
        };
        recorded.map(|instant| instant.date_in(&self.time_zone()))
    }

    fn open_stations(&self) -> impl Iterator<Item = &StationRow> {
        self.stations.values().map(AsRef::as_ref).filter(|row| row.closed.is_none())
    }

    /// What a rejected or cancelled initiative promised is no longer promised.
    fn is_promised(&self, row: &MilestoneRow) -> bool {
        let initiative = self.initiatives.get(&row.plan.initiative).map(|initiative| initiative.phase);
        row.life.phase != milestone::Phase::Cancelled
            && match initiative {
                Some(initiative::Phase::Rejected | initiative::Phase::Cancelled) | None => false,
                Some(
                    initiative::Phase::Proposed
                    | initiative::Phase::Submitted
                    | initiative::Phase::Returned
                    | initiative::Phase::Approved
                    | initiative::Phase::Suspended
                    | initiative::Phase::Completed,
                ) => true,
            }
    }
}

impl Basis for Snapshot {
    fn position(&self) -> Option<u64> {
        self.position
    }

    fn programme(&self) -> Option<ProgrammeId> {
        self.programme.as_ref().map(|row| row.id)
    }

    fn charter_commissions(&self) -> Vec<CommissionSlug> {
        self.programme.as_ref().map(|row| row.charter.commissions.clone()).unwrap_or_default()
    }

    fn has_commission(&self, slug: &CommissionSlug) -> bool {
        self.commissions.contains_key(slug)
    }

    fn has_directive(&self, code: &DirectiveCode) -> bool {
        self.directives.contains_key(code)
    }

    fn has_province(&self, code: &ProvinceCode) -> bool {
        self.programme.as_ref().is_some_and(|row| row.charter.provinces.iter().any(|province| province.code == *code))
    }

    fn horizon(&self, horizon: Horizon) -> Option<(Date, Date)> {
        self.horizons.get(&horizon).map(|window| (window.starts, window.ends))
    }

    fn latest_due(&self, horizon: Horizon) -> Option<(Date, String)> {
        let committed = self.milestones.values().filter(|row| row.plan.current.horizon == horizon && self.is_promised(row));
        committed.map(|row| (row.plan.current.due, row.plan.code.clone())).max()
    }

    fn offices(&self, actor: &ActorId, on: Date) -> Vec<Office> {
        Snapshot::offices(self, actor, on)
    }

    fn lenders(&self, actor: &ActorId, office: &Office, at: Instant) -> Vec<ActorId> {
        let grounds = self.grounds(actor, Moment::AnyTimeOf(at.date_in(&self.time_zone())));
        let of_office: Vec<_> = grounds.into_iter().filter(|ground| ground.office == *office).collect();
        let lent = of_office.iter().map(|ground| ground.lent.as_ref().map(|row| row.delegation.from.clone()));
        // Held in the own right, it is not acted in as a lent one.
        lent.collect::<Option<_>>().unwrap_or_default()
    }

    /// A lent office is held on its days; where the day of the position is not known, from when it was given until it was ended.
    fn held_office_of(&self, actor: &ActorId, commission: &CommissionSlug, at: u64) -> bool {
        let of_commission = |office: &Office| office.commission() == Some(commission);
        let day = self.day_of(at);
        let lent = |row: &DelegationRow| {
            let delegation = &row.delegation;
            delegation.to.id == *actor
                && of_commission(&delegation.office)
                && row.given.position <= at
                && row.ended.as_ref().is_none_or(|ended| ended.position > at)
                && day.is_none_or(|day| (delegation.starts..=delegation.ends).contains(&day))
        };
        self.officials.get(actor).is_some_and(|row| row.offices_at(at).any(of_commission)) || self.delegations.values().any(|row| lent(row))
    }

    fn knows_person(&self, actor: &ActorId) -> bool {
        self.officials.contains_key(actor) || self.delegations.values().any(|row| row.delegation.to.id == *actor)
    }

    fn initiative(&self, id: InitiativeId) -> Option<InitiativeBasis> {
        let row = self.initiatives.get(&id)?;
        let proposal = &row.proposal;
        Some(InitiativeBasis {
            code: proposal.code.clone(),
            commission: proposal.commission.clone(),
            horizon: proposal.horizon,
            phase: row.phase,
        })
    }

    fn milestones_of(&self, id: InitiativeId) -> Vec<MilestoneBasis> {
        let Some(row) = self.initiatives.get(&id) else { return Vec::new() };
        row.milestones.iter().filter_map(|milestone| self.milestone(*milestone)).collect()
    }

    fn milestone(&self, id: MilestoneId) -> Option<MilestoneBasis> {
        let row = self.milestones.get(&id)?;
        let standing = row.life.claims.last().filter(|claim| match claim.verdict {
            None | Some((Verdict::Verified, _)) => true,
            Some((Verdict::Refused, _)) => false,
        });
        Some(MilestoneBasis {
            id,
            code: row.plan.code.clone(),
            initiative: row.plan.initiative,
            commission: row.plan.commission.clone(),
            phase: row.life.phase,
            counts: row.life.counts_since.is_some(),
            measure: row.plan.current.measure.clone(),
            claimed_at: standing.map(|claim| claim.claimed.position),
        })
    }

    fn reported(&self, id: MilestoneId, on: Date) -> Option<u16> {
        self.milestones.get(&id)?.reported(self, on)
    }

    fn station(&self, code: &StationCode) -> Option<StationBasis> {
        let row = self.stations.get(code)?;
        Some(StationBasis { province: row.province.clone(), open: row.closed.is_none(), networked: row.networked })
    }

    fn stations_in(&self, scope: &Scope) -> Vec<(StationCode, u64)> {
        let inside = |row: &&StationRow| match scope {
            Scope::All => true,
            Scope::Target => self.is_target(&row.code),
            Scope::Unnetworked => !row.networked,
            Scope::TargetUnnetworked => !row.networked && self.is_target(&row.code),
            Scope::Province(province) => row.province == *province,
        };
        self.open_stations().filter(inside).map(|row| (row.code.clone(), row.volume.annual_visits)).collect()
    }

    fn volumes(&self) -> Vec<(StationCode, u64, u64)> {
        self.open_stations().map(|row| (row.code.clone(), row.volume.annual_visits, row.volume.annual_cases)).collect()
    }

    fn indicator(&self, code: &IndicatorCode) -> Option<IndicatorBasis> {
        let row = self.indicators.get(code)?;
        Some(IndicatorBasis {
            commission: row.definition.commission.clone(),
            baseline: row.definition.meaning.baseline.as_ref().map(|baseline| baseline.value),
            targets: row.targets.iter().map(|(horizon, (target, _))| (*horizon, *target)).collect(),
        })
    }

    fn document(&self) -> Option<DocumentVersion> {
        self.document_as_it_stands()
    }

    fn evidence(&self, digest: Sha256) -> EvidenceBasis {
        self.evidence.get(&digest).map_or_else(EvidenceBasis::default, |row| EvidenceBasis {
            referred_by: row.referred_by.iter().copied().collect(),
            destroyed: row.destroyed.is_some(),
        })
    }
}
