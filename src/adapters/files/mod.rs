//! The host's files: build contexts, secrets, and what the kernel shows of a process.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::ports::files::{BuildContext, BuildSpec, FileError, Files, Standing};
use crate::ports::secrets::{SecretError, SecretSource};

mod context;
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
    fn context(&self, build: &BuildSpec) -> Result<BuildContext, FileError> {
        context::context(build, &self.own_binary)
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
