//! What can befall open sessions: notices, lost links, restarts, limits.

use std::time::Duration;

use openbell::wire::client::{handshake, request_current_time, request_ids, start_api};
use openbell::wire::server::Incoming;

use crate::stage::{Client, Stage};

/// The codes of the next messages, all of which must be notices.
async fn codes(client: &mut Client, count: usize) -> Vec<i32> {
    let mut codes = Vec::new();
    for _ in 0..count {
        match client.next().await {
            Incoming::Error { id: -1, code, .. } => codes.push(code),
            other => panic!("no notice: {other:?}"),
        }
    }
    codes
}

#[tokio::test]
async fn everybody_is_told_when_the_connection_to_the_servers_is_lost_and_back() {
    let script = "phases: [{ lasts: 1h }, { lasts: 1h, connectivity: lost, clients: { requests: mute } }, \
                  { lasts: 1h, connectivity: restored }, { connectivity: restored_data_lost }]";
    let stage = Stage::scripted(script).await;
    let mut early = stage.session(226, 1).await;
    let mut text = stage.session(176, 2).await;
    stage.next().await;
    assert_eq!(codes(&mut early, 1).await, [1100]);
    assert_eq!(codes(&mut text, 1).await, [1100]);
    // Whoever comes while it is lost learns of it behind the greeting.
    let mut late = stage.session(226, 3).await;
    assert_eq!(codes(&mut late, 1).await, [1100]);
    early.send(&request_current_time(226)).await;
    early.assert_silence().await;
    for code in [1102, 1101] {
        stage.next().await;
        for client in [&mut early, &mut text, &mut late] {
            assert_eq!(codes(client, 1).await, [code]);
        }
    }
    early.send(&request_current_time(226)).await;
    assert!(matches!(early.next().await, Incoming::CurrentTime(_)));
    stage.log.show_in_order(&["is lost (1100)", "is restored (1102)", "data lost (1101)"]).await;
}

#[tokio::test]
async fn farms_break_and_come_back_and_new_sessions_are_greeted_with_what_is() {
    let script = "phases: [{ lasts: 1h }, { lasts: 1h, farms: broken }, { lasts: 1h, farms: inactive }, \
                  { lasts: 1h, farms: connecting }, { farms: ok }]";
    let stage = Stage::scripted(script).await;
    let mut client = stage.session(213, 1).await;
    stage.next().await;
    assert_eq!(codes(&mut client, 4).await, [2103, 2103, 2105, 2157]);
    let mut late = stage.shaken(100, 213).await;
    late.send(&start_api(213, 2)).await;
    assert!(matches!(late.next().await, Incoming::ManagedAccounts(_)));
    assert!(matches!(late.next().await, Incoming::NextValidId(_)));
    assert_eq!(codes(&mut late, 4).await, [2103, 2103, 2105, 2157]);
    for expected in [&[2108, 2107][..], &[2119, 2119], &[2104, 2104, 2106, 2158]] {
        stage.next().await;
        assert_eq!(codes(&mut client, expected.len()).await, expected);
    }
}

#[tokio::test]
async fn any_notice_can_be_sent_at_any_time() {
    let script = "phases: [{ lasts: 1h }, { connectivity: broken, \
                  notices: [{ code: 10197, message: No market data, id: 4 }, { code: 2100, message: Zürich }] }]";
    let stage = Stage::scripted(script).await;
    let mut client = stage.session(203, 1).await;
    stage.next().await;
    assert_eq!(codes(&mut client, 1).await, [2110]);
    assert_eq!(
        client.next().await,
        Incoming::Error { id: 4, code: 10_197, message: "No market data".into() }
    );
    assert_eq!(client.next().await, Incoming::Error { id: -1, code: 2100, message: "Zürich".into() });
}

#[tokio::test]
async fn a_restart_drops_all_closes_the_port_and_rolls_the_ids_back() {
    let script = "gateway: { next_order_id: 5, id_release: 1h }\n\
                  phases: [{ lasts: 1h }, { lasts: 300ms, restart: true, port: closed }]";
    let stage = Stage::scripted(script).await;
    let mut client = stage.session(226, 1).await;
    // An order uses its id up, though it is refused.
    client.send(&openbell::wire::frame(b"\0\0\0\xcb\x08\x37")).await;
    assert!(matches!(client.next().await, Incoming::Error { id: 55, code: 321, .. }));
    client.send(&request_ids(226)).await;
    assert_eq!(client.next().await, Incoming::NextValidId(56));
    stage.next().await;
    client.assert_closed().await;
    stage.log.show_in_order(&["the gateway restarts", "the port is closed", "ready at "]).await;
    // Neither the ids nor who had them are known to the new process.
    let mut again = stage.shaken(100, 226).await;
    again.send(&start_api(226, 1)).await;
    assert!(matches!(again.next().await, Incoming::ManagedAccounts(_)));
    assert_eq!(again.next().await, Incoming::NextValidId(5));
}

