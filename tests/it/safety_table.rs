//! Every assertion of the safe state, broken in every way that is known here: how long it takes until it is seen, and
//! what becomes of the bot. In a world of fakes, in simulated time; `just safety` prints the table.
//!
//! A row is broken either before the run, so that the bot must not be started (or is stopped, where it runs already), or
//! 12 s after the bot was started, while a window of a minute is watched.

use std::fmt::Write;
use std::time::Duration;

use openbell::event::Verdict;
use openbell::ports::broker::BrokerError;
use openbell::ports::docker::{Container, ExecOutput, Status};
use tokio::time::Instant;

use crate::support::engine::{State, made};
use crate::support::plan::{Told, run, steps};
use crate::support::world::{Fakes, ProbeAnswer};

/// Long before the end of the window.
const LATEST: Duration = Duration::from_secs(30);

/// When it is broken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// The bot has not been started yet.
    Before,
    /// The bot runs from an earlier run.
    Running,
    /// The window is being watched.
    Watched,
}

struct Row {
    assertion: &'static str,
    way: &'static str,
    breaks: fn(&Fakes),
    /// What is told of it.
    code: &'static str,
}

const fn row(assertion: &'static str, way: &'static str, code: &'static str, breaks: fn(&Fakes)) -> Row {
    Row { assertion, way, breaks, code }
}

fn container(fakes: &Fakes, name: &str, change: impl Fn(&mut Container)) {
    // Before the first run there is none: then the engine makes it so.
    fakes.engine.with(|state| state.containers.get_mut(name).map(change));
}

fn env(fakes: &Fakes, name: &str, pairs: &[&str]) {
    let pairs: Vec<String> = pairs.iter().map(|pair| (*pair).to_owned()).collect();
    container(fakes, name, |container| container.env.clone_from(&pairs));
}

fn shows(fakes: &Fakes, accounts: &[&'static str]) {
    (0..99).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Ready(accounts.to_vec())));
}

fn refuses(fakes: &Fakes) {
    let error = || BrokerError::Refused { address: "127.0.0.1:4002".into() };
    (0..999).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Fails(error())));
}

fn says(fakes: &Fakes, lines: &[&str]) {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    fakes.engine.with(|state| state.logs.insert("stack-bot".into(), lines));
}

fn present(state: &mut State) {
    state.paths.insert(("stack-bot".into(), "/data/gameplan.json".into()));
}

fn second(fakes: &Fakes, host: bool) {
    let mut container = made("by-hand");
    container.image = "bot".into();
    container.networks = vec![if host { "host" } else { "stack_default" }.into()];
    (container.host_network, container.status) = (host, Status::Running);
    fakes.engine.with(|state| state.containers.insert("by-hand".into(), container));
}

fn port(fakes: &Fakes, image: &str, inside: u16) {
    container(fakes, "stack-gateway", |gateway| {
        image.clone_into(&mut gateway.image);
        gateway.ports[0].container_port = inside;
    });
}

const SAYS: &str = "Strategy C active: No trading, monitoring only";

/// What can be broken at any time.
const ALWAYS: &[Row] = &[
    row("account", "the session shows a live account", "safety::account", |fakes| {
        shows(fakes, &["U1234567"]);
    }),
    row("account", "an advisor's list has one live account", "safety::account", |fakes| {
        shows(fakes, &["DF1234567", "DU1234568", "U7654321"]);
    }),
    row("account", "the account cannot be asked for", "safety::unproven", refuses),
    row("environment", "the processes have another value", "safety::env", |fakes| {
        fakes.engine.with(|state| state.shell("stack-bot", &["DRY_RUN=true", "DRY_RUN=false"]));
    }),
    row("environment", "the processes have it in another case", "safety::env", |fakes| {
        fakes.engine.with(|state| state.shell("stack-bot", &["DRY_RUN=true", "dry_run=0"]));
    }),
    row("environment", "a process may not be looked at", "safety::unproven", |fakes| {
        fakes.engine.with(|state| state.shell("stack-bot", &["DRY_RUN=true", "openbell-unread=41:7:7:bot"]));
    }),
    row("environment", "the engine runs no command to look", "safety::unproven", |fakes| {
        fakes.engine.with(|state| {
            state.shell("stack-bot", &[]);
            state.mute_exec = true;
        });
    }),
    row("environment", "there is a shell that cannot be run", "safety::unproven", |fakes| {
        fakes.engine.with(|state| state.paths.insert(("stack-bot".into(), "/bin/sh".into())));
    }),
    row("environment", "a shell that says nothing and ends well", "safety::unproven", |fakes| {
        fakes.engine.with(|state| {
            state.paths.insert(("stack-bot".into(), "/bin/sh".into()));
            state.exec = Some(ExecOutput { exit_code: 0, output: String::new() });
        });
    }),
    row("gameplan", "a file, a link or a mount at its path", "safety::present", |fakes| {
        fakes.engine.with(present);
    }),
    row("gameplan", "only the container's programs see it", "safety::present", |fakes| {
        fakes.engine.with(|state| {
            state.shell("stack-bot", &["DRY_RUN=true"]);
            state.inside.insert(("stack-bot".into(), "/data/gameplan.json".into()));
        });
    }),
    row("strategy", "the log names another one", "safety::strategy", |fakes| {
        says(fakes, &[SAYS, "Strategy A active: following the gameplan"]);
    }),
    row("strategy", "another one, and then a line that fakes the default", "safety::strategy", |fakes| {
        says(fakes, &["Strategy A active: following the gameplan", "news: Strategy C active"]);
    }),
    row("strategy", "the log names none", "safety::strategy_unproven", |fakes| says(fakes, &["hello"])),
    row("second bot", "by hand on the stack's network", "safety::second_bot", |fakes| second(fakes, false)),
    row("second bot", "by hand on the host's network", "safety::second_bot", |fakes| second(fakes, true)),
    row("second bot", "by hand in the gateway's own network", "safety::second_bot", |fakes| {
        second(fakes, false);
        container(fakes, "by-hand", |second| {
            (second.networks, second.network_of) = (vec![], Some("stack-gateway".into()));
        });
    }),
];

