//! The port: bound or not, accepting or not, phase after phase.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::time::{Duration, Instant};
use tokio_util::task::TaskTracker;

use super::connection;
use super::error::GatewayError;
use super::state::Gateway;
use crate::sim::clock::{pause, pause_until};
use crate::sim::script::Door;

/// After a failed accept, usually for want of file descriptors: long enough for one to come free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Plays all phases, then waits for the connections to end. Ends when the gateway is stopped.
pub(super) async fn attend(
    gateway: Arc<Gateway>,
    listen: SocketAddr,
    mut listener: Option<TcpListener>,
) -> Result<(), GatewayError> {
    let conversations = TaskTracker::new();
    let phases = gateway.settings.script.phases.clone();
    let mut address = listen;
    for phase in phases {
        if phase.door == Door::Closed {
            listener = None;
        } else if listener.is_none() {
            let bound = bind(address).await?;
            // Port 0 stands for one that the system chooses, once.
            address = bound.local_addr().unwrap_or(address);
            gateway.log.line(format_args!("sim: listening on {address}"));
            listener = Some(bound);
        }
        gateway.enter(phase);
        let end = phase.lasts.map(|time| Instant::now() + time);
        tokio::select! {
            biased;
            () = gateway.stop.cancelled() => break,
            () = pause_until(end) => {}
            () = accept(&gateway, listener.as_ref(), &conversations) => {}
        }
    }
    gateway.stop.cancelled().await;
    drop(listener);
    conversations.close();
    conversations.wait().await;
    gateway.log.line("sim: stopped");
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener, GatewayError> {
    TcpListener::bind(address).await.map_err(|source| GatewayError::Listen { address, source })
}

/// Accepts for ever, until wedged; then the system's backlog fills, and nobody is told.
async fn accept(gateway: &Arc<Gateway>, listener: Option<&TcpListener>, conversations: &TaskTracker) {
    let Some(listener) = listener else { return std::future::pending().await };
    loop {
        let accepted = tokio::select! {
            biased;
            () = gateway.wedged.cancelled() => return std::future::pending().await,
            accepted = listener.accept() => accepted,
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
