//! What Compose refuses, `openbell init` refuses with its place; what it takes is carried over or told, key by key.

use std::path::Path;
use std::process::Command;

use crate::support::command::{Ended, openbell, project};

fn write(text: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("compose.yaml"), text).unwrap();
    directory
}

fn init(directory: &Path, more: &[&str]) -> Ended {
    let mut command = openbell(&[&["init", "--no-input", "--from-compose", "compose.yaml"], more].concat());
    command.current_dir(directory).output().unwrap().into()
}

/// The playbook of a compose file that Compose takes too; what was said about it.
fn made(text: &str) -> (String, String) {
    let directory = write(text);
    assert!(composes(directory.path()), "{text}");
    let ended = init(directory.path(), &[]);
    assert_eq!(ended.code, 0, "{text}{}", ended.stderr);
    (std::fs::read_to_string(directory.path().join("playbook.yaml")).unwrap(), ended.stderr)
}

/// Whether Compose itself takes the file.
fn composes(directory: &Path) -> bool {
    let mut command = Command::new("bash");
    command.arg(project().join("tests/parts/compose.sh")).args(["-f", "compose.yaml", "config", "--quiet"]);
    command.current_dir(directory).output().unwrap().status.success()
}

#[test]
fn what_compose_would_not_start_is_refused_where_it_stands() {
    let web = "services:\n  web:\n    image: web:1\n";
    let cases: &[(&str, &str, &str)] = &[
        ("command: up\nshort: Start things\n", "compose::unknown_key", ":1:1"),
        (&format!("{web}    enviroment: {{A: b}}\n"), "did you mean `environment`?", ":4:5"),
        (&format!("{web}    healthcheck: {{tests: [CMD, x]}}\n"), "compose::unknown_key", ":4:19"),
        (&format!("{web}    build: {{contex: .}}\n"), "did you mean `context`?", ":4:13"),
        (&format!("{web}    ports: [{{target: 80, publish: 80}}]\n"), "compose::unknown_key", ":4:26"),
        (
            &format!("{web}    volumes: [{{type: bind, src: /a, target: /a}}]\n"),
            "compose::unknown_key",
            ":4:28",
        ),
        (&format!("{web}networks: {{front: {{drivr: bridge}}}}\n"), "did you mean `driver`?", ":4:20"),
        (&format!("{web}    ports: 80\n"), "`ports` is a list", ":4:12"),
        (&format!("{web}    labels: one\n"), "`labels` is a list or a mapping", ":4:13"),
        ("services:\n  web:\n    image: [web, web:1]\n", "`image` is one value", ":3:12"),
        ("services:\n  web:\n    ports: [\"80:80\"]\n", "compose::no_image", ":2:3"),
        (&format!("{web}    networks: [front]\n"), "the network front", ":4:16"),
        (&format!("{web}    secrets: [key]\n"), "the secret key", ":4:15"),
        (&format!("{web}    configs: [key]\n"), "the config key", ":4:15"),
        (&format!("{web}    depends_on: [db]\n"), "the service db", ":4:18"),
        (&format!("{web}    depends_on: [web]\n"), "web → web", ":2:3"),
        (
            "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [c]}\n  c: {image: x, depends_on: [b]}\n",
            "b → c → b",
            ":3:3",
        ),
        (
            &format!("{web}    depends_on: {{db: {{condition: service_health}}}}\n  db: {{image: db}}\n"),
            "`service_health` is nothing that web can wait for",
            ":4:18",
        ),
        (&format!("{web}    env_file: [web.env]\n"), "compose::env_file_missing", ":4:16"),
    ];
    for (text, says, place) in cases {
        let directory = write(text);
        assert!(!composes(directory.path()), "{text}");
        let ended = init(directory.path(), &[]);
        assert_eq!(ended.code, 3, "{text}{}", ended.stderr);
        assert!(ended.stderr.contains(says), "{text}{}", ended.stderr);
        assert!(ended.stderr.contains(&format!("compose.yaml{place}]")), "{text}{}", ended.stderr);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "{text}");
    }
}

#[test]
fn a_file_without_a_service_becomes_no_playbook() {
    let directory = write("x-common: {a: b}\n");
    let ended = init(directory.path(), &[]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stderr.contains("compose::no_services"), "{}", ended.stderr);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let directory = write("services:\n  a:\n    imag: x\n    comand: y\n  b:\n    image: x\n    ports: 80\n");
    let ended = init(directory.path(), &[]);
    assert!(ended.stderr.contains("has 3 problems"), "{}", ended.stderr);
}

#[test]
fn services_of_profiles_that_are_off_and_what_newer_versions_know_are_no_problem() {
    let (_, told) = made(
        "services:\n  a: {image: \"x:1\"}\n  b: {profiles: [other], networks: [nowhere], env_file: no.env}\n",
    );
    assert!(told.contains("b: its profiles are off"), "{told}");
    // Of a later Compose than the one that is asked.
    let directory = write("services:\n  a:\n    image: x:1\n    pre_start: [{command: [true]}]\n");
    let ended = init(directory.path(), &[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("a.pre_start: a playbook has no word for it"), "{}", ended.stderr);
}

#[test]
fn options_deep_in_a_file_are_told_and_never_dropped() {
    let (text, told) = made(
        "services:\n  a:\n    image: x:1\n    restart: on-failure:3\n    depends_on: {b: {condition: service_started, restart: true}}\n    healthcheck: {test: [CMD, look], start_interval: 1s}\n    networks: {default: {aliases: [also]}}\n  b:\n    image: x:1\n    restart: sometimes\n    volumes: [\"data:/data\", \"plain:/plain\"]\nvolumes:\n  data: {driver_opts: {type: none, o: bind, device: /srv}}\n  plain: {driver: local}\nnetworks:\n  default: {driver: bridge, ipam: {config: [{subnet: 10.9.0.0/24}]}}\n",
    );
    for line in [
        "compose.yaml:4: a.restart: on-failure:3:",
        "compose.yaml:5: a.depends_on.b.restart:",
        "compose.yaml:6: a.healthcheck.start_interval:",
        "compose.yaml:7: a.networks.default.aliases:",
        "compose.yaml:10: b.restart: sometimes:",
        "compose.yaml:13: volumes.data.driver_opts:",
        "compose.yaml:16: networks.default.ipam:",
    ] {
        assert!(told.contains(&format!("not carried over: {line}")), "{line}\n{told}");
        assert!(text.contains(&format!("#   {line}")), "{line}\n{text}");
    }
    assert_eq!(told.matches("not carried over").count(), 7, "{told}");
}
