//! Whether everything is whole, and the wait until it is.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::log_ins::REFUSED;
use super::proving::UNPROVEN;
use super::restarting::shown;
use super::{Keeping, Outage, Ran, Supervision, TICK, Turn};
use crate::diagnosis::{Class, Diagnosis, Failure, Pace};
use crate::engine::interlock;
use crate::engine::waiting::{Unmet, Wait, until};
use crate::engine::watching::Watcher;
use crate::event::{EntryKind, Loss, RecoveryRung};
use crate::playbook::Plan;
use crate::ports::World;
use crate::steps::ready::second_factor;
use crate::steps::safety::{self, Extent};
use crate::steps::{Action, Notes, Scope, Tries, presence};

/// An outage that lasts is looked at less often: a gateway that is down for hours gains nothing by being asked every two
/// seconds.
const LASTS: Duration = Duration::from_mins(10);
/// Long enough for "until it is whole, or ended by hand".
const FOR_EVER: Duration = Duration::from_hours(24 * 3650);
/// What only a person can give or mend.
const PERSONAL: &[&str] = &[
    "gateway::two_factor_pending",
    "gateway::two_factor_timed_out",
    "gateway::login_failed",
    "gateway::locked",
    "gateway::existing_session",
    "gateway::accept_dialog",
];

/// How a wait for a whole stack ended.
pub(super) enum Waited {
    /// Everything is whole.
    Whole,
    /// The time is over.
    OutOfTime,
    /// Somebody asked for another try.
    Asked,
    /// Supervision goes on elsewhere.
    Turn(Turn),
}

/// Another part of the wait's end.
enum Found {
    Whole,
    Unsafe(Diagnosis),
}

