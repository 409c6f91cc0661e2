//! The check list and its drills on a real engine, with the stand-ins.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::command::project;
use crate::support::stack::{Ran, Stack, free_port};

/// What follows the readiness of the gateway in the usual playbook.
const AFTER: &str = "  - { id: session, within: 20s, do: { session: {} } }\n  \
    - { id: account, within: 10s, do: { account: {} } }\n";

/// Listens to the starts and ends of a stack's containers. The engine itself remembers few events.
struct Lives(Child, PathBuf);

impl Lives {
    fn of(stack: &Stack) -> Self {
        let label = format!("label=openbell.playbook={}", stack.name);
        let path = stack.directory.path().join("lives");
        let listener = Command::new("docker")
            .args(["events", "--filter", "type=container", "--filter", &label])
            .args(["--filter", "event=start", "--filter", "event=die"])
            .args(["--format", "{{.Actor.Attributes.name}} {{.Action}}"])
            .stdout(File::create(&path).unwrap())
            .spawn()
            .unwrap();
        Self(listener, path)
    }

    /// What was heard: `bot start`, `gateway die`. The last one may take a moment to come.
    fn heard(&self, stack: &Stack) -> Vec<String> {
        std::thread::sleep(Duration::from_secs(1));
        let told = std::fs::read_to_string(&self.1).unwrap();
        told.lines().map(|line| line.replacen(&format!("{}-", stack.name), "", 1)).collect()
    }
}

impl Drop for Lives {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The shipped check list under this stack's name and at its ports.
fn acceptance(stack: &Stack, ibc: u16) {
    let text = std::fs::read_to_string(project().join("playbooks/acceptance.yaml")).unwrap();
    let docker = project().join("docker").display().to_string();
    let text = text
        .replace("name: acceptance", &format!("name: {}", stack.name))
        .replace("../docker", &docker)
        .replace("15002", &stack.port.to_string())
        .replace("15462", &ibc.to_string());
    stack.write("playbook.yaml", &text);
}

fn drill<'a>(ran: &'a Ran, id: &str, how: &str, within_ms: u64) -> &'a Value {
    let facts = &ran.step(id)["facts"];
    assert_eq!(facts["how"], how, "{id}: {facts}");
    let recovered = facts["recovered_in_ms"].as_u64().unwrap();
    assert!((1..within_ms).contains(&recovered), "{id}: {facts}");
    assert!(facts["downtime_ms"].as_u64().unwrap() <= recovered, "{id}: {facts}");
    assert!(facts["away_ms"]["bot"].as_u64().unwrap() <= recovered, "{id}: {facts}");
    let rungs: Vec<&str> =
        ran.step(id)["rungs"].as_array().unwrap().iter().map(|rung| rung["rung"].as_str().unwrap()).collect();
    for rung in ["tcp", "version", "accounts", "next_id", "request", "bot"] {
        assert!(rungs.contains(&rung), "{id}: {rungs:?}");
    }
    facts
}

#[test]
fn the_whole_check_list_is_green_within_a_minute() {
    let stack = Stack::new("accept");
    let lives = Lives::of(&stack);
    acceptance(&stack, free_port());
    let plan = stack.openbell(&["plan", "playbook.yaml", "--var", "window=5s"]);
    assert!(plan.stdout.contains("drill (soft): no new log-in"), "{}{}", plan.stdout, plan.stderr);

    let begun = Instant::now();
    let ended = stack.openbell(&["run", "playbook.yaml", "--json", "--var", "window=5s"]);
    let took = begun.elapsed();
    let report = serde_json::from_str(&ended.stdout).unwrap_or(Value::Null);
    let ran = Ran { ended, report };
    ran.exits(0);
    assert!(took < Duration::from_mins(1), "{took:?}");

    let steady = &ran.step("steady")["facts"];
    assert_eq!((&steady["drops"], &steady["restarts"], &steady["errors"]), (&0.into(), &0.into(), &0.into()));
    let healthy = &ran.step("all-healthy")["facts"];
    assert_eq!(healthy["healthy"], serde_json::json!(["gateway"]), "{healthy}");
    assert_eq!(ran.step("strategy")["facts"]["strategy"], "C");
    drill(&ran, "bot-restarts", "container", 30_000);
    drill(&ran, "bot-crashes", "kill", 30_000);
    let soft = drill(&ran, "gateway-soft", "soft", 30_000);
    assert!(soft["cost"].as_str().unwrap().starts_with("no new log-in"), "{soft}");
    let full = drill(&ran, "gateway-restarts", "container", 30_000);
    assert!(full["cost"].as_str().unwrap().starts_with("a new log-in"), "{full}");

    // The bot came back five times, and never ran while the gateway did not.
    let lives = lives.heard(&stack);
    assert_eq!(lives.iter().filter(|life| *life == "bot start").count(), 5, "{lives:?}");
    let (mut bot, mut gateway) = (false, false);
    for life in &lives {
        match life.as_str() {
            "bot start" => bot = true,
            "bot die" => bot = false,
            "gateway start" => gateway = true,
            "gateway die" => gateway = false,
            other => panic!("{other}"),
        }
        assert!(gateway || !bot, "the bot ran without a gateway: {lives:?}");
    }
    let down = stack.openbell(&["down", "playbook.yaml"]);
    assert_eq!(down.code, 0, "{}", down.stderr);
}

