//! `Read`: parts of a stream or of `$all`, in both directions. Subscriptions come by the same call.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::append::stream_name;
use super::errors;
use super::proto::shared::{StreamIdentifier, Uuid as ProtoUuid};
use super::proto::streams::read_req::Options;
use super::proto::streams::read_req::options::all_options::AllOption;
use super::proto::streams::read_req::options::filter_options::{Filter as Asked, Window};
use super::proto::streams::read_req::options::stream_options::RevisionOption;
use super::proto::streams::read_req::options::{AllOptions, CountOption, FilterOption, FilterOptions, ReadDirection, StreamOption};
use super::proto::streams::read_req::options::{StreamOptions, uuid_option};
use super::proto::streams::read_resp::{Content, ReadEvent, StreamNotFound, read_event};
use super::proto::streams::{ReadReq, ReadResp};
use super::rights::{Deed, permit};
use super::service::{Call, Node};
use super::store::{Found, Place, Record};
use super::subscribe::{self, Since};

/// How many events are taken from the log at once; also the window of a filter that names none.
pub(super) const PAGE: usize = 32;

pub(super) type Answers = mpsc::Sender<Result<ReadResp, Status>>;

/// Which events are told, and how many the server looks at between two checkpoints.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    prefixes: Prefixes,
    pub(super) checkpoint_every: usize,
}

#[derive(Debug, Clone)]
enum Prefixes {
    Streams(Vec<String>),
    Types(Vec<String>),
}

/// How events are told to this caller.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    ids_as_text: bool,
}

pub(super) fn answer(node: Node, call: Call, request: ReadReq) -> Result<BoxStream<'static, Result<ReadResp, Status>>, Status> {
    let options = request.options.ok_or_else(|| Status::invalid_argument("no options"))?;
    let ids = options.uuid_option.as_ref().and_then(|option| option.content.as_ref());
    let ids_as_text = matches!(ids, Some(uuid_option::Content::String(_)));
    let backwards = options.read_direction() == ReadDirection::Backwards;
    let compatibility = options.control_option.as_ref().map_or(0, |option| option.compatibility);
    let filter = filter(&options)?;
    let Options { stream_option, count_option, .. } = options;
    let form = Form { ids_as_text };
    let (answers, answered) = mpsc::channel(PAGE);
    match (stream_option, count_option) {
        (Some(StreamOption::Stream(asked)), Some(count)) => {
            let stream = stream_name(asked.stream_identifier.as_ref())?;
            permit(call.rights, Deed::Read(&stream))?;
            node.admit_read(call)?;
            match count {
                CountOption::Count(count) => {
                    let read = StreamRead { stream, from: revision(&asked, backwards), backwards, count, compatibility, form };
                    tokio::spawn(read.run(node, answers));
                }
                CountOption::Subscription(_) => {
                    tokio::spawn(subscribe::to_stream(node, stream, Since::of_stream(&asked), form, answers));
                }
            }
        }
        (Some(StreamOption::All(asked)), Some(count)) => {
            permit(call.rights, Deed::ReadAll)?;
            node.admit_read(call)?;
            let last = node.bench.store.last().unwrap_or_default();
            match (count, place(&asked)) {
                (_, Some(place)) if place != Place::LAST && place.commit > last.commit => return Err(errors::invalid_position()),
                (CountOption::Count(count), place) => {
                    let from = place.unwrap_or_default();
                    tokio::spawn(AllRead { from, backwards, count, filter, form }.run(node, answers));
                }
                (CountOption::Subscription(_), place) => {
                    let from = match place {
                        None => Since::Start,
                        Some(Place::LAST) => Since::End,
                        Some(place) => Since::After(place),
                    };
                    tokio::spawn(subscribe::to_all(node, from, filter, form, answers));
                }
            }
        }
        (None, _) | (_, None) => return Err(Status::unknown("Exception was thrown by handler.")),
    }
    Ok(ReceiverStream::new(answered).boxed())
}

struct StreamRead {
    stream: String,
    from: u64,
    backwards: bool,
    count: u64,
    compatibility: u32,
    form: Form,
}

impl StreamRead {
    async fn run(self, node: Node, answers: Answers) {
        let (mut from, mut left) = (self.from, self.count);
        loop {
            let page = usize::try_from(left).unwrap_or(PAGE).min(PAGE);
            match node.bench.store.stream(&self.stream, from, self.backwards, page) {
                Found::Missing => {
                    let stream_identifier = Some(StreamIdentifier::new(&self.stream));
                    drop(answers.send(Ok(told(Content::StreamNotFound(StreamNotFound { stream_identifier })))).await);
                    return;
                }
                Found::Deleted => {
                    drop(answers.send(Err(errors::stream_deleted(&self.stream))).await);
                    return;
                }
                Found::Events { first, last, events } => {
                    let next = events
                        .last()
                        .and_then(|record| if self.backwards { record.revision.checked_sub(1) } else { record.revision.checked_add(1) });
                    if events.is_empty() && left == self.count && self.compatibility >= 1 && !self.backwards && self.from > last {
                        drop(answers.send(Ok(told(Content::FirstStreamPosition(last + 1)))).await);
                    }
                    for record in &events {
                        if answers.send(Ok(told(Content::Event(event(record, self.form))))).await.is_err() {
                            return;
                        }
                    }
                    left -= events.len() as u64;
                    match next {
                        Some(next) if left > 0 && (first..=last).contains(&next) => from = next,
                        _ => {
                            if self.compatibility >= 1 {
                                drop(answers.send(Ok(told(Content::LastStreamPosition(last)))).await);
                            }
                            return;
                        }
                    }
                }
            }
        }
    }
}

