//! `network`: the network on which the stack's containers reach each other by name.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Ahead, Attempt, Scope, Stack};
use crate::diagnosis::Failure;
use crate::event::{Change, Doing, Facts, Foreseen};
use crate::ports::docker::NetworkSpec;

/// Makes sure that the playbook's network exists: a user-defined bridge named like the playbook.
///
/// Without `within`: 30 seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Network {}

impl Attempt for Network {
    fn patience(&self, _: &Stack) -> Duration {
        Duration::from_secs(30)
    }

    async fn attempt(&self, scope: &Scope<'_>) -> Result<Facts, Failure> {
        let name = &scope.stack.network;
        if scope.world.docker.network(name).await?.is_none() {
            let mut labels = scope.stack.labels.clone();
            labels.insert("openbell.step".to_owned(), scope.step.to_owned());
            labels.insert("com.docker.compose.network".to_owned(), "default".to_owned());
            scope.world.docker.create_network(&NetworkSpec { name: name.clone(), labels }).await?;
            scope.notes.changed(format!("network {name} created"));
        }
        let mut facts = Facts::new();
        facts.insert("network".to_owned(), name.clone().into());
        Ok(facts)
    }

    async fn preview(&self, scope: &Scope<'_>, ahead: &mut Ahead) -> Result<Foreseen, Failure> {
        let name = &scope.stack.network;
        let object = format!("network {name}");
        if scope.world.docker.network(name).await?.is_some() {
            return Ok(Foreseen::Unchanged { object });
        }
        ahead.network();
        let changes = vec![Change { what: Doing::Create, object, differences: Vec::new() }];
        Ok(Foreseen::Change { changes, note: None })
    }
}
