//! The rehearsal's playbook from nothing to a bot that is connected, with a gateway that is ready at once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use openbell::adapters::docker::Bollard;
use openbell::ports::docker::Docker;
use openbell::report::Report;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::figure::{Figure, Target};
use crate::fixtures::{self, HOME};
use crate::process::succeeds;
use crate::shipped::OPENBELL;
use crate::spread::Spread;

pub(crate) const NAME: &str = "rehearsal in all, images built";
const RUNS: usize = 7;
const LIMIT: Duration = Duration::from_secs(1);

/// The engine, and a rehearsal of our own on it. Removed when dropped.
pub(crate) struct Stage {
    pub(crate) directory: TempDir,
    /// The playbook as JSON.
    pub(crate) playbook: Value,
    pub(crate) name: String,
    pub(crate) engine: Bollard,
    file: PathBuf,
}

impl Stage {
    /// Writes the playbook, if there is an engine at all.
    pub(crate) async fn set() -> Result<Self, String> {
        let engine = fixtures::engine();
        engine.engine().await.map_err(|error| error.to_string())?;
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let name = format!("figures-{}", std::process::id());
        let playbook = own_rehearsal(&name, fixtures::free_port());
        let file = fixtures::write(&playbook, directory.path());
        Ok(Self { directory, playbook, name, engine, file })
    }

    /// Removes containers and networks with this label, at once; images stay.
    pub(crate) async fn clear(&self, label: &str, value: &str) {
        let why = "the engine removes what the bench made";
        for container in self.engine.containers_labelled(label, value).await.expect(why) {
            self.engine.stop(&container.id, Duration::ZERO).await.expect(why);
            self.engine.remove(&container.id).await.expect(why);
        }
        for network in self.engine.networks_labelled(label, value).await.expect(why) {
            self.engine.remove_network(&network.name).await.expect(why);
        }
    }

    /// The playbook's file.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// One run: how long the program took, and its report. A run that takes longer than `within` says why itself.
    async fn run(&self, within: &str) -> (Duration, Report) {
        let mut command = tokio::process::Command::new(&*OPENBELL);
        command
            .arg("run")
            .arg(&self.file)
            .args(["--within", within])
            .arg("--reports")
            .arg(self.directory.path().join("reports"));
        let (took, output) = succeeds(&mut command).await;
        let place = String::from_utf8(output.stdout).expect("the place of the report is text");
        let report = fs::read(place.trim()).expect("the report is where the program says");
        (took, serde_json::from_slice(&report).expect("the report fits its type"))
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        let mut down = Command::new(&*OPENBELL);
        let ended = down.arg("down").arg(&self.file).stderr(Stdio::null()).status();
        if !ended.is_ok_and(|status| status.success()) {
            eprintln!("containers, network or images of {} may be left on the engine", self.name);
        }
    }
}

/// The checked-in rehearsal under another name and port, its gateway ready at once, without the watch at its end.
fn own_rehearsal(name: &str, port: u16) -> Value {
    let text =
        fs::read_to_string(format!("{HOME}/playbooks/rehearsal.yaml")).expect("the rehearsal is checked in");
    let mut playbook: Value = serde_yaml::from_str(&text).expect("the rehearsal is YAML");
    playbook["name"] = json!(name);
    playbook["connection"]["address"] = json!(format!("127.0.0.1:{port}"));
    let containers = &mut playbook["containers"];
    containers["gateway"]["command"] = json!(["--script", "ready"]);
    containers["gateway"]["ports"] = json!([format!("127.0.0.1:{port}:4002")]);
    for key in ["gateway", "bot"] {
        containers[key]["build"]["context"] = json!(format!("{HOME}/docker/sim-{key}"));
    }
    let steps = playbook["steps"].as_array_mut().expect("a playbook has steps");
    steps.retain(|step| step["do"].get("stable").is_none());
    playbook
}

/// The figure, and where the time of the median run went.
pub(crate) async fn measure(stage: &Stage) -> (Figure, String) {
    // Builds the images: as long as the disk takes.
    stage.run("90s").await;
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        stage.clear("openbell.playbook", &stage.name).await;
        runs.push(stage.run("20s").await);
    }
    stage.clear("openbell.playbook", &stage.name).await;
    runs.sort_by_key(|(took, _)| *took);
    let (took, report) = &runs[RUNS / 2];
    let shares = shares(*took, report);
    let spread = Spread::of(runs.iter().map(|(took, _)| *took).collect());
    let figure = Figure {
        name: NAME,
        measured: spread.median_and_max(),
        target: Target::median(&spread, LIMIT),
        how: format!(
            "wall clock of the program's `run` of playbooks/rehearsal.yaml with `--script ready`, without `steady`; \
             images there, containers and network not; report written; {RUNS} runs"
        ),
    };
    (figure, shares)
}

/// The steps by their time, longest first, and what is left for the program's start and the report.
fn shares(took: Duration, report: &Report) -> String {
    let mut steps: Vec<(&str, f64)> =
        report.steps.iter().map(|step| (step.id.as_str(), step.took_ms)).collect();
    let rest = took.as_secs_f64() * 1e3 - steps.iter().map(|(_, ms)| ms).sum::<f64>();
    steps.sort_by(|one, other| other.1.total_cmp(&one.1));
    let steps = steps.iter().map(|(id, ms)| format!("{id} {ms:.1} ms"));
    let rest = format!("start, last look and report {rest:.1} ms");
    steps.chain([rest]).collect::<Vec<_>>().join(", ")
}
