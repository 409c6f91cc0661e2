//! What somebody else does while a long step runs, on a real engine.

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::stack::{IMAGE, Stack};

fn has_begun(stack: &Stack, id: &str) -> bool {
    let events = std::fs::read_to_string(stack.directory.path().join("events.jsonl")).unwrap_or_default();
    events.lines().any(|line| line.contains("step_started") && line.contains(&format!("\"{id}\"")))
}

#[test]
fn a_gateway_that_comes_back_live_in_the_midst_of_a_step_stops_the_bot() {
    let stack = Stack::new("guard");
    stack.write("script.yaml", "version: 1\nphases: [{}]\n");
    let command =
        "command: [\"--script\", \"/script.yaml\"]\n    volumes: [\"./script.yaml:/script.yaml:ro\"]";
    let long = "  - { id: long, within: 2m, do: { log: { container: bot, contains: never } } }\n";
    let exec = "  - { id: exec, do: { exec: { container: bot, command: [\"/openbell\", \"--version\"], contains: openbell } } }\n";
    stack.playbook("ready", &[("command: [\"--script\", \"ready\"]", command), (exec, long)]);
    let mut run = stack.command(&["run", "playbook.yaml", "--json", "--events", "events.jsonl"]);
    let mut going = run.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    while !has_begun(&stack, "long") {
        assert!(going.try_wait().unwrap().is_none(), "the run is over");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(stack.is_running("bot"));
    // In place, so that the mount shows it.
    stack.write("script.yaml", "version: 1\ngateway: { accounts: [U7654321] }\nphases: [{}]\n");
    stack.docker(&["restart", "-t", "2", &stack.container("gateway")]);
    let restarted = Instant::now();
    while stack.is_running("bot") {
        assert!(restarted.elapsed() < Duration::from_mins(1), "the bot runs on beside a live account");
        std::thread::sleep(Duration::from_millis(20));
    }
    let ended = crate::support::command::Ended::from(going.wait_with_output().unwrap());
    assert_eq!(ended.code, 4, "{}", ended.stdout);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["why"]["code"], "safety::account", "{report}");
    assert!(report["why"]["evidence"].to_string().contains("proven again after"), "{report}");
    assert_eq!(report["stopped"][0]["container"], "bot", "{report}");
    assert_eq!(stack.openbell(&["down", "playbook.yaml"]).code, 0);
}

#[test]
fn a_bot_that_somebody_makes_unsafe_while_the_gateway_is_waited_for_ends_the_run() {
    let stack = Stack::new("byhand");
    stack.playbook("mute:3m", &[("id: api, within: 30s", "id: api, within: 2m")]);
    let mut run = stack.command(&["run", "playbook.yaml", "--json", "--events", "events.jsonl"]);
    let mut going = run.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    while !has_begun(&stack, "api") {
        assert!(going.try_wait().unwrap().is_none(), "the run is over");
        std::thread::sleep(Duration::from_millis(20));
    }
    let (network, mine) = (format!("{}_default", stack.name), format!("openbell.playbook={}", stack.name));
    let bot = stack.container("bot");
    let made =
        ["run", "-d", "--name", &bot, "--label", &mine, "--network", &network, "-e", "DRY_RUN=false", IMAGE];
    stack.docker(&made);
    let ended = crate::support::command::Ended::from(going.wait_with_output().unwrap());
    assert_eq!(ended.code, 4, "{}", ended.stdout);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["why"]["code"], "safety::env", "{report}");
    assert!(!stack.is_running("bot"));
}
