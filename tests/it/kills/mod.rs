//! `run`, `watch` and `down` ended with SIGKILL at random instants, on this machine's own Docker engine: whatever the stack was like
//! before, no bot is left running that is not proven, what was written down is readable, and the next run converges.
//! `OPENBELL_KILLS` says how often; see `just kills`.
#![cfg(unix)]

mod before;
mod journal;
mod matrix;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use before::{
    ALL, Before,
    Before::{
        Down, Drilled, Gameplan, Live, Matrix, Nothing, OtherGateway, Recovering, Reporting, Stopped,
        UnsafeEnv, Watched, Whole,
    },
};
use matrix::{MATRIX, Pair};

use crate::support::dice::Dice;
use crate::support::oracle;
use crate::support::stack::Stack;

/// How many without `OPENBELL_KILLS`.
const USUAL: usize = 14;
/// Without it no round begins after this.
const LONGEST: Duration = Duration::from_secs(20);
/// Stacks at the same time.
const STACKS: usize = 3;
/// What is drawn is the same each time; at which step it hits is up to the machine.
const SEED: u64 = 41;
/// An engine carries out what was asked of it before the kill.
const AFTERMATH: Duration = Duration::from_millis(250);

/// Budgets that no number of rounds uses up, at any hour in New York.
const WATCH: &str = "within: 3m\n\
    watch: { recovery: [ { restart: { at_most: 10000, apart: 0s } } ], log_ins: { in_a_row: 10000, at_most: 10000 } }\n";

/// What the rounds came to.
#[derive(Default)]
struct Tally {
    places: BTreeMap<String, usize>,
    kinds: BTreeMap<Before, usize>,
    killed: usize,
    outran: usize,
    running: usize,
    converged: usize,
    partial: usize,
    wrong: Vec<String>,
}

struct Worker<'a> {
    stack: Stack,
    tally: &'a Mutex<Tally>,
    /// How long what is killed takes, by what the stack was like before.
    takes: &'a Mutex<BTreeMap<Before, Duration>>,
}

