//! `plan` on this machine's own Docker engine: what it says, what it exits with, and that it changes nothing.

use serde_json::Value;

use crate::support::command::Ended;
#[cfg(unix)]
use crate::support::door::Door;
use crate::support::stack::Stack;

fn plan(stack: &Stack) -> (Ended, Value) {
    let ended = stack.openbell(&["plan", "playbook.yaml", "--json"]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap_or(Value::Null);
    let schema: Value = serde_json::from_str(&stack.openbell(&["schema", "plan"]).stdout).unwrap();
    if report != Value::Null {
        let errors: Vec<_> =
            jsonschema::validator_for(&schema).unwrap().iter_errors(&report).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
    (ended, report)
}

fn step<'a>(report: &'a Value, id: &str) -> &'a Value {
    let steps = report["plans"][0]["steps"].as_array().unwrap();
    steps.iter().find(|step| step["id"] == id).unwrap()
}

/// What the engine noted about this stack since then: type, action and object.
fn events(stack: &Stack, since: &str) -> Vec<String> {
    let until = stack.docker(&["info", "-f", "{{.SystemTime}}"]);
    let format = "{{.Type}} {{.Action}} {{.Actor.Attributes.name}}";
    let told = stack.docker(&["events", "--since", since, "--until", until.trim(), "--format", format]);
    told.lines().filter(|line| line.contains(&stack.name)).map(str::to_owned).collect()
}

#[test]
fn on_an_empty_engine_all_is_created_and_after_a_run_nothing_is_left_to_change() {
    let stack = Stack::new("plan");
    stack.playbook("ready", &[]);
    let (ended, report) = plan(&stack);
    assert_eq!(ended.code, 10, "{}{}", ended.stdout, ended.stderr);
    for id in ["network", "gateway", "bot"] {
        assert_eq!(step(&report, id)["changes"][0]["doing"], "create", "{report:#}");
    }
    assert_eq!(step(&report, "api")["verdict"], "unknown");
    assert_eq!(step(&report, "exec")["verdict"], "would_run");
    assert!(stack.docker(&["ps", "-aq", "--filter", &format!("name={}", stack.name)]).is_empty());
    assert!(stack.docker(&["network", "ls", "-q", "--filter", &format!("name={}", stack.name)]).is_empty());

    stack.run().exits(0);
    let (ended, report) = plan(&stack);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    assert_eq!(report["outcome"], "unchanged");
    for id in ["api", "account", "env", "absent", "strategy", "log"] {
        assert_eq!(step(&report, id)["verdict"], "holds", "{report:#}");
    }
    let text = stack.openbell(&["plan", "playbook.yaml"]);
    assert!(text.stdout.contains("NOTHING TO CHANGE") && !text.stdout.contains('\u{1b}'), "{}", text.stdout);
    assert!(text.stderr.is_empty(), "{}", text.stderr);
}

#[cfg(unix)]
#[test]
fn the_engine_is_only_read_whatever_is_pending() {
    let stack = Stack::new("planread");
    stack.playbook("ready", &[]);
    stack.run().exits(0);
    // A change of everything: a rebuild, containers made anew, and a bot that the interlock would stop.
    let changes = [
        (
            "DRY_RUN: \"true\", TRADING_MODE: paper }\n    stop",
            "DRY_RUN: \"true\", TRADING_MODE: paper, EXTRA: \"1\" }\n    stop",
        ),
        ("\"ready\"", "\"old:213\""),
        ("/data/gameplan.json } ]", "/openbell } ]"),
    ];
    for changes in [&[][..], &changes[..]] {
        stack.playbook("ready", changes);
        let since = stack.docker(&["info", "-f", "{{.SystemTime}}"]);
        let door = Door::open();
        let ended: Ended = stack
            .command(&["plan", "playbook.yaml", "--docker-host", &door.address])
            .output()
            .unwrap()
            .into();
        assert_eq!(ended.code, if changes.is_empty() { 0 } else { 4 }, "{}{}", ended.stdout, ended.stderr);
        let requests = door.requests();
        assert!(requests.len() > 10, "{requests:?}");
        let changing: Vec<_> =
            requests.iter().filter(|line| !line.starts_with("GET ") && !line.starts_with("HEAD ")).collect();
        assert!(changing.is_empty(), "{changing:?}");
        assert_eq!(events(&stack, since.trim()), Vec::<String>::new());
    }
    assert!(stack.is_running("bot") && stack.is_running("gateway"));
}

