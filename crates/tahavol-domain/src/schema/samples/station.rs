//! Samples of what happens at a station.

use super::{MILESTONE, Sample, evidence, made, said, text};
use crate::fact;
use crate::station::Event;
use crate::station::event::{Closing, Delivery, DeliveryRevocation, Network, Registration, StationKind, Volume};
use crate::text::Text;
use crate::values::{EventId, MilestoneId, Office, Provenance, ProvinceCode, StationCode};

pub(super) fn samples() -> Vec<Sample> {
    let reporter = || Office::Reporter(ProvinceCode("IR-13".into()));
    let milestone = MilestoneId(MILESTONE);
    vec![
        said(
            Office::Administrator,
            event(Event::Registered(Registration {
                code: StationCode("00001".into()),
                kind: StationKind::Station,
                name: text("کلانتری ۱۰۱ تجریش", "Station 101 Tajrish"),
                province: ProvinceCode("IR-13".into()),
                networked: false,
                volume: Volume { annual_visits: 120_000, annual_cases: 8_400 },
                provenance: Some(Provenance::Illustrative),
            })),
        )
        .on("2018-12-21"),
        said(reporter(), event(Event::VolumeRecorded(Volume { annual_visits: 131_000, annual_cases: 8_150 }))).on("2019-03-20"),
        said(reporter(), event(Event::Networked(Network {}))).on("2019-06-01"),
        said(reporter(), event(Event::NetworkLost(Network {}))).on("2019-07-15").because("قطع فیبر نوری"),
        said(reporter(), event(Event::DeliveryRecorded(Delivery { milestone, note: Some(Text::fa("تحویل کامل")), evidence: evidence() })))
            .on("2019-08-01"),
        said(reporter(), event(Event::DeliveryRevoked(DeliveryRevocation { milestone, delivery: EventId(made(30)) })))
            .because("تجهیزات بازگردانده شد"),
        said(reporter(), event(Event::Closed(Closing {}))).on("2019-09-01").because("ادغام با کلانتری ۱۰۲"),
    ]
}

fn event(event: Event) -> fact::Event {
    fact::Event::Station(event)
}
