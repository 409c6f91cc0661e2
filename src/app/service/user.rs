//! Whether the user that a service of the machine is to run as is there, and may talk to the engine: a unit that cannot start
//! is not installed.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use super::tool;
use crate::service::ServiceError;

/// Where the engine of this system listens.
const SOCKET: &str = "/var/run/docker.sock";

/// Asks the system who that is.
///
/// # Errors
/// Nobody of that name; or the engine of this machine is not to be used by them.
pub(super) fn may_carry_it_out(user: &str, local_engine: bool) -> Result<(), ServiceError> {
    let Some(own) = ids("-u", user)? else { return Ok(()) };
    let groups = ids("-G", user)?.unwrap_or_default();
    let socket = std::fs::metadata(SOCKET).ok().filter(|_| local_engine);
    match socket {
        Some(socket) if !may_write(&socket, &own, &groups) => Err(ServiceError::NoEngineRights {
            user: user.to_owned(),
            socket: SOCKET.to_owned(),
            group: group(socket.gid()),
        }),
        // An engine that was never started tells nothing of who may use it.
        Some(_) | None => Ok(()),
    }
}

/// Numbers that `id` tells of a user; nothing where there is no `id`.
fn ids(which: &str, user: &str) -> Result<Option<Vec<u32>>, ServiceError> {
    let output = match tool::ask("id", &[which, "--", user]) {
        Ok(output) => output,
        Err(ServiceError::NoTool { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    if !output.status.success() {
        return Err(ServiceError::NoUser { user: user.to_owned() });
    }
    let told = String::from_utf8_lossy(&output.stdout);
    Ok(Some(told.split_whitespace().filter_map(|id| id.parse().ok()).collect()))
}

/// Whether the socket may be written to: as its owner, by a group, or as anybody.
fn may_write(socket: &Metadata, own: &[u32], groups: &[u32]) -> bool {
    let mode = socket.mode();
    let by = if own.contains(&socket.uid()) {
        6
    } else if groups.contains(&socket.gid()) {
        3
    } else {
        0
    };
    own.contains(&0) || mode & (0o2 << by) != 0
}

/// The name of a group, or its number.
fn group(id: u32) -> String {
    let known = tool::run("getent", &["group", &id.to_string()]).ok();
    let name = known.as_deref().and_then(|line| line.split(':').next()).filter(|name| !name.is_empty());
    name.map_or_else(|| id.to_string(), str::to_owned)
}
