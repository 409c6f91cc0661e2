//! A bot that nobody here wrote the client of: Python, `ib_insync` 0.9.86, text protocol, in its own container.

use std::process::Command;

use crate::support::command::project;
use crate::support::stack::Stack;

/// A stack whose bot is the Python one; the image it is built from is made first.
pub fn stack(what: &str, script: &str, more: &[(&str, &str)]) -> Stack {
    let made = Command::new("bash").arg(project().join("tests/parts/python-image.sh")).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let stack = Stack::new(what);
    let build = format!("    build: {{ context: \"{}\" }}", project().join("docker/insync-bot").display());
    let mut changes = vec![
        (
            "    image: openbell-test/sim:latest\n    entrypoint: [\"/openbell\", \"sim\", \"bot\"]",
            build.as_str(),
        ),
        (
            "GATEWAY_HOST: gateway, GATEWAY_PORT: \"4002\", CLIENT_ID: \"100\"",
            "IBKR_HOST: gateway, IBKR_PORT: \"4002\", IBKR_CLIENT_ID: \"100\"",
        ),
        (
            "  - { id: gateway, do",
            "  - { id: bot-image, do: { image: { container: bot } } }\n  - { id: gateway, do",
        ),
        (
            "command: [\"/openbell\", \"--version\"], contains: openbell",
            "command: [\"python3\", \"--version\"], contains: \"Python 3.11\"",
        ),
    ];
    changes.extend(more);
    stack.playbook(script, &changes);
    stack
}

#[test]
fn a_value_that_an_entry_point_exports_is_seen_and_stops_the_bot() {
    let entry = "    entrypoint: [\"sh\", \"-c\", \"DRY_RUN=false python3 -u /bot.py & wait\"]\n    env:";
    // The step that would look is left out: the last look of the run has to see it.
    let no_step = ("  - { id: env, do: { env: { container: bot } } }\n", "");
    let stack =
        stack("export", "ready", &[("    env: { IBKR_HOST", &format!("{entry} {{ IBKR_HOST")), no_step]);
    let ran = stack.run();
    ran.exits(4);
    // Right after the start, or at the last look when the entry point took its time.
    let at_the_start = &ran.step("bot")["failure"]["why"];
    let why = if at_the_start.is_null() { &ran.report["why"] } else { at_the_start };
    assert_eq!(why["code"], "safety::env", "{}", ran.ended.stderr);
    assert!(why["evidence"].to_string().contains("/proc/*/environ"), "{why}");
    assert!(!stack.is_running("bot"));
    assert_eq!(stack.openbell(&["down", "playbook.yaml"]).code, 0);
}

#[test]
fn an_ib_insync_bot_comes_up_in_its_safe_state() {
    let stack = stack("insync", "mute:2s", &[]);
    let ran = stack.run();
    ran.exits(0);
    let log = stack.docker(&["logs", &stack.container("bot")]);
    let lines = [
        "Environment: DRY_RUN=true",
        "Gateway connection config: gateway:4002 (clientId=100, timeout=60s)",
        "Gateway check attempt 1/30",
        "IBKR Gateway connected successfully",
        "Account: DU1234567 (Paper Trading)",
        "Connection established, client ID: 100",
        "No gameplan file found at /data/gameplan.json",
        "Defaulting to Strategy C (Cash Preservation)",
        "Strategy C active: No trading, monitoring only",
        "Bot operational in safe mode",
    ];
    let mut rest = log.as_str();
    for line in lines {
        let at = rest.find(line).unwrap_or_else(|| panic!("`{line}` is missing or out of order in {log}"));
        rest = &rest[at..];
    }
    let gateway = stack.docker(&["logs", &stack.container("gateway")]);
    assert!(gateway.contains("client 100 is connected, version 176"), "{gateway}");
    let seen = ran.step("env")["facts"]["seen_by"].to_string();
    assert!(
        seen.contains("/proc/*/environ"),
        "a container with `cat` shows what its first process has: {seen}"
    );
    assert_eq!(stack.openbell(&["down", "playbook.yaml"]).code, 0);
}
