//! Drills and the check list over fakes: what is disturbed, in which order, and when it is refused. Time is paused.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use openbell::event::Verdict;
use openbell::ports::broker::{AccountId, BrokerError, Rung};
use openbell::ports::docker::{LogLine, News};
use openbell::ports::ibc::{Ibc, IbcError};

use crate::support::plan::{STACK, Told, plan, run, steps};
use crate::support::preview::look;
use crate::support::world::{Fakes, ProbeAnswer};

const UP: &str = "- { id: net, do: { network: {} } }
- { id: gateway, do: { start: { container: gateway } } }
- { id: api, do: { ready: {} } }
- { id: bot, do: { start: { container: bot } } }";

/// A stack that is up.
async fn up() -> Fakes {
    let fakes = Fakes::new();
    fakes.engine.image("gateway");
    fakes.engine.image("bot");
    let says = vec!["Strategy C active: No trading, monitoring only".to_owned()];
    fakes.engine.with(|state| state.logs.insert("stack-bot".into(), says));
    assert_eq!(run(&steps(UP), &fakes).await.verdict, Verdict::Green);
    fakes.engine.with(|state| state.changes.clear());
    fakes
}

async fn drilled(fakes: &Fakes, drill: &str) -> Told {
    run(&steps(&format!("- {{ id: drill, do: {{ drill: {{ {drill} }} }} }}")), fakes).await
}

#[tokio::test(start_paused = true)]
async fn the_bot_is_down_while_the_gateway_is_and_comes_back_through_its_gate() {
    let fakes = up().await;
    let told = drilled(&fakes, "restart: gateway, how: kill").await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(
        fakes.engine.changes(),
        ["stop stack-bot", "kill stack-gateway", "start stack-gateway", "start stack-bot"]
    );
    let facts = &told.step("drill").facts;
    assert_eq!((&facts["restarted"], &facts["how"]), (&"gateway".into(), &"kill".into()));
    for name in ["recovered_in_ms", "downtime_ms"] {
        assert!(facts[name].is_u64(), "{name}: {facts:?}");
    }
    assert!(facts["away_ms"]["bot"].is_u64(), "{facts:?}");
    assert!(facts["cost"].as_str().unwrap().contains("second factor"), "{facts:?}");
    let rungs: Vec<Rung> = told.step("drill").rungs.iter().map(|reached| reached.rung).collect();
    assert_eq!(rungs.first(), Some(&Rung::Container), "{rungs:?}");
    assert_eq!(rungs.last(), Some(&Rung::Bot), "{rungs:?}");
    assert!(rungs.contains(&Rung::Request), "{rungs:?}");
}

