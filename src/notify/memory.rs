//! What the fold remembers, also over a restart of openbell: the outage that lasts, what was told and when.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::figures::{State, Tally};
use super::notification::{Kind, Severity};
use crate::diagnosis::Diagnosis;
use crate::event::Stopped;

/// Most things done about an outage that are told.
const MOST_DONE: usize = 12;

/// Everything that is remembered of one stack.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    /// How many messages there were: part of their names.
    pub(super) count: u64,
    /// What is lost, while something is.
    pub(super) outage: Option<Outage>,
    /// A recovery that a pause held back.
    pub(super) recovered: Option<Outage>,
    /// Messages rest until then.
    pub(super) paused_until: Option<Timestamp>,
    /// When each thing was last told.
    pub(super) told: BTreeMap<String, Timestamp>,
    /// The figures of the digest.
    pub(super) tally: Tally,
    /// Digests up to then are done with.
    pub(super) digest: Option<Timestamp>,
    /// Reminders up to then are done with.
    pub(super) reminder: Option<Timestamp>,
    /// The last run.
    pub(super) run: Option<String>,
    /// The directory of its report.
    pub(super) report: Option<String>,
}

impl Memory {
    /// Whether everything is green, and nothing is lost.
    pub(super) fn is_green(&self) -> bool {
        self.tally.state == State::Up && self.outage.is_none()
    }

    /// Whether somebody was asked for because of this, in the outage that lasts.
    pub(super) fn was_asked_for(&self, why: &Diagnosis) -> bool {
        let key = Concern::new(Kind::NeedsPerson, why.clone(), Timestamp::MIN).key();
        let outage = self.outage.as_ref();
        outage.zip(self.told.get(&key)).is_some_and(|(outage, told)| *told >= outage.since)
    }
}

/// Something is lost.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Outage {
    /// Since when.
    pub(super) since: Timestamp,
    /// Since when it was over, once it is.
    pub(super) ended: Option<Timestamp>,
    /// Why, as it was last said.
    pub(super) why: Option<Diagnosis>,
    /// Until when IBKR's maintenance explains it.
    pub(super) maintenance: Option<Timestamp>,
    /// What was done about it, in words.
    pub(super) done: Vec<String>,
    /// The gravest that was told of it.
    pub(super) told: Option<Severity>,
    /// What is to be told.
    pub(super) concerns: Vec<Concern>,
    /// When there was last something new, or when the next is expected.
    pub(super) news: Timestamp,
    /// That it lasts is told once.
    pub(super) lasting: bool,
}

impl Outage {
    pub(super) fn new(since: Timestamp, now: Timestamp) -> Self {
        Self {
            since,
            ended: None,
            why: None,
            maintenance: None,
            done: Vec::new(),
            told: None,
            concerns: Vec::new(),
            news: now,
            lasting: false,
        }
    }

    pub(super) fn did(&mut self, what: String) {
        if self.done.last() == Some(&what) {
            return;
        }
        if self.done.len() >= MOST_DONE {
            // The first ones and the last ones tell the most.
            self.done.remove(MOST_DONE / 2);
        }
        self.done.push(what);
    }

    /// Something new to be told replaces what is said by it.
    pub(super) fn concern(&mut self, concern: Concern) {
        let said = |kind: Kind| match concern.kind {
            Kind::Halted => matches!(kind, Kind::RunFailed | Kind::Outlived | Kind::Lasting | Kind::Halted),
            Kind::NeedsPerson => matches!(kind, Kind::RunFailed | Kind::Lasting | Kind::NeedsPerson),
            // Two assertions that do not hold are two things to tell.
            Kind::Unsafe => false,
            other => kind == other,
        };
        self.concerns.retain(|other| !said(other.kind) && other.key() != concern.key());
        self.concerns.push(concern);
    }

    /// A run that failed, or a halt, was not the end of it: something follows.
    pub(super) fn goes_on(&mut self) {
        self.concerns.retain(|concern| !matches!(concern.kind, Kind::RunFailed | Kind::Halted));
    }
}

/// Something to be told when its time has come and it still lasts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Concern {
    pub(super) kind: Kind,
    pub(super) why: Diagnosis,
    /// Until when somebody has to act.
    pub(super) until: Option<Timestamp>,
    /// What was stopped, and what could not be.
    pub(super) stopped: Vec<Stopped>,
    /// That stays so until somebody takes it back.
    #[serde(default)]
    pub(super) stays: bool,
    /// Words that belong to its title: the step that failed, the maintenance that is over.
    pub(super) of: Option<String>,
    /// Not before.
    pub(super) due: Timestamp,
}

impl Concern {
    pub(super) fn new(kind: Kind, why: Diagnosis, due: Timestamp) -> Self {
        Self { kind, why, until: None, stopped: Vec::new(), stays: false, of: None, due }
    }

    /// What counts as the same again: of what is not safe, the same assertion.
    pub(super) fn key(&self) -> String {
        let (kind, code) = (self.kind.name(), &self.why.code);
        match self.kind {
            Kind::Unsafe => format!("{kind}/{code}/{}", self.why.message),
            _ => format!("{kind}/{code}"),
        }
    }
}
