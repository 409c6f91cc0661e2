//! Log-ins: every start of the gateway counts, whoever caused it, and what the gateway's log says against another one.

use jiff::{SignedDuration, Timestamp};
use miette::Diagnostic;
use thiserror::Error;

use super::{Keeping, Outage, Ran, Supervision, Used};
use crate::diagnosis::Diagnosis;
use crate::event::EntryKind;
use crate::playbook::Plan;
use crate::ports::World;
use crate::steps::StackContainer;
use crate::steps::ready::log_in_cause;

/// A start of the gateway is the one that was announced when it follows so soon.
const ANNOUNCED: SignedDuration = SignedDuration::from_mins(10);
/// So much may the engine's clock be behind.
const BEHIND: SignedDuration = SignedDuration::from_secs(5);

/// Starts of the gateway, as far as this watch knows.
#[derive(Debug, Default)]
pub(super) struct Starts {
    /// The last one that was looked at.
    last: Option<Timestamp>,
    /// Log-ins that were noted before they happened, and of which none was seen yet: each is one start.
    announced: Vec<Timestamp>,
}

impl Starts {
    /// Whether a start was looked at already, or is one that was noted before it happened. That one is spent.
    fn is_counted(&mut self, started: Timestamp) -> bool {
        if self.last.replace(started) == Some(started) {
            return true;
        }
        let follows = |at: &Timestamp| (-BEHIND..=ANNOUNCED).contains(&started.duration_since(*at));
        let spent = self.announced.iter().position(follows);
        spent.map(|place| self.announced.remove(place)).is_some()
    }
}

/// After these another log-in does harm, until a person has seen to it.
pub(super) const REFUSED: &[&str] = &[
    "gateway::login_failed",
    "gateway::locked",
    "gateway::two_factor_timed_out",
    "gateway::existing_session",
];

/// The gateway may not log in any more for now.
#[derive(Debug, Error, Diagnostic)]
#[error(
    "the gateway logged in {count} times and may not do so again before {until}: too many log-ins lock an account"
)]
#[diagnostic(
    code(watch::log_ins_used_up),
    help(
        "find out why it had to be started so often (`openbell report list`), then `openbell resume`, or wait"
    )
)]
pub(super) struct LogInsUsedUp {
    pub(super) count: usize,
    pub(super) until: String,
}

impl<K: Keeping, R: AsyncFn(&Plan) -> Ran> Supervision<'_, K, R> {
    /// Why no log-in may be tried any more: what the gateway's log says, or said earlier in this outage. Its container may have
    /// ended meanwhile; the account is locked all the same.
    pub(super) async fn refusal(
        &self,
        outage: &mut Outage,
        item: Option<&StackContainer>,
    ) -> Option<Diagnosis> {
        if !self.is_gateway(item) {
            return None;
        }
        if let Some(why) = self.refused_log_in().await {
            self.tell_person(outage, &why).await;
            return Some(why);
        }
        outage.refused.clone()
    }

    /// What the gateway's log says against another log-in, running or not.
    pub(super) async fn refused_log_in(&self) -> Option<Diagnosis> {
        let why = log_in_cause(self.world, &self.plan.stack).await?;
        REFUSED.contains(&why.code.as_str()).then_some(why)
    }

    /// Remembers a log-in before it happens.
    pub(super) fn about_to_log_in(&self) -> Result<(), Diagnosis> {
        let now = self.keep.now();
        self.keep.note(&Used::LogIn, now)?;
        self.starts().announced.push(now);
        Ok(())
    }

    fn starts(&self) -> std::sync::MutexGuard<'_, Starts> {
        self.starts.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Remembers something that has happened; what cannot be written is told.
    pub(super) fn remember(&self, used: &Used) {
        if let Err(why) = self.keep.note(used, self.keep.now()) {
            self.keep.tell(EntryKind::Notice { why });
        }
    }

    /// Counts a start of the gateway that nobody announced: Docker's, Compose's, a person's.
    pub(super) async fn note_log_in(&self, world: &World) {
        let Some(gateway) = self.plan.stack.gateway() else { return };
        let Ok(Some(container)) = world.docker.container(&gateway.spec.name).await else { return };
        let Ok(started) = container.started_at.parse::<Timestamp>() else { return };
        if !container.is_running() || self.starts().is_counted(started) {
            return;
        }
        // By an earlier watch.
        let noted = |at: &Timestamp| started.duration_since(*at).abs() <= SignedDuration::from_secs(1);
        if !self.keep.uses(&Used::LogIn).iter().any(noted)
            && let Err(why) = self.keep.note(&Used::LogIn, started)
        {
            self.keep.tell(EntryKind::Notice { why });
        }
    }
}
