//! Secrets that are easy to find again: none is in anything that any kind of run prints or leaves behind, with every
//! detail of the developers' log.

use std::path::{Path, PathBuf};

#[cfg(unix)]
use openbell::event::EntryKind;

use crate::insync;
use crate::support::command::Ended;
use crate::support::stack::{IMAGE, Stack};
#[cfg(unix)]
use crate::support::watched::{self, Watched};

/// A part of each secret, which no other text has.
const CANARIES: &[&str] = &[
    "canary-file",
    "canary-env",
    "canary-unit",
    "canary-quoted",
    "canary-compose",
    "canary-dotenv",
    "canary-url",
    "canary-hook",
];

/// What holds them by right.
const KEEPERS: &[&str] = &["kept", "compose.yaml", ".env"];

struct Told {
    stack: Stack,
    /// What each command printed.
    printed: Vec<(String, String)>,
}

impl Told {
    fn tell(&mut self, arguments: &[&str], code: i32) -> Ended {
        let mut command = self.stack.command(arguments);
        let directory = self.stack.directory.path();
        command.env("RUST_LOG", "trace").env("OPENBELL_LOG", "trace").env("KEPT_B", "canary-env");
        command.env("CREDENTIALS_DIRECTORY", directory.join("kept"));
        command.env("OPENBELL_STATE", directory.join("state"));
        command.env("EDITOR", "sed -i s/timeout:.5s/timeout:\\ 9s/");
        let ended = Ended::from(command.output().unwrap());
        let all = format!("{}{}", ended.stdout, ended.stderr);
        assert_eq!(ended.code, code, "{arguments:?}: {}", ended.stderr);
        self.printed.push((arguments.join(" "), all));
        ended
    }

    /// Watches until everything is as it says, and ends that.
    #[cfg(unix)]
    fn watch(&self, playbook: &'static str, until: impl FnOnce(&mut Watched<'_>)) {
        let kept = self.stack.directory.path().join("kept");
        let variables = [
            ("RUST_LOG", "trace"),
            ("OPENBELL_LOG", "trace"),
            ("KEPT_B", "canary-env"),
            ("CREDENTIALS_DIRECTORY", kept.to_str().unwrap()),
        ];
        let mut watch = Watched::of(playbook, &self.stack, &variables);
        until(&mut watch);
        assert_eq!(watch.terminate(), Some(0), "{}", watched::said(&self.stack));
    }

    /// A watch of each kind: green, lost and recovered, not safe, and one that nothing helps. Nobody takes its messages.
    #[cfg(unix)]
    fn watches(&self) {
        self.watch("playbook.yaml", |watch| {
            watch.operational();
            let (gateway, bot) = (self.stack.container("gateway"), self.stack.container("bot"));
            self.stack.docker(&["kill", &gateway]);
            watch.recovered();
            let plant = "mkdir -p /data && echo {} > /data/gameplan.json";
            self.stack.docker(&["exec", &bot, "sh", "-c", plant]);
            watch.unsafe_state();
        });
        self.stack.docker(&["rm", "-f", &self.stack.container("bot")]);
        self.watch("failing.yaml", |watch| {
            let halted = watch.next("a halt", |kind| matches!(kind, EntryKind::Halted { .. }));
            let told = serde_json::to_string(&halted).unwrap();
            assert!(told.contains("connecting with ***"), "the log is evidence: {told}");
        });
        let queues = files(&self.stack.directory.path().join("state"));
        let waiting =
            |path: &PathBuf| std::fs::read_to_string(path).is_ok_and(|text| text.contains("recovered"));
        assert!(queues.iter().any(waiting), "{queues:?}");
        assert!(watched::said(&self.stack).contains("DEBUG"), "every detail was asked for");
    }

    /// Looks for the canaries in everything that was printed and written.
    fn search(&self) -> usize {
        let mut all = self.printed.clone();
        for path in files(self.stack.directory.path()) {
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            all.push((path.display().to_string(), text));
        }
        for (name, text) in &all {
            let shown: Vec<_> = CANARIES.iter().filter(|canary| text.contains(**canary)).collect();
            let lines: Vec<_> = text.lines().filter(|line| line.contains("canary")).take(3).collect();
            assert!(shown.is_empty(), "{name} shows {shown:?}: {lines:#?}");
            assert!(!text.contains("DU1234567"), "{name} shows an account");
        }
        all.len()
    }
}

