//! `engine`: the Docker engine answers. At boot it may still be starting, and Docker Desktop waits for a log-in.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Attempt, Scope, Stack};
use crate::diagnosis::Failure;
use crate::event::Facts;
use crate::ladder::Rung;

/// Waits until the Docker engine itself answers and speaks an API version openbell knows (1.41 and newer).
///
/// Without `within`: 10 minutes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Engine {}

impl Attempt for Engine {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_mins(10)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let engine = scope.world.docker.engine().await?;
        scope.notes.reached(Rung::Engine);
        let mut facts = Facts::new();
        facts.insert("engine_version".to_owned(), engine.version.into());
        facts.insert("engine_api".to_owned(), engine.api.into());
        facts.insert("engine_host".to_owned(), engine.host.into());
        Ok(facts)
    }
}
