//! The clock on the wall against the time that passed: a machine that slept, or whose clock was set, is looked at anew. It
//! is never read as an outage of hours: spans are counted in the time that passed.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::time::Instant;

use super::{Keeping, Nudges, TICK, Turn};
use crate::diagnosis::Diagnosis;
use crate::engine::waiting::until;
use crate::event::EntryKind;

/// More than this is no correction of a clock that runs a little fast or slow.
const JUMP: SignedDuration = SignedDuration::from_secs(5);
/// A tick that comes so late was not late because of a busy machine: the program stood still.
const STOOD_STILL: Duration = Duration::from_secs(10);

/// Watches the clock, and whether the second key of live trading still turns.
pub(super) async fn watch<K: Keeping>(
    keep: &K,
    armed: impl Fn() -> Result<(), Diagnosis>,
    nudges: &Nudges,
) -> Turn {
    let (mut wall, mut passed) = (keep.now(), Instant::now());
    loop {
        until(passed + TICK).await;
        let (now, instant) = (keep.now(), Instant::now());
        let steady = instant.duration_since(passed);
        let drift = now.duration_since(wall) - SignedDuration::try_from(steady).unwrap_or_default();
        if drift.abs() > JUMP {
            let by_ms = i64::try_from(drift.as_millis()).unwrap_or(i64::MAX);
            keep.tell(EntryKind::ClockJumped { by_ms });
        }
        if drift.abs() > JUMP || steady > TICK + STOOD_STILL {
            nudges.all();
        }
        if let Err(why) = armed() {
            return Turn::Unsafe(why);
        }
        (wall, passed) = (now, instant);
    }
}
