//! The conversation of one probe, from an open connection to the rung asked for.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout, timeout_at};

use super::farms::Farms;
use super::heard::Heard;
use crate::ladder::Rung;
use crate::ports::broker::{AccountId, BrokerError, Notice, ProbeAsk, Question, Seen};
use crate::wire::server::{Incoming, decode, parse_version};
use crate::wire::{FrameError, client, read_frame};

mod ends;
mod lists;

/// Versions the probe can speak: everything from API 9.73 to the newest known.
const VERSIONS: (u32, u32) = (100, 226);
/// A number below that is no version of any gateway's: the lowest that a client asks for is 100.
const LEAST_VERSION: u32 = 20;
/// "Unable to connect as the client id is already in use."
const CLIENT_ID_IN_USE: i32 = 326;
/// "Server error when validating an API client request": what a read-only API says to a question about orders.
const REFUSED: i32 = 321;
/// Frames looked at on the way to one rung before a flood of notices is called one.
const MOST_FRAMES: usize = 500;
/// Notices that are kept.
const MOST_NOTICES: usize = 100;
/// Characters of a notice that are kept: real ones are a line.
const LONGEST_NOTICE: usize = 1000;
/// Longest wait for the gateway's own goodbye.
const GOODBYE: Duration = Duration::from_millis(100);

pub(super) struct Talk<'a> {
    ask: &'a ProbeAsk,
    reached: &'a (dyn Fn(Rung) + Sync),
    stream: BufReader<Heard>,
    version: u32,
    rung: Rung,
    farms: Farms,
    /// What is being told, one after the other.
    lists: lists::Lists,
    seen: Seen,
    began: Instant,
    /// When it is over, whatever the gateway does.
    end: Instant,
    started_api: Option<Instant>,
    /// Since when nothing new was reached, and until when that is borne.
    silence: (Instant, Instant),
}

impl<'a> Talk<'a> {
    pub(super) fn new(
        ask: &'a ProbeAsk,
        reached: &'a (dyn Fn(Rung) + Sync),
        stream: TcpStream,
        (began, end): (Instant, Instant),
    ) -> Self {
        let now = Instant::now();
        Self {
            ask,
            reached,
            stream: BufReader::new(Heard { stream, bytes: 0 }),
            version: 0,
            rung: Rung::Tcp,
            farms: Farms::default(),
            lists: lists::Lists::default(),
            seen: Seen::default(),
            began,
            end,
            started_api: None,
            silence: (now, now + ask.patience),
        }
    }

    /// A clean end, so that no half-open session is left behind.
    pub(super) async fn close(mut self) -> Seen {
        // It may fail: the gateway can be faster.
        let _ = self.stream.get_mut().stream.shutdown().await;
        if self.rung > Rung::Tcp {
            // What is left unread when a socket is closed becomes a reset, and the gateway may still be telling.
            let rest =
                async { while matches!(self.stream.get_mut().stream.read(&mut [0; 4096]).await, Ok(1..)) {} };
            let _ = timeout(GOODBYE, rest).await;
        }
        self.seen
    }

    pub(super) fn reach(&mut self, rung: Rung) {
        self.rung = rung;
        let now = Instant::now();
        self.seen.rungs.push((rung, now - self.began));
        self.silence = (now, now + self.ask.patience);
        tracing::debug!(client_id = self.ask.client_id, rung = rung.name(), "reached");
        (self.reached)(rung);
    }

    /// From an open connection to the rung asked for.
    pub(super) async fn climb(&mut self) -> Result<(), BrokerError> {
        self.send(&client::handshake(VERSIONS.0, VERSIONS.1)).await?;
        let frame = self.frame().await?;
        let told = parse_version(&frame).filter(|(version, _)| *version >= LEAST_VERSION);
        let (version, time) = told.ok_or_else(|| self.unreadable(&frame))?;
        self.version = version;
        self.seen.server_version = Some(version);
        self.seen.connection_time = Some(time);
        self.reach(Rung::Version);
        if self.ask.until == Rung::Version {
            return Ok(());
        }
        self.send(&client::start_api(version, self.ask.client_id)).await?;
        self.started_api = Some(Instant::now());
        self.until(Rung::NextId).await?;
        if self.ask.until > Rung::NextId {
            self.request().await?;
        }
        if self.ask.until > Rung::Request {
            self.until(Rung::Farms).await?;
        }
        Ok(())
    }

    /// Asks, and hears the answer.
    async fn request(&mut self) -> Result<(), BrokerError> {
        let request = match self.ask.question {
            Question::CurrentTime => client::request_current_time(self.version),
            Question::NextId => client::request_ids(self.version),
        };
        self.allow(self.ask.answer);
        self.send(&request).await?;
        self.until(Rung::Request).await?;
        if let Some(code) = self.farms.lost {
            return Err(BrokerError::ConnectivityLost { address: self.address(), code });
        }
        if self.ask.open_orders {
            self.allow(self.ask.answer);
            self.send(&client::request_open_orders(self.version)).await?;
            // No word about orders is no reason to call a gateway unready: it stays unknown.
            let _ = self.hear(|talk| talk.seen.read_only.is_some()).await;
        }
        self.lists().await?;
        self.allow(self.ask.answer);
        Ok(())
    }

