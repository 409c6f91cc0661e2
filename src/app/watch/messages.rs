//! What goes on beside supervision: messages are delivered when they are due, and a pause is noticed.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::kept::Kept;
use crate::app::remembered::at;
use crate::app::say;
use crate::engine::{self, Keeping};
use crate::event::{Entry, EntryKind, Event, EventKind};
use crate::playbook::Plan;
use crate::ports::World;
use crate::report::entry_words;

/// A clock that was set is noticed within this time.
const AT_MOST: Duration = Duration::from_mins(1);
/// How often a pause is looked for.
const PAUSES: Duration = Duration::from_secs(5);
/// How often what is too old is removed from the journal.
const SETTLES: Duration = Duration::from_hours(6);

impl Kept<'_> {
    /// Delivers messages, and never ends.
    pub(super) async fn deliver(&self) {
        let Some(notifier) = &self.notifier else { return std::future::pending().await };
        loop {
            let now = self.now();
            notifier.tick(now);
            for why in notifier.deliver_due(&*self.http, now).await {
                self.tell(EntryKind::Notice { why });
            }
            let ahead = notifier.next_due().map(|due| due.duration_since(self.now()));
            let rest =
                ahead.map_or(AT_MOST, |ahead| Duration::try_from(ahead).unwrap_or_default().min(AT_MOST));
            tokio::select! {
                () = engine::rest(rest.max(Duration::from_millis(100))) => {}
                () = self.nudge.notified() => {}
            }
        }
    }

    /// What only a person can give or mend is told while a run still waits for it, once for each cause. Never ends.
    pub(super) async fn hears_runs(
        &self,
        events: Option<broadcast::Receiver<Event>>,
        plan: &Plan,
        world: &World,
    ) {
        let Some(mut events) = events else { return std::future::pending().await };
        let mut told: BTreeSet<String> = BTreeSet::new();
        loop {
            let event = match events.recv().await {
                Ok(event) => event,
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return std::future::pending().await,
            };
            match event.kind {
                _ if event.variant != plan.variant => {}
                EventKind::RunStarted(_) => told.clear(),
                EventKind::StepWaiting { why, .. }
                    if engine::is_personal(&why) && told.insert(why.code.clone()) =>
                {
                    let (why, until) = engine::for_person(&why, world, plan).await;
                    self.tell(EntryKind::NeedsPerson { why, until });
                }
                _ => {}
            }
        }
    }

    /// Notices pauses, and their ends; keeps the journal within its bounds. Never ends.
    pub(super) async fn rests(&self) {
        let mut settled = tokio::time::Instant::now();
        loop {
            self.pause_goes_on();
            if settled.elapsed() >= SETTLES {
                settled = tokio::time::Instant::now();
                self.remembered.settle(self.now(), self.around);
            }
            engine::rest(PAUSES).await;
        }
    }

    fn pause_goes_on(&self) {
        let state = self.remembered.state();
        let pause = state.paused(self.now()).ok().flatten();
        let before = self.rests.swap(pause.is_some(), Ordering::Relaxed);
        match pause {
            // `pause` has written it into the journal.
            Some(pause) if !before => {
                let kind = EntryKind::Paused { until: at(pause.until), reason: pause.reason };
                self.heard(kind);
            }
            // `resume` takes its file away; one that ends by itself stays.
            None if before && !state.has_pause() => self.heard(EntryKind::Resumed { by_hand: true }),
            None if before => self.tell(EntryKind::Resumed { by_hand: false }),
            Some(_) | None => {}
        }
    }

    /// For those who are told, and not for the journal, which has it.
    fn heard(&self, kind: EntryKind) {
        let name = self.remembered.state().name().to_owned();
        let entry = Entry { at: at(self.now()), playbook: name, kind };
        say(&format!("{} {}: {}", entry.at, entry.playbook, entry_words(&entry.kind)));
        self.service.hears(&entry);
        self.message(&entry);
    }
}
