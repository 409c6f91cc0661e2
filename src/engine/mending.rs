//! The remedy ladder: one remedy after the other, each once, until the gateway is whole again as the bot would find it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::viewing::View;
use super::waiting::{Unmet, Wait};
use crate::diagnose::{
    After, Consent, Measure, Remedy, RemedyError, Sight, Target, Tried, apply, barred_now,
};
use crate::diagnosis::{Diagnosis, Failure, Pace};
use crate::ladder::Rung;
use crate::ports::World;
use crate::ports::broker::{BrokerError, ProbeAsk, Question, Seen};
use crate::steps::Notes;

/// Longest wait for the answer to one request.
const ANSWER: Duration = Duration::from_secs(10);
/// A changed setting needs no restart: it shows soon or never.
const SETTING: Duration = Duration::from_secs(30);
/// How long a gateway may answer as before after it was told to restart, until it is believed to have restarted unseen.
const GOES_DOWN: Duration = Duration::from_secs(30);

/// What is told while remedies are tried.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// This one is tried now.
    Begins(&'a Measure),
    /// This became of one.
    Ended(&'a Tried),
}

/// How far remedies may go.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    /// What may be done.
    pub consent: Consent,
    /// How long a restart may take until the gateway is back.
    pub within: Duration,
    /// Ends it.
    pub stop: &'a CancellationToken,
}

/// What came of it.
#[derive(Debug)]
pub struct Mended {
    /// The remedies in order, as far as they were come to.
    pub tried: Vec<Tried>,
    /// How it stands now; `None` where nothing was carried out, or it was ended by hand.
    pub now: Option<Sight>,
}

/// Tries the remedies in order, as far as the consent goes, until one mends the gateway or it is stopped. Each is carried
/// out once. A remedy that has begun to change the world is carried out to its end; only the waiting for what it does is
/// cut off. What was found first is not relied on: before a restart, and at the end, `look_again` tells how it stands.
pub async fn mend(
    world: &World,
    target: &Target,
    remedies: &[Remedy],
    bounds: Bounds<'_>,
    told: &(dyn Fn(Progress<'_>) + Sync),
    look_again: impl AsyncFn(&Target) -> Sight,
) -> Mended {
    let mut view = View::new(target, bounds.stop, look_again);
    let mut ladder: Vec<Tried> = Vec::new();
    let mut reason = None;
    for remedy in remedies {
        if bounds.stop.is_cancelled() {
            break;
        }
        let before = reason.clone().unwrap_or_else(|| remedy.because.clone());
        let tried = match allowed(remedy, before.clone(), bounds.consent, &mut view).await {
            Err(untried) => *untried,
            Ok(measure) => {
                told(Progress::Begins(measure));
                let untried = Tried::untried(remedy, before, After::Interrupted);
                let mending = Mending::new(world, target, measure, &remedy.because, bounds.within);
                let tried = mending.carry_out(untried, bounds.stop).await;
                view.is_stale(measure, &tried);
                tried
            }
        };
        told(Progress::Ended(&tried));
        if let After::DidNotHelp { why } = &tried.after {
            reason = Some(why.clone());
        }
        let over = tried.ended_ready() || tried.after == After::Interrupted;
        ladder.push(tried);
        if over {
            break;
        }
    }
    view.refresh().await;
    Mended { tried: ladder, now: view.sight.filter(|_| !bounds.stop.is_cancelled()) }
}

/// The measure of a remedy that may be carried out now, else what is told of it.
async fn allowed<'a, L: AsyncFn(&Target) -> Sight>(
    remedy: &'a Remedy,
    before: Diagnosis,
    consent: Consent,
    view: &mut View<'_, L>,
) -> Result<&'a Measure, Box<Tried>> {
    let untried = |before, after| Err(Box::new(Tried::untried(remedy, before, after)));
    let measure = match &remedy.measure {
        Err(why) => return untried(before, After::NotPossible { why: Diagnosis::explained(why) }),
        Ok(measure) if measure.consent() > consent => {
            let because = format!("needs --fix all; cost: {}", measure.cost());
            return untried(before, After::NotTried { because });
        }
        Ok(measure) if !measure.restarts() => return Ok(measure),
        Ok(measure) => measure,
    };
    if !view.refresh().await {
        return untried(before, After::Interrupted);
    }
    let Some(sight) = &view.sight else { return Ok(measure) };
    if sight.is_ready() {
        return untried(before, After::BecameReady);
    }
    match barred_now(measure, &sight.findings) {
        Some((now, why)) => untried(now, After::NotPossible { why: Diagnosis::explained(&why) }),
        None => Ok(measure),
    }
}

