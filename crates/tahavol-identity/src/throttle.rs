//! How guessing is slowed down: failures are counted before a password is looked at, and each makes the next wait longer.

use std::net::{IpAddr, Ipv6Addr};

use rusqlite::{Connection, OptionalExtension, Transaction};
use tahavol_domain::calendar::Instant;
use tahavol_domain::values::ActorId;

use crate::error::IdentityError;
use crate::secrets::digest_of;

const SECOND: i64 = 1_000_000;

/// The longest wait. A stranger who goes on guessing keeps nobody out for longer than this at a time.
const LONGEST_WAIT: i64 = 15 * 60 * SECOND;

/// One failure is forgotten for each time of this length in which there was none.
const FORGETTING: i64 = 15 * 60 * SECOND;

/// More is not counted: the wait has long been the longest, and it has to be forgotten again.
const MOST_FAILURES: i64 = 40;

/// So many rows are kept; those with the fewest failures go first.
const MOST_ROWS: i64 = 100_000;

/// From so many addresses somebody is at home; the one not used for longest goes.
const MOST_FAMILIAR: i64 = 20;

/// An address from which somebody has not signed in for so long is a stranger's again.
const FAMILIAR_FOR: i64 = 90 * 24 * 3600 * SECOND;

/// What failures are counted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    key: String,
    /// How many failures cost nothing.
    free: i64,
}

impl Subject {
    /// A name that somebody signs in with, whether anybody has it or not. Kept as a digest: people type passwords there.
    pub(crate) fn name(name: &str) -> Subject {
        Subject { key: format!("name {}", hex(name)), free: 5 }
    }

    /// The same at an address where the person is at home, so that strangers elsewhere do not keep her out.
    pub(crate) fn name_at_home(name: &str, address: IpAddr) -> Subject {
        Subject { key: format!("name {} at {}", hex(name), network(address)), free: 5 }
    }

    /// Somebody signed in who shows the password once more.
    pub(crate) fn signed_in(actor: &ActorId) -> Subject {
        Subject { key: format!("signed in {}", hex(&actor.0)), free: 5 }
    }

    pub(crate) fn address(address: IpAddr) -> Subject {
        Subject { key: format!("address {}", network(address)), free: 20 }
    }

    fn wait(&self, failures: i64) -> i64 {
        if failures < self.free {
            return 0;
        }
        let doublings = u32::try_from(failures - self.free + 1).unwrap_or(u32::MAX).min(20);
        (SECOND << doublings).min(LONGEST_WAIT)
    }
}

/// One failure that was counted in advance.
#[derive(Debug)]
pub(crate) struct Counted {
    pub(crate) subject: Subject,
    at: i64,
    /// When the failure before it was.
    before: i64,
}

/// Counts a failure for each subject, or refuses with the seconds that are left for the one that waits longest, and then
/// counts nothing. Because it is counted before the password is looked at, guesses made at the same time do not slip past;
/// [`undo`] and [`forgive`] take it back.
pub(crate) fn count<const N: usize>(
    transaction: &Transaction<'_>,
    subjects: [Subject; N],
    now: Instant,
) -> Result<[Counted; N], IdentityError> {
    let mut left = 0;
    for subject in &subjects {
        let (failures, last) = failures(transaction, subject, now)?;
        left = left.max(last + subject.wait(failures) - now.micros());
    }
    if left > 0 {
        return Err(IdentityError::Wait { seconds: u64::try_from(left).unwrap_or(0).div_ceil(SECOND as u64) });
    }
    let mut before = [0; N];
    for (subject, before) in subjects.iter().zip(&mut before) {
        let (failures, last) = failures(transaction, subject, now)?;
        set(transaction, subject, (failures + 1).min(MOST_FAILURES), now.micros())?;
        *before = last;
    }
    bound(transaction)?;
    let mut before = before.into_iter();
    Ok(subjects.map(|subject| Counted { subject, at: now.micros(), before: before.next().unwrap_or_default() }))
}

