//! What variables decide about safety, and what a value is with them, as far as the files say so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::{Relevant, entries, items};

/// Variables by name: the playbook's own, and those of one entry of its matrix.
pub(super) type Scope = BTreeMap<String, String>;

/// Begins the path of a gateway's address.
pub(in crate::edit) const ADDRESS: &str = "connection.address";

/// The ports of live sessions: the gateway's own, that of the usual image, and TWS's.
static LIVE_PORT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(^|[^0-9])(4001|4003|7496)([^0-9]|$)").expect("a constant pattern is valid")
});
/// `${NAME}`, with what stands for it when there is none.
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::?-([^}]*))?[^}]*\}").expect("a constant pattern is valid")
});
/// What a condition asks for; as JSON writes it, too.
static ASKED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"vars\s*(?:\.\s*|\[\s*\\?["'])([A-Za-z_][A-Za-z0-9_]*)"#)
        .expect("a constant pattern is valid")
});

/// Whether a value names a live port.
pub(super) fn live(value: &Value) -> bool {
    LIVE_PORT.is_match(&value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// The variables for each entry of the matrix; one when there is none. Those of env files (`given`) go before the
/// playbook's own.
pub(super) fn scopes(whole: &Value, given: &Scope) -> Vec<Scope> {
    let pairs = |vars: Option<&Value>| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        entries(vars).map(|(name, value)| (name.clone(), text(value))).collect()
    };
    let given = || given.iter().map(|(name, value)| (name.clone(), value.clone()));
    let own = || pairs(whole.get("vars")).into_iter().chain(given());
    let variants = items(whole.get("matrix"));
    let mut scopes: Vec<Scope> =
        variants.map(|variant| own().chain(pairs(variant.get("vars"))).collect()).collect();
    if scopes.is_empty() {
        scopes.push(own().collect());
    }
    scopes
}

/// A value with its variables, those that come from outside excepted. A variable may be made of others.
pub(super) fn expanded(value: &Value, scope: &Scope) -> Value {
    let Value::String(text) = value else { return value.clone() };
    let mut text = text.clone();
    for _ in 0..4 {
        let with = |found: &Captures<'_>| {
            let default =
                || found.get(2).map_or_else(|| found[0].to_owned(), |text| text.as_str().to_owned());
            scope.get(&found[1]).cloned().unwrap_or_else(default)
        };
        let next = VARIABLE.replace_all(&text, with).into_owned();
        if next == text || next.len() > 10_000 {
            break;
        }
        text = next;
    }
    Value::String(text)
}

/// The variables that values are made of, or that conditions among them ask for.
pub(super) fn used<'a>(values: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let mut names = BTreeSet::new();
    for value in values {
        let text = value.to_string();
        let found = VARIABLE.captures_iter(&text).chain(ASKED.captures_iter(&text));
        names.extend(found.map(|name| name[1].to_owned()));
    }
    names.into_iter().collect()
}

/// These variables as the file declares them, and those that they are made of.
pub(super) fn find(own: &Value, names: Vec<String>, found: &mut Relevant) {
    let mut open = names;
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let declared = own.get("vars").and_then(|vars| vars.get(&name));
        let declared = declared.map(|value| (format!("vars.{name}"), value));
        let of_variants = items(own.get("matrix")).enumerate().filter_map(|(index, variant)| {
            let id = variant.get("id").and_then(Value::as_str).map_or(index.to_string(), str::to_owned);
            Some((format!("matrix.{id}.vars.{name}"), variant.get("vars")?.get(&name)?))
        });
        for (path, value) in declared.into_iter().chain(of_variants) {
            open.extend(used(std::iter::once(value)));
            found.insert(path, value.clone());
        }
    }
}

/// The gateway's address, wherever it names a live port.
pub(super) fn of_address(whole: &Value, scopes: &[Scope], found: &mut Relevant) {
    let Some(address) = whole.pointer("/connection/address") else { return };
    for (index, scope) in scopes.iter().enumerate() {
        let address = expanded(address, scope);
        if live(&address) {
            let id = whole.pointer(&format!("/matrix/{index}/id")).and_then(Value::as_str);
            found.insert(id.map_or_else(|| ADDRESS.to_owned(), |id| format!("{ADDRESS} of {id}")), address);
        }
    }
}
