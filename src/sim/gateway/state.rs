//! What all connections of one gateway share, and how it passes from phase to phase.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Semaphore, broadcast, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::api_settings::ApiSettings;
use super::counters::Counters;
use super::directory::Directory;
use super::link::LinkError;
use super::markers;
use super::moment::Moment;
use super::notices;
use super::order_ids::OrderIds;
use super::roster::Roster;
use super::settings::Settings;
use super::tally::Ending;
use crate::sim::log::Log;
use crate::sim::script::{Conduct, Connectivity, Farms, Notice, Phase, Script, Traits, Who};

/// More connections at once than this are closed at once: memory has a bound whatever clients do.
const MAX_CONNECTIONS: usize = 128;

/// Notices that a session which is busy can fall behind before it misses some.
const NOTICES: usize = 64;

/// What may be asked of the timeline before it has followed.
const ORDERS: usize = 16;

/// What the timeline is told from outside.
#[derive(Debug)]
pub(super) enum Order {
    /// Another script begins now.
    Play(Box<Script>),
    /// The next phase begins now.
    Next,
}

/// One gateway.
#[derive(Debug)]
pub(super) struct Gateway {
    pub(super) listen: SocketAddr,
    pub(super) traits: Traits,
    pub(super) log: Log,
    pub(super) roster: Roster,
    pub(super) order_ids: OrderIds,
    /// What clients read and edit of the configuration.
    pub(super) api: Mutex<ApiSettings>,
    pub(super) counters: Counters,
    pub(super) directory: Directory,
    pub(super) stop: CancellationToken,
    /// Whether a restart that IBC was asked for is under way.
    pub(super) restarting: AtomicBool,
    pub(super) places: Arc<Semaphore>,
    pub(super) orders: mpsc::Sender<Order>,
    notices: broadcast::Sender<Arc<[Notice]>>,
    moment: watch::Sender<Moment>,
    connections: AtomicU64,
    /// The connections that count for each rule with a number of `times`.
    spoken_of: Mutex<Vec<BTreeSet<u64>>>,
}

impl Gateway {
    /// The gateway, and the orders that its timeline has to follow.
    pub(super) fn new(
        settings: Settings,
        log: Log,
        stop: CancellationToken,
    ) -> (Arc<Self>, mpsc::Receiver<Order>) {
        let script = Arc::new(ended(settings.script));
        let (orders, received) = mpsc::channel(ORDERS);
        let traits = script.gateway.clone();
        let gateway = Self {
            listen: settings.listen,
            log,
            roster: Roster::new(traits.id_release.get(), traits.most_clients),
            order_ids: OrderIds::new(&traits),
            api: Mutex::new(ApiSettings::new(&traits.api, settings.listen.port())),
            counters: Counters::default(),
            directory: Directory::default(),
            stop,
            restarting: AtomicBool::new(false),
            places: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            orders,
            notices: broadcast::Sender::new(NOTICES),
            moment: watch::Sender::new(Moment::before(&script)),
            connections: AtomicU64::new(0),
            spoken_of: Mutex::default(),
            traits,
        };
        (Arc::new(gateway), received)
    }

    /// Another script is carried out from here on. What the one before has broken is whole again, unless this one says
    /// otherwise.
    pub(super) fn play(&self, script: Script) -> Arc<Script> {
        self.spoken_of.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let mut script = ended(script);
        let moment = self.moment();
        if let Some(first) = script.phases.first_mut().filter(|first| !first.restart) {
            if moment.connectivity.is_some_and(Connectivity::is_away) {
                first.connectivity.get_or_insert(Connectivity::Restored);
            }
            if moment.farms != Farms::Ok {
                first.farms.get_or_insert(Farms::Ok);
            }
            if *moment.accounts != *self.traits.account_list() {
                first.accounts.get_or_insert_with(|| self.traits.accounts.clone());
            }
        }
        Arc::new(script)
    }

    /// Enters a phase: every connection learns of it at once, and the log says what a real one would.
    pub(super) fn enter(&self, script: &Arc<Script>, place: usize) {
        let Some(phase) = script.phases.get(place) else { return };
        if place + 1 == script.phases.len() {
            self.restarting.store(false, Ordering::Relaxed);
        }
        // Written first: what follows from the phase stands behind its lines.
        let before = self.moment();
        let mut now = before.clone();
        now.enter(script, place);
        markers::write(&self.log, &before, &now, phase);
        if phase.restart {
            self.roster.clear();
            self.order_ids.restart(&self.traits);
        }
        if let Some(next) = phase.next_order_id {
            self.order_ids.all_from(next);
        }
        self.moment.send_modify(|moment| moment.enter(script, place));
        let mut said: Vec<Notice> = phase.connectivity.map(notices::of_connectivity).into_iter().collect();
        said.extend(phase.farms.map(notices::of_farms).unwrap_or_default());
        said.extend_from_slice(&phase.notices);
        if !said.is_empty() {
            // Without a session there is nobody to tell.
            let _ = self.notices.send(said.into());
        }
    }

    /// The current phase, and word of the next ones.
    pub(super) fn watch(&self) -> watch::Receiver<Moment> {
        self.moment.subscribe()
    }

    /// What is going on now.
    pub(super) fn moment(&self) -> Moment {
        self.moment.borrow().clone()
    }

    /// The messages to every session from here on.
    pub(super) fn notices(&self) -> broadcast::Receiver<Arc<[Notice]>> {
        self.notices.subscribe()
    }

    /// How this client is treated now.
    pub(super) fn conduct(&self, who: &Who) -> Conduct {
        let moment = self.moment.borrow();
        let name = moment.phase().and_then(|phase| phase.name.as_deref());
        let mut conduct = moment.usual();
        for (place, rule) in moment.script.rules.iter().enumerate() {
            if rule.is_about(who, name) && self.counts(place, rule.times, who.connection) {
                conduct = conduct.under(&rule.clients);
            }
        }
        conduct
    }

    /// Whether clients of this address are let in, as far as the list of trusted ones goes.
    pub(super) fn trusts(&self, peer: IpAddr) -> bool {
        !self.traits.api.strict || self.api.lock().unwrap_or_else(PoisonError::into_inner).trusts(peer)
    }

    /// Whether a connection is among the first ones that a rule may speak of.
    fn counts(&self, rule: usize, times: Option<u32>, connection: u64) -> bool {
        let Some(times) = times else { return true };
        let mut rules = self.spoken_of.lock().unwrap_or_else(PoisonError::into_inner);
        if rules.len() <= rule {
            rules.resize_with(rule + 1, BTreeSet::new);
        }
        let known = &mut rules[rule];
        known.contains(&connection) || (known.len() < times as usize && known.insert(connection))
    }

    /// A client that left while an answer to its handshake was owed. A gateway of that kind is wedged by it: it accepts
    /// nobody any more, until a restart.
    pub(super) fn abandoned(&self, end: LinkError) -> Ending {
        if !end.is_the_clients() {
            return Ending::Link(end);
        }
        let wedges = |moment: &mut Moment| !std::mem::replace(&mut moment.wedged, true);
        if self.traits.wedges && self.moment.send_if_modified(wedges) {
            self.log.line("sim: wedged by an abandoned handshake: nobody is accepted any more");
        }
        Ending::Abandoned(end)
    }

    /// The number of the next connection, counted from 1.
    pub(super) fn next_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// A script as it is carried out: it ends in a phase that never ends.
fn ended(mut script: Script) -> Script {
    if script.phases.last().is_none_or(|last| last.lasts.is_some()) {
        script.phases.push(Phase::default());
    }
    script
}
