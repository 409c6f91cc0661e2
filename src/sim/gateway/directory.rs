//! Who is connected now.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::sim::clock;

/// One connection.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Entry {
    /// Its number, counted from 1.
    connection: u64,
    /// Its address.
    peer: SocketAddr,
    /// When it was accepted, in milliseconds since 1970.
    since_ms: i64,
    /// Where it stands.
    pub(super) stage: Stage,
    /// Its client id, from `START_API` on.
    pub(super) client_id: Option<i32>,
    /// The server version that it got.
    pub(super) server_version: Option<u32>,
    /// Its requests so far.
    pub(super) requests: u64,
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// Accepted; nothing was answered yet.
    Connected,
    /// It has its version.
    Version,
    /// It has a session.
    Session,
}

/// All connections of one gateway.
#[derive(Debug, Clone, Default)]
pub(super) struct Directory(Arc<Mutex<BTreeMap<u64, Entry>>>);

/// A connection that is listed until this is dropped.
#[derive(Debug)]
pub(super) struct Listed {
    directory: Directory,
    connection: u64,
}

impl Directory {
    pub(super) fn enter(&self, connection: u64, peer: SocketAddr) -> Listed {
        let entry = Entry {
            connection,
            peer,
            since_ms: clock::epoch_millis(),
            stage: Stage::Connected,
            client_id: None,
            server_version: None,
            requests: 0,
        };
        self.entries().insert(connection, entry);
        Listed { directory: self.clone(), connection }
    }

    /// All of them, in the order in which they came.
    pub(super) fn all(&self) -> Vec<Entry> {
        self.entries().values().cloned().collect()
    }

    /// Notes something about a connection.
    pub(super) fn note(&self, connection: u64, note: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.entries().get_mut(&connection) {
            note(entry);
        }
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<u64, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.directory.entries().remove(&self.connection);
    }
}
