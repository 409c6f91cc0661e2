//! `absent`: a file does not exist where the bot would look for it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::safety::{self, Extent};
use super::{Ahead, Attempt, Scope, Stack, preview};
use crate::diagnosis::Failure;
use crate::event::{Facts, Foreseen};

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
        self.look(scope, Extent::Containers).await
    }

    /// The engine's view alone: another takes a command in the container.
    async fn preview(&self, scope: &Scope<'_>, ahead: &mut Ahead) -> Result<Foreseen, Failure> {
        let look = self.look(scope, Extent::Seen);
        Ok(preview::check(&self.relies_on(scope.stack), scope, ahead, look).await)
    }
}

impl Absent {
    async fn look(&self, scope: &Scope<'_>, extent: Extent) -> Result<Facts, Failure> {
        safety::absent(scope, &self.container, &self.path, extent).await?;
        let mut facts = Facts::new();
        facts.insert("absent".to_owned(), self.path.clone().into());
        Ok(facts)
    }
}
