//! Which of the things to be told are told now: not in a pause, and the same again only after a while.

use jiff::{SignedDuration, Timestamp};

use super::config::Debounce;
use super::fold::Fold;
use super::memory::{Concern, Memory};
use super::notification::{Kind, Notification};

impl Fold {
    /// The messages whose time has come.
    pub(super) fn release(&mut self, now: Timestamp) -> Vec<Notification> {
        let resting = self.memory.paused_until.is_some_and(|until| until > now);
        let longest = SignedDuration::try_from(self.config.debounce.longest()).unwrap_or(SignedDuration::MAX);
        // What was told in a future that a clock set back took away would silence everything until then.
        self.memory.told.retain(|_, told| *told <= now && now.duration_since(*told) < longest);
        let due = self.due(now, resting);
        let mut messages = Vec::new();
        for concern in &due {
            messages.push(self.told.trouble(&mut self.memory, concern, now));
        }
        if !resting && let Some(outage) = self.memory.recovered.take() {
            messages.push(self.told.recovered(&mut self.memory, &outage, now));
        }
        messages
    }

    /// Takes out of what is to be told what is told now.
    fn due(&mut self, now: Timestamp, resting: bool) -> Vec<Concern> {
        let mut due = Vec::new();
        let Some(mut outage) = self.memory.outage.take() else { return due };
        for mut concern in std::mem::take(&mut outage.concerns) {
            let rests = rests(&self.memory, &self.config.debounce, &concern, outage.since);
            let rests = rests.filter(|rests| *rests > now);
            if concern.due > now || (resting && concern.kind != Kind::Unsafe) {
                outage.concerns.push(concern);
            } else if let Some(rests) = rests {
                concern.due = rests;
                outage.concerns.push(concern);
            } else {
                self.memory.told.insert(concern.key(), now);
                outage.told = outage.told.max(Some(concern.kind.severity()));
                due.push(concern);
            }
        }
        self.memory.outage = Some(outage);
        due
    }
}

/// Until when something is not told again. Of an outage that is over less is held back: who was told that it works again
/// must not believe it for a day; and what is not safe again, is told again at once.
fn rests(memory: &Memory, debounce: &Debounce, concern: &Concern, since: Timestamp) -> Option<Timestamp> {
    let told = memory.told.get(&concern.key())?;
    let again = debounce.of(concern.kind, &concern.why.code);
    if *told < since && concern.kind == Kind::Unsafe {
        return None;
    }
    let again = if *told < since { again.min(debounce.others()) } else { again };
    told.checked_add(SignedDuration::try_from(again).ok()?).ok()
}
