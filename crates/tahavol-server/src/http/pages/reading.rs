//! One request for a page about the programme: who reads, and the one picture at the moment that stands in the address.

use std::panic::resume_unwind;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use tahavol_app::{AppError, AsOf, Can, Subject};
use tahavol_domain::Kind;
use tahavol_domain::calendar::{Date, TimeZone};
use tahavol_domain::policy::{Reader, Right, Within};
use tahavol_domain::values::{Office, Person};
use tahavol_graphql::Caller;
use tahavol_projections::Snapshot;
use tahavol_projections::sight::Sight;
use tahavol_web::address::{self, AS_OF, BASELINE, Moment, STATUS_DATE, parse_as_of, parse_baseline};
use tahavol_web::figure::{Calendar, Hand};
use tahavol_web::moment::Mistyped;
use tahavol_web::sheet::{Said, Sheet};
use tahavol_web::table::{FORMAT, Format, TABLE, Table};
use tahavol_web::{Markup, SHEET_POLICY};
use tokio::task::spawn_blocking;

use super::super::Site;
use super::super::sign_in::{Around, Visit, escaped};

/// The names in a query that are the frame's own and no page's.
const OF_THE_FRAME: [&str; 5] = [AS_OF, STATUS_DATE, BASELINE, "lang", "calendar"];

/// What these pages show is of now and has no past.
const OF_NOW: [&str; 7] = [
    address::PROOF,
    address::PROOF_BUNDLE,
    address::ADMINISTRATION,
    address::ACCOUNTS,
    address::TOKENS,
    address::JOURNAL,
    address::IMPORTS,
];

/// Somebody who reads, and what she is shown.
pub(in crate::http) struct Reading {
    pub(in crate::http) visit: Visit,
    pub(in crate::http) moment: Moment,
    /// As the reader is shown it.
    pub(in crate::http) snapshot: Arc<Snapshot>,
    pub(in crate::http) sight: Arc<Sight>,
    /// The live picture, as the reader is shown it: what can be done now goes by it.
    pub(in crate::http) live: Arc<Snapshot>,
    /// The status date.
    pub(in crate::http) day: Date,
    /// Today, in the programme's time zone.
    pub(in crate::http) today: Date,
    pub(in crate::http) offices: Vec<Office>,
    /// What stands in the page's query besides the moment.
    pub(in crate::http) query: Vec<(String, String)>,
    path: String,
    zone: TimeZone,
    calendar: Calendar,
    around: Around,
    /// What she has just done.
    said: Option<Said>,
    /// Whether the page has no past.
    of_now: bool,
    /// What stands in the address for the moment and cannot be shown.
    mistyped: Vec<Mistyped>,
    /// Of a page that is as it was asked for, or not: the moment is wrong.
    status: StatusCode,
}

/// What an open page has seen, when it asks for itself again: nobody has come to it anew.
pub(in crate::http) const SEEN: &str = "x-seen";

/// Under this key a session keeps what has just been done, until a page has said so.
const SAID: &str = "said";

/// A command that was carried out, as a session keeps it: its name, its position, whether pages show it.
type Kept = (String, Option<u64>, bool);

impl Reading {
    /// What is shown to nobody in particular is shown only where that is open; others are asked to sign in first.
    async fn of(parts: &Parts, site: &Arc<Site>) -> Result<Reading, Response> {
        let visit = Visit::of(parts, site).map_err(IntoResponse::into_response)?;
        let path = parts.uri.path().to_owned();
        let asked_for = parts.uri.path_and_query().map_or(path.as_str(), |all| all.as_str());
        let caller = match visit.who.caller() {
            Ok(caller) => caller.cloned(),
            // What is missing is told and mended there.
            Err(problem) if problem.status == StatusCode::FORBIDDEN => return Err(visit.go("/account")),
            Err(_) => return Err(visit.go(&sign_in_and_back(asked_for))),
        };
        if caller.is_none() && !(site.settings.public_view && is_open(&path)) {
            return Err(visit.go(&sign_in_and_back(asked_for)));
        }
        let query = fields_of(&parts.uri);
        let whole = site.app.snapshot();
        let zone = whole.time_zone();
        let today = visit.now.date_in(&zone);
        let of_now = OF_NOW.contains(&path.as_str());
        let (mut moment, mut mistyped) = moment_of(&query, &zone);
        let mut status = if mistyped.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
        let reader = caller.as_ref().map_or(Reader::Public, |caller| site.app.reader(&whole, &caller.person.id, &caller.within));
        let sight = site.app.sight(&whole, &reader);
        let (mut shown, mut own_day) = (Arc::clone(&whole), today);
        if let Some(at) = moment.as_of.filter(|_| !of_now) {
            match site.app.as_of(at).await {
                Ok(past) => {
                    let instant = if let AsOf::Instant(instant) = at { Some(instant) } else { past.recorded_at };
                    own_day = instant.map_or(today, |instant| instant.date_in(&zone));
                    shown = past;
                }
                Err(error) => {
                    let (refused, why) = unreached(&error).ok_or_else(|| visit.trouble(&error))?;
                    if mistyped.is_empty() {
                        status = refused;
                    }
                    mistyped.insert(0, mistyped_as(AS_OF, given(&query, AS_OF), why));
                    moment.as_of = None;
                }
            }
        }
        // A page shows now and the form beside it; a file or something sent has no place for that.
        if let Some(one) = mistyped.first().filter(|_| !parts.method.is_safe() || given(&query, FORMAT).is_some()) {
            return Err(visit.say(status, "page-bad-moment", one.why, address::OVERVIEW));
        }
        let offices = caller.as_ref().map(|caller| site.offices_today(&caller.person.id)).unwrap_or_default();
        let calendar = visit.calendar();
        let kept: Vec<_> = query.into_iter().filter(|(name, _)| !OF_THE_FRAME.contains(&name.as_str())).collect();
        let around = visit.around_address(&address_of(&path, &kept, &moment));
        let arrives = parts.method == Method::GET && !parts.headers.contains_key(SEEN);
        let said = if arrives && caller.is_some() { visit.take::<Kept>(SAID).await } else { None };
        let said = said.and_then(|(kind, position, visible)| Some(Said { kind: kind.parse().ok()?, position, visible }));
        Ok(Reading {
            snapshot: sight.of(&shown),
            live: sight.of(&whole),
            sight,
            day: moment.status_date.filter(|_| !of_now).unwrap_or(own_day),
            today,
            offices,
            query: kept,
            path,
            zone,
            calendar,
            around,
            said,
            of_now,
            mistyped,
            status,
            moment,
            visit,
        })
    }

