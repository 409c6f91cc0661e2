//! How soon `ready` passes once the gateway is.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use crate::figure::{Figure, Target};
use crate::simulator::Simulator;
use crate::spread::Spread;
use crate::{fixtures, runs};

/// Enough for a p99 that is not the worst run.
const RUNS: u64 = 101;
const LIMIT_OF_VERSION: Duration = Duration::from_millis(10);
const LIMIT: Duration = Duration::from_millis(20);
/// How often a gateway that does not keep handshakes is asked at the most.
const PROBE_INTERVAL: Duration = Duration::from_millis(250);

/// A way to become ready, and how far one waits for it.
pub(crate) struct Course {
    name: &'static str,
    preset: &'static str,
    stage: &'static str,
    limit: Duration,
    last: &'static str,
}

/// The gateway answers the handshake it has pending when it becomes ready, or drops it; the version is enough, or the
/// answer to a request of the API client.
pub(crate) const COURSES: [Course; 4] = [
    Course {
        name: "version known, pending handshake answered",
        preset: "mute",
        stage: "version",
        limit: LIMIT_OF_VERSION,
        last: "the version frame",
    },
    Course {
        name: "ready, pending handshake answered",
        preset: "mute",
        stage: "request",
        limit: LIMIT,
        last: "the answer to the API client",
    },
    Course {
        name: "version known, pending handshake dropped",
        preset: "mute-drop",
        stage: "version",
        limit: PROBE_INTERVAL.saturating_add(LIMIT_OF_VERSION),
        last: "the version frame",
    },
    Course {
        name: "ready, pending handshake dropped",
        preset: "mute-drop",
        stage: "request",
        limit: PROBE_INTERVAL.saturating_add(LIMIT),
        last: "the answer to the API client",
    },
];

/// Measures one of them.
pub(crate) async fn measure(course: &Course) -> Figure {
    let mut times = Vec::new();
    for run in 0..RUNS {
        times.push(lag(&format!("{}:{}ms", course.preset, mute_ms(run)), course.stage).await);
    }
    let spread = Spread::of(times);
    Figure {
        name: course.name,
        measured: spread.percentiles(),
        target: Target::p99(&spread, course.limit),
        how: format!(
            "from the simulator's `ready at` to the end of `engine::run` of one step ({}), real adapters, loopback, \
             script `{}` of 0.35 to 0.75 s; {RUNS} runs",
            course.last, course.preset
        ),
    }
}

/// Between 350 and 750 ms, spread evenly and never in step with the polls.
fn mute_ms(run: u64) -> u64 {
    350 + run * 317 % 401
}

/// From the instant the gateway is ready to the moment the run that waits for it is over.
async fn lag(script: &str, stage: &str) -> Duration {
    let mut plan =
        fixtures::plan(&fixtures::playbook(fixtures::NOWHERE, &fixtures::ready(&json!({ "stage": stage }))));
    let simulator = Simulator::play(script).await;
    plan.stack.connection.address = simulator.address.to_string();
    runs::green(&plan, &fixtures::world()).await;
    let passed = Timestamp::now().as_microsecond();
    let ready = simulator.ready_at().expect("the step passes only once the gateway is ready");
    Duration::from_micros((passed - ready).try_into().expect("the step passes after the gateway is ready"))
}
