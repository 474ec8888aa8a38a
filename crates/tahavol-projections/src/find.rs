//! What lists are narrowed by, and who is in a commission.

use std::cmp::Reverse;

use tahavol_domain::calendar::Date;
use tahavol_domain::commission::event::{Rating, Role};
use tahavol_domain::text::{Text, fold};
use tahavol_domain::values::{CommissionSlug, FULL, Office, Person};

use crate::Snapshot;
use crate::rows::{CommissionRow, MilestoneRow, Stamp};

/// Somebody who is in a commission now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member<'a> {
    pub person: &'a Person,
    pub role: Role,
    pub appointed: &'a Stamp,
}

/// Whether words, as [`fold`] leaves them, are found in the code or the title.
#[must_use]
pub fn finds(words: &str, code: &str, title: &Text) -> bool {
    fold(code).contains(words) || fold(&title.fa).contains(words) || title.en.as_ref().is_some_and(|english| fold(english).contains(words))
}

impl Snapshot {
    /// Who is in a commission now: chair, secretary, members.
    #[must_use]
    pub fn members(&self, slug: &CommissionSlug) -> Vec<Member<'_>> {
        let offices = [
            (Role::Chair, Office::Chair(slug.clone())),
            (Role::Secretary, Office::Secretary(slug.clone())),
            (Role::Member, Office::Member(slug.clone())),
        ];
        let mut members = Vec::new();
        for (role, office) in offices {
            for official in self.officials.values() {
                let held = official.tenures.iter().find(|tenure| tenure.office == office && tenure.released.is_none());
                members.extend(held.map(|tenure| Member { person: &official.person, role, appointed: &tenure.appointed }));
            }
        }
        members
    }
}

impl MilestoneRow {
    /// Past its due date and not reported complete, as progress counts it: it counts and is not cancelled.
    #[must_use]
    pub fn is_overdue(&self, snapshot: &Snapshot, on: Date) -> bool {
        self.life.counts_since.is_some()
            && self.life.cancelled.is_none()
            && on > self.plan.current.due
            && self.reported(snapshot, on).unwrap_or(0) < FULL
    }
}

impl CommissionRow {
    /// Of all horizons and voices, newest first; those of days up to `until` where it is given.
    #[must_use]
    pub fn ratings_until(&self, until: Option<Date>) -> Vec<&(Rating, Stamp)> {
        let by_then = |stamp: &Stamp| until.is_none_or(|until| stamp.effective_on.is_none_or(|day| day <= until));
        let mut told: Vec<_> = self.ratings.values().flatten().filter(|(_, stamp)| by_then(stamp)).collect();
        told.sort_by_key(|(_, stamp)| Reverse((stamp.effective_on, stamp.position)));
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_found_by_its_code_and_its_titles_whatever_keyboard_typed_them() {
        let title = Text::new("شبکه‌ی کلانتری‌ها", "Network of Stations");
        for words in ["شبكه", "کلانتري", "network  of", "T-۰۱", "t-01"] {
            assert!(finds(&fold(words), "T-01", &title), "{words}");
        }
        assert!(!finds(&fold("پاسگاه"), "T-01", &title));
    }
}
