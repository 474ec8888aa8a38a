//! Reading on one thread, examining on others, and going on in the order of the lines.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, Range};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use tahavol_ledger::StoredColumns;

use super::fault::Fault;
use super::source::{Held, Source};

/// Lines that are examined together: whole runs of tiles, so that a bundle of entries never lies in two of them.
pub(super) const LINES: usize = 1_024;

/// Consecutive lines in one piece of memory.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) first: u64,
    bytes: Vec<u8>,
    rows: Vec<Row>,
}

struct Row {
    line: Range<usize>,
    position: Option<i64>,
    leaf: Option<Range<usize>>,
    columns: Option<Columns>,
}

struct Columns {
    stream: Range<usize>,
    revision: i64,
    id: Range<usize>,
    event_type: Range<usize>,
}

impl Batch {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn get(&self, index: usize) -> Held<'_> {
        let row = &self.rows[index];
        let columns = row.columns.as_ref().map(|columns| StoredColumns {
            stream: self.text(&columns.stream),
            revision: columns.revision,
            id: &self.bytes[columns.id.clone()],
            event_type: self.text(&columns.event_type),
        });
        let leaf = row.leaf.clone().map(|leaf| &self.bytes[leaf]);
        Held { line: self.line(index), position: row.position, leaf, columns }
    }

    pub(super) fn line(&self, index: usize) -> &[u8] {
        &self.bytes[self.rows[index].line.clone()]
    }

    fn text(&self, range: &Range<usize>) -> &str {
        // It was a text when it was copied.
        std::str::from_utf8(&self.bytes[range.clone()]).unwrap_or_default()
    }

    fn push(&mut self, held: Held<'_>) {
        let line = self.keep(held.line);
        let leaf = held.leaf.map(|leaf| self.keep(leaf));
        let columns = held.columns.map(|columns| Columns {
            stream: self.keep(columns.stream.as_bytes()),
            revision: columns.revision,
            id: self.keep(columns.id),
            event_type: self.keep(columns.event_type.as_bytes()),
        });
        self.rows.push(Row { line, position: held.position, leaf, columns });
    }

    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }
}

/// Reads everything; `work` runs on several threads, `take` on this one and in order. The first fault ends it; one of a line comes
/// before one of the reading after it.
pub(super) fn in_order<R: Send>(
    source: &dyn Source,
    columns: bool,
    work: &(dyn Fn(&Batch) -> R + Sync),
    take: &mut dyn FnMut(R) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let workers = thread::available_parallelism().map_or(1, usize::from).min(8);
    thread::scope(|scope| {
        let (send, batches) = sync_channel::<Batch>(workers * 2);
        let batches = Arc::new(Mutex::new(batches));
        let (done, results) = sync_channel(workers * 2);
        for _ in 0..workers {
            let (batches, done) = (Arc::clone(&batches), done.clone());
            scope.spawn(move || {
                while let Some(batch) = next(&batches) {
                    if done.send((batch.first, batch.len() as u64, work(&batch))).is_err() {
                        return;
                    }
                }
            });
        }
        // Only the workers hold on to these: when they have gone, the reader has nobody to read for.
        drop((batches, done));
        let reader = scope.spawn(move || read(source, columns, &send));
        let mut waiting = BTreeMap::new();
        let mut due = 0;
        for (first, count, result) in results {
            waiting.insert(first, (count, result));
            while let Some((count, result)) = waiting.remove(&due) {
                due += count;
                take(result)?;
            }
        }
        reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn next(batches: &Mutex<Receiver<Batch>>) -> Option<Batch> {
    batches.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn read(source: &dyn Source, columns: bool, send: &std::sync::mpsc::SyncSender<Batch>) -> Result<(), Fault> {
    let mut batch = Batch::default();
    let mut gone = false;
    let found = source.scan(columns, &mut |held| {
        batch.push(held);
        if batch.len() < LINES {
            return ControlFlow::Continue(());
        }
        let first = batch.first + batch.len() as u64;
        // Lines of one log are about as long as each other.
        let (bytes, rows) = (Vec::with_capacity(batch.bytes.len() + 4_096), Vec::with_capacity(LINES));
        let full = std::mem::replace(&mut batch, Batch { first, bytes, rows });
        gone = send.send(full).is_err();
        if gone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if !gone && batch.len() > 0 {
        // Nobody to read for is no fault.
        let _ = send.send(batch);
    }
    found
}
