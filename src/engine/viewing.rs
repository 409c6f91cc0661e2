//! How it stands between remedies: looked at again where something was carried out since.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::waiting::until;
use crate::diagnose::{Measure, Sight, Target, Tried};

/// Gateways leave a second question for the time within about four seconds unanswered.
const BETWEEN_QUESTIONS: Duration = Duration::from_secs(5);

/// The last look, and whether it still holds.
pub(super) struct View<'a, L> {
    /// What was seen; `None` before the first look of one's own.
    pub(super) sight: Option<Sight>,
    look_again: L,
    /// Whom to look at, with the patience that turned out to be needed.
    target: Target,
    stop: &'a CancellationToken,
    stale: bool,
    asked: Instant,
}

impl<'a, L: AsyncFn(&Target) -> Sight> View<'a, L> {
    /// What led to the remedies was seen just now.
    pub(super) fn new(target: &Target, stop: &'a CancellationToken, look_again: L) -> Self {
        let asked = Instant::now();
        Self { sight: None, look_again, target: target.clone(), stop, stale: false, asked }
    }

    /// A remedy was carried out: what was seen before does not hold any more.
    pub(super) fn is_stale(&mut self, measure: &Measure, tried: &Tried) {
        (self.stale, self.asked) = (true, Instant::now());
        if let (true, Measure::LongerTimeout(timeout)) = (tried.worked(), measure) {
            self.target.patience = *timeout;
        }
    }

    /// Looks again where that is needed; whether the view holds then. It does not when it was stopped.
    pub(super) async fn refresh(&mut self) -> bool {
        if !self.stale {
            return true;
        }
        let again = async {
            until(self.asked + BETWEEN_QUESTIONS).await;
            (self.look_again)(&self.target).await
        };
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            sight = again => {
                (self.sight, self.stale, self.asked) = (Some(sight), false, Instant::now());
                true
            }
        }
    }
}
