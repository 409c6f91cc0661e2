//! What happens when: the timeline of a gateway, seen from outside.

use std::time::Duration;

use openbell::wire::client::{handshake, request_current_time, start_api};
use openbell::wire::server::Incoming;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::stage::Stage;

#[tokio::test]
async fn a_healthy_gateway_says_so_in_its_log() {
    let stage = Stage::with("ready").await;
    stage.log.show_in_order(&["Login has completed", "Configuration tasks completed", "ready at "]).await;
}

#[tokio::test]
async fn a_pending_handshake_is_answered_at_the_moment_the_mute_phase_ends() {
    let stage = Stage::scripted("phases: [{ lasts: 1h, clients: { door: mute } }, {}]").await;
    let mut client = stage.connect().await;
    client.send(&handshake(100, 226)).await;
    client.assert_silence().await;
    assert!(!stage.log.text().contains("Login has completed"));
    stage.next().await;
    client.version().await;
    stage.log.show_in_order(&["Authenticating", "Login has completed", "ready at "]).await;
    client.send(&start_api(226, 5)).await;
    assert!(matches!(client.next().await, Incoming::ManagedAccounts(_)));
}

#[tokio::test]
async fn a_pending_handshake_is_closed_when_that_is_the_script() {
    let stage =
        Stage::scripted("phases: [{ lasts: 1h, clients: { door: mute, pending: dropped } }, {}]").await;
    let mut client = stage.connect().await;
    client.send(&handshake(100, 226)).await;
    client.assert_silence().await;
    stage.next().await;
    client.assert_closed().await;
    stage.session(226, 1).await;
}

#[tokio::test]
async fn a_pending_handshake_is_never_answered_when_that_is_the_script() {
    let stage =
        Stage::scripted("phases: [{ lasts: 1h, clients: { door: mute, pending: ignored } }, {}]").await;
    let mut client = stage.connect().await;
    client.send(&handshake(100, 226)).await;
    client.assert_silence().await;
    stage.next().await;
    stage.log.show_in_order(&["ready at "]).await;
    client.assert_silence().await;
    stage.session(226, 1).await;
}

#[tokio::test]
async fn a_closed_port_refuses_and_then_opens() {
    let stage = Stage::scripted("phases: [{ lasts: 1h, port: closed }, {}]").await;
    stage.log.show_in_order(&["the port is closed"]).await;
    assert!(TcpStream::connect(stage.address).await.is_err());
    stage.next().await;
    stage.log.show_in_order(&["the port is closed", "listening on", "ready at "]).await;
    stage.session(226, 1).await;
}

#[tokio::test]
async fn a_refusing_port_accepts_and_closes() {
    let stage = Stage::scripted("phases: [{ lasts: 1h, clients: { door: refuse } }, {}]").await;
    stage.log.show_in_order(&["closed as soon as they are accepted"]).await;
    let mut client = stage.connect().await;
    client.assert_closed().await;
    stage.next().await;
    stage.log.show_in_order(&["ready at "]).await;
    stage.session(226, 1).await;
}

#[tokio::test]
async fn phases_follow_each_other_as_written() {
    let stage = Stage::with("closed:100ms,refuse:100ms,mute:100ms,live").await;
    stage
        .log
        .show_in_order(&["the port is closed", "closed as soon as", "Authenticating", "ready at "])
        .await;
    stage.session(226, 1).await;
}

#[tokio::test]
async fn dropped_connections_may_come_back() {
    let stage = Stage::scripted("phases: [{ lasts: 1h }, { drop: close }]").await;
    let mut client = stage.session(226, 4).await;
    stage.next().await;
    client.assert_closed().await;
    stage.log.show_in_order(&["client 4, version 226", "dropped, as scripted"]).await;
    stage.session(226, 4).await;
}

#[tokio::test]
async fn a_half_open_link_takes_requests_and_says_nothing() {
    let stage = Stage::scripted("phases: [{ lasts: 1h }, { clients: { requests: mute } }]").await;
    let mut client = stage.session(226, 4).await;
    client.send(&request_current_time(226)).await;
    assert!(matches!(client.next().await, Incoming::CurrentTime(_)));
    stage.next().await;
    stage.log.show_in_order(&["not answered any more"]).await;
    client.send(&request_current_time(226)).await;
    client.assert_silence().await;
    drop(client);
    stage.log.show_in_order(&["currentTime×2 (1 unanswered); the client closed"]).await;
}

#[tokio::test]
async fn a_wedged_gateway_accepts_nobody_but_keeps_its_sessions() {
    let stage = Stage::with("wedge").await;
    let mut holder = stage.session(226, 4).await;
    drop(stage.connect().await);
    stage.session(226, 5).await;
    let mut quitter = stage.connect().await;
    quitter.send(b"API\0").await;
    drop(quitter);
    stage.log.show_in_order(&["wedged by an abandoned handshake", "handshake abandoned"]).await;
    let mut late = stage.connect().await;
    late.send(&handshake(100, 226)).await;
    late.assert_silence().await;
    holder.send(&request_current_time(226)).await;
    assert!(matches!(holder.next().await, Incoming::CurrentTime(_)));
}

#[tokio::test]
async fn giving_up_while_it_is_mute_wedges_it_too() {
    let stage =
        Stage::scripted("gateway: { wedges: true }\nphases: [{ lasts: 1h, clients: { door: mute } }, {}]")
            .await;
    let mut quitter = stage.connect().await;
    quitter.send(&handshake(100, 226)).await;
    quitter.assert_silence().await;
    drop(quitter);
    stage.log.show_in_order(&["wedged"]).await;
    stage.next().await;
    let mut late = stage.connect().await;
    late.send(&handshake(100, 226)).await;
    late.assert_silence().await;
}

#[tokio::test]
async fn a_stop_ends_everything_at_once() {
    let stage = Stage::with("ready").await;
    let mut client = stage.session(226, 4).await;
    let log = stage.log.clone();
    drop(stage);
    client.assert_closed().await;
    timeout(Duration::from_secs(5), log.show_in_order(&["the gateway stops", "sim: stopped"])).await.unwrap();
}
