//! `stop`: a container does not run.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Attempt, Scope, Stack, container_state};
use crate::diagnosis::Failure;
use crate::event::Facts;
use crate::ports::docker::{DockerError, Status};

/// Makes sure that a container does not run: SIGTERM, and SIGKILL when its `stop_grace` is over. One that has ended, or
/// that was never made, is fine as it is; nothing is removed.
///
/// Without `within`: 60 seconds and the container's stop grace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// The container, as named under `containers`.
    pub container: String,
}

impl Attempt for Stop {
    fn patience(&self, stack: &Stack) -> Duration {
        let grace = stack.container(&self.container).map_or(Duration::ZERO, |item| item.spec.stop_grace);
        grace + Duration::from_mins(1)
    }

    fn container(&self) -> Option<&str> {
        Some(&self.container)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let spec = &container_state::declared(scope, &self.container)?.spec;
        let docker = &scope.world.docker;
        let mut facts = Facts::new();
        facts.insert("container".to_owned(), spec.name.clone().into());
        let Some(container) = docker.container(&spec.name).await? else {
            facts.insert("state".to_owned(), "absent".into());
            return Ok(facts);
        };
        let mut exit_code = container.exit_code;
        // One that restarts runs again in a moment.
        if !matches!(container.status, Status::Created | Status::Exited | Status::Dead) {
            match docker.stop(&spec.name, spec.stop_grace).await {
                // It was removed in the meantime: it does not run.
                Ok(()) | Err(DockerError::NoContainer { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            scope.notes.changed(format!("container {} stopped", spec.name));
            exit_code = docker.container(&spec.name).await?.map_or(exit_code, |ended| ended.exit_code);
        }
        facts.insert("state".to_owned(), "stopped".into());
        facts.insert("exit_code".to_owned(), exit_code.into());
        Ok(facts)
    }
}
