//! The safe state is proven again after every start or restart of a container of the stack and after every log-in of the
//! gateway, whoever caused it: what is new since the last look is looked for, and where there is something, every held
//! container that runs is proven.
//!
//! Owns what is new and what follows from it. Looked for when a step is over, and while steps run when `guarding` hears
//! of something.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::interlock;
use super::step::Ended;
use super::waiting::{self, NoAnswer, Unmet, Wait};
use crate::diagnosis::{Class, Diagnosis, Failure, Pace};
use crate::event::{Outcome, Stopped};
use crate::playbook::{Plan, PlannedStep};
use crate::ports::World;
use crate::ports::docker::Container;
use crate::steps::ready::last_log_in;
use crate::steps::safety::{self, Extent};
use crate::steps::start::Start;
use crate::steps::{Action, Attempt, Notes, Scope, StackContainer, Tries};

/// How long a proof may take once no step is left that would start the container again.
const PATIENCE: Duration = Duration::from_secs(10);

/// When each container was started, and the gateway logged in, by its key, as it was seen last; nothing before the first
/// look.
#[derive(Debug, Default)]
pub(super) struct Starts(Mutex<Option<BTreeMap<String, String>>>);

/// Where the look is taken.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) plan: &'a Plan,
    pub(super) world: &'a World,
    pub(super) stop: &'a CancellationToken,
    /// The steps of the same list that are not begun yet.
    pub(super) to_come: &'a [&'a PlannedStep],
}

/// What became of a held container whose proof failed.
pub(super) enum Shut {
    /// Stopped for the while: a step is still to come that starts it through its gate.
    ForNow { stopped: Stopped, why: Diagnosis, change: String },
    /// Stopped, or not even that, and there is no way back.
    Breach { stopped: Stopped, why: Diagnosis },
}

impl Starts {
    /// What runs before the first step, with which the later looks compare. Where no engine answers yet, whatever runs
    /// once it does is new.
    pub(super) async fn begin(&self, place: Place<'_>) {
        let now = look(place).await;
        *self.seen() = now;
    }

    /// Looks once the step is over. A held container whose proof fails is stopped; that ends the run, unless a step is
    /// still to come that starts it through its gate.
    pub(super) async fn after(&self, step: &PlannedStep, ended: &mut Ended, place: Place<'_>) {
        let held = held(place.plan);
        bring_back(&held, ended, place).await;
        let Some(now) = look(place).await else { return };
        let started = self.news(&now, step, &held);
        for shut in prove(&held, &now, &started, place).await {
            match shut {
                Shut::ForNow { change, .. } => ended.noted.changes.push(change),
                Shut::Breach { stopped, why } => {
                    ended.stopped.push(stopped);
                    ended.outcome = Outcome::Failed { why, class: Class::Safety, deadline: None };
                }
            }
        }
    }

    /// Looks while these steps run. What one of them does on purpose is left to the look when it is over.
    pub(super) async fn meanwhile(&self, running: &[&PlannedStep], place: Place<'_>) -> Vec<Shut> {
        if running.iter().any(|step| matches!(step.action, Action::Drill(_))) {
            return Vec::new();
        }
        let held = held(place.plan);
        let Some(mut now) = look(place).await else { return Vec::new() };
        let started = {
            now.retain(|key, _| !on_purpose(running, key));
            let mut seen = self.seen();
            let before = seen.get_or_insert_default();
            let news = new(&now, before);
            before.extend(now.clone());
            news
        };
        prove(&held, &now, &started, place).await
    }

