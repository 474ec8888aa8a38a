//! What happened, in words: one sentence for each type of event, and the names of offices and of what an event is about.

use tahavol_domain::Stream;
use tahavol_domain::commission::event::{RatingVoice, Role};
use tahavol_domain::fact::{Event, Fact};
use tahavol_domain::indicator::event::{MeasuredValue, MeasurementScope};
use tahavol_domain::milestone::event::{Baseline, ProgressReport};
use tahavol_domain::programme::event::Delegation;
use tahavol_domain::station::event::StationKind;
use tahavol_domain::text::{Lang, Text, fold};
use tahavol_domain::values::{ActorId, Confidence, Horizon, Office, ProvinceCode};
use tahavol_domain::{commission, indicator, initiative, milestone, programme, station};
use tahavol_projections::Snapshot;
use tahavol_projections::rows::MilestonePlan;

use super::{message, unit_text};

/// Digits of a digest that are enough to recognise it by.
const FEW_DIGITS: usize = 12;

/// What a resolution is called.
const RESOLUTION: &str = "مصوبه";

type Args = Vec<(&'static str, String)>;

/// What happened, as a sentence whose subject is the one who did it: `event-<aggregate>-<past participle>` of the catalogue. Without a
/// picture, commissions, provinces and people who are only referred to stand by their codes.
#[must_use]
pub fn sentence(fact: &Fact, lang: Lang) -> String {
    sentence_in(fact, &Snapshot::default(), lang)
}

/// The same with the names that `picture` knows.
#[must_use]
pub fn sentence_in(fact: &Fact, picture: &Snapshot, lang: Lang) -> String {
    if let Some(plan) = delivered(fact, picture) {
        let named = [("code", plan.code.clone()), ("title", plan.title.get(lang).to_owned())];
        return message(&format!("{}-of", key(fact.event.event_type())), &named, lang);
    }
    let words = Words(lang, picture);
    let args = match &fact.event {
        Event::Programme(event) => words.programme(event),
        Event::Commission(event) => words.commission(event),
        Event::Initiative(event) => words.initiative(event),
        Event::Milestone(event) => words.milestone(event),
        Event::Station(event) => words.station(event),
        Event::Indicator(event) => words.indicator(event),
    };
    message(&key(fact.event.event_type()), &args, lang)
}

/// The milestone that a station was delivered something of, or no more.
fn delivered<'a>(fact: &Fact, picture: &'a Snapshot) -> Option<&'a MilestonePlan> {
    let milestone = match &fact.event {
        Event::Station(station::Event::DeliveryRecorded(delivery)) => delivery.milestone,
        Event::Station(station::Event::DeliveryRevoked(revocation)) => revocation.milestone,
        Event::Station(_)
        | Event::Programme(_)
        | Event::Commission(_)
        | Event::Initiative(_)
        | Event::Milestone(_)
        | Event::Indicator(_) => return None,
    };
    picture.milestones.get(&milestone).map(|row| row.plan.as_ref())
}

/// What a person acted as; `picture` knows the commissions and provinces by their names.
#[must_use]
pub fn office_text(office: &Office, picture: &Snapshot, lang: Lang) -> String {
    let (code, scope) = match office {
        Office::Founding => ("event-office-founding", String::new()),
        Office::Council => ("event-office-council", String::new()),
        Office::Chair(slug) => ("event-office-chair", commission_text(slug.0.as_str(), picture, lang)),
        Office::Secretary(slug) => ("event-office-secretary", commission_text(slug.0.as_str(), picture, lang)),
        Office::Member(slug) => ("event-office-member", commission_text(slug.0.as_str(), picture, lang)),
        Office::Inspector => ("event-office-inspector", String::new()),
        Office::Reporter(province) => ("event-office-reporter", province_text(province, picture, lang)),
        Office::Auditor => ("event-office-auditor", String::new()),
        Office::Administrator => ("event-office-administrator", String::new()),
    };
    message(code, &[("scope", scope)], lang)
}

