//! A filter made ready: names as the index spells them, texts folded, a timeline taken apart.

use tahavol_domain::Stream;
use tahavol_domain::fact::TYPES;
use tahavol_domain::text::fold;
use tahavol_projections::Snapshot;
use tahavol_projections::sight::Sight;

use super::entry::{self, Entry};
use super::{Filter, Source, Timeline};

/// The council's decisions on an initiative, which decide on its milestones, too.
pub(super) const DECISIONS: [&str; 7] = [
    "initiative.approved",
    "initiative.returned",
    "initiative.rejected",
    "initiative.suspended",
    "initiative.resumed",
    "initiative.completed",
    "initiative.cancelled",
];

/// A filter made ready.
#[derive(Debug, Clone)]
pub(crate) struct Sought {
    pub(super) filter: Filter,
    pub(super) stream: Option<String>,
    /// Whole aggregates written out; none: every type.
    pub(super) types: Option<Vec<&'static str>>,
    pub(super) office: Option<String>,
    pub(super) source: Option<SoughtSource>,
    pub(super) text: Option<String>,
    /// Any of them; none: no timeline is asked for.
    pub(super) timeline: Option<Vec<Strand>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SoughtSource {
    Imported,
    File(String),
    NotImported,
}

/// A part of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Strand {
    Stream(String),
    Actor(String),
    About(String),
    DecisionsOf(String),
}

impl Sought {
    pub(crate) fn of(filter: &Filter, picture: &Snapshot) -> Self {
        Sought {
            stream: filter.stream.as_ref().map(ToString::to_string),
            types: (!filter.types.is_empty()).then(|| types(&filter.types)),
            office: filter.office.as_ref().map(ToString::to_string),
            source: filter.source.map(|source| match source {
                Source::Imported => SoughtSource::Imported,
                Source::File(digest) => SoughtSource::File(digest.to_string()),
                Source::NotImported => SoughtSource::NotImported,
            }),
            text: filter.text.as_deref().map(fold).filter(|text| !text.is_empty()),
            timeline: filter.timeline.as_ref().map(|timeline| strands(timeline, picture)),
            filter: filter.clone(),
        }
    }

    /// Where one stream is asked for, only that has to be read.
    pub(super) fn stream(&self) -> Option<&Stream> {
        self.filter.stream.as_ref()
    }

    pub(super) fn is_everything(&self) -> bool {
        self.filter.sight.is_whole() && self.is_everything_shown()
    }

    /// All that the sight shows, however little that is.
    pub(super) fn is_everything_shown(&self) -> bool {
        let asked = Filter { until: None, text: self.text.clone(), sight: Sight::whole(), ..self.filter.clone() };
        asked == Filter::default()
    }

    /// What can be told without decoding the line.
    pub(super) fn may_accept(&self, event_type: &str, stream: &str) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(&event_type)) && self.stream.as_ref().is_none_or(|wanted| wanted == stream)
    }

    pub(super) fn accepts(&self, entry: &Entry) -> bool {
        let Filter { actor, commission, recorded_from, recorded_to, effective_from, effective_to, command, correlation, .. } = &self.filter;
        self.may_accept(entry.event_type, &entry.stream)
            && self.filter.sight.shows_at(entry.position, &entry.stream)
            && actor.as_ref().is_none_or(|actor| actor.0 == entry.actor)
            && self.office.as_ref().is_none_or(|office| *office == entry.office)
            && commission.as_ref().is_none_or(|slug| Some(&slug.0) == entry.commission.as_ref())
            && recorded_from.is_none_or(|from| from.micros() <= entry.recorded)
            && recorded_to.is_none_or(|to| entry.recorded <= to.micros())
            && effective_from.is_none_or(|from| entry.effective.is_some_and(|day| from.days() <= day))
            && effective_to.is_none_or(|to| entry.effective.is_some_and(|day| day <= to.days()))
            && command.is_none_or(|command| command == entry.command)
            && correlation.is_none_or(|correlation| Some(correlation) == entry.correlation)
            && self.source.as_ref().is_none_or(|source| match source {
                SoughtSource::Imported => entry.source.is_some(),
                SoughtSource::File(digest) => entry.source.as_ref() == Some(digest),
                SoughtSource::NotImported => entry.source.is_none(),
            })
            && self.text.as_ref().is_none_or(|text| entry.words.as_ref().is_some_and(|words| words.contains(text.as_str())))
            && self.timeline.as_ref().is_none_or(|strands| strands.iter().any(|strand| strand.holds(entry)))
    }
}

impl Strand {
    fn holds(&self, entry: &Entry) -> bool {
        match self {
            Strand::Stream(stream) => *stream == entry.stream,
            Strand::Actor(actor) => *actor == entry.actor,
            Strand::About(subject) => entry.about.contains(subject),
            Strand::DecisionsOf(stream) => *stream == entry.stream && DECISIONS.contains(&entry.event_type),
        }
    }
}

fn types(wanted: &[String]) -> Vec<&'static str> {
    let is_wanted = |name: &str| wanted.iter().any(|wanted| wanted == name || name.split('.').next() == Some(wanted.as_str()));
    TYPES.iter().map(|(name, _)| *name).filter(|name| is_wanted(name)).collect()
}

fn strands(timeline: &Timeline, picture: &Snapshot) -> Vec<Strand> {
    match timeline {
        Timeline::Person(actor) => vec![Strand::Actor(actor.0.clone()), Strand::About(entry::person(actor))],
        Timeline::Milestone(id) => {
            let initiative = picture.milestones.get(id).map(|row| Stream::Initiative(row.plan.initiative));
            let decisions = initiative.map(|stream| Strand::DecisionsOf(stream.to_string()));
            let own = [Strand::Stream(Stream::Milestone(*id).to_string()), Strand::About(entry::milestone(*id))];
            own.into_iter().chain(decisions).collect()
        }
        Timeline::Initiative(id) => {
            vec![Strand::Stream(Stream::Initiative(*id).to_string()), Strand::About(entry::initiative(*id))]
        }
    }
}
