//! What happens to a stack while a long step runs has every held container proven at once. Time is paused.

use std::time::Duration;

use openbell::event::Verdict;
use openbell::ports::broker::{BrokerError, Rung};
use openbell::ports::docker::{Container, LogLine, News};
use tokio::time::Instant;

use crate::support::plan::{START, Told, fakes, run, steps};
use crate::support::world::{Fakes, ProbeAnswer};

/// When something happens.
const AT: Duration = Duration::from_mins(1);

/// A stack that runs.
async fn up() -> Fakes {
    let fakes = fakes();
    assert_eq!(run(&steps(START), &fakes).await.verdict, Verdict::Green);
    fakes.engine.with(|state| state.changes.clear());
    fakes
}

fn shows(fakes: &Fakes, account: &'static str) {
    (0..99).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Ready(vec![account])));
}

/// A line that is waited for in vain.
const LONG: &str = "- { id: long, within: 10m, do: { log: { container: bot, contains: never } } }";

/// Runs the steps, and has something happen after a minute; how long after it the bot was stopped, if it was.
async fn while_it_runs(
    fakes: &Fakes,
    steps_: &str,
    happens: impl FnOnce(&Fakes),
) -> (Told, Option<Duration>) {
    let plan = steps(steps_);
    let happens = async {
        tokio::time::sleep(AT).await;
        happens(fakes);
        Instant::now()
    };
    let (told, at) = tokio::join!(run(&plan, fakes), happens);
    let stopped = fakes.engine.with(|state| state.stopped.get("stack-bot").copied());
    (told, stopped.map(|stopped| stopped - at))
}

