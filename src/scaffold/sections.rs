//! The sections of a playbook beside its containers and steps: connection, ledger, safe state, and what was left out.

use std::fmt::Write;

use crate::compose::Service;

use super::draft::{LeftOut, Notes, Wishes};
use super::text::{quoted, scalar, wrapped};
use super::{Roles, ports, role};

/// The ledger: who owns which id.
pub(super) fn ledger(
    services: &[&Service],
    roles: &Roles,
    wishes: &Wishes,
    notes: &mut Notes<'_>,
) -> Vec<(String, i32)> {
    let mut ids: Vec<(String, i32)> = Vec::new();
    if let (Some(bot), Some(id)) = (&roles.bot, wishes.client_id) {
        ids.push((bot.clone(), id));
    }
    for service in services {
        for (variable, id) in role::client_ids(service) {
            let what = format!("{}.environment.{}", service.name, variable.name);
            if ids.iter().any(|(owner, known)| *known == id && *owner == service.name) {
                continue;
            }
            if let Some((owner, _)) = ids.iter().find(|(_, known)| *known == id) {
                let why =
                    format!("the client id {id} is {owner}'s too: the gateway admits only one of the two");
                notes.client_id(variable, what, &why, wishes);
            } else if id <= 0 {
                let why = format!(
                    "the client id {id} cannot be in the ledger; 0 binds manual orders: use another, such as 100"
                );
                notes.client_id(variable, what, &why, wishes);
            } else if (9000..=9099).contains(&id) {
                let why = "the client ids 9000 to 9099 are openbell's own";
                notes.client_id(variable, what, why, wishes);
            } else {
                let taken =
                    ids.iter().filter(|(owner, _)| owner.split(" #").next() == Some(&service.name)).count();
                let owner = if taken == 0 {
                    service.name.clone()
                } else {
                    format!("{} #{}", service.name, taken + 1)
                };
                ids.push((owner, id));
            }
        }
    }
    ids
}

pub(super) fn connection(gateway: Option<&Service>, wishes: &Wishes, ids: &[(String, i32)]) -> String {
    let api = gateway.and_then(ports::api);
    let (address, note) = match (&wishes.address, api.and_then(ports::address), gateway) {
        (Some(address), ..) => (address.clone(), ""),
        (None, Some(address), _) => (address, ""),
        (None, None, Some(_)) => (
            "127.0.0.1:4002".to_owned(),
            " # WARNING: the gateway publishes no API port of paper trading: publish one, such as \"127.0.0.1:4002:4004\"",
        ),
        (None, None, None) => (
            "127.0.0.1:4002".to_owned(),
            " # WARNING: no service looks like a gateway: write the address of yours, or ask with --gateway",
        ),
    };
    let free: Vec<String> = (101..)
        .filter(|id| !ids.iter().any(|(_, known)| known == id))
        .take(3)
        .map(|id| id.to_string())
        .collect();
    let mut text = format!(
        "\n# How openbell itself reaches the TWS API.\nconnection:\n  address: {}{note}\n  client_id: [{}] # tried in order when one is in use\n  timeout: 60s\n",
        quoted(&address),
        free.join(", "),
    );
    text += "\n# The ledger of client ids: two owners of one id keep each other out.\nclient_ids:\n";
    for (owner, id) in ids {
        let _ = writeln!(text, "  {}: {id}", scalar(owner));
    }
    let own =
        if ids.iter().any(|(owner, _)| owner == "openbell") { "\"openbell itself\"" } else { "openbell" };
    let _ = writeln!(text, "  {own}: {}", free[0]);
    text
}

pub(super) fn safety(
    roles: &Roles,
    services: &[&Service],
    asserted: &[(String, Vec<(String, &'static str)>)],
) -> String {
    let mut text = "\n# What is proven on the running containers before a held one starts, and all the while.\nsafety:\n  mode: paper\n  accounts: [\"DU*\", \"DF*\"] # paper accounts only\n".to_owned();
    if !asserted.is_empty() {
        text += "  env:\n";
    }
    for (container, variables) in asserted {
        let pairs: Vec<String> =
            variables.iter().map(|(name, value)| format!("{}: {}", scalar(name), quoted(value))).collect();
        let _ = writeln!(text, "    {}: {{ {} }}", scalar(container), pairs.join(", "));
    }
    for name in &roles.clients {
        let service = services.iter().find(|service| service.name == *name);
        if service.is_some_and(|service| service.variable("DRY_RUN").is_none()) {
            let _ = writeln!(
                text,
                "  # WARNING: {name} has no DRY_RUN: nothing here proves that it does not trade. Give it one, and assert it:\n  #   env: {{ {name}: {{ DRY_RUN: \"true\" }} }}"
            );
        }
    }
    if let Some(bot) = &roles.bot {
        let _ = writeln!(
            text,
            "  # Files that must not be there, such as a plan to trade by:\n  # absent: [ {{ container: {bot}, path: /data/gameplan.json }} ]"
        );
        let _ = writeln!(
            text,
            "\n# The strategy the bot says it runs when nobody gave it a plan; with it, a `strategy` step proves it.\n# strategy:\n#   default: C\n#   evidence: {{ container: {bot}, log: 'Strategy (\\w+) active' }}"
        );
    }
    text
}

pub(super) fn tail(left_out: &[LeftOut]) -> String {
    if left_out.is_empty() {
        return String::new();
    }
    let mut text = "\n# What could not be carried over:\n".to_owned();
    for left in left_out {
        for (place, line) in wrapped(&left.to_string(), 110).into_iter().enumerate() {
            let _ = writeln!(text, "#   {}{line}", if place == 0 { "" } else { "  " });
        }
    }
    text
}
