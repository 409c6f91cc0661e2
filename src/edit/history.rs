//! What a playbook was before its last changes.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::audit::sha256;
use super::{beside, litter};
use crate::replacement;

/// So many changes can be taken back.
const MOST: usize = 20;

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// The text before.
    before: String,
    /// SHA-256 of the text after.
    after: String,
    /// Whether it was a migration: then the text before may be one that this openbell no longer reads.
    #[serde(default)]
    migrated: bool,
}

/// The last record of a change that is known to have been made: the first line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    /// Its hash.
    head: String,
}

/// What a change was made to.
pub(super) struct Before {
    /// The text.
    pub(super) text: String,
    /// How many changes came before that change.
    pub(super) earlier: usize,
    /// Whether it was a migration.
    pub(super) migrated: bool,
}

/// The history beside a playbook.
pub(super) struct History {
    playbook: PathBuf,
    file: PathBuf,
}

impl History {
    pub(super) fn of(playbook: &Path) -> Self {
        Self { playbook: playbook.to_owned(), file: beside(playbook, ".undo.jsonl") }
    }

    /// The file, to be shown.
    pub(super) fn shown(&self) -> String {
        self.file.display().to_string()
    }

    /// Takes a change down that is about to be made.
    pub(super) fn add(&self, before: &str, after: &str, migrated: bool) -> io::Result<()> {
        let mut entries = self.entries();
        entries.push(Entry { before: before.to_owned(), after: sha256(after.as_bytes()), migrated });
        let surplus = entries.len().saturating_sub(MOST);
        self.write(&entries[surplus..], self.head())
    }

    /// What was before the change that made this text.
    pub(super) fn before(&self, text: &str) -> Option<Before> {
        let (hash, mut entries) = (sha256(text.as_bytes()), self.entries());
        let last = entries.iter().rposition(|entry| entry.after == hash)?;
        let Entry { before, migrated, .. } = entries.swap_remove(last);
        Some(Before { text: before, earlier: last, migrated })
    }

    /// Whether anything was ever changed.
    pub(super) fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    /// Forgets all but the first ones.
    pub(super) fn keep(&self, first: usize) -> io::Result<()> {
        let mut entries = self.entries();
        entries.truncate(first);
        self.write(&entries, self.head())
    }

    /// Every text that it knows the playbook to have been.
    pub(super) fn texts(&self) -> Vec<String> {
        self.entries().into_iter().map(|entry| entry.before).collect()
    }

    /// The hash of the last record whose change was made, when that is known.
    pub(super) fn head(&self) -> Option<String> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        text.lines().find_map(|line| serde_json::from_str::<Head>(line).ok()).map(|head| head.head)
    }

    /// Notes that the change of a record was made.
    pub(super) fn made(&self, head: String) -> io::Result<()> {
        self.write(&self.entries(), Some(head))
    }

    /// A line that cannot be read, torn by a crash, tells of nothing.
    fn entries(&self) -> Vec<Entry> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    fn write(&self, entries: &[Entry], head: Option<String>) -> io::Result<()> {
        // Only for its owner to read: what `tempfile` makes is.
        let mut new = litter::temporary(&self.playbook)?;
        if let Some(head) = head {
            serde_json::to_writer(&mut new, &Head { head })?;
            new.write_all(b"\n")?;
        }
        for entry in entries {
            serde_json::to_writer(&mut new, entry)?;
            new.write_all(b"\n")?;
        }
        new.as_file().sync_all()?;
        replacement::put(new, &self.file)
    }
}
