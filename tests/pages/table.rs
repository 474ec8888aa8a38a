//! All pages: where each one is and who reads it. Every check of [`every`](crate::every) runs over this table.

/// A page that somebody reads.
pub(crate) struct Page {
    /// Of its pictures.
    pub(crate) name: &'static str,
    pub(crate) path: &'static str,
}

const fn page(name: &'static str, path: &'static str) -> Page {
    Page { name, path }
}

/// What needs no sign-in.
pub(crate) const OPEN: &[Page] = &[page("sign-in", "/sign-in"), page("link-gone", "/link/of-nobody"), page("nowhere", "/nowhere/at/all")];

/// What is the programme's, as everybody reads it.
pub(crate) const THINGS: &[Page] = &[
    page("commissions", "/commissions"),
    page("commission", "/commissions/technology"),
    page("initiatives", "/initiatives"),
    page("initiative", "/initiatives/TEC-1"),
    page("milestones", "/milestones"),
    page("milestones-past", "/milestones?as-of=1404/05/31&baseline=original"),
    page("milestone-reported", "/milestones/TEC-2.2"),
    page("milestone-steps", "/milestones/TEC-2.1"),
    page("milestone-rollout", "/milestones/TEC-1.2"),
    page("milestone-indicator", "/milestones/TRN-1.1"),
    page("stations", "/stations"),
    page("stations-filtered", "/stations?q=%D8%AA&sort=code"),
    page("provinces", "/provinces"),
    page("province", "/provinces/IR-07"),
    page("indicators", "/indicators"),
    page("search", "/search"),
    page("search-found", "/search?q=%D8%B4%D8%A8%DA%A9%D9%87"),
    page("search-nothing", "/search?q=qqqqqq"),
    page("not-there", "/milestones/NONE"),
    page("moment-refused", "/milestones?as-of=yesterday"),
];

/// What the council reads besides.
pub(crate) const LEADERSHIP: &[Page] = &[
    page("account", "/account"),
    page("overview", "/overview"),
    page("overview-part", "/overview?horizon=MEDIUM&commission=technology"),
    page("overview-past", "/overview?as-of=1404/05/31&status-date=1404/06/31&baseline=original"),
    page("overview-empty", "/overview?as-of=0"),
    page("decisions", "/decisions"),
    page("reviews", "/reviews"),
    page("act-refused", "/act/milestoneReportProgress?on=TEC-2.2"),
];

/// What members read besides.
pub(crate) const MEMBERS: &[Page] = &[
    page("work", "/work"),
    page("work-past", "/work?as-of=3000"),
    page("act-nothing", "/act/milestoneReportProgress?on=NONE"),
    page("act-report", "/act/milestoneReportProgress?on=TEC-2.2"),
    page("act-report-steps", "/act/milestoneReportProgress?on=TEC-2.1"),
    page("act-plan", "/act/milestoneProposeRebaseline?on=TEC-2.2"),
];

/// What auditors read besides.
pub(crate) const AUDIT: &[Page] = &[
    page("ledger", "/ledger"),
    page("ledger-past", "/ledger?as-of=1404/05/31"),
    page("ledger-narrowed", "/ledger?type=milestone.progress_reported&commission=technology&actor=member.technology"),
    page("ledger-nothing", "/ledger?text=qqqqqq"),
    page("ledger-refused", "/ledger?recorded-from=yesterday"),
    page("event-not-there", "/ledger/99999999"),
    page("timeline", "/timeline?milestone=TEC-2.2"),
    page("people", "/people"),
    page("person", "/people/member.technology"),
    page("diff", "/diff"),
    page("diff-asked", "/diff?from=1405/02/31&to=1405/05/31&commission=technology"),
    page("diff-refused", "/diff?from=1405/02/31&to=yesterday"),
    page("replay", "/replay"),
    page("replay-at", "/replay?actor=member.technology&position=4000"),
    page("proof", "/proof"),
];

/// What administrators read besides.
pub(crate) const ADMINISTRATION: &[Page] = &[
    page("administration", "/administration"),
    page("accounts", "/administration/accounts"),
    page("offices", "/administration/offices"),
    page("tokens", "/administration/tokens"),
    page("journal", "/administration/journal"),
    page("imports", "/administration/imports"),
    page("not-yours", "/proof"),
];

/// Where people begin whose pages are the others' but for what they are offered to do.
pub(crate) const DESK: &[Page] = &[page("work-of-others", "/work")];
