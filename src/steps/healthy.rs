//! `healthy`: the engine's own health check of a container passes.

use std::time::Duration;

use miette::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Attempt, Scope, Stack, container_state};
use crate::diagnosis::{Explain, Failure, Pace};
use crate::event::Facts;
use crate::ports::docker::{Container, HealthStatus};

/// Waits until the engine's health check of a container says healthy. Without a container: until every declared one
/// runs, and is healthy where it has a health check.
///
/// Without `within`: 5 minutes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Healthy {
    /// The container, as named under `containers`. Default: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
}

impl Healthy {
    /// The check of one container.
    pub(super) fn of(key: &str) -> Self {
        Self { container: Some(key.to_owned()) }
    }
}

/// Why a container does not count as healthy.
#[derive(Debug, Error, Diagnostic)]
pub enum HealthError {
    /// It has no health check.
    #[error("the container {container} has no health check")]
    #[diagnostic(
        code(health::none),
        help("declare a `healthcheck` for it, or use `ready`, `log` or `http` instead")
    )]
    None {
        /// Its name.
        container: String,
    },
    /// The check has not passed yet.
    #[error("the container {container} is {state}, not healthy")]
    #[diagnostic(code(health::not_healthy), help("the output of its last health check is below"))]
    NotHealthy {
        /// Its name.
        container: String,
        /// `starting` or `unhealthy`.
        state: &'static str,
        /// Failures in a row.
        failing_streak: i64,
        /// Output of the last check.
        output: String,
    },
}

impl Explain for HealthError {
    fn again(&self) -> Option<Pace> {
        match self {
            Self::None { .. } => None,
            Self::NotHealthy { .. } => Some(Pace::Brisk),
        }
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::None { .. } => Vec::new(),
            Self::NotHealthy { failing_streak, output, .. } => {
                vec![
                    format!("{failing_streak} failed checks in a row"),
                    format!("last output: {}", output.trim()),
                ]
            }
        }
    }
}

impl Attempt for Healthy {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_mins(5)
    }

    fn container(&self) -> Option<&str> {
        self.container.as_deref()
    }

    fn relies_on(&self, stack: &Stack) -> Vec<String> {
        self.container.clone().map_or_else(|| stack.containers.keys().cloned().collect(), |key| vec![key])
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let mut facts = Facts::new();
        if let Some(key) = &self.container {
            let container = container_state::running(scope, container_state::declared(scope, key)?).await?;
            if container.health.is_none() {
                return Err(HealthError::None { container: container.name }.into());
            }
            is_healthy(container)?;
            facts.insert("health".to_owned(), "healthy".into());
            return Ok(facts);
        }
        let (mut healthy, mut running) = (Vec::new(), Vec::new());
        for item in scope.stack.containers.values() {
            let container = container_state::running(scope, item).await?;
            let list = if container.health.is_some() { &mut healthy } else { &mut running };
            list.push(item.key.clone());
            is_healthy(container)?;
        }
        facts.insert("healthy".to_owned(), healthy.into());
        facts.insert("running_without_check".to_owned(), running.into());
        Ok(facts)
    }
}

/// Whether the health check of a container passes, if it has one.
fn is_healthy(container: Container) -> Result<(), HealthError> {
    let Some(health) = container.health else { return Ok(()) };
    let state = match health.status {
        HealthStatus::Healthy => return Ok(()),
        HealthStatus::Starting => "starting",
        HealthStatus::Unhealthy => "unhealthy",
    };
    Err(HealthError::NotHealthy {
        container: container.name,
        state,
        failing_streak: health.failing_streak,
        output: health.last_output,
    })
}
