//! What a run has come to so far: who ended it and how, what was started, who used the time.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use super::guarding::Breach;
use super::step::Ended;
use crate::diagnosis::{Class, Diagnosis};
use crate::event::{DeadlineOf, Outcome, Stopped, Verdict};
use crate::playbook::{Plan, PlannedStep, StepSeen};
use crate::steps::Action;

/// What a list of steps has come to.
#[derive(Default)]
pub(super) struct Course {
    /// The step that ended it; none when it was ended between two steps.
    pub(super) ended_by: Option<String>,
    /// How it ended, if it did.
    pub(super) verdict: Option<Verdict>,
    /// The run's own deadline passed.
    pub(super) run_deadline: bool,
    /// What was stopped before the first step.
    pub(super) stopped: Vec<Stopped>,
    /// The containers of which a step may still start each again, and why each was stopped.
    pub(super) broke: Vec<(String, Diagnosis)>,
    /// Why the safe state was not proven any more while steps ran, which ended them.
    pub(super) breach: Option<Diagnosis>,
    /// Containers whose `start` passed.
    pub(super) started: BTreeSet<String>,
    /// Each step that was begun.
    pub(super) spans: Vec<Span>,
    /// Every step that is over, as conditions see it.
    pub(super) seen: BTreeMap<String, StepSeen>,
    /// A step may have changed what the safe state was proven on.
    pub(super) touched: bool,
}

/// The time that one step took.
pub(super) struct Span {
    pub(super) step: String,
    pub(super) began: Instant,
    pub(super) took: Duration,
    /// It was ended because of something outside itself.
    pub(super) cut: bool,
}

impl Course {
    /// Why what is still to come is not tried, once something ended the list.
    pub(super) fn over(&self) -> Option<String> {
        self.verdict?;
        Some(match &self.ended_by {
            Some(step) => format!("step `{step}` did not pass"),
            None if self.breach.is_some() => "the safe state was not proven any more".to_owned(),
            None => "the run was ended".to_owned(),
        })
    }

    /// A step is over.
    pub(super) fn note(&mut self, plan: &Plan, step: &PlannedStep, ended: &Ended) {
        let cut = matches!(ended.outcome, Outcome::Interrupted { .. });
        self.spans.push(Span { step: step.id.clone(), began: ended.began, took: ended.took, cut });
        let meddles = matches!(step.action, Action::Start(_) | Action::Exec(_));
        self.touched |= meddles || !ended.noted.changes.is_empty();
        self.see(step, &ended.outcome, !ended.noted.changes.is_empty(), &ended.noted.facts);
        match &ended.outcome {
            Outcome::Passed => self.passed(plan, step),
            // What ended it was noted before.
            Outcome::Skipped { .. } | Outcome::Interrupted { because: Some(_) } => {}
            Outcome::Interrupted { because: None } => self.end(step, Verdict::Interrupted),
            Outcome::Failed { class: Class::Safety, .. } => self.end(step, Verdict::Safety),
            Outcome::Failed { class: Class::Engine, .. } => self.end(step, Verdict::Engine),
            Outcome::Failed { deadline: Some(deadline), .. } => {
                self.run_deadline |= self.verdict.is_none() && deadline.of == DeadlineOf::Run;
                self.end(step, Verdict::Deadline);
            }
            Outcome::Failed { deadline: None, .. } => self.end(step, Verdict::Failed),
        }
    }

    /// A step was not tried.
    pub(super) fn skipped(&mut self, step: &PlannedStep, outcome: &Outcome) {
        self.see(step, outcome, false, &serde_json::Map::new());
    }

    fn see(&mut self, step: &PlannedStep, outcome: &Outcome, changed: bool, facts: &crate::event::Facts) {
        let outcome = match outcome {
            Outcome::Passed => "passed",
            Outcome::Failed { .. } => "failed",
            Outcome::Skipped { .. } => "skipped",
            Outcome::Interrupted { .. } => "interrupted",
        };
        self.seen.insert(step.id.clone(), StepSeen { outcome, changed, facts: facts.clone() });
    }

    fn passed(&mut self, plan: &Plan, step: &PlannedStep) {
        match &step.action {
            Action::Start(start) => drop(self.started.insert(start.container.clone())),
            // They are meant to be gone.
            Action::Stop(ended) => drop(self.started.remove(&ended.container)),
            Action::Ready(ready) if ready.waits_for_the_end() => {
                let gateway = plan.stack.gateway().map(|gateway| &gateway.key);
                self.started.retain(|key| Some(key) != gateway);
            }
            _ => {}
        }
    }

    /// Why a container was stopped that no step has started again, through its gate.
    pub(super) fn stays_stopped(&self) -> Option<&Diagnosis> {
        self.broke.iter().find(|(container, _)| !self.started.contains(container)).map(|(_, why)| why)
    }

    /// A held container had to be stopped while steps ran. Of two ends at the same moment, this one decides.
    pub(super) fn broken(&mut self, breach: Breach) {
        self.stopped.extend(breach.stopped);
        self.verdict = Some(Verdict::Safety);
        self.breach = Some(breach.why);
    }

    /// Held containers were stopped while steps ran, of which each may have been started again by its own step.
    pub(super) fn stopped_for_now(&mut self, stopped: Vec<(Stopped, Diagnosis)>) {
        for (stopped, why) in stopped {
            self.broke.push((stopped.container.clone(), why));
            self.stopped.push(stopped);
        }
    }

    /// The first step that does not pass ends the list. Of two at the same moment the one that says that it is not safe
    /// decides.
    fn end(&mut self, step: &PlannedStep, verdict: Verdict) {
        if self.verdict.is_none() || verdict == Verdict::Safety && self.verdict != Some(Verdict::Safety) {
            self.ended_by = Some(step.id.clone());
            self.verdict = Some(verdict);
        }
    }
}
