//! What real clients sent gets, frame for frame, what satisfied them; only times differ.

use openbell::wire::dialect::{Body, split};
use openbell::wire::server::parse_version;
use openbell::wire::{protobuf, text};

use crate::captures::transcript;
use crate::stage::Stage;

/// A message without what says when: of the clock itself only the id is left.
fn timeless(server_version: u32, payload: &[u8]) -> Vec<String> {
    let received = split(server_version, payload).unwrap();
    let mut parts = vec![received.id.to_string()];
    match received.body {
        _ if matches!(received.id, 8 | 49) => {}
        Body::Text(body) => parts.extend(text::fields(body).map(text::string)),
        Body::Protobuf(body) => {
            for field in protobuf::fields(body).map(Result::unwrap) {
                let is_error_time = received.id == 4 && field.0 == 2;
                parts.push(if is_error_time { "time".into() } else { format!("{field:?}") });
            }
        }
    }
    parts
}

/// A figure of an account: there are more of them than when the transcripts were made.
fn is_figure(server_version: u32, payload: &[u8]) -> bool {
    matches!(split(server_version, payload).unwrap().id, 6 | 63 | 73)
}

async fn replay(name: &str, server_version: u32) {
    let stage = Stage::with("ready").await;
    let mut client = stage.connect().await;
    for (index, entry) in transcript(name).into_iter().enumerate() {
        if entry.from_client {
            client.send(&entry.bytes).await;
            continue;
        }
        let mut payload = client.frame().await.unwrap();
        if index == 1 {
            assert_eq!(parse_version(&payload).unwrap().0, server_version);
            assert_eq!(payload.len() + 4, entry.bytes.len());
            continue;
        }
        let expected = timeless(server_version, &entry.bytes[4..]);
        while timeless(server_version, &payload) != expected && is_figure(server_version, &payload) {
            payload = client.frame().await.unwrap();
        }
        assert_eq!(timeless(server_version, &payload), expected, "{name}: {}", entry.note);
    }
    client.assert_silence().await;
}

#[tokio::test]
async fn ib_insync_gets_what_it_got() {
    replay("ib_insync-0.9.86.json", 176).await;
}

#[tokio::test]
async fn the_official_python_client_gets_what_it_got() {
    replay("ibapi-stable-10.50.2.json", 226).await;
}

#[tokio::test]
async fn the_rust_client_gets_what_it_got() {
    replay("rust-ibapi-5.5.0.json", 226).await;
}
