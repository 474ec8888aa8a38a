//! The moment that a page shows, as it says so itself, and the form that leads to another one.

use maud::{Markup, html};
use tahavol_projections::progress::BaselineKind;

use crate::address::{AS_OF, BASELINE, LIVE_DAY, Moment, STATUS_DATE};
use crate::sheet::Sheet;

/// What somebody has typed for a moment and cannot be shown: the page shows now in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistyped {
    /// The field's name in the address.
    pub field: &'static str,
    pub text: String,
    /// The key of the message that says what is wrong.
    pub why: &'static str,
}

impl Sheet<'_> {
    /// Whether the page shows something earlier than now. What is of now alone never does, whatever moment its links keep.
    #[must_use]
    pub fn is_past(&self) -> bool {
        self.moment.is_past() && !self.of_now
    }

    /// As of which moment the page is, how far behind, and the way to another moment.
    pub(crate) fn moment_bar(&self) -> Markup {
        let past = self.is_past();
        let follows = !past && self.frame.reader.is_some() && self.mistyped.is_empty();
        html! {
            aside #moment.moment.past[past] aria-label=(self.word("page-moment")) data-position=[self.snapshot.position] {
                // Renewed without the form beside it: somebody may be typing there.
                p #moment-shown data-live[follows] { (self.moment_sentence()) }
                @if self.of_now && self.is_elsewhere() {
                    p #moment-of-now { strong { (self.word("page-moment-of-now")) } " " (self.way_back()) }
                }
                @if !self.mistyped.is_empty() {
                    div.summary role="alert" {
                        p { strong { (self.word(if self.mistyped.iter().any(|one| one.field == AS_OF) { "page-bad-moment-now" } else { "page-errors" })) } }
                        ul { @for one in self.mistyped { li { a href={ "#" (field_id(one.field)) } { (self.word(one.why)) } } } }
                    }
                }
                details open[!self.mistyped.is_empty()] {
                    summary { (self.word("page-moment-other")) }
                    (self.moment_form())
                }
            }
        }
    }

    fn moment_sentence(&self) -> Markup {
        let past = self.is_past();
        html! {
            @if past { strong { (self.word("page-moment-past")) " " } }
            @match (self.snapshot.position, self.snapshot.recorded_at) {
                (Some(position), Some(recorded)) => {
                    (self.telling("page-moment-position", self.hand.position(position))) " · "
                    (self.word("page-moment-recorded")) " " (self.hand.moment(recorded))
                }
                (None, _) | (_, None) => (self.word("page-moment-empty"))
            }
            " · " (self.word("page-status-date")) " " (self.hand.day(self.day))
            @match self.moment.baseline {
                BaselineKind::Original => { " · " (self.word("page-baseline-original")) }
                BaselineKind::Current => {}
            }
            @if !past {
                " · "
                span data-followed {
                    @match self.behind {
                        Some(0) => (self.word("page-moment-live")),
                        Some(events) => (self.telling("page-moment-behind", self.hand.position(events))),
                        None => (self.word("page-moment-unknown")),
                    }
                }
                // Shown in its place by the script, when it hears nothing any more.
                strong data-lost hidden { (self.word("page-moment-lost")) }
            }
            @if self.is_elsewhere() && !self.of_now { " " (self.way_back()) }
        }
    }

    /// Whether links lead to anything but now and the plan as it stands.
    fn is_elsewhere(&self) -> bool {
        self.moment != Moment::default()
    }

    fn way_back(&self) -> Markup {
        html! { a href=(Sheet { moment: Moment::default(), ..*self }.with(&[])) { (self.word("page-moment-now")) } }
    }

    fn moment_form(&self) -> Markup {
        let original = self.moment.baseline == BaselineKind::Original;
        let as_of = self.moment.fields().into_iter().find(|(name, _)| *name == AS_OF).map(|(_, value)| value);
        let day = self.moment.status_date.map(|date| self.hand.short(date));
        html! {
            form.inline method="get" action=(self.path) {
                @for (name, value) in self.query { input type="hidden" name=(name) value=(value); }
                p.slider hidden {
                    label for="moment-slider" { (self.word("page-as-of-slider")) }
                    // Time runs from left to right in both languages.
                    input #moment-slider type="range" dir="ltr" min="0" max=[self.live] value=[self.snapshot.position]
                        data-slider=(field_id(AS_OF)) data-days=[self.frame.reader.map(|_| LIVE_DAY)];
                    output #moment-slider-at for="moment-slider" {}
                }
                (self.moment_field(AS_OF, "page-as-of", "page-as-of-hint", as_of, 40))
                (self.moment_field(STATUS_DATE, "page-status-date", "page-date-hint", day, 20))
                p {
                    label for="moment-baseline" { (self.word("page-baseline")) }
                    select #moment-baseline name=(BASELINE) {
                        option value="" selected[!original] { (self.word("page-baseline-current")) }
                        option value="original" selected[original] { (self.word("page-baseline-original")) }
                    }
                }
                button type="submit" { (self.word("page-moment-show")) }
            }
        }
    }

    /// A field with what stands in the address, right or wrong.
    fn moment_field(&self, name: &'static str, label: &str, hint: &str, value: Option<String>, longest: usize) -> Markup {
        let wrong = self.mistyped.iter().find(|one| one.field == name);
        let id = field_id(name);
        let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
        let described = if wrong.is_some() { format!("{hint_id} {error_id}") } else { hint_id.clone() };
        let value = wrong.map(|one| one.text.clone()).or(value);
        html! {
            p.question.wrong[wrong.is_some()] {
                label for=(id) { (self.word(label)) }
                span.hint id=(hint_id) { (self.word(hint)) }
                @if let Some(one) = wrong { span.error id=(error_id) { (self.word(one.why)) } }
                input id=(id) type="text" name=(name) value=[value] dir="ltr" maxlength=(longest) autocomplete="off"
                    aria-describedby=(described) aria-invalid=[wrong.map(|_| "true")];
            }
        }
    }
}

