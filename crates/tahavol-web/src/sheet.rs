//! A page about the programme: the picture it shows, the moment that stands in its address, and the frame that says so.

use maud::{Markup, html};
use tahavol_domain::Kind;
use tahavol_domain::calendar::Date;
use tahavol_domain::text::{Lang, Text};
use tahavol_domain::values::Office;
use tahavol_projections::Snapshot;

use crate::address::{self, Moment};
use crate::asset;
use crate::figure::Hand;
use crate::forms::said;
use crate::layout::{Frame, bar, document};
use crate::moment::Mistyped;
use crate::words::{message, tag, telling, word};

/// All that a page about the programme is made from, besides what it is about.
#[derive(Clone, Copy)]
pub struct Sheet<'a> {
    pub frame: Frame<'a>,
    pub hand: Hand<'a>,
    pub moment: Moment,
    /// As the reader is shown it.
    pub snapshot: &'a Snapshot,
    /// The status date: as asked, else the picture's own day.
    pub day: Date,
    /// The newest position that can be looked at.
    pub live: Option<u64>,
    /// Events that are recorded and cannot be seen yet; none where that is not known.
    pub behind: Option<u64>,
    /// The page's own path, and what stands in its query besides the moment.
    pub path: &'a str,
    pub query: &'a [(String, String)],
    /// What the reader may act as today.
    pub offices: &'a [Office],
    /// What she has just done, until a page has said so.
    pub said: Option<Said>,
    /// Whether this part has no past: it shows now, and keeps the moment for the links that lead on.
    pub of_now: bool,
    /// What was typed for the moment and cannot be shown.
    pub mistyped: &'a [Mistyped],
}

/// A command that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    pub kind: Kind,
    /// Of its last event; none where nothing was left to do.
    pub position: Option<u64>,
    /// Whether the pages show it already.
    pub visible: bool,
}

/// The parts of the site, in the order in which they stand in the bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Work,
    Overview,
    Initiatives,
    Milestones,
    Stations,
    Indicators,
    Decisions,
    Reviews,
    Ledger,
    People,
    Administration,
}

impl Section {
    const ALL: [Section; 11] = [
        Section::Work,
        Section::Overview,
        Section::Initiatives,
        Section::Milestones,
        Section::Stations,
        Section::Indicators,
        Section::Decisions,
        Section::Reviews,
        Section::Ledger,
        Section::People,
        Section::Administration,
    ];

    fn address(self) -> &'static str {
        match self {
            Section::Work => address::WORK,
            Section::Overview => address::OVERVIEW,
            Section::Initiatives => address::INITIATIVES,
            Section::Milestones => address::MILESTONES,
            Section::Stations => address::STATIONS,
            Section::Indicators => address::INDICATORS,
            Section::Decisions => address::DECISIONS,
            Section::Reviews => address::REVIEWS,
            Section::Ledger => address::LEDGER,
            Section::People => address::PEOPLE,
            Section::Administration => address::ADMINISTRATION,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Section::Work => "page-section-work",
            Section::Overview => "page-section-overview",
            Section::Initiatives => "page-section-initiatives",
            Section::Milestones => "page-section-milestones",
            Section::Stations => "page-section-stations",
            Section::Indicators => "page-section-indicators",
            Section::Decisions => "page-section-decisions",
            Section::Reviews => "page-section-reviews",
            Section::Ledger => "page-section-ledger",
            Section::People => "page-section-people",
            Section::Administration => "page-section-administration",
        }
    }

    /// Whether somebody with these offices has anything to look for there; who has not signed in reads approved work alone.
    fn is_for(self, recognised: bool, offices: &[Office]) -> bool {
        match self {
            Section::Overview | Section::Initiatives | Section::Milestones | Section::Stations | Section::Indicators => true,
            Section::Decisions | Section::Reviews | Section::Ledger | Section::People => recognised,
            Section::Work => recognised && offices.iter().any(|office| *office != Office::Auditor),
            Section::Administration => {
                offices.iter().any(|office| matches!(office, Office::Administrator | Office::Auditor | Office::Council))
            }
        }
    }
}

