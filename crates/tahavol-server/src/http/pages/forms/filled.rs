//! A form of a command as it arrives: what was typed, and the files that come with it, kept by their digests before anything is decided.

use std::sync::Arc;
use std::time::Duration;

use axum::Form;
use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use multer::{Constraints, Field, Multipart, SizeLimit};
use tahavol_domain::values::{Evidence, Sha256};
use tahavol_web::forms::{ADD, FILES, KEPT, Kept, Lost, PREVIEW, TYPING, lost};
use tokio::time::timeout;
use uuid::Uuid;

use super::super::super::problem::Problem;
use super::super::super::sign_in::{Unproven, Visit};
use super::super::super::{Site, evidence};
use super::super::reading::Reading;
use super::kind_of;

/// All that is typed into one form, in bytes.
const MOST_TYPED: usize = 512 << 10;
/// Files of one form.
const MOST_FILES: usize = 20;
/// How long a form may take to arrive, its files included.
const PATIENCE: Duration = Duration::from_secs(30 * 60);

/// The same of a form of which nobody knows yet who sends it, and how large it may be: its files are passed over.
const PATIENCE_UNPROVEN: Duration = Duration::from_secs(2 * 60);
const MOST_UNPROVEN: u64 = 64 << 20;

/// What a form that was sent asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    ToBeDone,
    /// What it would change.
    Consequence,
    /// The same of what somebody is still typing: what is missing is no mistake, and what moves no figure may be missing.
    ConsequenceSoFar,
    /// One row more to fill in.
    Row,
}

/// What was typed.
#[derive(Default)]
pub(super) struct Typed {
    /// Whether it was sent; otherwise it stands in the address, and what is missing was not asked yet.
    pub(super) sent: bool,
    pub(super) fields: Vec<(String, String)>,
    pub(super) files: Vec<Evidence>,
    /// What was wrong with files.
    pub(super) trouble: Vec<String>,
    /// It did not show its session's token: it is only shown again.
    pub(super) unproven: Option<Unproven>,
    /// Files that came along and were passed over.
    pub(super) without_files: bool,
}

impl Typed {
    /// What the page's address says already.
    pub(super) fn asked(query: &[(String, String)]) -> Typed {
        Typed { fields: query.to_vec(), ..Typed::default() }
    }

    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The command's id: the form's own, so that sending it twice is one command.
    pub(super) fn command(&self) -> Uuid {
        let known = self.one("command").filter(|_| self.sent).and_then(|text| Uuid::parse_str(text).ok());
        known.unwrap_or_else(Uuid::now_v7)
    }

    pub(super) fn revision(&self) -> Option<u64> {
        self.one("revision").filter(|_| self.sent).and_then(|text| text.parse().ok())
    }

    pub(super) fn wants(&self) -> Wants {
        match (self.one(ADD), self.one(PREVIEW)) {
            (Some(_), _) => Wants::Row,
            (None, Some(TYPING)) => Wants::ConsequenceSoFar,
            (None, Some(_)) => Wants::Consequence,
            (None, None) => Wants::ToBeDone,
        }
    }

    /// Nobody is signed in with this browser any more: what was typed stays in a page that leads to the sign-in and goes on from there.
    fn signed_out(&self, visit: &Visit, path: &str, asked_for: &str) -> Response {
        let Some(kind) = path.strip_prefix("/act/").and_then(kind_of) else {
            return visit.go("/sign-in");
        };
        let (around, csrf) = (visit.around(path, None), visit.csrf());
        let mut typed: Vec<_> = self.fields.iter().filter(|(name, _)| ![PREVIEW, ADD, "csrf", "key"].contains(&name.as_str())).collect();
        let kept: Vec<_> = self.kept().into_iter().map(|file| (KEPT.to_owned(), file.value)).collect();
        typed.extend(&kept);
        let shown = Lost { kind, action: asked_for, csrf: csrf.expose(), typed: &typed, without_files: self.without_files };
        visit.page(StatusCode::FORBIDDEN, lost(&around.frame(), &shown))
    }

    /// The files as the page keeps them for the next try.
    pub(super) fn kept(&self) -> Vec<Kept> {
        self.files.iter().map(|file| Kept { value: written(file), title: file.title.clone() }).collect()
    }
}

/// A reader with a form that she has sent.
pub(super) struct Filled(pub(super) Reading, pub(super) Typed);

impl FromRequest<Arc<Site>> for Filled {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Filled, Response> {
        let (mut parts, body) = request.into_parts();
        let unproven = parts.extensions.get::<Unproven>().copied();
        let visit = Visit::of(&parts, site).map_err(IntoResponse::into_response)?;
        let reading = match Reading::from_request_parts(&mut parts, site).await {
            Ok(reading) => Some(reading),
            Err(response) if visit.who.recognised().is_some() => return Err(response),
            Err(_) => None,
        };
        let (path, asked_for) = (parts.uri.path().to_owned(), parts.uri.to_string());
        let takes = reading.as_ref().filter(|_| unproven.is_none());
        let patience = if takes.is_some() { PATIENCE } else { PATIENCE_UNPROVEN };
        let media_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let arrived = match multer::parse_boundary(media_type) {
            Ok(boundary) => timeout(patience, in_parts(takes, body, boundary)).await,
            Err(_) => timeout(patience, in_one(Request::from_parts(parts, body))).await,
        };
        match (arrived.unwrap_or(Err(StatusCode::REQUEST_TIMEOUT)), reading) {
            (Ok(typed), Some(reading)) => Ok(Filled(reading, Typed { unproven, ..typed })),
            (Ok(typed), None) => Err(typed.signed_out(&visit, &path, &asked_for)),
            (Err(status), Some(reading)) => Err(reading.say(status, "page-form-invalid", "page-form-invalid-why")),
            (Err(status), None) => Err(visit.say(status, "page-form-invalid", "page-form-invalid-why", "/")),
        }
    }
}

