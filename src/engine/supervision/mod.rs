//! Supervision: a stack is brought up, watched, and brought back when something is lost; on until it is ended.
//!
//! Runs of the same steps and the same attempts, not a second engine. Owns when to look, what counts as a loss, and the
//! recovery ladder with its budgets. What is remembered beyond this process, and who is told, is left to [`Keeping`].

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Shared, named};
use crate::diagnosis::Diagnosis;
use crate::event::{EntryKind, Loss, RecoveryRung, Verdict};
use crate::playbook::Plan;
use crate::ports::World;
use crate::ports::broker::HeldSession;

mod breach;
mod bringing;
mod budget;
mod clock;
mod guard;
mod ladder;
mod log_ins;
mod proving;
mod restarting;
mod session;
mod settling;
mod whole;

pub use budget::Used;
use log_ins::Starts;
pub use whole::{for_person, is_personal};

/// What supervision remembers, and whom it tells. Implementations write to the disk; tests to memory.
pub trait Keeping: Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;
    /// Something happened: for the journal, for messages, for the service's state. Never fails: what cannot be written
    /// must not end supervision.
    fn tell(&self, kind: EntryKind);
    /// When this was done, as far back as is remembered, oldest first.
    fn uses(&self, of: &Used) -> Vec<Timestamp>;
    /// Remembers that this is about to be done, or was done at that time, before it returns.
    ///
    /// # Errors
    /// When it cannot be remembered: then it must not be done.
    fn note(&self, used: &Used, at: Timestamp) -> Result<(), Diagnosis>;
    /// Until when recovery rests, if it does.
    fn paused(&self) -> Option<Timestamp>;
    /// Whether what armed a live account when supervision began still does; fine where nothing has to.
    ///
    /// # Errors
    /// What is wrong with it now: it expired, was changed or taken away.
    fn still_armed(&self) -> Result<(), Diagnosis>;
    /// The breach of the safe state that nobody has taken back yet, from before this supervision began.
    fn latched(&self) -> Option<Diagnosis>;
    /// Remembers a breach of the safe state, or that somebody took it back.
    fn latch(&self, breach: Option<&Diagnosis>);
    /// Somebody asked for another try since this was asked last.
    fn asked_again(&self) -> bool;
}

/// How a run of the playbook went.
#[derive(Clone, Debug)]
pub struct Ran {
    /// How it ended.
    pub verdict: Verdict,
    /// The step that ended it.
    pub step: Option<String>,
    /// Why it is not green.
    pub why: Option<Diagnosis>,
}

/// One stack under supervision.
pub struct Supervision<'a, K, R> {
    /// Kept as it was read: a playbook that is edited meanwhile changes nothing.
    plan: &'a Plan,
    world: &'a World,
    shared: &'a Shared,
    keep: &'a K,
    /// Carries a plan out, and writes down how it went.
    run: R,
    /// The bot was seen to have a connection: from then on it has to.
    bot_connects: AtomicBool,
    /// Somebody asked for another try, which may begin with a log-in that the budget would not allow.
    asked: AtomicBool,
    /// The starts of the gateway that were counted.
    starts: Mutex<Starts>,
}

/// Something is not as it was.
struct Outage {
    what: Loss,
    why: Diagnosis,
    began: Instant,
    /// The session that told that the gateway lost its servers: it tells as well when they are back.
    session: Option<Box<dyn HeldSession>>,
    /// Codes of what a person was told already.
    told: BTreeSet<String>,
    /// The last rung that was begun, and how often.
    by: Option<RecoveryRung>,
    attempt: u32,
    /// What was stopped for want of a proof, by its key.
    held_back: BTreeSet<String>,
    /// Everything looked whole, and a run was not green all the same: no restart mends that.
    whole_but_red: bool,
    /// The log-in was refused: another one does harm, whatever comes after.
    refused: Option<Diagnosis>,
    /// How often a second factor was waited for.
    factor_waits: u32,
}

impl Outage {
    /// A loss that was noticed now.
    fn boxed(what: Loss, why: Diagnosis) -> Box<Self> {
        Box::new(Self {
            what,
            why,
            began: Instant::now(),
            session: None,
            told: BTreeSet::new(),
            by: None,
            attempt: 0,
            held_back: BTreeSet::new(),
            whole_but_red: false,
            refused: None,
            factor_waits: 0,
        })
    }
}

/// What ended a part of supervision.
enum Turn {
    /// Everything is whole.
    Whole,
    /// Something was lost.
    Lost(Box<Outage>),
    /// The safe state does not hold.
    Unsafe(Diagnosis),
    /// Ended by hand.
    Stopped,
}

/// How often pauses, requests for another try and the clock are looked at.
const TICK: Duration = Duration::from_secs(5);

impl<'a, K: Keeping, R: AsyncFn(&Plan) -> Ran> Supervision<'a, K, R> {
    /// Supervision of a plan; `run` carries a plan out and writes down how it went.
    pub fn new(plan: &'a Plan, (world, shared): (&'a World, &'a Shared), keep: &'a K, run: R) -> Self {
        let (bot_connects, asked, starts) =
            (AtomicBool::new(false), AtomicBool::new(false), Mutex::default());
        Self { plan, world, shared, keep, run, bot_connects, asked, starts }
    }

    /// Brings the stack up and keeps it so until the token is cancelled. Containers are left as they are then.
    pub async fn carry_on(&self) {
        if !self.engine_answers().await {
            return;
        }
        // What Compose has called its containers only the engine knows, which may not have answered before.
        let plan = named(self.plan, self.world).await;
        let run = async |plan: &Plan| (self.run)(plan).await;
        let named = Supervision::new(&plan, (self.world, self.shared), self.keep, run);
        Box::pin(named.go_on()).await;
    }

    async fn go_on(&self) {
        // What was not safe when the last supervision ended stays shut until somebody asks.
        let mut turn = if let Some(why) = self.keep.latched() {
            Turn::Unsafe(breach::found_before(why))
        } else {
            // This is the try that an earlier watch was asked for.
            let _ = self.keep.asked_again();
            self.bring_up().await
        };
        loop {
            turn = match turn {
                Turn::Whole => {
                    self.keep.tell(EntryKind::Operational);
                    let next = self.guard().await;
                    // Whoever asked for a try while everything was green did not know of what comes now.
                    let _ = self.keep.asked_again();
                    next
                }
                Turn::Lost(outage) => self.recover(outage).await,
                Turn::Unsafe(why) => self.stay_shut(why).await,
                Turn::Stopped => return,
            };
        }
    }

    /// Whether somebody asked for another try since the last look.
    fn was_asked(&self) -> bool {
        let asked = self.keep.asked_again();
        if asked {
            self.asked.store(true, Ordering::Relaxed);
        }
        asked
    }

    fn is_stopped(&self) -> bool {
        self.shared.stop.is_cancelled()
    }

    /// The world in which one handshake at a time is made with a gateway.
    fn orderly(&self) -> World {
        self.shared.turns.world(self.world, "supervision", None)
    }
}

/// What makes the next look come sooner.
#[derive(Debug, Default)]
struct Nudges {
    prove: Notify,
    beat: Notify,
}

impl Nudges {
    fn all(&self) {
        self.prove.notify_one();
        self.beat.notify_one();
    }
}
