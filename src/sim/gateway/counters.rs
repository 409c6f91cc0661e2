//! What clients have done to a gateway, in numbers: how a test proves that a client behaves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

/// The numbers since the start, or since they were last set to zero.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Counts {
    /// Connections that were accepted.
    connections: u64,
    /// Handshakes that were begun: connections of which at least one byte came.
    handshakes: u64,
    /// Handshakes that are under way, from their first byte to the greeting.
    handshakes_now: u64,
    /// The most that were under way at once.
    handshakes_at_once: u64,
    /// Clients that left while an answer to their handshake or `START_API` was still owed.
    handshakes_abandoned: u64,
    /// Clients that ended their connection with a reset.
    resets: u64,
    /// Sessions that were opened.
    sessions: u64,
    /// Sessions that are open.
    sessions_now: u64,
    /// The most that were open at once.
    sessions_at_once: u64,
    /// Clients that were told that their id is in use.
    ids_in_use: u64,
    /// Every client id that asked for a session.
    client_ids: BTreeSet<i32>,
    /// Requests, `START_API` among them.
    requests: u64,
    /// Requests by name.
    requests_by_name: BTreeMap<String, u64>,
    /// The most requests of all clients within one second of the clock.
    requests_in_a_second: u64,
    /// The shortest time between two requests for the current time in one session, in milliseconds.
    current_time_gap_ms: Option<u64>,
    #[serde(skip)]
    second: Option<(Instant, u64)>,
}

/// The numbers of one gateway.
#[derive(Debug, Clone, Default)]
pub(super) struct Counters(Arc<Mutex<Counts>>);

/// A handshake that is under way until this is dropped.
#[derive(Debug)]
pub(super) struct Handshake(Counters);

/// A session that is open until this is dropped.
#[derive(Debug)]
pub(super) struct OpenSession(Counters);

impl Counters {
    /// The numbers as they stand.
    pub(super) fn now(&self) -> Counts {
        self.counts().clone()
    }

    /// Sets to zero what is not under way.
    pub(super) fn clear(&self) {
        let mut counts = self.counts();
        let (handshakes, sessions) = (counts.handshakes_now, counts.sessions_now);
        *counts = Counts {
            handshakes_now: handshakes,
            handshakes_at_once: handshakes,
            sessions_now: sessions,
            sessions_at_once: sessions,
            ..Counts::default()
        };
    }

    pub(super) fn connected(&self) {
        self.counts().connections += 1;
    }

    pub(super) fn handshake(&self) -> Handshake {
        let mut counts = self.counts();
        counts.handshakes += 1;
        counts.handshakes_now += 1;
        counts.handshakes_at_once = counts.handshakes_at_once.max(counts.handshakes_now);
        Handshake(self.clone())
    }

    pub(super) fn abandoned(&self) {
        self.counts().handshakes_abandoned += 1;
    }

    pub(super) fn reset(&self) {
        self.counts().resets += 1;
    }

    pub(super) fn asked_for_session(&self, client_id: i32) {
        self.counts().client_ids.insert(client_id);
    }

    pub(super) fn id_in_use(&self) {
        self.counts().ids_in_use += 1;
    }

    pub(super) fn session(&self) -> OpenSession {
        let mut counts = self.counts();
        counts.sessions += 1;
        counts.sessions_now += 1;
        counts.sessions_at_once = counts.sessions_at_once.max(counts.sessions_now);
        OpenSession(self.clone())
    }

    pub(super) fn request(&self, name: String) {
        let now = Instant::now();
        let mut counts = self.counts();
        counts.requests += 1;
        *counts.requests_by_name.entry(name).or_default() += 1;
        let (since, number) = match counts.second {
            Some((since, number)) if now - since < Duration::from_secs(1) => (since, number + 1),
            _ => (now, 1),
        };
        counts.second = Some((since, number));
        counts.requests_in_a_second = counts.requests_in_a_second.max(number);
    }

    pub(super) fn current_time_gap(&self, gap: Duration) {
        let gap = u64::try_from(gap.as_millis()).unwrap_or(u64::MAX);
        let mut counts = self.counts();
        counts.current_time_gap_ms = Some(counts.current_time_gap_ms.map_or(gap, |least| least.min(gap)));
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        let mut counts = self.0.counts();
        counts.handshakes_now = counts.handshakes_now.saturating_sub(1);
    }
}

impl Drop for OpenSession {
    fn drop(&mut self) {
        let mut counts = self.0.counts();
        counts.sessions_now = counts.sessions_now.saturating_sub(1);
    }
}
