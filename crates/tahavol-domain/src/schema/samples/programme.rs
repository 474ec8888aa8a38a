//! Samples of what happens to the programme.

use super::{PROGRAMME, Sample, day, digest, evidence, made, person, quantity, said, text};
use crate::calendar::TimeZone;
use crate::fact;
use crate::programme::Event;
use crate::programme::event::{
    ActionClosure, Appointment, Charter, Council, Delegation, DelegationEnd, Destruction, Directive, DocumentVersion, HorizonCharter,
    HorizonWindow, Release, Review, ReviewAction, ReviewKind, Simulation, TargetSet, Thresholds,
};
use crate::text::Text;
use crate::values::{ActorId, CommissionSlug, DirectiveCode, EventId, Horizon, Office, Provenance, Province, ProvinceCode, StationCode};

pub(super) fn samples() -> Vec<Sample> {
    vec![
        said(Office::Administrator, event(Event::Chartered(Box::new(charter())))),
        said(Office::Council, event(Event::OfficialAppointed(Appointment { person: person("s.ahmadi"), office: reporter() }))),
        said(Office::Council, event(Event::OfficialReleaseProposed(release(Office::Auditor)))).because("پایان مأموریت"),
        said(Office::Council, event(Event::OfficialReleased(release(Office::Auditor)))).because("پایان مأموریت"),
        said(Office::Council, event(Event::OfficeDelegated(delegation()))),
        said(Office::Council, event(Event::DelegationEnded(DelegationEnd { delegation: made(1) }))).because("بازگشت از سفر"),
        said(Office::Council, event(Event::HorizonRescheduled(window()))).because("تصویب برنامهٔ هفتم"),
        said(Office::Founding, event(Event::DirectiveIssued(directive()))),
        said(Office::Council, event(Event::DocumentApproved(document()))),
        said(Office::Council, event(Event::TargetStationsDesignated(targets()))),
        said(Office::Council, event(Event::ReviewHeld(review()))).on("2019-09-21"),
        said(Office::Council, event(Event::ReviewActionClosed(closure()))).on("2019-09-22"),
        said(Office::Administrator, event(Event::EvidenceDestroyed(destruction()))).because("دربردارندهٔ نشانی شهروند"),
    ]
}

fn event(event: Event) -> fact::Event {
    fact::Event::Programme(event)
}

fn reporter() -> Office {
    Office::Reporter(ProvinceCode("IR-13".into()))
}

fn charter() -> Charter {
    let horizon = |horizon, title, ends| HorizonCharter {
        horizon,
        title: Text::fa(title),
        starts: day("2018-12-20"),
        ends: day(ends),
        provenance: Some(Provenance::Illustrative),
    };
    Charter {
        programme: PROGRAMME,
        slug: "tahavol".into(),
        title: text("برنامه تحول", "Transformation programme"),
        time_zone: TimeZone::tehran(),
        council: Council {
            title: text("شورای عالی تحول", "Supreme Council"),
            chair: text("فرمانده", "Commander"),
            provenance: Some(Provenance::Article),
        },
        administrator: person("modir"),
        first_official: person("s.ahmadi"),
        horizons: vec![
            horizon(Horizon::Short, "کوتاه‌مدت", "2019-12-20"),
            horizon(Horizon::Medium, "میان‌مدت", "2021-12-20"),
            horizon(Horizon::Long, "بلندمدت", "2025-12-20"),
        ],
        commissions: vec![CommissionSlug("technology".into()), CommissionSlug("training".into())],
        provinces: vec![Province { code: ProvinceCode("IR-13".into()), name: text("تهران", "Tehran"), tile_row: 2, tile_column: 4 }],
        confidence: Thresholds {
            green: quantity("0.98"),
            amber_green: quantity("0.95"),
            amber: quantity("0.9"),
            amber_red: quantity("0.8"),
        },
        simulation: Some(Simulation { shift_months: -3 }),
    }
}

fn release(office: Office) -> Release {
    Release { actor: ActorId("k.bahrami".into()), office }
}

fn delegation() -> Delegation {
    Delegation {
        delegation: made(1),
        from: ActorId("k.bahrami".into()),
        to: person("s.ahmadi"),
        office: Office::Chair(CommissionSlug("technology".into())),
        starts: day("2019-09-23"),
        ends: day("2019-10-07"),
    }
}

fn window() -> HorizonWindow {
    HorizonWindow { horizon: Horizon::Medium, starts: day("2018-12-20"), ends: day("2022-03-20") }
}

fn directive() -> Directive {
    Directive {
        code: DirectiveCode("D-1".into()),
        title: text("هوشمندسازی کلانتری‌ها", "Make the stations smart"),
        issuer: Text::fa("فرمانده"),
        issued_on: day("2018-11-01"),
        provenance: Some(Provenance::Article),
    }
}

fn document() -> DocumentVersion {
    DocumentVersion { version: 1, digest: digest(0x44), milestones: 26, resolution: "۱۳۹۸/۱۲".into() }
}

fn targets() -> TargetSet {
    TargetSet {
        visit_share_above: quantity("0.53"),
        case_share_above: quantity("0.53"),
        stations: vec![StationCode("00001".into()), StationCode("00007".into())],
        visits: 5_400_000,
        cases: 310_000,
        total_visits: 10_000_000,
        total_cases: 580_000,
        provenance: Some(Provenance::Article),
    }
}

fn review() -> Review {
    Review {
        review: made(2),
        kind: ReviewKind::StockTake,
        title: text("ارزیابی شهریور", "Stock-take of Shahrivar"),
        frozen_position: 40,
        strengths: vec![Text::fa("آموزش‌ها به‌موقع برگزار شد")],
        weaknesses: vec![Text::fa("شبکهٔ پاسگاه‌ها عقب است")],
        commendations: vec![Text::fa("کمیسیون فناوری")],
        actions: vec![ReviewAction {
            action: made(3),
            title: Text::fa("تأمین تجهیزات شبکه"),
            owner: ActorId("s.ahmadi".into()),
            due: day("2019-11-21"),
        }],
    }
}

fn closure() -> ActionClosure {
    ActionClosure { review: made(2), action: made(3), outcome: Text::fa("تجهیزات تحویل شد"), evidence: evidence() }
}

fn destruction() -> Destruction {
    Destruction { digest: digest(0x33), order: "حکم ۹۸/۴۴".into(), referred_by: vec![EventId(made(4))] }
}
