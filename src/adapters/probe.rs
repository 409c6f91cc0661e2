//! The staged probe: one handshake on the wire, rung by rung, that says how far the gateway got.
//!
//! Owns the conversation. The bytes are `wire`'s; when to try again is the engine's. One connection at a time, silence
//! is borne, and the connection is closed by us after the last answer, never in the middle without need.

use async_trait::async_trait;
use tokio::io::{AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::net::connect;
use crate::ports::broker::{AccountId, BrokerError, Probe, ProbeAsk, Probed, Rung};
use crate::ports::net::NetError;
use crate::wire::server::{Incoming, decode, parse_version};
use crate::wire::{FrameError, client, read_frame};

/// Versions the probe can speak: everything from API 9.73 to the newest known.
const VERSIONS: (u32, u32) = (100, 226);
/// "Unable to connect as the client id is already in use."
const CLIENT_ID_IN_USE: i32 = 326;
/// Frames looked at before a flood of notices counts as silence.
const MOST_FRAMES: usize = 500;

/// The probe on the machine's own network.
#[derive(Debug)]
pub struct WireProbe;

#[async_trait]
impl Probe for WireProbe {
    async fn probe(&self, ask: &ProbeAsk, reached: &(dyn Fn(Rung) + Sync)) -> Result<Probed, BrokerError> {
        let address = ask.address.clone();
        let stream = match connect(&ask.address).await {
            Ok(stream) => stream,
            Err(NetError::Refused { .. }) => return Err(BrokerError::Refused { address }),
            Err(NetError::Unresolved { source, .. } | NetError::Unreachable { source, .. }) => {
                return Err(BrokerError::Unreachable { address, source });
            }
        };
        stream.set_nodelay(true).map_err(|source| BrokerError::Unreachable { address, source })?;
        let mut talk = Talk {
            ask,
            reached,
            stream: BufReader::new(stream),
            rung: Rung::Tcp,
            started_api: None,
            since: Instant::now(),
            probed: Probed::default(),
        };
        reached(Rung::Tcp);
        if ask.until > Rung::Tcp {
            talk.climb().await?;
        }
        // A clean end, so that no half-open session is left behind. It may fail: the gateway can be faster.
        let _ = talk.stream.shutdown().await;
        Ok(talk.probed)
    }
}

struct Talk<'a> {
    ask: &'a ProbeAsk,
    reached: &'a (dyn Fn(Rung) + Sync),
    stream: BufReader<TcpStream>,
    rung: Rung,
    started_api: Option<Instant>,
    since: Instant,
    probed: Probed,
}

