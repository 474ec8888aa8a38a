//! One request for a page: who comes, in which language, with which cookies; and how pages are answered.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE, LOCATION, REFERRER_POLICY,
    RETRY_AFTER, SET_COOKIE, VARY,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tahavol_app::{Clock, messages};
use tahavol_domain::calendar::Instant;
use tahavol_domain::text::Lang;
use tahavol_domain::values::ActorId;
use tahavol_graphql::Caller;
use tahavol_identity::{Credential, IdentityError, Note, NoteKind, Secret};
use tahavol_web::figure::Calendar;
use tahavol_web::layout::{Frame, Reader};
use tahavol_web::notice::notice;
use tahavol_web::table::File;
use tahavol_web::{Markup, POLICY};
use tower_sessions::{Session, session};

use super::super::Site;
use super::super::negotiate::language;
use super::super::peer;
use super::super::session::{forget_cookie, random};
use super::super::who::Who;

/// The language that somebody has chosen, kept for a year.
const LANGUAGE_COOKIE: &str = "tahavol-lang";
/// The calendar that somebody has chosen.
const CALENDAR_COOKIE: &str = "tahavol-calendar";
const A_YEAR: u32 = 365 * 24 * 60 * 60;
/// The longest path that is gone back to after signing in.
const LONGEST_NEXT: usize = 2_000;

/// A request for a page.
pub(in crate::http) struct Visit {
    pub(in crate::http) site: Arc<Site>,
    pub(in crate::http) lang: Lang,
    pub(in crate::http) who: Who,
    pub(in crate::http) session: Session,
    pub(in crate::http) address: IpAddr,
    pub(in crate::http) now: Instant,
    /// What ties the forms of somebody who has not signed in to the browser that has asked for them.
    before: String,
    calendar: Calendar,
    /// Cookies that the answer sets.
    cookies: Vec<String>,
}

/// Who has signed in with this browser.
pub(in crate::http) struct Member<'a> {
    pub(in crate::http) caller: &'a Caller,
    pub(in crate::http) csrf: &'a Secret,
    /// Whether this session has shown a second factor.
    pub(in crate::http) second_factor: bool,
}

/// What stands around a page, as owned texts.
pub(in crate::http) struct Around {
    lang: Lang,
    otherwise: String,
    programme: Option<String>,
    reader: Option<(String, Secret)>,
}

impl Around {
    pub(in crate::http) fn frame(&self) -> Frame<'_> {
        let reader = self.reader.as_ref().map(|(name, csrf)| Reader { name, csrf: csrf.expose() });
        Frame { lang: self.lang, otherwise: &self.otherwise, programme: self.programme.as_deref(), reader }
    }
}

impl Visit {
    /// # Errors
    /// Where no session layer stands before, or the machine has no random numbers.
    pub(in crate::http) fn of(parts: &Parts, site: &Arc<Site>) -> Result<Visit, StatusCode> {
        let session = parts.extensions.get::<Session>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let mut cookies = Vec::new();
        let secure = if site.settings.is_secure() { "; Secure" } else { "" };
        let chosen = chosen_language(parts.uri.query());
        if let Some(lang) = chosen {
            cookies.push(format!("{LANGUAGE_COOKIE}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={A_YEAR}{secure}", tag(lang)));
        }
        let kept = || cookie(&parts.headers, LANGUAGE_COOKIE).and_then(Lang::parse);
        let lang = chosen.or_else(kept).unwrap_or_else(|| language(&parts.headers, site.language));
        let chosen = chosen_calendar(parts.uri.query());
        if let Some(calendar) = chosen {
            let calendar = calendar.as_str();
            cookies.push(format!("{CALENDAR_COOKIE}={calendar}; Path=/; HttpOnly; SameSite=Lax; Max-Age={A_YEAR}{secure}"));
        }
        let kept = || cookie(&parts.headers, CALENDAR_COOKIE).and_then(Calendar::parse);
        let calendar = chosen.or_else(kept).unwrap_or_else(|| Calendar::of(lang));
        let name = before_name(site);
        let before = match cookie(&parts.headers, name).filter(|value| is_random(value)) {
            Some(value) => value.to_owned(),
            None => {
                let fresh = random().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
                cookies.push(format!("{name}={fresh}; Path=/; HttpOnly; SameSite=Lax{secure}"));
                fresh
            }
        };
        let (who, address) = (Who::of(&parts.extensions), peer::From::of(&parts.extensions).0);
        Ok(Visit { site: Arc::clone(site), lang, who, session, address, now: Clock::System.now(), before, calendar, cookies })
    }

