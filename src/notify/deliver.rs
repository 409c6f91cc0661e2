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
        let (began, expired) = (Instant::now(), self.expire(now));
        let channels =
            self.config.channels.iter().filter_map(|channel| Some((channel, self.claim(&channel.name)?)));
        let channels: Vec<_> = channels.collect();
        let claimed = self.claim(PING);
        let sent = channels.into_iter().map(|(channel, claim)| async move {
            let told = self.channel(channel, http, (now, began)).await;
            drop(claim);
            told
        });
        let pinged = async {
            let told = match &claimed {
                Some(_) => self.ping(http, (now, began)).await,
                None => None,
            };
            drop(claimed);
            told
        };
        let (told, pinged) = join(join_all(sent), pinged).await;
        let changed = expired || told.iter().any(|(changed, _)| *changed);
        let mut state = self.state();
        if changed {
            state.save();
        }
        let mut all = std::mem::take(&mut state.troubles);
        all.extend(told.into_iter().flat_map(|(_, told)| told).chain(pinged));
        all
    }

    /// Lets go of what nobody wants to hear any more.
    fn expire(&self, now: Timestamp) -> bool {
        let mut state = self.state();
        let expired: Vec<_> =
            state.queues.iter_mut().map(|(name, queue)| (name.clone(), queue.expire(now))).collect();
        let old = expired.into_iter().filter(|(_, count)| *count > 0);
        let because = "they are too old to be news";
        let told: Vec<_> = old
            .map(|(channel, count)| Diagnosis::of(&NotifyError::GivenUp { channel, count, because }))
            .collect();
        let any = !told.is_empty();
        state.troubles.extend(told);
        any
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

    /// The messages of one channel that are due, until one does not arrive. Whether anything changed, and what failed.
    async fn channel(
        &self,
        channel: &Channel,
        http: &dyn Http,
        clock: (Timestamp, Instant),
    ) -> (bool, Vec<Diagnosis>) {
        let (mut changed, mut told) = (false, Vec::new());
        for _ in 0..AT_ONCE {
            let now = later(clock);
            let message = self.state().queues.get(&channel.name).and_then(|queue| queue.due(now)).cloned();
            let Some(message) = message else { break };
            let result = match request(channel, &message, (&*self.files, &self.redactor), now) {
                Ok(Asked { request, redactor }) => {
                    let answer = http.send(&request, PATIENCE).await;
                    match fate(&channel.name, answer, &redactor, later(clock)) {
                        Fate::Arrived(_) => Ok(()),
                        Fate::Refused(why) => Err((None, Diagnosis::of(&why))),
                        Fate::Later(after, why) => Err((Some(after), Diagnosis::of(&why))),
                    }
                }
                Err(why) => Err((Some(None), why)),
            };
            changed = true;
            let mut state = self.state();
            let Some(queue) = state.queues.get_mut(&channel.name) else { break };
            match result {
                Ok(()) => queue.done(&message.id),
                Err((None, why)) => {
                    queue.done(&message.id);
                    told.push(why);
                }
                Err((Some(after), why)) => {
                    let known = queue.is_failing();
                    queue.later(after, later(clock));
                    told.extend((!known).then_some(why));
                    break;
                }
            }
        }
        (changed, told)
    }

    /// Tells the dead man's switch that all is well, if it is.
    async fn ping(&self, http: &dyn Http, clock: (Timestamp, Instant)) -> Option<Diagnosis> {
        let ping = self.config.ping.as_ref()?;
        {
            let mut state = self.state();
            let due = state.fold.is_green()
                && state.ping.next.is_none_or(|next| next <= clock.0 || far(next, clock.0, ping));
            if !due {
                return None;
            }
            let every = SignedDuration::try_from(ping.every).unwrap_or(SignedDuration::from_mins(1));
            state.ping.next = clock.0.checked_add(every).ok();
        }
        let failed = self.asked(ping, http, clock).await;
        let mut state = self.state();
        let known = std::mem::replace(&mut state.ping.failing, failed.is_some());
        failed.filter(|_| !known)
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
