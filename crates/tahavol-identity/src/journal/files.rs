//! The journal of a node without a store of its own: files of lines, one after the other, of which none is changed or deleted.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use super::NoteKind;
use super::entry::{Draft, Head, Note, hash};
use super::records::{Each, JournalError, Line};
use super::table::unavailable;

/// When a file has grown so large, the next one is begun.
pub(super) const FILE_BYTES: u64 = 16 * 1024 * 1024;

const READING: &str = "read the security journal";
const WRITING: &str = "write into the security journal";

/// Appends to the newest file. Processes take turns by a lock.
#[derive(Debug)]
pub(super) struct Files {
    directory: PathBuf,
    file_bytes: u64,
    /// Where this process stopped: when nobody has written since, nothing needs to be read.
    known: Option<(u64, End)>,
    seen: Head,
}

/// How a file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct End {
    length: u64,
    /// Of its last whole line.
    head: Option<Head>,
    /// Bytes after it, which a crash has left.
    torn: u64,
}

/// Where the next entry goes.
struct Place {
    index: u64,
    length: u64,
    head: Head,
    /// Files whose torn ends no entry tells of yet, and how many bytes those are.
    torn: Vec<String>,
    torn_bytes: u64,
}

impl Files {
    pub(super) fn open(directory: &Path, file_bytes: u64) -> Result<Files, JournalError> {
        let make = || -> io::Result<()> {
            let mut maker = fs::DirBuilder::new();
            maker.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
            maker.create(directory)
        };
        make().map_err(|error| unavailable("make the directory of the security journal", &error))?;
        let seen = head(directory)?;
        Ok(Files { directory: directory.to_owned(), file_bytes, known: None, seen })
    }

    /// Answers whether what was seen last was still there.
    pub(super) fn append(&mut self, mut drafts: Vec<Draft>) -> Result<bool, JournalError> {
        let failed = |error: io::Error| unavailable(WRITING, &error);
        let _turn = self.take_turn().map_err(failed)?;
        let place = self.place()?;
        let intact = self.still_there(place.head)?;
        if !place.torn.is_empty()
            && let Some(at) = drafts.first().map(|draft| draft.at)
        {
            let note = Note::new(NoteKind::JournalTorn).with("files", place.torn.join(",")).with("bytes", place.torn_bytes);
            drafts.insert(0, Draft::of(note, at));
        }
        let (mut lines, mut head) = (String::new(), place.head);
        for draft in drafts {
            let (line, next) = draft.after(head);
            lines.push_str(&line);
            lines.push('\n');
            head = next;
        }
        self.known = None;
        self.write(place.index, place.length, lines.as_bytes()).map_err(failed)?;
        let length = place.length + lines.len() as u64;
        self.known = Some((place.index, End { length, head: Some(head), torn: 0 }));
        self.seen = head;
        Ok(intact)
    }

    /// Lines are on disk when this has answered. What could be written of them only in part is taken back.
    fn write(&self, index: u64, length: u64, lines: &[u8]) -> io::Result<()> {
        let mut options = File::options();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(self.directory.join(name(index)))?;
        if length == 0 {
            // The file's name must survive a power failure as its contents do.
            File::open(&self.directory)?.sync_all()?;
        }
        let written = file.write_all(lines).and_then(|()| file.sync_data());
        if written.is_err()
            && let Err(error) = file.set_len(length)
        {
            tracing::warn!(%error, "cannot take back a part of an entry of the security journal: the next file will tell of it");
        }
        written
    }

    fn take_turn(&self) -> io::Result<File> {
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(self.directory.join("journal.lock"))?;
        file.lock()?;
        Ok(file)
    }

    fn place(&self) -> Result<Place, JournalError> {
        let indices = indices(&self.directory)?;
        let Some(last) = indices.last().copied() else {
            return Ok(Place { index: 1, length: 0, head: Head::EMPTY, torn: Vec::new(), torn_bytes: 0 });
        };
        let (mut head, mut torn, mut torn_bytes, mut newest) = (None, Vec::new(), 0, None);
        for index in indices.into_iter().rev() {
            let end = self.end_of(index)?;
            newest = newest.or(Some(end));
            if end.torn > 0 {
                torn.insert(0, name(index));
                torn_bytes += end.torn;
            }
            head = end.head;
            if head.is_some() {
                break;
            }
        }
        let head = head.unwrap_or(Head::EMPTY);
        let goes_on = newest.filter(|end| end.torn == 0 && end.length < self.file_bytes);
        let (index, length) = goes_on.map_or((last + 1, 0), |end| (last, end.length));
        Ok(Place { index, length, head, torn, torn_bytes })
    }

