//! From the first byte to the version reply, through phases in which none is given.

use std::time::Duration;

use tokio::time::timeout;

use super::counters;
use super::directory::Stage;
use super::link::{Link, LinkError};
use super::state::Gateway;
use super::tally::{Ending, Tally};
use crate::sim::clock;
use crate::sim::script::{Conduct, Door, Pending, Port, Who};
use crate::wire::client::PREFIX;
use crate::wire::request::parse_handshake;
use crate::wire::server;

/// How long a client may take over its handshake once the gateway listens to it.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// A handshake is a few bytes; one this long is something else.
const MAX_HANDSHAKE: usize = 1024;

/// How much of a version reply comes that breaks off: its length and half of its version.
const PARTIAL: usize = 6;

/// A handshake that was answered.
pub(super) struct Shaken {
    /// The server version agreed on.
    pub(super) version: u32,
    /// The client asked that its requests be slowed down rather than refused.
    pub(super) paced: bool,
}

/// Waits for a door that answers, reads the handshake, answers with the version.
pub(super) async fn shake(
    gateway: &Gateway,
    link: &mut Link,
    who: Who,
    tally: &mut Tally,
) -> Result<(Shaken, Option<counters::Handshake>), Ending> {
    let mut begun = None;
    let conduct = wait_for_the_door(gateway, link, who, &mut begun).await?;
    let opening = timeout(PATIENCE, read_opening(gateway, link, &mut begun)).await;
    let opening = opening.map_err(|_| Ending::TooSlow)?.map_err(|ending| match ending {
        Ending::Link(end) => gave_up(gateway, begun.as_ref(), end),
        other => other,
    })?;
    let close_after = conduct.close_after.map_or(Duration::ZERO, crate::period::Period::get);
    if conduct.door == Door::HangUp {
        clock::pause(close_after).await;
        return Err(Ending::HungUp);
    }
    let version = opening.max.min(gateway.traits.server_version);
    let reply = server::version(version, &connection_time(&gateway.traits.time_zone, gateway.traits.ahead()));
    if conduct.door == Door::Partial {
        let part = &reply[..PARTIAL.min(reply.len())];
        link.send(part).await.map_err(|end| gateway.abandoned(end))?;
        return Err(gateway.abandoned(link.ignore().await));
    }
    tally.server_version = Some(version);
    gateway.directory.note(who.connection, |entry| {
        entry.server_version = Some(version);
        entry.stage = Stage::Version;
    });
    link.send(&reply).await.map_err(|end| gateway.abandoned(end))?;
    if conduct.door == Door::VersionOnly {
        clock::pause(close_after).await;
        return Err(Ending::VersionOnly);
    }
    // It is the client that notices and says so: it is told the version, and the connection ends.
    if version < opening.min {
        return Err(Ending::TooOld);
    }
    Ok((Shaken { version, paced: opening.paced }, begun))
}

/// The time as the version reply has it. A name that is no zone has the time of UTC.
fn connection_time(zone: &str, ahead: i64) -> String {
    format!("{} {zone}", clock::in_zone(zone, ahead, "%Y%m%d %H:%M:%S"))
}

/// What a client opens with.
struct Opening {
    min: u32,
    max: u32,
    paced: bool,
}

/// Takes the handshake off what the client sends, and fails as soon as it cannot become one.
async fn read_opening(
    gateway: &Gateway,
    link: &mut Link,
    begun: &mut Option<counters::Handshake>,
) -> Result<Opening, Ending> {
    loop {
        let received = link.received();
        if !received.is_empty() {
            begun.get_or_insert_with(|| gateway.counters.handshake());
        }
        let known = received.len().min(PREFIX.len());
        if received[..known] != PREFIX[..known] {
            return Err(Ending::NotAClient);
        }
        if let Some((length, rest)) = received[known..].split_first_chunk::<4>() {
            let length = u32::from_be_bytes(*length) as usize;
            if length > MAX_HANDSHAKE {
                return Err(Ending::NotAClient);
            }
            if let Some(payload) = rest.get(..length) {
                let paced = payload.split(|byte| *byte == b' ').any(|option| option == b"+PACEAPI");
                let range = parse_handshake(payload).ok_or(Ending::NotAClient);
                link.forget(PREFIX.len() + 4 + length);
                return range.map(|(min, max)| Opening { min, max, paced });
            }
        }
        // Nothing is taken before the handshake is whole: what is left tells whether one was begun.
        link.more().await?;
    }
}

/// Says nothing while the door is mute, and treats the client as the last mute door it met says.
async fn wait_for_the_door(
    gateway: &Gateway,
    link: &mut Link,
    who: Who,
    begun: &mut Option<counters::Handshake>,
) -> Result<Conduct, Ending> {
    let mut moments = gateway.watch();
    let mut pending = None;
    loop {
        let port = moments.borrow_and_update().port;
        let conduct = gateway.conduct(&who);
        link.slow = conduct.slow.get();
        match (conduct.door, pending) {
            (Door::Mute, _) if port != Port::Closed => pending = Some(conduct.pending),
            (_, Some(Pending::Ignored)) => {
                if begun.is_none() {
                    link.more().await.map_err(|end| gave_up(gateway, None, end))?;
                    *begun = Some(gateway.counters.handshake());
                }
                let end = link.ignore().await;
                return Err(gave_up(gateway, begun.as_ref(), end));
            }
            (_, Some(Pending::Dropped)) => return Err(Ending::PendingDropped),
            (Door::Reset, _) => return Err(Ending::Reset),
            (Door::Refuse | Door::Http | Door::Tls | Door::Garbage, _) => return Err(Ending::Refused),
            _ if port == Port::Closed => return Err(Ending::Refused),
            (Door::Open | Door::Partial | Door::HangUp | Door::VersionOnly | Door::Mute, _) => {
                return Ok(conduct);
            }
        }
        tokio::select! {
            biased;
            changed = moments.changed() => changed.map_err(|_| Ending::Stopped)?,
            more = link.more() => {
                more.map_err(|end| gave_up(gateway, begun.as_ref(), end))?;
                begun.get_or_insert_with(|| gateway.counters.handshake());
            }
        }
    }
}

/// The end of a client that gave up. A connection without a byte is what port checks make, and harms nobody.
fn gave_up(gateway: &Gateway, begun: Option<&counters::Handshake>, end: LinkError) -> Ending {
    if begun.is_some() { gateway.abandoned(end) } else { Ending::Link(end) }
}
