//! `session`: the declared connect parameters work.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Ahead, Attempt, Scope, Stack, container_state, holders};
use crate::diagnosis::Failure;
use crate::event::{Facts, Foreseen};
use crate::ladder::Rung;
use crate::ports::broker::{BrokerError, Connect};

/// Opens one session with the parameters of `connection` and closes it: the client ids are tried in order when one is
/// in use; version, accounts, next order id and a current-time round trip must come.
///
/// Without `within`: 2 minutes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Session {}

impl Attempt for Session {
    fn least_server_version(&self) -> Option<u32> {
        Some(super::API_CLIENT_NEEDS)
    }

    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_mins(2)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let connection = &scope.stack.connection;
        let mut taken = Vec::new();
        for &client_id in &connection.client_ids {
            let connect =
                Connect { address: connection.address.clone(), client_id, timeout: connection.timeout };
            let session = match scope.world.broker.session(&connect).await {
                Ok(session) => session,
                Err(BrokerError::ClientIdInUse { .. }) => {
                    taken.push(client_id);
                    continue;
                }
                Err(error) => return Err(container_state::or_gateway_ended(scope, error.into()).await),
            };
            for rung in [Rung::Tcp, Rung::Version, Rung::Accounts, Rung::NextId, Rung::Request] {
                scope.notes.reached(rung);
            }
            let mut facts = Facts::new();
            facts.insert("server_version".to_owned(), session.server_version.into());
            facts.insert("client_id".to_owned(), session.client_id.into());
            facts.insert("next_order_id".to_owned(), session.next_order_id.into());
            if !taken.is_empty() {
                facts.insert("client_ids_in_use".to_owned(), taken.clone().into());
                facts.insert("held_by".to_owned(), holders::of(scope, &taken).await.into());
            }
            let accounts: Vec<String> = session.accounts.iter().map(ToString::to_string).collect();
            facts.insert("accounts".to_owned(), accounts.into());
            return Ok(facts);
        }
        let ids: Vec<String> = connection.client_ids.iter().map(ToString::to_string).collect();
        let address = connection.address.clone();
        let error = BrokerError::ClientIdsInUse { address, client_ids: ids.join(", ") };
        let mut failure = Failure::from(error);
        failure.why = failure.why.with_evidence(holders::of(scope, &taken).await);
        Err(failure)
    }

    /// A session with a declared id can be in the way of the bot that owns it: a plan opens none.
    async fn preview(&self, scope: &Scope<'_>, _: &mut Ahead) -> Result<Foreseen, Failure> {
        let ids: Vec<String> = scope.stack.connection.client_ids.iter().map(ToString::to_string).collect();
        let what =
            format!("one session at {} with client id {}", scope.stack.connection.address, ids.join(" or "));
        Ok(Foreseen::WouldRun { what })
    }
}
