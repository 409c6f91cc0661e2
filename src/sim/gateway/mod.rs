//! A gateway that real clients cannot tell from IBKR's while they start up and idle, and that fails on cue.
//!
//! Owns the conversation with every client. What goes wrong, and when, is left to [`super::script`]; the
//! bytes to [`crate::wire`]. Nothing here trades: orders are refused.

mod answers;
mod api_settings;
mod connection;
mod door;
mod error;
mod figures;
mod greeting;
mod handshake;
mod link;
mod roster;
mod session;
mod settings;
mod state;
mod tally;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use error::GatewayError;
pub use settings::Settings;

use super::log::Log;
use state::Gateway;

/// Listens where the settings say and plays the gateway until `stop`, with its log on stdout.
///
/// # Errors
/// When the address cannot be listened on, now or after a phase in which the port was closed.
pub async fn run(settings: Settings, stop: CancellationToken) -> Result<(), GatewayError> {
    let listen = settings.listen;
    door::attend(Gateway::new(settings, Log::stdout(), stop), listen, None).await
}

/// Plays the gateway on a listener that is bound already, until `stop`, with its log on stdout.
///
/// # Errors
/// As [`run`]; a phase with a closed port gives the listener up and binds its address again.
pub async fn serve(
    listener: TcpListener,
    settings: Settings,
    stop: CancellationToken,
) -> Result<(), GatewayError> {
    serve_logged(listener, settings, Log::stdout(), stop).await
}

/// As [`serve`], with its log where the caller wants it.
///
/// # Errors
/// As [`serve`].
pub async fn serve_logged(
    listener: TcpListener,
    settings: Settings,
    log: Log,
    stop: CancellationToken,
) -> Result<(), GatewayError> {
    let listen: SocketAddr =
        listener.local_addr().map_err(|source| GatewayError::Listen { address: settings.listen, source })?;
    let gateway: Arc<Gateway> = Gateway::new(settings, log, stop);
    door::attend(gateway, listen, Some(listener)).await
}
