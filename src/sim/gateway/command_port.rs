//! The command port of IBC, which logs a gateway in: `RESTART` without a new log-in, `STOP`.
//!
//! The words are those of `CommandServer`, `CommandChannel`, `CommandDispatcher`, `RestartTask` and `StopTask` of
//! IbcAlpha/IBC at 2fee90c, with its usual settings: no prompt, no `INFO` lines. There are no addresses that it turns
//! away (`ControlFrom`), and it goes on listening while the gateway restarts.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::error::GatewayError;
use super::state::{Gateway, Order};
use crate::sim::clock;

/// Channels at once; the next ones wait in the system's backlog.
const MOST: usize = 16;
/// How long a channel may last.
const LONGEST: Duration = Duration::from_secs(30);
/// Most that is read from a channel.
const LONGEST_TALK: u64 = 64 * 1024;
/// After a failed accept, usually for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Binds the command port.
pub(super) async fn bind(gateway: &Gateway, address: SocketAddr) -> Result<TcpListener, GatewayError> {
    let bound = TcpListener::bind(address).await;
    let listener = bound.map_err(|source| GatewayError::CommandPort { address, source })?;
    let address = listener.local_addr().unwrap_or(address);
    gateway.log.line(format_args!("sim: command port at {address}"));
    gateway.log.line("IBC: CommandServer started and is ready to accept commands");
    Ok(listener)
}

/// Serves the command port until the gateway stops.
pub(super) async fn serve(gateway: Arc<Gateway>, listener: TcpListener) {
    let places = Arc::new(Semaphore::new(MOST));
    let channels = async {
        loop {
            // The semaphore is never closed.
            let place = Arc::clone(&places).acquire_owned().await.ok();
            let Ok((stream, peer)) = listener.accept().await else {
                clock::pause(ACCEPT_PAUSE).await;
                continue;
            };
            gateway.log.line(format_args!("IBC: CommandServer accepted connection from: /{}", peer.ip()));
            let gateway = Arc::clone(&gateway);
            tokio::spawn(async move {
                // A channel that fails or lasts too long ends; who asked sees that.
                let _ = timeout(LONGEST, talk(&gateway, stream)).await;
                drop(place);
            });
        }
    };
    tokio::select! {
        () = gateway.stop.cancelled() => {}
        () = channels => {}
    }
}

/// One channel, command by command.
async fn talk(gateway: &Gateway, mut stream: TcpStream) -> std::io::Result<()> {
    let (reading, mut writing) = stream.split();
    let mut lines = BufReader::new(reading.take(LONGEST_TALK)).lines();
    while let Some(command) = lines.next_line().await? {
        if command.trim().is_empty() {
            continue;
        }
        gateway.log.line(format_args!("IBC: CommandServer received command: {}", readable(&command)));
        let (reply, goes_on) = dispatch(gateway, &command);
        writing.write_all(format!("{reply}\n").as_bytes()).await?;
        if command.eq_ignore_ascii_case("STOP") {
            gateway.stop.cancel();
        }
        if !goes_on {
            gateway.log.line("IBC: Closing command channel");
            break;
        }
    }
    writing.shutdown().await
}

/// The reply to a command, and whether the channel stays open behind it.
fn dispatch(gateway: &Gateway, command: &str) -> (&'static str, bool) {
    match command.to_ascii_uppercase().as_str() {
        "EXIT" => ("OK Goodbye", false),
        "STOP" => ("OK Shutting down: STOP command", false),
        "RESTART" => (restart(gateway), false),
        "ENABLEAPI" => ("ERROR ENABLEAPI is not valid for the IB Gateway", true),
        "RECONNECTDATA" | "RECONNECTACCOUNT" => ("OK ", true),
        "PAUSE" => ("ERROR PAUSE is not played by the simulator", true),
        _ => {
            gateway
                .log
                .line(format_args!("IBC: CommandServer: invalid command received: {}", readable(command)));
            ("ERROR Command invalid", true)
        }
    }
}

/// The gateway's process is replaced by another one that needs no second factor.
fn restart(gateway: &Gateway) -> &'static str {
    if gateway.restarting.swap(true, Ordering::Relaxed) {
        gateway.log.line("IBC: RESTART already in progress");
        return "ERROR RESTART already in progress";
    }
    let script = gateway.moment().script.restarted();
    if gateway.orders.try_send(Order::Play(Box::new(script))).is_err() {
        gateway.restarting.store(false, Ordering::Relaxed);
        return "ERROR too much has been asked for at once";
    }
    "OK RESTART in progress"
}

/// What a stranger sent, fit for a log.
fn readable(command: &str) -> String {
    command.chars().take(80).map(|c| if c.is_control() { '?' } else { c }).collect()
}
