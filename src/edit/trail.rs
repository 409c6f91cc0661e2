//! The file of records beside a playbook: a line of JSON each, only ever added to, each bound to the one before.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::audit::Record;
use super::beside;
use super::error::EditError;

/// The record beside a playbook.
pub(super) struct Trail {
    file: PathBuf,
}

/// What the file holds.
#[derive(Default)]
pub(super) struct Recorded {
    /// Every whole record, each proven to be bound to the one before.
    pub(super) records: Vec<Record>,
    /// How long the file is up to the end of each of them.
    pub(super) ends: Vec<u64>,
    /// Whether a line without an end comes after them.
    pub(super) torn: bool,
}

impl Trail {
    pub(super) fn of(playbook: &Path) -> Self {
        Self { file: beside(playbook, ".audit.jsonl") }
    }

    /// The file, to be shown.
    pub(super) fn shown(&self) -> String {
        self.file.display().to_string()
    }

    /// Adds a record, bound to the last one: its hash, and how long the file was before.
    pub(super) fn add(&self, record: Record) -> Result<(String, u64), EditError> {
        let Recorded { records, ends, torn } = self.read()?;
        if torn {
            return Err(self.torn(records.len()));
        }
        let record = record.sealed(records.last().map(|last| last.hash.clone()).unwrap_or_default());
        let failed = |source| EditError::NotWritten { file: self.shown(), source };
        let mut file = self.open().map_err(failed)?;
        file.seek(SeekFrom::End(0))
            .and_then(|_| file.write_all(record.line().as_bytes()))
            .and_then(|()| file.sync_all())
            .map_err(failed)?;
        Ok((record.hash, ends.last().copied().unwrap_or_default()))
    }

    /// Takes what comes after this length back: its change was not made.
    pub(super) fn cut(&self, length: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(&self.file)?;
        file.set_len(length).and_then(|()| file.sync_all())
    }

    fn open(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.file)
    }

    /// That the last line has no end.
    pub(super) fn torn(&self, records: usize) -> EditError {
        let what = "the line is torn: writing it did not end, or its end was cut off".to_owned();
        EditError::Record { file: self.shown(), line: records + 1, what }
    }

    /// Every record, each proven to be as it was written and bound to the one before.
    pub(super) fn read(&self) -> Result<Recorded, EditError> {
        let shown = self.shown();
        let text = match std::fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Recorded::default()),
            Err(source) => return Err(EditError::Unreadable { file: shown, source }),
        };
        let (mut found, mut end) = (Recorded::default(), 0);
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let wrong = |what: &str| EditError::Record {
                file: shown.clone(),
                line: index + 1,
                what: what.to_owned(),
            };
            if !line.ends_with('\n') {
                found.torn = true;
                break;
            }
            let record: Record =
                serde_json::from_str(line).map_err(|_| wrong("this is no record of an approved change"))?;
            // Byte by byte: what means the same and was written otherwise was not written by openbell.
            if record.own_hash() != record.hash || record.line() != line {
                return Err(wrong("the record is not as it was written"));
            }
            let previous = found.records.last().map(|last| last.hash.as_str()).unwrap_or_default();
            if record.previous != previous {
                return Err(wrong("the record does not follow the one before it"));
            }
            end += line.len() as u64;
            found.records.push(record);
            found.ends.push(end);
        }
        Ok(found)
    }
}
