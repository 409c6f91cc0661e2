//! Secrets from where they are kept on this machine.

use std::io;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::Disk;
use crate::ports::secrets::{SecretError, SecretSource};

/// A secret is a password or a key; what is larger is something else.
const LARGEST_SECRET: u64 = 64 * 1024;

/// Where systemd says that it has put a unit's credentials (systemd.exec(5)).
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

impl Disk {
    pub(super) fn read_secret(&self, from: &SecretSource) -> Result<SecretString, SecretError> {
        match from {
            SecretSource::File(path) => {
                content(path).map_err(|source| SecretError::File { path: path.clone(), source })
            }
            SecretSource::Env(name) => (self.environment)(name)
                .filter(|value| !value.is_empty())
                .map(SecretString::from)
                .ok_or_else(|| SecretError::Env { name: name.clone() }),
            SecretSource::Credential(name) => {
                let directory = (self.environment)(CREDENTIALS).filter(|path| !path.is_empty());
                let directory = directory.ok_or_else(|| SecretError::NoCredentials { name: name.clone() })?;
                let directory = PathBuf::from(directory);
                content(&directory.join(name)).map_err(|source| SecretError::Credential {
                    name: name.clone(),
                    directory,
                    source,
                })
            }
            SecretSource::DockerSecret(name) => {
                content(&self.docker_secrets.join(name)).map_err(|source| SecretError::DockerSecret {
                    name: name.clone(),
                    directory: self.docker_secrets.clone(),
                    source,
                })
            }
        }
    }
}

/// The content of a file; a byte order mark and one line end at the end are dropped, nothing else.
fn content(path: &Path) -> io::Result<SecretString> {
    let found = std::fs::metadata(path)?;
    if !found.is_file() || found.len() > LARGEST_SECRET {
        return Err(io::Error::other("not a file of at most 64 KiB"));
    }
    let text = std::fs::read_to_string(path)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.strip_suffix('\n').unwrap_or(text);
    Ok(SecretString::from(text.strip_suffix('\r').unwrap_or(text)))
}

/// Whether others than its owner can read a file. What systemd and Docker put there has the mode they gave it.
#[cfg(unix)]
pub(super) fn open_to_others(from: &SecretSource) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let SecretSource::File(path) = from else { return false };
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
pub(super) fn open_to_others(_: &SecretSource) -> bool {
    false
}
