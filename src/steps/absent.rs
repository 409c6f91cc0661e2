//! `absent`: a file does not exist where the bot would look for it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Attempt, Scope, Stack, safety};
use crate::diagnosis::Failure;
use crate::event::Facts;

/// Checks that a path does not exist in a container, its volumes and mounts included.
///
/// Without `within`: 30 seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Absent {
    /// The container, as named under `containers`.
    pub container: String,
    /// Absolute path in the container.
    pub path: String,
}

impl Attempt for Absent {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_secs(30)
    }

    fn container(&self) -> Option<&str> {
        Some(&self.container)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        safety::absent(scope, &self.container, &self.path).await?;
        let mut facts = Facts::new();
        facts.insert("absent".to_owned(), self.path.clone().into());
        Ok(facts)
    }
}
