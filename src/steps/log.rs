//! `log`: a line in a container's log, written since the container's start. Lines of earlier runs do not count.

use std::time::Duration;

use miette::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Attempt, Scope, Stack, container_state};
use crate::diagnosis::{Explain, Failure, Pace};
use crate::event::Facts;

/// How many lines are shown when the awaited one is missing.
const TAIL: usize = 5;

/// Waits for a line in a container's log since the container's start.
///
/// Without `within`: 60 seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// The container, as named under `containers`.
    pub container: String,
    /// Text that one line must contain.
    pub contains: String,
}

/// Why the log does not show what it should.
#[derive(Debug, Error, Diagnostic)]
pub enum LogError {
    /// The line has not come.
    #[error("no line with `{contains}` in the log of {container} since its start ({lines} lines)")]
    #[diagnostic(
        code(log::not_seen),
        help("the end of the log is below; `docker logs {container}` shows all")
    )]
    NotSeen {
        /// The container.
        container: String,
        /// The text.
        contains: String,
        /// Lines since the start.
        lines: usize,
        /// The end of the log.
        tail: Vec<String>,
    },
}

impl Explain for LogError {
    fn again(&self) -> Option<Pace> {
        Some(Pace::Brisk)
    }

    fn evidence(&self) -> Vec<String> {
        let Self::NotSeen { tail, .. } = self;
        tail.clone()
    }
}

impl Attempt for Log {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_mins(1)
    }

    fn container(&self) -> Option<&str> {
        Some(&self.container)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let item = container_state::declared(scope, &self.container)?;
        let running = container_state::running(scope, item).await;
        // A container that has ended may have said it before: but then it is no longer true.
        let container = running?;
        let lines = scope.world.docker.logs_since_start(&container).await?;
        if let Some(line) = lines.iter().find(|line| line.text.contains(&self.contains)) {
            let mut facts = Facts::new();
            facts.insert("line".to_owned(), line.text.clone().into());
            facts.insert("logged_at".to_owned(), line.at.clone().into());
            return Ok(facts);
        }
        let from = lines.len().saturating_sub(TAIL);
        Err(LogError::NotSeen {
            container: container.name,
            contains: self.contains.clone(),
            lines: lines.len(),
            tail: lines[from..].iter().map(|line| format!("log: {}", line.text)).collect(),
        }
        .into())
    }
}
