//! A look from the inside of a running container: what its processes have in their environments, and whether a path is
//! there for them. Where a container has no shell, only their environments can be had, from outside.

use std::collections::BTreeSet;
use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;

use super::unproven;
use crate::diagnosis::{Explain, Failure, Pace};
use crate::ports::docker::{Container, DockerError, MOST_OUTPUT, PathInContainer};
use crate::steps::Scope;

/// Where [`processes`] looks.
pub const PROCESSES: &str = "/proc/*/environ";

const LIMIT: Duration = Duration::from_secs(10);

/// Marks a process whose environment only its own user may read: `process:user:group:name`.
const UNREAD: &str = "openbell-unread=";

/// A process that somebody is just starting in there (a health check, a person) is another at the next look. So many are
/// taken one after the other, each as long as a command in the container takes, before that is no answer.
const LOOKS: u32 = 5;

/// What runc calls a process that it makes for a container, until the program is in it (`nsexec.c`). Nobody may look at it:
/// not even root, and not for its own sake.
const BEING_MADE: &str = "runc:[";

/// How a shell ended that did not print the mark at the end.
const NO_END: &str = "what it printed has no end";

/// Marks that nothing of the output was cut off.
const END: &str = "openbell-end=";

/// The very shell that is run: what else is called `sh` somewhere in the container's `PATH` is not asked.
const SHELL: &str = "/bin/sh";

/// The environments one after the other, a mark for each that may not be read, and a mark at the end. An entry point
/// that was root and gave that up leaves a process into whose environment not even the container's root may look (it
/// lacks `CAP_SYS_PTRACE`). All is built into the shell but `cat`, which is not looked for in `PATH` either; without one
/// there is no end.
const LOOK: &str = r#"c=
for f in /bin/cat /usr/bin/cat; do [ -x "$f" ] && { c=$f; break; }; done
[ -z "$c" ] && [ -x /bin/busybox ] && c='/bin/busybox cat'
[ -n "$c" ] || exit 69
for p in /proc/[0-9]*; do
$c "$p/environ" 2>/dev/null && { printf '\0'; continue; }
u=; g=; n=
while read -r k v _; do case "$k" in Name:) n=$v;; Uid:) u=$v;; Gid:) g=$v;; esac; done 2>/dev/null <"$p/status"
[ -n "$u" ] && printf '\0openbell-unread=%s:%s:%s:%s\0' "${p#/proc/}" "$u" "$g" "$n"
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
        /// It was seen twice, as what it is: no other look would show more.
        lasts: bool,
    },
    /// The shell is there and does not do what a shell does.
    #[error("the shell of {container} cannot be used to look at its processes: {how}")]
    #[diagnostic(
        code(safety::unusable_shell),
        help("give the image a /bin/sh and a /bin/cat that work, or none at all")
    )]
    Shell {
        /// The container.
        container: String,
        /// How it ended.
        how: String,
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
        match self {
            // It may have been ended in the midst of it; a health check may just have been begun.
            Self::Shell { .. } | Self::Unreadable { lasts: false, .. } => Some(Pace::Steady),
            Self::Unreadable { lasts: true, .. } | Self::TooMany { .. } => None,
        }
    }
}

/// The environment of every process in a container, one after the other: an entry point may export another value than
/// the one the container was made with. Where there is no shell to look with, they are read from outside. Nothing when
/// the container does not run, or when neither can be; a shell that is there and fails counts as broken.
pub async fn processes(scope: &Scope<'_>, container: &Container) -> Result<Option<Vec<String>>, Failure> {
    if !container.is_running() {
        return Ok(None);
    }
    if !has_shell(scope, container).await? {
        return Ok(from_outside(scope, container).await);
    }
    let mut looks = 1;
    loop {
        match everyone(scope, container).await? {
            Some(Seen::All(env)) if env.is_empty() => {
                // The shell itself is a process, and the engine gives every one a `PATH`.
                return Err(unusable(container, "it shows no environment of any process".to_owned()));
            }
            Some(Seen::All(env)) => return Ok(Some(env)),
            None => return Ok(from_outside(scope, container).await),
            Some(Seen::NotAll { lasts: false, .. }) if looks < LOOKS => looks += 1,
            Some(Seen::NotAll { user, lasts }) => {
                let error = InsideError::Unreadable { container: container.name.clone(), user, lasts };
                return Err(unproven(&what(container), error.into()));
            }
        }
    }
}

/// What a look at all processes came to.
enum Seen {
    All(Vec<String>),
    /// One of that user and group could not be read; whether it is there to stay.
    NotAll {
        user: String,
        lasts: bool,
    },
}

/// Every process, each by root or by its own user; nothing when there is no container or shell any more.
async fn everyone(scope: &Scope<'_>, container: &Container) -> Result<Option<Seen>, Failure> {
    let Some((mut env, unread)) = look(scope, container, None).await? else { return Ok(None) };
    for user in unread.iter().map(|process| &process.user).collect::<BTreeSet<_>>() {
        // Who starts as that user and has no more rights may look.
        let (more, mut still) = look(scope, container, Some(user)).await?.unwrap_or_default();
        still.retain(|process| process.user == *user);
        if more.is_empty() || !still.is_empty() {
            let mut made = unread.iter().filter(|process| process.user == *user && !process.is_being_made());
            let lasts = made.any(|process| more.is_empty() || still.contains(process));
            return Ok(Some(Seen::NotAll { user: user.clone(), lasts }));
        }
        env.extend(more);
    }
    Ok(Some(Seen::All(env)))
}

