//! `openbell probe --print-healthcheck`: a fragment of a Compose file that makes the probe a container's health check.

use std::time::Duration;

use crate::cli::{Probe, ProbeStage};
use crate::period::Period;

/// How long one check may take that is not told.
const TIMEOUT: Duration = Duration::from_secs(30);
/// What is left for the program to end before the engine kills it.
const GRACE: Duration = Duration::from_secs(5);

/// The fragment.
pub(super) fn healthcheck(arguments: &Probe) -> String {
    let timeout = arguments.timeout.map_or(TIMEOUT, Period::get);
    let mut test =
        vec!["CMD", "/usr/local/bin/openbell", "probe", "--address", &arguments.address, "--timeout"];
    let span = Period::from(timeout).to_string();
    test.push(&span);
    let stage = match arguments.stage {
        ProbeStage::Tcp => Some("tcp"),
        ProbeStage::Version => Some("version"),
        ProbeStage::Session => Some("session"),
        ProbeStage::Request => None,
        ProbeStage::Farms => Some("farms"),
    };
    test.extend(stage.into_iter().flat_map(|stage| ["--stage", stage]));
    let quoted: Vec<String> = test.iter().map(|part| format!("\"{part}\"")).collect();
    FRAGMENT
        .replace("@test@", &quoted.join(", "))
        .replace("@timeout@", &Period::from(timeout + GRACE).to_string())
}

const FRAGMENT: &str = r#"# A health check for an IB Gateway's container: the TWS API itself is asked, not only its port.
# Copy it into your Compose file, or keep it beside it: docker compose -f compose.yaml -f healthcheck.yaml up
# The last answers: docker inspect --format '{{json .State.Health}}' CONTAINER
services:
  ib-gateway: # the name of your gateway's service
    volumes:
      # openbell for Linux is one static file and runs in any image; it has to be executable.
      - ./openbell:/usr/local/bin/openbell:ro
    healthcheck:
      # The address is the gateway's as seen in its own container: 4002 for paper, 4001 for live.
      test: [@test@]
      interval: 30s # between two checks; a gateway need not tell the time twice within 5 s
      # Long on purpose: a gateway that is logging in answers the handshake that is pending, at that moment, and handshakes
      # that are given up can wedge it. Longer than the probe's own --timeout, so that the probe says why and closes cleanly.
      timeout: @timeout@
      retries: 3 # one bad answer is no outage
      start_period: 180s # a log-in takes minutes; until then a failure does not count
      # Checks more often until the first that passes: for Docker Engine 25 or newer and a Compose that knows it. In front of
      # an older engine Compose refuses to create the container ("can't set healthcheck.start_interval").
      # start_interval: 5s
"#;