impl Worker<'_> {
    fn declare(&self, command: &str) {
        let bot =
            "    volumes: [\"./plans:/data:ro\"]\n    stop_grace: 2s\n    hold_until: [api, account, safety]";
        self.stack.playbook(
            "ready",
            &[
                ("command: [\"--script\", \"ready\"]", command),
                ("    stop_grace: 5s\n    hold_until: [api, safety]", bot),
                ("within: 3m\n", WATCH),
            ],
        );
    }

    /// The same with two drills at the end.
    fn drills(&self) {
        let path = self.stack.directory.path().join("playbook.yaml");
        let text = std::fs::read_to_string(path).unwrap();
        let drills = "  - { id: drill-gateway, do: { drill: { restart: gateway, how: kill } } }\n  \
                      - { id: drill-bot, do: { drill: { restart: bot } } }\n";
        self.stack.write("playbook.yaml", &(text + drills));
    }

    fn usual(&self) {
        self.declare("command: [\"--script\", \"ready\"]");
        let _ = std::fs::remove_file(self.plan());
    }

    fn plan(&self) -> std::path::PathBuf {
        self.stack.directory.path().join("plans/gameplan.json")
    }

    fn remove(&self, keys: &[&str]) {
        for key in keys {
            self.stack.docker(&["rm", "-f", &self.stack.container(key)]);
        }
    }

    /// Makes the stack so, out of a whole one.
    fn prepare(&self, before: Before) {
        match before {
            Whole | Down | Reporting | Matrix | Recovering => {}
            Drilled => self.drills(),
            Nothing => {
                self.remove(&["bot", "gateway"]);
                self.stack.docker(&["network", "rm", &format!("{}_default", self.stack.name)]);
            }
            Stopped | Watched => {
                self.stack.docker(&["kill", &self.stack.container("bot")]);
                self.remove(&["gateway"]);
            }
            OtherGateway => self.declare("command: [\"--script\", \"mute:1s\"]"),
            Live => self.declare("command: [\"--accounts\", \"U1234567\"]"),
            UnsafeEnv => self.unsafe_bot(),
            Gameplan => {
                self.remove(&["bot"]);
                std::fs::write(self.plan(), "{}").unwrap();
            }
        }
    }

    /// A bot that looks like openbell's own, does not run, and would not be safe.
    fn unsafe_bot(&self) {
        let (stack, name) = (&self.stack, self.stack.container("bot"));
        let spec = stack.docker(&["inspect", "-f", "{{index .Config.Labels \"openbell.spec\"}}", &name]);
        self.remove(&["bot"]);
        let network = format!("{}_default", stack.name);
        let labels = [
            format!("openbell.playbook={}", stack.name),
            format!("openbell.spec={}", spec.trim()),
            "openbell.step=bot".into(),
        ];
        let mut arguments = vec!["create", "--name", &name, "--network", &network];
        for label in &labels {
            arguments.extend(["--label", label]);
        }
        arguments.extend(["-e", "DRY_RUN=false", "-e", "TRADING_MODE=paper", "-e", "GATEWAY_HOST=gateway"]);
        arguments.extend(["--entrypoint", "/openbell", crate::support::stack::IMAGE, "sim", "bot"]);
        let made = stack.docker(&arguments);
        assert_eq!(made.trim().len(), 64, "{made}");
    }

    /// Begins it, kills it after this long, and says whether it was still there to be killed.
    fn kill(&self, before: Before, after: Duration) -> (bool, Duration) {
        let _ = std::fs::remove_file(self.stack.directory.path().join("events.jsonl"));
        let arguments: &[&str] = match before {
            Down => &["down", "playbook.yaml"],
            Matrix => &["run", MATRIX, "--events", "events.jsonl"],
            Watched | Recovering => &["watch", "playbook.yaml"],
            _ => &["run", "playbook.yaml", "--events", "events.jsonl"],
        };
        let mut command = self.stack.command(arguments);
        let (mut began, known) = (Instant::now(), journal::entries(&self.stack).len());
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // What is written at the end follows the last event.
        let mut counts = !matches!(before, Reporting | Recovering);
        let mut ending = None;
        while !counts || began.elapsed() < after {
            if child.try_wait().unwrap().is_some() {
                return (false, began.elapsed());
            }
            if !counts && before == Reporting && self.is_over() {
                (counts, began) = (true, Instant::now());
            }
            if !counts && before == Recovering && journal::is_operational(&self.stack, known) {
                let mut kill = Command::new("docker");
                kill.args(["kill", &self.stack.container("gateway")]).stdout(Stdio::null());
                (ending, counts, began) = (Some(kill.spawn().unwrap()), true, Instant::now());
            }
            std::thread::sleep(Duration::from_millis(if before == Reporting { 0 } else { 2 }));
        }
        child.kill().unwrap();
        let status = child.wait().unwrap();
        if let Some(mut ending) = ending {
            ending.wait().unwrap();
        }
        (status.code().is_none(), began.elapsed())
    }

    /// The last event of the run is written.
    fn is_over(&self) -> bool {
        let events = std::fs::read_to_string(self.stack.directory.path().join("events.jsonl"));
        events.is_ok_and(|text| text.contains("run_finished"))
    }

    /// The ids of the bot's containers that the engine started since then.
    fn bots_started(&self, since: &str) -> Vec<String> {
        let until = self.stack.docker(&["info", "-f", "{{.SystemTime}}"]);
        let name = format!("container={}", self.stack.container("bot"));
        let told = Command::new("docker")
            .args(["events", "--since", since.trim(), "--until", until.trim(), "--filter", &name])
            .args(["--filter", "event=start", "--format", "{{.Actor.ID}}"])
            .output()
            .unwrap();
        String::from_utf8_lossy(&told.stdout).lines().map(str::to_owned).collect()
    }

    /// Everything that has to hold after the kill.
    fn judge(&self, before: Before, started: &[String], unsafe_id: &str) -> Result<(bool, String), String> {
        let (proven, running) = oracle::bot(&self.stack);
        if before == Recovering && !self.stack.is_running("gateway") {
            // Nothing can be asked any more: what ran before runs on until somebody watches again, and nothing is started.
            oracle::bot_alone(&self.stack)?;
            if !started.is_empty() {
                return Err("a bot was started without a gateway".to_owned());
            }
        } else {
            proven?;
        }
        let may = match before {
            Live | Gameplan | Down => started.is_empty(),
            UnsafeEnv => !started.iter().any(|id| id == unsafe_id),
            _ => true,
        };
        if !may {
            return Err("a bot was started that must not run".to_owned());
        }
        let place = if before == Down {
            "down".to_owned()
        } else if before == Matrix {
            "a matrix".to_owned()
        } else if before == Reporting {
            "the report".to_owned()
        } else if before.watches() {
            journal::place(&self.stack)?
        } else {
            let events = oracle::events(&self.stack.directory.path().join("events.jsonl"))?;
            oracle::in_order(&self.stack, &events, &["api", "session", "account"])?;
            oracle::place(&events)
        };
        Ok((running, place))
    }

    fn round(&self, before: Before, dice: &mut Dice) {
        self.prepare(before);
        let pair = (before == Matrix).then(|| Pair::of(&self.stack));
        let bot = self.stack.docker(&["inspect", "-f", "{{.Id}}", &self.stack.container("bot")]);
        let since = self.stack.docker(&["info", "-f", "{{.SystemTime}}"]);
        let takes = self.takes.lock().unwrap().get(&before).copied().unwrap_or(before.takes());
        let share = u32::try_from(dice.throw(1_000)).unwrap();
        let (killed, lived) = self.kill(before, takes * share / 1_000);
        if !killed {
            self.takes.lock().unwrap().insert(before, lived);
        }
        std::thread::sleep(AFTERMATH);
        let mut judged = self.judge(before, &self.bots_started(&since), bot.trim());
        if let Some(pair) = &pair {
            judged = judged.and(pair.judge());
        }
        let reports = oracle::reports(&self.stack.directory.path().join("reports"));
        // What was unsafe is mended, and nothing else is tidied up.
        self.usual();
        let ran = self.stack.run();
        let whole = match pair.map(|pair| pair.converges(&self.stack)) {
            Some(Err(wrong)) => (Err(wrong), false),
            Some(Ok(())) | None => oracle::bot(&self.stack),
        };
        let mut tally = self.tally.lock().unwrap();
        *(if killed { &mut tally.killed } else { &mut tally.outran }) += 1;
        *tally.kinds.entry(before).or_default() += 1;
        match (judged, reports) {
            (Ok((running, place)), Ok(partial)) => {
                tally.running += usize::from(running);
                if killed {
                    *tally.places.entry(place).or_default() += 1;
                }
                tally.partial = tally.partial.max(partial);
            }
            (judged, reports) => {
                let wrong = judged.err().or(reports.err()).unwrap_or_default();
                tally.wrong.push(format!("{before:?}, killed after {lived:?}: {wrong}"));
            }
        }
        if ran.ended.code == 0 && whole == (Ok(()), true) {
            tally.converged += 1;
        } else {
            let said = format!("{before:?}, killed after {lived:?}: {whole:?}, the next run: ");
            tally.wrong.push(said + &ran.ended.stderr);
        }
    }
}