    /// Somebody who has signed in with this browser; a token makes nobody a member here.
    pub(in crate::http) fn member(&self) -> Option<Member<'_>> {
        let caller = self.who.recognised()?;
        match &caller.by {
            Credential::Session { csrf, second_factor, .. } => Some(Member { caller, csrf, second_factor: *second_factor }),
            Credential::Token { .. } | Credential::Provider { .. } => None,
        }
    }

    /// What the forms of this page show: the session's token, or before there is one what only this browser's cookie gives.
    pub(in crate::http) fn csrf(&self) -> Secret {
        self.member().map_or_else(|| Secret::new(before_token(&self.before)), |member| member.csrf.clone())
    }

    /// In which days are shown.
    pub(in crate::http) fn calendar(&self) -> Calendar {
        self.calendar
    }

    /// Around a page at this path.
    pub(in crate::http) fn around(&self, path: &str, next: Option<&str>) -> Around {
        let next = next.map(|next| format!("?next={}", escaped(next))).unwrap_or_default();
        self.around_address(&format!("{path}{next}"))
    }

    /// Around a page at this address, which may have a query.
    pub(in crate::http) fn around_address(&self, address: &str) -> Around {
        let snapshot = self.site.app.snapshot();
        let programme = snapshot.programme.as_ref().map(|row| row.charter.title.get(self.lang).to_owned());
        let mark = if address.contains('?') { '&' } else { '?' };
        let reader = self.member().map(|member| (member.caller.person.name.clone(), member.csrf.clone()));
        Around { lang: self.lang, otherwise: format!("{address}{mark}lang={}", tag(other(self.lang))), programme, reader }
    }

    /// A page about its reader.
    pub(in crate::http) fn page(&self, status: StatusCode, markup: Markup) -> Response {
        self.page_under(POLICY, status, markup)
    }

    pub(in crate::http) fn page_under(&self, policy: &'static str, status: StatusCode, markup: Markup) -> Response {
        let mut response = (status, markup.into_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(tag(self.lang)));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        headers.insert(VARY, HeaderValue::from_static("cookie, accept-language"));
        if self.who.recognised().is_none() && self.who.caller().is_err() {
            // Its session has ended; as long as it is shown, nothing else is answered.
            forget_cookie(headers, &self.site.settings);
        }
        self.headed(response)
    }

    /// A file that is taken away. It is as private as the page it stands for.
    pub(in crate::http) fn file(&self, file: File) -> Response {
        let mut response = file.content.into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.media_type));
        let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.name));
        headers.insert(CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(tag(self.lang)));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
        headers.insert(VARY, HeaderValue::from_static("cookie, accept-language"));
        self.headed(response)
    }

    /// On to another page, by GET.
    pub(in crate::http) fn go(&self, path: &str) -> Response {
        let mut response = StatusCode::SEE_OTHER.into_response();
        response.headers_mut().insert(LOCATION, HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/account")));
        self.headed(response)
    }

    fn headed(&self, mut response: Response) -> Response {
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Other sites learn nothing of where somebody comes from: a one-time link is in the address. Our own server does:
        // under `no-referrer` browsers send `Origin: null` with forms, which nobody can tell from a foreign page's.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        for cookie in &self.cookies {
            if let Ok(cookie) = HeaderValue::from_str(cookie) {
                headers.append(SET_COOKIE, cookie);
            }
        }
        response
    }

    /// Only says something.
    pub(in crate::http) fn say(&self, status: StatusCode, title: &str, text: &str, way_on: &str) -> Response {
        let (around, word) = (self.around(way_on, None), |key| messages::message(key, &[], self.lang));
        let page = notice(&around.frame(), &word(title), &word(text), Some((way_on, &word("page-open-again"))));
        self.page(status, page)
    }

    /// The page of a trouble that is not the reader's: the disk, the random numbers.
    pub(in crate::http) fn trouble(&self, error: impl std::fmt::Display) -> Response {
        tracing::error!(%error, "a page could not be served");
        let mut response = self.say(StatusCode::SERVICE_UNAVAILABLE, "page-trouble", "page-trouble-why", "/");
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        response
    }

    pub(in crate::http) fn note(&self, kind: NoteKind, actor: Option<&ActorId>, details: Vec<(&'static str, String)>) {
        let note = Note { kind, actor: actor.cloned(), address: Some(self.address), details };
        self.site.journal.note(note, self.now);
    }

    /// Keeps something in the session until it is taken out.
    pub(in crate::http) async fn keep<T: serde::Serialize>(&self, key: &str, value: T) -> Result<(), session::Error> {
        self.session.insert(key, value).await
    }

    /// Takes it out. What cannot be read is not there.
    pub(in crate::http) async fn take<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        // Removing what is not there would write the session for nothing.
        let there = self.session.get_value(key).await.ok().flatten();
        if there.is_some() { self.session.remove(key).await.ok().flatten() } else { None }
    }

    /// What the catalogue says of an error of the identity store.
    pub(in crate::http) fn told(&self, error: &IdentityError) -> String {
        messages::message(error.code(), &error.args(), self.lang)
    }
}

