//! The bounds of a token, over the whole table: they only take away, and they take away all that they do not name.

use std::collections::BTreeSet;

use super::samples::{basis, samples};
use super::{Import, Within, everybody, permit};
use crate::aggregate::{Command, Stream};
use crate::kind::Kind;
use crate::refusal::{Refusal, Rule};
use crate::testing::{actor, person, rule, slug};
use crate::values::{CommissionSlug, Office};

fn commands(only: impl IntoIterator<Item = Kind>) -> Within {
    Within { commands: Some(only.into_iter().collect()), commissions: None }
}

fn commissions(only: &[&str]) -> Within {
    Within { commands: None, commissions: Some(only.iter().map(|text| slug(text)).collect::<BTreeSet<CommissionSlug>>()) }
}

/// Sara asks; she is also the administrator whom the configuration names.
fn ask(command: &Command, stream: &Stream, offices: &[Office], import: Import, within: &Within) -> Result<Office, Refusal> {
    permit(command, stream, &person("sara"), offices, import, within, &basis(), Some(&actor("sara")))
}

#[test]
fn a_token_for_a_command_lets_exactly_that_command_through() {
    for (command, stream) in samples() {
        let others = commands(Kind::ALL.into_iter().filter(|kind| *kind != command.kind()));
        for (who, offices, import) in everybody() {
            let unbounded = ask(&command, &stream, &offices, import, &Within::default());
            assert_eq!(ask(&command, &stream, &offices, import, &commands([command.kind()])), unbounded, "{who} {command:?}");
            assert_eq!(rule(ask(&command, &stream, &offices, import, &others)), Rule::OutsideTheToken, "{who} {command:?}");
            assert_eq!(rule(ask(&command, &stream, &offices, import, &commands([]))), Rule::OutsideTheToken, "{who} only reads");
        }
    }
}

#[test]
fn a_token_for_a_commission_lets_through_what_is_about_it_and_nothing_else() {
    for (command, stream) in samples() {
        // The samples are about the technology commission, but for what belongs to the whole programme or to a province.
        let of_technology = match stream {
            Stream::Commission(_) | Stream::Initiative(_) | Stream::Milestone(_) | Stream::Indicator(_) => true,
            Stream::Programme(_) | Stream::Station(_) => false,
        };
        for (who, offices, import) in everybody() {
            let unbounded = ask(&command, &stream, &offices, import, &Within::default());
            let own = ask(&command, &stream, &offices, import, &commissions(&["technology"]));
            if of_technology {
                assert_eq!(own, unbounded, "{who} {command:?}");
            } else {
                assert_eq!(rule(own), Rule::OutsideTheToken, "{who} {command:?}");
            }
            for other in [commissions(&["training"]), commissions(&[])] {
                assert_eq!(rule(ask(&command, &stream, &offices, import, &other)), Rule::OutsideTheToken, "{who} {command:?}");
            }
        }
    }
}

#[test]
fn bounds_of_both_kinds_hold_at_once() {
    for (command, stream) in samples() {
        let both = Within { commissions: commissions(&["training"]).commissions, ..commands([command.kind()]) };
        for (who, offices, import) in everybody() {
            assert_eq!(rule(ask(&command, &stream, &offices, import, &both)), Rule::OutsideTheToken, "{who} {command:?}");
        }
    }
}
