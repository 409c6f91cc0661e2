//! A playbook's file while it is changed: locked, read once, written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::EditError;
use super::litter;
use super::lock::Lock;
use crate::replacement;

/// A playbook's file.
#[derive(Debug)]
pub struct Opened {
    /// As the user named it.
    pub named: PathBuf,
    /// The file itself, links followed.
    pub(super) target: PathBuf,
    /// Its text, with the byte order mark.
    pub(super) text: String,
    _lock: Option<Lock>,
}

impl Opened {
    /// Reads a file, for nobody else to change meanwhile when it is to be written.
    ///
    /// # Errors
    /// It cannot be read, or somebody else edits it.
    pub fn open(file: &Path, to_write: bool) -> Result<Self, EditError> {
        let unreadable = |source| EditError::Unreadable { file: file.display().to_string(), source };
        let target = dunce::canonicalize(file).map_err(unreadable)?;
        let lock = if to_write { Some(Lock::of(file, &target)?) } else { None };
        let text = fs::read_to_string(&target).map_err(unreadable)?;
        if to_write {
            litter::clear(&target, &text);
        }
        Ok(Self { named: file.to_owned(), target, text, _lock: lock })
    }

    /// The text without a byte order mark.
    pub fn text(&self) -> &str {
        self.text.trim_start_matches('\u{feff}')
    }

    /// Where it stands, links followed.
    pub fn directory(&self) -> PathBuf {
        self.target.parent().unwrap_or(Path::new(".")).to_owned()
    }

    /// Another text, with the byte order mark of this one.
    pub(super) fn marked(&self, text: &str) -> String {
        format!("{}{text}", &self.text[..self.text.len() - self.text().len()])
    }

    /// Replaces the file by this text: whole, with its permissions, and only if it still is what was read.
    pub(super) fn replace(&self, text: &str) -> Result<(), EditError> {
        let shown = || self.named.display().to_string();
        let failed = |source| EditError::NotWritten { file: shown(), source };
        let about = fs::metadata(&self.target).map_err(failed)?;
        if about.permissions().readonly() {
            return Err(failed(io::ErrorKind::PermissionDenied.into()));
        }
        let mut new = litter::temporary(&self.target).map_err(failed)?;
        new.write_all(text.as_bytes()).map_err(failed)?;
        like(new.as_file(), &about).map_err(failed)?;
        new.as_file().sync_all().map_err(failed)?;
        let now = fs::read(&self.target).map_err(failed)?;
        if now != self.text.as_bytes() {
            return Err(EditError::ChangedMeanwhile { file: shown() });
        }
        replacement::put(new, &self.target).map_err(failed)
    }
}

/// Gives a new file the mode of the old one, and its owner where the system lets us.
fn like(new: &File, about: &fs::Metadata) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let _ = std::os::unix::fs::fchown(new, Some(about.uid()), Some(about.gid()));
    }
    new.set_permissions(about.permissions())
}
