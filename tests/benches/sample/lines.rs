//! Lines as the application would write them, made without asking it: a million decisions would take longer than they are worth.

use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::fact::{command_digest, encode, event_id};
use tahavol_domain::milestone::event::{Baseline, Plan, ProgressReport, Resolution};
use tahavol_domain::milestone::measure::Measure;
use tahavol_domain::programme::event::{Review, ReviewKind};
use tahavol_domain::text::Text;
use tahavol_domain::values::{ActorId, CommissionSlug, Horizon, InitiativeId, MilestoneId, Office, Person, ProgrammeId, Sha256};
use tahavol_domain::{Envelope, Event, Fact, Stream, milestone, programme};
use tahavol_ledger::NewEvent;
use tahavol_projections::Snapshot;
use uuid::Uuid;

/// Months of work that a million reports are spread over.
const DAYS: u64 = 540;

const NOTES: [&str; 4] = [
    "گزارش ماهانه با فهرست حضور",
    "دوره در سه استان برگزار شد و ادامه دارد",
    "تجهیزات تحویل شد؛ نصب در هفته بعد",
    "جلسه کمیسیون برگزار شد و گزارش تأیید شد",
];

/// A milestone that is measured by reports, and how far its stream has got.
#[derive(Clone)]
pub(crate) struct Milestone {
    pub(crate) stream: String,
    pub(crate) code: String,
    pub(crate) reporter: Person,
    /// Of the last event of its stream.
    pub(crate) revision: Option<u64>,
    programme: ProgrammeId,
    initiative: InitiativeId,
    pub(super) commission: CommissionSlug,
    horizon: Horizon,
    founded_on: Date,
}

/// Makes one line after another and knows where each will lie.
pub(super) struct Lines {
    next: u64,
    founded_on: Date,
    began: Instant,
    programme: ProgrammeId,
    initiatives: Vec<(InitiativeId, CommissionSlug, Horizon)>,
}

impl Lines {
    pub(super) fn after(snapshot: &Snapshot, founded_on: Date) -> Lines {
        let open = snapshot.initiatives.values().filter(|row| row.phase.is_open());
        let initiatives: Vec<_> = open.map(|row| (row.id, row.proposal.commission.clone(), row.proposal.horizon)).collect();
        assert!(!initiatives.is_empty(), "the programme file approves its initiatives");
        let programme = snapshot.programme.as_ref().expect("it is founded").id;
        Lines::new(snapshot.position, founded_on, programme, initiatives)
    }

    pub(super) fn again(milestones: &[Milestone], head: Option<u64>) -> Lines {
        let first = milestones.first().expect("there are milestones");
        Lines::new(head, first.founded_on, first.programme, Vec::new())
    }

    fn new(
        head: Option<u64>,
        founded_on: Date,
        programme: ProgrammeId,
        initiatives: Vec<(InitiativeId, CommissionSlug, Horizon)>,
    ) -> Lines {
        let began = Instant::start_of(founded_on.plus_days(1), &TimeZone::tehran());
        Lines { next: head.map_or(0, |head| head + 1), founded_on, began, programme, initiatives }
    }

    pub(super) fn next_position(&self) -> u64 {
        self.next
    }

    pub(super) fn programme_stream(&self) -> String {
        Stream::Programme(self.programme).to_string()
    }

    pub(super) fn milestone(&self, number: usize) -> Milestone {
        let (initiative, commission, horizon) = self.initiatives[number % self.initiatives.len()].clone();
        let code = format!("B-{number:03}");
        let id = MilestoneId(self.programme.id_of(&code));
        Milestone {
            stream: Stream::Milestone(id).to_string(),
            code,
            reporter: super::member(&commission.0),
            revision: None,
            programme: self.programme,
            initiative,
            commission,
            horizon,
            founded_on: self.founded_on,
        }
    }

