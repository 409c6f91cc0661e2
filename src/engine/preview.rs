//! What a run would do now: every step asked in turn, each with one attempt and a short time, over a world that can only
//! be read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use tokio::time::Instant;

use super::interlock;
use super::reading::reading;
use super::waiting::{NoAnswer, until};
use crate::diagnosis::{Class, Diagnosis, Failure, Pace};
use crate::event::{Counts, Foreseen, NotSafe, Preview, Prospect, StepList, StepPreview};
use crate::playbook::{Plan, PlannedStep};
use crate::ports::World;
use crate::steps::preview::{judged, refused};
use crate::steps::safety::Extent;
use crate::steps::{Ahead, Notes, Scope, Tries};

/// How long one step may be looked at. A gateway that is silent is left alone after 15 s by the probe itself, which ends
/// cleanly.
const LOOK: Duration = Duration::from_secs(25);

/// Finds out what a run of the plan would do now, and changes nothing. `looking` is told each step's id before it is
/// looked at.
pub async fn preview(plan: &Plan, world: &World, looking: &(dyn Fn(&str) + Sync)) -> Preview {
    let world = &reading(world);
    let mut course = Course::default();
    let not_safe = interlock::unsafe_now(plan, world, Extent::Seen).await;
    for (item, _) in &not_safe {
        course.ahead.stopped(&item.key);
    }
    let not_safe =
        not_safe.into_iter().map(|(item, failure)| NotSafe { container: item.key.clone(), why: failure.why });
    let not_safe = not_safe.collect();
    let mut steps = Vec::new();
    for step in in_order(&plan.steps) {
        steps.push(course.step(step, StepList::Steps, plan, world, looking).await);
    }
    // What a failure leads to, and what comes at the very end, comes whatever stopped the steps.
    course.stopped_at = None;
    steps.extend(in_order(&plan.on_failure).into_iter().map(on_failure));
    for step in in_order(&plan.finally) {
        steps.push(course.step(step, StepList::Finally, plan, world, looking).await);
    }
    let preview = Preview {
        playbook: plan.name.clone(),
        description: plan.description.clone(),
        variant: plan.variant.clone(),
        outcome: Prospect::Unchanged,
        counts: Counts::default(),
        not_safe,
        steps,
    };
    preview.concluded()
}

/// What is known so far.
#[derive(Default)]
struct Course {
    ahead: Ahead,
    /// The step at which a run would stop.
    stopped_at: Option<String>,
    /// No engine answers: nothing else can be asked of it.
    no_engine: bool,
}

impl Course {
    async fn step(
        &mut self,
        step: &PlannedStep,
        list: StepList,
        plan: &Plan,
        world: &World,
        looking: &(dyn Fn(&str) + Sync),
    ) -> StepPreview {
        let answer = answered(step, plan);
        let answer_known = answer.is_some();
        let foreseen = if let Some(Err(foreseen)) = answer {
            foreseen
        } else if self.no_engine {
            Foreseen::Unknown { because: "no Docker engine answers".to_owned(), after: None, now: None }
        } else {
            looking(&step.id);
            self.look(step, plan, world).await
        };
        let mut preview = described(step, list, foreseen, self.stopped_at.clone());
        if answer_known {
            preview.when = None;
        }
        self.no_engine |= matches!(
            preview.foreseen,
            Foreseen::DoesNotHold { class: Class::Engine, .. }
                | Foreseen::Refused { class: Class::Engine, .. }
        );
        // A step with a condition may be left out: it stops nothing for certain.
        if preview.when.is_none() && self.stopped_at.is_none() && preview.ends_the_run() {
            self.stopped_at = Some(step.id.clone());
        }
        preview
    }

    /// One attempt, cut off when it takes too long.
    async fn look(&mut self, step: &PlannedStep, plan: &Plan, world: &World) -> Foreseen {
        let (notes, mut waiting) = Notes::new();
        let scope =
            Scope { world, stack: &plan.stack, step: &step.id, tries: Tries::default(), notes: &notes };
        let looked = tokio::select! {
            biased;
            looked = step.action.preview(&scope, &mut self.ahead) => Some(looked),
            () = until(Instant::now() + LOOK) => None,
        };
        match looked {
            Some(Ok(foreseen)) => foreseen,
            Some(Err(failure)) => refused(failure, Vec::new()),
            None => {
                let mut why = Diagnosis::of(&NoAnswer);
                while let Ok(noted) = waiting.try_recv() {
                    why = noted;
                }
                let failure = Failure { why, again: Some(Pace::Steady), class: Class::Step };
                judged(&step.action.relies_on(&plan.stack), &self.ahead, Err(failure))
            }
        }
    }
}

/// The answer of a condition that hangs on variables alone: the step is tried, or what is told of it instead.
fn answered(step: &PlannedStep, plan: &Plan) -> Option<Result<(), Foreseen>> {
    let when = step.when.as_ref().filter(|when| when.is_of_variables_alone())?;
    Some(match when.holds(&plan.variables, &BTreeMap::new()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Foreseen::Skipped { because: format!("`{}` is false", when.text()) }),
        Err(error) => Err(refused(error.into(), Vec::new())),
    })
}

/// A step of `on_failure`: whether it comes to that is not foreseen, so nothing is looked at.
fn on_failure(step: &PlannedStep) -> StepPreview {
    let because = "only if the run is not green".to_owned();
    described(step, StepList::OnFailure, Foreseen::Unknown { because, after: None, now: None }, None)
}

fn described(step: &PlannedStep, list: StepList, foreseen: Foreseen, beyond: Option<String>) -> StepPreview {
    StepPreview {
        id: step.id.clone(),
        kind: step.action.name().to_owned(),
        list,
        within_ms: step.within.as_millis().try_into().unwrap_or(u64::MAX),
        when: step.when.as_ref().map(|when| when.text().to_owned()),
        beyond,
        foreseen,
    }
}

/// The steps so that each comes after those it waits for; otherwise as they are written.
fn in_order(steps: &[PlannedStep]) -> Vec<&PlannedStep> {
    let mut missing: Vec<usize> = steps.iter().map(|step| step.after.len()).collect();
    let mut followers = vec![Vec::new(); steps.len()];
    for (here, step) in steps.iter().enumerate() {
        for &before in &step.after {
            if let Some(list) = followers.get_mut(before) {
                list.push(here);
            }
        }
    }
    let free = missing.iter().enumerate().filter(|(_, missing)| **missing == 0);
    let mut ready: BinaryHeap<_> = free.map(|(place, _)| Reverse(place)).collect();
    let mut order = Vec::new();
    while let Some(Reverse(place)) = ready.pop() {
        order.push(&steps[place]);
        for &follower in &followers[place] {
            missing[follower] -= 1;
            if missing[follower] == 0 {
                ready.push(Reverse(follower));
            }
        }
    }
    order
}
