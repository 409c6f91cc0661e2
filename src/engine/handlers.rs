//! What follows a run: `on_failure` when it is not green, then `finally` whatever happened. After Ctrl-C containers are left
//! as they are, so that `on_failure`, which may well stop the bot, is for failures alone.
//!
//! They are carried out like other steps, each under its own deadline, and only after the run was closed: what is not safe
//! has been stopped before the first of them begins.

use tokio_util::sync::CancellationToken;

use super::closing::{self, Closed};
use super::course::Course;
use super::schedule::{self, Stage};
use crate::event::{Outcome, SkippedBy, Verdict};
use crate::playbook::PlannedStep;
use crate::ports::World;

/// Why `on_failure` is left out after Ctrl-C.
const LEFT_AS_THEY_ARE: &str = "the run was ended by hand: containers are left as they are";

/// Carries out what follows, and says how the run ended with it. The last proof is made again where a step may have
/// changed what it was about.
///
/// `stop` ends `on_failure` as it ends the steps; only the stage's own ends `finally`.
pub(super) async fn follow(
    stage: Stage<'_>,
    course: &Course,
    mut closed: Closed,
    (orderly, stop): (&World, &CancellationToken),
) -> Closed {
    let plan = stage.plan;
    let stage = Stage { deadline: None, ..stage };
    let mut after =
        Course { started: course.started.clone(), seen: course.seen.clone(), ..Course::default() };
    if closed.verdict == Verdict::Green {
        leave_out(stage, &plan.on_failure, "the run is green", SkippedBy::NotNeeded, &mut after);
    } else if stop.is_cancelled() {
        leave_out(stage, &plan.on_failure, LEFT_AS_THEY_ARE, SkippedBy::Failure, &mut after);
    } else {
        schedule::carry_out(Stage { stop, ..stage }, &plan.on_failure, &mut after).await;
    }
    // How `on_failure` went does not change how the run went.
    (after.verdict, after.ended_by) = (None, None);
    schedule::carry_out(stage, &plan.finally, &mut after).await;
    if closed.verdict == Verdict::Green {
        closed.verdict = match after.verdict {
            None => Verdict::Green,
            Some(verdict @ (Verdict::Safety | Verdict::Interrupted)) => verdict,
            Some(_) => Verdict::Failed,
        };
    }
    if closed.verdict == Verdict::Green && stop.is_cancelled() {
        closed.verdict = Verdict::Interrupted;
    }
    closed.stopped.append(&mut after.stopped);
    closed.why = closed.why.or(after.breach.take());
    if after.touched {
        closed = closing::close_again(plan, orderly, &after, closed, stop).await;
    }
    closed
}

/// Tells of a list none of which is tried.
fn leave_out(stage: Stage<'_>, steps: &[PlannedStep], because: &str, by: SkippedBy, course: &mut Course) {
    for step in steps {
        let outcome = Outcome::Skipped { because: because.to_owned(), by };
        course.skipped(step, &outcome);
        stage.events.send(schedule::untried(step, outcome));
    }
}