impl Sheet<'_> {
    #[must_use]
    pub fn lang(&self) -> Lang {
        self.frame.lang
    }

    #[must_use]
    pub fn word(&self, key: &str) -> String {
        word(key, self.frame.lang)
    }

    /// The message of a key that tells of one thing.
    #[must_use]
    pub fn telling(&self, key: &str, value: impl ToString) -> String {
        telling(key, value, self.frame.lang)
    }

    /// The message of a key that tells of several.
    #[must_use]
    pub fn saying(&self, key: &str, args: &[(&str, String)]) -> String {
        message(key, args, self.frame.lang)
    }

    /// Another page at the same moment.
    #[must_use]
    pub fn at(&self, path: &str) -> String {
        self.moment.at(path)
    }

    /// This page at the same moment, with these fields of its query in place of those of the same names; an empty value takes a
    /// field away.
    #[must_use]
    pub fn with(&self, fields: &[(&str, &str)]) -> String {
        let kept = self.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let kept = kept.filter(|(name, _)| fields.iter().all(|(given, _)| given != name));
        let all = kept.chain(fields.iter().copied()).filter(|(_, value)| !value.is_empty());
        let query: Vec<String> = all.map(|(name, value)| format!("{}={}", address::segment(name), address::segment(value))).collect();
        let path = if query.is_empty() { self.path.to_owned() } else { format!("{}?{}", self.path, query.join("&")) };
        self.moment.at(&path)
    }

    /// What stands in the page's query under this name.
    #[must_use]
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// Somebody's words, in the direction of their own script.
    #[must_use]
    pub fn text(&self, text: &Text) -> Markup {
        let lang = match (&text.en, self.frame.lang) {
            (None, Lang::En) => Some("fa"),
            (Some(_), Lang::En) | (_, Lang::Fa) => None,
        };
        html! { span dir="auto" lang=[lang] { (text.get(self.frame.lang)) } }
    }

    /// A page of the programme's.
    #[must_use]
    pub fn page(&self, section: Option<Section>, title: &str, content: &Markup) -> Markup {
        self.page_under(section, &html! {}, title, content)
    }

    /// The same under a trail of links that lead to it.
    #[must_use]
    pub fn page_under(&self, section: Option<Section>, trail: &Markup, title: &str, content: &Markup) -> Markup {
        let head = html! { script type="module" src=(asset::script().path) {} };
        let past = self.is_past();
        let body = html! {
            (bar(&self.frame, &self.sections(section)))
            (self.moment_bar())
            main #content.sheet.past[past] { @if let Some(done) = self.said { (said(self, done)) } (trail) h1 dir="auto" { (title) } (content) }
            (self.foot())
        };
        document(&self.frame, title, &head, &body)
    }

    fn sections(&self, here: Option<Section>) -> Markup {
        let recognised = self.frame.reader.is_some();
        html! {
            nav.sections aria-label=(self.word("page-sections")) {
                @for section in Section::ALL.into_iter().filter(|section| section.is_for(recognised, self.offices)) {
                    a href=(self.at(section.address())) aria-current=[(here == Some(section)).then_some("page")] { (self.word(section.key())) }
                }
            }
            @if recognised {
                form.find role="search" method="get" action=(address::SEARCH) {
                    @for (name, value) in self.moment.fields() { input type="hidden" name=(name) value=(value); }
                    input type="search" name="q" aria-label=(self.word("page-search")) placeholder=(self.word("page-search")) dir="auto" maxlength="200";
                }
            } @else {
                a href="/sign-in" { (self.word("page-sign-in")) }
            }
        }
    }

    fn foot(&self) -> Markup {
        let calendar = self.hand.calendar.other();
        let permanent =
            Moment { as_of: self.snapshot.position.map(tahavol_app::AsOf::Position), status_date: Some(self.day), ..self.moment };
        // Whoever is sent it reads the same in the same language and calendar.
        let as_read = [("lang", tag(self.frame.lang)), ("calendar", self.hand.calendar.as_str())];
        html! {
            footer.foot {
                p #announced.announced role="status" {}
                @if !self.of_now {
                    a href=(Sheet { moment: permanent, ..*self }.with(&as_read)) { (self.word("page-permanent")) }
                }
                a href=(self.with(&[("calendar", calendar.as_str())])) rel="nofollow" { (self.word(&format!("page-calendar-{}", calendar.as_str()))) }
            }
        }
    }
}
