//! Supervision: a stack is brought up, watched, and brought back when something is lost; on until it is ended.
//!
//! Runs of the same steps and the same attempts, not a second engine. Owns when to look, what counts as a loss, and the
//! recovery ladder with its budgets. What is remembered beyond this process, and who is told, is left to [`Keeping`].

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
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
mod proving;
mod restarting;
mod session;
mod whole;

pub use budget::{Budget, Used};

/// What supervision remembers, and whom it tells. Implementations write to the disk; tests to memory.
pub trait Keeping: Sync {
    /// The time of day.
    fn now(&self) -> Timestamp;
    /// Something happened: for the journal, for messages, for the service's state. Never fails: what cannot be written
    /// must not end supervision.
    fn tell(&self, kind: EntryKind);
    /// When this was done, as far back as is remembered, oldest first.
    fn uses(&self, of: Used) -> Vec<Timestamp>;
    /// Remembers that this is about to be done, or was done at that time, before it returns.
    ///
    /// # Errors
    /// When it cannot be remembered: then it must not be done.
    fn note(&self, used: Used, at: Timestamp) -> Result<(), Diagnosis>;
    /// Until when recovery rests, if it does.
    fn paused(&self) -> Option<Timestamp>;
    /// Somebody asked for another try since this was asked last.
    fn asked_again(&self) -> bool;
}

/// A time of day as people are told it: nobody waits for a fraction of a second.
fn to_the_second(at: Timestamp) -> String {
    format!("{at:.0}")
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
    /// What was stopped because its safe state was not proven.
    pub stopped: Vec<crate::event::Stopped>,
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
    /// When the arming of a live account ends.
    armed_until: Option<Timestamp>,
    /// The bot was seen to have a connection: from then on it has to.
    bot_connects: AtomicBool,
    /// The last start of the gateway that was counted.
    last_start: Mutex<Option<Timestamp>>,
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
    pub fn new(
        plan: &'a Plan,
        (world, shared): (&'a World, &'a Shared),
        keep: &'a K,
        run: R,
        armed_until: Option<Timestamp>,
    ) -> Self {
        let (bot_connects, last_start) = (AtomicBool::new(false), Mutex::new(None));
        Self { plan, world, shared, keep, run, armed_until, bot_connects, last_start }
    }

    /// Brings the stack up and keeps it so until the token is cancelled. Containers are left as they are then.
    pub async fn carry_on(&self) {
        if !self.engine_answers().await {
            return;
        }
        // What Compose has called its containers only the engine knows, which may not have answered before.
        let plan = named(self.plan, self.world).await;
        let run = async |plan: &Plan| (self.run)(plan).await;
        Supervision::new(&plan, (self.world, self.shared), self.keep, run, self.armed_until).go_on().await;
    }

    async fn go_on(&self) {
        let mut turn = self.bring_up().await;
        loop {
            turn = match turn {
                Turn::Whole => {
                    self.keep.tell(EntryKind::Operational);
                    self.guard().await
                }
                Turn::Lost(outage) => self.recover(outage).await,
                Turn::Unsafe(why) => self.stay_shut(why).await,
                Turn::Stopped => return,
            };
        }
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
