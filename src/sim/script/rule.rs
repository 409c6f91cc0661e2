//! Who is treated otherwise than the phase says.

use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ordinals::Ordinals;
use super::treatment::Treatment;

/// Clients that are treated otherwise: those of whom everything holds that the rule asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// By the order in which they connect: `1`, `1..3`, `4..`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connections: Option<Ordinals>,
    /// By their addresses, as the gateway sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<String>>", inner(regex(pattern = r"^[0-9a-fA-F.:]+$")))]
    pub peers: Option<Vec<IpAddr>>,
    /// By their client ids. An id is known from `START_API` on, so such a rule decides nothing before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_ids: Option<Vec<i32>>,
    /// Only in the phases of these names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phases: Option<Vec<String>>,
    /// Only that many clients, the first ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub times: Option<u32>,
    /// How they are treated.
    pub clients: Treatment,
}

/// What is known of a client.
#[derive(Clone, Copy, Debug)]
pub struct Who {
    /// Its number among all connections.
    pub connection: u64,
    /// Its address.
    pub peer: IpAddr,
    /// Its client id, from `START_API` on.
    pub client_id: Option<i32>,
}

impl Rule {
    /// Whether the rule speaks of this client, in a phase of that name.
    pub fn is_about(&self, who: &Who, phase: Option<&str>) -> bool {
        let ids = |ids: &Vec<i32>| who.client_id.is_some_and(|id| ids.contains(&id));
        let named = |names: &Vec<String>| phase.is_some_and(|phase| names.iter().any(|name| name == phase));
        self.connections.is_none_or(|ordinals| ordinals.contains(who.connection))
            && self.peers.as_ref().is_none_or(|peers| peers.contains(&who.peer.to_canonical()))
            && self.client_ids.as_ref().is_none_or(ids)
            && self.phases.as_ref().is_none_or(named)
    }
}
