//! `openbell watch` of a stack on a real engine, from outside: what it writes into its journal, and how it ends.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use openbell::event::{Entry, EntryKind};
use openbell::state::State;

use super::command::Ended;
use super::stack::{Stack, free_port};

/// Nothing takes so long, on the busiest machine.
const PATIENCE: Duration = Duration::from_mins(2);
/// Under this name a stack has its playbook.
pub const PLAYBOOK: &str = "playbook.yaml";

/// A playbook to be watched: a gateway with a control port, a bot with a directory for its gameplan, short spans.
pub fn playbook(stack: &Stack, watch: &str) -> u16 {
    let control = free_port();
    std::fs::create_dir_all(stack.directory.path().join("plans")).unwrap();
    let port = format!("\"127.0.0.1:{}:4002\"]", stack.port);
    stack.playbook(
        "ready",
        &[
            ("within: 3m\n", &format!("within: 1m\n{watch}\n")),
            (
                "command: [\"--script\", \"ready\"]",
                "command: [\"--script\", \"ready\", \"--control\", \"0.0.0.0:4080\"]",
            ),
            (&port, &format!("{}, \"127.0.0.1:{control}:4080\"]", port.trim_end_matches(']'))),
            (
                "    stop_grace: 5s\n    hold_until",
                "    volumes: [\"./plans:/data:ro\"]\n    stop_grace: 2s\n    hold_until",
            ),
            // It goes on where a gameplan is: that it is stopped is left to who watches it.
            ("env: { GATEWAY_HOST", "env: { GAMEPLAN: /none/gameplan.json, GATEWAY_HOST"),
        ],
    );
    control
}

/// A watch that is on.
pub struct Watched<'a> {
    pub stack: &'a Stack,
    pub child: Child,
    playbook: &'static str,
    /// So many entries of the journal were seen.
    seen: usize,
}

impl<'a> Watched<'a> {
    /// Begins to watch, with these variables.
    pub fn begin(stack: &'a Stack, variables: &[(&str, &str)]) -> Self {
        Self::of(PLAYBOOK, stack, variables)
    }

    /// The same, with this playbook.
    pub fn of(playbook: &'static str, stack: &'a Stack, variables: &[(&str, &str)]) -> Self {
        let seen = entries(stack, playbook).len();
        let mut command = command(stack, &["watch", playbook]);
        command.envs(variables.iter().copied());
        let said = File::options().create(true).append(true).open(stack.directory.path().join("said.log"));
        let child = command.stdout(Stdio::null()).stderr(said.unwrap()).spawn().unwrap();
        Self { stack, child, playbook, seen }
    }

    /// The next entry of which this holds; what is before it is passed over.
    #[track_caller]
    pub fn next(&mut self, what: &str, is: impl Fn(&EntryKind) -> bool) -> Entry {
        let began = Instant::now();
        loop {
            let all = entries(self.stack, self.playbook);
            if let Some(place) = all.iter().skip(self.seen).position(|entry| is(&entry.kind)) {
                self.seen += place + 1;
                return all[self.seen - 1].clone();
            }
            let over = self.child.try_wait().unwrap();
            let goes_on = over.is_none() && began.elapsed() < PATIENCE;
            assert!(goes_on, "{what} never came ({over:?}):\n{}\n{}", self.told(), said(self.stack));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Every entry since the last one that was waited for.
    pub fn since(&mut self) -> Vec<Entry> {
        let all = entries(self.stack, self.playbook);
        let since = all[self.seen..].to_vec();
        self.seen = all.len();
        since
    }

    /// Everything is green and watched.
    #[track_caller]
    pub fn operational(&mut self) -> Entry {
        self.next("operational", |kind| matches!(kind, EntryKind::Operational))
    }

    #[track_caller]
    pub fn lost(&mut self) -> Entry {
        self.next("a loss", |kind| matches!(kind, EntryKind::Lost { .. }))
    }

    #[track_caller]
    pub fn recovered(&mut self) -> Entry {
        let entry = self.next("a recovery", |kind| matches!(kind, EntryKind::Recovered { .. }));
        self.operational();
        entry
    }

    #[track_caller]
    pub fn unsafe_state(&mut self) -> Entry {
        self.next("a breach", |kind| matches!(kind, EntryKind::Unsafe { .. }))
    }

    /// The journal as it is, a line for each entry.
    fn told(&self) -> String {
        let lines = entries(self.stack, self.playbook)
            .into_iter()
            .map(|entry| serde_json::to_string(&entry).unwrap());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// Sends SIGTERM, and waits for the exit code.
    pub fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }

    /// Sends SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        // It is gone already where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command line in the stack's directory, with a place of its own for what is remembered.
pub fn command(stack: &Stack, arguments: &[&str]) -> Command {
    let mut command = stack.command(arguments);
    command.env("OPENBELL_STATE", stack.directory.path().join("state"));
    command
}

/// The same, carried out.
pub fn openbell(stack: &Stack, arguments: &[&str]) -> Ended {
    command(stack, arguments).output().unwrap().into()
}

/// The journal; nothing where there is none yet.
pub fn entries(stack: &Stack, playbook: &str) -> Vec<Entry> {
    let directory = stack.directory.path();
    let known = State::known(&directory.join("state"), &directory.join(playbook), &stack.name);
    let Ok(Some(state)) = known else { return Vec::new() };
    state.journal().oldest_first().map(Iterator::collect).unwrap_or_default()
}

/// What it said to people.
pub fn said(stack: &Stack) -> String {
    std::fs::read_to_string(stack.directory.path().join("said.log")).unwrap_or_default()
}

/// When an entry was written.
pub fn at(entry: &Entry) -> Timestamp {
    entry.at.parse().unwrap()
}
