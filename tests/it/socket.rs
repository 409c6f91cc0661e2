//! `docs/socket.md` against what is asked of the engine: every command is carried out through a door that notes its
//! requests, and the table has exactly these calls. What the page says of a read-only proxy holds of `plan`.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::insync;
use crate::support::command::project;
use crate::support::door::Door;
use crate::support::scene::Scene;
use crate::support::stack::{IMAGE, Ran, Stack};
use crate::support::watched::Watched;

/// The columns of the table.
const COMMANDS: [&str; 6] = ["plan", "run", "watch", "diagnose", "diagnose --fix all", "down"];

type Calls = BTreeMap<&'static str, BTreeSet<String>>;

/// Method and path with names and ids as the page writes them.
fn normal(request: &str) -> String {
    let (method, path) = request.split_once(' ').unwrap();
    let path = path.split('?').next().unwrap();
    let rules = [
        (r"^/containers/(?:[^/]+)(/\w+)$", "/containers/{name}$1"),
        (r"^/networks/[^/]+$", "/networks/{name}"),
        (r"^/images/.+/json$", "/images/{name}/json"),
        (r"^/exec/[^/]+(/\w+)$", "/exec/{id}$1"),
    ];
    let lists = ["/containers/json", "/containers/create", "/images/json", "/networks/create"];
    if lists.contains(&path) {
        return format!("{method} {path}");
    }
    for (from, to) in rules {
        let from = Regex::new(from).unwrap();
        if from.is_match(path) {
            return format!("{method} {}", from.replace(path, to));
        }
    }
    match (method, path.split('/').nth(1)) {
        ("DELETE", Some(kind @ ("containers" | "images"))) => format!("DELETE /{kind}/{{name}}"),
        _ => format!("{method} {path}"),
    }
}

