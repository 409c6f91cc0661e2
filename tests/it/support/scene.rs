//! A gateway's container in some state, and what `openbell diagnose` says of it.

use std::any::Any;
use std::net::TcpStream;
use std::process::Command;
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::command::{Ended, container_binary, project};
use super::stack::{IMAGE, Stack};

/// Debian with Python, as a bot's base image would be.
const PYTHON: &str = "openbell-parts/python:latest";
/// Longer than an engine takes for anything here.
const PATIENCE: Duration = Duration::from_mins(2);
/// Told by the time of day, whatever else is wrong.
const BY_THE_CLOCK: &str = "gateway::maintenance";

/// A stack, and what has to live as long as it.
pub struct Scene {
    pub stack: Stack,
    kept: Mutex<Vec<Box<dyn Any + Send>>>,
}

impl Scene {
    pub fn new(what: &str) -> Self {
        let stack = Stack::new(what);
        stack.write("scene.py", include_str!("scene.py"));
        Self { stack, kept: Mutex::default() }
    }

    pub fn keep(&self, what: impl Any + Send) {
        self.kept.lock().unwrap().push(Box::new(what));
    }

    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.stack.port)
    }

    /// Publishes this port of the container at the stack's address.
    pub fn publishing(&self, port: u16) -> String {
        format!("127.0.0.1:{}:{port}", self.stack.port)
    }

    /// Makes a container of the stack; what the engine said.
    pub fn make(&self, verb: &[&str], key: &str, options: &[&str], image: &[&str]) -> String {
        let (name, label) = (self.stack.container(key), format!("openbell.playbook={}", self.stack.name));
        let mut command = verb.to_vec();
        command.extend(["--name", &name, "--label", &label]);
        command.extend(options);
        command.extend(image);
        self.stack.docker(&command)
    }

    /// Runs the simulated gateway, published as it should be.
    pub fn gateway(&self, options: &[&str], arguments: &[&str]) {
        let published = self.publishing(4002);
        let options = [&["-p", &published], options].concat();
        let said = self.make(&["run", "-d"], "gateway", &options, &[&[IMAGE], arguments].concat());
        assert_eq!(said.trim().len(), 64, "{said}");
    }

    /// Runs a gateway whose script is this, and waits until it says so.
    pub fn scripted(&self, script: &str, says: &str) {
        self.gateway(&[], &["--script", script]);
        self.logged("gateway", says);
    }

    /// Runs things of `scene.py` as the gateway, with this port published.
    pub fn things(&self, options: &[&str], port: u16, things: &[&str]) {
        self.begin(options, port, things);
        self.logged("gateway", "everything goes on");
    }

    /// The same without waiting for them.
    pub fn begin(&self, options: &[&str], port: u16, things: &[&str]) {
        python_image();
        let published = self.publishing(port);
        let scene = format!("{}:/scene.py:ro", self.stack.directory.path().join("scene.py").display());
        let binary = format!("{}:/openbell:ro", container_binary().display());
        let options = [&["-p", &published, "-v", &scene, "-v", &binary], options].concat();
        let image = [&[PYTHON, "python3", "/scene.py"], things].concat();
        let said = self.make(&["run", "-d"], "gateway", &options, &image);
        assert_eq!(said.trim().len(), 64, "{said}");
    }

    /// The network of the playbook, for containers that are made by hand.
    pub fn network(&self) -> String {
        let network = format!("{}_default", self.stack.name);
        self.stack.docker(&["network", "create", &network]);
        network
    }

    /// A bot of the stack that reaches the gateway by its name on the network, and is connected.
    pub fn bot(&self, key: &str, network: &str, id: &str) {
        let client = format!("CLIENT_ID={id}");
        self.bot_with(key, network, &["-e", &client, "-e", "GATEWAY_HOST=gateway"]);
        self.logged(key, "Bot operational in safe mode");
    }

    pub fn bot_with(&self, key: &str, network: &str, options: &[&str]) {
        let safe = ["--network", network, "-e", "DRY_RUN=true", "-e", "TRADING_MODE=paper"];
        let options = [&safe[..], &["--entrypoint", "/openbell"], options].concat();
        let said = self.make(&["run", "-d"], key, &options, &[IMAGE, "sim", "bot"]);
        assert_eq!(said.trim().len(), 64, "{said}");
    }

    /// Waits until a container has logged this.
    pub fn logged(&self, key: &str, part: &str) {
        let name = self.stack.container(key);
        until(&format!("{key} logs {part}"), || {
            let log = self.stack.docker(&["logs", &name]);
            log.contains(part).then_some(()).ok_or(log)
        });
    }

    /// Waits until the engine shows this of the gateway.
    pub fn shows(&self, format: &str, wanted: impl Fn(&str) -> bool) {
        until(format, || {
            let shown = self.inspect(format);
            wanted(&shown).then_some(()).ok_or(shown)
        });
    }

    pub fn inspect(&self, format: &str) -> String {
        let name = self.stack.container("gateway");
        self.stack.docker(&["inspect", "-f", format, &name]).trim().to_owned()
    }

    /// Clients that connect and leave without a word.
    pub fn visit(&self, times: usize) {
        for _ in 0..times {
            drop(TcpStream::connect(self.address()).unwrap());
        }
    }

    /// The program in this stack's directory; `@address@` and `@name@` stand for the stack's own.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let own =
            |text: &&str| text.replace("@address@", &self.address()).replace("@name@", &self.stack.name);
        let arguments: Vec<String> = arguments.iter().map(own).collect();
        self.stack.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }
}

/// Waits until it is so; panics with what was there instead.
fn until(what: &str, so: impl Fn() -> Result<(), String>) {
    let began = Instant::now();
    while let Err(instead) = so() {
        assert!(began.elapsed() < PATIENCE, "not in time: {what}; instead: {instead}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn python_image() {
    static MADE: OnceLock<()> = OnceLock::new();
    MADE.get_or_init(|| {
        let made = Command::new("bash").arg(project().join("tests/parts/python-image.sh")).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    });
}

/// What `diagnose --json` printed.
pub struct Examined {
    pub ended: Ended,
    pub json: Value,
}

impl Examined {
    pub fn by(command: &mut Command) -> Self {
        let ended: Ended = command.output().unwrap().into();
        let json = serde_json::from_str(&ended.stdout).unwrap_or(Value::Null);
        Self { ended, json }
    }

    /// `certain gateway::wedged` and so on, in the order in which they are told.
    pub fn causes(&self) -> Vec<String> {
        let causes = self.json["causes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let told = causes.iter().map(|cause| {
            let (certainty, code) = (cause["certainty"].as_str(), cause["why"]["code"].as_str());
            format!("{} {}", certainty.unwrap(), code.unwrap())
        });
        told.filter(|told| !told.ends_with(BY_THE_CLOCK)).collect()
    }
}
