//! Changes of a playbook's text: what is not touched stays byte for byte, what is not valid is not written, and what
//! touches safety is approved and recorded.
//!
//! Owns paths into a playbook, the changes, their guard, the files beside a playbook, and what needs approval. What is
//! valid is the playbook's own business.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::Value;

use crate::document::meaning;
use crate::playbook::{self, Inputs};

mod accept;
mod audit;
mod change;
mod diff;
mod error;
mod file;
mod history;
mod insert;
mod litter;
mod lock;
mod look;
mod path;
mod proposal;
mod remove;
mod safety;
mod standing;
mod text;
mod trail;
mod value;

pub use accept::accept;
pub use audit::{Approval, Record, RecordedChange};
pub use change::{Change, changed};
pub use diff::coloured;
pub use error::EditError;
pub use file::Opened;
pub use litter::draft;
pub use look::{Seen, look, records, verify};
pub use proposal::{ProposalError, propose};

use audit::{sha256, veiled};
use history::{Before, History};
use standing::{Safety, Standing};
use trail::Trail;

/// How a change is to be written.
#[derive(Clone, Debug)]
pub struct Terms<'a> {
    /// Who approves.
    pub approval: Option<Approval>,
    /// Only show it.
    pub dry_run: bool,
    /// The time of day.
    pub now: Timestamp,
    /// What the playbook is read with.
    pub inputs: &'a Inputs,
}

/// What became of a change.
#[derive(Debug)]
pub struct Written {
    /// The change as a unified diff; empty when there is none.
    pub diff: String,
    /// What of it touches safety, a line each.
    pub safety: Vec<String>,
    /// Whether it needs an approval that was not given; so it is only for a dry run.
    pub unapproved: bool,
    /// Whether the file is made to be included, so that only its form could be checked.
    pub part: bool,
    /// Whether there is a change that `undo` would take back next.
    pub undoable: bool,
}

/// Whether changes of a playbook, there or gone, are on record.
pub fn recorded(playbook: &Path) -> bool {
    let target = dunce::canonicalize(playbook).unwrap_or_else(|_| playbook.to_owned());
    std::fs::metadata(beside(&target, ".audit.jsonl")).is_ok_and(|about| about.len() > 0)
        || History::of(&target).head().is_some()
}

