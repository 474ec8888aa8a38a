//! Imports: nothing of a bad file, nothing twice, and every error with its place.

use std::sync::Arc;

use tahavol_app::demo::{Demo, administrator, play};
use tahavol_app::import::{ImportError, Imported, RowError, Settings, SourceFile, Times, import};
use tahavol_app::{MemoryEvidence, Options, Tahavol};
use tahavol_domain::calendar::Date;
use tahavol_domain::text::Lang;
use tahavol_domain::values::{ActorId, MilestoneId, Person, ProgrammeId, StationCode};
use tahavol_ledger::{OpenOptions, SqliteLedger};
use tempfile::TempDir;
use uuid::Uuid;

const PROGRAMME: &str = include_str!("../data/programme.toml");
const STATIONS: &str = include_str!("../data/stations.csv");

/// A few stations of the real file are enough here; the whole of it is imported by the demonstration's tests.
fn stations() -> String {
    STATIONS.lines().step_by(7).fold(String::new(), |text, line| text + line + "\n")
}

async fn opened() -> (Tahavol, TempDir) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let ledger = Arc::new(SqliteLedger::open(dir.path(), OpenOptions::default()).await.expect("an empty ledger opens"));
    let options =
        Options { named_administrator: Some(administrator().id), evidence: Arc::new(MemoryEvidence::default()), ..Options::default() };
    (Tahavol::open(ledger, options).await.expect("it opens"), dir)
}

fn settings() -> Settings {
    Settings {
        actor: administrator(),
        first_official: Some(Person { id: ActorId("council".to_owned()), name: "رئیس شورا".to_owned() }),
        resolution: Some("مصوبه ۱".to_owned()),
        programme: ProgrammeId(Uuid::from_u128(7)),
        shift_months: 0,
        simulation: false,
    }
}

async fn take(app: &Tahavol, files: &[(&str, &str)]) -> Result<Imported, ImportError> {
    let files: Result<Vec<SourceFile>, RowError> = files.iter().map(|(name, text)| SourceFile::from_bytes(name, text.as_bytes())).collect();
    let files = files.map_err(|error| ImportError::Rows(vec![error]))?;
    import(app, &files, &settings(), Times::Real, false).await
}

async fn founded() -> (Tahavol, TempDir) {
    let (app, dir) = opened().await;
    take(&app, &[("programme.toml", PROGRAMME), ("stations.csv", &stations())]).await.unwrap_or_else(|error| panic!("{}", all(&error)));
    (app, dir)
}

fn all(error: &ImportError) -> String {
    match error {
        ImportError::Rows(rows) => rows.iter().map(|row| row.text(Lang::En)).collect::<Vec<_>>().join("\n"),
        ImportError::Interrupted { .. } | ImportError::App(_) => error.to_string(),
    }
}

/// The one error that the files have; nothing was recorded.
async fn refused(app: &Tahavol, files: &[(&str, &str)]) -> RowError {
    let before = app.snapshot().position;
    let error = take(app, files).await.expect_err("the file is wrong");
    assert_eq!(app.snapshot().position, before, "nothing of a bad file is recorded");
    let ImportError::Rows(rows) = error else { panic!("{error}") };
    rows[0].clone()
}

#[tokio::test]
async fn the_same_files_again_record_nothing() {
    let (app, _dir) = founded().await;
    let head = app.snapshot().position;
    let again = take(&app, &[("programme.toml", PROGRAMME), ("stations.csv", &stations())]).await.expect("they are good");
    assert_eq!((again.events, app.snapshot().position), (0, head));
    assert!(again.unchanged > 60);
}

#[tokio::test]
async fn a_file_of_the_same_content_with_a_byte_order_mark_records_nothing_either() {
    let (app, _dir) = founded().await;
    let marked = format!("\u{feff}{}", stations());
    assert_eq!(take(&app, &[("stations.csv", &marked)]).await.expect("it is good").events, 0);
}

#[tokio::test]
async fn only_differences_become_events() {
    let (app, _dir) = founded().await;
    let changed = stations().replacen("false", "true", 1);
    assert_eq!(take(&app, &[("stations.csv", &changed)]).await.expect("it is good").events, 1);
}

