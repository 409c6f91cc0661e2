//! A stack of its own on a real Docker engine for each test: names, ports and files that nobody else uses, removed at
//! the end whatever happened.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use super::command::{Ended, container_binary, openbell, project};

/// The image of the stand-ins; made once for each engine.
pub const IMAGE: &str = "openbell-test/sim:latest";

/// A playbook, its reports and its containers.
pub struct Stack {
    pub name: String,
    pub port: u16,
    pub directory: tempfile::TempDir,
    /// `DOCKER_HOST`, when it is not the usual engine.
    pub engine: Option<String>,
}

/// A port that is free, and stays so: below the range from which systems give ports to whoever asks for any.
pub fn free_port() -> u16 {
    static NEXT: OnceLock<AtomicU32> = OnceLock::new();
    let next = NEXT.get_or_init(|| AtomicU32::new(std::process::id() * 101));
    loop {
        let port = u16::try_from(16_384 + next.fetch_add(1, Ordering::Relaxed) % 16_000).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

impl Stack {
    /// A stack on the usual engine.
    pub fn new(what: &str) -> Self {
        Self::on(what, None)
    }

    /// A stack on the engine at this address.
    pub fn on(what: &str, engine: Option<String>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let stack = Self {
            name: format!("ob-{what}-{}-{count}", std::process::id()),
            port: free_port(),
            directory: tempfile::tempdir().unwrap(),
            engine,
        };
        stack.make_image();
        stack
    }

    /// The image of the stand-ins on this stack's engine.
    fn make_image(&self) {
        static USUAL: OnceLock<()> = OnceLock::new();
        let make = || {
            let context = project().join("docker/sim-gateway");
            let text = format!(
                "version: 1\nname: openbell-test-image\nconnection: {{ address: \"127.0.0.1:1\", client_id: [1] }}\n\
                 containers: {{ sim: {{ image: \"{IMAGE}\", build: {{ context: \"{}\", own_binary: true }} }} }}\n\
                 steps: [ {{ id: engine, do: {{ engine: {{}} }} }}, {{ id: image, do: {{ image: {{ container: sim }} }} }} ]\n",
                context.display()
            );
            self.write("image.yaml", &text);
            let ended = self.openbell(&["run", "image.yaml"]);
            assert_eq!(ended.code, 0, "{}", ended.stderr);
        };
        match self.engine {
            None => drop(USUAL.get_or_init(make)),
            Some(_) => make(),
        }
    }

    /// A playbook whose gateway runs this script, with these lines instead of the usual ones.
    pub fn playbook(&self, script: &str, changes: &[(&str, &str)]) -> &'static str {
        let mut text = include_str!("stack.yaml")
            .replace("@name@", &self.name)
            .replace("@port@", &self.port.to_string())
            .replace("@script@", script);
        for (from, to) in changes {
            assert!(text.contains(from), "nothing to replace: {from}");
            text = text.replace(from, to);
        }
        self.write("playbook.yaml", &text);
        "playbook.yaml"
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A command line of the program in this stack's directory.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = openbell(arguments);
        command.current_dir(self.directory.path()).env("OPENBELL_CONTAINER_BINARY", container_binary());
        if let Some(engine) = &self.engine {
            command.env("DOCKER_HOST", engine);
        }
        command
    }

    pub fn openbell(&self, arguments: &[&str]) -> Ended {
        self.command(arguments).output().unwrap().into()
    }

    /// Carries the playbook out.
    pub fn run(&self) -> Ran {
        let ended = self.openbell(&["run", "playbook.yaml", "--json"]);
        let report = serde_json::from_str(&ended.stdout).unwrap_or(Value::Null);
        Ran { ended, report }
    }

    /// The docker command line on this stack's engine; what it printed.
    pub fn docker(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("docker");
        if let Some(engine) = &self.engine {
            command.env("DOCKER_HOST", engine);
        }
        let output = command.args(arguments).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    }

    pub fn container(&self, key: &str) -> String {
        format!("{}-{key}", self.name)
    }

    pub fn is_running(&self, key: &str) -> bool {
        self.docker(&["inspect", "-f", "{{.State.Running}}", &self.container(key)]).trim() == "true"
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let mine = format!("label=openbell.playbook={}", self.name);
        let containers = self.docker(&["ps", "-aq", "--filter", &mine]);
        for id in containers.lines().filter(|line| line.len() == 12) {
            self.docker(&["rm", "-f", "-v", id]);
        }
        self.docker(&["network", "rm", &format!("{}_default", self.name)]);
    }
}

/// How a run went.
pub struct Ran {
    pub ended: Ended,
    pub report: Value,
}

impl Ran {
    pub fn step(&self, id: &str) -> &Value {
        let steps =
            self.report["steps"].as_array().unwrap_or_else(|| panic!("no report: {}", self.ended.stderr));
        steps.iter().find(|step| step["id"] == id).unwrap()
    }

    /// Code of the failure of a step.
    pub fn code(&self, id: &str) -> &str {
        let failure = &self.step(id)["failure"]["why"];
        failure["code"].as_str().unwrap_or_else(|| panic!("{id} did not fail: {}", self.ended.stderr))
    }

    /// Asserts the exit code, showing what was printed.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.ended.code, code, "{}", self.ended.stderr);
        self
    }
}