/// The table of the page.
fn documented() -> Calls {
    let page = std::fs::read_to_string(project().join("docs/socket.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let rows: Vec<_> = rows.filter_map(|row| row.split_once("` |")).collect();
    let mut calls: Calls = COMMANDS.into_iter().map(|command| (command, BTreeSet::new())).collect();
    for (call, marks) in rows.into_iter().filter(|(call, _)| call.contains(" /")) {
        for (command, mark) in COMMANDS.into_iter().zip(marks.split('|')) {
            if mark.trim() == "x" {
                calls.get_mut(command).unwrap().insert(call.to_owned());
            }
        }
    }
    calls
}

fn note(calls: &mut Calls, command: &'static str, door: &Door) {
    let seen = door.requests();
    calls.entry(command).or_default().extend(seen.iter().map(|request| normal(request)));
}

/// Carries the command line out through a door.
fn through(stack: &Stack, calls: &mut Calls, command: &'static str, arguments: &[&str], code: i32) {
    let door = Door::open();
    let output = stack.command(arguments).env("DOCKER_HOST", &door.address).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    note(calls, command, &door);
}

/// A gateway whose settings `--fix all` mends, between a stop and a start; and one that it restarts.
fn mended(calls: &mut Calls) {
    let ini = "[Logon]\nLocale=en\n\n[IBGateway]\nApiOnly=true\nTrustedIPs=192.0.2.7\n";
    let wedged = ["once:/mark:--script half-open:0s", "forward:4004:4002"];
    let untrusted =
        ["copy:/given/jts.ini:/opt/ibkr/jts.ini", "sim:--jts-ini /opt/ibkr/jts.ini", "forward:4004:4002"];
    let cases: [(&[&str], &str); 2] =
        [(&untrusted, "ready at"), (&wedged, "requests are not answered any more")];
    for (things, says) in cases {
        let scene = Scene::new("socketfix");
        scene.stack.playbook("ready", &[]);
        let file = scene.stack.write("jts.ini", ini);
        let mount = format!("{}:/given/jts.ini:ro", file.display());
        scene.things(&["-v", &mount], 4004, things);
        scene.logged("gateway", says);
        let arguments = ["diagnose", "playbook.yaml", "--fix", "all", "--timeout", "2s", "--within", "60s"];
        let door = Door::open();
        let output = scene.command(&arguments).env("DOCKER_HOST", &door.address).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}");
        note(calls, "diagnose --fix all", &door);
    }
}

/// A stack that is watched from nothing on, beside a container of another making, and whose gateway and bot are lost: the
/// calls of all that.
fn watched() -> BTreeSet<String> {
    let stack =
        insync::stack("socketwatch", "ready", &[("  - { id: exec, do", DRILLS), ("within: 3m\n", QUICK)]);
    let label = format!("openbell.playbook={}", stack.name);
    let gateway = stack.container("gateway");
    let made = ["create", "--name", &gateway, "--label", &label, "--label", "openbell.spec=another", IMAGE];
    assert_eq!(stack.docker(&made).trim().len(), 64);
    let door = Door::open();
    let mut watch = Watched::begin(&stack, &[("DOCKER_HOST", &door.address)]);
    watch.operational();
    for key in ["gateway", "bot"] {
        stack.docker(&["kill", &stack.container(key)]);
        watch.recovered();
    }
    assert_eq!(watch.terminate(), Some(0));
    let mut calls = Calls::new();
    note(&mut calls, "watch", &door);
    calls.remove("watch").unwrap()
}

/// As often as it is asked for.
const QUICK: &str = "within: 3m\n\
    watch: { prove: 5s, recovery: [ { restart: { apart: 0s } } ], log_ins: { in_a_row: 50, at_most: 50 } }\n";
/// Disturbs everything, before the last step.
const DRILLS: &str = "  - { id: restarts, do: { drill: { restart: bot, how: kill, recover_within: 60s } } }\n  \
    - { id: steady, do: { stable: { for: 2s } } }\n  \
    - { id: gateway-restarts, do: { drill: { restart: gateway, how: container, recover_within: 60s } } }\n  \
    - { id: exec, do";

/// The calls of each command.
fn recorded() -> Calls {
    let mut calls = Calls::new();
    let stack = insync::stack("socket", "ready", &[("  - { id: exec, do", DRILLS)]);
    through(&stack, &mut calls, "plan", &["plan", "playbook.yaml"], 10);
    through(&stack, &mut calls, "run", &["run", "playbook.yaml"], 0);
    // Nothing is to be changed, but drills disturb.
    through(&stack, &mut calls, "plan", &["plan", "playbook.yaml"], 10);
    through(&stack, &mut calls, "diagnose", &["diagnose", "playbook.yaml"], 0);
    let address = format!("127.0.0.1:{}", stack.port);
    through(&stack, &mut calls, "diagnose", &["diagnose", "--address", &address], 0);
    through(&stack, &mut calls, "no call", &["probe", "--address", &address], 0);
    // Made anew, because they differ.
    let file = stack.directory.path().join("playbook.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("TRADING_MODE: paper }\n", "TRADING_MODE: paper, MORE: \"1\" }\n"))
        .unwrap();
    through(&stack, &mut calls, "plan", &["plan", "playbook.yaml"], 10);
    through(&stack, &mut calls, "run", &["run", "playbook.yaml"], 0);
    through(&stack, &mut calls, "down", &["down", "playbook.yaml"], 0);
    mended(&mut calls);
    calls
}

#[test]
fn the_page_names_the_calls_of_each_command_and_no_others() {
    // Side by side: both wait most of the time.
    let (mut recorded, watched) = std::thread::scope(|scope| {
        let watched = scope.spawn(watched);
        (recorded(), watched.join().unwrap())
    });
    recorded.insert("watch", watched);
    let documented = documented();
    assert_eq!(recorded["no call"], BTreeSet::new(), "`probe` asks no engine");
    let mut wrong = Vec::new();
    for command in COMMANDS {
        let (seen, told) = (&recorded[command], &documented[command]);
        wrong.extend(seen.difference(told).map(|call| format!("{command}: {call} is not on the page")));
        wrong.extend(told.difference(seen).map(|call| format!("{command}: {call} was never seen")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let changing = |call: &&String| !call.starts_with("GET ") && !call.starts_with("HEAD ");
    assert_eq!(recorded["plan"].iter().filter(changing).count(), 0, "`plan` needs no POST");
}

/// What the page's proxy lets pass: GET and HEAD, of these sections.
fn read_only(request: &str) -> bool {
    let sections = ["/version", "/containers", "/images", "/networks"];
    request.split_once(' ').is_some_and(|(method, path)| {
        ["GET", "HEAD"].contains(&method) && sections.iter().any(|section| path.starts_with(section))
    })
}

#[test]
fn plan_works_behind_a_read_only_proxy_and_run_is_refused_before_anything_changed() {
    let stack = Stack::new("proxy");
    stack.playbook("ready", &[]);
    stack.run().exits(0);
    let door = Door::guarded(read_only);
    let through = |arguments: &[&str]| -> Ran {
        let ended = stack.command(arguments).env("DOCKER_HOST", &door.address).output().unwrap().into();
        Ran { ended, report: serde_json::Value::Null }
    };
    through(&["plan", "playbook.yaml"]).exits(0);
    let changed = ("CLIENT_ID: \"100\"", "CLIENT_ID: \"104\"");
    stack.playbook("ready", &[changed, ("bot: 100", "bot: 104")]);
    through(&["plan", "playbook.yaml"]).exits(10);
    let ran = through(&["run", "playbook.yaml"]);
    assert_ne!(ran.ended.code, 0);
    assert!(ran.ended.stderr.contains("403"), "{}", ran.ended.stderr);
    assert!(stack.is_running("gateway"));
}