#[tokio::test]
async fn connections_can_be_reset_rather_than_closed() {
    let stage = Stage::scripted("phases: [{ lasts: 1h }, { drop: reset }]").await;
    let mut client = stage.session(226, 1).await;
    stage.next().await;
    let end = client.frame().await.unwrap_err();
    assert!(
        matches!(&end, openbell::wire::FrameError::Io(error) if error.kind() == std::io::ErrorKind::ConnectionReset),
        "{end:?}"
    );
}

#[tokio::test]
async fn a_restart_unwedges() {
    let stage =
        Stage::scripted("gateway: { wedges: true }\nphases: [{ lasts: 1h }, { restart: true }]").await;
    let mut quitter = stage.connect().await;
    quitter.send(b"API\0").await;
    drop(quitter);
    stage.log.show_in_order(&["wedged by an abandoned handshake"]).await;
    stage.next().await;
    stage.log.show_in_order(&["the gateway restarts"]).await;
    stage.session(226, 5).await;
}

#[tokio::test]
async fn a_client_id_is_released_late() {
    let stage = Stage::scripted("gateway: { id_release: 1500ms }").await;
    drop(stage.session(226, 1).await);
    stage.log.show_in_order(&["the client closed"]).await;
    let mut hasty = stage.shaken(100, 226).await;
    hasty.send(&start_api(226, 1)).await;
    assert!(matches!(hasty.next().await, Incoming::Error { code: 326, .. }));
    tokio::time::sleep(Duration::from_millis(1_550)).await;
    stage.session(226, 1).await;
}

#[tokio::test]
async fn one_client_too_many_is_closed() {
    let stage = Stage::scripted("gateway: { most_clients: 2 }").await;
    let (_one, two) = (stage.session(226, 1).await, stage.session(226, 2).await);
    let mut three = stage.shaken(100, 226).await;
    three.send(&start_api(226, 3)).await;
    three.assert_closed().await;
    drop(two);
    drop(three);
    stage.log.show_in_order(&["as many sessions as there may be"]).await;
    stage.log.show_in_order(&["client 2, version", "the client closed"]).await;
    stage.session(226, 3).await;
}

#[tokio::test]
async fn the_thirty_third_client_is_one_too_many() {
    let stage = Stage::scripted("phases: []").await;
    let mut sessions = Vec::new();
    for id in 1..=32 {
        sessions.push(stage.session(226, id).await);
    }
    let mut last = stage.shaken(100, 226).await;
    last.send(&start_api(226, 33)).await;
    last.assert_closed().await;
}

#[tokio::test]
async fn the_current_time_is_not_told_twice_in_a_moment() {
    let stage = Stage::scripted("clients: { current_time_every: 1500ms }").await;
    let mut client = stage.session(226, 1).await;
    client.send(&request_current_time(226)).await;
    assert!(matches!(client.next().await, Incoming::CurrentTime(_)));
    client.send(&request_current_time(226)).await;
    client.assert_silence().await;
    tokio::time::sleep(Duration::from_millis(1_400)).await;
    client.send(&request_current_time(226)).await;
    assert!(matches!(client.next().await, Incoming::CurrentTime(_)));
}

#[tokio::test]
async fn too_many_messages_in_a_second_are_complained_about_and_then_punished() {
    let stage = Stage::scripted("clients: { messages_per_second: 20 }").await;
    let mut client = stage.session(226, 1).await;
    let burst: Vec<u8> = (0..30).flat_map(|_| request_ids(226)).collect();
    let mut complaints = Vec::new();
    for _ in 0..3 {
        client.send(&burst).await;
        for _ in 0..32 {
            match client.frame().await.map(|payload| openbell::wire::server::decode(226, &payload).unwrap()) {
                Ok(Incoming::Error { code, message, .. }) => complaints.push((code, message)),
                Ok(_) => {}
                Err(_) => break,
            }
        }
        tokio::time::sleep(Duration::from_millis(1_050)).await;
    }
    let codes: Vec<i32> = complaints.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, [0, 100, 0, 100, 0, 100]);
    assert_eq!(complaints[0].1, "Approaching max rate of 20 messages per second");
    assert_eq!(complaints[5].1, "Max rate of messages per second has been exceeded:max=20 rec=21 (3)");
    client.assert_closed().await;
    stage.log.show_in_order(&["too many messages in a second"]).await;
}

