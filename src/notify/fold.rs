//! What becomes a message: a fold of the journal's entries, given the time.

use jiff::{SignedDuration, Timestamp};

use super::config::Config;
use super::figures::State;
use super::memory::{Concern, Memory, Outage};
use super::notification::{Kind, Notification};
use super::told::Told;
use super::words;
use crate::diagnosis::Diagnosis;
use crate::event::{Entry, EntryKind, Maintenance, RecoveryRung, Verdict};
use crate::redact::Redactor;

/// So long a run that failed may go on: recovery, or another run; and what recovery begins with may take.
const SETTLE: SignedDuration = SignedDuration::from_secs(30);
/// A run that ended because of the safe state is followed by what supervision makes of it.
const FOLLOWS: SignedDuration = SignedDuration::from_secs(10);
/// An outage without news for so long is told, though it is still tried: a restart should be over by then.
pub(super) const LASTING: SignedDuration = SignedDuration::from_mins(10);
/// How often it is noted down that somebody watches: what a crash loses of the figures.
const NOTED: SignedDuration = SignedDuration::from_mins(5);

/// Whose messages they are.
#[derive(Clone, Debug)]
pub struct About {
    /// The playbook's name, with the matrix's entry where there is one.
    pub playbook: String,
    /// The machine's name.
    pub host: String,
}

/// The fold. Pure: no clock, no disk, no network.
pub struct Fold {
    pub(super) config: Config,
    pub(super) told: Told,
    pub(super) memory: Memory,
    noted: Timestamp,
}

impl Fold {
    /// Goes on where this memory ends. The first time, what was due before is not made up for.
    pub fn new(config: Config, about: About, redactor: Redactor, mut memory: Memory, now: Timestamp) -> Self {
        memory.digest.get_or_insert(now);
        memory.reminder.get_or_insert(now);
        let told = Told { about, redactor, zone: config.zone.clone() };
        Self { config, told, memory, noted: now }
    }

    /// What is remembered, to be kept.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Something happened. The messages that are due by that.
    pub fn entry(&mut self, entry: &Entry, now: Timestamp) -> Vec<Notification> {
        let at = entry.at.parse().unwrap_or(now).min(now);
        match &entry.kind {
            EntryKind::WatchBegan { .. } => {
                self.memory.tally.skip(now);
                self.memory.tally.becomes(State::Unknown, now);
                self.news(now);
            }
            EntryKind::WatchEnded { .. } => {
                self.memory.tally.becomes(State::Unknown, now);
                // Nothing follows any more.
                let concerns = self.memory.outage.iter_mut().flat_map(|outage| &mut outage.concerns);
                concerns.filter(|concern| concern.kind == Kind::RunFailed).for_each(|one| one.due = now);
            }
            EntryKind::RunBegan { run, .. } => {
                self.memory.run = Some(run.clone());
                self.memory.report = None;
                self.goes_on(now);
            }
            EntryKind::RunEnded { .. } => self.run_ended(&entry.kind, at, now),
            EntryKind::Operational | EntryKind::Recovered { .. } => self.whole(at, now),
            EntryKind::Lost { why, maintenance, .. } => self.lost(why, maintenance.as_ref(), at, now),
            EntryKind::Outlived { why, maintenance } => {
                self.outage(State::Down, why, at, now).maintenance = None;
                let of = Some(maintenance.name.clone());
                // What begins to be mended in that moment is no reason to wake anybody.
                self.concern(Concern { of, ..Concern::new(Kind::Outlived, why.clone(), now + SETTLE) });
            }
            EntryKind::Recovering { .. } => self.recovering(&entry.kind, now),
            EntryKind::Waits { until, .. } => {
                self.goes_on(until.parse().unwrap_or(now).max(now));
            }
            EntryKind::NeedsPerson { why, until } => {
                self.memory.tally.figures.needed_person += 1;
                self.outage(State::Down, why, at, now).maintenance = None;
                let until = until.as_ref().and_then(|until| until.parse().ok());
                self.concern(Concern { until, ..Concern::new(Kind::NeedsPerson, why.clone(), now) });
            }
            EntryKind::Halted { why } => {
                self.outage(State::Down, why, at, now).maintenance = None;
                // Whoever was asked for because of the same knows that it waits for them.
                if self.memory.was_asked_for(why) {
                    self.goes_on(now);
                } else {
                    self.concern(Concern::new(Kind::Halted, why.clone(), now));
                }
            }
            EntryKind::Unsafe { why, stopped } => {
                let stopped = stopped.iter().map(|stop| self.told.stopped(stop)).collect();
                self.memory.tally.figures.not_safe += 1;
                let concern =
                    Concern { stopped, stays: true, ..Concern::new(Kind::Unsafe, why.clone(), now) };
                self.not_safe(concern, at, now);
            }
            EntryKind::ClockJumped { .. } => self.memory.tally.skip(now),
            EntryKind::Paused { until, .. } => self.memory.paused_until = until.parse().ok(),
            EntryKind::Resumed { .. } => self.resume(now),
            EntryKind::Notice { .. } => self.memory.tally.figures.notices += 1,
            EntryKind::EngineUp { .. } => {}
        }
        self.release(now)
    }

