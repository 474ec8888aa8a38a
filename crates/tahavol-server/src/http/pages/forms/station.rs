//! What the commands on stations ask.

use std::sync::Arc;

use tahavol_app::Subject;
use tahavol_domain::milestone::Phase;
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::station::Command as C;
use tahavol_domain::station::event::{Delivery, DeliveryRevocation, Registration, StationKind, Volume};
use tahavol_domain::values::{EventId, MilestoneId, ProvinceCode, StationCode};
use tahavol_domain::{Command, Stream};
use tahavol_projections::rows::StationRow;
use tahavol_web::address;
use uuid::Uuid;

use super::Built;
use super::form::{Form, coded};

const KINDS: [(StationKind, &str); 2] = [(StationKind::Station, "STATION"), (StationKind::Outpost, "OUTPOST")];

impl Form<'_> {
    /// The station that the form is on.
    fn station(&mut self) -> Option<Arc<StationRow>> {
        let code = StationCode(self.on.to_owned());
        let row = self.live.stations.get(&code).cloned()?;
        let (title, path) = (row.name.get(self.lang()).to_owned(), address::station(&code.0));
        self.about(coded(&code.0, &title), path, Subject::Station(code.clone()), Stream::Station(code));
        Some(row)
    }
}

/// In the province that the form is on.
pub(super) fn register(form: &mut Form<'_>) -> Option<Built> {
    let province = ProvinceCode(form.on.to_owned());
    let name = form.provinces().into_iter().find(|(code, _)| *code == province.0)?.1;
    let code = StationCode(form.code("code", Some("page-new-code-hint"), ""));
    let stream = Stream::Station(code.clone());
    form.about(name, address::province(&province.0), Subject::Province(province.clone()), stream.clone());
    let registration = Registration {
        kind: form.one_of("kind", &KINDS, "").unwrap_or(StationKind::Station),
        name: form.both("name", None),
        networked: form.tick("networked", false),
        volume: volume(form, None),
        code: code.clone(),
        province,
        provenance: None,
    };
    form.then = Some(address::station(&code.0));
    Some((stream, Command::Station(C::Register(registration))))
}

pub(super) fn record_volume(form: &mut Form<'_>) -> Option<Built> {
    let row = form.station()?;
    form.day();
    let volume = volume(form, Some(row.volume));
    built(&row, C::RecordVolume(volume))
}

fn volume(form: &mut Form<'_>, now: Option<Volume>) -> Volume {
    let told = |of: fn(Volume) -> u64| now.map(|now| of(now).to_string()).unwrap_or_default();
    Volume {
        annual_visits: form.whole("annualVisits", "page-whole-hint", told(|now| now.annual_visits)),
        annual_cases: form.whole("annualCases", "page-whole-hint", told(|now| now.annual_cases)),
    }
}

pub(super) fn network(form: &mut Form<'_>, command: C) -> Option<Built> {
    let row = form.station()?;
    form.day();
    form.reason(true);
    built(&row, command)
}

pub(super) fn deliver(form: &mut Form<'_>) -> Option<Built> {
    let row = form.station()?;
    let options = open_rollouts(form, &row);
    let milestone = form.pick("milestone", options, "", |text| Uuid::parse_str(text).ok()).map(MilestoneId).unwrap_or_default();
    if let Some(gone) = form.gone.last_mut()
        && let Some(delivered) = form.live.milestones.get(&milestone).filter(|milestone| milestone.deliveries.contains_key(&row.number))
    {
        let plan = &delivered.plan;
        gone.text = form.sheet.telling("page-gone-delivered", coded(&plan.code, plan.title.get(form.sheet.lang())));
    }
    form.day();
    let delivery = Delivery { milestone, note: form.note("note", None), evidence: form.files(true) };
    built(&row, C::RecordDelivery(delivery))
}

/// Roll-outs with the station in their scope that it has not got yet.
fn open_rollouts(form: &Form<'_>, row: &StationRow) -> Vec<(String, String)> {
    let open = form.live.milestones.values().filter(|milestone| {
        let phase = matches!(milestone.life.phase, Phase::Planned | Phase::Claimed);
        let rollout = matches!(milestone.plan.current.measure, Measure::Rollout(_));
        phase && rollout && milestone.plan.scope.contains_key(&row.number) && !milestone.deliveries.contains_key(&row.number)
    });
    let told = |plan: &tahavol_projections::rows::MilestonePlan| format!("{} {}", plan.code, plan.title.get(form.lang()));
    open.map(|milestone| (milestone.plan.id.0.to_string(), told(&milestone.plan))).collect()
}

pub(super) fn revoke(form: &mut Form<'_>) -> Option<Built> {
    let row = form.station()?;
    let delivered = form.live.milestones.values().filter_map(|milestone| Some((milestone, milestone.deliveries.get(&row.number)?)));
    let options: Vec<(String, String)> = delivered
        .map(|(milestone, delivery)| {
            let plan = &milestone.plan;
            let told = format!("{} {} · {}", plan.code, plan.title.get(form.lang()), form.sheet.hand.long(delivery.effective_on));
            (format!("{}@{}", delivery.event.0, plan.id.0), told)
        })
        .collect();
    let named = form.pick("delivery", options, "", |text| {
        let (delivery, milestone) = text.split_once('@')?;
        Some((EventId(Uuid::parse_str(delivery).ok()?), MilestoneId(Uuid::parse_str(milestone).ok()?)))
    });
    let (delivery, milestone) = named.unwrap_or_default();
    form.reason(false);
    built(&row, C::RevokeDelivery(DeliveryRevocation { milestone, delivery }))
}

pub(super) fn close(form: &mut Form<'_>) -> Option<Built> {
    let row = form.station()?;
    form.day();
    form.reason(false);
    built(&row, C::Close)
}

fn built(row: &StationRow, command: C) -> Option<Built> {
    Some((Stream::Station(row.code.clone()), Command::Station(command)))
}
