//! One connection to the gateway: made, proven, held, each under a deadline of the bot's own.
//!
//! The client library sets none while it connects, calls a connection without accounts or ids a success,
//! and notices a silent gateway only by a request that gets no answer.

use std::time::Duration;

use ibapi::Client;
use tokio::time::{error::Elapsed, timeout};

use super::Pace;
use super::configuration::Configuration;
use crate::sim::clock::pause;

/// Why an attempt to connect failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error("no answer within {} s", .0.as_secs())]
    Silence(Duration),
    #[error("the gateway lists no accounts")]
    NoAccounts,
    #[error("the gateway gives no order id")]
    NoOrderId,
    #[error("{0}")]
    Client(#[source] Box<ibapi::Error>),
}

impl ConnectError {
    /// Whether nobody was there at all, so that there never was a connection to lose.
    pub(super) fn is_refusal(&self) -> bool {
        let Self::Client(error) = self else { return false };
        matches!(&**error, ibapi::Error::Io(error) if !matches!(
            error.kind(),
            std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::UnexpectedEof
        ))
    }

    /// What no further attempt can change: a server version that this client does not speak.
    pub(super) fn too_old(&self) -> Option<String> {
        match self {
            Self::Client(error) if matches!(**error, ibapi::Error::ServerVersion(..)) => {
                Some(error.to_string())
            }
            _ => None,
        }
    }
}

/// Connects once. The connection is proven: accounts, an order id, and an answer to a request.
pub(super) async fn connect(configuration: &Configuration, pace: Pace) -> Result<Client, ConnectError> {
    let patience = configuration.connect_timeout;
    let connecting = Client::builder()
        .address(format!("{}:{}", configuration.host, configuration.port))
        .client_id(configuration.client_id)
        .tcp_no_delay(true)
        // Its own reconnection would wait for ever on a gateway that accepts and says nothing.
        .max_reconnect_attempts(0)
        .one_shot_timeout(pace.answer)
        .connect();
    let client = timeout(patience, connecting)
        .await
        .map_err(|_: Elapsed| ConnectError::Silence(patience))?
        .map_err(|error| ConnectError::Client(Box::new(error)))?;
    match prove(&client, pace).await {
        Ok(()) => Ok(client),
        Err(error) => {
            close(&client, pace).await;
            Err(error)
        }
    }
}

async fn prove(client: &Client, pace: Pace) -> Result<(), ConnectError> {
    if client.handshake_managed_accounts().is_empty() {
        return Err(ConnectError::NoAccounts);
    }
    if client.next_order_id() <= 0 {
        return Err(ConnectError::NoOrderId);
    }
    match timeout(pace.answer, client.server_time()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(ConnectError::Client(Box::new(error))),
        Err(_) => Err(ConnectError::Silence(pace.answer)),
    }
}

/// Idles until the link is lost: the socket ends, or a heartbeat gets no answer.
pub(super) async fn hold(client: &Client, pace: Pace) {
    tokio::select! {
        () = socket_ends(client) => {}
        () = heartbeat_fails(client, pace) => {}
    }
}

async fn socket_ends(client: &Client) {
    let Ok(mut notices) = client.notice_stream() else { return };
    while notices.next().await.is_some() {}
}

async fn heartbeat_fails(client: &Client, pace: Pace) {
    loop {
        pause(pace.heartbeat).await;
        match timeout(pace.answer, client.server_time()).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}

/// Closes the connection; a client library that hangs over it is left behind.
pub(super) async fn close(client: &Client, pace: Pace) {
    let _ = timeout(pace.answer, client.disconnect()).await;
}
