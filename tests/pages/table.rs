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

/// What the council reads.
pub(crate) const LEADERSHIP: &[Page] = &[
    page("account", "/account"),
    page("milestones", "/milestones"),
    page("milestones-past", "/milestones?as-of=1404/05/31&baseline=original"),
    page("moment-refused", "/milestones?as-of=yesterday"),
];