impl Talk<'_> {
    /// From an open connection to the rung asked for.
    async fn climb(&mut self) -> Result<(), BrokerError> {
        self.send(&client::handshake(VERSIONS.0, VERSIONS.1)).await?;
        let frame = self.frame().await?;
        let (version, time) = parse_version(&frame).ok_or_else(|| self.not_tws(&frame))?;
        self.probed.server_version = Some(version);
        self.probed.connection_time = Some(time);
        self.reach(Rung::Version);
        if self.ask.until == Rung::Version {
            return Ok(());
        }
        self.send(&client::start_api(version, self.ask.client_id)).await?;
        self.started_api = Some(Instant::now());
        self.until(version, Rung::NextId).await?;
        if self.ask.until >= Rung::Request {
            let request = if self.ask.current_time {
                client::request_current_time(version)
            } else {
                client::request_ids(version)
            };
            self.send(&request).await?;
            self.until(version, Rung::Request).await?;
        }
        Ok(())
    }

    /// Reads what the gateway sends until a rung is reached. Accounts and id may come in either order.
    async fn until(&mut self, version: u32, rung: Rung) -> Result<(), BrokerError> {
        for _ in 0..MOST_FRAMES {
            if self.rung >= rung || self.rung >= self.ask.until {
                return Ok(());
            }
            let frame = self.frame().await?;
            let incoming = decode(version, &frame).map_err(|_| self.not_tws(&frame))?;
            self.take(incoming, rung)?;
        }
        Err(self.mute())
    }

    fn take(&mut self, incoming: Incoming, awaited: Rung) -> Result<(), BrokerError> {
        let address = || self.ask.address.clone();
        match incoming {
            Incoming::ManagedAccounts(accounts) => {
                let named = accounts.into_iter().filter(|id| !id.is_empty());
                self.probed.accounts = named.map(AccountId::new).collect();
                if self.probed.accounts.is_empty() {
                    return Err(BrokerError::NoAccounts { address: address() });
                }
                if self.rung == Rung::Version {
                    self.reach(Rung::Accounts);
                }
            }
            Incoming::NextValidId(id) if awaited == Rung::Request => {
                self.probed.next_order_id = Some(id);
                self.answered(!self.ask.current_time);
            }
            Incoming::NextValidId(id) if id <= 0 => return Err(BrokerError::NoNextId { address: address() }),
            Incoming::NextValidId(id) => self.probed.next_order_id = Some(id),
            Incoming::CurrentTime(_) => self.answered(self.ask.current_time),
            Incoming::Error { code: CLIENT_ID_IN_USE, .. } => {
                let client_id = self.ask.client_id;
                return Err(BrokerError::ClientIdInUse { address: address(), client_id });
            }
            // Notices about market data farms and the like say nothing about the session.
            Incoming::Error { .. } | Incoming::Other(_) => {}
        }
        if self.rung == Rung::Accounts && self.probed.next_order_id.is_some() {
            self.reach(Rung::NextId);
        }
        Ok(())
    }

    fn answered(&mut self, asked_for: bool) {
        if asked_for && self.rung == Rung::NextId {
            self.reach(Rung::Request);
        }
    }

    fn reach(&mut self, rung: Rung) {
        self.rung = rung;
        tracing::debug!(client_id = self.ask.client_id, rung = rung.name(), "reached");
        (self.reached)(rung);
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), BrokerError> {
        let sent = self.stream.write_all(bytes).await;
        sent.map_err(|error| self.ended(error.to_string()))
    }

    /// The next frame. The patience is for the whole conversation on this connection.
    async fn frame(&mut self) -> Result<Vec<u8>, BrokerError> {
        let rest = self.ask.patience.saturating_sub(self.since.elapsed());
        match timeout(rest, read_frame(&mut self.stream)).await {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(FrameError::TooLong { first_bytes, .. })) => Err(self.not_tws(&first_bytes)),
            Ok(Err(FrameError::Io(error))) => Err(self.ended(error.to_string())),
            Ok(Err(FrameError::Closed)) => Err(self.ended("the connection was closed".to_owned())),
            Ok(Err(FrameError::Torn { have })) => {
                Err(self.ended(format!("the connection was closed {have} bytes into a frame")))
            }
            Err(_) => Err(self.mute()),
        }
    }

    /// The connection ended too early: what that means depends on the rung.
    fn ended(&self, how: String) -> BrokerError {
        let address = self.ask.address.clone();
        match self.started_api {
            None => BrokerError::NothingBehind { address, how },
            Some(started) if self.rung == Rung::Version => {
                let after_ms = started.elapsed().as_millis();
                BrokerError::NotAccepted { address, reached: self.rung, after_ms }
            }
            Some(_) => BrokerError::Dropped { address, how },
        }
    }

    fn mute(&self) -> BrokerError {
        let address = self.ask.address.clone();
        let waited_ms = self.since.elapsed().as_millis();
        if self.rung == Rung::NextId {
            return BrokerError::HalfOpen { address, waited_ms };
        }
        BrokerError::Mute { address, reached: self.rung, waited_ms }
    }

    fn not_tws(&self, bytes: &[u8]) -> BrokerError {
        let shown = &bytes[..bytes.len().min(32)];
        BrokerError::NotTws { address: self.ask.address.clone(), seen: shown.escape_ascii().to_string() }
    }
}