    fn end_of(&self, index: u64) -> Result<End, JournalError> {
        let path = self.directory.join(name(index));
        let length = fs::metadata(&path).map_err(|error| unavailable(READING, &error))?.len();
        match self.known {
            Some((known, end)) if known == index && end.length == length => Ok(end),
            Some(_) | None => end(&path),
        }
    }

    /// Whether the last entry that this process knows is where it was.
    fn still_there(&self, head: Head) -> Result<bool, JournalError> {
        if self.seen == head || self.seen.entries == 0 {
            return Ok(true);
        }
        let (number, mut found) = (self.seen.entries, None);
        lines(&self.directory, number - 1, &mut |line| {
            found = Some(hash(line.bytes));
            Ok(false)
        })?;
        Ok(found == Some(self.seen.hash))
    }
}

pub(super) fn head(directory: &Path) -> Result<Head, JournalError> {
    for index in indices(directory)?.into_iter().rev() {
        if let Some(head) = end(&directory.join(name(index)))?.head {
            return Ok(head);
        }
    }
    Ok(Head::EMPTY)
}

/// Every whole line after the number, over all files. What is torn at the end of a file is no line.
pub(super) fn lines(directory: &Path, after: u64, each: &mut Each<'_>) -> Result<(), JournalError> {
    let failed = |error: io::Error| unavailable(READING, &error);
    let (mut number, mut torn) = (0, false);
    for index in beginning_with(directory, after)? {
        let mut reader = BufReader::new(File::open(directory.join(name(index))).map_err(failed)?);
        loop {
            let mut line = Vec::new();
            if reader.read_until(b'\n', &mut line).map_err(failed)? == 0 {
                break;
            }
            if line.pop() != Some(b'\n') {
                torn = true;
                break;
            }
            // A line without a number is no entry, which whoever reads it will find.
            number = number_of(&line).unwrap_or(number + 1);
            if number <= after {
                torn = false;
                continue;
            }
            if !each(&Line { number, bytes: &line, kept: None, after_torn: std::mem::take(&mut torn) })? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// The files that can have entries after the number: from the last one that begins with no later entry.
fn beginning_with(directory: &Path, after: u64) -> Result<Vec<u64>, JournalError> {
    let mut indices = indices(directory)?;
    let mut from = 0;
    for (place, index) in indices.iter().enumerate().rev() {
        let mut first = Vec::new();
        let file = File::open(directory.join(name(*index))).map_err(|error| unavailable(READING, &error))?;
        BufReader::new(file).read_until(b'\n', &mut first).map_err(|error| unavailable(READING, &error))?;
        if number_of(&first).is_some_and(|number| number <= after) {
            from = place;
            break;
        }
    }
    Ok(indices.split_off(from))
}

/// The numbers of the files, in order.
fn indices(directory: &Path) -> Result<Vec<u64>, JournalError> {
    let files = match fs::read_dir(directory) {
        Ok(files) => files,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unavailable(READING, &error)),
    };
    let mut indices = Vec::new();
    for file in files {
        let file = file.map_err(|error| unavailable(READING, &error))?.file_name();
        let index: Option<u64> = file.to_str().and_then(|name| name.strip_prefix("journal-")?.strip_suffix(".jsonl")?.parse().ok());
        indices.extend(index);
    }
    indices.sort_unstable();
    Ok(indices)
}

fn name(index: u64) -> String {
    format!("journal-{index:04}.jsonl")
}

fn end(path: &Path) -> Result<End, JournalError> {
    let bytes = fs::read(path).map_err(|error| unavailable(READING, &error))?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let (lines, torn) = bytes.split_at(whole);
    let mut head = None;
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        // A line that somebody has made unreadable is counted, so that entries go on after it; checking finds it.
        let before = head.map_or(0, |head: (u64, &[u8])| head.0);
        head = Some((number_of(line).unwrap_or(before + 1), line));
    }
    let head = head.map(|(entries, line)| Head { entries, hash: hash(line) });
    Ok(End { length: bytes.len() as u64, head, torn: torn.len() as u64 })
}

/// The number is the first field of every line.
fn number_of(line: &[u8]) -> Option<u64> {
    let digits = line.strip_prefix(br#"{"number":"#)?.split(|byte| *byte == b',').next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
