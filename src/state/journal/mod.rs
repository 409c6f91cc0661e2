//! The journal of a playbook: entries, a line of JSON each, only ever added to, and each on the disk before it counts as
//! written.
//!
//! It is kept in segments, one for each month and more where a month has much to tell: whole segments go when they are
//! old, or when there is too much of it. Nothing is locked: each entry is one write at the end of its file.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::disk;
use super::error::StateError;
use crate::diagnosis::Diagnosis;
use crate::event::Entry;

mod entries;
mod lines;
mod segment;

pub use entries::Entries;
use segment::Segment;

/// So much of a line that was not written to its end is shown, in characters.
const SHOWN: usize = 200;

/// How long entries are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Segments that were written to for the last time longer ago than this are removed.
    pub keep: Duration,
    /// The oldest segments are removed while all take more than this, in bytes.
    pub at_most: u64,
}

impl Default for Retention {
    /// 90 days, 32 MB.
    fn default() -> Self {
        Self { keep: Duration::from_hours(90 * 24), at_most: 32 * 1024 * 1024 }
    }
}

/// What was put in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// That the last line was not written to its end, `state::torn_line`; it is marked now, and told once only.
    pub torn: Option<Diagnosis>,
    /// How many segments were removed because of their age, or for want of room.
    pub removed: usize,
}

/// The journal of a playbook. Any number of processes may add to it at the same time.
#[derive(Clone, Debug)]
pub struct Journal {
    directory: PathBuf,
    /// How large a segment may become, in bytes.
    segment: u64,
}

impl Journal {
    pub(super) fn of(directory: PathBuf) -> Self {
        Self { directory, segment: Retention::default().at_most / segment::SHARE }
    }

    /// Puts it in order, for whoever begins to write to it: a last line that a power cut has torn is marked, and what is
    /// older or more than is to be kept is removed.
    ///
    /// # Errors
    /// The directory cannot be read or written.
    pub fn settle(&mut self, retention: &Retention, now: Timestamp) -> Result<Settled, StateError> {
        self.segment = (retention.at_most / segment::SHARE).max(segment::LEAST);
        let segments = Segment::all(&self.directory)?;
        let torn = match segments.last() {
            Some(last) => disk::end_last_line(&last.path)?.map(|line| {
                let error = StateError::TornLine { path: last.path.clone() };
                Diagnosis::of(&error).with_evidence([shown(&line)])
            }),
            None => None,
        };
        Ok(Settled { torn, removed: segment::prune(&segments, retention, now)? })
    }

    /// Adds an entry. When it returns, a power cut does not take it back.
    ///
    /// # Errors
    /// The disk is full or not writable: nothing else happened, and whoever supervises goes on.
    pub fn append(&self, entry: &Entry) -> Result<(), StateError> {
        let path = segment::to_write(&self.directory, &entry.at, self.segment)?;
        let failed = StateError::not_written(&path);
        let line = serde_json::to_string(entry).map_err(|error| failed(error.into()))?;
        if line.len() as u64 >= disk::LONGEST_LINE {
            return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
        }
        disk::append(&path, &line)
    }

    /// The entries in the order in which they were written. Memory for one line is used at a time.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn oldest_first(&self) -> Result<Entries, StateError> {
        Ok(Entries::forward(Segment::all(&self.directory)?))
    }

    /// The entries, the last written first. Memory for one line is used at a time.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn newest_first(&self) -> Result<Entries, StateError> {
        Ok(Entries::backward(Segment::all(&self.directory)?))
    }
}

/// The beginning of a line, for a person.
fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let shown: String = text.trim_end_matches('\0').chars().take(SHOWN).collect();
    format!("{} bytes: {}", line.len(), shown.escape_debug())
}
