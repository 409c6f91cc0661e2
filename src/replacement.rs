//! A new file that takes the place of another one: whole or not at all, and on the disk.
//!
//! Owns how that is done on each system. What stands in the file, and who may read it, is its user's business.

use std::fs;
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// Puts a file where another one is, or none. When it returns, a power cut does not take it back. Its text has to be on the
/// disk before (`sync_all`).
///
/// # Errors
/// What the system says. Then the new file is gone, and the other one is as it was.
pub(crate) fn put(new: NamedTempFile, path: &Path) -> io::Result<()> {
    named(new, path)?;
    sync_directory(path);
    Ok(())
}

#[cfg(unix)]
fn named(new: NamedTempFile, path: &Path) -> io::Result<()> {
    new.persist(path).map(drop).map_err(|error| error.error)
}

/// `persist` fails on Windows while anybody has the file open, if only to read it; the library's own renaming does not, but
/// for disks that know no other way: there it is tried again, as readers are quick.
#[cfg(not(unix))]
fn named(new: NamedTempFile, path: &Path) -> io::Result<()> {
    /// So often.
    const TRIES: u32 = 100;
    // Windows writes a file that is marked as temporary to the disk when it likes to: the mark goes first.
    let made = new.into_temp_path().keep().map_err(|error| error.error)?;
    let mut renamed = fs::rename(&made, path);
    for _ in 1..TRIES {
        match &renamed {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                std::thread::yield_now();
                renamed = fs::rename(&made, path);
            }
            Ok(()) | Err(_) => break,
        }
    }
    renamed.inspect_err(|_| {
        // It is of no use; that it cannot be removed either changes nothing.
        let _ = fs::remove_file(&made);
    })
}

/// A directory holds the names of its files: without this a power cut may take a name back. Windows has no such call.
pub(crate) fn sync_directory(path: &Path) {
    #[cfg(unix)]
    let _ = path.parent().map(|directory| fs::File::open(directory).and_then(|open| open.sync_all()));
    #[cfg(not(unix))]
    let _ = path;
}
