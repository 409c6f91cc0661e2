//! Whatever a client sends, it gets an answer or a close, and the others are served.

use std::time::Duration;

use openbell::wire::client::{handshake, request_current_time, start_api};
use openbell::wire::server::Incoming;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::stage::Stage;

#[tokio::test]
async fn what_is_no_handshake_is_closed() {
    let stage = Stage::with("ready").await;
    for bytes in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        b"API\0\xff\xff\xff\xff",
        b"API\0\0\0\0\x03abc",
        b"API\0\0\0\0\x06v9..v1",
        b"63\0",
    ] {
        let mut client = stage.connect().await;
        client.send(bytes).await;
        client.assert_closed().await;
    }
}

#[tokio::test]
async fn a_frame_that_is_too_long_is_refused() {
    for version in [176, 226] {
        let stage = Stage::with("ready").await;
        let mut client = stage.session(version, 1).await;
        client.send(&[1, 0, 0, 0]).await;
        client.assert_closed().await;
        stage.log.show_in_order(&["announced a frame of 16777216 bytes"]).await;
    }
}

#[tokio::test]
async fn requests_may_come_in_pieces_and_together() {
    let stage = Stage::with("ready").await;
    let mut client = stage.connect().await;
    for byte in handshake(100, 226) {
        client.send(&[byte]).await;
    }
    client.version().await;
    let mut together = start_api(226, 1);
    together.extend(request_current_time(226));
    together.extend(request_current_time(226));
    client.send(&together).await;
    for _ in 0..6 {
        client.next().await;
    }
    assert!(matches!(client.next().await, Incoming::CurrentTime(_)));
    assert!(matches!(client.next().await, Incoming::CurrentTime(_)));
}

#[tokio::test]
async fn options_after_the_version_range_are_accepted() {
    let stage = Stage::with("ready").await;
    let mut client = stage.connect().await;
    client.send(b"API\0\0\0\0\x12v100..226 +PACEAPI").await;
    assert_eq!(client.version().await, 226);
}

#[tokio::test]
async fn a_client_that_never_reads_is_dropped_and_costs_nobody_else() {
    let stage = Stage::with("rate:0").await;
    let client = stage.session(226, 1).await;
    let (mut reader, mut writer) = client.stream.into_split();
    let flood = request_current_time(226).repeat(10_000);
    let flooding = tokio::spawn(async move { while writer.write_all(&flood).await.is_ok() {} });
    let mut other = stage.session(226, 2).await;
    other.send(&request_current_time(226)).await;
    assert!(matches!(other.next().await, Incoming::CurrentTime(_)));
    timeout(Duration::from_secs(30), flooding).await.expect("the slow reader is never dropped").unwrap();
    assert!(stage.log.text().contains("did not read"), "{}", stage.log.text());
    let mut rest = Vec::new();
    let _ = timeout(Duration::from_secs(5), reader.read_to_end(&mut rest)).await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_bytes_get_an_answer_or_a_close(
        version in prop::sample::select(vec![100_u32, 176, 200, 207, 212, 226]),
        whole in any::<bool>(),
        payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let stage = Stage::with("ready").await;
            let mut client = stage.session(version, 1).await;
            for payload in payloads {
                let bytes = if whole { openbell::wire::frame(&payload) } else { payload };
                if client.stream.write_all(&bytes).await.is_err() {
                    break;
                }
            }
            let _ = client.stream.shutdown().await;
            let mut rest = Vec::new();
            let end = timeout(Duration::from_secs(5), client.stream.read_to_end(&mut rest)).await;
            assert!(end.is_ok(), "neither an answer nor a close");
            stage.session(version, 1).await;
        });
    }
}
