//! Service tokens: one's own, and everybody's for those who look after them.

use std::collections::BTreeSet;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use tahavol_app::messages::message;
use tahavol_domain::calendar::{Date, Instant};
use tahavol_domain::policy::{Right, Within};
use tahavol_domain::values::{ActorId, CommissionSlug};
use tahavol_domain::{Kind, Rule};
use tahavol_identity::{IdentityError, NewToken, NoteKind};
use tahavol_web::address;
use tahavol_web::administration::{self, Once, Tokens};
use tahavol_web::isolated;
use uuid::Uuid;

use super::super::reading::Reading;
use super::{go_and_say, just, me, not_permitted, parts, wrong};

/// Under this key a session keeps what was just done, and what that is.
const JUST: &str = "just-tokens";
const REVOKED: &str = "revoked";

/// Names and values as they were sent: some names stand for several.
type Fields = Vec<(String, String)>;

#[derive(Default)]
struct Also {
    done: Option<&'static str>,
    made: Option<(String, String)>,
    typed: Fields,
    wrong: Vec<(&'static str, String)>,
}

pub(super) async fn page(method: Method, headers: HeaderMap, reading: Reading) -> Response {
    let Some((what, made)) = just(&reading, JUST, &method, &headers).await else {
        return shown(&reading, StatusCode::OK, Also::default()).await;
    };
    let done = (what == REVOKED).then_some("page-token-was-revoked");
    shown(&reading, StatusCode::OK, Also { done, made, ..Also::default() }).await
}

pub(super) async fn send(reading: Reading, sent: Result<Form<Fields>, FormRejection>) -> Response {
    let Some(me) = me(&reading) else { return not_permitted(&reading, "tokens") };
    let Ok(Form(sent)) = sent else { return malformed(&reading) };
    match one(&sent, "what") {
        "make" => make(&reading, sent).await,
        "revoke" => revoke(&reading, &me, one(&sent, "id")).await,
        _ => malformed(&reading),
    }
}

fn one<'a>(sent: &'a Fields, name: &str) -> &'a str {
    sent.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
}

fn all<'a>(sent: &'a Fields, name: &'a str) -> impl Iterator<Item = &'a str> {
    sent.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
}

async fn make(reading: &Reading, sent: Fields) -> Response {
    let Some(caller) = reading.caller() else { return not_permitted(reading, "tokens") };
    let mut bad = Vec::new();
    let expires = match one(&sent, "expires") {
        "" => None,
        typed => match Date::parse(typed) {
            Ok(day) => Some(Instant::start_of(day.plus_days(1), &reading.live.time_zone())),
            Err(_) => {
                bad.push(("expires", message("page-ask-day-form", &[("value", isolated(typed))], reading.visit.lang)));
                None
            }
        },
    };
    let commands: Option<BTreeSet<Kind>> = match one(&sent, "read-only") {
        "" => {
            let some: BTreeSet<Kind> = all(&sent, "command").filter_map(|name| name.parse().ok()).collect();
            (!some.is_empty()).then_some(some)
        }
        _ => Some(BTreeSet::new()),
    };
    let commissions: BTreeSet<CommissionSlug> = all(&sent, "commission").map(|slug| CommissionSlug(slug.to_owned())).collect();
    // A token for a commission that is not there would be good for nothing, and nobody would know why.
    if let Some(unknown) = commissions.iter().find(|slug| !reading.live.commissions.contains_key(*slug)) {
        bad.push(("label", message(Rule::UnknownCommission.code(), &[("value", isolated(&unknown.0))], reading.visit.lang)));
    }
    if !bad.is_empty() {
        return shown(reading, StatusCode::BAD_REQUEST, Also { typed: sent, wrong: bad, ..Also::default() }).await;
    }
    let within = Within { commands, commissions: (!commissions.is_empty()).then_some(commissions) };
    let new = NewToken::of(caller, one(&sent, "label").to_owned(), within, expires);
    match reading.site().identity.make_token(new, reading.visit.now).await {
        Ok((token, secret)) => {
            let details = vec![("token", token.id.to_string()), ("account", token.person.id.0.clone())];
            reading.visit.note(NoteKind::TokenMade, Some(&caller.person.id), details);
            let made = Some((token.label, secret.expose().to_owned()));
            go_and_say(reading, JUST, (String::new(), made), address::TOKENS).await
        }
        Err(error) => {
            let field = if matches!(error, IdentityError::TokenExpiry) { "expires" } else { "label" };
            match wrong(reading, &error, field) {
                Some(wrong) => shown(reading, StatusCode::BAD_REQUEST, Also { typed: sent, wrong, ..Also::default() }).await,
                None => reading.visit.trouble(error),
            }
        }
    }
}

/// Somebody else's token is not there for whoever does not look after all of them.
async fn revoke(reading: &Reading, me: &ActorId, id: &str) -> Response {
    let store = &reading.site().identity;
    let everybody = reading.has(Right::ManageTokens);
    let known = match store.tokens((!everybody).then_some(me)).await {
        Ok(known) => known,
        Err(error) => return reading.visit.trouble(error),
    };
    let id = Uuid::parse_str(id).ok();
    let Some(token) = known.into_iter().find(|token| Some(token.id) == id) else {
        return super::not_theirs(reading, "serviceTokenRevoke", IdentityError::UnknownToken.code());
    };
    match store.revoke_token(token.id, me, reading.visit.now).await {
        Ok(revoked) => {
            if token.revoked.is_none() {
                let details = vec![("token", revoked.id.to_string()), ("account", revoked.person.id.0.clone())];
                reading.visit.note(NoteKind::TokenRevoked, Some(me), details);
            }
            let all = if revoked.person.id == *me { "" } else { "?all=yes" };
            go_and_say(reading, JUST, (REVOKED.to_owned(), None), &format!("{}{all}", address::TOKENS)).await
        }
        Err(error) => reading.visit.trouble(error),
    }
}

fn malformed(reading: &Reading) -> Response {
    reading.say(StatusCode::BAD_REQUEST, "page-form-invalid", "page-form-invalid-why")
}

async fn shown(reading: &Reading, status: StatusCode, also: Also) -> Response {
    let Some(me) = me(reading) else { return reading.not_yours() };
    let may_all = reading.has(Right::ManageTokens);
    let everybody = may_all && reading.asked("all").is_some();
    let tokens = match reading.site().identity.tokens((!everybody).then_some(&me)).await {
        Ok(tokens) => tokens,
        Err(error) => return reading.visit.trouble(error),
    };
    let sheet = reading.sheet();
    let table = administration::listed_tokens(&sheet, &tokens, reading.visit.now);
    let shown = Tokens {
        table: &table,
        all: everybody,
        may_all,
        done: also.done,
        made: also.made.as_ref().map(|(of, secret)| Once { of, secret }),
        typed: &also.typed,
        wrong: &also.wrong,
    };
    let page = || administration::tokens(&sheet, parts(reading), &shown);
    if status == StatusCode::OK { reading.listing(&table, page) } else { reading.answer(status, page()) }
}
