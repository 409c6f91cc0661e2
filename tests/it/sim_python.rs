//! Python's clients at the simulated gateway: each at every kind of server version, and nothing is missing.

use std::time::Duration;

use openbell::sim::gateway::Settings;
use serde_json::{Value, json};

use crate::stage::Stage;
use crate::support::clients::{
    CLIENT_ID, Client, IB_ASYNC, IB_INSYNC, IBAPI_9_81, IBAPI_LATEST, IBAPI_STABLE, NAUTILUS,
};

/// What a gateway may be forced to: the steps of the dialect, and the versions that gateways in use have.
const VERSIONS: &[u32] = &[
    100, 130, 145, 150, 157, 166, 176, 178, 187, 194, 197, 200, 201, 202, 203, 204, 205, 206, 207, 208, 209,
    210, 211, 212, 213, 215, 220, 223, 225, 226,
];

const IDLE: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(4);

async fn forced_to(versions: &[u32]) -> Vec<Stage> {
    let mut stages = Vec::new();
    for version in versions {
        let mut settings = Settings::default();
        settings.script.gateway.server_version = *version;
        stages.push(Stage::of(settings).await);
    }
    stages
}

/// What one gateway did wrong to a client; nothing, as a rule.
fn faults(seen: &Value, version: u32, accounts: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |what: &str, expected: Value| {
        if seen[what] != expected {
            faults.push(format!("{what} is {}, not {expected}", seen[what]));
        }
    };
    expect("connected", json!(true));
    expect("server_version", json!(version));
    expect("accounts", json!(accounts));
    expect("next_id", json!(1));
    expect("errors", json!([]));
    let unanswered = seen["unanswered"].as_object().unwrap();
    for (request, answer) in unanswered {
        faults.push(format!("{request}: {answer}"));
    }
    faults
}

/// The client connects, syncs, idles and leaves at every version it can speak with a server of.
async fn is_at_home(client: Client) {
    let versions: Vec<u32> = VERSIONS.iter().copied().filter(|version| *version >= client.oldest).collect();
    let stages = forced_to(&versions).await;
    let seen = client.visit(&stages, IDLE, PATIENCE).await;
    let mut all = Vec::new();
    for (forced, seen) in versions.iter().zip(&seen) {
        let faults = faults(seen, client.newest.min(*forced), &["DU1234567"]);
        all.extend(faults.iter().map(|fault| format!("{} at {forced}: {fault}", client.name)));
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
    for (forced, stage) in versions.iter().zip(&stages) {
        let version = client.newest.min(*forced);
        let connected = format!("sim: client {CLIENT_ID} is connected, version {version}");
        let told = format!("client {CLIENT_ID}, version {version}, asked startApi ");
        stage.log.show_in_order(&[&connected, &told, "; the client closed"]).await;
    }
}

#[tokio::test]
async fn ib_insync_is_at_home() {
    is_at_home(IB_INSYNC).await;
}

#[tokio::test]
async fn ib_async_is_at_home() {
    is_at_home(IB_ASYNC).await;
}

#[tokio::test]
async fn the_official_client_9_81_is_at_home() {
    is_at_home(IBAPI_9_81).await;
}

#[tokio::test]
async fn the_official_client_stable_is_at_home() {
    is_at_home(IBAPI_STABLE).await;
}

#[tokio::test]
async fn the_official_client_latest_is_at_home() {
    is_at_home(IBAPI_LATEST).await;
}

#[tokio::test]
async fn the_official_client_of_nautilus_is_at_home() {
    is_at_home(NAUTILUS).await;
}

#[tokio::test]
async fn they_share_one_gateway_with_several_accounts() {
    let clients = [IB_INSYNC, IB_ASYNC, IBAPI_9_81, IBAPI_STABLE, IBAPI_LATEST, NAUTILUS];
    // As advisors' gateways have it: a master account first, and a comma at the end.
    let accounts = ["DF1234567", "DU1234567"];
    let mut settings = Settings::default();
    settings.script.gateway.accounts = accounts.map(str::to_owned).into();
    settings.script.gateway.trailing_comma = true;
    let stages = [Stage::of(settings).await];
    // The id 0 also asks for the orders that are made by hand.
    let visits = (0..).zip(&clients).map(|(id, client)| client.visit_as(id, &stages, IDLE, PATIENCE));
    let seen = futures_util::future::join_all(visits).await;
    for (client, seen) in clients.iter().zip(&seen) {
        let faults = faults(&seen[0], client.newest, &accounts);
        assert!(faults.is_empty(), "{}: {faults:?}", client.name);
    }
    for (id, client) in clients.iter().enumerate() {
        let told = format!("client {id}, version {}, asked startApi ", client.newest);
        stages[0].log.show_in_order(&[&told, "; the client closed"]).await;
    }
}

#[tokio::test]
async fn a_client_that_is_too_new_is_told_the_version_and_fails_for_it() {
    for client in [IB_INSYNC, IB_ASYNC] {
        let stages = forced_to(&[100, client.oldest - 1]).await;
        let seen = client.visit(&stages, Duration::ZERO, Duration::from_secs(1)).await;
        for (stage, seen) in stages.iter().zip(&seen) {
            assert_eq!(seen["failure"], "TimeoutError", "{seen}");
            assert!(seen["log"].to_string().contains("TWS/gateway version must be >= 972"), "{seen}");
            stage.log.show_in_order(&["older than the client's minimum"]).await;
        }
    }
}
