//! What is told because of the time of day: the digest, and the reminder of the weekly log-in.

use jiff::Timestamp;

use super::calendar;
use super::config::DigestEvery;
use super::fold::Fold;
use super::notification::Notification;

impl Fold {
    /// What was done in a future that a clock set back took away is not done.
    pub(super) fn not_ahead(&mut self, now: Timestamp) {
        for done in [&mut self.memory.digest, &mut self.memory.reminder] {
            *done = done.map(|done| done.min(now));
        }
    }

    pub(super) fn reminder(&mut self, now: Timestamp) -> Option<Notification> {
        let wanted = self.config.reminder.as_ref()?;
        let due = calendar::latest(now, &self.config.zone, Some(wanted.day.into()), wanted.at.get())?;
        if self.memory.reminder.is_some_and(|done| done >= due) {
            return None;
        }
        self.memory.reminder = Some(due);
        // A machine that was off at that time is told late, but not of a week that is over.
        let dies = calendar::tokens_die(due)?;
        (dies > now).then(|| self.told.reminder(&mut self.memory, dies, now))
    }

    pub(super) fn next_reminder(&self) -> Option<Timestamp> {
        let wanted = self.config.reminder.as_ref()?;
        calendar::next(self.memory.reminder?, &self.config.zone, Some(wanted.day.into()), wanted.at.get())
    }

    fn digest_day(&self) -> Option<(Option<jiff::civil::Weekday>, jiff::civil::Time)> {
        let wanted = self.config.digest.as_ref()?;
        Some(((wanted.every == DigestEvery::Weekly).then(|| wanted.day.into()), wanted.at.get()))
    }

    pub(super) fn digest(&mut self, now: Timestamp) -> Option<Notification> {
        let (day, at) = self.digest_day()?;
        let due = calendar::latest(now, &self.config.zone, day, at)?;
        if self.memory.digest.is_some_and(|done| done >= due) {
            return None;
        }
        self.memory.digest = Some(due);
        let figures = self.memory.tally.close(now);
        Some(self.told.digest(&mut self.memory, &figures, now))
    }

    pub(super) fn next_digest(&self) -> Option<Timestamp> {
        let (day, at) = self.digest_day()?;
        calendar::next(self.memory.digest?, &self.config.zone, day, at)
    }
}