    /// What started since the last look. What a step has just brought through its own gate is proven.
    fn news(
        &self,
        now: &BTreeMap<String, String>,
        step: &PlannedStep,
        held: &[&StackContainer],
    ) -> Vec<String> {
        let before = self.seen().replace(now.clone()).unwrap_or_default();
        // A drill ends with the whole proof, after everything that it started.
        if matches!(step.action, Action::Drill(_)) {
            return Vec::new();
        }
        let gated = |key: &String| held.iter().any(|item| item.key == *key) && starts(step, key);
        new(now, &before).into_iter().filter(|key| !gated(key)).collect()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Option<BTreeMap<String, String>>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The keys of what was not yet so before.
fn new(now: &BTreeMap<String, String>, before: &BTreeMap<String, String>) -> Vec<String> {
    now.iter().filter(|(key, at)| before.get(*key) != Some(*at)).map(|(key, _)| key.clone()).collect()
}

/// Proves every held container that runs, where something started; what was stopped for want of a proof.
async fn prove(
    held: &[&StackContainer],
    now: &BTreeMap<String, String>,
    started: &[String],
    place: Place<'_>,
) -> Vec<Shut> {
    let mut shut_down = Vec::new();
    if started.is_empty() {
        return shut_down;
    }
    for item in held.iter().filter(|item| now.contains_key(&item.key)) {
        let again = place.to_come.iter().any(|step| starts(step, &item.key));
        if let Err(doubt) = proof(item, again, place).await {
            shut_down.push(shut(item, doubt, (again, started), place.world).await);
        }
    }
    shut_down
}

/// The containers that are held.
pub(super) fn held(plan: &Plan) -> Vec<&StackContainer> {
    plan.stack.containers.values().filter(|item| item.held).collect()
}

fn starts(step: &PlannedStep, key: &str) -> bool {
    matches!(&step.action, Action::Start(start) if start.container == key)
}

/// Whether one of the running steps is about to start the container: it goes through its gate there.
fn on_purpose(running: &[&PlannedStep], key: &str) -> bool {
    running.iter().any(|step| starts(step, key))
}

/// The held containers that run although it is certain that their safe state does not hold: what can be seen without the
/// gateway, whatever is waited for. What `stable` watches it looks at itself.
pub(super) async fn unsafe_meanwhile<'a>(
    running: &[&PlannedStep],
    place: Place<'a>,
) -> Vec<(&'a StackContainer, Failure)> {
    if running.iter().any(|step| matches!(step.action, Action::Stable(_))) {
        return Vec::new();
    }
    let mut found = interlock::unsafe_now(place.plan, place.world, Extent::Containers).await;
    found.retain(|(item, _)| !on_purpose(running, &item.key));
    found
}

/// When what runs was started; nothing where no engine answers.
async fn look(place: Place<'_>) -> Option<BTreeMap<String, String>> {
    let docker = &place.world.docker;
    let mut now = BTreeMap::new();
    for item in place.plan.stack.containers.values() {
        if let Some(container) = docker.container(&item.spec.name).await.ok()?.filter(Container::is_running) {
            now.insert(item.key.clone(), container.started_at);
        }
    }
    if let Some(gateway) = place.plan.stack.gateway()
        && let Some(started) = now.get_mut(&gateway.key)
        && let Some(logged_in) = last_log_in(place.world, &place.plan.stack).await
    {
        started.push_str(", logged in at ");
        started.push_str(&logged_in);
    }
    Some(now)
}

/// Starts what the step held back, through its gate, where no step is still to come that does.
async fn bring_back(held: &[&StackContainer], ended: &mut Ended, place: Place<'_>) {
    let surely = |step: &&PlannedStep, key: &str| step.when.is_none() && starts(step, key);
    for item in held.iter().filter(|item| ended.noted.held_back.contains(&item.key)) {
        if ended.outcome != Outcome::Passed || place.to_come.iter().any(|step| surely(step, &item.key)) {
            continue;
        }
        let (notes, waiting) = Notes::new();
        let Place { plan, world, stop, .. } = place;
        let scope = Scope { world, stack: &plan.stack, step: "", tries: Tries::default(), notes: &notes };
        let start = Start { container: item.key.clone() };
        let mut wait = Wait::quiet(&item.key, stop, Instant::now() + PATIENCE, waiting);
        let back = wait.until_it_passes(async |_| start.attempt(&scope).await).await;
        ended.noted.changes.extend(notes.take().changes);
        if let Err(Unmet::Hopeless(doubt) | Unmet::OutOfTime(doubt)) = back {
            let because = doubt.why.message.clone();
            ended.stopped.push(Stopped { container: item.key.clone(), because, failed: None });
            ended.outcome = Outcome::Failed { why: doubt.why, class: Class::Safety, deadline: None };
        }
    }
}

/// The gate's own proof, of a container that runs.
async fn proof(item: &StackContainer, again: bool, place: Place<'_>) -> Result<(), Failure> {
    let Place { plan, world, stop, .. } = place;
    let (notes, waiting) = Notes::new();
    let scope = Scope { world, stack: &plan.stack, step: "", tries: Tries::default(), notes: &notes };
    let until = Instant::now() + PATIENCE;
    if again {
        // Its own step proves it again: one try is enough here, and a gateway that says nothing is not waited for.
        return tokio::select! {
            biased;
            proven = safety::holds(&scope, Some(&item.key), Extent::Gate) => proven,
            () = stop.cancelled() => Ok(()),
            () = waiting::until(until) => Err(late(Diagnosis::of(&NoAnswer))),
        };
    }
    let mut wait = Wait::quiet(&item.key, stop, until, waiting);
    match wait.until_it_passes(async |_| safety::holds(&scope, Some(&item.key), Extent::Gate).await).await {
        // Ended by hand: the run is interrupted, and leaves the containers as they are.
        Ok(()) | Err(Unmet::Stopped) => Ok(()),
        Err(Unmet::OutOfTime(doubt)) if doubt.class != Class::Safety => Err(late(doubt.why)),
        Err(Unmet::Hopeless(doubt) | Unmet::OutOfTime(doubt)) => Err(doubt),
    }
}

/// The session showed nothing in time.
fn late(why: Diagnosis) -> Failure {
    safety::unproven("the live session", Failure { why, again: Some(Pace::Steady), class: Class::Step })
}

/// Stops a container whose safe state is in doubt.
async fn shut(
    item: &StackContainer,
    doubt: Failure,
    (again, started): (bool, &[String]),
    world: &World,
) -> Shut {
    let stopped = interlock::stop(world, item, doubt.why.message.clone()).await;
    let after = started.join(", ");
    let why = doubt.why.with_evidence([format!("proven again after the start or log-in of {after}")]);
    // Not yet to be proven is no breach; but one that cannot be stopped is.
    if again && doubt.again.is_some() && stopped.failed.is_none() {
        let name = &item.spec.name;
        let change = format!(
            "container {name} stopped: no proof of its safe state yet after the start or log-in of {after}"
        );
        return Shut::ForNow { stopped, why, change };
    }
    Shut::Breach { stopped, why }
}
