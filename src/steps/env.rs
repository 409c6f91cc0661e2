//! `env`: the environment of the running container, not of the file that describes it.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Ahead, Attempt, Scope, Stack, container_state, preview, safety};
use crate::diagnosis::Failure;
use crate::event::{Facts, Foreseen};

/// Checks the environment of a running container as the engine shows it, and, where the container has a shell, as its
/// processes have it (an entry point may export another value).
///
/// Without `within`: 30 seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Env {
    /// The container, as named under `containers`.
    pub container: String,
    /// Variables and their exact values. Default: those of `safety.env` for this container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<BTreeMap<String, String>>,
}

impl Attempt for Env {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_secs(30)
    }

    fn container(&self) -> Option<&str> {
        Some(&self.container)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let expected = &self.expected(scope.stack);
        let item = container_state::declared(scope, &self.container)?;
        let container = container_state::running(scope, item).await?;
        safety::environment(&container, &container.env, expected, "docker inspect")?;
        let mut seen_by = vec!["docker inspect"];
        match safety::processes(scope, &container).await? {
            Some(env) => {
                safety::environment(&container, &env, expected, safety::PROCESSES)?;
                seen_by.push(safety::PROCESSES);
            }
            None => scope
                .notes
                .fact("not_seen_by", "the processes themselves: the container has no shell to look with"),
        }
        Ok(shown(expected, seen_by))
    }

    /// The engine's view alone: what the processes have takes a command in the container.
    async fn preview(&self, scope: &Scope<'_>, ahead: &mut Ahead) -> Result<Foreseen, Failure> {
        let look = async {
            let item = container_state::declared(scope, &self.container)?;
            let container = container_state::running(scope, item).await?;
            let expected = self.expected(scope.stack);
            safety::environment(&container, &container.env, &expected, "docker inspect")?;
            let mut facts = shown(&expected, vec!["docker inspect"]);
            let unseen = "the processes themselves: a plan runs no command in the container";
            facts.insert("not_seen_by".to_owned(), unseen.into());
            Ok(facts)
        };
        Ok(preview::check(&self.relies_on(scope.stack), scope, ahead, look).await)
    }
}

impl Env {
    /// The variables and values of this step, else those of `safety.env`.
    fn expected(&self, stack: &Stack) -> BTreeMap<String, String> {
        let declared = stack.safety.env.get(&self.container);
        self.expect.as_ref().or(declared).cloned().unwrap_or_default()
    }
}

fn shown(expected: &BTreeMap<String, String>, seen_by: Vec<&str>) -> Facts {
    let mut facts = Facts::new();
    let shown: Vec<String> = expected.iter().map(|(name, value)| format!("{name}={value}")).collect();
    facts.insert("env".to_owned(), shown.into());
    facts.insert("seen_by".to_owned(), seen_by.into());
    facts
}