/// A form without files.
async fn in_one(request: Request) -> Result<Typed, StatusCode> {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MOST_TYPED).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    let request = Request::from_parts(parts, Body::from(bytes));
    let Form(fields) = Form::<Vec<(String, String)>>::from_request(request, &()).await.map_err(|rejection| rejection.status())?;
    Ok(Typed { sent: true, ..Typed::default() }.with(fields))
}

async fn in_parts(takes: Option<&Reading>, body: Body, boundary: String) -> Result<Typed, StatusCode> {
    let most = if takes.is_some() { SizeLimit::new() } else { SizeLimit::new().whole_stream(MOST_UNPROVEN) };
    let mut parts = Multipart::with_constraints(body.into_data_stream(), boundary, Constraints::new().size_limit(most));
    let (mut typed, mut fields, mut size) = (Typed { sent: true, ..Typed::default() }, Vec::new(), 0);
    let mut files = Vec::new();
    while let Some(mut part) = parts.next_field().await.map_err(|_| StatusCode::BAD_REQUEST)? {
        let name = part.name().unwrap_or_default().to_owned();
        if let Some(title) = part.file_name().map(str::to_owned) {
            // A browser sends a part without a name where no file was chosen.
            if name == FILES && !title.is_empty() {
                let Some(reading) = takes else {
                    typed.without_files = true;
                    continue;
                };
                if files.len() == MOST_FILES {
                    return Err(StatusCode::PAYLOAD_TOO_LARGE);
                }
                match receive(reading, part, &title).await {
                    Ok(file) => files.push(file),
                    Err(problem) => typed.trouble.push(format!("\u{2068}{title}\u{2069}: {}", problem.message(reading.visit.lang))),
                }
            }
            continue;
        }
        let mut value = Vec::new();
        while let Some(piece) = part.chunk().await.map_err(|_| StatusCode::BAD_REQUEST)? {
            size += piece.len();
            if size > MOST_TYPED {
                return Err(StatusCode::PAYLOAD_TOO_LARGE);
            }
            value.extend_from_slice(&piece);
        }
        // Browsers end lines with both signs; texts are kept with one.
        fields.push((name, String::from_utf8(value).map_err(|_| StatusCode::BAD_REQUEST)?.replace("\r\n", "\n")));
    }
    typed = typed.with(fields);
    typed.files.extend(files);
    Ok(typed)
}

async fn receive(reading: &Reading, part: Field<'_>, title: &str) -> Result<Evidence, Problem> {
    let caller = reading.visit.who.somebody()?;
    evidence::may_send(reading.site(), caller)?;
    // What a browser calls a file depends on what is installed beside it; only what cannot be told by content is believed.
    let declared = part.content_type().filter(|kind| kind.type_() == "text").map(ToString::to_string);
    let received = evidence::receive(reading.site(), declared.as_deref(), Box::pin(part)).await?;
    Ok(Evidence { digest: received.digest, media_type: received.file.media_type, size: received.file.size, title: title.to_owned() })
}

impl Typed {
    /// The files of earlier tries stand among the fields.
    fn with(mut self, fields: Vec<(String, String)>) -> Typed {
        let (kept, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| name == KEPT);
        self.files = kept.iter().filter_map(|(_, value)| read(value)).collect();
        self.fields = fields;
        self
    }
}

fn written(file: &Evidence) -> String {
    format!("{} {} {} {}", file.digest, file.size, file.media_type, file.title)
}

/// Whether it is so is looked at when the command is given.
fn read(text: &str) -> Option<Evidence> {
    let mut parts = text.splitn(4, ' ');
    let digest: Sha256 = parts.next()?.parse().ok()?;
    let size = parts.next()?.parse().ok()?;
    let (media_type, title) = (parts.next()?.to_owned(), parts.next()?.to_owned());
    Some(Evidence { digest, media_type, size, title })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_has_arrived_is_named_again_by_the_form_as_it_was() {
        let file = Evidence {
            digest: Sha256([7; 32]), media_type: "text/csv".to_owned(), size: 12, title: "گزارش  نهایی.csv".to_owned()
        };
        assert_eq!(read(&written(&file)), Some(file));
        assert_eq!(read("x 1 text/csv a"), None);
    }

    #[test]
    fn a_form_is_rehearsed_where_its_consequence_is_asked_for_and_done_where_nothing_else_is() {
        let sent = |fields: &[(&str, &str)]| {
            let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Typed { sent: true, fields, ..Typed::default() }.wants()
        };
        assert_eq!(sent(&[("weight", "5")]), Wants::ToBeDone);
        assert_eq!(sent(&[(PREVIEW, "1")]), Wants::Consequence);
        assert_eq!(sent(&[(PREVIEW, TYPING)]), Wants::ConsequenceSoFar);
        assert_eq!(sent(&[(PREVIEW, "1"), (ADD, "steps")]), Wants::Row);
    }

    #[test]
    fn a_form_that_was_not_sent_makes_a_command_id_of_its_own() {
        let query = vec![("command".to_owned(), Uuid::nil().to_string()), ("revision".to_owned(), "4".to_owned())];
        let asked = Typed::asked(&query);
        assert_ne!(asked.command(), Uuid::nil());
        assert_eq!(asked.revision(), None);
        let sent = Typed { sent: true, ..asked };
        assert_eq!((sent.command(), sent.revision()), (Uuid::nil(), Some(4)));
    }
}
