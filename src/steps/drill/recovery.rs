//! From a whole stack through one disturbance to a whole stack: what is looked at before, what is done, and what has to
//! be true again.

use std::collections::BTreeMap;

use async_trait::async_trait;
use tokio::time::Instant;

use super::error::refuse_live;
use super::{Drill, DrillError, How, is_gateway, resting_on};
use crate::diagnosis::{Diagnosis, Failure};
use crate::event::Facts;
use crate::ladder::Rung;
use crate::ports::broker::{Connect, HeldSession};
use crate::ports::docker::Container;
use crate::steps::healthy::Healthy;
use crate::steps::ready::{Ready, Stage, bot};
use crate::steps::start::Start;
use crate::steps::{Attempt, Recovery, Scope, container_state, safety};

/// A drill on its way.
pub(super) struct Drilled {
    drill: Drill,
    gateway: bool,
    /// What ran before, by its key.
    ran: BTreeMap<String, Container>,
    /// Sees a soft restart happen.
    session: Option<Box<dyn HeldSession>>,
    /// The first stop.
    began: Instant,
    /// When the API was seen to be gone, or taken to be.
    gone: Instant,
    /// The API answers again, in milliseconds since it was gone.
    answers: Option<u64>,
    /// The held containers that were stopped, and when.
    away: BTreeMap<String, Instant>,
    /// Those that came back through their gate, and after how many milliseconds.
    back: BTreeMap<String, u64>,
}

fn ms_since(instant: Instant) -> u64 {
    instant.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
}

impl Drilled {
    /// Looks whether the stack is whole and may be drilled. The account comes last: it costs the gateway a handshake.
    pub(super) async fn begin(drill: &Drill, scope: &Scope<'_>) -> Result<Self, Failure> {
        refuse_live(scope, &[])?;
        let target = container_state::declared(scope, &drill.restart)?;
        container_state::running(scope, target).await?;
        let mut ran = BTreeMap::new();
        for item in scope.stack.containers.values() {
            if let Some(container) = scope.world.docker.container(&item.spec.name).await?
                && container.is_running()
            {
                ran.insert(item.key.clone(), container);
            }
        }
        let now = Instant::now();
        let mut drilled = Self {
            drill: drill.clone(),
            gateway: is_gateway(scope.stack, &drill.restart),
            ran,
            session: None,
            began: now,
            gone: now,
            answers: None,
            away: BTreeMap::new(),
            back: BTreeMap::new(),
        };
        drilled.containers(scope).await?;
        refuse_live(scope, &safety::accounts(scope).await?)?;
        if drill.how == How::Soft {
            drilled.session = Some(hold(scope).await?);
        }
        Ok(drilled)
    }

    /// Every container that ran runs, and is healthy; the bot is up. Asks the engine alone.
    async fn containers(&self, scope: &Scope<'_>) -> Result<(), Failure> {
        for key in self.ran.keys() {
            let item = container_state::declared(scope, key)?;
            if container_state::running(scope, item).await?.health.is_some() {
                Healthy::of(key).attempt(scope).await?;
            }
        }
        if scope.stack.bot().is_some_and(|bot| self.ran.contains_key(&bot.key)) {
            bot::up(scope).await?;
        }
        Ok(())
    }

    /// Stops what must not run while its safe state cannot be proven.
    async fn hold_back(&mut self, scope: &Scope<'_>) -> Result<(), Failure> {
        for item in resting_on(scope.stack, &self.drill.restart) {
            if self.ran.contains_key(&item.key) {
                let name = &item.spec.name;
                scope.world.docker.stop(name, item.spec.stop_grace).await?;
                let away = &self.drill.restart;
                scope
                    .notes
                    .changed(format!("container {name} stopped: no proof of its safe state without {away}"));
                self.away.insert(item.key.clone(), Instant::now());
            }
        }
        Ok(())
    }

    /// The one disturbance. A held container is left down: it comes back through its gate.
    async fn disturb_once(&mut self, scope: &Scope<'_>) -> Result<(), Failure> {
        let item = container_state::declared(scope, &self.drill.restart)?;
        let (name, grace) = (&item.spec.name, item.spec.stop_grace);
        let docker = &scope.world.docker;
        match self.drill.how {
            How::Soft => {
                let ibc = scope.stack.connection.ibc.as_ref().ok_or(DrillError::NoCommandPort)?;
                let words = scope.world.ibc.restart(ibc).await?;
                scope.notes.changed(format!("IBC at {ibc} told to restart the gateway: {}", words.trim()));
                return Ok(());
            }
            How::Container if item.held => {
                docker.stop(name, grace).await?;
                scope.notes.changed(format!("container {name} stopped"));
            }
            // In one request, so that nothing stays down should openbell end in between.
            How::Container => {
                docker.restart(name, grace).await?;
                scope.notes.changed(format!("container {name} restarted"));
            }
            How::Kill => {
                docker.kill(name).await?;
                scope.notes.changed(format!("container {name} killed"));
                if !item.held {
                    docker.start(name).await?;
                    scope.notes.changed(format!("container {name} started"));
                }
            }
        }
        if item.held {
            self.away.insert(item.key.clone(), self.began);
        }
        Ok(())
    }

