//! The engine: one loop, deadlines, reasons, interruption. Time is paused: waiting costs nothing.

use std::time::Duration;

use openbell::event::{DeadlineOf, EventKind, Verdict};
use openbell::ports::broker::{BrokerError, Rung};
use openbell::ports::docker::DockerError;
use openbell::ports::docker::News;
use openbell::report::{Reporter, StepOutcome, Summary};
use tokio_util::sync::CancellationToken;

use crate::support::plan::{plan, run, run_until, steps};
use crate::support::world::{Fakes, ProbeAnswer};

fn unreachable() -> DockerError {
    DockerError::Unreachable { host: "unix:///docker.sock".into(), reason: "connection refused".into() }
}

fn refused() -> BrokerError {
    BrokerError::Refused { address: "127.0.0.1:4002".into() }
}

#[tokio::test(start_paused = true)]
async fn a_step_that_passes_at_once_is_tried_once() {
    let told = run(&steps("- { id: engine, do: { engine: {} } }"), &Fakes::new()).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(told.step("engine").attempts, 1);
    assert_eq!(told.events.len(), 4, "run started, step started, step finished, run finished");
}

#[tokio::test(start_paused = true)]
async fn the_engine_is_waited_for_and_the_reason_is_told_once() {
    let fakes = Fakes::new();
    fakes.engine.with(|state| state.unreachable.extend((0..40).map(|_| unreachable())));
    let told = run(&steps("- { id: engine, within: 10m, do: { engine: {} } }"), &fakes).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(told.step("engine").attempts, 41);
    assert_eq!(told.step("engine").waits.len(), 1);
    assert_eq!(told.step("engine").waits[0].code, "docker::unreachable");
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_never_comes_has_a_verdict_of_its_own() {
    let fakes = Fakes::new();
    fakes.engine.with(|state| state.unreachable.extend((0..10_000).map(|_| unreachable())));
    let started = tokio::time::Instant::now();
    let told = run(&steps("- { id: engine, within: 30s, do: { engine: {} } }"), &fakes).await;
    assert_eq!(told.verdict, Verdict::Engine);
    assert_eq!(told.code("engine"), "docker::unreachable");
    assert_eq!(started.elapsed(), Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_hopeless_error_is_not_tried_again() {
    let fakes = Fakes::new();
    fakes.engine.with(|state| state.unreachable.push_back(DockerError::NoPermission { host: "x".into() }));
    let told = run(&steps("- { id: engine, do: { engine: {} } }"), &fakes).await;
    assert_eq!(told.verdict, Verdict::Engine);
    assert_eq!(told.step("engine").attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_tells_the_last_real_reason() {
    let fakes = Fakes::new();
    (0..5000).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Fails(refused())));
    let told = run(&steps("- { id: api, within: 90s, do: { ready: {} } }"), &fakes).await;
    assert_eq!(told.verdict, Verdict::Deadline);
    assert_eq!(told.code("api"), "broker::refused");
    let deadline = told.step("api").failure.as_ref().unwrap().deadline.as_ref().unwrap();
    assert_eq!((deadline.of, deadline.within_ms), (DeadlineOf::Step, 90_000));
    let attempts = told.step("api").attempts;
    assert!((60..200).contains(&attempts), "{attempts} attempts in 90 s");
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_hangs_is_cut_off_with_what_it_was_waiting_for() {
    let fakes = Fakes::new();
    fakes.gateway.probes.push(ProbeAnswer::SilentAt(Rung::Version));
    let told = run(&steps("- { id: api, within: 10s, do: { ready: {} } }"), &fakes).await;
    assert_eq!(told.verdict, Verdict::Deadline);
    let failure = told.step("api").failure.as_ref().unwrap();
    assert_eq!(failure.why.code, "broker::mute");
    assert!(failure.why.message.contains("no managed accounts yet"), "{}", failure.why.message);
    assert_eq!(told.step("api").waits.len(), 1, "what is waited for is told while it is waited for");
    assert!(
        told.step("api").rungs.iter().any(|reached| reached.rung == Rung::Version),
        "the rung reached is kept"
    );
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_run_names_who_ate_it() {
    let fakes = Fakes::new();
    fakes.engine.with(|state| state.unreachable.extend((0..30).map(|_| unreachable())));
    fakes.gateway.probes.push(ProbeAnswer::SilentAt(Rung::Tcp));
    let mut plan = steps(
        "- { id: engine, do: { engine: {} } }\n- { id: api, do: { ready: {} } }\n- { id: net, do: { network: {} } }",
    );
    plan.within = Duration::from_secs(20);
    let told = run(&plan, &fakes).await;
    assert_eq!(told.verdict, Verdict::Deadline);
    let why = told.report.why.as_ref().unwrap();
    assert_eq!(why.code, "run::deadline");
    assert!(why.message.contains("passed in step `api`"), "{}", why.message);
    assert!(why.evidence[0].starts_with("api: 1"), "{:?}", why.evidence);
    assert!(why.evidence[1].starts_with("engine: "), "{:?}", why.evidence);
    assert_eq!(told.step("net").outcome, StepOutcome::Skipped);
}

#[tokio::test(start_paused = true)]
async fn silence_is_borne_longer_each_time_and_never_by_two_at_once() {
    let fakes = Fakes::new();
    let mute = || BrokerError::Mute { address: "a".into(), reached: Rung::Tcp, waited_ms: 1, unfinished: 0 };
    (0..3).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Fails(mute())));
    let told = run(&steps("- { id: api, do: { ready: {} } }"), &fakes).await;
    assert_eq!(told.verdict, Verdict::Green);
    let asked = fakes.gateway.asked.lock().unwrap().join("\n");
    let patience = |text: &str| asked.lines().position(|line| line.ends_with(text)).unwrap();
    assert!(patience("15s") < patience("20s") && patience("20s") < patience("30s"), "{asked}");
    assert!(asked.lines().all(|line| line.contains(" 90")), "only ids from 9000 on: {asked}");
}

#[tokio::test(start_paused = true)]
async fn the_declared_client_ids_are_tried_in_order() {
    let fakes = Fakes::new();
    let taken = |client_id| BrokerError::ClientIdInUse { address: "a".into(), client_id };
    fakes.gateway.sessions.push(Err(taken(101)));
    let told = run(&steps("- { id: session, do: { session: {} } }"), &fakes).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(told.step("session").facts["client_id"], 102);
    assert_eq!(told.step("session").facts["accounts"][0], "DU***567", "accounts are masked");
}

#[tokio::test(start_paused = true)]
async fn client_ids_that_stay_taken_are_asked_for_rarely_and_named() {
    let fakes = Fakes::new();
    let taken = |client_id| BrokerError::ClientIdInUse { address: "a".into(), client_id };
    for _ in 0..1000 {
        fakes.gateway.sessions.push(Err(taken(101)));
        fakes.gateway.sessions.push(Err(taken(102)));
    }
    let told = run(&steps("- { id: session, within: 60s, do: { session: {} } }"), &fakes).await;
    assert_eq!(told.verdict, Verdict::Deadline);
    let why = &told.step("session").failure.as_ref().unwrap().why;
    assert_eq!(why.code, "broker::client_ids_in_use");
    assert!(why.message.ends_with("101, 102"), "{}", why.message);
    assert!(told.step("session").attempts <= 6, "{} attempts", told.step("session").attempts);
    assert_eq!(why.evidence, ["ledger: 102 belongs to openbell"]);
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_run_says_so_and_touches_nothing() {
    let fakes = Fakes::new();
    fakes.engine.image("gateway");
    fakes.gateway.probes.push(ProbeAnswer::SilentAt(Rung::Tcp));
    let plan = steps(
        "- { id: net, do: { network: {} } }\n- { id: gateway, do: { start: { container: gateway } } }\n- { id: api, do: { ready: {} } }\n- { id: more, do: { port: {} } }",
    );
    let stop = CancellationToken::new();
    let cancel = stop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(3)).await;
        cancel.cancel();
    });
    let told = run_until(&plan, &fakes, &stop).await;
    assert_eq!(told.verdict, Verdict::Interrupted);
    assert_eq!(told.step("api").outcome, StepOutcome::Interrupted);
    assert_eq!(told.step("more").outcome, StepOutcome::Skipped);
    assert!(fakes.engine.is_running("stack-gateway"));
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_exits_ends_the_wait_at_once() {
    let fakes = Fakes::new();
    fakes.engine.image("gateway");
    let plan = steps(
        "- { id: net, do: { network: {} } }\n- { id: gateway, do: { start: { container: gateway } } }\n- { id: api, within: 5m, do: { ready: {} } }",
    );
    fakes.gateway.probes.push(ProbeAnswer::Fails(refused()));
    fakes.engine.with(|state| {
        state.dies.insert("stack-gateway".into());
        state.logs.insert("stack-gateway".into(), (0..30).map(|n| format!("line {n}")).collect());
    });
    let told = run(&plan, &fakes).await;
    assert_eq!(told.verdict, Verdict::Failed);
    let why = &told.step("gateway").failure.as_ref().unwrap().why;
    assert_eq!(why.code, "container::exited");
    assert!(why.message.contains("exited with code 1"), "{}", why.message);
    assert_eq!(why.evidence.len(), 20, "its last 20 log lines");
    assert_eq!(why.evidence[19], "log: line 29");
}

#[tokio::test(start_paused = true)]
async fn stability_is_watched_to_the_end_of_its_window() {
    let fakes = Fakes::new();
    let started = tokio::time::Instant::now();
    let text = "version: 1\nname: s\nconnection: { address: \"a:1\", client_id: [1] }\nsteps: [ { id: steady, do: { stable: { for: 5m } } } ]";
    let told = run(&plan(text), &fakes).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(started.elapsed(), Duration::from_mins(5));
    assert_eq!(told.step("steady").facts["looks"], 61);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_session_breaks_stability_at_that_moment() {
    let fakes = Fakes::new();
    *fakes.gateway.lost_after.lock().unwrap() = Some(Duration::from_millis(7_250));
    let started = tokio::time::Instant::now();
    let text = "version: 1\nname: s\nconnection: { address: \"a:1\", client_id: [1] }\nsteps: [ { id: steady, do: { stable: { for: 5m } } } ]";
    let told = run(&plan(text), &fakes).await;
    assert_eq!(told.verdict, Verdict::Failed);
    assert_eq!(told.code("steady"), "broker::dropped");
    assert_eq!(started.elapsed(), Duration::from_millis(7_250));
}

#[tokio::test(start_paused = true)]
async fn a_restarted_container_breaks_stability() {
    let fakes = Fakes::new();
    fakes.engine.image("gateway");
    fakes.engine.image("bot");
    fakes.engine.with(|state| state.logs.insert("stack-bot".into(), vec!["Strategy C active".into()]));
    let plan = steps(
        "- { id: net, do: { network: {} } }\n- { id: gateway, do: { start: { container: gateway } } }\n- { id: bot, do: { start: { container: bot } } }\n- { id: steady, do: { stable: { for: 1m } } }",
    );
    let engine = fakes.engine.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(12)).await;
        engine.with(|state| state.containers.get_mut("stack-bot").unwrap().restarts = 1);
    });
    let told = run(&plan, &fakes).await;
    assert_eq!(told.verdict, Verdict::Failed);
    assert_eq!(told.code("steady"), "stable::restarted");
    assert!(
        fakes.engine.is_running("stack-bot"),
        "its safe state was proven: a breach of stability does not stop it"
    );
}