/// One remedy that is being tried.
struct Mending<'a> {
    world: &'a World,
    target: &'a Target,
    measure: &'a Measure,
    /// The rung that shows that the fault is gone.
    until: Rung,
    /// How long the gateway may take; nothing for what is one attempt.
    within: Duration,
    /// How many of the declared ids were found to be in use.
    taken: AtomicUsize,
    /// The gateway was seen to be down, or not well.
    down: AtomicBool,
    /// The gateway dropped a handshake before the patience with it was over.
    dropped: AtomicBool,
    /// It answered within the patience that had not been enough before.
    at_once: AtomicBool,
}

impl<'a> Mending<'a> {
    fn new(
        world: &'a World,
        target: &'a Target,
        measure: &'a Measure,
        because: &Diagnosis,
        within: Duration,
    ) -> Self {
        // A fault beyond the requests is not seen to be gone by a request.
        let until = if because.rung >= Some(Rung::Farms) { Rung::Farms } else { Rung::Request };
        let within = match measure {
            Measure::LongerTimeout(_) | Measure::NextClientId(_) => Duration::ZERO,
            _ if measure.restarts() => within,
            _ => within.min(SETTING),
        };
        let (down, dropped, at_once) = Default::default();
        Self { world, target, measure, until, within, taken: AtomicUsize::default(), down, dropped, at_once }
    }

    async fn carry_out(&self, untried: Tried, stop: &CancellationToken) -> Tried {
        let began = Instant::now();
        let mut applied = apply(self.world, self.target, self.measure).await;
        let end = match applied.end {
            Ok(()) => self.whole_again(stop).await,
            Err(failure) => Err(Unmet::Hopeless(failure)),
        };
        if !self.measure.restarts() && applied.did.is_empty() {
            applied.did.push(self.measure.words());
        }
        let after = match end {
            Ok(()) if self.at_once.load(Ordering::Relaxed) => After::BecameReady,
            Ok(()) => After::Worked,
            Err(Unmet::Hopeless(failure) | Unmet::OutOfTime(failure)) => {
                After::DidNotHelp { why: failure.why }
            }
            Err(Unmet::Stopped) => After::Interrupted,
        };
        let mut tried = untried.carried_out(applied.did, after, began.elapsed());
        if tried.worked() {
            tried.proposal = self.measure.proposal(self.target);
        }
        tried
    }

    /// Waits until the gateway answers as the bot needs it. No handshake is given up before its patience is over: the
    /// last one has what is left of the time for its patience.
    async fn whole_again(&self, stop: &CancellationToken) -> Result<(), Unmet> {
        let (_notes, waiting) = Notes::new();
        let began = Instant::now();
        // Only an adapter that hangs is cut off.
        let cut_off = began + self.within + (self.patience() + ANSWER) * 4;
        let mut wait = Wait::quiet(self.measure.name(), stop, cut_off, waiting);
        wait.until_it_passes(async |_| self.attempt(began).await).await
    }