/// The environments as the kernel of this machine shows them, where the engine is on it and root asks.
async fn from_outside(scope: &Scope<'_>, container: &Container) -> Option<Vec<String>> {
    // The id of a process is one on the engine's machine: a socket that is a file is that of an engine here.
    let engine = scope.world.docker.engine().await.ok()?;
    if !engine.host.starts_with("unix://") {
        return None;
    }
    let env = scope.world.files.process_environments(container.pid?, &container.id).ok()?;
    (!is_prepared(container, &env)).then_some(env)
}

/// Whether what was seen is still the process of the container's runtime, which becomes the container's own program only
/// a moment after the engine says that it runs: nothing is there of what the container was made with.
fn is_prepared(container: &Container, env: &[String]) -> bool {
    let name = |pair: &String| pair.split_once('=').map(|(name, _)| name.to_owned());
    let mut made_with = container.env.iter().filter_map(name).filter(|name| name != "PATH").peekable();
    if made_with.peek().is_none() {
        // What runc gives the process that it prepares.
        return env.iter().any(|pair| pair.starts_with("_LIBCONTAINER_"));
    }
    let seen: BTreeSet<String> = env.iter().filter_map(name).collect();
    !made_with.any(|name| seen.contains(&name))
}

/// A process whose environment could not be read.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Unread {
    /// Its number.
    process: String,
    /// `uid:gid`.
    user: String,
    name: String,
}

impl Unread {
    /// Reads what is behind the mark; whatever has one counts.
    fn of(text: &str) -> Self {
        let mut parts = text.splitn(4, ':');
        let mut next = || parts.next().unwrap_or_default().to_owned();
        Self { process: next(), user: format!("{}:{}", next(), next()), name: next() }
    }

    fn is_being_made(&self) -> bool {
        self.name.starts_with(BEING_MADE)
    }
}

/// Environments, and the processes that could not be read; nothing when there is no container or shell any more.
async fn look(
    scope: &Scope<'_>,
    container: &Container,
    user: Option<&str>,
) -> Result<Option<(Vec<String>, BTreeSet<Unread>)>, Failure> {
    let Some(output) = run(scope, container, user, &[LOOK]).await? else { return Ok(None) };
    let pairs = || output.split('\0').filter(|pair| !pair.is_empty());
    if !pairs().any(|pair| pair == END) {
        if output.len() < MOST_OUTPUT {
            return Err(unusable(container, NO_END.to_owned()));
        }
        let error = InsideError::TooMany { container: container.name.clone() };
        return Err(unproven(&what(container), error.into()));
    }
    let unread = pairs().filter_map(|pair| pair.strip_prefix(UNREAD)).map(Unread::of).collect();
    let env = pairs().filter(|pair| !pair.starts_with(UNREAD) && *pair != END).map(str::to_owned).collect();
    Ok(Some((env, unread)))
}

/// Whether something stands at the path for a program in the container, also where the engine does not look: behind a
/// link to a file system in memory, or in a mount that was made after the start. `false` says nothing by itself.
pub(super) async fn stands(scope: &Scope<'_>, container: &Container, path: &str) -> Result<bool, Failure> {
    const STANDS: &str =
        r#"if [ -e "$0" ] || [ -L "$0" ]; then echo openbell-stands; fi; echo openbell-end="#;
    if !container.is_running() || !has_shell(scope, container).await? {
        return Ok(false);
    }
    let Some(output) = run(scope, container, None, &[STANDS, path]).await? else { return Ok(false) };
    if !output.lines().any(|line| line == END) {
        return Err(unusable(container, NO_END.to_owned()));
    }
    Ok(output.contains("openbell-stands"))
}

/// Asking for the file costs two milliseconds, a command that cannot be run fifty.
async fn has_shell(scope: &Scope<'_>, container: &Container) -> Result<bool, Failure> {
    let shell = scope.world.docker.path(&container.name, SHELL).await;
    Ok(shell.map_err(|error| unseen(container, error))? != PathInContainer::Absent)
}

/// What the script prints; nothing when the container has ended meanwhile or its shell has gone, or when another user may
/// not run it.
async fn run(
    scope: &Scope<'_>,
    container: &Container,
    user: Option<&str>,
    script: &[&str],
) -> Result<Option<String>, Failure> {
    let command: Vec<String> = [SHELL, "-c"].iter().chain(script).map(|word| (*word).to_owned()).collect();
    let docker = &scope.world.docker;
    let ran = match user {
        None => docker.exec(&container.name, &command, LIMIT).await,
        Some(user) => docker.exec_as(&container.name, user, &command, LIMIT).await,
    };
    let ran = ran.map_err(|error| unseen(container, error))?;
    if ran.exit_code == 0 {
        return Ok(Some(ran.output));
    }
    if user.is_some() {
        return Ok(None);
    }
    let now = docker.container(&container.name).await.map_err(|error| unseen(container, error))?;
    if now.is_none_or(|now| !now.is_running()) || !has_shell(scope, container).await? {
        return Ok(None);
    }
    Err(unusable(container, format!("{SHELL} ended with code {}", ran.exit_code)))
}

fn unusable(container: &Container, how: String) -> Failure {
    let error = InsideError::Shell { container: container.name.clone(), how };
    unproven(&what(container), error.into())
}

fn what(container: &Container) -> String {
    format!("the processes of {}", container.name)
}

fn unseen(container: &Container, error: DockerError) -> Failure {
    unproven(&what(container), error.into())
}
