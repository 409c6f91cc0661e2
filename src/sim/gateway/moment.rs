//! What is going on at a gateway now: the phase it is in, and what earlier phases have left.

use std::sync::Arc;

use crate::sim::script::{Conduct, Connectivity, Door, Drop, Farms, Phase, Port, Script, account_list};

/// What is going on now. Connections learn of every change at once.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    /// The script that is carried out; its last phase never ends.
    pub(super) script: Arc<Script>,
    /// The place of the phase in it.
    pub(super) place: usize,
    pub(super) port: Port,
    /// How often all connections have been dropped; a connection of an older count has to go.
    pub(super) drops: u64,
    /// How they were dropped last.
    pub(super) drop: Drop,
    /// Whether the log-in of this process is done.
    pub(super) logged_in: bool,
    /// Whether nobody is accepted any more.
    pub(super) wedged: bool,
    pub(super) farms: Farms,
    pub(super) connectivity: Option<Connectivity>,
    /// Whether the list of accounts ends in a comma.
    pub(super) trailing_comma: bool,
    /// The list of accounts as it is sent.
    pub(super) accounts: Arc<str>,
}

impl Moment {
    /// Before the first phase: nothing is accepted, so nobody sees it.
    pub(super) fn before(script: &Arc<Script>) -> Self {
        Self {
            script: Arc::clone(script),
            place: 0,
            port: Port::Closed,
            drops: 0,
            drop: Drop::Close,
            logged_in: false,
            wedged: false,
            farms: Farms::Ok,
            connectivity: None,
            trailing_comma: script.gateway.trailing_comma,
            accounts: script.gateway.account_list().into(),
        }
    }

    /// The phase.
    pub(super) fn phase(&self) -> Option<&Phase> {
        self.script.phases.get(self.place)
    }

    /// How clients are treated of whom no rule speaks.
    pub(super) fn usual(&self) -> Conduct {
        let usual = Conduct::default().under(&self.script.clients);
        self.phase().map_or(usual, |phase| usual.under(&phase.clients))
    }

    /// When a phase of the script begins.
    pub(super) fn enter(&mut self, script: &Arc<Script>, place: usize) {
        self.script = Arc::clone(script);
        self.place = place;
        let Some(phase) = script.phases.get(place) else { return };
        self.port = phase.port.unwrap_or_default();
        if phase.restart {
            self.wedged = false;
            self.farms = Farms::Ok;
            self.connectivity = None;
        }
        if phase.restart || phase.drop.is_some() {
            self.drops += 1;
            self.drop = phase.drop.unwrap_or(Drop::Close);
        }
        self.farms = phase.farms.unwrap_or(self.farms);
        self.connectivity = phase.connectivity.or(self.connectivity);
        self.logged_in = match (self.port, self.usual().door) {
            (Port::Open, Door::Open) => true,
            (Port::Stuck | Port::Full, _) => self.logged_in && !phase.restart,
            _ => false,
        };
        if let Some(accounts) = &phase.accounts {
            self.accounts = account_list(accounts, self.trailing_comma).into();
        }
    }

    /// Whether a client of whom no rule speaks would get a whole session.
    pub(super) fn is_ready(&self) -> bool {
        self.port == Port::Open && !self.wedged && self.usual().lets_in()
    }
}