/// A file beside a playbook, named after it.
fn beside(playbook: &Path, ending: &str) -> PathBuf {
    let mut name = playbook.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Carries changes out, all or none.
///
/// # Errors
/// See [`changed`] and [`write`].
pub fn change(opened: &Opened, changes: &[Change], terms: &Terms<'_>) -> Result<Written, EditError> {
    look::not_elsewhere(opened, changes)?;
    look::root(opened, "nothing was written")?;
    let after = changed(opened.text(), &playbook::schema(), changes)?;
    write(opened, &after, terms)
}

/// Writes a playbook's new text, given without a byte order mark.
///
/// # Errors
/// It touches safety and nobody approved, it is not valid, or the file cannot be replaced. Then nothing is written.
pub fn write(opened: &Opened, after: &str, terms: &Terms<'_>) -> Result<Written, EditError> {
    let (written, record) = judged(opened, after, terms, &Judge::Whole)?;
    put(opened, after, terms, (written, record), false)
}

fn put(
    opened: &Opened,
    after: &str,
    terms: &Terms<'_>,
    (written, record): (Written, Option<Record>),
    migrated: bool,
) -> Result<Written, EditError> {
    if terms.dry_run || written.diff.is_empty() {
        return Ok(written);
    }
    let history = History::of(&opened.target);
    let after = opened.marked(after);
    settle(opened)?;
    history
        .add(&opened.text, &after, migrated)
        .map_err(|source| EditError::NotWritten { file: history.shown(), source })?;
    replace(opened, &after, record)?;
    Ok(Written { undoable: true, ..written })
}

/// Writes the text that a playbook became by a migration. It means what it meant: nobody has to approve, but where the
/// words of what decides about safety changed, that is recorded.
///
/// # Errors
/// The file cannot be replaced. Then nothing is written.
pub fn rewrite(opened: &Opened, after: &str, terms: &Terms<'_>) -> Result<Written, EditError> {
    let after = after.trim_start_matches('\u{feff}');
    let (written, record) = judged(opened, after, terms, &Judge::Proven)?;
    put(opened, after, terms, (written, record), true)
}

/// Takes the last change back.
///
/// # Errors
/// There is none, or the file is not as it left it; and as with [`write`].
pub fn undo(opened: &Opened, terms: &Terms<'_>) -> Result<Written, EditError> {
    let history = History::of(&opened.target);
    let Before { text: before, earlier, migrated } =
        history.before(&opened.text).ok_or_else(|| EditError::NothingToUndo {
            file: opened.named.display().to_string(),
            why: if history.is_empty() { "" } else { ": it is no longer as the last one left it" },
        })?;
    let judge = if migrated { Judge::Proven } else { Judge::Whole };
    let (mut written, record) = judged(opened, before.trim_start_matches('\u{feff}'), terms, &judge)?;
    if !terms.dry_run {
        settle(opened)?;
        replace(opened, &before, record)?;
        // What cannot be forgotten is only a change that no longer fits the file.
        let _ = history.keep(earlier);
        written.undoable = history.before(&before).is_some();
    }
    Ok(written)
}

/// Who says that a new text is right.
enum Judge {
    /// The rules of playbooks, and a person where it touches safety.
    Whole,
    /// Whoever made it has proven it.
    Proven,
}

/// Whether a new text may be written, what it changes, and what is to be recorded of it.
fn judged(
    opened: &Opened,
    after: &str,
    terms: &Terms<'_>,
    judge: &Judge,
) -> Result<(Written, Option<Record>), EditError> {
    let before = Safety::of(&opened.named, opened.text());
    let now = Safety::of(&opened.named, after);
    let nothing = safety::Relevant::default();
    let was = before.as_ref().map_or(&nothing, |before| &before.relevant);
    let mut changes = now.as_ref().map(|now| safety::changes(was, &now.relevant)).unwrap_or_default();
    if !changes.is_empty() && taken_back(opened, before.as_ref(), now.as_ref())? {
        changes.clear();
    }
    let lines: Vec<String> = changes.iter().map(|change| line(&veiled(change))).collect();
    let whole = matches!(judge, Judge::Whole);
    let unapproved = whole && terms.approval.is_none() && changes.iter().any(|change| !change.harmless);
    if unapproved && !terms.dry_run {
        return Err(EditError::NeedsApproval { changes: lines.join("\n") });
    }
    let part = is_part(opened.text()) && is_part(after);
    if whole {
        valid(opened, after, terms, part)?;
        if now.is_none() {
            let file = opened.named.display().to_string();
            let help = "openbell cannot make out what the new text means; nothing was written";
            return Err(EditError::NotComparable { file, help });
        }
    }
    let marked = opened.marked(after);
    let record = now.filter(|_| !changes.is_empty()).map(|now| Record {
        at: terms.now.to_string(),
        who: terms.approval.as_ref().map(|approval| approval.who.clone()),
        why: terms.approval.as_ref().map(|approval| approval.why.clone()),
        found: false,
        changes: changes.iter().map(veiled).collect(),
        before: sha256(opened.text.as_bytes()),
        after: sha256(marked.as_bytes()),
        safety: now.digest,
        previous: String::new(),
        hash: String::new(),
    });
    let diff =
        if marked == opened.text { String::new() } else { diff::diff(&opened.named, &opened.text, &marked) };
    Ok((Written { diff, safety: lines, unapproved, part, undoable: false }, record))
}

/// Whether a change of what touches safety only takes back what was changed outside of openbell: then everything is as
/// the record ends, and nobody has to approve once more.
///
/// A record says that what comes after it was approved. So none is added to a playbook whose safety somebody changed
/// outside: with it, that change would look approved too.
fn taken_back(opened: &Opened, before: Option<&Safety>, now: Option<&Safety>) -> Result<bool, EditError> {
    let standing = Standing::of(opened, before)?;
    if standing.holds(before) {
        return Ok(false);
    }
    match standing.records.last() {
        Some(last) if !standing.holds(now) => {
            Err(EditError::ChangedOutside { file: opened.named.display().to_string(), when: last.at.clone() })
        }
        _ => Ok(true),
    }
}

/// Takes away what a crash left in the record. One that does not hold stays as it is: `verify` tells.
fn settle(opened: &Opened) -> Result<(), EditError> {
    let safety = Safety::of(&opened.named, opened.text());
    match Standing::of(opened, safety.as_ref()) {
        Ok(standing) => standing.settle(opened, safety.as_ref()),
        Err(_) => Ok(()),
    }
}

fn is_part(text: &str) -> bool {
    meaning(text).as_ref().is_some_and(safety::is_part)
}

fn valid(opened: &Opened, after: &str, terms: &Terms<'_>, part: bool) -> Result<(), EditError> {
    let checked = if part {
        playbook::check_part(&opened.named, after)
    } else {
        playbook::load_text(&opened.named, after, terms.inputs).map(drop)
    };
    checked.map_err(|problems| EditError::Invalid(problems.undone("nothing was written")))
}

/// Records, then replaces, then notes that it was done: a change that is not recorded is not made, and a record of a
/// change that was not made can be told from one that was.
fn replace(opened: &Opened, after: &str, record: Option<Record>) -> Result<(), EditError> {
    let trail = Trail::of(&opened.target);
    let recorded = record.map(|record| trail.add(record)).transpose()?;
    opened.replace(after).inspect_err(|_| {
        if let Some((_, length)) = &recorded {
            // If this fails too, the record is one that a crash might have left.
            let _ = trail.cut(*length);
        }
    })?;
    if let Some((head, _)) = recorded {
        // The change is made and on record. Without the note only that the record was cut off later cannot be seen.
        let _ = History::of(&opened.target).made(head);
    }
    Ok(())
}

/// A recorded change in a line.
pub fn line(change: &RecordedChange) -> String {
    // It is on the list only while it names a live port.
    if change.path.starts_with(safety::ADDRESS) && change.before.is_null() {
        return format!(
            "{}: becomes {}, a live port: behind another gateway is another account",
            change.path, change.after
        );
    }
    if change.path.starts_with(safety::ADDRESS) && change.after.is_null() {
        return format!("{}: {} was a live port, and the new one is none", change.path, change.before);
    }
    let shown = |value: &Value| if value.is_null() { "nothing".to_owned() } else { value.to_string() };
    format!("{}: {} becomes {}", change.path, shown(&change.before), shown(&change.after))
}

/// The diff between a playbook and a draft of it.
pub fn difference(opened: &Opened, draft: &str, colours: bool) -> String {
    let diff = diff::diff(&opened.named, &opened.text, &opened.marked(draft));
    if colours { coloured(&diff) } else { diff }
}
