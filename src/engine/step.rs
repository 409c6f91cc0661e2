//! One step from its first event to its outcome.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::turns::Turns;
use super::waiting::Unmet;
use super::watching::Watcher;
use super::{holding, recovering, waiting};
use crate::event::{Deadline, DeadlineOf, EventKind, Outcome, Sender, Stopped};
use crate::playbook::{Plan, PlannedStep};
use crate::ports::World;
use crate::steps::{Noted, Notes, Scope, Tries};

/// How long a step may take, and by whose word.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) until: Instant,
    of: DeadlineOf,
    within: Duration,
}

impl Limits {
    /// The step's own deadline, or the run's where that comes first.
    pub(super) fn of(step: &PlannedStep, plan: &Plan, run_deadline: Option<Instant>) -> Self {
        let own = Instant::now() + step.within;
        match run_deadline {
            Some(run_deadline) if run_deadline < own => {
                Self { until: run_deadline, of: DeadlineOf::Run, within: plan.within }
            }
            Some(_) | None => Self { until: own, of: DeadlineOf::Step, within: step.within },
        }
    }

    /// Those of a recovery, which has a deadline of its own.
    fn of_recovery(self, within: Duration) -> Self {
        Self { of: DeadlineOf::Step, within, ..self }
    }

    fn deadline(self) -> Deadline {
        Deadline { of: self.of, within_ms: self.within.as_millis().try_into().unwrap_or(u64::MAX) }
    }
}

/// How a step ended.
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    pub(super) attempts: u32,
    pub(super) noted: Noted,
    /// What was stopped after it, because its safe state was not proven.
    pub(super) stopped: Vec<Stopped>,
    pub(super) began: Instant,
    pub(super) took: Duration,
}

impl Ended {
    /// The end of a step that was never begun.
    pub(super) fn at_once(outcome: Outcome) -> Self {
        Self {
            outcome,
            attempts: 0,
            noted: Noted::default(),
            stopped: Vec::new(),
            began: Instant::now(),
            took: Duration::ZERO,
        }
    }
}

/// Carries one step out.
pub(super) async fn carry_out(
    step: &PlannedStep,
    plan: &Plan,
    (world, turns): (&World, &Turns),
    events: &Sender,
    token: &CancellationToken,
    limits: Limits,
) -> Ended {
    let started = Instant::now();
    events.send(EventKind::StepStarted {
        id: step.id.clone(),
        kind: step.action.name().to_owned(),
        within_ms: limits.deadline().within_ms,
    });
    let (notes, waiting) = Notes::new();
    let notes = Arc::new(notes);
    let world = &turns.world(world, &step.id, Some(&notes));
    let scope = |tries: Tries| Scope { world, stack: &plan.stack, step: &step.id, tries, notes: &notes };
    let mut wait = waiting::Wait::new(&step.id, events, token, limits.until, waiting).watching(Watcher::of(
        &step.action,
        &plan.stack,
        world,
    ));
    let mut bound = None;
    let result = match (step.action.disturbing(), step.action.holding()) {
        (Some(disturbing), _) => {
            recovering::disturbed(disturbing, scope, &mut wait, limits.until, &mut bound).await
        }
        (None, None) => wait.until_it_passes(async |tries| step.action.attempt(&scope(tries)).await).await,
        (None, Some(condition)) => {
            match wait.until_it_passes(async |tries| condition.begin(&scope(tries)).await).await {
                Ok(held) => {
                    holding::while_it_holds(
                        held,
                        condition.window(),
                        &scope(Tries::default()),
                        token,
                        limits.until,
                    )
                    .await
                }
                Err(unmet) => Err(unmet),
            }
        }
    };
    let attempts = wait.attempts();
    let mut found = notes.take();
    let outcome = match result {
        Ok(facts) => {
            found.facts.extend(facts);
            Outcome::Passed
        }
        Err(Unmet::Hopeless(failure)) => {
            Outcome::Failed { why: failure.why, class: failure.class, deadline: None }
        }
        Err(Unmet::OutOfTime(failure)) => {
            let deadline = Some(bound.map_or(limits, |within| limits.of_recovery(within)).deadline());
            Outcome::Failed { why: failure.why, class: failure.class, deadline }
        }
        Err(Unmet::Stopped) => Outcome::Interrupted { because: None },
    };
    Ended { outcome, attempts, noted: found, stopped: Vec::new(), began: started, took: started.elapsed() }
}
