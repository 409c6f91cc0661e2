//! Secrets by reference: where one is kept, and why it cannot be had.
//!
//! Owns the names of the places. Reading them is [`super::files::Files`]'s.

use std::fmt;
use std::path::PathBuf;

use miette::Diagnostic;
use serde::Serialize;
use thiserror::Error;

use crate::diagnosis::{Explain, Pace};

/// Where a secret is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretSource {
    /// The content of a file; the path is absolute.
    File(PathBuf),
    /// A variable of openbell's own environment.
    Env(String),
    /// A credential of the systemd unit that runs openbell, by name.
    Credential(String),
    /// A secret that Docker mounted into openbell's own container, by name.
    DockerSecret(String),
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the file {}", path.display()),
            Self::Env(name) => write!(f, "the variable {name}"),
            Self::Credential(name) => write!(f, "the credential {name}"),
            Self::DockerSecret(name) => write!(f, "the Docker secret {name}"),
        }
    }
}

/// Why a secret cannot be had. None of them tells any part of it.
#[derive(Debug, Error, Diagnostic)]
pub enum SecretError {
    /// The file is not there or not readable.
    #[error("the secret file {} cannot be read", path.display())]
    #[diagnostic(
        code(files::secret),
        help("write the secret into that file, readable by the user that runs openbell only (chmod 600)")
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The variable is not set, or empty.
    #[error("the secret is to come from the variable {name}, which is not set or empty")]
    #[diagnostic(
        code(secret::env),
        help("set {name} in the environment of openbell itself, or use {{file: path}}")
    )]
    Env {
        /// The variable.
        name: String,
    },
    /// openbell was not started with credentials.
    #[error("the secret is to be the credential {name}, and openbell was started without credentials")]
    #[diagnostic(
        code(secret::no_credentials),
        help(
            "only systemd gives them ($CREDENTIALS_DIRECTORY): add LoadCredential={name}:/path/of/the/secret to the unit; outside of a unit use {{file: path}}"
        )
    )]
    NoCredentials {
        /// The credential.
        name: String,
    },
    /// There are credentials, but not this one.
    #[error("the credential {name} cannot be read from {}", directory.display())]
    #[diagnostic(
        code(secret::credential),
        help("add LoadCredential={name}:/path/of/the/secret (or LoadCredentialEncrypted=) to the unit")
    )]
    Credential {
        /// The credential.
        name: String,
        /// Where systemd puts them.
        directory: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Docker mounted no such secret.
    #[error("the Docker secret {name} cannot be read from {}", directory.display())]
    #[diagnostic(
        code(secret::docker_secret),
        help(
            "give openbell's own container the secret (`secrets: [{name}]` in its service); outside of a container use {{file: path}}"
        )
    )]
    DockerSecret {
        /// The secret.
        name: String,
        /// Where Docker mounts them.
        directory: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl Explain for SecretError {
    fn again(&self) -> Option<Pace> {
        None
    }
}
