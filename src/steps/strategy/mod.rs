//! `strategy`: the bot says it runs the declared default strategy. Never concluded from a missing file.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::safety::SafetyError;
use super::{Attempt, Scope, Stack, container_state};
use crate::diagnosis::Failure;
use crate::event::Facts;
use crate::ladder::Rung;

mod said;

/// Checks the evidence named under `strategy`: what the bot has said since its start, in its log, at an endpoint or in a
/// file, names the declared default and no other. A later line does not take an earlier one back.
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
        let said = said::said(scope, &container, &evidence.source).await?;
        let expected = strategy.default.clone();
        // A line that somebody else had the bot write must not hide what it said itself.
        let other = said.words.iter().find(|word| word.name != expected);
        let container = container.name;
        match other.or(said.words.last()) {
            Some(word) if word.name == expected => {
                scope.notes.reached(Rung::Bot);
                facts.insert("strategy".to_owned(), expected.into());
                facts.insert("line".to_owned(), word.line.clone().into());
                Ok(facts)
            }
            Some(word) => {
                let (seen, line) = (word.name.clone(), format!("{}: {}", said.by, word.line));
                Err(SafetyError::Strategy { container, expected, seen, line }.into())
            }
            None => Err(SafetyError::StrategyUnproven { container, expected, tail: said.instead }.into()),
        }
    }

    fn relies_on(&self, stack: &Stack) -> Vec<String> {
        stack.strategy.iter().map(|strategy| strategy.evidence.container.clone()).collect()
    }
}
