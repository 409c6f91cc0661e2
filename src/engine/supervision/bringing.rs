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
use crate::event::{EntryKind, Loss, RecoveryRung, Verdict};
use crate::playbook::Plan;
use crate::ports::World;
use crate::steps::{Notes, safety};

impl<K: Keeping, R: AsyncFn(&Plan) -> Ran> Supervision<'_, K, R> {
    /// Waits for the Docker engine, however long it takes; after `watch.engine` it is told. False when it was ended.
    pub(super) async fn engine_answers(&self) -> bool {
        let began = Instant::now();
        let mut told = false;
        if let Err(error) = self.world.docker.engine().await {
            let (why, rung) = (Failure::from(error).why, RecoveryRung::Reconnect);
            let until = shown(self.keep.now() + self.plan.watch.engine.get());
            self.keep.tell(EntryKind::Waits { rung, until, why });
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
            Verdict::Safety if safety::tells_breach(&why(ran)) => Turn::Unsafe(why(ran)),
            _ => {
                let mut outage = Outage::boxed(self.lost_in(ran).await, why(ran));
                self.left_down(&mut outage).await;
                Turn::Lost(outage)
            }
        }
    }

    /// What a run that was not green lacked.
    async fn lost_in(&self, ran: &Ran) -> Loss {
        let failed = || self.plan.steps.iter().find(|step| Some(&step.id) == ran.step.as_ref());
        let ended = why(ran).code.starts_with("container::");
        match ran.verdict {
            Verdict::Engine => Loss::Engine,
            // What could not be shown was stopped by the run; it is no proof that it is not safe.
            Verdict::Safety => Loss::Session,
            _ => match failed().and_then(|step| step.action.container()) {
                Some(key) => Loss::Container(key.to_owned()),
                // A step about no container in particular, such as the strategy's, that one has failed under.
                None if ended => self.first_down().await.map_or(Loss::Session, Loss::Container),
                None => Loss::Session,
            },
        }
    }

    /// The first container that should run and does not, by its key: the gateway, where it is one of them.
    async fn first_down(&self) -> Option<String> {
        let mut down = Vec::new();
        for key in self.kept() {
            if self.is_down(&key).await {
                down.push(key);
            }
        }
        let gateway = self.plan.stack.gateway().map(|gateway| &gateway.key);
        down.iter().find(|key| Some(*key) == gateway).or(down.first()).cloned()
    }

    /// What the run never came to, or stopped, is not lost: it comes back by the run that follows, once what the run failed
    /// on is there.
    pub(super) async fn left_down(&self, outage: &mut Outage) {
        let gateway = self.plan.stack.gateway().map(|gateway| gateway.key.as_str());
        for key in self.kept() {
            let is_lost = matches!(&outage.what, Loss::Container(lost) if *lost == key);
            if !is_lost && gateway != Some(key.as_str()) && self.is_down(&key).await {
                outage.held_back.insert(key);
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
    pub(super) async fn gateway_runs(&self, world: &World) -> Option<bool> {
        let gateway = self.plan.stack.gateway()?;
        let container = world.docker.container(&gateway.spec.name).await.ok()?;
        Some(container.is_some_and(|container| container.is_running()))
    }
}

/// Why a run is not green.
fn why(ran: &Ran) -> Diagnosis {
    ran.why.clone().unwrap_or_else(|| Diagnosis::of(&NoAnswer))
}
