//! One run of a plan through the engine, as the program does it, with somebody who listens.

use std::time::Duration;

use openbell::engine::{self, Shared};
use openbell::event::{RunStarted, Sender, Verdict};
use openbell::playbook::Plan;
use openbell::ports::World;
use openbell::redact::Redactor;
use tokio::time::Instant;

/// A run that is over.
pub(crate) struct Done {
    /// How long the engine took.
    pub(crate) took: Duration,
    /// How many events were heard.
    pub(crate) events: usize,
}

/// Carries out a plan that must end green.
pub(crate) async fn green(plan: &Plan, world: &World) -> Done {
    let (sender, mut heard) = Sender::new(Redactor::default());
    let listening = tokio::spawn(async move {
        let mut events = 0;
        while heard.recv().await.is_some() {
            events += 1;
        }
        events
    });
    let shared = Shared::default();
    let begun = Instant::now();
    let verdict = engine::run(plan, world, started(plan), &sender, &shared).await;
    let took = begun.elapsed();
    assert_eq!(verdict, Verdict::Green, "the bench's own run of {} steps", plan.steps.len());
    drop(sender);
    Done { took, events: listening.await.expect("the listener only counts") }
}

fn started(plan: &Plan) -> RunStarted {
    RunStarted {
        run: "bench".to_owned(),
        at: "1970-01-01T00:00:00.000Z".to_owned(),
        playbook: plan.name.clone(),
        description: plan.description.clone(),
        openbell: env!("CARGO_PKG_VERSION").to_owned(),
        within_ms: plan.within.as_millis().try_into().unwrap_or(u64::MAX),
        steps: plan.steps.iter().map(|step| step.id.clone()).collect(),
        on_failure: Vec::new(),
        finally: Vec::new(),
    }
}