/// What is broken on containers that are there.
const RUNNING: &[Row] = &[
    row("environment", "DRY_RUN=False", "safety::env", |fakes| env(fakes, "stack-bot", &["DRY_RUN=False"])),
    row("environment", "DRY_RUN=0", "safety::env", |fakes| env(fakes, "stack-bot", &["DRY_RUN=0"])),
    row("environment", "DRY_RUN=no", "safety::env", |fakes| env(fakes, "stack-bot", &["DRY_RUN=no"])),
    row("environment", "DRY_RUN is empty", "safety::env", |fakes| env(fakes, "stack-bot", &["DRY_RUN="])),
    row("environment", "DRY_RUN has a blank", "safety::env", |fakes| {
        env(fakes, "stack-bot", &["DRY_RUN= true"]);
    }),
    row("environment", "DRY_RUN is gone", "safety::env", |fakes| env(fakes, "stack-bot", &[])),
    row("environment", "a second one in another case", "safety::env", |fakes| {
        env(fakes, "stack-bot", &["DRY_RUN=true", "dry_run=false"]);
    }),
    row("environment", "a second one of the name", "safety::env", |fakes| {
        env(fakes, "stack-bot", &["DRY_RUN=true", "DRY_RUN=false"]);
    }),
    row("trading mode", "of the bot, not declared", "safety::env", |fakes| {
        env(fakes, "stack-bot", &["DRY_RUN=true", "TRADING_MODE=live"]);
    }),
    row("trading mode", "of the gateway's container", "safety::env", |fakes| {
        env(fakes, "stack-gateway", &["TRADING_MODE=live"]);
    }),
    row("gameplan", "its place is in memory", "safety::unproven", |fakes| {
        container(fakes, "stack-bot", |bot| bot.tmpfs = vec!["/data".into()]);
    }),
    row("port", "4001 of a gateway", "safety::gateway_port", |fakes| port(fakes, "gateway", 4001)),
    row("port", "4003 of the usual image", "safety::gateway_port", |fakes| {
        port(fakes, "ghcr.io/gnzsnz/ib-gateway:stable", 4003);
    }),
    row("port", "7496 of TWS", "safety::gateway_port", |fakes| port(fakes, "gateway", 7496)),
];

/// What takes time.
const WATCHED: &[Row] = &[row("account", "DU first, U after a reconnect", "safety::account", |fakes| {
    shows(fakes, &["U1234567"]);
    fakes.gateway.drop_sessions();
})];

const START: &str = "- { id: net, do: { network: {} } }
- { id: gateway, do: { start: { container: gateway } } }
- { id: bot, do: { start: { container: bot } } }";
const STEPS: &str =
    "\n- { id: strategy, within: 3s, do: { strategy: {} } }\n- { id: steady, do: { stable: { for: 1m } } }";
/// What changes nothing, so that only the interlock looks.
const LOOK: &str = "- { id: net, do: { network: {} } }";

fn fakes() -> Fakes {
    let fakes = Fakes::new();
    fakes.engine.image("gateway");
    fakes.engine.image("bot");
    says(&fakes, &[SAYS]);
    fakes
}

/// How one row went.
struct Seen {
    /// From the break to the bot's end; nothing when it was never started.
    within: Option<Duration>,
    told: bool,
    runs: bool,
    green: bool,
}

