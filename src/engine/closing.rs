//! The end of a run: the last look before the bell, and the verdict.

use miette::Diagnostic;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use super::course::{Course, Span};
use super::interlock;
use crate::diagnosis::Diagnosis;
use crate::event::{Stopped, Verdict};
use crate::playbook::Plan;
use crate::ports::World;
use crate::steps::{Notes, Scope, Tries, container_state, safety};

/// How a run closed.
pub(super) struct Closed {
    pub(super) verdict: Verdict,
    pub(super) why: Option<Diagnosis>,
    pub(super) stopped: Vec<Stopped>,
}

/// The run's own deadline passed.
#[derive(Debug, Error, Diagnostic)]
#[error("the run's deadline of {within_s} s passed in {steps}")]
#[diagnostic(
    code(run::deadline),
    help("the shares below show who ate it; give the run or that step more time")
)]
struct RunDeadline {
    within_s: f64,
    steps: String,
}

/// Decides the verdict, and stops every held container whose safe state cannot be proven now. A run that was
/// interrupted leaves the containers as they are.
pub(super) async fn close(plan: &Plan, world: &World, course: &Course, stop: &CancellationToken) -> Closed {
    let (mut verdict, mut why) = match course.verdict {
        Some(verdict) => {
            let ate = || course.run_deadline.then(|| who_ate_it(plan, course));
            (verdict, course.breach.clone().or_else(ate))
        }
        None => last_look(plan, world, course).await,
    };
    let mut stopped = course.stopped.clone();
    if verdict != Verdict::Interrupted {
        let doubts = interlock::prove(plan, world, verdict, stop).await;
        if verdict == Verdict::Green && stop.is_cancelled() {
            return Closed { verdict: Verdict::Interrupted, why, stopped };
        }
        // What is certainly not safe is why the run ended, also where its time was over first.
        let breach = doubts.iter().find(|(_, doubt)| safety::is_breach(doubt));
        match (verdict, breach.or(doubts.first())) {
            (Verdict::Green, Some((_, doubt))) => (verdict, why) = (Verdict::Safety, Some(doubt.why.clone())),
            (Verdict::Failed | Verdict::Deadline | Verdict::Engine, Some((_, doubt))) if breach.is_some() => {
                (verdict, why) = (Verdict::Safety, Some(doubt.why.clone()));
            }
            _ => {}
        }
        for (item, doubt) in doubts {
            stopped.push(interlock::stop(world, item, doubt.why.message).await);
        }
    }
    // What was stopped for good is no green run, whatever the steps looked at.
    match (verdict, course.stays_stopped()) {
        (Verdict::Green, Some(broke)) => (verdict, why) = (Verdict::Safety, Some(broke.clone())),
        (Verdict::Failed | Verdict::Deadline, Some(broke)) if safety::tells_breach(broke) => {
            (verdict, why) = (Verdict::Safety, Some(broke.clone()));
        }
        _ => {}
    }
    if verdict == Verdict::Failed && !course.stopped.is_empty() {
        verdict = Verdict::Safety;
    }
    Closed { verdict, why, stopped }
}

/// Looks and proves once more, after steps that followed the run and may have changed something.
pub(super) async fn close_again(
    plan: &Plan,
    world: &World,
    after: &Course,
    before: Closed,
    stop: &CancellationToken,
) -> Closed {
    let green = before.verdict == Verdict::Green;
    let again = Course {
        verdict: (!green).then_some(before.verdict),
        started: after.started.clone(),
        ..Course::default()
    };
    let Closed { verdict, why, stopped } = close(plan, world, &again, stop).await;
    // A breach that came to light only now is why it ended as it did.
    let why = if verdict == before.verdict { before.why.or(why) } else { why.or(before.why) };
    Closed { verdict, why, stopped: before.stopped.into_iter().chain(stopped).collect() }
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
    let mut spans: Vec<&Span> = course.spans.iter().collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.took));
    let share = |span: &&Span| {
        let seconds = span.took.as_secs_f64();
        format!("{}: {seconds:.1} s ({:.0} %)", span.step, 100.0 * seconds / total)
    };
    let mut shares: Vec<String> = spans.iter().map(share).collect();
    if at_once(&spans) {
        shares.push(
            "steps ran at the same time: the shares overlap and add up to more than was used".to_owned(),
        );
    }
    let caught = |span: &&&Span| span.cut || course.ended_by.as_ref() == Some(&span.step);
    let caught: Vec<String> = spans.iter().filter(caught).map(|span| format!("`{}`", span.step)).collect();
    let steps = format!("step{} {}", if caught.len() == 1 { "" } else { "s" }, caught.join(", "));
    Diagnosis::of(&RunDeadline { within_s: total, steps }).with_evidence(shares)
}

/// Whether two steps ran at the same time, for longer than no time at all.
fn at_once(spans: &[&Span]) -> bool {
    let mut spans = spans.to_vec();
    spans.sort_by_key(|span| span.began);
    let mut busy_until = None;
    spans.iter().any(|span| {
        let overlaps = !span.took.is_zero() && busy_until.is_some_and(|until| span.began < until);
        busy_until = busy_until.max(Some(span.began + span.took));
        overlaps
    })
}