    /// On to another page, which says what was done.
    pub(in crate::http) async fn done(&self, said: Said, path: &str) -> Response {
        match self.visit.keep(SAID, (said.kind.name(), said.position, said.visible)).await {
            Ok(()) => self.visit.go(path),
            Err(error) => self.visit.trouble(error),
        }
    }

    pub(in crate::http) fn site(&self) -> &Arc<Site> {
        &self.visit.site
    }

    /// Who reads; nobody where the public does.
    pub(in crate::http) fn caller(&self) -> Option<&Caller> {
        self.visit.who.recognised().map(|caller| &**caller)
    }

    /// Who has signed in here, and within which bounds.
    pub(in crate::http) fn person(&self) -> Option<(&Person, &Within)> {
        self.caller().map(|caller| (&caller.person, &caller.within))
    }

    /// Whether the reader has a right by the offices of today.
    pub(in crate::http) fn has(&self, right: Right) -> bool {
        self.person().is_some_and(|(person, within)| self.site().app.has(right, &person.id, within))
    }

    /// Whether the reader can do this now on the thing. Where that cannot be looked at, the form says why.
    pub(in crate::http) async fn can(&self, kind: Kind, on: Option<&Subject>) -> bool {
        let (Some((person, within)), Some(on)) = (self.person(), on) else { return false };
        match self.site().app.can(person, within, kind, on).await {
            Ok(can) => can == Can::Yes,
            Err(_) => true,
        }
    }

    /// What stands in the query under this name.
    pub(in crate::http) fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// From which pages of `tahavol_web` are made.
    pub(in crate::http) fn sheet(&self) -> Sheet<'_> {
        let lag = self.site().app.lag();
        Sheet {
            frame: self.around.frame(),
            hand: Hand { lang: self.visit.lang, calendar: self.calendar, zone: &self.zone },
            moment: self.moment,
            snapshot: &self.snapshot,
            day: self.day,
            live: self.live.position,
            behind: lag.events,
            path: &self.path,
            query: &self.query,
            offices: &self.offices,
            said: self.said,
            of_now: self.of_now,
            mistyped: &self.mistyped,
        }
    }

    /// Makes a page where it may take its time. The figures of a whole programme are not the reactor's work: whoever asks meanwhile
    /// whether the server lives would wait for them.
    pub(in crate::http) async fn apart(self, page: impl FnOnce(&Reading) -> Response + Send + 'static) -> Response {
        let made = spawn_blocking(move || page(&self)).await;
        made.unwrap_or_else(|error| match error.try_into_panic() {
            // It is told and answered where every handler's is.
            Ok(panic) => resume_unwind(panic),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        })
    }

    pub(in crate::http) fn page(&self, markup: Markup) -> Response {
        self.answer(StatusCode::OK, markup)
    }

    /// The page, or the one of its tables that the address takes away as a file.
    pub(in crate::http) fn listing(&self, table: &Table, page: impl FnOnce() -> Markup) -> Response {
        match self.format() {
            None => self.page(page()),
            Some(format) => self.file(table, format),
        }
    }

    /// The same of a page with several tables.
    pub(in crate::http) fn with_tables(&self, tables: impl FnOnce() -> Vec<Table>, page: impl FnOnce() -> Markup) -> Response {
        let Some(format) = self.format() else { return self.page(page()) };
        let named = tables().into_iter().find(|table| self.asked(TABLE) == Some(table.id));
        named.map_or_else(|| self.not_found(), |table| self.file(&table, format))
    }

    fn format(&self) -> Option<Format> {
        self.asked(FORMAT).and_then(Format::parse)
    }

    fn file(&self, table: &Table, format: Format) -> Response {
        match self.sheet().file(table, format) {
            Ok(file) => self.visit.file(file),
            Err(error) => self.visit.trouble(error),
        }
    }

    pub(in crate::http) fn answer(&self, status: StatusCode, markup: Markup) -> Response {
        let status = if status == StatusCode::OK { self.status } else { status };
        self.visit.page_under(SHEET_POLICY, status, markup)
    }

    /// Only says something, in the frame of the programme's pages.
    pub(in crate::http) fn say(&self, status: StatusCode, title: &str, text: &str) -> Response {
        let sheet = self.sheet();
        let way_on = sheet.at(address::OVERVIEW);
        self.answer(status, tahavol_web::notice::on_sheet(&sheet, &sheet.word(title), &sheet.word(text), &way_on))
    }

    /// What is not there, or not the reader's to know of.
    pub(in crate::http) fn not_found(&self) -> Response {
        self.say(StatusCode::NOT_FOUND, "page-not-found", "page-not-found-why")
    }

    /// What is there and only others read.
    pub(in crate::http) fn not_yours(&self) -> Response {
        self.say(StatusCode::FORBIDDEN, "page-not-yours", "page-not-yours-why")
    }
}

