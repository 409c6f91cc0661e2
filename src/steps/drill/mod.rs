//! `drill`: a container is disturbed once, on purpose, and the time is measured until the stack is whole again.
//!
//! Owns what a drill is, whom it may disturb and how. What counts as whole is `recovery`'s; time is the engine's.

use std::time::Duration;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Ahead, Attempt, Disturbing, Recovery, Scope, Stack, StackContainer, container_state};
use crate::diagnosis::Failure;
use crate::event::{Change, Doing, Facts, Foreseen};
use crate::period::Period;

mod error;
mod recovery;

pub use error::DrillError;

/// Disturbs a running container once, and measures how long it takes until the stack is whole again: every container
/// that ran before runs, and is healthy where it has a health check; the API answers up to the rung that the playbook
/// waits for; the bot is up; and the safe state is proven for every held container. A held container comes back
/// through its gate only. It is stopped first where its safe state rests on what is disturbed, as it does on the
/// gateway. Refused where the session shows a live account.
///
/// Without `within`: one minute to look before the drill, and `recover_within`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// The container, as named under `containers`.
    pub restart: String,
    /// How it is disturbed. Default: `container`.
    #[serde(default)]
    pub how: How,
    /// How long it may take until the stack is whole again, from the first stop on. Default: 120s.
    #[serde(default = "recover_within")]
    pub recover_within: Period,
}

fn recover_within() -> Period {
    Duration::from_mins(2).into()
}

/// How a container is disturbed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The gateway alone: IBC restarts it inside its container (`connection.ibc`). No new log-in, no second factor.
    Soft,
    /// SIGTERM, SIGKILL when the container's `stop_grace` is over, and a start. A gateway logs in anew.
    #[default]
    Container,
    /// SIGKILL, as in a crash, and a start. A gateway logs in anew.
    Kill,
}

impl How {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Soft => "soft",
            Self::Container => "container",
            Self::Kill => "kill",
        }
    }

    /// What it costs.
    fn cost(self, gateway: bool) -> &'static str {
        match self {
            Self::Soft => "no new log-in and no second factor; API clients are disconnected",
            Self::Container | Self::Kill if gateway => {
                "a new log-in; a second factor where the account has one; API clients are disconnected"
            }
            Self::Container | Self::Kill => "the container is away for a while; no log-in",
        }
    }
}

/// Whether the container of that key is the gateway.
fn is_gateway(stack: &Stack, key: &str) -> bool {
    stack.gateway().is_some_and(|gateway| gateway.key == key)
}

/// The held containers whose safe state rests on the container of that key: they do not run while it is away.
fn resting_on<'a>(stack: &'a Stack, key: &str) -> Vec<&'a StackContainer> {
    let safety = &stack.safety;
    let asserted =
        safety.env.contains_key(key) || safety.absent.iter().any(|(container, _)| container == key);
    if !is_gateway(stack, key) && !asserted {
        return Vec::new();
    }
    stack.containers.values().filter(|item| item.held && item.key != key).collect()
}

impl Attempt for Drill {
    fn patience(&self, _: &Stack) -> Duration {
        self.recover_within.get() + Duration::from_mins(1)
    }

    fn container(&self) -> Option<&str> {
        Some(&self.restart)
    }

    fn least_server_version(&self) -> Option<u32> {
        // A soft restart is seen by a session that breaks.
        (self.how == How::Soft).then_some(super::API_CLIENT_NEEDS)
    }

    async fn attempt(&self, _: &Scope<'_>) -> Result<Facts, Failure> {
        // Never asked: the engine disturbs once and waits for the recovery instead.
        Ok(Facts::new())
    }

    fn disturbing(&self) -> Option<&dyn Disturbing> {
        Some(self)
    }

    async fn preview(&self, scope: &Scope<'_>, _: &mut Ahead) -> Result<Foreseen, Failure> {
        error::refuse_live(scope, &[])?;
        let item = container_state::declared(scope, &self.restart)?;
        let object = format!("container {}", item.spec.name);
        let changes = vec![Change { what: Doing::Restart, object, differences: Vec::new() }];
        let cost = self.how.cost(is_gateway(scope.stack, &self.restart));
        let held: Vec<&str> =
            resting_on(scope.stack, &self.restart).iter().map(|item| item.spec.name.as_str()).collect();
        let held =
            if held.is_empty() { String::new() } else { format!("; held meanwhile: {}", held.join(", ")) };
        Ok(Foreseen::Change { changes, note: Some(format!("drill ({}): {cost}{held}", self.how.name())) })
    }
}

#[async_trait]
impl Disturbing for Drill {
    fn recover_within(&self) -> Duration {
        self.recover_within.get()
    }

    async fn begin(&self, scope: &Scope<'_>) -> Result<Box<dyn Recovery>, Failure> {
        Ok(Box::new(recovery::Drilled::begin(self, scope).await?))
    }
}
