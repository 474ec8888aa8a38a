//! What may be asked of a station.

use serde::Serialize;

use super::event::{Delivery, DeliveryRevocation, Registration, Volume};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Command {
    Register(Registration),
    RecordVolume(Volume),
    RecordNetwork,
    RecordNetworkLoss,
    RecordDelivery(Delivery),
    RevokeDelivery(DeliveryRevocation),
    Close,
}
