//! Nobody of the stack uses the gateway's master client id: whoever does sees the orders of all others.

use std::time::Duration;

use super::SafetyError;
use crate::diagnosis::Failure;
use crate::ports::broker::Connect;
use crate::ports::docker::EnvValue;
use crate::steps::Scope;

/// The server version from which on a gateway tells its settings.
const TELLS: u32 = 219;

/// How long the gateway has for its answer. One that does not tell has no say here: that is no part of the safe state
/// that was declared.
const TIMEOUT: Duration = Duration::from_secs(5);

/// No client id that the playbook names, or gives to a held container, is the master's: as the gateway tells (server
/// version 219 and newer), or else as its container was told when it was made.
pub(super) async fn nobody(scope: &Scope<'_>, server_version: Option<u32>) -> Result<(), Failure> {
    let used = used(scope);
    if used.is_empty() {
        return Ok(());
    }
    let told = match server_version {
        Some(version) if version >= TELLS => told(scope).await,
        Some(_) | None => None,
    };
    let master = match told {
        Some(told) => told,
        None => given(scope).await?,
    };
    match used.into_iter().find(|(_, id)| Some(*id) == master) {
        None => Ok(()),
        Some((owner, client_id)) => Err(SafetyError::MasterClient { owner, client_id }.into()),
    }
}

/// What the gateway tells; nothing when it does not.
async fn told(scope: &Scope<'_>) -> Option<Option<i32>> {
    let address = scope.stack.connection.address.clone();
    let client_id = scope.world.probe_ids.next();
    let asked = scope.world.broker.settings(&Connect { address, client_id, timeout: TIMEOUT }).await;
    if let Err(error) = &asked {
        tracing::debug!(%error, "the gateway does not tell its master client id");
    }
    asked.ok().flatten().map(|settings| settings.master_client_id)
}

/// What the gateway's container was given, as `TWS_MASTER_CLIENT_ID`.
async fn given(scope: &Scope<'_>) -> Result<Option<i32>, Failure> {
    let Some(gateway) = scope.stack.gateway() else { return Ok(None) };
    let Some(container) = super::find(scope, &gateway.key).await? else { return Ok(None) };
    let mut pairs = container.env.iter().filter_map(|pair| pair.split_once('='));
    let master = |name: &str| {
        let name = name.to_ascii_uppercase();
        name.ends_with("MASTER_CLIENT_ID") || name.ends_with("MASTERCLIENTID")
    };
    Ok(pairs.find_map(|(name, value)| master(name).then(|| value.trim().parse().ok()).flatten()))
}

/// Who uses which client id: the playbook's own, its ledger's, and what held containers are given.
fn used(scope: &Scope<'_>) -> Vec<(String, i32)> {
    let connection = &scope.stack.connection;
    let own = connection.client_ids.iter().map(|id| ("`connection.client_id`".to_owned(), *id));
    let owners = connection.owners.iter().map(|(owner, id)| (format!("`client_ids.{owner}`"), *id));
    let mut used: Vec<(String, i32)> = own.chain(owners).collect();
    for item in scope.stack.containers.values().filter(|item| item.held) {
        for (name, value) in &item.spec.env {
            let upper = name.to_ascii_uppercase();
            if let EnvValue::Plain(text) = value
                && (upper.ends_with("CLIENT_ID") || upper.ends_with("CLIENTID"))
                && let Ok(id) = text.trim().parse()
            {
                used.push((format!("{name} of the container {}", item.key), id));
            }
        }
    }
    used
}