/// What an event is about: code and title as the picture knows them, or the stream where it does not.
#[must_use]
pub fn subject_text(fact: &Fact, picture: &Snapshot, lang: Lang) -> String {
    let stream = &fact.envelope.stream;
    let coded = |code: &str, title: &Text| format!("{code} {}", title.get(lang));
    let found = match stream.parse::<Stream>() {
        Ok(Stream::Programme(_)) => picture.programme.as_ref().map(|row| row.charter.title.get(lang).to_owned()),
        Ok(Stream::Commission(slug)) => Some(commission_text(&slug.0, picture, lang)),
        Ok(Stream::Initiative(id)) => picture.initiatives.get(&id).map(|row| coded(&row.proposal.code, &row.proposal.title)),
        Ok(Stream::Milestone(id)) => picture.milestones.get(&id).map(|row| coded(&row.plan.code, &row.plan.title)),
        Ok(Stream::Station(code)) => picture.stations.get(&code).map(|row| coded(&row.code.0, &row.name)),
        Ok(Stream::Indicator(code)) => {
            picture.indicators.get(&code).map(|row| coded(&row.definition.code.0, &row.definition.meaning.title))
        }
        Err(_) => None,
    };
    found.unwrap_or_else(|| stream.clone())
}

fn commission_text(slug: &str, picture: &Snapshot, lang: Lang) -> String {
    let named = picture.commissions.iter().find(|(known, _)| known.0 == slug);
    named.map_or_else(|| slug.to_owned(), |(_, row)| row.establishment.title.get(lang).to_owned())
}

/// What a province is called; its code where the picture does not know it.
#[must_use]
pub fn province_text(province: &ProvinceCode, picture: &Snapshot, lang: Lang) -> String {
    let provinces = picture.programme.as_ref().map(|row| &row.charter.provinces);
    let named = provinces.and_then(|provinces| provinces.iter().find(|named| named.code == *province));
    named.map_or_else(|| province.0.clone(), |named| named.name.get(lang).to_owned())
}

/// Keys of the catalogue have no full stops.
fn key(event_type: &str) -> String {
    format!("event-{}", event_type.replace('.', "-"))
}

struct Words<'a>(Lang, &'a Snapshot);

