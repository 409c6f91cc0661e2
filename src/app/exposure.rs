//! What others on this machine could read or put in the playbook's way: told as warnings, and nothing is refused for it.

use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use super::{Surroundings, tell};
use crate::playbook::Plan;
use crate::ports::files::Files;
use crate::ports::secrets::SecretSource;

/// What stands open.
#[derive(Debug, Error, Diagnostic)]
enum Exposure {
    /// Everybody can put another playbook in its place.
    #[error("everybody on this machine can write to {directory}, where the playbook is")]
    #[diagnostic(
        code(playbook::open_directory),
        severity(Warning),
        help("`chmod o-w {directory}`: who can write there decides what runs")
    )]
    Directory { directory: String },
    /// Others can read a secret.
    #[error("others than its owner can read the secret {from}")]
    #[diagnostic(code(secret::open_file), severity(Warning), help("`chmod 600` for it"))]
    Secret { from: String },
}

/// Tells what stands open of a playbook and of the secrets it names.
pub(super) fn warn(playbook: &Path, plans: &[Plan], files: &dyn Files, around: &Surroundings) {
    let directory = directory(playbook);
    let mut found = Vec::new();
    if is_open(&directory) {
        found.push(Exposure::Directory { directory: directory.display().to_string() });
    }
    let mut secrets: Vec<SecretSource> = plans.iter().flat_map(Plan::named_secrets).collect();
    secrets.sort_by_key(ToString::to_string);
    secrets.dedup();
    let open = secrets.into_iter().filter(|from| files.open_to_others(from));
    found.extend(open.map(|from| Exposure::Secret { from: from.to_string() }));
    for exposure in &found {
        tell(exposure, around);
    }
}

/// Where the file is, links followed.
fn directory(playbook: &Path) -> PathBuf {
    let file = playbook.canonicalize().unwrap_or_else(|_| playbook.to_owned());
    file.parent().map_or_else(PathBuf::new, Path::to_owned)
}

#[cfg(unix)]
fn is_open(directory: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(directory).is_ok_and(|found| found.permissions().mode() & 0o002 != 0)
}

#[cfg(not(unix))]
fn is_open(_: &Path) -> bool {
    false
}
