//! One-time links: whoever holds one chooses the password of an account. Looking does not use it up: mail programs look.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use tahavol_domain::values::Person;
use tahavol_identity::{IdentityError, NoteKind, Secret};
use tahavol_web::link::{self, Link, Refused};

use super::visit::{Filled, Visit, waiting};

#[derive(Deserialize)]
pub(super) struct Filling {
    password: String,
    again: String,
}

/// `GET /link/{link}`
pub(super) async fn page(visit: Visit, Path(link): Path<String>) -> Response {
    match visit.site.identity.person_of_link(&Secret::new(link.clone()), visit.now).await {
        Ok(Some(person)) => shown(&visit, StatusCode::OK, &link, &person, None),
        Ok(None) => dead(&visit),
        Err(error) => visit.trouble(error),
    }
}

/// `POST /link/{link}`
pub(super) async fn send(Path(link): Path<String>, Filled(visit, filled): Filled<Filling>) -> Response {
    let secret = Secret::new(link.clone());
    let person = match visit.site.identity.person_of_link(&secret, visit.now).await {
        Ok(Some(person)) => person,
        Ok(None) => return dead(&visit),
        Err(error) => return visit.trouble(error),
    };
    if filled.password != filled.again {
        return shown(&visit, StatusCode::BAD_REQUEST, &link, &person, Some(&Refused::Differ));
    }
    match visit.site.identity.set_password_by_link(&secret, &Secret::new(filled.password), visit.now).await {
        Ok(person) => {
            visit.note(NoteKind::LinkUsed, Some(&person.id), Vec::new());
            visit.go("/sign-in?said=set")
        }
        Err(IdentityError::UnknownLink) => dead(&visit),
        Err(error @ (IdentityError::PasswordLength { .. } | IdentityError::PasswordLikeName)) => {
            let refused = Refused::Password(visit.told(&error));
            shown(&visit, StatusCode::BAD_REQUEST, &link, &person, Some(&refused))
        }
        Err(IdentityError::Wait { seconds }) => waiting(visit.trouble("too many passwords at once"), seconds),
        Err(error) => visit.trouble(error),
    }
}

fn shown(visit: &Visit, status: StatusCode, link: &str, person: &Person, trouble: Option<&Refused>) -> Response {
    // A link that is good is base64url and stands in a path as it is.
    let action = format!("/link/{link}");
    let (around, csrf) = (visit.around(&action, None), visit.csrf());
    let least = visit.site.settings.identity.password_length;
    visit.page(status, link::link(&around.frame(), &Link { action: &action, csrf: csrf.expose(), person, least, trouble }))
}

fn dead(visit: &Visit) -> Response {
    visit.page(StatusCode::NOT_FOUND, link::dead(&visit.around("/sign-in", None).frame()))
}
