//! That one process at a time has something: an OS lock on a file, which goes with its holder however that ends.
//!
//! Owns how such a file is opened and locked, never through a link. What stands in it, and who is told, is its user's
//! business.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// So often the file is looked at again when its holder before removed it meanwhile.
const TRIES: u32 = 1000;

/// Why a lock was not got.
#[derive(Debug)]
pub(crate) enum Refused {
    /// Somebody else has it.
    Held,
    /// What stands in the file's place is no file.
    Foreign,
    /// The system said no.
    System(io::Error),
}

/// Locks a file, which is made where it is not there, for as long as what is returned lives.
///
/// # Errors
/// Somebody has it, something else is in its place, or the system says no.
pub(crate) fn take(path: &Path) -> Result<File, Refused> {
    // A holder may remove its file when it is done: then what we locked is no longer the file of that name.
    for _ in 0..TRIES {
        if fs::symlink_metadata(path).is_ok_and(|about| !about.is_file()) {
            return Err(Refused::Foreign);
        }
        let lock = open(path).map_err(Refused::System)?;
        match lock.try_lock() {
            Ok(()) if still_named(&lock, path) => return Ok(lock),
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Refused::Held),
            Err(TryLockError::Error(source)) => return Err(Refused::System(source)),
        }
    }
    Err(Refused::Held)
}

/// Opens what is to be locked, and never what a link leads to.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW);
    }
    options.open(path)
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
