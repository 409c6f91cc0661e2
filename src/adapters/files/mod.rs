//! The host's files: build contexts, secrets, and what the kernel shows of a process.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::ports::files::{BuildContext, BuildSpec, FileError, Files, Standing, sha256};
use crate::ports::secrets::{SecretError, SecretSource};

mod processes;
mod secrets;

/// Where Docker mounts a container's secrets.
const DOCKER_SECRETS: &str = "/run/secrets";

/// The machine's own files.
#[derive(Debug)]
pub struct Disk {
    /// The static Linux binary that goes into images with `own_binary`.
    pub own_binary: PathBuf,
    /// The environment.
    pub environment: fn(&str) -> Option<String>,
    /// Where Docker mounts the secrets of openbell's own container.
    pub docker_secrets: PathBuf,
}

impl Disk {
    /// This machine's, with Docker's secrets where Docker puts them.
    pub fn new(own_binary: PathBuf, environment: fn(&str) -> Option<String>) -> Self {
        Self { own_binary, environment, docker_secrets: DOCKER_SECRETS.into() }
    }
}

impl Files for Disk {
    fn pack(&self, build: &BuildSpec) -> Result<BuildContext, FileError> {
        let mut archive = tar::Builder::new(Vec::new());
        let mut files = Vec::new();
        list(&build.context, &mut files)?;
        files.sort();
        for file in files {
            let name = file.strip_prefix(&build.context).unwrap_or(&file).to_owned();
            let content = read(&file)?;
            append(&mut archive, &name, &content, executable(&file))
                .map_err(|source| FileError::Context { path: file, source })?;
        }
        if build.own_binary {
            let content = read(&self.own_binary)?;
            if !is_static_linux(&content) {
                return Err(FileError::OwnBinary { path: self.own_binary.clone() });
            }
            append(&mut archive, Path::new("openbell"), &content, true)
                .map_err(|source| FileError::Context { path: self.own_binary.clone(), source })?;
        }
        let finished = archive.into_inner();
        let tar = finished.map_err(|source| FileError::Context { path: build.context.clone(), source })?;
        let digest = sha256(&tar);
        Ok(BuildContext { tar, digest })
    }

    fn secret(&self, from: &SecretSource) -> Result<SecretString, SecretError> {
        self.read_secret(from)
    }

    fn open_to_others(&self, from: &SecretSource) -> bool {
        secrets::open_to_others(from)
    }

    fn standing(&self, path: &Path) -> Result<Option<Standing>, FileError> {
        let found = match std::fs::symlink_metadata(path) {
            Ok(found) => found,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(FileError::Unseen { path: path.to_owned(), source }),
        };
        Ok(Some(match found.file_type() {
            kind if kind.is_symlink() => Standing::Link,
            kind if kind.is_dir() => Standing::Directory,
            kind if kind.is_file() => Standing::File(found.len()),
            _ => Standing::Other,
        }))
    }

    fn process_sockets(&self, pid: u32) -> Result<String, FileError> {
        processes::sockets(pid).map_err(|source| FileError::NoProc { pid, source })
    }

    fn process_environments(&self, pid: u32, container_id: &str) -> std::io::Result<Vec<String>> {
        processes::environments(pid, container_id)
    }
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

fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    std::fs::read(path).map_err(|source| FileError::Context { path: path.to_owned(), source })
}

/// Owner, group and time are fixed, so that the same files give the same archive.
fn append(
    archive: &mut tar::Builder<Vec<u8>>,
    name: &Path,
    content: &[u8],
    executable: bool,
) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(if executable { 0o755 } else { 0o644 });
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    archive.append_data(&mut header, name, content)
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
fn is_static_linux(content: &[u8]) -> bool {
    let Some(head) = content.get(..64).filter(|head| head.starts_with(b"\x7fELF\x02\x01")) else {
        return false;
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
    !(0..count).any(|index| kind(index) == Some(&[3, 0, 0, 0]))
}
