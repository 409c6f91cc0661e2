//! That one editor at a time has a playbook: the lock file beside it.

use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::beside;
use super::error::EditError;
use crate::lock_file::{self, Refused};

/// The digits of the greatest process id there is.
const LONGEST: u64 = 10;

/// That nobody else edits a file. It goes with its holder, however that ends.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    pub(super) fn of(named: &Path, target: &Path) -> Result<Self, EditError> {
        let path = beside(target, ".lock");
        let failed = |source| EditError::NotWritten { file: path.display().to_string(), source };
        let foreign = || EditError::LockFile { file: path.display().to_string() };
        let mut lock = lock_file::take(&path).map_err(|refused| match refused {
            Refused::Held => EditError::Locked { file: named.display().to_string(), holder: holder(&path) },
            Refused::Foreign => foreign(),
            Refused::System(source) => failed(source),
        })?;
        if !ours(&mut lock) {
            return Err(foreign());
        }
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| lock.write_all(std::process::id().to_string().as_bytes()))
            .map_err(failed)?;
        Ok(Self { path, _file: lock })
    }
}

/// Whether a file holds what openbell writes into a lock file: a number, or nothing.
fn ours(lock: &mut File) -> bool {
    let mut content = Vec::new();
    let read = lock.take(LONGEST + 1).read_to_end(&mut content);
    read.is_ok_and(|length| length as u64 <= LONGEST) && content.iter().all(u8::is_ascii_digit)
}

fn holder(path: &Path) -> String {
    let pid = fs::read_to_string(path).unwrap_or_default();
    let known = !pid.is_empty() && pid.chars().all(|c| c.is_ascii_digit());
    if known { format!(" by process {pid}") } else { String::new() }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Elsewhere the file stays, empty of meaning: a lock is held on it, not by its being there.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}