#[tokio::test(start_paused = true)]
async fn replaying_the_events_gives_the_same_report() {
    let text = "- { id: engine, needs: [], do: { engine: {} } }\n- { id: api, needs: [], do: { ready: {} } }\n\
                - { id: session, needs: [], do: { session: {} } }\n- { id: port, needs: [api], when: \"false\", do: { port: {} } }";
    let fakes = Fakes::new();
    fakes.engine.with(|state| state.unreachable.extend((0..5).map(|_| unreachable())));
    fakes.gateway.probes.push(ProbeAnswer::Fails(refused()));
    let told = run(&steps(text), &fakes).await;
    let mut again = Summary::default();
    for event in &told.events {
        let line = serde_json::to_string(event).unwrap();
        again.event(&serde_json::from_str(&line).unwrap());
    }
    assert_eq!(again.finish().unwrap(), told.report);
}

#[tokio::test(start_paused = true)]
async fn there_are_five_kinds_of_event() {
    let fakes = Fakes::new();
    fakes.gateway.probes.push(ProbeAnswer::Fails(refused()));
    let told = run(&steps("- { id: api, do: { ready: {} } }"), &fakes).await;
    let kinds: Vec<&str> = told
        .events
        .iter()
        .map(|event| match event.kind {
            EventKind::RunStarted(_) => "run_started",
            EventKind::StepStarted { .. } => "step_started",
            EventKind::StepWaiting { .. } => "step_waiting",
            EventKind::StepFinished(_) => "step_finished",
            EventKind::RunFinished { .. } => "run_finished",
        })
        .collect();
    assert_eq!(kinds, ["run_started", "step_started", "step_waiting", "step_finished", "run_finished"]);
}

