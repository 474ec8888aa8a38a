//! The stage of the history: its clock, its dice, and how an act becomes a command.

use std::sync::Arc;

use tahavol_domain::calendar::{Date, Instant, TimeZone};
use tahavol_domain::policy::{Import, Within};
use tahavol_domain::text::Text;
use tahavol_domain::values::{CommissionSlug, Evidence, InitiativeId, MilestoneId, Person, ProgrammeId};
use tahavol_domain::{Command, Stream};
use tahavol_projections::Snapshot;
use uuid::Uuid;

use super::cast::Cast;
use super::{Demo, DemoError};
use crate::app::Tahavol;
use crate::order::Order;
use crate::phase::When;

/// The first act of a day happens at nine, and the next ones 41 seconds apart: some 900 fit into a day.
const NINE: i64 = 9 * 3600;
const APART: i64 = 41;

/// One act of one person.
pub(super) struct Act {
    pub(super) who: Person,
    pub(super) stream: Stream,
    pub(super) command: Command,
    pub(super) effective_on: Option<Date>,
    pub(super) reason: Option<String>,
}

impl Act {
    pub(super) fn new(who: &Person, stream: Stream, command: Command) -> Act {
        Act { who: who.clone(), stream, command, effective_on: None, reason: None }
    }

    pub(super) fn on(mut self, day: Date) -> Act {
        self.effective_on = Some(day);
        self
    }

    pub(super) fn because(mut self, reason: &str) -> Act {
        self.reason = Some(reason.to_owned());
        self
    }
}

pub(super) struct Stage<'a> {
    app: &'a Tahavol,
    pub(super) cast: Cast,
    pub(super) programme: ProgrammeId,
    pub(super) dice: Dice,
    pub(super) today: Date,
    founded_on: Date,
    evidence: Vec<Evidence>,
    zone: TimeZone,
    clock: Instant,
    acts: u64,
}

impl<'a> Stage<'a> {
    /// `programme` is the one that was founded: its id need not be the demonstration's own.
    pub(super) fn new(app: &'a Tahavol, programme: ProgrammeId, demo: &Demo, cast: Cast, evidence: Vec<Evidence>) -> Stage<'a> {
        let (today, zone) = (demo.founded_on(), TimeZone::tehran());
        let clock = Instant::start_of(today, &zone);
        Stage { app, cast, programme, dice: Dice(demo.seed), today, founded_on: today, evidence, zone, clock, acts: 0 }
    }

    pub(super) fn weeks_since_founding(&self) -> i32 {
        self.founded_on.days_until(self.today) / 7
    }

    /// A new day of acts.
    pub(super) fn begin(&mut self, day: Date) {
        self.today = day;
        self.clock = Instant::start_of(day, &self.zone).plus_micros(NINE * 1_000_000);
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        self.app.snapshot()
    }

    pub(super) fn programme_stream(&self) -> Stream {
        Stream::Programme(self.programme)
    }

    pub(super) fn initiative(&self, code: &str) -> InitiativeId {
        InitiativeId(self.programme.id_of(code))
    }

    pub(super) fn milestone(&self, code: &str) -> MilestoneId {
        MilestoneId(self.programme.id_of(code))
    }

    /// An id of something in the history, by a name that only this act has.
    pub(super) fn id(&self, name: &str) -> Uuid {
        self.programme.id_of(&format!("history/{name}"))
    }

    pub(super) fn member(&self, slug: &str) -> Person {
        self.cast.commission(&CommissionSlug(slug.to_owned())).member.clone()
    }

    pub(super) fn chair(&self, slug: &str) -> Person {
        self.cast.commission(&CommissionSlug(slug.to_owned())).chair.clone()
    }

    /// One of the evidence files, or none.
    pub(super) fn some_evidence(&mut self) -> Vec<Evidence> {
        let count = self.evidence.len() as u64;
        if count == 0 || self.dice.one_in(3) {
            return Vec::new();
        }
        vec![self.evidence[self.dice.below(count) as usize].clone()]
    }

    /// The first evidence file: what must have one gets this.
    pub(super) fn minutes(&self) -> Vec<Evidence> {
        self.evidence.first().cloned().into_iter().collect()
    }

    /// Plays acts that do not look at each other, in their order, and waits for the picture that they leave.
    pub(super) async fn play(&mut self, acts: Vec<Act>) -> Result<(), DemoError> {
        if acts.is_empty() {
            return Ok(());
        }
        let day = self.today;
        let mut phase = self.app.phase();
        for act in acts {
            let what = format!("{} in {}", act.who.id.0, act.stream);
            self.acts += 1;
            self.clock = self.clock.plus_micros(APART * 1_000_000);
            let order = Order {
                command_id: self.id(&format!("act/{}", self.acts)),
                actor: act.who,
                stream: act.stream,
                command: act.command,
                effective_on: act.effective_on,
                reason: act.reason,
                expected_revision: None,
                correlation_id: None,
                causation_id: None,
                origin: "cli".to_owned(),
                import: Import::No,
                within: Within::default(),
            };
            phase.submit(order, When::Simulated(self.clock)).await.map_err(|error| DemoError::History { day, what, error })?;
        }
        phase.finish().await.map(drop).map_err(|error| DemoError::History { day, what: "at the end of the day".to_owned(), error })
    }
}

/// Throws the same numbers for the same seed, on every machine and in every version: SplitMix64 (Steele, Lea, Flood 2014).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to one below `bound`; the bias of the remainder does not matter for bounds this small.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.throw() % bound.max(1)
    }

    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// A throw that belongs to a thing, whatever was thrown before.
    pub(super) fn of(seed: u64, thing: Uuid, bound: u64) -> u64 {
        Dice(seed ^ thing.as_u64_pair().0 ^ thing.as_u64_pair().1).below(bound)
    }
}

/// Text in both languages.
pub(super) fn text(fa: &str, en: &str) -> Text {
    Text { fa: fa.to_owned(), en: Some(en.to_owned()) }
}

/// Minutes, letters and lists that the history refers to: title and text.
pub(super) fn evidence_files() -> Vec<(String, Vec<u8>)> {
    let files = [
        ("صورت‌جلسه کمیسیون", "صورت‌جلسه کمیسیون\n\nپیشرفت کار بررسی شد و مستندات آن پیوست است.\n"),
        ("گزارش بازدید میدانی", "گزارش بازدید میدانی\n\nاز کلانتری بازدید شد و تجهیزات نصب‌شده شمارش شد.\n"),
        ("فهرست شرکت‌کنندگان دوره", "فهرست شرکت‌کنندگان دوره\n\nتعداد شرکت‌کنندگان با فهرست حضور برابر است.\n"),
        ("نامه ابلاغ", "نامه ابلاغ\n\nدستورالعمل پیوست برای اجرا ابلاغ می‌شود.\n"),
        ("نتیجه نظرسنجی", "نتیجه نظرسنجی\n\nروش، حجم نمونه و پاسخ‌ها در جدول پیوست آمده است.\n"),
    ];
    files.into_iter().map(|(title, body)| (title.to_owned(), body.as_bytes().to_vec())).collect()
}
