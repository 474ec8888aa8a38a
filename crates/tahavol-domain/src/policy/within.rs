//! The narrower bounds of a service token: never more than its person may, often less.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Scope;
use crate::kind::Kind;
use crate::refusal::{Refusal, Rule};
use crate::values::CommissionSlug;

/// Bounds on what may be asked in somebody's name; without any, all that the person may.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Within {
    /// Only these commands; an empty set only reads.
    pub commands: Option<BTreeSet<Kind>>,
    /// Only what is about these commissions.
    pub commissions: Option<BTreeSet<CommissionSlug>>,
}

impl Within {
    #[must_use]
    pub fn is_unlimited(&self) -> bool {
        self.commands.is_none() && self.commissions.is_none()
    }

    pub(super) fn refuse_outside(&self, kind: Kind, scope: &Scope) -> Result<(), Refusal> {
        let named = self.commands.as_ref().is_none_or(|only| only.contains(&kind));
        let of = |only: &BTreeSet<CommissionSlug>| scope.commission.as_ref().is_some_and(|slug| only.contains(slug));
        if named && self.commissions.as_ref().is_none_or(of) { Ok(()) } else { Err(Refusal::new(Rule::OutsideTheToken)) }
    }
}
