//! How a milestone is measured, in words.

use maud::{Markup, html};
use tahavol_domain::milestone::measure::{Measure, Rollout, Scope, Step};

use crate::address;
use crate::figure::quantity;
use crate::sheet::Sheet;

impl Sheet<'_> {
    /// In one sentence, as a file tells it.
    pub(crate) fn measure_text(&self, measure: &Measure) -> String {
        match measure {
            Measure::Binary => self.word("page-thing-measure-binary"),
            Measure::Reported => self.word("page-thing-measure-reported"),
            Measure::Steps(steps) => {
                self.telling("page-thing-measure-steps", self.hand.number(i64::try_from(steps.len()).unwrap_or(i64::MAX)))
            }
            Measure::Rollout(rollout) => self.rollout_text(rollout),
            Measure::Indicator(goal) => {
                let (from, to) = (quantity(goal.baseline, self.lang()), quantity(goal.target, self.lang()));
                self.saying("page-thing-measure-indicator", &[("baseline", from), ("target", to)])
            }
        }
    }

    fn rollout_text(&self, rollout: &Rollout) -> String {
        let stations = self.hand.number(i64::try_from(rollout.stations.len()).unwrap_or(i64::MAX));
        let weighed = if rollout.visits.is_some() { "page-thing-measure-by-visits" } else { "page-thing-measure-by-stations" };
        let scope = match &rollout.scope {
            Scope::All => self.word("page-thing-scope-all"),
            Scope::Target => self.word("page-thing-scope-target"),
            Scope::Unnetworked => self.word("page-thing-scope-unnetworked"),
            Scope::TargetUnnetworked => self.word("page-thing-scope-target-unnetworked"),
            Scope::Province(code) => self.saying("page-thing-scope-province", &[("province", self.province(code))]),
        };
        self.saying("page-thing-measure-rollout", &[("stations", stations), ("scope", scope), ("weighed", self.word(weighed))])
    }

    /// The same with the indicator as a link, and the steps: those whose bit is set in `done` are done.
    pub(super) fn measure(&self, measure: &Measure, done: Option<u64>) -> Markup {
        html! {
            p { (self.measure_text(measure)) }
            @match measure {
                Measure::Binary | Measure::Reported | Measure::Rollout(_) => {}
                Measure::Steps(steps) => (self.steps(steps, done)),
                Measure::Indicator(goal) => p {
                    @let row = self.snapshot.indicators.get(&goal.indicator);
                    a href=(self.at(&address::indicator(&goal.indicator.0))) {
                        @match row {
                            Some(row) => (self.text(&row.definition.meaning.title)),
                            None => bdi.code { (goal.indicator.0) },
                        }
                    }
                },
            }
        }
    }

    fn steps(&self, steps: &[Step], done: Option<u64>) -> Markup {
        html! {
            ol.steps {
                @for (step, number) in steps.iter().zip(0..) {
                    @let is_done = done.and_then(|done| done.checked_shr(number)).is_some_and(|bits| bits & 1 == 1);
                    li.done[is_done] {
                        (self.text(&step.title)) " "
                        span.hint { (self.telling("page-thing-step-weight", self.hand.number(step.weight))) }
                        " " @if is_done { strong { (self.word("page-thing-step-done")) } } @else { span.unknown { (self.word("page-thing-step-open")) } }
                    }
                }
            }
        }
    }
}
