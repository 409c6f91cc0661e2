//! What looks whole is proven by a run before it counts as whole; and the end of the ladder, where nothing more is tried.

use std::time::Duration;

use tokio::time::Instant;

use super::ladder::Climbed;
use super::whole::Waited;
use super::{Keeping, Outage, Ran, Supervision, Turn};
use crate::diagnosis::Diagnosis;
use crate::event::{EntryKind, Loss};
use crate::playbook::Plan;
use crate::steps::{Notes, Scope, Tries, presence};

/// A run that was not green although everything looked whole is tried again after this time, then after twice that.
pub(super) const RUN_AGAIN: Duration = Duration::from_secs(30);

/// After a halt it is no more often than this: each is a run with a report.
const LONGEST_REST: Duration = Duration::from_mins(30);

impl<K: Keeping, R: AsyncFn(&Plan) -> Ran> Supervision<'_, K, R> {
    /// Waits until everything looks whole, and has a run prove it.
    pub(super) async fn settle(&self, outage: &mut Outage, deadline: Instant) -> Climbed {
        let mut rest = RUN_AGAIN;
        loop {
            match self.until_whole(outage, Some(deadline)).await {
                Waited::Whole => match self.proven(outage).await {
                    Some(climbed) => return climbed,
                    None if Instant::now() >= deadline => return Climbed::Next,
                    None => {
                        if let Some(turn) = self.rest_until(self.keep.now() + rest).await {
                            return Climbed::Turn(turn);
                        }
                        rest *= 2;
                    }
                },
                Waited::OutOfTime => return Climbed::Next,
                Waited::Asked => return Climbed::Turn(self.bring_up().await),
                Waited::Turn(turn) => return Climbed::Turn(turn),
            }
        }
    }

    /// What looks whole is so when a run is green; nothing when it was not.
    pub(super) async fn proven(&self, outage: &mut Outage) -> Option<Climbed> {
        // A run would start a gateway that has ended meanwhile: that is a log-in, which has its own rung.
        let climbed = if self.gateway_ended(outage).await {
            None
        } else {
            self.run_again(outage, self.plan.within).await
        };
        let ended = match &outage.what {
            Loss::Container(key) => self.is_down(key).await,
            Loss::Session | Loss::Bot | Loss::Engine => false,
        };
        outage.whole_but_red = climbed.is_none() && !ended;
        climbed
    }

    /// Whether the gateway's container does not run; then that is what is lost.
    pub(super) async fn gateway_ended(&self, outage: &mut Outage) -> bool {
        let Some(gateway) = self.plan.stack.gateway() else { return false };
        let (notes, _waiting) = Notes::new();
        let (world, stack) = (self.world, &self.plan.stack);
        let scope = Scope { world, stack, step: "supervision", tries: Tries::default(), notes: &notes };
        let ended = self.gateway_runs(world).await == Some(false);
        if ended && let Err(failure) = presence::container(&scope, &gateway.key).await {
            (outage.what, outage.why) = (Loss::Container(gateway.key.clone()), failure.why);
        }
        ended
    }

    /// Whether the container of that key does not run.
    pub(super) async fn is_down(&self, key: &str) -> bool {
        let Some(item) = self.plan.stack.container(key) else { return false };
        let container = self.world.docker.container(&item.spec.name).await;
        container.is_ok_and(|container| container.is_none_or(|container| !container.is_active()))
    }

    /// Runs the playbook once more, without what would disturb or watch; nothing when it was not green.
    pub(super) async fn run_again(&self, outage: &mut Outage, within: Duration) -> Option<Climbed> {
        let ran = (self.run)(&self.plan.again(within)).await;
        match self.after_run(&ran).await {
            Turn::Whole => {
                let after_ms = outage.began.elapsed().as_millis().try_into().unwrap_or(u64::MAX);
                self.keep.tell(EntryKind::Recovered { after_ms, by: outage.by });
                Some(Climbed::Turn(Turn::Whole))
            }
            Turn::Lost(lost) => {
                outage.held_back.extend(lost.held_back);
                if let Loss::Container(key) = &lost.what {
                    outage.held_back.remove(key);
                }
                (outage.what, outage.why) = (lost.what, lost.why.clone());
                self.tell_person(outage, &lost.why).await;
                None
            }
            turn => Some(Climbed::Turn(turn)),
        }
    }

    /// Nothing more is tried. What comes back by itself, or by a person's hand, is seen all the same.
    pub(super) async fn halt(&self, mut outage: Box<Outage>, why: Option<Diagnosis>) -> Turn {
        let why = why.unwrap_or_else(|| outage.why.clone());
        self.hold_back(&mut outage).await;
        outage.by = None;
        self.keep.tell(EntryKind::Halted { why });
        let mut rest = RUN_AGAIN;
        loop {
            match self.until_whole(&mut outage, None).await {
                Waited::Whole => {
                    if let Some(Climbed::Turn(turn)) = self.proven(&mut outage).await {
                        return turn;
                    }
                    if let Some(turn) = self.rest_until(self.keep.now() + rest).await {
                        return turn;
                    }
                    rest = LONGEST_REST.min(rest * 2);
                }
                Waited::OutOfTime => {}
                Waited::Asked => return self.bring_up().await,
                Waited::Turn(turn) => return turn,
            }
        }
    }
}