#[tokio::test(start_paused = true)]
async fn a_bot_that_is_disturbed_comes_back_through_its_gate() {
    for (how, done) in [("container", "stop stack-bot"), ("kill", "kill stack-bot")] {
        let fakes = up().await;
        let told = drilled(&fakes, &format!("restart: bot, how: {how}")).await;
        assert_eq!(told.verdict, Verdict::Green, "{how}");
        assert_eq!(fakes.engine.changes(), [done, "start stack-bot"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_live_account_is_never_drilled() {
    let fakes = up().await;
    fakes.gateway.probes.push(ProbeAnswer::Ready(vec!["DU1234567", "U7654321"]));
    let told = drilled(&fakes, "restart: gateway").await;
    assert_eq!((told.verdict, told.code("drill")), (Verdict::Safety, "safety::account"));
    assert!(told.step("drill").changes.is_empty(), "nothing was disturbed");
    // What is not safe is stopped, as ever; the gateway is left alone.
    assert_eq!(fakes.engine.changes(), ["stop stack-bot"]);
}

/// A playbook with a drill is refused where the mode is live; this is a plan that was made so all the same.
#[tokio::test(start_paused = true)]
async fn an_armed_live_plan_is_never_drilled() {
    for how in ["container", "kill", "soft"] {
        let fakes = up().await;
        let stack = STACK.replace("timeout: 5s }", "timeout: 5s, ibc: \"127.0.0.1:7462\" }");
        let drill = format!("- {{ id: drill, do: {{ drill: {{ restart: gateway, how: {how} }} }} }}");
        let mut plan = plan(&format!("{stack}\nsteps:\n{drill}"));
        plan.stack.safety.live = true;
        plan.stack.safety.armed = vec![AccountId::new("U2222222")];
        plan.stack.safety.accounts = vec!["U2222222".to_owned().try_into().unwrap()];
        let asked = fakes.gateway.asked.lock().unwrap().len();
        let preview = look(&plan, &fakes).await;
        assert_eq!(crate::support::preview::code(&preview, "drill"), "drill::live", "{how}");
        (0..9).for_each(|_| fakes.gateway.probes.push(ProbeAnswer::Ready(vec!["U2222222"])));
        let told = run(&plan, &fakes).await;
        assert_eq!((told.verdict, told.code("drill")), (Verdict::Safety, "drill::live"), "{how}");
        assert!(told.step("drill").changes.is_empty(), "{how}: nothing was disturbed");
        assert_eq!(fakes.gateway.asked.lock().unwrap().len(), asked, "{how}: nobody was asked");
        assert!(fakes.engine.is_running("stack-gateway"), "{how}");
        let text = openbell::report::markdown(&told.report);
        assert!(!text.contains("2222222"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_live_after_the_drill_keeps_the_bot_down() {
    let fakes = up().await;
    // The proof before, the ladder, and then the gate.
    for accounts in [vec!["DU1234567"], vec!["DU1234567"], vec!["U7654321"]] {
        fakes.gateway.probes.push(ProbeAnswer::Ready(accounts));
    }
    let told = drilled(&fakes, "restart: gateway").await;
    assert_eq!(told.verdict, Verdict::Safety);
    assert_eq!(told.code("drill"), "safety::account");
    assert!(!fakes.engine.is_running("stack-bot"));
    assert!(!fakes.engine.changes().contains(&"start stack-bot".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_does_not_recover_runs_out_of_time_with_the_last_real_reason() {
    let fakes = up().await;
    fakes.gateway.probes.push(ProbeAnswer::Ready(vec!["DU1234567"]));
    for _ in 0..200 {
        fakes.gateway.probes.push(ProbeAnswer::Fails(BrokerError::Refused { address: "a:1".into() }));
    }
    let told = drilled(&fakes, "restart: gateway, recover_within: 20s").await;
    assert_eq!(told.verdict, Verdict::Deadline);
    assert_eq!(told.code("drill"), "broker::refused");
    assert!((20_000.0..21_000.0).contains(&told.step("drill").took_ms), "{}", told.step("drill").took_ms);
    assert!(!fakes.engine.is_running("stack-bot"), "without a proof it stays down");
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_is_not_whole_is_not_drilled() {
    let fakes = up().await;
    fakes.engine.with(|state| state.logs.clear());
    let told = drilled(&fakes, "restart: bot, recover_within: 20s").await;
    assert_eq!(told.code("drill"), "safety::strategy_unproven");
    assert!(told.step("drill").changes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn ibc_that_takes_no_command_is_told() {
    let fakes = up().await;
    let stack = STACK.replace("timeout: 5s }", "timeout: 5s, ibc: \"127.0.0.1:7462\" }");
    let drill = "- { id: drill, do: { drill: { restart: gateway, how: soft } } }";
    let told = run(&plan(&format!("{stack}\nsteps:\n{drill}")), &fakes).await;
    assert_eq!(told.code("drill"), "ibc::refused");
    assert_eq!(fakes.engine.changes(), ["stop stack-bot"], "held before, and not started without a proof");
}

/// An IBC that does, or says that it does, what it is told.
struct Obeys;

#[async_trait]
impl Ibc for Obeys {
    async fn restart(&self, _: &str) -> Result<String, IbcError> {
        Ok("RESTART in progress".to_owned())
    }
}

/// A soft drill of a gateway that drops its sessions after this time, if ever.
async fn soft(lost_after: Option<Duration>) -> (Told, Fakes) {
    let mut fakes = up().await;
    fakes.world.ibc = Arc::new(Obeys);
    *fakes.gateway.lost_after.lock().unwrap() = lost_after;
    let stack = STACK.replace("timeout: 5s }", "timeout: 5s, ibc: \"127.0.0.1:7462\" }");
    let drill = "- { id: drill, do: { drill: { restart: gateway, how: soft, recover_within: 30s } } }";
    (run(&plan(&format!("{stack}\nsteps:\n{drill}")), &fakes).await, fakes)
}

#[tokio::test(start_paused = true)]
async fn a_soft_restart_is_over_when_the_session_broke_and_the_api_answers_again() {
    let (told, fakes) = soft(Some(Duration::from_secs(4))).await;
    assert_eq!(told.verdict, Verdict::Green);
    assert_eq!(fakes.engine.changes(), ["stop stack-bot", "start stack-bot"], "the container stays as it is");
    let recovered = told.step("drill").facts["recovered_in_ms"].as_u64().unwrap();
    assert!((4_000..5_000).contains(&recovered), "{recovered}");
}

#[tokio::test(start_paused = true)]
async fn a_gateway_that_never_goes_down_was_not_drilled() {
    let (told, _) = soft(None).await;
    assert_eq!(told.verdict, Verdict::Deadline);
    assert_eq!(told.code("drill"), "drill::not_down");
}

/// IBC that takes its time.
struct Slow;

#[async_trait]
impl Ibc for Slow {
    async fn restart(&self, _: &str) -> Result<String, IbcError> {
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok("OK".to_owned())
    }
}

#[tokio::test(start_paused = true)]
async fn a_drill_whose_time_was_over_at_its_first_look_says_what_it_looked_for() {
    let mut fakes = up().await;
    fakes.world.ibc = Arc::new(Slow);
    let stack = STACK.replace("timeout: 5s }", "timeout: 5s, ibc: \"127.0.0.1:7462\" }");
    let drill = "- { id: drill, do: { drill: { restart: gateway, how: soft, recover_within: 1s } } }";
    let told = run(&plan(&format!("{stack}\nsteps:\n{drill}")), &fakes).await;
    assert_eq!(told.verdict, Verdict::Deadline);
    assert_eq!(told.code("drill"), "drill::not_down");
}

#[tokio::test(start_paused = true)]
async fn all_containers_healthy_is_one_step() {
    let all = "- { id: all, within: 5s, do: { healthy: {} } }";
    let fakes = up().await;
    let told = run(&steps(all), &fakes).await;
    assert_eq!(told.verdict, Verdict::Green);
    let facts = &told.step("all").facts;
    assert_eq!(facts["running_without_check"], serde_json::json!(["bot", "gateway"]));
    fakes.engine.with(|state| state.containers.remove("stack-gateway"));
    assert_eq!(run(&steps(all), &fakes).await.code("all"), "docker::no_container");
}

/// A watched stack whose bot logs this after a while.
async fn logs(line: &str) -> Told {
    let fakes = up().await;
    let line = LogLine { at: String::new(), text: line.to_owned() };
    fakes.engine.with(|state| state.news.push_back((Duration::from_millis(1_500), News::Line(line))));
    let stable = "- { id: steady, do: { stable: { for: 1m, every: 30s, errors: { bot: [TimeoutError] } } } }";
    run(&steps(stable), &fakes).await
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_named_breaks_stability_at_that_moment() {
    let told = logs("TimeoutError: API connection failed").await;
    assert_eq!(told.code("steady"), "stable::error_logged");
    assert!((1_500.0..1_600.0).contains(&told.step("steady").took_ms), "{}", told.step("steady").took_ms);
    assert_eq!(logs("Gateway check attempt 1/30").await.verdict, Verdict::Green);
}
