//! A client's session: `START_API`, the greeting, then one answer after the other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use super::answers;
use super::counters;
use super::directory::Stage;
use super::greeting::greet;
use super::handshake::{PATIENCE, Shaken};
use super::link::Link;
use super::names::Name;
use super::notices::{self, of_excess, of_rate};
use super::pace::{Pace, Verdict};
use super::roster::{NoSeat, Seat};
use super::state::Gateway;
use super::tally::{Ending, Tally};
use crate::sim::clock;
use crate::sim::script::{Conduct, MarketData, Notice, Requests, Start, Who};
use crate::wire::message::request;
use crate::wire::request::Request;
use crate::wire::server;

/// How long after `START_API` a gateway closes that does not accept the API.
const NOT_ACCEPTED_AFTER: Duration = Duration::from_millis(500);

/// The text of error 326, as a live gateway sent it.
const IN_USE: &str = "Unable to connect as the client id is already in use. Retry with a unique client id.";

/// What a frame without a message id is called in the counters.
const UNREADABLE: &str = "unreadable";

/// Holds the session of a client that has a version reply, to its end.
pub(super) async fn hold(
    gateway: &Gateway,
    link: &mut Link,
    who: Who,
    tally: &mut Tally,
    (shaken, mut handshake): (Shaken, Option<counters::Handshake>),
) -> Ending {
    let mut session = Session {
        gateway,
        link,
        who,
        tally,
        version: shaken.version,
        paced: shaken.paced,
        pace: Pace::default(),
    };
    match session.open(&mut handshake).await {
        Ok((seat, notices)) => {
            let open = gateway.counters.session();
            let ending = session.answer_requests(notices).await;
            drop((seat, open));
            match ending {
                // Accounts or order id were still owed.
                Ending::Link(end) if handshake.is_some() => gateway.abandoned(end),
                ending => ending,
            }
        }
        Err(ending) => ending,
    }
}

/// One client after its version reply.
struct Session<'a> {
    gateway: &'a Gateway,
    link: &'a mut Link,
    who: Who,
    tally: &'a mut Tally,
    version: u32,
    /// Its requests are slowed down rather than refused.
    paced: bool,
    pace: Pace,
}

type Notices = Receiver<Arc<[Notice]>>;

