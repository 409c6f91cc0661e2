//! The proof of the safe state, again and again: every `watch.prove`, and at once after every start and every jump of the
//! clock. Looks at the containers and the bot on the way, as the floor under the engine's news.

use std::time::Duration;

use tokio::time::Instant;

use super::{Keeping, Nudges, Outage, Ran, Supervision, Turn};
use crate::diagnosis::Failure;
use crate::engine::interlock;
use crate::engine::waiting::until;
use crate::event::{EntryKind, Loss, Verdict};
use crate::playbook::Plan;
use crate::ports::World;
use crate::ports::docker::Status;
use crate::steps::safety::{self, Extent};
use crate::steps::{Notes, Scope, StackContainer, Tries, presence};

/// What did not hold is looked at again so soon before it is believed.
const AGAIN: Duration = Duration::from_secs(5);
/// A safe state that cannot be proven for so long counts as broken: what is held is stopped, until it can be.
pub(super) const UNPROVEN: Duration = Duration::from_mins(1);

/// What one look found.
enum Seen {
    Well,
    /// Believed when it is seen twice.
    Doubt(Loss, Failure),
    /// The safe state could not be looked at.
    Unproven(Failure),
    /// It does not hold.
    Broken(Failure),
}

impl<K: Keeping, R: AsyncFn(&Plan) -> Ran> Supervision<'_, K, R> {
    /// Looks and proves until something is lost or does not hold.
    pub(super) async fn proving(&self, world: &World, nudges: &Nudges) -> Turn {
        let (mut doubted, mut unproven) = (None, None);
        let mut next = Instant::now() + self.plan.watch.prove.get();
        loop {
            tokio::select! {
                () = until(next) => {}
                () = nudges.prove.notified() => {}
            }
            let (notes, _waiting) = Notes::new();
            let scope = Scope {
                world,
                stack: &self.plan.stack,
                step: "supervision",
                tries: Tries::default(),
                notes: &notes,
            };
            self.note_log_in(world).await;
            let seen = self.look(&scope).await;
            let well = matches!(seen, Seen::Well);
            match seen {
                Seen::Well => (doubted, unproven) = (None, None),
                Seen::Broken(failure) => return Turn::Unsafe(failure.why),
                Seen::Doubt(what, failure) if doubted.as_ref() == Some(&what) => {
                    return self.lost(&scope, what, failure).await;
                }
                Seen::Doubt(what, _) => doubted = Some(what),
                Seen::Unproven(failure) => {
                    let since = *unproven.get_or_insert_with(Instant::now);
                    if since.elapsed() >= UNPROVEN {
                        // Nothing says that it is not safe: what is held rests until it can be shown.
                        let mut outage = Outage::boxed(Loss::Session, failure.why);
                        self.hold_back(&mut outage).await;
                        return Turn::Lost(outage);
                    }
                }
            }
            next = Instant::now() + if well { self.plan.watch.prove.get() } else { AGAIN };
        }
    }

    async fn look(&self, scope: &Scope<'_>) -> Seen {
        if let Err(error) = scope.world.docker.engine().await {
            return Seen::Doubt(Loss::Engine, error.into());
        }
        for key in self.kept() {
            if let Err(failure) = presence::container(scope, &key).await {
                return Seen::Doubt(Loss::Container(key), failure);
            }
        }
        for item in self.held_running(scope.world).await {
            if let Err(failure) = safety::holds(scope, Some(&item.key), Extent::Whole).await {
                let certain = safety::is_breach(&failure);
                return if certain { Seen::Broken(failure) } else { Seen::Unproven(failure) };
            }
        }
        match self.bot(scope).await {
            Ok(()) => Seen::Well,
            Err(failure) if safety::is_breach(&failure) => Seen::Broken(failure),
            Err(failure) => Seen::Doubt(Loss::Bot, failure),
        }
    }

    /// The containers that the playbook starts, by their keys: they are meant to run.
    pub(super) fn kept(&self) -> Vec<String> {
        self.plan.kept()
    }

    /// The held containers that run now.
    pub(super) async fn held_running(&self, world: &World) -> Vec<&StackContainer> {
        let mut running = Vec::new();
        for item in self.plan.stack.containers.values().filter(|item| item.held) {
            if let Ok(Some(container)) = world.docker.container(&item.spec.name).await
                && container.status == Status::Running
            {
                running.push(item);
            }
        }
        running
    }

    /// Stops what is held and cannot be proven now; it comes back through its gate, by a run. What somebody paused does
    /// nothing, and stays theirs.
    pub(super) async fn hold_back(&self, outage: &mut Outage) {
        let world = self.orderly();
        for (item, doubt) in interlock::prove(self.plan, &world, Verdict::Failed, &self.shared.stop).await {
            let container = world.docker.container(&item.spec.name).await;
            if container.is_ok_and(|found| found.is_some_and(|found| found.status == Status::Paused)) {
                continue;
            }
            let stopped = interlock::stop(&world, item, doubt.why.message).await;
            match stopped.failed {
                None => drop(outage.held_back.insert(item.key.clone())),
                Some(why) => self.keep.tell(EntryKind::Notice { why }),
            }
        }
    }
}
