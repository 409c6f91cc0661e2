//! The inverse of readiness, for the moment before a restart: the port is free, or the old session's client id is.

use miette::Diagnostic;
use thiserror::Error;

use super::Stage;
use crate::diagnosis::{Explain, Failure, Pace};
use crate::event::Facts;
use crate::ports::broker::{BrokerError, Connect};
use crate::ports::net::NetError;
use crate::steps::{Scope, container_state};

/// Why a gateway is not gone.
#[derive(Debug, Error, Diagnostic)]
pub enum GoneError {
    /// The gateway's container runs.
    #[error("the gateway's container {container} still runs")]
    #[diagnostic(
        code(broker::still_running),
        help("stop it: `docker stop --time 90 {container}`; a gateway needs its time to log out")
    )]
    Running {
        /// Its name.
        container: String,
    },
    /// Something still accepts.
    #[error("something still accepts connections at {address}")]
    #[diagnostic(
        code(broker::still_there),
        help("stop the gateway, or whatever else has the port: `ss -ltnp` shows it")
    )]
    There {
        /// The gateway's address.
        address: String,
    },
    /// The client id of an old session is still in use.
    #[error("client id {client_id} is still in use at {address}")]
    #[diagnostic(
        code(broker::still_held),
        help(
            "the gateway releases it when it notices that its client is gone; if it lasts, find that client or restart \
             the gateway"
        )
    )]
    Held {
        /// The gateway's address.
        address: String,
        /// The id.
        client_id: i32,
    },
}

impl Explain for GoneError {
    fn again(&self) -> Option<Pace> {
        Some(match self {
            Self::Running { .. } => Pace::Brisk,
            Self::There { .. } => Pace::Steady,
            Self::Held { .. } => Pace::Slow,
        })
    }
}

pub(super) async fn gone(stage: Stage, scope: &Scope<'_>) -> Result<Facts, Failure> {
    if stage == Stage::Tcp { port_is_free(scope).await } else { client_id_is_free(scope).await }
}

/// A container that runs is looked at, not connected to: bare connections are no kindness to a gateway.
async fn port_is_free(scope: &Scope<'_>) -> Result<Facts, Failure> {
    if let Some(gateway) = scope.stack.gateway()
        && container_state::running(scope, gateway).await.is_ok()
    {
        return Err(GoneError::Running { container: gateway.spec.name.clone() }.into());
    }
    let address = scope.stack.connection.address.clone();
    match scope.world.net.accepts(&address).await {
        Ok(()) => Err(GoneError::There { address }.into()),
        Err(NetError::Refused { .. }) => Ok(fact("gone", "nothing listens")),
        Err(error) => Err(error.into()),
    }
}

/// One session with the id that bots use first. A gateway that is not there holds no id.
async fn client_id_is_free(scope: &Scope<'_>) -> Result<Facts, Failure> {
    let connection = &scope.stack.connection;
    let address = connection.address.clone();
    let Some(&client_id) = connection.client_ids.first() else { return Ok(Facts::new()) };
    let connect = Connect { address: address.clone(), client_id, timeout: connection.timeout };
    match scope.world.broker.session(&connect).await {
        Ok(_) => Ok(fact("gone", "the client id is free")),
        Err(BrokerError::Refused { .. } | BrokerError::NothingBehind { .. }) => {
            Ok(fact("gone", "no gateway answers, so none holds the client id"))
        }
        Err(BrokerError::ClientIdInUse { .. }) => Err(GoneError::Held { address, client_id }.into()),
        Err(error) => Err(error.into()),
    }
}

fn fact(name: &str, value: &str) -> Facts {
    let mut facts = Facts::new();
    facts.insert(name.to_owned(), value.into());
    facts
}