impl Words<'_> {
    fn programme(&self, event: &programme::Event) -> Args {
        match event {
            programme::Event::Chartered(charter) => {
                vec![("title", self.text(&charter.title)), ("person", charter.first_official.name.clone())]
            }
            programme::Event::OfficialAppointed(appointment) => {
                vec![("person", appointment.person.name.clone()), ("office", self.office(&appointment.office))]
            }
            programme::Event::OfficialReleaseProposed(release) | programme::Event::OfficialReleased(release) => {
                vec![("person", self.person(&release.actor)), ("office", self.office(&release.office))]
            }
            programme::Event::OfficeDelegated(Delegation { to, office, starts, ends, delegation: _, from: _ }) => vec![
                ("person", to.name.clone()),
                ("office", self.office(office)),
                ("starts", starts.to_string()),
                ("ends", ends.to_string()),
            ],
            programme::Event::DelegationEnded(_) => Vec::new(),
            programme::Event::HorizonRescheduled(window) => {
                vec![("horizon", self.horizon(window.horizon)), ("starts", window.starts.to_string()), ("ends", window.ends.to_string())]
            }
            programme::Event::DirectiveIssued(directive) => {
                vec![("code", directive.code.0.clone()), ("title", self.text(&directive.title))]
            }
            programme::Event::DocumentApproved(document) => vec![
                ("version", document.version.to_string()),
                ("milestones", document.milestones.to_string()),
                ("resolution", self.resolution(Some(&document.resolution))),
            ],
            programme::Event::TargetStationsDesignated(target) => vec![("stations", target.stations.len().to_string())],
            programme::Event::ReviewHeld(review) => {
                vec![("title", self.text(&review.title)), ("position", review.frozen_position.to_string())]
            }
            programme::Event::ReviewActionClosed(closure) => vec![("outcome", self.text(&closure.outcome))],
            programme::Event::EvidenceDestroyed(destruction) => {
                let digest = destruction.digest.to_string();
                vec![("digest", format!("{}…", &digest[..FEW_DIGITS])), ("order", destruction.order.clone())]
            }
        }
    }

    fn commission(&self, event: &commission::Event) -> Args {
        match event {
            commission::Event::Established(establishment) => vec![("title", self.text(&establishment.title))],
            commission::Event::MemberAppointed(appointment) => {
                vec![("person", appointment.person.name.clone()), ("role", self.role(appointment.role))]
            }
            commission::Event::MemberReleased(release) => vec![("person", self.person(&release.actor)), ("role", self.role(release.role))],
            commission::Event::Rated(rating) => {
                let voice = match rating.voice {
                    RatingVoice::Own => "event-voice-own",
                    RatingVoice::Independent => "event-voice-independent",
                };
                vec![
                    ("confidence", self.confidence(rating.confidence)),
                    ("horizon", self.horizon(rating.horizon)),
                    ("voice", self.say(voice)),
                ]
            }
        }
    }

    fn initiative(&self, event: &initiative::Event) -> Args {
        match event {
            initiative::Event::Proposed(proposal) => vec![("code", proposal.code.clone()), ("title", self.text(&proposal.title))],
            initiative::Event::Revised(revision) => vec![("title", self.text(&revision.title))],
            initiative::Event::Submitted(_) | initiative::Event::RiskClosed(_) => Vec::new(),
            initiative::Event::Approved(decision)
            | initiative::Event::Returned(decision)
            | initiative::Event::Rejected(decision)
            | initiative::Event::Suspended(decision)
            | initiative::Event::Resumed(decision)
            | initiative::Event::Completed(decision)
            | initiative::Event::Cancelled(decision) => vec![("resolution", self.resolution(decision.resolution.as_ref()))],
            initiative::Event::ResourcesAllocated(allocation) => vec![
                ("amount", allocation.amount.to_string()),
                ("unit", unit_text(&allocation.unit, self.0)),
                ("resource", self.text(&allocation.resource)),
                ("resolution", self.resolution(Some(&allocation.resolution))),
            ],
            initiative::Event::RiskRaised(risk) => {
                vec![("title", self.text(&risk.title)), ("likelihood", risk.likelihood.to_string()), ("impact", risk.impact.to_string())]
            }
        }
    }

    fn milestone(&self, event: &milestone::Event) -> Args {
        let titled = |title: &Text, baseline| [vec![("title", self.text(title))], of_baseline(baseline)].concat();
        let resolved = |resolution: &Option<String>| vec![("resolution", self.resolution(resolution.as_ref()))];
        match event {
            milestone::Event::Planned(plan) => [vec![("code", plan.code.clone())], titled(&plan.title, &plan.baseline)].concat(),
            milestone::Event::Revised(revision) => titled(&revision.title, &revision.baseline),
            milestone::Event::RebaselineProposed(proposal) => of_baseline(&proposal.baseline),
            milestone::Event::Rebaselined(decision) => [of_baseline(&decision.baseline), resolved(&decision.resolution)].concat(),
            milestone::Event::Admitted(decision) => resolved(&decision.resolution),
            milestone::Event::RebaselineRefused(decision)
            | milestone::Event::Cancelled(decision)
            | milestone::Event::CancellationRefused(decision) => resolved(&decision.resolution),
            milestone::Event::ProgressReported(report) => vec![("progress", self.progress(report))],
            milestone::Event::ProgressCorrected(correction) => vec![("progress", self.progress(&correction.report))],
            milestone::Event::CancellationProposed(_)
            | milestone::Event::Blocked(_)
            | milestone::Event::Unblocked(_)
            | milestone::Event::CompletionClaimed(_)
            | milestone::Event::CompletionVerified(_)
            | milestone::Event::CompletionRefused(_) => Vec::new(),
        }
    }

    fn station(&self, event: &station::Event) -> Args {
        match event {
            station::Event::Registered(registration) => {
                let kind = match registration.kind {
                    StationKind::Station => "event-kind-station",
                    StationKind::Outpost => "event-kind-outpost",
                };
                vec![
                    ("kind", self.say(kind)),
                    ("name", self.text(&registration.name)),
                    ("province", province_text(&registration.province, self.1, self.0)),
                ]
            }
            station::Event::VolumeRecorded(volume) => {
                vec![("visits", volume.annual_visits.to_string()), ("cases", volume.annual_cases.to_string())]
            }
            station::Event::Networked(_)
            | station::Event::NetworkLost(_)
            | station::Event::DeliveryRecorded(_)
            | station::Event::DeliveryRevoked(_)
            | station::Event::Closed(_) => Vec::new(),
        }
    }

    fn indicator(&self, event: &indicator::Event) -> Args {
        match event {
            indicator::Event::Defined(definition) => vec![("title", self.text(&definition.meaning.title))],
            indicator::Event::Redefined(redefinition) => vec![("title", self.text(&redefinition.meaning.title))],
            indicator::Event::TargetSet(target) => vec![("value", target.value.to_string()), ("horizon", self.horizon(target.horizon))],
            indicator::Event::MeasurementRecorded(measurement) => {
                let scope = match &measurement.scope {
                    MeasurementScope::National => self.say("event-scope-national"),
                    MeasurementScope::Province(code) => province_text(code, self.1, self.0),
                    MeasurementScope::Station(code) => message("event-scope-station", &[("code", code.0.clone())], self.0),
                };
                vec![
                    ("value", self.measured(&measurement.value)),
                    ("scope", scope),
                    ("starts", measurement.period.start.to_string()),
                    ("ends", measurement.period.end.to_string()),
                ]
            }
            indicator::Event::MeasurementCorrected(correction) => vec![("value", self.measured(&correction.value))],
            indicator::Event::MeasurementVerified(_)
            | indicator::Event::MeasurementContested(_)
            | indicator::Event::MeasurementWithdrawn(_) => Vec::new(),
        }
    }

    fn say(&self, code: &str) -> String {
        message(code, &[], self.0)
    }

    fn text(&self, text: &Text) -> String {
        text.get(self.0).to_owned()
    }

    /// Behind a decision; nothing where it has no number.
    fn resolution(&self, resolution: Option<&String>) -> String {
        let Some(resolution) = resolution else { return String::new() };
        // Some are numbers, and some say themselves that they are resolutions.
        let named = fold(resolution).starts_with(fold(RESOLUTION).as_str());
        let code = if named { "event-resolution-named" } else { "event-resolution" };
        message(code, &[("value", resolution.clone())], self.0)
    }

    /// Behind a report; nothing where it only adds evidence.
    fn progress(&self, report: &ProgressReport) -> String {
        match (report.progress, &report.steps) {
            (Some(points), _) => {
                let percent = format!("{}.{:02}", points / 100, points % 100);
                message("event-percent", &[("value", percent.trim_end_matches('0').trim_end_matches('.').to_owned())], self.0)
            }
            (None, Some(steps)) => message("event-steps", &[("value", steps.len().to_string())], self.0),
            (None, None) => String::new(),
        }
    }

    fn measured(&self, value: &MeasuredValue) -> String {
        match value {
            MeasuredValue::Plain(value) => value.to_string(),
            MeasuredValue::Ratio { numerator, denominator } => {
                let args = [("numerator", numerator.to_string()), ("denominator", denominator.to_string())];
                message("event-ratio", &args, self.0)
            }
        }
    }

    fn horizon(&self, horizon: Horizon) -> String {
        self.say(match horizon {
            Horizon::Short => "event-horizon-short",
            Horizon::Medium => "event-horizon-medium",
            Horizon::Long => "event-horizon-long",
        })
    }

    fn office(&self, office: &Office) -> String {
        office_text(office, self.1, self.0)
    }

    fn person(&self, actor: &ActorId) -> String {
        self.1.officials.get(actor).map_or_else(|| actor.0.clone(), |row| row.person.name.clone())
    }

    /// Its colour, and the words that pages have for it.
    fn confidence(&self, confidence: Confidence) -> String {
        let word = match confidence {
            Confidence::Green => "page-confidence-green",
            Confidence::AmberGreen => "page-confidence-amber-green",
            Confidence::Amber => "page-confidence-amber",
            Confidence::AmberRed => "page-confidence-amber-red",
            Confidence::Red => "page-confidence-red",
            Confidence::Grey => "page-confidence-grey",
        };
        format!("{} ({})", self.say(colour(confidence)), self.say(word))
    }

    fn role(&self, role: Role) -> String {
        self.say(match role {
            Role::Chair => "event-role-chair",
            Role::Secretary => "event-role-secretary",
            Role::Member => "event-role-member",
        })
    }
}

fn of_baseline(baseline: &Baseline) -> Args {
    vec![("weight", baseline.weight.to_string()), ("starts", baseline.starts.to_string()), ("due", baseline.due.to_string())]
}

fn colour(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Green => "CONFIDENCE_GREEN",
        Confidence::AmberGreen => "CONFIDENCE_AMBER_GREEN",
        Confidence::Amber => "CONFIDENCE_AMBER",
        Confidence::AmberRed => "CONFIDENCE_AMBER_RED",
        Confidence::Red => "CONFIDENCE_RED",
        Confidence::Grey => "CONFIDENCE_GREY",
    }
}

#[cfg(test)]
mod tests;
