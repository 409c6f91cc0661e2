//! Files of openbell's own, for nobody else to read: lines that are added, texts that are replaced, and both on the disk
//! before anybody is told so. No link is followed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use super::error::StateError;
use crate::replacement::{self, sync_directory};

/// No line is longer, in bytes. What is longer is not openbell's.
pub(super) const LONGEST_LINE: u64 = 4 * 1024 * 1024;
/// What ends a line that was not written to its end. No line of JSON ends so.
const TORN: &str = " ~torn";

/// Makes sure that a directory is there, which others cannot look into.
pub(super) fn directory(path: &Path) -> Result<(), StateError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match fs::symlink_metadata(path) {
        Ok(about) if about.is_dir() => Ok(()),
        Ok(_) => Err(StateError::InTheWay { path: path.to_owned() }),
        Err(_) => builder.create(path).map_err(StateError::not_written(path)),
    }
}

/// The text of a file; none where there is no file.
pub(super) fn text(path: &Path) -> Result<Option<String>, StateError> {
    let Some(file) = open(path)? else { return Ok(None) };
    let mut text = String::new();
    file.take(LONGEST_LINE).read_to_string(&mut text).map_err(StateError::unreadable(path))?;
    Ok(Some(text))
}

/// A file to be read; none where there is none.
pub(super) fn open(path: &Path) -> Result<Option<File>, StateError> {
    own(path)?;
    let mut options = OpenOptions::new();
    no_link(&mut options);
    match options.read(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(StateError::unreadable(path)(error)),
    }
}

/// Replaces a file by this text, whole or not at all. When it returns, a power cut does not take it back.
pub(super) fn put(path: &Path, text: &str) -> Result<(), StateError> {
    own(path)?;
    let failed = StateError::not_written(path);
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut new =
        tempfile::Builder::new().prefix(".new-").suffix(".tmp").tempfile_in(directory).map_err(&failed)?;
    new.write_all(text.as_bytes()).and_then(|()| new.as_file().sync_all()).map_err(&failed)?;
    replacement::put(new, path).map_err(failed)
}

/// Removes a file; whether there was one.
pub(super) fn remove(path: &Path) -> Result<bool, StateError> {
    match fs::remove_file(path) {
        Ok(()) => {
            sync_directory(path);
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(StateError::not_written(path)(error)),
    }
}

/// Adds lines to a file in one go. When it returns, a power cut does not take them back. What somebody else has added
/// without an end is ended first, so that nothing is glued to it.
pub(super) fn append(path: &Path, lines: &str) -> Result<(), StateError> {
    let failed = StateError::not_written(path);
    let mut file = to_append(path)?;
    let before = file.metadata().map_err(&failed)?.len();
    let end = match loose_end(&mut file).map_err(&failed)? {
        None => String::new(),
        Some(end) => ending(&end),
    };
    let text = format!("{end}{lines}\n");
    // In one call: those of several processes never mix.
    let written = file.write(text.as_bytes()).map_err(&failed)?;
    if written < text.len() {
        return Err(failed(io::ErrorKind::StorageFull.into()));
    }
    file.sync_data().map_err(&failed)?;
    if before == 0 {
        sync_directory(path);
    }
    Ok(())
}

/// Ends a last line that was not written to its end; what there was of it.
pub(super) fn end_last_line(path: &Path) -> Result<Option<Vec<u8>>, StateError> {
    if open(path)?.is_none() {
        return Ok(None);
    }
    let failed = StateError::not_written(path);
    let mut file = to_append(path)?;
    if loose_end(&mut file).map_err(&failed)?.is_none() {
        return Ok(None);
    }
    // Somebody may be writing it at this moment. Waiting for the disk is time enough to be done with that.
    file.sync_data().map_err(&failed)?;
    let Some(end) = loose_end(&mut file).map_err(&failed)? else { return Ok(None) };
    let whole = is_whole(&end);
    file.write_all(ending(&end).as_bytes()).and_then(|()| file.sync_data()).map_err(&failed)?;
    Ok((!whole).then_some(end))
}

/// Whether a line is one that was not written to its end, and is known to be so.
pub(super) fn is_torn(line: &[u8]) -> bool {
    line.ends_with(TORN.as_bytes())
}

fn ending(end: &[u8]) -> String {
    if is_whole(end) { "\n".to_owned() } else { format!("{TORN}\n") }
}

/// Whether only the end of the line is missing. A JSON object that lacks anything is none.
fn is_whole(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok()
}

/// What comes after the end of the last line, if anything does.
fn loose_end(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut end = Vec::new();
    if length > 0 {
        file.seek(SeekFrom::End(-1))?;
        (&*file).take(1).read_to_end(&mut end)?;
    }
    if end.is_empty() || end == b"\n" {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(length.saturating_sub(LONGEST_LINE)))?;
    end.clear();
    (&*file).take(LONGEST_LINE).read_to_end(&mut end)?;
    let begin = end.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    Ok(Some(end.split_off(begin)))
}

fn to_append(path: &Path) -> Result<File, StateError> {
    own(path)?;
    let mut options = OpenOptions::new();
    no_link(&mut options);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.read(true).append(true).create(true).open(path).map_err(StateError::not_written(path))
}

/// That what has this name, if anything has, is a file.
fn own(path: &Path) -> Result<(), StateError> {
    match fs::symlink_metadata(path) {
        Ok(about) if !about.is_file() => Err(StateError::InTheWay { path: path.to_owned() }),
        Ok(_) | Err(_) => Ok(()),
    }
}

fn no_link(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, libc::O_NOFOLLOW);
    #[cfg(not(unix))]
    let _ = options;
}
