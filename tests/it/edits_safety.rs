//! Ways around the list of what decides about safety, as somebody tired would find them: each needs approval.

use std::path::PathBuf;

use crate::support::command::{Ended, run};

const PLAYBOOK: &str = r#"version: 1
name: stack
vars: { DRY: "true", IMAGE: bot, PORT: "4002", GO: "yes" }
connection: { address: "127.0.0.1:${PORT}", client_id: [101], timeout: 60s }
strategy: { default: C, evidence: { container: bot } }
safety:
  accounts: ["DU*"]
  absent: [{ container: bot, path: /data/gameplan.json }, { host: ../data/gameplan.json }]
containers:
  gateway: { image: gateway, ports: ["127.0.0.1:4002:4004"], env: { TRADING_MODE: paper } }
  bot:
    image: "${IMAGE}"
    env: { DRY_RUN: "${DRY}", LEVEL: info, IBKR_HOST: gateway, WHERE: "${REGION:-eu}" }
    hold_until: [api, account, safety]
  monitor: { image: monitor, env: { INFO: "1" } }
steps:
  - { id: network, do: { network: {} } }
  - { id: gateway, do: { start: { container: gateway } } }
  - { id: api, do: { ready: {} } }
  - { id: account, do: { account: {} } }
  - { id: session, do: { session: {} } }
  - { id: bot, needs: [session], do: { start: { container: bot } } }
  - { id: plan, when: "vars.GO == \"yes\"", do: { absent: { container: bot, path: /data/gameplan.json } } }
  - { id: steady, do: { stable: { for: 5m } } }
"#;

struct Written {
    file: PathBuf,
    _directory: tempfile::TempDir,
}

fn written(text: &str) -> Written {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("night.yaml");
    std::fs::write(&file, text).unwrap();
    Written { file, _directory: directory }
}

fn set(file: &Written, change: &str) -> Ended {
    let (command, change) = change.strip_prefix("unset ").map_or(("set", change), |path| ("unset", path));
    run(&[command, file.file.to_str().unwrap(), change])
}

fn refused(text: &str, change: &str) {
    let file = written(text);
    let ended = set(&file, change);
    assert_eq!(ended.code, 4, "{change}: {}{}", ended.stdout, ended.stderr);
    assert!(ended.stderr.contains("edit::needs_approval"), "{change}: {}", ended.stderr);
    assert_eq!(std::fs::read_to_string(&file.file).unwrap(), text, "{change}");
}

#[test]
fn every_way_around_needs_approval() {
    for change in [
        "vars.DRY=false",
        "unset vars.DRY",
        "vars.IMAGE=evil",
        "vars.PORT=\"4001\"",
        "vars.GO=no",
        "matrix=[{id: a, vars: {DRY: \"false\"}}]",
        "matrix=[{id: a, vars: {PORT: \"7496\"}}]",
        "include=[more.yaml]",
        "env_file=[live.env]",
        "containers.bot.env.DRY_RUN=${DRY:-false}",
        "containers.bot.env.DRY_RUN=TRUE",
        "containers.bot.env={DRY_RUN: \"no\"}",
        "containers.bot.env.\"DRY_RUN\"=0",
        "containers.bot.env.IBKR_HOST=other",
        "containers.bot.env.WHERE=${REGION:-live}",
        "containers.bot.compose={file: docker-compose.yml, service: bot}",
        "unset containers.bot.hold_until",
        "containers.bot.hold_until=[api]",
        "containers.bot.held=false",
        "containers.monitor.held=false",
        "containers.monitor.restart=always",
        "containers.monitor.ports=[\"127.0.0.1:4002:80\"]",
        "containers.bot.volumes=[./gameplan.json:/data/gameplan.json]",
        "containers.bot.command=[run, --live]",
        "containers.gateway.ports=[\"127.0.0.1:4002:4003\"]",
        "containers.gateway.env.TRADING_MODE=both",
        "containers.trader={image: trader}",
        "containers.monitor.ports=[\"0.0.0.0:8080:80\"]",
        "containers.monitor.ports=[\"192.168.1.7:8080:80\"]",
        "unset steps.account",
        "unset steps.plan",
        "steps.account.when=false",
        "steps.api.when=\"false\"",
        "steps.plan.when=\"false\"",
        "steps.plan.do={absent: {container: bot, path: /elsewhere}}",
        "steps.api.do={ready: {stage: port}}",
        "steps.session.needs=[]",
        "steps.bot.needs=[]",
        "steps.steady.do.stable.for=1s",
        "steps[+]={id: x, do: {exec: {container: bot, command: [trade]}}}",
        "finally=[{id: x, do: {start: {container: bot}}}]",
        "unset safety",
        "safety.absent=[]",
        "unset safety.absent[1]",
        "safety.absent[1].host=../elsewhere.json",
        "safety.accounts[+]=U1234567",
        "strategy.evidence.log=(.*)",
    ] {
        refused(PLAYBOOK, change);
    }
}

#[test]
fn an_anchor_and_a_merge_do_not_hide_a_change() {
    let anchored = PLAYBOOK
        .replace("vars: { DRY: \"true\",", "vars: { FREE: &dry \"true\", DRY: \"true\",")
        .replace("DRY_RUN: \"${DRY}\"", "DRY_RUN: *dry");
    let file = written(&anchored);
    let ended = set(&file, "vars.FREE=false");
    assert_ne!(ended.code, 0, "{}", ended.stderr);
    let merged = PLAYBOOK.replace(
        "  monitor: { image: monitor, env: { INFO: \"1\" } }",
        "  monitor: &m { image: monitor, env: { DRY_RUN: \"true\" } }\n  second: { <<: *m }",
    );
    refused(&merged, "containers.second.env={DRY_RUN: \"false\"}");
}

