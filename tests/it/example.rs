//! The example for people who only want the simulator, brought up word by word with Compose.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::command::{container_binary, project};
use crate::support::http;
use crate::support::stack::free_port;

/// The example's folder with the binary in it, and its containers; removed at the end whatever happened.
struct Example {
    folder: tempfile::TempDir,
    name: String,
    gateway: u16,
    control: u16,
}

impl Example {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(project().join("docker/try-your-bot")).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
        std::fs::copy(container_binary(), folder.path().join("openbell")).unwrap();
        let name = format!("ob-example-{}", std::process::id());
        Self { folder, name, gateway: free_port(), control: free_port() }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Compose with these arguments; what it printed.
    fn compose(&self, arguments: &[&str]) -> String {
        let script: &Path = &project().join("tests/parts/compose.sh");
        let output = Command::new("bash")
            .arg(script)
            .args(["-p", &self.name, "-f"])
            .arg(self.path("compose.yaml"))
            .args(arguments)
            .env("SIM_SCRIPT", "mute:2s")
            .env("SIM_PORT", self.gateway.to_string())
            .env("SIM_CONTROL_PORT", self.control.to_string())
            .output()
            .unwrap();
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        said
    }

    /// Waits until the bot has said this so many times.
    fn bot_says(&self, part: &str, times: usize) {
        let started = Instant::now();
        loop {
            let log = self.compose(&["logs", "bot"]);
            if log.matches(part).count() >= times {
                return;
            }
            assert!(started.elapsed() < Duration::from_mins(1), "{times} times {part}:\n{log}");
        }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        self.compose(&["down", "--volumes", "--rmi", "local", "--timeout", "1"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_beside_the_simulator_survives_a_fault_on_demand() {
    let example = Example::new();
    example.compose(&["up", "--build", "--detach"]);
    example.bot_says("Bot operational in safe mode", 1);
    let control = format!("http://127.0.0.1:{}", example.control);
    let asked = http::client().post(format!("{control}/script")).body("drop:0s").send().await.unwrap();
    assert_eq!(asked.status(), reqwest::StatusCode::ACCEPTED);
    example.bot_says("Bot operational in safe mode", 2);
    let counters =
        http::client().get(format!("{control}/counters")).send().await.unwrap().text().await.unwrap();
    let counters: serde_json::Value = serde_json::from_str(&counters).unwrap();
    assert_eq!((&counters["sessions"], &counters["sessions_now"]), (&2.into(), &1.into()), "{counters}");
}
