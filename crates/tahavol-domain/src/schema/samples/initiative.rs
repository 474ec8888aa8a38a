//! Samples of what happens to an initiative.

use super::{Sample, made, quantity, said, text};
use crate::fact;
use crate::initiative::Event;
use crate::initiative::event::{Allocation, Decision, Proposal, Revision, Risk, RiskClosure, Submission};
use crate::text::Text;
use crate::values::{CommissionSlug, DirectiveCode, Horizon, Office, Provenance};

pub(super) fn samples() -> Vec<Sample> {
    let slug = CommissionSlug("technology".into());
    let member = Office::Member(slug.clone());
    vec![
        said(
            Office::Founding,
            event(Event::Proposed(Proposal {
                code: "T-1".into(),
                commission: slug.clone(),
                horizon: Horizon::Short,
                title: text("اتصال کلانتری‌ها به شبکه", "Connect the stations"),
                directives: vec![DirectiveCode("D-1".into())],
                note: Some(Text::fa("در دو مرحله")),
                provenance: Some(Provenance::Article),
            })),
        ),
        said(
            member.clone(),
            event(Event::Revised(Revision {
                horizon: Horizon::Medium,
                title: Text::fa("اتصال کلانتری‌ها و پاسگاه‌ها به شبکه"),
                directives: vec![DirectiveCode("D-1".into()), DirectiveCode("D-2".into())],
                note: None,
            })),
        ),
        said(Office::Chair(slug), event(Event::Submitted(Submission {}))),
        said(Office::Council, event(Event::Approved(resolved()))),
        said(Office::Council, event(Event::Returned(Decision { resolution: None }))).because("هزینه روشن نیست"),
        said(Office::Council, event(Event::Rejected(resolved()))).because("تکراری است"),
        said(Office::Council, event(Event::Suspended(resolved()))).because("کمبود اعتبار"),
        said(Office::Council, event(Event::Resumed(resolved()))),
        said(Office::Council, event(Event::Completed(resolved()))),
        said(Office::Council, event(Event::Cancelled(resolved()))).because("با اقدام دیگری پوشش داده شد"),
        said(
            Office::Council,
            event(Event::ResourcesAllocated(Allocation {
                allocation: made(10),
                resource: text("اعتبار", "Budget"),
                amount: quantity("125000000000.5"),
                unit: "ریال".into(),
                resolution: "۱۳۹۸/۱۲".into(),
            })),
        ),
        said(
            member.clone(),
            event(Event::RiskRaised(Risk {
                risk: made(11),
                title: Text::fa("تأخیر در واردات تجهیزات"),
                likelihood: 4,
                impact: 3,
                mitigation: Some(Text::fa("خرید داخلی")),
            })),
        ),
        said(member, event(Event::RiskClosed(RiskClosure { risk: made(11) }))).because("تجهیزات رسید"),
    ]
}

fn event(event: Event) -> fact::Event {
    fact::Event::Initiative(event)
}

fn resolved() -> Decision {
    Decision { resolution: Some("۱۳۹۸/۱۲".into()) }
}