#[tokio::test]
async fn a_dry_run_records_nothing_and_says_what_it_would() {
    let (app, _dir) = opened().await;
    let files =
        [SourceFile::from_bytes("programme.toml", PROGRAMME.as_bytes()), SourceFile::from_bytes("stations.csv", stations().as_bytes())];
    let files = files.map(|file| file.expect("it is good"));
    let would = import(&app, &files, &settings(), Times::Real, true).await.expect("they are good");
    assert!(would.events > 150, "{would:?}");
    assert_eq!(app.snapshot().position, None);
}

#[tokio::test]
async fn a_programme_with_an_unknown_key_is_refused_with_its_row() {
    let (app, _dir) = opened().await;
    let wrong = PROGRAMME.replacen("unit = \"stations\"", "unit = \"stations\"\ncolour = \"red\"", 1);
    let row = wrong.lines().position(|line| line.starts_with("colour")).expect("it is there") as u64 + 1;
    let error = refused(&app, &[("programme.toml", &wrong), ("stations.csv", &stations())]).await;
    assert_eq!((error.code.as_str(), error.row), ("IMPORT_TOML", Some(row)));
    assert!(error.text(Lang::En).contains("colour"), "{}", error.text(Lang::En));
}

#[tokio::test]
async fn a_day_that_its_year_does_not_have_is_refused_in_both_calendars() {
    let (app, _dir) = opened().await;
    for (day, code) in [("1398/12/30", "DATE_NO_SOLAR_HIJRI_DAY"), ("2023-02-30", "DATE_NO_GREGORIAN_DAY")] {
        let wrong = PROGRAMME.replacen("issued_on = \"1397/07/19\"", &format!("issued_on = \"{day}\""), 1);
        let error = refused(&app, &[("programme.toml", &wrong), ("stations.csv", &stations())]).await;
        assert_eq!((error.code.as_str(), error.column.as_deref()), (code, Some("issued_on")));
        assert!(error.text(Lang::Fa).contains(day) || error.text(Lang::Fa).contains('۱'), "{}", error.text(Lang::Fa));
    }
}

#[tokio::test]
async fn a_rollout_without_stations_is_refused() {
    let (app, _dir) = opened().await;
    let error = refused(&app, &[("programme.toml", PROGRAMME)]).await;
    assert!(["TARGET_SET_EMPTY", "SCOPE_EMPTY"].contains(&error.code.as_str()), "{error}");
}

#[tokio::test]
async fn tables_tell_row_and_column_of_what_is_wrong() {
    let (app, _dir) = founded().await;
    let header = "code,kind,name_fa,province,networked,annual_visits,annual_cases";
    let cases = [
        (format!("{header}\n90001,station,الف,IR-00,true,1"), "IMPORT_TRUNCATED", Some(2), None),
        (format!("{header},colour\n90001,station,الف,IR-00,true,1,1,red\n"), "IMPORT_UNKNOWN_COLUMN", Some(1), Some("colour")),
        ("code,kind,name_fa,networked,annual_visits,annual_cases\n".to_owned(), "IMPORT_MISSING_COLUMN", Some(1), Some("province")),
        (
            format!("{header}\n90001,station,الف,IR-00,true,1,1\n90001,station,ب,IR-00,true,1,1\n"),
            "IMPORT_DUPLICATE",
            Some(3),
            Some("code"),
        ),
        (format!("{header}\n90001,station,الف,IR-99,true,1,1\n"), "UNKNOWN_PROVINCE", Some(2), Some("province")),
        (format!("{header}\n90001,station,الف,IR-00,maybe,1,1\n"), "IMPORT_VALUE", Some(2), Some("networked")),
        (format!("{header}\n90001,barrack,الف,IR-00,true,1,1\n"), "IMPORT_VALUE", Some(2), Some("kind")),
        (format!("{header}\n90001,station,الف,IR-00,true,many,1\n"), "IMPORT_VALUE", Some(2), Some("annual_visits")),
        ("milestone,effective_on,progress\nNEW-9,1398/02/01,50\n".to_owned(), "UNKNOWN_MILESTONE", Some(2), Some("milestone")),
        ("milestone,effective_on,progress\nSUP-1.1,1398/02/01,101\n".to_owned(), "IMPORT_PERCENT", Some(2), Some("progress")),
        ("milestone,effective_on,progress\nSUP-1.1,1399/12/31,50\n".to_owned(), "DATE_NO_SOLAR_HIJRI_DAY", Some(2), Some("effective_on")),
        ("milestone,effective_on,progress\nSUP-1.1,1499/01/01,50\n".to_owned(), "EFFECTIVE_IN_FUTURE", Some(2), Some("effective_on")),
        ("milestone,station,effective_on\nSUP-1.2,99999,1398/02/01\n".to_owned(), "UNKNOWN_STATION", Some(2), Some("station")),
        ("indicator,scope,period,value\nnothing,IR-13,1397,5\n".to_owned(), "UNKNOWN_INDICATOR", Some(2), Some("indicator")),
        ("indicator,scope,period,value\ntheft-change,IR-13,1397/13,5\n".to_owned(), "DATE_NO_SOLAR_HIJRI_DAY", Some(2), Some("period")),
    ];
    for (text, code, row, column) in cases {
        let error = refused(&app, &[("table.csv", &text)]).await;
        assert_eq!((error.code.as_str(), error.row, error.column.as_deref()), (code, row, column), "{text}\n{error}");
        assert!(!error.text(Lang::Fa).is_empty());
    }
}

