//! The API session: kept open, asked for the time, and lost at the moment it ends.

use std::time::Duration;

use tokio::time::Instant;

use super::Nudges;
use crate::engine::waiting::until;
use crate::playbook::HeartbeatFormat;
use crate::ports::broker::{BrokerError, HeldSession};

/// Asked again sooner, gateways do not answer (observed by ibkr-go at server version 225).
const LEAST: Duration = Duration::from_secs(5);

/// Watches a session until it is lost. The heartbeat goes on whatever else happens: an outage can never switch it off.
pub(super) async fn watch(
    session: &mut dyn HeldSession,
    heartbeat: &HeartbeatFormat,
    address: &str,
    nudges: &Nudges,
) -> BrokerError {
    let mut asked = Instant::now();
    let (mut misses, mut silent, mut hurry) = (0, Duration::ZERO, false);
    loop {
        // After a miss the next question is due at once.
        let rest = if misses > 0 || hurry { LEAST } else { heartbeat.every.get().max(LEAST) };
        tokio::select! {
            biased;
            error = session.lost() => return error,
            () = until(asked + rest) => {}
            () = nudges.beat.notified(), if !hurry => {
                hurry = true;
                continue;
            }
        }
        (asked, hurry) = (Instant::now(), false);
        let answer = tokio::select! {
            biased;
            answer = session.beat() => Some(answer),
            () = until(asked + heartbeat.timeout.get()) => None,
        };
        match answer {
            Some(Ok(())) => (misses, silent) = (0, Duration::ZERO),
            // Silence is a miss; anything else is an end.
            None | Some(Err(BrokerError::HalfOpen { .. })) => {
                misses += 1;
                silent += asked.elapsed();
                if misses >= heartbeat.misses {
                    let waited_ms = silent.as_millis();
                    return BrokerError::HalfOpen { address: address.to_owned(), waited_ms };
                }
            }
            Some(Err(error)) => return error,
        }
    }
}
