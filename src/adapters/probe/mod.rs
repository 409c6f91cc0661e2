//! The staged probe: one handshake on the wire, rung by rung, that says how far the gateway got.
//!
//! Owns the conversation. The bytes are `wire`'s; when to try again is the engine's. One connection at a time, silence
//! is borne, and the connection is closed by us after the last answer, never in the middle without need.

use std::time::Duration;

use std::io::ErrorKind;

use async_trait::async_trait;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::net::connect;
use crate::ladder::Rung;
use crate::ports::broker::{BrokerError, Climb, Probe, ProbeAsk, Seen};
use crate::ports::net::NetError;

mod farms;
mod heard;
mod talk;

use talk::Talk;

/// Longer than anybody waits: the end of a probe that is given none.
const NO_END: Duration = Duration::from_hours(30 * 24);

/// The probe on the machine's own network.
#[derive(Debug)]
pub struct WireProbe;

/// The same with an end to the whole of it, however often the gateway breaks its silence. Only the goodbye comes after.
#[derive(Debug)]
pub struct WireProbeWithin(pub Duration);

#[async_trait]
impl Probe for WireProbe {
    async fn probe(&self, ask: &ProbeAsk, reached: &(dyn Fn(Rung) + Sync)) -> Climb {
        WireProbeWithin(NO_END).probe(ask, reached).await
    }
}

#[async_trait]
impl Probe for WireProbeWithin {
    async fn probe(&self, ask: &ProbeAsk, reached: &(dyn Fn(Rung) + Sync)) -> Climb {
        let began = Instant::now();
        let end = began + self.0.min(NO_END);
        let opened = timeout_at(end, open(&ask.address)).await;
        let stream = match opened.unwrap_or_else(|_| Err(no_answer(&ask.address, self.0))) {
            Ok(stream) => stream,
            Err(error) => return Climb { seen: Seen::default(), end: Err(error) },
        };
        let mut talk = Talk::new(ask, reached, stream, (began, end));
        talk.reach(Rung::Tcp);
        let end = if ask.until > Rung::Tcp { talk.climb().await } else { Ok(()) };
        let seen = talk.close().await;
        Climb { seen, end }
    }
}

fn no_answer(address: &str, within: Duration) -> BrokerError {
    let why = format!("no answer within {} ms", within.as_millis());
    let source = std::io::Error::new(std::io::ErrorKind::TimedOut, why);
    BrokerError::Unreachable { address: address.to_owned(), source }
}

async fn open(address: &str) -> Result<TcpStream, BrokerError> {
    let there = || address.to_owned();
    let stream = connect(address).await.map_err(|error| match error {
        NetError::Refused { .. } => BrokerError::Refused { address: there() },
        NetError::Unresolved { source, .. } => BrokerError::Unresolved { address: there(), source },
        // A reset can be faster than the news of the connection.
        NetError::Unreachable { source, .. } if source.kind() == ErrorKind::ConnectionReset => {
            BrokerError::NothingBehind { address: there(), how: source.to_string() }
        }
        NetError::Unreachable { source, .. } => BrokerError::Unreachable { address: there(), source },
    })?;
    // A connection that was reset already refuses; the conversation will tell.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}
