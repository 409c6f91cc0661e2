//! What hurts around a playbook: each rule finds what it is for, and says nothing of a stack that is well.

use std::path::Path;

use openbell::document::Problems;
use openbell::lint::{Examined, RULES, lint};
use serde_json::Value;

use crate::support::command::{openbell, project, run};

/// A stack in which nothing hurts.
pub(crate) const GOOD: &str = r#"name: algo
services:
  gateway:
    image: ghcr.io/gnzsnz/ib-gateway:10.37.1n
    restart: "no"
    stop_grace_period: 90s
    environment:
      TWS_USERID: ${TWS_USERID}
      TWS_PASSWORD_FILE: /run/secrets/tws
      TRADING_MODE: ${TRADING_MODE:-paper}
      AUTO_RESTART_TIME: "11:45 PM"
      EXISTING_SESSION_DETECTED_ACTION: primary
      VNC_SERVER_PASSWORD: ${VNC_SERVER_PASSWORD:-}
      TWS_MASTER_CLIENT_ID: "100"
    ports:
      - "127.0.0.1:4001:4003"
      - "127.0.0.1:4002:4004"
      - "127.0.0.1:5900:5900"
    healthcheck:
      test: ["CMD", "/openbell", "probe", "--address", "127.0.0.1:4002"]
  bot:
    image: bot:1
    restart: always
    command: ["python", "-m", "bot", "--pwd-file", "/run/secrets/x"]
    environment:
      DRY_RUN: "true"
      IB_CLIENT_ID: "100"
    depends_on:
      gateway:
        condition: service_healthy
  monitor:
    image: monitor:1
    environment: { IB_CLIENT_ID: "110" }
"#;

const EXTRANGE: &str = r#"services:
  ibkr:
    image: ghcr.io/extrange/ibkr:10.37
    stop_grace_period: 2m
    environment:
      USERNAME: someone
      PASSWORD: ${PASSWORD:-hunter2}
      IBC_TradingMode: paper
      IBC_ExistingSessionDetectedAction: primary
    ports: ["127.0.0.1:8888:8888", "127.0.0.1:6080:6080"]
"#;

const PLAYBOOK: &str = "version: 1\nname: algo\nclient_ids: { bot: 100, monitor: 110 }\nsteps: []\n";

pub(crate) struct Stack {
    directory: tempfile::TempDir,
}

