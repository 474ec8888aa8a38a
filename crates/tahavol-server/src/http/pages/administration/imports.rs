//! Imports from a browser: the same files by the same functions as at the command line, first rehearsed, then carried out.

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use multer::{Constraints, Multipart, SizeLimit};
use tahavol_app::AppError;
use tahavol_app::import::{ImportError, Imported, RowError, Settings as ImportSettings, SourceFile, Times, import, rehearse};
use tahavol_app::messages::message;
use tahavol_domain::Kind;
use tahavol_domain::values::{Person, ProgrammeId};
use tahavol_identity::NoteKind;
use tahavol_web::administration::{self, Came, Imports, Sent};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::super::reading::Reading;
use super::{not_permitted, parts, unreadable};
use crate::config::PersonSetting;

/// Of one form with its files.
const LARGEST_UPLOAD: usize = 8 << 20;
/// Of its files together: what is kept in the page grows by a third on its way back.
const LARGEST_FILES: usize = LARGEST_UPLOAD / 2;

/// One import at a time: what one rehearses, another must not change meanwhile.
static ONE: Mutex<()> = Mutex::const_new(());

/// What was sent: files with their bytes, and under which resolution.
struct Form {
    files: Vec<(String, Bytes)>,
    resolution: Option<String>,
    for_real: bool,
}

/// Why a form was not read.
enum Unread {
    TooLarge,
    Malformed,
}

impl From<multer::Error> for Unread {
    fn from(error: multer::Error) -> Unread {
        if matches!(error, multer::Error::StreamSizeExceeded { .. }) { Unread::TooLarge } else { Unread::Malformed }
    }
}

/// What came of it, as owned values.
enum Outcome {
    Rehearsed { plan: Vec<(String, Kind, usize)>, imported: Imported },
    Imported(Imported),
    Refused(Vec<RowError>),
    Interrupted { file: String, row: u64, why: String },
}

pub(super) async fn page(reading: Reading) -> Response {
    if !parts(&reading).imports {
        return unreadable(&reading, "imports");
    }
    shown(&reading, StatusCode::OK, None, &[], "", &[])
}

pub(super) async fn send(reading: Reading, headers: HeaderMap, body: Body) -> Response {
    let member = reading.visit.member().map(|member| member.caller.person.clone());
    let Some(person) = member.filter(|_| parts(&reading).imports) else { return not_permitted(&reading, "imports") };
    let form = match read(&headers, body).await {
        Ok(form) => form,
        Err(Unread::TooLarge) => {
            let text = message("page-imports-too-large", &[("value", (LARGEST_FILES >> 20).to_string())], reading.visit.lang);
            return shown(&reading, StatusCode::PAYLOAD_TOO_LARGE, None, &[], "", &[("file", text)]);
        }
        Err(Unread::Malformed) => return reading.say(StatusCode::BAD_REQUEST, "page-form-invalid", "page-form-invalid-why"),
    };
    let resolution = form.resolution.clone().unwrap_or_default();
    if form.files.is_empty() {
        let text = message("page-imports-no-file", &[], reading.visit.lang);
        return shown(&reading, StatusCode::BAD_REQUEST, None, &[], &resolution, &[("file", text)]);
    }
    let outcome = match carry_out(&reading, person, &form).await {
        Ok(outcome) => outcome,
        Err(error) => return reading.visit.trouble(error),
    };
    let (status, sent) = match &outcome {
        Outcome::Rehearsed { imported, .. } if imported.events > 0 => (StatusCode::OK, kept(&form)),
        Outcome::Rehearsed { .. } | Outcome::Imported(_) => (StatusCode::OK, Vec::new()),
        Outcome::Refused(_) => (StatusCode::BAD_REQUEST, Vec::new()),
        Outcome::Interrupted { .. } => (StatusCode::CONFLICT, kept(&form)),
    };
    shown(&reading, status, Some(&outcome), &sent, &resolution, &[])
}

