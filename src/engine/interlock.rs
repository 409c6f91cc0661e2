//! The interlock: a held container runs only while its safe state is proven. Asked before the first step and at the end
//! of a run; `start` asks in between, on the container itself.

use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::waiting::{Unmet, Wait};
use crate::diagnosis::{Class, Diagnosis, Explain, Failure, Pace};
use crate::event::{Stopped, Verdict};
use crate::playbook::Plan;
use crate::ports::World;
use crate::steps::safety::{self, Extent};
use crate::steps::{Notes, Scope, StackContainer, Tries};

/// How long the last proof of a green run may take: a gateway may be slow to answer once more.
const LAST_PROOF: Duration = Duration::from_secs(10);

/// Stops what runs against its safe state already before the first step: it must not run on while a gateway is waited
/// for. What cannot be seen yet is left to the end.
pub(super) async fn open(plan: &Plan, world: &World) -> Vec<(Stopped, Diagnosis)> {
    let mut stopped = Vec::new();
    for (item, failure) in unsafe_now(plan, world, Extent::Containers).await {
        stopped.push((stop(world, item, failure.why.message.clone()).await, failure.why));
    }
    stopped
}

/// The held containers that run although it is certain that their safe state does not hold, and why it does not.
pub(super) async fn unsafe_now<'a>(
    plan: &'a Plan,
    world: &World,
    extent: Extent,
) -> Vec<(&'a StackContainer, Failure)> {
    let mut found = Vec::new();
    for item in held(plan) {
        let (notes, _) = Notes::new();
        let scope = scope(plan, world, &notes);
        match runs(world, item).await {
            Ok(true) => {}
            Ok(false) => continue,
            // No engine to ask: the steps will wait for it, and nothing can be stopped now.
            Err(_) => return found,
        }
        if let Err(failure) = safety::holds(&scope, Some(&item.key), extent).await
            && failure.class == Class::Safety
            && failure.again.is_none()
        {
            found.push((item, failure));
        }
    }
    found
}

/// The held containers that run although their safe state is in doubt, and the doubt.
pub(super) async fn prove<'a>(
    plan: &'a Plan,
    world: &World,
    verdict: Verdict,
    token: &CancellationToken,
) -> Vec<(&'a StackContainer, Failure)> {
    let mut doubts = Vec::new();
    for item in held(plan) {
        let doubt = match runs(world, item).await {
            Ok(false) => None,
            Err(failure) => Some(failure),
            Ok(true) if verdict == Verdict::Safety => Some(Broken.into()),
            Ok(true) => proof(plan, world, item, verdict, token).await.err(),
        };
        doubts.extend(doubt.map(|doubt| (item, doubt)));
    }
    doubts
}

/// The whole safe state, for one container. A green run has a little patience; any other has none.
async fn proof(
    plan: &Plan,
    world: &World,
    item: &StackContainer,
    verdict: Verdict,
    token: &CancellationToken,
) -> Result<(), Failure> {
    let (notes, waiting) = Notes::new();
    let scope = scope(plan, world, &notes);
    let patience = if verdict == Verdict::Green { LAST_PROOF } else { Duration::ZERO };
    if patience.is_zero() {
        return safety::holds(&scope, Some(&item.key), Extent::Whole).await;
    }
    let mut wait = Wait::quiet(&item.key, token, Instant::now() + patience, waiting);
    match wait.until_it_passes(async |_| safety::holds(&scope, Some(&item.key), Extent::Whole).await).await {
        // Ended by hand in the very last moment: the run is interrupted, and leaves the containers as they are.
        Ok(()) | Err(Unmet::Stopped) => Ok(()),
        Err(Unmet::Hopeless(failure) | Unmet::OutOfTime(failure)) => Err(failure),
    }
}

/// Stops a container.
pub(super) async fn stop(world: &World, item: &StackContainer, because: String) -> Stopped {
    let outcome = world.docker.stop(&item.spec.name, item.spec.stop_grace).await;
    let failed = outcome.err().map(|error| Diagnosis::of(&error).with_evidence(error.evidence()));
    Stopped { container: item.key.clone(), because, failed }
}

fn held(plan: &Plan) -> impl Iterator<Item = &StackContainer> {
    plan.stack.containers.values().filter(|item| item.held)
}

fn scope<'a>(plan: &'a Plan, world: &'a World, notes: &'a Notes) -> Scope<'a> {
    Scope { world, stack: &plan.stack, step: "", tries: Tries::default(), notes }
}

/// Whether the container does something, or is about to.
async fn runs(world: &World, item: &StackContainer) -> Result<bool, Failure> {
    let container = world.docker.container(&item.spec.name).await?;
    Ok(container.is_some_and(|container| container.is_active()))
}

/// A safety step failed: what is held must not run, whatever else can be proven.
#[derive(Debug, Error, Diagnostic)]
#[error("the safe state does not hold")]
#[diagnostic(code(safety::broken), help("the step that failed says what is wrong"))]
struct Broken;

impl Explain for Broken {
    fn again(&self) -> Option<Pace> {
        None
    }

    fn class(&self) -> Class {
        Class::Safety
    }
}
