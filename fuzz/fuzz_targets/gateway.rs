//! Any bytes to a whole simulated gateway: an answer or a close follows, and it goes on to serve.
//!
//! An input is one byte that chooses what is sent first, then what the client sends.
#![no_main]

use std::cell::RefCell;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use openbell_fuzz::sim::gateway::{Settings, serve_logged};
use openbell_fuzz::sim::log::Log;
use openbell_fuzz::wire::client::{handshake, start_api};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Longer than any answer takes, shorter than any patience of the gateway.
const PATIENCE: Duration = Duration::from_secs(4);

/// The one gateway that all inputs meet, one connection each.
struct Stage {
    runtime: Runtime,
    address: SocketAddr,
}

impl Stage {
    fn build() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let address = runtime.block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
            let address = listener.local_addr().expect("its address");
            let log = Log::to(std::io::sink());
            tokio::spawn(serve_logged(listener, Settings::default(), log, CancellationToken::new()));
            address
        });
        Self { runtime, address }
    }

    /// Sends all, says that nothing follows, and waits until the gateway closes.
    fn meet(&self, bytes: &[u8]) {
        self.runtime.block_on(async {
            let mut client = TcpStream::connect(self.address).await.expect("the gateway still accepts");
            let (mut reader, mut writer) = client.split();
            let talk = async {
                // A gateway may close on what it has read so far; either half then fails, which is a close too.
                let sending = async {
                    let _ = writer.write_all(bytes).await;
                    let _ = writer.shutdown().await;
                };
                let mut sink = tokio::io::sink();
                let reading = tokio::io::copy(&mut reader, &mut sink);
                let _ = tokio::join!(sending, reading);
            };
            assert!(timeout(PATIENCE, talk).await.is_ok(), "neither an answer nor a close");
        });
    }
}

thread_local! {
    static STAGE: RefCell<Option<Stage>> = const { RefCell::new(None) };
}

/// One server version of each form, and of each way an error is written.
const VERSIONS: [u32; 6] = [176, 193, 200, 203, 210, 226];

fuzz_target!(|input: (u8, &[u8])| {
    let (opening, bytes) = input;
    let mut sent = open(opening);
    sent.extend_from_slice(bytes);
    STAGE.with_borrow_mut(|stage| stage.get_or_insert_with(Stage::build).meet(&sent));
});

/// Most inputs begin behind a good opening: guessing one again and again teaches nothing.
fn open(opening: u8) -> Vec<u8> {
    if opening == 0 {
        return Vec::new();
    }
    let version = VERSIONS[usize::from(opening / 2) % VERSIONS.len()];
    let mut sent = handshake(100, version);
    if opening % 2 == 1 {
        sent.extend(start_api(version, 1));
    }
    sent
}
