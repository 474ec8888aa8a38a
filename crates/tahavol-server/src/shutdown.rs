//! Waiting to be told to stop.

use tokio::sync::watch;

use crate::failure::Failure;

/// Told once, heard by everybody who holds a clone.
#[derive(Debug, Clone)]
pub struct Closing(watch::Receiver<bool>);

impl Closing {
    #[must_use]
    pub fn channel() -> (watch::Sender<bool>, Closing) {
        let (tell, told) = watch::channel(false);
        (tell, Closing(told))
    }

    #[must_use]
    pub fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when closing was told, or when nobody is left who could.
    pub async fn told(&self) {
        // An error means that the teller is gone, which is as good as being told.
        let _ = self.0.clone().wait_for(|told| *told).await;
    }
}

/// SIGTERM or ctrl-c.
///
/// # Errors
/// When the process cannot listen for signals.
pub async fn asked_to_stop() -> Result<(), Failure> {
    let cannot = |error: std::io::Error| Failure::io("listen for signals", &error);
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(cannot)?;
        tokio::select! {
            result = tokio::signal::ctrl_c() => result.map_err(cannot),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(cannot)
}