/// Files as they were chosen, or as the page kept them since the rehearsal.
async fn read(headers: &HeaderMap, body: Body) -> Result<Form, Unread> {
    let media_type = headers.get(CONTENT_TYPE).and_then(|media_type| media_type.to_str().ok()).ok_or(Unread::Malformed)?;
    let limits = Constraints::new().size_limit(SizeLimit::new().whole_stream(LARGEST_UPLOAD as u64));
    let mut sent = Multipart::with_constraints(body.into_data_stream(), multer::parse_boundary(media_type)?, limits);
    let mut form = Form { files: Vec::new(), resolution: None, for_real: false };
    let mut kept = None;
    while let Some(part) = sent.next_field().await? {
        let (name, file) = (part.name().unwrap_or_default().to_owned(), part.file_name().map(|name| base_name(name).to_owned()));
        let content = part.bytes().await?;
        let text = || String::from_utf8(content.to_vec()).ok();
        match (name.as_str(), file) {
            ("file", Some(file)) if !content.is_empty() => form.files.push((file, content)),
            ("name", _) => kept = text(),
            ("content", _) => {
                let name = kept.take().ok_or(Unread::Malformed)?;
                let bytes = STANDARD.decode(&content).map_err(|_| Unread::Malformed)?;
                form.files.push((base_name(&name).to_owned(), Bytes::from(bytes)));
            }
            ("resolution", _) => form.resolution = text().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
            ("what", _) => form.for_real = text().as_deref() == Some("import"),
            _ => {}
        }
    }
    // What could not come back from the rehearsal is not rehearsed.
    let together: usize = form.files.iter().map(|(_, bytes)| bytes.len()).sum();
    if together > LARGEST_FILES { Err(Unread::TooLarge) } else { Ok(form) }
}

/// Some browsers send the whole path.
fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

async fn carry_out(reading: &Reading, actor: Person, form: &Form) -> Result<Outcome, AppError> {
    let (files, errors): (Vec<_>, Vec<_>) =
        form.files.iter().map(|(name, bytes)| SourceFile::from_bytes(name, bytes)).partition(Result::is_ok);
    let errors: Vec<RowError> = errors.into_iter().filter_map(Result::err).collect();
    if !errors.is_empty() {
        return Ok(Outcome::Refused(errors));
    }
    let files: Vec<SourceFile> = files.into_iter().filter_map(Result::ok).collect();
    let site = reading.site();
    let settings = ImportSettings {
        actor,
        first_official: site.settings.first_official.as_ref().map(PersonSetting::person),
        resolution: form.resolution.clone(),
        programme: site.settings.programme().unwrap_or_else(|| ProgrammeId(Uuid::now_v7())),
        shift_months: 0,
        simulation: false,
    };
    let _one = ONE.lock().await;
    if !form.for_real {
        return match rehearse(&site.app, &files, &settings, Times::Real).await {
            Ok(rehearsed) => {
                let plan = rehearsed.plan.into_iter().map(|((file, kind), count)| (file, kind, count)).collect();
                Ok(Outcome::Rehearsed { plan, imported: rehearsed.imported })
            }
            Err(error) => failed(error),
        };
    }
    let imported = import(&site.app, &files, &settings, Times::Real, false).await;
    for file in &files {
        let mut details = vec![("file", file.digest.to_string())];
        details.extend(match &imported {
            Ok(imported) => [("what", "recorded".to_owned()), ("events", imported.events.to_string())].to_vec(),
            Err(ImportError::Rows(rows)) => [("what", "refused".to_owned()), ("rows", rows.len().to_string())].to_vec(),
            Err(ImportError::Interrupted { .. } | ImportError::App(_)) => vec![("what", "interrupted".to_owned())],
        });
        reading.visit.note(NoteKind::Imported, Some(&settings.actor.id), details);
    }
    match imported {
        Ok(imported) => Ok(Outcome::Imported(imported)),
        Err(error) => failed(error),
    }
}

fn failed(error: ImportError) -> Result<Outcome, AppError> {
    match error {
        ImportError::Rows(rows) => Ok(Outcome::Refused(rows)),
        ImportError::Interrupted { file, row, error } => Ok(Outcome::Interrupted { file, row, why: error.to_string() }),
        ImportError::App(error) => Err(error),
    }
}

fn kept(form: &Form) -> Vec<Sent> {
    form.files.iter().map(|(name, bytes)| Sent { name: name.clone(), content: STANDARD.encode(bytes) }).collect()
}

fn shown(
    reading: &Reading,
    status: StatusCode,
    outcome: Option<&Outcome>,
    sent: &[Sent],
    resolution: &str,
    wrong: &[(&'static str, String)],
) -> Response {
    let came = outcome.map(|outcome| match outcome {
        Outcome::Rehearsed { plan, imported } => Came::Rehearsed { plan, events: imported.events, unchanged: imported.unchanged },
        Outcome::Imported(imported) => {
            Came::Imported { events: imported.events, unchanged: imported.unchanged, position: imported.position }
        }
        Outcome::Refused(rows) => Came::Refused(rows),
        Outcome::Interrupted { file, row, why } => Came::Interrupted { file, row: *row, why },
    });
    let page = Imports { came, sent, resolution, wrong, largest_bytes: LARGEST_FILES };
    reading.answer(status, administration::imports(&reading.sheet(), parts(reading), &page))
}