#[track_caller]
fn broken(told: &Told, code: &str) {
    assert_eq!(told.verdict, Verdict::Safety);
    let why = told.report.why.as_ref().unwrap();
    assert_eq!(why.code, code, "{why:?}");
    assert!(why.evidence.iter().any(|line| line.contains("proven again after")), "{why:?}");
    assert_eq!(told.report.stopped.len(), 1, "{:?}", told.report.stopped);
    let because = told.step("long").because.as_deref();
    assert_eq!(because, Some("the safe state was not proven any more"), "{:?}", told.step("long"));
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_restarts_by_itself_and_is_live_stops_the_bot_in_the_midst_of_a_step() {
    for told_of in [true, false] {
        let fakes = up().await;
        let (told, within) = while_it_runs(&fakes, LONG, |fakes| {
            shows(fakes, "U7654321");
            fakes.engine.with(|state| state.restarts("stack-gateway", told_of));
        })
        .await;
        broken(&told, "safety::account");
        let within = within.expect("the bot was stopped");
        let limit = if told_of { Duration::from_millis(100) } else { Duration::from_secs(10) };
        assert!(within <= limit, "{within:?}, told of: {told_of}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_logs_in_anew_is_proven_in_the_midst_of_a_step() {
    let line = "IBC: Login has completed".to_owned();
    let fakes = up().await;
    let (told, within) = while_it_runs(&fakes, LONG, |fakes| {
        shows(fakes, "U7654321");
        fakes.engine.with(|state| {
            state.logs.insert("stack-gateway".into(), vec![line.clone()]);
            state.tell("stack-gateway", &News::Line(LogLine { at: String::new(), text: line.clone() }));
        });
    })
    .await;
    broken(&told, "safety::account");
    assert!(within.unwrap() < Duration::from_millis(100), "{within:?}");
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_does_not_answer_after_its_restart_leaves_the_bot_unproven_for_ten_seconds() {
    let fakes = up().await;
    let (told, within) = while_it_runs(&fakes, LONG, |fakes| {
        let error = || BrokerError::Refused { address: "a:1".into() };
        (0..999).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Fails(error())));
        fakes.engine.with(|state| state.restarts("stack-gateway", true));
    })
    .await;
    broken(&told, "safety::unproven");
    assert_eq!(within.unwrap().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_comes_back_as_it_was_disturbs_nobody() {
    let fakes = up().await;
    let before = fakes.gateway.asked.lock().unwrap().len();
    let (told, within) = while_it_runs(&fakes, LONG, |fakes| {
        fakes.engine.with(|state| state.restarts("stack-gateway", true));
    })
    .await;
    assert_eq!((told.verdict, told.code("long")), (Verdict::Deadline, "log::not_seen"));
    assert!((600_000.0..600_100.0).contains(&told.step("long").took_ms), "{}", told.step("long").took_ms);
    // Stopped at the end only, because a run that failed leaves nothing to doubt; one proof of it in between.
    let asked = fakes.gateway.asked.lock().unwrap().len() - before;
    assert!(asked <= 2 && within.is_none_or(|within| within > AT), "{asked} {within:?}");
}

#[tokio::test(start_paused = true)]
async fn a_bot_whose_own_step_is_still_to_come_is_stopped_for_the_while() {
    let fakes = up().await;
    let engine = fakes.engine.clone();
    let says = async move {
        tokio::time::sleep(2 * AT).await;
        engine.with(|state| state.logs.insert("stack-gateway".into(), vec!["go on".into()]));
    };
    let list = "- { id: net, do: { network: {} } }
- { id: pause, within: 5m, do: { log: { container: gateway, contains: go on } } }
- { id: bot, do: { start: { container: bot } } }";
    let ((told, within), ()) = tokio::join!(
        while_it_runs(&fakes, list, |fakes| {
            let error = BrokerError::Refused { address: "a:1".into() };
            fakes.gateway.probes.push(ProbeAnswer::Fails(error));
            fakes.engine.with(|state| state.restarts("stack-gateway", true));
        }),
        says
    );
    assert_eq!(told.verdict, Verdict::Green, "{:?}", told.report.why);
    assert!(within.unwrap() < Duration::from_millis(100), "{within:?}");
    assert_eq!(fakes.engine.changes(), ["stop stack-bot", "start stack-bot"]);
    assert!(told.report.stopped[0].because.contains("could not be checked"), "{:?}", told.report.stopped);
}

#[tokio::test(start_paused = true)]
async fn what_a_drill_does_is_the_drills() {
    let fakes = up().await;
    let told = run(&steps("- { id: drill, do: { drill: { restart: gateway } } }"), &fakes).await;
    assert_eq!(told.verdict, Verdict::Green, "{:?}", told.report.why);
    assert!(told.report.stopped.is_empty(), "{:?}", told.report.stopped);
}

#[tokio::test(start_paused = true)]
async fn what_starts_in_a_step_that_follows_the_run_is_proven_too() {
    let fakes = up().await;
    let plan = crate::support::plan::plan(&format!(
        "{}\nsteps: [ {{ id: engine, do: {{ engine: {{}} }} }} ]\nfinally:\n{}",
        crate::support::plan::STACK,
        LONG
    ));
    let happens = async {
        tokio::time::sleep(AT).await;
        shows(&fakes, "U7654321");
        fakes.engine.with(|state| state.restarts("stack-gateway", true));
    };
    let (told, ()) = tokio::join!(run(&plan, &fakes), happens);
    broken(&told, "safety::account");
    assert!(!fakes.engine.is_running("stack-bot"));
}

/// A gateway is waited for that does not say anything, such as one that waits for a second factor.
const MUTE: &str = "- { id: net, do: { network: {} } }
- { id: long, within: 10m, do: { ready: {} } }
- { id: bot, do: { start: { container: bot } } }";

fn mute(fakes: &Fakes) {
    (0..999).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::SilentAt(Rung::Tcp)));
}

fn gameplan(fakes: &Fakes) {
    fakes.engine.with(|state| state.paths.insert(("stack-bot".into(), "/data/gameplan.json".into())));
}

/// A stack that runs without its bot, and that bot.
async fn without_bot() -> (Fakes, Container) {
    let fakes = up().await;
    let mut bot = fakes.engine.with(|state| state.containers.remove("stack-bot")).unwrap();
    (bot.id, bot.started_at) = ("id-by-hand".into(), "2026-11-22T00:30:00Z".into());
    mute(&fakes);
    (fakes, bot)
}

#[track_caller]
fn named(told: &Told, code: &str, within: Option<Duration>) {
    assert_eq!(told.verdict, Verdict::Safety, "{:?}", told.report.why);
    assert_eq!(told.report.why.as_ref().unwrap().code, code);
    assert!(within.expect("the bot was stopped") <= Duration::from_secs(10), "{within:?}");
}

#[tokio::test(start_paused = true)]
async fn a_gameplan_that_appears_while_a_gateway_is_waited_for_stops_the_bot() {
    let fakes = up().await;
    mute(&fakes);
    let (told, within) = while_it_runs(&fakes, MUTE, gameplan).await;
    named(&told, "safety::present", within);
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_somebody_starts_with_a_gameplan_while_a_gateway_is_waited_for_is_stopped() {
    let (fakes, bot) = without_bot().await;
    let (told, within) = while_it_runs(&fakes, MUTE, |fakes| {
        gameplan(fakes);
        fakes.engine.with(|state| state.containers.insert("stack-bot".into(), bot));
    })
    .await;
    named(&told, "safety::present", within);
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_somebody_makes_unsafe_while_a_gateway_is_waited_for_is_stopped() {
    let (fakes, mut bot) = without_bot().await;
    bot.env = vec!["DRY_RUN=false".into()];
    let (told, within) = while_it_runs(&fakes, MUTE, |fakes| {
        fakes.engine.with(|state| state.containers.insert("stack-bot".into(), bot));
    })
    .await;
    named(&told, "safety::env", within);
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_somebody_starts_while_a_gateway_is_waited_for_does_not_run_unproven() {
    let (fakes, bot) = without_bot().await;
    let (told, within) = while_it_runs(&fakes, MUTE, |fakes| {
        fakes.engine.with(|state| state.containers.insert("stack-bot".into(), bot));
    })
    .await;
    // Its own step is still to come: it is stopped for the while, and the wait goes on.
    assert_eq!(told.verdict, Verdict::Deadline, "{:?}", told.report.why);
    assert!(within.expect("the bot was stopped") <= Duration::from_secs(15), "{within:?}");
    assert!(told.report.stopped[0].because.contains("could not be checked"), "{:?}", told.report.stopped);
}

#[tokio::test(start_paused = true)]
async fn a_gameplan_that_appears_in_the_last_moment_of_a_wait_is_why_the_run_ends() {
    let fakes = up().await;
    mute(&fakes);
    let plan = steps(&MUTE.replace("10m", "63s"));
    let happens = async {
        tokio::time::sleep(Duration::from_secs(61)).await;
        gameplan(&fakes);
    };
    let (told, ()) = tokio::join!(run(&plan, &fakes), happens);
    named(&told, "safety::present", Some(Duration::ZERO));
    assert!(!fakes.engine.is_running("stack-bot"));
}
