//! A simulated gateway on a free port, its log, and a raw client that speaks with it.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use openbell::sim::gateway::{Settings, serve};
use openbell::sim::log::Log;
use openbell::sim::script::parse;
use openbell::wire::server::{Incoming, decode, parse_version};
use openbell::wire::{FrameError, client, read_frame};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::http;
use crate::support::stack::free_port;

/// Longer than anything a test waits for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A log that can be read back.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    pub(crate) fn log(&self) -> Log {
        Log::to(self.clone())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Waits until the log holds all parts, each behind the one before.
    pub(crate) async fn show_in_order(&self, parts: &[&str]) {
        let in_time = self.shows(|text| in_order(text, parts)).await;
        assert!(in_time, "{parts:?} are not, in this order, in\n{}", self.text());
    }

    /// Waits until the log is as wanted; whether it came to that.
    async fn shows(&self, wanted: impl Fn(&str) -> bool) -> bool {
        let shown = async {
            while !wanted(&self.text()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(PATIENCE, shown).await.is_ok()
    }
}

fn in_order(mut text: &str, parts: &[&str]) -> bool {
    for part in parts {
        let Some(at) = text.find(part) else { return false };
        text = &text[at + part.len()..];
    }
    true
}

/// A running gateway; stops when dropped.
pub(crate) struct Stage {
    pub(crate) address: SocketAddr,
    pub(crate) log: Lines,
    _stop: DropGuard,
}

impl Stage {
    pub(crate) async fn with(presets: &str) -> Self {
        Self::of(Settings::scripted(presets.parse().unwrap())).await
    }

    /// A gateway with this script, and a control port through which a test turns to the next phase.
    pub(crate) async fn scripted(script: &str) -> Self {
        let script = parse("test", &format!("version: 1\n{script}")).unwrap();
        let control = Some("127.0.0.1:0".parse().unwrap());
        Self::of(Settings { control, ..Settings::scripted(script) }).await
    }

    /// Turns to the next phase.
    pub(crate) async fn next(&self) {
        let control = self.control().await;
        let asked = http::client().post(format!("{control}/next")).send().await.unwrap();
        assert_eq!(asked.status(), reqwest::StatusCode::ACCEPTED);
    }

    pub(crate) async fn of(settings: Settings) -> Self {
        // While a script keeps the port closed, nobody else may get it.
        let listener = TcpListener::bind(("127.0.0.1", free_port())).await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Lines::default();
        let stop = CancellationToken::new();
        tokio::spawn(serve(listener, settings, log.log(), stop.clone()));
        Self { address, log, _stop: stop.drop_guard() }
    }

    /// Waits until the first phase has begun: what it does to the port is done then.
    pub(crate) async fn entered(&self) {
        let begun = |line: &str| !line.contains("listening on") && !line.contains("control port");
        assert!(self.log.shows(|text| text.lines().any(begun)).await, "no phase began: {}", self.log.text());
    }

    /// Where its IBC takes commands, for a gateway whose IBC does.
    pub(crate) async fn command_port(&self) -> String {
        self.log.show_in_order(&["command port at ", "\n"]).await;
        let text = self.log.text();
        text.split("command port at ").nth(1).unwrap().lines().next().unwrap().to_owned()
    }

    /// Waits until its backlog is full: no connection is made any more.
    pub(crate) async fn filled(&self) {
        let connecting = || TcpStream::connect(self.address);
        while timeout(Duration::from_millis(300), connecting()).await.is_ok() {}
    }

    /// Where its control port is, for a gateway that has one.
    pub(crate) async fn control(&self) -> String {
        self.log.show_in_order(&["control port at http://", "\n"]).await;
        let text = self.log.text();
        text.split("control port at ").nth(1).unwrap().lines().next().unwrap().to_owned()
    }

    pub(crate) async fn connect(&self) -> Client {
        Client { stream: TcpStream::connect(self.address).await.unwrap(), version: 0 }
    }

    /// The Rust client with id 100, or nothing when it is still connecting after that time.
    pub(crate) async fn ibapi(&self, within: Duration) -> Option<Result<ibapi::Client, ibapi::Error>> {
        let connecting = ibapi::Client::builder()
            .address(self.address.to_string())
            .client_id(100)
            .max_reconnect_attempts(0)
            .one_shot_timeout(Duration::from_millis(300))
            .connect();
        timeout(within, connecting).await.ok()
    }

    /// A client that has its version reply.
    pub(crate) async fn shaken(&self, min: u32, max: u32) -> Client {
        let mut client = self.connect().await;
        client.send(&client::handshake(min, max)).await;
        client.version().await;
        client
    }

    /// A client with an open session, its greeting read.
    pub(crate) async fn session(&self, version: u32, client_id: i32) -> Client {
        let mut client = self.shaken(100, version).await;
        client.send(&client::start_api(client.version, client_id)).await;
        for _ in 0..6 {
            client.next().await;
        }
        client
    }
}

/// A raw client.
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    pub(crate) version: u32,
}

impl Client {
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    pub(crate) async fn frame(&mut self) -> Result<Vec<u8>, FrameError> {
        timeout(PATIENCE, read_frame(&mut self.stream)).await.expect("the gateway is silent")
    }

    /// Reads the version reply.
    pub(crate) async fn version(&mut self) -> u32 {
        let payload = self.frame().await.unwrap();
        self.version = parse_version(&payload).unwrap().0;
        self.version
    }

    pub(crate) async fn next(&mut self) -> Incoming {
        let payload = self.frame().await.unwrap();
        decode(self.version, &payload).unwrap()
    }

    /// Nothing comes, and nothing closes, for a while.
    pub(crate) async fn assert_silence(&mut self) {
        let heard = timeout(Duration::from_millis(150), read_frame(&mut self.stream)).await;
        assert!(heard.is_err(), "not silent: {heard:?}");
    }

    pub(crate) async fn assert_closed(&mut self) {
        match self.frame().await {
            Err(FrameError::Closed | FrameError::Io(_)) => {}
            other => panic!("not closed: {other:?}"),
        }
    }
}
