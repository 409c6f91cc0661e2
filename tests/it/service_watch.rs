//! From power-on to green with nobody at the keyboard: the service on a whole host that is rebooted, and whose power is cut.
#![cfg(target_os = "linux")]

use std::time::Duration;

use serde_json::Value;

use crate::support::dice::Dice;
use crate::support::host::Host;

const REHEARSAL: &str = "/srv/desk/playbooks/rehearsal.yaml";
const UNIT: &str = "openbell-rehearsal.service";
const REPORTS: &str = "/var/lib/openbell/rehearsal/reports";
/// From power-on to green, on a loaded machine.
const PATIENCE: Duration = Duration::from_mins(4);
/// How many power cuts without `OPENBELL_POWER_CUTS`.
const CUTS: usize = 20;
/// The latest instant after the engine answers at which the power is cut, in milliseconds: a start-up takes longer.
const LATEST_MS: usize = 12_000;
const SEED: u64 = 17;

/// A host on which the service is installed and green.
fn green_host(what: &str) -> Host {
    let host = Host::start(what);
    host.succeeds(&["openbell", "service", "install", REHEARSAL]);
    until_green(&host);
    host
}

/// Active, and the last report green: what `service status` says by its exit code.
#[track_caller]
fn until_green(host: &Host) {
    let status = ["openbell", "service", "status", REHEARSAL];
    host.until("the service is green", PATIENCE, |host| host.exec(&status).code == 0);
}

fn status(host: &Host) -> Value {
    serde_json::from_str(&host.exec(&["openbell", "service", "status", REHEARSAL, "--json"]).stdout).unwrap()
}

fn runs_bot(host: &Host) -> bool {
    host.succeeds(&["docker", "inspect", "-f", "{{.State.Running}}", "rehearsal-bot"]).trim() == "true"
}

#[test]
fn a_reboot_ends_green_with_nobody_touching_it() {
    let host = green_host("reboot");
    let first = status(&host);
    assert_eq!(first["service"]["state"], "active");
    assert!(first["service"]["says"].as_str().is_some_and(|says| !says.is_empty()), "{first}");
    host.reboot();
    until_green(&host);
    let second = status(&host);
    assert_ne!(
        first["reports"][0]["report"], second["reports"][0]["report"],
        "a start-up has a report of its own"
    );
    assert_eq!(second["service"]["restarts"], 0, "{second}");
    let boots: Value = serde_json::from_str(&host.succeeds(&[
        "openbell",
        "report",
        "boot",
        "rehearsal",
        "--last",
        "2",
        "--json",
    ]))
    .unwrap();
    let boots = boots.as_array().unwrap();
    assert_eq!(boots.len(), 2, "{boots:?}");
    for boot in boots {
        assert_eq!(boot["operational"], true, "{boot}");
        assert_eq!(boot["human_actions"], serde_json::json!([]), "{boot}");
        let reached: Vec<f64> = boot["milestones"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["after_s"].as_f64().unwrap())
            .collect();
        assert!(reached.is_sorted() && reached.len() == 5, "{boot}");
    }
    assert!(runs_bot(&host));
}

#[test]
fn a_stop_is_no_failure_and_leaves_the_stack_as_it_is() {
    let host = green_host("stop");
    host.succeeds(&["systemctl", "stop", UNIT]);
    let stopped = status(&host);
    assert_eq!(stopped["service"]["state"], "inactive", "{stopped}");
    assert_eq!(stopped["service"]["result"], "success", "{stopped}");
    assert!(runs_bot(&host));
    host.succeeds(&["systemctl", "start", UNIT]);
    assert_eq!(host.exec(&["openbell", "service", "status", REHEARSAL]).code, 0, "started is green");
    let text = host.succeeds(&["cat", status(&host)["reports"][0]["report"].as_str().unwrap()]);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["changes"], 0, "what runs as declared is left");
}

#[test]
fn power_cuts_at_any_instant_end_green_and_every_report_is_whole() {
    let cuts = std::env::var("OPENBELL_POWER_CUTS").map_or(CUTS, |count| count.parse().unwrap());
    let (host, mut dice) = (green_host("cuts"), Dice(SEED));
    for _ in 0..cuts {
        std::thread::sleep(Duration::from_millis(dice.throw(LATEST_MS) as u64));
        host.power_cut();
    }
    until_green(&host);
    assert!(runs_bot(&host));
    let files = host.shell(&format!("find {REPORTS} -name report.json"));
    assert!(files.lines().count() >= 2, "{files}");
    for file in files.lines() {
        let report: Value = serde_json::from_str(&host.succeeds(&["cat", file])).unwrap();
        assert_eq!(report["playbook"], "rehearsal", "{file}");
    }
    assert_eq!(host.succeeds(&["systemctl", "is-enabled", UNIT]).trim(), "enabled");
}
