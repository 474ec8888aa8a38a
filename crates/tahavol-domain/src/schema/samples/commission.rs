//! Samples of what happens to a commission.

use super::{Sample, person, said, text};
use crate::commission::Event;
use crate::commission::event::{Establishment, MemberAppointment, MemberRelease, Rating, RatingVoice, Role};
use crate::fact;
use crate::text::Text;
use crate::values::{ActorId, CommissionSlug, Confidence, Horizon, Office, Provenance};

pub(super) fn samples() -> Vec<Sample> {
    let slug = CommissionSlug("technology".into());
    vec![
        said(
            Office::Founding,
            event(Event::Established(Establishment {
                slug: slug.clone(),
                title: text("کمیسیون فناوری", "Technology commission"),
                remit: Text::fa("شبکه، سامانه‌ها و هوشمندسازی"),
                provenance: Some(Provenance::Article),
            })),
        ),
        said(Office::Council, event(Event::MemberAppointed(MemberAppointment { person: person("s.ahmadi"), role: Role::Secretary }))),
        said(Office::Council, event(Event::MemberReleased(MemberRelease { actor: ActorId("k.bahrami".into()), role: Role::Chair })))
            .because("بازنشستگی"),
        said(
            Office::Secretary(slug),
            event(Event::Rated(Rating {
                horizon: Horizon::Short,
                voice: RatingVoice::Own,
                confidence: Confidence::AmberGreen,
                note: Some(Text::fa("تأخیر تأمین‌کننده")),
            })),
        )
        .on("2019-09-22"),
    ]
}

fn event(event: Event) -> fact::Event {
    fact::Event::Commission(event)
}