    /// One look at the gateway.
    async fn attempt(&self, began: Instant) -> Result<(), Failure> {
        let ask = self.ask(began);
        let asked = Instant::now();
        let climb = self.world.probe.probe(&ask, &|_| {}).await;
        let over = began.elapsed() >= self.within;
        let address = || self.target.address.clone();
        match climb.end {
            Err(error) => {
                self.down.store(true, Ordering::Relaxed);
                let another = self.leave_to_its_holder(&error)
                    || self.was_dropped(&error, asked.elapsed() < ask.patience);
                let failure = Failure::from(error);
                let again = if another { Some(Pace::Steady) } else { failure.again.filter(|_| !over) };
                Err(Failure { again, ..failure })
            }
            Ok(()) if *self.measure == Measure::ReadOnlyOff && climb.seen.read_only != Some(false) => {
                let failure = Failure::from(RemedyError::StillReadOnly { address: address() });
                Err(Failure { again: failure.again.filter(|_| !over), ..failure })
            }
            Ok(()) if self.may_be_the_old_one(began) => {
                let failure = Failure::from(RemedyError::NotDown { address: address() });
                Err(Failure { again: failure.again.filter(|_| !over), ..failure })
            }
            Ok(()) => {
                let waited = longest_silence(&climb.seen).unwrap_or_else(|| asked.elapsed());
                let longer = matches!(self.measure, Measure::LongerTimeout(_));
                self.at_once.store(longer && waited <= self.target.patience, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    fn ask(&self, began: Instant) -> ProbeAsk {
        let declared = self.target.expected.client_ids.get(self.taken.load(Ordering::Relaxed));
        let client_id = match (self.measure, declared) {
            (Measure::NextClientId(id), _) | (_, Some(id)) => *id,
            (_, None) => self.world.probe_ids.next(),
        };
        let left = self.within.saturating_sub(began.elapsed());
        let patience =
            if self.within.is_zero() { self.patience() } else { self.patience().min(left.max(ANSWER)) };
        // Gateways leave a second question for the time within about four seconds unanswered, and the look that led here
        // has just asked it; a gateway that restarted has not heard it.
        let question = if self.measure.restarts() { Question::CurrentTime } else { Question::NextId };
        ProbeAsk {
            address: self.target.address.clone(),
            client_id,
            until: self.until,
            patience,
            answer: ANSWER,
            question,
            open_orders: *self.measure == Measure::ReadOnlyOff,
            all_orders: false,
            positions: false,
        }
    }

    fn patience(&self) -> Duration {
        match self.measure {
            Measure::LongerTimeout(timeout) => *timeout,
            _ => self.target.patience,
        }
    }

    /// An id that is in use shows a gateway that answers: the next one is worth asking with. Not where the id is what is
    /// being tried, and not after one of openbell's own.
    fn leave_to_its_holder(&self, error: &BrokerError) -> bool {
        let in_use = matches!(error, BrokerError::ClientIdInUse { .. });
        in_use
            && !matches!(self.measure, Measure::NextClientId(_))
            && self.taken.fetch_add(1, Ordering::Relaxed) < self.target.expected.client_ids.len()
    }

    /// A handshake that the gateway itself dropped says nothing about the patience: the same is worth trying once more.
    fn was_dropped(&self, error: &BrokerError, early: bool) -> bool {
        let dropped = matches!(error, BrokerError::NothingBehind { .. } | BrokerError::Dropped { .. });
        let longer = matches!(self.measure, Measure::LongerTimeout(_));
        longer && early && dropped && !self.dropped.swap(true, Ordering::Relaxed)
    }

    /// IBC answers before the gateway goes down.
    fn may_be_the_old_one(&self, began: Instant) -> bool {
        matches!(self.measure, Measure::SoftRestart { .. })
            && !self.down.load(Ordering::Relaxed)
            && began.elapsed() < GOES_DOWN.min(self.within / 2)
    }
}

/// The longest wait for the next rung of the start-up; `None` where no rung was timed.
fn longest_silence(seen: &Seen) -> Option<Duration> {
    let start_up = seen.rungs.iter().filter(|(rung, _)| *rung <= Rung::NextId).map(|(_, after)| *after);
    let mut last = Duration::ZERO;
    start_up.map(|after| after.saturating_sub(std::mem::replace(&mut last, after))).max()
}
