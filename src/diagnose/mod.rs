//! `diagnose`: looks at everything that can say why a gateway is not ready, once, and says what it means and what may be
//! done about it.
//!
//! Owns the gathering of evidence, the examination that is made of it, and the remedies: which fit, and how each is carried
//! out, once. What evidence means is [`crate::evidence`]'s; trying remedies in turn, and waiting for what they do, is the
//! engine's.

use std::time::Duration;

use crate::evidence::Expected;
use crate::evidence::maintenance::Calendar;
use crate::steps::Stack;

mod applying;
mod containers;
mod examination;
mod fitting;
mod harm;
mod jts_ini;
mod look;
mod remedy;
mod seen;
mod sight;
mod tried;
mod words;

pub use applying::{Applied, apply};
pub use examination::{Before, Cause, Examination};
pub use fitting::remedies;
pub use harm::barred_now;
pub use look::look;
pub use remedy::{Consent, Measure, Remedy, RemedyError};
pub use seen::Seen;
pub use sight::Sight;
pub use tried::{After, Edit, Proposal, Tried};
pub use words::words;

/// Whom to look at, and what ought to be.
#[derive(Clone, Debug)]
pub struct Target {
    /// `host:port` of the gateway as this machine reaches it.
    pub address: String,
    /// The gateway's container; without it, the one that publishes the address's port.
    pub gateway: Option<Named>,
    /// The other containers of the stack.
    pub others: Vec<Named>,
    /// What ought to be.
    pub expected: Expected,
    /// How long silence is borne on a connection.
    pub patience: Duration,
    /// How long a bot waits for its connection, as declared; `None` when nobody said.
    pub timeout: Option<Duration>,
    /// `host:port` of IBC's command port, where it has one.
    pub ibc: Option<String>,
    /// How long the gateway's container has to log out; `None` when nobody said.
    pub stop_grace: Option<Duration>,
    /// The gateway's log as text, for a gateway that runs in no container; lines may begin with a time.
    pub log: Option<String>,
    /// Ask for half a minute of historical bars as well.
    pub data: bool,
    /// Where `jts.ini` is in the gateway's container; without it, the usual places.
    pub jts_ini: Option<String>,
}

/// A container by its key in the playbook and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its key; the name where there is no playbook.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The image it is declared with.
    pub image: Option<String>,
}

impl Target {
    /// A gateway at an address, and nothing said about it.
    pub fn at(address: &str, patience: Duration) -> Self {
        Self {
            address: address.to_owned(),
            gateway: None,
            others: Vec::new(),
            expected: Expected::default(),
            patience,
            timeout: None,
            ibc: None,
            stop_grace: None,
            log: None,
            data: false,
            jts_ini: None,
        }
    }

    /// The gateway and the containers of a playbook, and its calendar.
    pub fn of(stack: &Stack, maintenance: &Calendar, patience: Duration) -> Self {
        let gateway = stack.gateway().map(|item| item.key.clone());
        let named = stack.containers.values().map(|item| Named {
            key: item.key.clone(),
            name: item.spec.name.clone(),
            image: Some(item.spec.image.clone()),
        });
        let (gateways, others): (Vec<_>, Vec<_>) =
            named.partition(|item| Some(&item.key) == gateway.as_ref());
        Self {
            gateway: gateways.into_iter().next(),
            others,
            expected: Expected {
                accounts: stack.safety.accounts.clone(),
                read_only: stack.safety.read_only,
                in_a_container: gateway.is_some(),
                client_ids: stack.connection.client_ids.clone(),
                owners: stack.connection.owners.clone(),
                maintenance: maintenance.clone(),
                ..Expected::default()
            },
            timeout: Some(stack.connection.timeout),
            ibc: stack.connection.ibc.clone(),
            stop_grace: stack.gateway().map(|item| item.spec.stop_grace),
            ..Self::at(&stack.connection.address, patience)
        }
    }

    /// Whether the address is this machine's own loopback.
    pub fn is_on_this_machine(&self) -> bool {
        let host = self.address.rsplit_once(':').map_or("", |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// The port of the address; `None` when it has none.
    pub fn port(&self) -> Option<u16> {
        self.address.rsplit_once(':')?.1.parse().ok()
    }
}
