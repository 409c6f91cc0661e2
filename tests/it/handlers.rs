//! What follows a run: `on_failure` and `finally`, in every verdict. Time is paused: waiting costs nothing.

use std::time::Duration;

use openbell::engine::Shared;
use openbell::event::{EventKind, Verdict};
use openbell::ports::docker::DockerError;
use openbell::report::{Phase, StepOutcome};
use tokio_util::sync::CancellationToken;

use crate::support::plan::{STACK, Told, plan, run, run_with, span};
use crate::support::world::Fakes;

const HEAD: &str = "version: 1\nname: s\nconnection: { address: \"a:1\", client_id: [1] }\n";

/// These lists of steps, without containers.
fn lists(steps: &str, on_failure: &str, finally: &str) -> openbell::playbook::Plan {
    plan(&format!("{HEAD}steps:\n{steps}\non_failure:\n{on_failure}\nfinally:\n{finally}\n"))
}

const PASSES: &str = "  - { id: net, do: { network: {} } }";
const TELL: &str = "  - { id: tell, do: { port: {} } }";
const CLEAN: &str = "  - { id: clean, do: { stable: { for: 30s, session: false } } }";

fn fails() -> (Fakes, &'static str) {
    let fakes = Fakes::new();
    fakes.engine.with(|state| state.unreachable.push_back(DockerError::NoPermission { host: "x".into() }));
    (fakes, "  - { id: engine, do: { engine: {} } }")
}