#[test]
fn a_stack_that_does_not_come_back_ends_with_124_and_the_last_reason() {
    let stack = Stack::new("drill-mute");
    let ibc = free_port();
    stack.write("script.yaml", "version: 1\non_restart:\n  - { clients: { door: mute } }\n");
    let command = "command: [\"--script\", \"/script.yaml\", \"--command-port\", \"0.0.0.0:7462\"]\n    \
        volumes: [\"./script.yaml:/script.yaml:ro\"]";
    let ports = format!("ports: [\"127.0.0.1:{ibc}:7462\", ");
    let connection = format!("timeout: 5s, ibc: \"127.0.0.1:{ibc}\" }}");
    let exec = "  - { id: exec, do: { exec: { container: bot, command: [\"/openbell\", \"--version\"], contains: openbell } } }\n";
    let drill = "  - { id: drill, do: { drill: { restart: gateway, how: soft, recover_within: 8s } } }\n";
    stack.playbook(
        "ready",
        &[
            ("command: [\"--script\", \"ready\"]", command),
            ("ports: [", &ports),
            ("timeout: 5s }", &connection),
            (exec, drill),
        ],
    );
    let ran = stack.run();
    ran.exits(124);
    assert_eq!(ran.code("drill"), "broker::mute");
    let failure = &ran.step("drill")["failure"];
    assert_eq!(failure["deadline"]["within_ms"], 8_000, "{failure}");
    assert!(ran.step("drill")["changes"][0].as_str().unwrap().contains("stopped: no proof"), "{failure}");
    assert!(!stack.is_running("bot"), "without a proof the bot stays down");
    assert!(stack.is_running("gateway"));
}

#[test]
fn a_live_account_is_never_drilled() {
    let stack = Stack::new("drill-live");
    let lives = Lives::of(&stack);
    let drill = "  - { id: drill, within: 40s, do: { drill: { restart: gateway, recover_within: 30s } } }\n";
    stack.playbook(
        "ready",
        &[("command: [\"--script\", \"ready\"]", "command: [\"--accounts\", \"U1234567\"]"), (AFTER, drill)],
    );
    let ran = stack.run();
    ran.exits(4);
    assert_eq!(ran.code("drill"), "safety::account");
    assert_eq!(ran.step("drill")["changes"].as_array().map_or(0, Vec::len), 0);
    assert_eq!(lives.heard(&stack), ["gateway start"], "nothing was disturbed, and no bot was started");
}

#[test]
fn a_gateway_that_is_killed_comes_back_and_so_does_the_bot() {
    let stack = Stack::new("drill-kill");
    let lives = Lives::of(&stack);
    let exec = "  - { id: exec, do: { exec: { container: bot, command: [\"/openbell\", \"--version\"], contains: openbell } } }\n";
    let drill = "  - { id: drill, do: { drill: { restart: gateway, how: kill, recover_within: 60s } } }\n";
    stack.playbook("mute:2s", &[(exec, drill)]);
    let ran = stack.run();
    ran.exits(0);
    self::drill(&ran, "drill", "kill", 60_000);
    assert_eq!(
        lives.heard(&stack),
        ["gateway start", "bot start", "bot die", "gateway die", "gateway start", "bot start"]
    );
}

#[test]
fn a_client_id_that_is_taken_is_told_with_its_holder() {
    let stack = Stack::new("holder");
    stack.playbook("ready", &[("client_id: [101, 102]", "client_id: [100, 101]")]);
    stack.run().exits(0);
    let again = stack.run();
    let facts = &again.exits(0).step("session")["facts"];
    assert_eq!(facts["client_id"], 101, "{facts}");
    assert_eq!(facts["client_ids_in_use"], serde_json::json!([100]), "{facts}");
    let holder = format!("sockets: connected to the API: the container {}", stack.container("bot"));
    assert_eq!(facts["held_by"], serde_json::json!(["ledger: 100 belongs to bot", holder]));
}
