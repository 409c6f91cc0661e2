//! Bringing the stack up: the engine first, then a run of the whole playbook. A gateway that does not run logs in by being
//! started: that takes from the budget, before it happens.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use tokio::time::Instant;

use super::budget::{self, Allowed};
use super::log_ins::LogInsUsedUp;
use super::restarting::shown;
use super::{Keeping, Outage, Ran, Supervision, TICK, Turn, Used};
use crate::diagnosis::{Diagnosis, Failure};
use crate::engine::waiting::{NoAnswer, Unmet, Wait};
use crate::event::{EntryKind, Loss, Verdict};
use crate::playbook::Plan;
use crate::ports::World;
use crate::steps::{Notes, safety};

impl<K: Keeping, R: AsyncFn(&Plan) -> Ran> Supervision<'_, K, R> {
    /// Waits for the Docker engine, however long it takes; after `watch.engine` it is told. False when it was ended.
    pub(super) async fn engine_answers(&self) -> bool {
        let began = Instant::now();
        let mut told = false;
        if let Err(error) = self.world.docker.engine().await {
            let why = Failure::from(error).why;
            self.keep.tell(EntryKind::Notice { why });
        }
        loop {
            let patience =
                if told { std::time::Duration::from_hours(24) } else { self.plan.watch.engine.get() };
            let (_notes, waiting) = Notes::new();
            let mut wait = Wait::quiet("supervision", &self.shared.stop, Instant::now() + patience, waiting);
            let answer = wait.until_it_passes(async |_| {
                let asked = self.world.docker.engine().await;
                asked.map_err(|error| Failure { again: Some(crate::diagnosis::Pace::Steady), ..error.into() })
            });
            match answer.await {
                Ok(_) => {
                    let waited_ms = began.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
                    self.keep.tell(EntryKind::EngineUp { waited_ms });
                    return true;
                }
                Err(Unmet::Stopped) => return false,
                Err(Unmet::Hopeless(failure) | Unmet::OutOfTime(failure)) if !told => {
                    told = true;
                    self.keep.tell(EntryKind::NeedsPerson { why: failure.why, until: None });
                }
                Err(Unmet::Hopeless(_) | Unmet::OutOfTime(_)) => {}
            }
        }
    }

    /// Carries the whole playbook out.
    pub(super) async fn bring_up(&self) -> Turn {
        if let Some(turn) = self.may_start().await {
            return turn;
        }
        let ran = (self.run)(self.plan).await;
        self.after_run(&ran).await
    }

    /// What a run means for supervision.
    pub(super) async fn after_run(&self, ran: &Ran) -> Turn {
        let world = self.orderly();
        self.note_log_in(&world).await;
        match ran.verdict {
            Verdict::Green => {
                self.remember(&Used::Green);
                Turn::Whole
            }
            _ if self.is_stopped() => Turn::Stopped,
            // What could not be shown was stopped by the run; it is no proof that it is not safe.
            Verdict::Safety if !safety::tells_breach(&why(ran)) => {
                Turn::Lost(Outage::boxed(Loss::Session, why(ran)))
            }
            Verdict::Safety => Turn::Unsafe(why(ran)),
            Verdict::Engine => Turn::Lost(Outage::boxed(Loss::Engine, why(ran))),
            Verdict::Failed | Verdict::Deadline | Verdict::Interrupted => {
                let step =
                    ran.step.as_ref().and_then(|id| self.plan.steps.iter().find(|step| step.id == *id));
                let container = step.and_then(|step| step.action.container().map(str::to_owned));
                Turn::Lost(Outage::boxed(container.map_or(Loss::Session, Loss::Container), why(ran)))
            }
        }
    }

    /// Where the run would start the gateway: waits until another log-in is allowed. Whoever asks for another try may have
    /// one, and a gateway that somebody starts by hand is welcome.
    async fn may_start(&self) -> Option<Turn> {
        let mut asked = self.asked.swap(false, Ordering::Relaxed);
        loop {
            if self.gateway_runs(self.world).await? {
                return None;
            }
            let Some((why, until)) = self.hindrance().await.filter(|_| !asked) else {
                return match self.about_to_log_in() {
                    Ok(()) => None,
                    Err(why) => Some(Turn::Lost(Outage::boxed(Loss::Session, why))),
                };
            };
            self.keep.tell(EntryKind::Halted { why });
            loop {
                if let Some(turn) = self.rest_until(self.keep.now() + TICK).await {
                    return Some(turn);
                }
                asked = self.asked.swap(false, Ordering::Relaxed);
                let over = until.is_some_and(|until| self.keep.now() >= until);
                if asked || over || self.gateway_runs(self.world).await? {
                    break;
                }
            }
        }
    }

    /// Why the gateway may not log in now, and until when; without a time until somebody asks for it.
    async fn hindrance(&self) -> Option<(Diagnosis, Option<Timestamp>)> {
        if let Some(why) = self.refused_log_in().await {
            return Some((why, None));
        }
        let log_ins = self.keep.uses(&Used::LogIn);
        let greens = self.keep.uses(&Used::Green);
        match budget::log_in(&self.plan.watch.log_ins, &log_ins, &greens, self.keep.now()) {
            Allowed::Now => None,
            Allowed::From(at) | Allowed::UsedUp(at) => {
                let (count, until) = (budget::in_vain(&log_ins, &greens).len(), shown(at));
                Some((Diagnosis::of(&LogInsUsedUp { count, until }), Some(at)))
            }
        }
    }

    /// Whether the gateway's container runs; `None` where no container of the playbook is the gateway, or the engine does
    /// not say.
    async fn gateway_runs(&self, world: &World) -> Option<bool> {
        let gateway = self.plan.stack.gateway()?;
        let container = world.docker.container(&gateway.spec.name).await.ok()?;
        Some(container.is_some_and(|container| container.is_running()))
    }
}

/// Why a run is not green.
fn why(ran: &Ran) -> Diagnosis {
    ran.why.clone().unwrap_or_else(|| Diagnosis::of(&NoAnswer))
}
