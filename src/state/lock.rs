//! That one instance at a time has a playbook.
//!
//! The lock is on a file that stays empty: on Windows, nobody else can read what is locked. Who holds it stands beside it.

use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::disk;
use super::error::StateError;
use crate::lock_file::{self, Refused};

/// So often the lock is asked for again while nobody says to be its holder: somebody may only be looking.
const TRIES: u32 = 100;

/// Who has a playbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process id. Of a container it is the container's own.
    pub pid: u32,
    /// What it does, such as `watch`.
    pub command: String,
    /// Since when; RFC 3339, UTC.
    pub since: String,
}

/// That nobody else changes the stack. It ends with its holder, however that ends.
#[derive(Debug)]
pub struct Lock {
    words: PathBuf,
    _file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Before the lock goes: the words of whoever comes next are never taken away.
        let _ = std::fs::remove_file(&self.words);
    }
}

fn places(directory: &Path) -> (PathBuf, PathBuf) {
    (directory.join("lock"), directory.join("holder.json"))
}

pub(super) fn lock(
    directory: &Path,
    playbook: &str,
    command: &str,
    now: Timestamp,
) -> Result<Lock, StateError> {
    let (file, words) = places(directory);
    let mut holder = None;
    for _ in 0..TRIES {
        match lock_file::take(&file) {
            Ok(lock) => {
                #[cfg(unix)]
                let _ = lock.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600));
                // The lock holds without them: what cannot be written is only not told to others.
                let _ = say(&words, command, now);
                return Ok(Lock { words, _file: lock });
            }
            Err(Refused::Foreign) => return Err(StateError::InTheWay { path: file }),
            Err(Refused::System(source)) => return Err(StateError::NotWritten { path: file, source }),
            Err(Refused::Held) => holder = read(&words),
        }
        if holder.is_some() {
            break;
        }
        std::thread::yield_now();
    }
    Err(StateError::Held { playbook: playbook.to_owned(), holder })
}

/// Who has the playbook now.
pub(super) fn holder(directory: &Path) -> Option<Holder> {
    let (file, words) = places(directory);
    // Whoever ends takes the words away: only where they are left is it worth asking whether somebody is behind them.
    let holder = read(&words)?;
    match lock_file::take(&file) {
        Err(Refused::Held) => Some(holder),
        Ok(_) | Err(Refused::Foreign | Refused::System(_)) => None,
    }
}

fn say(words: &Path, command: &str, now: Timestamp) -> Result<(), StateError> {
    let holder = Holder { pid: std::process::id(), command: command.to_owned(), since: format!("{now:.0}") };
    disk::put(words, &serde_json::to_string(&holder).unwrap_or_default())
}

fn read(words: &Path) -> Option<Holder> {
    serde_json::from_str(&disk::text(words).ok()??).ok()
}