/// Every file that was left, but for those that hold the secrets by right.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let entries = entries.filter(|path| !KEEPERS.iter().any(|keeper| path.ends_with(keeper)));
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A bot that says its secrets in its log, on purpose.
fn stack() -> Stack {
    let line = "echo \"connecting with $A_PASSWORD, $B_PASSWORD and $C_PASSWORD ($D_PASSWORD) for DU123\"'4567'; \
                [ -z \"$FAILS\" ] || exit 3; exec python3 -u /bot.py";
    let env = "    env: { A_PASSWORD: { file: kept/a }, B_PASSWORD: { env: KEPT_B }, C_PASSWORD: { credential: c }, \
               D_PASSWORD: { file: kept/d }, FAILS: \"\", IBKR_HOST";
    let entry = format!("    entrypoint: {}\n{env}", serde_json::json!(["sh", "-c", line]));
    let watch = "within: 3m\nwatch:\n  prove: 5s\n  recovery: [ { restart: { apart: 0s } } ]\n  log_ins: { in_a_row: 50, at_most: 50 }\n\
                 notify: { channels: { desk: { kind: webhook, url: { file: kept/hook }, token: { file: kept/a } } } }\n";
    let changes = [("    env: { IBKR_HOST", entry.as_str()), ("within: 3m\n", watch)];
    let stack = insync::stack("canaries", "ready", &changes);
    let kept = stack.directory.path().join("kept");
    std::fs::create_dir(&kept).unwrap();
    std::fs::write(kept.join("a"), "canary-file\n").unwrap();
    std::fs::write(kept.join("c"), "canary-unit").unwrap();
    // Nobody listens there: messages wait on the disk.
    std::fs::write(kept.join("hook"), "http://127.0.0.1:1/canary-hook/canary-hook-0123456789").unwrap();
    std::fs::write(kept.join("d"), "say \"canary-quoted\" \\ twice").unwrap();
    let text = std::fs::read_to_string(stack.directory.path().join("playbook.yaml")).unwrap();
    let failing = text
        .replace("FAILS: \"\"", "FAILS: \"1\"")
        .replace("recovery: [ { restart: { apart: 0s } } ]", "recovery: []");
    stack.write("failing.yaml", &failing);
    stack.write(".env", "DB_PASSWORD=canary-dotenv\nAPI_TOKEN=canary-dotenv\n");
    let compose = format!(
        "name: {}\nservices:\n  gateway:\n    image: {IMAGE}\n    ports: [\"127.0.0.1:{}:4002\"]\n    environment:\n      TRADING_MODE: paper\n      TWS_PASSWORD: canary-compose\n  \
         bot:\n    image: {IMAGE}\n    entrypoint: [\"/openbell\", \"sim\", \"bot\"]\n    environment:\n      DRY_RUN: \"true\"\n      DB_PASSWORD: ${{DB_PASSWORD}}\n      DB_URL: postgres://bot:canary-url@db/desk\n      CLIENT_ID: 100\n",
        stack.name, stack.port
    );
    stack.write("compose.yaml", &compose);
    stack
}

#[cfg(unix)]
#[test]
fn no_run_of_any_kind_shows_or_leaves_a_secret() {
    let mut told = Told { stack: stack(), printed: Vec::new() };
    let address = format!("127.0.0.1:{}", told.stack.port);
    told.tell(&["validate", "playbook.yaml", "failing.yaml"], 0);
    told.tell(&["validate", "playbook.yaml", "--format", "json"], 0);
    told.tell(&["plan", "playbook.yaml"], 10);
    told.tell(&["run", "playbook.yaml", "--json", "--events", "events.jsonl"], 0);
    told.tell(&["plan", "playbook.yaml", "--json"], 0);
    told.tell(&["probe", "--address", &address], 0);
    told.tell(&["diagnose", "playbook.yaml"], 0);
    told.tell(&["diagnose", "playbook.yaml", "--json", "--fix", "safe"], 0);
    told.tell(&["get", "playbook.yaml", "containers.bot"], 0);
    told.tell(&["set", "playbook.yaml", "connection.timeout=7s"], 0);
    told.tell(&["undo", "playbook.yaml"], 0);
    told.tell(&["edit", "playbook.yaml"], 0);
    told.tell(&["set", "playbook.yaml", "strategy.default=D", "--approve", "maria: a test"], 0);
    told.tell(&["audit", "show", "playbook.yaml"], 0);
    told.tell(&["undo", "playbook.yaml", "--approve", "maria: a test"], 0);
    // What the bot said is evidence now.
    let failed = told.tell(&["run", "failing.yaml", "--json"], 1);
    assert!(failed.stdout.contains("connecting with ***"), "the log is shown: {}", failed.stdout);
    told.tell(&["init", "made.yaml", "--from-compose", "compose.yaml", "--no-input"], 0);
    told.tell(&["init", "byref.yaml", "--from-compose", "compose.yaml", "--by-reference", "--no-input"], 0);
    told.tell(&["validate", "byref.yaml"], 0);
    told.tell(&["get", "byref.yaml", "containers"], 0);
    let lint = told.stack.openbell(&["lint", "."]).code;
    told.tell(&["lint", "."], lint);
    told.tell(&["lint", ".", "--format", "json"], lint);
    told.watches();
    told.tell(&["down", "playbook.yaml"], 0);
    let looked = told.search();
    assert!(looked > 30, "{looked} outputs and files are too few");

    for path in files(told.stack.directory.path()) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let private =
            ["report.json", "report.md", "events.jsonl"].contains(&name.as_str()) || name.contains(".audit.");
        assert!(!private || mode(&path) == 0o600, "{}: {:o}", path.display(), mode(&path));
    }
}

