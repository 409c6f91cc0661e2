//! What Compose takes for the like of the rehearsal: the same images, ports and environment, nothing checked.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::figure::{Figure, Target};
use crate::fixtures;
use crate::process::{succeeds, timed};
use crate::rehearsal::Stage;
use crate::spread::Spread;

pub(crate) const NAME: &str = "both containers up through Compose, nothing checked";
const RUNS: usize = 7;

pub(crate) async fn measure(stage: &Stage) -> Figure {
    let Some((call, version)) = find().await else {
        return Figure::not_measured(NAME, "not measured: there is no Compose in PATH".to_owned());
    };
    let project = Project::write(call, stage);
    let help = succeeds(&mut project.command(&["up", "--help"]).into()).await.1.stdout;
    let waits = String::from_utf8_lossy(&help).contains("--wait");
    let way = if waits { "--wait" } else { "--detach" };
    let mut times = Vec::new();
    for _ in 0..RUNS {
        times.push(succeeds(&mut project.command(&["up", way]).into()).await.0);
        stage.clear("com.docker.compose.project", &project.name).await;
    }
    let lacks = if waits { "" } else { ", which has no `--wait`" };
    Figure {
        name: NAME,
        measured: Spread::of(times).median_and_max(),
        target: Target::Beside,
        how: format!(
            "wall clock of `{} up {way}` of Compose {version}{lacks}; same images and ports, no health check; {RUNS} runs",
            call.join(" ")
        ),
    }
}

/// How Compose is called here, and its version.
async fn find() -> Option<(&'static [&'static str], String)> {
    let calls: [&[&str]; 2] = [&["docker", "compose"], &["docker-compose"]];
    for call in calls {
        let mut command = tokio::process::Command::new(call[0]);
        command.args(&call[1..]).args(["version", "--short"]);
        if let Ok((_, output)) = timed(&mut command).await
            && output.status.success()
        {
            return Some((call, String::from_utf8_lossy(&output.stdout).trim().to_owned()));
        }
    }
    None
}

/// A Compose project. Removed when dropped.
struct Project {
    call: &'static [&'static str],
    name: String,
    file: PathBuf,
}

impl Project {
    fn write(call: &'static [&'static str], stage: &Stage) -> Self {
        let file = stage.directory.path().join("compose.yaml");
        fs::write(&file, format!("{:#}\n", services(stage))).expect("the temporary directory takes a file");
        Self { call, name: format!("{}-compose", stage.name), file }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.call[0]);
        command.args(&self.call[1..]).args(["--project-name", &self.name, "--file"]).arg(&self.file);
        command.args(arguments);
        command
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let mut down = self.command(&["down", "--timeout", "0"]);
        let ended = down.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !ended.is_ok_and(|status| status.success()) {
            eprintln!("containers or network of {} may be left on the engine", self.name);
        }
    }
}

/// The rehearsal's containers as Compose services.
fn services(stage: &Stage) -> Value {
    let containers = &stage.playbook["containers"];
    let image = |key: &str| format!("openbell/{}-{key}:latest", stage.name);
    let port = fixtures::free_port();
    json!({ "services": {
        "gateway": {
            "image": image("gateway"),
            "command": containers["gateway"]["command"],
            "ports": [format!("127.0.0.1:{port}:4002")],
        },
        "bot": {
            "image": image("bot"),
            "environment": containers["bot"]["env"],
            "depends_on": ["gateway"],
        },
    } })
}
