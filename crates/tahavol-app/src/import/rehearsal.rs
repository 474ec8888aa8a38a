//! The rehearsal of an import: every command is decided on a copy of the picture, so that a bad file is known before anything is recorded.

use std::collections::HashMap;

use tahavol_domain::Stream;
use tahavol_domain::calendar::Instant;
use tahavol_projections::Snapshot;

use super::error::{Place, RowError};
use super::plan::{Settings, Step, Steps};
use super::provinces::provinces;
use super::source::{FileKind, SourceFile};
use super::{ImportError, Times, programme, table};
use crate::app::Tahavol;
use crate::decision::{self, Given};
use crate::error::AppError;
use crate::phase::When;
use crate::streams::Folded;

/// After so many wrong rows a reader knows enough.
const MOST_ERRORS: usize = 100;

/// What is to be carried out.
pub(super) struct Planned {
    pub(super) phases: Vec<Vec<Step>>,
    pub(super) events: usize,
    pub(super) unchanged: usize,
}

/// Plans and rehearses: first what founds the programme and its stations, then the tables that speak about them.
pub(super) async fn plan(app: &Tahavol, files: &[SourceFile], settings: &Settings, times: Times) -> Result<Planned, ImportError> {
    let snapshot = Snapshot::clone(&app.snapshot());
    let mut rehearsal = Rehearsal { app, snapshot, streams: HashMap::new(), times, events: 0 };
    let mut planned = Planned { phases: Vec::new(), events: 0, unchanged: 0 };
    let founding = |file: &&SourceFile| matches!(file.kind, FileKind::Programme | FileKind::Stations);
    for group in [files.iter().filter(founding).collect::<Vec<_>>(), files.iter().filter(|file| !founding(file)).collect()] {
        let mut steps = Steps::default();
        let mut errors = Vec::new();
        for file in group {
            match file.kind {
                FileKind::Programme => match programme::steps(file, &provinces(), &rehearsal.snapshot, settings) {
                    Ok(read) => steps.append(read),
                    // Without its programme nothing else can be tried.
                    Err(wrong) => return Err(ImportError::Rows(wrong)),
                },
                FileKind::Stations | FileKind::Reports | FileKind::Deliveries | FileKind::Measurements => {
                    let (read, mut wrong) = table::steps(file, &rehearsal.snapshot, settings);
                    steps.append(read);
                    errors.append(&mut wrong);
                }
            }
        }
        // The good rows are tried even beside bad ones, so that all that is wrong is told at once.
        errors.append(&mut rehearsal.play(&steps).await?);
        errors.sort_by(|one, other| (&one.file, one.row).cmp(&(&other.file, other.row)));
        if !errors.is_empty() {
            errors.truncate(MOST_ERRORS);
            return Err(ImportError::Rows(errors));
        }
        planned.unchanged += steps.unchanged;
        planned.phases.extend(steps.into_phases());
    }
    planned.events = rehearsal.events;
    Ok(planned)
}

struct Rehearsal<'a> {
    app: &'a Tahavol,
    snapshot: Snapshot,
    streams: HashMap<Stream, Folded>,
    times: Times,
    events: usize,
}

impl Rehearsal<'_> {
    /// Plays the phases; what is refused is told with its row, and the rest goes on so that all of it is told at once.
    async fn play(&mut self, steps: &Steps) -> Result<Vec<RowError>, AppError> {
        let mut errors = Vec::new();
        for phase in steps.phases() {
            let basis = self.snapshot.clone();
            for step in phase {
                let now = match self.times.next() {
                    When::Now => self.app.clock().now(),
                    When::Simulated(instant) => instant,
                };
                if let Err(error) = self.step(step, &basis, now).await? {
                    errors.push(error);
                }
            }
            // Later phases would only repeat that what they need is not there.
            if !errors.is_empty() {
                break;
            }
        }
        Ok(errors)
    }

    async fn step(&mut self, step: &Step, basis: &Snapshot, now: Instant) -> Result<Result<(), RowError>, AppError> {
        let order = &step.order;
        let place = Place { file: &step.file, row: Some(step.row) };
        if !self.streams.contains_key(&order.stream) {
            let folded = Folded::read(&**self.app.ledger(), &order.stream).await?;
            self.streams.insert(order.stream.clone(), folded);
        }
        let Some(folded) = self.streams.get_mut(&order.stream) else { unreachable!("it was just put there") };
        let digest = match decision::digest(order) {
            Ok(digest) => digest,
            Err(refusal) => return Ok(Err(place.refused(&refusal))),
        };
        if folded.made_by(order.command_id).is_some() {
            return Ok(Ok(()));
        }
        let named_administrator = self.app.named_administrator();
        let named_programme = self.app.named_programme();
        let given = Given { digest, basis, now, named_administrator, named_programme, stored: &[] };
        let facts = match decision::decide(order, folded, &given) {
            Ok(facts) => facts,
            Err(refusal) => return Ok(Err(place.refused(&refusal))),
        };
        for (fact, _) in &facts {
            folded.apply(fact);
            let position = self.snapshot.position.map_or(0, |position| position + 1);
            self.snapshot.apply(fact, position).map_err(|error| AppError::Stopped { position, what: error.to_string() })?;
        }
        self.events += facts.len();
        Ok(Ok(()))
    }
}
