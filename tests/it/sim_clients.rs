//! A real client at the simulated gateway: the Rust `ibapi`, against every start-up fault it can meet.

use std::time::Duration;

use ibapi::{Client, Error};
use openbell::sim::gateway::Settings;

use crate::stage::Stage;

async fn met(presets: &str) -> Result<Client, Error> {
    let stage = Stage::with(presets).await;
    stage.ibapi(Duration::from_secs(5)).await.expect("the client hangs")
}

#[tokio::test]
async fn it_connects_and_asks_what_clients_ask() {
    let stage = Stage::with("ready").await;
    let client = stage.ibapi(Duration::from_secs(5)).await.unwrap().unwrap();
    assert_eq!(client.server_version(), 226);
    assert_eq!(client.handshake_managed_accounts(), ["DU1234567"]);
    assert_eq!(client.next_order_id(), 1);
    assert!(client.connection_time().is_some());
    assert!(client.server_time().await.unwrap().unix_timestamp() > 1_700_000_000);
    assert!(client.server_time_millis().await.unwrap().unix_timestamp() > 1_700_000_000);
    assert_eq!(client.managed_accounts().await.unwrap(), ["DU1234567"]);
    assert_eq!(client.next_valid_order_id().await.unwrap(), 1);
    client.disconnect().await;
    stage
        .log
        .show_in_order(&["client 100 is connected, version 226", "currentTime", "the client closed"])
        .await;
}

#[tokio::test]
async fn it_looks_things_up_and_finds_empty_lists_or_errors() {
    let stage = Stage::with("ready").await;
    let client = stage.ibapi(Duration::from_secs(5)).await.unwrap().unwrap();
    assert!(client.family_codes().await.unwrap().is_empty());
    assert!(client.matching_symbols("AAPL").await.unwrap().is_empty());
    assert!(client.market_depth_exchanges().await.unwrap().is_empty());
    assert!(client.smart_components("a6").await.unwrap().is_empty());
    assert!(client.news_providers().await.unwrap().is_empty());
    assert!(client.display_groups().await.unwrap().is_empty());
    assert!(client.scanner_parameters().await.unwrap().contains("ScanParameterResponse"));
    assert_eq!(client.market_rule(26).await.unwrap().market_rule_id, 26);
    let refused = client.wsh_metadata().await.unwrap_err().to_string();
    assert!(refused.contains("10276"), "{refused}");
}

#[tokio::test]
async fn it_connects_at_every_version_it_speaks() {
    for server_version in 213..=227 {
        let mut settings = Settings::default();
        settings.script.gateway.server_version = server_version;
        let stage = Stage::of(settings).await;
        let client = stage.ibapi(Duration::from_secs(5)).await.unwrap().unwrap();
        assert_eq!(client.server_version(), i32::try_from(server_version.min(226)).unwrap());
        assert!(client.server_time().await.is_ok());
    }
}

#[tokio::test]
async fn it_hangs_where_it_hangs_at_real_gateways() {
    for presets in ["never", "mute:1m", "start-api-mute", "notices-only", "no-id"] {
        let stage = Stage::with(presets).await;
        assert!(stage.ibapi(Duration::from_millis(300)).await.is_none(), "{presets}");
    }
}

#[tokio::test]
async fn it_fails_where_it_fails_at_real_gateways() {
    assert!(matches!(met("in-use:100").await, Err(Error::ClientIdInUse { client_id: 100 })));
    assert!(matches!(met("in-use-all").await, Err(Error::ClientIdInUse { client_id: 100 })));
    assert!(matches!(met("old:178").await, Err(Error::ServerVersion(213, 178, _))));
    assert!(matches!(met("old:212").await, Err(Error::ServerVersion(213, 212, _))));
    assert!(matches!(met("not-accepted").await, Err(Error::Io(_))));
    for presets in ["http", "garbage", "refuse:1m", "mute-drop:100ms"] {
        assert!(met(presets).await.is_err(), "{presets}");
    }
}

#[tokio::test]
async fn without_accounts_it_believes_to_be_connected() {
    assert!(met("no-accounts").await.unwrap().handshake_managed_accounts().is_empty());
}

#[tokio::test]
async fn a_half_open_link_looks_connected() {
    let stage = Stage::with("half-open:100ms").await;
    let client = stage.ibapi(Duration::from_secs(5)).await.unwrap().unwrap();
    stage.log.show_in_order(&["requests are not answered any more"]).await;
    assert!(matches!(client.server_time().await, Err(Error::Timeout)));
    assert!(client.is_connected());
}

#[tokio::test]
async fn a_gateway_that_has_lost_its_servers_looks_connected() {
    let stage = Stage::with("lost:0s").await;
    stage.log.show_in_order(&["the connection to IBKR is lost"]).await;
    let client = stage.ibapi(Duration::from_secs(5)).await.unwrap().unwrap();
    assert_eq!(client.handshake_managed_accounts(), ["DU1234567"]);
    assert!(matches!(client.server_time().await, Err(Error::Timeout)));
    assert!(client.is_connected());
}
