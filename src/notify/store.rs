//! What outlives a crash: memory and queues in one file, written whole or not at all, mode 0600.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::NotifyError;
use super::memory::Memory;
use super::queue::Queue;
use crate::diagnosis::Diagnosis;
use crate::replacement;

/// Version of the file's format.
const VERSION: u32 = 1;
/// Memory and full queues are far smaller.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What is kept.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Kept {
    version: u32,
    pub(super) memory: Memory,
    /// By the name of the channel.
    pub(super) queues: BTreeMap<String, Queue>,
}

/// Where it is kept.
#[derive(Debug)]
pub(super) struct Store {
    file: PathBuf,
    /// That it cannot be written is told once.
    failing: bool,
}

impl Store {
    /// The file of a playbook in a directory. What a crash left half written is removed.
    pub(super) fn of(directory: &Path, playbook: &str) -> Self {
        let store = Self { file: directory.join(format!("notify-{playbook}.json")), failing: false };
        let prefix = store.prefix();
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                // It is of no use; that it cannot be removed changes nothing.
                let _ = fs::remove_file(entry.path());
            }
        }
        store
    }

    fn prefix(&self) -> String {
        format!(".{}.", self.file.file_name().unwrap_or_default().to_string_lossy())
    }

    /// What is kept; nothing the first time. What cannot be read is put aside.
    pub(super) fn read(&self) -> (Kept, Option<Diagnosis>) {
        let wrong = match self.content() {
            Ok(Some(kept)) => return (kept, None),
            Ok(None) => return (Kept::default(), None),
            Err(wrong) => wrong,
        };
        let mut aside = self.file.clone().into_os_string();
        aside.push(".broken");
        // If it cannot be put aside it is written over: there is nothing in it that could be used.
        let _ = fs::rename(&self.file, &aside);
        let error = NotifyError::Unreadable { file: self.file.clone(), source: wrong };
        (Kept::default(), Some(Diagnosis::of(&error)))
    }

    fn content(&self) -> io::Result<Option<Kept>> {
        let found = match fs::symlink_metadata(&self.file) {
            // Without a directory there is nothing to read; that nothing can be written is told then.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            found => found?,
        };
        if !found.is_file() || found.len() > LARGEST {
            return Err(io::Error::other("not a file of a sensible size"));
        }
        let kept: Kept = serde_json::from_slice(&fs::read(&self.file)?)?;
        if kept.version != VERSION {
            return Err(io::Error::other(format!("version {} is not known", kept.version)));
        }
        Ok(Some(kept))
    }

    /// Writes it. Why not, when that is new.
    pub(super) fn write(&mut self, memory: &Memory, queues: &BTreeMap<String, Queue>) -> Option<Diagnosis> {
        let written = self.put(memory, queues);
        let new = written.is_err() && !self.failing;
        self.failing = written.is_err();
        let source = written.err().filter(|_| new)?;
        Some(Diagnosis::of(&NotifyError::NotKept { file: self.file.clone(), source }))
    }

    fn put(&self, memory: &Memory, queues: &BTreeMap<String, Queue>) -> io::Result<()> {
        #[derive(Serialize)]
        struct Keeps<'a> {
            version: u32,
            memory: &'a Memory,
            queues: &'a BTreeMap<String, Queue>,
        }
        let text = serde_json::to_vec(&Keeps { version: VERSION, memory, queues })?;
        let directory = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(directory)?;
        // Its mode is 0600 from the first moment on.
        let mut new = tempfile::Builder::new().prefix(&self.prefix()).tempfile_in(directory)?;
        new.write_all(&text)?;
        new.as_file().sync_all()?;
        replacement::put(new, &self.file)
    }
}
