//! What `openbell probe` costs on top of the handshake itself: a health check runs for months.

use std::time::{Duration, Instant};

use openbell::adapters::probe::WireProbe;
use openbell::ports::broker::{Probe, ProbeAsk, Question, Rung};
use tokio::process::Command;

use crate::figure::{Figure, Target, span};
use crate::process::succeeds;
use crate::shipped::OPENBELL;
use crate::simulator::Simulator;
use crate::spread::Spread;

/// Enough for a p95 that is not the worst run.
const RUNS: usize = 40;
const LIMIT: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(10);

/// The time of the process less the time of the same handshake in this one, in turn at the same gateway.
pub(crate) async fn measure() -> Figure {
    let simulator = Simulator::play("ready").await;
    let address = simulator.address.to_string();
    let (mut over, mut within) = (Vec::new(), Vec::new());
    for run in 0..RUNS {
        let here = handshake(&address, run).await;
        let there = succeeds(Command::new(&*OPENBELL).args(["probe", "--address", &address])).await.0;
        over.push(there.saturating_sub(here));
        within.push(here);
    }
    let (over, within) = (Spread::of(over), Spread::of(within));
    Figure {
        name: "`openbell probe`, on top of the handshake",
        measured: format!("median {}, p95 {}", span(over.median()), span(over.percentile(95))),
        target: Target::median(&over, LIMIT),
        how: format!(
            "wall clock of the process from spawn to exit, less that of the same handshake made in-process (median {}), \
             gateway simulated on loopback, ready; {RUNS} runs of each in turn",
            span(within.median())
        ),
    }
}

/// The handshake of `openbell probe` in this process.
async fn handshake(address: &str, run: usize) -> Duration {
    let ask = ProbeAsk {
        address: address.to_owned(),
        client_id: 9000 + i32::try_from(run).expect("there are few runs"),
        until: Rung::Request,
        patience: PATIENCE,
        answer: PATIENCE,
        question: Question::CurrentTime,
        open_orders: false,
        all_orders: false,
        positions: false,
    };
    let begun = Instant::now();
    WireProbe.probe(&ask, &|_| {}).await.end.expect("the gateway is ready");
    begun.elapsed()
}
