//! What an answer means for a message: it arrived, it is sent again, or it never will arrive.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::clean::{clean, cut, on_one_line};
use super::error::{Answered, NotifyError};
use crate::ports::http::{HttpAnswer, SendError};
use crate::redact::Redactor;

/// No service is given longer than this, whatever it asks for.
const LONGEST: Duration = Duration::from_hours(1);
/// Most characters of an answer that are told.
const SHOWN: usize = 200;

/// What becomes of a message.
#[derive(Debug)]
pub(super) enum Fate {
    /// It arrived; with the status of the answer.
    Arrived(u16),
    /// It is sent again: after this time, where the service says one.
    Later(Option<Duration>, NotifyError),
    /// It never will arrive.
    Refused(NotifyError),
}

/// What an answer means.
pub(super) fn fate(
    channel: &str,
    answer: Result<HttpAnswer, SendError>,
    redactor: &Redactor,
    now: Timestamp,
) -> Fate {
    let channel = channel.to_owned();
    let answer = match answer {
        Ok(answer) => answer,
        Err(SendError::NoAuthorities) => return Fate::Later(None, NotifyError::NoAuthorities { channel }),
        Err(SendError::Address { .. }) => {
            let reason = "it is no address, or its header is none";
            return Fate::Later(None, NotifyError::BadAddress { channel, reason });
        }
        Err(source) => return Fate::Later(None, NotifyError::Unreachable { channel, source }),
    };
    let status = answer.status;
    match status {
        200..=299 => Fate::Arrived(status),
        300..=399 => Fate::Refused(NotifyError::Redirected { channel, status }),
        408 | 425 | 429 | 500.. => Fate::Later(patience(&answer, now), NotifyError::Busy { channel, status }),
        _ => {
            let shown = cut(&on_one_line(&clean(&answer.body, redactor)), SHOWN);
            let answer = Answered(if shown.is_empty() { "nothing".to_owned() } else { shown });
            Fate::Refused(NotifyError::Refused { channel, status, answer })
        }
    }
}

/// How long the service asks to be left alone: `Retry-After` in seconds or as a date (RFC 9110), or Discord's
/// `retry_after` in seconds with a fraction.
fn patience(answer: &HttpAnswer, now: Timestamp) -> Option<Duration> {
    let header = answer.retry_after.as_deref().map(str::trim).and_then(|text| {
        let seconds = text.parse().ok().map(Duration::from_secs);
        seconds.or_else(|| until(text, now))
    });
    let body = || {
        let body: Value = serde_json::from_str(&answer.body).ok()?;
        Duration::try_from_secs_f64(body.get("retry_after")?.as_f64()?).ok()
    };
    // Both are told by Discord: the longer one is the safe one.
    header.into_iter().chain(body()).max().map(|asked| asked.min(LONGEST))
}

fn until(date: &str, now: Timestamp) -> Option<Duration> {
    let at = jiff::fmt::rfc2822::parse(date).ok()?.timestamp();
    // A date that is over asks for nothing.
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}
