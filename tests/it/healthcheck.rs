//! The probe as what it is made for: the health check of a container, on a real Docker engine, from the fragment that
//! `--print-healthcheck` prints.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::command::{container_binary, project, run};
use crate::support::stack::{IMAGE, Stack};

const PYTHON: &str = "openbell-parts/python:latest";

fn fragment(arguments: &[&str]) -> String {
    let ended = run(&[&["probe", "--print-healthcheck"], arguments].concat());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    ended.stdout
}

/// A Compose project of a simulated gateway and what else is declared; removed at the end whatever happened.
struct Project {
    stack: Stack,
}

impl Project {
    /// A gateway that plays this script under our own check, which has this long for an answer, and more services.
    fn new(what: &str, script: &str, timeout: &str, more: &str) -> Self {
        let project = Self { stack: Stack::new(what) };
        std::fs::copy(container_binary(), project.stack.directory.path().join("openbell")).unwrap();
        let services = format!(
            "services:\n  ib-gateway:\n    image: {IMAGE}\n    command: [\"--script\", \"{script}\"]\n    stop_grace_period: 1s\n{more}"
        );
        project.stack.write("compose.yaml", &services);
        let mut shorter = fragment(&["--timeout", timeout]);
        for (from, to) in [("interval: 30s", "interval: 1s"), ("start_period: 180s", "start_period: 1s")] {
            assert!(shorter.contains(from), "{shorter}");
            shorter = shorter.replacen(from, to, 1);
        }
        project.stack.write("healthcheck.yaml", &shorter);
        project
    }

    fn try_compose(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("bash");
        command.arg(project().join("tests/parts/compose.sh")).args(["-p", &self.stack.name]);
        for file in ["compose.yaml", "healthcheck.yaml"] {
            command.arg("-f").arg(self.stack.directory.path().join(file));
        }
        command.args(arguments).output().unwrap()
    }