impl FromRequestParts<Arc<Site>> for Visit {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, site: &Arc<Site>) -> Result<Visit, StatusCode> {
        Visit::of(parts, site)
    }
}

/// A visit with a form, whose fields are read. One that cannot be read is answered with a page.
pub(in crate::http) struct Filled<T>(pub(in crate::http) Visit, pub(in crate::http) T);

impl<T: DeserializeOwned> FromRequest<Arc<Site>> for Filled<T> {
    type Rejection = Response;

    async fn from_request(request: Request, site: &Arc<Site>) -> Result<Filled<T>, Response> {
        let (parts, body) = request.into_parts();
        let visit = Visit::of(&parts, site).map_err(IntoResponse::into_response)?;
        match Form::<T>::from_request(Request::from_parts(parts, body), site).await {
            Ok(Form(fields)) => Ok(Filled(visit, fields)),
            Err(rejection) => Err(visit.say(rejection.status(), "page-form-invalid", "page-form-invalid-why", "/")),
        }
    }
}

/// Seconds to wait, also as a header.
pub(in crate::http) fn waiting(mut response: Response, seconds: u64) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// A path of our own: nothing that a browser takes for another site's address.
pub(in crate::http) fn own_path(next: &str) -> Option<&str> {
    let own = next.starts_with('/') && !next.starts_with("//") && next.len() <= LONGEST_NEXT;
    // A browser reads a backslash as a slash, and leaves out tabs and line ends.
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (own && plain).then_some(next)
}

/// What the forms of a browser without a session show. From the cookie alone, so that it holds on every node and after a
/// restart; and not the cookie itself, which no page is to show.
pub(in crate::http) fn before_token(before: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(format!("a form of somebody who has not signed in\n{before}").as_bytes()).into();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The token that this browser's forms show before anybody has signed in.
pub(in crate::http) fn token_of_browser(headers: &HeaderMap, site: &Site) -> Option<String> {
    cookie(headers, before_name(site)).filter(|value| is_random(value)).map(before_token)
}

fn before_name(site: &Site) -> &'static str {
    if site.settings.is_secure() { "__Host-tahavol-before" } else { "tahavol-before" }
}

fn is_random(value: &str) -> bool {
    value.len() == 43 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

fn chosen_language(query: Option<&str>) -> Option<Lang> {
    query?.split('&').filter_map(|pair| pair.strip_prefix("lang=")).find_map(Lang::parse)
}

fn chosen_calendar(query: Option<&str>) -> Option<Calendar> {
    query?.split('&').filter_map(|pair| pair.strip_prefix("calendar=")).find_map(Calendar::parse)
}

fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Fa => "fa",
        Lang::En => "en",
    }
}

fn other(lang: Lang) -> Lang {
    match lang {
        Lang::Fa => Lang::En,
        Lang::En => Lang::Fa,
    }
}

/// As the value of a query's field.
pub(in crate::http) fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_path_of_our_own_is_gone_back_to() {
        for own in ["/", "/account", "/graphiql?x=1#y", "/a//b", "/%2F/evil"] {
            assert_eq!(own_path(own), Some(own));
        }
        let foreign = [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            " /x",
            "/x y",
            "/سلام",
            "http:/x",
        ];
        for foreign in foreign {
            assert_eq!(own_path(foreign), None, "{foreign:?}");
        }
        assert_eq!(own_path(&format!("/{}", "x".repeat(LONGEST_NEXT))), None);
    }

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static("x=1; tahavol=a; tahavol-before=b=c; y"))]);
        assert_eq!(cookie(&headers, "tahavol"), Some("a"));
        assert_eq!(cookie(&headers, "tahavol-before"), Some("b=c"));
        assert_eq!(cookie(&headers, "y"), None);
    }

    #[test]
    fn the_first_language_that_we_speak_is_taken_from_the_address() {
        assert_eq!(chosen_language(Some("next=%2F&lang=en")), Some(Lang::En));
        assert_eq!(chosen_language(Some("lang=%3Cscript%3E")), None);
        assert_eq!(chosen_language(None), None);
    }
}
