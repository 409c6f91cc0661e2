//! What decides about safety, in all the files it comes from, and whether it is what the record says.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::audit::{Record, sha256};
use super::error::EditError;
use super::file::Opened;
use super::history::History;
use super::safety::{self, Relevant};
use super::trail::{Recorded, Trail};
use crate::document::meaning;
use crate::playbook;

/// What of a playbook decides about safety.
pub(super) struct Safety {
    /// What its files say.
    pub(super) relevant: Relevant,
    /// SHA-256 of that, of the variables from env files that it is made of, and of the compose files it names.
    pub(super) digest: String,
}

impl Safety {
    /// That of a text. `None` where it cannot be made out.
    pub(super) fn of(file: &Path, text: &str) -> Option<Self> {
        let own = meaning(text).filter(Value::is_object)?;
        let whole = playbook::whole(file, text)?;
        let value = if whole.value.is_object() { whole.value } else { own };
        let relevant = safety::relevant(&value, &whole.variables);
        let given: BTreeMap<_, _> = safety::used(&relevant)
            .into_iter()
            .filter_map(|name| {
                let value = whole.variables.get(&name)?;
                Some((name, value))
            })
            .collect();
        let hashes = |texts: &Vec<String>| texts.iter().map(|text| sha256(text.as_bytes())).collect();
        let compose: BTreeMap<&String, Vec<String>> =
            whole.compose.iter().map(|(name, texts)| (name, hashes(texts))).collect();
        let mut all = json!([relevant, given, compose]);
        // The order of keys means nothing.
        all.sort_all_objects();
        Some(Self { relevant, digest: sha256(all.to_string().as_bytes()) })
    }
}

/// What a crash left at the end of the record, proven by what else is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// The beginning of a line.
    Torn,
    /// A record of a change that was not made.
    NotMade,
}

/// How the record stands.
pub(super) struct Standing {
    /// The records that count.
    pub(super) records: Vec<Record>,
    /// What comes after them.
    pub(super) left: Option<Left>,
    /// Nothing says how many there were.
    pub(super) uncounted: bool,
    /// How long the file is without what a crash left.
    length: u64,
}

impl Standing {
    /// Reads the record beside a playbook.
    ///
    /// # Errors
    /// It was tampered with, torn, cut off, or cannot be read.
    pub(super) fn of(opened: &Opened, safety: Option<&Safety>) -> Result<Self, EditError> {
        let trail = Trail::of(&opened.target);
        let Recorded { mut records, mut ends, torn } = trail.read()?;
        let head = History::of(&opened.target).head();
        if let (Some(head), false) = (&head, torn)
            && !records.iter().any(|record| record.hash == *head)
        {
            return Err(EditError::RecordCut { file: trail.shown(), head: head.clone() });
        }
        let known = head.clone().unwrap_or_default();
        let mut left = None;
        if torn {
            // Its change was not made when everything is as the last whole record left it.
            let (hash, as_left) = records.last().map_or(("", true), |last| {
                (last.hash.as_str(), safety.is_some_and(|safety| safety.digest == last.safety))
            });
            if !(as_left && known == hash) {
                return Err(trail.torn(records.len()));
            }
            left = Some(Left::Torn);
        } else if records.last().is_some_and(|last| unmade(last, &opened.text, &known)) {
            records.pop();
            ends.pop();
            left = Some(Left::NotMade);
        }
        let uncounted = head.is_none() && !records.is_empty();
        Ok(Self { records, left, uncounted, length: ends.last().copied().unwrap_or_default() })
    }

    /// Whether the playbook's safety is what the record ends with. Without a record there is nothing to hold it against.
    pub(super) fn holds(&self, safety: Option<&Safety>) -> bool {
        self.records.last().is_none_or(|last| safety.is_some_and(|safety| safety.digest == last.safety))
    }

    /// Takes away what a crash left, before something new is written. Where it came between a change and the note that
    /// it was made, the note is made up for: else what the next crash leaves would not be known for what it is.
    pub(super) fn settle(&self, opened: &Opened, safety: Option<&Safety>) -> Result<(), EditError> {
        if self.left.is_some() {
            let trail = Trail::of(&opened.target);
            let failed = |source| EditError::NotWritten { file: trail.shown(), source };
            return trail.cut(self.length).map_err(failed);
        }
        let history = History::of(&opened.target);
        match self.records.last() {
            Some(last) if self.holds(safety) && history.head().as_ref() != Some(&last.hash) => history
                .made(last.hash.clone())
                .map_err(|source| EditError::NotWritten { file: history.shown(), source }),
            _ => Ok(()),
        }
    }
}

/// Whether a crash came between a record and its change: the file is as before, byte for byte, and that the change was
/// made was never noted. Who takes an approved change back by hand does not look so: that it was made is noted.
fn unmade(last: &Record, text: &str, known: &str) -> bool {
    last.before != last.after && last.previous == known && last.before == sha256(text.as_bytes())
}
