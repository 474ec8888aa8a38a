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
}

/// Whose drafts somebody may read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Drafts {
    All,
    Of(BTreeSet<CommissionSlug>),
}

/// Whether one of the `offices` held today has the right. A token that is limited to some commissions or commands has none of them.
#[must_use]
pub fn has(right: Right, offices: &[Office], within: &Within) -> bool {
    let may = |office: &Office| match right {
        Right::ReadWholeLedger => reads_all(office),
        Right::ReadSecurityJournal => *office == Office::Auditor,
        Right::ManageAccounts | Right::ManageTokens => *office == Office::Administrator,
    };
    within.is_unlimited() && offices.iter().any(may)
}

/// Whose drafts the `offices` held today let somebody read.
#[must_use]
pub fn drafts(offices: &[Office], within: &Within) -> Drafts {
    if within.commissions.is_none() && offices.iter().any(reads_all) {
        return Drafts::All;
    }
    let everybodys = offices.iter().any(reads_all);
    let own = offices.iter().filter_map(Office::commission).cloned();
    match &within.commissions {
        None => Drafts::Of(own.collect()),
        Some(_) if everybodys => Drafts::Of(within.commissions.clone().unwrap_or_default()),
        Some(only) => Drafts::Of(own.filter(|slug| only.contains(slug)).collect()),
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
