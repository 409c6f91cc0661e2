//! How each client is treated, at the wire.

use std::time::{Duration, Instant};

use openbell::sim::gateway::Settings;
use openbell::wire::client::{request_current_time, request_ids, start_api};
use openbell::wire::server::Incoming;
use openbell::wire::{FrameError, client};

use crate::stage::Stage;

const IN_USE: &str = "Unable to connect as the client id is already in use. Retry with a unique client id.";

fn in_use() -> Incoming {
    Incoming::Error { id: -1, code: 326, message: IN_USE.into() }
}

#[tokio::test]
async fn a_client_id_has_one_connection_at_a_time_in_every_dialect() {
    for version in [176, 187, 200, 203, 208, 212, 213, 226] {
        let stage = Stage::with("ready").await;
        let holder = stage.session(version, 7).await;
        let mut second = stage.shaken(100, version).await;
        second.send(&start_api(version, 7)).await;
        assert_eq!(second.next().await, in_use(), "{version}");
        second.assert_closed().await;
        drop(holder);
        stage.log.show_in_order(&["client 7, version", "the client closed"]).await;
        stage.session(version, 7).await;
    }
}

#[tokio::test]
async fn a_scripted_id_is_in_use_and_others_are_not() {
    let stage = Stage::with("in-use:100+101").await;
    for id in [100, 101] {
        let mut client = stage.shaken(100, 226).await;
        client.send(&start_api(226, id)).await;
        assert_eq!(client.next().await, in_use());
        client.assert_closed().await;
    }
    stage.session(226, 102).await;
}

#[tokio::test]
async fn an_api_that_is_not_accepted_closes_half_a_second_after_start() {
    let stage = Stage::with("not-accepted").await;
    let mut client = stage.shaken(100, 226).await;
    let started = Instant::now();
    client.send(&start_api(226, 1)).await;
    client.assert_closed().await;
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(500) && took < Duration::from_secs(2), "{took:?}");
    stage.log.show_in_order(&["since API is not accepted"]).await;
}

#[tokio::test]
async fn the_greeting_can_lack_its_parts() {
    let stage = Stage::with("no-id").await;
    let mut client = stage.shaken(100, 226).await;
    client.send(&start_api(226, 1)).await;
    assert_eq!(client.next().await, Incoming::ManagedAccounts(vec!["DU1234567".into()]));
    client.assert_silence().await;

    let stage = Stage::with("no-accounts").await;
    let mut client = stage.shaken(100, 226).await;
    client.send(&start_api(226, 1)).await;
    assert_eq!(client.next().await, Incoming::ManagedAccounts(vec![]));
    assert_eq!(client.next().await, Incoming::NextValidId(1));

    let stage = Stage::with("notices-only").await;
    let mut client = stage.shaken(100, 226).await;
    client.send(&start_api(226, 1)).await;
    for code in [2104, 2104, 2106, 2158] {
        assert!(matches!(client.next().await, Incoming::Error { code: seen, .. } if seen == code));
    }
    client.assert_silence().await;

    let stage = Stage::with("start-api-mute").await;
    let mut client = stage.shaken(100, 226).await;
    client.send(&start_api(226, 1)).await;
    client.assert_silence().await;
}

#[tokio::test]
async fn a_live_account_and_a_list_that_ends_in_a_comma_are_sent_as_they_are() {
    let stage = Stage::with("live").await;
    let mut client = stage.shaken(100, 226).await;
    client.send(&start_api(226, 1)).await;
    assert_eq!(client.next().await, Incoming::ManagedAccounts(vec!["U1234567".into()]));

    let mut settings = Settings::default();
    settings.script.gateway.accounts = vec!["DF1".into(), "DU2".into()];
    settings.script.gateway.trailing_comma = true;
    let stage = Stage::of(settings).await;
    let mut client = stage.shaken(100, 176).await;
    client.send(&start_api(176, 1)).await;
    assert_eq!(client.frame().await.unwrap(), b"15\x001\0DF1,DU2,\0");
}

#[tokio::test]
async fn the_version_is_the_lesser_of_both_and_too_old_is_said_and_closed() {
    let stage = Stage::with("old:178").await;
    assert_eq!(stage.shaken(100, 226).await.version, 178);
    assert_eq!(stage.shaken(100, 176).await.version, 176);
    let mut modern = stage.shaken(213, 226).await;
    assert_eq!(modern.version, 178);
    modern.assert_closed().await;
}

#[tokio::test]
async fn other_servers_are_recognised_by_their_first_bytes() {
    for (presets, first) in [("http", *b"HTTP"), ("garbage", [0xde, 0xad, 0xbe, 0xef])] {
        let stage = Stage::with(presets).await;
        let mut client = stage.connect().await;
        client.send(&client::handshake(100, 226)).await;
        let heard = client.frame().await;
        assert!(matches!(heard, Err(FrameError::TooLong { first_bytes, .. }) if first_bytes == first));
    }
}

#[tokio::test]
async fn requests_are_answered_in_every_dialect_and_orders_are_refused() {
    for version in [100, 157, 176, 200, 201, 207, 208, 212, 213, 226] {
        let stage = Stage::with("ready").await;
        let mut client = stage.session(version, 3).await;
        client.send(&request_ids(version)).await;
        assert_eq!(client.next().await, Incoming::NextValidId(1));
        client.send(&request_current_time(version)).await;
        assert!(matches!(client.next().await, Incoming::CurrentTime(now) if now > 1_700_000_000));
        let order = match version {
            ..201 => openbell::wire::frame(b"3\x0045\x0055\0AAPL\0"),
            201..203 => openbell::wire::frame(b"\0\0\0\x0355\x00AAPL\0"),
            _ => openbell::wire::frame(b"\0\0\0\xcb\x08\x37"),
        };
        client.send(&order).await;
        let Incoming::Error { id, code: 321, message } = client.next().await else {
            panic!("the order was not refused at {version}");
        };
        // From version 145 on the text form has no version of the message before the id.
        assert_eq!(id, if (145..201).contains(&version) { 45 } else { 55 }, "{version}");
        assert!(message.contains("Read-Only"));
    }
}

#[tokio::test]
async fn whatever_else_is_asked_gets_an_error_with_its_id() {
    let stage = Stage::with("ready").await;
    let mut client = stage.session(226, 3).await;
    for (id, code) in [(1_u32, 354), (9, 200), (20, 162), (81, 322), (199, 322)] {
        let mut request = (id + 200).to_be_bytes().to_vec();
        request.extend(b"\x08\x2a");
        client.send(&openbell::wire::frame(&request)).await;
        let answer = client.next().await;
        assert!(
            matches!(answer, Incoming::Error { id: 42, code: seen, .. } if seen == code),
            "{id}: {answer:?}"
        );
    }
    client.send(&openbell::wire::frame(b"\0")).await;
    assert!(matches!(client.next().await, Incoming::Error { id: -1, code: 320, .. }));
}
