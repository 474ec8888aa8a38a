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
pub(crate) const OPEN: &[Page] = &[page("sign-in", "/sign-in"), page("link-gone", "/link/of-nobody")];

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
pub(crate) const LEADERSHIP: &[Page] = &[page("account", "/account")];

/// What members read besides.
pub(crate) const MEMBERS: &[Page] = &[];

/// What auditors read besides.
pub(crate) const AUDIT: &[Page] = &[];

/// What administrators read besides.
pub(crate) const ADMINISTRATION: &[Page] = &[];
