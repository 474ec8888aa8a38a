//! The one thread that writes the journal: what cannot be written waits, and is tried again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant as Moment};

use tahavol_domain::calendar::Instant;
use tokio::sync::oneshot;

use super::counting::Counting;
use super::entry::{Draft, Note};
use super::files::Files;
use super::records::{JournalError, Records};
use super::table::{Table, unavailable};
use super::{NoteKind, State};

/// What the writer is asked.
#[derive(Debug)]
pub(super) enum Asked {
    Note(Note, Instant),
    /// Told when everything before it is on disk, or was tried.
    Flush(oneshot::Sender<()>),
}

/// Entries that wait while writing fails. The oldest of more than so many are lost.
const WAITING: usize = 10_000;

/// How many notes are written in one transaction.
const AT_A_TIME: usize = 1_000;

/// How long it is waited before a failed write is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// What keeps the lines.
#[derive(Debug)]
pub(super) enum Keeper {
    Table(Table),
    Files(Files),
}

impl Keeper {
    pub(super) fn open(records: &Records, file_bytes: u64) -> Result<Keeper, JournalError> {
        match records {
            Records::Table(path) => Table::open(path).map(Keeper::Table),
            Records::Files(directory) => Files::open(directory, file_bytes).map(Keeper::Files),
        }
    }

    /// All of them, or none. Answers whether what this process had written last was still there.
    fn append(&mut self, drafts: Vec<Draft>) -> Result<bool, JournalError> {
        match self {
            Keeper::Table(table) => table.append(drafts),
            Keeper::Files(files) => files.append(drafts),
        }
    }
}

pub(super) fn spawn(keeper: Keeper, state: Arc<State>, queue: usize) -> Result<SyncSender<Asked>, JournalError> {
    let (sender, asked) = sync_channel(queue);
    let writer = Writer { keeper, state, counting: Counting::default(), waiting: VecDeque::new(), told_lost: 0, last: Instant::MIN };
    thread::Builder::new()
        .name("security journal".to_owned())
        .spawn(move || writer.run(&asked))
        .map_err(|error| unavailable("begin the writer of the security journal", &error))?;
    Ok(sender)
}

struct Writer {
    keeper: Keeper,
    state: Arc<State>,
    counting: Counting,
    waiting: VecDeque<Draft>,
    /// How many lost notes entries tell of.
    told_lost: u64,
    /// The latest instant that a note came with: for entries that nobody has noted.
    last: Instant,
}

impl Writer {
    fn run(mut self, asked: &Receiver<Asked>) {
        loop {
            let first = match asked.recv_timeout(self.pause()) {
                Ok(first) => Some(first),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let mut flushed = Vec::new();
            for asked in first.into_iter().chain(asked.try_iter().take(AT_A_TIME)) {
                match asked {
                    Asked::Note(note, now) => self.take(note, now),
                    Asked::Flush(done) => flushed.push(done),
                }
            }
            let ended = if flushed.is_empty() { self.counting.ended(Moment::now()) } else { self.counting.so_far() };
            self.waiting.extend(ended);
            self.write();
            for done in flushed {
                // Whoever asked may have gone.
                let _gone = done.send(());
            }
        }
        let counted = self.counting.so_far();
        self.waiting.extend(counted);
        self.write();
    }

    fn take(&mut self, note: Note, now: Instant) {
        self.last = self.last.max(now);
        let draft = self.counting.take(Draft::of(note, now), Moment::now());
        self.waiting.extend(draft);
    }

    fn pause(&self) -> Duration {
        let window = self.counting.next().map_or(Duration::from_secs(60), |ends| ends.saturating_duration_since(Moment::now()));
        let all_told = self.waiting.is_empty() && self.state.lost.load(Ordering::Relaxed) == self.told_lost;
        if all_told { window } else { window.min(AGAIN) }
    }

    fn write(&mut self) {
        self.lose_what_is_too_much();
        let lost = self.state.lost.load(Ordering::Relaxed);
        if lost > self.told_lost && self.waiting.len() < WAITING {
            let note = Note::new(NoteKind::NotesLost);
            let draft = Draft { times: lost - self.told_lost, ..Draft::of(note, self.last) };
            self.waiting.push_back(draft);
            self.told_lost = lost;
        }
        if self.waiting.is_empty() {
            return;
        }
        match self.keeper.append(self.waiting.iter().cloned().collect()) {
            Ok(intact) => {
                self.waiting.clear();
                if self.state.failing.swap(false, Ordering::Relaxed) {
                    tracing::info!("the security journal is written again");
                }
                if !intact {
                    self.tell_that_it_was_altered();
                }
            }
            Err(error) => {
                self.state.failures.fetch_add(1, Ordering::Relaxed);
                // Once, and not every second while it lasts.
                if !self.state.failing.swap(true, Ordering::Relaxed) {
                    tracing::error!(%error, waiting = self.waiting.len(), "the security journal cannot be written; trying again");
                }
            }
        }
    }

    fn tell_that_it_was_altered(&mut self) {
        tracing::error!("the end of the security journal is not as it was written");
        self.state.failures.fetch_add(1, Ordering::Relaxed);
        let draft = Draft::of(Note::new(NoteKind::JournalAltered), self.last);
        if let Err(error) = self.keeper.append(vec![draft.clone()]) {
            self.waiting.push_back(draft);
            self.state.failing.store(true, Ordering::Relaxed);
            tracing::error!(%error, "the security journal cannot be written; trying again");
        }
    }

    /// The oldest stay: what began a trouble tells more than what it went on with.
    fn lose_what_is_too_much(&mut self) {
        if self.waiting.len() > WAITING {
            let lost: u64 = self.waiting.drain(WAITING..).map(|draft| draft.times).sum();
            self.state.lost.fetch_add(lost, Ordering::Relaxed);
        }
    }
}
