//! The end of a run: the last look before the bell, and the verdict.

use miette::Diagnostic;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use super::{Course, interlock};
use crate::diagnosis::Diagnosis;
use crate::event::{Stopped, Verdict};
use crate::playbook::Plan;
use crate::ports::World;
use crate::steps::{Notes, Scope, Tries, container_state};

/// How a run closed.
pub(super) struct Closed {
    pub(super) verdict: Verdict,
    pub(super) why: Option<Diagnosis>,
    pub(super) stopped: Vec<Stopped>,
}

/// The run's own deadline passed.
#[derive(Debug, Error, Diagnostic)]
#[error("the run's deadline of {within_s} s passed in step `{step}`")]
#[diagnostic(
    code(run::deadline),
    help("the shares below show who ate it; give the run or that step more time")
)]
struct RunDeadline {
    within_s: f64,
    step: String,
    shares: Vec<String>,
}

/// Decides the verdict, and stops every held container whose safe state cannot be proven now. A run that was
/// interrupted leaves the containers as they are.
pub(super) async fn close(plan: &Plan, world: &World, course: &Course, stop: &CancellationToken) -> Closed {
    let (mut verdict, mut why) = match course.verdict {
        Some(verdict) => (verdict, course.run_deadline.then(|| who_ate_it(plan, course))),
        None => last_look(plan, world, course).await,
    };
    let mut stopped = course.stopped.clone();
    if verdict != Verdict::Interrupted {
        let doubts = interlock::prove(plan, world, verdict, stop).await;
        if verdict == Verdict::Green && stop.is_cancelled() {
            return Closed { verdict: Verdict::Interrupted, why, stopped };
        }
        if let (Verdict::Green, Some((_, doubt))) = (verdict, doubts.first()) {
            (verdict, why) = (Verdict::Safety, Some(doubt.why.clone()));
        }
        for (item, doubt) in doubts {
            stopped.push(interlock::stop(world, item, doubt.why.message).await);
        }
    }
    if verdict == Verdict::Failed && !course.stopped.is_empty() {
        verdict = Verdict::Safety;
    }
    Closed { verdict, why, stopped }
}

/// Whether everything that was started still runs, when every step has passed.
async fn last_look(plan: &Plan, world: &World, course: &Course) -> (Verdict, Option<Diagnosis>) {
    let (notes, _) = Notes::new();
    let scope = Scope { world, stack: &plan.stack, step: "", tries: Tries::default(), notes: &notes };
    for item in course.started.iter().filter_map(|key| plan.stack.container(key)) {
        if let Err(failure) = container_state::running(&scope, item).await {
            return (Verdict::Failed, Some(failure.why));
        }
    }
    (Verdict::Green, None)
}

/// Who used the time of the run, most first.
fn who_ate_it(plan: &Plan, course: &Course) -> Diagnosis {
    let total = plan.within.as_secs_f64();
    let mut took = course.took.clone();
    took.sort_by_key(|(_, took)| std::cmp::Reverse(*took));
    let share = |(id, took): &(String, std::time::Duration)| {
        let seconds = took.as_secs_f64();
        format!("{id}: {seconds:.1} s ({:.0} %)", 100.0 * seconds / total)
    };
    let shares: Vec<String> = took.iter().map(share).collect();
    let step = course.ended_by.clone().unwrap_or_default();
    let error = RunDeadline { within_s: total, step, shares };
    Diagnosis::of(&error).with_evidence(error.shares.clone())
}
