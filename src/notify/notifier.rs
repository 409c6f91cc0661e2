//! The fold, the queues and their file, as supervision uses them: entries in, time in, messages out.
//!
//! Nothing in here waits. Whoever supervises sleeps until [`Notifier::next_due`], then calls [`Notifier::tick`] and
//! [`Notifier::deliver_due`]; the latter can be left to a task of its own, since everything takes `&self`. A channel that is
//! being asked is not due: when a delivery has ended, [`Notifier::next_due`] is worth asking again.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::config::Config;
use super::error::NotifyError;
use super::fold::{About, Fold};
use super::notification::Notification;
use super::queue::Queue;
use super::store::Store;
use crate::diagnosis::Diagnosis;
use crate::event::Entry;
use crate::ports::files::Files;
use crate::redact::Redactor;

/// Tells people about one stack.
pub struct Notifier {
    pub(super) config: Config,
    pub(super) redactor: Redactor,
    pub(super) files: Arc<dyn Files>,
    state: Mutex<State>,
}

/// What changes.
pub(super) struct State {
    pub(super) fold: Fold,
    pub(super) queues: BTreeMap<String, Queue>,
    pub(super) ping: PingState,
    /// Channels that are being asked now.
    pub(super) busy: Vec<String>,
    /// What is to be told about the notifier itself.
    pub(super) troubles: Vec<Diagnosis>,
    store: Store,
}

/// How it is with the dead man's switch. Not kept: a ping is never made up for.
#[derive(Debug, Default)]
pub(super) struct PingState {
    /// Not before.
    pub(super) next: Option<Timestamp>,
    /// That it fails is told once.
    pub(super) failing: bool,
}

impl Notifier {
    /// A notifier that goes on where the last one in this directory ended. It never fails: what is wrong with what was
    /// kept is told by the next [`Self::deliver_due`].
    pub fn new(
        config: Config,
        about: About,
        redactor: Redactor,
        files: Arc<dyn Files>,
        directory: &Path,
        now: Timestamp,
    ) -> Self {
        let store = Store::of(directory, &about.playbook);
        let (kept, trouble) = store.read();
        let mut troubles: Vec<_> = trouble.into_iter().collect();
        let mut queues = kept.queues;
        for channel in &config.channels {
            queues.entry(channel.name.clone()).or_default();
        }
        queues.retain(|name, queue| {
            let declared = config.channels.iter().any(|channel| channel.name == *name);
            if !declared && queue.len() > 0 {
                let because = "the playbook does not declare it any more";
                let error = NotifyError::GivenUp { channel: name.clone(), count: queue.len(), because };
                troubles.push(Diagnosis::of(&error));
            }
            declared
        });
        let fold = Fold::new(config.clone(), about, redactor.clone(), kept.memory, now);
        let (ping, busy) = (PingState::default(), Vec::new());
        let state = Mutex::new(State { fold, queues, ping, busy, troubles, store });
        Self { config, redactor, files, state }
    }

    /// Something happened.
    pub fn entry(&self, entry: &Entry, now: Timestamp) {
        let mut state = self.state();
        let was_green = state.fold.is_green();
        let messages = state.fold.entry(entry, now);
        if !was_green && state.fold.is_green() {
            state.ping.next = None;
        }
        self.keep(&mut state, messages, now);
        state.save();
    }

    /// Time passed: digests, reminders and what was held back become due.
    pub fn tick(&self, now: Timestamp) {
        let mut state = self.state();
        let due = state.fold.next_due().is_some_and(|due| due <= now);
        let messages = state.fold.tick(now);
        self.keep(&mut state, messages, now);
        if due {
            state.save();
        }
    }

    /// When [`Self::tick`] and [`Self::deliver_due`] have something to do next; none while there is nothing to wait for. A
    /// channel that is being asked at this moment does not count.
    pub fn next_due(&self) -> Option<Timestamp> {
        let state = self.state();
        let idle = state.queues.iter().filter(|(name, _)| !state.busy.contains(name));
        let queues = idle.filter_map(|(_, queue)| queue.next_due());
        let ping = self.ping_due(&state);
        state.fold.next_due().into_iter().chain(queues).chain(ping).min()
    }

    /// How many messages wait to be delivered.
    pub fn undelivered(&self) -> usize {
        self.state().queues.values().map(Queue::len).sum()
    }

    /// When the dead man's switch is to be told that all is well; none while it is not, or is being told.
    pub(super) fn ping_due(&self, state: &State) -> Option<Timestamp> {
        self.config.ping.as_ref().filter(|_| state.fold.is_green() && !state.is_busy(PING))?;
        Some(state.ping.next.unwrap_or(Timestamp::MIN))
    }

    /// Puts messages into the queues of the channels that want them.
    fn keep(&self, state: &mut State, messages: Vec<Notification>, now: Timestamp) {
        for message in messages {
            for channel in self.config.channels.iter().filter(|channel| channel.least <= message.about) {
                let queue = state.queues.entry(channel.name.clone()).or_default();
                let count = queue.push(message.clone(), now);
                if count > 0 {
                    let because = "too many waited";
                    let error = NotifyError::GivenUp { channel: channel.name.clone(), count, because };
                    state.troubles.push(Diagnosis::of(&error));
                }
            }
        }
    }

    /// A panic elsewhere does not silence it.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stands among the names of channels for the dead man's switch; no channel can have it.
pub(super) const PING: &str = "(ping)";

impl State {
    pub(super) fn is_busy(&self, name: &str) -> bool {
        self.busy.iter().any(|busy| busy == name)
    }

    /// Writes down what must not be lost.
    pub(super) fn save(&mut self) {
        let trouble = self.store.write(self.fold.memory(), &self.queues);
        self.troubles.extend(trouble);
    }
}
