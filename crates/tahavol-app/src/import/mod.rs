//! Files as commands: planned against the ledger, rehearsed as a whole, and only then carried out by the same path as everything else.

mod error;
mod plan;
mod programme;
pub mod programme_file;
mod provinces;
mod rehearsal;
mod source;
mod table;

pub use error::{CODES, RowError};
pub use plan::{Settings, Step, Steps};
pub use provinces::provinces;
pub use source::{FileKind, SourceFile};

use std::collections::BTreeMap;

use tahavol_domain::Kind;
use tahavol_domain::calendar::Instant;

use crate::app::Tahavol;
use crate::error::{AppError, HandleError};
use crate::phase::When;

/// What an import did, or would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Events recorded.
    pub events: usize,
    /// Rows and entries that the ledger held already.
    pub unchanged: usize,
    /// Position of the ledger's last event afterwards.
    pub position: Option<u64>,
}

/// Why files were not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Something is wrong with a file; nothing of any of them was recorded.
    #[error("{} errors in the files; nothing was recorded", .0.len())]
    Rows(Vec<RowError>),
    /// The ledger would not take a command that the rehearsal took. What came before it is recorded; the same files again complete it.
    #[error("{file}:{row}: {error}")]
    Interrupted { file: String, row: u64, error: HandleError },
    #[error(transparent)]
    App(#[from] AppError),
}

/// Where recorded times come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// The machine's clock.
    Real,
    /// A simulated clock that goes on by a second with every command. Only a ledger that was founded as a simulation takes it.
    Simulated { from: Instant },
}

impl Times {
    fn next(&mut self) -> When {
        match self {
            Times::Real => When::Now,
            Times::Simulated { from } => {
                *from = from.plus_micros(1_000_000);
                When::Simulated(*from)
            }
        }
    }
}

/// What an import would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsed {
    pub imported: Imported,
    /// How often each command would be given, by the file that asks for it.
    pub plan: BTreeMap<(String, Kind), usize>,
}

/// Plans and rehearses files, and records nothing.
///
/// # Errors
/// As [`import`].
pub async fn rehearse(app: &Tahavol, files: &[SourceFile], settings: &Settings, times: Times) -> Result<Rehearsed, ImportError> {
    let planned = rehearsal::plan(app, files, settings, times).await?;
    let mut plan = BTreeMap::new();
    for step in planned.phases.iter().flatten() {
        *plan.entry((step.file.clone(), step.order.command.kind())).or_default() += 1;
    }
    let imported = Imported { events: planned.events, unchanged: planned.unchanged, position: app.snapshot().position };
    Ok(Rehearsed { imported, plan })
}

/// Imports files in one go. `dry_run` stops after the rehearsal.
///
/// # Errors
/// `Rows` tells everything that is wrong with the files, each with file, row, column and rule; then nothing was recorded.
pub async fn import(
    app: &Tahavol,
    files: &[SourceFile],
    settings: &Settings,
    mut times: Times,
    dry_run: bool,
) -> Result<Imported, ImportError> {
    let planned = rehearsal::plan(app, files, settings, times).await?;
    if dry_run {
        return Ok(Imported { events: planned.events, unchanged: planned.unchanged, position: app.snapshot().position });
    }
    let mut events = 0;
    for steps in &planned.phases {
        let mut phase = app.phase();
        for step in steps {
            let interrupted = |error| ImportError::Interrupted { file: step.file.clone(), row: step.row, error };
            phase.submit(step.order.clone(), times.next()).await.map_err(interrupted)?;
        }
        let last = steps.last();
        let finished = phase.finish().await.map_err(|error| ImportError::Interrupted {
            file: last.map_or_else(String::new, |step| step.file.clone()),
            row: last.map_or(0, |step| step.row),
            error,
        })?;
        events += finished.events;
    }
    Ok(Imported { events, unchanged: planned.unchanged, position: app.snapshot().position })
}
