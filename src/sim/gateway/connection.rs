//! One connection from accept to its line in the log.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;

use super::handshake;
use super::link::{Link, LinkError};
use super::session;
use super::state::Gateway;
use super::tally::{Ending, Tally};
use crate::sim::script::{Door, Drop, Port, Who};

/// Talks with one client until either side, the script or the end of the gateway ends it.
pub(super) async fn attend(gateway: Arc<Gateway>, stream: TcpStream, peer: SocketAddr, number: u64) {
    gateway.counters.connected();
    let listed = gateway.directory.enter(number, peer);
    let mut tally = Tally::default();
    let place = gateway.places.clone().try_acquire_owned();
    let mut link = Link::new(stream);
    let ending = if place.is_err() {
        Ending::Full
    } else {
        // The order matters: a client that met the old phase at the door belongs to it.
        let drops = gateway.moment().drops;
        let who = Who { connection: number, peer: peer.ip(), client_id: None };
        tokio::select! {
            biased;
            () = gateway.stop.cancelled() => Ending::Stopped,
            drop = dropped(&gateway, drops) => match drop {
                Drop::Close => Ending::Dropped,
                Drop::Reset => Ending::Reset,
            },
            ending = converse(&gateway, &mut link, who, &mut tally) => ending,
        }
    };
    if let Ending::Link(LinkError::Failed(_)) | Ending::Abandoned(LinkError::Failed(_)) = &ending {
        gateway.counters.reset();
    }
    if let Ending::Abandoned(_) = &ending {
        gateway.counters.abandoned();
    }
    drop(listed);
    gateway.log.line(format_args!("sim: connection {number} from {peer}: {tally}; {ending}"));
    tokio::select! {
        () = gateway.stop.cancelled() => {}
        () = part(link, &ending) => {}
    }
}

/// Ends the connection as its ending asks.
async fn part(link: Link, ending: &Ending) {
    match ending {
        Ending::Reset => link.reset(),
        Ending::InUse
        | Ending::TooOld
        | Ending::NotAClient
        | Ending::NoGateway
        | Ending::VersionOnly
        | Ending::HungUp
        | Ending::NotAccepted
        | Ending::TooMany
        | Ending::TooFast => {
            link.close_gently().await;
        }
        _ => {}
    }
}

/// Ends when the script drops all connections that were there before.
async fn dropped(gateway: &Gateway, drops: u64) -> Drop {
    match gateway.watch().wait_for(|moment| moment.drops > drops).await {
        Ok(moment) => moment.drop,
        // The sender lives in the gateway, so the wait cannot fail before the gateway is gone.
        Err(_) => Drop::Close,
    }
}

async fn converse(gateway: &Gateway, link: &mut Link, who: Who, tally: &mut Tally) -> Ending {
    if gateway.moment().port == Port::Closed {
        return Ending::Refused;
    }
    let conduct = gateway.conduct(&who);
    link.slow = conduct.slow.get();
    match conduct.door {
        Door::Refuse => return Ending::Refused,
        Door::Reset => return Ending::Reset,
        Door::Http => return impersonate(link, HTTP).await,
        Door::Tls => return impersonate(link, TLS).await,
        Door::Garbage => {
            // It stays, as it did where clients were measured against it.
            let ending = impersonate(link, GARBAGE).await;
            link.ignore().await;
            return ending;
        }
        Door::Open | Door::Mute | Door::Partial | Door::HangUp | Door::VersionOnly => {}
    }
    match handshake::shake(gateway, link, who, tally).await {
        Ok(shaken) => session::hold(gateway, link, who, tally, shaken).await,
        Err(ending) => ending,
    }
}

const HTTP: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// A fatal alert of TLS 1.2, `protocol_version`: what a server says to bytes that are no `ClientHello` (RFC 5246, 7.2).
const TLS: &[u8] = &[0x15, 3, 3, 0, 2, 2, 0x46];
/// Read as a length, the first four bytes are beyond any frame.
const GARBAGE: &[u8] = b"\xde\xad\xbe\xef\xff\xfe\xfd\xfc no protocol \x00\x01\x02";

/// Answers the first bytes as a server of another kind would.
async fn impersonate(link: &mut Link, answer: &[u8]) -> Ending {
    if let Err(end) = link.more().await {
        return end.into();
    }
    if let Err(end) = link.send(answer).await {
        return end.into();
    }
    Ending::NoGateway
}
