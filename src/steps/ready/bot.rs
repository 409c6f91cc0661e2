//! The highest rung: the bot is up.

use miette::Diagnostic;
use thiserror::Error;

use crate::diagnosis::{Explain, Failure, Pace};
use crate::event::Facts;
use crate::ladder::Rung;
use crate::steps::healthy::Healthy;
use crate::steps::strategy::StrategyCheck;
use crate::steps::{Attempt, Scope, container_state};

/// Why there is no bot to look at.
#[derive(Debug, Error, Diagnostic)]
pub enum BotError {
    /// Nothing in the playbook says who the bot is.
    #[error("the playbook does not say which container is the bot")]
    #[diagnostic(
        code(ready::no_bot),
        help("name it under `strategy.evidence.container`; with one held container it is that one")
    )]
    Nobody,
}

impl Explain for BotError {
    fn again(&self) -> Option<Pace> {
        None
    }

    fn rung(&self) -> Option<Rung> {
        Some(Rung::Bot)
    }
}

/// Looks at the bot once.
pub(in crate::steps) async fn up(scope: &Scope<'_>) -> Result<Facts, Failure> {
    let item = scope.stack.bot().ok_or(BotError::Nobody)?;
    let mut facts = Facts::new();
    facts.insert("bot".to_owned(), item.spec.name.clone().into());
    let looked = async {
        container_state::running(scope, item).await?;
        if item.spec.healthcheck.is_some() {
            facts.extend(Healthy::of(&item.key).attempt(scope).await?);
        }
        facts.extend(StrategyCheck {}.attempt(scope).await?);
        Ok::<_, Failure>(())
    };
    if let Err(mut failure) = looked.await {
        failure.why.rung = Some(Rung::Bot);
        return Err(failure);
    }
    scope.notes.reached(Rung::Bot);
    Ok(facts)
}
