//! `exec`: a command in a container ends as it should.

use std::time::Duration;

use miette::Diagnostic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Ahead, Attempt, Scope, Stack, container_state};
use crate::diagnosis::{Explain, Failure, Pace};
use crate::event::{Facts, Foreseen};
use crate::period::Period;

/// Runs a command in a running container and checks its exit code and output. The command has to be safe to repeat:
/// it is run again until it passes or the deadline is over.
///
/// Without `within`: 60 seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exec {
    /// The container, as named under `containers`.
    pub container: String,
    /// The program and its arguments; no shell.
    #[schemars(length(min = 1))]
    pub command: Vec<String>,
    /// Expected exit code. Default: 0.
    #[serde(default)]
    pub exit_code: i64,
    /// Text the output (stdout and stderr) must contain. Default: any output will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// Longest time for one run of the command. Default: 30s.
    #[serde(default = "limit")]
    pub limit: Period,
}

fn limit() -> Period {
    Duration::from_secs(30).into()
}

/// How a command ended otherwise than it should.
#[derive(Debug, Error, Diagnostic)]
pub enum ExecError {
    /// Another exit code.
    #[error("`{command}` in {container} ended with exit code {seen}, expected {expected}")]
    #[diagnostic(code(exec::exit_code), help("the end of its output is below"))]
    ExitCode {
        /// The container.
        container: String,
        /// The command.
        command: String,
        /// Its exit code.
        seen: i64,
        /// The expected one.
        expected: i64,
        /// The end of its output.
        output: Vec<String>,
    },
    /// The text is missing.
    #[error("the output of `{command}` in {container} does not contain `{contains}`")]
    #[diagnostic(code(exec::output), help("the end of its output is below"))]
    Output {
        /// The container.
        container: String,
        /// The command.
        command: String,
        /// The expected text.
        contains: String,
        /// The end of its output.
        output: Vec<String>,
    },
}

impl Explain for ExecError {
    fn again(&self) -> Option<Pace> {
        Some(Pace::Gentle)
    }

    fn evidence(&self) -> Vec<String> {
        match self {
            Self::ExitCode { output, .. } | Self::Output { output, .. } => output.clone(),
        }
    }
}

impl Attempt for Exec {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_mins(1)
    }

    fn container(&self) -> Option<&str> {
        Some(&self.container)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let item = container_state::declared(scope, &self.container)?;
        let container = container_state::running(scope, item).await?.name;
        let ended = scope.world.docker.exec(&container, &self.command, self.limit.get()).await?;
        let command = self.command.join(" ");
        let output: Vec<String> = ended.output.lines().map(|line| format!("output: {line}")).collect();
        let tail = output[output.len().saturating_sub(10)..].to_vec();
        if ended.exit_code != self.exit_code {
            let (seen, expected) = (ended.exit_code, self.exit_code);
            return Err(ExecError::ExitCode { container, command, seen, expected, output: tail }.into());
        }
        if let Some(contains) = &self.contains
            && !ended.output.contains(contains)
        {
            let contains = contains.clone();
            return Err(ExecError::Output { container, command, contains, output: tail }.into());
        }
        let mut facts = Facts::new();
        facts.insert("exit_code".to_owned(), ended.exit_code.into());
        Ok(facts)
    }

    async fn preview(&self, _: &Scope<'_>, _: &mut Ahead) -> Result<Foreseen, Failure> {
        let what = format!("`{}` in {}", self.command.join(" "), self.container);
        Ok(Foreseen::WouldRun { what })
    }
}