#[tokio::test]
async fn bytes_that_are_not_utf8_are_refused_with_their_row() {
    let error = SourceFile::from_bytes("stations.csv", b"code,networked\n\xff").expect_err("it is not UTF-8");
    assert_eq!((error.code.as_str(), error.row), ("IMPORT_NOT_UTF8", Some(2)));
}

#[tokio::test]
async fn reports_deliveries_and_measurements_come_from_tables_with_any_digits() {
    let (app, _dir) = founded().await;
    let station = app.snapshot().stations.values().find(|station| station.province.0 == "IR-13").map(|station| station.code.clone());
    let station: StationCode = station.expect("a station in Hamadan");
    let reports = "milestone,effective_on,progress,steps,note_fa\nSUP-1.1,۱۳۹۸/۰۲/۰۱,۷۵٫۵,,یادداشت\nTEC-2.1,2019-09-22,,1 2,\n";
    let deliveries = format!("milestone,station,effective_on\nEQP-2.1,{},1398/02/10\n", station.0);
    let measurements = "indicator,scope,period,numerator,denominator\nvisitor-satisfaction,IR-13,1398/01,۸۲۰,۸۶۷\n";
    let files = [("reports.csv", reports), ("deliveries.csv", &deliveries), ("measurements.csv", measurements)];
    let done = take(&app, &files).await.unwrap_or_else(|error| panic!("{}", all(&error)));
    assert_eq!(done.events, 4);
    let snapshot = app.snapshot();
    let id = MilestoneId(snapshot.programme.as_ref().expect("founded").id.id_of("EQP-2.1"));
    assert_eq!(snapshot.milestones.get(&id).expect("planned").deliveries.len(), 1);
    assert_eq!(take(&app, &files).await.expect("they are good").events, 0, "the same files again record nothing");
}

#[tokio::test]
async fn a_table_that_is_partly_wrong_records_none_of_its_rows() {
    let (app, _dir) = founded().await;
    let reports = "milestone,effective_on,progress\nSUP-1.1,1398/02/01,75\nSUP-1.1,1398/02/02,200\n";
    let error = refused(&app, &[("reports.csv", reports)]).await;
    assert_eq!((error.code.as_str(), error.row), ("IMPORT_PERCENT", Some(3)));
}

#[tokio::test]
async fn a_simulated_clock_is_refused_where_the_ledger_is_no_simulation() {
    let (app, _dir) = founded().await;
    let demo = Demo { seed: 1, today: Date::parse("2026-11-23").expect("a day"), history: true };
    let before = app.snapshot().position;
    play(&app, &demo, Vec::new(), &|_| ()).await.expect_err("the programme is another one");
    assert_eq!(app.snapshot().position, before);
}
