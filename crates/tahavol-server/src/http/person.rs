//! How many subscriptions each person has open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::metrics::gauge::Gauge;
use tahavol_domain::values::ActorId;
use tahavol_graphql::Caller;

use super::Site;

impl Site {
    /// A place among the person's subscriptions, given back when it is dropped.
    pub(super) fn watch(&self, caller: Option<&Arc<Caller>>) -> Option<Watching> {
        self.watchers.admit(caller.map(|caller| &caller.person.id), self.limits.subscriptions_per_person, &self.metrics.subscriptions)
    }
}

/// How many subscriptions each person has open; those of nobody count together.
#[derive(Debug, Default)]
pub(super) struct Watchers(Arc<Mutex<HashMap<Option<ActorId>, usize>>>);

/// One open subscription.
#[derive(Debug)]
pub(super) struct Watching {
    who: Option<ActorId>,
    open: Arc<Mutex<HashMap<Option<ActorId>, usize>>>,
    gauge: Gauge,
}

impl Watchers {
    fn admit(&self, who: Option<&ActorId>, most: usize, gauge: &Gauge) -> Option<Watching> {
        let who = who.cloned();
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(who.clone()).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        gauge.inc();
        Some(Watching { who, open: Arc::clone(&self.0), gauge: gauge.clone() })
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.gauge.dec();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_given_back_when_the_subscription_ends() {
        let (watchers, gauge) = (Watchers::default(), Gauge::default());
        let admit = || watchers.admit(Some(&ActorId("a".to_owned())), 1, &gauge);
        let first = admit().unwrap();
        assert!(admit().is_none() && gauge.get() == 1);
        drop(first);
        assert!(admit().is_some());
        assert_eq!(gauge.get(), 0);
    }
}
