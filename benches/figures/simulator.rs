//! The gateway simulator in this process, and the instant at which it says it became ready.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, OnceLock};

use openbell::sim::gateway::{self, Settings};
use openbell::sim::log::Log;
use openbell::sim::script::Script;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// What the simulator logs when it becomes ready, before the microseconds since 1970.
const READY: &str = "sim: ready at ";

/// A gateway that plays until it is dropped.
pub(crate) struct Simulator {
    pub(crate) address: SocketAddr,
    ready: Arc<OnceLock<i64>>,
    _stop: DropGuard,
}

impl Simulator {
    /// Plays a script on a port of loopback that the system chooses.
    pub(crate) async fn play(script: &str) -> Self {
        let script: Script = script.parse().expect("the bench's own script is valid");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let ready = Arc::new(OnceLock::new());
        let log = Log::to(ReadyLine { line: Vec::new(), ready: Arc::clone(&ready) });
        let stop = CancellationToken::new();
        tokio::spawn(gateway::serve(listener, Settings::scripted(script), log, stop.clone()));
        Self { address, ready, _stop: stop.drop_guard() }
    }

    /// Microseconds since 1970 at which it became ready, if it did.
    pub(crate) fn ready_at(&self) -> Option<i64> {
        self.ready.get().copied()
    }
}

/// A log in which only one line matters.
struct ReadyLine {
    line: Vec<u8>,
    ready: Arc<OnceLock<i64>>,
}

impl Write for ReadyLine {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// The simulator flushes after every line.
    fn flush(&mut self) -> io::Result<()> {
        let line = String::from_utf8_lossy(&self.line);
        if let Some((_, micros)) = line.split_once(READY) {
            let micros = micros.trim().parse().expect("a number follows");
            self.ready.set(micros).expect("a script of the bench becomes ready once");
        }
        self.line.clear();
        Ok(())
    }
}
