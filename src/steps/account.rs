//! `account`: the gateway is logged in to an allowed account, as the live session shows it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Ahead, Attempt, Scope, Stack, preview, safety};
use crate::diagnosis::Failure;
use crate::event::{Facts, Foreseen};

/// Checks that every account of the live session matches `safety.accounts`. An advisor's list is checked whole.
///
/// Without `within`: 60 seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {}

impl Attempt for Account {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_mins(1)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let accounts = safety::accounts(scope).await?;
        let paper = accounts.iter().all(crate::ports::broker::AccountId::is_paper);
        let shown: Vec<String> = accounts.iter().map(ToString::to_string).collect();
        let mut facts = Facts::new();
        facts.insert("accounts".to_owned(), shown.into());
        facts.insert("mode".to_owned(), if paper { "paper" } else { "live" }.into());
        Ok(facts)
    }

    async fn preview(&self, scope: &Scope<'_>, ahead: &mut Ahead) -> Result<Foreseen, Failure> {
        Ok(preview::check_gateway(scope, ahead, self.attempt(scope)).await)
    }

    fn relies_on(&self, stack: &Stack) -> Vec<String> {
        preview::gateway(stack)
    }
}
