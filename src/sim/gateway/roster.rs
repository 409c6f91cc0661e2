//! Which client ids are taken: one session each, as long as it lives and a little longer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// The client ids of all open sessions.
#[derive(Debug, Clone)]
pub(super) struct Roster {
    taken: Arc<Mutex<BTreeMap<i32, Taken>>>,
    /// How long an id stays taken after its session.
    release: Duration,
    most: u32,
}

#[derive(Debug, Clone, Copy)]
enum Taken {
    /// By this connection.
    By(u64),
    /// By nobody any more, until then.
    Until(Instant),
}

/// Why an id could not be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoSeat {
    /// Another session has it, or had it a moment ago.
    InUse,
    /// There are as many sessions as there may be.
    Full,
}

/// A client id that is taken until this is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    roster: Roster,
    client_id: i32,
    connection: u64,
}

impl Roster {
    pub(super) fn new(release: Duration, most: u32) -> Self {
        Self { taken: Arc::default(), release, most }
    }

    /// Takes an id for a connection.
    pub(super) fn take(&self, client_id: i32, connection: u64) -> Result<Seat, NoSeat> {
        let mut taken = self.taken();
        let now = Instant::now();
        taken.retain(|_, by| !matches!(by, Taken::Until(end) if *end <= now));
        if taken.contains_key(&client_id) {
            return Err(NoSeat::InUse);
        }
        let sessions = taken.values().filter(|by| matches!(by, Taken::By(_))).count();
        if sessions >= self.most as usize {
            return Err(NoSeat::Full);
        }
        taken.insert(client_id, Taken::By(connection));
        Ok(Seat { roster: self.clone(), client_id, connection })
    }

    /// Every id is free.
    pub(super) fn clear(&self) {
        self.taken().clear();
    }

    fn taken(&self) -> MutexGuard<'_, BTreeMap<i32, Taken>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.roster.taken();
        // After a restart the id may be another connection's.
        if !matches!(taken.get(&self.client_id), Some(Taken::By(by)) if *by == self.connection) {
            return;
        }
        if self.roster.release.is_zero() {
            taken.remove(&self.client_id);
        } else {
            taken.insert(self.client_id, Taken::Until(Instant::now() + self.roster.release));
        }
    }
}