async fn play(row: &Row, when: When) -> Seen {
    let fakes = fakes();
    if when == When::Running {
        assert_eq!(run(&steps(START), &fakes).await.verdict, Verdict::Green);
    }
    let (mut broken_at, engine) = (Instant::now(), fakes.engine.clone());
    let told = match when {
        When::Before => {
            (row.breaks)(&fakes);
            run(&steps(&format!("{START}{STEPS}")), &fakes).await
        }
        When::Running => {
            (row.breaks)(&fakes);
            run(&steps(LOOK), &fakes).await
        }
        When::Watched => {
            let plan = steps(&format!("{START}{STEPS}"));
            let later = async {
                tokio::time::sleep(Duration::from_secs(12)).await;
                (row.breaks)(&fakes);
                broken_at = Instant::now();
            };
            tokio::join!(run(&plan, &fakes), later).0
        }
    };
    let stopped = engine.with(|state| state.stopped.get("stack-bot").copied());
    Seen {
        within: stopped.map(|at| at - broken_at),
        told: is_told(&told, row.code),
        runs: engine.is_running("stack-bot"),
        green: told.verdict == Verdict::Green,
    }
}

/// Whether the code is in the report, or what it says is: the reason why a container was stopped has no code.
fn is_told(told: &Told, code: &str) -> bool {
    let failed =
        told.report.steps.iter().filter_map(|step| step.failure.as_ref()).map(|failure| &failure.why);
    let words = match code {
        "safety::account" => "the session shows the account",
        "safety::env" => "expected",
        "safety::present" => "exists in the container",
        "safety::gateway_port" => "leads to port",
        "safety::second_bot" => "runs the image of a held container",
        "safety::unproven" => "could not be checked",
        "safety::strategy" => "says it runs strategy",
        "safety::strategy_unproven" => "has not said",
        other => panic!("{other} has no words here"),
    };
    failed.chain(&told.report.why).any(|why| why.code == code)
        || told.report.stopped.iter().any(|stop| stop.because.contains(words))
}

#[expect(clippy::print_stderr, reason = "the table is what one asks for with `--nocapture`")]
#[tokio::test(start_paused = true)]
async fn every_assertion_that_breaks_is_seen_and_stops_the_bot() {
    let mut played = Vec::new();
    for (rows, times) in [
        (ALWAYS, &[When::Before, When::Running, When::Watched][..]),
        (RUNNING, &[When::Running, When::Watched]),
        (WATCHED, &[When::Watched]),
    ] {
        for row in rows {
            for when in times {
                played.push((row, *when, play(row, *when).await));
            }
        }
    }
    let table = table(&played);
    eprintln!("{table}");
    let through: Vec<_> = played
        .iter()
        .filter(|(_, _, seen)| seen.runs || seen.green || !seen.told || seen.within > Some(LATEST))
        .map(|(row, when, _)| format!("{}: {} ({})", row.assertion, row.way, words(*when)))
        .collect();
    assert!(through.is_empty(), "let through: {through:#?}\n{table}");
}

fn words(when: When) -> &'static str {
    match when {
        When::Before => "before the start",
        When::Running => "while it ran, before a run",
        When::Watched => "while it is watched",
    }
}

fn table(played: &[(&Row, When, Seen)]) -> String {
    let mut text = String::from(
        "| assertion | way of breaking | when | seen within | the bot |\n|---|---|---|---|---|\n",
    );
    for (row, when, seen) in played {
        let within = seen.within.map_or("–".to_owned(), |within| format!("{:.1} s", within.as_secs_f64()));
        let bot = match (seen.runs, seen.within) {
            (true, _) => "RUNS",
            (false, Some(_)) => "stopped",
            (false, None) => "not started",
        };
        let told = if seen.told { "" } else { ", NOT TOLD" };
        writeln!(text, "| {} | {} | {} | {within} | {bot}{told} |", row.assertion, row.way, words(*when))
            .unwrap();
    }
    let count = |is: fn(&Seen) -> bool| played.iter().filter(|(_, _, seen)| is(seen)).count();
    let kept = count(|seen| !seen.runs && seen.within.is_none());
    let stopped = |from: u64, to: u64| {
        let (from, to) = (Duration::from_secs(from), Duration::from_secs(to));
        let within =
            |seen: &Seen| seen.within.is_some_and(|within| within <= to && (within > from || from.is_zero()));
        played.iter().filter(|(_, _, seen)| !seen.runs && within(seen)).count()
    };
    let (soon, later, late) = (stopped(0, 5), stopped(5, 10), stopped(10, 30));
    let (of, all) = (played.len(), kept + soon + later + late);
    writeln!(
        text,
        "\n{all} of {of}: {kept} times the bot was not started, {soon} times it was stopped within 5 s, {later} times within 10 s \
         (a look that fails is tried again so long at the end of a run), {late} times within 30 s (while it is watched, the \
         accounts are asked for every 15 s); {} times it ran on",
        count(|seen| seen.runs)
    )
    .unwrap();
    text
}
