//! What may be asked of a commission.

use serde::Serialize;

use super::event::{Establishment, MemberAppointment, MemberRelease, Rating};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Establish(Establishment),
    AppointMember(MemberAppointment),
    ReleaseMember(MemberRelease),
    Rate(Rating),
}
