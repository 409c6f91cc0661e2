//! Delivery: what is due is sent, each channel by itself and in its order; what came of it goes back to the queues.

use std::time::Duration;

use futures_util::future::{join, join_all};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use tokio::time::Instant;

use super::answer::{Fate, fate};
use super::channels::{Asked, address, is_web, request};
use super::config::{Channel, Ping};
use super::error::NotifyError;
use super::notifier::{Notifier, PING};
use crate::diagnosis::Diagnosis;
use crate::ports::http::{Http, HttpRequest, Method};

/// How long a service may take to answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Most messages that one call sends to a channel: the rest is due at once again.
const AT_ONCE: usize = 10;

impl Notifier {
    /// Sends what is due, to all channels at the same time. What failed, for the journal; a channel that goes on failing is
    /// told once. It can be dropped at any moment: what was not answered is sent again, by the next call.
    pub async fn deliver_due(&self, http: &dyn Http, now: Timestamp) -> Vec<Diagnosis> {
        let began = Instant::now();
        self.expire(now);
        let claims = self.config.channels.iter().filter_map(|one| Some((one, self.claim(&one.name)?)));
        let claims: Vec<_> = claims.collect();
        let ping = self.claim(PING);
        let sent = claims.into_iter().map(|(channel, claim)| async move {
            self.channel(channel, http, (now, began)).await;
            drop(claim);
        });
        let pinged = async {
            if ping.is_some() {
                self.ping(http, (now, began)).await;
            }
            drop(ping);
        };
        join(join_all(sent), pinged).await;
        std::mem::take(&mut self.state().troubles)
    }

    /// Lets go of what nobody wants to hear any more.
    fn expire(&self, now: Timestamp) {
        let mut state = self.state();
        let expired: Vec<_> =
            state.queues.iter_mut().map(|(name, queue)| (name.clone(), queue.expire(now))).collect();
        let because = "they are too old to be news";
        for (channel, count) in expired.into_iter().filter(|(_, count)| *count > 0) {
            state.troubles.push(Diagnosis::of(&NotifyError::GivenUp { channel, count, because }));
            state.save();
        }
    }

    /// Keeps others from asking the same channel meanwhile; none when somebody does.
    fn claim(&self, name: &str) -> Option<Claim<'_>> {
        let mut state = self.state();
        if state.is_busy(name) {
            return None;
        }
        state.busy.push(name.to_owned());
        Some(Claim { notifier: self, name: name.to_owned() })
    }

    /// The messages of one channel that are due, until one does not arrive.
    async fn channel(&self, channel: &Channel, http: &dyn Http, clock: (Timestamp, Instant)) {
        for _ in 0..AT_ONCE {
            let now = later(clock);
            let message = self.state().queues.get(&channel.name).and_then(|queue| queue.due(now)).cloned();
            let Some(message) = message else { return };
            let came = match request(channel, &message, (&*self.files, &self.redactor), now) {
                Ok(Asked { request, redactor }) => {
                    let answer = http.send(&request, PATIENCE).await;
                    match fate(&channel.name, answer, &redactor, later(clock)) {
                        Fate::Arrived(_) => Came::Done(None),
                        Fate::Refused(why) => Came::Done(Some(Diagnosis::of(&why))),
                        Fate::Later(after, why) => Came::Later(after, Diagnosis::of(&why)),
                    }
                }
                Err(why) => Came::Later(None, why),
            };
            let goes_on = matches!(came, Came::Done(_));
            self.settle(&channel.name, &message.id, came, later(clock));
            if !goes_on {
                return;
            }
        }
    }

    /// Writes down what came of a message, at once: after a crash it is not sent again.
    fn settle(&self, channel: &str, id: &str, came: Came, now: Timestamp) {
        let mut state = self.state();
        let Some(queue) = state.queues.get_mut(channel) else { return };
        let trouble = match came {
            Came::Done(trouble) => {
                queue.done(id);
                trouble
            }
            Came::Later(after, why) => {
                let known = queue.is_failing();
                queue.later(after, now);
                (!known).then_some(why)
            }
        };
        state.troubles.extend(trouble);
        state.save();
    }

    /// Tells the dead man's switch that all is well, if it is.
    async fn ping(&self, http: &dyn Http, clock: (Timestamp, Instant)) {
        let Some(ping) = &self.config.ping else { return };
        {
            let mut state = self.state();
            let due = state.fold.is_green()
                && state.ping.next.is_none_or(|next| next <= clock.0 || far(next, clock.0, ping));
            if !due {
                return;
            }
            let every = SignedDuration::try_from(ping.every).unwrap_or(SignedDuration::from_mins(1));
            state.ping.next = clock.0.checked_add(every).ok();
        }
        let failed = self.asked(ping, http, clock).await;
        let mut state = self.state();
        let known = std::mem::replace(&mut state.ping.failing, failed.is_some());
        state.troubles.extend(failed.filter(|_| !known));
    }

    /// Why the dead man's switch was not told; none when it was.
    async fn asked(&self, ping: &Ping, http: &dyn Http, clock: (Timestamp, Instant)) -> Option<Diagnosis> {
        let url = match address(&ping.address, &*self.files) {
            Ok(url) => url,
            Err(error) => return Some(Diagnosis::of(&error).with_evidence(["it is of the ping".to_owned()])),
        };
        if !is_web(url.expose_secret()) {
            let reason = "it does not begin with https:// or http://";
            return Some(Diagnosis::of(&NotifyError::BadAddress { channel: PING.to_owned(), reason }));
        }
        let redactor = self.redactor.clone().and(url.expose_secret());
        let request = HttpRequest { method: Method::Get, url, headers: Vec::new(), json: None };
        let answer = http.send(&request, PATIENCE).await;
        match fate(PING, answer, &redactor, later(clock)) {
            Fate::Arrived(_) => None,
            Fate::Later(_, why) | Fate::Refused(why) => Some(Diagnosis::of(&why)),
        }
    }
}

/// What came of a message.
enum Came {
    /// It is done with: it arrived, or never will, for a reason.
    Done(Option<Diagnosis>),
    /// It is sent again, after this time where the service says one.
    Later(Option<Duration>, Diagnosis),
}

/// A ping that a clock set back moved away.
fn far(next: Timestamp, now: Timestamp, ping: &Ping) -> bool {
    SignedDuration::try_from(ping.every).is_ok_and(|every| next.duration_since(now) > every)
}

/// The time of day now.
fn later((then, began): (Timestamp, Instant)) -> Timestamp {
    SignedDuration::try_from(began.elapsed())
        .ok()
        .and_then(|passed| then.checked_add(passed).ok())
        .unwrap_or(then)
}

/// A channel that is being asked; given back when it is dropped, however that comes.
struct Claim<'a> {
    notifier: &'a Notifier,
    name: String,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.notifier.state().busy.retain(|busy| *busy != self.name);
    }
}
