//! What clients have done to a gateway, in numbers: how a test proves that a client behaves.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

/// Names and ids that are kept apart: clients can send any, and memory has a bound.
const MOST_KEPT: usize = 256;

/// Requests of one second that are counted; more than this is told as this.
const MOST_IN_A_SECOND: usize = 10_000;

const SECOND: Duration = Duration::from_secs(1);

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
    /// The client ids that asked for a session; of many, the first 256.
    client_ids: BTreeSet<i32>,
    /// Requests, `START_API` among them.
    requests: u64,
    /// Requests by name; those beyond 256 names as `other`.
    requests_by_name: BTreeMap<String, u64>,
    /// The most requests of all clients within any one second; 10000 is that or more.
    requests_in_a_second: usize,
    /// The shortest time between two requests for the current time in one session, in milliseconds.
    current_time_gap_ms: Option<u64>,
    /// When the requests of the last second came.
    #[serde(skip)]
    second: VecDeque<Instant>,
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
        let mut counts = self.counts();
        if counts.client_ids.len() < MOST_KEPT {
            counts.client_ids.insert(client_id);
        }
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
        let kept = counts.requests_by_name.len() < MOST_KEPT || counts.requests_by_name.contains_key(&name);
        let name = if kept { name } else { "other".to_owned() };
        *counts.requests_by_name.entry(name).or_default() += 1;
        let second = &mut counts.second;
        while second.front().is_some_and(|first| now - *first >= SECOND) || second.len() >= MOST_IN_A_SECOND {
            second.pop_front();
        }
        second.push_back(now);
        counts.requests_in_a_second = counts.requests_in_a_second.max(counts.second.len());
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
