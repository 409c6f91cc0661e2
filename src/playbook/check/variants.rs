//! The plans of a matrix run side by side: what each of them needs for itself must be its own.

use std::collections::{BTreeMap, BTreeSet};

use crate::playbook::Plan;

/// Two variants that cannot run side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The entry of the matrix to blame.
    pub pointer: String,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do instead.
    pub help: String,
}

/// What the plans of a matrix take from each other, in the order of the matrix.
pub fn variants(plans: &[Plan]) -> Vec<Clash> {
    let mut clashes = Vec::new();
    let (mut ports, mut names) = (BTreeMap::new(), BTreeMap::new());
    let mut clients = BTreeMap::new();
    for (place, plan) in plans.iter().enumerate() {
        let id = plan.variant.as_deref().unwrap_or_default();
        let mut clash = |code, message, help: &str| {
            let (pointer, help) = (format!("/matrix/{place}"), help.to_owned());
            clashes.push(Clash { pointer, code, message, help });
        };
        let connection = &plan.stack.connection;
        let owned = connection.owners.iter().map(|(_, client)| *client);
        let own: BTreeSet<i32> = connection.client_ids.iter().copied().chain(owned).collect();
        for client in own {
            let first = *clients.entry((connection.address.as_str(), client)).or_insert(id);
            if first != id {
                let message =
                    format!("`{first}` and `{id}` both use the client id {client} at {}", connection.address);
                let help = "the gateway admits an id once: make it a variable, `client_id: [${ID}]` with `vars: {ID: …}` in each entry, or give each a gateway of its own";
                clash("playbook::client_id_clash", message, help);
            }
        }
        for container in plan.stack.containers.values() {
            for port in &container.spec.ports {
                let first = *ports.entry(port.host_port).or_insert(id);
                if first != id {
                    let message =
                        format!("`{first}` and `{id}` both publish the host port {}", port.host_port);
                    let help = "make it a variable: `ports: [\"${PORT}:4004\"]`, and `vars: {PORT: …}` in each entry";
                    clash("playbook::port_clash", message, help);
                }
            }
            let name = container.spec.name.as_str();
            let first = *names.entry(name).or_insert(id);
            if first != id {
                let message = format!("`{first}` and `{id}` both have a container named {name}");
                let help =
                    "leave `container_name` out (each then has a name of its own), or put a variable into it";
                clash("playbook::container_name", message, help);
            }
        }
    }
    clashes
}
