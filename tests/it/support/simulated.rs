//! A machine whose gateway is the simulator, on real sockets, under a compressed clock: its engine is in memory, what openbell
//! says to the gateway and hears from it goes through its real adapters. Weeks of it take minutes.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

use openbell::adapters::api_client::Ibapi;
use openbell::adapters::ibc::CommandPort;
use openbell::adapters::probe::WireProbe;
use openbell::engine::Keeping;
use openbell::playbook::Plan;
use openbell::ports::World;
use openbell::sim::gateway::{self, Settings};
use openbell::sim::log::Log;
use openbell::sim::script::parse;
use tokio_util::sync::CancellationToken;

use super::compressed::{Awaited, Compressed};
use super::engine::FakeEngine;
use super::http;
use super::machine::{GATEWAY, Keep, supervise};
use super::plan::fakes;
use super::stack::free_port;
use super::world::Fakes;

/// From the start of its container to the end of the log-in.
const LOGS_IN: &str =
    "phases: [{ lasts: 20s, clients: { door: refuse } }, { lasts: 20s, clients: { door: mute } }, {}]";
/// IBC's RESTART: half a minute, and no log-in.
const RESTARTED: &str =
    "on_restart: [{ restart: true, port: closed, lasts: 30s }, { lasts: 20s, clients: { door: mute } }, {}]";
/// More lines of its log are not kept.
const LINES: usize = 200;

/// The machine.
pub struct Simulated {
    pub fakes: Fakes,
    pub keep: Arc<Keep>,
    pub runs: AtomicU32,
    pub clock: Compressed,
    /// Where the gateway's API listens, and where IBC does.
    pub address: SocketAddr,
    pub commands: SocketAddr,
    control: SocketAddr,
}

impl Simulated {
    /// One whose clock shows that time now.
    pub fn at(base: &str) -> Self {
        let mut fakes = fakes();
        let (keep, clock) = (Arc::new(Keep::at(base)), Compressed::default());
        fakes.world = World {
            broker: Arc::new(Awaited(Ibapi, clock.clone())),
            probe: Arc::new(Awaited(WireProbe, clock.clone())),
            ibc: Arc::new(Awaited(CommandPort, clock.clone())),
            ..fakes.world
        };
        let time = keep.clone();
        fakes.engine.with(|state| state.clock = Some(Box::new(move || time.now().to_string())));
        let [address, commands, control] =
            [0; 3].map(|_| SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, free_port())));
        Self { fakes, keep, runs: AtomicU32::new(0), clock, address, commands, control }
    }

    /// Supervises while `story` happens, and ends then.
    pub async fn during(&self, plan: &Plan, story: impl Future<Output = ()>) {
        let stop = CancellationToken::new();
        let passes = self.clock.passes();
        let story = async {
            tokio::select! {
                () = story => {}
                () = self.lives() => {}
            }
            stop.cancel();
        };
        tokio::join!(supervise(plan, (&self.fakes, &self.keep, &self.runs), &stop), story);
        drop(passes);
    }

    /// The gateway's process lives and dies with its container. Never ends.
    async fn lives(&self) {
        loop {
            let started = self.until(running).await;
            let process = CancellationToken::new();
            let script = parse("start", &format!("version: 1\n{LOGS_IN}\n{RESTARTED}")).unwrap();
            let settings = Settings {
                listen: self.address,
                control: Some(self.control),
                command_port: Some(self.commands),
                script,
            };
            self.fakes.engine.with(|state| state.logs.remove(GATEWAY));
            let log = Log::to(ContainerLog(self.fakes.engine.clone()));
            let plays = tokio::spawn(gateway::run(settings, log, process.clone()));
            self.until(|engine| (running(engine) != Some(started)).then_some(())).await;
            process.cancel();
            plays.await.unwrap().unwrap();
        }
    }

    async fn until<T>(&self, found: impl Fn(&FakeEngine) -> Option<T>) -> T {
        loop {
            if let Some(found) = found(&self.fakes.engine) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Has the gateway play this from now on.
    pub async fn plays(&self, phases: &str) {
        let _waits = self.clock.waits();
        let told = http::client()
            .post(format!("http://{}/script", self.control))
            .body(format!("version: 1\nphases: {phases}\n{RESTARTED}"))
            .send()
            .await
            .unwrap();
        assert_eq!(told.status(), reqwest::StatusCode::ACCEPTED, "{:?}", told.text().await);
    }
}

/// Since when its container runs.
fn running(engine: &FakeEngine) -> Option<tokio::time::Instant> {
    if engine.is_running(GATEWAY) { engine.with(|state| state.started.get(GATEWAY).copied()) } else { None }
}

/// The log of the gateway's container.
struct ContainerLog(Arc<FakeEngine>);

impl Write for ContainerLog {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(line).trim_end().to_owned();
        self.0.with(|state| {
            let lines = state.logs.entry(GATEWAY.to_owned()).or_default();
            lines.push(text);
            let from = lines.len().saturating_sub(LINES);
            lines.drain(..from);
        });
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
