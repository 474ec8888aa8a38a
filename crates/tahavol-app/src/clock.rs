//! The one place where the time of day is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tahavol_domain::calendar::Instant;

/// What stamps the recorded time of commands.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    System,
    /// Stands still until it is set; for tests. Clones share the time.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    #[must_use]
    pub fn manual(now: Instant) -> Self {
        Clock::Manual(Arc::new(AtomicI64::new(now.micros())))
    }

    /// Sets a manual clock, backwards too; the machine's clock is left alone.
    pub fn set(&self, now: Instant) {
        match self {
            Clock::System => {}
            Clock::Manual(micros) => micros.store(now.micros(), Ordering::SeqCst),
        }
    }

    #[must_use]
    pub fn now(&self) -> Instant {
        match self {
            Clock::System => Instant::from_micros(since_epoch(SystemTime::now())),
            Clock::Manual(micros) => Instant::from_micros(micros.load(Ordering::SeqCst)),
        }
    }
}

/// A machine whose clock stands before 1970 says the epoch, and is then plainly wrong rather than broken.
fn since_epoch(now: SystemTime) -> i64 {
    now.duration_since(UNIX_EPOCH).ok().and_then(|passed| i64::try_from(passed.as_micros()).ok()).unwrap_or(0)
}
