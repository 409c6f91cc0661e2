//! A safe state that does not hold: what is held is stopped, at once, and stays so until somebody asks for another try.

use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;
use tokio::time::Instant;

use super::guard::{self, Watches};
use super::{Keeping, Ran, Supervision, TICK, Turn};
use crate::diagnosis::Diagnosis;
use crate::engine::interlock;
use crate::engine::waiting::until;
use crate::event::{EntryKind, Stopped};
use crate::playbook::Plan;
use crate::ports::docker::News;
use crate::steps::safety::Extent;

/// How often the safe state is looked at while something is waited for.
const VIGIL: Duration = Duration::from_secs(10);

/// The second key of live trading ended.
#[derive(Debug, Error, Diagnostic)]
#[error("the live account is not armed any more: {how}")]
#[diagnostic(
    code(safety::arming_ended),
    help("where it was not meant to end: write the arming file anew, then `openbell resume`")
)]
struct ArmingEnded {
    how: String,
}

/// Something started what was stopped.
#[derive(Debug, Error, Diagnostic)]
#[error("{container} was started while its safe state does not hold; it was stopped again")]
#[diagnostic(
    code(safety::started_again),
    help(
        "find who starts it (a restart policy, another program) and mend what the first message names; then `openbell resume`"
    )
)]
struct StartedAgain {
    container: String,
}

/// The breach that an earlier watch found, told as one: what it names may be mended by now.
pub(super) fn found_before(mut why: Diagnosis) -> Diagnosis {
    const BEFORE: &str = "found by an earlier watch, and not looked at since: ";
    if !why.message.starts_with(BEFORE) {
        why.message.insert_str(0, BEFORE);
    }
    why
}

impl<K: Keeping, R: AsyncFn(&Plan) -> Ran> Supervision<'_, K, R> {
    /// Stops what is held, tells, and keeps it stopped.
    pub(super) async fn stay_shut(&self, why: Diagnosis) -> Turn {
        let stopped = self.shut(&why.message).await;
        self.keep.latch(Some(&why));
        self.keep.tell(EntryKind::Unsafe { why, stopped });
        let held = self.plan.stack.containers.values().filter(|item| item.held);
        let held: Vec<String> = held.map(|item| item.key.clone()).collect();
        let mut watches = self.open_watches(self.world, &held).await;
        loop {
            tokio::select! {
                biased;
                () = self.shared.stop.cancelled() => return Turn::Stopped,
                // What somebody starts is stopped at once, not at the next look.
                () = started(&mut watches) => {}
                () = until(Instant::now() + TICK) => {}
            }
            if self.was_asked() {
                self.keep.latch(None);
                return self.bring_up().await;
            }
            let again = self.shut("its safe state does not hold").await;
            if let Some(first) = again.first() {
                let why = Diagnosis::of(&StartedAgain { container: first.container.clone() });
                self.keep.tell(EntryKind::Unsafe { why, stopped: again });
            }
        }
    }

    /// Whether the second key of live trading still turns.
    pub(super) fn armed(&self) -> Result<(), Diagnosis> {
        self.keep
            .still_armed()
            .map_err(|why| Diagnosis::of(&ArmingEnded { how: why.message.clone() }).with_evidence([why.code]))
    }

    /// Looks, while something else is waited for, whether anything is certain not to be safe; what was started at once.
    pub(super) async fn vigil(&self) -> Diagnosis {
        let held = self.plan.stack.containers.values().filter(|item| item.held);
        let held: Vec<String> = held.map(|item| item.key.clone()).collect();
        let mut watches = self.open_watches(self.world, &held).await;
        loop {
            if let Err(why) = self.armed() {
                return why;
            }
            let unsafe_now = interlock::unsafe_now(self.plan, self.world, Extent::Containers).await;
            if let Some((_, failure)) = unsafe_now.into_iter().next() {
                return failure.why;
            }
            tokio::select! {
                () = started(&mut watches) => {}
                () = until(Instant::now() + VIGIL) => {}
            }
        }
    }

    /// Stops every held container that runs, or is about to: one that ends again and again is started by the engine.
    async fn shut(&self, because: &str) -> Vec<Stopped> {
        let mut stopped = Vec::new();
        for item in self.plan.stack.containers.values().filter(|item| item.held) {
            if let Ok(Some(container)) = self.world.docker.container(&item.spec.name).await
                && container.is_active()
            {
                stopped.push(interlock::stop(self.world, item, because.to_owned()).await);
            }
        }
        stopped
    }
}

async fn started(watches: &mut Watches) {
    while !matches!(guard::next(watches).await, (_, News::Started)) {}
}
