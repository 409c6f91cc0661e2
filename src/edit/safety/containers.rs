//! What of a container decides about safety.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::variables::{Scope, expanded, live};
use super::{Relevant, entries, items, leaves};
use crate::secret_name::may_be_secret;

/// What of a container is looked at by itself, or decides about nothing.
const LOOKED_AT: [&str; 5] = ["env", "ports", "container_name", "healthcheck", "stop_grace"];

/// Ends the path under which it stands whether a container is held in effect.
pub(super) const HELD: &str = ", held in effect";

/// Names of variables that speak of what is traded, how, where, and in whose name.
static TELLING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        "(?i)MODE|DRY|LIVE|PAPER|REAL|PROD|TRAD|TRANSMIT|SUBMIT|ARMED|ORDER|STRATEG|PLAN|ACCOUNT|SAFE|SIMUL|READ_?ONLY|\
         USER|PASS|RISK|LEVERAGE|POSITION|BUY|SELL|EXECUT|HOST|GATEWAY|ENDPOINT|CONFIG",
    )
    .expect("a constant pattern is valid")
});

/// Whether a variable's name, or its value, speaks of what is traded.
pub(super) fn telling(text: &str) -> bool {
    TELLING.is_match(text)
}

pub(super) fn find(
    path: &str,
    container: &Value,
    scopes: &[Scope],
    address: Option<&str>,
    part: bool,
    found: &mut Relevant,
) {
    for (key, value) in entries(Some(container)).filter(|(key, _)| !LOOKED_AT.contains(&key.as_str())) {
        leaves(&format!("{path}.{key}"), Some(value), found);
    }
    let any = |value: &Value, matches: &dyn Fn(&Value) -> bool| {
        matches(value) || scopes.iter().any(|scope| matches(&expanded(value, scope)))
    };
    let speaks = |value: &Value| live(value) || value.as_str().is_some_and(telling);
    for (name, value) in entries(container.get("env")) {
        if telling(name) || may_be_secret(name) || any(value, &speaks) {
            found.insert(format!("{path}.env.{name}"), value.clone());
        }
    }
    for port in items(container.get("ports")) {
        if part || any(port, &live) || scopes.iter().any(|scope| open(&expanded(port, scope))) {
            found.insert(format!("{path}.ports[{port}]"), port.clone());
        }
    }
    let held = scopes.iter().all(|scope| holds(container, address, scope));
    found.insert(format!("{path}{HELD}"), Value::Bool(held));
}

/// Whether a published port can be reached from other machines, as far as is known. Without a host it cannot.
fn open(port: &Value) -> bool {
    let text = port.as_str().unwrap_or_default();
    let host = text.rsplitn(3, ':').nth(2).map(|host| host.trim_matches(['[', ']']));
    host.is_some_and(|host| !(host.starts_with("127.") || host == "::1"))
}

/// Whether a container is held: the playbook's own rule, by what is written.
fn holds(container: &Value, address: Option<&str>, scope: &Scope) -> bool {
    if items(container.get("hold_until")).next().is_some() {
        return true;
    }
    if let Some(Value::Bool(held)) = container.get("held") {
        return *held;
    }
    let text = |value: &Value| match expanded(value, scope) {
        Value::String(text) => text,
        other => other.to_string(),
    };
    let address = address.map(|address| text(&address.into()));
    let wanted = address.as_deref().and_then(|address| address.rsplit(':').next());
    !items(container.get("ports")).any(|port| wanted.is_some() && text(port).rsplit(':').nth(1) == wanted)
}
