//! Files that a start-up needs from the host: build contexts, secrets, and what the kernel shows of a process.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::Diagnostic;
use secrecy::SecretString;
use sha2::Digest;
use thiserror::Error;

use super::secrets::{SecretError, SecretSource};
use crate::diagnosis::{Explain, Pace};

/// What an image is built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildSpec {
    /// The directory with the Dockerfile, absolute.
    pub context: PathBuf,
    /// Put this program's own (static, Linux) binary into the context as `openbell`.
    pub own_binary: bool,
}

/// Writes an archive.
type Pack = dyn Fn(&mut dyn Write) -> io::Result<()> + Send + Sync;

/// A build context: what it is, and how its archive is written.
#[derive(Clone)]
pub struct BuildContext {
    /// SHA-256 over the archive, in hex: the same files give the same digest.
    pub digest: String,
    pack: Arc<Pack>,
}

impl BuildContext {
    /// One whose tar archive `pack` writes; as often as it is asked, piece by piece.
    pub fn new(
        digest: String,
        pack: impl Fn(&mut dyn Write) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self { digest, pack: Arc::new(pack) }
    }

    /// Writes the files as a tar archive, and blocks meanwhile.
    ///
    /// # Errors
    /// A file that cannot be read any more, or the writer's own.
    pub fn pack(&self, to: &mut dyn Write) -> io::Result<()> {
        (self.pack)(to)
    }
}

impl fmt::Debug for BuildContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("BuildContext").field("digest", &self.digest).finish_non_exhaustive()
    }
}

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A regular file of that many bytes.
    File(u64),
    /// A directory.
    Directory,
    /// A symbolic link, wherever it leads.
    Link,
    /// Something else: a socket, a pipe, a device.
    Other,
}

/// SHA-256 in hex: the one form of content digest in labels.
pub fn sha256(content: &[u8]) -> String {
    let mut digest = Digesting::default();
    digest.0.update(content);
    digest.hex()
}

/// The same of what is written to it.
#[derive(Clone, Debug, Default)]
pub struct Digesting(sha2::Sha256);

impl Digesting {
    /// The digest of all of it.
    pub fn hex(self) -> String {
        self.0.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = std::fmt::Write::write_fmt(&mut hex, format_args!("{byte:02x}"));
            hex
        })
    }
}

impl Write for Digesting {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.0.update(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads the host's files.
pub trait Files: Send + Sync {
    /// A build context and its digest. Reproducible: order, owners and times are fixed.
    fn context(&self, build: &BuildSpec) -> Result<BuildContext, FileError>;
    /// Reads a secret; of what is kept in a file one line end at the end is dropped, nothing else.
    fn secret(&self, from: &SecretSource) -> Result<SecretString, SecretError>;
    /// Whether others than its owner can read the file of a secret.
    fn open_to_others(&self, _: &SecretSource) -> bool {
        false
    }
    /// What stands at a path itself: a link is not followed. `None` where nothing does.
    ///
    /// # Errors
    /// [`FileError::Unseen`] when that cannot be told.
    fn standing(&self, path: &Path) -> Result<Option<Standing>, FileError>;
    /// The TCP sockets in the network of a process of this machine: the text of `/proc/<pid>/net/tcp` and, behind it,
    /// `/proc/<pid>/net/tcp6` (proc(5)). Linux only.
    fn process_sockets(&self, pid: u32) -> Result<String, FileError>;
    /// The environments of all processes of a container on this machine, `NAME=value`, one after the other: those of its
    /// control group (cgroups(7)), to which its main process `pid` must belong too, by `/proc/<pid>/environ` (proc(5)).
    /// Linux and root only; without the right to read even one of them it is an error.
    fn process_environments(&self, _pid: u32, _container_id: &str) -> std::io::Result<Vec<String>> {
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

/// Why a file could not be used.
#[derive(Debug, Error, Diagnostic)]
pub enum FileError {
    /// The build context is not there or not readable.
    #[error("the build context {} cannot be read", path.display())]
    #[diagnostic(code(files::context), help("`build.context` is relative to the playbook's own directory"))]
    Context {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Whether something stands at a path cannot be told.
    #[error("whether {} exists cannot be seen", path.display())]
    #[diagnostic(
        code(files::unseen),
        help("let the user that openbell runs as enter every directory on the way to it")
    )]
    Unseen {
        /// The path.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// What the kernel shows of a process cannot be had.
    #[error("the sockets of process {pid} cannot be read on this machine")]
    #[diagnostic(
        code(files::no_proc),
        help("this needs Linux, the engine on the same machine, and a container that runs")
    )]
    NoProc {
        /// The process.
        pid: u32,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The running binary cannot serve as the content of a Linux image.
    #[error("{} is not a static Linux program, and a container cannot run it", path.display())]
    #[diagnostic(
        code(files::own_binary),
        help(
            "name a static Linux build of openbell: --container-binary FILE (or OPENBELL_CONTAINER_BINARY)"
        )
    )]
    OwnBinary {
        /// The binary.
        path: PathBuf,
    },
}

impl Explain for FileError {
    fn again(&self) -> Option<Pace> {
        None
    }
}