#[expect(clippy::print_stderr, reason = "the counts are what one asks for with `--nocapture`")]
#[test]
fn a_kill_at_any_instant_leaves_nothing_running_that_is_not_proven() {
    let asked = std::env::var("OPENBELL_KILLS").ok().map(|count| count.parse().unwrap());
    let (wanted, longest) = asked.map_or((USUAL, LONGEST), |count: usize| (count, Duration::MAX));
    let (tally, next, began) = (Mutex::new(Tally::default()), AtomicUsize::new(0), Instant::now());
    let takes = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..STACKS {
            scope.spawn(|| {
                let worker = Worker { stack: Stack::new("kills"), tally: &tally, takes: &takes };
                std::fs::create_dir(worker.stack.directory.path().join("plans")).unwrap();
                worker.usual();
                worker.stack.run().exits(0);
                // One that ended before its instant came is made up for.
                while tally.lock().unwrap().killed < wanted && began.elapsed() < longest {
                    let turn = next.fetch_add(1, Ordering::Relaxed);
                    let mut dice = Dice(SEED + turn as u64);
                    worker.round(ALL[turn % ALL.len()], &mut dice);
                }
            });
        }
    });
    let tally = tally.into_inner().unwrap();
    eprintln!("{}", line(&tally, began.elapsed()));
    assert!(tally.wrong.is_empty(), "{:#?}", tally.wrong);
    assert!(tally.killed > 0);
}

fn line(tally: &Tally, took: Duration) -> String {
    let rounds = tally.killed + tally.outran;
    let counts: Vec<String> = tally.places.iter().map(|(place, count)| format!("{place} {count}")).collect();
    let kinds: Vec<String> = tally.kinds.iter().map(|(kind, count)| format!("{kind:?} {count}")).collect();
    format!(
        "kills: {} with SIGKILL ({}), {} ended before their instant; before it: {}; the bot ran on, proven, {} times, \
         did not run {} times; {} wrong; at most {} half-written reports in one place; converged {} of {rounds}; seed \
         {SEED}, {:.0} s",
        tally.killed,
        counts.join(", "),
        tally.outran,
        kinds.join(", "),
        tally.running,
        rounds - tally.running - tally.wrong.len().min(rounds - tally.running),
        tally.wrong.len(),
        tally.partial,
        tally.converged,
        took.as_secs_f64()
    )
}
