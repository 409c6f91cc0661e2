//! Restarts, and what they cost: asked for, allowed, remembered before they happen.

use std::time::Duration;

use jiff::Timestamp;
use miette::Diagnostic;
use thiserror::Error;
use tokio::time::Instant;

use super::budget::{self, Allowed, Budget};
use super::log_ins::LogInsUsedUp;
use super::whole::{PENDING, SECOND_FACTOR, Waited};
use super::{Keeping, Outage, Ran, Supervision, Turn, Used};
use crate::diagnose::{Measure, barred_now};
use crate::diagnosis::{Class, Diagnosis, Failure};
use crate::engine::waiting::until;
use crate::event::{EntryKind, Loss, RecoveryRung};
use crate::evidence::{Certainty, Finding};
use crate::playbook::{Plan, RestartFormat};
use crate::steps::StackContainer;

/// The code of a container that somebody paused.
const PAUSED: &str = "container::paused";

/// A time of day as people are told it.
pub(super) fn shown(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// A restart may not be tried any more for now.
#[derive(Debug, Error, Diagnostic)]
#[error("{what} was restarted as often as its budget allows, and is not restarted again before {until}")]
#[diagnostic(
    code(watch::restarts_used_up),
    help("restarting does not help: `openbell diagnose` says what is wrong; `openbell resume` tries again")
)]
struct RestartsUsedUp {
    what: String,
    until: String,
}

/// Two restarts follow each other after a while only.
#[derive(Debug, Error, Diagnostic)]
#[error("{what} was restarted a short time ago: the next one is due at {from}")]
#[diagnostic(code(watch::too_soon), help("nothing is to be done: it waits"))]
struct TooSoon {
    what: String,
    from: String,
}

/// Whether a rung may be begun.
pub(super) enum May {
    /// It may.
    Begin,
    /// It became whole meanwhile.
    Whole,
    /// It may not, and nothing after it.
    Not(Diagnosis),
    /// Supervision goes on elsewhere.
    Turn(Turn),
    /// Somebody asked for another try.
    Asked,
}

