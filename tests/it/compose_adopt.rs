//! A project that Compose brought up, adopted by openbell: nothing is changed, and what differs is left to Compose.

use std::process::Command;

#[cfg(unix)]
use openbell::event::{EntryKind, Loss};

use crate::support::command::project;
use crate::support::stack::{IMAGE, Stack};
#[cfg(unix)]
use crate::support::watched::Watched;

/// A Compose project of a gateway and a bot; removed at the end whatever happened.
struct Project {
    stack: Stack,
}

impl Project {
    fn up(what: &str) -> Self {
        let project = Self { stack: Stack::new(what) };
        project.write("DRY_RUN: true");
        project.stack.write("bot.env", "FROM_FILE='a $literal'\nDB_PASSWORD=hush hush\n");
        project.compose(&["up", "--detach"]);
        project
    }

    fn write(&self, environment: &str) {
        let (name, port) = (&self.stack.name, self.stack.port);
        let text = format!(
            "name: {name}\nservices:\n  gateway:\n    image: {IMAGE}\n    command: [\"--script\", \"ready\"]\n    ports: [\"127.0.0.1:{port}:4002\"]\n    stop_grace_period: 1s\n    volumes: [\"state:/state\", \"./bot.env:/etc/bot.env:ro\"]\n  bot:\n    image: {IMAGE}\n    entrypoint: [\"/openbell\", \"sim\", \"bot\"]\n    env_file: bot.env\n    environment:\n      GATEWAY_HOST: gateway\n      GATEWAY_PORT: 4002\n      CLIENT_ID: 100\n      TRADING_MODE: paper\n      {environment}\n    depends_on: [gateway]\n    stop_grace_period: 1s\nvolumes:\n  state:\n"
        );
        self.stack.write("compose.yaml", &text);
    }

    fn try_compose(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = Command::new("bash");
        command.arg(project().join("tests/parts/compose.sh")).arg("-f");
        command.arg(self.stack.directory.path().join("compose.yaml")).args(arguments).output().unwrap()
    }

