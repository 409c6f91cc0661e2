//! `port`: something accepts TCP. The weakest check there is, and it says so.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Attempt, Scope, Stack, container_state, preview};
use crate::diagnosis::Failure;
use crate::event::Facts;
use crate::ladder::Rung;

/// Waits until something accepts TCP connections. Behind docker-proxy or socat this proves nothing: an open port is
/// not a ready API. Use `ready` for the gateway.
///
/// Without `within`: 60 seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Port {
    /// `host:port`. Default: the gateway's address under `connection`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl Attempt for Port {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_mins(1)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let address = self.address.as_ref().unwrap_or(&scope.stack.connection.address);
        if let Err(error) = scope.world.net.accepts(address).await {
            let failure = error.into();
            return Err(match self.address {
                None => container_state::or_gateway_ended(scope, failure).await,
                Some(_) => failure,
            });
        }
        if *address == scope.stack.connection.address {
            scope.notes.reached(Rung::Tcp);
        }
        let mut facts = Facts::new();
        facts.insert("address".to_owned(), address.clone().into());
        facts.insert("proves".to_owned(), "tcp only: nothing about what is behind the port".into());
        Ok(facts)
    }

    fn relies_on(&self, stack: &Stack) -> Vec<String> {
        preview::publisher(stack, self.address.as_ref().unwrap_or(&stack.connection.address))
    }
}
