//! The accounts of the live session: allowed, and where it is about live trading, armed.

use std::time::Duration;

use super::{SafetyError, holdings, master, unproven};
use crate::diagnosis::Failure;
use crate::ports::broker::{AccountId, ProbeAsk, Question, Rung, Seen};
use crate::steps::{Scope, container_state};

/// The accounts of the live session, all of them allowed; where the API is declared to be read-only, it is; and where
/// something is declared of orders and positions, they are so.
pub async fn accounts(scope: &Scope<'_>) -> Result<Vec<AccountId>, Failure> {
    Ok(session(scope).await?.accounts)
}

/// What the live session must show before a held container runs: allowed accounts, and a master client id that nobody of
/// the stack uses.
pub async fn gate(scope: &Scope<'_>) -> Result<(), Failure> {
    let seen = session(scope).await?;
    master::nobody(scope, seen.server_version).await
}

async fn session(scope: &Scope<'_>) -> Result<Seen, Failure> {
    let safety = &scope.stack.safety;
    let read_only = safety.read_only == Some(true);
    let more = read_only || safety.no_orders || safety.positions.is_some();
    let ask = ProbeAsk {
        address: scope.stack.connection.address.clone(),
        client_id: scope.world.probe_ids.next(),
        until: if more { Rung::Request } else { Rung::NextId },
        patience: Duration::from_secs(10),
        answer: Duration::from_secs(10),
        question: Question::NextId,
        open_orders: read_only,
        all_orders: safety.no_orders,
        positions: safety.positions.is_some(),
    };
    let climb = scope.world.probe.probe(&ask, &|_| {}).await;
    if let Err(error) = climb.end {
        let why = container_state::or_gateway_ended(scope, error.into()).await;
        return Err(unproven(holdings::unseen(safety, &climb.seen), why));
    }
    allowed(scope, &climb.seen.accounts)?;
    if read_only && climb.seen.read_only != Some(true) {
        return Err(SafetyError::TakesOrders { unseen: climb.seen.read_only.is_none() }.into());
    }
    holdings::as_declared(safety, &climb.seen)?;
    Ok(climb.seen)
}

/// Whether every account a session shows is allowed, and its live ones are exactly those that are armed.
pub fn allowed(scope: &Scope<'_>, accounts: &[AccountId]) -> Result<(), SafetyError> {
    let safety = &scope.stack.safety;
    let stranger = |account: &&AccountId| {
        !account.is_paper() && !safety.live || !safety.accounts.iter().any(|pattern| pattern.matches(account))
    };
    if let Some(account) = accounts.iter().find(stranger) {
        let allowed: Vec<String> = safety.accounts.iter().map(ToString::to_string).collect();
        let (account, live) = (account.clone(), !account.is_paper());
        return Err(SafetyError::Account { account, allowed: allowed.join(", "), live });
    }
    if !safety.live {
        return Ok(());
    }
    let shown: Vec<&AccountId> = accounts.iter().filter(|account| !account.is_paper()).collect();
    let agree = shown.iter().all(|account| safety.armed.contains(account))
        && safety.armed.iter().all(|account| shown.contains(&account));
    if agree && !safety.armed.is_empty() {
        return Ok(());
    }
    let list = |accounts: Vec<String>| {
        if accounts.is_empty() { "none".to_owned() } else { accounts.join(", ") }
    };
    Err(SafetyError::ArmedDiffers {
        shown: list(shown.iter().map(ToString::to_string).collect()),
        armed: list(safety.armed.iter().map(ToString::to_string).collect()),
    })
}
