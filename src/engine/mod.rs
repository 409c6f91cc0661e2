//! Carries a plan out. The only module that waits: deadlines, pauses and the order of things are decided here, over
//! attempts that know nothing of time.
//!
//! Tells what happens through events; never prints, never reads a file.

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::arming;
use crate::diagnosis::Diagnosis;
use crate::event::{EventKind, Outcome, RunStarted, Sender, SkippedBy, Verdict};
use crate::playbook::Plan;
use crate::ports::World;

mod closing;
mod course;
mod guarding;
mod handlers;
mod holding;
mod interlock;
mod mending;
mod naming;
mod pause;
mod preview;
mod reading;
mod rechecking;
mod recovering;
mod schedule;
mod step;
mod supervision;
mod turns;
mod viewing;
mod waiting;
mod watching;

use course::Course;
pub use mending::{Bounds, Mended, Progress, mend};
pub use naming::named;
pub use preview::preview;
use rechecking::{Place, Starts};
use schedule::Stage;
pub use supervision::{Keeping, Ran, Supervision, Used, for_person, is_personal};
pub use turns::Turns;

/// Rests for a while: for what goes on beside runs.
pub async fn rest(span: std::time::Duration) {
    waiting::until(Instant::now() + span).await;
}

/// What runs side by side have in common.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// Ends the steps and `on_failure`; `finally` is carried out all the same.
    pub stop: CancellationToken,
    /// Ends `finally` as well.
    pub stop_all: CancellationToken,
    /// Turns at the gateways.
    pub turns: Turns,
}

/// The first step that does not pass ends the run, as do its deadline and `stop`; then comes what follows it. Returns how
/// it ended, which the last event says as well. A live plan of which no account is armed is refused.
pub async fn run(plan: &Plan, world: &World, begin: RunStarted, events: &Sender, shared: &Shared) -> Verdict {
    if let Err(error) = arming::armed(plan) {
        return refuse(plan, begin, events, Diagnosis::of(&error));
    }
    let Shared { stop, stop_all, turns } = shared;
    events.send(EventKind::RunStarted(begin));
    let deadline = Some(Instant::now() + plan.within);
    let plan = &*named(plan, world).await;
    let orderly = &turns.world(world, "the proof of the safe state", None);
    let mut course = Course::default();
    course.stopped_for_now(interlock::open(plan, orderly).await);
    let starts = &Starts::default();
    starts.begin(Place { plan, world: orderly, stop, to_come: &[] }).await;
    let stage = Stage { plan, world, turns, events, starts, stop, deadline };
    schedule::carry_out(stage, &plan.steps, &mut course).await;
    let closed = closing::close(plan, orderly, &course, stop).await;
    let closed = handlers::follow(Stage { stop: stop_all, ..stage }, &course, closed, (orderly, stop)).await;
    events.send(EventKind::RunFinished { verdict: closed.verdict, why: closed.why, stopped: closed.stopped });
    closed.verdict
}

/// Tells a run that is refused before anything is looked at or started: not one step is tried, nor what follows a run.
pub fn refuse(plan: &Plan, begin: RunStarted, events: &Sender, why: Diagnosis) -> Verdict {
    events.send(EventKind::RunStarted(begin));
    for step in [&plan.steps, &plan.on_failure, &plan.finally].into_iter().flatten() {
        let because = "the run was refused".to_owned();
        events.send(schedule::untried(step, Outcome::Skipped { because, by: SkippedBy::Failure }));
    }
    let (verdict, stopped) = (Verdict::Safety, Vec::new());
    events.send(EventKind::RunFinished { verdict, why: Some(why), stopped });
    verdict
}
