//! Any two moments of the ledger compared: what changed and by which events, what that did to the figures, and what was learnt late.

mod text;

use std::sync::Arc;

use tahavol_domain::calendar::{Date, Instant};
use tahavol_domain::text::Lang;
use tahavol_domain::{Event, Fact, milestone};
use tahavol_projections::Snapshot;
use tahavol_projections::diff::{Change, Field, Kind, LateFact, ProgressChange, Scope, Value, Window, changes, progress_changes};
use tahavol_projections::progress::BaselineKind;
use tahavol_projections::sight::Sight;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::app::Tahavol;
use crate::as_of::AsOf;
use crate::error::AppError;
use crate::fold::{Batch, read_ahead};
use crate::messages::message;

pub use text::{change_text, field_text, first_of, kind_text, subject_text, text, value_text};

/// So many differences are looked for at once in this process; each reads events and works on whole pictures.
const AT_ONCE: usize = 2;
static RUNNING: Semaphore = Semaphore::const_new(AT_ONCE);

/// Of so many late facts it is kept what they say.
const LATE_KEPT: usize = 1_000;

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
    /// Where the moment was asked for as such, or as now.
    pub instant: Option<Instant>,
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
    /// What the first of them say.
    pub late_facts: Vec<Fact>,
}

/// Why two moments are not compared.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// Before and after would be the wrong way round. Ask with the earlier moment first.
    #[error("the first moment lies after the second one: {} and {}", from.text(Lang::En), to.text(Lang::En))]
    Reversed { from: Point, to: Point },

    #[error(transparent)]
    App(#[from] AppError),
}

/// What of two moments is the wrong way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    Position(Option<u64>),
    Instant(Instant),
    StatusDate(Date),
}

impl Point {
    #[must_use]
    pub fn text(self, lang: Lang) -> String {
        let (key, value) = match self {
            Point::Position(position) => ("diff-point-position", position.map_or_else(|| "—".to_owned(), |position| position.to_string())),
            Point::Instant(instant) => ("diff-point-instant", instant.to_string()),
            Point::StatusDate(day) => ("diff-point-status-date", day.to_string()),
        };
        message(key, &[("value", value)], lang)
    }
}

impl Side {
    /// How many events lie between this earlier picture and a later one.
    ///
    /// # Errors
    /// [`DiffError::Reversed`] where it is the later one: by its position, its instant or its status date.
    pub fn events_until(&self, to: &Side) -> Result<u64, DiffError> {
        let (first, last) = (self.snapshot.position, to.snapshot.position);
        if first > last {
            return Err(DiffError::Reversed { from: Point::Position(first), to: Point::Position(last) });
        }
        // Both may lie after the last event.
        if let (Some(from), Some(to)) = (self.instant, to.instant)
            && from > to
        {
            return Err(DiffError::Reversed { from: Point::Instant(from), to: Point::Instant(to) });
        }
        if self.day > to.day {
            return Err(DiffError::Reversed { from: Point::StatusDate(self.day), to: Point::StatusDate(to.day) });
        }
        let length = |position: Option<u64>| position.map_or(0, |position| position + 1);
        Ok(length(last) - length(first))
    }
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
        self.diff_between(from, to, scope, baseline, &Sight::whole()).await
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
            None => Some(self.clock().now()),
            Some(AsOf::Instant(instant)) => Some(instant),
            Some(AsOf::Position(_)) => None,
        };
        let of = instant.or(snapshot.recorded_at).unwrap_or_else(|| self.clock().now());
        let day = moment.status_date.unwrap_or_else(|| of.date_in(&snapshot.time_zone()));
        Ok(Side { snapshot, day, instant })
    }

    /// Compares two pictures of this ledger as the sight shows them. The events between them are read once: two near moments cost
    /// little. Where too many are compared already, it waits.
    ///
    /// # Errors
    /// [`DiffError::Reversed`] where the first picture is the later one; [`AppError`] where the ledger cannot be read.
    pub async fn diff_between(&self, from: Side, to: Side, scope: Scope, baseline: BaselineKind, sight: &Sight) -> Result<Diff, DiffError> {
        let events = from.events_until(&to)?;
        let running = RUNNING.acquire().await.map_err(|_| AppError::ShuttingDown)?;
        let (window, late_facts) = self.window(&from, &to, &scope, sight).await?;
        let compared = spawn_blocking(move || {
            // Held until the work is done, even if nobody waits for it any more.
            let _running = running;
            let (earlier, later) = (&*from.snapshot, &*to.snapshot);
            let changes = changes(earlier, later, &window, &scope, to.day);
            let progress = progress_changes((earlier, from.day), (later, to.day), &scope, baseline);
            let late = window.late().iter().filter(|late| late.is_in(later, &scope)).cloned().collect();
            Diff { from, to, scope, baseline, events, changes, progress, late, late_facts }
        });
        let mut diff = compared.await.map_err(|_| AppError::ShuttingDown)?;
        self.add_corrected(&mut diff.changes).await?;
        Ok(diff)
    }

    /// The events between two pictures, and what the first late ones of the scope say.
    async fn window(&self, from: &Side, to: &Side, scope: &Scope, sight: &Sight) -> Result<(Window, Vec<Fact>), AppError> {
        let (mut window, mut said) = (Window::new(to.snapshot.time_zone(), from.day), Vec::new());
        let Some(until) = to.snapshot.position.filter(|until| from.snapshot.position != Some(*until)) else { return Ok((window, said)) };
        let mut ahead = read_ahead(Arc::clone(self.ledger()), from.snapshot.position, until, Batch::decode);
        while let Some(batch) = ahead.next().await? {
            for event in batch.events.into_iter().filter(|event| sight.shows_fact(&event.fact)) {
                window.note(&event.fact, event.position);
                let late = window.late().last().filter(|late| late.position == event.position && said.len() < LATE_KEPT);
                if late.is_some_and(|late| late.is_in(&to.snapshot, scope)) {
                    said.push(event.fact);
                }
            }
            if let Some(stopped) = batch.stopped {
                return Err(stopped);
            }
            tokio::task::yield_now().await;
        }
        Ok((window, said))
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
