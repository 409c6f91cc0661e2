//! The safe state: one condition over the running objects. Whatever cannot be shown counts as broken.
//!
//! Owns the assertions. When they are asked for is the business of `start`, of the checks that name one of them, and
//! of the engine, which stops what must not run.

use std::collections::BTreeMap;

use super::strategy::StrategyCheck;
use super::{Attempt, Scope, StackContainer, container_state};
use crate::diagnosis::{Class, Diagnosis, Failure};
use crate::ports::docker::{Container, DockerError, PathInContainer};

mod around;
mod error;
mod holdings;
mod inside;
mod master;
mod session;

pub use around::{has_socat, implied, is_of};
pub use error::{HiddenError, SafetyError};
pub use holdings::UntoldError;
pub use inside::{InsideError, PROCESSES, processes};
pub use session::{accounts, allowed, gate};

/// Where the kernel mounts file systems of its own in every container: the engine does not show what is there.
const KERNEL: &[&str] = &["/dev", "/proc", "/sys"];

/// Code of what could not be checked.
const UNPROVEN: &str = "safety::unproven";

/// How much of the safe state is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What can be seen without a command in a container: environments and files as the engine shows them.
    Seen,
    /// Before a container runs: the live session's accounts and master client id, environments and files.
    Gate,
    /// While containers run: environments, also as the processes have them, and files.
    Containers,
    /// Everything there is to prove: accounts, environments as the processes have them, files, the strategy.
    Whole,
}

impl Extent {
    /// Whether commands may be run in containers.
    fn inside(self) -> bool {
        matches!(self, Self::Containers | Self::Whole)
    }
}

/// Whether the declared safe state holds, for the container `held` to run. Assertions about another container that
/// does not exist yet are not broken: they are asked for again when it is to be started.
///
/// What the engine shows comes first, then the accounts, then the strategy: a breach that is certain is told at once, and
/// is never hidden by something that could not be looked at.
pub async fn holds(scope: &Scope<'_>, held: Option<&str>, extent: Extent) -> Result<(), Failure> {
    let mut doubts = Doubts::default();
    let safety = &scope.stack.safety;
    for item in scope.stack.containers.values() {
        let asserted = safety.env.contains_key(&item.key);
        // An engine that does not answer shows nothing else either.
        match find(scope, &item.key).await? {
            Some(container) => doubts.note(Box::pin(environments(scope, item, &container, extent)).await)?,
            None if asserted && held == Some(item.key.as_str()) => doubts.note(Err(missing(&item.key)))?,
            None => {}
        }
    }
    for (key, path) in &safety.absent {
        match find(scope, key).await? {
            Some(container) => doubts.note(nothing_at(scope, &container, path, extent).await)?,
            None if held == Some(key.as_str()) => doubts.note(Err(missing(key)))?,
            None => {}
        }
    }
    doubts.note(absent_here(scope))?;
    // In boxes: the futures of the engine and of supervision carry this one.
    doubts.note(Box::pin(around::around(scope)).await)?;
    if !safety.accounts.is_empty() {
        match extent {
            Extent::Gate => doubts.note(Box::pin(gate(scope)).await)?,
            Extent::Whole => doubts.note(Box::pin(accounts(scope)).await.map(drop))?,
            Extent::Seen | Extent::Containers => {}
        }
    }
    let says = scope.stack.strategy.as_ref().map(|strategy| strategy.evidence.container.as_str());
    if extent == Extent::Whole && says.is_some() && says == held {
        doubts.note(StrategyCheck {}.attempt(scope).await.map(drop))?;
    }
    doubts.end()
}

/// What could not be proven so far, while a breach that is certain is still looked for.
#[derive(Default)]
struct Doubts(Option<Failure>);

impl Doubts {
    /// Ends the look at a breach that is certain. Of two doubts the one that another try cannot lift counts.
    fn note(&mut self, seen: Result<(), Failure>) -> Result<(), Failure> {
        let Err(failure) = seen else { return Ok(()) };
        if is_breach(&failure) {
            return Err(failure);
        }
        if self.0.as_ref().is_none_or(|first| first.again.is_some() && failure.again.is_none()) {
            self.0 = Some(failure);
        }
        Ok(())
    }

    fn end(self) -> Result<(), Failure> {
        self.0.map_or(Ok(()), Err)
    }
}

/// Whether a failure says that the safe state is broken for certain; or else that it could not be looked at, or not yet.
pub fn is_breach(failure: &Failure) -> bool {
    failure.class == Class::Safety && failure.again.is_none() && tells_breach(&failure.why)
}

