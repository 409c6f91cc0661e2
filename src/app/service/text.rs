//! The file with a service's text: judged before it is written over, written whole, removed.

use std::io::{self, Write};
use std::path::Path;

use crate::replacement;
use crate::service::{Places, Service, ServiceError, Written, judge, other_playbook};

/// The service as it is to be.
pub(super) struct Wanted<'a> {
    pub(super) service: &'a Service,
    pub(super) places: &'a Places,
    pub(super) text: &'a str,
    /// Write over what was changed, or is for another playbook.
    pub(super) force: bool,
}

/// What there is where the text is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing.
    Absent,
    /// This very text.
    Same,
    /// A text of openbell's that may be written over.
    Other,
}

impl Wanted<'_> {
    /// Looks at what is there.
    ///
    /// # Errors
    /// It must not be written over.
    pub(super) fn before(&self) -> Result<Before, ServiceError> {
        let file = || self.places.file.clone();
        let Some(found) = read(&self.places.file)? else { return Ok(Before::Absent) };
        if found == self.text {
            return Ok(Before::Same);
        }
        match judge(&found) {
            Written::Foreign => return Err(ServiceError::Foreign { file: file() }),
            Written::Changed if !self.force => return Err(ServiceError::Changed { file: file() }),
            Written::Changed | Written::Ours => {}
        }
        match other_playbook(&found, &self.service.playbook) {
            Some(other) if !self.force => {
                Err(ServiceError::NameTaken { file: file(), other: other.to_owned() })
            }
            _ => Ok(Before::Other),
        }
    }

    /// Writes the text: whole or not at all, readable by everybody.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), ServiceError> {
        let path = Path::new(&self.places.file);
        put(path, bytes).map_err(|source| unwritable(&self.places.file, source))
    }
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    std::fs::create_dir_all(directory)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".openbell-service-");
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Whatever the umask: the system and its tools read it.
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.as_file().sync_all()?;
    replacement::put(file, path)
}

/// The text that is there; `None` where there is no file. A task's is UTF-16.
fn read(file: &str) -> Result<Option<String>, ServiceError> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(ServiceError::Unreadable { path: file.to_owned(), source }),
    };
    Ok(Some(match bytes.strip_prefix(&[0xff, 0xfe]) {
        Some(wide) => {
            let units = wide.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            let text: String = char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect();
            text.replace("\r\n", "\n")
        }
        None => String::from_utf8_lossy(&bytes).into_owned(),
    }))
}

/// Whether openbell's text is there, and may be removed.
///
/// # Errors
/// The file is somebody else's.
pub(super) fn ours(places: &Places) -> Result<bool, ServiceError> {
    match read(&places.file)? {
        None => Ok(false),
        Some(text) if judge(&text) == Written::Foreign => {
            Err(ServiceError::Foreign { file: places.file.clone() })
        }
        Some(_) => Ok(true),
    }
}

/// Removes a file that is there.
pub(super) fn remove(file: &str) -> Result<(), ServiceError> {
    std::fs::remove_file(file).map_err(|source| unwritable(file, source))
}

/// Removes a directory with everything in it, and the one above it when nothing else is there.
pub(super) fn remove_all(directory: &str) -> Result<(), ServiceError> {
    std::fs::remove_dir_all(directory).map_err(|source| unwritable(directory, source))?;
    if let Some(above) = Path::new(directory).parent() {
        // Another playbook's state keeps it.
        let _ = std::fs::remove_dir(above);
    }
    Ok(())
}

/// Makes the directory of the state, for its owner only.
pub(super) fn make(directory: &str) -> Result<(), ServiceError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).map_err(|source| unwritable(directory, source))
}

pub(super) fn unwritable(path: &str, source: io::Error) -> ServiceError {
    ServiceError::Unwritable { path: path.to_owned(), source }
}