    /// Silence is borne no longer than that from now on.
    fn allow(&mut self, wait: Duration) {
        let now = Instant::now();
        self.silence = (now, now + wait.min(self.ask.patience));
    }

    /// Reads what the gateway sends until a rung is reached, or the last one asked for.
    async fn until(&mut self, rung: Rung) -> Result<(), BrokerError> {
        let last = rung.min(self.ask.until);
        self.climb_farms();
        self.hear(|talk| talk.rung >= last).await
    }

    async fn hear(&mut self, enough: impl Fn(&Self) -> bool) -> Result<(), BrokerError> {
        self.hear_at_most(MOST_FRAMES, enough).await
    }

    async fn hear_at_most(
        &mut self,
        frames: usize,
        enough: impl Fn(&Self) -> bool,
    ) -> Result<(), BrokerError> {
        for _ in 0..frames {
            if enough(self) {
                return Ok(());
            }
            let frame = self.frame().await?;
            let incoming = decode(self.version, &frame).map_err(|_| self.unreadable(&frame))?;
            self.take(incoming)?;
            self.climb_farms();
        }
        let (address, reached) = (self.address(), self.rung);
        Err(BrokerError::Flooded { address, reached, messages: frames })
    }

    /// Accounts and id may come in either order.
    fn take(&mut self, incoming: Incoming) -> Result<(), BrokerError> {
        match incoming {
            Incoming::ManagedAccounts(accounts) => {
                let named = accounts.into_iter().filter(|id| !id.is_empty());
                self.seen.accounts = named.map(AccountId::new).collect();
                if self.seen.accounts.is_empty() {
                    return Err(BrokerError::NoAccounts { address: self.address() });
                }
                if self.rung == Rung::Version {
                    self.reach(Rung::Accounts);
                }
            }
            Incoming::NextValidId(id) if self.rung == Rung::NextId => {
                self.seen.next_order_id = Some(id);
                self.answered(Question::NextId);
            }
            Incoming::NextValidId(id) if id <= 0 => {
                return Err(BrokerError::NoNextId { address: self.address() });
            }
            Incoming::NextValidId(id) => self.seen.next_order_id = Some(id),
            Incoming::CurrentTime(time) => {
                self.seen.gateway_time = Some((time, self.began.elapsed()));
                self.answered(Question::CurrentTime);
            }
            Incoming::Error { code: CLIENT_ID_IN_USE, .. } => {
                let client_id = self.ask.client_id;
                return Err(BrokerError::ClientIdInUse { address: self.address(), client_id });
            }
            Incoming::Error { code: REFUSED, message, .. } if self.lists.orders.is_some() => {
                self.lists.orders = None;
                self.seen.orders_refused = Some(message);
            }
            Incoming::Error { code: REFUSED, .. } if self.ask.open_orders && self.rung >= Rung::Request => {
                self.seen.read_only = Some(true);
            }
            Incoming::Error { code, message, .. } => self.notice(code, message),
            told @ (Incoming::OpenOrder { .. }
            | Incoming::OpenOrdersEnd
            | Incoming::Position { .. }
            | Incoming::PositionsEnd) => self.lists.take(told, &mut self.seen),
            Incoming::Other(_) => {}
        }
        if self.rung == Rung::Accounts && self.seen.next_order_id.is_some() {
            self.reach(Rung::NextId);
        }
        Ok(())
    }

    fn notice(&mut self, code: i32, mut text: String) {
        if let Some((cut, _)) = text.char_indices().nth(LONGEST_NOTICE) {
            text.truncate(cut);
        }
        self.farms.note(code, &text);
        self.seen.notices_in_all += 1;
        if self.seen.notices.len() < MOST_NOTICES {
            self.seen.notices.push(Notice { code, text });
        }
    }

    fn answered(&mut self, question: Question) {
        if self.ask.question == question && self.rung == Rung::NextId {
            self.reach(Rung::Request);
        }
    }

    fn climb_farms(&mut self) {
        if self.rung == Rung::Request && self.ask.until >= Rung::Farms && self.farms.are_well() {
            self.reach(Rung::Farms);
        }
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), BrokerError> {
        let sent = self.stream.get_mut().stream.write_all(bytes).await;
        sent.map_err(|error| self.broken(&error))
    }

    async fn frame(&mut self) -> Result<Vec<u8>, BrokerError> {
        self.stream.get_mut().bytes = self.stream.buffer().len();
        match timeout_at(self.silence.1.min(self.end), read_frame(&mut self.stream)).await {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(FrameError::TooLong { first_bytes, .. })) => Err(self.unreadable(&first_bytes)),
            Ok(Err(FrameError::Io(error))) => Err(self.broken(&error)),
            Ok(Err(FrameError::Closed)) => Err(self.ended("the connection was closed (FIN)".to_owned())),
            Ok(Err(FrameError::Torn { have })) => {
                Err(self.ended(format!("the connection was closed (FIN) {have} bytes into a frame")))
            }
            Err(_) => Err(self.mute()),
        }
    }

    fn address(&self) -> String {
        self.ask.address.clone()
    }
}