struct AllRead {
    from: Place,
    backwards: bool,
    count: u64,
    filter: Option<Filter>,
    form: Form,
}

impl AllRead {
    async fn run(self, node: Node, answers: Answers) {
        let (mut from, mut inclusive, mut left) = (self.from, true, self.count);
        loop {
            let page =
                if self.backwards { node.bench.store.backwards(from, PAGE) } else { node.bench.store.forwards(from, inclusive, PAGE) };
            let Some(last) = page.last() else { return };
            (from, inclusive) = (last.place, false);
            for record in page.iter().filter(|record| self.filter.as_ref().is_none_or(|filter| filter.passes(record))) {
                if left == 0 || answers.send(Ok(told(Content::Event(event(record, self.form))))).await.is_err() {
                    return;
                }
                left -= 1;
            }
        }
    }
}

impl Filter {
    pub(super) fn passes(&self, record: &Record) -> bool {
        match &self.prefixes {
            Prefixes::Streams(prefixes) => prefixes.iter().any(|prefix| record.stream.starts_with(prefix.as_str())),
            Prefixes::Types(prefixes) => prefixes.iter().any(|prefix| record.event_type.starts_with(prefix.as_str())),
        }
    }
}

pub(super) fn told(content: Content) -> ReadResp {
    ReadResp { content: Some(content) }
}

pub(super) fn event(record: &Record, form: Form) -> ReadEvent {
    let content_type = if record.json { "application/json" } else { "application/octet-stream" };
    let properties =
        [("type", record.event_type.clone()), ("created", record.created.to_string()), ("content-type", content_type.to_owned())];
    let place = record.place;
    let recorded = read_event::RecordedEvent {
        id: Some(if form.ids_as_text { ProtoUuid::text(record.id) } else { ProtoUuid::structured(record.id) }),
        stream_identifier: Some(StreamIdentifier::new(&record.stream)),
        stream_revision: record.revision,
        prepare_position: place.prepare,
        commit_position: place.commit,
        metadata: properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        custom_metadata: record.metadata.clone(),
        data: record.data.clone(),
    };
    let position = read_event::Position::CommitPosition(place.commit);
    ReadEvent { event: Some(recorded), link: None, position: Some(position) }
}

/// None: from the beginning.
fn place(asked: &AllOptions) -> Option<Place> {
    match &asked.all_option {
        Some(AllOption::Position(position)) => Some(Place { commit: position.commit_position, prepare: position.prepare_position }),
        Some(AllOption::End(_)) => Some(Place::LAST),
        Some(AllOption::Start(_)) | None => None,
    }
}

fn revision(asked: &StreamOptions, backwards: bool) -> u64 {
    match asked.revision_option {
        Some(RevisionOption::Revision(revision)) => revision,
        Some(RevisionOption::End(_)) => u64::MAX,
        Some(RevisionOption::Start(_)) => 0,
        None => {
            if backwards {
                u64::MAX
            } else {
                0
            }
        }
    }
}

fn filter(options: &Options) -> Result<Option<Filter>, Status> {
    let Some(FilterOption::Filter(asked)) = &options.filter_option else { return Ok(None) };
    let FilterOptions { filter, window, checkpoint_interval_multiplier } = asked;
    let (expression, prefixes): (_, fn(Vec<String>) -> Prefixes) = match filter {
        Some(Asked::StreamIdentifier(expression)) => (expression, Prefixes::Streams),
        Some(Asked::EventType(expression)) => (expression, Prefixes::Types),
        None => return Err(Status::unknown("Exception was thrown by handler.")),
    };
    if !expression.regex.is_empty() {
        return Err(Status::invalid_argument("the bench knows prefixes only, no regular expressions"));
    }
    let window = match window {
        Some(Window::Max(max)) => *max as usize,
        Some(Window::Count(_)) => PAGE,
        None => return Err(Status::unknown("Exception was thrown by handler.")),
    };
    if *checkpoint_interval_multiplier == 0 {
        return Err(Status::unknown("Exception was thrown by handler."));
    }
    let checkpoint_every = window.max(1) * *checkpoint_interval_multiplier as usize;
    Ok(Some(Filter { prefixes: prefixes(expression.prefix.clone()), checkpoint_every }))
}