    fn compose(&self, arguments: &[&str]) -> String {
        let output = self.try_compose(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn health(&self, service: &str) -> Value {
        let container = format!("{}-{service}-1", self.stack.name);
        let told = self.stack.docker(&["inspect", "-f", "{{json .State.Health}}", &container]);
        serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}"))
    }

    /// The health of a service once it is no longer starting; it was.
    fn settled(&self, service: &str) -> Value {
        let begun = Instant::now();
        loop {
            let health = self.health(service);
            if health["Status"] != "starting" {
                return health;
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "{service}: {health}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        self.try_compose(&["down", "--volumes", "--timeout", "1"]);
    }
}

/// What a check said the last time, and how it ended.
fn last(health: &Value) -> (i64, &str) {
    let last = health["Log"].as_array().unwrap().last().unwrap();
    (last["ExitCode"].as_i64().unwrap(), last["Output"].as_str().unwrap())
}

fn python_image() {
    let made = Command::new("bash").arg(project().join("tests/parts/python-image.sh")).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

/// A container of an image that has never heard of openbell, on the gateway's network, with this check.
fn beside(service: &str, check: &str) -> String {
    format!(
        "  {service}:\n    image: {PYTHON}\n    command: [\"python3\", \"-c\", \"import time; time.sleep(3600)\"]\n    \
         network_mode: \"service:ib-gateway\"\n    stop_grace_period: 1s\n    \
         volumes: [\"./openbell:/usr/local/bin/openbell:ro\"]\n    \
         healthcheck: {{ test: {check}, interval: 1s, timeout: 6s, retries: 2, start_period: 0s }}\n"
    )
}

#[test]
fn the_fragment_is_yaml_and_compose_understands_it() {
    let project = Project::new("fragment", "ready", "30s", "");
    project.stack.write("healthcheck.yaml", &fragment(&[]));
    let value: Value = serde_yaml::from_str(&project.compose(&["config"])).unwrap();
    let service = &value["services"]["ib-gateway"];
    let check = &service["healthcheck"];
    let test = ["CMD", "/usr/local/bin/openbell", "probe", "--address", "127.0.0.1:4002", "--timeout", "30s"];
    assert_eq!(check["test"], serde_json::json!(test));
    assert_eq!((&check["interval"], &check["timeout"]), (&"30s".into(), &"35s".into()));
    assert_eq!((&check["start_period"], &check["retries"]), (&"3m0s".into(), &3.into()));
    let volume = &service["volumes"][0];
    assert_eq!((&volume["target"], &volume["read_only"]), (&"/usr/local/bin/openbell".into(), &true.into()));

    let other = fragment(&["--address", "[::1]:4001", "--timeout", "1m", "--stage", "farms"]);
    project.stack.write("healthcheck.yaml", &other);
    let value: Value = serde_yaml::from_str(&project.compose(&["config"])).unwrap();
    let check = &value["services"]["ib-gateway"]["healthcheck"];
    let end = &check["test"].as_array().unwrap()[4..];
    assert_eq!(end, ["[::1]:4001", "--timeout", "1m", "--stage", "farms"]);
    assert_eq!(check["timeout"], "1m5s");
}

#[test]
fn the_lines_for_a_dockerfile_in_the_readme_are_the_same_check() {
    let stack = Stack::new("dockerfile");
    std::fs::copy(container_binary(), stack.directory.path().join("openbell")).unwrap();
    let readme = std::fs::read_to_string(project().join("README.md")).unwrap();
    let lines = readme.split_once("```dockerfile\n").unwrap().1.split_once("```").unwrap().0;
    stack.write("Dockerfile", &format!("FROM {IMAGE}\n{lines}"));
    let image = format!("{}:latest", stack.name);
    let built = stack.docker(&["build", "-t", &image, &stack.directory.path().to_string_lossy()]);
    let check = stack.docker(&["inspect", "-f", "{{json .Config.Healthcheck}}", &image]);
    stack.docker(&["rmi", "--no-prune=false", &image]);
    let check: Value = serde_json::from_str(&check).unwrap_or_else(|_| panic!("{built}{check}"));
    let printed: Value = serde_yaml::from_str(&fragment(&[])).unwrap();
    let printed = &printed["services"]["ib-gateway"]["healthcheck"];
    assert_eq!(check["Test"], printed["test"]);
    assert_eq!(check["Retries"], printed["retries"]);
    for (built, key) in [("Interval", "interval"), ("Timeout", "timeout"), ("StartPeriod", "start_period")] {
        let nanoseconds = check[built].as_u64().unwrap();
        assert_eq!(format!("{}s", nanoseconds / 1_000_000_000), printed[key], "{key}");
    }
}

#[test]
fn what_the_fragment_says_of_the_start_interval_is_so() {
    let project = Project::new("startival", "ready", "30s", "");
    let with = fragment(&[]).replace("# start_interval: 5s", "start_interval: 5s");
    project.stack.write("healthcheck.yaml", &with);
    assert!(project.compose(&["config"]).contains("start_interval: 5s"));
    let version = project.stack.docker(&["version", "-f", "{{.Server.APIVersion}}"]);
    let minor: u32 = version.trim().rsplit('.').next().unwrap().parse().unwrap();
    let made = project.try_compose(&["create"]);
    let said = String::from_utf8_lossy(&made.stderr).into_owned();
    // API 1.44 is Docker Engine 25.
    if minor >= 44 {
        assert!(made.status.success(), "{said}");
    } else {
        assert!(!made.status.success() && said.contains("can't set healthcheck.start_interval"), "{said}");
    }
}

#[test]
fn a_gateway_that_answers_late_goes_from_starting_to_healthy_by_the_handshake_it_has_pending() {
    python_image();
    let foreign = beside("foreign", "[CMD, openbell, probe, --timeout, 5s]");
    let project = Project::new("healthy", "mute:4s", "8s", &foreign);
    project.compose(&["up", "--detach"]);
    assert_eq!(project.health("ib-gateway")["Status"], "starting");
    let health = project.settled("ib-gateway");
    assert_eq!(health["Status"], "healthy", "{health}");
    let (code, said) = last(&health);
    assert_eq!((code, said.lines().count()), (0, 1), "{said}");
    assert!(said.starts_with("ready: request answered by 127.0.0.1:4002 in "), "{said}");
    assert!(said.contains("(server version 226, 1 account DU***567, next id "), "{said}");
    // The first check had to wait, and that was enough: none failed.
    assert_eq!(health["Log"].as_array().unwrap().len(), 1, "{health}");
    // The same file in an image of other people's.
    let health = project.settled("foreign");
    assert_eq!(health["Status"], "healthy", "{health}");
    assert!(last(&health).1.starts_with("ready: request answered by 127.0.0.1:4002 in "), "{health}");
}

#[test]
fn an_open_port_that_stays_mute_is_healthy_for_a_port_check_and_unhealthy_for_ours() {
    python_image();
    let connect = "import socket; socket.create_connection((\\\"127.0.0.1\\\", 4002), 3)";
    let others = beside("port-check", &format!("[CMD, python3, \"-c\", \"{connect}\"]"))
        + &beside("foreign", "[CMD, openbell, probe, --timeout, 1s]");
    let project = Project::new("mute", "never", "1s", &others);
    project.compose(&["up", "--detach"]);
    assert_eq!(project.settled("port-check")["Status"], "healthy");
    for service in ["ib-gateway", "foreign"] {
        let health = project.settled(service);
        assert_eq!(health["Status"], "unhealthy", "{health}");
        let (code, said) = last(&health);
        assert_eq!((code, said.lines().count()), (1, 1), "{said}");
        let why = "not ready: stands at tcp, no version frame: 127.0.0.1:4002 accepts but stays mute, after 1.0 s \
                   (broker::mute); openbell explain broker::mute\n";
        assert_eq!(said, why);
    }
    assert_eq!(project.settled("port-check")["Status"], "healthy");
}
