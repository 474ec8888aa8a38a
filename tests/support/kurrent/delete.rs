//! `Delete` and `Tombstone`: a stream is hidden, or ended for ever.

use tonic::Status;

use super::append::stream_name;
use super::errors;
use super::proto::shared::Empty;
use super::proto::streams::{DeleteReq, DeleteResp, TombstoneReq, TombstoneResp, delete_req, delete_resp, tombstone_req, tombstone_resp};
use super::rights::{Deed, permit};
use super::service::{Call, Node};
use super::store::Expected;

pub(super) async fn delete(node: &Node, call: Call, request: DeleteReq) -> Result<DeleteResp, Status> {
    use delete_req::options::ExpectedStreamRevision as Asked;
    let options = request.options.unwrap_or_default();
    let stream = stream_name(options.stream_identifier.as_ref())?;
    let expected = match options.expected_stream_revision {
        Some(Asked::Revision(revision)) => Expected::Revision(revision),
        Some(Asked::NoStream(_)) => Expected::NoStream,
        Some(Asked::StreamExists(_)) => Expected::StreamExists,
        Some(Asked::Any(_)) | None => Expected::Any,
    };
    permit(call.rights, Deed::Write(&stream))?;
    node.admit_write(call)?;
    let place = node.bench.store.delete(&stream, expected).map_err(|why| errors::refused_deletion(&stream, expected, why))?;
    node.bench.store.settled(place).await;
    let position = place.map_or(delete_resp::PositionOption::NoPosition(Empty {}), |place| {
        delete_resp::PositionOption::Position(delete_resp::Position { commit_position: place.commit, prepare_position: place.prepare })
    });
    Ok(DeleteResp { position_option: Some(position) })
}

pub(super) async fn tombstone(node: &Node, call: Call, request: TombstoneReq) -> Result<TombstoneResp, Status> {
    use tombstone_req::options::ExpectedStreamRevision as Asked;
    let options = request.options.unwrap_or_default();
    let stream = stream_name(options.stream_identifier.as_ref())?;
    let expected = match options.expected_stream_revision {
        Some(Asked::Revision(revision)) => Expected::Revision(revision),
        Some(Asked::NoStream(_)) => Expected::NoStream,
        Some(Asked::StreamExists(_)) => Expected::StreamExists,
        Some(Asked::Any(_)) | None => Expected::Any,
    };
    permit(call.rights, Deed::Write(&stream))?;
    node.admit_write(call)?;
    let place = node.bench.store.tombstone(&stream, expected).map_err(|why| errors::refused_deletion(&stream, expected, why))?;
    node.bench.store.settled(place).await;
    let position = place.map_or(tombstone_resp::PositionOption::NoPosition(Empty {}), |place| {
        let position = tombstone_resp::Position { commit_position: place.commit, prepare_position: place.prepare };
        tombstone_resp::PositionOption::Position(position)
    });
    Ok(TombstoneResp { position_option: Some(position) })
}
