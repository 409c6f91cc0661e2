//! The port: bound or not, accepting or not, phase after phase.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout};
use tokio_util::task::TaskTracker;

use super::connection;
use super::error::GatewayError;
use super::markers;
use super::state::{Gateway, Order};
use crate::period::Period;
use crate::sim::clock::{pause, pause_until};
use crate::sim::script::{Port, Script};

/// After a failed accept, usually for want of file descriptors: long enough for one to come free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How many connections are made at most to fill a backlog of one.
const FILLERS: usize = 8;

/// A connection to oneself that takes longer than this finds the backlog full.
const FILLED_AFTER: Duration = Duration::from_millis(100);

/// The port of a gateway.
struct Attendance {
    gateway: Arc<Gateway>,
    orders: Receiver<Order>,
    /// Port 0 stands for one that the system chooses, once.
    address: SocketAddr,
    listener: Option<TcpListener>,
    /// A port whose backlog is full, and what fills it.
    full: Option<(TcpListener, Vec<TcpStream>)>,
    conversations: TaskTracker,
}

/// Why a phase is over.
enum Over {
    Stopped,
    Next,
    Other(Box<Script>),
}

/// Plays all phases, then waits for the connections to end. Ends when the gateway is stopped.
pub(super) async fn attend(
    gateway: Arc<Gateway>,
    orders: Receiver<Order>,
    listener: Option<TcpListener>,
) -> Result<(), GatewayError> {
    let address = listener.as_ref().and_then(|bound| bound.local_addr().ok()).unwrap_or(gateway.listen);
    let conversations = TaskTracker::new();
    let mut attendance = Attendance { gateway, orders, address, listener, full: None, conversations };
    if let Some(bound) = &attendance.listener {
        let at = bound.local_addr().unwrap_or(address);
        attendance.gateway.log.line(format_args!("sim: listening on {at}"));
    }
    let played = attendance.play().await;
    attendance.gateway.stop.cancel();
    drop(attendance.listener);
    attendance.conversations.close();
    attendance.conversations.wait().await;
    attendance.gateway.log.line("sim: stopped");
    played
}

impl Attendance {
    async fn play(&mut self) -> Result<(), GatewayError> {
        let mut script = Arc::clone(&self.gateway.moment().script);
        let mut place = 0;
        loop {
            let Some(phase) = script.phases.get(place) else { return Ok(()) };
            if let Some(code) = phase.exit {
                markers::last_words(&self.gateway.log, phase);
                return Err(GatewayError::Exit { code });
            }
            self.prepare(phase.port.unwrap_or_default()).await?;
            self.gateway.enter(&script, place);
            // Nobody may get in by a phase that has no time: the shortest wait of the clock is a millisecond.
            let mut over = match phase.lasts.map(Period::get) {
                Some(Duration::ZERO) => Over::Next,
                lasts => self.stay(lasts.map(|time| Instant::now() + time)).await,
            };
            while matches!(over, Over::Next) && place + 1 == script.phases.len() {
                // The last phase never ends.
                over = self.stay(None).await;
            }
            match over {
                Over::Stopped => return Ok(()),
                Over::Next => place += 1,
                Over::Other(other) => {
                    self.gateway.log.line("sim: another script begins");
                    script = self.gateway.play(*other);
                    place = 0;
                }
            }
        }
    }

    /// Stays in a phase until it is over.
    async fn stay(&mut self, end: Option<Instant>) -> Over {
        let accepts = self.gateway.moment().port == Port::Open;
        let listener = self.listener.as_ref().filter(|_| accepts);
        tokio::select! {
            biased;
            () = self.gateway.stop.cancelled() => Over::Stopped,
            Some(order) = self.orders.recv() => match order {
                Order::Next => Over::Next,
                Order::Play(script) => Over::Other(script),
            },
            () = pause_until(end) => Over::Next,
            () = accept(&self.gateway, listener, &self.conversations) => Over::Stopped,
        }
    }

    /// Binds, or gives up, what the next phase needs bound, or not.
    async fn prepare(&mut self, port: Port) -> Result<(), GatewayError> {
        self.full = None;
        match port {
            Port::Closed => self.listener = None,
            Port::Full => {
                self.listener = None;
                self.full = Some(self.filled().await?);
            }
            Port::Open | Port::Stuck if self.listener.is_none() => {
                let bound = TcpListener::bind(self.address).await.map_err(|source| self.refused(source))?;
                self.address = bound.local_addr().unwrap_or(self.address);
                self.gateway.log.line(format_args!("sim: listening on {}", self.address));
                self.listener = Some(bound);
            }
            Port::Open | Port::Stuck => {}
        }
        Ok(())
    }

    /// The port with the shortest backlog there is, full.
    async fn filled(&mut self) -> Result<(TcpListener, Vec<TcpStream>), GatewayError> {
        let listener = short(self.address).map_err(|source| self.refused(source))?;
        self.address = listener.local_addr().unwrap_or(self.address);
        let mut own = self.address;
        if own.ip().is_unspecified() {
            own.set_ip(if own.is_ipv4() {
                [127, 0, 0, 1].into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        let mut fillers = Vec::new();
        while fillers.len() < FILLERS {
            match timeout(FILLED_AFTER, TcpStream::connect(own)).await {
                Ok(Ok(filler)) => fillers.push(filler),
                Ok(Err(_)) | Err(_) => break,
            }
        }
        Ok((listener, fillers))
    }

    fn refused(&self, source: std::io::Error) -> GatewayError {
        GatewayError::Listen { address: self.address, source }
    }
}

/// Listens with the shortest backlog.
fn short(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(1)
}

/// Accepts for ever, unless wedged; then the system's backlog fills, and nobody is told.
async fn accept(gateway: &Arc<Gateway>, listener: Option<&TcpListener>, conversations: &TaskTracker) {
    let Some(listener) = listener else { return std::future::pending().await };
    let mut moments = gateway.watch();
    loop {
        let wedged = moments.borrow_and_update().wedged;
        let accepted = tokio::select! {
            biased;
            changed = moments.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
            accepted = listener.accept(), if !wedged => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let number = gateway.next_connection();
                conversations.spawn(connection::attend(Arc::clone(gateway), stream, peer, number));
            }
            Err(error) => {
                gateway.log.line(format_args!("sim: a connection could not be accepted: {error}"));
                pause(ACCEPT_PAUSE).await;
            }
        }
    }
}
