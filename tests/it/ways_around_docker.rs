//! Ways around the interlock that take a real engine: what an entry point does, what a link leads to, who else runs, and
//! a playbook that changes under a run.

use std::process::Child;

use crate::insync;
use crate::support::stack::{IMAGE, Stack};

/// The Python bot with this shell line before it.
fn with_entry(what: &str, line: &str, drop: &[&str]) -> Stack {
    let entry = format!("    entrypoint: {}\n    env: {{ IBKR_HOST", serde_json::json!(["sh", "-c", line]));
    let mut changes = vec![("    env: { IBKR_HOST", entry.as_str())];
    changes.extend(drop.iter().map(|line| (*line, "")));
    insync::stack(what, "ready", &changes)
}

const NO_ENV: &str = "  - { id: env, do: { env: { container: bot } } }\n";
const NO_ABSENT: &str = "  - { id: absent, do: { absent: { container: bot, path: /data/gameplan.json } } }\n";

#[test]
fn a_value_that_an_entry_point_exports_before_it_gives_up_root_is_seen() {
    // The container's own root may not look into a process of another user.
    let line = "export DRY_RUN=false; exec python3 -c \"import os; os.setgid(1000); os.setuid(1000); os.execvp('python3', ['python3', '-u', '/bot.py'])\"";
    let stack = with_entry("gosu", line, &[NO_ENV]);
    let ran = stack.run();
    ran.exits(4);
    assert!(ran.ended.stderr.contains("DRY_RUN is `false`"), "{}", ran.ended.stderr);
    assert!(ran.ended.stdout.contains("/proc/*/environ"), "{}", ran.ended.stdout);
    assert!(!stack.is_running("bot"));
    assert_eq!(stack.openbell(&["down", "playbook.yaml"]).code, 0);
}

#[test]
fn a_gameplan_behind_a_link_to_memory_is_seen_from_the_inside() {
    let line = "ln -s /dev/shm /data; echo '{}' >/data/gameplan.json; exec python3 -u /bot.py";
    let stack = with_entry("memory", line, &[NO_ABSENT]);
    let ran = stack.run();
    ran.exits(4);
    assert!(ran.ended.stderr.contains("/data/gameplan.json exists in the container"), "{}", ran.ended.stderr);
    assert!(!stack.is_running("bot"));
    assert_eq!(stack.openbell(&["down", "playbook.yaml"]).code, 0);
}

#[cfg(unix)]
#[test]
fn a_mount_that_brings_the_gameplan_keeps_the_bot_from_starting() {
    let from = "    stop_grace: 5s\n    hold_until";
    let volumes = "    volumes: [\"./plans:/data:ro\"]\n    stop_grace: 5s\n    hold_until";
    let stack = Stack::new("mount");
    stack.playbook("ready", &[(from, volumes)]);
    let plans = stack.directory.path().join("plans");
    std::fs::create_dir(&plans).unwrap();
    let plan = plans.join("gameplan.json");
    let refused = |how: &str| {
        let ran = stack.run();
        ran.exits(4);
        assert_eq!(ran.code("bot"), "safety::present", "{how}: {}", ran.ended.stderr);
        assert!(!stack.is_running("bot"), "{how}");
    };
    std::fs::write(&plan, "{}").unwrap();
    refused("a file in a mounted directory");
    std::fs::remove_file(&plan).unwrap();
    std::os::unix::fs::symlink("/elsewhere/plan.json", &plan).unwrap();
    refused("a link in a mounted directory, wherever it leads");
    std::fs::remove_file(&plan).unwrap();
    std::fs::create_dir(&plan).unwrap();
    refused("a directory of that name");
    std::fs::remove_dir(&plan).unwrap();
    stack.run().exits(0);
    // It appears while the bot runs: the next look stops it.
    std::fs::write(&plan, "{}").unwrap();
    stack.run().exits(4);
    assert!(!stack.is_running("bot"));
}

/// A container that nobody declared; removed at the end.
struct Second<'a>(&'a Stack, String);

impl Drop for Second<'_> {
    fn drop(&mut self) {
        self.0.docker(&["rm", "-f", &self.1]);
    }
}

#[test]
fn a_second_bot_beside_the_stack_stops_the_first() {
    let stack = Stack::new("second");
    stack.playbook("ready", &[]);
    stack.run().exits(0);
    let second = Second(&stack, format!("{}-by-hand", stack.name));
    let network = format!("{}_default", stack.name);
    let arguments = ["run", "-d", "--name", &second.1, "--network", &network, "-e", "DRY_RUN=false", IMAGE];
    stack.docker(&arguments);
    let ran = stack.run();
    ran.exits(4);
    assert!(
        ran.ended.stderr.contains(&format!("the container {} runs the image", second.1)),
        "{}",
        ran.ended.stderr
    );
    assert!(!stack.is_running("bot"));
    assert!(stack.is_running("by-hand"), "it is not ours to stop");
    drop(second);
    stack.run().exits(0);
}

