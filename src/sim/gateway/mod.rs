//! A gateway that real clients cannot tell from IBKR's while they start up and idle, and that fails on cue.
//!
//! Owns the conversation with every client. What goes wrong, and when, is left to [`super::script`]; the
//! bytes to [`crate::wire`]. Nothing here trades: orders are refused.

mod answers;
mod api_settings;
mod command_port;
mod connection;
mod control;
mod counters;
mod directory;
mod door;
mod error;
mod figures;
mod greeting;
mod guarded;
mod handshake;
mod link;
mod markers;
mod moment;
mod names;
mod notices;
mod order_ids;
mod pace;
mod roster;
mod session;
mod settings;
mod state;
mod tally;

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use error::GatewayError;
pub use settings::Settings;

use super::log::Log;
use state::Gateway;

/// Listens where the settings say and plays the gateway until `stop`.
///
/// # Errors
/// When the address cannot be listened on, now or after a phase in which the port was closed; and when the script ends
/// the gateway.
pub async fn run(settings: Settings, log: Log, stop: CancellationToken) -> Result<(), GatewayError> {
    play(settings, None, log, stop).await
}

/// Plays the gateway on a listener that is bound already, until `stop`.
///
/// # Errors
/// As [`run`]; a phase with a closed port gives the listener up and binds its address again.
pub async fn serve(
    listener: TcpListener,
    mut settings: Settings,
    log: Log,
    stop: CancellationToken,
) -> Result<(), GatewayError> {
    settings.listen = listener.local_addr().unwrap_or(settings.listen);
    play(settings, Some(listener), log, stop).await
}

async fn play(
    settings: Settings,
    listener: Option<TcpListener>,
    log: Log,
    stop: CancellationToken,
) -> Result<(), GatewayError> {
    let (control, commands) = (settings.control, settings.command_port);
    let (gateway, orders) = Gateway::new(settings, log, stop);
    // Both are bound before anything is played: a gateway that lacks one of its ports is none.
    let control = match control {
        Some(address) => Some(control::bind(&gateway, address).await?),
        None => None,
    };
    let commands = match commands {
        Some(address) => Some(command_port::bind(&gateway, address).await?),
        None => None,
    };
    let controlled = async {
        if let Some(listener) = control {
            control::serve(Arc::clone(&gateway), listener).await;
        }
    };
    let commanded = async {
        if let Some(listener) = commands {
            command_port::serve(Arc::clone(&gateway), listener).await;
        }
    };
    let attended = door::attend(Arc::clone(&gateway), orders, listener);
    tokio::join!(attended, controlled, commanded).0
}