    /// Time passed. The messages that are due by that.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Notification> {
        if self.memory.paused_until.is_some_and(|until| until <= now) {
            self.resume(now);
        }
        self.not_ahead(now);
        self.note(now);
        self.lasting(now);
        let mut messages = self.release(now);
        if self.memory.paused_until.is_none() {
            messages.extend(self.reminder(now));
            messages.extend(self.digest(now));
        }
        messages
    }

    /// When the next tick can have something to say.
    pub fn next_due(&self) -> Option<Timestamp> {
        let memory = &self.memory;
        let mut due = vec![memory.paused_until];
        let resting = memory.paused_until.is_some();
        let outage = memory.outage.as_ref();
        let concerns = outage.iter().flat_map(|outage| &outage.concerns);
        due.extend(concerns.filter(|one| !resting || one.kind == Kind::Unsafe).map(|one| Some(one.due)));
        due.push(outage.filter(|outage| !outage.lasting).map(|outage| outage.news + LASTING));
        if !resting {
            due.push(self.next_digest());
            due.push(self.next_reminder());
        }
        if self.config.digest.is_some() && memory.tally.state != State::Unknown {
            due.push(Some(self.noted + NOTED));
        }
        due.into_iter().flatten().min()
    }

    /// Whether everything is green and nothing is lost: only then a dead man's switch may be told so.
    pub fn is_green(&self) -> bool {
        self.memory.is_green()
    }

    /// The outage that lasts, or a new one; its reason is now this.
    fn outage(&mut self, state: State, why: &Diagnosis, at: Timestamp, now: Timestamp) -> &mut Outage {
        self.memory.tally.becomes(state, now);
        let outage = self.memory.outage.get_or_insert_with(|| Outage::new(at, now));
        outage.why = Some(self.told.short(why));
        outage.news = now;
        outage
    }

    fn lost(&mut self, why: &Diagnosis, maintenance: Option<&Maintenance>, at: Timestamp, now: Timestamp) {
        let until: Option<Timestamp> = maintenance.and_then(|window| window.until.parse().ok());
        // What was an outage before does not become maintenance by something else that is lost in it.
        let begun = self.memory.outage.as_ref().is_some_and(|outage| outage.maintenance.is_none());
        let explained = until.filter(|_| !begun);
        let state = if explained.is_some() { State::Maintenance } else { State::Down };
        let outage = self.outage(state, why, at, now);
        outage.maintenance = explained;
        outage.news = explained.map_or(now, |until| until.max(now));
    }

    fn recovering(&mut self, begun: &EntryKind, now: Timestamp) {
        let EntryKind::Recovering { rung, attempt, container, logs_in } = begun else { return };
        self.memory.tally.figures.soft_restarts += u32::from(*rung == RecoveryRung::SoftRestart);
        self.memory.tally.figures.logins += u32::from(*logs_in);
        self.goes_on(now);
        if let Some(outage) = &mut self.memory.outage {
            outage.did(words::rung(*rung, (container.as_deref(), *logs_in), *attempt));
        }
    }

    fn run_ended(&mut self, ended: &EntryKind, at: Timestamp, now: Timestamp) {
        let EntryKind::RunEnded { run, verdict, step, why, report, .. } = ended else { return };
        self.memory.run = Some(run.clone());
        self.memory.report.clone_from(report);
        let why = why.clone().unwrap_or_else(|| words::unexplained(*verdict));
        match verdict {
            // That it is watched from now on is told next; who ended it by hand knows.
            Verdict::Green | Verdict::Interrupted => self.goes_on(now),
            // What was stopped for that is told next.
            Verdict::Safety => self.not_safe(Concern::new(Kind::Unsafe, why, now + FOLLOWS), at, now),
            Verdict::Failed | Verdict::Engine | Verdict::Deadline => {
                self.outage(State::Down, &why, at, now);
                let of = step.clone();
                self.concern(Concern { of, ..Concern::new(Kind::RunFailed, why, now + SETTLE) });
            }
        }
    }

    fn not_safe(&mut self, concern: Concern, at: Timestamp, now: Timestamp) {
        self.outage(State::Down, &concern.why, at, now).maintenance = None;
        self.concern(concern);
    }

    fn concern(&mut self, mut concern: Concern) {
        concern.why = self.told.short(&concern.why);
        if let Some(outage) = &mut self.memory.outage {
            outage.concern(concern);
        }
    }

    /// It is whole again.
    fn whole(&mut self, at: Timestamp, now: Timestamp) {
        self.memory.tally.becomes(State::Up, now);
        let Some(mut outage) = self.memory.outage.take() else { return };
        let length = super::figures::milliseconds(outage.since, at);
        self.memory.tally.outage(length, outage.maintenance.is_some());
        outage.ended = Some(at);
        if outage.told.is_some() {
            self.memory.recovered = Some(outage);
        }
    }

    /// News of an outage: the next is expected from then on.
    fn news(&mut self, from: Timestamp) {
        if let Some(outage) = &mut self.memory.outage {
            outage.news = outage.maintenance.map_or(from, |until| until.max(from));
        }
    }

    fn goes_on(&mut self, from: Timestamp) {
        self.news(from);
        if let Some(outage) = &mut self.memory.outage {
            outage.goes_on();
        }
    }

    /// A pause is over: what lasts and was not told is told now.
    fn resume(&mut self, now: Timestamp) {
        if self.memory.paused_until.take().is_none() {
            return;
        }
        let Some(outage) = &mut self.memory.outage else { return };
        let explained = outage.maintenance.is_some_and(|until| until > now);
        if outage.told.is_none() && outage.concerns.is_empty() && !explained {
            outage.lasting = true;
            let why = outage.why.clone().unwrap_or_else(|| words::unexplained(Verdict::Failed));
            outage.concern(Concern::new(Kind::Lasting, why, now + SETTLE));
        }
    }

    /// An outage without news, though something is still tried.
    fn lasting(&mut self, now: Timestamp) {
        let Some(outage) = &mut self.memory.outage else { return };
        if outage.lasting || outage.news + LASTING > now {
            return;
        }
        outage.lasting = true;
        // Who was told knows that it lasts.
        if outage.told.is_none() && outage.concerns.is_empty() {
            let why = outage.why.clone().unwrap_or_else(|| words::unexplained(Verdict::Failed));
            outage.concern(Concern::new(Kind::Lasting, why, now));
        }
    }

    /// Writes down that it is watched, now and then.
    fn note(&mut self, now: Timestamp) {
        if now < self.noted || now.duration_since(self.noted) >= NOTED {
            self.noted = now;
            self.memory.tally.until(now);
        }
    }
}
