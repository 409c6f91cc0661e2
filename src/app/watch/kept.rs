//! What supervision remembers, and whom it tells: the journal, the ledger of uses, messages, the service's state, and a line
//! for whoever reads the log.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use tokio::sync::Notify;

use super::service::Service;
use crate::adapters::{host, machine};
use crate::app::remembered::{Remembered, at};
use crate::app::run::{Occasion, Told};
use crate::app::{Surroundings, say};
use crate::arming::Arming;
use crate::diagnosis::Diagnosis;
use crate::engine::{Keeping, Used};
use crate::event::{Entry, EntryKind};
use crate::notify::{About, Notifier};
use crate::playbook::Plan;
use crate::ports::broker::AccountId;
use crate::redact::Redactor;
use crate::report::entry_words;
use crate::state::{Ledger, StateError, Use};

/// Texts of an entry that are words of openbell's own.
const WORDS: &[&str] = &[
    "at",
    "playbook",
    "entry",
    "code",
    "rung",
    "verdict",
    "what",
    "container",
    "run",
    "until",
    "kind",
    "by",
];

/// One stack's.
pub(super) struct Kept<'a> {
    pub(super) around: &'a Surroundings,
    pub(super) remembered: &'a Remembered,
    ledger: Ledger,
    pub(super) service: &'a Service,
    pub(super) notifier: Option<Notifier>,
    pub(super) http: Arc<dyn crate::ports::http::Http>,
    pub(super) nudge: Notify,
    redactor: Redactor,
    /// The file that arms a live playbook, and the accounts that it armed.
    arms: Option<PathBuf>,
    armed: Vec<AccountId>,
    /// That it rests is known.
    pub(super) rests: AtomicBool,
    /// That a pause cannot be read was told.
    told: AtomicBool,
    /// That the ledger cannot be read was told.
    unreadable: AtomicBool,
}

impl<'a> Kept<'a> {
    pub(super) fn new(
        plan: &Plan,
        remembered: &'a Remembered,
        (occasion, service): (&'a Occasion<'_>, &'a Service),
        redactor: Redactor,
    ) -> Self {
        let around = occasion.around;
        let about = About { playbook: plan.name.clone(), host: host::name(around.environment) };
        let directory = remembered.state().directory();
        let files = Arc::clone(&occasion.world.files);
        let now = (around.clock)();
        let notifier = plan
            .notify
            .clone()
            .map(|config| Notifier::new(config, about, redactor.clone(), files, directory, now));
        Self {
            around,
            remembered,
            ledger: remembered.ledger(),
            service,
            notifier,
            http: Arc::clone(&occasion.world.http),
            nudge: Notify::new(),
            redactor,
            arms: occasion.arming_file().filter(|_| plan.stack.safety.live),
            armed: plan.stack.safety.armed.clone(),
            rests: AtomicBool::new(false),
            told: AtomicBool::new(false),
            unreadable: AtomicBool::new(false),
        }
    }

    /// Supervision begins.
    pub(super) fn begins(&self) {
        let (openbell, pid) = (env!("CARGO_PKG_VERSION").to_owned(), std::process::id());
        // A service has no terminal.
        let by_hand = self.around.terminal;
        let boot = machine::boot();
        let (boot, powered_on) = (boot.id, boot.powered_on.map(at));
        self.tell(EntryKind::WatchBegan { openbell, pid, boot, powered_on, by_hand });
    }

    /// Supervision ends.
    pub(super) fn ends(&self) {
        self.tell(EntryKind::WatchEnded { because: "ended by hand".to_owned() });
    }

    /// A run is over. It is in the journal already.
    pub(super) fn ran(&self, told: &Told) {
        if let Some(report) = &told.report {
            self.message(&self.entry(report.ended(None)));
        }
    }

    /// Tells people, where the playbook says whom.
    pub(super) fn message(&self, entry: &Entry) {
        if let Some(notifier) = &self.notifier {
            notifier.entry(entry, self.now());
            self.nudge.notify_one();
        }
    }

    fn entry(&self, kind: EntryKind) -> Entry {
        Entry { at: at(self.now()), playbook: self.remembered.state().name().to_owned(), kind }
    }

    /// The entry without secrets; nothing of one that cannot be cleaned.
    fn cleaned(&self, entry: &Entry) -> Option<Entry> {
        let mut value = serde_json::to_value(entry).ok()?;
        self.redactor.json_but(&mut value, WORDS);
        serde_json::from_value(value).ok()
    }

    fn failed(error: &StateError) -> Diagnosis {
        Diagnosis::of(error)
    }
}

impl Keeping for Kept<'_> {
    fn now(&self) -> Timestamp {
        (self.around.clock)()
    }

    fn tell(&self, kind: EntryKind) {
        let Some(entry) = self.cleaned(&self.entry(kind)) else { return };
        self.remembered.append(&entry, self.around);
        say(&format!("{} {}: {}", entry.at, entry.playbook, entry_words(&entry.kind)));
        self.service.hears(&entry);
        self.message(&entry);
    }

    fn uses(&self, of: &Used) -> Vec<Timestamp> {
        let now = self.now();
        match self.ledger.uses_of(kind(of), container(of), now) {
            Ok(uses) => uses,
            // What cannot be read may hold anything: it counts as used up, and as not green.
            Err(error) => {
                if !self.unreadable.swap(true, Ordering::Relaxed) {
                    self.tell(EntryKind::NeedsPerson { why: Self::failed(&error), until: None });
                }
                if *of == Used::Green { Vec::new() } else { vec![now; 100] }
            }
        }
    }

    fn note(&self, used: &Used, at: Timestamp) -> Result<(), Diagnosis> {
        self.ledger.note_of(kind(used), container(used), at).map_err(|error| Self::failed(&error))
    }

    fn paused(&self) -> Option<Timestamp> {
        match self.remembered.state().paused(self.now()) {
            Ok(pause) => pause.map(|pause| pause.until),
            Err(error) => {
                if !self.told.swap(true, Ordering::Relaxed) {
                    self.tell(EntryKind::Notice { why: Self::failed(&error) });
                }
                None
            }
        }
    }

    fn still_armed(&self) -> Result<(), Diagnosis> {
        let Some(file) = &self.arms else { return Ok(()) };
        let armed = Arming::of(&[], Some(file), self.now()).map_err(|error| Diagnosis::of(&error))?;
        armed.still_arms(&self.armed).map_err(|error| Diagnosis::of(&error))
    }

    fn latched(&self) -> Option<Diagnosis> {
        self.remembered.state().latched()
    }

    fn latch(&self, breach: Option<&Diagnosis>) {
        if let Err(error) = self.remembered.state().latch(breach) {
            self.tell(EntryKind::Notice { why: Self::failed(&error) });
        }
    }

    fn asked_again(&self) -> bool {
        self.remembered.state().was_asked_again()
    }
}

fn kind(used: &Used) -> Use {
    match used {
        Used::LogIn => Use::LogIn,
        Used::SoftRestart => Use::SoftRestart,
        Used::Restart(_) => Use::Restart,
        Used::Green => Use::Green,
    }
}

/// Whose budget it is, where each container has its own.
fn container(used: &Used) -> Option<&str> {
    match used {
        Used::Restart(key) => Some(key),
        Used::LogIn | Used::SoftRestart | Used::Green => None,
    }
}
