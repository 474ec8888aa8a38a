//! Any two moments of the ledger compared: what changed and by which events, what that did to the figures, and what was learnt late.

mod text;

use std::sync::Arc;

use tahavol_domain::Event;
use tahavol_domain::calendar::Date;
use tahavol_domain::milestone;
use tahavol_projections::Snapshot;
use tahavol_projections::diff::{Change, Field, Kind, LateFact, ProgressChange, Scope, Value, Window, changes, progress_changes};
use tahavol_projections::progress::BaselineKind;
use tokio::task::spawn_blocking;

use crate::app::Tahavol;
use crate::as_of::AsOf;
use crate::error::AppError;
use crate::fold::{Batch, read_ahead};

pub use text::{change_text, field_text, kind_text, subject_text, text, value_text};

/// A moment of the ledger, and the day for which it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moment {
    /// None: now.
    pub at: Option<AsOf>,
    /// None: today, or the day that the past moment is of.
    pub status_date: Option<Date>,
}

/// A picture and the day for which it is asked.
#[derive(Debug, Clone)]
pub struct Side {
    pub snapshot: Arc<Snapshot>,
    pub day: Date,
}

/// What lies between two moments.
#[derive(Debug, Clone)]
pub struct Diff {
    pub from: Side,
    pub to: Side,
    pub scope: Scope,
    pub baseline: BaselineKind,
    /// How many events lie between them, whatever they are about.
    pub events: u64,
    /// By subject. Dated facts are compared on the later status date.
    pub changes: Vec<Change>,
    pub progress: Vec<ProgressChange>,
    /// Facts that the earlier moment did not know about the time up to its status date, in the order of their positions.
    pub late: Vec<LateFact>,
}

/// Why two moments are not compared.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// Before and after would be the wrong way round. Ask with the earlier moment first.
    #[error("the first moment lies after the second one: {} and {}", position_text(*from), position_text(*to))]
    Reversed { from: Option<u64>, to: Option<u64> },

    #[error(transparent)]
    App(#[from] AppError),
}

impl DiffError {
    /// The key of the message in the catalogue; never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            DiffError::Reversed { .. } => "DIFF_REVERSED",
            DiffError::App(error) => error.code(),
        }
    }
}

impl Diff {
    /// Whether the two moments are the same for all that was asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.progress.is_empty() && self.late.is_empty()
    }
}

impl Tahavol {
    /// Compares an earlier moment with a later one.
    ///
    /// # Errors
    /// [`DiffError::Reversed`] where the first moment is the later one; else as [`Tahavol::as_of`].
    pub async fn diff(&self, from: Moment, to: Moment, scope: Scope, baseline: BaselineKind) -> Result<Diff, DiffError> {
        let (from, to) = (self.side(from).await?, self.side(to).await?);
        self.diff_between(from, to, scope, baseline).await
    }

    /// The picture of a moment, and its day.
    ///
    /// # Errors
    /// As [`Tahavol::as_of`].
    pub async fn side(&self, moment: Moment) -> Result<Side, AppError> {
        let snapshot = match moment.at {
            None => self.snapshot(),
            Some(at) => self.as_of(at).await?,
        };
        let instant = match moment.at {
            None => self.clock().now(),
            Some(AsOf::Instant(instant)) => instant,
            Some(AsOf::Position(_)) => snapshot.recorded_at.unwrap_or_else(|| self.clock().now()),
        };
        let day = moment.status_date.unwrap_or_else(|| instant.date_in(&snapshot.time_zone()));
        Ok(Side { snapshot, day })
    }

    /// Compares two pictures of this ledger. The events between them are read once: two near moments cost little.
    ///
    /// # Errors
    /// [`DiffError::Reversed`] where the first picture is the later one; [`AppError`] where the ledger cannot be read.
    pub async fn diff_between(&self, from: Side, to: Side, scope: Scope, baseline: BaselineKind) -> Result<Diff, DiffError> {
        let positions = (from.snapshot.position, to.snapshot.position);
        if positions.0 > positions.1 {
            return Err(DiffError::Reversed { from: positions.0, to: positions.1 });
        }
        let window = self.window(&from, &to).await?;
        let compared = spawn_blocking(move || {
            let (earlier, later) = (&*from.snapshot, &*to.snapshot);
            let changes = changes(earlier, later, &window, &scope, to.day);
            let progress = progress_changes((earlier, from.day), (later, to.day), &scope, baseline);
            let late = window.late().iter().filter(|late| late.is_in(later, &scope)).cloned().collect();
            let events = window.events();
            Diff { from, to, scope, baseline, events, changes, progress, late }
        });
        let mut diff = compared.await.map_err(|_| AppError::ShuttingDown)?;
        self.add_corrected(&mut diff.changes).await?;
        Ok(diff)
    }

    /// The events between two pictures.
    async fn window(&self, from: &Side, to: &Side) -> Result<Window, AppError> {
        let mut window = Window::new(to.snapshot.time_zone(), from.day);
        let Some(until) = to.snapshot.position.filter(|until| from.snapshot.position != Some(*until)) else { return Ok(window) };
        let mut ahead = read_ahead(Arc::clone(self.ledger()), from.snapshot.position, until, Batch::decode);
        while let Some(batch) = ahead.next().await? {
            for event in &batch.events {
                window.note(&event.fact, event.position);
            }
            if let Some(stopped) = batch.stopped {
                return Err(stopped);
            }
            tokio::task::yield_now().await;
        }
        Ok(window)
    }

    /// What a report said that was made and corrected between the two pictures, so that neither of them has it.
    async fn add_corrected(&self, changes: &mut [Change]) -> Result<(), AppError> {
        let unknown =
            |change: &&mut Change| change.kind == Kind::Corrected && change.field == Some(Field::Report) && change.before.is_none();
        for change in changes.iter_mut().filter(unknown) {
            let Some(first) = change.positions.first() else { continue };
            let said = self.fact_at(*first).await?;
            change.before = said.and_then(|said| reported(&said.fact.event, said.fact.envelope.effective_on?));
        }
        Ok(())
    }
}

fn reported(event: &Event, on: Date) -> Option<Value> {
    match event {
        Event::Milestone(milestone::Event::ProgressReported(report)) => Some(Value::of_report(report, on)),
        Event::Milestone(milestone::Event::ProgressCorrected(correction)) => Some(Value::of_report(&correction.report, on)),
        Event::Milestone(
            milestone::Event::Planned(_)
            | milestone::Event::Revised(_)
            | milestone::Event::Admitted(_)
            | milestone::Event::RebaselineProposed(_)
            | milestone::Event::Rebaselined(_)
            | milestone::Event::RebaselineRefused(_)
            | milestone::Event::CancellationProposed(_)
            | milestone::Event::Cancelled(_)
            | milestone::Event::CancellationRefused(_)
            | milestone::Event::Blocked(_)
            | milestone::Event::Unblocked(_)
            | milestone::Event::CompletionClaimed(_)
            | milestone::Event::CompletionVerified(_)
            | milestone::Event::CompletionRefused(_),
        )
        | Event::Programme(_)
        | Event::Commission(_)
        | Event::Initiative(_)
        | Event::Station(_)
        | Event::Indicator(_) => None,
    }
}

fn position_text(position: Option<u64>) -> String {
    position.map_or_else(|| "no position".to_owned(), |position| format!("position {position}"))
}
