//! The standing reports of a milestone: an append-only sequence whose older versions share its storage.

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::de::{SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tahavol_domain::calendar::Date;
use tahavol_domain::values::EventId;

/// A report as progress needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The report's event, or that of the correction which took its place.
    pub event: EventId,
    /// The report's own position, also where a correction took its place.
    pub position: u64,
    pub effective_on: Date,
    pub value: ReportValue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReportValue {
    /// Evidence or words only.
    Note,
    /// Basis points.
    Progress(u16),
    /// Bit i is set where step i is done.
    Steps(u64),
}

/// What a report can say of progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    Note,
    Progress,
    Steps,
}

/// In the order of their positions. A clone is cheap and stays as it was: chunks have room that only the newest version fills.
#[derive(Clone, Default)]
pub struct Reports {
    /// Shared as a whole: a version that only fills room holds no more than this pointer.
    chunks: Arc<imbl::Vector<Chunk>>,
    len: u32,
    /// How many there are of each kind: notes, progress, steps.
    kinds: [u32; 3],
}

type Chunk = Arc<[OnceLock<Slot>]>;

/// A report in 44 bytes, so that a slot with its lock takes 48: a million of them are the better part of the memory.
struct Slot {
    event: EventId,
    /// The position above two bits for the kind, little-endian; bytes, because alignment would cost four more.
    place: [u8; 8],
    /// Basis points, or a bit for each step.
    said: [u8; 8],
    effective_on: Date,
    /// Index of the latest report by (effective date, position) among this one and those before it.
    latest: u32,
    /// The earliest effective date in this chunk up to here, so that a search can pass over chunks.
    earliest: Date,
}

/// The first chunks hold 4, 8, 16, 32, 64 and 128 reports, all others this many.
const CHUNK: usize = 256;
/// Reports in the growing chunks, and how many of those there are.
const GROWING: usize = 4 + 8 + 16 + 32 + 64 + 128;
const GROWING_CHUNKS: usize = 6;

impl ReportValue {
    #[must_use]
    pub const fn kind(self) -> ReportKind {
        match self {
            ReportValue::Note => ReportKind::Note,
            ReportValue::Progress(_) => ReportKind::Progress,
            ReportValue::Steps(_) => ReportKind::Steps,
        }
    }
}

impl Slot {
    fn new(report: Report, latest: u32, earliest: Date) -> Slot {
        let said = match report.value {
            ReportValue::Note => 0,
            ReportValue::Progress(points) => points.into(),
            ReportValue::Steps(done) => done,
        };
        let place = report.position << 2 | report.value.kind() as u64;
        Slot {
            event: report.event,
            place: place.to_le_bytes(),
            said: said.to_le_bytes(),
            effective_on: report.effective_on,
            latest,
            earliest,
        }
    }

    fn report(&self) -> Report {
        let (place, said) = (u64::from_le_bytes(self.place), u64::from_le_bytes(self.said));
        let value = match place & 3 {
            0 => ReportValue::Note,
            1 => ReportValue::Progress(said as u16),
            _ => ReportValue::Steps(said),
        };
        Report { event: self.event, position: place >> 2, effective_on: self.effective_on, value }
    }
}

impl Report {
    /// What "latest" compares.
    fn age(&self) -> (Date, u64) {
        (self.effective_on, self.position)
    }
}

impl Reports {
    /// Adds a report, whose position must lie above all others'. Another version that has gone on differently is not disturbed.
    pub fn push(&mut self, report: Report) {
        let index = self.len as usize;
        let (number, offset) = place(index);
        let latest = match self.last().map(|slot| slot.latest) {
            Some(latest) if self.report(latest as usize).age() > report.age() => latest,
            Some(_) | None => self.len,
        };
        let earliest = match offset {
            0 => report.effective_on,
            _ => self.slot(index - 1).earliest.min(report.effective_on),
        };
        if number == self.chunks.len() {
            Arc::make_mut(&mut self.chunks).push_back((0..capacity(number)).map(|_| OnceLock::new()).collect());
        }
        let chunk = &self.chunks[number];
        // A fold over the same facts finds its own report here; a fold over others takes a chunk of its own.
        let slot = Slot::new(report, latest, earliest);
        if chunk[offset].set(slot).is_err() && chunk[offset].get().is_none_or(|slot| slot.report() != report) {
            let forked = forked(chunk, offset, Slot::new(report, latest, earliest));
            Arc::make_mut(&mut self.chunks).set(number, forked);
        }
        self.len += 1;
        self.kinds[report.value.kind() as usize] += 1;
    }

    /// A correction takes the place of the report that it names: its position in the order stays that of the report. Whether there was
    /// such a report.
    pub fn replace(&mut self, corrected: EventId, correction: Report) -> bool {
        let Some(index) = self.index_of(corrected) else { return false };
        let position = self.report(index).position;
        let after = self.cut(index);
        self.push(Report { position, ..correction });
        after.into_iter().skip(1).for_each(|report| self.push(report));
        true
    }

    /// Takes the report of that event out and returns it; nothing when there is none.
    pub fn remove(&mut self, event: EventId) -> Option<Report> {
        let mut after = self.cut(self.index_of(event)?).into_iter();
        let removed = after.next();
        after.for_each(|report| self.push(report));
        removed
    }

