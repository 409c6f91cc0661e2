//! What the system's service manager is told: that everything is operational, what is done now, and that it is alive.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::adapters::service_socket::ServiceSocket;
use crate::engine;
use crate::event::{Entry, EntryKind, Event, EventKind};
use crate::report::entry_words;

/// The line to the service manager, for all plans together.
pub(in crate::app) struct Service {
    socket: ServiceSocket,
    /// Plans that were never operational.
    missing: AtomicUsize,
    plans: usize,
}

impl Service {
    pub(super) fn new(socket: ServiceSocket, plans: usize) -> Arc<Self> {
        Arc::new(Self { socket, missing: AtomicUsize::new(plans), plans })
    }

    /// An event of a run: the step and the rung that it is at.
    pub(in crate::app) fn event(&self, event: &Event) {
        let whose = event.variant.as_ref().map(|variant| format!("{variant}: ")).unwrap_or_default();
        match &event.kind {
            EventKind::StepStarted { id, .. } => self.socket.status(&format!("{whose}step {id}")),
            EventKind::StepWaiting { id, why } => {
                let rung = why.rung.map(|rung| format!(" (rung {rung})")).unwrap_or_default();
                self.socket.status(&format!("{whose}step {id}{rung}: {}", why.message));
            }
            _ => {}
        }
    }

    /// An entry of the journal.
    pub(super) fn hears(&self, entry: &Entry) {
        let whose = if self.plans > 1 { format!("{}: ", entry.playbook) } else { String::new() };
        self.socket.status(&format!("{whose}{}", entry_words(&entry.kind)));
        let first = matches!(entry.kind, EntryKind::Operational)
            && self.missing.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                == Ok(1);
        if first {
            self.socket.ready();
        }
    }

    /// Says that it is alive as often as the manager wants; never ends.
    pub(super) async fn keep_alive(&self) {
        let Some(interval) = self.socket.watchdog_interval() else { return std::future::pending().await };
        loop {
            self.socket.watchdog();
            engine::rest(interval).await;
        }
    }

    /// It is about to end.
    pub(super) fn stopping(&self) {
        self.socket.stopping();
    }
}
