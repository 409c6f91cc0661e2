//! From the first byte to the version reply, through phases in which none is given.

use std::time::Duration;

use tokio::time::timeout;

use super::link::{Link, LinkError};
use super::state::Gateway;
use super::tally::{Ending, Tally};
use crate::sim::clock;
use crate::sim::script::{Door, Pending};
use crate::wire::client::PREFIX;
use crate::wire::request::parse_handshake;
use crate::wire::server;

/// How long a client may take over its handshake once the gateway listens to it.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// A handshake is a few bytes; one this long is something else.
const MAX_HANDSHAKE: usize = 1024;

/// Waits for a phase with an open door, reads the handshake, answers with the version.
pub(super) async fn shake(gateway: &Gateway, link: &mut Link, tally: &mut Tally) -> Result<u32, Ending> {
    wait_for_the_door(gateway, link).await?;
    let opening = timeout(PATIENCE, read_opening(link)).await.map_err(|_| Ending::TooSlow)?;
    let (min, max) = opening.map_err(|ending| match ending {
        Ending::Link(end) => abandoned(gateway, link, end),
        other => other,
    })?;
    let version = max.min(gateway.settings.server_version);
    tally.server_version = Some(version);
    let time = clock::utc("%Y%m%d %H:%M:%S UTC");
    link.send(&server::version(version, &time)).await?;
    // It is the client that notices and says so: it is told the version, and the connection ends.
    if version < min { Err(Ending::TooOld) } else { Ok(version) }
}

/// Takes the handshake off what the client sends, and fails as soon as it cannot become one.
async fn read_opening(link: &mut Link) -> Result<(u32, u32), Ending> {
    loop {
        let received = link.received();
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
                let range = parse_handshake(payload).ok_or(Ending::NotAClient);
                link.forget(PREFIX.len() + 4 + length);
                return range;
            }
        }
        // Nothing is taken before the handshake is whole: what is left tells whether one was begun.
        link.more().await?;
    }
}

/// Says nothing while the phases are mute, and treats the client as the last mute phase it met says.
async fn wait_for_the_door(gateway: &Gateway, link: &mut Link) -> Result<(), Ending> {
    let mut moments = gateway.watch();
    let mut pending = None;
    loop {
        let door = moments.borrow_and_update().door;
        match (door, pending) {
            (Door::Mute(now), _) => pending = Some(now),
            (_, Some(Pending::Ignored)) => {
                let end = link.ignore().await;
                return Err(abandoned(gateway, link, end));
            }
            (_, Some(Pending::Dropped)) => return Err(Ending::PendingDropped),
            (Door::Open, _) => return Ok(()),
            (Door::Closed | Door::Refuse | Door::Http | Door::Garbage, _) => return Err(Ending::Refused),
        }
        tokio::select! {
            biased;
            changed = moments.changed() => changed.map_err(|_| Ending::Stopped)?,
            more = link.more() => more.map_err(|end| abandoned(gateway, link, end))?,
        }
    }
}

/// A client that gave up; one that had begun a handshake wedges a gateway of that kind.
///
/// A connection without a byte is what port checks make, and harms nobody.
fn abandoned(gateway: &Gateway, link: &Link, end: LinkError) -> Ending {
    let begun = !link.received().is_empty() || matches!(end, LinkError::Torn);
    if !begun {
        return Ending::Link(end);
    }
    if gateway.settings.script.wedges && !gateway.wedged.is_cancelled() {
        gateway.wedged.cancel();
        gateway.log.line("sim: wedged by an abandoned handshake: nobody is accepted any more");
    }
    Ending::Abandoned(end)
}
