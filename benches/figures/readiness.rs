//! How soon `ready` passes once the gateway is.

use std::time::Duration;

use jiff::Timestamp;

use crate::figure::{Figure, Target};
use crate::simulator::Simulator;
use crate::spread::Spread;
use crate::{fixtures, runs};

/// Enough for a p95 that is not the worst run.
const RUNS: u64 = 40;
const LIMIT: Duration = Duration::from_millis(20);
/// How often a gateway that does not keep handshakes is asked at the most.
const PROBE_INTERVAL: Duration = Duration::from_millis(250);

/// The gateway answers the handshake it has pending when it becomes ready.
pub(crate) async fn answered() -> Figure {
    figure("ready, pending handshake answered", "mute", LIMIT).await
}

/// The gateway drops the handshake it has pending when it becomes ready.
pub(crate) async fn dropped() -> Figure {
    figure("ready, pending handshake dropped", "mute-drop", PROBE_INTERVAL + LIMIT).await
}

async fn figure(name: &'static str, preset: &str, limit: Duration) -> Figure {
    let mut times = Vec::new();
    for run in 0..RUNS {
        times.push(lag(&format!("{preset}:{}ms", mute_ms(run))).await);
    }
    let spread = Spread::of(times);
    Figure {
        name,
        measured: spread.percentiles(),
        target: Target::p95(&spread, limit),
        how: format!(
            "from the simulator's `ready at` to the end of `engine::run` of one `ready` step (answer to the API \
             client), real adapters, loopback, script `{preset}` of 0.7 to 1.5 s; {RUNS} runs"
        ),
    }
}

/// Between 700 and 1500 ms, spread evenly and never in step with the polls.
fn mute_ms(run: u64) -> u64 {
    700 + run * 317 % 801
}

/// From the instant the gateway is ready to the moment the run that waits for it is over.
async fn lag(script: &str) -> Duration {
    let mut plan = fixtures::plan(&fixtures::playbook(fixtures::NOWHERE, &fixtures::ready()));
    let simulator = Simulator::play(script).await;
    plan.stack.connection.address = simulator.address.to_string();
    runs::green(&plan, &fixtures::world()).await;
    let passed = Timestamp::now().as_microsecond();
    let ready = simulator.ready_at().expect("the step passes only once the gateway is ready");
    Duration::from_micros((passed - ready).try_into().expect("the step passes after the gateway is ready"))
}