#[test]
fn what_differs_is_shown_with_both_values_and_a_second_look_says_the_same() {
    let stack = Stack::new("plandiff");
    stack.playbook("ready", &[]);
    stack.run().exits(0);
    stack.playbook("ready", &[("CLIENT_ID: \"100\"", "CLIENT_ID: \"104\""), ("bot: 100", "bot: 104")]);
    let (ended, report) = plan(&stack);
    assert_eq!(ended.code, 10, "{}", ended.stdout);
    let difference = &step(&report, "bot")["changes"][0]["differences"][0];
    assert_eq!(
        (&difference["what"], &difference["now"], &difference["declared"]),
        (&"env CLIENT_ID".into(), &"100".into(), &"104".into())
    );
    assert_eq!(step(&report, "gateway")["verdict"], "unchanged");
    assert_eq!(step(&report, "strategy")["now"]["result"], "holds");
    let again = plan(&stack).1;
    assert_eq!(step(&again, "bot"), step(&report, "bot"));
    assert_eq!(again["plans"][0]["counts"], report["plans"][0]["counts"]);
    let text = stack.openbell(&["plan", "playbook.yaml"]).stdout;
    assert!(text.contains("env CLIENT_ID  100 → 104"), "{text}");
    let ran = stack.run();
    ran.exits(0);
    assert!(
        ran.step("bot")["changes"][0].as_str().unwrap().contains("env CLIENT_ID"),
        "what was foreseen is what is done"
    );
}

#[test]
fn a_build_context_that_changed_is_rebuilt() {
    let stack = Stack::new("planbuild");
    let context = stack.directory.path().join("bot");
    std::fs::create_dir(&context).unwrap();
    let dockerfile = context.join("Dockerfile");
    std::fs::write(&dockerfile, "FROM openbell-test/sim:latest\nLABEL x=1\n").unwrap();
    let build = [
        ("  bot:\n    image: openbell-test/sim:latest", "  bot:\n    build: { context: ./bot }"),
        ("  - { id: bot,", "  - { id: bot-image, do: { image: { container: bot } } }\n  - { id: bot,"),
    ];
    stack.playbook("ready", &build);
    let (_, report) = plan(&stack);
    assert_eq!(step(&report, "bot-image")["changes"][0]["doing"], "build");
    stack.run().exits(0);
    assert_eq!(plan(&stack).0.code, 0);
    std::fs::write(&dockerfile, "FROM openbell-test/sim:latest\nLABEL x=2\n").unwrap();
    let (ended, report) = plan(&stack);
    assert_eq!(ended.code, 10, "{}", ended.stdout);
    assert_eq!(step(&report, "bot-image")["changes"][0]["doing"], "rebuild");
    assert_eq!(step(&report, "bot")["changes"][0]["doing"], "recreate");
    assert_eq!(step(&report, "bot")["changes"][0]["differences"][0]["declared"], "what `bot-image` builds");
    stack.openbell(&["down", "playbook.yaml"]);
}

#[test]
fn a_foreign_container_stops_it_and_an_unsafe_bot_is_the_gravest() {
    let stack = Stack::new("planforeign");
    stack.playbook("ready", &[]);
    stack.run().exits(0);
    let bot = stack.container("bot");
    stack.docker(&["rm", "-f", &bot]);
    let label = format!("openbell.playbook={}", stack.name);
    let network = format!("{}_default", stack.name);
    let make = |dry_run: &str| {
        let dry_run = format!("DRY_RUN={dry_run}");
        let made = [
            "run",
            "-d",
            "--name",
            &bot,
            "--label",
            &label,
            "--network",
            &network,
            "-e",
            &dry_run,
            "-e",
            "TRADING_MODE=paper",
        ];
        stack.docker(
            &[&made[..], &["--entrypoint", "/openbell", "openbell-test/sim:latest", "sim", "gateway"]]
                .concat(),
        );
    };
    make("true");
    let (ended, report) = plan(&stack);
    assert_eq!(ended.code, 1, "{}", ended.stdout);
    assert_eq!(step(&report, "bot")["why"]["code"], "container::foreign");
    stack.docker(&["rm", "-f", &bot]);
    make("false");
    let ended = stack.openbell(&["plan", "playbook.yaml"]);
    assert_eq!(ended.code, 4, "{}", ended.stdout);
    assert!(
        ended.stdout.contains("DRY_RUN is `false`") && ended.stdout.contains("NOT SAFE"),
        "{}",
        ended.stdout
    );
    assert!(stack.is_running("bot"), "a plan stops nothing");
}

#[test]
fn an_engine_that_is_not_there_is_said_so() {
    let stack = Stack::new("plangone");
    stack.playbook("ready", &[]);
    let ended = stack.openbell(&["plan", "playbook.yaml", "--docker-host", "tcp://127.0.0.1:1"]);
    assert_eq!(ended.code, 5, "{}{}", ended.stdout, ended.stderr);
    assert!(
        ended.stdout.contains("NO DOCKER ENGINE") && ended.stdout.contains("docker::unreachable"),
        "{}",
        ended.stdout
    );
    let invalid = stack.write("bad.yaml", "version: 1\n");
    assert_eq!(stack.openbell(&["plan", invalid.to_str().unwrap()]).code, 3);
}