#[test]
fn a_second_bot_in_the_gateways_own_network_stops_the_first() {
    let stack = Stack::new("inside");
    stack.playbook("ready", &[]);
    stack.run().exits(0);
    let second = Second(&stack, format!("{}-by-hand", stack.name));
    let network = format!("container:{}", stack.container("gateway"));
    let bot = ["--entrypoint", "/openbell", IMAGE, "sim", "gateway", "--listen", "127.0.0.1:4999"];
    stack.docker(&[&["run", "-d", "--name", &second.1, "--network", &network][..], &bot].concat());
    assert!(stack.is_running("by-hand"), "{}", stack.docker(&["logs", &second.1]));
    let ran = stack.run();
    ran.exits(4);
    assert!(
        ran.ended.stderr.contains(&format!("the container {} runs the image", second.1)),
        "{}",
        ran.ended.stderr
    );
    assert!(!stack.is_running("bot"));
    drop(second);
}

#[test]
fn a_shell_that_cannot_be_run_does_not_hide_what_an_entry_point_exports() {
    let line = "ln -sf /bin/false /bin/sh; export DRY_RUN=false; exec python3 -u /bot.py";
    let stack = with_entry("false", line, &[NO_ENV]);
    let ran = stack.run();
    ran.exits(4);
    let told = format!("{}{}", ran.ended.stdout, ran.ended.stderr);
    assert!(told.contains("safety::unusable_shell") || told.contains("DRY_RUN is `false`"), "{told}");
    assert!(!stack.is_running("bot"));
}

#[cfg(target_os = "linux")]
#[test]
fn what_an_entry_point_exports_is_seen_from_outside_where_there_is_no_shell() {
    use std::os::unix::fs::MetadataExt;
    // Only root may look.
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return;
    }
    let line = "rm -f /bin/sh; export DRY_RUN=false; exec python3 -u /bot.py";
    let stack = with_entry("noshell", line, &[NO_ENV]);
    let ran = stack.run();
    ran.exits(4);
    assert!(ran.ended.stderr.contains("DRY_RUN is `false`"), "{}", ran.ended.stderr);
    assert!(!stack.is_running("bot"));
}

/// Ends a run that is still going on.
struct Going(Child);

impl Drop for Going {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_playbook_that_is_edited_under_a_run_changes_nothing_of_it() {
    let stack = Stack::new("edited");
    stack.playbook("mute:4s", &[]);
    let file = stack.directory.path().join("playbook.yaml");
    let before = std::fs::read_to_string(&file).unwrap();
    let after = before
        .replace("DRY_RUN: \"true\"", "DRY_RUN: \"false\"")
        .replace("accounts", "account")
        .replace("hold_until: [api, safety]", "held: false")
        .replace("absent: [ { container: bot, path: /data/gameplan.json } ]", "read_only: false");
    assert_ne!(before, after);
    let mut going = Going(stack.command(&["run", "playbook.yaml"]).spawn().unwrap());
    while !stack.is_running("gateway") {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(!stack.is_running("bot"), "the gateway is mute");
    std::fs::write(&file, &after).unwrap();
    assert_eq!(going.0.wait().unwrap().code(), Some(0));
    let env = stack.docker(&["inspect", "-f", "{{json .Config.Env}}", &stack.container("bot")]);
    assert!(env.contains("DRY_RUN=true") && !env.contains("false"), "{env}");
    // The next run reads it, and refuses.
    let ran = stack.openbell(&["run", "playbook.yaml"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("safety::not_safe"), "{}", ran.stderr);
}

#[test]
fn a_process_that_hides_from_everybody_keeps_the_bot_from_running() {
    // PR_SET_DUMPABLE 0: not even root in the container may look, nor its own user. A name of the runtime's is no way around.
    for name in ["bot", "runc:[2:INIT]"] {
        let hides = format!(
            "import ctypes, runpy; c = ctypes.CDLL(None); c.prctl(15, b'{name}', 0, 0, 0); c.prctl(4, 0, 0, 0, 0); runpy.run_path('/bot.py', run_name='__main__')"
        );
        let stack = with_entry("hides", &format!("exec python3 -u -c \"{hides}\""), &[NO_ENV]);
        let ran = stack.run();
        ran.exits(4);
        assert!(ran.report.to_string().contains("safety::unreadable_process"), "{}", ran.ended.stderr);
        assert!(!stack.is_running("bot"), "{name}");
        assert_eq!(stack.openbell(&["down", "playbook.yaml"]).code, 0);
    }
}
