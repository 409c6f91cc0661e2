//! What a run is made of, on this machine's own Docker engine: steps at once, signals, what follows, several stacks.
#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, Stdio};

use openbell::event::Event;
use openbell::report::{Reporter, Summary};
use serde_json::Value;

use crate::support::command::{Ended, project};
use crate::support::stack::{IMAGE, Stack, free_port};

fn events(stack: &Stack) -> Vec<Event> {
    let text = std::fs::read_to_string(stack.directory.path().join("events.jsonl")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The place of an event of this kind about this step.
fn place(events: &[Event], kind: &str, id: &str) -> Option<usize> {
    events.iter().position(|event| {
        let event = serde_json::to_value(event).unwrap();
        event["event"] == kind && event["id"] == id
    })
}

fn wait_for(stack: &Stack, kind: &str, id: &str) {
    let began = std::time::Instant::now();
    while place(&events(stack), kind, id).is_none() {
        assert!(began.elapsed().as_secs() < 120, "{kind} of {id} was never told");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

fn interrupt(child: &Child) {
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
}

/// A run on its way, with its events in a file.
fn begun(stack: &Stack) -> Child {
    let mut command = stack.command(&["run", "playbook.yaml", "--json", "--events", "events.jsonl"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// How it ended, and the report that it printed.
fn ended(child: Child) -> (Ended, Value) {
    let ended: Ended = child.wait_with_output().unwrap().into();
    let report = serde_json::from_str(&ended.stdout).unwrap_or(Value::Null);
    (ended, report)
}

fn step<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["steps"].as_array().unwrap().iter().find(|step| step["id"] == id).unwrap()
}

#[test]
fn two_images_and_two_containers_are_made_at_once() {
    let stack = Stack::new("atonce");
    for which in ["one", "two"] {
        let context = stack.directory.path().join(which);
        std::fs::create_dir(&context).unwrap();
        std::fs::write(context.join("Dockerfile"), format!("FROM {IMAGE}\nLABEL which={which}\n")).unwrap();
    }
    let text = format!(
        "version: 1\nname: {}\nconnection: {{ address: \"127.0.0.1:1\", client_id: [1] }}\ncontainers:\n  \
         one: {{ build: {{ context: one }}, held: false, stop_grace: 2s }}\n  \
         two: {{ build: {{ context: two }}, held: false, stop_grace: 2s }}\nsteps:\n  \
         - {{ id: network, do: {{ network: {{}} }} }}\n  \
         - {{ id: one-image, needs: [network], do: {{ image: {{ container: one }} }} }}\n  \
         - {{ id: two-image, needs: [network], do: {{ image: {{ container: two }} }} }}\n  \
         - {{ id: one, needs: [one-image, two-image], do: {{ start: {{ container: one }} }} }}\n  \
         - {{ id: two, needs: [one-image, two-image], do: {{ start: {{ container: two }} }} }}\n",
        stack.name
    );
    stack.write("playbook.yaml", &text);
    let (ran, report) = ended(begun(&stack));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let events = events(&stack);
    for pair in [["one-image", "two-image"], ["one", "two"]] {
        let [began, over] =
            ["step_started", "step_finished"].map(|kind| pair.map(|id| place(&events, kind, id).unwrap()));
        assert!(began.iter().max() < over.iter().min(), "{pair:?} were not in progress at once");
        for id in pair {
            let made = step(&report, id)["changes"][0].as_str().unwrap();
            assert!(made.ends_with("built") || made.ends_with("created"), "{made}");
        }
    }
    assert!(stack.is_running("one") && stack.is_running("two"));
    assert_eq!(stack.openbell(&["down", "playbook.yaml"]).code, 0);
}

/// The stack of tests, with these ends, and a last step that takes two minutes.
fn lasting(stack: &Stack, finally: &str) {
    let last = "  - { id: exec, do: { exec: { container: bot, command: [\"/openbell\", \"--version\"], contains: openbell } } }\n";
    let ends = format!(
        "  - {{ id: steady, do: {{ stable: {{ for: 2m }} }} }}\non_failure:\n  \
         - {{ id: stop-bot, do: {{ stop: {{ container: bot }} }} }}\nfinally:\n{finally}"
    );
    stack.playbook("ready", &[(last, &ends)]);
}

#[test]
fn ended_by_hand_containers_stay_as_they_are_and_finally_runs() {
    let stack = Stack::new("sigint");
    lasting(
        &stack,
        &format!(
            "{}\n",
            "  - { id: clean, do: { exec: { container: bot, command: [\"/openbell\", \"--version\"] } } }"
        ),
    );
    let child = begun(&stack);
    wait_for(&stack, "step_started", "steady");
    interrupt(&child);
    let (ran, report) = ended(child);
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    assert_eq!(report["verdict"], "interrupted");
    assert_eq!(step(&report, "steady")["outcome"], "interrupted");
    assert_eq!(step(&report, "stop-bot")["outcome"], "skipped", "{report:#}");
    assert_eq!(step(&report, "clean")["outcome"], "passed", "{report:#}");
    assert!(stack.is_running("bot") && stack.is_running("gateway"));
    let run = report["run"].as_str().unwrap();
    let written = find(stack.directory.path(), run).expect("the report is on the disk");
    assert!(written.join("report.md").exists());
}

/// The directory of that run's report.
fn find(under: &Path, run: &str) -> Option<std::path::PathBuf> {
    let entries = std::fs::read_dir(under).ok()?;
    entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir()).find_map(|path| {
        if path.file_name().is_some_and(|name| name == run) && path.join("report.json").exists() {
            return Some(path);
        }
        find(&path, run)
    })
}

#[test]
fn a_second_signal_ends_finally_and_the_report_is_written() {
    let stack = Stack::new("sigint2");
    lasting(&stack, "  - { id: long, do: { stable: { for: 2m, session: false } } }\n");
    let child = begun(&stack);
    wait_for(&stack, "step_started", "steady");
    interrupt(&child);
    wait_for(&stack, "step_started", "long");
    interrupt(&child);
    let (ran, report) = ended(child);
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    assert_eq!(step(&report, "long")["outcome"], "interrupted", "{report:#}");
    assert!(stack.is_running("bot") && stack.is_running("gateway"));
    assert!(find(stack.directory.path(), report["run"].as_str().unwrap()).is_some());
}

#[test]
fn a_failed_run_can_stop_the_bot_and_stays_what_it_was_and_a_green_one_may_end_without_it() {
    let stack = Stack::new("stops");
    let more = "  - { id: told, when: steps.bot.outcome == \"failed\", do: { port: {} } }\n  \
                - { id: never, within: 2s, do: { log: { container: bot, contains: \"nobody says this\" } } }\n\
                on_failure:\n  - { id: stop-bot, do: { stop: { container: bot } } }\n";
    let last = "  - { id: exec, do: { exec: { container: bot, command: [\"/openbell\", \"--version\"], contains: openbell } } }\n";
    stack.playbook("ready", &[(last, more)]);
    let failed = stack.run();
    failed.exits(124);
    assert_eq!(failed.step("told")["outcome"], "skipped");
    assert_eq!(failed.step("told")["because"], "`steps.bot.outcome == \"failed\"` is false");
    assert_eq!(failed.step("stop-bot")["outcome"], "passed", "{:#}", failed.report);
    assert_eq!(failed.report["verdict"], "deadline");
    assert!(!stack.is_running("bot") && stack.is_running("gateway"));

    stack.playbook("ready", &[(last, "  - { id: away, do: { stop: { container: bot } } }\n")]);
    let green = stack.run();
    green.exits(0);
    assert_eq!(green.step("away")["outcome"], "passed");
    assert!(!stack.is_running("bot") && stack.is_running("gateway"));
}

/// Two stacks of one matrix, removed whatever happens.
struct Pair {
    stack: Stack,
    ports: [u16; 2],
}

impl Pair {
    /// The first will be green; the bot of the second never says what it is to say.
    fn new() -> Self {
        let stack = Stack::new("matrix");
        let ports = [free_port(), free_port()];
        let variant = |id: &str, port: u16, expected: &str| {
            // Each bot finds its gateway by a name that is its secret; its log tells it.
            stack.write(&format!("{id}.secret"), &format!("{}-{id}-gateway\n", stack.name));
            format!(
                "  - {{ id: {id}, vars: {{ port: \"{port}\", expected: \"{expected}\", host: {id}.secret }} }}\n"
            )
        };
        let matrix = format!(
            "matrix:\n{}{}description: Two stacks.\n",
            variant("alpha", ports[0], "Bot operational in safe mode"),
            variant("beta", ports[1], "nobody says this")
        );
        let here = format!("127.0.0.1:{}", stack.port);
        stack.playbook(
            "ready",
            &[
                ("description: A stack of a test.\n", &matrix),
                (&here, "127.0.0.1:${port}"),
                ("GATEWAY_HOST: gateway", "GATEWAY_HOST: { file: \"${host}\" }"),
                (
                    "within: 20s, do: { log: { container: bot, contains: \"Bot operational in safe mode\" }",
                    "within: 10s, do: { log: { container: bot, contains: \"${expected}\" }",
                ),
            ],
        );
        Self { stack, ports }
    }

    fn left(&self) -> String {
        self.stack.docker(&[
            "ps",
            "-a",
            "--format",
            "{{.Names}}",
            "--filter",
            &format!("name={}", self.stack.name),
        ])
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.stack.openbell(&["down", "playbook.yaml"]);
    }
}

#[test]
fn two_stacks_of_a_matrix_are_planned_run_told_and_removed_together() {
    let pair = Pair::new();
    let stack = &pair.stack;
    let plan = stack.openbell(&["plan", "playbook.yaml"]);
    assert_eq!(plan.code, 10, "{}{}", plan.stdout, plan.stderr);
    for (id, port) in ["alpha", "beta"].iter().zip(pair.ports) {
        assert!(plan.stdout.contains(&format!("{}-{id}", stack.name)), "{}", plan.stdout);
        assert!(port > 0);
    }

    let arguments = ["run", "playbook.yaml", "--json", "--events", "events.jsonl", "--reports", "reports"];
    let ran = stack.openbell(&arguments);
    assert_eq!(ran.code, 124, "{}", ran.stderr);
    let rollup: Value = serde_json::from_str(&ran.stdout).unwrap();
    let schema = std::fs::read_to_string(project().join("schemas/rollup.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let written = stack.directory.path().join("reports").join(rollup["run"].as_str().unwrap());
    let on_disk: Value =
        serde_json::from_str(&std::fs::read_to_string(written.join("rollup.json")).unwrap()).unwrap();
    assert_eq!(on_disk, rollup);
    let errors: Vec<_> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&rollup).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(rollup["verdict"], "deadline");
    let row = |id: &str| {
        ran.stderr
            .lines()
            .rev()
            .find(|line| line.starts_with(&format!("{id} ")) && !line.contains('|'))
            .unwrap()
            .to_owned()
    };
    assert!(row("alpha").contains("GREEN"), "{}", ran.stderr);
    assert!(row("beta").contains("log::not_seen"), "{}", ran.stderr);

    for (place, (id, verdict)) in [("alpha", "green"), ("beta", "deadline")].into_iter().enumerate() {
        let row = &rollup["variants"][place];
        assert_eq!((row["id"].as_str(), row["verdict"].as_str()), (Some(id), Some(verdict)));
        let report = std::fs::read_to_string(written.join(row["report"].as_str().unwrap())).unwrap();
        let report: Value = serde_json::from_str(&report).unwrap();
        let mut summary = Summary::default();
        events(stack)
            .iter()
            .filter(|event| event.variant.as_deref() == Some(id))
            .for_each(|event| summary.event(event));
        assert_eq!(
            serde_json::to_value(summary.finish().unwrap()).unwrap(),
            report,
            "{id}: the events tell the same"
        );
    }
    let secrets = ["alpha", "beta"].map(|id| format!("{}-{id}-gateway", stack.name));
    let told = format!("{}{}{}", ran.stdout, ran.stderr, all_text(&stack.directory.path().join("reports")));
    assert!(told.contains("container *** created"), "{}", ran.stderr);
    for secret in &secrets {
        assert!(!told.contains(secret.as_str()), "{secret} is told");
        let noted = std::fs::read_to_string(stack.directory.path().join("events.jsonl")).unwrap();
        assert!(!noted.contains(secret.as_str()), "{secret} is noted");
    }

    let one = stack.openbell(&["run", "playbook.yaml", "--json", "--only", "alpha"]);
    assert_eq!(one.code, 0, "{}", one.stderr);
    let report: Value = serde_json::from_str(&one.stdout).unwrap();
    assert_eq!((report["variant"].as_str(), report["changes"].as_u64()), (Some("alpha"), Some(0)));

    let down = stack.openbell(&["down", "playbook.yaml"]);
    assert_eq!(down.code, 0, "{}", down.stderr);
    assert_eq!(pair.left().trim(), "");
    let networks = ["network", "ls", "-q", "--filter", &format!("name={}", stack.name)];
    assert_eq!(stack.docker(&networks).trim(), "");
}

/// Everything that is written below a directory.
fn all_text(under: &Path) -> String {
    let entries = std::fs::read_dir(under).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| if path.is_dir() { all_text(&path) } else { std::fs::read_to_string(path).unwrap() })
        .collect()
}
