//! A client's session: `START_API`, the greeting, then one answer after the other.

use std::time::Duration;

use tokio::time::timeout;

use super::answers;
use super::greeting::{ORDER_ID, greet};
use super::handshake::PATIENCE;
use super::link::Link;
use super::roster::Seat;
use super::state::Gateway;
use super::tally::{Ending, Tally};
use crate::sim::clock;
use crate::sim::script::{InUse, Requests, Start};
use crate::wire::message::request;
use crate::wire::request::Request;
use crate::wire::server;

/// How long after `START_API` a gateway closes that does not accept the API.
const NOT_ACCEPTED_AFTER: Duration = Duration::from_millis(500);

/// The text of error 326, as a live gateway sent it.
const IN_USE: &str = "Unable to connect as the client id is already in use. Retry with a unique client id.";

/// Holds the session of a client that has a version reply, to its end.
pub(super) async fn hold(gateway: &Gateway, link: &mut Link, tally: &mut Tally, version: u32) -> Ending {
    match open(gateway, link, tally, version).await {
        Ok(seat) => {
            let ending = answer_requests(gateway, link, tally, version).await;
            drop(seat);
            ending
        }
        Err(ending) => ending,
    }
}

async fn open(gateway: &Gateway, link: &mut Link, tally: &mut Tally, version: u32) -> Result<Seat, Ending> {
    let conduct = &gateway.settings.script.conduct;
    let client_id =
        timeout(PATIENCE, read_start(link, tally, version)).await.map_err(|_| Ending::TooSlow)??;
    tally.client_id = Some(client_id);
    match conduct.start {
        Start::Accepted => {}
        Start::Mute => return Err(link.ignore().await.into()),
        Start::NotAccepted => {
            clock::pause(NOT_ACCEPTED_AFTER).await;
            gateway.log.line("sim: Ignoring API request 'jextend.StartApi' since API is not accepted.");
            return Err(Ending::NotAccepted);
        }
    }
    let held_elsewhere = match &conduct.in_use {
        InUse::All => true,
        InUse::Ids(ids) => ids.contains(&client_id),
    };
    let seat = if held_elsewhere { None } else { gateway.roster.take(client_id) };
    let Some(seat) = seat else {
        link.send(&server::error(version, -1, 326, IN_USE, clock::epoch_millis())).await?;
        return Err(Ending::InUse);
    };
    link.send(&greet(version, &gateway.settings.accounts, conduct.greeting)).await?;
    gateway.log.line(format_args!("sim: client {client_id} is connected, version {version}"));
    Ok(seat)
}

/// The client id. Requests before `START_API` belong to no session, and are answered with an error.
async fn read_start(link: &mut Link, tally: &mut Tally, version: u32) -> Result<i32, Ending> {
    loop {
        let payload = link.frame().await?;
        let Ok(request) = Request::read(version, &payload) else {
            link.send(&answers::unreadable(version)).await?;
            continue;
        };
        tally.count(request.id, true);
        if request.id == request::START_API {
            // The text form has the version of the message first.
            return request.number(1, 1).and_then(|id| i32::try_from(id).ok()).ok_or(Ending::NotAClient);
        }
        link.send(&answers::before_start(version, &request)).await?;
    }
}

async fn answer_requests(gateway: &Gateway, link: &mut Link, tally: &mut Tally, version: u32) -> Ending {
    loop {
        let payload = match link.frame().await {
            Ok(payload) => payload,
            Err(end) => return end.into(),
        };
        let answered = gateway.moment().requests == Requests::Answered;
        let answer = match Request::read(version, &payload) {
            Ok(request) => {
                tally.count(request.id, answered);
                let asker = answers::Asker {
                    version,
                    client_id: tally.client_id.unwrap_or_default(),
                    accounts: &gateway.settings.accounts,
                    next_order_id: ORDER_ID,
                    read_only: false,
                    competing: false,
                    api: &gateway.api,
                };
                answers::to(&asker, &request)
            }
            Err(_) => answers::unreadable(version),
        };
        if answered
            && !answer.is_empty()
            && let Err(end) = link.send(&answer).await
        {
            return end.into();
        }
    }
}
