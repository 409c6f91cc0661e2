//! The recovery ladder: one rung after the other, each with its budget, until everything is whole again; then nothing more
//! is tried, and somebody is told.

use std::time::Duration;

use tokio::time::Instant;

use super::restarting::May;
use super::settling::RUN_AGAIN;
use super::{Keeping, Outage, Ran, Supervision, Turn};
use crate::diagnosis::Diagnosis;
use crate::event::{EntryKind, Loss, Maintenance, RecoveryRung};
use crate::playbook::{Plan, RestartFormat, RungFormat};
use crate::ports::docker::{RestartPolicy, Status};
use crate::steps::StackContainer;

/// How long a soft restart may take where the playbook does not say.
const SOFT: Duration = Duration::from_mins(5);
/// The same of a restart: a second factor may have to be given.
const WHOLE: Duration = Duration::from_mins(15);
/// What became of a rung.
pub(super) enum Climbed {
    /// It did not help, or does not fit.
    Next,
    /// Nothing after it may be tried either.
    Halt(Diagnosis),
    /// It is over.
    Turn(Turn),
}

impl<K: Keeping, R: AsyncFn(&Plan) -> Ran> Supervision<'_, K, R> {
    /// From a loss to a whole stack, or to a person.
    pub(super) async fn recover(&self, mut outage: Box<Outage>) -> Turn {
        let maintenance = self.maintenance().filter(|_| self.is_servers(&outage.what));
        let (what, why) = (outage.what.clone(), outage.why.clone());
        self.keep.tell(EntryKind::Lost { what, why: why.clone(), maintenance });
        self.tell_person(&mut outage, &why).await;
        let mut halt = None;
        for rung in &self.plan.watch.recovery {
            match self.climb(rung, &mut outage).await {
                Climbed::Next => {}
                Climbed::Turn(turn) => return turn,
                Climbed::Halt(why) => {
                    halt = Some(why);
                    break;
                }
            }
        }
        self.halt(outage, halt).await
    }

    async fn climb(&self, rung: &RungFormat, outage: &mut Outage) -> Climbed {
        match rung {
            RungFormat::Reconnect(format) => {
                if self.nobody_restarts(&outage.what).await {
                    return Climbed::Next;
                }
                self.begins(outage, RecoveryRung::Reconnect, None);
                let climbed = self.settle(outage, Instant::now() + format.within.get()).await;
                if matches!(climbed, Climbed::Next) {
                    // A state that could not be proven for so long is not safe.
                    self.hold_back(outage).await;
                }
                climbed
            }
            RungFormat::Wait(format) => self.wait_out(outage, format.after.get()).await,
            RungFormat::SoftRestart(format) => self.soft_restart(outage, format).await,
            RungFormat::Restart(format) => self.restarts(outage, format).await,
        }
    }

    fn begins(&self, outage: &mut Outage, rung: RecoveryRung, item: Option<&StackContainer>) {
        let attempt = if outage.by == Some(rung) { outage.attempt + 1 } else { 1 };
        (outage.by, outage.attempt) = (Some(rung), attempt);
        let container = item.map(|item| item.spec.name.clone());
        let logs_in = rung == RecoveryRung::Restart && self.is_gateway(item);
        self.keep.tell(EntryKind::Recovering { rung, attempt, container, logs_in });
    }

    /// Whether what is lost is a container that does not run and that nobody starts again.
    async fn nobody_restarts(&self, what: &Loss) -> bool {
        let Loss::Container(key) = what else { return false };
        let Some(item) = self.plan.stack.container(key) else { return false };
        match self.world.docker.container(&item.spec.name).await {
            // Who paused it lets it go on.
            Ok(Some(container)) if container.status == Status::Paused => false,
            Ok(Some(container)) => {
                !container.is_running()
                    && (container.restart == RestartPolicy::No
                        || container.restart == RestartPolicy::OnFailure && container.exit_code == 0)
            }
            Ok(None) => true,
            Err(_) => false,
        }
    }

    /// While IBKR does maintenance, waits for its end, and a while longer.
    async fn wait_out(&self, outage: &mut Outage, after: Duration) -> Climbed {
        while let Some(window) = self.window().filter(|_| self.is_servers(&outage.what)) {
            let until = window.until.checked_add(after).unwrap_or(window.until);
            self.begins(outage, RecoveryRung::Wait, None);
            let why = outage.why.clone();
            self.keep.tell(EntryKind::Waits {
                rung: RecoveryRung::Wait,
                until: super::restarting::shown(until),
                why,
            });
            match self.settle(outage, self.instant(until)).await {
                Climbed::Next if self.window().is_none() => {
                    let maintenance = Maintenance {
                        name: window.name.clone(),
                        until: super::restarting::shown(window.until),
                    };
                    self.keep.tell(EntryKind::Outlived { why: outage.why.clone(), maintenance });
                }
                Climbed::Next => {}
                climbed => return climbed,
            }
        }
        Climbed::Next
    }

    /// Has IBC restart the gateway, where that can help.
    async fn soft_restart(&self, outage: &mut Outage, format: &RestartFormat) -> Climbed {
        let Some(ibc) = &self.plan.stack.connection.ibc else { return Climbed::Next };
        let gateway = self.plan.stack.gateway();
        if outage.whole_but_red || !self.is_gateways(&outage.what).await {
            return Climbed::Next;
        }
        match self.may(outage, RecoveryRung::SoftRestart, format, gateway).await {
            May::Begin => {}
            May::Whole => return self.proven(outage).await.unwrap_or(Climbed::Next),
            // What bars a soft restart may still allow the next rung: it has a budget and bars of its own.
            May::Not(_) => return Climbed::Next,
            May::Turn(turn) => return Climbed::Turn(turn),
            May::Asked => return Climbed::Turn(self.bring_up().await),
        }
        if let Err(why) = self.about_to(RecoveryRung::SoftRestart, gateway) {
            return Climbed::Halt(why);
        }
        self.begins(outage, RecoveryRung::SoftRestart, gateway);
        match self.world.ibc.restart(ibc).await {
            Ok(_) => {
                let within = format.within.map_or(SOFT, crate::period::Period::get);
                self.settle(outage, Instant::now() + within).await
            }
            Err(error) => {
                let why = Diagnosis::explained(&error);
                self.keep.tell(EntryKind::Notice { why });
                Climbed::Next
            }
        }
    }

    /// Restarts what is lost as often as the budget allows.
    async fn restarts(&self, outage: &mut Outage, format: &RestartFormat) -> Climbed {
        loop {
            if outage.whole_but_red {
                return Climbed::Halt(outage.why.clone());
            }
            let Some(item) = self.to_restart(&outage.what) else {
                return Climbed::Next;
            };
            match self.may(outage, RecoveryRung::Restart, format, Some(item)).await {
                May::Begin => {}
                May::Whole => match self.proven(outage).await {
                    Some(climbed) => return climbed,
                    None => continue,
                },
                May::Not(why) => return Climbed::Halt(why),
                May::Turn(turn) => return Climbed::Turn(turn),
                May::Asked => return Climbed::Turn(self.bring_up().await),
            }
            let Some(item) = self.to_restart(&outage.what) else { continue };
            if let Err(why) = self.about_to(RecoveryRung::Restart, Some(item)) {
                return Climbed::Halt(why);
            }
            self.begins(outage, RecoveryRung::Restart, Some(item));
            let next = self.keep.now() + RUN_AGAIN;
            if let Err(failure) = self.restart(item, outage).await {
                outage.why = failure.why;
                continue;
            }
            let within = format.within.map_or(WHOLE, crate::period::Period::get);
            // The run starts a gateway that has ended: that may be done where it is what was announced.
            if (self.is_gateway(Some(item)) || !self.gateway_ended(outage).await)
                && let Some(climbed) = self.run_again(outage, within).await
            {
                return climbed;
            }
            // A run may fail at once: however short `apart` is, restarts are no busy loop.
            if let Some(turn) = self.rest_until(next).await {
                return Climbed::Turn(turn);
            }
        }
    }

    /// Whether the gateway inside its container is what is lost: IBC can restart it there.
    async fn is_gateways(&self, what: &Loss) -> bool {
        let Some(gateway) = self.plan.stack.gateway() else { return *what == Loss::Session };
        match what {
            Loss::Session => true,
            Loss::Container(key) if *key == gateway.key => {
                let container = self.world.docker.container(&gateway.spec.name).await;
                container.is_ok_and(|container| container.is_some_and(|container| container.is_running()))
            }
            Loss::Container(_) | Loss::Engine | Loss::Bot => false,
        }
    }

    /// Whether IBKR's servers may be the reason: not for a bot that crashed, nor for an engine that is away.
    pub(super) fn is_servers(&self, what: &Loss) -> bool {
        match what {
            Loss::Session => true,
            Loss::Container(key) => self.plan.stack.gateway().is_some_and(|gateway| gateway.key == *key),
            Loss::Engine | Loss::Bot => false,
        }
    }

    /// IBKR's maintenance that goes on now.
    pub(super) fn window(&self) -> Option<crate::evidence::maintenance::Window> {
        self.plan.maintenance.open_at(self.keep.now())
    }

    fn maintenance(&self) -> Option<Maintenance> {
        let window = self.window()?;
        Some(Maintenance { name: window.name.clone(), until: super::restarting::shown(window.until) })
    }
}
