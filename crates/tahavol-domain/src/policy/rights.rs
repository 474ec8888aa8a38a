//! Who may see and do what besides commands: one table for reading and for looking after the system itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Within;
use crate::values::{CommissionSlug, Office};

/// What can be asked for that is no command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// Every event as it was recorded, drafts included: exports, bundles, entries of the log.
    ReadWholeLedger,
    /// What was refused, and who tried.
    ReadSecurityJournal,
    /// Who may sign in; never what anybody may do.
    ManageAccounts,
    /// Everybody's service tokens, to look at and to revoke. One's own are everybody's.
    ManageTokens,
    /// Importing files: what their rows say is decided by the policy of commands all the same.
    ImportFiles,
    /// How the system is: its follower, its proof, its certificate.
    ReadHealth,
}

/// Whose drafts somebody may read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Drafts {
    All,
    Of(BTreeSet<CommissionSlug>),
}

/// Somebody who reads, and how much of the programme they are shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reader {
    /// Nobody who is known, where the public view is open: approved work and progress.
    Public,
    /// Everything that was decided, and these drafts.
    Recognised(Drafts),
}

impl Drafts {
    #[must_use]
    pub fn hold(&self, commission: &CommissionSlug) -> bool {
        match self {
            Drafts::All => true,
            Drafts::Of(own) => own.contains(commission),
        }
    }
}

impl Reader {
    #[must_use]
    pub fn reads_drafts_of(&self, commission: &CommissionSlug) -> bool {
        match self {
            Reader::Public => false,
            Reader::Recognised(drafts) => drafts.hold(commission),
        }
    }
}

/// Whether one of the `offices` held today has the right.
///
/// A token of some commissions reads no more than is theirs, so that it never has the whole ledger. Looking after the system is no
/// token's that is limited in any way; one that only reads is limited.
#[must_use]
pub fn has(right: Right, offices: &[Office], within: &Within) -> bool {
    let (may, is_wide_enough): (fn(&Office) -> bool, bool) = match right {
        Right::ReadWholeLedger => (reads_all, within.commissions.is_none()),
        Right::ReadSecurityJournal => (|office| *office == Office::Auditor, within.is_unlimited()),
        Right::ManageAccounts | Right::ManageTokens | Right::ImportFiles => {
            (|office| *office == Office::Administrator, within.is_unlimited())
        }
        Right::ReadHealth => (|office| matches!(office, Office::Administrator | Office::Auditor | Office::Council), within.is_unlimited()),
    };
    is_wide_enough && offices.iter().any(may)
}

/// Whose drafts the `offices` held today let somebody read.
#[must_use]
pub fn drafts(offices: &[Office], within: &Within) -> Drafts {
    let own = offices.iter().filter_map(Office::commission).cloned();
    match (&within.commissions, offices.iter().any(reads_all)) {
        (None, true) => Drafts::All,
        (None, false) => Drafts::Of(own.collect()),
        (Some(only), true) => Drafts::Of(only.clone()),
        (Some(only), false) => Drafts::Of(own.filter(|slug| only.contains(slug)).collect()),
    }
}

/// The council decides on drafts, inspectors and auditors look at everything.
fn reads_all(office: &Office) -> bool {
    match office {
        Office::Council | Office::Inspector | Office::Auditor => true,
        Office::Founding | Office::Chair(_) | Office::Secretary(_) | Office::Member(_) | Office::Reporter(_) | Office::Administrator => {
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::ProvinceCode;

    fn slug(text: &str) -> CommissionSlug {
        CommissionSlug(text.to_owned())
    }

    fn of(slugs: &[&str]) -> Drafts {
        Drafts::Of(slugs.iter().map(|text| slug(text)).collect())
    }

    fn only(slugs: &[&str]) -> Within {
        Within { commissions: Some(slugs.iter().map(|text| slug(text)).collect()), ..Within::default() }
    }

    /// Of nobody, and of everybody who can hold an office.
    fn everybody() -> Vec<(Vec<Office>, Drafts, &'static [Right])> {
        const LOOKING_AFTER: &[Right] = &[Right::ManageAccounts, Right::ManageTokens, Right::ImportFiles, Right::ReadHealth];
        let technology = || slug("technology");
        vec![
            (vec![], of(&[]), &[]),
            (vec![Office::Member(technology())], of(&["technology"]), &[]),
            (vec![Office::Secretary(technology())], of(&["technology"]), &[]),
            (vec![Office::Chair(technology()), Office::Member(slug("training"))], of(&["technology", "training"]), &[]),
            (vec![Office::Reporter(ProvinceCode("IR-23".to_owned()))], of(&[]), &[]),
            (vec![Office::Administrator], of(&[]), LOOKING_AFTER),
            (vec![Office::Founding], of(&[]), &[]),
            (vec![Office::Council], Drafts::All, &[Right::ReadWholeLedger, Right::ReadHealth]),
            (vec![Office::Inspector, Office::Member(technology())], Drafts::All, &[Right::ReadWholeLedger]),
            (vec![Office::Auditor], Drafts::All, &[Right::ReadWholeLedger, Right::ReadSecurityJournal, Right::ReadHealth]),
        ]
    }

    const RIGHTS: [Right; 6] = [
        Right::ReadWholeLedger,
        Right::ReadSecurityJournal,
        Right::ManageAccounts,
        Right::ManageTokens,
        Right::ImportFiles,
        Right::ReadHealth,
    ];

    #[test]
    fn a_commission_reads_its_own_drafts_and_those_who_decide_or_look_at_everything_read_all() {
        for (offices, expected, rights) in everybody() {
            assert_eq!(drafts(&offices, &Within::default()), expected, "{offices:?}");
            let had: Vec<Right> = RIGHTS.into_iter().filter(|right| has(*right, &offices, &Within::default())).collect();
            assert_eq!(had, rights, "{offices:?}");
        }
    }

    #[test]
    fn a_token_of_a_commission_reads_no_draft_of_another_whoever_made_it() {
        for (offices, whole, _) in everybody() {
            let expected = if whole.hold(&slug("technology")) { of(&["technology"]) } else { of(&[]) };
            assert_eq!(drafts(&offices, &only(&["technology"])), expected, "{offices:?}");
            assert!(RIGHTS.iter().all(|right| !has(*right, &offices, &only(&["technology"]))), "{offices:?}");
        }
    }

    #[test]
    fn a_token_that_only_reads_reads_what_its_person_does_and_looks_after_nothing() {
        let reading = Within { commands: Some(BTreeSet::new()), ..Within::default() };
        for (offices, expected, rights) in everybody() {
            assert_eq!(drafts(&offices, &reading), expected, "{offices:?}");
            let had: Vec<Right> = RIGHTS.into_iter().filter(|right| has(*right, &offices, &reading)).collect();
            let reads: Vec<Right> = rights.iter().copied().filter(|right| *right == Right::ReadWholeLedger).collect();
            assert_eq!(had, reads, "{offices:?}");
        }
    }
}
