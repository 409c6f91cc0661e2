//! A look from the inside of a running container: what its processes have in their environments, and whether a path is
//! there for them. Where a container has no shell, there is no such look.

use std::collections::BTreeSet;
use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;

use super::unproven;
use crate::diagnosis::{Explain, Failure, Pace};
use crate::ports::docker::{Container, DockerError, ExecOutput, PathInContainer};
use crate::steps::Scope;

/// Where [`processes`] looks.
pub const PROCESSES: &str = "/proc/*/environ";

const LIMIT: Duration = Duration::from_secs(10);

/// Marks a process whose environment only its own user may read, by user and group.
const UNREAD: &str = "openbell-unread=";

/// Marks that nothing of the output was cut off.
const END: &str = "openbell-end=";

/// The environments one after the other, a mark for each that may not be read, and a mark at the end. An entry point
/// that was root and gave that up leaves a process into whose environment not even the container's root may look (it
/// lacks `CAP_SYS_PTRACE`).
const LOOK: &str = r#"for p in /proc/[0-9]*; do
cat "$p/environ" 2>/dev/null && { printf '\0'; continue; }
u=; g=
while read -r k v _; do case "$k" in Uid:) u=$v;; Gid:) g=$v;; esac; done 2>/dev/null <"$p/status"
[ -n "$u" ] && printf '\0openbell-unread=%s:%s\0' "$u" "$g"
done; printf '\0openbell-end=\0'"#;

/// What cannot be seen from the inside, though there is a shell to look with.
#[derive(Debug, Error, Diagnostic)]
pub enum InsideError {
    /// A process may not be looked at.
    #[error("the environment of a process of {container} (user and group {user}) cannot be read")]
    #[diagnostic(
        code(safety::unreadable_process),
        help("run the container's program as an ordinary process of its `user`, without file capabilities")
    )]
    Unreadable {
        /// The container.
        container: String,
        /// `uid:gid`.
        user: String,
    },
    /// More than is read.
    #[error("the processes of {container} have more environment than is read")]
    #[diagnostic(
        code(safety::too_many_processes),
        help("run one program in the container, and keep its environment small")
    )]
    TooMany {
        /// The container.
        container: String,
    },
}

impl Explain for InsideError {
    fn again(&self) -> Option<Pace> {
        None
    }
}

/// The environment of every process in a container, one after the other: an entry point may export another value than
/// the one the container was made with. Nothing when the container does not run or has no shell to look with; a look
/// that fails for another reason counts as broken.
pub async fn processes(scope: &Scope<'_>, container: &Container) -> Result<Option<Vec<String>>, Failure> {
    if !has_shell(scope, container).await? {
        return Ok(None);
    }
    let Some((mut env, unread)) = look(scope, container, None).await? else { return Ok(None) };
    for user in unread {
        // Who starts as that user and has no more rights may look.
        let (more, still) = look(scope, container, Some(&user)).await?.unwrap_or_default();
        if more.is_empty() || still.contains(&user) {
            let error = InsideError::Unreadable { container: container.name.clone(), user };
            return Err(unproven(&what(container), error.into()));
        }
        env.extend(more);
    }
    Ok(Some(env))
}

/// Environments, and the users whose processes could not be read; nothing when the shell cannot be run.
async fn look(
    scope: &Scope<'_>,
    container: &Container,
    user: Option<&str>,
) -> Result<Option<(Vec<String>, BTreeSet<String>)>, Failure> {
    let Some(read) = run(scope, container, user, &[LOOK]).await? else { return Ok(None) };
    let pairs = || read.output.split('\0').filter(|pair| !pair.is_empty());
    if !pairs().any(|pair| pair == END) {
        let error = InsideError::TooMany { container: container.name.clone() };
        return Err(unproven(&what(container), error.into()));
    }
    let unread = pairs().filter_map(|pair| pair.strip_prefix(UNREAD).map(str::to_owned)).collect();
    let env = pairs().filter(|pair| !pair.starts_with(UNREAD) && *pair != END).map(str::to_owned).collect();
    Ok(Some((env, unread)))
}

/// Whether something stands at the path for a program in the container, also where the engine does not look: behind a
/// link to a file system in memory, or in a mount that was made after the start. `false` says nothing by itself.
pub(super) async fn stands(scope: &Scope<'_>, container: &Container, path: &str) -> Result<bool, Failure> {
    const STANDS: &str = r#"if [ -e "$0" ] || [ -L "$0" ]; then echo openbell-stands; fi"#;
    if !has_shell(scope, container).await? {
        return Ok(false);
    }
    let read = run(scope, container, None, &[STANDS, path]).await?;
    Ok(read.is_some_and(|read| read.output.contains("openbell-stands")))
}

/// Asking for the file costs two milliseconds, a command that cannot be run fifty.
async fn has_shell(scope: &Scope<'_>, container: &Container) -> Result<bool, Failure> {
    if !container.is_running() {
        return Ok(false);
    }
    let shell = scope.world.docker.path(&container.name, "/bin/sh").await;
    Ok(shell.map_err(|error| unseen(container, error))? != PathInContainer::Absent)
}

async fn run(
    scope: &Scope<'_>,
    container: &Container,
    user: Option<&str>,
    script: &[&str],
) -> Result<Option<ExecOutput>, Failure> {
    let command: Vec<String> = ["sh", "-c"].iter().chain(script).map(|word| (*word).to_owned()).collect();
    let docker = &scope.world.docker;
    let ran = match user {
        None => docker.exec(&container.name, &command, LIMIT).await,
        Some(user) => docker.exec_as(&container.name, user, &command, LIMIT).await,
    };
    let ran = ran.map_err(|error| unseen(container, error))?;
    Ok((ran.exit_code == 0).then_some(ran))
}

fn what(container: &Container) -> String {
    format!("the processes of {}", container.name)
}

fn unseen(container: &Container, error: DockerError) -> Failure {
    unproven(&what(container), error.into())
}
