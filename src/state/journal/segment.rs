//! The files of a journal: `journal-2026-11.jsonl`, then `journal-2026-11-2.jsonl`. Their order is that of writing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use crate::state::disk;
use crate::state::error::StateError;
use crate::state::journal::Retention;

/// A segment takes this part of all that is kept, so that not too much goes at once.
pub(super) const SHARE: u64 = 8;
/// No segment is closed before it has this size, in bytes.
pub(super) const LEAST: u64 = 64 * 1024;

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    /// Such as `2026-11`.
    month: String,
    /// Counted from 1 in each month.
    number: u32,
    pub(super) path: PathBuf,
}

impl Segment {
    fn new(directory: &Path, month: &str, number: u32) -> Self {
        let name = match number {
            1 => format!("journal-{month}.jsonl"),
            _ => format!("journal-{month}-{number}.jsonl"),
        };
        Self { month: month.to_owned(), number, path: directory.join(name) }
    }

    /// The segments of a directory, the oldest first.
    pub(super) fn all(directory: &Path) -> Result<Vec<Self>, StateError> {
        let failed = StateError::unreadable(directory);
        let mut all = Vec::new();
        let found = match fs::read_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(all),
            found => found.map_err(&failed)?,
        };
        for file in found {
            let name = file.map_err(&failed)?.file_name();
            all.extend(name.to_str().and_then(named).map(|(month, n)| Self::new(directory, month, n)));
        }
        all.sort();
        Ok(all)
    }
}

/// Month and number of a segment's name.
fn named(name: &str) -> Option<(&str, u32)> {
    let stem = name.strip_prefix("journal-")?.strip_suffix(".jsonl")?;
    let (month, rest) = stem.split_at_checked(7)?;
    let number = match rest.strip_prefix('-') {
        None if rest.is_empty() => 1,
        None => return None,
        // Written as it would be written: no other name is one of a segment.
        Some(digits) => digits.parse().ok().filter(|n: &u32| *n > 1 && n.to_string() == digits)?,
    };
    is_month(month).then_some((month, number))
}

fn is_month(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    matches!(text.split_once('-'), Some((year, month)) if year.len() == 4 && digits(year) && digits(month))
}

/// The file that an entry of this time goes to. Never one before the last, whatever the clock says: what was written later
/// comes later.
pub(super) fn to_write(directory: &Path, at: &str, size: u64) -> Result<PathBuf, StateError> {
    let month = at.get(..7).filter(|month| is_month(month)).unwrap_or("1970-01");
    let last = Segment::all(directory)?.pop();
    let Some(last) = last.filter(|last| last.month.as_str() >= month) else {
        return Ok(Segment::new(directory, month, 1).path);
    };
    let full = fs::metadata(&last.path).is_ok_and(|about| about.len() >= size);
    let next = || Segment::new(directory, &last.month, last.number.saturating_add(1)).path;
    Ok(if full { next() } else { last.path.clone() })
}

/// Removes what is too old, and the oldest while all is too much; how many. The last one stays: it is written to.
pub(super) fn prune(
    segments: &[Segment],
    retention: &Retention,
    now: Timestamp,
) -> Result<usize, StateError> {
    let Some((_, closed)) = segments.split_last() else { return Ok(0) };
    let size = |segment: &Segment| fs::metadata(&segment.path).map_or(0, |about| about.len());
    let mut all: u64 = segments.iter().map(size).sum();
    let mut removed = 0;
    for segment in closed {
        if all <= retention.at_most && !is_older(segment, retention, now) {
            break;
        }
        all = all.saturating_sub(size(segment));
        removed += usize::from(disk::remove(&segment.path)?);
    }
    Ok(removed)
}

/// Whether a segment was written to for the last time before what is to be kept.
fn is_older(segment: &Segment, retention: &Retention, now: Timestamp) -> bool {
    let written = fs::metadata(&segment.path).and_then(|about| about.modified()).ok();
    let written = written.and_then(|at| Timestamp::try_from(at).ok());
    let keep = SignedDuration::try_from(retention.keep).unwrap_or(SignedDuration::MAX);
    written.is_some_and(|written| now.duration_since(written) > keep)
}