/// Takes one failure back: what was counted in advance was none.
pub(crate) fn undo(transaction: &Transaction<'_>, counted: &Counted, now: Instant) -> Result<(), IdentityError> {
    let (failures, last) = failures(transaction, &counted.subject, now)?;
    if failures <= 1 {
        return forgive(transaction, &counted.subject);
    }
    // Nobody has failed since, so the wait goes on from the failure before.
    let last = if last == counted.at { counted.before } else { last };
    set(transaction, &counted.subject, failures - 1, last)
}

/// Forgets every failure.
pub(crate) fn forgive(transaction: &Transaction<'_>, subject: &Subject) -> Result<(), IdentityError> {
    transaction.prepare_cached("DELETE FROM throttle WHERE subject = ?1")?.execute([&subject.key])?;
    Ok(())
}

/// Whether that person has signed in from there lately.
pub(crate) fn is_familiar(connection: &Connection, actor: &str, address: IpAddr, now: Instant) -> Result<bool, IdentityError> {
    let asked = "SELECT EXISTS (SELECT 1 FROM familiar_address WHERE actor = ?1 AND address = ?2 AND last > ?3)";
    let since = now.micros() - FAMILIAR_FOR;
    Ok(connection.prepare_cached(asked)?.query_row((actor, network(address), since), |row| row.get(0))?)
}

/// From now on she is at home there.
pub(crate) fn make_familiar(transaction: &Transaction<'_>, actor: &str, address: IpAddr, now: Instant) -> Result<(), IdentityError> {
    let made = "INSERT INTO familiar_address VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET last = ?3";
    transaction.prepare_cached(made)?.execute((actor, network(address), now.micros()))?;
    let others = "DELETE FROM familiar_address WHERE actor = ?1 AND address NOT IN
        (SELECT address FROM familiar_address WHERE actor = ?1 AND last > ?2 ORDER BY last DESC LIMIT ?3)";
    transaction.prepare_cached(others)?.execute((actor, now.micros() - FAMILIAR_FOR, MOST_FAMILIAR))?;
    Ok(())
}

/// Failures that still count, and when the last one was.
fn failures(transaction: &Transaction<'_>, subject: &Subject, now: Instant) -> Result<(i64, i64), IdentityError> {
    let asked = "SELECT failures, last FROM throttle WHERE subject = ?1";
    let row = transaction.prepare_cached(asked)?.query_row([&subject.key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (failures, last): (i64, i64) = row.unwrap_or((0, 0));
    // After a clock was set back, nobody waits for the time that it has left.
    let past = last <= now.micros();
    let forgotten = if past { (now.micros() - last) / FORGETTING } else { 0 };
    Ok(((failures - forgotten).max(0), if past { last } else { now.micros() - LONGEST_WAIT }))
}

fn set(transaction: &Transaction<'_>, subject: &Subject, failures: i64, last: i64) -> Result<(), IdentityError> {
    let row = "INSERT INTO throttle VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET failures = ?2, last = ?3";
    transaction.prepare_cached(row)?.execute((&subject.key, failures, last))?;
    Ok(())
}

/// Whoever makes up names and addresses fills no disk, and pushes out no row that has more failures than theirs.
fn bound(transaction: &Transaction<'_>) -> Result<(), IdentityError> {
    let rows: i64 = transaction.prepare_cached("SELECT count(*) FROM throttle")?.query_row([], |row| row.get(0))?;
    if rows > MOST_ROWS {
        // A tenth at a time, so that a full table is not swept at every failure.
        let fewest = "DELETE FROM throttle WHERE subject IN (SELECT subject FROM throttle ORDER BY failures, last LIMIT ?1)";
        transaction.prepare_cached(fewest)?.execute([rows - MOST_ROWS + MOST_ROWS / 10])?;
    }
    Ok(())
}

/// An IPv4 address, or the /64 of an IPv6 one: who has one address of it has all of them.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

fn hex(text: &str) -> String {
    digest_of(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
