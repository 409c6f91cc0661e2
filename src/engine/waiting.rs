//! The one waiting loop: attempt, say why not, pause, attempt again, until it passes or the time is over.

use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::pause::Pauses;
use super::turns::OTHERS_TURN;
use super::watching::{Watcher, reaction};
use crate::diagnosis::{Class, Diagnosis, Failure};
use crate::event::{EventKind, Sender};
use crate::ladder::Rung;
use crate::steps::{Reaction, Tries};

/// How long an attempt may be silent before what it waits for is told. Shorter waits are not news.
const NEWS_AFTER: Duration = Duration::from_millis(300);

/// An attempt that said nothing until the time was over.
#[derive(Debug, Error, Diagnostic)]
#[error("the attempt gave no answer")]
#[diagnostic(
    code(engine::no_answer),
    help("what it asked for hangs: look at the Docker engine and the gateway")
)]
pub(super) struct NoAnswer;

/// Why a wait ended without success.
pub(super) enum Unmet {
    /// Another try cannot help.
    Hopeless(Failure),
    /// The time is over; the last real reason.
    OutOfTime(Failure),
    /// The run was ended.
    Stopped,
}

/// How one attempt went.
enum Tried<T> {
    Passed(T),
    Failed(Failure),
    /// News made it pointless.
    CutOff,
}

/// One step's wait.
pub(super) struct Wait<'a> {
    id: &'a str,
    /// Whom to tell; nobody when the wait is not a step's.
    events: Option<&'a Sender>,
    stop: &'a CancellationToken,
    until: Instant,
    noted: UnboundedReceiver<Diagnosis>,
    /// The container whose news shortens the wait.
    watcher: Option<Watcher<'a>>,
    pauses: Pauses,
    tries: Tries,
    /// The last real reason.
    last: Option<Failure>,
    /// What the watched container says it waits for.
    cause: Option<Diagnosis>,
    /// What was told last, so that nothing is told twice in a row.
    told: Option<Diagnosis>,
}

impl<'a> Wait<'a> {
    pub(super) fn new(
        id: &'a str,
        events: &'a Sender,
        stop: &'a CancellationToken,
        until: Instant,
        noted: UnboundedReceiver<Diagnosis>,
    ) -> Self {
        Self { events: Some(events), ..Self::quiet(id, stop, until, noted) }
    }

    /// A wait that is told to nobody.
    pub(super) fn quiet(
        id: &'a str,
        stop: &'a CancellationToken,
        until: Instant,
        noted: UnboundedReceiver<Diagnosis>,
    ) -> Self {
        Self {
            id,
            events: None,
            stop,
            until,
            noted,
            watcher: None,
            pauses: Pauses::default(),
            tries: Tries::default(),
            last: None,
            cause: None,
            told: None,
        }
    }

    /// The same wait, shortened by news.
    pub(super) fn watching(self, watcher: Option<Watcher<'a>>) -> Self {
        Self { watcher, ..self }
    }

    /// Attempts made so far.
    pub(super) fn attempts(&self) -> u32 {
        self.tries.before
    }

    /// Another wait of the same step, until another time, with the reason to tell while there is no other.
    pub(super) fn begin_anew(&mut self, until: Instant, reason: Failure) {
        let before = self.tries.before;
        self.tries = Tries { before, ..Tries::default() };
        (self.until, self.last, self.cause, self.told) = (until, Some(reason), None, None);
    }

    /// Attempts until one passes. The first one is begun whatever the deadline, and cut off by it.
    pub(super) async fn until_it_passes<T>(
        &mut self,
        mut attempt: impl AsyncFnMut(Tries) -> Result<T, Failure>,
    ) -> Result<T, Unmet> {
        loop {
            let result = self.once(attempt(self.tries)).await;
            self.tries.before += 1;
            let failure = match result? {
                Tried::Passed(passed) => return Ok(passed),
                Tried::Failed(failure) => failure,
                Tried::CutOff => {
                    self.tries.told = true;
                    continue;
                }
            };
            self.tries.told = false;
            tracing::debug!(step = self.id, attempt = self.tries.before, code = failure.why.code, "not yet");
            let Some(pace) = failure.again else { return Err(Unmet::Hopeless(failure)) };
            let same = self.last.as_ref().is_some_and(|last| last.why.code == failure.why.code);
            self.tries.same_reason = if same { self.tries.same_reason + 1 } else { 1 };
            self.tell(&failure.why);
            self.last = Some(failure);
            self.rest(self.pauses.after(pace, self.tries.same_reason)).await?;
        }
    }