    /// The disturbance has taken place, and what was disturbed runs again, unless it is held.
    async fn was_disturbed(&mut self, scope: &Scope<'_>) -> Result<(), Failure> {
        if let Some(session) = &mut self.session {
            let address = scope.stack.connection.address.clone();
            scope.notes.waiting(Diagnosis::explained(&DrillError::NotDown { address }));
            session.lost().await;
            self.gone = Instant::now();
            self.session = None;
        }
        let item = container_state::declared(scope, &self.drill.restart)?;
        if item.held || self.answers.is_some() {
            return Ok(());
        }
        self.restarted(scope).await?;
        if self.gateway {
            scope.notes.reached(Rung::Container);
            scope.notes.reached(Rung::Process);
        }
        Ok(())
    }

    /// What was disturbed runs, and it is another run than the one before.
    async fn restarted(&self, scope: &Scope<'_>) -> Result<(), Failure> {
        let item = container_state::declared(scope, &self.drill.restart)?;
        let now = container_state::running(scope, item).await?;
        let before = self.ran.get(&item.key).map(|before| before.started_at.as_str());
        if self.drill.how != How::Soft && before == Some(now.started_at.as_str()) {
            let (container, since) = (now.name, now.started_at);
            return Err(DrillError::NotRestarted { container, since }.into());
        }
        Ok(())
    }

    /// The API answers, up to the rung that the playbook waits for. Asked until it has once: no more handshakes than
    /// that.
    async fn ladder(&mut self, scope: &Scope<'_>) -> Result<(), Failure> {
        if self.answers.is_some() {
            return Ok(());
        }
        let stage = match scope.stack.ready.stage() {
            Stage::Bot => Stage::Request,
            other => other,
        };
        Ready { stage: Some(stage), ..scope.stack.ready.clone() }.attempt(scope).await?;
        self.answers = Some(ms_since(self.gone));
        Ok(())
    }

    /// What was stopped comes back through its gate, once.
    async fn bring_back(&mut self, scope: &Scope<'_>) -> Result<(), Failure> {
        for (key, since) in &self.away {
            if !self.back.contains_key(key) {
                Start { container: key.clone() }.attempt(scope).await?;
                self.back.insert(key.clone(), ms_since(*since));
            }
        }
        Ok(())
    }

    /// The whole safe state, for every held container that runs.
    async fn proven(&self, scope: &Scope<'_>) -> Result<(), Failure> {
        for item in scope.stack.containers.values() {
            if item.held && self.ran.contains_key(&item.key) {
                safety::holds(scope, Some(&item.key), safety::Extent::Whole).await?;
            }
        }
        Ok(())
    }

    fn facts(&self) -> Facts {
        let mut facts = Facts::new();
        facts.insert("recovered_in_ms".to_owned(), ms_since(self.began).into());
        let downtime = self.back.get(&self.drill.restart).copied().or(self.answers.filter(|_| self.gateway));
        if let Some(downtime) = downtime {
            facts.insert("downtime_ms".to_owned(), downtime.into());
        }
        if !self.back.is_empty() {
            let back = self.back.iter().map(|(key, ms)| (key.clone(), (*ms).into()));
            facts.insert("away_ms".to_owned(), serde_json::Value::Object(back.collect()));
        }
        facts
    }
}

/// A session that breaks when the gateway goes down.
async fn hold(scope: &Scope<'_>) -> Result<Box<dyn HeldSession>, Failure> {
    let connection = &scope.stack.connection;
    let client_id = scope.world.probe_ids.next();
    let connect = Connect { address: connection.address.clone(), client_id, timeout: connection.timeout };
    let session = scope.world.broker.hold(&connect).await?;
    if let Err(live) = refuse_live(scope, &session.session().accounts) {
        session.close().await;
        return Err(live);
    }
    Ok(session)
}

#[async_trait]
impl Recovery for Drilled {
    async fn disturb(&mut self, scope: &Scope<'_>) -> Result<(), Failure> {
        scope.notes.count_anew();
        let Drill { restart, how, .. } = &self.drill;
        scope.notes.fact("restarted", restart.clone());
        scope.notes.fact("how", how.name());
        scope.notes.fact("cost", how.cost(self.gateway));
        self.began = Instant::now();
        self.hold_back(scope).await?;
        self.gone = Instant::now();
        self.disturb_once(scope).await
    }

    fn not_yet(&self) -> Failure {
        let within_s = self.drill.recover_within.get().as_secs_f64();
        DrillError::NotWhole { container: self.drill.restart.clone(), within_s }.into()
    }

    async fn whole(&mut self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        self.was_disturbed(scope).await?;
        self.ladder(scope).await?;
        self.bring_back(scope).await?;
        self.restarted(scope).await?;
        self.containers(scope).await?;
        self.proven(scope).await?;
        Ok(self.facts())
    }
}
