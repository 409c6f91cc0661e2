//! The program itself: how soon it is there, how large it is, how much memory it holds while it waits.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::figure::{Figure, Target, megabytes};
use crate::fixtures::{self, HOME};
use crate::process::succeeds;
use crate::shipped::OPENBELL;
use crate::simulator::Simulator;
use crate::spread::Spread;

const RUNS: usize = 30;
const LARGEST: u64 = 20_000_000;
/// Long enough for a run to have come to its wait.
const SETTLED: Duration = Duration::from_secs(3);

pub(crate) async fn measure() -> [Figure; 4] {
    [
        started("`openbell --version`", &["--version"], Duration::from_millis(5)).await,
        started(
            "`openbell validate playbooks/rehearsal.yaml`",
            &["validate", "playbooks/rehearsal.yaml"],
            Duration::from_millis(20),
        )
        .await,
        size(),
        memory().await,
    ]
}

/// A command from its start to its end.
async fn started(name: &'static str, arguments: &[&str], limit: Duration) -> Figure {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        times.push(succeeds(Command::new(&*OPENBELL).args(arguments).current_dir(HOME)).await.0);
    }
    let spread = Spread::of(times);
    Figure {
        name,
        measured: spread.median_and_max(),
        target: Target::median(&spread, limit),
        how: format!("wall clock from spawn to exit; {RUNS} runs"),
    }
}

fn size() -> Figure {
    let bytes = fs::metadata(&*OPENBELL).expect("the program is built").len();
    Figure {
        name: "release binary",
        measured: megabytes(bytes),
        target: Target::size(bytes, LARGEST),
        how: "size of the file as `cargo build --release` makes it, static and stripped".to_owned(),
    }
}

/// Resident memory of a run whose gateway stays mute.
#[expect(
    clippy::disallowed_methods,
    reason = "there is no condition to wait for: it is the waiting that is measured"
)]
async fn memory() -> Figure {
    let simulator = Simulator::play("never").await;
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let playbook =
        fixtures::playbook(&simulator.address.to_string(), &fixtures::ready(&serde_json::json!({})));
    let mut run = Command::new(&*OPENBELL)
        .arg("run")
        .arg(fixtures::write(&playbook, directory.path()))
        .arg("--reports")
        .arg(directory.path().join("reports"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("the program can be run");
    tokio::time::sleep(SETTLED).await;
    let bytes = resident(&run);
    run.kill().await.expect("the run still waits");
    Figure {
        name: "resident memory while waiting",
        measured: megabytes(bytes),
        target: Target::size(bytes, LARGEST),
        how: format!("VmRSS of `run` {} s into a `ready` step, gateway mute", SETTLED.as_secs()),
    }
}

pub(crate) fn resident(run: &Child) -> u64 {
    let id = run.id().expect("the run still waits");
    let status =
        fs::read_to_string(format!("/proc/{id}/status")).expect("the system tells about its processes");
    let line =
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process that runs has memory");
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("the size is a number");
    kibibytes * 1024
}
