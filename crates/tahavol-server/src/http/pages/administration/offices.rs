//! Who holds which office: read here, changed by commands.

use axum::response::Response;
use tahavol_app::Subject;
use tahavol_domain::Kind;
use tahavol_web::administration;

use super::super::reading::Reading;
use super::{parts, unreadable};

pub(super) async fn page(reading: Reading) -> Response {
    let parts = parts(&reading);
    if !parts.offices {
        return unreadable(&reading, "offices");
    }
    let mut acts = Vec::new();
    // Who is released is chosen on the person's page.
    for kind in [Kind::OfficialAppoint, Kind::OfficeDelegate, Kind::DelegationEnd] {
        if reading.can(kind, Some(&Subject::Programme)).await {
            acts.push(kind);
        }
    }
    let sheet = reading.sheet();
    let table = administration::listed_offices(&sheet);
    reading.listing(&table, || administration::offices(&sheet, parts, &table, &acts))
}
