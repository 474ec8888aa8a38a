//! Who holds which office: read here, changed by commands.

use axum::response::Response;
use tahavol_web::administration;

use super::super::reading::Reading;
use super::{parts, unreadable};

pub(super) async fn page(reading: Reading) -> Response {
    let parts = parts(&reading);
    if !parts.offices {
        return unreadable(&reading, "offices");
    }
    reading.page(administration::offices(&reading.sheet(), parts))
}
