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
use tahavol_web::sheet::{Said, Sheet};
use tahavol_web::table::{FORMAT, Format, TABLE, Table};
use tahavol_web::{Markup, SHEET_POLICY};
use tokio::task::spawn_blocking;

use super::super::Site;
use super::super::sign_in::{Around, Visit, escaped};

/// The names in a query that are the frame's own and no page's.
const OF_THE_FRAME: [&str; 5] = [AS_OF, STATUS_DATE, BASELINE, "lang", "calendar"];

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
        let moment = match moment_of(&query, &zone) {
            Ok(moment) => moment,
            Err(text) => return Err(refuse_moment(&visit, &text)),
        };
        let reader = caller.as_ref().map_or(Reader::Public, |caller| site.app.reader(&whole, &caller.person.id, &caller.within));
        let sight = site.app.sight(&whole, &reader);
        let (shown, own_day) = match moment.as_of {
            None => (Arc::clone(&whole), today),
            Some(at) => {
                let past = site.app.as_of(at).await.map_err(|error| refuse_past(&visit, &error))?;
                let instant = if let AsOf::Instant(instant) = at { Some(instant) } else { past.recorded_at };
                let day = instant.map_or(today, |instant| instant.date_in(&zone));
                (past, day)
            }
        };
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
            day: moment.status_date.unwrap_or(own_day),
            today,
            offices,
            query: kept,
            path,
            zone,
            calendar,
            around,
            said,
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

fn moment_of(query: &[(String, String)], zone: &TimeZone) -> Result<Moment, String> {
    let given =
        |wanted: &str| query.iter().find(|(name, value)| name == wanted && !value.trim().is_empty()).map(|(_, value)| value.as_str());
    let as_of = given(AS_OF).map(|text| parse_as_of(text, zone)).transpose().map_err(str::to_owned)?;
    let status_date = given(STATUS_DATE).map(Date::parse).transpose().map_err(|_| "page-status-date-form".to_owned())?;
    Ok(Moment { as_of, status_date, baseline: given(BASELINE).map(parse_baseline).unwrap_or_default() })
}

/// The page's own address without the language.
fn address_of(path: &str, query: &[(String, String)], moment: &Moment) -> String {
    let query: Vec<String> = query.iter().map(|(name, value)| format!("{}={}", address::segment(name), address::segment(value))).collect();
    moment.at(&if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) })
}

fn refuse_moment(visit: &Visit, key: &str) -> Response {
    visit.say(StatusCode::BAD_REQUEST, "page-bad-moment", key, address::OVERVIEW)
}

fn refuse_past(visit: &Visit, error: &AppError) -> Response {
    match error {
        AppError::PositionNotReached { .. } => {
            visit.say(StatusCode::NOT_FOUND, "page-bad-moment", "page-as-of-unreached", address::OVERVIEW)
        }
        AppError::InstantNotReached { .. } => visit.say(StatusCode::BAD_REQUEST, "page-bad-moment", "page-as-of-ahead", address::OVERVIEW),
        AppError::Stopped { .. } | AppError::Ledger(_) | AppError::ShuttingDown => visit.trouble(error),
    }
}
