//! What was done that there is a budget for: log-ins and restarts, as long as any budget looks back. A gateway that is
//! restarted over and over locks its account, so this survives a reboot, and what is not clear counts as done.
//!
//! Clocks of machines that lose power are wrong: behind until the network has set them, sometimes ahead. A use keeps the
//! time of the clock and the latest time that was known then. One that lies in the future counts from when that was first
//! seen, so it frees nothing and does not count for ever.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::disk;
use super::error::StateError;

/// So far back uses are told; no budget looks back further.
pub const USES_REACH: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The file is written anew, without what is old, when it is larger than this, in bytes.
const COMPACT: u64 = 64 * 1024;
/// So many are kept when it is written anew, however old they seem: a clock that is ahead now may be set right.
const ALWAYS_KEPT: usize = 100;

/// What there are budgets for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// The gateway was made to log in.
    LogIn,
    /// IBC restarted the gateway inside its container.
    SoftRestart,
    /// The container was restarted, or started.
    Restart,
    /// A run was green: the log-ins before it led to something.
    Green,
}

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// None when it cannot be told any more: then it counts for everything.
    #[serde(rename = "use")]
    kind: Option<Use>,
    /// Of which container, by its key. A line without it counts for every one: openbell wrote none before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    container: Option<String>,
    /// As the clock told it.
    at: Timestamp,
    /// The latest time that was known then, where the clock was behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_before: Option<Timestamp>,
    /// When it was first seen to lie in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seen: Option<Timestamp>,
}

impl Line {
    /// From when it counts, for a clock that says `now`.
    fn counts_from(&self, now: Timestamp) -> Timestamp {
        let known = self.not_before.map_or(self.at, |known| known.max(self.at));
        [Some(known), Some(self.at), self.seen].into_iter().flatten().find(|at| *at <= now).unwrap_or(now)
    }

    /// Whether it counts for that container; for all of them where none is asked for.
    fn is_about(&self, container: Option<&str>) -> bool {
        container.is_none_or(|asked| self.container.as_deref().is_none_or(|own| own == asked))
    }

    fn is_of(&self, kind: Use) -> bool {
        // What cannot be told counts as what costs something, never as what frees a budget.
        self.kind.map_or(kind != Use::Green, |own| own == kind)
    }
}

/// The ledger of uses. Only who holds the playbook's lock adds to it.
#[derive(Clone, Debug)]
pub struct Ledger {
    path: PathBuf,
}

impl Ledger {
    pub(super) fn of(directory: &Path) -> Self {
        Self { path: directory.join("uses.jsonl") }
    }

    /// Notes a use that is about to be made. When it returns, a power cut does not take it back: only then may it be made.
    ///
    /// # Errors
    /// It cannot be written: then the use must not be made, or it would not count.
    pub fn note(&self, kind: Use, at: Timestamp) -> Result<(), StateError> {
        self.note_of(kind, None, at)
    }

    /// The same of one container, by its key.
    ///
    /// # Errors
    /// As [`Ledger::note`].
    pub fn note_of(&self, kind: Use, container: Option<&str>, at: Timestamp) -> Result<(), StateError> {
        let lines = self.settled(at)?;
        let latest =
            lines.iter().map(|line| line.not_before.map_or(line.at, |known| known.max(line.at))).max();
        let not_before = latest.filter(|latest| *latest > at);
        let container = container.map(str::to_owned);
        self.add(&[Line { kind: Some(kind), container, at, not_before, seen: None }])
    }

    /// When uses of a kind were made in the last seven days, the oldest first; none of them after `now`.
    ///
    /// # Errors
    /// The ledger cannot be read: then every budget has to count as used up.
    pub fn uses(&self, kind: Use, now: Timestamp) -> Result<Vec<Timestamp>, StateError> {
        self.uses_of(kind, None, now)
    }

    /// The same of one container, by its key.
    ///
    /// # Errors
    /// As [`Ledger::uses`].
    pub fn uses_of(
        &self,
        kind: Use,
        container: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<Timestamp>, StateError> {
        let lines = self.settled(now)?;
        let of_kind = lines.iter().filter(|line| line.is_of(kind) && line.is_about(container));
        let mut uses: Vec<_> = of_kind
            .map(|line| line.counts_from(now))
            .filter(|at| now.duration_since(*at) <= USES_REACH)
            .collect();
        uses.sort_unstable();
        Ok(uses)
    }

    /// The lines; what was unclear in the file is made clear in it. Where that cannot be written it is unclear still, and
    /// counts as made now.
    fn settled(&self, now: Timestamp) -> Result<Vec<Line>, StateError> {
        let Some(text) = self.text()? else { return Ok(Vec::new()) };
        let written = self.written(now);
        let mut changed = false;
        let mut lines = Vec::new();
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let mut line: Line = serde_json::from_slice(line).unwrap_or_else(|_| {
                changed = true;
                Line { kind: None, container: None, at: written, not_before: None, seen: None }
            });
            if line.at > now && line.seen.is_none_or(|seen| seen > now) {
                line.seen = Some(now);
                changed = true;
            }
            lines.push(line);
        }
        if changed || text.len() as u64 > COMPACT {
            drop_old(&mut lines, now);
            let _ = self.replace(&lines);
        }
        Ok(lines)
    }

    fn text(&self) -> Result<Option<Vec<u8>>, StateError> {
        let Some(mut file) = disk::open(&self.path)? else { return Ok(None) };
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut file, &mut text).map_err(StateError::unreadable(&self.path))?;
        Ok(Some(text))
    }

    /// When the file was written to for the last time, never after now.
    fn written(&self, now: Timestamp) -> Timestamp {
        let modified = fs::metadata(&self.path).and_then(|about| about.modified()).ok();
        modified.and_then(|at| Timestamp::try_from(at).ok()).map_or(now, |at| at.min(now))
    }

    fn add(&self, lines: &[Line]) -> Result<(), StateError> {
        disk::append(&self.path, text(lines).trim_end())
    }

    fn replace(&self, lines: &[Line]) -> Result<(), StateError> {
        disk::put(&self.path, &text(lines))
    }
}

/// Takes out what no budget can reach any more, but for the last ones.
fn drop_old(lines: &mut Vec<Line>, now: Timestamp) {
    let sure = lines.len().saturating_sub(ALWAYS_KEPT);
    let mut place = 0;
    lines.retain(|line| {
        place += 1;
        place > sure || now.duration_since(line.counts_from(now)) <= USES_REACH
    });
}

fn text(lines: &[Line]) -> String {
    lines.iter().filter_map(|line| serde_json::to_string(line).ok()).map(|line| line + "\n").collect()
}
