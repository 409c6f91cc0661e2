//! What others on this machine could read or put in the playbook's way, and ids that others are given: told as warnings,
//! and nothing is refused for it.

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
    /// Others can look into a directory that holds secrets.
    #[error("others on this machine can look into {directory}, where the playbook and its {what} are")]
    #[diagnostic(
        code(playbook::readable_directory),
        severity(Warning),
        help("`chmod 700 {directory}`, or keep secrets in a directory of their own that has this mode")
    )]
    Readable { directory: String, what: &'static str },
    /// openbell would keep somebody out.
    #[error("openbell would connect with the client id {id}, which `client_ids` gives to {owner}")]
    #[diagnostic(
        code(playbook::client_id_lent),
        severity(Warning),
        help(
            "take {id} out of `connection.client_id`: while openbell has it, the gateway keeps {owner} out (326)"
        )
    )]
    Id { id: i32, owner: String },
    /// Others can read a secret.
    #[error("others than its owner can read the secret {from}")]
    #[diagnostic(code(secret::open_file), severity(Warning), help("`chmod 600` for it"))]
    Secret { from: String },
}

/// Tells what stands open of a playbook and of the secrets it names.
pub(super) fn warn(playbook: &Path, plans: &[Plan], files: &dyn Files, around: &Surroundings) {
    let directory = directory(playbook);
    let mut found = Vec::new();
    if others_may(&directory, 0o002) {
        found.push(Exposure::Directory { directory: directory.display().to_string() });
    }
    // Where nothing is kept that is secret, everybody may look: a checkout of a repository, say.
    if others_may(&directory, 0o005)
        && let Some(what) = kept_in(&directory, plans)
    {
        found.push(Exposure::Readable { directory: directory.display().to_string(), what });
    }
    let mut secrets: Vec<SecretSource> = plans.iter().flat_map(Plan::named_secrets).collect();
    secrets.sort_by_key(ToString::to_string);
    secrets.dedup();
    let open = secrets.into_iter().filter(|from| files.open_to_others(from));
    found.extend(open.map(|from| Exposure::Secret { from: from.to_string() }));
    found.extend(ids(plans));
    for exposure in &found {
        tell(exposure, around);
    }
}

/// The ids of openbell's own connection that the ledger gives to somebody else, once for all entries of a matrix.
fn ids(plans: &[Plan]) -> Vec<Exposure> {
    let mut ids: Vec<(i32, &str)> = Vec::new();
    for connection in plans.iter().map(|plan| &plan.stack.connection) {
        let owned = connection.owners.iter().filter(|(_, id)| connection.client_ids.contains(id));
        // Several ids of one owner are `openbell`, `openbell #2` and so on.
        let others = owned.filter(|(owner, _)| owner.split(" #").next() != Some("openbell"));
        ids.extend(others.map(|(owner, id)| (*id, owner.as_str())));
    }
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(|(id, owner)| Exposure::Id { id, owner: owner.to_owned() }).collect()
}

/// Where the file is, links followed.
fn directory(playbook: &Path) -> PathBuf {
    let file = playbook.canonicalize().unwrap_or_else(|_| playbook.to_owned());
    file.parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// What the directory keeps that is secret: files that the plans name, in it or below where others can look as well, or an
/// env file.
fn kept_in(directory: &Path, plans: &[Plan]) -> Option<&'static str> {
    let reached = |file: PathBuf| {
        let file = file.canonicalize().unwrap_or(file);
        let mut below = file.ancestors().skip(1).take_while(|place| *place != directory);
        file.is_file() && file.starts_with(directory) && below.all(|at| others_may(at, 0o005))
    };
    let secret = plans.iter().flat_map(Plan::named_secrets).any(|from| match from {
        SecretSource::File(file) => reached(file),
        _ => false,
    });
    let is_env =
        |name: &str| name.to_ascii_lowercase().split('.').next_back() == Some("env") && name.contains('.');
    let mut entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    match secret {
        true => Some("secret files"),
        false if entries.any(|entry| entry.file_name().to_str().is_some_and(is_env)) => Some("env file"),
        false => None,
    }
}

/// Whether others than the owner and the group have one of these rights.
#[cfg(unix)]
fn others_may(directory: &Path, rights: u32) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(directory).is_ok_and(|found| found.permissions().mode() & rights != 0)
}

/// Rights are no bits here.
#[cfg(not(unix))]
fn others_may(_: &Path, _: u32) -> bool {
    false
}
