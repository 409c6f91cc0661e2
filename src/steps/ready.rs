//! `ready`: the TWS API is really ready: version frame, accounts, next valid id, and a request answered.

use std::sync::Mutex;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::Instant;

use super::{Attempt, Scope, Stack, Tries, container_state};
use crate::diagnosis::{Diagnosis, Failure};
use crate::event::Facts;
use crate::ports::broker::{BrokerError, Connect, ProbeAsk, Probed, Rung};

/// Longest wait for the client library's session once the probe has seen every rung (users' default: 15 s).
const SESSION_TIMEOUT: Duration = Duration::from_secs(15);

/// Waits until the TWS API is really ready. A staged probe climbs the rungs tcp, version, accounts, next id, request
/// on one connection at a time, patiently when the gateway is silent; then a session through the API client that
/// bots use confirms version, accounts, next order id and a current-time round trip.
///
/// Without `within`: 5 minutes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// The rung that is enough. Default: `request`, the last one.
    #[serde(default)]
    pub stage: Stage,
    /// Who has to be content. Default: `ibapi`.
    #[serde(default)]
    pub client: Client,
}

/// A rung of readiness.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Something accepts TCP.
    Tcp,
    /// The gateway sent its version.
    Version,
    /// Accounts and next valid id arrived.
    Session,
    /// A request was answered.
    #[default]
    Request,
}

/// Who has to be content with the gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// The staged probe, then the API client (server version 213 and newer).
    #[default]
    Ibapi,
    /// The staged probe alone: for gateways older than build 10.40.
    Probe,
}

impl Stage {
    fn rung(self) -> Rung {
        match self {
            Self::Tcp => Rung::Tcp,
            Self::Version => Rung::Version,
            Self::Session => Rung::NextId,
            Self::Request => Rung::Request,
        }
    }
}

impl Attempt for Ready {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_mins(5)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let probed = match self.probe(scope).await {
            Ok(probed) => probed,
            Err(error) => return Err(container_state::or_gateway_ended(scope, error.into()).await),
        };
        let mut facts = Facts::new();
        if let Some(version) = probed.server_version {
            facts.insert("server_version".to_owned(), version.into());
        }
        if self.client == Client::Ibapi && self.stage == Stage::Request {
            let connect = Connect {
                address: scope.stack.connection.address.clone(),
                client_id: scope.world.probe_ids.next(),
                timeout: SESSION_TIMEOUT,
            };
            let session = scope.world.broker.session(&connect).await?;
            facts.insert("client".to_owned(), "ibapi".into());
            facts.insert("gateway_time".to_owned(), session.gateway_time.into());
        }
        Ok(facts)
    }
}

impl Ready {
    /// Climbs the rungs once, noting each with its time.
    async fn probe(&self, scope: &Scope<'_>) -> Result<Probed, BrokerError> {
        let address = &scope.stack.connection.address;
        let started = Instant::now();
        let rungs = Mutex::new(serde_json::Map::new());
        let reached = |rung: Rung| {
            let after_ms = (started.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
            if let Ok(mut rungs) = rungs.lock() {
                rungs.insert(rung.name().to_owned(), json!(after_ms));
                scope.notes.fact("rungs_ms", rungs.clone());
            }
            let silent = BrokerError::Mute { address: address.clone(), reached: rung, waited_ms: 0 };
            scope.notes.waiting(Diagnosis::of(&silent));
        };
        let ask = ProbeAsk {
            address: address.clone(),
            client_id: scope.world.probe_ids.next(),
            until: self.stage.rung(),
            patience: patience(scope.tries),
            current_time: self.client == Client::Probe,
        };
        scope.world.probe.probe(&ask, &reached).await
    }
}

/// How long silence is borne on one connection: a gateway that logs in answers the handshake it has pending, and
/// abandoned handshakes can wedge it. So a connection is kept long, longer each time, and the next one follows at
/// once: there is always one handshake pending, and never two.
fn patience(tries: Tries) -> Duration {
    match tries.same_reason {
        0 => Duration::from_secs(15),
        1 => Duration::from_secs(20),
        _ => Duration::from_secs(30),
    }
}
