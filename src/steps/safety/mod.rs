//! The safe state: one condition over the running objects. Whatever cannot be shown counts as broken.
//!
//! Owns the assertions. When they are asked for is the business of `start`, of the checks that name one of them, and
//! of the engine, which stops what must not run.

use std::collections::BTreeMap;
use std::time::Duration;

use super::strategy::StrategyCheck;
use super::{Attempt, Scope, container_state};
use crate::diagnosis::Failure;
use crate::ports::broker::{AccountId, ProbeAsk, Question, Rung};
use crate::ports::docker::{Container, DockerError, PathInContainer};

mod error;

pub use error::{HiddenError, SafetyError};

/// How much of the safe state is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Before a container runs: the live session's accounts, environments and files.
    Gate,
    /// While containers run: environments and files.
    Containers,
    /// Everything there is to prove: accounts, environments as the processes have them, files, the strategy.
    Whole,
}

/// Whether the declared safe state holds, for the container `held` to run. Assertions about another container that
/// does not exist yet are not broken: they are asked for again when it is to be started.
pub async fn holds(scope: &Scope<'_>, held: Option<&str>, extent: Extent) -> Result<(), Failure> {
    if extent != Extent::Containers && !scope.stack.safety.accounts.is_empty() {
        accounts(scope).await?;
    }
    for (key, expected) in &scope.stack.safety.env {
        match find(scope, key).await? {
            Some(container) => {
                environment(&container, &container.env, expected, "docker inspect")?;
                if extent == Extent::Whole
                    && let Some(env) = processes(scope, &container).await?
                {
                    environment(&container, &env, expected, PROCESSES)?;
                }
            }
            None if held == Some(key.as_str()) => return Err(missing(key)),
            None => {}
        }
    }
    for (key, path) in &scope.stack.safety.absent {
        match find(scope, key).await? {
            Some(container) => nothing_at(scope, &container, path).await?,
            None if held == Some(key.as_str()) => return Err(missing(key)),
            None => {}
        }
    }
    let says = scope.stack.strategy.as_ref().map(|strategy| strategy.evidence.container.as_str());
    if extent == Extent::Whole && says.is_some() && says == held {
        StrategyCheck {}.attempt(scope).await?;
    }
    Ok(())
}

/// Where [`processes`] looks.
pub const PROCESSES: &str = "/proc/*/environ";

/// The environment of every process in a container, one after the other: an entry point may export another value than
/// the one the container was made with. Nothing when the container does not run or has no shell to look with; a look
/// that fails for another reason counts as broken.
pub async fn processes(scope: &Scope<'_>, container: &Container) -> Result<Option<Vec<String>>, Failure> {
    if !container.is_running() {
        return Ok(None);
    }
    let docker = &scope.world.docker;
    let unseen = |error: DockerError| unproven(&format!("the processes of {}", container.name), error.into());
    // Asking for the file costs two milliseconds, a command that cannot be run fifty.
    let shell = docker.path(&container.name, "/bin/sh").await.map_err(unseen)?;
    if shell == PathInContainer::Absent {
        return Ok(None);
    }
    let command = ["sh", "-c", "cat /proc/[0-9]*/environ 2>/dev/null || true"].map(str::to_owned);
    let read = docker.exec(&container.name, &command, Duration::from_secs(10)).await.map_err(unseen)?;
    let pairs = || read.output.split('\0').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
    Ok((read.exit_code == 0).then(pairs))
}

/// The accounts of the live session, all of them allowed; where the API is declared to be read-only, it is.
pub async fn accounts(scope: &Scope<'_>) -> Result<Vec<AccountId>, Failure> {
    let read_only = scope.stack.safety.read_only == Some(true);
    let ask = ProbeAsk {
        address: scope.stack.connection.address.clone(),
        client_id: scope.world.probe_ids.next(),
        until: if read_only { Rung::Request } else { Rung::NextId },
        patience: Duration::from_secs(10),
        answer: Duration::from_secs(10),
        question: Question::NextId,
        open_orders: read_only,
    };
    let climb = scope.world.probe.probe(&ask, &|_| {}).await;
    if let Err(error) = climb.end {
        let why = container_state::or_gateway_ended(scope, error.into()).await;
        return Err(unproven("the account of the live session", why));
    }
    allowed(scope, &climb.seen.accounts)?;
    if read_only && climb.seen.read_only != Some(true) {
        return Err(SafetyError::TakesOrders { unseen: climb.seen.read_only.is_none() }.into());
    }
    Ok(climb.seen.accounts)
}

/// Whether every account a session shows is allowed.
pub fn allowed(scope: &Scope<'_>, accounts: &[AccountId]) -> Result<(), SafetyError> {
    let allowed = &scope.stack.safety.accounts;
    let stranger = accounts.iter().find(|account| !allowed.iter().any(|pattern| pattern.matches(account)));
    match stranger {
        None => Ok(()),
        Some(account) => {
            let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
            let (account, live) = (account.clone(), !account.is_paper());
            Err(SafetyError::Account { account, allowed: allowed.join(", "), live })
        }
    }
}

/// Every expected variable of one container, against the environment seen.
pub fn environment(
    container: &Container,
    env: &[String],
    expected: &BTreeMap<String, String>,
    by: &'static str,
) -> Result<(), SafetyError> {
    for (name, expected) in expected {
        // The last one of a name is the one a program sees in most libraries; with two, only agreement is safe.
        let seen: Vec<&str> =
            env.iter().filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).collect();
        if seen.is_empty() || seen.iter().any(|value| value != expected) {
            return Err(SafetyError::Env {
                container: container.name.clone(),
                name: name.clone(),
                expected: expected.clone(),
                seen: seen.iter().find(|value| *value != expected).map(|value| (*value).to_owned()),
                by,
            });
        }
    }
    Ok(())
}

/// Nothing stands at the path in the container of that key.
pub async fn absent(scope: &Scope<'_>, key: &str, path: &str) -> Result<(), Failure> {
    match find(scope, key).await? {
        Some(container) => nothing_at(scope, &container, path).await,
        None => Err(missing(key)),
    }
}

async fn nothing_at(scope: &Scope<'_>, container: &Container, path: &str) -> Result<(), Failure> {
    if container.tmpfs.iter().any(|memory| std::path::Path::new(path).starts_with(memory)) {
        let hidden = HiddenError { container: container.name.clone(), path: path.to_owned() };
        return Err(unproven(&format!("{path} in {}", container.name), hidden.into()));
    }
    let found = scope.world.docker.path(&container.name, path).await;
    match found.map_err(|error| unproven(&format!("{path} in {}", container.name), error.into()))? {
        PathInContainer::Absent => Ok(()),
        PathInContainer::Present { size } => {
            let path = path.to_owned();
            Err(SafetyError::Present { container: container.name.clone(), path, size }.into())
        }
    }
}

/// The container of that key, running or not, if there is one.
async fn find(scope: &Scope<'_>, key: &str) -> Result<Option<Container>, Failure> {
    let name = &container_state::declared(scope, key)?.spec.name;
    let found = scope.world.docker.container(name).await;
    found.map_err(|error| unproven(&format!("the container {key}"), error.into()))
}

fn missing(key: &str) -> Failure {
    unproven(&format!("the container {key}"), DockerError::NoContainer { container: key.to_owned() }.into())
}

/// A check that could not be made.
pub fn unproven(what: &str, why: Failure) -> Failure {
    SafetyError::Unproven { what: what.to_owned(), why: Box::new(why) }.into()
}
