//! Carries a plan out. The only module that waits: deadlines, pauses and the order of things are decided here, over
//! attempts that know nothing of time.
//!
//! Tells what happens through events; never prints, never reads a file.

use std::collections::BTreeSet;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::event::{DeadlineOf, EventKind, Outcome, RunStarted, Sender, StepFinished, Stopped, Verdict};
use crate::playbook::{Plan, PlannedStep};
use crate::ports::World;
use crate::steps::Action;

mod closing;
mod holding;
mod interlock;
mod pause;
mod step;
mod waiting;

use step::Limits;

/// Runs every step in order until one fails, the time is over or `stop` is cancelled. Returns how it ended, which the
/// last event says as well.
pub async fn run(
    plan: &Plan,
    world: &World,
    begin: RunStarted,
    events: &Sender,
    stop: &CancellationToken,
) -> Verdict {
    events.send(EventKind::RunStarted(begin));
    let deadline = Instant::now() + plan.within;
    let mut course = Course { stopped: interlock::open(plan, world).await, ..Course::default() };
    for step in &plan.steps {
        if let Some(cause) = &course.ended_by {
            let because = format!("step `{cause}` did not pass");
            events.send(finished(step, Outcome::Skipped { because }));
            continue;
        }
        let limits = Limits::of(step, plan, deadline);
        let ended = step::carry_out(step, plan, world, events, stop, limits).await;
        course.note(step, &ended.outcome, ended.took);
        events.send(EventKind::StepFinished(StepFinished {
            id: step.id.clone(),
            outcome: ended.outcome,
            attempts: ended.attempts,
            changes: ended.changes,
            facts: ended.facts,
        }));
    }
    let closed = closing::close(plan, world, &course, stop).await;
    events.send(EventKind::RunFinished { verdict: closed.verdict, why: closed.why, stopped: closed.stopped });
    closed.verdict
}

/// What a run has come to so far.
#[derive(Default)]
struct Course {
    /// The step that ended it.
    ended_by: Option<String>,
    /// How it ended, if it did.
    verdict: Option<Verdict>,
    /// The run's own deadline passed.
    run_deadline: bool,
    /// What was stopped before the first step.
    stopped: Vec<Stopped>,
    /// Containers whose `start` passed.
    started: BTreeSet<String>,
    /// How long each step took.
    took: Vec<(String, std::time::Duration)>,
}

impl Course {
    fn note(&mut self, step: &PlannedStep, outcome: &Outcome, took: std::time::Duration) {
        use crate::diagnosis::Class;
        self.took.push((step.id.clone(), took));
        let verdict = match outcome {
            Outcome::Passed => {
                if let Action::Start(start) = &step.action {
                    self.started.insert(start.container.clone());
                }
                return;
            }
            Outcome::Skipped { .. } => return,
            Outcome::Interrupted => Verdict::Interrupted,
            Outcome::Failed { class: Class::Safety, .. } => Verdict::Safety,
            Outcome::Failed { class: Class::Engine, .. } => Verdict::Engine,
            Outcome::Failed { deadline: Some(deadline), .. } => {
                self.run_deadline = deadline.of == DeadlineOf::Run;
                Verdict::Deadline
            }
            Outcome::Failed { deadline: None, .. } => Verdict::Failed,
        };
        self.ended_by = Some(step.id.clone());
        self.verdict = Some(verdict);
    }
}

fn finished(step: &PlannedStep, outcome: Outcome) -> EventKind {
    EventKind::StepFinished(StepFinished {
        id: step.id.clone(),
        outcome,
        attempts: 0,
        changes: Vec::new(),
        facts: serde_json::Map::new(),
    })
}
