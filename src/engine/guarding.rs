//! Listens to the stack while steps run: a container that starts or a gateway that logs in anew, by whomever, has every
//! held container proven at once, not only when the step in progress is over. And every few seconds what runs and is held
//! is looked at: what is certainly not safe does not run on because a gateway is waited for.
//!
//! Owns the listening. What is new, and what becomes of a container without a proof, is `rechecking`'s.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::select_all;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::interlock;
use super::rechecking::{Place, Shut, Starts, held, unsafe_meanwhile};
use super::waiting::until;
use crate::diagnosis::{Diagnosis, Failure};
use crate::event::Stopped;
use crate::playbook::PlannedStep;
use crate::ports::docker::{Container, ContainerWatch, News};
use crate::steps::ready::is_log_in;

/// A file that appears, a container that is made by hand and an engine that was restarted are not heard of: so often
/// everything is looked at all the same.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// How far a list of steps is.
pub(super) struct Progress<'a> {
    steps: &'a [PlannedStep],
    begun: Vec<Cell<bool>>,
    done: Vec<Cell<bool>>,
    /// A step is over: other containers may run.
    over: Notify,
    /// What was stopped for the while, until its own step.
    pub(super) for_now: RefCell<Vec<(Stopped, Diagnosis)>>,
    /// A container is being stopped that is certainly not safe.
    pub(super) stopping: Cell<bool>,
}

impl<'a> Progress<'a> {
    pub(super) fn of(steps: &'a [PlannedStep]) -> Self {
        let none = || vec![Cell::new(false); steps.len()];
        Self {
            steps,
            begun: none(),
            done: none(),
            over: Notify::new(),
            for_now: RefCell::default(),
            stopping: Cell::default(),
        }
    }

    pub(super) fn begin(&self, place: usize) {
        self.begun[place].set(true);
    }

    pub(super) fn has_begun(&self, place: usize) -> bool {
        self.begun[place].get()
    }

    pub(super) fn finish(&self, place: usize) {
        self.done[place].set(true);
        self.over.notify_one();
    }

    pub(super) fn is_done(&self, place: usize) -> bool {
        self.done.get(place).is_none_or(Cell::get)
    }

    /// The steps that are not begun yet.
    pub(super) fn to_come(&self) -> Vec<&'a PlannedStep> {
        self.steps.iter().zip(&self.begun).filter(|(_, begun)| !begun.get()).map(|(step, _)| step).collect()
    }

    fn running(&self) -> Vec<&'a PlannedStep> {
        let marks = self.begun.iter().zip(&self.done);
        let running = self.steps.iter().zip(marks).filter(|(_, (begun, done))| begun.get() && !done.get());
        running.map(|(step, _)| step).collect()
    }
}

/// The safe state was broken, or could not be proven, while steps ran.
pub(super) struct Breach {
    pub(super) stopped: Vec<Stopped>,
    pub(super) why: Diagnosis,
}

/// Returns when a held container had to be stopped that no step starts again.
pub(super) async fn breach(starts: &Starts, progress: &Progress<'_>, place: Place<'_>) -> Breach {
    if held(place.plan).is_empty() {
        return std::future::pending().await;
    }
    let mut watches = Watches::default();
    // What runs already was looked at before the first step.
    let (mut look, mut again) = (false, Instant::now() + LOOK_AGAIN);
    loop {
        watches.refresh(place).await;
        if look {
            // What needs no gateway comes first: that may take long to say nothing.
            if let Some(breach) = seen(progress, place).await {
                return breach;
            }
            if let Some(breach) = prove(starts, progress, place).await {
                return breach;
            }
            again = Instant::now() + LOOK_AGAIN;
        }
        look = tokio::select! {
            () = watches.news(place) => true,
            () = progress.over.notified() => false,
            () = until(again) => true,
        };
    }
}

/// Stops what is certainly not safe.
async fn seen(progress: &Progress<'_>, place: Place<'_>) -> Option<Breach> {
    let mut breach: Option<Breach> = None;
    for (item, Failure { why, .. }) in unsafe_meanwhile(&progress.running(), place).await {
        // Whatever ends meanwhile: this is why the run ends.
        progress.stopping.set(true);
        let stopped = interlock::stop(place.world, item, why.message.clone()).await;
        breach.get_or_insert_with(|| Breach { stopped: Vec::new(), why }).stopped.push(stopped);
    }
    breach
}

async fn prove(starts: &Starts, progress: &Progress<'_>, place: Place<'_>) -> Option<Breach> {
    let (running, to_come) = (progress.running(), progress.to_come());
    let mut breach: Option<Breach> = None;
    for shut in starts.meanwhile(&running, Place { to_come: &to_come, ..place }).await {
        match shut {
            Shut::ForNow { stopped, why, .. } => progress.for_now.borrow_mut().push((stopped, why)),
            Shut::Breach { stopped, why } => {
                breach.get_or_insert_with(|| Breach { stopped: Vec::new(), why }).stopped.push(stopped);
            }
        }
    }
    breach
}

/// The containers that are listened to, by their keys, with their ids: none where no held container runs.
#[derive(Default)]
struct Watches(BTreeMap<String, (String, Box<dyn ContainerWatch>)>);

impl Watches {
    /// Listens to what runs now. Where no engine answers, what is listened to stays.
    async fn refresh(&mut self, place: Place<'_>) {
        let docker = &place.world.docker;
        let mut running = BTreeMap::new();
        for item in place.plan.stack.containers.values() {
            match docker.container(&item.spec.name).await {
                Ok(found) => running.extend(
                    found
                        .filter(Container::is_running)
                        .map(|container| (item.key.clone(), (item.held, container))),
                ),
                Err(_) => return,
            }
        }
        if !running.values().any(|(held, _)| *held) {
            running.clear();
        }
        // One that has ended may be started again, and is listened to on.
        let ids: Vec<&str> = running.values().map(|(_, container)| container.id.as_str()).collect();
        if ids.is_empty() {
            self.0.clear();
        }
        for (key, (_, container)) in &running {
            if self.0.get(key).is_some_and(|(id, _)| *id == container.id) {
                continue;
            }
            if let Ok(watch) = docker.watch(container).await {
                self.0.insert(key.clone(), (container.id.clone(), watch));
            }
        }
    }

    /// Returns when a container starts, or the gateway logs in.
    async fn news(&mut self, place: Place<'_>) {
        let gateway = place.plan.stack.gateway().map(|gateway| gateway.key.as_str());
        while !self.0.is_empty() {
            let next = self.0.iter_mut().map(|(key, (_, watch))| {
                Box::pin(async move { (Some(key.as_str()) == gateway, watch.next().await) })
            });
            match select_all(next).await.0 {
                (_, News::Started) => return,
                (true, News::Line(line)) if is_log_in(&line) => return,
                _ => {}
            }
        }
        std::future::pending::<()>().await;
    }
}
