//! Client ids that containers are given in their environment: the ledger must not say otherwise.

use std::collections::BTreeMap;

use super::Check;
use super::ids::given;
use crate::document::escaped;

/// Words beside `CLIENT_ID` that leave no doubt about which kind of client is meant. Others, such as `OAUTH_CLIENT_ID`,
/// are not ours.
const OF_THE_API: &[&str] = &["IB", "IBKR", "TWS", "API", "GATEWAY", "BROKER", "BOT"];

impl Check<'_> {
    pub(super) fn clients(&mut self) {
        let playbook = self.playbook;
        let mut seen: BTreeMap<i32, (&str, &str)> = BTreeMap::new();
        for (key, format) in &playbook.containers {
            for (name, text) in given(format) {
                let Some(id) = is_client_id(name).then(|| text.trim().parse::<i32>().ok()).flatten() else {
                    continue;
                };
                // What a compose file gives is told at the container.
                let own = if format.env.contains_key(name) {
                    format!("/env/{}", escaped(name))
                } else {
                    String::new()
                };
                let pointer = format!("/containers/{}{own}", escaped(key));
                self.client_id(id, &pointer);
                if self.against_ledger(key, name, id, &pointer) {
                    continue;
                }
                match seen.insert(id, (key, name)) {
                    Some((first, other)) if first != key => {
                        let message =
                            format!("{first} ({other}) and {key} ({name}) have the same client id {id}");
                        let help = "give each its own: the gateway admits only one";
                        self.problem("playbook::client_id_clash", &pointer, message, help);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Whether the ledger says otherwise, which is then told.
    fn against_ledger(&mut self, container: &str, name: &str, id: i32, pointer: &str) -> bool {
        let ledger = &self.playbook.client_ids;
        let owner = ledger.iter().find(|(_, owned)| **owned == id).map(|(owner, _)| owner.as_str());
        let (message, help) = match (owner, ledger.get(container)) {
            // A container with several ids owns them as `bot`, `bot #2` and so on.
            (Some(owner), _) if owner.split(" #").next() == Some(container) => return false,
            (Some(owner), _) => (
                format!("{container} is given the client id {id} ({name}), which belongs to {owner}"),
                format!("`client_ids` is the ledger: give {container} its own id, or correct the ledger"),
            ),
            (None, Some(own)) => (
                format!("{container} is given the client id {id} ({name}), and the ledger says {own}"),
                format!("write {name}: \"{own}\", or correct `client_ids`"),
            ),
            (None, None) => return false,
        };
        self.problem("playbook::client_id_clash", pointer, message, &help);
        true
    }
}

/// Whether a variable's name leaves no doubt that its value is a client id of the TWS API.
pub fn is_client_id(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let Some(rest) = name.strip_suffix("CLIENT_ID").or_else(|| name.strip_suffix("CLIENTID")) else {
        return false;
    };
    rest.split('_').all(|word| word.is_empty() || OF_THE_API.contains(&word))
}
