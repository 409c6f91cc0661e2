//! What a session may not have: orders, open orders of a read-only API, data that another session has.

use openbell::sim::gateway::Settings;
use openbell::sim::script::parse;
use openbell::wire::frame;
use openbell::wire::server::Incoming;

use crate::stage::{Client, Stage};

async fn session(script: &str) -> (Stage, Client) {
    let script = parse("test", &format!("version: 1\n{script}")).unwrap();
    let stage = Stage::of(Settings::scripted(script)).await;
    let client = stage.session(226, 1).await;
    (stage, client)
}

/// Sends a request whose one field is the number 42.
async fn ask(client: &mut Client, id: u32) -> Incoming {
    let mut request = (id + 200).to_be_bytes().to_vec();
    request.extend(b"\x08\x2a");
    client.send(&frame(&request)).await;
    client.next().await
}

#[tokio::test]
async fn a_read_only_api_shows_no_open_orders() {
    for script in ["clients: { read_only: true }", "gateway: { api: { read_only: true } }"] {
        let (_stage, mut client) = session(script).await;
        for open_orders in [5, 16] {
            let answer = ask(&mut client, open_orders).await;
            let Incoming::Error { id: 2_147_483_647, code: 321, message } = answer else {
                panic!("{script}, {open_orders}: {answer:?}");
            };
            assert!(message.contains("Read-Only"), "{message}");
        }
        client.assert_silence().await;
    }
    // Otherwise there are none, and that is said.
    let (_stage, mut client) = session("phases: []").await;
    assert_eq!(ask(&mut client, 5).await, Incoming::OpenOrdersEnd);
}

#[tokio::test]
async fn a_competing_session_has_the_market_data() {
    let (_stage, mut client) = session("clients: { market_data: competing_session }").await;
    let answer = ask(&mut client, 1).await;
    let Incoming::Error { id: 42, code: 10_197, message } = answer else { panic!("{answer:?}") };
    assert_eq!(message, "No market data during competing live session");
    let (_stage, mut client) = session("phases: []").await;
    assert!(matches!(ask(&mut client, 1).await, Incoming::Error { id: 42, code: 354, .. }));
}

#[tokio::test]
async fn the_settings_of_the_api_are_those_of_the_script() {
    let script = "gateway: { api: { trusted_ips: [10.0.0.7], port: 4001, master_client_id: 9, localhost_only: true, \
                  auto_logoff: '11:45 PM' } }";
    let (stage, client) = session(script).await;
    drop(client);
    let client = ibapi::Client::connect(&stage.address.to_string(), 3).await.unwrap();
    let config = client.config().await.unwrap();
    assert_eq!(config.lock_and_exit.unwrap().auto_logoff_time.as_deref(), Some("11:45 PM"));
    let settings = config.api.unwrap().settings.unwrap();
    assert_eq!(settings.trusted_ips, ["10.0.0.7"]);
    assert_eq!((settings.socket_port, settings.master_client_id), (Some(4001), Some(9)));
    assert_eq!(settings.allow_localhost_only, Some(true));
}
