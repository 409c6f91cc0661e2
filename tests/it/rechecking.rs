//! The safe state is proven again after every start of a container, whoever started it. Time is paused.

use openbell::event::Verdict;
use openbell::ports::broker::BrokerError;

use crate::support::plan::{STACK, Told, plan, run, steps};
use crate::support::world::{Fakes, ProbeAnswer};

const START: &str = "- { id: net, do: { network: {} } }
- { id: gateway, do: { start: { container: gateway } } }
- { id: api, do: { ready: {} } }";
const BOT: &str = "- { id: bot, do: { start: { container: bot } } }";

async fn up() -> Fakes {
    let fakes = Fakes::new();
    fakes.engine.image("gateway");
    fakes.engine.image("bot");
    let says = vec!["Strategy C active: No trading, monitoring only".to_owned()];
    fakes.engine.with(|state| state.logs.insert("stack-bot".into(), says));
    assert_eq!(run(&steps(&format!("{START}\n{BOT}")), &fakes).await.verdict, Verdict::Green);
    fakes.engine.with(|state| state.changes.clear());
    fakes
}

/// A run in which the gateway is made anew while the bot runs.
async fn another_gateway(fakes: &Fakes, more: &str) -> Told {
    let edited = STACK.replace("ports: [", "env: { TZ: UTC }, ports: [");
    run(&plan(&format!("{edited}\nsteps:\n{START}\n{more}")), fakes).await
}

/// The bot was stopped before anything was done to the gateway.
fn is_stopped_first(fakes: &Fakes) -> bool {
    fakes.engine.changes().first().is_some_and(|change| change == "stop stack-bot")
}

#[tokio::test(start_paused = true)]
async fn a_bot_does_not_run_while_the_gateway_is_made_anew() {
    let fakes = up().await;
    let told = another_gateway(&fakes, "").await;
    assert_eq!(told.verdict, Verdict::Green);
    let changes = &told.step("gateway").changes;
    assert!(
        changes[0].contains("stack-bot stopped: no proof of its safe state without gateway"),
        "{changes:?}"
    );
    assert!(changes.last().unwrap().contains("stack-bot started"), "no step would: {changes:?}");
    assert!(is_stopped_first(&fakes) && fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_only_has_to_be_started_finds_no_bot_running() {
    let fakes = up().await;
    fakes.engine.with(|state| {
        let gateway = state.containers.get_mut("stack-gateway").unwrap();
        gateway.status = openbell::ports::docker::Status::Exited;
    });
    let told = run(&steps(&format!("{START}\n{BOT}")), &fakes).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(fakes.engine.changes(), ["stop stack-bot", "start stack-gateway", "start stack-bot"]);
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_was_stopped_for_the_gateway_is_started_by_its_own_step() {
    let fakes = up().await;
    fakes.gateway.probes.push(ProbeAnswer::Fails(BrokerError::Refused { address: "a:1".into() }));
    let told = another_gateway(&fakes, BOT).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert!(told.step("bot").changes[0].contains("stack-bot started"), "{:?}", told.step("bot").changes);
    assert!(is_stopped_first(&fakes) && fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn a_bot_whose_own_step_may_be_skipped_comes_back_at_once() {
    let fakes = up().await;
    let maybe = BOT.replace("id: bot,", "id: bot, when: steps.net.changed,");
    assert_eq!(another_gateway(&fakes, &maybe).await.verdict, Verdict::Green);
    assert!(is_stopped_first(&fakes) && fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn a_bot_beside_a_gateway_that_comes_back_live_stays_down() {
    for more in [BOT, ""] {
        let fakes = up().await;
        (0..9).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Ready(vec!["U7654321"])));
        let told = another_gateway(&fakes, more).await;
        assert_eq!(told.verdict, Verdict::Safety);
        assert_eq!(told.code(if more.is_empty() { "gateway" } else { "bot" }), "safety::account");
        assert!(is_stopped_first(&fakes) && !fakes.engine.is_running("stack-bot"));
        assert!(!fakes.engine.changes().contains(&"start stack-bot".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_no_step_would_start_again_is_proven_with_some_patience() {
    let fakes = up().await;
    for _ in 0..3 {
        fakes.gateway.probes.push(ProbeAnswer::Fails(BrokerError::Refused { address: "a:1".into() }));
    }
    assert_eq!(another_gateway(&fakes, "").await.verdict, Verdict::Green);
    let fakes = up().await;
    for _ in 0..200 {
        fakes.gateway.probes.push(ProbeAnswer::Fails(BrokerError::Refused { address: "a:1".into() }));
    }
    let told = another_gateway(&fakes, "").await;
    assert_eq!(told.verdict, Verdict::Safety);
    assert_eq!(told.code("gateway"), "safety::unproven");
    assert!(!fakes.engine.is_running("stack-bot"));
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_logs_in_anew_within_its_container_is_another_session() {
    for (account, verdict) in [("DU1234567", Verdict::Green), ("U7654321", Verdict::Safety)] {
        let fakes = up().await;
        let engine = fakes.engine.clone();
        let log_in = async move {
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            let says = vec!["IBC: Login has completed".to_owned()];
            engine.with(|state| state.logs.insert("stack-gateway".into(), says));
        };
        fakes.gateway.probes.push(ProbeAnswer::Ready(vec![account]));
        let looks = "- { id: engine, do: { engine: {} } }
- { id: steady, do: { stable: { for: 5s, session: false } } }
- { id: environment, do: { env: { container: bot } } }";
        let (told, ()) = tokio::join!(async { run(&steps(looks), &fakes).await }, log_in);
        assert_eq!(told.verdict, verdict, "{account}");
        if verdict == Verdict::Safety {
            assert_eq!(told.code("steady"), "safety::account");
            assert!(!fakes.engine.is_running("stack-bot"));
        }
    }
}