    fn compose(&self, arguments: &[&str]) {
        let output = self.try_compose(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Makes a playbook, with a shorter window to watch.
    fn init(&self, arguments: &[&str]) {
        let ended = self.stack.openbell(&[&["init", "--no-input", "--force"], arguments].concat());
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        let text = std::fs::read_to_string(self.stack.directory.path().join("playbook.yaml")).unwrap();
        self.stack.write("playbook.yaml", &text.replace("stable: { for: 5m }", "stable: { for: 1s }"));
    }

    fn ids(&self) -> String {
        self.stack.docker(&[
            "ps",
            "-aq",
            "--filter",
            &format!("label=com.docker.compose.project={}", self.stack.name),
        ])
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        self.try_compose(&["down", "--volumes", "--timeout", "1"]);
    }
}

#[test]
fn services_named_by_reference_are_adopted_and_never_recreated() {
    let project = Project::up("byref");
    project.init(&["--from-compose", "compose.yaml", "--by-reference"]);
    let before = project.ids();
    let ran = project.stack.run();
    ran.exits(0);
    assert_eq!(ran.report["changes"], 0, "{}", ran.ended.stderr);
    assert_eq!(project.ids(), before);

    let bot = format!("{}-bot-1", project.stack.name);
    project.stack.docker(&["stop", &bot]);
    let ran = project.stack.run();
    ran.exits(0);
    assert_eq!(ran.step("bot")["changes"][0], format!("container {bot} started"));
    assert_eq!(project.ids(), before);

    project.write("DRY_RUN: true\n      EXTRA: 1");
    let ran = project.stack.run();
    ran.exits(1);
    assert_eq!(ran.code("bot"), "container::foreign");
    assert!(ran.ended.stderr.contains("env EXTRA"), "{}", ran.ended.stderr);
    assert!(ran.ended.stderr.contains("docker compose -f"), "{}", ran.ended.stderr);
    assert!(!ran.ended.stderr.contains("hush"), "{}", ran.ended.stderr);
    assert_eq!(project.ids(), before);
}

#[test]
fn services_are_known_by_their_labels_whatever_their_containers_are_called() {
    let project = Project::up("labels");
    project.init(&["--from-compose", "compose.yaml", "--by-reference"]);
    let name = &project.stack.name;
    for service in ["gateway", "bot"] {
        // As Compose called them before its second version.
        let old = format!("{name}_{service}_1");
        project.stack.docker(&["rename", &format!("{name}-{service}-1"), &old]);
    }
    let before = project.ids();
    let planned = project.stack.openbell(&["plan", "playbook.yaml"]);
    assert_eq!(planned.code, 0, "{}{}", planned.stdout, planned.stderr);
    let ran = project.stack.run();
    ran.exits(0);
    assert_eq!(ran.report["changes"], 0, "{}", ran.ended.stderr);
    assert_eq!(project.ids(), before);
    project.stack.docker(&["stop", &format!("{name}_bot_1")]);
    let ran = project.stack.run();
    ran.exits(0);
    assert_eq!(ran.step("bot")["changes"][0], format!("container {name}_bot_1 started"));
    assert_eq!(project.ids(), before);
}

#[cfg(unix)]
#[test]
fn services_are_watched_under_the_names_that_the_engine_tells_once_it_is_up() {
    let project = Project::up("watched");
    project.init(&["--from-compose", "compose.yaml", "--by-reference"]);
    let (name, directory) = (&project.stack.name, project.stack.directory.path());
    let text = std::fs::read_to_string(directory.join("playbook.yaml")).unwrap();
    let watch = "maintenance: { replace: true }\nwatch: { prove: 5s, engine: 1s }\n";
    project.stack.write("playbook.yaml", &format!("{text}\n{watch}"));
    for service in ["gateway", "bot"] {
        let old = format!("{name}_{service}_1");
        project.stack.docker(&["rename", &format!("{name}-{service}-1"), &old]);
    }
    // As at the start of a machine: the engine comes later.
    let socket = directory.join("docker.sock");
    let engine = format!("unix://{}", socket.display());
    let mut watch = Watched::begin(&project.stack, &[("DOCKER_HOST", &engine)]);
    watch.next("word of the engine", |kind| matches!(kind, EntryKind::NeedsPerson { .. }));
    std::os::unix::fs::symlink("/var/run/docker.sock", &socket).unwrap();
    watch.operational();
    project.stack.docker(&["kill", &format!("{name}_bot_1")]);
    let lost = watch.lost();
    assert!(
        matches!(&lost.kind, EntryKind::Lost { what: Loss::Container(key), .. } if key == "bot"),
        "{lost:?}"
    );
    watch.recovered();
    assert_eq!(watch.terminate(), Some(0));
}

#[test]
fn a_running_project_becomes_a_playbook_that_changes_nothing() {
    let project = Project::up("running");
    project.init(&["--from-running", &project.stack.name]);
    let text = std::fs::read_to_string(project.stack.directory.path().join("playbook.yaml")).unwrap();
    assert!(text.contains("DB_PASSWORD: { file: secrets/db_password }") && !text.contains("hush"), "{text}");
    std::fs::create_dir(project.stack.directory.path().join("secrets")).unwrap();
    project.stack.write("secrets/db_password", "hush hush");
    let before = project.ids();
    let ran = project.stack.run();
    ran.exits(0);
    assert_eq!(ran.report["changes"], 0, "{}", ran.ended.stderr);
    assert_eq!(project.ids(), before);
    let missing =
        project.stack.openbell(&["init", "--no-input", "--from-running", "no-such-project", "x.yaml"]);
    assert!(missing.code == 1 && missing.stderr.contains("init::no_project"), "{}", missing.stderr);
}

#[test]
fn a_running_bot_that_the_engine_starts_again_is_not_adopted() {
    let project = Project { stack: Stack::new("again") };
    project.write("DRY_RUN: true\n    restart: unless-stopped");
    project.stack.write("bot.env", "");
    project.compose(&["up", "--detach"]);
    for from in [
        &["--from-running", project.stack.name.as_str()][..],
        &["--from-compose", "compose.yaml", "--by-reference"],
    ] {
        let ended = project.stack.openbell(&[&["init", "--no-input"], from].concat());
        assert_eq!(ended.code, 4, "{}", ended.stderr);
        assert!(
            ended.stderr.contains("bot.restart") && ended.stderr.contains("unless-stopped"),
            "{}",
            ended.stderr
        );
        assert!(!project.stack.directory.path().join("playbook.yaml").exists());
    }
}

#[test]
fn what_stands_in_the_compose_file_does_not_stand_in_the_playbook_too() {
    let project = Project { stack: Stack::new("beside") };
    project.write("DRY_RUN: true");
    project.stack.write("bot.env", "");
    let before = |container: &str| {
        format!(
            "version: 1\nname: beside\nconnection: {{ address: \"127.0.0.1:4002\", client_id: [1] }}\ncontainers:\n  bot: {{ {container} }}\nsteps:\n  - {{ id: engine, do: {{ engine: {{}} }} }}\n"
        )
    };
    let mut told = String::new();
    for container in [
        "compose: { file: compose.yaml, service: bot }, image: other",
        "compose: { file: compose.yaml, service: robot }",
        "compose: { file: missing.yaml, service: bot }",
    ] {
        project.stack.write("playbook.yaml", &before(container));
        let ended = project.stack.openbell(&["validate", "playbook.yaml"]);
        assert_eq!(ended.code, 3, "{}", ended.stderr);
        told.push_str(&ended.stderr.replace(&project.stack.directory.path().display().to_string(), "@"));
    }
    insta::assert_snapshot!("compose_beside", told);
    project
        .stack
        .write("playbook.yaml", &before("compose: { file: compose.yaml, service: bot }, stop_grace: 20s"));
    let ended = project.stack.openbell(&["validate", "playbook.yaml"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}
