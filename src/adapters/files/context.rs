//! Build contexts: a reproducible archive of a directory's files, written piece by piece. The binary that goes into an image
//! is tens of megabytes, and a program that runs for weeks must not keep them: an allocator seldom gives such memory back.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::ports::files::{BuildContext, BuildSpec, Digesting, FileError};

/// So much of a program is looked at: its program headers follow the ELF header in whatever linkers write.
const HEAD: u64 = 64 * 1024;

/// The context of a build: its digest now, its archive when an engine wants it.
pub(super) fn context(build: &BuildSpec, own_binary: &Path) -> Result<BuildContext, FileError> {
    let mut digest = Digesting::default();
    let (build, own_binary) = (build.clone(), own_binary.to_owned());
    pack(&build, &own_binary, &mut digest)?;
    let again = move |to: &mut dyn Write| pack(&build, &own_binary, to).map_err(io::Error::other);
    Ok(BuildContext::new(digest.hex(), again))
}

fn pack(build: &BuildSpec, own_binary: &Path, to: &mut dyn Write) -> Result<(), FileError> {
    let mut archive = tar::Builder::new(to);
    let mut files = Vec::new();
    list(&build.context, &mut files)?;
    files.sort();
    for file in files {
        let name = file.strip_prefix(&build.context).unwrap_or(&file);
        let added = File::open(&file).and_then(|open| append(&mut archive, name, open, executable(&file)));
        added.map_err(|source| FileError::Context { path: file.clone(), source })?;
    }
    if build.own_binary {
        let wrong = |source| FileError::Context { path: own_binary.to_owned(), source };
        let mut binary = File::open(own_binary).map_err(wrong)?;
        if !is_static_linux(&mut binary).map_err(wrong)? {
            return Err(FileError::OwnBinary { path: own_binary.to_owned() });
        }
        append(&mut archive, Path::new("openbell"), binary, true).map_err(wrong)?;
    }
    let wrong = |source| FileError::Context { path: build.context.clone(), source };
    archive.finish().map_err(wrong)
}

/// All files below a directory.
fn list(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), FileError> {
    let wrong = |source| FileError::Context { path: directory.to_owned(), source };
    for entry in std::fs::read_dir(directory).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// Owner, group and time are fixed, so that the same files give the same archive.
fn append(
    archive: &mut tar::Builder<&mut dyn Write>,
    name: &Path,
    file: File,
    executable: bool,
) -> io::Result<()> {
    let size = file.metadata()?.len();
    let mut header = tar::Header::new_gnu();
    header.set_size(size);
    header.set_mode(if executable { 0o755 } else { 0o644 });
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    // An archive holds as many bytes as its header says: one that grows meanwhile is cut, one that shrinks is told.
    let mut content = Counted { rest: file.take(size), read: 0 };
    archive.append_data(&mut header, name, &mut content)?;
    if content.read == size { Ok(()) } else { Err(io::Error::other("it became shorter while it was read")) }
}

/// Counts what is read of a file.
struct Counted {
    rest: io::Take<File>,
    read: u64,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.rest.read(buffer)?;
        self.read += read as u64;
        Ok(read)
    }
}

#[cfg(unix)]
fn executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn executable(_: &Path) -> bool {
    true
}

/// An ELF file without an interpreter (program header type 3): a program that needs no loader in its image.
fn is_static_linux(file: &mut File) -> io::Result<bool> {
    let mut content = Vec::new();
    Read::by_ref(file).take(HEAD).read_to_end(&mut content)?;
    file.rewind()?;
    let Some(head) = content.get(..64).filter(|head| head.starts_with(b"\x7fELF\x02\x01")) else {
        return Ok(false);
    };
    let number = |at: usize, length: usize| {
        let bytes = head[at..at + length].iter().rev();
        bytes.fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte))
    };
    let (start, size, count) = (number(32, 8), number(54, 2), number(56, 2));
    let kind = |index: usize| {
        let at = index.checked_mul(size)?.checked_add(start)?;
        content.get(at..at.checked_add(4)?)
    };
    Ok(!(0..count).any(|index| kind(index) == Some(&[3, 0, 0, 0])))
}
