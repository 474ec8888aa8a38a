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
    if body.is_end_stream() { Body::empty() } else { Body::new(Paced::new(body, wire.body_within(), wire.body_bytes_per_second)) }
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
    fn new(body: B, within: Duration, least: u64) -> Paced<B> {
        let timer = Box::pin(sleep(within));
        Paced { body: Box::pin(body), within, least, waiting: None, waited: Duration::ZERO, brought: 0, timer }
    }

    fn is_dripping(&self) -> bool {
        let wanted = u128::from(self.least).saturating_mul(self.waited.as_millis());
        self.waited > self.within && u128::from(self.brought).saturating_mul(1_000) < wanted
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

    use super::*;

    const LONG: Duration = Duration::from_secs(60);
    const SHORT: Duration = Duration::from_millis(100);

    /// A body of pieces of ten bytes that each come after a pause.
    fn body(pieces: usize, pause: Duration) -> Body {
        Body::from_stream(stream::iter(0..pieces).then(move |_| async move {
            if !pause.is_zero() {
                sleep(pause).await;
            }
            Ok::<_, std::io::Error>(Bytes::from_static(b"ten bytes."))
        }))
    }

    async fn read(body: Body, within: Duration, least: u64) -> Result<usize, bool> {
        let read = to_bytes(Body::new(Paced::new(body, within, least)), usize::MAX).await;
        read.map(|bytes| bytes.len()).map_err(|error| is_too_slow(&error))
    }

    #[tokio::test]
    async fn a_body_may_pause_and_may_not_stand_still() {
        assert_eq!(read(body(3, Duration::from_millis(1)), LONG, 1_000).await, Ok(30));
        assert_eq!(read(body(3, LONG), SHORT, 0).await, Err(true));
    }

    #[tokio::test]
    async fn a_body_may_not_drip() {
        assert_eq!(read(body(usize::MAX, SHORT / 10), SHORT, 1_000_000).await, Err(true));
    }

    #[tokio::test]
    async fn what_the_reader_does_meanwhile_is_not_the_senders_fault() {
        let mut body = Body::new(Paced::new(body(3, Duration::ZERO), SHORT, u64::MAX)).into_data_stream();
        for _ in 0..3 {
            assert_eq!(body.next().await.unwrap().unwrap().len(), 10);
            sleep(SHORT * 2).await;
        }
        assert!(body.next().await.is_none());
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_not_called_slow() {
        let error = to_bytes(Body::new(Paced::new(body(3, Duration::ZERO), LONG, 0)), 10).await.unwrap_err();
        assert!(!is_too_slow(&error));
    }
}