#[tokio::test]
async fn a_paced_client_is_slowed_down_instead() {
    let stage = Stage::scripted("clients: { messages_per_second: 20 }").await;
    let mut client = stage.connect().await;
    client.send(&[b"API\0".to_vec(), openbell::wire::frame(b"v100..226 +PACEAPI")].concat()).await;
    client.version().await;
    client.send(&start_api(226, 1)).await;
    for _ in 0..6 {
        client.next().await;
    }
    let started = std::time::Instant::now();
    client.send(&(0..50).flat_map(|_| request_ids(226)).collect::<Vec<u8>>()).await;
    for _ in 0..50 {
        assert_eq!(client.next().await, Incoming::NextValidId(1));
    }
    assert!(started.elapsed() >= Duration::from_secs(2), "{:?}", started.elapsed());
}

#[tokio::test]
async fn rules_speak_of_some_connections_some_times_in_some_phases() {
    let script = "phases: [{ name: first, lasts: 1h }, { name: second }]\n\
                  rules:\n\
                  - { connections: 1..2, clients: { door: refuse } }\n\
                  - { client_ids: [7], times: 1, clients: { start: in_use } }\n\
                  - { client_ids: [8], phases: [second], clients: { start: in_use } }";
    let stage = Stage::scripted(script).await;
    for _ in 0..2 {
        stage.connect().await.assert_closed().await;
    }
    let mut seven = stage.shaken(100, 226).await;
    seven.send(&start_api(226, 7)).await;
    assert!(matches!(seven.next().await, Incoming::Error { code: 326, .. }));
    stage.session(226, 7).await;
    drop(stage.session(226, 8).await);
    stage.log.show_in_order(&["client 8", "the client closed"]).await;
    stage.next().await;
    stage.log.show_in_order(&["phase second"]).await;
    let mut eight = stage.shaken(100, 226).await;
    eight.send(&start_api(226, 8)).await;
    assert!(matches!(eight.next().await, Incoming::Error { code: 326, .. }));
}

#[tokio::test]
async fn the_log_in_writes_what_ibc_writes() {
    let script = "phases: [{ lasts: 50ms, clients: { door: mute } }, \
                  { lasts: 50ms, login: two_factor, clients: { door: mute } }, \
                  { lasts: 50ms, login: unavailable, clients: { door: mute } }, \
                  { lasts: 50ms, login: existing_session, clients: { door: mute } }, \
                  { lasts: 50ms, login: failed, clients: { door: mute } }, \
                  { lasts: 50ms, login: locked, clients: { door: mute } }, \
                  { lasts: 50ms, log: ['Any line: \"at all\"'] }]";
    let stage = Stage::scripted(script).await;
    stage
        .log
        .show_in_order(&[
            "IBC: detected frame entitled: Authenticating...; event=Opened",
            "IBC: Second Factor Authentication initiated",
            "IBC: If login has not completed, IBC will exit in 0 seconds",
            "The system is not currently available.",
            "End this session and let the other session proceed",
            "IBC: Login failed",
            "Invalid username or password.",
            "Too many failed login attempts",
            "IBC: Login has completed",
            "IBC: Configuration tasks completed",
            "sim: ready at ",
            "Any line: \"at all\"",
        ])
        .await;
}

#[tokio::test]
async fn the_time_zone_is_written_as_gateways_write_it() {
    for (zone, expected) in [
        ("UTC", "UTC"),
        ("US/Eastern", "US/Eastern"),
        ("Central European Standard Time", "Central European Standard Time"),
    ] {
        let stage = Stage::scripted(&format!("gateway: {{ time_zone: {zone} }}")).await;
        let mut client = stage.connect().await;
        client.send(&handshake(100, 226)).await;
        let reply = client.frame().await.unwrap();
        let text = String::from_utf8(reply).unwrap();
        let (_, time) = openbell::wire::server::parse_version(text.as_bytes()).unwrap();
        assert!(time.ends_with(&format!(" {expected}")), "{time}");
    }
}