fn outcomes(told: &Told) -> Vec<(&str, StepOutcome)> {
    told.report.steps.iter().map(|step| (step.id.as_str(), step.outcome)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_green_run_needs_no_on_failure_and_ends_with_finally() {
    let told = run(&lists(PASSES, TELL, CLEAN), &Fakes::new()).await;
    assert_eq!(told.verdict, Verdict::Green);
    let passed = StepOutcome::Passed;
    assert_eq!(outcomes(&told), [("net", passed), ("tell", StepOutcome::Skipped), ("clean", passed)]);
    assert_eq!(told.step("tell").because.as_deref(), Some("the run is green"));
    assert_eq!(told.step("tell").phase, Phase::OnFailure);
    assert_eq!(told.step("clean").phase, Phase::Finally);
    assert!(matches!(told.events.last().unwrap().kind, EventKind::RunFinished { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_failed_run_is_followed_by_both_in_order_and_stays_what_it_was() {
    let (fakes, steps) = fails();
    let told = run(&lists(steps, TELL, CLEAN), &fakes).await;
    assert_eq!(told.verdict, Verdict::Engine);
    let order = told.events.iter().filter_map(|event| match &event.kind {
        EventKind::StepStarted { id, .. } => Some(id.as_str()),
        _ => None,
    });
    assert_eq!(order.collect::<Vec<_>>(), ["engine", "tell", "clean"]);
    assert_eq!(told.step("clean").outcome, StepOutcome::Passed);
}

#[tokio::test(start_paused = true)]
async fn a_failed_step_of_on_failure_changes_nothing_and_one_of_finally_fails_a_green_run() {
    let (fakes, steps) = fails();
    fakes.port.0.store(true, std::sync::atomic::Ordering::Relaxed);
    let shut = "  - { id: tell, within: 2s, do: { port: {} } }\n  - { id: more, do: { network: {} } }";
    let told = run(&lists(steps, shut, CLEAN), &fakes).await;
    assert_eq!(told.verdict, Verdict::Engine);
    assert_eq!(told.step("tell").outcome, StepOutcome::Failed);
    assert_eq!(told.step("more").outcome, StepOutcome::Skipped, "the rest of its list is not tried");
    assert_eq!(told.step("clean").outcome, StepOutcome::Passed, "`finally` is");

    let told =
        run(&lists(PASSES, TELL, "  - { id: shut, within: 2s, do: { port: { address: \"b:2\" } } }"), &fakes)
            .await;
    assert_eq!(told.verdict, Verdict::Failed);
    assert_eq!(told.step("tell").outcome, StepOutcome::Skipped);
}

#[tokio::test(start_paused = true)]
async fn what_follows_has_deadlines_of_its_own() {
    let mut plan = lists("  - { id: long, do: { stable: { for: 5m, session: false } } }", TELL, CLEAN);
    plan.within = Duration::from_secs(7);
    let told = run(&plan, &Fakes::new()).await;
    assert_eq!(told.verdict, Verdict::Deadline);
    assert_eq!(told.step("clean").outcome, StepOutcome::Passed);
    assert_eq!(span(told.report.took_ms), Duration::from_secs(37), "the run's deadline is not theirs");
}

/// Signals after these many seconds.
fn signalled(first: u64, second: Option<u64>) -> Shared {
    let shared = Shared::default();
    let send = |after: u64, token: CancellationToken| {
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(after)).await;
            token.cancel();
        });
    };
    send(first, shared.stop.clone());
    if let Some(second) = second {
        send(second, shared.stop_all.clone());
    }
    shared
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_ended_by_hand_is_followed_by_finally() {
    let plan = lists("  - { id: long, do: { stable: { for: 5m, session: false } } }", TELL, CLEAN);
    let told = run_with(&plan, &Fakes::new(), &signalled(3, None)).await;
    assert_eq!(told.verdict, Verdict::Interrupted);
    assert_eq!(told.step("long").outcome, StepOutcome::Interrupted);
    assert_eq!(told.step("clean").outcome, StepOutcome::Passed);
    assert_eq!(span(told.report.took_ms), Duration::from_secs(33));
}

#[tokio::test(start_paused = true)]
async fn ended_by_hand_containers_are_left_as_they_are_and_on_failure_is_not_tried() {
    let steps = "  - { id: long, do: { stable: { for: 5m, session: false } } }";
    let told = run_with(&lists(steps, TELL, CLEAN), &Fakes::new(), &signalled(3, None)).await;
    assert_eq!(told.step("tell").outcome, StepOutcome::Skipped);
    let because = told.step("tell").because.as_deref();
    assert_eq!(because, Some("the run was ended by hand: containers are left as they are"));
    assert_eq!(told.step("tell").attempts, 0);
}

#[tokio::test(start_paused = true)]
async fn a_signal_ends_on_failure_and_the_run_stays_what_it_was() {
    let (fakes, steps) = fails();
    let slow = "  - { id: slow, do: { stable: { for: 5m, session: false } } }\n  - { id: more, do: { network: {} } }";
    let told = run_with(&lists(steps, slow, CLEAN), &fakes, &signalled(3, None)).await;
    assert_eq!(told.verdict, Verdict::Engine);
    assert_eq!(told.step("slow").outcome, StepOutcome::Interrupted);
    assert_eq!(told.step("more").outcome, StepOutcome::Skipped);
    assert_eq!(told.step("clean").outcome, StepOutcome::Passed);
    assert_eq!(span(told.report.took_ms), Duration::from_secs(33));
}

#[tokio::test(start_paused = true)]
async fn a_second_signal_ends_what_follows() {
    let plan = lists("  - { id: long, do: { stable: { for: 5m, session: false } } }", TELL, CLEAN);
    let told = run_with(&plan, &Fakes::new(), &signalled(3, Some(10))).await;
    assert_eq!(told.verdict, Verdict::Interrupted);
    assert_eq!(told.step("clean").outcome, StepOutcome::Interrupted);
    assert_eq!(span(told.report.took_ms), Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn a_condition_of_finally_knows_how_the_steps_went() {
    let (fakes, steps) = fails();
    let finally = "  - { id: told, when: 'steps.engine.outcome == \"failed\"', do: { port: {} } }\n  \
                   - { id: not, when: 'steps.engine.outcome == \"passed\"', do: { port: {} } }";
    let told = run(&lists(steps, TELL, finally), &fakes).await;
    assert_eq!(told.step("told").outcome, StepOutcome::Passed);
    assert_eq!(told.step("not").outcome, StepOutcome::Skipped);
}

/// The shared stack with a bot that is well, and these lists.
fn with_bot(finally: &str) -> (Fakes, openbell::playbook::Plan) {
    let fakes = Fakes::new();
    fakes.engine.image("gateway");
    fakes.engine.image("bot");
    let says = vec!["Strategy C active: No trading, monitoring only".to_owned()];
    fakes.engine.with(|state| state.logs.insert("stack-bot".into(), says));
    let steps = "  - { id: net, do: { network: {} } }\n  - { id: gateway, do: { start: { container: gateway } } }\n  \
                 - { id: bot, do: { start: { container: bot } } }";
    (fakes, plan(&format!("{STACK}\nsteps:\n{steps}\nfinally:\n{finally}\n")))
}

#[tokio::test(start_paused = true)]
async fn the_safe_state_is_proven_again_when_finally_may_have_changed_it() {
    // The gateway is gone: whose account the bot trades can be proven no more.
    let (fakes, plan) = with_bot("  - { id: away, do: { stop: { container: gateway } } }");
    for _ in 0..2 {
        fakes.gateway.probes.push(crate::support::world::ProbeAnswer::Ready(vec!["DU1234567"]));
    }
    for _ in 0..100 {
        let address = "127.0.0.1:4002".to_owned();
        let gone = openbell::ports::broker::BrokerError::Refused { address };
        fakes.gateway.probes.push(crate::support::world::ProbeAnswer::Fails(gone));
    }
    let told = run(&plan, &fakes).await;
    assert_eq!(told.step("away").outcome, StepOutcome::Passed);
    assert_eq!(told.verdict, Verdict::Safety, "{:?}", told.report.why);
    assert!(!fakes.engine.is_running("stack-bot"));
    assert_eq!(told.report.stopped[0].container, "bot");
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_is_taken_down_in_the_end_is_green() {
    let down = "  - { id: bot-away, do: { stop: { container: bot } } }\n  - { id: away, do: { stop: { container: gateway } } }";
    let (fakes, plan) = with_bot(down);
    let told = run(&plan, &fakes).await;
    assert_eq!(told.verdict, Verdict::Green, "{:?}", told.report.why);
    assert!(told.report.stopped.is_empty());
    assert_eq!(fakes.engine.changes().iter().filter(|change| change.starts_with("stop ")).count(), 2);
}