impl<K: Keeping, R: AsyncFn(&Plan) -> Ran> Supervision<'_, K, R> {
    /// One look at everything, the cause before its symptoms; what is lost, and why.
    async fn whole(&self, scope: &Scope<'_>, held_back: &BTreeSet<String>) -> Result<(), (Loss, Failure)> {
        let Scope { world, stack, .. } = *scope;
        world.docker.engine().await.map_err(|error| (Loss::Engine, error.into()))?;
        if let Some((_, failure)) =
            interlock::unsafe_now(self.plan, world, Extent::Containers).await.into_iter().next()
        {
            return Err((Loss::Session, failure));
        }
        let gateway = stack.gateway().map(|gateway| gateway.key.clone());
        // What was stopped for want of a proof comes back by the run that follows.
        let mut kept = self.kept();
        kept.retain(|key| !held_back.contains(key));
        let others = kept.iter().filter(|key| Some(*key) != gateway.as_ref());
        if let Some(key) = kept.iter().find(|key| Some(*key) == gateway.as_ref()) {
            presence::container(scope, key)
                .await
                .map_err(|failure| (Loss::Container(key.clone()), failure))?;
        }
        presence::api(scope).await.map_err(|failure| (Loss::Session, failure))?;
        for key in others {
            presence::container(scope, key)
                .await
                .map_err(|failure| (Loss::Container(key.clone()), failure))?;
        }
        for item in self.held_running(world).await {
            safety::holds(scope, Some(&item.key), Extent::Whole)
                .await
                .map_err(|failure| (Loss::Session, failure))?;
        }
        if scope.stack.bot().is_some_and(|bot| held_back.contains(&bot.key)) {
            return Ok(());
        }
        self.bot(scope).await.map_err(|failure| (Loss::Bot, failure))
    }

    /// The bot is up, and connected if it ever was seen to be.
    pub(super) async fn bot(&self, scope: &Scope<'_>) -> Result<(), Failure> {
        let Some(bot) = scope.stack.bot().filter(|bot| self.kept().contains(&bot.key)) else { return Ok(()) };
        presence::bot(scope).await?;
        match presence::connected(scope).await? {
            Some(true) => self.bot_connects.store(true, Ordering::Relaxed),
            Some(false) if self.bot_connects.load(Ordering::Relaxed) => {
                return Err(presence::NotConnected { container: bot.spec.name.clone() }.into());
            }
            Some(false) | None => {}
        }
        Ok(())
    }

    /// Waits until everything is whole, or the time is over; the outage is told apart better with every look. What is
    /// certain not to be safe ends it, whatever is waited for.
    pub(super) async fn until_whole(&self, outage: &mut Outage, deadline: Option<Instant>) -> Waited {
        let deadline = deadline.unwrap_or_else(|| Instant::now() + FOR_EVER);
        tokio::select! {
            biased;
            waited = self.wholeness(outage, deadline) => waited,
            why = self.vigil() => Waited::Turn(Turn::Unsafe(why)),
            () = self.asked_again() => Waited::Asked,
        }
    }

    async fn wholeness(&self, outage: &mut Outage, deadline: Instant) -> Waited {
        if let Some(waited) = self.servers_are_back(outage, deadline).await {
            return waited;
        }
        let world = self.orderly();
        let stack = &self.plan.stack;
        let (notes, waiting) = Notes::new();
        let scope = |tries| Scope { world: &world, stack, step: "supervision", tries, notes: &notes };
        let ready = Action::Ready(stack.ready.clone());
        let mut unproven = Instant::now() + UNPROVEN;
        let mut wait = Wait::quiet("supervision", &self.shared.stop, deadline, waiting)
            .watching(Watcher::of(&ready, stack, &world));
        let waited = wait.until_it_passes(async |tries: Tries| {
            let Err((what, failure)) = self.whole(&scope(tries), &outage.held_back).await else {
                return Ok(Found::Whole);
            };
            if safety::is_breach(&failure) {
                return Ok(Found::Unsafe(failure.why));
            }
            outage.whole_but_red = false;
            self.note_log_in(&world).await;
            self.tell_person(outage, &failure.why).await;
            let lasts = outage.began.elapsed() > LASTS || self.answers(&what, &failure);
            (outage.what, outage.why) = (what, failure.why.clone());
            if self.is_servers(&outage.what) {
                // What is down beside a gateway that is lost comes back with it.
                self.left_down(outage).await;
            }
            // Who only reconnects is given the whole time for it.
            if outage.by != Some(RecoveryRung::Reconnect) && Instant::now() >= unproven {
                Box::pin(self.hold_back(outage)).await;
                unproven = Instant::now() + UNPROVEN;
            }
            // Nothing is hopeless here: somebody may mend it.
            let again = if lasts { Pace::Slow } else { failure.again.unwrap_or(Pace::Steady) };
            Err(Failure { again: Some(again), ..failure })
        });
        match waited.await {
            Ok(Found::Whole) => Waited::Whole,
            Ok(Found::Unsafe(why)) => Waited::Turn(Turn::Unsafe(why)),
            Err(Unmet::Stopped) => Waited::Turn(Turn::Stopped),
            Err(Unmet::Hopeless(_) | Unmet::OutOfTime(_)) => Waited::OutOfTime,
        }
    }

    /// Whether what is missing is not the gateway's, which was asked and has answered: nothing is learned by asking it every
    /// second.
    fn answers(&self, what: &Loss, failure: &Failure) -> bool {
        match what {
            Loss::Bot => true,
            Loss::Container(key) => self.plan.stack.gateway().is_none_or(|gateway| gateway.key != *key),
            Loss::Session => failure.class == Class::Safety,
            Loss::Engine => false,
        }
    }

    /// A gateway that has lost its servers answers all the same: the session that told of the loss tells of the return.
    async fn servers_are_back(&self, outage: &mut Outage, deadline: Instant) -> Option<Waited> {
        let session = outage.session.as_mut()?;
        let waited = tokio::select! {
            biased;
            () = self.shared.stop.cancelled() => Some(Waited::Turn(Turn::Stopped)),
            _ = session.restored() => None,
            () = until(deadline) => Some(Waited::OutOfTime),
        };
        if waited.as_ref().is_none_or(|waited| !matches!(waited, Waited::OutOfTime))
            && let Some(session) = outage.session.take()
        {
            session.close().await;
        }
        waited
    }

    async fn asked_again(&self) {
        loop {
            until(Instant::now() + TICK).await;
            if self.was_asked() {
                return;
            }
        }
    }

    /// Tells that only a person can go on, once for each cause of an outage.
    pub(super) async fn tell_person(&self, outage: &mut Outage, why: &Diagnosis) {
        if REFUSED.contains(&why.code.as_str()) {
            outage.refused = Some(why.clone());
        }
        if is_personal(why) && outage.told.insert(why.code.clone()) {
            self.needs_person(why).await;
        }
    }

    /// Tells that only a person can go on; of a second factor with the time until which it is waited for.
    pub(super) async fn needs_person(&self, why: &Diagnosis) {
        let (why, until) = for_person(why, self.world, self.plan).await;
        self.keep.tell(EntryKind::NeedsPerson { why, until });
    }
}

/// What a person is told who alone can go on, and until when they can: a second factor is not waited for longer, and the log
/// may tell a moment later how long that is. RFC 3339, UTC; nothing where there is no such time, or nobody says.
pub async fn for_person(why: &Diagnosis, world: &World, plan: &Plan) -> (Diagnosis, Option<String>) {
    if why.code == PENDING
        && let Some((now, deadline)) = second_factor(world, &plan.stack).await
    {
        return (now, deadline.map(shown));
    }
    (why.clone(), None)
}

/// Whether only a person can give or mend it.
pub fn is_personal(why: &Diagnosis) -> bool {
    PERSONAL.contains(&why.code.as_str())
}

/// The code of a second factor that somebody has to give.
pub(super) const PENDING: &str = "gateway::two_factor_pending";
/// IBC waits so long for a second factor (`SecondFactorAuthenticationTimeout`).
pub(super) const SECOND_FACTOR: Duration = Duration::from_mins(3);
