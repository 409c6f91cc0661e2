//! Commands and what is remembered: one at a time acts on a playbook, runs are journalled, supervision is paused.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use openbell::event::{Entry, EntryKind, Verdict};
use openbell::state::State;

use crate::state::at;
use crate::support::command::{Ended, openbell};

/// A playbook in a directory of its own, whose only step is a port that the test has.
pub struct Place {
    pub directory: tempfile::TempDir,
    port: TcpListener,
}

impl Place {
    pub fn new() -> Self {
        let place =
            Self { directory: tempfile::tempdir().unwrap(), port: TcpListener::bind("127.0.0.1:0").unwrap() };
        place.write("");
        place
    }

    /// Writes the playbook, with more of it.
    pub fn write(&self, more: &str) {
        let address = self.port.local_addr().unwrap();
        let id = if more.contains("api_id") { "${api_id}" } else { "101" };
        let text = format!(
            "version: 1\nname: paper\nconnection:\n  address: \"{address}\"\n  client_id:\n    - {id}\n{more}\
             steps:\n  - {{ id: port, within: 1s, do: {{ port: {{}} }} }}\n"
        );
        std::fs::write(self.path("paper.yaml"), text).unwrap();
    }

    /// A playbook that does not become green.
    pub fn break_it(&self, within: &str) {
        let text = std::fs::read_to_string(self.path("paper.yaml")).unwrap();
        // Nothing ever listens at port 1.
        let text = text.replace("port: {}", "port: { address: \"127.0.0.1:1\" }");
        std::fs::write(self.path("paper.yaml"), text.replace("within: 1s", &format!("within: {within}")))
            .unwrap();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The program in that directory, with a place of its own for what it remembers.
    pub fn openbell(&self, arguments: &[&str]) -> Command {
        let mut command = openbell(arguments);
        command.current_dir(self.directory.path()).env("OPENBELL_STATE", self.path("state"));
        command.env("DOCKER_HOST", "unix:///nonexistent").env("TZ", "UTC");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.openbell(arguments).output().unwrap().into()
    }

    pub fn state(&self, name: &str) -> State {
        State::open(&self.path("state"), &self.path("paper.yaml"), name).unwrap()
    }
}

fn entries(state: &State) -> Vec<Entry> {
    state.journal().oldest_first().unwrap().collect()
}

#[test]
fn a_run_is_journalled() {
    let place = Place::new();
    assert_eq!(place.run(&["run", "paper.yaml"]).code, 0);
    place.break_it("1s");
    assert_eq!(place.run(&["run", "paper.yaml"]).code, 124);
    let entries = entries(&place.state("paper"));
    let names: Vec<String> = entries.iter().map(|entry| entry.playbook.clone()).collect();
    assert_eq!(names, ["paper"; 4]);
    let kinds: Vec<_> = entries.into_iter().map(|entry| entry.kind).collect();
    let [
        EntryKind::RunBegan { run, .. },
        EntryKind::RunEnded {
            run: ended, verdict: Verdict::Green, step: None, why: None, steps, report, ..
        },
        EntryKind::RunBegan { .. },
        EntryKind::RunEnded { verdict: Verdict::Deadline, step: Some(step), why: Some(why), .. },
    ] = kinds.as_slice()
    else {
        panic!("{kinds:#?}")
    };
    assert_eq!(run, ended);
    assert_eq!((steps[0].id.as_str(), steps[0].kind.as_str()), ("port", "port"));
    let report = Path::new(report.as_deref().unwrap());
    assert!(report.is_absolute() && report.join("report.json").is_file() && report.ends_with(run));
    assert_eq!((step.as_str(), why.code.as_str()), ("port", "net::refused"));
}

#[test]
fn one_at_a_time_acts_on_a_playbook() {
    let place = Place::new();
    let state = place.state("paper");
    let lock = state.lock("watch", at("2026-11-23T06:00:00Z")).unwrap();
    for arguments in
        [&["run", "paper.yaml"][..], &["down", "paper.yaml"], &["diagnose", "paper.yaml", "--fix", "safe"]]
    {
        let ended = place.run(arguments);
        assert_eq!(ended.code, 7, "{arguments:?} {}", ended.stderr);
        assert_eq!(ended.stdout, "");
        assert!(ended.stderr.contains("state::held"), "{}", ended.stderr);
        let who = format!(
            "paper is in use by `openbell watch`, process {}, since 2026-11-23T06:00:00Z",
            std::process::id()
        );
        assert!(ended.stderr.contains(&who), "{}", ended.stderr);
    }
    assert!(!place.path("reports").join("x").exists());
    // Looking needs no lock.
    assert_ne!(place.run(&["plan", "paper.yaml"]).code, 7);
    assert_ne!(place.run(&["diagnose", "paper.yaml"]).code, 7);
    drop(lock);
    assert_eq!(place.run(&["run", "paper.yaml"]).code, 0);
}

#[test]
fn every_entry_of_a_matrix_is_taken_or_none() {
    let place = Place::new();
    place.write("matrix: [{ id: one, vars: { api_id: \"101\" } }, { id: two, vars: { api_id: \"102\" } }]\n");
    let lock = place.state("paper-two").lock("watch", at("2026-11-23T06:00:00Z")).unwrap();
    let ended = place.run(&["run", "paper.yaml"]);
    assert_eq!(ended.code, 7, "{}", ended.stderr);
    assert!(entries(&place.state("paper-one")).is_empty());
    assert_eq!(place.run(&["run", "paper.yaml", "--only", "one"]).code, 0);
    drop(lock);
    assert_eq!(place.run(&["run", "paper.yaml"]).code, 0);
    assert_eq!(entries(&place.state("paper-one")).len(), 4);
    assert_eq!(entries(&place.state("paper-two")).len(), 2);
}

#[cfg(unix)]
#[test]
fn a_run_that_was_killed_leaves_no_lock_and_is_told() {
    let place = Place::new();
    place.break_it("60s");
    let mut run =
        place.openbell(&["run", "paper.yaml"]).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    let state = place.state("paper");
    while entries(&state).is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(state.holder().map(|holder| (holder.pid, holder.command)), Some((run.id(), "run".into())));
    let listed = place.run(&["report", "list", "--json"]);
    assert!(listed.stdout.contains("\"running\": true"), "{}", listed.stdout);
    run.kill().unwrap();
    run.wait().unwrap();
    let listed = place.run(&["report", "list", "--failed"]);
    assert!(listed.stdout.contains("CUT SHORT"), "{}", listed.stdout);
    place.write("");
    assert_eq!(place.run(&["run", "paper.yaml"]).code, 0);
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_that_cannot_be_written_to_is_told_when_it_was_named_and_else_is_beside_the_reports() {
    let place = Place::new();
    let named = place.openbell(&["run", "paper.yaml"]).env("OPENBELL_STATE", "/proc/none").output().unwrap();
    let ended = Ended::from(named);
    assert_eq!(ended.code, 6, "{}", ended.stderr);
    assert!(ended.stderr.contains("state::not_written"), "{}", ended.stderr);

    let homeless = |arguments: &[&str]| {
        let mut command = place.openbell(arguments);
        command.env_remove("OPENBELL_STATE").env_remove("XDG_STATE_HOME").env("HOME", "/proc/none");
        command
    };
    let ended = Ended::from(homeless(&["run", "paper.yaml"]).output().unwrap());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("remembered in reports/.state"), "{}", ended.stderr);
    let beside = State::open(&place.path("reports/.state"), &place.path("paper.yaml"), "paper").unwrap();
    assert_eq!(entries(&beside).len(), 2);
    // Two of them exclude each other there as well.
    let lock = beside.lock("run", at("2026-11-23T06:00:00Z")).unwrap();
    assert_eq!(homeless(&["run", "paper.yaml"]).output().unwrap().status.code(), Some(7));
    drop(lock);
    let ended = Ended::from(homeless(&["down", "paper.yaml"]).output().unwrap());
    assert_eq!(ended.code, 5);
    assert!(ended.stderr.contains("nothing is locked, nor remembered"), "{}", ended.stderr);
}

#[test]
fn a_pause_is_written_and_journalled_and_taken_back() {
    let place = Place::new();
    let state = place.state("paper");
    let ended = place.run(&["pause", "paper.yaml", "30m", "--reason", " router is exchanged "]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let entries_of = |state: &State| entries(state).into_iter().map(|entry| entry.kind).collect::<Vec<_>>();
    let [EntryKind::Paused { until, reason }] = &entries_of(&state)[..] else { panic!() };
    assert_eq!(reason, "router is exchanged");
    let shown = at(until).strftime("paused until %a %Y-%m-%d %H:%M:%S UTC").to_string();
    assert!(ended.stderr.contains(&shown), "{shown} {}", ended.stderr);
    assert!(ended.stderr.contains("nobody watches it now"), "{}", ended.stderr);
    let pause = state.paused(at(until) - jiff::SignedDuration::from_secs(1)).unwrap().unwrap();
    assert_eq!(pause.until.duration_since(pause.since).as_mins(), 30);

    let lock = state.lock("watch", at("2026-11-23T06:00:00Z")).unwrap();
    let ended = place.run(&["pause", "paper.yaml", "1h", "--reason", "longer"]);
    assert!(!ended.stderr.contains("nobody"), "{}", ended.stderr);
    assert_eq!(place.run(&["resume", "paper.yaml"]).stderr, "paper: resumed\n");
    let ended = place.run(&["resume", "paper.yaml"]);
    let asked = "paper: another try was asked for; it was not paused\n";
    assert_eq!((ended.code, ended.stderr.as_str()), (0, asked));
    drop(lock);
    assert_eq!(entries_of(&state).last(), Some(&EntryKind::Resumed { by_hand: true }));
    let ended = place.run(&["resume", "paper.yaml"]);
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (0, "paper: nothing was paused; nobody watches it now\n")
    );
    assert_eq!(entries_of(&state).len(), 3);
}

#[test]
fn a_pause_without_end_or_reason_is_refused() {
    let place = Place::new();
    let cases = [
        ("0s", "why", "state::pause_length"),
        ("999ms", "why", "state::pause_length"),
        ("169h", "why", "state::pause_length"),
        ("30m", " ", "state::pause_reason"),
    ];
    for (length, reason, code) in cases {
        let ended = place.run(&["pause", "paper.yaml", length, "--reason", reason]);
        assert_eq!(ended.code, 2, "{length} {}", ended.stderr);
        assert!(ended.stderr.contains(code), "{length} {}", ended.stderr);
    }
    for arguments in [&["pause", "paper.yaml", "30", "--reason", "x"][..], &["pause", "paper.yaml", "30m"]] {
        assert_eq!(place.run(arguments).code, 2, "{arguments:?}");
    }
    let told = place.run(&["pause", "paper.yaml", "169h", "--reason", "x"]).stderr;
    let told = told + &place.run(&["pause", "paper.yaml", "30m", "--reason", ""]).stderr;
    insta::assert_snapshot!(told);
    assert!(entries(&place.state("paper")).is_empty());
}
