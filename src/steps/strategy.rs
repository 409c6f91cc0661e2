//! `strategy`: the bot says it runs the declared default strategy. Never concluded from a missing file.

use std::time::Duration;

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::safety::{self, SafetyError};
use super::{Attempt, Scope, Stack, container_state};
use crate::diagnosis::Failure;
use crate::event::Facts;
use crate::ladder::Rung;

/// Checks the evidence named under `strategy`: of the lines of the bot's log since its start that name a strategy, there
/// is one, and every one names the declared default. A later line does not take an earlier one back.
///
/// Without `within`: 60 seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StrategyCheck {}

impl Attempt for StrategyCheck {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_mins(1)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let mut facts = Facts::new();
        let Some(strategy) = &scope.stack.strategy else { return Ok(facts) };
        let evidence = &strategy.evidence;
        let item = container_state::declared(scope, &evidence.container)?;
        let container = container_state::running(scope, item).await?;
        let lines = scope.world.docker.logs_since_start(&container).await;
        let lines = lines.map_err(|error| safety::unproven("the strategy of the bot", error.into()))?;
        let pattern = Regex::new(&evidence.log).expect("checked when the plan was made");
        let expected = strategy.default.clone();
        let mut says = lines.iter().filter_map(|line| {
            let name = pattern.captures(&line.text)?.get(1)?.as_str().to_owned();
            Some((name, line.text.clone()))
        });
        // A line that somebody else had the bot write must not hide what it said itself.
        let named = says.clone().find(|(name, _)| *name != expected).or_else(|| says.next_back());
        let container = container.name;
        match named {
            Some((name, line)) if name == expected => {
                scope.notes.reached(Rung::Bot);
                facts.insert("strategy".to_owned(), name.into());
                facts.insert("line".to_owned(), line.into());
                Ok(facts)
            }
            Some((seen, line)) => Err(SafetyError::Strategy { container, expected, seen, line }.into()),
            None => {
                let from = lines.len().saturating_sub(5);
                let tail = lines[from..].iter().map(|line| format!("log: {}", line.text)).collect();
                Err(SafetyError::StrategyUnproven { container, expected, tail }.into())
            }
        }
    }

    fn relies_on(&self, stack: &Stack) -> Vec<String> {
        stack.strategy.iter().map(|strategy| strategy.evidence.container.clone()).collect()
    }
}
