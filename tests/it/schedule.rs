//! The order of things: what waits for what, what runs at once, what a failure ends. Time is paused: waiting costs nothing.

use std::time::Duration;

use openbell::event::{Event, EventKind, Outcome, SkippedBy, Verdict};
use openbell::ports::broker::Rung;
use openbell::ports::docker::DockerError;
use openbell::report::StepOutcome;
use tokio_util::sync::CancellationToken;

use crate::support::plan::{Told, plan, run, run_until, span};
use crate::support::world::{Fakes, ProbeAnswer};

/// A playbook without containers, with these steps.
fn only(steps: &str) -> openbell::playbook::Plan {
    let head =
        "version: 1\nname: s\nconnection: { address: \"a:1\", client_id: [1] }\nvars: { REGION: eu }\n";
    plan(&format!("{head}steps:\n{steps}"))
}

/// A step that takes this long.
fn takes(id: &str, seconds: u32, more: &str) -> String {
    format!("- {{ id: {id}, {more} do: {{ stable: {{ for: {seconds}s, session: false }} }} }}\n")
}

/// When a step began, since the run did.
fn began(told: &Told, id: &str) -> Duration {
    span(told.step(id).after_ms.unwrap_or_else(|| panic!("{id} never began")))
}

/// The steps in the order in which they began.
fn begun(events: &[Event]) -> Vec<&str> {
    events.iter().filter_map(started).collect()
}

fn started(event: &Event) -> Option<&str> {
    match &event.kind {
        EventKind::StepStarted { id, .. } => Some(id),
        _ => None,
    }
}

#[tokio::test(start_paused = true)]
async fn steps_without_needs_run_one_after_the_other() {
    let text = takes("a", 5, "") + &takes("b", 3, "") + &takes("c", 1, "");
    let told = run(&only(&text), &Fakes::new()).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(
        (began(&told, "a"), began(&told, "b"), began(&told, "c")),
        (Duration::ZERO, Duration::from_secs(5), Duration::from_secs(8))
    );
}

#[tokio::test(start_paused = true)]
async fn a_step_with_needs_begins_as_soon_as_those_are_done() {
    let text =
        takes("a", 5, "") + &takes("b", 3, "needs: [],") + &takes("c", 1, "needs: [b],") + &takes("d", 1, "");
    let told = run(&only(&text), &Fakes::new()).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(begun(&told.events), ["a", "b", "c", "d"]);
    assert_eq!(
        (began(&told, "a"), began(&told, "b"), began(&told, "c")),
        (Duration::ZERO, Duration::ZERO, Duration::from_secs(3))
    );
    assert_eq!(began(&told, "d"), Duration::from_secs(5), "it waits for every step before it");
    assert_eq!(span(told.step("b").took_ms), Duration::from_secs(3), "each step has its own time");
    assert_eq!(span(told.report.took_ms), Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn a_hundred_steps_at_once_all_come_to_their_turn() {
    let text: String = (0..100).map(|n| takes(&format!("s{n}"), 2, "needs: [],")).collect();
    let told = run(&only(&text), &Fakes::new()).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(told.report.steps.iter().filter(|step| step.outcome == StepOutcome::Passed).count(), 100);
    assert!(told.report.took_ms < 10_000.0, "{}", told.report.took_ms);
}

/// An engine that gives no permission, after it was not there for a while.
fn hopeless_after_a_while(fakes: &Fakes) {
    let unreachable = || DockerError::Unreachable { host: "x".into(), reason: "connection refused".into() };
    fakes.engine.with(|state| {
        state.unreachable.extend((0..5).map(|_| unreachable()));
        state.unreachable.push_back(DockerError::NoPermission { host: "x".into() });
    });
}

#[tokio::test(start_paused = true)]
async fn the_first_failure_ends_what_still_runs_and_keeps_its_notes() {
    let fakes = Fakes::new();
    hopeless_after_a_while(&fakes);
    fakes.gateway.probes.push(ProbeAnswer::SilentAt(Rung::Version));
    let text = "- { id: api, needs: [], do: { ready: {} } }\n- { id: engine, needs: [], do: { engine: {} } }\n\
                - { id: later, needs: [api], do: { port: {} } }\n";
    let told = run(&only(text), &fakes).await;
    assert_eq!((told.verdict, told.code("engine")), (Verdict::Engine, "docker::no_permission"));
    let api = told.step("api");
    assert_eq!(api.outcome, StepOutcome::Interrupted);
    assert_eq!(api.because.as_deref(), Some("step `engine` did not pass"));
    assert!(api.rungs.iter().any(|reached| reached.rung == Rung::Version), "{:?}", api.rungs);
    assert_eq!(told.step("later").outcome, StepOutcome::Skipped);
    assert_eq!(told.step("later").because.as_deref(), Some("step `engine` did not pass"));
}

#[tokio::test(start_paused = true)]
async fn ended_by_hand_every_step_in_progress_is_interrupted() {
    let stop = CancellationToken::new();
    let cancel = stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(2)).await;
        cancel.cancel();
    });
    let text = takes("a", 50, "") + &takes("b", 50, "needs: [],") + &takes("c", 1, "needs: [b],");
    let told = run_until(&only(&text), &Fakes::new(), &stop).await;
    assert_eq!(told.verdict, Verdict::Interrupted);
    for id in ["a", "b"] {
        assert_eq!(
            (told.step(id).outcome, &told.step(id).because),
            (StepOutcome::Interrupted, &None),
            "{id}"
        );
    }
    assert_eq!(told.step("c").outcome, StepOutcome::Skipped);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_run_names_every_step_it_met_and_says_that_shares_overlap() {
    let mut plan = only(&(takes("a", 50, "") + &takes("b", 50, "needs: [],")));
    plan.within = Duration::from_secs(20);
    let told = run(&plan, &Fakes::new()).await;
    assert_eq!(told.verdict, Verdict::Deadline);
    let why = told.report.why.as_ref().unwrap();
    assert!(why.message.ends_with("passed in steps `a`, `b`"), "{}", why.message);
    assert_eq!(why.evidence[..2], ["a: 20.0 s (100 %)", "b: 20.0 s (100 %)"]);
    assert!(why.evidence[2].contains("overlap"), "{:?}", why.evidence);
    let ended: Vec<_> =
        told.report.steps.iter().map(|step| (step.outcome, step.because.as_deref())).collect();
    assert_eq!(ended[1], (StepOutcome::Interrupted, Some("the run's deadline passed")));
}