#[cfg(unix)]
#[test]
fn what_stands_open_is_told_and_what_does_not_is_not() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("playbook.yaml");
    let text = "version: 1\nname: open\nconnection: { address: \"127.0.0.1:4002\", client_id: [101] }\n\
                containers: { bot: { image: b, env: { A_PASSWORD: { file: a } } } }\n\
                steps: [ { id: engine, within: 1s, do: { engine: {} } } ]\n";
    std::fs::write(&path, text).unwrap();
    std::fs::write(directory.path().join("a"), "canary-file").unwrap();
    let set = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let reports = directory.path().join("reports");
    let playbook = path.to_str().unwrap();
    let told = |secret: u32, place: u32| {
        set(&directory.path().join("a"), secret);
        set(directory.path(), place);
        let nowhere = ["--docker-host", "unix:///nowhere/docker.sock"];
        let run = [&["run", playbook, "--reports", reports.to_str().unwrap()], &nowhere[..]].concat();
        let all =
            [(vec!["validate", playbook], 0), ([&["plan", playbook], &nowhere[..]].concat(), 5), (run, 5)];
        all.map(|(arguments, code)| {
            let ended = crate::support::command::run(&arguments);
            assert_eq!(ended.code, code, "{arguments:?}: {}", ended.stderr);
            (ended.stderr.contains("secret::open_file"), ended.stderr.contains("playbook::open_directory"))
        })
    };
    assert_eq!(told(0o600, 0o700), [(false, false); 3]);
    assert_eq!(told(0o644, 0o755), [(true, false); 3]);
    assert_eq!(told(0o600, 0o777), [(false, true); 3]);
}

#[cfg(unix)]
#[test]
fn a_directory_that_others_can_look_into_is_told_where_it_keeps_secrets() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("playbook.yaml");
    let write = |env: &str| {
        let text = format!(
            "version: 1\nname: open\nconnection: {{ address: \"127.0.0.1:4002\", client_id: [101] }}\n\
             containers: {{ bot: {{ image: b, env: {{ {env} }} }} }}\n\
             steps: [ {{ id: engine, within: 1s, do: {{ engine: {{}} }} }} ]\n"
        );
        std::fs::write(&path, text).unwrap();
    };
    let set = |path: &Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let told = |mode: u32| {
        set(directory.path(), mode);
        let ended = crate::support::command::run(&["validate", path.to_str().unwrap()]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        ended.stderr.matches("playbook::readable_directory").count()
    };
    write("A: plain");
    assert_eq!((told(0o755), told(0o700)), (0, 0), "nothing is kept there");
    let inner = directory.path().join("kept");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(inner.join("a"), "canary-file").unwrap();
    set(&inner.join("a"), 0o600);
    write("A_PASSWORD: { file: kept/a }");
    set(&inner, 0o700);
    assert_eq!(told(0o755), 0, "nobody gets further");
    set(&inner, 0o755);
    assert_eq!((told(0o755), told(0o750)), (1, 0));
    write("A: plain");
    std::fs::write(directory.path().join(".env"), "A=1\n").unwrap();
    assert_eq!((told(0o755), told(0o700)), (1, 0));
}
