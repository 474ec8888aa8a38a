//! A request's body that is given up when it stands still, or drips.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use crate::config::WireSettings;

/// The sender is too slow.
#[derive(Debug, thiserror::Error)]
#[error("the body comes too slowly")]
pub(super) struct TooSlow;

/// Whether it was the sender's slowness that a body ended with.
pub(super) fn is_too_slow(error: &axum::Error) -> bool {
    let first: &(dyn std::error::Error + 'static) = error;
    std::iter::successors(Some(first), |error| error.source()).any(|error| error.is::<TooSlow>())
}

/// Only the time in which the body is waited for counts: what a handler does meanwhile is not the sender's fault.
pub(super) fn paced<B>(body: B, wire: &WireSettings) -> Body
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    if body.is_end_stream() {
        return Body::empty();
    }
    let within = wire.body_within();
    let paced = Paced {
        body: Box::pin(body),
        within,
        least: wire.body_bytes_per_second,
        waiting: None,
        waited: Duration::ZERO,
        brought: 0,
        timer: Box::pin(sleep(within)),
    };
    Body::new(paced)
}

struct Paced<B> {
    body: Pin<Box<B>>,
    within: Duration,
    /// Bytes for each second of waiting.
    least: u64,
    /// Since when nothing has come.
    waiting: Option<Instant>,
    waited: Duration,
    brought: u64,
    timer: Pin<Box<Sleep>>,
}

impl<B> Paced<B> {
    fn is_dripping(&self) -> bool {
        self.waited > self.within && self.brought < self.least.saturating_mul(self.waited.as_secs())
    }
}

impl<B> HttpBody for Paced<B>
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = self.body.as_mut().poll_frame(context);
        if let Poll::Ready(frame) = frame {
            if let Some(since) = self.waiting.take() {
                self.waited += since.elapsed();
            }
            self.brought += frame.as_ref().and_then(|frame| frame.as_ref().ok()?.data_ref().map(|data| data.len() as u64)).unwrap_or(0);
            if frame.is_some() && self.is_dripping() {
                return Poll::Ready(Some(Err(axum::Error::new(TooSlow))));
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(axum::Error::new)));
        }
        if self.waiting.is_none() {
            let now = Instant::now();
            self.waiting = Some(now);
            let until = now + self.within;
            self.timer.as_mut().reset(until);
        }
        match self.timer.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Some(Err(axum::Error::new(TooSlow)))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use futures_util::{StreamExt, stream};
    use tokio::time::advance;

    use super::*;

    /// A body of pieces that each come after so many seconds.
    fn body(pieces: Vec<(u64, usize)>) -> Body {
        Body::from_stream(stream::iter(pieces).then(async |(seconds, bytes)| {
            sleep(Duration::from_secs(seconds)).await;
            Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; bytes]))
        }))
    }

    async fn read(pieces: Vec<(u64, usize)>) -> Result<usize, bool> {
        let wire = WireSettings { body_seconds: 10, body_bytes_per_second: 100, ..WireSettings::default() };
        let read = to_bytes(paced(body(pieces), &wire), usize::MAX).await;
        read.map(|bytes| bytes.len()).map_err(|error| is_too_slow(&error))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_may_pause_and_may_not_stand_still() {
        assert_eq!(read(vec![(9, 4_000), (9, 4_000)]).await, Ok(8_000));
        assert_eq!(read(vec![(0, 4_000), (11, 4_000)]).await, Err(true));
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_may_not_drip() {
        assert_eq!(read(vec![(5, 1); 10]).await, Err(true));
        assert_eq!(read(vec![(5, 600); 10]).await, Ok(6_000));
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_reader_does_meanwhile_is_not_the_senders_fault() {
        let wire = WireSettings { body_seconds: 10, body_bytes_per_second: 100, ..WireSettings::default() };
        let mut body = paced(body(vec![(1, 10), (1, 10), (1, 10)]), &wire).into_data_stream();
        while let Some(piece) = body.next().await {
            assert_eq!(piece.unwrap().len(), 10);
            advance(Duration::from_secs(60)).await;
        }
    }
}
