//! The order of things: a step begins as soon as those that it waits for are done, and the first that does not pass ends
//! those that still run.

use std::pin::{Pin, pin};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::course::Course;
use super::guarding::{self, Progress};
use super::rechecking::{Place, Starts};
use super::step::{self, Ended, Limits};
use super::turns::Turns;
use crate::diagnosis::Failure;
use crate::event::{EventKind, Outcome, Sender, SkippedBy, StepFinished, Verdict};
use crate::playbook::{Plan, PlannedStep};
use crate::ports::World;
use crate::steps::Noted;

/// Most steps that run at once; more wait for a free place. Far above what a stack needs, far below what would trouble an
/// engine.
const AT_ONCE: usize = 32;

/// Everything that steps are carried out with.
#[derive(Clone, Copy)]
pub(super) struct Stage<'a> {
    pub(super) plan: &'a Plan,
    pub(super) world: &'a World,
    pub(super) turns: &'a Turns,
    pub(super) events: &'a Sender,
    /// When containers were started.
    pub(super) starts: &'a Starts,
    /// Ends them by hand.
    pub(super) stop: &'a CancellationToken,
    /// The run's own deadline, for those that it is meant for.
    pub(super) deadline: Option<Instant>,
}

type Running<'a> = FuturesUnordered<Pin<Box<dyn Future<Output = (usize, Ended)> + 'a>>>;

/// A list of steps on its way.
struct Schedule<'a> {
    stage: Stage<'a>,
    steps: &'a [PlannedStep],
    progress: &'a Progress<'a>,
    /// Ends what still runs once a step did not pass.
    cut: &'a CancellationToken,
    running: Running<'a>,
}

/// Carries a list of steps out, to its end or to the first step that does not pass. Every step is told of.
pub(super) async fn carry_out(stage: Stage<'_>, steps: &[PlannedStep], course: &mut Course) {
    let (cut, progress) = (stage.stop.child_token(), Progress::of(steps));
    let orderly = &stage.turns.world(stage.world, "the proof of the safe state", None);
    let place = Place { plan: stage.plan, world: orderly, stop: &cut, to_come: &[] };
    let mut guard = pin!(guarding::breach(stage.starts, &progress, place));
    let mut broken = false;
    let mut schedule =
        Schedule { stage, steps, progress: &progress, cut: &cut, running: FuturesUnordered::new() };
    loop {
        schedule.begin_what_can_begin(course);
        tokio::select! {
            biased;
            ended = schedule.running.next() => match ended {
                Some((place, ended)) => schedule.finish(place, ended, course),
                None => break,
            },
            breach = &mut guard, if !broken => {
                broken = true;
                course.broken(breach);
                cut.cancel();
            }
        }
    }
    if !broken && progress.stopping.get() {
        course.broken(guard.await);
    }
    schedule.skip_the_rest(course);
    course.stopped_for_now(progress.for_now.take());
}

impl Schedule<'_> {
    /// Begins every step whose turn has come. One that is skipped can let others begin.
    fn begin_what_can_begin(&mut self, course: &mut Course) {
        let mut news = true;
        while std::mem::take(&mut news) {
            for place in 0..self.steps.len() {
                if course.verdict.is_some() || self.running.len() >= AT_ONCE {
                    return;
                }
                if self.progress.has_begun(place) || !self.is_due(place) {
                    continue;
                }
                if self.stage.stop.is_cancelled() {
                    // Ended by hand between two steps: with nothing in progress there is no step to say so.
                    if self.running.is_empty() {
                        course.verdict = Some(Verdict::Interrupted);
                    }
                    return;
                }
                news |= self.begin(place, course);
            }
        }
    }

    fn is_due(&self, place: usize) -> bool {
        self.steps[place].after.iter().all(|before| self.progress.is_done(*before))
    }

    /// Begins a step, unless its condition does not hold; whether it was over at once.
    fn begin(&mut self, place: usize, course: &mut Course) -> bool {
        self.progress.begin(place);
        let step = &self.steps[place];
        let Stage { plan, world, turns, events, deadline, .. } = self.stage;
        if let Some(because) = step.left_out {
            let outcome = Outcome::Skipped { because: because.to_owned(), by: SkippedBy::NotNeeded };
            self.skip(place, outcome, course);
            return true;
        }
        match step.when.as_ref().map(|when| (when, when.holds(&plan.variables, &course.seen))) {
            Some((when, Ok(false))) => {
                let because = format!("`{}` is false", when.text());
                self.skip(place, Outcome::Skipped { because, by: SkippedBy::When }, course);
                return true;
            }
            Some((_, Err(error))) => {
                let Failure { why, class, .. } = error.into();
                self.finish(place, Ended::at_once(Outcome::Failed { why, class, deadline: None }), course);
                return true;
            }
            Some((_, Ok(true))) | None => {}
        }
        let limits = Limits::of(step, plan, deadline);
        let (cut, starts) = (self.cut, self.stage.starts);
        let to_come = self.progress.to_come();
        self.running.push(Box::pin(async move {
            let mut ended = step::carry_out(step, plan, (world, turns), events, cut, limits).await;
            if ended.outcome == Outcome::Passed {
                let orderly = &turns.world(world, "the proof of the safe state", None);
                starts
                    .after(step, &mut ended, Place { plan, world: orderly, stop: cut, to_come: &to_come })
                    .await;
            }
            (place, ended)
        }));
        false
    }

    /// A step is over: it is told of, and the first one that did not pass ends the others.
    fn finish(&mut self, place: usize, mut ended: Ended, course: &mut Course) {
        let step = &self.steps[place];
        if matches!(ended.outcome, Outcome::Interrupted { .. }) {
            ended.outcome = interrupted(course);
        }
        course.stopped.append(&mut ended.stopped);
        course.note(self.stage.plan, step, &ended);
        self.progress.finish(place);
        let Noted { changes, facts, rungs, held_back: _ } = ended.noted;
        self.stage.events.send(EventKind::StepFinished(StepFinished {
            id: step.id.clone(),
            outcome: ended.outcome,
            attempts: ended.attempts,
            changes,
            rungs,
            facts,
        }));
        if course.verdict.is_some() {
            self.cut.cancel();
        }
    }

    fn skip(&mut self, place: usize, outcome: Outcome, course: &mut Course) {
        let step = &self.steps[place];
        self.progress.begin(place);
        self.progress.finish(place);
        course.skipped(step, &outcome);
        self.stage.events.send(untried(step, outcome));
    }

    fn skip_the_rest(&mut self, course: &mut Course) {
        for place in 0..self.steps.len() {
            if !self.progress.has_begun(place) {
                let because = course.over().unwrap_or_else(|| "what it waits for never ended".to_owned());
                self.skip(place, Outcome::Skipped { because, by: SkippedBy::Failure }, course);
            }
        }
    }
}

/// How a step ended that was ended by something outside itself.
fn interrupted(course: &Course) -> Outcome {
    let because = match &course.ended_by {
        Some(_) if course.run_deadline => Some("the run's deadline passed".to_owned()),
        None if course.verdict == Some(Verdict::Safety) => course.over(),
        Some(_) if course.verdict != Some(Verdict::Interrupted) => course.over(),
        Some(_) | None => None,
    };
    Outcome::Interrupted { because }
}

/// Tells that a step was not tried.
pub(super) fn untried(step: &PlannedStep, outcome: Outcome) -> EventKind {
    EventKind::StepFinished(StepFinished {
        id: step.id.clone(),
        outcome,
        attempts: 0,
        changes: Vec::new(),
        rungs: Vec::new(),
        facts: serde_json::Map::new(),
    })
}