fn field_id(name: &str) -> &'static str {
    if name == STATUS_DATE { "moment-day" } else { "moment-as-of" }
}

#[cfg(test)]
mod tests {
    use tahavol_app::AsOf;
    use tahavol_domain::text::Lang;

    use super::*;
    use crate::audit::tests::{HOSTILE, believes_nothing, with_sheet};
    use crate::sheet::Section;

    fn page(sheet: &Sheet<'_>) -> String {
        sheet.page(Some(Section::Ledger), "x", &html! {}).into_string()
    }

    /// What a page has between two marks.
    fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
        let (_, rest) = page.split_once(from).unwrap_or_else(|| panic!("{from} is not in {page}"));
        rest.split_once(to).unwrap_or_else(|| panic!("{to} is not in {page}")).0
    }

    #[test]
    fn what_was_mistyped_stands_in_its_field_with_what_is_wrong() {
        let mistyped = [
            Mistyped { field: AS_OF, text: HOSTILE.to_owned(), why: "page-as-of-form" },
            Mistyped { field: STATUS_DATE, text: "1404/13/01".to_owned(), why: "page-status-date-form" },
        ];
        for lang in [Lang::Fa, Lang::En] {
            with_sheet(lang, |sheet| {
                let told = page(&Sheet { mistyped: &mistyped, ..*sheet });
                believes_nothing("mistyped", &told);
                assert!(
                    told.contains("<details open") && told.contains("href=\"#moment-as-of\"") && told.contains("href=\"#moment-day\""),
                    "{told}"
                );
                assert!(told.contains("value=\"1404/13/01\""), "{told}");
                assert_eq!(told.matches("aria-invalid").count(), 2, "{told}");
                assert!(
                    !between(&told, "id=\"moment-shown\"", ">").contains("data-live"),
                    "it would ask for a wrong moment again and again"
                );
                let right = page(sheet);
                assert!(
                    !right.contains("<details open") && !right.contains("aria-invalid") && !right.contains("role=\"alert\""),
                    "{right}"
                );
            });
        }
    }

    #[test]
    fn what_has_no_past_says_so_and_keeps_the_moment_for_its_links() {
        for lang in [Lang::Fa, Lang::En] {
            with_sheet(lang, |sheet| {
                let moment = Moment { as_of: Some(AsOf::Position(100)), ..Moment::default() };
                let (past, now) = (page(&Sheet { moment, ..*sheet }), page(&Sheet { moment, of_now: true, ..*sheet }));
                believes_nothing("of now", &now);
                let (says_past, says_now) = (sheet.word("page-moment-past"), sheet.word("page-moment-of-now"));
                assert!(past.contains(&says_past) && !past.contains(&says_now) && past.contains("class=\"sheet past\""), "{past}");
                assert!(!now.contains(&says_past) && now.contains(&says_now) && !now.contains("class=\"sheet past\""), "{now}");
                assert!(now.contains("/overview?as-of=100"), "{now}");
                let plain = page(&Sheet { of_now: true, ..*sheet });
                assert!(!plain.contains(&says_now), "where no moment was asked for, nothing is to be said: {plain}");
            });
        }
    }

    #[test]
    fn only_the_sentence_is_renewed_and_the_form_is_left_alone() {
        with_sheet(Lang::Fa, |sheet| {
            let page = page(sheet);
            let shown = between(&page, "id=\"moment-shown\"", "</p>");
            assert!(
                shown.contains("data-live") && shown.contains("data-lost") && shown.contains(&sheet.word("page-moment-lost")),
                "{shown}"
            );
            assert!(!between(&page, "<aside", ">").contains("data-live"), "{page}");
        });
    }

    #[test]
    fn a_permanent_link_says_in_which_language_and_calendar_it_was_read() {
        for lang in [Lang::Fa, Lang::En] {
            with_sheet(lang, |sheet| {
                let page = page(sheet);
                let foot = between(&page, "<footer", "</footer>");
                let (tag, calendar) = (crate::words::tag(lang), sheet.hand.calendar.as_str());
                assert!(foot.contains(&format!("lang={tag}&amp;calendar={calendar}&amp;status-date=2026-11-21")), "{foot}");
            });
        }
    }
}
