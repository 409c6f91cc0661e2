//! The staged probe and the API client against the simulator, on real sockets.

use std::sync::Mutex;
use std::time::Duration;

use openbell::adapters::ibapi::Ibapi;
use openbell::adapters::probe::WireProbe;
use openbell::diagnosis::Diagnosis;
use openbell::ports::broker::{Broker, BrokerError, Connect, Probe, ProbeAsk, Probed, Rung};
use openbell::sim::gateway::{Settings, serve};
use openbell::sim::log::Log;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A simulated gateway; its address, and what ends it.
async fn gateway(script: &str) -> (String, tokio_util::sync::DropGuard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let settings = Settings::scripted(script.parse().unwrap());
    let stop = CancellationToken::new();
    tokio::spawn(serve(listener, settings, Log::to(std::io::sink()), stop.clone()));
    (address, stop.drop_guard())
}

async fn probe(script: &str, patience: Duration) -> (Result<Probed, BrokerError>, Vec<Rung>) {
    let (address, _stop) = gateway(script).await;
    probe_at(address, patience).await
}

async fn probe_at(address: String, patience: Duration) -> (Result<Probed, BrokerError>, Vec<Rung>) {
    let ask = ProbeAsk { address, client_id: 9000, until: Rung::Request, patience, current_time: true };
    let rungs = Mutex::new(Vec::new());
    let result = WireProbe.probe(&ask, &|rung| rungs.lock().unwrap().push(rung)).await;
    (result, rungs.into_inner().unwrap())
}

fn code(result: Result<Probed, BrokerError>) -> String {
    Diagnosis::of(&result.unwrap_err()).code
}

#[tokio::test]
async fn a_ready_gateway_is_climbed_to_the_last_rung_at_every_server_version() {
    for script in [
        "ready", "old:100", "old:157", "old:176", "old:178", "old:200", "old:201", "old:208", "old:212",
        "old:213",
    ] {
        let (result, rungs) = probe(script, Duration::from_secs(5)).await;
        let probed = result.unwrap_or_else(|error| panic!("{script}: {error}"));
        assert_eq!(probed.accounts.len(), 1, "{script}");
        assert_eq!(probed.next_order_id, Some(1), "{script}");
        assert_eq!(
            rungs,
            [Rung::Tcp, Rung::Version, Rung::Accounts, Rung::NextId, Rung::Request],
            "{script}"
        );
    }
}

#[tokio::test]
async fn the_handshake_that_is_pending_is_answered_when_the_gateway_is_ready() {
    let started = tokio::time::Instant::now();
    let (result, _) = probe("mute:700ms", Duration::from_secs(10)).await;
    result.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(700));
}

#[tokio::test]
async fn every_fault_has_its_own_name() {
    let patience = Duration::from_millis(900);
    for (script, expected) in [
        ("never", "broker::mute"),
        ("refuse:30s", "broker::nothing_behind"),
        ("start-api-mute", "broker::mute"),
        ("not-accepted", "broker::not_accepted"),
        ("in-use-all", "broker::client_id_in_use"),
        ("no-accounts", "broker::no_accounts"),
        ("no-id", "broker::mute"),
        ("notices-only", "broker::mute"),
        ("http", "broker::not_tws"),
        ("garbage", "broker::not_tws"),
    ] {
        let (result, _) = probe(script, patience).await;
        assert_eq!(code(result), expected, "{script}");
    }
}

#[tokio::test]
async fn nothing_that_listens_is_refused() {
    let free = crate::support::stack::free_port();
    let (result, rungs) = probe_at(format!("127.0.0.1:{free}"), Duration::from_secs(1)).await;
    assert_eq!(code(result), "broker::refused");
    assert!(rungs.is_empty());
}

#[tokio::test]
async fn a_name_without_an_address_is_unreachable() {
    let (result, _) = probe_at("no-such-host.invalid:4002".to_owned(), Duration::from_secs(1)).await;
    assert_eq!(code(result), "broker::unreachable");
}

fn connect(address: String, client_id: i32) -> Connect {
    Connect { address, client_id, timeout: Duration::from_secs(2) }
}

#[tokio::test]
async fn the_api_client_sees_a_whole_session() {
    let (address, _stop) = gateway("ready").await;
    let session = Ibapi.session(&connect(address, 101)).await.unwrap();
    assert_eq!((session.server_version, session.next_order_id, session.client_id), (226, 1, 101));
    assert_eq!(session.accounts.len(), 1);
}

#[tokio::test]
async fn the_api_client_tells_faults_apart() {
    for (script, expected) in [
        ("never", "broker::mute"),
        ("in-use:101", "broker::client_id_in_use"),
        ("old:178", "broker::server_too_old"),
        ("no-accounts", "broker::no_accounts"),
        ("http", "broker::not_tws"),
    ] {
        let (address, _stop) = gateway(script).await;
        let error = Ibapi.session(&connect(address, 101)).await.unwrap_err();
        assert_eq!(Diagnosis::of(&error).code, expected, "{script}");
    }
}

#[tokio::test]
async fn a_held_session_notices_at_once_when_it_is_dropped() {
    let (address, stop) = gateway("ready").await;
    let mut held = Ibapi.hold(&connect(address, 9001)).await.unwrap();
    held.beat().await.unwrap();
    let started = tokio::time::Instant::now();
    drop(stop);
    let lost = tokio::time::timeout(Duration::from_secs(2), held.lost()).await.expect("noticed");
    assert_eq!(Diagnosis::of(&lost).code, "broker::dropped");
    assert!(started.elapsed() < Duration::from_secs(1));
    held.close().await;
}
