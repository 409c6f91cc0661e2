//! One connection from accept to its line in the log.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpStream;

use super::handshake;
use super::link::Link;
use super::session;
use super::state::Gateway;
use super::tally::{Ending, Tally};
use crate::sim::script::Door;

/// Talks with one client until either side, the script or the end of the gateway ends it.
pub(super) async fn attend(gateway: Arc<Gateway>, stream: TcpStream, peer: SocketAddr, number: u64) {
    let mut tally = Tally::default();
    let ending = match gateway.places.clone().try_acquire_owned() {
        Err(_) => Ending::Full,
        Ok(_place) => {
            // The order matters: a client that met the old phase at the door belongs to it.
            let drops = gateway.moment().drops;
            tokio::select! {
                biased;
                () = gateway.stop.cancelled() => Ending::Stopped,
                () = dropped(&gateway, drops) => Ending::Dropped,
                ending = converse(&gateway, stream, &mut tally) => ending,
            }
        }
    };
    gateway.log.line(format_args!("sim: connection {number} from {peer}: {tally}; {ending}"));
}

/// Ends when the script drops all connections that were there before.
async fn dropped(gateway: &Gateway, drops: u32) {
    // The sender lives in the gateway, so the wait cannot fail before the gateway is gone.
    let _ = gateway.watch().wait_for(|moment| moment.drops > drops).await;
}

async fn converse(gateway: &Gateway, stream: TcpStream, tally: &mut Tally) -> Ending {
    let door = gateway.moment().door;
    let mut link = match door {
        Door::Closed | Door::Refuse => return Ending::Refused,
        Door::Http => return impersonate(Link::new(stream), HTTP).await,
        Door::Garbage => return impersonate(Link::new(stream), GARBAGE).await,
        Door::Open | Door::Mute(_) => Link::new(stream),
    };
    let outcome = match handshake::shake(gateway, &mut link, tally).await {
        Ok(version) => session::hold(gateway, &mut link, tally, version).await,
        Err(ending) => ending,
    };
    if matches!(outcome, Ending::InUse | Ending::TooOld | Ending::NotAClient) {
        link.close_gently().await;
    }
    outcome
}

const HTTP: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
/// Read as a length, the first four bytes are beyond any frame.
const GARBAGE: &[u8] = b"\xde\xad\xbe\xef\xff\xfe\xfd\xfc no protocol \x00\x01\x02";

/// Answers the first bytes as a server of another kind would.
async fn impersonate(mut link: Link, answer: &[u8]) -> Ending {
    if let Err(end) = link.more().await {
        return end.into();
    }
    if let Err(end) = link.send(answer).await {
        return end.into();
    }
    link.close_gently().await;
    Ending::NoGateway
}