impl<K: Keeping, R: AsyncFn(&Plan) -> Ran> Supervision<'_, K, R> {
    /// Waits until the rung may be begun: no pause, nothing that bars it, budget left.
    pub(super) async fn may(
        &self,
        outage: &mut Outage,
        rung: RecoveryRung,
        format: &RestartFormat,
        item: Option<&StackContainer>,
    ) -> May {
        let logs_in = rung == RecoveryRung::Restart && self.is_gateway(item);
        loop {
            let wait_until = if let Some(until) = self.keep.paused() {
                until
            } else if let Some(window) = self.window().filter(|_| self.is_gateway(item)) {
                let (until, why) = (shown(window.until), outage.why.clone());
                self.keep.tell(EntryKind::Waits { rung, until, why });
                window.until
            } else if let Some(bar) = self.refusal(outage, item).await {
                return May::Not(bar);
            } else if let Some(bar) = Self::bar(outage, rung, item) {
                if outage.why.code != PENDING || outage.factor_waits >= 2 {
                    return May::Not(bar);
                }
                outage.factor_waits += 1;
                self.keep.now() + SECOND_FACTOR
            } else {
                match self.budget_allows(rung, format, item, (logs_in, &outage.why)) {
                    Ok(None) => return May::Begin,
                    Ok(Some((at, why))) => {
                        self.keep.tell(EntryKind::Waits { rung, until: shown(at), why });
                        at
                    }
                    Err(why) => return May::Not(why),
                }
            };
            match self.until_whole(outage, Some(self.instant(wait_until))).await {
                Waited::Whole => return May::Whole,
                Waited::Asked => return May::Asked,
                Waited::Turn(turn) => return May::Turn(turn),
                Waited::OutOfTime => {}
            }
        }
    }

    /// What bars a restart by what the last look showed.
    fn bar(outage: &Outage, rung: RecoveryRung, item: Option<&StackContainer>) -> Option<Diagnosis> {
        // Somebody paused it, and a start is refused: each try would only take from the budgets.
        if outage.why.code == PAUSED {
            return Some(outage.why.clone());
        }
        let measure = match (rung, item) {
            (RecoveryRung::SoftRestart, _) => Measure::SoftRestart { ibc: String::new() },
            (_, Some(item)) => {
                Measure::ContainerRestart { container: item.spec.name.clone(), grace: item.spec.stop_grace }
            }
            (_, None) => return None,
        };
        let why = outage.why.clone();
        let finding = Finding { why, certainty: Certainty::Certain, class: Class::Step, decided_by: None };
        // That it is not logged in is no bar here: it had the whole time of the rungs before to do so.
        let slow = ["gateway::not_logged_in", "gateway::restarting", "gateway::unavailable"];
        if slow.contains(&finding.why.code.as_str()) {
            return None;
        }
        barred_now(&measure, &[finding])
            .map(|(_, error)| Diagnosis::of(&error).with_evidence([outage.why.message.clone()]))
    }

    /// Nothing when the budget allows it now, the time when it will, or why not.
    fn budget_allows(
        &self,
        rung: RecoveryRung,
        format: &RestartFormat,
        item: Option<&StackContainer>,
        (logs_in, why): (bool, &Diagnosis),
    ) -> Result<Option<(Timestamp, Diagnosis)>, Diagnosis> {
        let now = self.keep.now();
        let what = item.map_or_else(|| "the gateway".to_owned(), |item| item.spec.name.clone());
        let used = used(rung, item);
        let last = vec![format!("the last reason: {} ({})", why.message, why.code)];
        let restarts = Budget::from(format).allows(&self.keep.uses(&used), now);
        match restarts {
            Allowed::UsedUp(until) => {
                let until = shown(until);
                return Err(Diagnosis::of(&RestartsUsedUp { what, until }).with_evidence(last));
            }
            Allowed::From(from) => {
                let why = Diagnosis::of(&TooSoon { what, from: shown(from) });
                return Ok(Some((from, why)));
            }
            Allowed::Now => {}
        }
        if !logs_in {
            return Ok(None);
        }
        let limits = &self.plan.watch.log_ins;
        let log_ins = self.keep.uses(&Used::LogIn);
        match budget::log_in(limits, &log_ins, &self.keep.uses(&Used::Green), now) {
            Allowed::Now => Ok(None),
            Allowed::From(until) | Allowed::UsedUp(until) => {
                let count = budget::in_vain(&log_ins, &self.keep.uses(&Used::Green)).len();
                let until = shown(until);
                Err(Diagnosis::of(&LogInsUsedUp { count, until }).with_evidence(last))
            }
        }
    }

    /// Remembers a restart before it happens.
    pub(super) fn about_to(
        &self,
        rung: RecoveryRung,
        item: Option<&StackContainer>,
    ) -> Result<(), Diagnosis> {
        self.keep.note(&used(rung, item), self.keep.now())?;
        if rung == RecoveryRung::Restart && self.is_gateway(item) { self.about_to_log_in() } else { Ok(()) }
    }

    /// What a restart would restart: the lost container, or the gateway's where its session is lost.
    pub(super) fn to_restart(&self, what: &Loss) -> Option<&StackContainer> {
        let stack = &self.plan.stack;
        match what {
            Loss::Engine => None,
            Loss::Container(key) => stack.container(key),
            Loss::Session => stack.gateway(),
            Loss::Bot => stack.bot(),
        }
    }

    /// Carries the restart out. What is held is only stopped: it comes back through its gate, by the run that follows.
    pub(super) async fn restart(&self, item: &StackContainer, outage: &mut Outage) -> Result<(), Failure> {
        let docker = &self.world.docker;
        if self.is_gateway(Some(item)) {
            for held in self.held_running(self.world).await {
                docker.stop(&held.spec.name, held.spec.stop_grace).await?;
                outage.held_back.insert(held.key.clone());
            }
        }
        let (name, grace) = (&item.spec.name, item.spec.stop_grace);
        match docker.container(name).await? {
            Some(container) if container.is_running() && item.held => {
                docker.stop(name, grace).await?;
                outage.held_back.insert(item.key.clone());
            }
            Some(container) if container.is_running() => docker.restart(name, grace).await?,
            // The run that follows starts it, and makes it where it is gone.
            Some(_) | None => {}
        }
        Ok(())
    }

    /// Whether this container is the gateway's.
    pub(super) fn is_gateway(&self, item: Option<&StackContainer>) -> bool {
        let gateway = self.plan.stack.gateway();
        item.is_some_and(|item| gateway.is_some_and(|gateway| gateway.key == item.key))
    }

    /// The moment at which the clock will show that time, as far as is known now.
    pub(super) fn instant(&self, at: Timestamp) -> Instant {
        let ahead = Duration::try_from(at.duration_since(self.keep.now())).unwrap_or_default();
        Instant::now() + ahead
    }

    /// Rests until that time, unless it is ended or somebody asks for another try.
    pub(super) async fn rest_until(&self, at: Timestamp) -> Option<Turn> {
        let end = self.instant(at);
        loop {
            tokio::select! {
                biased;
                () = self.shared.stop.cancelled() => return Some(Turn::Stopped),
                () = until(end.min(Instant::now() + super::TICK)) => {}
            }
            if self.was_asked() || Instant::now() >= end {
                return None;
            }
        }
    }
}

/// What a rung uses up of which budget.
fn used(rung: RecoveryRung, item: Option<&StackContainer>) -> Used {
    match item {
        Some(item) if rung == RecoveryRung::Restart => Used::Restart(item.key.clone()),
        _ => Used::SoftRestart,
    }
}
