//! Finding things: whoever types a code is led to the thing itself.

use axum::response::Response;
use tahavol_web::things::search;

use super::Reading;

pub(super) fn search(reading: &Reading) -> Response {
    let sheet = reading.sheet();
    match search::coded(&sheet) {
        Some(address) => reading.visit.go(&address),
        None => reading.page(search::page(&sheet)),
    }
}
