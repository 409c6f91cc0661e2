//! What an attempt is given: the world, the stack, and where to put what it notices.

use std::sync::Mutex;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Stack;
use crate::diagnosis::Diagnosis;
use crate::event::Facts;
use crate::ladder::{Reached, Rung};
use crate::ports::World;

/// Everything one attempt may see.
pub struct Scope<'a> {
    /// The outside.
    pub world: &'a World,
    /// What the playbook declares.
    pub stack: &'a Stack,
    /// The step's id.
    pub step: &'a str,
    /// How often this has been tried.
    pub tries: Tries,
    /// Where an attempt puts what it notices on the way.
    pub notes: &'a Notes,
}

/// How often a step has been tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// Attempts before this one.
    pub before: u32,
    /// How many of them, the last ones, failed for one and the same reason.
    pub same_reason: u32,
    /// News of the watched container cut the attempt before this one off.
    pub told: bool,
}

/// What was noticed so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Noted {
    /// What was changed in the world, in words.
    pub changes: Vec<String>,
    /// What was observed.
    pub facts: Facts,
    /// The rungs that were reached, lowest first.
    pub rungs: Vec<Reached>,
    /// Keys of the held containers that were stopped so that the gateway could be started without them.
    pub held_back: Vec<String>,
}

/// What a step noticed: kept even when its attempt fails or is cancelled.
#[derive(Debug)]
pub struct Notes {
    seen: Mutex<Noted>,
    began: Mutex<Instant>,
    waiting: mpsc::UnboundedSender<Diagnosis>,
}

impl Notes {
    /// Empty notes, and the stream of what attempts wait for.
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Diagnosis>) {
        let (waiting, receiver) = mpsc::unbounded_channel();
        (Self { seen: Mutex::default(), began: Mutex::new(Instant::now()), waiting }, receiver)
    }

    /// Something in the world was changed.
    pub fn changed(&self, what: String) {
        if let Ok(mut seen) = self.seen.lock() {
            seen.changes.push(what);
        }
    }

    /// A held container was stopped, because the gateway is about to be started.
    pub fn held_back(&self, key: &str) {
        if let Ok(mut seen) = self.seen.lock() {
            seen.held_back.push(key.to_owned());
        }
    }

    /// Something was observed; a later value replaces an earlier one.
    pub fn fact(&self, name: &str, value: impl Into<Value>) {
        if let Ok(mut seen) = self.seen.lock() {
            seen.facts.insert(name.to_owned(), value.into());
        }
    }

    /// A rung was reached. A climb that begins anew takes back what an earlier one reached at that rung and above.
    pub fn reached(&self, rung: Rung) {
        let began = self.began.lock().map_or_else(|_| Instant::now(), |began| *began);
        let after_ms = (began.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
        if let Ok(mut seen) = self.seen.lock() {
            seen.rungs.retain(|reached| reached.rung < rung);
            seen.rungs.push(Reached { rung, after_ms });
        }
    }

    /// Takes back every rung: those to come are counted from now.
    pub fn count_anew(&self) {
        if let (Ok(mut seen), Ok(mut began)) = (self.seen.lock(), self.began.lock()) {
            seen.rungs.clear();
            *began = Instant::now();
        }
    }

    /// What the attempt is waiting for at this moment, should it be cut off.
    pub fn waiting(&self, why: Diagnosis) {
        // Nobody listens any more when the engine gave up on the step.
        let _ = self.waiting.send(why);
    }

    /// Everything noted, taken out.
    pub fn take(&self) -> Noted {
        self.seen.lock().map(|mut seen| std::mem::take(&mut *seen)).unwrap_or_default()
    }
}