    /// Takes off all from that index on and returns them.
    fn cut(&mut self, index: usize) -> Vec<Report> {
        let cut: Vec<Report> = (index..self.len()).map(|index| self.report(index)).collect();
        for report in &cut {
            self.kinds[report.value.kind() as usize] -= 1;
        }
        let (number, offset) = place(index);
        self.len -= cut.len() as u32;
        Arc::make_mut(&mut self.chunks).truncate(if offset == 0 { number } else { number + 1 });
        cut
    }

    /// From the newest: most corrections follow soon.
    fn index_of(&self, event: EventId) -> Option<usize> {
        (0..self.len()).rev().find(|index| self.slot(*index).event == event)
    }

    /// The report of that event.
    #[must_use]
    pub fn get(&self, event: EventId) -> Option<Report> {
        self.index_of(event).map(|index| self.report(index))
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.len as usize
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// In the order of their positions.
    pub fn iter(&self) -> impl Iterator<Item = Report> {
        let slots = self.chunks.iter().flat_map(|chunk| chunk.iter());
        slots.take(self.len as usize).filter_map(OnceLock::get).map(Slot::report)
    }

    /// The latest report up to that day, by effective date, then by position.
    #[must_use]
    pub fn latest_on(&self, on: Date) -> Option<Report> {
        let latest = self.report(self.last()?.latest as usize);
        if latest.effective_on <= on {
            return Some(latest);
        }
        // Up to `sure` every report lies in time; behind it, only late ones do.
        let sure = self.in_time(on);
        let mut best = sure.checked_sub(1).map(|index| self.report(self.slot(index).latest as usize));
        let (first, _) = place(sure);
        let mut end = self.len as usize;
        for (number, chunk) in self.chunks.iter().enumerate().skip(first).rev() {
            let start = first_index(number);
            let filled = &chunk[..end - start];
            end = start;
            if filled.last().and_then(OnceLock::get).is_none_or(|slot| slot.earliest > on) {
                continue;
            }
            let late = filled.iter().filter_map(OnceLock::get).filter(|slot| slot.effective_on <= on).map(Slot::report);
            best = best.into_iter().chain(late).max_by_key(|report| report.age());
        }
        best
    }

    /// The same among the reports of one kind. Only a milestone whose measure was changed has several that matter.
    #[must_use]
    pub fn latest_of(&self, kind: ReportKind, on: Date) -> Option<Report> {
        match self.kinds[kind as usize] {
            0 => None,
            all if all == self.len => self.latest_on(on),
            _ => self.iter().filter(|report| report.value.kind() == kind && report.effective_on <= on).max_by_key(|report| report.age()),
        }
    }

    /// How many of the first reports are all of that day or earlier.
    fn in_time(&self, on: Date) -> usize {
        let (mut low, mut high) = (0, self.len as usize);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.slot(self.slot(middle).latest as usize).effective_on <= on {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    fn last(&self) -> Option<&Slot> {
        (self.len > 0).then(|| self.slot(self.len as usize - 1))
    }

    fn report(&self, index: usize) -> Report {
        self.slot(index).report()
    }

    fn slot(&self, index: usize) -> &Slot {
        let (number, offset) = place(index);
        self.chunks[number][offset].get().expect("every slot below the length is filled")
    }
}

/// The chunk and the place in it.
const fn place(index: usize) -> (usize, usize) {
    if index < GROWING {
        let number = (index / 4 + 1).ilog2() as usize;
        (number, index - first_index(number))
    } else {
        (GROWING_CHUNKS + (index - GROWING) / CHUNK, (index - GROWING) % CHUNK)
    }
}

const fn first_index(number: usize) -> usize {
    if number < GROWING_CHUNKS { 4 * ((1 << number) - 1) } else { GROWING + (number - GROWING_CHUNKS) * CHUNK }
}

const fn capacity(number: usize) -> usize {
    if number < GROWING_CHUNKS { 4 << number } else { CHUNK }
}

/// The chunk up to that place, and something else there.
fn forked(chunk: &[OnceLock<Slot>], offset: usize, slot: Slot) -> Arc<[OnceLock<Slot>]> {
    let kept = chunk[..offset].iter().filter_map(OnceLock::get).map(|slot| Slot { ..*slot });
    let room = chunk.len() - offset - 1;
    kept.chain([slot]).map(OnceLock::from).chain((0..room).map(|_| OnceLock::new())).collect()
}

impl PartialEq for Reports {
    fn eq(&self, other: &Reports) -> bool {
        // A slot is written once, so the same chunks hold the same up to the same length.
        self.len == other.len && (Arc::ptr_eq(&self.chunks, &other.chunks) || self.iter().eq(other.iter()))
    }
}

impl Eq for Reports {}

impl fmt::Debug for Reports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl FromIterator<Report> for Reports {
    fn from_iter<I: IntoIterator<Item = Report>>(reports: I) -> Reports {
        let mut all = Reports::default();
        reports.into_iter().for_each(|report| all.push(report));
        all
    }
}

/// A plain sequence: how it is stored is nobody's business.
impl Serialize for Reports {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.len()))?;
        for report in self.iter() {
            sequence.serialize_element(&report)?;
        }
        sequence.end()
    }
}

impl<'de> Deserialize<'de> for Reports {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Reports, D::Error> {
        struct Sequence;
        impl<'de> Visitor<'de> for Sequence {
            type Value = Reports;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence of reports")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Reports, A::Error> {
                let mut reports = Reports::default();
                while let Some(report) = sequence.next_element()? {
                    reports.push(report);
                }
                Ok(reports)
            }
        }
        deserializer.deserialize_seq(Sequence)
    }
}