impl FromRequestParts<Arc<Site>> for Reading {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Reading, Response> {
        Reading::of(parts, site).await
    }
}

/// Where somebody with these offices begins: each reader's own question is answered there.
pub(in crate::http) fn home_of(offices: &[Office]) -> &'static str {
    let works = |office: &Office| match office {
        Office::Chair(_) | Office::Secretary(_) | Office::Member(_) | Office::Reporter(_) | Office::Inspector => true,
        Office::Founding | Office::Council | Office::Auditor | Office::Administrator => false,
    };
    if offices.contains(&Office::Council) {
        address::OVERVIEW
    } else if offices.contains(&Office::Auditor) {
        address::LEDGER
    } else if offices.iter().any(works) {
        address::WORK
    } else if offices.contains(&Office::Administrator) {
        address::ADMINISTRATION
    } else {
        address::OVERVIEW
    }
}

/// What the public view opens: approved work and how far it is. Everything else is for those who are recognised.
const OPEN: [&str; 8] = [
    address::OVERVIEW,
    address::COMMISSIONS,
    address::INITIATIVES,
    address::MILESTONES,
    address::STATIONS,
    address::PROVINCES,
    address::INDICATORS,
    address::SEARCH,
];

fn is_open(path: &str) -> bool {
    OPEN.iter().any(|open| path.strip_prefix(open).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

fn sign_in_and_back(asked_for: &str) -> String {
    format!("/sign-in?next={}", escaped(asked_for))
}

/// The fields of a query, percent signs and plus signs read as browsers write them.
fn fields_of(uri: &Uri) -> Vec<(String, String)> {
    Query::try_from_uri(uri).map(|Query(fields)| fields).unwrap_or_default()
}

/// What stands in the query under this name.
fn given<'a>(query: &'a [(String, String)], wanted: &str) -> Option<&'a str> {
    query.iter().find(|(name, value)| name == wanted && !value.trim().is_empty()).map(|(_, value)| value.as_str())
}

fn mistyped_as(field: &'static str, text: Option<&str>, why: &'static str) -> Mistyped {
    Mistyped { field, text: text.unwrap_or_default().to_owned(), why }
}

/// The moment as far as it can be read, and what cannot.
fn moment_of(query: &[(String, String)], zone: &TimeZone) -> (Moment, Vec<Mistyped>) {
    let mut mistyped = Vec::new();
    let (as_of, status_date) = (given(query, AS_OF), given(query, STATUS_DATE));
    let mut moment = Moment { baseline: given(query, BASELINE).map(parse_baseline).unwrap_or_default(), ..Moment::default() };
    match as_of.map(|text| parse_as_of(text, zone)).transpose() {
        Ok(at) => moment.as_of = at,
        Err(why) => mistyped.push(mistyped_as(AS_OF, as_of, why)),
    }
    match status_date.map(Date::parse).transpose() {
        Ok(day) => moment.status_date = day,
        Err(_) => mistyped.push(mistyped_as(STATUS_DATE, status_date, "page-status-date-form")),
    }
    (moment, mistyped)
}

/// The page's own address without the language.
fn address_of(path: &str, query: &[(String, String)], moment: &Moment) -> String {
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{}={}", address::segment(name), address::segment(value))).collect();
    moment.at(&if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) })
}

/// A moment that the ledger has not reached; none where it is a trouble of the server's.
fn unreached(error: &AppError) -> Option<(StatusCode, &'static str)> {
    match error {
        AppError::PositionNotReached { .. } => Some((StatusCode::NOT_FOUND, "page-as-of-unreached")),
        AppError::InstantNotReached { .. } => Some((StatusCode::BAD_REQUEST, "page-as-of-ahead")),
        AppError::Stopped { .. } | AppError::Ledger(_) | AppError::ShuttingDown => None,
    }
}
