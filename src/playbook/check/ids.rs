//! Connect parameters and the ledger of client ids.

use std::collections::{BTreeMap, BTreeSet};

use super::Check;
use crate::document::escaped;

/// Ids openbell itself uses when it looks.
const PROBE_IDS: std::ops::RangeInclusive<i32> = 9000..=9099;

/// Who owns the ids of `connection.client_id` in a ledger.
const OWN: &str = "openbell";

impl Check<'_> {
    pub(super) fn connection(&mut self) {
        let connection = &self.playbook.connection;
        if connection.timeout.get().is_zero() {
            self.problem(
                "playbook::no_time",
                "/connection/timeout",
                "connecting needs time".to_owned(),
                "such as 60s",
            );
        }
        let port = connection.address.rsplit_once(':').filter(|(host, _)| !host.is_empty());
        if port.and_then(|(_, port)| port.parse::<u16>().ok()).is_none_or(|port| port == 0) {
            let message = format!("`{}` is not host:port", connection.address);
            self.problem("playbook::address", "/connection/address", message, "such as 127.0.0.1:4002");
        }
        if connection.client_id.is_empty() {
            let message = "no client id is declared".to_owned();
            self.problem("playbook::client_id", "/connection/client_id", message, "such as [100, 101, 102]");
        }
        let mut seen = BTreeSet::new();
        for (place, id) in connection.client_id.iter().enumerate() {
            let pointer = format!("/connection/client_id/{place}");
            self.client_id(*id, &pointer);
            if !seen.insert(id) {
                let message = format!("the client id {id} stands twice");
                self.problem("playbook::client_id", &pointer, message, "each id is tried once");
            }
        }
    }

    pub(super) fn client_id(&mut self, id: i32, pointer: &str) {
        if id == 0 {
            let help = "client id 0 is the one that binds manual orders; use another, such as 100";
            self.problem("safety::client_id_zero", pointer, "client id 0 is refused".to_owned(), help);
        } else if id < 0 {
            let message = format!("{id} is not a client id");
            self.problem("playbook::client_id", pointer, message, "client ids are positive numbers");
        } else if PROBE_IDS.contains(&id) {
            let message = format!("the client id {id} belongs to openbell's own probes");
            self.problem("playbook::client_id", pointer, message, "use an id outside 9000 to 9099");
        }
    }

    pub(super) fn ledger(&mut self) {
        let mut owners: BTreeMap<i32, &str> = BTreeMap::new();
        for (owner, id) in &self.playbook.client_ids {
            let pointer = format!("/client_ids/{}", escaped(owner));
            self.client_id(*id, &pointer);
            if let Some(first) = owners.insert(*id, owner) {
                let message = format!("the client id {id} has two owners: {first} and {owner}");
                self.problem(
                    "playbook::client_id_clash",
                    &pointer,
                    message,
                    "give each its own id: the gateway admits only one",
                );
            }
            if owner != OWN && self.playbook.connection.client_id.contains(id) {
                let message =
                    format!("the client id {id} is {owner}'s, and `connection.client_id` would take it");
                let help = "take it out of one of them; openbell's own ids stand under the name `openbell`";
                self.problem("playbook::client_id_clash", &pointer, message, help);
            }
        }
    }
}
