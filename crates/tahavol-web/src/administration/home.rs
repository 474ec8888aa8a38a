//! How the system is: what somebody who looks after it wants to know first.

use maud::{Markup, html};
use tahavol_app::proof::ProofState;
use tahavol_app::{Condition, Equality, Follower, Lag};
use tahavol_domain::calendar::Instant;
use tahavol_identity::JournalHealth;

use super::{Parts, framed};
use crate::address;
use crate::audit::proof_line;
use crate::sheet::Sheet;

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Health<'a> {
    pub follower: &'a Follower,
    pub condition: &'a Condition,
    pub lag: Lag,
    /// How many events the snapshot on disk held with which this start began.
    pub started_from: u64,
    pub proof: ProofState,
    pub equality: Option<&'a Equality>,
    /// Why the copy of the newest head cannot be written, if so.
    pub head_copy_problem: Option<&'a str>,
    pub journal: &'a JournalHealth,
    pub certificate: Certificate<'a>,
    /// `sqlite` or `kurrentdb`.
    pub engine: &'a str,
    pub version: &'a str,
}

/// How the certificate is with which this server speaks.
#[derive(Debug, Clone, Copy)]
pub enum Certificate<'a> {
    /// Somebody else speaks TLS, or nobody does.
    Elsewhere,
    Good {
        expires: Instant,
    },
    Soon(&'a str),
    Broken(&'a str),
}

#[must_use]
pub fn page(sheet: &Sheet<'_>, parts: Parts, health: &Health<'_>) -> Markup {
    let content = html! {
        section aria-labelledby="picture" { h2 #picture { (sheet.word("page-follower")) } (sheet.following(health.follower, health.condition, health.lag)) }
        section aria-labelledby="system" { h2 #system { (sheet.word("page-health-system")) } (system(sheet, health)) }
    };
    framed(sheet, parts, address::ADMINISTRATION, "page-section-administration", &content)
}

fn system(sheet: &Sheet<'_>, health: &Health<'_>) -> Markup {
    let (proof, alarming) = proof_line(health.proof);
    let equality = health.equality.map(|last| (last.is_equal(), last.ran_at));
    html! {
        dl {
            dt { (sheet.word("page-proof-log")) } dd.alarm[alarming] { a href=(address::PROOF) { (sheet.word(proof)) } }
            dt { (sheet.word("page-equality")) }
            dd.alarm[equality.is_some_and(|(equal, _)| !equal)] {
                @match equality {
                    None => (sheet.word("page-equality-never")),
                    Some((true, at)) => { (sheet.word("page-equality-equal")) " · " (sheet.hand.moment(at)) }
                    Some((false, at)) => { (sheet.word("page-equality-different")) " · " (sheet.hand.moment(at)) }
                }
            }
            @if let Some(problem) = health.head_copy_problem {
                dt { (sheet.word("page-health-head-copy")) } dd.alarm dir="auto" { (problem) }
            }
            dt { (sheet.word("page-journal")) }
            dd.alarm[health.journal.failing] {
                (sheet.word(if health.journal.failing { "page-journal-failing" } else { "page-journal-written" }))
                @if health.journal.lost > 0 { " · " (sheet.telling("page-health-lost", health.journal.lost)) }
            }
            dt { (sheet.word("page-health-certificate")) }
            dd {
                @match health.certificate {
                    Certificate::Elsewhere => (sheet.word("page-health-no-certificate")),
                    Certificate::Good { expires } => { (sheet.word("page-health-certificate-until")) " " (sheet.hand.moment(expires)) }
                    Certificate::Soon(text) | Certificate::Broken(text) => strong.alarm dir="auto" { (text) },
                }
            }
            dt { (sheet.word("page-health-engine")) } dd { bdi.code { (health.engine) } }
            dt { (sheet.word("page-health-version")) } dd { bdi.code { (health.version) } }
            dt { (sheet.word("page-health-started")) } dd { (sheet.telling("page-health-started-from", health.started_from)) }
        }
    }
}
