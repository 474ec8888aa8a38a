//! A programme to look at: the real files, and a plausible history of about eighteen months played on top by the ordinary command path.

mod cast;
mod routine;
mod stage;
mod story;

use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::values::{Evidence, Office, Person, ProgrammeId};
use uuid::Uuid;

use crate::app::Tahavol;
use crate::error::HandleError;
use crate::import::{ImportError, Settings, SourceFile, Times, import};
use cast::Cast;
use stage::Stage;

/// The day that the files speak from: 1397/09/29.
const FILE_DAY: (i32, u8, u8) = (1397, 9, 29);
/// Solar Hijri months between that day, as it is moved, and the demonstration's own day.
const MONTHS_OF_HISTORY: i32 = 18;
const RESOLUTION: &str = "مصوبه ۱ شورای عالی تحول";
/// Seconds after midnight at which the founding begins.
const MORNING: i64 = 8 * 3600;

/// What fixes every line of the demonstration.
#[derive(Debug, Clone, Copy)]
pub struct Demo {
    pub seed: u64,
    pub today: Date,
    /// Whether anything happens after the import.
    pub history: bool,
}

/// Why the demonstration could not be played.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("the import failed: {}", told(.0))]
    Import(#[from] ImportError),
    #[error("on {day}, {what}: {error}")]
    History { day: Date, what: String, error: HandleError },
}

/// An import's errors, each on its own line.
fn told(error: &ImportError) -> String {
    match error {
        ImportError::Rows(rows) => rows.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        ImportError::Interrupted { .. } | ImportError::App(_) => error.to_string(),
    }
}

impl Demo {
    /// By how many Solar Hijri months all dates of the files move.
    #[must_use]
    pub fn shift_months(&self) -> i32 {
        Date::persian_months_between(file_day(), self.today) - MONTHS_OF_HISTORY
    }

    /// The day on which the programme is founded.
    #[must_use]
    pub fn founded_on(&self) -> Date {
        file_day().shift_persian_months(self.shift_months())
    }

    /// The same for every demonstration of this seed and day, unless the ledger has one or the configuration names one.
    #[must_use]
    pub fn programme(&self) -> ProgrammeId {
        let name = format!("urn:tahavol:demonstration:{}:{}", self.seed, self.today);
        ProgrammeId(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()))
    }
}

fn file_day() -> Date {
    let (year, month, day) = FILE_DAY;
    Date::from_persian(year, month, day).expect("1397/09/29 is a day")
}

/// The people of the demonstration and what each may act as, one per office first.
#[must_use]
pub fn people() -> Vec<(Person, Office)> {
    Cast::new().people()
}

/// The administrator whom the configuration of a demonstration names.
#[must_use]
pub fn administrator() -> Person {
    Cast::new().administrator
}

/// Files that the history refers to as evidence: title and text. They have to lie in the evidence store before it is played.
#[must_use]
pub fn evidence_files() -> Vec<(String, Vec<u8>)> {
    stage::evidence_files()
}

/// Founds the programme from the files and plays its history. `evidence` is what the store answered for [`evidence_files`].
///
/// # Errors
/// When a command is refused or cannot be recorded; what came before it stays recorded.
pub async fn play(app: &Tahavol, demo: &Demo, evidence: Vec<Evidence>, told: &dyn Fn(Date)) -> Result<(), DemoError> {
    let cast = Cast::new();
    let zone = TimeZone::tehran();
    let founded_on = demo.founded_on();
    // What was begun is gone on with under the id that it was founded with.
    let there = app.snapshot().programme.as_ref().map(|row| row.id);
    let programme = there.or_else(|| app.named_programme()).unwrap_or_else(|| demo.programme());
    let settings = Settings {
        actor: cast.administrator.clone(),
        first_official: Some(cast.council.clone()),
        resolution: Some(RESOLUTION.to_owned()),
        programme,
        shift_months: demo.shift_months(),
        simulation: true,
    };
    let from = Instant::start_of(founded_on, &zone).plus_micros(MORNING * 1_000_000);
    import(app, &files()?, &settings, Times::Simulated { from }, false).await?;
    if !demo.history {
        return Ok(());
    }
    let mut stage = Stage::new(app, programme, demo, cast, evidence);
    let weeks = founded_on.days_until(demo.today) / 7;
    for week in 1..=weeks {
        let day = founded_on.plus_days(week * 7);
        if day >= demo.today {
            break;
        }
        told(day);
        stage.begin(day);
        story::week(&mut stage, week).await?;
        routine::week(&mut stage, week).await?;
    }
    Ok(())
}

fn files() -> Result<Vec<SourceFile>, ImportError> {
    let programme = SourceFile::from_bytes("programme.toml", include_bytes!("../../data/programme.toml"));
    let stations = SourceFile::from_bytes("stations.csv", include_bytes!("../../data/stations.csv"));
    match (programme, stations) {
        (Ok(programme), Ok(stations)) => Ok(vec![programme, stations]),
        (Err(error), _) | (_, Err(error)) => Err(ImportError::Rows(vec![error])),
    }
}
