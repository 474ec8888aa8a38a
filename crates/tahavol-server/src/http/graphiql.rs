//! GraphiQL, served from the binary itself: it works with no internet.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

const PAGE: &str = include_str!("../../assets/graphiql/page.html");

/// Name, media type and content of what the page loads.
const FILES: [(&str, &str, &[u8]); 5] = [
    ("react.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/graphiql/react.production.min.js")),
    ("react-dom.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/graphiql/react-dom.production.min.js")),
    ("graphiql.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/graphiql/graphiql.min.js")),
    ("graphiql.css", "text/css; charset=utf-8", include_bytes!("../../assets/graphiql/graphiql.min.css")),
    ("page.js", "text/javascript; charset=utf-8", include_bytes!("../../assets/graphiql/page.js")),
];

/// GraphiQL carries its font as data, and what it makes of styles carries the nonce of this answer; everything else comes from
/// here alone.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src data:; img-src 'self' data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

pub(super) async fn page() -> impl IntoResponse {
    let nonce = Uuid::new_v4().simple().to_string();
    let headers: [(HeaderName, String); 2] =
        [(CONTENT_TYPE, "text/html; charset=utf-8".to_owned()), (CONTENT_SECURITY_POLICY, policy(&nonce))];
    (headers, PAGE.replace("{nonce}", &nonce))
}

pub(super) async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, _, _)| *known == name) {
        Some((_, media_type, content)) => ([(CONTENT_TYPE, *media_type), (CACHE_CONTROL, "max-age=3600")], *content).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