    /// One attempt, cut off when the time is over or the run is ended.
    async fn once<T>(
        &mut self,
        attempt: impl Future<Output = Result<T, Failure>>,
    ) -> Result<Tried<T>, Unmet> {
        let mut attempt = std::pin::pin!(attempt);
        let mut news: Option<(Diagnosis, Instant)> = None;
        loop {
            let tell_at = news.as_ref().map_or(self.until, |(_, since)| *since + NEWS_AFTER);
            tokio::select! {
                biased;
                result = &mut attempt => {
                    while self.noted.try_recv().is_ok() {}
                    return Ok(result.map_or_else(Tried::Failed, Tried::Passed));
                }
                () = self.stop.cancelled() => return Err(Unmet::Stopped),
                () = until(self.until) => {
                    // What was noted in the same moment is a reason too.
                    while let Ok(why) = self.noted.try_recv() {
                        news = Some((self.cause_of(why), Instant::now()));
                    }
                    let noted = news.map(|(why, _)| Failure { why, again: None, class: Class::Step });
                    return Err(self.out_of_time(noted));
                }
                Some(why) = self.noted.recv() => news = Some((self.cause_of(why), Instant::now())),
                reaction = reaction(&mut self.watcher) => match reaction {
                    Reaction::StartOver => return Ok(Tried::CutOff),
                    Reaction::Tell(why) => {
                        self.cause = Some(why.clone());
                        news = Some((why, Instant::now()));
                    }
                    Reaction::TryNow | Reaction::Nothing => {}
                },
                () = until(tell_at), if news.as_ref().is_some_and(|(why, _)| self.told.as_ref() != Some(why)) => {
                    if let Some((why, _)) = &news {
                        self.tell(&why.clone());
                    }
                }
            }
        }
    }

    /// What an attempt waits for is a symptom of what the container says, until it gets beyond that.
    fn cause_of(&mut self, symptom: Diagnosis) -> Diagnosis {
        self.cause.take_if(|cause| symptom.rung > cause.rung);
        self.cause.clone().unwrap_or(symptom)
    }

    /// A pause between two attempts.
    async fn rest(&mut self, pause: Duration) -> Result<(), Unmet> {
        let over = Instant::now() + pause;
        loop {
            tokio::select! {
                biased;
                () = self.stop.cancelled() => return Err(Unmet::Stopped),
                () = until(self.until) => return Err(self.out_of_time(None)),
                () = until(over) => return Ok(()),
                reaction = reaction(&mut self.watcher) => match reaction {
                    Reaction::TryNow => return Ok(()),
                    Reaction::StartOver => {
                        self.tries.told = true;
                        return Ok(());
                    }
                    Reaction::Tell(why) => {
                        self.tell(&why);
                        self.cause = Some(why);
                    }
                    Reaction::Nothing => {}
                },
            }
        }
    }

    /// The last real reason: what the attempt cut off was waiting for, else why the one before failed.
    fn out_of_time(&mut self, noted: Option<Failure>) -> Unmet {
        let nothing = || Failure { why: Diagnosis::of(&NoAnswer), again: None, class: Class::Step };
        let last = self.last.take();
        // That others were at the gateway is a reason only where there was never a better one.
        let noted = noted.filter(|noted| last.is_none() || noted.why.code != OTHERS_TURN);
        // A safety reason outlives what a later attempt was busy with: it decides what may keep running. So does a reason
        // from within a session, until an attempt gets beyond it: what a session lacks is more than that it is awaited.
        let beyond = noted.as_ref().and_then(|noted| noted.why.rung);
        let grave = last.as_ref().is_some_and(|last| {
            last.class != Class::Step || last.why.rung > Some(Rung::Version) && last.why.rung >= beyond
        });
        let reason = if grave { last.or(noted) } else { noted.or(last) };
        Unmet::OutOfTime(reason.unwrap_or_else(nothing))
    }

    fn tell(&mut self, why: &Diagnosis) {
        let news = self.told.as_ref().is_none_or(|told| told.code != why.code || told.message != why.message);
        if let (true, Some(events)) = (news, self.events) {
            events.send(EventKind::StepWaiting { id: self.id.to_owned(), why: why.clone() });
        }
        self.told = Some(why.clone());
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the engine: the one place that waits")]
pub(super) async fn until(instant: Instant) {
    tokio::time::sleep_until(instant).await;
}