/// The same of a reason for which a container was stopped for good.
pub fn tells_breach(why: &Diagnosis) -> bool {
    why.code != UNPROVEN
}

/// The environment a container was made with, and that of its processes where it is one that is asserted or held.
async fn environments(
    scope: &Scope<'_>,
    item: &StackContainer,
    container: &Container,
    extent: Extent,
) -> Result<(), Failure> {
    let asserted = scope.stack.safety.env.get(&item.key);
    let (none, live) = (BTreeMap::new(), scope.stack.safety.live);
    let judge = |env: &[String], by| {
        environment(container, env, asserted.unwrap_or(&none), by)?;
        unsaid(container, env, live, by)
    };
    judge(&container.env, "docker inspect")?;
    if extent.inside()
        && (item.held || asserted.is_some())
        && let Some(env) = processes(scope, container).await?
    {
        judge(&env, PROCESSES)?;
    }
    Ok(())
}

/// Every expected variable of one container, against the environment seen.
pub fn environment(
    container: &Container,
    env: &[String],
    expected: &BTreeMap<String, String>,
    by: &'static str,
) -> Result<(), SafetyError> {
    for (name, expected) in expected {
        // The last one of a name is the one a program sees in most libraries, and some of them do not care about case;
        // with two, only agreement is safe.
        let pairs = || env.iter().filter_map(|pair| pair.split_once('='));
        let alike = pairs().filter(|(other, _)| other.trim().eq_ignore_ascii_case(name));
        let differs = alike.clone().find(|(_, value)| value != expected);
        if differs.is_some() || !pairs().any(|(other, _)| other == name) {
            return Err(SafetyError::Env {
                container: container.name.clone(),
                name: differs.map_or(name.as_str(), |(other, _)| other).to_owned(),
                expected: expected.clone(),
                seen: differs.map(|(_, value)| value.to_owned()),
                by,
            });
        }
    }
    Ok(())
}

/// A variable of the safe state that the playbook does not speak of says nothing against it where it is set: an image or
/// an entry point may set it.
fn unsaid(container: &Container, env: &[String], live: bool, by: &'static str) -> Result<(), SafetyError> {
    for (name, value) in env.iter().filter_map(|pair| pair.split_once('=')) {
        if let Some(expected) = implied(name, live).filter(|expected| *expected != value) {
            return Err(SafetyError::Env {
                container: container.name.clone(),
                name: name.to_owned(),
                expected: expected.to_owned(),
                seen: Some(value.to_owned()),
                by,
            });
        }
    }
    Ok(())
}

/// Nothing stands at the path in the container of that key.
pub async fn absent(scope: &Scope<'_>, key: &str, path: &str, extent: Extent) -> Result<(), Failure> {
    match find(scope, key).await? {
        Some(container) => nothing_at(scope, &container, path, extent).await,
        None => Err(missing(key)),
    }
}

/// Nothing stands at the declared paths of this machine. What cannot be looked at counts as broken.
pub fn absent_here(scope: &Scope<'_>) -> Result<(), Failure> {
    for path in &scope.stack.safety.absent_here {
        let found = scope.world.files.standing(path);
        let found = found.map_err(|error| unproven(&path.display().to_string(), error.into()))?;
        if let Some(standing) = found {
            return Err(SafetyError::PresentOnHost { path: path.clone(), standing }.into());
        }
    }
    Ok(())
}

async fn nothing_at(
    scope: &Scope<'_>,
    container: &Container,
    path: &str,
    extent: Extent,
) -> Result<(), Failure> {
    let mut unseen = container.tmpfs.iter().map(String::as_str).chain(KERNEL.iter().copied());
    if unseen.any(|memory| std::path::Path::new(path).starts_with(memory)) {
        let hidden = HiddenError { container: container.name.clone(), path: path.to_owned() };
        return Err(unproven(&format!("{path} in {}", container.name), hidden.into()));
    }
    let found = scope.world.docker.path(&container.name, path).await;
    match found.map_err(|error| unproven(&format!("{path} in {}", container.name), error.into()))? {
        PathInContainer::Absent if extent.inside() && inside::stands(scope, container, path).await? => {
            let path = path.to_owned();
            Err(SafetyError::Present { container: container.name.clone(), path, size: None }.into())
        }
        PathInContainer::Absent => Ok(()),
        PathInContainer::Present { size, .. } => {
            let path = path.to_owned();
            Err(SafetyError::Present { container: container.name.clone(), path, size: Some(size) }.into())
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
