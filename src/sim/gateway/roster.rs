//! Which client ids are taken: one connection each, as long as it lives.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The client ids of all open sessions.
#[derive(Debug, Clone, Default)]
pub(super) struct Roster(Arc<Mutex<BTreeSet<i32>>>);

/// A client id that is taken until this is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    roster: Roster,
    client_id: i32,
}

impl Roster {
    /// Takes an id; `None` when another connection has it.
    pub(super) fn take(&self, client_id: i32) -> Option<Seat> {
        let fresh = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(client_id);
        fresh.then(|| Seat { roster: self.clone(), client_id })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.roster.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.client_id);
    }
}
