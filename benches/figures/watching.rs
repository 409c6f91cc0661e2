//! What `watch` costs while nothing happens: memory, and processor time, with the spans that a playbook has without saying so.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::figure::{Figure, Target, megabytes};
use crate::fleet::processor_time;
use crate::program::resident;
use crate::rehearsal::Stage;
use crate::shipped::OPENBELL;

/// Four proofs of the safe state, and as many heartbeats.
const WATCHED: Duration = Duration::from_mins(2);
const MEMORY: u64 = 15_000_000;
/// Of a core, in percent.
const BUSY: f64 = 0.1;

pub(crate) async fn measure(stage: &Stage) -> [Figure; 2] {
    let watch = begin(stage).await;
    let begun = processor_time(&watch);
    tokio::time::sleep(WATCHED).await;
    let busy = (processor_time(&watch) - begun) / WATCHED.as_secs_f64() * 100.0;
    let memory = resident(&watch);
    drop(watch);
    stage.clear("openbell.playbook", &stage.name).await;
    let how = format!(
        "`watch` of playbooks/rehearsal.yaml, `--script ready`, over {} s after it became operational: four proofs of the \
         safe state and four heartbeats, as often as without a section `watch`",
        WATCHED.as_secs()
    );
    [
        Figure {
            name: "`openbell watch`, resident",
            measured: megabytes(memory),
            target: Target::size(memory, MEMORY),
            how: format!("VmRSS of {how}"),
        },
        Figure {
            name: "the same, processor time",
            measured: format!("{busy:.2} % of a core"),
            target: Target::Limit { written: format!("≤ {BUSY} % of a core"), reached: busy <= BUSY },
            how: format!("user and system time of {how}"),
        },
    ]
}

/// A watch that has become operational.
async fn begin(stage: &Stage) -> Child {
    let mut command = Command::new(&*OPENBELL);
    command
        .arg("watch")
        .arg(stage.file())
        .arg("--reports")
        .arg(stage.directory.path().join("reports"))
        .arg("--state")
        .arg(stage.directory.path().join("state"))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut watch = command.spawn().expect("openbell starts");
    let stderr = watch.stderr.take().expect("stderr is a pipe");
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.contains("operational: ") {
            // What it says from now on is read and forgotten: a full pipe would hold it up.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return watch;
        }
    }
    panic!("openbell watch ended before it was operational");
}
