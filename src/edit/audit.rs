//! The record of changes that touch safety: a line of JSON each, only ever added to, each bound to the one before.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Digest;

use super::beside;
use super::error::EditError;
use super::safety::{Changed, Relevant};
use crate::redact::Redactor;

/// Who approves of a change, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
}

impl Approval {
    /// Reads `who: why`.
    ///
    /// # Errors
    /// One of the two is missing.
    pub fn read(text: &str) -> Result<Self, EditError> {
        let (who, why) = text.split_once(':').unwrap_or_default();
        let (who, why) = (who.trim().to_owned(), why.trim().to_owned());
        if who.is_empty() || why.is_empty() {
            return Err(EditError::Approval { text: text.to_owned() });
        }
        Ok(Self { who, why })
    }
}

/// One approved change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When, in UTC.
    pub at: String,
    /// Who approved; nothing where no approval was needed.
    pub who: Option<String>,
    /// Why.
    pub why: Option<String>,
    /// What.
    pub changes: Vec<RecordedChange>,
    /// SHA-256 of the playbook before.
    pub before: String,
    /// SHA-256 of the playbook after.
    pub after: String,
    /// SHA-256 of what decides about safety, after.
    pub safety: String,
    /// The hash of the record before; empty for the first.
    pub previous: String,
    /// SHA-256 of this record with nothing here.
    pub hash: String,
}

/// A value that was changed. Secrets and accounts are masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordedChange {
    /// Where.
    pub path: String,
    /// What was there.
    pub before: Value,
    /// What is there now.
    pub after: Value,
}

impl Record {
    fn sealed(mut self, previous: String) -> Self {
        self.previous = previous;
        self.hash = self.own_hash();
        self
    }

    fn own_hash(&self) -> String {
        let bare = Self { hash: String::new(), ..self.clone() };
        sha256(&serde_json::to_vec(&bare).unwrap_or_default())
    }
}

pub(super) fn sha256(content: &[u8]) -> String {
    sha2::Sha256::digest(content).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a text never fails.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// What decides about safety, in a digest.
pub(super) fn digest(relevant: &Relevant) -> String {
    sha256(&serde_json::to_vec(relevant).unwrap_or_default())
}

/// A change without secrets.
pub(super) fn veiled(change: &Changed) -> RecordedChange {
    let redactor = Redactor::default();
    let veil = |value: Option<&Value>| {
        let mut value = value.cloned().unwrap_or_default();
        redactor.json(&mut value);
        match &value {
            Value::String(text) => Value::String(by_name(&redactor, &change.path, text)),
            _ => value,
        }
    };
    RecordedChange {
        path: change.path.clone(),
        before: veil(change.before.as_ref()),
        after: veil(change.after.as_ref()),
    }
}

/// A text that stands under a name: masked when the name speaks of a secret.
pub(super) fn by_name(redactor: &Redactor, path: &str, text: &str) -> String {
    let name = path.rsplit('.').next().unwrap_or_default();
    if redactor.text(&format!("{name}=x")).ends_with("***") { "***".to_owned() } else { text.to_owned() }
}

/// The record beside a playbook.
pub(super) struct Trail {
    file: PathBuf,
}

impl Trail {
    pub(super) fn of(playbook: &Path) -> Self {
        Self { file: beside(playbook, ".audit.jsonl") }
    }

    /// Adds a record, bound to the last one; how long the file was before. What a crash left of a line is cut off: the
    /// change it was to tell of was not made.
    pub(super) fn add(&self, record: Record) -> Result<u64, EditError> {
        let failed = |source| EditError::NotWritten { file: self.file.display().to_string(), source };
        let (mut file, text) = self.open().map_err(failed)?;
        let whole = text.rfind('\n').map_or(0, |newline| newline + 1);
        let last = text[..whole].lines().last().and_then(|line| serde_json::from_str::<Record>(line).ok());
        let record = record.sealed(last.map(|last| last.hash).unwrap_or_default());
        let mut line = serde_json::to_vec(&record).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        let add = || {
            file.set_len(whole as u64)?;
            file.seek(SeekFrom::End(0))?;
            file.write_all(&line)?;
            file.sync_all()
        };
        let mut add = add;
        add().map_err(failed)?;
        Ok(whole as u64)
    }

    /// Takes the last record back: its change was not made.
    pub(super) fn cut(&self, length: u64) {
        if let Ok(file) = OpenOptions::new().write(true).open(&self.file) {
            // If this fails too, `verify` tells that the playbook is not what was approved: it errs on the safe side.
            let _ = file.set_len(length).and_then(|()| file.sync_all());
        }
    }

    fn open(&self) -> io::Result<(File, String)> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&self.file)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        Ok((file, text))
    }

    /// Every record, each proven to be bound to the one before.
    pub(super) fn records(&self) -> Result<Vec<Record>, EditError> {
        let shown = self.file.display().to_string();
        let text = match std::fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(EditError::Unreadable { file: shown, source }),
        };
        let mut records: Vec<Record> = Vec::new();
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let wrong = |what: &str| EditError::Record {
                file: shown.clone(),
                line: index + 1,
                what: what.to_owned(),
            };
            if !line.ends_with('\n') {
                return Err(wrong("the line is torn: writing it did not end"));
            }
            let record: Record =
                serde_json::from_str(line).map_err(|_| wrong("this is no record of an approved change"))?;
            if record.own_hash() != record.hash {
                return Err(wrong("the record is not as it was written"));
            }
            if record.previous != records.last().map(|last| last.hash.clone()).unwrap_or_default() {
                return Err(wrong("the record does not follow the one before it"));
            }
            records.push(record);
        }
        Ok(records)
    }
}
