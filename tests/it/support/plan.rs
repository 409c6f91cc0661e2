//! Plans from a few lines of YAML, carried out in a world of fakes.

use openbell::engine::{self, Shared};
use openbell::event::{Event, RunStarted, Sender, Verdict};
use openbell::playbook::{self, Plan, PlannedStep};
use openbell::redact::Redactor;
use openbell::report::{Report, Reporter, Summary};
use tokio_util::sync::CancellationToken;

use super::world::Fakes;

/// Steps that start the whole stack.
pub const START: &str = "- { id: net, do: { network: {} } }
- { id: gateway, do: { start: { container: gateway } } }
- { id: bot, do: { start: { container: bot } } }";

/// A world in which the stack of tests can be started, and its bot says what it should.
pub fn fakes() -> Fakes {
    let fakes = Fakes::new();
    fakes.engine.image("gateway");
    fakes.engine.image("bot");
    let says = vec!["Strategy C active: No trading, monitoring only".to_owned()];
    fakes.engine.with(|state| state.logs.insert("stack-bot".into(), says));
    fakes
}

/// The part of a playbook that most tests share: a gateway and a held bot.
pub const STACK: &str = r#"
version: 1
name: stack
connection: { address: "127.0.0.1:4002", client_id: [101, 102], timeout: 5s }
client_ids: { openbell: 102 }
strategy: { default: C, evidence: { container: bot } }
safety:
  env: { bot: { DRY_RUN: "true" } }
  absent: [ { container: bot, path: /data/gameplan.json } ]
containers:
  gateway: { image: gateway, ports: ["127.0.0.1:4002:4002"] }
  bot: { image: bot, env: { DRY_RUN: "true" }, hold_until: [safety] }
"#;

/// A checked plan from text.
pub fn plan(text: &str) -> Plan {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("playbook.yaml");
    std::fs::write(&file, text).unwrap();
    let mut loaded = playbook::load(&file, &playbook::Inputs::default()).unwrap_or_else(|problems| {
        let told: Vec<_> = problems.iter().map(|problem| &problem.message).collect();
        panic!("{problems}: {told:?}")
    });
    loaded.plans.remove(0)
}

/// The shared stack with these steps.
pub fn steps(steps: &str) -> Plan {
    plan(&format!("{STACK}\nsteps:\n{steps}"))
}

/// Milliseconds of a report as a span of time.
pub fn span(milliseconds: f64) -> std::time::Duration {
    std::time::Duration::from_secs_f64(milliseconds / 1000.0)
}

/// How a run went.
pub struct Told {
    pub verdict: Verdict,
    pub report: Report,
    pub events: Vec<Event>,
}

impl Told {
    pub fn step(&self, id: &str) -> &openbell::report::StepReport {
        self.report.steps.iter().find(|step| step.id == id).unwrap()
    }

    /// Code of the failure of a step.
    pub fn code(&self, id: &str) -> &str {
        &self.step(id).failure.as_ref().expect("the step failed").why.code
    }
}

/// Carries a plan out to its end.
pub async fn run(plan: &Plan, fakes: &Fakes) -> Told {
    run_until(plan, fakes, &CancellationToken::new()).await
}

/// Carries a plan out until it ends or is stopped.
pub async fn run_until(plan: &Plan, fakes: &Fakes, stop: &CancellationToken) -> Told {
    run_with(plan, fakes, &Shared { stop: stop.clone(), ..Shared::default() }).await
}

/// Carries a plan out with what it shares with others.
pub async fn run_with(plan: &Plan, fakes: &Fakes, shared: &Shared) -> Told {
    let ids = |steps: &[PlannedStep]| steps.iter().map(|step| step.id.clone()).collect::<Vec<_>>();
    let (on_failure, finally) = (ids(&plan.on_failure), ids(&plan.finally));
    let (sender, mut receiver) = Sender::new(Redactor::new(["canary-secret".to_owned()]));
    let begin = RunStarted {
        run: "20261122T000000Z-000001".into(),
        at: "2026-11-22T00:00:00.000Z".into(),
        playbook: plan.name.clone(),
        description: plan.description.clone(),
        openbell: "0.0.0".into(),
        within_ms: plan.within.as_millis().try_into().unwrap(),
        steps: [ids(&plan.steps), on_failure.clone(), finally.clone()].concat(),
        on_failure,
        finally,
    };
    let verdict = engine::run(plan, &fakes.world, begin, &sender, shared).await;
    drop(sender);
    let (mut summary, mut events) = (Summary::default(), Vec::new());
    while let Some(event) = receiver.recv().await {
        summary.event(&event);
        events.push(event);
    }
    Told { verdict, report: summary.finish().unwrap(), events }
}