impl Stack {
    pub(crate) fn with(compose: &str) -> Self {
        let stack = Self { directory: tempfile::tempdir().unwrap() };
        stack.file("compose.yaml", compose).file(".env", "TWS_USERID=someone\n");
        stack
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> &Self {
        std::fs::write(self.directory.path().join(name), text).unwrap();
        self
    }

    /// Code, file name, line, and the message of every finding.
    pub(crate) fn findings(&self) -> Vec<(String, String, usize, String)> {
        let files = lint(&[self.directory.path().to_owned()], |_| None);
        assert!(files.iter().all(|file| file.read), "{files:?}");
        findings(&files)
    }

    pub(crate) fn codes(&self) -> Vec<String> {
        self.findings().into_iter().map(|(code, ..)| code).collect()
    }
}

fn findings(files: &[Examined]) -> Vec<(String, String, usize, String)> {
    let name = |file: &str| Path::new(file).file_name().unwrap().to_string_lossy().into_owned();
    let located =
        files.iter().filter_map(|file| file.problems.as_ref()).flat_map(|found: &Problems| &found.located);
    let tell = located.map(|one| {
        let problem = &one.problem;
        (problem.code.clone(), name(&one.file), one.from.unwrap().0.line, problem.message.clone())
    });
    tell.collect()
}

#[test]
fn a_stack_that_is_well_has_no_finding() {
    let stack = Stack::with(GOOD);
    stack
        .file("playbook.yaml", PLAYBOOK)
        .file("jts.ini", "[IBGateway]\nTrustedIPs=127.0.0.1\nApiOnly=true\n")
        .file("config.ini", "TradingMode=paper\nAutoRestartTime=09:05 PM\nExistingSessionDetectedAction=primary\n# TradingMode=live\n");
    assert_eq!(stack.findings(), []);
    assert_eq!(Stack::with(EXTRANGE).findings(), []);
}

#[test]
fn what_the_project_ships_has_no_finding() {
    for directory in ["playbooks", "docker/try-your-bot"] {
        let files = lint(&[project().join(directory)], |_| None);
        assert!(!files.is_empty() && files.iter().all(|file| file.read), "{files:?}");
        let mut found = findings(&files);
        // An example names the image that everyone begins with.
        found.retain(|(code, file, ..)| (code.as_str(), file.as_str()) != ("lint::moving_tag", "paper.yaml"));
        assert_eq!(found, [], "{directory}");
    }
}

/// A rule, what of the good stack becomes what, and a part of the line that is pointed at.
const BAD: &[(&str, &str, &str, &str)] = &[
    (
        "port_only_health",
        "[\"CMD\", \"/openbell\", \"probe\", \"--address\", \"127.0.0.1:4002\"]",
        "nc -z localhost 4002",
        "nc -z",
    ),
    (
        "port_only_health",
        "[\"CMD\", \"/openbell\", \"probe\", \"--address\", \"127.0.0.1:4002\"]",
        "[\"CMD-SHELL\", \"bash -c '</dev/tcp/127.0.0.1/4002'\"]",
        "/dev/tcp",
    ),
    ("stop_grace", "    stop_grace_period: 90s\n", "", "gateway:"),
    ("stop_grace", "90s", "30s", "30s"),
    ("port_mapping", "4002:4004", "4002:4002", "4002:4002"),
    ("public_port", "127.0.0.1:4002:4004", "4002:4004", "4002:4004"),
    ("public_port", "127.0.0.1:5900", "0.0.0.0:5900", "5900"),
    ("vnc_without_password", "ghcr.io/gnzsnz/ib-gateway:10.37.1n", "acme/ib-gateway:1", "5900:5900"),
    ("client_id_clash", "\"110\"", "\"100\"", "100"),
    ("client_id_zero", "IB_CLIENT_ID: \"100\"", "IB_CLIENT_ID: \"0\"", "\"0\""),
    ("blank_variable", "${TWS_USERID}", "${TWS_USER}", "TWS_USER"),
    ("blank_variable", "TWS_PASSWORD_FILE: /run/secrets/tws", "TWS_PASSWORD:", "TWS_PASSWORD"),
    ("unset_variable", "DRY_RUN: \"true\"", "DRY_RUN: \"true\"\n      X: ${NOPE}", "NOPE"),
    ("quoted_value", "\"11:45 PM\"", "'\"11:45 PM\"'", "11:45"),
    ("restart_time", "11:45 PM", "9:05 PM", "9:05"),
    ("restart_time", "11:45 PM", "23:45", "23:45"),
    ("live", "${TRADING_MODE:-paper}", "live", "live"),
    ("live", "${TRADING_MODE:-paper}", "both", "both"),
    ("password_in_arguments", "\"--pwd-file\", \"/run/secrets/x\"", "\"--pw=hunter2\"", "command"),
    (
        "password_in_arguments",
        "\"--pwd-file\", \"/run/secrets/x\"",
        "\"postgres://bob:hunter2@db/x\"",
        "command",
    ),
    (
        "restart_with_2fa",
        "restart: \"no\"\n    stop_grace_period: 90s\n    environment:\n",
        "restart: always\n    stop_grace_period: 90s\n    environment:\n      TWOFA_TIMEOUT_ACTION: restart\n",
        "restart: always",
    ),
    ("moving_tag", ":10.37.1n", ":stable", ":stable"),
    ("moving_tag", ":10.37.1n", "", "image:"),
    ("moving_tag", "bot:1", "bot:latest", "bot:latest"),
    ("existing_session", "ACTION: primary", "ACTION: manual", "manual"),
    ("not_dry_run", "DRY_RUN: \"true\"", "DRY_RUN: \"false\"", "DRY_RUN"),
    (
        "start_order",
        "gateway:\n        condition: service_healthy",
        "gateway: { condition: service_started }",
        "gateway",
    ),
];

#[test]
fn each_rule_finds_what_it_is_for_and_nothing_else_does() {
    for (rule, from, to, pointed) in BAD {
        assert!(GOOD.contains(from), "{from}");
        let compose = GOOD.replacen(from, to, 1);
        let findings = Stack::with(&compose).findings();
        let codes: Vec<&str> = findings.iter().map(|finding| finding.0.as_str()).collect();
        assert_eq!(codes, [format!("lint::{rule}")], "{to}: {findings:?}");
        let (_, file, line, _) = &findings[0];
        assert_eq!(file, "compose.yaml");
        let line = compose.lines().nth(line - 1).unwrap();
        assert!(line.contains(pointed), "{rule} points at {line:?}, not at {pointed:?}");
    }
}

#[test]
fn the_other_image_has_its_own_facts() {
    for (from, to, code) in [
        ("      IBC_TradingMode: paper\n", "", "lint::live"),
        ("      IBC_ExistingSessionDetectedAction: primary\n", "", "lint::existing_session"),
        ("8888:8888", "4002:4002", "lint::port_mapping"),
        ("PASSWORD: ${PASSWORD:-hunter2}", "PASSWORD: ${PASSWORD}", "lint::blank_variable"),
    ] {
        assert_eq!(Stack::with(&EXTRANGE.replace(from, to)).codes(), [code], "{from} -> {to}");
    }
    let open = EXTRANGE.replace("\"127.0.0.1:6080:6080\"", "\"6080:6080\"");
    assert_eq!(Stack::with(&open).codes(), ["lint::public_port", "lint::vnc_without_password"]);
}

#[test]
fn every_rule_has_a_bad_case_here() {
    let here = concat!(include_str!("lint.rs"), include_str!("lint_settings.rs"));
    for rule in RULES {
        let name = rule.code.strip_prefix("lint::").unwrap();
        let shown =
            here.contains(&format!("\"{name}\"")) || here.contains(&format!("vec![\"{}\"", rule.code));
        assert!(shown, "{}", rule.code);
    }
}

fn linted(stack: &Stack, arguments: &[&str]) -> crate::support::command::Ended {
    let mut command = openbell(&[&["lint"], arguments, &["compose.yaml"]].concat());
    command.current_dir(stack.directory.path()).env_remove("TWS_USERID").output().unwrap().into()
}

#[test]
fn people_see_the_line_and_no_secret() {
    let compose = GOOD
        .replace("4002:4004", "4002:4002")
        .replace("TWS_PASSWORD_FILE: /run/secrets/tws", "TWS_PASSWORD: Tr0ub4dor")
        .replace("\"--pwd-file\", \"/run/secrets/x\"", "\"--pw=hunter2\"");
    let stack = Stack::with(&compose);
    let ran = linted(&stack, &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(!ran.stderr.contains("hunter2") && !ran.stderr.contains("Tr0ub4dor"), "{}", ran.stderr);
    insta::assert_snapshot!("lint_text", ran.stderr);
    for format in ["json", "sarif", "github"] {
        let ran = linted(&stack, &["--format", format]);
        assert_eq!(ran.code, 1);
        assert!(!ran.stdout.contains("hunter2") && !ran.stdout.contains("Tr0ub4dor"), "{}", ran.stdout);
        assert!(ran.stdout.contains("port_mapping"), "{}", ran.stdout);
    }
    let github = linted(&stack, &["--format", "github"]).stdout;
    assert!(github.contains("::error file=compose.yaml,line=17,endLine=17,col=9,"), "{github}");
    let json: Value = serde_json::from_str(&linted(&stack, &["--format", "json"]).stdout).unwrap();
    let file = |name: &str| {
        json["files"].as_array().unwrap().iter().find(|file| file["file"] == name).cloned().unwrap()
    };
    assert_eq!((&file("compose.yaml")["count"], &file("compose.yaml")["valid"]), (&2.into(), &false.into()));
    assert_eq!(file("compose.yaml")["problems"][0]["severity"], "error");
    let sarif: Value = serde_json::from_str(&linted(&stack, &["--format", "sarif"]).stdout).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 2);
}

#[test]
fn a_file_that_cannot_be_read_is_told_in_every_format() {
    let stack = Stack::with("services: [");
    for format in ["json", "sarif", "github"] {
        let ran = linted(&stack, &["--format", format]);
        assert_eq!(ran.code, 3, "{}", ran.stderr);
        let told = ran.stdout.replace("%3A", ":");
        assert!(told.contains("compose.yaml") && told.contains("compose::"), "{format}: {told}");
    }
}

#[test]
fn of_an_env_file_the_place_is_shown_and_no_value() {
    let stack =
        Stack::with(&GOOD.replace(
            "environment:\n      DRY_RUN: \"true\"",
            "env_file: bot.env\n    environment:\n      X: y",
        ));
    stack.file("bot.env", "MY_PIN=4711\nDRY_RUN=no\n");
    let ran = linted(&stack, &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("bot.env:2:") && ran.stderr.contains("MY_PIN=****"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("4711"), "{}", ran.stderr);
}

#[test]
fn exit_codes_tell_errors_warnings_and_files_that_cannot_be_read() {
    let warned = Stack::with(&GOOD.replace("90s", "30s"));
    assert_eq!(linted(&warned, &[]).code, 0);
    assert_eq!(linted(&warned, &["--strict"]).code, 1);
    assert_eq!(linted(&Stack::with(GOOD), &["--strict"]).code, 0);
    assert_eq!(linted(&Stack::with("services: ["), &[]).code, 3);
    assert_eq!(run(&["lint", "/nowhere/compose.yaml"]).code, 3);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(run(&["lint", empty.path().to_str().unwrap()]).code, 2);
}
