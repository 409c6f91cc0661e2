//! That one editor at a time has a playbook: the lock file beside it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::beside;
use super::error::EditError;

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
        let file = named.display().to_string();
        let path = beside(target, ".lock");
        let failed = |source| EditError::NotWritten { file: path.display().to_string(), source };
        let foreign = || EditError::LockFile { file: path.display().to_string() };
        // The holder before removes its lock file: then what we locked is no longer the file of that name.
        for _ in 0..1000 {
            if fs::symlink_metadata(&path).is_ok_and(|about| !about.is_file()) {
                return Err(foreign());
            }
            let mut lock = open(&path).map_err(failed)?;
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(EditError::Locked { file, holder: holder(&path) });
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
            if still_named(&lock, &path) {
                if !ours(&mut lock) {
                    return Err(foreign());
                }
                lock.set_len(0)
                    .and_then(|()| lock.rewind())
                    .and_then(|()| lock.write_all(std::process::id().to_string().as_bytes()))
                    .map_err(failed)?;
                return Ok(Self { path, _file: lock });
            }
        }
        Err(EditError::Locked { file, holder: String::new() })
    }
}

/// Opens what is to be locked, and never what a link leads to.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
    options.open(path)
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

#[cfg(unix)]
fn still_named(lock: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (lock.metadata(), fs::metadata(path)) {
        (Ok(ours), Ok(named)) => (ours.dev(), ours.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn still_named(_: &File, _: &Path) -> bool {
    true
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Elsewhere the file stays, empty of meaning: a lock is held on it, not by its being there.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}