impl Session<'_> {
    async fn open(&mut self, handshake: &mut Option<counters::Handshake>) -> Result<(Seat, Notices), Ending> {
        let client_id = timeout(PATIENCE, self.read_start()).await.map_err(|_| Ending::TooSlow)??;
        let gateway = self.gateway;
        self.tally.client_id = Some(client_id);
        self.who.client_id = Some(client_id);
        gateway.counters.asked_for_session(client_id);
        gateway.directory.note(self.who.connection, |entry| entry.client_id = Some(client_id));
        let conduct = gateway.conduct(&self.who);
        self.link.slow = conduct.slow.get();
        let start = if gateway.trusts(self.who.peer) { conduct.start } else { Start::NotAccepted };
        match start {
            Start::Accepted => {}
            Start::Mute => return Err(gateway.abandoned(self.link.ignore().await)),
            Start::InUse => return Err(self.in_use(handshake).await),
            Start::NotAccepted => {
                clock::pause(conduct.close_after.map_or(NOT_ACCEPTED_AFTER, crate::period::Period::get))
                    .await;
                gateway.log.line("sim: Ignoring API request 'jextend.StartApi' since API is not accepted.");
                return Err(Ending::NotAccepted);
            }
        }
        let seat = match gateway.roster.take(client_id, self.who.connection) {
            Ok(seat) => seat,
            Err(NoSeat::InUse) => return Err(self.in_use(handshake).await),
            Err(NoSeat::Full) => return Err(Ending::TooMany),
        };
        let notices = gateway.notices();
        let next_order_id = gateway.order_ids.next(client_id);
        if conduct.answers_start() {
            // Before it is sent: a client that has its answer may begin the next handshake at once.
            *handshake = None;
        }
        let greeting = greet(self.version, &gateway.moment(), next_order_id, conduct);
        self.link.send(&greeting).await.map_err(|end| gateway.abandoned(end))?;
        gateway.log.line(format_args!("sim: client {client_id} is connected, version {}", self.version));
        gateway.directory.note(self.who.connection, |entry| entry.stage = Stage::Session);
        Ok((seat, notices))
    }

    async fn in_use(&mut self, handshake: &mut Option<counters::Handshake>) -> Ending {
        self.gateway.counters.id_in_use();
        // Over before it is said, for the same reason.
        *handshake = None;
        let error = server::error(self.version, -1, 326, IN_USE, clock::epoch_millis());
        match self.link.send(&error).await {
            Ok(()) => Ending::InUse,
            Err(end) => end.into(),
        }
    }

    /// The client id. Requests before `START_API` belong to no session, and are answered with an error.
    async fn read_start(&mut self) -> Result<i32, Ending> {
        loop {
            let payload = self.link.frame().await?;
            self.keep_pace(self.gateway.conduct(&self.who)).await?;
            let Ok(request) = Request::read(self.version, &payload) else {
                self.gateway.counters.request(UNREADABLE.to_owned());
                self.link.send(&answers::unreadable(self.version)).await?;
                continue;
            };
            self.count(request.id, true);
            if request.id == request::START_API {
                // The text form has the version of the message first.
                return request.number(1, 1).and_then(|id| i32::try_from(id).ok()).ok_or(Ending::NotAClient);
            }
            self.link.send(&answers::before_start(self.version, &request)).await?;
        }
    }

    async fn answer_requests(&mut self, mut notices: Notices) -> Ending {
        loop {
            let done = tokio::select! {
                biased;
                said = notices.recv() => match said {
                    Ok(said) => self.tell(&said).await,
                    // A client so far behind has missed some: so it goes on busy links.
                    Err(RecvError::Lagged(_)) => Ok(()),
                    Err(RecvError::Closed) => Err(Ending::Stopped),
                },
                payload = self.link.frame() => match payload {
                    Ok(payload) => self.answer(&payload).await,
                    Err(end) => Err(end.into()),
                },
            };
            if let Err(ending) = done {
                return ending;
            }
        }
    }

    async fn tell(&mut self, said: &[Notice]) -> Result<(), Ending> {
        Ok(self.link.send(&notices::frames(self.version, said)).await?)
    }

    async fn answer(&mut self, payload: &[u8]) -> Result<(), Ending> {
        let conduct = self.gateway.conduct(&self.who);
        self.link.slow = conduct.slow.get();
        self.keep_pace(conduct).await?;
        let mut answered = conduct.requests == Requests::Answered;
        let answer = if let Ok(request) = Request::read(self.version, payload) {
            answered &= self.notice_time(request.id, conduct);
            self.count(request.id, answered);
            if request.id == request::PLACE_ORDER
                && let (Some(client), Some(order)) = (self.who.client_id, request.request_id())
            {
                self.gateway.order_ids.used(client, order);
            }
            self.answer_to(&request, conduct)
        } else {
            self.gateway.counters.request(UNREADABLE.to_owned());
            answers::unreadable(self.version)
        };
        if answered && !answer.is_empty() {
            self.link.send(&answer).await?;
        }
        Ok(())
    }

    fn answer_to(&self, request: &Request<'_>, conduct: Conduct) -> Vec<u8> {
        let accounts = self.gateway.moment().accounts;
        let client_id = self.who.client_id.unwrap_or_default();
        let asker = answers::Asker {
            version: self.version,
            client_id,
            accounts: &accounts,
            next_order_id: self.gateway.order_ids.next(client_id),
            read_only: conduct.read_only,
            competing: conduct.market_data == MarketData::CompetingSession,
            api: &self.gateway.api,
            traits: &self.gateway.traits,
        };
        answers::to(&asker, request)
    }

    /// Holds the client to its number of messages in a second.
    async fn keep_pace(&mut self, conduct: Conduct) -> Result<(), Ending> {
        let most = conduct.messages_per_second;
        match self.pace.message(most, self.paced) {
            Verdict::Fine => Ok(()),
            Verdict::Wait(end) => {
                clock::pause_until(Some(end)).await;
                Ok(())
            }
            Verdict::Near => self.tell(&[of_rate(most)]).await,
            Verdict::Passed { received, times } => self.tell(&[of_excess(most, received, times)]).await,
            Verdict::PassedTooOften { received, times } => {
                self.tell(&[of_excess(most, received, times)]).await?;
                Err(Ending::TooFast)
            }
        }
    }

    /// Whether a request is answered, as far as the current time goes.
    fn notice_time(&mut self, id: u32, conduct: Conduct) -> bool {
        if !matches!(id, request::CURRENT_TIME | request::CURRENT_TIME_IN_MILLIS) {
            return true;
        }
        let (gap, answered) = self.pace.current_time(conduct.current_time_every.get());
        if let Some(gap) = gap {
            self.gateway.counters.current_time_gap(gap);
        }
        answered
    }

    fn count(&mut self, id: u32, answered: bool) {
        self.tally.count(id, answered);
        self.gateway.counters.request(Name(id).to_string());
        self.gateway.directory.note(self.who.connection, |entry| entry.requests += 1);
    }
}
