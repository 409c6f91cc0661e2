//! The two endless answers of an engine behind a watch, played byte by byte.

use std::time::Duration;

use openbell::adapters::docker::Bollard;
use openbell::ports::docker::{ContainerWatch, Docker, News};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

const VERSION: &str = r#"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"}"#;
const INFO: &str = r#"{"SystemTime":"2026-11-23T01:05:50.100884Z"}"#;
const CONTAINER: &str = r#"{"Id":"abc","Name":"/gateway","Image":"sha256:1"}"#;

/// An engine that hands the connections of endless answers over, their heads sent.
async fn engine() -> (String, mpsc::Receiver<(String, TcpStream)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("tcp://{}", listener.local_addr().unwrap());
    let (hand_over, endless) = mpsc::channel(8);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, hand_over.clone()));
        }
    });
    (address, endless)
}

async fn serve(mut stream: TcpStream, hand_over: mpsc::Sender<(String, TcpStream)>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let line = String::from_utf8(head).unwrap().lines().next().unwrap().to_owned();
    if line.contains("/events") || line.contains("/logs") {
        let answer =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n";
        stream.write_all(answer.as_bytes()).await.unwrap();
        let _ = hand_over.send((line, stream)).await;
        return;
    }
    let body = match &line {
        line if line.contains("/version") => VERSION,
        line if line.contains("/info") => INFO,
        _ => CONTAINER,
    };
    let answer =
        format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await.unwrap();
}

async fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let chunk = [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    stream.write_all(&chunk).await.unwrap();
}

/// Neither an event nor a line comes: the wait is given up.
async fn nothing(watch: &mut dyn ContainerWatch) {
    assert!(timeout(Duration::from_millis(100), watch.next()).await.is_err());
}

async fn something(watch: &mut dyn ContainerWatch) -> News {
    timeout(PATIENCE, watch.next()).await.expect("news")
}

#[tokio::test]
async fn a_wait_that_is_given_up_loses_nothing_and_a_watch_that_is_dropped_leaves_nothing_open() {
    let (address, mut endless) = engine().await;
    let docker = Bollard::new(Some(address));
    let container = docker.container("gateway").await.unwrap().unwrap();
    let mut watch = docker.watch(&container).await.unwrap();
    nothing(watch.as_mut()).await;
    let (mut events, mut log) = (None, None);
    for _ in 0..2 {
        let (line, stream) = endless.recv().await.unwrap();
        let place = if line.contains("/events") { &mut events } else { &mut log };
        *place = Some((line, stream));
    }
    let ((asked, mut events), (_, mut log)) = (events.unwrap(), log.unwrap());
    assert!(asked.contains("since=1795395950.100884000"), "{asked}");

    send(&mut events, br#"{"Type":"container","Action":"health_sta"#).await;
    nothing(watch.as_mut()).await;
    send(&mut events, b"tus: healthy\"}\n{\"Type\":\"container\",\"Action\":\"exec_start: x\"}\n").await;
    assert_eq!(something(watch.as_mut()).await, News::Health);

    let text = b"2026-11-23T01:05:51Z one\n2026-11-23T01:05:50Z old\n2026-11-23T01:05:52Z two\n";
    let mut frame = vec![1, 0, 0, 0];
    frame.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
    send(&mut log, &frame).await;
    send(&mut log, &text[..10]).await;
    nothing(watch.as_mut()).await;
    send(&mut log, &text[10..]).await;
    for wanted in ["one", "two"] {
        let News::Line(line) = something(watch.as_mut()).await else { panic!("no line") };
        assert_eq!(line.text, wanted);
    }

    // The container starts again: its log is asked for anew, behind what is known of it.
    send(&mut events, b"{\"Type\":\"container\",\"Action\":\"start\"}\n").await;
    assert_eq!(something(watch.as_mut()).await, News::Started);
    nothing(watch.as_mut()).await;
    let (asked, mut again) = endless.recv().await.unwrap();
    assert!(asked.contains("/logs") && asked.contains("since=1795395952"), "{asked}");
    assert_eq!(timeout(PATIENCE, log.read(&mut [0])).await.unwrap().unwrap(), 0);

    drop(watch);
    for stream in [&mut events, &mut again] {
        assert_eq!(timeout(PATIENCE, stream.read(&mut [0])).await.expect("closed").unwrap_or(0), 0);
    }
}
