//! Turns at a gateway: one handshake at a time at each address, whatever runs at once.
//!
//! Every step, and every proof of the safe state, is given a world in which a conversation with a gateway begins only when
//! the one before is over, so that nobody has to think of it. Those who wait are served in the order in which they came;
//! whoever gives up loses nothing but its place. A session that is kept open has had its handshake: it holds nobody up.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use miette::Diagnostic;
use thiserror::Error;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::diagnosis::Diagnosis;
use crate::ladder::Rung;
use crate::ports::World;
use crate::ports::broker::{
    ApiSettings, Broker, BrokerError, Climb, Connect, HeldSession, Probe, ProbeAsk, Session, SettingsChange,
};
use crate::steps::Notes;

/// Code of the reason of those who wait for their turn.
pub(super) const OTHERS_TURN: &str = "engine::turn";

/// What runs side by side share, so that they take turns: clones are the same turns.
#[derive(Clone, Debug, Default)]
pub struct Turns(Arc<Mutex<BTreeMap<String, Arc<Gate>>>>);

/// The way to one gateway.
#[derive(Debug)]
struct Gate {
    free: Semaphore,
    /// Who talks to it.
    holder: Mutex<String>,
}

impl Default for Gate {
    fn default() -> Self {
        Self { free: Semaphore::new(1), holder: Mutex::default() }
    }
}

/// Somebody else's turn.
#[derive(Debug, Error, Diagnostic)]
#[error("{address} is not free: {holder} talks to it, and a gateway bears one handshake at a time")]
#[diagnostic(
    code(engine::turn),
    help("give the step more time, or let it wait for the other one with `needs`")
)]
struct OthersTurn {
    address: String,
    holder: String,
}

impl Turns {
    /// The world with turns, for a step of this id; what it waits for is noted.
    pub(super) fn world(&self, world: &World, who: &str, notes: Option<&Arc<Notes>>) -> World {
        let visitor = Visitor {
            turns: self.clone(),
            who: who.to_owned(),
            notes: notes.cloned(),
            broker: Arc::clone(&world.broker),
            probe: Arc::clone(&world.probe),
        };
        let visitor = Arc::new(visitor);
        World { broker: visitor.clone(), probe: visitor, ..world.clone() }
    }

    fn gate(&self, address: &str) -> Arc<Gate> {
        let mut gates = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(gates.entry(address.to_owned()).or_default())
    }
}

/// One who takes turns.
struct Visitor {
    turns: Turns,
    who: String,
    notes: Option<Arc<Notes>>,
    broker: Arc<dyn Broker>,
    probe: Arc<dyn Probe>,
}

impl Visitor {
    /// Waits for the turn at the gate.
    async fn turn<'a>(&self, gate: &'a Gate, address: &str) -> Option<SemaphorePermit<'a>> {
        let permit = if let Ok(permit) = gate.free.try_acquire() {
            Ok(permit)
        } else {
            self.note(gate, address);
            gate.free.acquire().await
        };
        if let Ok(mut holder) = gate.holder.lock() {
            holder.clone_from(&self.who);
        }
        // Nobody closes a gate.
        permit.ok()
    }

    fn note(&self, gate: &Gate, address: &str) {
        let Some(notes) = &self.notes else { return };
        let holder = gate.holder.lock().map(|holder| holder.clone()).unwrap_or_default();
        let holder = if holder.is_empty() { "another run".to_owned() } else { format!("`{holder}`") };
        notes.waiting(Diagnosis::of(&OthersTurn { address: address.to_owned(), holder }));
    }
}

#[async_trait]
impl Probe for Visitor {
    async fn probe(&self, ask: &ProbeAsk, reached: &(dyn Fn(Rung) + Sync)) -> Climb {
        let gate = self.turns.gate(&ask.address);
        let _turn = self.turn(&gate, &ask.address).await;
        self.probe.probe(ask, reached).await
    }
}

#[async_trait]
impl Broker for Visitor {
    async fn session(&self, connect: &Connect) -> Result<Session, BrokerError> {
        let gate = self.turns.gate(&connect.address);
        let _turn = self.turn(&gate, &connect.address).await;
        self.broker.session(connect).await
    }

    async fn hold(&self, connect: &Connect) -> Result<Box<dyn HeldSession>, BrokerError> {
        let gate = self.turns.gate(&connect.address);
        let _turn = self.turn(&gate, &connect.address).await;
        self.broker.hold(connect).await
    }

    async fn data(&self, connect: &Connect) -> Result<usize, BrokerError> {
        let gate = self.turns.gate(&connect.address);
        let _turn = self.turn(&gate, &connect.address).await;
        self.broker.data(connect).await
    }

    async fn settings(&self, connect: &Connect) -> Result<Option<ApiSettings>, BrokerError> {
        let gate = self.turns.gate(&connect.address);
        let _turn = self.turn(&gate, &connect.address).await;
        self.broker.settings(connect).await
    }

    async fn change_settings(
        &self,
        connect: &Connect,
        change: &SettingsChange,
    ) -> Result<Vec<String>, BrokerError> {
        let gate = self.turns.gate(&connect.address);
        let _turn = self.turn(&gate, &connect.address).await;
        self.broker.change_settings(connect, change).await
    }
}