    /// Its plan and its admission.
    pub(super) fn planned(&mut self, milestone: &mut Milestone) -> Vec<NewEvent> {
        let starts = self.founded_on.plus_days(30);
        let baseline = Baseline { weight: 100, starts, due: starts.plus_days(720), horizon: milestone.horizon, measure: Measure::Reported };
        let title = Text { fa: format!("مرحله {}", milestone.code), en: Some(format!("Stage {}", milestone.code)) };
        let plan = Plan { initiative: milestone.initiative, code: milestone.code.clone(), title, baseline, provenance: None };
        let planned = milestone::Event::Planned(Box::new(plan));
        let admitted = milestone::Event::Admitted(Resolution { resolution: Some("مصوبه ۲ شورای عالی تحول".to_owned()) });
        let member = (milestone.reporter.clone(), Office::Member(milestone.commission.clone()));
        let day = self.founded_on.plus_days(1);
        vec![
            self.event(milestone, member, self.began, day, planned),
            self.event(milestone, (council(), Office::Council), self.began, day, admitted),
        ]
    }

    /// Four reports in five are of the last days, one is late by some weeks.
    pub(super) fn report(&mut self, milestone: &mut Milestone, of: u64) -> NewEvent {
        let n = self.next;
        let micros_apart = DAYS * 86_400_000_000 / of;
        let time = self.began.plus_micros((n * micros_apart) as i64);
        let late = if n.is_multiple_of(5) { 14 + n / 5 % 30 } else { n % 4 };
        let day =
            self.founded_on.plus_days(32 + (n * DAYS / of) as i32 - late.min(n * DAYS / of) as i32).min(time.date_in(&TimeZone::tehran()));
        let note = (!n.is_multiple_of(3)).then(|| Text { fa: NOTES[n as usize % NOTES.len()].to_owned(), en: None });
        let progress = Some((n * 9_000 / of) as u16);
        let report = milestone::Event::ProgressReported(ProgressReport { progress, note, ..ProgressReport::default() });
        let by = (milestone.reporter.clone(), Office::Member(milestone.commission.clone()));
        self.event(milestone, by, time, day, report)
    }

    /// A stock-take of the picture just before it.
    pub(super) fn review(&mut self, revision: u64, of: u64) -> NewEvent {
        let time = self.began.plus_micros((self.next * (DAYS * 86_400_000_000 / of)) as i64);
        let review = Review {
            review: Uuid::new_v5(&self.programme.0, format!("review {}", self.next).as_bytes()),
            kind: ReviewKind::StockTake,
            title: Text { fa: "جلسه پایش پیشرفت".to_owned(), en: Some("Stock-take".to_owned()) },
            frozen_position: self.next - 1,
            strengths: Vec::new(),
            weaknesses: Vec::new(),
            commendations: Vec::new(),
            actions: Vec::new(),
        };
        let stream = self.programme_stream();
        let held = Event::Programme(programme::Event::ReviewHeld(review));
        self.line(&stream, revision, (council(), Office::Council), time, time.date_in(&TimeZone::tehran()), held)
    }

    fn event(&mut self, milestone: &mut Milestone, by: (Person, Office), time: Instant, day: Date, event: milestone::Event) -> NewEvent {
        let revision = milestone.revision.map_or(0, |revision| revision + 1);
        milestone.revision = Some(revision);
        self.line(&milestone.stream, revision, by, time, day, Event::Milestone(event))
    }

    fn line(
        &mut self,
        stream: &str,
        revision: u64,
        (person, office): (Person, Office),
        time: Instant,
        day: Date,
        event: Event,
    ) -> NewEvent {
        let command_id = Uuid::new_v5(&self.programme.0, &self.next.to_be_bytes());
        let said = Envelope {
            id: event_id(command_id, stream, 0),
            programme: self.programme,
            stream: stream.to_owned(),
            time,
            effective_on: Some(day),
            revision,
            command_digest: command_digest(&(stream, self.next), &person.id).unwrap_or(Sha256([0; 32])),
            actor: person.id,
            actor_name: person.name,
            office,
            command_id,
            correlation_id: None,
            causation_id: None,
            reason: None,
            origin: "graphql".to_owned(),
            basis: self.next.checked_sub(1),
        };
        let fact = Fact { envelope: said, event };
        let line = encode(&fact).expect("it has a line").into();
        self.next += 1;
        NewEvent { id: fact.envelope.id.0, event_type: fact.event.event_type().to_owned(), line }
    }
}

fn council() -> Person {
    Person { id: ActorId("council".to_owned()), name: "زهرا رستگار".to_owned() }
}