#[tokio::test(start_paused = true)]
async fn a_report_reads_well_when_all_is_green_and_when_it_is_not() {
    let fakes = Fakes::new();
    fakes.engine.image("gateway");
    let text = "- { id: engine, do: { engine: {} } }\n- { id: network, do: { network: {} } }\n- { id: gateway, do: { start: { container: gateway } } }\n- { id: api, within: 20s, do: { ready: {} } }\n- { id: session, do: { session: {} } }";
    let green = run(&steps(text), &fakes).await;
    insta::assert_snapshot!("report_green", openbell::report::markdown(&green.report));
    let mute = || BrokerError::Mute {
        address: "127.0.0.1:4002".into(),
        reached: Rung::Tcp,
        waited_ms: 15_000,
        unfinished: 0,
    };
    (0..9000).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Fails(mute())));
    let failed = run(&steps(text), &fakes).await;
    insta::assert_snapshot!("report_failed", openbell::report::markdown(&failed.report));
}

#[tokio::test(start_paused = true)]
async fn every_event_fits_the_published_schema() {
    let fakes = Fakes::new();
    fakes.gateway.probes.push(ProbeAnswer::Fails(refused()));
    fakes.gateway.probes.push(ProbeAnswer::Ready(vec!["U1234567"]));
    let text = "- { id: api, do: { ready: {} } }\n- { id: account, do: { account: {} } }\n- { id: later, do: { port: {} } }";
    let told = run(&steps(text), &fakes).await;
    let schema =
        std::fs::read_to_string(crate::support::command::project().join("schemas/event.schema.json"));
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema.unwrap()).unwrap()).unwrap();
    assert!(told.events.len() >= 7);
    for event in &told.events {
        let value = serde_json::to_value(event).unwrap();
        let wrong: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{value}: {wrong:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_window_that_is_longer_than_the_run_ends_with_the_run() {
    let text = "version: 1\nname: s\nconnection: { address: \"a:1\", client_id: [1] }\nsteps: [ { id: steady, do: { stable: { for: 5m } } } ]";
    let mut plan = plan(text);
    plan.within = Duration::from_secs(7);
    let started = tokio::time::Instant::now();
    let told = run(&plan, &Fakes::new()).await;
    assert_eq!((told.verdict, told.code("steady")), (Verdict::Deadline, "stable::not_over"));
    assert_eq!(started.elapsed(), Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_hangs_without_a_word_says_that_there_was_no_answer() {
    let fakes = Fakes::new();
    fakes.gateway.probes.push(ProbeAnswer::SilentAt(Rung::Tcp));
    let told = run(&steps("- { id: account, within: 5s, do: { account: {} } }"), &fakes).await;
    assert_eq!((told.verdict, told.code("account")), (Verdict::Deadline, "engine::no_answer"));
}

/// The gateway's container runs, and this happens to it.
fn watched(news: impl IntoIterator<Item = (Duration, News)>) -> Fakes {
    let fakes = Fakes::new();
    fakes.engine.image("gateway");
    fakes.engine.with(|state| state.news.extend(news));
    fakes
}

const START_AND_WAIT: &str = "- { id: network, do: { network: {} } }
- { id: gateway, do: { start: { container: gateway } } }
- { id: api, within: 5m, do: { ready: {} } }";

#[tokio::test(start_paused = true)]
async fn a_container_that_ends_cuts_a_silent_attempt_off() {
    let fakes = watched([(Duration::from_secs(3), News::Ended)]);
    fakes.gateway.probes.push(ProbeAnswer::SilentAt(Rung::Tcp));
    let told = run(&steps(START_AND_WAIT), &fakes).await;
    let api = told.step("api");
    assert_eq!((told.verdict, api.attempts), (Verdict::Green, 2), "the second attempt found it ready");
    assert!((3_000.0..3_100.0).contains(&api.took_ms), "{}", api.took_ms);
}

#[tokio::test(start_paused = true)]
async fn a_container_that_starts_shortens_the_rest_between_two_attempts() {
    let refused = || BrokerError::ClientIdInUse { address: "a".into(), client_id: 9000 };
    let fakes = watched([(Duration::from_millis(100), News::Started)]);
    fakes.gateway.probes.push(ProbeAnswer::Fails(refused()));
    let told = run(&steps(START_AND_WAIT), &fakes).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert!(
        told.step("api").took_ms < 200.0,
        "not the two seconds of a slow pace: {}",
        told.step("api").took_ms
    );
}

#[tokio::test(start_paused = true)]
async fn pauses_at_a_gateway_vary_by_a_fifth_at_most() {
    let fakes = Fakes::new();
    let held = || BrokerError::ClientIdInUse { address: "a".into(), client_id: 9000 };
    (0..4).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Fails(held())));
    let told = run(&steps("- { id: api, within: 5m, do: { ready: {} } }"), &fakes).await;
    let took = told.step("api").took_ms;
    // 2 + 4 + 8 + 16 seconds.
    assert!((24_000.0..36_000.0).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn what_a_session_lacks_outlives_the_next_attempt_that_waits_for_it() {
    let fakes = Fakes::new();
    let half_open = BrokerError::HalfOpen { address: "a".into(), waited_ms: 10_000 };
    fakes.gateway.probes.push(ProbeAnswer::Fails(half_open));
    fakes.gateway.probes.push(ProbeAnswer::SilentAt(Rung::NextId));
    let told = run(&steps("- { id: api, within: 10s, do: { ready: {} } }"), &fakes).await;
    assert_eq!(told.code("api"), "broker::half_open");
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_is_meant_to_be_gone_may_have_ended() {
    let fakes = watched([]);
    let gone = format!("{START_AND_WAIT}\n- {{ id: gone, within: 5s, do: {{ ready: {{ until: gone }} }} }}");
    let plan = steps(&gone);
    // It ends by itself while that is waited for.
    let ends = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        fakes.engine.with(|state| {
            let gateway = state.containers.get_mut("stack-gateway").unwrap();
            gateway.status = openbell::ports::docker::Status::Exited;
            gateway.exit_code = 3;
        });
        fakes.port.0.store(true, std::sync::atomic::Ordering::Relaxed);
    };
    let (told, ()) = tokio::join!(run(&plan, &fakes), ends);
    assert_eq!(told.verdict, Verdict::Green, "{:?}", told.report.why);
}
