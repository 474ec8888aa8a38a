//! Clients that ask again and again at the same time, and how often per second all of them together are answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

const WARM_UP: Duration = Duration::from_millis(300);

/// Counts answers until it is told to stop.
#[derive(Clone, Default)]
pub(crate) struct Answered(Arc<(AtomicU64, AtomicBool)>);

impl Answered {
    pub(crate) fn one_more(&self) {
        self.0.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn enough(&self) -> bool {
        self.0.1.load(Ordering::Relaxed)
    }

    fn count(&self) -> u64 {
        self.0.0.load(Ordering::Relaxed)
    }
}

/// Runs one task per client and tells how many answers came per second after the warm-up.
pub(crate) async fn rate<F>(clients: usize, measured: Duration, client: impl Fn(usize, Answered) -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let answered = Answered::default();
    let tasks: Vec<_> = (0..clients).map(|number| tokio::spawn(client(number, answered.clone()))).collect();
    tokio::time::sleep(WARM_UP).await;
    let (began, before) = (Instant::now(), answered.count());
    tokio::time::sleep(measured).await;
    let (elapsed, after) = (began.elapsed(), answered.count());
    answered.0.1.store(true, Ordering::Relaxed);
    for task in tasks {
        task.await.expect("a client ends");
    }
    (after - before) as f64 / elapsed.as_secs_f64()
}