#[tokio::test(start_paused = true)]
async fn a_condition_decides_whether_a_step_is_tried() {
    let text = "- { id: net, do: { network: {} } }\n\
                - { id: changed, when: steps.net.changed, do: { port: {} } }\n\
                - { id: us, when: 'vars.REGION == \"us\"', do: { port: {} } }\n\
                - { id: after, needs: [us], do: { port: {} } }\n";
    let told = run(&only(text), &Fakes::new()).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(told.step("changed").outcome, StepOutcome::Passed);
    let us = told.step("us");
    assert_eq!(us.outcome, StepOutcome::Skipped);
    assert_eq!(us.because.as_deref(), Some("`vars.REGION == \"us\"` is false"));
    assert_eq!(told.step("after").outcome, StepOutcome::Passed, "skipped counts as done");
    let by = told.events.iter().find_map(|event| match &event.kind {
        EventKind::StepFinished(step) => match &step.outcome {
            Outcome::Skipped { by, .. } => Some(*by),
            Outcome::Passed | Outcome::Failed { .. } | Outcome::Interrupted { .. } => None,
        },
        _ => None,
    });
    assert_eq!(by, Some(SkippedBy::When));
}

#[tokio::test(start_paused = true)]
async fn a_condition_without_an_answer_fails_its_step() {
    let text = "- { id: a, do: { port: {} } }\n- { id: b, when: steps.a.facts.colour == 1, do: { port: {} } }\n\
                - { id: c, do: { port: {} } }\n";
    let told = run(&only(text), &Fakes::new()).await;
    assert_eq!((told.verdict, told.code("b")), (Verdict::Failed, "step::when"));
    assert_eq!(told.step("b").attempts, 0);
    assert_eq!(told.step("c").outcome, StepOutcome::Skipped);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_waits_for_its_turn_in_vain_says_who_had_it() {
    let fakes = Fakes::new();
    fakes.gateway.probes.push(ProbeAnswer::SilentAt(Rung::Tcp));
    let text = "- { id: api, needs: [], within: 60s, do: { ready: {} } }\n\
                - { id: session, needs: [], within: 5s, do: { session: {} } }\n";
    let told = run(&only(text), &fakes).await;
    assert_eq!((told.verdict, told.code("session")), (Verdict::Deadline, "engine::turn"));
    let why = &told.step("session").failure.as_ref().unwrap().why;
    assert_eq!(
        why.message,
        "a:1 is not free: `api` talks to it, and a gateway bears one handshake at a time"
    );
    assert_eq!(fakes.gateway.asked.lock().unwrap().len(), 1, "no second handshake");
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_is_given_up_goes_to_the_next() {
    let fakes = Fakes::new();
    fakes.gateway.probes.push(ProbeAnswer::SilentAt(Rung::Tcp));
    let text = "- { id: api, needs: [], within: 60s, do: { ready: {} } }\n\
                - { id: impatient, needs: [], within: 60s, do: { session: {} } }\n";
    let stop = CancellationToken::new();
    let shared = openbell::engine::Shared { stop: stop.clone(), ..openbell::engine::Shared::default() };
    let (first, second) = (only(text), only("- { id: account, do: { account: {} } }"));
    let (one, other) = tokio::join!(
        async {
            let ends = async {
                tokio::time::sleep(Duration::from_secs(3)).await;
                stop.cancel();
            };
            tokio::join!(crate::support::plan::run_with(&first, &fakes, &shared), ends).0
        },
        async {
            // Another run that takes turns with the first one, and is not ended with it.
            let beside = openbell::engine::Shared { stop: CancellationToken::new(), ..shared.clone() };
            crate::support::plan::run_with(&second, &fakes, &beside).await
        }
    );
    assert_eq!((one.verdict, other.verdict), (Verdict::Interrupted, Verdict::Green));
    assert_eq!(
        span(other.step("account").took_ms),
        Duration::from_secs(3),
        "it had to wait, and then it had its turn"
    );
}

#[tokio::test(start_paused = true)]
async fn that_others_had_the_turn_is_no_reason_where_there_was_a_better_one() {
    let fakes = Fakes::new();
    let refused = || openbell::ports::broker::BrokerError::Refused { address: "a:1".into() };
    (0..2).for_each(|_| fakes.gateway.sessions.push(Err(refused())));
    fakes.gateway.probes.push(ProbeAnswer::Fails(refused()));
    fakes.gateway.probes.push(ProbeAnswer::SilentAt(Rung::Tcp));
    let text = "- { id: session, needs: [], within: 5s, do: { session: {} } }\n\
                - { id: api, needs: [], within: 60s, do: { ready: {} } }\n";
    let told = run(&only(text), &fakes).await;
    assert_eq!((told.verdict, told.code("session")), (Verdict::Deadline, "broker::refused"));
}
