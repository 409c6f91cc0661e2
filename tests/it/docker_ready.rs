//! The `ready` step against real containers: ends that need no deadline, both stages of being gone, and the rungs above
//! a request.

use crate::support::stack::{Ran, Stack};

const READY: &str = "{ id: api, within: 30s, do: { ready: {} } }";

/// Runs the usual playbook with this step in place of its `ready`, and nothing behind it.
fn alone(stack: &Stack, script: &str, step: &str) -> Ran {
    let text = include_str!("support/stack.yaml");
    let behind = text.split(READY).nth(1).unwrap();
    stack.playbook(script, &[(READY, step), (behind, "\n"), ("    hold_until: [api, safety]\n", "")]);
    stack.run()
}

#[test]
fn a_log_in_that_cannot_succeed_ends_the_wait_at_once_with_its_code() {
    let rows = [
        ("login-failed", "gateway::login_failed"),
        ("locked", "gateway::locked"),
        ("two-factor-timeout:2s", "gateway::two_factor_timed_out"),
    ];
    for (script, code) in rows {
        let stack = Stack::new("ends");
        let ran = alone(&stack, script, READY);
        ran.exits(1);
        assert_eq!(ran.code("api"), code);
        let took = ran.step("api")["took_ms"].as_f64().unwrap();
        assert!(took < 10_000.0, "{script}: {took} ms of 30 s");
        assert!(ran.step("api")["failure"].get("deadline").is_none(), "{script}");
    }
}

#[test]
fn a_port_is_gone_when_the_container_has_stopped_and_not_before() {
    let stack = Stack::new("gonetcp");
    let gone = "{ id: api, within: 2s, do: { ready: { until: gone } } }";
    let ran = alone(&stack, "ready", gone);
    ran.exits(124);
    assert_eq!(ran.code("api"), "broker::still_running");

    let gateway = stack.container("gateway");
    let waits = "{ id: api, within: 30s, do: { ready: { until: gone } } }";
    let started = "  - { id: gateway, do: { start: { container: gateway } } }\n";
    let text = std::fs::read_to_string(stack.directory.path().join("playbook.yaml")).unwrap();
    stack.write("playbook.yaml", &text.replace(gone, waits).replace(started, ""));
    let arguments = ["run", "playbook.yaml", "--json", "--events", "events.jsonl"];
    let run = stack.command(&arguments).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let events = stack.directory.path().join("events.jsonl");
    while !std::fs::read_to_string(&events).unwrap_or_default().contains("broker::still_running") {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    stack.docker(&["stop", &gateway]);
    let output = run.wait_with_output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{report}");
    let step = report["steps"].as_array().unwrap().iter().find(|step| step["id"] == "api").unwrap();
    assert_eq!(step["facts"]["gone"], "nothing listens");
}

#[test]
fn a_session_is_gone_when_its_client_id_is_free() {
    let stack = Stack::new("gonesession");
    let gone = "{ id: up, within: 30s, do: { ready: {} } }\n  \
                - { id: api, within: 3s, do: { ready: { until: gone, stage: session } } }";
    let free = alone(&stack, "ready", gone);
    free.exits(0);
    assert_eq!(free.step("api")["facts"]["gone"], "the client id is free");
    let held = alone(&stack, "in-use:101", gone);
    held.exits(124);
    assert_eq!(held.code("api"), "broker::still_held");
}

#[test]
fn farms_and_data_are_waited_for() {
    let stack = Stack::new("stages");
    let farms = "{ id: api, within: 30s, do: { ready: { stage: farms } } }";
    let ran = alone(&stack, "ready", farms);
    ran.exits(0);
    let highest = |ran: &Ran| ran.step("api")["rungs"].as_array().unwrap().last().unwrap()["rung"].clone();
    assert_eq!(highest(&ran), "farms", "{}", ran.ended.stderr);
    let data = alone(&stack, "ready", "{ id: api, within: 30s, do: { ready: { stage: data } } }");
    data.exits(0);
    assert!(data.step("api")["facts"]["bars"].as_u64().unwrap() > 0);
    assert_eq!(highest(&data), "data");
    // Broken for ten seconds, and then not.
    let late = alone(&stack, "farms-broken:0s", farms);
    late.exits(0);
    let waits = late.step("api")["waits"].as_array().unwrap().clone();
    assert!(waits.iter().any(|wait| wait["code"] == "broker::farms_unknown"), "{}", late.ended.stderr);
    assert_eq!(highest(&late), "farms", "{}", late.ended.stderr);
}

#[test]
fn the_bot_is_the_highest_rung() {
    let stack = Stack::new("botstage");
    let bot = "  - { id: bot, within: 20s, do: { start: { container: bot } } }\n";
    let up = format!("{bot}  - {{ id: up, within: 30s, do: {{ ready: {{ stage: bot }} }} }}\n");
    stack.playbook("ready", &[(bot, &up)]);
    let ran = stack.run();
    ran.exits(0);
    assert_eq!(ran.step("up")["facts"]["strategy"], "C");
    assert_eq!(ran.step("up")["rungs"].as_array().unwrap().last().unwrap()["rung"], "bot");
}
