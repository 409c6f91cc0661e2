//! A safe state that does not hold: what is held is stopped, at once, and stays so until somebody asks for another try.

use miette::Diagnostic;
use thiserror::Error;
use tokio::time::Instant;

use super::{Keeping, Ran, Supervision, TICK, Turn};
use crate::diagnosis::Diagnosis;
use crate::engine::interlock;
use crate::engine::waiting::until;
use crate::event::{EntryKind, Stopped};
use crate::playbook::Plan;

/// The second key of live trading ended.
#[derive(Debug, Error, Diagnostic)]
#[error("the arming of the live account ended at {expires}")]
#[diagnostic(
    code(safety::arming_ended),
    help("write a new `expires` into the arming file, and start the watch again")
)]
pub(super) struct ArmingEnded {
    pub(super) expires: String,
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

impl<K: Keeping, R: AsyncFn(&Plan) -> Ran> Supervision<'_, K, R> {
    /// Stops what is held, tells, and keeps it stopped.
    pub(super) async fn stay_shut(&self, why: Diagnosis) -> Turn {
        let stopped = self.shut(&why.message).await;
        self.keep.tell(EntryKind::Unsafe { why, stopped });
        loop {
            tokio::select! {
                biased;
                () = self.shared.stop.cancelled() => return Turn::Stopped,
                () = until(Instant::now() + TICK) => {}
            }
            if self.keep.asked_again() {
                return self.bring_up().await;
            }
            let again = self.shut("its safe state does not hold").await;
            if let Some(first) = again.first() {
                let why = Diagnosis::of(&StartedAgain { container: first.container.clone() });
                self.keep.tell(EntryKind::Unsafe { why, stopped: again });
            }
        }
    }

    /// Stops every held container that runs.
    async fn shut(&self, because: &str) -> Vec<Stopped> {
        let mut stopped = Vec::new();
        for item in self.held_running(self.world).await {
            stopped.push(interlock::stop(self.world, item, because.to_owned()).await);
        }
        stopped
    }
}