#[test]
fn what_is_nobodys_safety_needs_no_approval() {
    for change in [
        "connection.timeout=90s",
        "containers.monitor.ports=[\"127.0.0.1:8080:80\"]",
        "containers.monitor.ports=[\"8080:80\"]",
        "connection.client_id=[102, 101]",
        "vars.PORT=\"4012\"",
        "containers.monitor.env.INFO=\"2\"",
        "containers.bot.stop_grace=40s",
        "steps.api.within=10m",
        "steps.session.within=1m",
        "steps[+]={id: once-more, do: {account: {}}}",
        "description=A stack",
    ] {
        let file = written(&PLAYBOOK.replace("127.0.0.1:4002:4004", "127.0.0.1:${PORT}:4004"));
        let ended = set(&file, change);
        assert_eq!(ended.code, 0, "{change}: {}", ended.stderr);
    }
}

#[test]
fn a_variable_that_an_included_file_uses_counts() {
    let text = PLAYBOOK
        .replace("name: stack\n", "name: stack\ninclude: [more.yaml]\n")
        .replace("vars: { DRY", "vars: { LOUD: \"false\", DRY");
    let file = written(&text);
    let part = "version: 1\ncontainers:\n  second: { image: second, env: { DRY_RUN: \"${LOUD}\" } }\n";
    std::fs::write(file.file.with_file_name("more.yaml"), part.replace("false", "true")).unwrap();
    let ended = set(&file, "vars.LOUD=no");
    assert_eq!(ended.code, 4, "{}", ended.stderr);
}

#[test]
fn a_part_is_edited_by_itself_and_its_form_is_checked() {
    let part = "version: 1\nvars: { X: \"1\" } # ours\ncontainers:\n  bot: { image: \"${I}\", env: { A: \"1\" }, hold_until: [nowhere] }\n";
    let file = written(part);
    let ended = set(&file, "containers.bot.env.A=2");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("checked as a part of a playbook"), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(&file.file).unwrap(), part.replace("A: \"1\"", "A: \"2\""));
    for (change, code) in [
        ("containers.bot.stop_grace=soon", 3),
        ("containers.bot.nonsense=1", 4),
        ("description=x", 3),
        ("vars.X=2", 4),
        ("connection={address: \"127.0.0.1:4001\", client_id: [5]}", 4),
    ] {
        let ended = set(&file, change);
        assert_eq!(ended.code, code, "{change}: {}", ended.stderr);
        assert!(!ended.stderr.contains("nothing was started"), "{change}: {}", ended.stderr);
    }
    for (change, code) in [
        ("safety.accounts=[\"U*\"]", "safety::live_account"),
        ("safety.env={bot: {DRY_RUN: \"false\"}}", "safety::not_safe"),
        ("client_ids={bot: 0}", "safety::client_id_zero"),
        ("client_ids={bot: 9001}", "playbook::client_id"),
    ] {
        let ended = run(&["set", file.file.to_str().unwrap(), change, "--approve", "bob: why not"]);
        assert_eq!(ended.code, 3, "{change}: {}", ended.stderr);
        assert!(ended.stderr.contains(code), "{change}: {}", ended.stderr);
    }
    let whole = written(PLAYBOOK);
    assert_eq!(set(&whole, "unset name").code, 4, "a whole playbook does not become a part");
}

#[test]
fn paths_of_one_command_speak_of_the_playbook_as_it_is() {
    let list = PLAYBOOK.replace("client_id: [101]", "client_id: [101, 102, 103]");
    for paths in [
        ["connection.client_id[0]", "connection.client_id[1]"],
        ["connection.client_id[1]", "/connection/client_id/0"],
    ] {
        let file = written(&list);
        let ended = run(&["unset", file.file.to_str().unwrap(), paths[0], paths[1]]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert_eq!(std::fs::read_to_string(&file.file).unwrap(), list.replace("101, 102, 103", "103"));
    }
    let file = written(&list);
    let path = file.file.to_str().unwrap();
    for words in [
        ["set", path, "connection.timeout=31s", "/connection/timeout=32s"],
        ["set", path, "within=31m", "within=32m"],
        ["unset", path, "connection.client_id[0]", "/connection/client_id/0"],
    ] {
        let ended = run(&words);
        assert_eq!(ended.code, 2, "{words:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("edit::twice"), "{}", ended.stderr);
    }
    assert_eq!(std::fs::read_to_string(&file.file).unwrap(), list);
    let ended = run(&["set", path, "connection.client_id[+]=104", "connection.client_id[+]=105"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(run(&["get", path, "connection.client_id", "--json"]).stdout.matches('\n').count(), 7);
}

#[test]
fn a_text_keeps_its_lines_and_a_broken_file_shows_where() {
    let file = written(PLAYBOOK);
    let path = file.file.to_str().unwrap();
    assert_eq!(run(&["set", path, "description=two\nlines"]).code, 0);
    assert_eq!(run(&["get", path, "description"]).stdout, "two\nlines\n");
    std::fs::write(&file.file, "version: 1\nname: [stack\nvars: {}\n").unwrap();
    let ended = run(&["set", path, "connection.timeout=31s"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("night.yaml:") && ended.stderr.contains("nothing was written"),
        "{}",
        ended.stderr
    );
}

#[test]
fn an_address_of_a_live_port_says_why_it_matters() {
    let file = written(PLAYBOOK);
    let ended = set(&file, "connection.address=127.0.0.1:4001");
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("another gateway") && !ended.stderr.contains("nothing becomes"),
        "{}",
        ended.stderr
    );
}
