//! What all connections of one gateway share, and the phase it is in.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use super::api_settings::ApiSettings;
use super::roster::Roster;
use super::settings::Settings;
use crate::sim::clock;
use crate::sim::log::Log;
use crate::sim::script::{Door, Phase, Requests};

/// More connections at once than this are closed at once: memory has a bound whatever clients do.
const MAX_CONNECTIONS: usize = 128;

/// What the current phase means to a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) door: Door,
    pub(super) requests: Requests,
    /// How often all connections have been dropped; a connection of an older count has to go.
    pub(super) drops: u32,
}

/// One gateway.
#[derive(Debug)]
pub(super) struct Gateway {
    pub(super) settings: Settings,
    pub(super) log: Log,
    pub(super) roster: Roster,
    /// What clients read and edit of the configuration.
    pub(super) api: Mutex<ApiSettings>,
    pub(super) stop: CancellationToken,
    /// Cancelled when the gateway has stopped accepting for good.
    pub(super) wedged: CancellationToken,
    pub(super) places: Arc<Semaphore>,
    moment: watch::Sender<Moment>,
    connections: AtomicU64,
}

impl Gateway {
    pub(super) fn new(settings: Settings, log: Log, stop: CancellationToken) -> Arc<Self> {
        // Until the first phase is entered nothing is accepted, so nobody sees this moment.
        let moment = Moment { door: Door::Closed, requests: Requests::Answered, drops: 0 };
        let api = Mutex::new(ApiSettings::new(settings.listen.port()));
        Arc::new(Self {
            api,
            settings,
            log,
            roster: Roster::default(),
            stop,
            wedged: CancellationToken::new(),
            places: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            moment: watch::Sender::new(moment),
            connections: AtomicU64::new(0),
        })
    }

    /// Enters a phase: every connection learns of it at once, and the log says what a real one would.
    pub(super) fn enter(&self, phase: Phase) {
        let now = clock::epoch_micros();
        let before = *self.moment.borrow();
        self.moment.send_replace(Moment {
            door: phase.door,
            requests: phase.requests,
            drops: before.drops + u32::from(phase.drops),
        });
        if phase.drops {
            self.log.line("sim: all connections are dropped");
        }
        let requests_stop = phase.requests == Requests::Mute && before.requests == Requests::Answered;
        match phase.door {
            Door::Open if before.door != Door::Open => self.log_ready(now),
            Door::Open if requests_stop => self.log.line("sim: requests are not answered any more"),
            Door::Open => {}
            Door::Closed => self.log.line("sim: the port is closed"),
            Door::Refuse => self.log.line("sim: connections are closed as soon as they are accepted"),
            Door::Mute(_) => self.log.line("IBC: detected frame entitled: Authenticating...; event=Opened"),
            Door::Http | Door::Garbage => self.log.line("sim: this is no gateway"),
        }
    }

    /// The markers of a log-in that is done; the time of the last line is read by latency measurements.
    fn log_ready(&self, epoch_micros: i64) {
        self.log.line("IBC: Login has completed");
        self.log.line("IBC: Configuration tasks completed");
        if self.settings.script.conduct.lets_somebody_in() {
            self.log.line(format_args!("sim: ready at {epoch_micros}"));
        }
    }

    /// The current phase, and word of the next ones.
    pub(super) fn watch(&self) -> watch::Receiver<Moment> {
        self.moment.subscribe()
    }

    /// What is going on now.
    pub(super) fn moment(&self) -> Moment {
        *self.moment.borrow()
    }

    /// The number of the next connection, for the log.
    pub(super) fn next_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }
}
