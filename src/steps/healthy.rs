//! `healthy`: the engine's own health check of a container passes.

use std::time::Duration;

use miette::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Attempt, Scope, Stack, container_state};
use crate::diagnosis::{Explain, Failure, Pace};
use crate::event::Facts;
use crate::ports::docker::HealthStatus;

/// Waits until the engine's health check of a container says healthy.
///
/// Without `within`: 5 minutes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Healthy {
    /// The container, as named under `containers`.
    pub container: String,
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
        Some(&self.container)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let item = container_state::declared(scope, &self.container)?;
        let container = container_state::running(scope, item).await?;
        let name = container.name.clone();
        let health = container.health.ok_or_else(|| HealthError::None { container: name.clone() })?;
        let state = match health.status {
            HealthStatus::Healthy => {
                let mut facts = Facts::new();
                facts.insert("health".to_owned(), "healthy".into());
                return Ok(facts);
            }
            HealthStatus::Starting => "starting",
            HealthStatus::Unhealthy => "unhealthy",
        };
        Err(HealthError::NotHealthy {
            container: name,
            state,
            failing_streak: health.failing_streak,
            output: health.last_output,
        }
        .into())
    }
}
