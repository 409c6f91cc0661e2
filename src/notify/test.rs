//! A message sent by hand, to see whether it arrives. Past the queue: once, at once.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::answer::{Fate, fate};
use super::channels::{Asked, request};
use super::config::Channel;
use super::deliver::PATIENCE;
use super::fold::About;
use super::told::Told;
use crate::diagnosis::Diagnosis;
use crate::ports::files::Files;
use crate::ports::http::Http;
use crate::redact::Redactor;

/// What came of it.
#[derive(Debug)]
pub struct Tested {
    /// The status of the answer, or why the message did not arrive.
    pub result: Result<u16, Diagnosis>,
    /// How long it took.
    pub took: Duration,
}

/// Sends a test message through one channel, whatever it is declared to leave out.
pub async fn test(
    channel: &Channel,
    about: About,
    redactor: &Redactor,
    files: &dyn Files,
    http: &dyn Http,
    now: Timestamp,
) -> Tested {
    let told = Told { about, redactor: redactor.clone(), zone: jiff::tz::TimeZone::UTC };
    let began = Instant::now();
    let result = match request(channel, &told.test(now), (files, redactor), now) {
        Ok(Asked { request, redactor }) => {
            let answer = http.send(&request, PATIENCE).await;
            match fate(&channel.name, answer, &redactor, now) {
                Fate::Arrived(status) => Ok(status),
                Fate::Later(_, why) | Fate::Refused(why) => Err(Diagnosis::of(&why)),
            }
        }
        Err(why) => Err(why),
    };
    Tested { result, took: began.elapsed() }
}
